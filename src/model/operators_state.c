/* SPDX-License-Identifier: MIT */

/* Operators with variables, which are kept from one inference to the next. */

#include "model/operator_table.h"

#define TYPES_RESOURCE APUI_TYPE_BIT(APU_DTYPE_RESOURCE)
#define TYPES_INT8     APUI_TYPE_BIT(APU_DTYPE_INT8)
#define TYPES_INT16    APUI_TYPE_BIT(APU_DTYPE_INT16)

#define HANDLE TENSOR(TYPES_RESOURCE, 0, 1)
#define WEIGHT(kinds, dims)                                                    \
	{                                                                      \
		.types = (kinds), .min_rank = (dims), .max_rank = (dims),      \
		.constant = true                                               \
	}
#define STATE(kinds)                                                           \
	{                                                                      \
		.types = (kinds), .min_rank = 1, .max_rank = MAX_RANK,         \
		.variable = true                                               \
	}
static const struct apui_option_field svdf_fields[] = {
	FIELD(APUI_SVDF_RANK, APUI_FIELD_I32, svdf, rank, 1, INT32_MAX,
	      INT32_MAX, 0),
	ACTIVATION(APUI_SVDF_ACTIVATION, svdf),
	FLAG(APUI_SVDF_ASYMMETRIC_INPUTS, svdf, asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field call_once_fields[] = {
	FIELD(APUI_CALL_ONCE_SUBGRAPH, APUI_FIELD_I32, call_once, subgraph,
	      INT32_MIN, INT32_MAX, INT32_MAX, 0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field var_handle_fields[] = {
	FIELD(APUI_VAR_HANDLE_CONTAINER, APUI_FIELD_TEXT, var_handle, container,
	      0, 0, 0, 0),
	FIELD(APUI_VAR_HANDLE_NAME, APUI_FIELD_TEXT, var_handle, name, 0, 0, 0,
	      0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "SVDF",
		.builtin_code = APUI_BUILTIN_SVDF,
		.max_version = 4,
		.options_type = APUI_OPTIONS_SVDF,
		.fields = svdf_fields,
		.min_inputs = 5,
		.max_inputs = 5,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_INT8 | TYPES_FLOAT32, 2, 2),
			    WEIGHT(TYPES_INT8 | TYPES_FLOAT32, 2),
			    WEIGHT(TYPES_INT16 | TYPES_INT8 | TYPES_FLOAT32, 2),
			    { .types = TYPES_INT32 | TYPES_FLOAT32,
			      .min_rank = 1,
			      .max_rank = 1,
			      .optional = true },
			    STATE(TYPES_INT16 | TYPES_FLOAT32) },
		.output = TENSOR(TYPES_INT8 | TYPES_FLOAT32, 2, 2),
		.infer = apui_infer_svdf,
		.lower = apui_lower_svdf,
	},
	{
		.name = "CALL_ONCE",
		.builtin_code = APUI_BUILTIN_CALL_ONCE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_CALL_ONCE,
		.fields = call_once_fields,
		.infer = apui_infer_call_once,
		.lower = apui_lower_nothing,
	},
	{
		.name = "VAR_HANDLE",
		.builtin_code = APUI_BUILTIN_VAR_HANDLE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_VAR_HANDLE,
		.fields = var_handle_fields,
		.min_outputs = 1,
		.max_outputs = 1,
		.output = HANDLE,
		.infer = apui_infer_var_handle,
		.lower = apui_lower_nothing,
	},
	{
		.name = "READ_VARIABLE",
		.builtin_code = APUI_BUILTIN_READ_VARIABLE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_READ_VARIABLE,
		.fields = apui_no_fields,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { HANDLE },
		.output = TENSOR(TYPES_ANY, 0, MAX_RANK),
		.infer = apui_infer_read_variable,
		.lower = apui_lower_read_variable,
	},
	{
		.name = "ASSIGN_VARIABLE",
		.builtin_code = APUI_BUILTIN_ASSIGN_VARIABLE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_ASSIGN_VARIABLE,
		.fields = apui_no_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.inputs = { HANDLE, TENSOR(TYPES_ANY, 0, MAX_RANK) },
		.infer = apui_infer_assign_variable,
		.lower = apui_lower_assign_variable,
	},
};

const struct apui_operator_family apui_state_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
