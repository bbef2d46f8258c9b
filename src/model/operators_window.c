/* SPDX-License-Identifier: MIT */

/* Operators that move a window over an image. */

#include "model/operator_table.h"

#define IMAGE   TENSOR(TYPES_8_BIT | TYPES_FLOAT32, 4, 4)
#define WEIGHTS IMAGE
/* 16 bits, too. */
#define WIDE_IMAGE TENSOR(TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT32, 4, 4)
#define VOLUME     TENSOR(TYPES_FLOAT32, 5, 5)
/* Of transposed convolutions: the output's. */
#define OUT_SHAPE PARAMETER(1, 1)

static const struct apui_option_field conv_2d_fields[] = {
	PADDING(APUI_CONV_2D_PADDING, window),
	LENGTH(APUI_CONV_2D_STRIDE_W, stride_w, 0),
	LENGTH(APUI_CONV_2D_STRIDE_H, stride_h, 0),
	ACTIVATION(APUI_CONV_2D_ACTIVATION, window),
	LENGTH(APUI_CONV_2D_DILATION_W, dilation_w, 1),
	LENGTH(APUI_CONV_2D_DILATION_H, dilation_h, 1),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field depthwise_conv_2d_fields[] = {
	PADDING(APUI_DEPTHWISE_PADDING, window),
	LENGTH(APUI_DEPTHWISE_STRIDE_W, stride_w, 0),
	LENGTH(APUI_DEPTHWISE_STRIDE_H, stride_h, 0),
	FIELD(APUI_DEPTHWISE_MULTIPLIER, APUI_FIELD_I32, window,
	      depth_multiplier, 1, INT32_MAX, INT32_MAX, 0),
	ACTIVATION(APUI_DEPTHWISE_ACTIVATION, window),
	LENGTH(APUI_DEPTHWISE_DILATION_W, dilation_w, 1),
	LENGTH(APUI_DEPTHWISE_DILATION_H, dilation_h, 1),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field pool_2d_fields[] = {
	PADDING(APUI_POOL_2D_PADDING, window),
	LENGTH(APUI_POOL_2D_STRIDE_W, stride_w, 0),
	LENGTH(APUI_POOL_2D_STRIDE_H, stride_h, 0),
	LENGTH(APUI_POOL_2D_FILTER_W, filter_w, 0),
	LENGTH(APUI_POOL_2D_FILTER_H, filter_h, 0),
	ACTIVATION(APUI_POOL_2D_ACTIVATION, window),
	/* No such fields: always the default. */
	LENGTH(APUI_FIELD_ABSENT, dilation_w, 1),
	LENGTH(APUI_FIELD_ABSENT, dilation_h, 1),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field transpose_conv_fields[] = {
	PADDING(APUI_TRANSPOSE_CONV_PADDING, window),
	LENGTH(APUI_TRANSPOSE_CONV_STRIDE_W, stride_w, 0),
	LENGTH(APUI_TRANSPOSE_CONV_STRIDE_H, stride_h, 0),
	ACTIVATION(APUI_TRANSPOSE_CONV_ACTIVATION, window),
	LENGTH(APUI_FIELD_ABSENT, dilation_w, 1),
	LENGTH(APUI_FIELD_ABSENT, dilation_h, 1),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field conv_3d_fields[] = {
	PADDING(APUI_CONV_3D_PADDING, window),
	LENGTH(APUI_CONV_3D_STRIDE_D, stride_d, 0),
	LENGTH(APUI_CONV_3D_STRIDE_W, stride_w, 0),
	LENGTH(APUI_CONV_3D_STRIDE_H, stride_h, 0),
	ACTIVATION(APUI_CONV_3D_ACTIVATION, window),
	LENGTH(APUI_CONV_3D_DILATION_D, dilation_d, 1),
	LENGTH(APUI_CONV_3D_DILATION_W, dilation_w, 1),
	LENGTH(APUI_CONV_3D_DILATION_H, dilation_h, 1),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "TRANSPOSE_CONV",
		.builtin_code = APUI_BUILTIN_TRANSPOSE_CONV,
		.max_version = 5,
		.options_type = APUI_OPTIONS_TRANSPOSE_CONV,
		.fields = transpose_conv_fields,
		.min_inputs = 3,
		.max_inputs = 4,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { OUT_SHAPE, WEIGHTS, WIDE_IMAGE, WIDE_BIAS },
		.output = WIDE_IMAGE,
		.infer = apui_infer_transpose_conv,
		.lower = apui_lower_transpose_conv,
	},
	{
		.name = "L2_POOL_2D",
		.builtin_code = APUI_BUILTIN_L2_POOL_2D,
		.max_version = 1,
		.options_type = APUI_OPTIONS_POOL_2D,
		.fields = pool_2d_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_FLOAT32, 4, 4) },
		.output = TENSOR(TYPES_FLOAT32, 4, 4),
		.infer = apui_infer_pool_2d,
		.lower = apui_lower_l2_pool_2d,
	},
	{
		.name = "CONV_3D",
		.builtin_code = APUI_BUILTIN_CONV_3D,
		.max_version = 1,
		.options_type = APUI_OPTIONS_CONV_3D,
		.fields = conv_3d_fields,
		.min_inputs = 2,
		.max_inputs = 3,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { VOLUME, VOLUME, BIAS },
		.output = VOLUME,
		.infer = apui_infer_conv_3d,
		.lower = apui_lower_conv_3d,
	},
	{
		.name = "CONV_3D_TRANSPOSE",
		.builtin_code = APUI_BUILTIN_CONV_3D_TRANSPOSE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_CONV_3D,
		.fields = conv_3d_fields,
		.min_inputs = 3,
		.max_inputs = 4,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { OUT_SHAPE, VOLUME, VOLUME, BIAS },
		.output = VOLUME,
		.infer = apui_infer_conv_3d_transpose,
		.lower = apui_lower_conv_3d_transpose,
	},
	{
		.name = "CONV_2D",
		.builtin_code = APUI_BUILTIN_CONV_2D,
		.max_version = 8,
		.options_type = APUI_OPTIONS_CONV_2D,
		.fields = conv_2d_fields,
		.min_inputs = 2,
		.max_inputs = 3,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { WIDE_IMAGE, WEIGHTS, WIDE_BIAS },
		.output = WIDE_IMAGE,
		.infer = apui_infer_conv_2d,
		.lower = apui_lower_conv_2d,
	},
	{
		.name = "DEPTHWISE_CONV_2D",
		.builtin_code = APUI_BUILTIN_DEPTHWISE_CONV_2D,
		.max_version = 7,
		.options_type = APUI_OPTIONS_DEPTHWISE_CONV_2D,
		.fields = depthwise_conv_2d_fields,
		.min_inputs = 2,
		.max_inputs = 3,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { WIDE_IMAGE, WEIGHTS, WIDE_BIAS },
		.output = WIDE_IMAGE,
		.infer = apui_infer_depthwise_conv_2d,
		.lower = apui_lower_depthwise_conv_2d,
	},
	{
		.name = "AVERAGE_POOL_2D",
		.builtin_code = APUI_BUILTIN_AVERAGE_POOL_2D,
		.max_version = 3,
		.options_type = APUI_OPTIONS_POOL_2D,
		.fields = pool_2d_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { WIDE_IMAGE },
		.output = WIDE_IMAGE,
		.infer = apui_infer_pool_2d,
		.lower = apui_lower_average_pool_2d,
	},
	{
		.name = "MAX_POOL_2D",
		.builtin_code = APUI_BUILTIN_MAX_POOL_2D,
		.max_version = 3,
		.options_type = APUI_OPTIONS_POOL_2D,
		.fields = pool_2d_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { WIDE_IMAGE },
		.output = WIDE_IMAGE,
		.infer = apui_infer_pool_2d,
		.lower = apui_lower_max_pool_2d,
	},
};

const struct apui_operator_family apui_window_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
