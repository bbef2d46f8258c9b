/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

#define MAX_DEPTH 600

/* What LiteRT's reference kernel gives for uint8 (ai-edge-litert 2.3.0). */
struct golden {
	const char *name;
	struct apui_softmax_params params;
	int32_t depth;
	uint8_t x[10], y[10];
};

static const struct golden goldens[] = {
	{ "as_litert_with_a_flat_slope",
	  { 1471117312, 19, -3968 },
	  10,
	  { 241, 65, 79, 139, 76, 214, 60, 184, 161, 155 },
	  { 42, 16, 18, 24, 17, 37, 16, 31, 27, 27 } },
	{ "as_litert_with_a_steep_slope",
	  { 1700242816, 21, -992 },
	  10,
	  { 131, 191, 74, 193, 247, 186, 251, 20, 86, 238 },
	  { 4, 17, 1, 18, 69, 15, 76, 0, 1, 55 } },
	{ "as_litert_beyond_the_least_difference",
	  { 1081265408, 26, -31 },
	  10,
	  { 188, 149, 128, 51, 176, 202, 178, 105, 1, 188 },
	  { 0, 0, 0, 0, 0, 255, 0, 0, 0, 0 } },
	{ "one_element_is_all", { 1 << 30, 20, -1984 }, 1, { 7 }, { 255 } },
	{ "two_equal_elements_are_halves",
	  { 1 << 30, 20, -1984 },
	  2,
	  { 9, 9 },
	  { 128, 128 } },
};

static void
init_case(struct kernel_case *kernel, uint8_t type,
	  struct apui_softmax_params params, int32_t rows, int32_t depth,
	  const void *x)
{
	kernel_init(kernel);
	kernel_input(kernel, type, 0, 2, DIMS(rows, depth), x);
	kernel_output(kernel, type, type_min(type), 2, DIMS(rows, depth));
	kernel->params.softmax = params;
}

/* Once as uint8 and once as int8: only the top bit differs. */
static void
check_golden(void **state)
{
	const struct golden *row = *state;
	struct kernel_case kernel;
	uint8_t flipped[10];

	init_case(&kernel, APUI_TYPE_UINT8, row->params, 1, row->depth, row->x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, row->y, row->depth);
	kernel_finish(&kernel);

	for (int32_t i = 0; i < row->depth; i++)
		flipped[i] = row->x[i] ^ 0x80;
	init_case(&kernel, APUI_TYPE_INT8, row->params, 1, row->depth, flipped);
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax),
			 APUI_RESULT_OK);
	for (int32_t i = 0; i < row->depth; i++)
		assert_int_equal(kernel_value(&kernel.output, (size_t)i) + 128,
				 row->y[i]);
	kernel_finish(&kernel);
}

/* The slope as Q(d) of rounding.md makes it. */
static struct apui_softmax_params
make_params(double slope)
{
	struct apui_softmax_params params;
	int exponent;
	double mantissa = frexp(slope * ldexp(1, 26), &exponent);

	params.multiplier = (int32_t)round(ldexp(mantissa, 31) - 1);
	params.shift = exponent;
	params.diff_min = -(int32_t)floor(ldexp(31, 26 - exponent));
	return params;
}

static void
is_within_one_of_the_real_softmax(void **state)
{
	struct random random = { 15 };
	uint8_t x[MAX_DEPTH];

	(void)state;
	for (int i = 0; i < 500; i++) {
		int32_t depth = random_range(&random, 1, 300);
		double slope = random_float(&random, 0.001f, 1.0f);
		struct kernel_case kernel;
		double sum = 0;

		random_bytes(&random, x, sizeof(x));
		for (int32_t j = 0; j < depth; j++)
			sum += exp((x[j] - 255) * slope);
		init_case(&kernel, APUI_TYPE_UINT8, make_params(slope), 1,
			  depth, x);
		assert_int_equal(kernel_run(&kernel, apui_kernel_softmax),
				 APUI_RESULT_OK);
		for (int32_t j = 0; j < depth; j++) {
			double real = 256 * exp((x[j] - 255) * slope) / sum;
			double got = kernel_value(&kernel.output, (size_t)j);

			assert_true(fabs(got - fmin(real, 255)) < 1.01);
		}
		kernel_finish(&kernel);
	}
}

static void
rows_are_independent(void **state)
{
	static const uint8_t x[] = { 9, 9, 0, 255 };
	static const uint8_t expected[] = { 128, 128, 0, 255 };
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel, APUI_TYPE_UINT8, make_params(0.5), 2, 2, x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* LiteRT aborts from 512 equal elements on (rounding.md). */
static void
check_equal_elements(int32_t depth, uint8_t expected)
{
	uint8_t x[MAX_DEPTH];
	struct kernel_case kernel;

	memset(x, 3, sizeof(x));
	init_case(&kernel, APUI_TYPE_UINT8, make_params(0.5), 1, depth, x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax),
			 APUI_RESULT_OK);
	for (int32_t i = 0; i < depth; i++)
		assert_int_equal(kernel_value(&kernel.output, (size_t)i),
				 expected);
	kernel_finish(&kernel);
}

static void
equal_elements_up_to_511_share(void **state)
{
	(void)state;
	check_equal_elements(256, 1);
	check_equal_elements(511, 1);
}

static void
equal_elements_from_512_on_get_the_minimum(void **state)
{
	(void)state;
	check_equal_elements(512, 0);
	check_equal_elements(600, 0);
}

#define EINVAL_       APUI_RESULT_EINVAL
#define PARAMS(field) KERNEL_FIELD(params.softmax.field)

static const struct kernel_refusal refusals[] = {
	{ "negative_shift_is_refused", PARAMS(shift), UINT32_MAX, EINVAL_ },
	{ "shift_32_is_refused", PARAMS(shift), 32, EINVAL_ },
	{ "negative_multiplier_is_refused", PARAMS(multiplier), 0x80000000,
	  EINVAL_ },
	{ "positive_diff_min_is_refused", PARAMS(diff_min), 1, EINVAL_ },
	{ "diff_min_beyond_q5_26_is_refused", PARAMS(diff_min), 0x80000000,
	  EINVAL_ },
	{ "rank_0_is_refused", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
	{ "other_shape_is_refused", KERNEL_FIELD(output.dims[1]), 3, EINVAL_ },
	{ "other_type_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "float_input_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
check_refusal(void **state)
{
	static const uint8_t x[4];
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_case(&kernel, APUI_TYPE_UINT8, make_params(0.5), 1, 4, x);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_softmax, row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(is_within_one_of_the_real_softmax),
	cmocka_unit_test(rows_are_independent),
	cmocka_unit_test(equal_elements_up_to_511_share),
	cmocka_unit_test(equal_elements_from_512_on_get_the_minimum),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(goldens) + COUNT(refusals)];
	size_t count = 0;

	ADD_ROWS(goldens, check_golden);
	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("softmax", all, NULL, NULL);
}
