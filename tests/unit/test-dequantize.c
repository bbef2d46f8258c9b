/* SPDX-License-Identifier: MIT */
#include "firmware/half.h"
#include "support/kernel.h"
#include "test.h"
#include <math.h>

enum { X, SCALE, ZERO_POINT };

static void
init_case(struct kernel_case *kernel, uint8_t type, const void *x,
	  uint32_t axis, int32_t count, const float *scales,
	  const int32_t *zero_points)
{
	kernel_init(kernel);
	kernel_input(kernel, type, 0, 2, DIMS(2, 3), x);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(count), scales);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(count), zero_points);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3));
	kernel->params.dequantize.axis = axis;
}

static const int8_t signed_bytes[] = { -128, -1, 0, 1, 2, 127 };
static const uint8_t bytes[] = { 0, 1, 2, 3, 4, 255 };
static const int16_t words[] = { -32768, -1, 0, 1, 2, 32767 };

struct row {
	const char *name;
	uint8_t type;
	const void *x;
	uint32_t axis;
	int32_t count;
	float scales[3];
	int32_t zero_points[3];
	float expected[6];
};

static const struct row rows[] = {
	{ "int8_per_tensor",
	  APUI_TYPE_INT8,
	  signed_bytes,
	  8,
	  1,
	  { 0.5f },
	  { 2 },
	  { -65, -1.5f, -1, -0.5f, 0, 62.5f } },
	{ "uint8_per_tensor",
	  APUI_TYPE_UINT8,
	  bytes,
	  8,
	  1,
	  { 2 },
	  { 128 },
	  { -256, -254, -252, -250, -248, 254 } },
	{ "int16_per_tensor",
	  APUI_TYPE_INT16,
	  words,
	  8,
	  1,
	  { 0.25f },
	  { 0 },
	  { -8192, -0.25f, 0, 0.25f, 0.5f, 8191.75f } },
	{ "scale_for_each_row",
	  APUI_TYPE_INT8,
	  signed_bytes,
	  0,
	  2,
	  { 1, 10 },
	  { 0, 1 },
	  { -128, -1, 0, 0, 10, 1260 } },
	{ "scale_for_each_column",
	  APUI_TYPE_INT8,
	  signed_bytes,
	  1,
	  3,
	  { 1, 10, 100 },
	  { 0, 1, 0 },
	  { -128, -20, 0, 1, 10, 12700 } },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct kernel_case kernel;

	init_case(&kernel, row->type, row->x, row->axis, row->count,
		  row->scales, row->zero_points);
	assert_int_equal(kernel_run(&kernel, apui_kernel_dequantize),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, row->expected,
			    sizeof(row->expected));
	kernel_finish(&kernel);
}

/* The value of every float16, by arithmetic. */
static void
every_half_is_exact(void **state)
{
	(void)state;
	for (uint32_t half = 0; half < 65536; half++) {
		int exponent = (int)(half >> 10 & 31);
		double fraction = half & 1023;
		float value = apui_half_to_float((uint16_t)half);
		double expected;

		if (exponent == 31)
			expected =
				fraction > 0 ? (double)NAN : (double)INFINITY;
		else if (exponent == 0)
			expected = ldexp(fraction, -24);
		else
			expected = ldexp(1024 + fraction, exponent - 25);
		assert_int_equal(!!signbit(value), half >> 15);
		if (isnan(expected))
			assert_true(isnan(value));
		else
			assert_true(fabs((double)value) == expected);
	}
}

static void
float16_needs_no_scale(void **state)
{
	static const uint16_t halves[] = { 0x3c00, 0xc000, 0x0001,
					   0x7bff, 0x8000, 0x7c00 };
	static const float expected[] = { 1,     -2,    0x1p-24f,
					  65504, -0.0f, INFINITY };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT16, 0, 2, DIMS(2, 3), halves);
	kernel_no_input(&kernel);
	kernel_no_input(&kernel);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3));
	assert_int_equal(kernel_run(&kernel, apui_kernel_dequantize),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static void
int8_needs_a_scale(void **state)
{
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 3), NULL);
	kernel_no_input(&kernel);
	kernel_no_input(&kernel);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3));
	kernel.params.dequantize.axis = APUI_PROGRAM_MAX_RANK;
	assert_int_equal(kernel_run(&kernel, apui_kernel_dequantize),
			 APUI_RESULT_EINVAL);
	kernel_finish(&kernel);
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "int64_input_is_refused", KERNEL_FIELD(inputs[X].type),
	  APUI_TYPE_INT64, EINVAL_ },
	{ "int32_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "other_shape_is_refused", KERNEL_FIELD(output.dims[1]), 2, EINVAL_ },
	{ "axis_beyond_the_rank_is_refused",
	  KERNEL_FIELD(params.dequantize.axis), 2, EINVAL_ },
	{ "axis_9_is_refused", KERNEL_FIELD(params.dequantize.axis), 9,
	  EINVAL_ },
	{ "short_scales_are_refused", KERNEL_FIELD(inputs[SCALE].size_bytes), 8,
	  EINVAL_ },
	{ "scales_of_another_type_are_refused",
	  KERNEL_FIELD(inputs[SCALE].type), APUI_TYPE_INT32, EINVAL_ },
	{ "short_zero_points_are_refused",
	  KERNEL_FIELD(inputs[ZERO_POINT].size_bytes), 4, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_case(&kernel, APUI_TYPE_INT8, signed_bytes, 1, 3, NULL, NULL);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_dequantize, row),
		row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_half_is_exact),
	cmocka_unit_test(float16_needs_no_scale),
	cmocka_unit_test(int8_needs_a_scale),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(rows) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(rows, check_row);
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("dequantize", all, NULL, NULL);
}
