/* SPDX-License-Identifier: MIT */

/* Windows over tensors of any rank, and the gaps that they may have. */

#include "model/blame.h"
#include "model/block.h"
#include "model/movement.h"
#include "model/operator_table.h"
#include "model/out_shape.h"
#include "model/shape_check.h"
#include <errno.h>

#define INT64 APUI_TYPE_BIT(APU_DTYPE_INT64)

enum { X, FACTORS, VALUE };

/* DILATE: so many elements further on the next one is. */
static int
infer_dilate(const struct apui_graph *graph, struct apu_operator *op,
	     struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, X);
	const struct apu_tensor *factors = apui_graph_input(graph, op, FACTORS);
	const struct apu_tensor *value = apui_graph_input(graph, op, VALUE);
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_check_same_type(op, x, value);
	if (ret == 0)
		ret = apui_check_count(op, value, 1);
	if (ret == 0)
		ret = apui_check_count(op, factors, x->rank);
	if (ret == 0 && x->element_count == 0)
		ret = apui_blame(-EINVAL, op, x, "it is empty");
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t factor = apui_constant_integer(factors, i);

		if (factor < 1)
			return apui_blame(-EINVAL, op, factors,
					  "its factor of dimension %u is %lld",
					  i, (long long)factor);
		ret = apui_out_dim(op, out_shape,
				   (x->dims[i] - 1) * factor + 1);
	}
	return ret;
}

/* All of y is the value, then x is put into it. */
static int
lower_dilate(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, X);
	const struct apu_tensor *factors = apui_graph_input(graph, op, FACTORS);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	struct apui_layout in = apui_layout_of(x->dims, x->rank);
	struct apui_layout out = apui_layout_of(y->dims, y->rank);
	struct apui_block all = { .rank = 0 }, block = { .rank = 0 };
	int ret;

	for (unsigned int i = 0; i < x->rank; i++) {
		apui_block_add(&all, y->dims[i], 0, out.strides[i]);
		apui_block_add(&block, x->dims[i], in.strides[i],
			       out.strides[i] *
				       apui_constant_integer(factors, i));
	}
	ret = apui_block_copy(lowering, op, &all,
			      apui_graph_input(graph, op, VALUE), y);
	return ret < 0 ? ret : apui_block_copy(lowering, op, &block, x, y);
}

/* REDUCE_WINDOW: x, what it begins with, window, strides, dilations. */
enum { INIT = 1, WINDOW, STRIDES, DILATIONS };

static int
check_window(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, X);
	const struct apu_tensor *init = apui_graph_input(graph, op, INIT);
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_check_same_type(op, x, init);
	if (ret == 0)
		ret = apui_check_count(op, init, 1);
	for (unsigned int k = WINDOW; ret == 0 && k <= DILATIONS; k++) {
		const struct apu_tensor *list = apui_graph_input(graph, op, k);

		ret = apui_check_count(op, list, x->rank);
		for (unsigned int i = 0; ret == 0 && i < x->rank; i++)
			if (apui_constant_integer(list, i) < 1 ||
			    apui_constant_integer(list, i) > INT32_MAX)
				ret = apui_blame(
					-EINVAL, op, list,
					"number %u of its input %u is %lld", i,
					k,
					(long long)apui_constant_integer(list,
									 i));
	}
	return ret;
}

static int
infer_reduce_window(const struct apui_graph *graph, struct apu_operator *op,
		    struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, X);
	int32_t factors[2 * APUI_REDUCE_WINDOW_MAX_RANK];
	int ret = check_window(graph, op);

	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t window = apui_constant_integer(
			apui_graph_input(graph, op, WINDOW), i);
		int64_t stride = apui_constant_integer(
			apui_graph_input(graph, op, STRIDES), i);
		int64_t dilation = apui_constant_integer(
			apui_graph_input(graph, op, DILATIONS), i);
		int64_t rest = x->dims[i] - 1 - (window - 1) * dilation;

		if (rest < 0)
			return apui_blame(-EINVAL, op, x,
					  "its window is longer than dimension "
					  "%u",
					  i);
		if (rest % stride != 0)
			return apui_blame(-EOPNOTSUPP, op, x,
					  "its last window does not end with "
					  "dimension %u",
					  i);
		ret = apui_out_dim(op, out_shape, rest / stride + 1);
		factors[2 * i] = (int32_t)(rest / stride + 1);
		factors[2 * i + 1] = (int32_t)window;
	}
	return ret < 0 ? ret
		       : apui_check_product(op, factors, 2 * x->rank,
					    &op->macs);
}

static int
lower_reduce_window(struct apui_lowering *lowering,
		    const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered;
	struct apui_reduce_window_params *params =
		&lowered.params.reduce_window;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_REDUCE_WINDOW, 2,
				  &lowered);
	if (ret < 0)
		return ret;
	params->function = (uint32_t)op->options.reduce_window.function;
	params->rank = apui_graph_input(graph, op, X)->rank;
	for (unsigned int i = 0; i < params->rank; i++) {
		params->window[i] = (int32_t)apui_constant_integer(
			apui_graph_input(graph, op, WINDOW), i);
		params->stride[i] = (int32_t)apui_constant_integer(
			apui_graph_input(graph, op, STRIDES), i);
		params->dilation[i] = (int32_t)apui_constant_integer(
			apui_graph_input(graph, op, DILATIONS), i);
	}
	return apui_lowering_append(lowering, op, &lowered);
}

/* The program has the schema's numbers, but for 0: no function. */
static const struct apui_option_field reduce_window_fields[] = {
	FIELD(0, APUI_FIELD_I32, reduce_window, function, APUI_WINDOW_ADD,
	      APUI_WINDOW_ANY, APUI_WINDOW_ANY, 0),
	{ .type = APUI_FIELD_END },
};

#define NUMBERS                                                                \
	(TYPES_8_BIT | TYPES_INT16 | TYPES_INT32 | INT64 | TYPES_FLOAT32)
#define WINDOWED(low) TENSOR(NUMBERS, low, APUI_REDUCE_WINDOW_MAX_RANK)
#define LONGS                                                                  \
	{                                                                      \
		.types = INT64, .min_rank = 1, .max_rank = 1, .constant = true \
	}

static const struct apui_operator_row rows[] = {
	{
		.name = "DILATE",
		.builtin_code = APUI_BUILTIN_DILATE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_2_DILATE,
		.has_options_2 = true,
		.fields = apui_no_fields,
		.min_inputs = 3,
		.max_inputs = 3,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_ANY, 1, MAX_RANK), PARAMETER(1, 1),
			    TENSOR(TYPES_ANY, 0, MAX_RANK) },
		.output = TENSOR(TYPES_ANY, 1, MAX_RANK),
		.infer = infer_dilate,
		.lower = lower_dilate,
	},
	{
		.name = "REDUCE_WINDOW",
		.builtin_code = APUI_BUILTIN_REDUCE_WINDOW,
		.max_version = 1,
		.options_type = APUI_OPTIONS_2_REDUCE_WINDOW,
		.has_options_2 = true,
		.fields = reduce_window_fields,
		.min_inputs = 5,
		.max_inputs = 5,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { WINDOWED(1), WINDOWED(0), LONGS, LONGS, LONGS },
		.output = WINDOWED(1),
		.infer = infer_reduce_window,
		.lower = lower_reduce_window,
	},
};

const struct apui_operator_family apui_windowed_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
