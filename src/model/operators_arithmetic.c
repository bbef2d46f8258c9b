/* SPDX-License-Identifier: MIT */

/* Operators that compute each element from elements at the same place. */

#include "model/operator_table.h"

static const struct apui_option_field softmax_fields[] = {
	FIELD(APUI_SOFTMAX_BETA, APUI_FIELD_F32, softmax, beta, 0, 0, 0, 0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field mean_fields[] = {
	FLAG(APUI_REDUCER_KEEP_DIMS, mean, keep_dims),
	{ .type = APUI_FIELD_END },
};

#define MEAN_TYPES                                                             \
	(TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT32 | TYPES_INT32 |             \
	 APUI_TYPE_BIT(APU_DTYPE_INT64))

static const struct apui_operator_row rows[] = {
	{
		.name = "SOFTMAX",
		.builtin_code = APUI_BUILTIN_SOFTMAX,
		.max_version = 4,
		.options_type = APUI_OPTIONS_SOFTMAX,
		.fields = softmax_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT32, 1,
				   MAX_RANK) },
		.output = TENSOR(TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT32, 1,
				 MAX_RANK),
		.infer = apui_infer_same_shape,
		.lower = apui_lower_softmax,
	},
	{
		.name = "QUANTIZE",
		.builtin_code = APUI_BUILTIN_QUANTIZE,
		.max_version = 6,
		.options_type = APUI_OPTIONS_QUANTIZE,
		.fields = apui_no_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_8_BIT | TYPES_INT16 | TYPES_INT32 |
					   TYPES_FLOAT32,
				   0, MAX_RANK) },
		.output = TENSOR(TYPES_8_BIT | TYPES_INT16 | TYPES_INT32, 0,
				 MAX_RANK),
		.infer = apui_infer_quantize,
		.lower = apui_lower_quantize,
	},
	{
		.name = "DEQUANTIZE",
		.builtin_code = APUI_BUILTIN_DEQUANTIZE,
		.max_version = 9,
		.options_type = APUI_OPTIONS_DEQUANTIZE,
		.fields = apui_no_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_8_BIT | TYPES_INT16 | TYPES_FLOAT16, 0,
				   MAX_RANK) },
		.output = TENSOR(TYPES_FLOAT32, 0, MAX_RANK),
		.infer = apui_infer_dequantize,
		.lower = apui_lower_dequantize,
	},

	{
		.name = "MEAN",
		.builtin_code = APUI_BUILTIN_MEAN,
		.max_version = 3,
		.options_type = APUI_OPTIONS_REDUCER,
		.fields = mean_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(MEAN_TYPES, 0, MAX_RANK), PARAMETER(0, 1) },
		.output = TENSOR(MEAN_TYPES, 0, MAX_RANK),
		.infer = apui_infer_mean,
		.lower = apui_lower_mean,
	},
};

const struct apui_operator_family apui_arithmetic_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
