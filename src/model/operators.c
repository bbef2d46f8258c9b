/* SPDX-License-Identifier: MIT */
#include "model/operators.h"
#include <string.h>

static const struct apui_operator_family *const families[] = {
	&apui_window_operators,     &apui_matrix_operators,
	&apui_arithmetic_operators, &apui_elementwise_operators,
	&apui_movement_operators,   &apui_state_operators,
	&apui_sequence_operators,   &apui_image_operators,
	&apui_reduction_operators,  &apui_control_operators,
	&apui_shape_operators,      &apui_misc_operators,
	&apui_scatter_operators,    &apui_place_operators,
	&apui_fill_operators,       &apui_embedding_operators,
	&apui_box_operators,        &apui_step_operators,
	&apui_windowed_operators,   &apui_hlo_operators,
};

static const struct apui_operator_family *const custom_families[] = {
	&apui_detection_operators,
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

static bool
has_name(const struct apui_operator_row *row, const char *name, size_t length)
{
	return strlen(row->name) == length &&
	       memcmp(row->name, name, length) == 0;
}

const struct apui_operator_row *
apui_operator_row_find_custom(const char *code, size_t length)
{
	const size_t families_count =
		sizeof(custom_families) / sizeof(custom_families[0]);

	for (size_t i = 0; i < families_count; i++)
		for (size_t j = 0; j < custom_families[i]->count; j++)
			if (has_name(&custom_families[i]->rows[j], code,
				     length))
				return &custom_families[i]->rows[j];
	return NULL;
}
