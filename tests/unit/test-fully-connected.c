/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

enum { X, FILTER, BIAS, SCALE };

#define ROUNDS      400
#define MAX_OUTPUTS 20

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	int32_t rows = random_range(random, 1, 4);
	int32_t depth = random_range(random, 1, 70);
	int32_t outputs = random_range(random, 1, MAX_OUTPUTS);
	uint8_t type = random_type(random);
	struct apui_fw_tensor *x = &kernel->inputs[X];
	struct apui_fw_tensor *filter = &kernel->inputs[FILTER];
	int32_t bias[MAX_OUTPUTS];
	double scale[MAX_OUTPUTS];

	for (int32_t i = 0; i < outputs; i++) {
		bias[i] = random_range(random, -3000, 3000);
		scale[i] = random_float(random, 0.0001f, 0.02f);
	}
	kernel_init(kernel);
	kernel_input(kernel, type, random_zero_point(random, type), 2,
		     DIMS(rows, depth), NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_input(kernel, type, random_zero_point(random, type), 2,
		     DIMS(outputs, depth), NULL);
	random_bytes(random, filter->data, filter->size_bytes);
	if (random_range(random, 0, 3) == 0)
		kernel_no_input(kernel);
	else
		kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(outputs),
			     bias);
	kernel_input(kernel, APUI_TYPE_FLOAT64, 0, 1,
		     DIMS(random_range(random, 0, 1) == 0 ? 1 : outputs),
		     scale);
	kernel_output(kernel, type, random_zero_point(random, type), 2,
		      DIMS(rows, outputs));
	kernel->params.fully_connected = (struct apui_fully_connected_params) {
		.act_min = type_min(type) + random_range(random, 0, 40),
		.act_max = type_max(type) - random_range(random, 0, 40),
	};
}

static int32_t
slow_output(const struct kernel_case *kernel, size_t row, size_t output)
{
	const struct apui_fw_tensor *x = &kernel->inputs[X];
	const struct apui_fw_tensor *filter = &kernel->inputs[FILTER];
	const int32_t *bias = kernel->inputs[BIAS].data;
	const double *scale = kernel->inputs[SCALE].data;
	size_t depth = (size_t)filter->dims[1];
	int64_t sum = bias ? bias[output] : 0;

	for (size_t i = 0; i < depth; i++)
		sum += (kernel_value(x, row * depth + i) - x->zero_point) *
		       (kernel_value(filter, output * depth + i) -
			filter->zero_point);
	if (kernel->inputs[SCALE].size_bytes == sizeof(double))
		output = 0;
	return slow_clamp((int64_t)round((double)sum * scale[output]) +
				  kernel->output.zero_point,
			  kernel->params.fully_connected.act_min,
			  kernel->params.fully_connected.act_max);
}

static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 14 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t outputs;

		init_random(&kernel, &random);
		assert_int_equal(
			kernel_run(&kernel, apui_kernel_fully_connected),
			APUI_RESULT_OK);
		outputs = (size_t)kernel.output.dims[1];
		for (size_t j = 0; j < kernel.output.size_bytes; j++)
			assert_int_equal(
				kernel_value(&kernel.output, j),
				slow_output(&kernel, j / outputs, j % outputs));
		kernel_finish(&kernel);
	}
}

/* Two rows as [1, 2, 1, 3] by a [2, 3] filter. */
static void
init_good(struct kernel_case *kernel)
{
	static const int8_t x[] = { 1, 2, 3, -1, -2, -3 };
	static const int8_t filter[] = { 1, 1, 1, 3, 2, 1 };
	static const int32_t bias[] = { -1, 5 };
	static const double scale = 0.5;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 4, DIMS(1, 2, 1, 3), x);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 3), filter);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), bias);
	kernel_input(kernel, APUI_TYPE_FLOAT64, 0, 1, DIMS(1), &scale);
	kernel_output(kernel, APUI_TYPE_INT8, 10, 2, DIMS(2, 2));
	kernel->params.fully_connected = (struct apui_fully_connected_params) {
		.act_min = -128,
		.act_max = 127,
	};
}

static void
halves_are_rounded_away_from_zero(void **state)
{
	/* Sums 5, 15 and -7, -5, halved. */
	static const int8_t expected[] = { 13, 18, 6, 7 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_fully_connected),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* Scales that no compiler makes; a program may hold any bits. */
struct scale_row {
	const char *name;
	double scale;
	int8_t first, third; /* of the sums 5 and -7 */
};

static const struct scale_row scale_rows[] = {
	{ "scale_nan_gives_the_zero_point", NAN, 10, 10 },
	{ "scale_infinity_saturates", INFINITY, 127, -128 },
	{ "scale_huge_saturates", 1e300, 127, -128 },
	{ "scale_0_gives_the_zero_point", 0, 10, 10 },
	{ "negative_scale_turns_the_sign", -1, 5, 17 },
};

static void
check_scale(void **state)
{
	const struct scale_row *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	*(double *)kernel.inputs[SCALE].data = row->scale;
	assert_int_equal(kernel_run(&kernel, apui_kernel_fully_connected),
			 APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), row->first);
	assert_int_equal(kernel_value(&kernel.output, 2), row->third);
	kernel_finish(&kernel);
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "filter_of_rank_1_is_refused", KERNEL_FIELD(inputs[FILTER].rank), 1,
	  EINVAL_ },
	{ "filter_without_depth_is_refused",
	  KERNEL_FIELD(inputs[FILTER].dims[1]), 0, EINVAL_ },
	{ "depth_that_does_not_divide_is_refused",
	  KERNEL_FIELD(inputs[FILTER].dims[1]), 4, EINVAL_ },
	{ "other_output_count_is_refused", KERNEL_FIELD(inputs[FILTER].dims[0]),
	  3, EINVAL_ },
	{ "output_count_that_overflows_is_refused",
	  KERNEL_FIELD(inputs[FILTER].dims[0]), 0x7fffffff, EINVAL_ },
	{ "uint8_filter_of_int8_is_refused", KERNEL_FIELD(inputs[FILTER].type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "int16_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT16,
	  EINVAL_ },
	{ "filter_zero_point_out_of_range_is_refused",
	  KERNEL_FIELD(inputs[FILTER].zero_point), 128, EINVAL_ },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 4,
	  EINVAL_ },
	{ "float_scale_is_refused", KERNEL_FIELD(inputs[SCALE].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "three_scales_for_two_outputs_are_refused",
	  KERNEL_FIELD(inputs[SCALE].size_bytes), 24, EINVAL_ },
	{ "no_scale_is_refused", KERNEL_FIELD(inputs[SCALE].size_bytes), 0,
	  EINVAL_ },
	{ "act_max_below_act_min_is_refused",
	  KERNEL_FIELD(params.fully_connected.act_max), 0xffffff7f, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_fully_connected, row),
		row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(halves_are_rounded_away_from_zero),
	cmocka_unit_test(agrees_with_a_slow_formula),
};

int
main(void)
{
	struct CMUnitTest
		all[COUNT(tests) + COUNT(scale_rows) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(scale_rows, check_scale);
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("fully_connected", all, NULL, NULL);
}
