/* SPDX-License-Identifier: MIT */
#include "ops_build.h"
#include <assert.h>
#include <stdlib.h>

/* The row's input scale, or a random one. */
static float
choose_scale(struct ops_build *build)
{
	float scale = random_float(&build->random, 0.005f, 0.2f);

	return build->row->scale != 0 ? build->row->scale : scale;
}

static int32_t
add_data_input(struct ops_build *build)
{
	enum tflite_type type = build->row->type;
	float scale = choose_scale(build);
	int64_t zero = ops_middle_zero_point(build, type);

	return ops_add_input(build, type, &build->row->in, scale, zero);
}

/* An output with the quantisation of @input. */
static void
add_alike_output(struct ops_build *build, int32_t input,
		 const struct ops_shape *shape)
{
	const struct ops_store *store = &build->stores[input];

	ops_add_output(build, build->row->type, shape, store->scales[0],
		       store->zero_points[0]);
}

/* Pool2DOptions. */
static void
build_pool_2d(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	struct ops_shape out = row->in;

	for (int i = 0; i < 2; i++)
		out.dims[1 + i] = ops_window_length(
			row->in.dims[1 + i], ops_or_1(row->filter[i]),
			ops_or_1(row->stride[i]), 1, row->padding);
	add_alike_output(build, add_data_input(build), &out);

	build->op.version = row->type == TFLITE_INT8 ? 2 : 1;
	build->op.options_type = TFLITE_POOL_2D_OPTIONS;
	ops_add_i8(build, 0, row->padding);
	ops_add_i32(build, 1, ops_or_1(row->stride[1]));
	ops_add_i32(build, 2, ops_or_1(row->stride[0]));
	ops_add_i32(build, 3, ops_or_1(row->filter[1]));
	ops_add_i32(build, 4, ops_or_1(row->filter[0]));
	ops_add_i8(build, 5, row->activation);
}

/* Dimensions are matched from the last one back. */
static struct ops_shape
broadcast_shape(const struct ops_shape *a, const struct ops_shape *b)
{
	const struct ops_shape *longer = a->rank >= b->rank ? a : b;
	const struct ops_shape *shorter = longer == a ? b : a;
	uint32_t shift = longer->rank - shorter->rank;
	struct ops_shape out = *longer;

	for (uint32_t i = 0; i < shorter->rank; i++)
		if (shorter->dims[i] > out.dims[i + shift])
			out.dims[i + shift] = shorter->dims[i];
	return out;
}

/* AddOptions. */
static void
build_add(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	const struct ops_shape *second =
		row->other.rank != 0 ? &row->other : &row->in;
	const struct ops_shape out = broadcast_shape(&row->in, second);
	int32_t a = add_data_input(build);
	float scale = random_float(&build->random, 0.005f, 0.2f);
	int64_t zero = ops_middle_zero_point(build, row->type);
	float out_scale;

	if (row->flags & OPS_SAME_QUANT) {
		scale = build->stores[a].scales[0];
		zero = build->stores[a].zero_points[0];
	}
	ops_add_input(build, row->type, second, scale, zero);
	out_scale = (build->stores[a].scales[0] + scale) *
		    random_float(&build->random, 0.4f, 1.2f);
	if (row->gain != 0)
		out_scale /= row->gain;
	if (row->flags & OPS_SAME_QUANT)
		out_scale = scale;
	else
		zero = ops_middle_zero_point(build, row->type);
	ops_add_output(build, row->type, &out, out_scale, zero);

	build->op.version = row->type == TFLITE_INT8 ? 2 : 1;
	build->op.options_type = TFLITE_ADD_OPTIONS;
	ops_add_i8(build, 0, row->activation);
}

/* Replaces -1 by what is left. */
static struct ops_shape
resolve_shape(const struct ops_shape *in, const struct ops_shape *wanted)
{
	struct ops_shape out = *wanted;
	int32_t left = (int32_t)ops_shape_count(in);
	uint32_t open = OPS_MAX_RANK;

	for (uint32_t i = 0; i < out.rank; i++) {
		if (out.dims[i] == -1)
			open = i;
		else
			left /= out.dims[i];
	}
	if (open < OPS_MAX_RANK)
		out.dims[open] = left;
	return out;
}

static int32_t *
copy_list(const int32_t *list, uint32_t count)
{
	int32_t *copy = malloc((count > 0 ? count : 1) * sizeof(*copy));

	assert(copy != NULL);
	for (uint32_t i = 0; i < count; i++)
		copy[i] = list[i];
	return copy;
}

/* A constant vector of int32 that the operator reads. */
static void
add_list_operand(struct ops_build *build, const int32_t *list, uint32_t count)
{
	const struct ops_shape shape = { 1, { (int32_t)count } };

	ops_add_operand(build, ops_add_constant(build, TFLITE_INT32, &shape,
						copy_list(list, count)));
}

/* ReshapeOptions. */
static void
build_reshape(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	const struct ops_shape out = resolve_shape(&row->in, &row->other);
	int32_t input = add_data_input(build);

	build->op.version = 1;
	if (row->flags & OPS_SHAPE_INPUT)
		add_list_operand(build, row->other.dims, row->other.rank);
	add_alike_output(build, input, &out);
	if (row->flags & OPS_NO_OPTIONS)
		return;
	build->op.options_type = TFLITE_RESHAPE_OPTIONS;
	ops_add_option(build, (struct tflite_field)TFLITE_FIELD_I32_VECTOR(
				      0, row->other.dims, row->other.rank));
}

/* SoftmaxOptions. */
static void
build_softmax(struct ops_build *build)
{
	const struct ops_case *row = build->row;

	add_data_input(build);
	ops_add_output(build, row->type, &row->in, 1.0f / 256,
		       ops_type_min(row->type));

	build->op.version = row->type == TFLITE_INT8 ? 2 : 1;
	build->op.options_type = TFLITE_SOFTMAX_OPTIONS;
	ops_add_option(build,
		       (struct tflite_field)TFLITE_FIELD_F32(0, row->beta));
}

/* Paddings are before, after of each dimension: a [rank, 2] constant. */
static void
build_pad(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	uint32_t rank = row->in.rank;
	const struct ops_shape shape = { 2, { (int32_t)rank, 2 } };
	struct ops_shape out = row->in;
	int32_t input = add_data_input(build);
	int32_t *list = copy_list(row->pads, 2 * rank);

	for (uint32_t i = 0; i < rank; i++)
		out.dims[i] += row->pads[2 * i] + row->pads[2 * i + 1];
	ops_add_operand(build,
			ops_add_constant(build, TFLITE_INT32, &shape, list));
	add_alike_output(build, input, &out);

	build->op.version = row->type == TFLITE_INT8 ? 2 : 1;
	if (!(row->flags & OPS_NO_OPTIONS))
		build->op.options_type = TFLITE_PAD_OPTIONS;
}

/* @axes may be negative and repeated. */
static struct ops_shape
reduced_shape(const struct ops_shape *in, const struct ops_shape *axes,
	      bool keep)
{
	bool reduced[OPS_MAX_RANK] = { false };
	struct ops_shape out = { 0 };

	for (uint32_t i = 0; i < axes->rank; i++) {
		int32_t axis = axes->dims[i];

		reduced[axis < 0 ? axis + (int32_t)in->rank : axis] = true;
	}
	for (uint32_t i = 0; i < in->rank; i++) {
		if (reduced[i] && keep)
			out.dims[out.rank++] = 1;
		else if (!reduced[i])
			out.dims[out.rank++] = in->dims[i];
	}
	return out;
}

/* ReducerOptions. */
static void
build_mean(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	bool keep = row->flags & OPS_KEEP_DIMS;
	const struct ops_shape out = reduced_shape(&row->in, &row->other, keep);
	int32_t input = add_data_input(build);
	float scale = build->stores[input].scales[0];
	int64_t zero = build->stores[input].zero_points[0];

	add_list_operand(build, row->other.dims, row->other.rank);
	if (!(row->flags & OPS_SAME_QUANT)) {
		scale *= random_float(&build->random, 0.3f, 1.5f);
		zero = ops_middle_zero_point(build, row->type);
	}
	ops_add_output(build, row->type, &out, scale, zero);

	build->op.version = row->type == TFLITE_INT8 ? 2 : 1;
	build->op.options_type = TFLITE_REDUCER_OPTIONS;
	ops_add_i8(build, 0, keep);
}

/* Quantisation of QUANTIZE's input; none for float32. */
static void
build_quantize(struct ops_build *build)
{
	const struct ops_case *row = build->row;
	float scale = choose_scale(build), out_scale;
	int64_t zero = ops_middle_zero_point(build, row->type), out_zero;

	if (row->type == TFLITE_FLOAT32)
		ops_add_input(build, row->type, &row->in, 0, 0);
	else
		ops_add_input(build, row->type, &row->in, scale, zero);
	out_scale = scale * random_float(&build->random, 0.4f, 2.5f);
	out_zero = ops_middle_zero_point(build, row->out_type);
	if (row->gain != 0)
		out_scale = scale / row->gain;
	if (row->flags & OPS_SAME_QUANT) {
		out_scale = scale;
		out_zero = zero + ops_type_min(row->out_type) -
			   ops_type_min(row->type);
	}
	ops_add_output(build, row->out_type, &row->in, out_scale, out_zero);

	build->op.version = 1;
	if (row->type == TFLITE_UINT8 || row->out_type == TFLITE_UINT8)
		build->op.version = 2;
	if (!(row->flags & OPS_NO_OPTIONS))
		build->op.options_type = TFLITE_QUANTIZE_OPTIONS;
}

static const struct {
	enum tflite_builtin op;
	ops_layer_fn build;
} layers[] = {
	{ TFLITE_ADD, build_add },
	{ TFLITE_AVERAGE_POOL_2D, build_pool_2d },
	{ TFLITE_CONV_2D, ops_build_conv_2d },
	{ TFLITE_DEPTHWISE_CONV_2D, ops_build_depthwise_conv_2d },
	{ TFLITE_FULLY_CONNECTED, ops_build_fully_connected },
	{ TFLITE_MAX_POOL_2D, build_pool_2d },
	{ TFLITE_MEAN, build_mean },
	{ TFLITE_PAD, build_pad },
	{ TFLITE_QUANTIZE, build_quantize },
	{ TFLITE_RESHAPE, build_reshape },
	{ TFLITE_SOFTMAX, build_softmax },
};

ops_layer_fn
ops_find_layer(enum tflite_builtin op)
{
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		if (layers[i].op == op)
			return layers[i].build;
	abort();
}
