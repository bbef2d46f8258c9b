/* SPDX-License-Identifier: MIT */

/* Operators that make one element of all along some dimensions, but MEAN. */

#include "model/operator_table.h"

#define TYPES_INT64 APUI_TYPE_BIT(APU_DTYPE_INT64)
#define TYPES_BOOL  APUI_TYPE_BIT(APU_DTYPE_BOOL)
#define TYPES_REAL  (TYPES_FLOAT32 | TYPES_INT32)
#define TOPK_TYPES  (TYPES_8_BIT | TYPES_INT16 | TYPES_REAL | TYPES_INT64)

/* The type of the output decides; this must agree with it. */
static const struct apui_option_field arg_fields[] = {
	FIELD(APUI_ARG_OUTPUT_TYPE, APUI_FIELD_I8, arg, output_type, 0,
	      INT8_MAX, INT8_MAX, APUI_TENSOR_TYPE_FLOAT32),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field reducer_fields[] = {
	FLAG(APUI_REDUCER_KEEP_DIMS, mean, keep_dims),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field l2_fields[] = {
	FIELD(0, APUI_FIELD_I8, l2_norm, activation, APUI_ACTIVATION_NONE,
	      APUI_ACTIVATION_SIGN_BIT, APUI_ACTIVATION_RELU6,
	      APUI_ACTIVATION_NONE),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field local_response_fields[] = {
	FIELD(APUI_LOCAL_RESPONSE_RADIUS, APUI_FIELD_I32, local_response,
	      radius, 0, INT32_MAX, INT32_MAX, 0),
	FIELD(APUI_LOCAL_RESPONSE_BIAS, APUI_FIELD_F32, local_response, bias, 0,
	      0, 0, 0),
	FIELD(APUI_LOCAL_RESPONSE_ALPHA, APUI_FIELD_F32, local_response, alpha,
	      0, 0, 0, 0),
	FIELD(APUI_LOCAL_RESPONSE_BETA, APUI_FIELD_F32, local_response, beta, 0,
	      0, 0, 0),
	{ .type = APUI_FIELD_END },
};

#define ARG(code)                                                              \
	{                                                                      \
		.name = #code, .builtin_code = APUI_BUILTIN_##code,            \
		.max_version = 3, .options_type = APUI_OPTIONS_##code,         \
		.fields = arg_fields, .min_inputs = 2, .max_inputs = 2,        \
		.min_outputs = 1, .max_outputs = 1,                            \
		.inputs = { TENSOR(TYPES_8_BIT | TYPES_REAL, 1, MAX_RANK),     \
			    PARAMETER(0, 1) },                                 \
		.output = TENSOR(TYPES_INT32 | TYPES_INT64, 0, MAX_RANK),      \
		.infer = apui_infer_arg, .lower = apui_lower_arg,              \
	}

#define REDUCER(code, version, kinds, infer_function)                          \
	{                                                                      \
		.name = #code, .builtin_code = APUI_BUILTIN_##code,            \
		.max_version = (version),                                      \
		.options_type = APUI_OPTIONS_REDUCER,                          \
		.fields = reducer_fields, .min_inputs = 2, .max_inputs = 2,    \
		.min_outputs = 1, .max_outputs = 1,                            \
		.inputs = { TENSOR(kinds, 0, MAX_RANK), PARAMETER(0, 1) },     \
		.output = TENSOR(kinds, 0, MAX_RANK),                          \
		.infer = (infer_function), .lower = apui_lower_reduce,         \
	}

static const struct apui_operator_row rows[] = {
	ARG(ARG_MAX),
	ARG(ARG_MIN),
	{
		.name = "TOPK_V2",
		.builtin_code = APUI_BUILTIN_TOPK_V2,
		.max_version = 3,
		.options_type = APUI_OPTIONS_TOPK_V2,
		.fields = apui_no_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 2,
		.max_outputs = 2,
		.inputs = { TENSOR(TOPK_TYPES, 1, MAX_RANK), PARAMETER(0, 1) },
		.output = TENSOR(TOPK_TYPES, 1, MAX_RANK),
		.infer = apui_infer_topk,
		.lower = apui_lower_topk,
	},
	{
		.name = "L2_NORMALIZATION",
		.builtin_code = APUI_BUILTIN_L2_NORMALIZATION,
		.max_version = 2,
		.options_type = APUI_OPTIONS_L2_NORM,
		.fields = l2_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_FLOAT32 | TYPES_8_BIT, 1, MAX_RANK) },
		.output = TENSOR(TYPES_FLOAT32 | TYPES_8_BIT, 1, MAX_RANK),
		.infer = apui_infer_same_shape,
		.lower = apui_lower_l2_normalization,
	},
	{
		.name = "LOCAL_RESPONSE_NORMALIZATION",
		.builtin_code = APUI_BUILTIN_LOCAL_RESPONSE_NORMALIZATION,
		.max_version = 1,
		.options_type = APUI_OPTIONS_LOCAL_RESPONSE,
		.fields = local_response_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_FLOAT32, 4, 4) },
		.output = TENSOR(TYPES_FLOAT32, 4, 4),
		.infer = apui_infer_local_response,
		.lower = apui_lower_local_response,
	},
	{
		.name = "LOG_SOFTMAX",
		.builtin_code = APUI_BUILTIN_LOG_SOFTMAX,
		.max_version = 2,
		.options_type = APUI_OPTIONS_LOG_SOFTMAX,
		.fields = apui_no_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_FLOAT32 | TYPES_8_BIT, 1, MAX_RANK) },
		.output = TENSOR(TYPES_FLOAT32 | TYPES_8_BIT, 1, MAX_RANK),
		.infer = apui_infer_same_shape,
		.lower = apui_lower_log_softmax,
	},
	REDUCER(SUM, 2, TYPES_8_BIT | TYPES_INT16 | TYPES_REAL | TYPES_INT64,
		apui_infer_mean),
	REDUCER(REDUCE_PROD, 2, TYPES_REAL | TYPES_INT64, apui_infer_mean),
	REDUCER(REDUCE_MAX, 3,
		TYPES_8_BIT | TYPES_INT16 | TYPES_REAL | TYPES_INT64,
		apui_infer_reduce_minmax),
	REDUCER(REDUCE_MIN, 3,
		TYPES_8_BIT | TYPES_INT16 | TYPES_REAL | TYPES_INT64,
		apui_infer_reduce_minmax),
	REDUCER(REDUCE_ANY, 1, TYPES_BOOL, apui_infer_mean),
	REDUCER(REDUCE_ALL, 1, TYPES_BOOL, apui_infer_mean),
};

const struct apui_operator_family apui_reduction_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
