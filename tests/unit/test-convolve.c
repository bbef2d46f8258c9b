/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

/*
 * CONVOLVE, BATCH_MATMUL and QUANTIZE_ROWS of hostile programs; their values
 * are in tests/golden, and a few here.
 */

/* Of CONVOLVE. */
enum { X, FILTER, BIAS, MULTIPLIER, SHIFT, SCALE, X_SCALE, X_ZERO };

/* [1, 4, 4, 2] by two filters of 3 x 3, without padding. */
static void
begin_convolve(struct kernel_case *kernel)
{
	struct apui_convolve_params *params = &kernel->params.convolve;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 3, 4, DIMS(1, 4, 4, 2), NULL);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 4, DIMS(2, 3, 3, 2), NULL);
	kernel_no_input(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), NULL);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), NULL);
	for (unsigned int i = SCALE; i <= X_ZERO; i++)
		kernel_no_input(kernel);
	kernel_output(kernel, APUI_TYPE_INT8, -5, 4, DIMS(1, 2, 2, 2));
	*params = (struct apui_convolve_params) {
		.batches = 1,
		.in = { 1, 4, 4 },
		.out = { 1, 2, 2 },
		.taps = { 1, 3, 3 },
		.stride = { 1, 1, 1 },
		.dilation = { 1, 1, 1 },
		.in_channels = 2,
		.channels = 2,
		.depth = 2,
		.channel_step = 18,
		.tap_step = 2,
		.depth_step = 1,
		.act_min = INT8_MIN,
		.act_max = INT8_MAX,
	};
}

#define CONVOLVE(field, number)                                                \
	KERNEL_FIELD(params.convolve.field), (uint64_t)(number),               \
		APUI_RESULT_EINVAL

static const struct kernel_refusal convolve_refusals[] = {
	{ "convolve_no_batches", CONVOLVE(batches, 0) },
	{ "convolve_zero_point_of_int_max", KERNEL_FIELD(inputs[X].zero_point),
	  INT32_MAX, APUI_RESULT_EINVAL },
	{ "convolve_weights_with_zero_point_of_int_max",
	  KERNEL_FIELD(inputs[FILTER].zero_point), INT32_MAX,
	  APUI_RESULT_EINVAL },
	{ "convolve_more_batches", CONVOLVE(batches, 2) },
	{ "convolve_longer_input", CONVOLVE(in[1], 5) },
	{ "convolve_longer_output", CONVOLVE(out[2], 3) },
	{ "convolve_huge_output", CONVOLVE(out[0], INT32_MAX) },
	{ "convolve_no_taps", CONVOLVE(taps[1], 0) },
	{ "convolve_more_taps", CONVOLVE(taps[1], 4) },
	{ "convolve_too_many_taps", CONVOLVE(taps[0], 32768) },
	{ "convolve_no_stride", CONVOLVE(stride[2], 0) },
	{ "convolve_no_dilation", CONVOLVE(dilation[0], 0) },
	{ "convolve_negative_padding", CONVOLVE(pad[1], -1) },
	{ "convolve_more_channels", CONVOLVE(channels, 3) },
	{ "convolve_no_depth", CONVOLVE(depth, 0) },
	{ "convolve_depth_that_does_not_divide", CONVOLVE(depth, 3) },
	{ "convolve_negative_step", CONVOLVE(tap_step, -2) },
	{ "convolve_step_beyond_the_filter", CONVOLVE(channel_step, 19) },
	{ "convolve_depth_beyond_the_filter", CONVOLVE(depth_step, 2) },
	{ "convolve_clamp_beyond_the_type", CONVOLVE(act_max, 128) },
	{ "convolve_with_a_multiplier_of_bytes",
	  KERNEL_FIELD(inputs[MULTIPLIER].type), APUI_TYPE_INT8,
	  APUI_RESULT_EINVAL },
	{ "convolve_of_int32", KERNEL_FIELD(inputs[X].type), APUI_TYPE_INT32,
	  APUI_RESULT_EINVAL },
	{ "convolve_by_uint8", KERNEL_FIELD(inputs[FILTER].type),
	  APUI_TYPE_UINT8, APUI_RESULT_EINVAL },
	{ "convolve_to_int16", KERNEL_FIELD(output.type), APUI_TYPE_INT16,
	  APUI_RESULT_EINVAL },
};

static void
check_convolve(void **state)
{
	struct kernel_case kernel;

	begin_convolve(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_convolve, *state),
		((const struct kernel_refusal *)*state)->result);
	kernel_finish(&kernel);
}

static void
convolve_without_weights_gives_the_zero_point(void **state)
{
	struct kernel_case kernel;

	(void)state;
	begin_convolve(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_convolve),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(kernel_value(&kernel.output, i), -5);
	kernel_finish(&kernel);
}

static void
convolve_shift_out_of_range_is_refused(void **state)
{
	struct kernel_case kernel;

	(void)state;
	begin_convolve(&kernel);
	((int32_t *)kernel.inputs[SHIFT].data)[1] = 31;
	assert_int_equal(kernel_run(&kernel, apui_kernel_convolve),
			 APUI_RESULT_ERANGE);
	kernel_finish(&kernel);
}

/* [2, 3, 4] times [2, 4, 5]. */
static void
begin_matmul(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 1, 3, DIMS(2, 3, 4), NULL);
	kernel_input(kernel, APUI_TYPE_INT8, 2, 3, DIMS(2, 4, 5), NULL);
	for (unsigned int i = 0; i < 3; i++)
		kernel_no_input(kernel);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 3, DIMS(2, 3, 5));
	kernel->params.batch_matmul = (struct apui_batch_matmul_params) {
		.rows = 3,
		.columns = 5,
		.depth = 4,
		.batch_lengths = { 1, 1, 1, 1, 1, 2 },
		.a_batch_steps = { 0, 0, 0, 0, 0, 12 },
		.b_batch_steps = { 0, 0, 0, 0, 0, 20 },
		.a_row_step = 4,
		.a_depth_step = 1,
		.b_column_step = 1,
		.b_depth_step = 5,
	};
}

#define MATMUL(field, number)                                                  \
	KERNEL_FIELD(params.batch_matmul.field), (uint64_t)(number),           \
		APUI_RESULT_EINVAL

static const struct kernel_refusal matmul_refusals[] = {
	{ "matmul_negative_rows", MATMUL(rows, -3) },
	{ "matmul_zero_point_of_int_max", KERNEL_FIELD(inputs[0].zero_point),
	  INT32_MAX, APUI_RESULT_EINVAL },
	{ "matmul_zero_point_of_int_min", KERNEL_FIELD(inputs[1].zero_point),
	  (uint32_t)INT32_MIN, APUI_RESULT_EINVAL },
	{ "matmul_more_rows", MATMUL(rows, 4) },
	{ "matmul_no_depth", MATMUL(depth, 0) },
	{ "matmul_more_depth", MATMUL(depth, 5) },
	{ "matmul_no_batches", MATMUL(batch_lengths[5], 0) },
	{ "matmul_huge_batches", MATMUL(batch_lengths[0], INT32_MAX) },
	{ "matmul_batches_beyond_a", MATMUL(a_batch_steps[5], 13) },
	{ "matmul_batches_beyond_b", MATMUL(b_batch_steps[5], 21) },
	{ "matmul_negative_step", MATMUL(b_depth_step, -5) },
	{ "matmul_rows_beyond_a", MATMUL(a_row_step, INT32_MAX) },
	{ "matmul_of_int32", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT32,
	  APUI_RESULT_EINVAL },
	{ "matmul_to_float", KERNEL_FIELD(output.type), APUI_TYPE_FLOAT32,
	  APUI_RESULT_EINVAL },
};

static void
check_matmul(void **state)
{
	struct kernel_case kernel;

	begin_matmul(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_batch_matmul, *state),
		((const struct kernel_refusal *)*state)->result);
	kernel_finish(&kernel);
}

static void
matmul_of_zeros_is_the_product_of_zero_points(void **state)
{
	struct kernel_case kernel;

	(void)state;
	begin_matmul(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_batch_matmul),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(((int32_t *)kernel.output.data)[i], 4 * 2);
	kernel_finish(&kernel);
}

/* Two rows of three. */
static void
begin_rows(struct kernel_case *kernel)
{
	const float x[] = { 1, -4, 2, 0, 0, 0 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3), x);
	kernel_output(kernel, APUI_TYPE_INT8, 0, 1, DIMS(6));
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(2));
	kernel_output(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2));
	kernel->params.quantize_rows.rows = 2;
}

#define ROWS(field, number)                                                    \
	KERNEL_FIELD(field), (uint64_t)(number), APUI_RESULT_EINVAL

static const struct kernel_refusal rows_refusals[] = {
	{ "rows_none", ROWS(params.quantize_rows.rows, 0) },
	{ "rows_negative", ROWS(params.quantize_rows.rows, -2) },
	{ "rows_more_than_scales", ROWS(params.quantize_rows.rows, 3) },
	{ "rows_that_do_not_divide", ROWS(params.quantize_rows.rows, 4) },
	{ "rows_of_int32", ROWS(inputs[0].type, APUI_TYPE_INT32) },
	{ "rows_to_uint8", ROWS(outputs[0].type, APUI_TYPE_UINT8) },
	{ "rows_with_scales_of_int32", ROWS(outputs[1].type, APUI_TYPE_INT32) },
};

static void
check_rows(void **state)
{
	struct kernel_case kernel;

	begin_rows(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_quantize_rows, *state),
		((const struct kernel_refusal *)*state)->result);
	kernel_finish(&kernel);
}

static void
rows_have_scales_of_their_own(void **state)
{
	struct kernel_case kernel;

	(void)state;
	begin_rows(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_quantize_rows),
			 APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.outputs[0], 0), 32);
	assert_int_equal(kernel_value(&kernel.outputs[0], 1), -127);
	assert_int_equal(kernel_value(&kernel.outputs[0], 2), 64);
	assert_int_equal(kernel_value(&kernel.outputs[0], 4), 0);
	assert_float_equal(((float *)kernel.outputs[1].data)[0], 4.0f / 127,
			   1e-7f);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(convolve_without_weights_gives_the_zero_point),
	cmocka_unit_test(convolve_shift_out_of_range_is_refused),
	cmocka_unit_test(matmul_of_zeros_is_the_product_of_zero_points),
	cmocka_unit_test(rows_have_scales_of_their_own),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(convolve_refusals) +
			      COUNT(matmul_refusals) + COUNT(rows_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(convolve_refusals, check_convolve);
	ADD_ROWS(matmul_refusals, check_matmul);
	ADD_ROWS(rows_refusals, check_rows);
	return cmocka_run_group_tests_name("convolve", all, NULL, NULL);
}
