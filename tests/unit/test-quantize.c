/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

struct float_row {
	const char *name;
	float x, scale;
	int32_t zero_point;
	int32_t expected; /* int8 */
};

static const struct float_row float_rows[] = {
	{ "zero_gives_the_zero_point", 0, 0.5f, -7, -7 },
	{ "half_is_rounded_away_from_zero", 0.5f, 1, 0, 1 },
	{ "minus_half_is_rounded_away_from_zero", -0.5f, 1, 0, -1 },
	{ "divides_by_the_scale", 3, 0.5f, 10, 16 },
	{ "large_is_clamped", 1000, 1, 0, 127 },
	{ "large_below_is_clamped", -1000, 1, 0, -128 },
	{ "infinity_is_clamped", INFINITY, 1, -100, 127 },
	{ "minus_infinity_is_clamped", -INFINITY, 1, 100, -128 },
	{ "nan_gives_the_zero_point", NAN, 1, 5, 5 },
	{ "quotient_beyond_float_is_clamped", 3e38f, 1e-30f, 0, 127 },
	/* 7.5 in float, a little less in double. */
	{ "divides_in_float", 0.75f, 0.1f, 0, 8 },
};

static void
check_float(void **state)
{
	const struct float_row *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), &row->x);
	kernel_output(&kernel, APUI_TYPE_INT8, row->zero_point, 1, DIMS(1));
	kernel.params.quantize.scale = row->scale;
	assert_int_equal(kernel_run(&kernel, apui_kernel_quantize),
			 APUI_RESULT_OK);
	assert_int_equal(kernel_value(&kernel.output, 0), row->expected);
	kernel_finish(&kernel);
}

/* All 256 values, from each type to each. */
static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 18 };
	struct kernel_case kernel;
	uint8_t x[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		x[i] = (uint8_t)i;
	for (int i = 0; i < 100; i++) {
		uint8_t from = random_type(&random), to = random_type(&random);
		int32_t multiplier = random_range(&random, 1 << 30, INT32_MAX);
		int32_t shift = random_range(&random, -3, 3);

		kernel_init(&kernel);
		kernel_input(&kernel, from, random_zero_point(&random, from), 1,
			     DIMS(256), x);
		kernel_output(&kernel, to, random_zero_point(&random, to), 1,
			      DIMS(256));
		kernel.params.quantize.multiplier = multiplier;
		kernel.params.quantize.shift = shift;
		assert_int_equal(kernel_run(&kernel, apui_kernel_quantize),
				 APUI_RESULT_OK);
		for (size_t j = 0; j < 256; j++) {
			int64_t value = kernel_value(&kernel.inputs[0], j) -
					kernel.inputs[0].zero_point;

			assert_int_equal(
				kernel_value(&kernel.output, j),
				slow_clamp((int64_t)slow_scale(
						   value, multiplier, shift) +
						   kernel.output.zero_point,
					   type_min(to), type_max(to)));
		}
		kernel_finish(&kernel);
	}
}

/* The values that LiteRT's kernel gives. */
struct wide_row {
	const char *name;
	uint8_t from, to;
	int32_t x_zero, y_zero;
	double scale; /* of x by that of y */
	int32_t x, expected;
};

static const struct wide_row wide_rows[] = {
	{ "int16_to_int8", APUI_TYPE_INT16, APUI_TYPE_INT8, 0, 5, 1 / 256.0,
	  12928, 56 },
	{ "int16_to_int8_is_clamped", APUI_TYPE_INT16, APUI_TYPE_INT8, 0, 5,
	  1 / 128.0, -32768, -128 },
	{ "int8_to_int16", APUI_TYPE_INT8, APUI_TYPE_INT16, 3, 0, 100, -128,
	  -13100 },
	{ "int8_to_int16_is_clamped", APUI_TYPE_INT8, APUI_TYPE_INT16, 0, 0,
	  512, 127, 32767 },
	{ "uint8_to_int16", APUI_TYPE_UINT8, APUI_TYPE_INT16, 128, 0, 16, 255,
	  2032 },
	{ "int16_to_int16_halves_go_up", APUI_TYPE_INT16, APUI_TYPE_INT16, 0, 0,
	  0.5, -3, -1 },
	{ "int32_to_int8", APUI_TYPE_INT32, APUI_TYPE_INT8, 1000, -3,
	  1 / 65536.0, 1000 + 65536 * 7, 4 },
	{ "int32_to_int16", APUI_TYPE_INT32, APUI_TYPE_INT16, 0, 0, 1 / 65536.0,
	  INT32_MIN, -32768 },
	{ "int16_to_int32", APUI_TYPE_INT16, APUI_TYPE_INT32, 0, 0, 100, -32768,
	  -3276800 },
};

static void
put_value(void *data, uint8_t type, int32_t value)
{
	if (type == APUI_TYPE_INT32)
		*(int32_t *)data = value;
	else if (type == APUI_TYPE_INT16)
		*(int16_t *)data = (int16_t)value;
	else
		*(uint8_t *)data = (uint8_t)value;
}

static int32_t
get_value(const void *data, uint8_t type)
{
	if (type == APUI_TYPE_INT32)
		return *(const int32_t *)data;
	if (type == APUI_TYPE_INT16)
		return *(const int16_t *)data;
	return *(const int8_t *)data;
}

static void
check_wide(void **state)
{
	const struct wide_row *row = *state;
	struct kernel_case kernel;
	int shift;

	kernel_init(&kernel);
	put_value(
		kernel_input(&kernel, row->from, row->x_zero, 1, DIMS(1), NULL),
		row->from, row->x);
	kernel_output(&kernel, row->to, row->y_zero, 1, DIMS(1));
	kernel.params.quantize.multiplier =
		(int32_t)(frexp(row->scale, &shift) * 0x1p31);
	kernel.params.quantize.shift = shift;
	assert_int_equal(kernel_run(&kernel, apui_kernel_quantize),
			 APUI_RESULT_OK);
	assert_int_equal(get_value(kernel.output.data, row->to), row->expected);
	kernel_finish(&kernel);
}

static void
equal_scales_flip_the_top_bit(void **state)
{
	static const uint8_t x[] = { 0, 127, 128, 255 };
	static const int8_t expected[] = { -128, -1, 0, 127 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_UINT8, 128, 1, DIMS(4), x);
	kernel_output(&kernel, APUI_TYPE_INT8, 0, 1, DIMS(4));
	kernel.params.quantize.multiplier = 1 << 30;
	kernel.params.quantize.shift = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_quantize),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "shift_31_is_refused", KERNEL_FIELD(params.quantize.shift), 31,
	  EINVAL_ },
	{ "shift_minus_32_is_refused", KERNEL_FIELD(params.quantize.shift),
	  0xffffffe0, EINVAL_ },
	{ "other_shape_is_refused", KERNEL_FIELD(output.dims[0]), 3, EINVAL_ },
	{ "other_rank_is_refused", KERNEL_FIELD(output.rank), 2, EINVAL_ },
	{ "float64_input_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_FLOAT64, EINVAL_ },
	{ "int64_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT64,
	  EINVAL_ },
	{ "bool_input_is_refused", KERNEL_FIELD(inputs[0].type), APUI_TYPE_BOOL,
	  EINVAL_ },
	{ "float_output_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "zero_point_out_of_range_is_refused", KERNEL_FIELD(output.zero_point),
	  256, EINVAL_ },
	{ "float_input_with_scale_0_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT8, 0, 1, DIMS(4), NULL);
	kernel_output(&kernel, APUI_TYPE_UINT8, 0, 1, DIMS(4));
	kernel.params.quantize.multiplier = 1 << 30;
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_quantize, row),
			 row->result);
	kernel_finish(&kernel);
}

/* Scales with which a float cannot be divided. */
struct scale_row {
	const char *name;
	float scale;
	int result;
};

static const struct scale_row scale_rows[] = {
	{ "smallest_scale_is_fine", 0x1p-149f, APUI_RESULT_OK },
	{ "scale_minus_0_is_refused", -0.0f, EINVAL_ },
	{ "negative_scale_is_refused", -1, EINVAL_ },
	{ "scale_nan_is_refused", NAN, EINVAL_ },
};

static void
check_scale(void **state)
{
	const struct scale_row *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(4), NULL);
	kernel_output(&kernel, APUI_TYPE_UINT8, 0, 1, DIMS(4));
	kernel.params.quantize.scale = row->scale;
	assert_int_equal(kernel_run(&kernel, apui_kernel_quantize),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(agrees_with_a_slow_formula),
	cmocka_unit_test(equal_scales_flip_the_top_bit),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(float_rows) +
			      COUNT(refusals) + COUNT(scale_rows) +
			      COUNT(wide_rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(float_rows, check_float);
	ADD_ROWS(wide_rows, check_wide);
	ADD_ROWS(refusals, check_refusal);
	ADD_ROWS(scale_rows, check_scale);
	return cmocka_run_group_tests_name("quantize", all, NULL, NULL);
}
