/* SPDX-License-Identifier: MIT */
#include "firmware/fixedpoint.h"
#include "support/kernel.h"
#include "test.h"
#include <math.h>

#define COUNT_RANDOM 200000

struct row {
	const char *name;
	int32_t a, b;
	int32_t expected;
};

static const struct row high_rows[] = {
	{ "high_of_half_goes_up", 1, 1 << 30, 1 },
	{ "high_of_minus_half_goes_up", -1, 1 << 30, 0 },
	{ "high_of_minus_one_and_a_half_goes_up", -3, 1 << 30, -1 },
	{ "high_of_zero_is_zero", 0, INT32_MIN, 0 },
	{ "high_of_largest", INT32_MAX, INT32_MAX, INT32_MAX - 1 },
	{ "high_of_smallest_saturates", INT32_MIN, INT32_MIN, INT32_MAX },
	{ "high_of_opposites", INT32_MIN, INT32_MAX, -INT32_MAX },
};

static const struct row round_rows[] = {
	{ "shift_by_0_changes_nothing", -7, 0, -7 },
	{ "half_is_rounded_away_from_zero", 1, 1, 1 },
	{ "minus_half_is_rounded_away_from_zero", -1, 1, -1 },
	{ "less_than_half_is_rounded_to_zero", 127, 8, 0 },
	{ "half_of_a_larger_power", -128, 8, -1 },
	{ "smallest_by_1", INT32_MIN, 1, -(1 << 30) },
	{ "smallest_by_31", INT32_MIN, 31, -1 },
	{ "largest_by_31", INT32_MAX, 31, 1 },
	{ "half_by_31", 1 << 30, 31, 1 },
	{ "shift_by_32_gives_0", INT32_MIN, 32, 0 },
	{ "shift_by_all_ones_gives_0", INT32_MIN, -1, 0 },
};

static void
check_high(void **state)
{
	const struct row *row = *state;

	assert_int_equal(apui_fx_multiply_high(row->a, row->b), row->expected);
	assert_int_equal(apui_fx_multiply_high(row->b, row->a), row->expected);
}

static void
check_round(void **state)
{
	const struct row *row = *state;

	assert_int_equal(apui_fx_round_shift(row->a, (unsigned int)row->b),
			 row->expected);
}

struct scale_row {
	const char *name;
	int32_t a, multiplier, shift, expected;
};

static const struct scale_row scale_rows[] = {
	{ "scale_by_one", 100, 1 << 30, 1, 100 },
	{ "scale_by_a_quarter", 10, 1 << 30, -1, 3 },
	/* -5 / 4: first -2.5 up to -2, then -1; 5 / 4: first 3, then 1.5. */
	{ "scale_rounds_twice", -5, 1 << 30, -1, -1 },
	{ "scale_rounds_twice_upwards", 5, 1 << 30, -1, 2 },
	{ "scale_wraps_on_the_left", 3, 1 << 30, 30, -(1 << 29) },
	{ "scale_by_the_smallest", INT32_MAX, 1 << 30, -31, 1 },
	{ "shift_of_31_is_defined", 1, 1 << 30, 31, -(1 << 30) },
	{ "shift_of_32_is_defined", 1, 1 << 30, 32, 0 },
	{ "shift_of_minus_32_is_defined", INT32_MIN, 1 << 30, -32, 0 },
	{ "largest_shift_is_defined", -1, INT32_MIN, INT32_MAX, 0 },
	{ "smallest_shift_is_defined", -1, INT32_MIN, INT32_MIN, 0 },
};

static void
check_scale(void **state)
{
	const struct scale_row *row = *state;

	assert_int_equal(apui_fx_scale(row->a, row->multiplier, row->shift),
			 row->expected);
}

struct double_row {
	const char *name;
	double value;
	int32_t expected;
};

static const struct double_row double_rows[] = {
	{ "nan_gives_0", NAN, 0 },
	{ "infinity_saturates", INFINITY, INT32_MAX },
	{ "minus_infinity_saturates", -INFINITY, INT32_MIN },
	{ "huge_saturates", 1e300, INT32_MAX },
	{ "minus_huge_saturates", -1e300, INT32_MIN },
	{ "half", 0.5, 1 },
	{ "minus_half", -0.5, -1 },
	{ "just_below_half", 0x1.fffffffffffffp-2, 0 },
	{ "just_above_minus_half", -0x1.fffffffffffffp-2, 0 },
	{ "two_and_a_half", 2.5, 3 },
	{ "minus_two_and_a_half", -2.5, -3 },
	{ "minus_zero", -0.0, 0 },
	{ "denormal", 0x1p-1074, 0 },
	{ "below_the_largest", 2147483646.5, INT32_MAX },
	{ "largest", 2147483647.0, INT32_MAX },
	{ "above_the_largest", 2147483647.4, INT32_MAX },
	{ "smallest", -2147483648.0, INT32_MIN },
	{ "above_the_smallest", -2147483647.5, INT32_MIN },
	{ "next_above_the_smallest", -2147483647.4, INT32_MIN + 1 },
};

static void
check_double(void **state)
{
	const struct double_row *row = *state;

	assert_int_equal(apui_fx_round_double(row->value), row->expected);
}

static void
scale_agrees_with_a_slow_formula(void **state)
{
	struct random random = { 20230517 };

	(void)state;
	for (int i = 0; i < COUNT_RANDOM; i++) {
		int bits = random_range(&random, 0, 31);
		int32_t a = (int32_t)random_u64(&random) >> bits;
		int32_t multiplier = (int32_t)random_u64(&random);
		int32_t shift =
			random_range(&random, APUI_SHIFT_MIN, APUI_SHIFT_MAX);

		assert_int_equal(apui_fx_scale(a, multiplier, shift),
				 slow_scale(a, multiplier, shift));
	}
}

static void
round_double_agrees_with_round(void **state)
{
	struct random random = { 20230518 };

	(void)state;
	for (int i = 0; i < COUNT_RANDOM; i++) {
		double value = ldexp((double)(int32_t)random_u64(&random),
				     -random_range(&random, 0, 31));

		assert_int_equal(apui_fx_round_double(value),
				 (int32_t)round(value));
	}
}

static void
additions_wrap_or_saturate(void **state)
{
	(void)state;
	assert_int_equal(apui_fx_add(INT32_MAX, 1), INT32_MIN);
	assert_int_equal(apui_fx_add_saturating(INT32_MAX, 1), INT32_MAX);
	assert_int_equal(apui_fx_add_saturating(INT32_MIN, -1), INT32_MIN);
	assert_int_equal(apui_fx_shift_left(3, 31), INT32_MIN);
	assert_int_equal(apui_fx_shift_left_saturating(-3, 31), INT32_MIN);
	assert_int_equal(apui_fx_shift_left_saturating(3, 2), 12);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(scale_agrees_with_a_slow_formula),
	cmocka_unit_test(round_double_agrees_with_round),
	cmocka_unit_test(additions_wrap_or_saturate),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(high_rows) +
			      COUNT(round_rows) + COUNT(scale_rows) +
			      COUNT(double_rows)];
	size_t count = 0;

	ADD_ROWS(high_rows, check_high);
	ADD_ROWS(round_rows, check_round);
	ADD_ROWS(scale_rows, check_scale);
	ADD_ROWS(double_rows, check_double);
	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	return cmocka_run_group_tests_name("fixedpoint", all, NULL, NULL);
}
