/* SPDX-License-Identifier: MIT */

/* Operators that move elements, and change none. */

#include "model/operator_table.h"

static const struct apui_option_field reshape_fields[] = {
	FIELD(APUI_RESHAPE_NEW_SHAPE, APUI_FIELD_I32_VECTOR, reshape, new_shape,
	      0, MAX_RANK, MAX_RANK, 0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	{
		.name = "RESHAPE",
		.builtin_code = APUI_BUILTIN_RESHAPE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_RESHAPE,
		.fields = reshape_fields,
		.min_inputs = 1,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
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
		.name = "PAD",
		.builtin_code = APUI_BUILTIN_PAD,
		.max_version = 4,
		.options_type = APUI_OPTIONS_PAD,
		.fields = apui_no_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_8_BIT, 1, MAX_RANK), PARAMETER(2, 2) },
		.output = TENSOR(TYPES_8_BIT, 1, MAX_RANK),
		.infer = apui_infer_pad,
		.lower = apui_lower_pad,
	},
};

const struct apui_operator_family apui_movement_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
