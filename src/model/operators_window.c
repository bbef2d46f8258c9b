/* SPDX-License-Identifier: MIT */

/* Operators that move a window over an image. */

#include "model/operator_table.h"

#define IMAGE   TENSOR(TYPES_8_BIT | TYPES_FLOAT32, 4, 4)
#define WEIGHTS IMAGE

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

static const struct apui_operator_row rows[] = {
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
		.inputs = { IMAGE, WEIGHTS, BIAS },
		.output = IMAGE,
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
		.inputs = { IMAGE, WEIGHTS, BIAS },
		.output = IMAGE,
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
		.inputs = { IMAGE },
		.output = IMAGE,
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
		.inputs = { IMAGE },
		.output = IMAGE,
		.infer = apui_infer_pool_2d,
		.lower = apui_lower_max_pool_2d,
	},
};

const struct apui_operator_family apui_window_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
