/* SPDX-License-Identifier: MIT */
#include "graph_helper.h"
#include "test.h"
#include <apu/error.h>
#include <errno.h>

/*
 * Each row takes a good operator (a base), breaks or changes one thing, and
 * says what must come of it. Tensors of a base: input 0, 1, 2, then the output.
 */
enum { X, W, BIAS };

static void
build_conv(struct graph_builder *b, enum apu_dtype dtype)
{
	struct apu_operator *op;

	builder_tensor(b, dtype, DIMS(2, 8, 6, 4));
	builder_weights(b, dtype, DIMS(8, 3, 3, 4));
	builder_weights(b, APU_DTYPE_INT32, DIMS(8));
	builder_tensor(b, dtype, DIMS(2, 4, 3, 8));
	b->scales[BIAS][0] = 0.25f;
	op = builder_operator(b, APUI_BUILTIN_CONV_2D, 3,
			      (int32_t[]) { 0, 1, 2, 3 });
	builder_window(op, APUI_PADDING_SAME, 2, 0);
}

static void
base_conv(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8);
	builder_per_channel(b, W, 0);
}

static void
base_conv_uint8(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_UINT8);
}

static void
base_depthwise(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 8, 8, 4));
	builder_weights(b, APU_DTYPE_INT8, DIMS(1, 3, 3, 8));
	builder_weights(b, APU_DTYPE_INT32, DIMS(8));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 6, 6, 8));
	builder_per_channel(b, W, 3);
	op = builder_operator(b, APUI_BUILTIN_DEPTHWISE_CONV_2D, 3,
			      (int32_t[]) { 0, 1, 2, 3 });
	builder_window(op, APUI_PADDING_VALID, 1, 0);
}

static void
base_fully_connected(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_UINT8, DIMS(2, 3, 2, 4));
	builder_weights(b, APU_DTYPE_UINT8, DIMS(5, 4));
	builder_weights(b, APU_DTYPE_INT32, DIMS(5));
	builder_tensor(b, APU_DTYPE_UINT8, DIMS(12, 5));
	b->scales[BIAS][0] = 0.25f;
	builder_operator(b, APUI_BUILTIN_FULLY_CONNECTED, 3,
			 (int32_t[]) { 0, 1, 2, 3 });
}

static void
base_pool(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 7, 9, 3));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 3, 4, 3));
	op = builder_operator(b, APUI_BUILTIN_AVERAGE_POOL_2D, 1,
			      (int32_t[]) { 0, 1 });
	builder_window(op, APUI_PADDING_VALID, 2, 3);
}

static void
base_add(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 1, 3, 4));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(5, 1, 4));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 5, 3, 4));
	builder_operator(b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 0, 1, 2 });
}

static void
base_reshape(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_numbers(b, DIMS(2), (int32_t[]) { 4, 6 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 6));
	builder_operator(b, APUI_BUILTIN_RESHAPE, 2, (int32_t[]) { 0, 1, 2 });
}

static void
base_softmax(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(3, 10));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(3, 10));
	builder_operator(b, APUI_BUILTIN_SOFTMAX, 1, (int32_t[]) { 0, 1 });
}

static void
base_pad(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3));
	builder_numbers(b, DIMS(2, 2), (int32_t[]) { 1, 0, 2, 4 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(3, 9));
	builder_operator(b, APUI_BUILTIN_PAD, 2, (int32_t[]) { 0, 1, 2 });
}

static void
base_mean(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4, 5));
	builder_numbers(b, DIMS(3), (int32_t[]) { 1, -2, 1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 5));
	builder_operator(b, APUI_BUILTIN_MEAN, 2, (int32_t[]) { 0, 1, 2 });
}

/* What a row changes: a dimension of a tensor, a number, or more by code. */
static void
set_dim(struct graph_builder *b, int tensor, unsigned int axis, int32_t value)
{
	b->tensors[tensor].dims[axis] = value;
	builder_resize(&b->tensors[tensor]);
}

static void
set_dims(struct graph_builder *b, int tensor, const int32_t *dims)
{
	struct apu_tensor *t = &b->tensors[tensor];

	for (t->rank = 0; dims[t->rank] >= 0; t->rank++)
		t->dims[t->rank] = dims[t->rank];
	builder_resize(t);
}

#define OPTIONS(b) (&(b)->operators[0].options)

/* One line each: the name says what is broken. */
#define CHANGE(name, ...)                                                      \
	static void name(struct graph_builder *b)                              \
	{                                                                      \
		__VA_ARGS__;                                                   \
	}

CHANGE(nothing, (void)b)
CHANGE(bias_is_left_out, b->lists[0][2] = -1)
CHANGE(bias_is_not_listed, b->operators[0].input_count = 2)
CHANGE(bias_is_short, set_dim(b, BIAS, 0, 7))
CHANGE(bias_is_empty, set_dim(b, BIAS, 0, 0))
CHANGE(bias_has_zero_point, b->zero_points[BIAS][0] = 1)
CHANGE(bias_is_int64, b->tensors[BIAS].dtype = APU_DTYPE_INT64)
CHANGE(bias_has_another_scale, b->scales[BIAS][0] = 0.5f)
CHANGE(bias_is_per_channel_along_3, b->tensors[BIAS].quant_count = 8;
       b->tensors[BIAS].quant_axis = 3)
CHANGE(output_has_another_type, b->tensors[3].dtype = APU_DTYPE_UINT8)
CHANGE(weights_have_another_type, b->tensors[W].dtype = APU_DTYPE_UINT8)
CHANGE(weights_have_zero_point, b->zero_points[W][7] = 3)
CHANGE(weights_of_uint8_have_zero_point, b->zero_points[W][0] = 3)
CHANGE(weights_have_no_scale, b->tensors[W].quant_count = 0)
CHANGE(weights_are_quantised_along_another_axis, b->tensors[W].quant_axis = 1)
CHANGE(weights_have_too_few_scales, b->tensors[W].quant_count = 4)
CHANGE(weights_of_uint8_are_per_channel, b->tensors[W].quant_count = 8)
CHANGE(weights_are_per_tensor, b->tensors[W].quant_count = 1)
CHANGE(weights_have_zero_inputs, set_dim(b, W, 3, 0))
CHANGE(weights_have_zero_taps, set_dim(b, W, 1, 0))
CHANGE(weights_make_two_groups, set_dim(b, W, 3, 2))
CHANGE(groups_do_not_divide_the_input, set_dim(b, W, 3, 3))
CHANGE(groups_do_not_divide_the_output, set_dim(b, W, 3, 1);
       set_dim(b, W, 0, 6); set_dim(b, BIAS, 0, 6);
       b->tensors[W].quant_count = 6)
CHANGE(input_has_no_channels, set_dim(b, X, 3, 0))
CHANGE(input_has_no_scale, b->tensors[X].quant_count = 0)
CHANGE(output_has_no_scale,
       b->tensors[b->operators[0].outputs[0]].quant_count = 0)
CHANGE(input_is_per_channel, b->tensors[X].quant_count = 4)
CHANGE(input_is_small, set_dim(b, X, 1, 2))
CHANGE(input_is_empty, set_dim(b, X, 0, 0))
CHANGE(stride_is_zero, OPTIONS(b)->window.stride_h = 0)
CHANGE(stride_is_negative, OPTIONS(b)->window.stride_w = -1)
CHANGE(dilation_is_zero, OPTIONS(b)->window.dilation_w = 0)
CHANGE(dilation_is_two, OPTIONS(b)->window.dilation_h = 2)
CHANGE(dilation_pads_too_much, set_dim(b, W, 1, 5);
       OPTIONS(b)->window.dilation_h = 32767)
CHANGE(padding_is_valid, OPTIONS(b)->window.padding = APUI_PADDING_VALID)
CHANGE(work_overflows, set_dims(b, X, DIMS(INT32_MAX, 8, INT32_MAX, 4)))
CHANGE(multiplier_does_not_divide, set_dim(b, X, 3, 3))
CHANGE(multiplier_is_large, set_dim(b, X, 3, 1))
CHANGE(multiplier_option_lies, OPTIONS(b)->window.depth_multiplier = 7)
CHANGE(filter_has_two_batches, set_dim(b, W, 0, 2))
CHANGE(keeps_dims, OPTIONS(b)->fully_connected.keep_num_dims = 1)
CHANGE(keeps_dims_of_another_depth, set_dims(b, X, DIMS(2, 3, 4, 2));
       OPTIONS(b)->fully_connected.keep_num_dims = 1)
CHANGE(rows_do_not_divide, set_dims(b, X, DIMS(3, 3)))
CHANGE(weights_are_shuffled, OPTIONS(b)->fully_connected.weights_format = 1)
CHANGE(weights_have_no_depth, set_dim(b, W, 1, 0))
CHANGE(filter_is_zero, OPTIONS(b)->window.filter_h = 0)
CHANGE(filter_is_larger_than_input, OPTIONS(b)->window.filter_w = 10)
CHANGE(filter_is_beyond_the_format, OPTIONS(b)->window.filter_w = 32768;
       OPTIONS(b)->window.padding = APUI_PADDING_SAME)
CHANGE(pool_pads, OPTIONS(b)->window.padding = APUI_PADDING_SAME)
CHANGE(output_has_another_scale, b->scales[1][0] = 0.6f)
CHANGE(output_has_nearly_the_scale, b->scales[1][0] = 0.5000005f)
CHANGE(output_has_another_zero_point, b->zero_points[1][0] = 1)
CHANGE(output_is_uint8, b->tensors[1].dtype = APU_DTYPE_UINT8)
CHANGE(sum_is_uint8, b->tensors[2].dtype = APU_DTYPE_UINT8)
CHANGE(inputs_disagree, set_dim(b, 1, 0, 4); set_dim(b, 0, 1, 3))
CHANGE(inputs_are_empty, set_dim(b, 1, 0, 0))
CHANGE(empty_meets_two, set_dim(b, 1, 0, 0); set_dim(b, 0, 1, 2))
CHANGE(one_input_is_scalar, set_dims(b, 1, NO_DIMS))
CHANGE(shape_has_minus_one, b->numbers[1] = -1)
CHANGE(shape_has_two_minus_ones, b->numbers[0] = b->numbers[1] = -1)
CHANGE(shape_has_minus_two, b->numbers[0] = -2)
CHANGE(shape_does_not_divide, b->numbers[0] = 5; b->numbers[1] = -1)
CHANGE(shape_has_other_count, b->numbers[0] = 5)
CHANGE(shape_overflows, b->numbers[0] = b->numbers[1] = 65536;
       set_dim(b, 1, 0, 4); b->numbers[2] = b->numbers[3] = 65536)
CHANGE(shape_is_zero_and_minus_one, b->numbers[0] = 0; b->numbers[1] = -1)
CHANGE(shape_of_nothing_is_zero_and_minus_one, b->numbers[0] = 0;
       b->numbers[1] = -1; set_dim(b, 0, 0, 0))
CHANGE(shape_of_nothing, b->numbers[0] = 0; set_dim(b, 0, 0, 0))
CHANGE(shape_of_nothing_with_minus_one, b->numbers[1] = -1; set_dim(b, 0, 0, 0))
CHANGE(shape_is_too_long, set_dim(b, 1, 0, 9))
CHANGE(shape_is_computed, b->tensors[1].is_constant = false)
CHANGE(shape_is_int64, b->tensors[1].dtype = APU_DTYPE_INT64)
CHANGE(reshaped_type_differs, b->tensors[2].dtype = APU_DTYPE_UINT8)
CHANGE(shape_is_nowhere, b->operators[0].input_count = 1)

static const int32_t option_shape[] = { 6, -1 };
static const int32_t legacy_scalar[] = { 0 };

CHANGE(shape_is_the_option, b->operators[0].input_count = 1;
       OPTIONS(b)->reshape.new_shape = option_shape;
       OPTIONS(b)->reshape.count = 2)
CHANGE(shape_tensor_goes_before_option,
       OPTIONS(b)->reshape.new_shape = option_shape;
       OPTIONS(b)->reshape.count = 2)
CHANGE(shape_option_is_a_scalar, b->operators[0].input_count = 1;
       OPTIONS(b)->reshape.new_shape = legacy_scalar;
       OPTIONS(b)->reshape.count = 1; set_dims(b, 0, DIMS(1, 1)))
CHANGE(paddings_are_negative, b->numbers[2] = -1)
CHANGE(paddings_overflow, b->numbers[3] = INT32_MAX)
CHANGE(paddings_are_for_three, set_dim(b, 1, 0, 3))
CHANGE(paddings_are_in_threes, set_dim(b, 1, 1, 3))
CHANGE(paddings_are_computed, b->tensors[1].is_constant = false)
CHANGE(padded_type_differs, b->tensors[2].dtype = APU_DTYPE_UINT8)
CHANGE(axis_is_the_rank, b->numbers[2] = 4)
CHANGE(axis_is_below_minus_rank, b->numbers[2] = -5)
CHANGE(axis_is_int_min, b->numbers[2] = INT32_MIN)
CHANGE(axes_are_computed, b->tensors[1].is_constant = false)
CHANGE(axes_are_none, set_dim(b, 1, 0, 0); b->tensors[1].data = NULL)
CHANGE(axes_are_all, b->numbers[0] = 0; b->numbers[1] = 1; b->numbers[2] = 2;
       b->numbers[3] = 3; set_dim(b, 1, 0, 4))
CHANGE(mean_keeps_dims, OPTIONS(b)->mean.keep_dims = 1)
CHANGE(mean_is_of_nothing, set_dim(b, 0, 1, 0))

#define MAX_DIMS 5

struct shape_case {
	const char *name;
	void (*base)(struct graph_builder *b);
	void (*change)(struct graph_builder *b);
	int ret;
	int32_t dims[MAX_DIMS]; /* ends with -1 */
	uint64_t macs;
};

#define GOOD(base, change, macs_wanted, ...)                                   \
	{                                                                      \
#base "_" #change, base_##base, change, 0,                     \
			{ __VA_ARGS__, -1 }, macs_wanted                       \
	}
#define BAD(number, base, change, code)                                        \
	{                                                                      \
		number #base "_" #change, base_##base, change, code, { -1 }, 0 \
	}
#define SCALAR                                                                 \
	{                                                                      \
		-1                                                             \
	}

static const struct shape_case cases[] = {
	GOOD(conv, nothing, 2 * 4 * 3 * 8 * 9 * 4, 2, 4, 3, 8),
	GOOD(conv, bias_is_left_out, 6912, 2, 4, 3, 8),
	GOOD(conv, bias_is_not_listed, 6912, 2, 4, 3, 8),
	GOOD(conv, bias_is_per_channel_along_3, 6912, 2, 4, 3, 8),
	GOOD(conv, bias_has_another_scale, 6912, 2, 4, 3, 8),
	GOOD(conv, weights_are_per_tensor, 6912, 2, 4, 3, 8),
	GOOD(conv, weights_make_two_groups, 3456, 2, 4, 3, 8),
	GOOD(conv, dilation_is_two, 6912, 2, 4, 3, 8),
	GOOD(conv, padding_is_valid, 2 * 3 * 2 * 8 * 36, 2, 3, 2, 8),
	GOOD(conv, input_is_small, 2 * 1 * 3 * 8 * 36, 2, 1, 3, 8),
	GOOD(conv, input_is_empty, 0, 0, 4, 3, 8),
	GOOD(conv_uint8, nothing, 6912, 2, 4, 3, 8),
	GOOD(conv_uint8, weights_of_uint8_have_zero_point, 6912, 2, 4, 3, 8),
	BAD("m58_", conv, bias_is_short, -EINVAL),
	BAD("m58_", conv, bias_is_empty, -EINVAL),
	BAD("m88_", conv, bias_has_zero_point, -EINVAL),
	BAD("", conv, bias_is_int64, -EOPNOTSUPP),
	BAD("", conv_uint8, bias_has_another_scale, -EINVAL),
	BAD("", conv, output_has_another_type, -EOPNOTSUPP),
	BAD("", conv, weights_have_another_type, -EOPNOTSUPP),
	BAD("m88_", conv, weights_have_zero_point, -EINVAL),
	BAD("m86_", conv, weights_have_no_scale, -EINVAL),
	BAD("m86_", conv, input_has_no_scale, -EINVAL),
	BAD("m86_", conv, output_has_no_scale, -EINVAL),
	BAD("m89_", conv, weights_are_quantised_along_another_axis, -EINVAL),
	BAD("m89_", conv, weights_have_too_few_scales, -EINVAL),
	BAD("m89_", conv, input_is_per_channel, -EINVAL),
	BAD("", conv_uint8, weights_of_uint8_are_per_channel, -EOPNOTSUPP),
	BAD("m57_", conv, weights_have_zero_inputs, -EINVAL),
	BAD("m57_", conv, groups_do_not_divide_the_input, -EINVAL),
	BAD("m57_", conv, groups_do_not_divide_the_output, -EINVAL),
	BAD("m57_", conv, input_has_no_channels, -EINVAL),
	BAD("", conv, weights_have_zero_taps, -EINVAL),
	BAD("m51_", conv, stride_is_zero, -EINVAL),
	BAD("m51_", conv, stride_is_negative, -EINVAL),
	BAD("m55_", conv, dilation_is_zero, -EINVAL),
	BAD("", conv, dilation_pads_too_much, -EOPNOTSUPP),
	BAD("", conv, work_overflows, -EOVERFLOW),

	GOOD(depthwise, nothing, 36 * 8 * 9, 1, 6, 6, 8),
	GOOD(depthwise, multiplier_is_large, 36 * 8 * 9, 1, 6, 6, 8),
	GOOD(depthwise, multiplier_option_lies, 36 * 8 * 9, 1, 6, 6, 8),
	GOOD(depthwise, dilation_is_two, 4 * 6 * 8 * 9, 1, 4, 6, 8),
	BAD("m55_", depthwise, input_has_no_channels, -EINVAL),
	BAD("m55_", depthwise, multiplier_does_not_divide, -EINVAL),
	BAD("m55_", depthwise, dilation_is_zero, -EINVAL),
	BAD("", depthwise, filter_has_two_batches, -EINVAL),
	BAD("", depthwise, input_is_small, -EINVAL),
	BAD("m58_", depthwise, bias_is_short, -EINVAL),
	BAD("m88_", depthwise, weights_have_zero_point, -EINVAL),
	BAD("m89_", depthwise, weights_are_quantised_along_another_axis,
	    -EINVAL),

	GOOD(fully_connected, nothing, 12 * 5 * 4, 12, 5),
	GOOD(fully_connected, bias_is_left_out, 240, 12, 5),
	GOOD(fully_connected, keeps_dims, 240, 2, 3, 2, 5),
	GOOD(fully_connected, input_is_empty, 0, 0, 5),
	GOOD(fully_connected, weights_of_uint8_have_zero_point, 240, 12, 5),
	BAD("", fully_connected, keeps_dims_of_another_depth, -EINVAL),
	BAD("", fully_connected, rows_do_not_divide, -EINVAL),
	BAD("", fully_connected, weights_are_shuffled, -EOPNOTSUPP),
	BAD("", fully_connected, bias_has_another_scale, -EINVAL),
	BAD("m58_", fully_connected, bias_is_short, -EINVAL),
	BAD("m59_", fully_connected, weights_have_no_depth, -EINVAL),
	BAD("m86_", fully_connected, weights_have_no_scale, -EINVAL),

	GOOD(pool, nothing, 0, 1, 3, 4, 3),
	GOOD(pool, pool_pads, 0, 1, 4, 5, 3),
	GOOD(pool, output_has_nearly_the_scale, 0, 1, 3, 4, 3),
	BAD("", pool, output_has_another_scale, -EINVAL),
	BAD("", pool, output_has_another_zero_point, -EINVAL),
	BAD("", pool, output_is_uint8, -EOPNOTSUPP),
	BAD("m53_", pool, filter_is_zero, -EINVAL),
	BAD("m53_", pool, stride_is_zero, -EINVAL),
	BAD("", pool, filter_is_larger_than_input, -EINVAL),
	BAD("", pool, filter_is_beyond_the_format, -EOPNOTSUPP),
	BAD("m86_", pool, input_has_no_scale, -EINVAL),

	GOOD(add, nothing, 0, 2, 5, 3, 4),
	GOOD(add, one_input_is_scalar, 0, 2, 1, 3, 4),
	GOOD(add, inputs_are_empty, 0, 2, 0, 3, 4),
	BAD("m45_", add, inputs_disagree, -EINVAL),
	BAD("m50_", add, empty_meets_two, -EINVAL),
	BAD("", add, sum_is_uint8, -EOPNOTSUPP),
	BAD("m86_", add, output_has_no_scale, -EINVAL),

	GOOD(reshape, nothing, 0, 4, 6),
	GOOD(reshape, shape_has_minus_one, 0, 4, 6),
	GOOD(reshape, shape_is_the_option, 0, 6, 4),
	GOOD(reshape, shape_tensor_goes_before_option, 0, 4, 6),
	GOOD(reshape, shape_of_nothing, 0, 0, 6),
	GOOD(reshape, shape_of_nothing_with_minus_one, 0, 4, 0),
	GOOD(reshape, input_has_no_scale, 0, 4, 6),
	{ "reshape_shape_option_is_a_scalar", base_reshape,
	  shape_option_is_a_scalar, 0, SCALAR, 0 },
	BAD("", reshape, shape_has_two_minus_ones, -EINVAL),
	BAD("", reshape, shape_has_minus_two, -EINVAL),
	BAD("", reshape, shape_does_not_divide, -EINVAL),
	BAD("", reshape, shape_has_other_count, -EINVAL),
	BAD("", reshape, shape_overflows, -EOVERFLOW),
	BAD("", reshape, shape_is_zero_and_minus_one, -EINVAL),
	BAD("", reshape, shape_of_nothing_is_zero_and_minus_one, -EINVAL),
	BAD("m43_", reshape, shape_is_too_long, -EINVAL),
	BAD("", reshape, shape_is_computed, -EOPNOTSUPP),
	BAD("", reshape, shape_is_int64, -EOPNOTSUPP),
	BAD("", reshape, shape_is_nowhere, -EINVAL),
	BAD("", reshape, reshaped_type_differs, -EOPNOTSUPP),

	GOOD(softmax, nothing, 0, 3, 10),
	BAD("m86_", softmax, input_has_no_scale, -EINVAL),
	BAD("m86_", softmax, output_has_no_scale, -EINVAL),

	GOOD(pad, nothing, 0, 3, 9),
	BAD("", pad, paddings_are_negative, -EINVAL),
	BAD("", pad, paddings_overflow, -EOVERFLOW),
	BAD("", pad, paddings_are_for_three, -EINVAL),
	BAD("", pad, paddings_are_in_threes, -EINVAL),
	BAD("", pad, paddings_are_computed, -EOPNOTSUPP),
	BAD("", pad, padded_type_differs, -EOPNOTSUPP),
	BAD("m86_", pad, output_has_no_scale, -EINVAL),

	GOOD(mean, nothing, 0, 2, 5),
	GOOD(mean, mean_keeps_dims, 0, 2, 1, 1, 5),
	GOOD(mean, axes_are_none, 0, 2, 3, 4, 5),
	{ "mean_axes_are_all", base_mean, axes_are_all, 0, SCALAR, 0 },
	BAD("m73_", mean, axis_is_the_rank, -EINVAL),
	BAD("m73_", mean, axis_is_below_minus_rank, -EINVAL),
	BAD("m73_", mean, axis_is_int_min, -EINVAL),
	BAD("", mean, axes_are_computed, -EOPNOTSUPP),
	BAD("", mean, mean_is_of_nothing, -EINVAL),
	BAD("m86_", mean, output_has_no_scale, -EINVAL),
};

static void
check_error(const struct shape_case *c)
{
	const struct apu_error *e = apu_error_last();

	assert_int_equal(apu_error_code(e), c->ret);
	assert_int_equal(apu_error_operator_index(e), 0);
	assert_non_null(strstr(apu_error_cause(e), "operator 0 ("));
}

static void
check_case(void **state)
{
	static struct graph_builder builder;
	const struct shape_case *c = *state;
	struct apu_operator *op = &builder.operators[0];
	struct apui_shape shape = { .rank = 0 };
	int ret;

	builder_init(&builder);
	c->base(&builder);
	c->change(&builder);
	ret = op->row->infer(&builder.graph, op, &shape);

	assert_int_equal(ret, c->ret);
	if (ret < 0) {
		check_error(c);
		return;
	}
	for (unsigned int i = 0; i < shape.rank; i++)
		assert_int_equal(shape.dims[i], c->dims[i]);
	assert_int_equal(c->dims[shape.rank], -1);
	assert_int_equal(op->macs, c->macs);
}

int
main(void)
{
	static struct CMUnitTest tests[COUNT(cases)];

	for (size_t i = 0; i < COUNT(cases); i++)
		tests[i] = (struct CMUnitTest) {
			.name = cases[i].name,
			.test_func = check_case,
			.initial_state = (void *)(uintptr_t)&cases[i],
		};
	return _cmocka_run_group_tests("shape", tests, COUNT(tests), NULL,
				       NULL);
}
