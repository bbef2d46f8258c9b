/* SPDX-License-Identifier: MIT */

/* BINARY_INTEGER, CAST, SELECT, and the integers of COMPARE. */

#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

#define EINVAL_ APUI_RESULT_EINVAL
#define ERANGE_ APUI_RESULT_ERANGE

static const struct value {
	const char *name;
	uint8_t type;
	uint32_t function;
	int64_t a, b, y;
	int result;
} values[] = {
	{ "add", APUI_TYPE_INT32, APUI_BINARY_ADD, 2, 3, 5, 0 },
	{ "add_wraps", APUI_TYPE_INT32, APUI_BINARY_ADD, INT32_MAX, 1,
	  INT32_MIN, 0 },
	{ "sub", APUI_TYPE_INT64, APUI_BINARY_SUB, 2, 3, -1, 0 },
	{ "sub_wraps", APUI_TYPE_INT64, APUI_BINARY_SUB, INT64_MIN, 1,
	  INT64_MAX, 0 },
	{ "mul_wraps", APUI_TYPE_INT32, APUI_BINARY_MUL, 65536, 65537, 65536,
	  0 },
	{ "div_is_towards_zero", APUI_TYPE_INT32, APUI_BINARY_DIV, -7, 2, -3,
	  0 },
	{ "div_by_0", APUI_TYPE_INT32, APUI_BINARY_DIV, 1, 0, 0, ERANGE_ },
	{ "int32_min_by_minus_1", APUI_TYPE_INT32, APUI_BINARY_DIV, INT32_MIN,
	  -1, 0, ERANGE_ },
	{ "int64_min_by_minus_1", APUI_TYPE_INT64, APUI_BINARY_DIV, INT64_MIN,
	  -1, 0, ERANGE_ },
	{ "floor_div_is_downwards", APUI_TYPE_INT32, APUI_BINARY_FLOOR_DIV, -7,
	  2, -4, 0 },
	{ "floor_div_of_int64_min", APUI_TYPE_INT64, APUI_BINARY_FLOOR_DIV,
	  INT64_MIN, -1, 0, ERANGE_ },
	{ "floor_div_by_0", APUI_TYPE_INT8, APUI_BINARY_FLOOR_DIV, 1, 0, 0,
	  ERANGE_ },
	{ "floor_mod_has_the_divisors_sign", APUI_TYPE_INT32,
	  APUI_BINARY_FLOOR_MOD, 7, -3, -2, 0 },
	{ "floor_mod_of_int64_min", APUI_TYPE_INT64, APUI_BINARY_FLOOR_MOD,
	  INT64_MIN, -1, 0, 0 },
	{ "floor_mod_by_0", APUI_TYPE_INT64, APUI_BINARY_FLOOR_MOD, 1, 0, 0,
	  ERANGE_ },
	{ "minimum", APUI_TYPE_INT8, APUI_BINARY_MINIMUM, -128, 127, -128, 0 },
	{ "maximum", APUI_TYPE_UINT8, APUI_BINARY_MAXIMUM, 255, 1, 255, 0 },
	{ "squared_difference", APUI_TYPE_INT32, APUI_BINARY_SQUARED_DIFFERENCE,
	  2, -1, 9, 0 },
	{ "pow", APUI_TYPE_INT32, APUI_BINARY_POW, -3, 3, -27, 0 },
	{ "pow_to_minus_1", APUI_TYPE_INT32, APUI_BINARY_POW, 2, -1, 0, 0 },
	{ "minus_1_to_minus_3", APUI_TYPE_INT32, APUI_BINARY_POW, -1, -3, -1,
	  0 },
	{ "and", APUI_TYPE_BOOL, APUI_BINARY_AND, 1, 0, 0, 0 },
	{ "or", APUI_TYPE_BOOL, APUI_BINARY_OR, 1, 0, 1, 0 },
};

static void
init_binary(struct kernel_case *kernel, uint8_t type, uint32_t function,
	    int64_t a, int64_t b)
{
	kernel_init(kernel);
	/* Little endian: the low bytes come first. */
	kernel_input(kernel, type, 0, 0, DIMS(0), &a);
	kernel_input(kernel, type, 0, 1, DIMS(1), &b);
	kernel_output(kernel, type, 0, 1, DIMS(1));
	kernel->params.binary_integer = (struct apui_binary_integer_params) {
		.function = function,
		.act_min = INT64_MIN,
		.act_max = INT64_MAX,
	};
}

static void
check_value(void **state)
{
	const struct value *row = *state;
	struct kernel_case kernel;

	init_binary(&kernel, row->type, row->function, row->a, row->b);
	assert_int_equal(kernel_run(&kernel, apui_kernel_binary_integer),
			 row->result);
	if (row->result == APUI_RESULT_OK)
		assert_memory_equal(kernel.output.data, &row->y,
				    kernel.output.size_bytes);
	kernel_finish(&kernel);
}

static void
activation_clamps(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_binary(&kernel, APUI_TYPE_INT32, APUI_BINARY_ADD, 5, 5);
	kernel.params.binary_integer.act_max = 6;
	assert_int_equal(kernel_run(&kernel, apui_kernel_binary_integer),
			 APUI_RESULT_OK);
	assert_int_equal(*(const int32_t *)kernel.output.data, 6);
	kernel_finish(&kernel);
}

static const struct cast {
	const char *name;
	float x;
	uint8_t type;
	int64_t y;
} casts[] = {
	{ "fraction_is_cut", -1.9f, APUI_TYPE_INT32, -1 },
	{ "too_large_for_int8", 300, APUI_TYPE_INT8, 127 },
	{ "too_small_for_uint8", -3, APUI_TYPE_UINT8, 0 },
	{ "too_large_for_int64", 1e30f, APUI_TYPE_INT64, INT64_MAX },
	{ "infinity_below", -INFINITY, APUI_TYPE_INT32, INT32_MIN },
	{ "nan_is_the_largest", NAN, APUI_TYPE_INT16, INT16_MAX },
	{ "bool_is_not_0", 0.25f, APUI_TYPE_BOOL, 1 },
};

static void
check_cast(void **state)
{
	const struct cast *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), &row->x);
	kernel_output(&kernel, row->type, 0, 1, DIMS(1));
	assert_int_equal(kernel_run(&kernel, apui_kernel_cast), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, &row->y,
			    kernel.output.size_bytes);
	kernel_finish(&kernel);
}

static void
cast_of_integers_wraps(void **state)
{
	static const int32_t x[] = { 257, -1 };
	struct kernel_case kernel;
	const uint8_t *y;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), x);
	y = kernel_output(&kernel, APUI_TYPE_UINT8, 0, 1, DIMS(2));
	assert_int_equal(kernel_run(&kernel, apui_kernel_cast), APUI_RESULT_OK);
	assert_int_equal(y[0], 1);
	assert_int_equal(y[1], 255);
	kernel_finish(&kernel);
}

static void
init_select(struct kernel_case *kernel)
{
	static const uint8_t condition[] = { 0, 2 };
	static const int16_t a[] = { 1, 2, 3 }, b[] = { -1 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_BOOL, 0, 2, DIMS(2, 1), condition);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(3), a);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(1), b);
	kernel_output(kernel, APUI_TYPE_INT16, 0, 2, DIMS(2, 3));
}

static void
select_broadcasts_all_three(void **state)
{
	static const int16_t expected[] = { -1, -1, -1, 1, 2, 3 };
	struct kernel_case kernel;

	(void)state;
	init_select(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_select),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* -1 ? 1: unequal, less. */
static void
every_comparison_of_int64(void **state)
{
	static const int64_t a[] = { -1 }, b[] = { 1 };
	static const uint8_t expected[] = { 0, 0, 1, 0, 0, 1, 1 };

	(void)state;
	for (uint32_t f = APUI_COMPARE_EQUAL; f <= APUI_COMPARE_LESS_EQUAL;
	     f++) {
		struct kernel_case kernel;
		const uint8_t *y;

		kernel_init(&kernel);
		kernel_input(&kernel, APUI_TYPE_INT64, 0, 1, DIMS(1), a);
		kernel_input(&kernel, APUI_TYPE_INT64, 0, 1, DIMS(1), b);
		y = kernel_output(&kernel, APUI_TYPE_BOOL, 0, 1, DIMS(1));
		kernel.params.compare.function = f;
		assert_int_equal(kernel_run(&kernel, apui_kernel_compare),
				 APUI_RESULT_OK);
		assert_int_equal(*y, expected[f]);
		kernel_finish(&kernel);
	}
}

static const struct kernel_refusal refused_binaries[] = {
	{ "function_0_is_refused", KERNEL_FIELD(params.binary_integer.function),
	  0, EINVAL_ },
	{ "function_of_floats_is_refused",
	  KERNEL_FIELD(params.binary_integer.function), APUI_BINARY_ATAN2,
	  EINVAL_ },
	{ "function_16_is_refused",
	  KERNEL_FIELD(params.binary_integer.function), 16, EINVAL_ },
	{ "minimum_above_the_maximum_is_refused",
	  KERNEL_FIELD(params.binary_integer.act_max), UINT64_C(1) << 63,
	  EINVAL_ },
	{ "float_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_FLOAT32,
	  EINVAL_ },
	{ "input_of_other_type_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "lengths_that_differ_are_refused", KERNEL_FIELD(output.dims[0]), 2,
	  EINVAL_ },
};

static void
check_refused_binary(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_binary(&kernel, APUI_TYPE_INT32, APUI_BINARY_ADD, 1, 1);
	kernel.params.binary_integer.act_min = 0;
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_binary_integer, row),
		row->result);
	kernel_finish(&kernel);
}

static const struct kernel_refusal refused_selects[] = {
	{ "condition_that_is_no_bool_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "choice_of_other_type_is_refused", KERNEL_FIELD(inputs[2].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "choice_of_other_length_is_refused", KERNEL_FIELD(inputs[1].dims[0]),
	  2, EINVAL_ },
};

static void
check_refused_select(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_select(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_select, row),
			 row->result);
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest all[4 + COUNT(values) + COUNT(casts) +
			      COUNT(refused_binaries) +
			      COUNT(refused_selects)] = {
		cmocka_unit_test(activation_clamps),
		cmocka_unit_test(cast_of_integers_wraps),
		cmocka_unit_test(select_broadcasts_all_three),
		cmocka_unit_test(every_comparison_of_int64),
	};
	size_t count = 4;

	ADD_ROWS(values, check_value);
	ADD_ROWS(casts, check_cast);
	ADD_ROWS(refused_binaries, check_refused_binary);
	ADD_ROWS(refused_selects, check_refused_select);
	return cmocka_run_group_tests_name("elementwise integer", all, NULL,
					   NULL);
}
