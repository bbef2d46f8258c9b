/* SPDX-License-Identifier: MIT */

/*
 * Those operators of StableHLO that LiteRT's reference runs, and that need no
 * other subgraph. They do not broadcast, and take numbers as they are stored:
 * integers wrap, scales are not looked at.
 */

#include "model/blame.h"
#include "model/block.h"
#include "model/operator_table.h"
#include "model/out_shape.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>
#include <string.h>

#define NUMBERS                                                                \
	(TYPES_8_BIT | TYPES_INT16 | TYPES_INT32 | TYPES_FLOAT32 |             \
	 APUI_TYPE_BIT(APU_DTYPE_INT64))

static int
infer_pair(const struct apui_graph *graph, struct apu_operator *op,
	   struct apui_shape *out_shape)
{
	const struct apu_tensor *a = apui_graph_input(graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(graph, op, 1);
	int ret;

	ret = apui_check_same_type(op, a, b);
	if (ret == 0)
		ret = apui_check_same_type(op, a,
					   apui_graph_output(graph, op, 0));
	if (ret < 0)
		return ret;
	if (a->rank != b->rank ||
	    memcmp(a->dims, b->dims, a->rank * sizeof(a->dims[0])) != 0)
		return apui_blame(-EINVAL, op, b, "its inputs differ in shape");
	return apui_out_dims(op, out_shape, a, 0, a->rank);
}

static const struct {
	int32_t builtin;
	enum apui_binary function;
} functions[] = {
	{ APUI_BUILTIN_STABLEHLO_ADD, APUI_BINARY_ADD },
	{ APUI_BUILTIN_STABLEHLO_MULTIPLY, APUI_BINARY_MUL },
	{ APUI_BUILTIN_STABLEHLO_MAXIMUM, APUI_BINARY_MAXIMUM },
	{ APUI_BUILTIN_STABLEHLO_MINIMUM, APUI_BINARY_MINIMUM },
};

static uint32_t
find_function(const struct apu_operator *op)
{
	size_t i = 0;

	while (functions[i].builtin != op->row->builtin_code)
		i++;
	return functions[i].function;
}

static int
lower_pair(struct apui_lowering *lowering, const struct apu_operator *op)
{
	bool is_real = apui_graph_output(lowering->graph, op, 0)->dtype ==
		       APU_DTYPE_FLOAT32;
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op,
				  is_real ? APUI_OP_BINARY_FLOAT
					  : APUI_OP_BINARY_INTEGER,
				  2, &lowered);
	if (ret < 0)
		return ret;
	if (is_real)
		lowered.params.binary_float =
			(struct apui_binary_float_params) {
				.function = find_function(op),
				.act_min = -INFINITY,
				.act_max = INFINITY,
			};
	else
		lowered.params.binary_integer =
			(struct apui_binary_integer_params) {
				.function = find_function(op),
				.act_min = INT64_MIN,
				.act_max = INT64_MAX,
			};
	return apui_lowering_append(lowering, op, &lowered);
}

/* STABLEHLO_PAD: x, what stands around and between its elements. */

/* A gap or an edge beyond that could not be anything but an error. */
#define MAX_GAP INT32_MAX

/* How dimension @i of x lies in y: less than 0 elements in front are left out.
 */
struct edge {
	int64_t before, after, step;
};

static int
read_edge(const struct apu_operator *op, const struct apu_tensor *x,
	  unsigned int i, struct edge *out)
{
	const int64_t *before = op->options.hlo_pad.before;
	const int64_t *after = op->options.hlo_pad.after;
	const int64_t *between = op->options.hlo_pad.between;

	out->before = before[i];
	out->after = after[i];
	if (out->before < -MAX_GAP || out->before > MAX_GAP ||
	    out->after < -MAX_GAP || out->after > MAX_GAP || between[i] < 0 ||
	    between[i] > MAX_GAP)
		return apui_blame(-EINVAL, op, x,
				  "dimension %u is padded with %lld in front, "
				  "%lld behind, and %lld between",
				  i, (long long)before[i], (long long)after[i],
				  (long long)between[i]);
	out->step = between[i] + 1;
	return 0;
}

static int
check_lists(const struct apu_operator *op, const struct apu_tensor *x)
{
	if (op->options.hlo_pad.before_count == x->rank &&
	    op->options.hlo_pad.after_count == x->rank &&
	    op->options.hlo_pad.between_count == x->rank)
		return 0;
	return apui_blame(-EINVAL, op, x,
			  "its %u dimensions are padded with %u numbers in "
			  "front, %u behind, and %u between",
			  x->rank, op->options.hlo_pad.before_count,
			  op->options.hlo_pad.after_count,
			  op->options.hlo_pad.between_count);
}

static int
infer_pad(const struct apui_graph *graph, struct apu_operator *op,
	  struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *value = apui_graph_input(graph, op, 1);
	struct edge edge = { .step = 1 };
	int ret;

	ret = apui_check_same_type(op, x, value);
	if (ret == 0)
		ret = apui_check_same_type(op, x,
					   apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_check_count(op, value, 1);
	if (ret == 0)
		ret = check_lists(op, x);
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t length;

		ret = read_edge(op, x, i, &edge);
		if (ret < 0)
			return ret;
		length = edge.before + edge.after;
		if (x->dims[i] > 0)
			length += (x->dims[i] - 1) * edge.step + 1;
		ret = apui_out_dim(op, out_shape, length > 0 ? length : 0);
	}
	return ret;
}

/* The elements of dimension @i of x that are in y, as one more of @block. */
static int
place_inside(const struct apu_operator *op, const struct apu_tensor *x,
	     const struct apu_tensor *y, unsigned int i,
	     struct apui_block *block)
{
	int64_t in_stride = apui_layout_of(x->dims, x->rank).strides[i];
	int64_t out_stride = apui_layout_of(y->dims, y->rank).strides[i];
	int64_t first = 0, end = x->dims[i];
	struct edge edge = { .step = 1 };
	int ret;

	ret = read_edge(op, x, i, &edge);
	if (ret < 0)
		return ret;
	if (edge.before < 0)
		first = (-edge.before + edge.step - 1) / edge.step;
	/* Element k is at before + k * step, which is below y's length. */
	if (y->dims[i] <= edge.before)
		end = 0;
	else if ((y->dims[i] - 1 - edge.before) / edge.step < end)
		end = (y->dims[i] - 1 - edge.before) / edge.step + 1;
	apui_block_add(block, end > first ? end - first : 0, in_stride,
		       out_stride * edge.step);
	block->in.offset += first * in_stride;
	block->out.offset += (edge.before + first * edge.step) * out_stride;
	return 0;
}

static bool
is_empty(const struct apui_block *block)
{
	for (unsigned int i = 0; i < block->rank; i++)
		if (block->lengths[i] == 0)
			return true;
	return false;
}

static int
lower_pad(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	struct apui_block all = { .rank = 0 }, block = { .rank = 0 };
	int ret = 0;

	if (y->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, y, "its output is empty");
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		apui_block_add(&all, y->dims[i], 0,
			       apui_layout_of(y->dims, y->rank).strides[i]);
		ret = place_inside(op, x, y, i, &block);
	}
	if (ret == 0)
		ret = apui_block_copy(lowering, op, &all,
				      apui_graph_input(graph, op, 1), y);
	if (ret < 0 || is_empty(&block))
		return ret;
	return apui_block_copy(lowering, op, &block, x, y);
}

#define LONGS(number, member)                                                  \
	{                                                                      \
		.id = (number), .type = APUI_FIELD_I64_VECTOR,                 \
		.offset =                                                      \
			offsetof(union apui_operator_options, hlo_pad.member), \
		.max = MAX_RANK, .name = #member                               \
	}

static const struct apui_option_field pad_fields[] = {
	LONGS(0, before),
	LONGS(1, after),
	LONGS(2, between),
	{ .type = APUI_FIELD_END },
};

#define PAIR(code)                                                             \
	{                                                                      \
		.name = #code, .builtin_code = APUI_BUILTIN_##code,            \
		.max_version = 1, .options_type = APUI_OPTIONS_NONE,           \
		.fields = apui_no_fields, .min_inputs = 2, .max_inputs = 2,    \
		.min_outputs = 1, .max_outputs = 1,                            \
		.inputs = { TENSOR(NUMBERS, 0, MAX_RANK),                      \
			    TENSOR(NUMBERS, 0, MAX_RANK) },                    \
		.output = TENSOR(NUMBERS, 0, MAX_RANK), .infer = infer_pair,   \
		.lower = lower_pair                                            \
	}

static const struct apui_operator_row rows[] = {
	PAIR(STABLEHLO_ADD),
	PAIR(STABLEHLO_MULTIPLY),
	PAIR(STABLEHLO_MAXIMUM),
	PAIR(STABLEHLO_MINIMUM),
	{
		.name = "STABLEHLO_PAD",
		.builtin_code = APUI_BUILTIN_STABLEHLO_PAD,
		.max_version = 1,
		.options_type = APUI_OPTIONS_2_STABLEHLO_PAD,
		.has_options_2 = true,
		.fields = pad_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_ANY, 1, MAX_RANK),
			    TENSOR(TYPES_ANY, 0, MAX_RANK) },
		.output = TENSOR(TYPES_ANY, 1, MAX_RANK),
		.infer = infer_pad,
		.lower = lower_pad,
	},
};

const struct apui_operator_family apui_hlo_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
