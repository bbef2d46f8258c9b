/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <string.h>

enum { X, FILTER, BIAS, MULTIPLIER, SHIFT };

#define ROUNDS 400

static void
add_vectors(struct kernel_case *kernel, struct random *random, int32_t channels)
{
	int32_t bias[16], multiplier[16], shift[16];

	for (int32_t i = 0; i < channels; i++) {
		bias[i] = random_range(random, -3000, 3000);
		multiplier[i] = random_range(random, 1 << 30, INT32_MAX);
		shift[i] = random_range(random, -10, -5);
	}
	if (random_range(random, 0, 3) == 0)
		kernel_no_input(kernel);
	else
		kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(channels),
			     bias);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(channels), multiplier);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(channels), shift);
}

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	struct geometry rows = random_geometry(random, 3);
	struct geometry columns = random_geometry(random, 3);
	int32_t batches = random_range(random, 1, 2);
	int32_t groups = random_range(random, 1, 3);
	int32_t depth = random_range(random, 1, 20);
	int32_t outputs = groups * random_range(random, 1, 5);
	uint8_t type = random_type(random);
	struct apui_fw_tensor *x = &kernel->inputs[X];
	struct apui_fw_tensor *filter = &kernel->inputs[FILTER];

	kernel_init(kernel);
	kernel_input(kernel, type, random_zero_point(random, type), 4,
		     DIMS(batches, rows.in, columns.in, groups * depth), NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_input(kernel, type,
		     type == APUI_TYPE_INT8 ? 0
					    : random_zero_point(random, type),
		     4, DIMS(outputs, rows.taps, columns.taps, depth), NULL);
	random_bytes(random, filter->data, filter->size_bytes);
	add_vectors(kernel, random, outputs);
	kernel_output(kernel, type, random_zero_point(random, type), 4,
		      DIMS(batches, rows.out, columns.out, outputs));
	kernel->params.window = (struct apui_window_params) {
		.stride_h = rows.stride,
		.stride_w = columns.stride,
		.dilation_h = rows.dilation,
		.dilation_w = columns.dilation,
		.pad_top = rows.pad,
		.pad_left = columns.pad,
		.act_min = type_min(type) + random_range(random, 0, 40),
		.act_max = type_max(type) - random_range(random, 0, 40),
	};
}

/* The value less the zero point; 0 outside of the image. */
static int64_t
get_input(const struct kernel_case *kernel, int32_t batch, int32_t row,
	  int32_t column, int32_t channel)
{
	const struct apui_fw_tensor *x = &kernel->inputs[X];
	const int32_t *dims = x->dims;

	if (row < 0 || row >= dims[1] || column < 0 || column >= dims[2])
		return 0;
	return kernel_value(x, (size_t)(((batch * dims[1] + row) * dims[2] +
					 column) *
						dims[3] +
					channel)) -
	       x->zero_point;
}

static int32_t
slow_conv(const struct kernel_case *kernel, int32_t batch, int32_t row,
	  int32_t column, int32_t output)
{
	const struct apui_window_params *params = &kernel->params.window;
	const struct apui_fw_tensor *filter = &kernel->inputs[FILTER];
	const struct apui_fw_tensor *y = &kernel->output;
	const int32_t *bias = kernel->inputs[BIAS].data;
	const int32_t *multiplier = kernel->inputs[MULTIPLIER].data;
	const int32_t *shift = kernel->inputs[SHIFT].data;
	const int32_t *dims = filter->dims;
	int32_t groups = kernel->inputs[X].dims[3] / dims[3];
	int32_t group = output / (dims[0] / groups);
	int64_t sum = bias ? bias[output] : 0;
	size_t at = (size_t)(output * dims[1] * dims[2] * dims[3]);

	for (int32_t i = 0; i < dims[1]; i++)
		for (int32_t j = 0; j < dims[2]; j++)
			for (int32_t k = 0; k < dims[3]; k++)
				sum += (kernel_value(filter, at++) -
					filter->zero_point) *
				       get_input(kernel, batch,
						 row * params->stride_h -
							 params->pad_top +
							 i * params->dilation_h,
						 column * params->stride_w -
							 params->pad_left +
							 j * params->dilation_w,
						 group * dims[3] + k);
	return slow_clamp(
		(int64_t)slow_scale(sum, multiplier[output], shift[output]) +
			y->zero_point,
		params->act_min, params->act_max);
}

static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 11 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const int32_t *dims = kernel.output.dims;
		size_t at = 0;

		init_random(&kernel, &random);
		assert_int_equal(kernel_run(&kernel, apui_kernel_conv_2d),
				 APUI_RESULT_OK);
		for (int32_t b = 0; b < dims[0]; b++)
			for (int32_t r = 0; r < dims[1]; r++)
				for (int32_t c = 0; c < dims[2]; c++)
					for (int32_t o = 0; o < dims[3]; o++)
						assert_int_equal(
							kernel_value(
								&kernel.output,
								at++),
							slow_conv(&kernel, b, r,
								  c, o));
		kernel_finish(&kernel);
	}
}

/* A 2x2 image of 1 2 / 3 4, a 2x2 filter of 1 10 / 20 -7, SAME padding. */
static void
init_good(struct kernel_case *kernel)
{
	static const int8_t x[] = { 1, 2, 3, 4 }, filter[] = { 1, 10, 20, -7 };
	static const int32_t bias = 5, multiplier = 1 << 30, shift = 1;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 4, DIMS(1, 2, 2, 1), x);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 4, DIMS(1, 2, 2, 1), filter);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &bias);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &multiplier);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &shift);
	kernel_output(kernel, APUI_TYPE_INT8, -1, 4, DIMS(1, 2, 2, 1));
	kernel->params.window = (struct apui_window_params) {
		.stride_h = 1,
		.stride_w = 1,
		.dilation_h = 1,
		.dilation_w = 1,
		.act_min = -128,
		.act_max = 40,
	};
}

static void
small_image_by_hand(void **state)
{
	/* 1*1 + 10*2 + 20*3 - 7*4 + 5 - 1 = 57 is clamped to 40; then
	 * 2 + 80 + 4 = 86 to 40; 3 + 40 + 4 = 47 to 40; 4 + 4 = 8. */
	static const int8_t expected[] = { 40, 40, 40, 8 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_conv_2d),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

#define EINVAL_        APUI_RESULT_EINVAL
#define DIM(tensor, i) KERNEL_FIELD(tensor.dims[i])
#define WINDOW(field)  KERNEL_FIELD(params.window.field)

static const struct kernel_refusal refusals[] = {
	{ "stride_0_is_refused", WINDOW(stride_h), 0, EINVAL_ },
	{ "stride_32768_is_refused", WINDOW(stride_w), 32768, EINVAL_ },
	{ "negative_stride_is_refused", WINDOW(stride_w), UINT32_MAX, EINVAL_ },
	{ "dilation_0_is_refused", WINDOW(dilation_h), 0, EINVAL_ },
	{ "dilation_32768_is_refused", WINDOW(dilation_w), 32768, EINVAL_ },
	{ "negative_pad_is_refused", WINDOW(pad_top), UINT32_MAX, EINVAL_ },
	{ "pad_beyond_the_window_is_refused", WINDOW(pad_left), 2, EINVAL_ },
	{ "act_min_above_act_max_is_refused", WINDOW(act_min), 41, EINVAL_ },
	{ "act_min_below_the_type_is_refused", WINDOW(act_min), 0xffffff7f,
	  EINVAL_ },
	{ "act_max_above_the_type_is_refused", WINDOW(act_max), 128, EINVAL_ },
	{ "input_of_rank_3_is_refused", KERNEL_FIELD(inputs[X].rank), 3,
	  EINVAL_ },
	{ "filter_of_rank_3_is_refused", KERNEL_FIELD(inputs[FILTER].rank), 3,
	  EINVAL_ },
	{ "output_of_rank_5_is_refused", KERNEL_FIELD(output.rank), 5,
	  EINVAL_ },
	{ "int16_input_is_refused", KERNEL_FIELD(inputs[X].type),
	  APUI_TYPE_INT16, EINVAL_ },
	{ "uint8_filter_of_int8_is_refused", KERNEL_FIELD(inputs[FILTER].type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "uint8_output_of_int8_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "zero_point_out_of_range_is_refused",
	  KERNEL_FIELD(inputs[X].zero_point), 128, EINVAL_ },
	{ "output_zero_point_out_of_range_is_refused",
	  KERNEL_FIELD(output.zero_point), 0x7fffffff, EINVAL_ },
	{ "int8_filter_with_zero_point_is_refused",
	  KERNEL_FIELD(inputs[FILTER].zero_point), 1, EINVAL_ },
	{ "other_batch_is_refused", DIM(output, 0), 2, EINVAL_ },
	{ "output_row_outside_is_refused", DIM(output, 1), 3, EINVAL_ },
	{ "output_column_outside_is_refused", DIM(output, 2), 3, EINVAL_ },
	{ "output_of_2_31_rows_is_refused", DIM(output, 1), INT32_MAX,
	  EINVAL_ },
	{ "other_output_channels_are_refused", DIM(output, 3), 2, EINVAL_ },
	{ "input_without_rows_is_refused", DIM(inputs[X], 1), 0, EINVAL_ },
	{ "input_without_channels_is_refused", DIM(inputs[X], 3), 0, EINVAL_ },
	{ "filter_without_channels_is_refused", DIM(inputs[FILTER], 3), 0,
	  EINVAL_ },
	{ "filter_without_taps_is_refused", DIM(inputs[FILTER], 1), 0,
	  EINVAL_ },
	{ "filter_of_32768_taps_is_refused", DIM(inputs[FILTER], 2), 32768,
	  EINVAL_ },
	{ "channels_not_in_groups_are_refused", DIM(inputs[FILTER], 3), 2,
	  EINVAL_ },
	{ "outputs_not_in_groups_are_refused", DIM(inputs[X], 3), 2, EINVAL_ },
	{ "float_bias_is_refused", KERNEL_FIELD(inputs[BIAS].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 0,
	  EINVAL_ },
	{ "long_multiplier_is_refused",
	  KERNEL_FIELD(inputs[MULTIPLIER].size_bytes), 8, EINVAL_ },
	{ "int64_shift_is_refused", KERNEL_FIELD(inputs[SHIFT].type),
	  APUI_TYPE_INT64, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_conv_2d, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
check_shift(int32_t value, int result)
{
	struct kernel_case kernel;

	init_good(&kernel);
	*(int32_t *)kernel.inputs[SHIFT].data = value;
	assert_int_equal(kernel_run(&kernel, apui_kernel_conv_2d), result);
	kernel_finish(&kernel);
}

static void
shift_of_31_in_the_vector_is_refused(void **state)
{
	(void)state;
	check_shift(31, APUI_RESULT_ERANGE);
	check_shift(30, APUI_RESULT_OK);
}

static void
shift_of_minus_32_in_the_vector_is_refused(void **state)
{
	(void)state;
	check_shift(-32, APUI_RESULT_ERANGE);
	check_shift(-31, APUI_RESULT_OK);
}

static void
empty_batch_is_nothing_to_do(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	kernel.inputs[X].dims[0] = 0;
	kernel.inputs[X].size_bytes = 0;
	kernel.output.dims[0] = 0;
	kernel.output.size_bytes = 0;
	assert_int_equal(kernel_run(&kernel, apui_kernel_conv_2d),
			 APUI_RESULT_OK);
	kernel_finish(&kernel);
}

static void
sum_beyond_int32_wraps(void **state)
{
	static const int32_t one = 1 << 30, shift = -23;
	struct kernel_case kernel;
	int32_t depth = 34000;
	int64_t sum = (int64_t)depth * 255 * 255;

	(void)state;
	kernel_init(&kernel);
	memset(kernel_input(&kernel, APUI_TYPE_UINT8, 0, 4,
			    DIMS(1, 1, 1, depth), NULL),
	       255, (size_t)depth);
	memset(kernel_input(&kernel, APUI_TYPE_UINT8, 0, 4,
			    DIMS(1, 1, 1, depth), NULL),
	       255, (size_t)depth);
	kernel_no_input(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &one);
	kernel_input(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(1), &shift);
	kernel_output(&kernel, APUI_TYPE_UINT8, 200, 4, DIMS(1, 1, 1, 1));
	kernel.params.window = (struct apui_window_params) {
		.stride_h = 1,
		.stride_w = 1,
		.dilation_h = 1,
		.dilation_w = 1,
		.act_max = 255,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_conv_2d),
			 APUI_RESULT_OK);
	assert_true(sum > INT32_MAX);
	assert_int_equal(kernel_value(&kernel.output, 0),
			 200 + slow_scale(sum, one, shift));
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(small_image_by_hand),
	cmocka_unit_test(agrees_with_a_slow_formula),
	cmocka_unit_test(shift_of_31_in_the_vector_is_refused),
	cmocka_unit_test(shift_of_minus_32_in_the_vector_is_refused),
	cmocka_unit_test(empty_batch_is_nothing_to_do),
	cmocka_unit_test(sum_beyond_int32_wraps),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("conv_2d", all, NULL, NULL);
}
