/* SPDX-License-Identifier: MIT */

/* Operators that choose, repeat, leave the device, or count. */

#include "model/custom.h"
#include "model/operator_table.h"

#define TYPES_VALUE (TYPES_ANY | TYPES_FLOAT16)

#define SUBGRAPH(field_id, index, field_name)                                  \
	{                                                                      \
		.id = (field_id), .type = APUI_FIELD_I32,                      \
		.offset = offsetof(union apui_operator_options,                \
				   control.subgraphs[index]),                  \
		.min = INT32_MIN, .max = INT32_MAX,                            \
		.max_supported = INT32_MAX, .name = (field_name)               \
	}

static const struct apui_option_field if_fields[] = {
	SUBGRAPH(APUI_IF_THEN, 0, "then_subgraph_index"),
	SUBGRAPH(APUI_IF_ELSE, 1, "else_subgraph_index"),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field while_fields[] = {
	SUBGRAPH(APUI_WHILE_CONDITION, 0, "cond_subgraph_index"),
	SUBGRAPH(APUI_WHILE_BODY, 1, "body_subgraph_index"),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "IF",
		.builtin_code = APUI_BUILTIN_IF,
		.max_version = 1,
		.options_type = APUI_OPTIONS_IF,
		.fields = if_fields,
		.min_inputs = 1,
		.max_inputs = APUI_ROW_MAX_INPUTS,
		.max_outputs = APUI_ROW_MAX_OUTPUTS,
		.inputs_are_alike = true,
		.inputs = { TENSOR(TYPES_VALUE, 0, MAX_RANK) },
		.output = TENSOR(TYPES_VALUE, 0, MAX_RANK),
		.infer = apui_infer_if,
		.lower = apui_lower_if,
	},
	{
		.name = "WHILE",
		.builtin_code = APUI_BUILTIN_WHILE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_WHILE,
		.fields = while_fields,
		.max_inputs = APUI_ROW_MAX_OUTPUTS,
		.max_outputs = APUI_ROW_MAX_OUTPUTS,
		.inputs_are_alike = true,
		.inputs = { TENSOR(TYPES_VALUE, 0, MAX_RANK) },
		.output = TENSOR(TYPES_VALUE, 0, MAX_RANK),
		.infer = apui_infer_while,
		.lower = apui_lower_while,
	},
	{
		.name = "WHERE",
		.builtin_code = APUI_BUILTIN_WHERE,
		.max_version = 2,
		.options_type = APUI_OPTIONS_WHERE,
		.fields = apui_no_fields,
		.counts_rows = true,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_8_BIT | TYPES_INT32 | TYPES_FLOAT32 |
					   APUI_TYPE_BIT(APU_DTYPE_INT64) |
					   APUI_TYPE_BIT(APU_DTYPE_BOOL),
				   1, MAX_RANK) },
		.output = TENSOR(APUI_TYPE_BIT(APU_DTYPE_INT64), 0, MAX_RANK),
		.infer = apui_infer_where,
		.lower = apui_lower_where,
	},
};

const struct apui_operator_family apui_control_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};

static int
read_options(struct apu_operator *op, const uint8_t *data, uint32_t size_bytes)
{
	op->custom_options = data;
	op->custom_option_bytes = size_bytes;
	return 0;
}

const struct apui_operator_row apui_host_operator_row = {
	.name = "CUSTOM",
	.builtin_code = APUI_BUILTIN_CUSTOM,
	.max_version = UINT32_MAX,
	.fields = apui_no_fields,
	.read_custom = read_options,
	.shapes_outputs = true,
	.max_inputs = APU_CUSTOM_MAX_TENSORS,
	.max_outputs = APU_CUSTOM_MAX_TENSORS,
	.inputs_are_alike = true,
	.inputs = { { .types = TYPES_VALUE,
		      .max_rank = MAX_RANK,
		      .optional = true } },
	.output = TENSOR(TYPES_VALUE, 0, MAX_RANK),
	.infer = apui_infer_host,
	.lower = apui_lower_host,
};
