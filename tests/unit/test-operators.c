/* SPDX-License-Identifier: MIT */

/* The operator table is data: what all of its rows must have in common. */

#include "model/operators.h"
#include "test.h"
#include <stdio.h>
#include <string.h>

/* Beyond the last code of the schema that the names are from. */
#define CODES 256

static const struct {
	int32_t code;
	const char *name;
} supported[] = {
	{ 0, "ADD" },
	{ 1, "AVERAGE_POOL_2D" },
	{ 3, "CONV_2D" },
	{ 4, "DEPTHWISE_CONV_2D" },
	{ 9, "FULLY_CONNECTED" },
	{ 17, "MAX_POOL_2D" },
	{ 22, "RESHAPE" },
	{ 25, "SOFTMAX" },
	{ 34, "PAD" },
	{ 40, "MEAN" },
	{ 114, "QUANTIZE" },
};

static void
exactly_these_operators_have_rows(void **state)
{
	size_t found = 0;

	(void)state;
	for (int32_t code = -2; code < CODES; code++)
		found += apui_operator_row_find(code) != NULL;
	assert_int_equal(found, COUNT(supported));

	for (size_t i = 0; i < COUNT(supported); i++) {
		const struct apui_operator_row *row =
			apui_operator_row_find(supported[i].code);

		assert_non_null(row);
		assert_int_equal(row->builtin_code, supported[i].code);
		assert_string_equal(row->name, supported[i].name);
	}
}

static void
every_code_of_the_schema_has_a_name(void **state)
{
	(void)state;
	for (int32_t code = 0; code < 210; code++) {
		assert_non_null(apui_builtin_name(code));
		assert_string_not_equal(apui_builtin_name(code), "unknown");
	}
	assert_string_equal(apui_builtin_name(39), "TRANSPOSE");
	assert_string_equal(apui_builtin_name(142), "VAR_HANDLE");
	assert_string_equal(apui_builtin_name(-1), "unknown");
	assert_string_equal(apui_builtin_name(210), "unknown");
	assert_string_equal(apui_builtin_name(INT32_MAX), "unknown");
}

static void
check_operand(const struct apui_operand *operand)
{
	assert_int_not_equal(operand->types, 0);
	assert_in_range(operand->max_rank, operand->min_rank,
			APU_TENSOR_MAX_RANK);
}

static void
row_is_whole(void **state)
{
	const struct apui_operator_row *row = *state;

	assert_string_equal(row->name, apui_builtin_name(row->builtin_code));
	assert_in_range(row->max_version, 1, 100);
	assert_non_null(row->infer);
	assert_non_null(row->lower);
	assert_in_range(row->max_inputs, 0,
			row->inputs_are_alike ? APUI_ROW_MAX_INPUTS
					      : APUI_ROW_MAX_OPERANDS);
	assert_in_range(row->min_inputs, 0, row->max_inputs);
	assert_in_range(row->max_outputs, row->min_outputs,
			APUI_ROW_MAX_OUTPUTS);

	check_operand(&row->output);
	for (unsigned int i = 0; i < row->max_inputs; i++) {
		const struct apui_operand *operand =
			apui_operator_operand(row, i);

		check_operand(operand);
		/* What may be missing from the list may be -1 as well. */
		if (!row->inputs_are_alike && i >= row->min_inputs)
			assert_true(operand->optional);
	}
}

static bool
is_divisor(const char *name)
{
	return strncmp(name, "stride", 6) == 0 ||
	       strncmp(name, "dilation", 8) == 0 ||
	       strncmp(name, "filter", 6) == 0;
}

static void
fields_are_in_range(void **state)
{
	const struct apui_operator_row *row = *state;
	const struct apui_option_field *field;

	for (field = row->fields; field->type != APUI_FIELD_END; field++) {
		assert_non_null(field->name);
		assert_in_range(field->offset, 0,
				sizeof(union apui_operator_options) - 4);
		assert_int_equal(field->offset % 4, 0);
		assert_true(field->min <= field->max_supported);
		assert_true(field->max_supported <= field->max);
		if (strcmp(field->name, "depth_multiplier") == 0)
			assert_int_equal(field->min, 1); /* M55 */
		if (!is_divisor(field->name))
			continue;
		assert_int_equal(field->min, 1);
		assert_int_equal(field->max_supported, 32767);
	}
}

static void
activations_stop_at_relu6(void **state)
{
	const struct apui_operator_row *row = *state;
	const struct apui_option_field *field;

	for (field = row->fields; field->type != APUI_FIELD_END; field++) {
		if (strcmp(field->name, "activation") != 0)
			continue;
		assert_int_equal(field->min, APUI_ACTIVATION_NONE);
		assert_int_equal(field->max, APUI_ACTIVATION_SIGN_BIT);
		assert_int_equal(field->max_supported, APUI_ACTIVATION_RELU6);
	}
}

static const struct {
	const char *name;
	CMUnitTestFunction run;
} row_checks[] = {
	{ "row_is_whole", row_is_whole },
	{ "fields_are_in_range", fields_are_in_range },
	{ "activations_stop_at_relu6", activations_stop_at_relu6 },
};

int
main(void)
{
	static char names[COUNT(supported) * COUNT(row_checks)][64];
	struct CMUnitTest tests[2 + COUNT(names)] = {
		cmocka_unit_test(exactly_these_operators_have_rows),
		cmocka_unit_test(every_code_of_the_schema_has_a_name),
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		size_t row = i / COUNT(row_checks);
		size_t check = i % COUNT(row_checks);

		snprintf(names[i], sizeof(names[i]), "%s %s",
			 row_checks[check].name, supported[row].name);
		tests[2 + i] = (struct CMUnitTest) {
			.name = names[i],
			.test_func = row_checks[check].run,
			.initial_state = (void *)apui_operator_row_find(
				supported[row].code),
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
