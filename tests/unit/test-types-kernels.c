/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

/* Kernels on types that other tests of them do not have. */

#define EINVAL_ APUI_RESULT_EINVAL

static void
mean_of_int16_by_hand(void **state)
{
	/* Halves go up, and what does not fit is clamped. */
	static const int16_t x[] = { 1, -3, 32767, 4, -4, 32767 };
	static const int16_t expected[] = { 3, -3, 32767 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT16, 0, 2, DIMS(2, 3), x);
	kernel_output(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(3));
	kernel.params.mean = (struct apui_mean_params) {
		.axes = 1,
		.multiplier = 1 << 30,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_mean), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static void
mean_of_int16_has_no_zero_point(void **state)
{
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < 2; i++) {
		kernel_init(&kernel);
		kernel_input(&kernel, APUI_TYPE_INT16, i == 0, 1, DIMS(2),
			     NULL);
		kernel_output(&kernel, APUI_TYPE_INT16, i == 1, 1, DIMS(1));
		kernel.params.mean.axes = 1;
		assert_int_equal(kernel_run(&kernel, apui_kernel_mean),
				 EINVAL_);
		kernel_finish(&kernel);
	}
}

static void
init_l2(struct kernel_case *kernel, uint8_t type, const void *x)
{
	kernel_init(kernel);
	kernel_input(kernel, type, type == APUI_TYPE_INT8 ? 1 : 129, 2,
		     DIMS(2, 2), x);
	kernel_output(kernel, type, type == APUI_TYPE_INT8 ? 0 : 128, 2,
		      DIMS(2, 2));
}

/* 3 and -4 are 0.6 and -0.8; of two zeros nothing is left. */
static void
l2_normalization_of_8_bits_by_hand(void **state)
{
	static const int8_t x[] = { 4, -3, 1, 1 };
	static const int8_t expected[] = { 77, -102, 0, 0 };
	struct kernel_case kernel;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		uint8_t bias = i == 0 ? 0 : 128, bytes[4];

		for (size_t j = 0; j < COUNT(x); j++)
			bytes[j] = (uint8_t)(x[j] + bias);
		init_l2(&kernel, i == 0 ? APUI_TYPE_INT8 : APUI_TYPE_UINT8,
			bytes);
		assert_int_equal(
			kernel_run(&kernel, apui_kernel_l2_normalization),
			APUI_RESULT_OK);
		for (size_t j = 0; j < COUNT(x); j++)
			assert_int_equal(((uint8_t *)kernel.output.data)[j],
					 (uint8_t)(expected[j] + bias));
		kernel_finish(&kernel);
	}
}

static const struct kernel_refusal l2_refusals[] = {
	{ "l2_to_another_type", KERNEL_FIELD(output.type), APUI_TYPE_UINT8,
	  EINVAL_ },
	{ "l2_of_int16", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT16,
	  EINVAL_ },
	{ "l2_of_a_zero_point_out_of_range", KERNEL_FIELD(inputs[0].zero_point),
	  128, EINVAL_ },
	{ "l2_to_another_zero_point", KERNEL_FIELD(output.zero_point), 1,
	  EINVAL_ },
	{ "l2_to_another_shape", KERNEL_FIELD(output.dims[1]), 3, EINVAL_ },
	{ "l2_of_a_scalar", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
};

static void
check_l2_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_l2(&kernel, APUI_TYPE_INT8, NULL);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_l2_normalization, row),
		row->result);
	kernel_finish(&kernel);
}

/* A scale of 1/16: as that of y. */
static void
init_log_softmax(struct kernel_case *kernel, int32_t length, const void *x)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(1, length), x);
	kernel_output(kernel, APUI_TYPE_INT8, 127, 2, DIMS(1, length));
	kernel->params.log_softmax = (struct apui_log_softmax_params) {
		.multiplier = 1 << 30,
		.shift = 23,
		.diff_min = -248,
		.inverse_multiplier = 1 << 30,
		.inverse_shift = -21,
	};
}

static void
log_softmax_is_near_the_real_one(void **state)
{
	static const int8_t x[] = { -20, 0, 5, 30, 31, 8, -128, 16 };
	struct kernel_case kernel;
	double sum = 0;

	(void)state;
	init_log_softmax(&kernel, COUNT(x), x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_log_softmax_integer),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < COUNT(x); i++)
		sum += exp(x[i] / 16.0);
	for (size_t i = 0; i < COUNT(x); i++) {
		double real = x[i] - 16 * log(sum);
		int y = ((int8_t *)kernel.output.data)[i];

		assert_true(fabs(fmax(real, -255) - (y - 127)) <= 1);
	}
	kernel_finish(&kernel);
}

/* Their sum does not fit into Q12.19: it stays the largest there is, 4096. */
static void
log_softmax_of_5000_equals_is_saturated(void **state)
{
	static int8_t x[5000];
	struct kernel_case kernel;

	(void)state;
	init_log_softmax(&kernel, COUNT(x), x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_log_softmax_integer),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < COUNT(x); i++)
		assert_int_equal(((int8_t *)kernel.output.data)[i],
				 127 - (int)lround(16 * log(4096)));
	kernel_finish(&kernel);
}

static const struct kernel_refusal log_softmax_refusals[] = {
	{ "log_softmax_of_int16", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT16,
	  EINVAL_ },
	{ "log_softmax_to_another_type", KERNEL_FIELD(output.type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "log_softmax_to_another_zero_point", KERNEL_FIELD(output.zero_point),
	  126, EINVAL_ },
	{ "log_softmax_to_another_shape", KERNEL_FIELD(output.dims[1]), 3,
	  EINVAL_ },
	{ "log_softmax_of_a_scalar", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
	{ "log_softmax_of_a_negative_multiplier",
	  KERNEL_FIELD(params.log_softmax.multiplier), -1, EINVAL_ },
	{ "log_softmax_shift_32", KERNEL_FIELD(params.log_softmax.shift), 32,
	  EINVAL_ },
	{ "log_softmax_shift_minus_1", KERNEL_FIELD(params.log_softmax.shift),
	  -1, EINVAL_ },
	{ "log_softmax_differences_above_0",
	  KERNEL_FIELD(params.log_softmax.diff_min), 1, EINVAL_ },
	{ "log_softmax_differences_below_31",
	  KERNEL_FIELD(params.log_softmax.diff_min), -249, EINVAL_ },
	{ "log_softmax_inverse_shift_31",
	  KERNEL_FIELD(params.log_softmax.inverse_shift), 31, EINVAL_ },
};

static void
check_log_softmax_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_log_softmax(&kernel, 2, NULL);
	assert_int_equal(kernel_run_spoilt(
				 &kernel, apui_kernel_log_softmax_integer, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
init_lookup(struct kernel_case *kernel, const int16_t *x, const int16_t *table)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(4), x);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(513), table);
	kernel_output(kernel, APUI_TYPE_INT16, 0, 1, DIMS(4));
}

static void
lookup_of_int16_draws_lines(void **state)
{
	/* The ends, a point, and a half of the way to the next. */
	static const int16_t x[] = { -32768, 32767, 128, 192 };
	static const int16_t expected[] = { 7, 501, 10, 15 };
	int16_t table[513] = { 7, [257] = 10, [258] = 20, [511] = -11 };
	struct kernel_case kernel;

	(void)state;
	table[512] = 505;
	init_lookup(&kernel, x, table);
	assert_int_equal(kernel_run(&kernel, apui_kernel_lookup_int16),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal lookup_refusals[] = {
	{ "lookup_of_int8", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "lookup_to_int8", KERNEL_FIELD(output.type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "lookup_in_uint8", KERNEL_FIELD(inputs[1].type), APUI_TYPE_UINT8,
	  EINVAL_ },
	{ "lookup_in_512_points", KERNEL_FIELD(inputs[1].size_bytes), 1024,
	  EINVAL_ },
	{ "lookup_to_another_shape", KERNEL_FIELD(output.dims[0]), 3, EINVAL_ },
};

static void
check_lookup_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_lookup(&kernel, NULL, NULL);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_lookup_int16, row),
		row->result);
	kernel_finish(&kernel);
}

/* Slopes of -1 and 2; the halves of one and a half go away from 0. */
static void
prelu_of_int16_by_hand(void **state)
{
	static const int16_t x[] = { 5, -5, 32767, -32768 };
	static const int16_t slopes[] = { 3, -1, 3, 2 };
	static const int16_t expected[] = { 10, 5, 32767, -32768 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(4), x);
	kernel_input(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(4), slopes);
	kernel_output(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(4));
	kernel.params.prelu = (struct apui_prelu_params) {
		.multiplier = 1 << 30,
		.shift = 2,
		.alpha_multiplier = 1 << 30,
		.alpha_shift = 1,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_prelu),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel.inputs[1].zero_point = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_prelu), EINVAL_);
	kernel_finish(&kernel);
}

/* 3 halves are 6 quarters, but as stored they are less. */
static void
int16_is_compared_as_stored_or_scaled(void **state)
{
	static const int16_t a[] = { 3 }, b[] = { 6 };
	struct kernel_case kernel;

	(void)state;
	for (int32_t left_shift = 0; left_shift <= 8; left_shift += 8) {
		kernel_init(&kernel);
		kernel_input(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(1), a);
		kernel_input(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(1), b);
		kernel_output(&kernel, APUI_TYPE_BOOL, 0, 1, DIMS(1));
		kernel.params.compare = (struct apui_compare_params) {
			.function = APUI_COMPARE_EQUAL,
			.left_shift = left_shift,
			.a_multiplier = 1 << 30,
			.a_shift = 0,
			.b_multiplier = 1 << 30,
			.b_shift = -1,
		};
		assert_int_equal(kernel_run(&kernel, apui_kernel_compare),
				 APUI_RESULT_OK);
		assert_int_equal(*(uint8_t *)kernel.output.data,
				 left_shift != 0);
		kernel.inputs[0].zero_point = 1;
		assert_int_equal(kernel_run(&kernel, apui_kernel_compare),
				 left_shift != 0 ? EINVAL_ : APUI_RESULT_OK);
		kernel_finish(&kernel);
	}
}

static void
topk_of_int16_by_hand(void **state)
{
	static const int16_t x[] = { -32768, 300, 32767, 300 };
	static const int16_t largest[] = { 32767, 300, 300 };
	static const int32_t places[] = { 2, 1, 3 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(4), x);
	kernel_output(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(3));
	kernel_output(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(3));
	assert_int_equal(kernel_run(&kernel, apui_kernel_topk), APUI_RESULT_OK);
	assert_memory_equal(kernel.outputs[0].data, largest, sizeof(largest));
	assert_memory_equal(kernel.outputs[1].data, places, sizeof(places));
	kernel_finish(&kernel);
}

/* Half way between the extremes, and between -3 and 0: away from 0. */
static void
resize_of_int16_by_hand(void **state)
{
	static const int16_t x[] = { 32767, -3, -32768, 0 };
	static const int16_t expected[] = { 32767,  -3, -1,     -2,
					    -32768, 0,  -32768, 0 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT16, 0, 4, DIMS(1, 2, 1, 2), x);
	kernel_output(&kernel, APUI_TYPE_INT16, 0, 4, DIMS(1, 4, 1, 2));
	kernel.params.resize_bilinear = (struct apui_resize_bilinear_params) {
		.step_h = 512,
		.step_w = 1024,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_resize_bilinear),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(mean_of_int16_by_hand),
	cmocka_unit_test(mean_of_int16_has_no_zero_point),
	cmocka_unit_test(l2_normalization_of_8_bits_by_hand),
	cmocka_unit_test(log_softmax_is_near_the_real_one),
	cmocka_unit_test(log_softmax_of_5000_equals_is_saturated),
	cmocka_unit_test(lookup_of_int16_draws_lines),
	cmocka_unit_test(prelu_of_int16_by_hand),
	cmocka_unit_test(int16_is_compared_as_stored_or_scaled),
	cmocka_unit_test(topk_of_int16_by_hand),
	cmocka_unit_test(resize_of_int16_by_hand),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(l2_refusals) +
			      COUNT(log_softmax_refusals) +
			      COUNT(lookup_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(l2_refusals, check_l2_refusal);
	ADD_ROWS(log_softmax_refusals, check_log_softmax_refusal);
	ADD_ROWS(lookup_refusals, check_lookup_refusal);
	return cmocka_run_group_tests_name("types-kernels", all, NULL, NULL);
}
