/* SPDX-License-Identifier: MIT */
#include "model/pass.h"
#include "model/operators.h"
#include "model/shape_check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Folding first: it makes the constants that others ask for. */
const struct apui_pass apui_passes[] = {
	{ "fold", APU_PASS_FOLD, apui_pass_fold, NULL },
	{ "quantize", APU_PASS_QUANTIZE, apui_pass_quantize, NULL },
	{ "pad", APU_PASS_PAD, apui_pass_pad, NULL },
	{ "fuse", APU_PASS_FUSE, apui_pass_fuse, NULL },
	{ "dead", APU_PASS_DEAD, apui_pass_dead, NULL },
	{ "inplace", APU_PASS_INPLACE, NULL, apui_pass_inplace },
};

const uint32_t apui_pass_count = sizeof(apui_passes) / sizeof(apui_passes[0]);

static int
copy_graph(struct apui_pass_graph *copy, const struct apui_graph *graph)
{
	copy->graph = *graph;
	apui_pool_init(&copy->graph.pool);
	copy->graph.tensors =
		apui_pool_new(&copy->graph.pool, graph->tensor_count,
			      sizeof(*graph->tensors));
	copy->graph.operators =
		apui_pool_new(&copy->graph.pool, graph->operator_count,
			      sizeof(*graph->operators));
	copy->reader_counts =
		apui_pool_new(&copy->graph.pool, graph->tensor_count,
			      sizeof(*copy->reader_counts));
	copy->last_readers =
		apui_pool_new(&copy->graph.pool, graph->tensor_count,
			      sizeof(*copy->last_readers));
	if (copy->graph.tensors == NULL || copy->graph.operators == NULL ||
	    copy->reader_counts == NULL || copy->last_readers == NULL)
		return -ENOMEM;
	memcpy(copy->graph.tensors, graph->tensors,
	       graph->tensor_count * sizeof(*graph->tensors));
	memcpy(copy->graph.operators, graph->operators,
	       graph->operator_count * sizeof(*graph->operators));
	return 0;
}

/* Looks at the reset line: some 10^9 elements, or a second. */
#define MAX_FOLD_LOOKS 8192u

/* Tensors may share the bytes of one constant, and be folded one by one. */
#define MAX_FOLDED_BYTES (UINT64_C(1) << 30)

static struct apui_fold_budget
make_budget(const struct apui_graph *graph)
{
	/* 8 bits that become 32, once each. */
	uint64_t bytes = 4 * graph->weight_bytes;

	return (struct apui_fold_budget) {
		.effort = { .looks_left = MAX_FOLD_LOOKS },
		.bytes_left =
			bytes < MAX_FOLDED_BYTES ? bytes : MAX_FOLDED_BYTES,
	};
}

/* IF and WHILE in @graph run the copies of what they ran. */
static void
run_copies(struct apui_graph *graph, struct apui_pass_graph *root)
{
	for (uint32_t i = 0; i < graph->operator_count; i++) {
		struct apu_operator *op = &graph->operators[i];

		if (!apui_operator_is_control(op))
			continue;
		for (int k = 0; k < 2; k++) {
			uint32_t at = op->options.control.graphs[k]->position;

			op->options.control.graphs[k] = &root->parts[at].graph;
		}
	}
}

static int
copy_parts(struct apui_pass_graph *root, const struct apui_graph *graph)
{
	struct apui_graph *copy = &root->graph;
	int ret;

	copy->subgraphs = apui_pool_new(&copy->pool, graph->subgraph_count,
					sizeof(*copy->subgraphs));
	root->parts = calloc(graph->subgraph_count, sizeof(*root->parts));
	copy->subgraph_count = 0;
	if (copy->subgraphs == NULL || root->parts == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->subgraph_count; i++) {
		struct apui_pass_graph *part = &root->parts[i];

		copy->subgraphs[copy->subgraph_count++] = &part->graph;
		ret = copy_graph(part, graph->subgraphs[i]);
		if (ret < 0)
			return ret;
	}
	run_copies(copy, root);
	for (uint32_t i = 0; i < graph->subgraph_count; i++)
		run_copies(copy->subgraphs[i], root);
	return 0;
}

static int
run_passes(struct apui_pass_graph *graph, uint32_t disabled)
{
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < apui_pass_count; i++) {
		const struct apui_pass *pass = &apui_passes[i];

		if ((disabled & pass->bit) != 0 || pass->run == NULL)
			continue;
		apui_pass_count_readers(graph);
		ret = pass->run(graph);
	}
	return ret;
}

static int
run_on_all(struct apui_pass_graph *root, uint32_t disabled)
{
	int ret = run_passes(root, disabled);

	for (uint32_t i = 0; ret == 0 && i < root->graph.subgraph_count; i++) {
		root->parts[i].budget = root->budget;
		ret = run_passes(&root->parts[i], disabled);
		root->budget = root->parts[i].budget;
	}
	return ret;
}

int
apui_pass_graph_new(const struct apui_graph *graph, uint32_t disabled,
		    struct apui_pass_graph **out_graph)
{
	struct apui_pass_graph *copy = calloc(1, sizeof(*copy));
	int ret;

	if (copy == NULL)
		return -ENOMEM;
	copy->budget = make_budget(graph);
	ret = copy_graph(copy, graph);
	if (ret == 0 && graph->subgraph_count > 0)
		ret = copy_parts(copy, graph);
	if (ret == 0)
		ret = run_on_all(copy, disabled);
	if (ret < 0) {
		apui_pass_graph_free(copy);
		return ret;
	}
	*out_graph = copy;
	return 0;
}

void
apui_pass_graph_free(struct apui_pass_graph *graph)
{
	if (graph == NULL)
		return;
	for (uint32_t i = 0;
	     graph->parts != NULL && i < graph->graph.subgraph_count; i++)
		apui_pool_finish(&graph->parts[i].graph.pool);
	free(graph->parts);
	apui_pool_finish(&graph->graph.pool);
	free(graph);
}

int
apui_pass_run_late(struct apui_lowering *lowering, uint32_t disabled)
{
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < apui_pass_count; i++)
		if ((disabled & apui_passes[i].bit) == 0 &&
		    apui_passes[i].run_late != NULL)
			ret = apui_passes[i].run_late(lowering);
	return ret;
}

void
apui_pass_count_readers(struct apui_pass_graph *graph)
{
	const struct apui_graph *g = &graph->graph;

	memset(graph->reader_counts, 0,
	       g->tensor_count * sizeof(*graph->reader_counts));
	for (uint32_t i = 0; i < g->operator_count; i++) {
		const struct apu_operator *op = &g->operators[i];

		if (op->is_removed)
			continue;
		for (unsigned int j = 0; j < op->input_count; j++) {
			if (op->inputs[j] < 0)
				continue;
			graph->reader_counts[op->inputs[j]]++;
			graph->last_readers[op->inputs[j]] = i;
		}
	}
	for (uint32_t i = 0; i < g->output_count; i++)
		graph->reader_counts[g->outputs[i]]++;
}

struct apu_operator *
apui_pass_only_reader(const struct apui_pass_graph *graph,
		      const struct apu_tensor *tensor)
{
	struct apu_operator *op;

	if (graph->reader_counts[tensor->index] != 1 || tensor->is_output)
		return NULL;
	op = &graph->graph.operators[graph->last_readers[tensor->index]];
	return op->is_removed ? NULL : op;
}

struct apu_operator *
apui_pass_producer(const struct apui_pass_graph *graph,
		   const struct apu_tensor *tensor, int32_t code)
{
	struct apu_operator *op;

	if (tensor->producer < 0)
		return NULL;
	op = &graph->graph.operators[tensor->producer];
	return op->row->builtin_code == code && !op->is_removed ? op : NULL;
}

int
apui_pass_set_input(struct apui_pass_graph *graph, struct apu_operator *op,
		    unsigned int number, uint32_t index)
{
	int32_t *list = apui_pool_new(&graph->graph.pool, op->input_count,
				      sizeof(*list));

	if (list == NULL)
		return -ENOMEM;
	memcpy(list, op->inputs, op->input_count * sizeof(*list));
	list[number] = (int32_t)index;
	op->inputs = list;
	return 0;
}

void
apui_pass_remove(struct apui_pass_graph *graph, struct apu_operator *op)
{
	op->is_removed = true;
	for (unsigned int i = 0; i < op->output_count; i++)
		graph->graph.tensors[op->outputs[i]].producer = -1;
	for (unsigned int i = 0; i < op->input_count; i++)
		if (op->inputs[i] >= 0)
			graph->reader_counts[op->inputs[i]]--;
}

void
apui_pass_remove_unread(struct apui_pass_graph *graph, struct apu_operator *op)
{
	for (unsigned int i = 0; i < op->output_count; i++)
		if (graph->reader_counts[op->outputs[i]] != 0)
			return;
	apui_pass_remove(graph, op);
}

bool
apui_pass_is_same_quantisation(const struct apu_tensor *a,
			       const struct apu_tensor *b)
{
	return a->dtype == b->dtype && a->quant_count == b->quant_count &&
	       a->quant_count <= 1 &&
	       apui_per_tensor_scale(a) == apui_per_tensor_scale(b) &&
	       apui_per_tensor_zero_point(a) == apui_per_tensor_zero_point(b);
}
