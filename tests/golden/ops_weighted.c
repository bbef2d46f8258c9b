/* SPDX-License-Identifier: MIT */
/* Operators with weights: their scales are chosen so that results spread over
 * the output type's whole range and saturate now and then. */
#include "ops_build.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Standard deviations: of 256 neighbours alike, of -1 to 1, of OPS_NARROW. */
#define BYTE_DEVIATION   73.9f
#define UNIT_DEVIATION   0.58f
#define NARROW_DEVIATION 4.9f
#define BIG_BIAS         (1 << 24)

int32_t
ops_window_length(int32_t in, int32_t filter, int32_t stride, int32_t dilation,
		  enum tflite_padding padding)
{
	int32_t reach = (filter - 1) * dilation + 1;

	if (padding == TFLITE_SAME)
		return (in + stride - 1) / stride;
	return (in - reach) / stride + 1;
}

static float
weight_max(const struct ops_case *row)
{
	return row->weight_max != 0 ? (float)row->weight_max : 127.0f;
}

/* Deviation of a sum of @taps products of input and weight. */
static float
expect_deviation(const struct ops_build *build, int32_t input, uint32_t taps)
{
	const struct ops_case *row = build->row;
	float middle = (float)ops_type_min(row->type) + 127.5f;
	float offset = (float)build->stores[input].zero_points[0] - middle;
	float x = sqrtf(BYTE_DEVIATION * BYTE_DEVIATION + offset * offset);

	if (row->data == OPS_NARROW)
		x = NARROW_DEVIATION;
	return sqrtf((float)taps) * x * weight_max(row) * UNIT_DEVIATION;
}

/* The scale of the weights, one or one a channel. */
static void
choose_weight_scales(struct ops_build *build, int32_t weights,
		     uint32_t channels, int32_t axis)
{
	struct ops_store *store = &build->stores[weights];
	struct tflite_tensor *tensor = &build->tensors[weights];
	bool each = build->row->flags & OPS_PER_CHANNEL;

	assert(channels <= OPS_MAX_CHANNELS);
	tensor->quant_count = each ? channels : 1;
	tensor->quantised_dimension = each ? axis : 0;
	for (uint32_t i = 0; i < tensor->quant_count; i++)
		store->scales[i] = random_float(&build->random, 0.004f, 0.02f);
	/* A power of two, like the input's: ties are exact. */
	if (build->row->flags & OPS_TIES && build->row->scale != 0)
		store->scales[0] = 1.0f / 64;
	if (tensor->type == TFLITE_UINT8)
		store->zero_points[0] = random_range(&build->random, 100, 156);
}

static int32_t
add_weights(struct ops_build *build, const struct ops_shape *shape,
	    uint32_t channels, int32_t axis)
{
	uint32_t count = ops_shape_count(shape);
	int32_t max = (int32_t)weight_max(build->row);
	uint8_t *bytes = malloc(count);
	int32_t number =
		ops_add_constant(build, build->row->type, shape, bytes);
	int64_t zero;

	assert(bytes != NULL);
	choose_weight_scales(build, number, channels, axis);
	zero = build->stores[number].zero_points[0];
	for (uint32_t i = 0; i < count; i++) {
		int64_t value = zero + random_range(&build->random, -max, max);

		bytes[i] = (uint8_t)(value < -128  ? -128
				     : value > 255 ? 255
						   : value);
	}
	ops_add_operand(build, number);
	return number;
}

/* Bias scales are the products that the converter writes. */
static void
add_bias(struct ops_build *build, int32_t input, int32_t weights,
	 uint32_t channels, uint32_t taps)
{
	const struct ops_shape shape = { 1, { (int32_t)channels } };
	int32_t max = (int32_t)expect_deviation(build, input, taps);
	uint32_t scale_count = build->tensors[weights].quant_count;
	int32_t *values;
	int32_t number;

	if (build->row->flags & OPS_BIAS_MINUS_1)
		ops_add_operand(build, -1);
	if (build->row->flags & (OPS_BIAS_MINUS_1 | OPS_NO_BIAS))
		return;
	if (build->row->flags & OPS_BIG_BIAS)
		max = BIG_BIAS;
	values = malloc(channels * sizeof(*values));
	assert(values != NULL);
	for (uint32_t i = 0; i < channels; i++)
		values[i] = random_range(&build->random, -max, max);

	number = ops_add_constant(build, TFLITE_INT32, &shape, values);
	build->tensors[number].quant_count = scale_count;
	for (uint32_t i = 0; i < scale_count; i++)
		build->stores[number].scales[i] =
			build->stores[input].scales[0] *
			build->stores[weights].scales[i];
	ops_add_operand(build, number);
}

static int32_t
add_data_input(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	float scale = random_float(&build->random, 0.01f, 0.1f);
	int64_t zero = ops_random_zero_point(build, row->type);

	if (row->scale != 0)
		scale = row->scale;
	return ops_add_input(build, row->type, &row->in, scale, zero);
}

/* So that results deviate from the zero point by 32 to 128 steps. */
static void
add_weighted_output(struct ops_build *build, int32_t input, int32_t weights,
		    const struct ops_shape *shape, uint32_t taps)
{
	const struct ops_case *row = build->row;
	float step = build->stores[input].scales[0] *
		     build->stores[weights].scales[0];
	float sum = expect_deviation(build, input, taps);
	float scale;

	if (row->flags & OPS_BIG_BIAS)
		sum = BIG_BIAS * UNIT_DEVIATION;
	scale = step * sum / 64 * random_float(&build->random, 0.5f, 2.0f);
	if (row->gain != 0)
		scale /= row->gain;
	if (row->flags & OPS_TIES)
		scale = step * 4;
	ops_add_output(build, row->type, shape, scale,
		       ops_middle_zero_point(build, row->type));
}

static struct ops_shape
convolved_shape(const struct ops_case *row, int32_t channels)
{
	struct ops_shape out = row->in;

	for (int i = 0; i < 2; i++)
		out.dims[1 + i] = ops_window_length(
			row->in.dims[1 + i], ops_or_1(row->filter[i]),
			ops_or_1(row->stride[i]), ops_or_1(row->dilation[i]),
			row->padding);
	out.dims[3] = channels;
	return out;
}

/* Conv2DOptions. */
void
ops_build_conv_2d(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	int32_t depth = row->in.dims[3] / ops_or_1(row->groups);
	const struct ops_shape filter = {
		4,
		{ row->channels, ops_or_1(row->filter[0]),
		  ops_or_1(row->filter[1]), depth },
	};
	const struct ops_shape out = convolved_shape(row, row->channels);
	uint32_t channels = (uint32_t)row->channels;
	uint32_t taps = ops_shape_count(&filter) / channels;
	int32_t input = add_data_input(build);
	int32_t weights = add_weights(build, &filter, channels, 0);

	add_bias(build, input, weights, channels, taps);
	add_weighted_output(build, input, weights, &out, taps);

	build->op.version = row->type == TFLITE_INT8 ? 3 : 2;
	build->op.options_type = TFLITE_CONV_2D_OPTIONS;
	ops_add_i8(build, 0, row->padding);
	ops_add_i32(build, 1, ops_or_1(row->stride[1]));
	ops_add_i32(build, 2, ops_or_1(row->stride[0]));
	ops_add_i8(build, 3, row->activation);
	ops_add_i32(build, 4, ops_or_1(row->dilation[1]));
	ops_add_i32(build, 5, ops_or_1(row->dilation[0]));
}

/* DepthwiseConv2DOptions. */
void
ops_build_depthwise_conv_2d(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	int32_t multiplier = ops_or_1(row->multiplier);
	uint32_t channels = (uint32_t)(row->in.dims[3] * multiplier);
	const struct ops_shape filter = {
		4,
		{ 1, ops_or_1(row->filter[0]), ops_or_1(row->filter[1]),
		  (int32_t)channels },
	};
	const struct ops_shape out = convolved_shape(row, (int32_t)channels);
	uint32_t taps = ops_shape_count(&filter) / channels;
	int32_t input = add_data_input(build);
	int32_t weights = add_weights(build, &filter, channels, 3);

	add_bias(build, input, weights, channels, taps);
	add_weighted_output(build, input, weights, &out, taps);

	build->op.version = row->type == TFLITE_INT8 ? 3 : 2;
	build->op.options_type = TFLITE_DEPTHWISE_CONV_2D_OPTIONS;
	ops_add_i8(build, 0, row->padding);
	ops_add_i32(build, 1, ops_or_1(row->stride[1]));
	ops_add_i32(build, 2, ops_or_1(row->stride[0]));
	ops_add_i32(build, 3, multiplier);
	ops_add_i8(build, 4, row->activation);
	ops_add_i32(build, 5, ops_or_1(row->dilation[1]));
	ops_add_i32(build, 6, ops_or_1(row->dilation[0]));
}

static struct ops_shape
multiplied_shape(const struct ops_case *row)
{
	int32_t units = row->other.dims[0], depth = row->other.dims[1];
	struct ops_shape out = { 2, { 0, units } };

	if (row->flags & OPS_KEEP_DIMS) {
		out = row->in;
		out.dims[out.rank - 1] = units;
		return out;
	}
	out.dims[0] = (int32_t)ops_shape_count(&row->in) / depth;
	return out;
}

/* FullyConnectedOptions. */
void
ops_build_fully_connected(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	const struct ops_shape out = multiplied_shape(row);
	uint32_t channels = (uint32_t)row->other.dims[0];
	uint32_t taps = (uint32_t)row->other.dims[1];
	int32_t input = add_data_input(build);
	int32_t weights = add_weights(build, &row->other, channels, 0);

	add_bias(build, input, weights, channels, taps);
	add_weighted_output(build, input, weights, &out, taps);

	build->op.version = row->type == TFLITE_INT8 ? 4 : 1;
	if (row->flags & (OPS_KEEP_DIMS | OPS_NO_BIAS))
		build->op.version = 5;
	build->op.options_type = TFLITE_FULLY_CONNECTED_OPTIONS;
	ops_add_i8(build, 0, row->activation);
	ops_add_i8(build, 1, 0);
	ops_add_i8(build, 2, !!(row->flags & OPS_KEEP_DIMS));
}
