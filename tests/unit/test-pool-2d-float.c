/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <stdbool.h>

/* AVERAGE_POOL_2D_FLOAT and MAX_POOL_2D_FLOAT. */

#define ROUNDS 200

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	struct geometry rows = random_geometry(random, 1);
	struct geometry columns = random_geometry(random, 1);
	int32_t batches = random_range(random, 1, 2);
	int32_t channels = random_range(random, 1, 150);
	float *x;

	kernel_init(kernel);
	x = kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 4,
			 DIMS(batches, rows.in, columns.in, channels), NULL);
	for (size_t i = 0; i < kernel->inputs[0].size_bytes / sizeof(*x); i++)
		x[i] = (float)random_range(random, -99, 99);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 4,
		      DIMS(batches, rows.out, columns.out, channels));
	kernel->params.window_float = (struct apui_window_float_params) {
		.stride_h = rows.stride,
		.stride_w = columns.stride,
		.dilation_h = 1,
		.dilation_w = 1,
		.filter_h = rows.taps,
		.filter_w = columns.taps,
		.pad_top = rows.pad,
		.pad_left = columns.pad,
		.act_min = -30,
		.act_max = INFINITY,
	};
}

/* @at: batch, row, column and channel of an output. */
static float
slow_pool(const struct kernel_case *kernel, const int32_t *at, bool is_average)
{
	const struct apui_window_float_params *params =
		&kernel->params.window_float;
	const float *x = kernel->inputs[0].data;
	const int32_t *dims = kernel->inputs[0].dims;
	float sum = 0, largest = -INFINITY;
	int count = 0;

	for (int32_t i = 0; i < params->filter_h; i++)
		for (int32_t j = 0; j < params->filter_w; j++) {
			int32_t r =
				at[1] * params->stride_h - params->pad_top + i;
			int32_t c =
				at[2] * params->stride_w - params->pad_left + j;
			float value;

			if (r < 0 || r >= dims[1] || c < 0 || c >= dims[2])
				continue;
			value = x[((at[0] * dims[1] + r) * dims[2] + c) *
					  dims[3] +
				  at[3]];
			sum += value;
			largest = fmaxf(largest, value);
			count++;
		}
	return fmaxf(is_average ? sum / (float)count : largest, -30);
}

static void
check_random(apui_kernel_fn run, bool is_average)
{
	struct random random = { 35 };
	struct kernel_case kernel;

	for (int round = 0; round < ROUNDS; round++) {
		const int32_t *dims = kernel.output.dims;
		const float *y;

		init_random(&kernel, &random);
		assert_int_equal(kernel_run(&kernel, run), APUI_RESULT_OK);
		y = kernel.output.data;
		for (int32_t i = 0;
		     i < (int32_t)(kernel.output.size_bytes / sizeof(float));
		     i++) {
			int32_t pixel = i / dims[3];
			int32_t at[] = { pixel / dims[2] / dims[1],
					 pixel / dims[2] % dims[1],
					 pixel % dims[2], i % dims[3] };

			assert_true(y[i] == slow_pool(&kernel, at, is_average));
		}
		kernel_finish(&kernel);
	}
}

static void
average_agrees_with_a_slow_formula(void **state)
{
	(void)state;
	check_random(apui_kernel_average_pool_2d_float, true);
}

static void
maximum_agrees_with_a_slow_formula(void **state)
{
	(void)state;
	check_random(apui_kernel_max_pool_2d_float, false);
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "int32_input_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "int32_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "other_channels_are_refused", KERNEL_FIELD(output.dims[3]), 1,
	  EINVAL_ },
	{ "dilation_is_refused", KERNEL_FIELD(params.window_float.dilation_h),
	  2, EINVAL_ },
	{ "filter_0_is_refused", KERNEL_FIELD(params.window_float.filter_w), 0,
	  EINVAL_ },
	{ "window_without_a_tap_inside_is_refused",
	  KERNEL_FIELD(params.window_float.pad_left), 2, EINVAL_ },
	{ "clamp_of_nan_is_refused", KERNEL_FIELD(params.window_float.act_min),
	  0x7fc00000, EINVAL_ },
};

static void
check_refused(const struct kernel_refusal *row, apui_kernel_fn run)
{
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 4, 4, 2), NULL);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 2, 2, 2));
	kernel.params.window_float = (struct apui_window_float_params) {
		2, 2, 1, 1, 2, 2, 0, 0, 0, 6
	};
	assert_int_equal(kernel_run_spoilt(&kernel, run, row), row->result);
	kernel_finish(&kernel);
}

static void
check_average_refusal(void **state)
{
	check_refused(*state, apui_kernel_average_pool_2d_float);
}

static void
check_maximum_refusal(void **state)
{
	check_refused(*state, apui_kernel_max_pool_2d_float);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(average_agrees_with_a_slow_formula),
	cmocka_unit_test(maximum_agrees_with_a_slow_formula),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + 2 * COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_average_refusal);
	ADD_ROWS(refusals, check_maximum_refusal);
	return cmocka_run_group_tests_name("pool-2d-float", all, NULL, NULL);
}
