/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <stdlib.h>

#define EINVAL_ APUI_RESULT_EINVAL
#define ERANGE_ APUI_RESULT_ERANGE

/* One row of two pixels, stretched to @width. */
struct stretch {
	const char *name;
	uint8_t type;
	struct apui_resize_bilinear_params params;
	int32_t width;
	const void *from, *to;
};

static const struct stretch stretches[] = {
	{ "int8_rounds_halves_away_from_zero",
	  APUI_TYPE_INT8,
	  { .step_h = 1024, .step_w = 512 },
	  4,
	  (const int8_t[]) { -2, -1 },
	  (const int8_t[]) { -2, -2, -1, -1 } },
	{ "int8_half_pixel_stays_inside",
	  APUI_TYPE_INT8,
	  { .step_h = 1024, .step_w = 512, .half_pixel = 1 },
	  4,
	  (const int8_t[]) { 0, 100 },
	  (const int8_t[]) { 0, 25, 75, 100 } },
	{ "uint8_rounds_to_nearest",
	  APUI_TYPE_UINT8,
	  { .scale_h = 1, .scale_w = 0.5f },
	  4,
	  (const uint8_t[]) { 254, 255 },
	  (const uint8_t[]) { 254, 255, 255, 255 } },
	{ "uint8_half_pixel",
	  APUI_TYPE_UINT8,
	  { .scale_h = 1, .scale_w = 0.5f, .half_pixel = 1 },
	  4,
	  (const uint8_t[]) { 0, 100 },
	  (const uint8_t[]) { 0, 25, 75, 100 } },
	{ "float_aligned_corners",
	  APUI_TYPE_FLOAT32,
	  { .scale_h = 1, .scale_w = 0.25f },
	  5,
	  (const float[]) { 1, 2 },
	  (const float[]) { 1, 1.25f, 1.5f, 1.75f, 2 } },
	{ "a_step_beyond_the_border_stays_at_it",
	  APUI_TYPE_INT8,
	  { .step_h = 1024, .step_w = INT32_MAX },
	  3,
	  (const int8_t[]) { 3, 5 },
	  (const int8_t[]) { 3, 5, 5 } },
};

static void
check_stretch(void **state)
{
	const struct stretch *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, row->type, 0, 4, DIMS(1, 1, 2, 1), row->from);
	kernel_output(&kernel, row->type, 0, 4, DIMS(1, 1, row->width, 1));
	kernel.params.resize_bilinear = row->params;
	assert_int_equal(kernel_run(&kernel, apui_kernel_resize_bilinear),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, row->to,
			    kernel.output.size_bytes);
	kernel_finish(&kernel);
}

/* [1, 2, 2, 1] to [1, 4, 4, 1]. */
static void
init_bilinear(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_UINT8, 0, 4, DIMS(1, 2, 2, 1), NULL);
	kernel_output(kernel, APUI_TYPE_UINT8, 0, 4, DIMS(1, 4, 4, 1));
	kernel->params.resize_bilinear = (struct apui_resize_bilinear_params) {
		.scale_h = 0.5f,
		.scale_w = 0.5f,
	};
}

static const struct kernel_refusal bilinear_refusals[] = {
	{ "bilinear_other_type", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "bilinear_rank_3", KERNEL_FIELD(inputs[0].rank), 3, EINVAL_ },
	{ "bilinear_output_of_rank_3", KERNEL_FIELD(output.rank), 3, EINVAL_ },
	{ "bilinear_other_batch", KERNEL_FIELD(output.dims[0]), 2, EINVAL_ },
	{ "bilinear_other_channels", KERNEL_FIELD(inputs[0].dims[3]), 2,
	  EINVAL_ },
	{ "bilinear_empty_input", KERNEL_FIELD(inputs[0].size_bytes), 0,
	  EINVAL_ },
	{ "bilinear_negative_step", KERNEL_FIELD(params.resize_bilinear.step_h),
	  0xffffffff, EINVAL_ },
	{ "bilinear_negative_scale",
	  KERNEL_FIELD(params.resize_bilinear.scale_w), 0xbf800000, EINVAL_ },
	{ "bilinear_scale_that_is_no_number",
	  KERNEL_FIELD(params.resize_bilinear.scale_w), 0x7fc00000, EINVAL_ },
	{ "bilinear_infinite_scale",
	  KERNEL_FIELD(params.resize_bilinear.scale_h), 0x7f800000, EINVAL_ },
};

static void
check_bilinear_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_bilinear(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_resize_bilinear, row),
		row->result);
	kernel_finish(&kernel);
}

static void
bilinear_reset_ends_it(void **state)
{
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_UINT8, 0, 4, DIMS(1, 1, 1, 1), NULL);
	kernel_output(&kernel, APUI_TYPE_UINT8, 0, 4, DIMS(1, 600, 600, 1));
	kernel.host.cancel_after = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_resize_bilinear),
			 APUI_RESULT_ECANCELED);
	kernel_finish(&kernel);
}

/* Two pixels of two int16 to [1, 1, 3, 2]. */
static int16_t *
init_nearest(struct kernel_case *kernel, int32_t row, int32_t column)
{
	static const int16_t x[] = { 1, 2, 3, 4 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 4, DIMS(1, 1, 2, 2), x);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &row);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(3),
		     (const int32_t[]) { 0, 1, column });
	return kernel_output(kernel, APUI_TYPE_INT16, 0, 4, DIMS(1, 1, 3, 2));
}

static void
nearest_copies_pixels(void **state)
{
	static const int16_t expected[] = { 1, 2, 3, 4, 3, 4 };
	struct kernel_case kernel;
	int16_t *y = init_nearest(&kernel, 0, 1);

	(void)state;
	assert_int_equal(kernel_run(&kernel, apui_kernel_resize_nearest),
			 APUI_RESULT_OK);
	assert_memory_equal(y, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct place {
	const char *name;
	int32_t row, column;
} places[] = {
	{ "nearest_row_beyond_the_input_is_refused", 1, 0 },
	{ "nearest_negative_row_is_refused", -1, 0 },
	{ "nearest_column_beyond_the_input_is_refused", 0, 2 },
	{ "nearest_negative_column_is_refused", 0, INT32_MIN },
};

static void
check_place(void **state)
{
	const struct place *row = *state;
	struct kernel_case kernel;

	init_nearest(&kernel, row->row, row->column);
	assert_int_equal(kernel_run(&kernel, apui_kernel_resize_nearest),
			 ERANGE_);
	kernel_finish(&kernel);
}

static const struct kernel_refusal nearest_refusals[] = {
	{ "nearest_other_type", KERNEL_FIELD(output.type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "nearest_rank_3", KERNEL_FIELD(inputs[0].rank), 3, EINVAL_ },
	{ "nearest_other_batch", KERNEL_FIELD(output.dims[0]), 2, EINVAL_ },
	{ "nearest_other_channels", KERNEL_FIELD(output.dims[3]), 1, EINVAL_ },
	{ "nearest_too_few_rows", KERNEL_FIELD(output.dims[1]), 2, EINVAL_ },
	{ "nearest_too_few_columns", KERNEL_FIELD(output.dims[2]), 4, EINVAL_ },
	{ "nearest_rows_of_another_type", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
check_nearest_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_nearest(&kernel, 0, 0);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_resize_nearest, row),
		row->result);
	kernel_finish(&kernel);
}

/* The sanitizer sees a memcpy() of what overlaps. */
static void
nearest_to_overlapping_bytes_does_no_harm(void **state)
{
	enum { PIXEL = 128, OFFSET = 64 };
	const int32_t place = 0;
	struct kernel_case kernel;
	uint8_t bytes[PIXEL + OFFSET];
	void *own;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_UINT8, 0, 4, DIMS(1, 1, 1, PIXEL),
		     NULL);
	kernel_input(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &place);
	kernel_input(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &place);
	own = kernel_output(&kernel, APUI_TYPE_UINT8, 0, 4,
			    DIMS(1, 1, 1, PIXEL));
	free(kernel.inputs[0].data);
	kernel.inputs[0].data = bytes;
	kernel.output.data = bytes + OFFSET;
	assert_int_equal(kernel_run(&kernel, apui_kernel_resize_nearest),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < PIXEL; i++)
		assert_int_equal(bytes[OFFSET + i], i);
	kernel.inputs[0].data = NULL;
	kernel.output.data = own;
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(bilinear_reset_ends_it),
	cmocka_unit_test(nearest_copies_pixels),
	cmocka_unit_test(nearest_to_overlapping_bytes_does_no_harm),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(stretches) +
			      COUNT(bilinear_refusals) + COUNT(places) +
			      COUNT(nearest_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(stretches, check_stretch);
	ADD_ROWS(bilinear_refusals, check_bilinear_refusal);
	ADD_ROWS(places, check_place);
	ADD_ROWS(nearest_refusals, check_nearest_refusal);
	return cmocka_run_group_tests_name("resize", all, NULL, NULL);
}
