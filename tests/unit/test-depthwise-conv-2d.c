/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"

enum { X, FILTER, BIAS, MULTIPLIER, SHIFT };

#define ROUNDS       300
#define MAX_CHANNELS 400

static void
add_vectors(struct kernel_case *kernel, struct random *random, int32_t channels)
{
	int32_t bias[MAX_CHANNELS], multiplier[MAX_CHANNELS],
		shift[MAX_CHANNELS];

	for (int32_t i = 0; i < channels; i++) {
		bias[i] = random_range(random, -3000, 3000);
		multiplier[i] = random_range(random, 1 << 30, INT32_MAX);
		shift[i] = random_range(random, -8, -3);
	}
	if (random_range(random, 0, 3) == 0)
		kernel_no_input(kernel);
	else
		kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(channels),
			     bias);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(channels), multiplier);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(channels), shift);
}

/* Some have more channels than the kernel sums side by side. */
static void
init_random(struct kernel_case *kernel, struct random *random)
{
	struct geometry rows = random_geometry(random, 3);
	struct geometry columns = random_geometry(random, 3);
	int32_t batches = random_range(random, 1, 2);
	int32_t multiplier = random_range(random, 0, 1) == 0
				     ? 1
				     : random_range(random, 2, 9);
	int32_t inputs = random_range(random, 0, 3) > 0
				 ? random_range(random, 1, 20)
				 : random_range(random, 1, 350 / multiplier);
	uint8_t type = random_type(random);
	struct apui_fw_tensor *x = &kernel->inputs[X];
	struct apui_fw_tensor *filter = &kernel->inputs[FILTER];

	kernel_init(kernel);
	kernel_input(kernel, type, random_zero_point(random, type), 4,
		     DIMS(batches, rows.in, columns.in, inputs), NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_input(
		kernel, type,
		type == APUI_TYPE_INT8 ? 0 : random_zero_point(random, type), 4,
		DIMS(1, rows.taps, columns.taps, inputs * multiplier), NULL);
	random_bytes(random, filter->data, filter->size_bytes);
	add_vectors(kernel, random, inputs * multiplier);
	kernel_output(
		kernel, type, random_zero_point(random, type), 4,
		DIMS(batches, rows.out, columns.out, inputs * multiplier));
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
	int32_t input = output * kernel->inputs[X].dims[3] / dims[3];
	int64_t sum = bias ? bias[output] : 0;

	for (int32_t i = 0; i < dims[1]; i++)
		for (int32_t j = 0; j < dims[2]; j++) {
			size_t at =
				(size_t)((i * dims[2] + j) * dims[3] + output);

			sum += (kernel_value(filter, at) - filter->zero_point) *
			       get_input(kernel, batch,
					 row * params->stride_h -
						 params->pad_top +
						 i * params->dilation_h,
					 column * params->stride_w -
						 params->pad_left +
						 j * params->dilation_w,
					 input);
		}
	return slow_clamp(
		(int64_t)slow_scale(sum, multiplier[output], shift[output]) +
			y->zero_point,
		params->act_min, params->act_max);
}

static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 12 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const int32_t *dims = kernel.output.dims;

		init_random(&kernel, &random);
		assert_int_equal(
			kernel_run(&kernel, apui_kernel_depthwise_conv_2d),
			APUI_RESULT_OK);
		for (uint32_t j = 0; j < kernel.output.size_bytes; j++) {
			int32_t at = (int32_t)j;
			int32_t pixel = at / dims[3];

			assert_int_equal(
				kernel_value(&kernel.output, j),
				slow_conv(&kernel, pixel / dims[2] / dims[1],
					  pixel / dims[2] % dims[1],
					  pixel % dims[2], at % dims[3]));
		}
		kernel_finish(&kernel);
	}
}

/* One channel in, two out: 1 2 / 3 4 with 1 10 / 20 -7 and with all ones. */
static void
init_good(struct kernel_case *kernel)
{
	static const int8_t x[] = { 1, 2, 3, 4 };
	static const int8_t filter[] = { 1, 1, 10, 1, 20, 1, -7, 1 };
	static const int32_t bias[] = { 5, -5 };
	static const int32_t multiplier[] = { 1 << 30, 1 << 30 };
	static const int32_t shift[] = { 1, 1 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 4, DIMS(1, 2, 2, 1), x);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 4, DIMS(1, 2, 2, 2), filter);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), bias);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), multiplier);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), shift);
	kernel_output(kernel, APUI_TYPE_INT8, -1, 4, DIMS(1, 1, 1, 2));
	kernel->params.window = (struct apui_window_params) {
		.stride_h = 1,
		.stride_w = 1,
		.dilation_h = 1,
		.dilation_w = 1,
		.act_min = -128,
		.act_max = 127,
	};
}

static void
small_image_by_hand(void **state)
{
	/* 1 + 20 + 60 - 28 + 5 - 1, and 1 + 2 + 3 + 4 - 5 - 1. */
	static const int8_t expected[] = { 57, 4 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_depthwise_conv_2d),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

#define EINVAL_        APUI_RESULT_EINVAL
#define DIM(tensor, i) KERNEL_FIELD(tensor.dims[i])
#define WINDOW(field)  KERNEL_FIELD(params.window.field)

/* What all windows share is tested with CONV_2D. */
static const struct kernel_refusal refusals[] = {
	{ "stride_0_is_refused", WINDOW(stride_h), 0, EINVAL_ },
	{ "filter_of_rank_3_is_refused", KERNEL_FIELD(inputs[FILTER].rank), 3,
	  EINVAL_ },
	{ "uint8_filter_of_int8_is_refused", KERNEL_FIELD(inputs[FILTER].type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "int8_filter_with_zero_point_is_refused",
	  KERNEL_FIELD(inputs[FILTER].zero_point), 1, EINVAL_ },
	{ "two_filters_are_refused", DIM(inputs[FILTER], 0), 2, EINVAL_ },
	{ "filter_of_other_channels_is_refused", DIM(inputs[FILTER], 3), 4,
	  EINVAL_ },
	{ "input_without_channels_is_refused", DIM(inputs[X], 3), 0, EINVAL_ },
	{ "outputs_that_are_no_multiple_are_refused", DIM(inputs[X], 3), 3,
	  EINVAL_ },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 4,
	  EINVAL_ },
	{ "short_multiplier_is_refused",
	  KERNEL_FIELD(inputs[MULTIPLIER].size_bytes), 4, EINVAL_ },
	{ "short_shift_is_refused", KERNEL_FIELD(inputs[SHIFT].size_bytes), 4,
	  EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_depthwise_conv_2d, row),
		row->result);
	kernel_finish(&kernel);
}

static void
shift_out_of_range_in_the_vector_is_refused(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	((int32_t *)kernel.inputs[SHIFT].data)[1] = 31;
	assert_int_equal(kernel_run(&kernel, apui_kernel_depthwise_conv_2d),
			 APUI_RESULT_ERANGE);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(small_image_by_hand),
	cmocka_unit_test(agrees_with_a_slow_formula),
	cmocka_unit_test(shift_out_of_range_in_the_vector_is_refused),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("depthwise_conv_2d", all, NULL,
					   NULL);
}
