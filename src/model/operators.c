/* SPDX-License-Identifier: MIT */
#include "model/operators.h"
#include "model/schema.h"

/*
 * docs/operators.md says the same in words. Versions are those that LiteRT's
 * reference kernels register: what a later version of these operators adds is
 * an element type or a sparse weight, and is refused as such.
 */

#define TYPES_8_BIT                                                            \
	(APUI_TYPE_BIT(APU_DTYPE_INT8) | APUI_TYPE_BIT(APU_DTYPE_UINT8))
#define TYPES_INT32   APUI_TYPE_BIT(APU_DTYPE_INT32)
#define TYPES_FLOAT32 APUI_TYPE_BIT(APU_DTYPE_FLOAT32)
/* What a program can hold: src/firmware/program.h. */
#define TYPES_ANY                                                              \
	(TYPES_8_BIT | TYPES_INT32 | TYPES_FLOAT32 |                           \
	 APUI_TYPE_BIT(APU_DTYPE_FLOAT64) | APUI_TYPE_BIT(APU_DTYPE_INT16) |   \
	 APUI_TYPE_BIT(APU_DTYPE_INT64) | APUI_TYPE_BIT(APU_DTYPE_BOOL))

#define MAX_RANK APU_TENSOR_MAX_RANK

/* Strides, dilations and filters: what the program's parameters can hold. */
#define MAX_WINDOW 32767

#define FIELD(field_id, kind, group, member, low, high, high_supported, value) \
	{                                                                      \
		.id = (field_id), .type = (kind),                              \
		.offset = offsetof(union apui_operator_options, group.member), \
		.min = (low), .max = (high),                                   \
		.max_supported = (high_supported), .initial = (value),         \
		.name = #member                                                \
	}
#define PADDING(id, group)                                                     \
	FIELD(id, APUI_FIELD_I8, group, padding, APUI_PADDING_SAME,            \
	      APUI_PADDING_VALID, APUI_PADDING_VALID, APUI_PADDING_SAME)
/* TANH and SIGN_BIT do not clamp: LiteRT leaves them out without a word. */
#define ACTIVATION(id, group)                                                  \
	FIELD(id, APUI_FIELD_I8, group, activation, APUI_ACTIVATION_NONE,      \
	      APUI_ACTIVATION_SIGN_BIT, APUI_ACTIVATION_RELU6,                 \
	      APUI_ACTIVATION_NONE)
#define FLAG(id, group, member)                                                \
	FIELD(id, APUI_FIELD_I8, group, member, 0, 1, 1, 0)
#define LENGTH(id, member, value)                                              \
	FIELD(id, APUI_FIELD_I32, window, member, 1, MAX_WINDOW, MAX_WINDOW,   \
	      value)

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

static const struct apui_option_field fully_connected_fields[] = {
	ACTIVATION(APUI_FULLY_CONNECTED_ACTIVATION, fully_connected),
	/* 1: shuffled for one family of processors. */
	FIELD(APUI_FULLY_CONNECTED_WEIGHTS_FORMAT, APUI_FIELD_I8,
	      fully_connected, weights_format, 0, 1, 0, 0),
	FLAG(APUI_FULLY_CONNECTED_KEEP_NUM_DIMS, fully_connected,
	     keep_num_dims),
	FLAG(APUI_FULLY_CONNECTED_ASYMMETRIC_INPUTS, fully_connected,
	     asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field add_fields[] = {
	ACTIVATION(APUI_ADD_ACTIVATION, add),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field softmax_fields[] = {
	FIELD(APUI_SOFTMAX_BETA, APUI_FIELD_F32, softmax, beta, 0, 0, 0, 0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field mean_fields[] = {
	FLAG(APUI_REDUCER_KEEP_DIMS, mean, keep_dims),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field reshape_fields[] = {
	FIELD(APUI_RESHAPE_NEW_SHAPE, APUI_FIELD_I32_VECTOR, reshape, new_shape,
	      0, MAX_RANK, MAX_RANK, 0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field no_fields[] = {
	{ .type = APUI_FIELD_END },
};

#define TENSOR(kinds, low, high)                                               \
	{                                                                      \
		.types = (kinds), .min_rank = (low), .max_rank = (high)        \
	}
#define IMAGE   TENSOR(TYPES_8_BIT, 4, 4)
#define WEIGHTS TENSOR(TYPES_8_BIT, 4, 4)
#define BIAS                                                                   \
	{                                                                      \
		.types = TYPES_INT32, .min_rank = 1, .max_rank = 4,            \
		.optional = true                                               \
	}
/* Its values decide shapes, so they must be known. */
#define PARAMETER(low, high)                                                   \
	{                                                                      \
		.types = TYPES_INT32, .min_rank = (low), .max_rank = (high),   \
		.constant = true                                               \
	}

static const struct apui_operator_row rows[] = {
	{
		.name = "CONV_2D",
		.builtin_code = APUI_BUILTIN_CONV_2D,
		.max_version = 8,
		.options_type = APUI_OPTIONS_CONV_2D,
		.fields = conv_2d_fields,
		.min_inputs = 2,
		.max_inputs = 3,
		.output_count = 1,
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
		.output_count = 1,
		.inputs = { IMAGE, WEIGHTS, BIAS },
		.output = IMAGE,
		.infer = apui_infer_depthwise_conv_2d,
		.lower = apui_lower_depthwise_conv_2d,
	},
	{
		.name = "FULLY_CONNECTED",
		.builtin_code = APUI_BUILTIN_FULLY_CONNECTED,
		.max_version = 14,
		.options_type = APUI_OPTIONS_FULLY_CONNECTED,
		.fields = fully_connected_fields,
		.min_inputs = 2,
		.max_inputs = 3,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_8_BIT, 1, MAX_RANK),
			    TENSOR(TYPES_8_BIT, 2, 2), BIAS },
		.output = TENSOR(TYPES_8_BIT, 1, MAX_RANK),
		.infer = apui_infer_fully_connected,
		.lower = apui_lower_fully_connected,
	},
	{
		.name = "AVERAGE_POOL_2D",
		.builtin_code = APUI_BUILTIN_AVERAGE_POOL_2D,
		.max_version = 3,
		.options_type = APUI_OPTIONS_POOL_2D,
		.fields = pool_2d_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.output_count = 1,
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
		.output_count = 1,
		.inputs = { IMAGE },
		.output = IMAGE,
		.infer = apui_infer_pool_2d,
		.lower = apui_lower_max_pool_2d,
	},
	{
		.name = "ADD",
		.builtin_code = APUI_BUILTIN_ADD,
		.max_version = 5,
		.options_type = APUI_OPTIONS_ADD,
		.fields = add_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_8_BIT, 0, MAX_RANK),
			    TENSOR(TYPES_8_BIT, 0, MAX_RANK) },
		.output = TENSOR(TYPES_8_BIT, 0, MAX_RANK),
		.infer = apui_infer_add,
		.lower = apui_lower_add,
	},
	{
		.name = "RESHAPE",
		.builtin_code = APUI_BUILTIN_RESHAPE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_RESHAPE,
		.fields = reshape_fields,
		.min_inputs = 1,
		.max_inputs = 2,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_ANY, 0, MAX_RANK),
			    { .types = TYPES_INT32,
			      .min_rank = 0,
			      .max_rank = MAX_RANK,
			      .optional = true,
			      .constant = true } },
		.output = TENSOR(TYPES_ANY, 0, MAX_RANK),
		.infer = apui_infer_reshape,
		.lower = apui_lower_reshape,
	},
	{
		.name = "SOFTMAX",
		.builtin_code = APUI_BUILTIN_SOFTMAX,
		.max_version = 3,
		.options_type = APUI_OPTIONS_SOFTMAX,
		.fields = softmax_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_8_BIT, 1, MAX_RANK) },
		.output = TENSOR(TYPES_8_BIT, 1, MAX_RANK),
		.infer = apui_infer_same_shape,
		.lower = apui_lower_softmax,
	},
	{
		.name = "QUANTIZE",
		.builtin_code = APUI_BUILTIN_QUANTIZE,
		.max_version = 4,
		.options_type = APUI_OPTIONS_QUANTIZE,
		.fields = no_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_8_BIT | TYPES_FLOAT32, 0, MAX_RANK) },
		.output = TENSOR(TYPES_8_BIT, 0, MAX_RANK),
		.infer = apui_infer_same_shape,
		.lower = apui_lower_quantize,
	},
	{
		.name = "PAD",
		.builtin_code = APUI_BUILTIN_PAD,
		.max_version = 4,
		.options_type = APUI_OPTIONS_PAD,
		.fields = no_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_8_BIT, 1, MAX_RANK), PARAMETER(2, 2) },
		.output = TENSOR(TYPES_8_BIT, 1, MAX_RANK),
		.infer = apui_infer_pad,
		.lower = apui_lower_pad,
	},
	{
		.name = "MEAN",
		.builtin_code = APUI_BUILTIN_MEAN,
		.max_version = 3,
		.options_type = APUI_OPTIONS_REDUCER,
		.fields = mean_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.output_count = 1,
		.inputs = { TENSOR(TYPES_8_BIT, 0, MAX_RANK), PARAMETER(0, 1) },
		.output = TENSOR(TYPES_8_BIT, 0, MAX_RANK),
		.infer = apui_infer_mean,
		.lower = apui_lower_mean,
	},
};

const struct apui_operator_row *
apui_operator_row_find(int32_t builtin_code)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].builtin_code == builtin_code)
			return &rows[i];
	return NULL;
}
