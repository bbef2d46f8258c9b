/* SPDX-License-Identifier: MIT */
#include "model/operators.h"

static const struct apui_operator_family *const families[] = {
	&apui_window_operators,
	&apui_matrix_operators,
	&apui_arithmetic_operators,
	&apui_movement_operators,
};

const struct apui_option_field apui_no_fields[] = {
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row *
find_in_family(const struct apui_operator_family *family, int32_t builtin_code)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->rows[i].builtin_code == builtin_code)
			return &family->rows[i];
	return NULL;
}

const struct apui_operator_row *
apui_operator_row_find(int32_t builtin_code)
{
	const struct apui_operator_row *row = NULL;

	for (size_t i = 0;
	     row == NULL && i < sizeof(families) / sizeof(families[0]); i++)
		row = find_in_family(families[i], builtin_code);
	return row;
}
