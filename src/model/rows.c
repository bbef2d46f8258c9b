/* SPDX-License-Identifier: MIT */
#include "model/rows.h"
#include "core/error.h"
#include "model/blame.h"
#include "model/movement.h"
#include "model/schema.h"
#include "model/shape.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

/* A length that data decide on, on its way through one operator. */
struct passage {
	const struct apui_graph *graph;
	const struct apu_operator *op;
	const struct apui_shape *y;
	/* Of the output: NULL when all its lengths are known. */
	const struct apu_tensor *rows_of;
	unsigned int dim;
};

static int
refuse(const struct passage *p, unsigned int input, const char *why)
{
	apui_blame(-EOPNOTSUPP, p->op, apui_graph_input(p->graph, p->op, input),
		   "the length of input %u depends on data, which is not "
		   "supported here%s%s",
		   input, why != NULL ? ": " : "", why != NULL ? why : "");
	apui_fail_remedy("docs/operators.md, WHERE, has the operators that can "
			 "read it; or make it an output of the model and go "
			 "on behind it");
	return -EOPNOTSUPP;
}

/* Only input @input may be of such a length. */
static int
check_others(const struct passage *p, unsigned int input)
{
	for (unsigned int i = 0; i < p->op->input_count; i++) {
		const struct apu_tensor *x =
			apui_graph_input(p->graph, p->op, i);

		if (i != input && x != NULL && x->rows_of != NULL)
			return refuse(p, i, NULL);
	}
	return 0;
}

static int
pass_same(struct passage *p)
{
	const struct apu_tensor *x = apui_graph_input(p->graph, p->op, 0);

	p->rows_of = x->rows_of;
	p->dim = x->rows_dim;
	return check_others(p, 0);
}

/* Input @input is stretched to the output: it must not be along the length. */
static int
check_stretched(const struct passage *p, unsigned int input)
{
	const struct apu_tensor *x = apui_graph_input(p->graph, p->op, input);
	unsigned int front = p->y->rank - x->rank;

	if (x->rows_of != NULL)
		return x->rows_of->index == p->rows_of->index &&
				       x->rows_dim + front == p->dim
			       ? 0
			       : refuse(p, input,
					"another input's depends on other "
					"data");
	if (p->dim >= front && x->dims[p->dim - front] != 1)
		return refuse(p, input, "another input has a length there");
	return 0;
}

static int
pass_broadcast(struct passage *p)
{
	int ret = 0;

	for (unsigned int i = 0; i < p->op->input_count; i++) {
		const struct apu_tensor *x =
			apui_graph_input(p->graph, p->op, i);

		if (x->rows_of == NULL)
			continue;
		p->rows_of = x->rows_of;
		p->dim = x->rows_dim + p->y->rank - x->rank;
	}
	for (unsigned int i = 0; ret == 0 && i < p->op->input_count; i++)
		ret = check_stretched(p, i);
	return ret;
}

/* Integers have divisors that end the job: those without a meaning would. */
static int
pass_division(struct passage *p)
{
	if (apui_graph_input(p->graph, p->op, 0)->dtype != APU_DTYPE_FLOAT32)
		return refuse(p, 0, "integers are divided");
	return pass_broadcast(p);
}

static int
pass_gather(struct passage *p)
{
	const struct apu_tensor *indices = apui_graph_input(p->graph, p->op, 1);
	struct apui_gather_axes axes;
	int ret = check_others(p, 1);

	if (ret == 0)
		ret = apui_movement_gather_axes(p->graph, p->op, &axes);
	if (ret < 0)
		return ret;
	if (indices->rows_dim < axes.batch_dims)
		return refuse(p, 1, "it is a batch");
	p->rows_of = indices->rows_of;
	p->dim = axes.axis + indices->rows_dim - axes.batch_dims;
	return 0;
}

static int
pass_gather_nd(struct passage *p)
{
	const struct apu_tensor *indices = apui_graph_input(p->graph, p->op, 1);
	int ret = check_others(p, 1);

	if (ret < 0)
		return ret;
	if (indices->rows_dim + 1 == indices->rank)
		return refuse(p, 1, "it is how many numbers an index has");
	p->rows_of = indices->rows_of;
	p->dim = indices->rows_dim;
	return 0;
}

/* RESHAPE must not know the length beforehand. */
static bool
leaves_open(const struct passage *p, unsigned int dim)
{
	const struct apu_tensor *shape = apui_graph_input(p->graph, p->op, 1);

	if (p->op->row->builtin_code != APUI_BUILTIN_RESHAPE)
		return true;
	if (shape != NULL && shape->rank == 1)
		return apui_constant_i32(shape, dim) == -1;
	return p->op->options.reshape.new_shape[dim] == -1;
}

/*
 * The same elements in another shape: the length is that dimension of the
 * output which has as many elements in front, and the length.
 */
static int
pass_reshaped(struct passage *p)
{
	const struct apu_tensor *x = apui_graph_input(p->graph, p->op, 0);
	uint64_t before = 1, y_before = 1;
	int ret = check_others(p, 0);

	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < x->rows_dim; i++)
		before *= (uint64_t)x->dims[i];
	for (unsigned int i = 0; i < p->y->rank; i++) {
		if (y_before == before &&
		    p->y->dims[i] == x->dims[x->rows_dim] &&
		    leaves_open(p, i)) {
			p->rows_of = x->rows_of;
			p->dim = i;
			return 0;
		}
		y_before *= (uint64_t)p->y->dims[i];
	}
	return refuse(p, 0, "its elements are shared out anew");
}

/* Other elements than those that count can be made to make no difference. */
static bool
can_reduce(const struct passage *p, const struct apu_tensor *x)
{
	switch (p->op->row->builtin_code) {
	case APUI_BUILTIN_SUM:
	case APUI_BUILTIN_REDUCE_PROD:
		return x->dtype == APU_DTYPE_FLOAT32 ||
		       x->dtype == APU_DTYPE_INT32 ||
		       x->dtype == APU_DTYPE_INT64;
	case APUI_BUILTIN_MEAN:
		return false;
	default:
		return true;
	}
}

static int
pass_reduction(struct passage *p)
{
	const struct apu_tensor *x = apui_graph_input(p->graph, p->op, 0);
	uint32_t axes = 0;
	int ret = check_others(p, 0);

	if (ret == 0)
		ret = apui_reduced_axes(p->graph, p->op, &axes);
	if (ret < 0)
		return ret;
	if ((axes >> x->rows_dim & 1) != 0)
		return can_reduce(p, x) ? 0 : refuse(p, 0, "it is reduced so");
	p->rows_of = x->rows_of;
	p->dim = x->rows_dim;
	if (p->y->rank < x->rank)
		p->dim -= (unsigned int)__builtin_popcount(
			axes & ((1u << x->rows_dim) - 1));
	return 0;
}

/* All others refuse such inputs, but rows with keeps_rows. */
static const struct {
	int32_t builtin;
	int (*pass)(struct passage *p);
} passages[] = {
	{ APUI_BUILTIN_ADD, pass_broadcast },
	{ APUI_BUILTIN_SUB, pass_broadcast },
	{ APUI_BUILTIN_MUL, pass_broadcast },
	{ APUI_BUILTIN_DIV, pass_division },
	{ APUI_BUILTIN_FLOOR_DIV, pass_division },
	{ APUI_BUILTIN_FLOOR_MOD, pass_division },
	{ APUI_BUILTIN_MINIMUM, pass_broadcast },
	{ APUI_BUILTIN_MAXIMUM, pass_broadcast },
	{ APUI_BUILTIN_SQUARED_DIFFERENCE, pass_broadcast },
	{ APUI_BUILTIN_LOGICAL_AND, pass_broadcast },
	{ APUI_BUILTIN_LOGICAL_OR, pass_broadcast },
	{ APUI_BUILTIN_EQUAL, pass_broadcast },
	{ APUI_BUILTIN_NOT_EQUAL, pass_broadcast },
	{ APUI_BUILTIN_GREATER, pass_broadcast },
	{ APUI_BUILTIN_GREATER_EQUAL, pass_broadcast },
	{ APUI_BUILTIN_LESS, pass_broadcast },
	{ APUI_BUILTIN_LESS_EQUAL, pass_broadcast },
	{ APUI_BUILTIN_SELECT_V2, pass_broadcast },
	{ APUI_BUILTIN_GATHER, pass_gather },
	{ APUI_BUILTIN_GATHER_ND, pass_gather_nd },
	{ APUI_BUILTIN_RESHAPE, pass_reshaped },
	{ APUI_BUILTIN_SQUEEZE, pass_reshaped },
	{ APUI_BUILTIN_EXPAND_DIMS, pass_reshaped },
	{ APUI_BUILTIN_SUM, pass_reduction },
	{ APUI_BUILTIN_MEAN, pass_reduction },
	{ APUI_BUILTIN_REDUCE_PROD, pass_reduction },
	{ APUI_BUILTIN_REDUCE_MAX, pass_reduction },
	{ APUI_BUILTIN_REDUCE_MIN, pass_reduction },
	{ APUI_BUILTIN_REDUCE_ANY, pass_reduction },
	{ APUI_BUILTIN_REDUCE_ALL, pass_reduction },
};

static int
pass(struct passage *p, unsigned int input)
{
	for (size_t i = 0; i < sizeof(passages) / sizeof(passages[0]); i++)
		if (passages[i].builtin == p->op->row->builtin_code)
			return passages[i].pass(p);
	if (p->op->row->keeps_rows)
		return pass_same(p);
	return refuse(p, input, NULL);
}

int
apui_check_rows(struct apui_graph *graph, const struct apu_operator *op,
		const struct apui_shape *shapes)
{
	struct passage p = { .graph = graph, .op = op, .y = shapes };
	unsigned int i = 0;
	int ret;

	while (i < op->input_count &&
	       (apui_graph_input(graph, op, i) == NULL ||
		apui_graph_input(graph, op, i)->rows_of == NULL))
		i++;
	if (i < op->input_count) {
		ret = pass(&p, i);
		if (ret < 0)
			return ret;
	}
	for (unsigned int k = 0; k < op->output_count; k++) {
		struct apu_tensor *y = &graph->tensors[op->outputs[k]];

		y->rows_of = op->row->counts_rows ? y : p.rows_of;
		y->rows_dim = p.dim;
	}
	return 0;
}

/* The program's mask of the rows, [rows], seen as [rows, 1, ...]. */
static int
reshape_mask(struct apui_lowering *lowering, uint32_t mask, unsigned int rank,
	     uint32_t *out_index)
{
	struct apui_program_tensor record = lowering->writer.tensors[mask];
	struct apui_lowered copy = {
		.op = APUI_OP_COPY,
		.inputs = { mask },
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	*out_index = mask;
	if (rank == 1)
		return 0;
	record.rank = (uint8_t)rank;
	for (unsigned int i = 1; i < rank; i++)
		record.dims[i] = 1;
	ret = apui_lowering_add_scratch(lowering, &record, out_index);
	copy.outputs[0] = *out_index;
	if (ret == 0)
		ret = apui_lowering_append(lowering, NULL, &copy);
	return ret;
}

static int
add_fill(struct apui_lowering *lowering, struct apui_lowered *lowered,
	 const struct apu_tensor *tensor, const void *fill)
{
	void *data;
	int ret = apui_lowering_add_vector(lowering, lowered,
					   (uint8_t)tensor->dtype, 1, &data);

	if (ret == 0)
		memcpy(data, fill, apu_dtype_size_bytes(tensor->dtype));
	return ret;
}

int
apui_lowering_fill_rows(struct apui_lowering *lowering,
			const struct apu_tensor *tensor, const void *fill,
			uint32_t *inout_index)
{
	struct apui_lowered select = { .op = APUI_OP_SELECT };
	struct apui_program_tensor record;
	int ret;

	if (tensor->rows_of == NULL)
		return 0;
	record = lowering->writer.tensors[*inout_index];
	ret = reshape_mask(lowering,
			   apui_lowering_row_mask(lowering, tensor->rows_of),
			   tensor->rank - tensor->rows_dim, &select.inputs[0]);
	select.inputs[1] = *inout_index;
	select.input_count = 2;
	if (ret == 0)
		ret = add_fill(lowering, &select, tensor, fill);
	if (ret == 0)
		ret = apui_lowering_add_scratch(lowering, &record,
						&select.outputs[0]);
	select.output_count = 1;
	if (ret == 0)
		ret = apui_lowering_append(lowering, NULL, &select);
	*inout_index = select.outputs[0];
	return ret;
}
