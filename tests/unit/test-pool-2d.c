/* SPDX-License-Identifier: MIT */
/* AVERAGE_POOL_2D and MAX_POOL_2D. */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

#define ROUNDS 300

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	struct geometry rows = random_geometry(random, 1);
	struct geometry columns = random_geometry(random, 1);
	int32_t batches = random_range(random, 1, 2);
	int32_t channels = random_range(random, 0, 3) > 0
				   ? random_range(random, 1, 20)
				   : random_range(random, 1, 300);
	uint8_t type = random_type(random);
	int32_t zero_point = random_zero_point(random, type);
	struct apui_fw_tensor *x = &kernel->inputs[0];

	kernel_init(kernel);
	kernel_input(kernel, type, zero_point, 4,
		     DIMS(batches, rows.in, columns.in, channels), NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_output(kernel, type, zero_point, 4,
		      DIMS(batches, rows.out, columns.out, channels));
	kernel->params.window = (struct apui_window_params) {
		.stride_h = rows.stride,
		.stride_w = columns.stride,
		.dilation_h = 1,
		.dilation_w = 1,
		.filter_h = rows.taps,
		.filter_w = columns.taps,
		.pad_top = rows.pad,
		.pad_left = columns.pad,
		.act_min = type_min(type) + random_range(random, 0, 40),
		.act_max = type_max(type) - random_range(random, 0, 40),
	};
}

/* Sum, number and maximum of the taps inside the image. */
struct taps {
	int32_t sum, count, maximum;
};

static struct taps
collect_taps(const struct kernel_case *kernel, int32_t batch, int32_t row,
	     int32_t column, int32_t channel)
{
	const struct apui_window_params *params = &kernel->params.window;
	const struct apui_fw_tensor *x = &kernel->inputs[0];
	struct taps taps = { .maximum = INT32_MIN };

	row = row * params->stride_h - params->pad_top;
	column = column * params->stride_w - params->pad_left;
	for (int32_t i = row; i < row + params->filter_h; i++)
		for (int32_t j = column; j < column + params->filter_w; j++) {
			int32_t value;

			if (i < 0 || i >= x->dims[1] || j < 0 ||
			    j >= x->dims[2])
				continue;
			value = kernel_value(x, (size_t)(((batch * x->dims[1] +
							   i) * x->dims[2] +
							  j) * x->dims[3] +
							 channel));
			taps.sum += value;
			taps.count++;
			if (value > taps.maximum)
				taps.maximum = value;
		}
	return taps;
}

static int32_t
get_average(struct taps taps)
{
	return (int32_t)round((double)taps.sum / taps.count);
}

static int32_t
get_maximum(struct taps taps)
{
	return taps.maximum;
}

static void
check_random(apui_kernel_fn run, int32_t (*get)(struct taps taps))
{
	struct random random = { 13 };
	struct kernel_case kernel;

	for (int i = 0; i < ROUNDS; i++) {
		const int32_t *dims = kernel.output.dims;

		init_random(&kernel, &random);
		assert_int_equal(kernel_run(&kernel, run), APUI_RESULT_OK);
		for (uint32_t j = 0; j < kernel.output.size_bytes; j++) {
			int32_t at = (int32_t)j;
			int32_t pixel = at / dims[3];
			int32_t expected = get(
				collect_taps(&kernel, pixel / dims[2] / dims[1],
					     pixel / dims[2] % dims[1],
					     pixel % dims[2], at % dims[3]));

			assert_int_equal(
				kernel_value(&kernel.output, j),
				slow_clamp(expected,
					   kernel.params.window.act_min,
					   kernel.params.window.act_max));
		}
		kernel_finish(&kernel);
	}
}

static void
average_agrees_with_a_slow_formula(void **state)
{
	(void)state;
	check_random(apui_kernel_average_pool_2d, get_average);
}

static void
maximum_agrees_with_a_slow_formula(void **state)
{
	(void)state;
	check_random(apui_kernel_max_pool_2d, get_maximum);
}

static void
init_good(struct kernel_case *kernel, const int8_t *x)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, -5, 4, DIMS(1, 1, 4, 1), x);
	kernel_output(kernel, APUI_TYPE_INT8, -5, 4, DIMS(1, 1, 2, 1));
	kernel->params.window = (struct apui_window_params) {
		.stride_h = 1,
		.stride_w = 2,
		.dilation_h = 1,
		.dilation_w = 1,
		.filter_h = 1,
		.filter_w = 2,
		.act_min = -128,
		.act_max = 127,
	};
}

static void
halves_are_rounded_away_from_zero(void **state)
{
	static const int8_t x[] = { 1, 2, -1, -2 };
	static const int8_t expected[] = { 2, -2 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel, x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_average_pool_2d),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static void
padding_does_not_count(void **state)
{
	static const int8_t x[] = { -100, -101, -103, -104 };
	static const int8_t average[] = { -100, -102 };
	static const int8_t maximum[] = { -100, -101 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel, x);
	kernel.params.window.pad_left = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_average_pool_2d),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, average, sizeof(average));
	assert_int_equal(kernel_run(&kernel, apui_kernel_max_pool_2d),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, maximum, sizeof(maximum));
	kernel_finish(&kernel);
}

#define EINVAL_       APUI_RESULT_EINVAL
#define WINDOW(field) KERNEL_FIELD(params.window.field)

/* What all windows share is tested with CONV_2D. */
static const struct kernel_refusal refusals[] = {
	{ "stride_0_is_refused", WINDOW(stride_w), 0, EINVAL_ },
	{ "filter_of_no_taps_is_refused", WINDOW(filter_h), 0, EINVAL_ },
	{ "filter_of_32768_taps_is_refused", WINDOW(filter_w), 32768, EINVAL_ },
	{ "dilation_2_is_refused", WINDOW(dilation_h), 2, EINVAL_ },
	{ "window_in_the_padding_is_refused", WINDOW(pad_left), 2, EINVAL_ },
	{ "window_beyond_the_image_is_refused", WINDOW(stride_w), 4, EINVAL_ },
	{ "other_channels_are_refused", KERNEL_FIELD(output.dims[3]), 2,
	  EINVAL_ },
	{ "empty_image_is_refused", KERNEL_FIELD(inputs[0].dims[2]), 0,
	  EINVAL_ },
	{ "other_type_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_UINT8,
	  EINVAL_ },
};

static void
check_refusal(void **state)
{
	static const int8_t x[4];
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel, x);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_average_pool_2d, row),
		row->result);
	assert_int_equal(kernel_run(&kernel, apui_kernel_max_pool_2d),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(halves_are_rounded_away_from_zero),
	cmocka_unit_test(padding_does_not_count),
	cmocka_unit_test(average_agrees_with_a_slow_formula),
	cmocka_unit_test(maximum_agrees_with_a_slow_formula),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("pool_2d", all, NULL, NULL);
}
