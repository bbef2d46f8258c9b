/* SPDX-License-Identifier: MIT */

/*
 * Pairs that change nothing: DEQUANTIZE and QUANTIZE, or two QUANTIZEs, back to
 * the scale and zero point of before, and QUANTIZE to its own. That a pair
 * changes nothing is not reasoned but tried, with the kernels, on each value
 * that an element can have. QUANTIZE and DEQUANTIZE, the other way round,
 * round: they stay.
 */

#include "model/operators.h"
#include "model/pass.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

#define VALUES_OF_16_BITS 65536u

/* Values that are tried in all, some 0.1 s of them. */
#define MAX_TRIED_VALUES (UINT64_C(1) << 23)

struct search {
	struct apui_pass_graph *graph;
	/* Of each tensor the one that has its bytes: mostly itself. */
	uint32_t *same;
	struct apui_effort effort;
	uint64_t values_left;
};

/* Elements of the types whose values can all be tried; else 0. */
static uint32_t
count_values(enum apu_dtype dtype)
{
	if (dtype == APU_DTYPE_INT8 || dtype == APU_DTYPE_UINT8)
		return 256;
	return dtype == APU_DTYPE_INT16 ? VALUES_OF_16_BITS : 0;
}

/* The chain in hand: at most two operators, from x to y. */
struct chain {
	const struct apu_operator *ops[2];
	unsigned int count;
	const struct apu_tensor *x, *y;
};

static uint8_t *
new_values(struct apui_pool *pool, uint32_t count, size_t element_bytes)
{
	uint8_t *values = apui_pool_new(pool, count, element_bytes);

	for (uint32_t i = 0; values != NULL && i < count; i++)
		memcpy(values + i * element_bytes, &i, element_bytes);
	return values;
}

/* @op on the vector @from; @to is like its output. As apui_evaluate(). */
static int
run_step(struct search *search, struct apui_pool *pool,
	 const struct apu_operator *op, struct apu_tensor *tensors)
{
	static const int32_t lists[] = { 0, 1 };
	const struct apui_graph graph = {
		.tensors = tensors,
		.tensor_count = 2,
	};
	struct apu_operator step = *op;
	uint8_t *data;
	int ret;

	step.inputs = &lists[0];
	step.outputs = &lists[1];
	ret = apui_evaluate(&graph, &step, pool, &search->effort, &data);
	if (ret == 1) {
		tensors[1].data = data;
		tensors[1].is_constant = true;
	}
	return ret;
}

/* @tensor's type and quantisation, in a vector of @count elements. */
static struct apu_tensor
vector_like(const struct apu_tensor *tensor, uint32_t count)
{
	struct apu_tensor vector = *tensor;

	vector.rank = 1;
	for (unsigned int i = 0; i < APU_TENSOR_MAX_RANK; i++)
		vector.dims[i] = i == 0 ? (int32_t)count : 1;
	vector.element_count = count;
	vector.size_bytes = count * apu_dtype_size_bytes(tensor->dtype);
	vector.is_constant = false;
	return vector;
}

static int
try_values(struct search *search, struct apui_pool *pool,
	   const struct chain *chain, uint32_t count)
{
	const struct apui_graph *g = &search->graph->graph;
	struct apu_tensor tensors[2] = { vector_like(chain->x, count) };
	uint8_t *values =
		new_values(pool, count, apu_dtype_size_bytes(chain->x->dtype));
	int ret = 1;

	if (values == NULL)
		return -ENOMEM;
	tensors[0].data = values;
	tensors[0].is_constant = true;
	for (unsigned int i = 0; ret == 1 && i < chain->count; i++) {
		tensors[1] = vector_like(apui_graph_output(g, chain->ops[i], 0),
					 count);
		ret = run_step(search, pool, chain->ops[i], tensors);
		tensors[0] = tensors[1];
	}
	if (ret != 1)
		return ret;
	return memcmp(tensors[0].data, values, tensors[0].size_bytes) == 0;
}

/* Whether y is x, whatever x is. Returns 1, 0 or -ENOMEM. */
static int
changes_nothing(struct search *search, const struct chain *chain)
{
	uint32_t count = count_values(chain->x->dtype);
	struct apui_pool pool;
	int ret;

	if (count == 0 || count > search->values_left ||
	    chain->x->quant_count != 1 || chain->x->is_constant ||
	    !apui_pass_is_same_quantisation(chain->x, chain->y))
		return 0;
	search->values_left -= count;
	apui_pool_init(&pool);
	ret = try_values(search, &pool, chain, count);
	apui_pool_finish(&pool);
	return ret;
}

/* The operator whose output @op reads, if @op may undo it. */
static struct apu_operator *
find_first(const struct search *search, const struct apu_operator *op)
{
	const struct apu_tensor *middle =
		apui_graph_input(&search->graph->graph, op, 0);
	struct apu_operator *first;

	first = apui_pass_producer(search->graph, middle,
				   APUI_BUILTIN_DEQUANTIZE);
	return first != NULL ? first
			     : apui_pass_producer(search->graph, middle,
						  APUI_BUILTIN_QUANTIZE);
}

/*
 * Alone, and behind another: -1 when @op changes something, else the tensor
 * that has its output's bytes. -ENOMEM, which no tensor has as its number.
 */
static int64_t
find_same(struct search *search, const struct apu_operator *op)
{
	const struct apui_graph *g = &search->graph->graph;
	const struct apu_operator *first;
	struct chain chain = {
		.ops = { op },
		.count = 1,
		.x = apui_graph_input(g, op, 0),
		.y = apui_graph_output(g, op, 0),
	};
	int ret = changes_nothing(search, &chain);

	if (ret != 0)
		return ret < 0 ? ret : (int64_t)chain.x->index;
	first = find_first(search, op);
	if (first == NULL)
		return -1;
	chain.ops[0] = first;
	chain.ops[1] = op;
	chain.count = 2;
	chain.x = apui_graph_input(g, first, 0);
	ret = changes_nothing(search, &chain);
	if (ret <= 0)
		return ret < 0 ? ret : -1;
	return (int64_t)chain.x->index;
}

/* Give @op a list of its own if one of its inputs has been replaced. */
static int
resolve_inputs(struct search *search, struct apu_operator *op)
{
	int32_t *list = NULL;

	for (unsigned int i = 0; i < op->input_count; i++) {
		int32_t from = op->inputs[i];

		if (from < 0 || search->same[from] == (uint32_t)from)
			continue;
		if (list == NULL) {
			list = apui_pool_new(&search->graph->graph.pool,
					     op->input_count, sizeof(*list));
			if (list == NULL)
				return -ENOMEM;
			memcpy(list, op->inputs,
			       op->input_count * sizeof(*list));
			op->inputs = list;
		}
		list[i] = (int32_t)search->same[from];
	}
	return 0;
}

static int
resolve_outputs(struct search *search)
{
	struct apui_graph *g = &search->graph->graph;
	int32_t *list = apui_pool_new(&g->pool, g->output_count, sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < g->output_count; i++) {
		uint32_t to = search->same[g->outputs[i]];

		g->tensors[g->outputs[i]].is_output = false;
		list[i] = (int32_t)to;
	}
	for (uint32_t i = 0; i < g->output_count; i++)
		g->tensors[list[i]].is_output = true;
	g->outputs = list;
	return 0;
}

static int
check_operator(struct search *search, struct apu_operator *op)
{
	int64_t same;
	int ret;

	ret = resolve_inputs(search, op);
	if (ret < 0 || op->row->builtin_code != APUI_BUILTIN_QUANTIZE)
		return ret;
	same = find_same(search, op);
	if (same == -ENOMEM)
		return -ENOMEM;
	if (same < 0)
		return 0;
	search->same[op->outputs[0]] = (uint32_t)same;
	apui_pass_remove(search->graph, op);
	return 0;
}

/* What stood in front of what has been removed, and has no reader left. */
static void
remove_firsts(struct search *search)
{
	struct apui_graph *g = &search->graph->graph;

	apui_pass_count_readers(search->graph);
	for (uint32_t i = g->operator_count; i-- > 0;) {
		struct apu_operator *op = &g->operators[i];

		if (!op->is_removed &&
		    (op->row->builtin_code == APUI_BUILTIN_QUANTIZE ||
		     op->row->builtin_code == APUI_BUILTIN_DEQUANTIZE))
			apui_pass_remove_unread(search->graph, op);
	}
}

int
apui_pass_quantize(struct apui_pass_graph *graph)
{
	struct apui_graph *g = &graph->graph;
	struct search search = {
		.graph = graph,
		.same = apui_pool_new(&g->pool, g->tensor_count,
				      sizeof(*search.same)),
		.effort = { .looks_left = UINT32_MAX },
		.values_left = MAX_TRIED_VALUES,
	};
	int ret = 0;

	if (search.same == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < g->tensor_count; i++)
		search.same[i] = i;
	for (uint32_t i = 0; ret == 0 && i < g->operator_count; i++)
		if (!g->operators[i].is_removed)
			ret = check_operator(&search, &g->operators[i]);
	if (ret == 0)
		ret = resolve_outputs(&search);
	if (ret == 0)
		remove_firsts(&search);
	return ret;
}
