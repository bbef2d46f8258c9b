/* SPDX-License-Identifier: MIT */

/* LOOKUP, SUB, MUL, DIV, PRELU and COMPARE of 8 bits. */

#include "support/kernel.h"
#include "test.h"

#define EINVAL_ APUI_RESULT_EINVAL
#define ERANGE_ APUI_RESULT_ERANGE

static void
init_lookup(struct kernel_case *kernel)
{
	static const int8_t x[] = { -128, -1, 0, 127 };
	uint8_t *table;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 2), x);
	table = kernel_input(kernel, APUI_TYPE_UINT8, 0, 1, DIMS(256), NULL);
	for (int i = 0; i < 256; i++)
		table[i] = (uint8_t)(255 - i);
	kernel_output(kernel, APUI_TYPE_UINT8, 0, 2, DIMS(2, 2));
}

static void
lookup_goes_by_the_stored_byte(void **state)
{
	static const uint8_t expected[] = { 127, 0, 255, 128 };
	struct kernel_case kernel;

	(void)state;
	init_lookup(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_lookup),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* One element of each input, of int8; zero points 1, 2 and 3. */
static void
init_pair(struct kernel_case *kernel, int8_t a, int8_t b, uint8_t out_type)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 1, 1, DIMS(1), &a);
	kernel_input(kernel, APUI_TYPE_INT8, 2, 1, DIMS(1), &b);
	kernel_output(kernel, out_type, out_type == APUI_TYPE_INT8 ? 3 : 0, 1,
		      DIMS(1));
}

static void
set_product(struct kernel_case *kernel, int32_t shift)
{
	kernel->params.product = (struct apui_product_params) {
		.multiplier = 1 << 30,
		.shift = shift,
		.act_min = -100,
		.act_max = 100,
	};
}

static void
sub_takes_the_second_away(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_pair(&kernel, 21, 52, APUI_TYPE_INT8);
	kernel.params.add = (struct apui_add_params) {
		.left_shift = 20,
		.a_multiplier = 1 << 30,
		.b_multiplier = 1 << 30,
		.out_multiplier = 1 << 30,
		.out_shift = -18,
		.act_min = -128,
		.act_max = 127,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_sub), APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), 20 - 50 + 3);
	kernel_finish(&kernel);
}

static const struct product {
	const char *name;
	apui_kernel_fn run;
	int8_t a, b;
	int32_t shift;
	int32_t y;
} products[] = {
	{ "mul", apui_kernel_mul, 6, 8, 1, 5 * 6 + 3 },
	{ "mul_of_half_rounds_away", apui_kernel_mul, 4, 7, 0, 8 + 3 },
	{ "mul_clamps", apui_kernel_mul, 101, 102, 1, 100 },
	{ "div", apui_kernel_div, 21, 6, 1, 5 + 3 },
	{ "div_rounds", apui_kernel_div, 21, 5, 1, 7 + 3 },
	{ "div_of_negative", apui_kernel_div, -19, 6, 1, -5 + 3 },
	{ "div_by_negative", apui_kernel_div, 21, -2, 1, -5 + 3 },
	{ "div_of_0", apui_kernel_div, 1, 9, 1, 3 },
	{ "div_of_little_by_much", apui_kernel_div, 2, 102, 1, 3 },
	{ "div_clamps", apui_kernel_div, 101, 3, 8, 100 },
	{ "div_by_far_too_much", apui_kernel_div, 101, 102, -31, 3 },
};

static void
check_product(void **state)
{
	const struct product *row = *state;
	struct kernel_case kernel;

	init_pair(&kernel, row->a, row->b, APUI_TYPE_INT8);
	set_product(&kernel, row->shift);
	assert_int_equal(kernel_run(&kernel, row->run), APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), row->y);
	kernel_finish(&kernel);
}

static void
div_by_zero_is_out_of_range(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_pair(&kernel, 5, 2, APUI_TYPE_INT8);
	set_product(&kernel, 1);
	assert_int_equal(kernel_run(&kernel, apui_kernel_div), ERANGE_);
	kernel_finish(&kernel);
}

/* Where x is at least its zero point by one multiplier, else by the other. */
static void
init_prelu(struct kernel_case *kernel, int8_t x)
{
	init_pair(kernel, x, 6, APUI_TYPE_INT8);
	kernel->params.prelu = (struct apui_prelu_params) {
		.multiplier = 1 << 30,
		.shift = 1,
		.alpha_multiplier = 1 << 30,
		.alpha_shift = 0,
	};
}

static void
prelu_has_two_multipliers(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_prelu(&kernel, 11);
	assert_int_equal(kernel_run(&kernel, apui_kernel_prelu),
			 APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), 10 + 3);
	kernel_finish(&kernel);
	init_prelu(&kernel, -9);
	assert_int_equal(kernel_run(&kernel, apui_kernel_prelu),
			 APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), -20 + 3);
	kernel_finish(&kernel);
}

static void
init_compare(struct kernel_case *kernel)
{
	init_pair(kernel, 11, 22, APUI_TYPE_BOOL);
	kernel->params.compare = (struct apui_compare_params) {
		.function = APUI_COMPARE_EQUAL,
		.left_shift = 8,
		.a_multiplier = 1 << 30,
		.a_shift = 0,
		.b_multiplier = 1 << 30,
		.b_shift = -1,
	};
}

static void
comparison_is_of_real_numbers(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_compare(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_compare),
			 APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), 1);
	kernel_finish(&kernel);
}

static void
init_mul(struct kernel_case *kernel)
{
	init_pair(kernel, 6, 8, APUI_TYPE_INT8);
	set_product(kernel, 1);
}

static void
init_good_prelu(struct kernel_case *kernel)
{
	init_prelu(kernel, 11);
}

static const struct refusal {
	struct kernel_refusal row;
	void (*init)(struct kernel_case *kernel);
	apui_kernel_fn run;
} refusals[] = {
#define LOOKUP(...)                                                            \
	{                                                                      \
		{ __VA_ARGS__, EINVAL_ }, init_lookup, apui_kernel_lookup      \
	}
	LOOKUP("lookup_of_int16_is_refused", KERNEL_FIELD(inputs[0].type),
	       APUI_TYPE_INT16),
	LOOKUP("lookup_to_int16_is_refused", KERNEL_FIELD(output.type),
	       APUI_TYPE_INT16),
	LOOKUP("table_of_other_type_is_refused", KERNEL_FIELD(inputs[1].type),
	       APUI_TYPE_INT8),
	LOOKUP("table_of_255_is_refused", KERNEL_FIELD(inputs[1].size_bytes),
	       255),
	LOOKUP("lookup_of_other_shape_is_refused",
	       KERNEL_FIELD(inputs[0].dims[0]), 1),
#define MUL(...)                                                               \
	{                                                                      \
		{ __VA_ARGS__, EINVAL_ }, init_mul, apui_kernel_mul            \
	}
#define DIV(...)                                                               \
	{                                                                      \
		{ __VA_ARGS__, EINVAL_ }, init_mul, apui_kernel_div            \
	}
	MUL("mul_of_uint8_to_int8_is_refused", KERNEL_FIELD(inputs[0].type),
	    APUI_TYPE_UINT8),
	MUL("mul_shift_31_is_refused", KERNEL_FIELD(params.product.shift), 31),
	MUL("mul_act_max_above_the_type_is_refused",
	    KERNEL_FIELD(params.product.act_max), 128),
	MUL("mul_zero_point_128_is_refused", KERNEL_FIELD(inputs[1].zero_point),
	    128),
	MUL("mul_of_other_length_is_refused", KERNEL_FIELD(output.dims[0]), 2),
	DIV("div_of_uint8_to_int8_is_refused", KERNEL_FIELD(inputs[0].type),
	    APUI_TYPE_UINT8),
	DIV("div_shift_31_is_refused", KERNEL_FIELD(params.product.shift), 31),
	DIV("div_act_max_above_the_type_is_refused",
	    KERNEL_FIELD(params.product.act_max), 128),
#define PRELU(...)                                                             \
	{                                                                      \
		{ __VA_ARGS__, EINVAL_ }, init_good_prelu, apui_kernel_prelu   \
	}
	PRELU("prelu_slope_of_other_type_is_refused",
	      KERNEL_FIELD(inputs[1].type), APUI_TYPE_UINT8),
	PRELU("prelu_shift_31_is_refused", KERNEL_FIELD(params.prelu.shift),
	      31),
	PRELU("prelu_alpha_shift_31_is_refused",
	      KERNEL_FIELD(params.prelu.alpha_shift), 31),
	PRELU("prelu_that_stretches_x_is_refused", KERNEL_FIELD(output.dims[0]),
	      2),
#define COMPARISON(...)                                                        \
	{                                                                      \
		{ __VA_ARGS__, EINVAL_ }, init_compare, apui_kernel_compare    \
	}
	COMPARISON("comparison_0_is_refused",
		   KERNEL_FIELD(params.compare.function), 0),
	COMPARISON("comparison_7_is_refused",
		   KERNEL_FIELD(params.compare.function), 7),
	COMPARISON("comparison_to_uint8_is_refused", KERNEL_FIELD(output.type),
		   APUI_TYPE_UINT8),
	COMPARISON("comparison_with_uint8_is_refused",
		   KERNEL_FIELD(inputs[1].type), APUI_TYPE_UINT8),
	COMPARISON("comparison_left_shift_31_is_refused",
		   KERNEL_FIELD(params.compare.left_shift), 31),
	COMPARISON("comparison_a_shift_31_is_refused",
		   KERNEL_FIELD(params.compare.a_shift), 31),
	COMPARISON("comparison_b_shift_31_is_refused",
		   KERNEL_FIELD(params.compare.b_shift), 31),
};

static void
check_refusal(void **state)
{
	const struct refusal *refusal = *state;
	struct kernel_case kernel;

	refusal->init(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, refusal->run, &refusal->row),
		refusal->row.result);
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest all[5 + COUNT(products) + COUNT(refusals)] = {
		cmocka_unit_test(lookup_goes_by_the_stored_byte),
		cmocka_unit_test(sub_takes_the_second_away),
		cmocka_unit_test(div_by_zero_is_out_of_range),
		cmocka_unit_test(prelu_has_two_multipliers),
		cmocka_unit_test(comparison_is_of_real_numbers),
	};
	size_t count = 5;

	ADD_ROWS(products, check_product);
	for (size_t i = 0; i < COUNT(refusals); i++)
		all[count++] = (struct CMUnitTest) {
			.name = refusals[i].row.name,
			.test_func = check_refusal,
			.initial_state = (void *)&refusals[i],
		};
	return cmocka_run_group_tests_name("elementwise 8 bit", all, NULL,
					   NULL);
}
