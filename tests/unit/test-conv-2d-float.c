/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <stdbool.h>

/* CONV_2D_FLOAT and DEPTHWISE_CONV_2D_FLOAT. */

enum { X, FILTER, BIAS };

#define ROUNDS 200

/* Whole numbers: their sums are the same in any order. */
static void
fill_whole(struct random *random, const struct apui_fw_tensor *tensor)
{
	float *values = tensor->data;

	for (size_t i = 0; i < tensor->size_bytes / sizeof(float); i++)
		values[i] = (float)random_range(random, -9, 9);
}

static void
init_random(struct kernel_case *kernel, struct random *random, bool depthwise)
{
	struct geometry rows = random_geometry(random, 3);
	struct geometry columns = random_geometry(random, 3);
	int32_t groups =
		random_range(random, 0, 2) > 0 ? 1 : random_range(random, 2, 3);
	int32_t depth = random_range(random, 1, depthwise ? 150 : 19);
	int32_t outputs = groups * random_range(random, 1, 9);

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 4,
		     DIMS(random_range(random, 1, 2), rows.in, columns.in,
			  depthwise ? depth : groups * depth),
		     NULL);
	if (depthwise) {
		outputs = depth * groups;
		kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 4,
			     DIMS(1, rows.taps, columns.taps, outputs), NULL);
	} else {
		kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 4,
			     DIMS(outputs, rows.taps, columns.taps, depth),
			     NULL);
	}
	if (random_range(random, 0, 3) == 0)
		kernel_no_input(kernel);
	else
		kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(outputs),
			     NULL);
	for (unsigned int i = 0; i < 3; i++)
		if (kernel->inputs[i].data)
			fill_whole(random, &kernel->inputs[i]);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 4,
		      DIMS(kernel->inputs[X].dims[0], rows.out, columns.out,
			   outputs));
	kernel->params.window_float = (struct apui_window_float_params) {
		.stride_h = rows.stride,
		.stride_w = columns.stride,
		.dilation_h = rows.dilation,
		.dilation_w = columns.dilation,
		.pad_top = rows.pad,
		.pad_left = columns.pad,
		.act_min = random_range(random, 0, 1) ? -INFINITY : -50,
		.act_max = random_range(random, 0, 1) ? INFINITY : 60,
	};
}

/* 0 outside of the image. */
static double
get_input(const struct kernel_case *kernel, int32_t batch, int32_t row,
	  int32_t column, int32_t channel)
{
	const struct apui_fw_tensor *x = &kernel->inputs[X];
	const int32_t *dims = x->dims;

	if (row < 0 || row >= dims[1] || column < 0 || column >= dims[2])
		return 0;
	return (double)((const float *)x->data)
		[((batch * dims[1] + row) * dims[2] + column) * dims[3] +
		 channel];
}

/* Sum over all taps of one input channel and its weights. */
static double
slow_channel(const struct kernel_case *kernel, const int32_t *at, int32_t input,
	     int32_t weight, int32_t weight_step)
{
	const struct apui_window_float_params *params =
		&kernel->params.window_float;
	const int32_t *dims = kernel->inputs[FILTER].dims;
	const float *w = kernel->inputs[FILTER].data;
	double sum = 0;

	for (int32_t i = 0; i < dims[1]; i++)
		for (int32_t j = 0; j < dims[2]; j++) {
			int32_t row = at[1] * params->stride_h -
				      params->pad_top + i * params->dilation_h;
			int32_t column = at[2] * params->stride_w -
					 params->pad_left +
					 j * params->dilation_w;

			sum += get_input(kernel, at[0], row, column, input) *
			       (double)w[weight +
					 (i * dims[2] + j) * weight_step];
		}
	return sum;
}

/* @at: batch, row, column and channel of an output. */
static double
slow_conv(const struct kernel_case *kernel, const int32_t *at, bool depthwise)
{
	const struct apui_window_float_params *params =
		&kernel->params.window_float;
	const int32_t *dims = kernel->inputs[FILTER].dims;
	const float *bias = kernel->inputs[BIAS].data;
	double sum = bias ? (double)bias[at[3]] : 0;

	if (depthwise) {
		int32_t step = dims[3] / kernel->inputs[X].dims[3];

		sum += slow_channel(kernel, at, at[3] / step, at[3], dims[3]);
	} else {
		int32_t groups = kernel->inputs[X].dims[3] / dims[3];
		int32_t group = at[3] / (dims[0] / groups);

		for (int32_t c = 0; c < dims[3]; c++)
			sum += slow_channel(
				kernel, at, group * dims[3] + c,
				at[3] * dims[1] * dims[2] * dims[3] + c,
				dims[3]);
	}
	return fmin(fmax(sum, (double)params->act_min),
		    (double)params->act_max);
}

static void
check_random(bool depthwise)
{
	struct random random = { 31 };
	struct kernel_case kernel;

	for (int round = 0; round < ROUNDS; round++) {
		const int32_t *dims = kernel.output.dims;
		const float *y;

		init_random(&kernel, &random, depthwise);
		assert_int_equal(
			kernel_run(&kernel,
				   depthwise
					   ? apui_kernel_depthwise_conv_2d_float
					   : apui_kernel_conv_2d_float),
			APUI_RESULT_OK);
		y = kernel.output.data;
		for (int32_t i = 0;
		     i < (int32_t)(kernel.output.size_bytes / sizeof(float));
		     i++) {
			int32_t pixel = i / dims[3];
			int32_t at[] = { pixel / dims[2] / dims[1],
					 pixel / dims[2] % dims[1],
					 pixel % dims[2], i % dims[3] };

			assert_true((double)y[i] ==
				    slow_conv(&kernel, at, depthwise));
		}
		kernel_finish(&kernel);
	}
}

static void
conv_agrees_with_a_slow_formula(void **state)
{
	(void)state;
	check_random(false);
}

static void
depthwise_agrees_with_a_slow_formula(void **state)
{
	(void)state;
	check_random(true);
}

/* Large and small addends, of which the order of the sum decides. */
static void
sums_are_taken_by_fours(void **state)
{
	static const float x[] = { 1e8f, 1, -1e8f, 1, 1, 1, 1, 1, 3 };
	static const float w[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct kernel_case kernel;
	float *y;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 1, 1, 9), x);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 1, 1, 9), w);
	kernel_no_input(&kernel);
	y = kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 1, 1, 1));
	kernel.params.window_float = (struct apui_window_float_params) {
		1, 1, 1, 1, 0, 0, 0, 0, -INFINITY, INFINITY
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_conv_2d_float),
			 APUI_RESULT_OK);
	/* ((1e8 + 1) + 2) + ((1 - 1e8) + 2) + 3: 1e8's neighbours are 8 away.
	 */
	assert_true(*y == ((1e8f + 1) + 2) + ((-1e8f + 1) + 2) + 3);
	kernel_finish(&kernel);
}

#define NAN_BITS 0x7fc00000
#define EINVAL_  APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "int8_input_is_refused", KERNEL_FIELD(inputs[X].type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "int32_weights_are_refused", KERNEL_FIELD(inputs[FILTER].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "int32_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "int32_bias_is_refused", KERNEL_FIELD(inputs[BIAS].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 4,
	  EINVAL_ },
	{ "weights_of_rank_3_are_refused", KERNEL_FIELD(inputs[FILTER].rank), 3,
	  EINVAL_ },
	{ "other_channels_are_refused", KERNEL_FIELD(inputs[FILTER].dims[3]), 5,
	  EINVAL_ },
	{ "no_input_channels_are_refused", KERNEL_FIELD(inputs[X].dims[3]), 0,
	  EINVAL_ },
	{ "clamp_of_nan_is_refused", KERNEL_FIELD(params.window_float.act_min),
	  NAN_BITS, EINVAL_ },
	{ "empty_clamp_is_refused", KERNEL_FIELD(params.window_float.act_max),
	  0xff800000, EINVAL_ },
	{ "stride_0_is_refused", KERNEL_FIELD(params.window_float.stride_w), 0,
	  EINVAL_ },
	{ "output_beyond_the_input_is_refused", KERNEL_FIELD(output.dims[1]), 5,
	  EINVAL_ },
	{ "reset_is_obeyed", KERNEL_FIELD(host.cancel_after), 1,
	  APUI_RESULT_ECANCELED },
};

/* 4 channels in and out suit both kernels. */
static void
check_refused(const struct kernel_refusal *row, bool depthwise)
{
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 4, 4, 4), NULL);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 4,
		     DIMS(depthwise ? 1 : 4, 1, 1, 4), NULL);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(4), NULL);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 4, DIMS(1, 4, 4, 4));
	kernel.params.window_float = (struct apui_window_float_params) {
		1, 1, 1, 1, 0, 0, 0, 0, 0, 6
	};
	assert_int_equal(kernel_run_spoilt(
				 &kernel,
				 depthwise ? apui_kernel_depthwise_conv_2d_float
					   : apui_kernel_conv_2d_float,
				 row),
			 row->result);
	kernel_finish(&kernel);
}

static void
check_conv_refusal(void **state)
{
	check_refused(*state, false);
}

static void
check_depthwise_refusal(void **state)
{
	check_refused(*state, true);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(conv_agrees_with_a_slow_formula),
	cmocka_unit_test(depthwise_agrees_with_a_slow_formula),
	cmocka_unit_test(sums_are_taken_by_fours),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + 2 * COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_conv_refusal);
	ADD_ROWS(refusals, check_depthwise_refusal);
	return cmocka_run_group_tests_name("conv-2d-float", all, NULL, NULL);
}
