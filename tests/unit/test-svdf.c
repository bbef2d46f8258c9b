/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

enum { X, FEATURE, TIME, BIAS };
enum { Y, STATE, MEMORY };

#define INPUTS  3
#define FILTERS 4
#define TIMES   3
#define UNITS   2
#define STEPS   4

static const int8_t feature[] = { -93, -95,  76, 0,   23,  26,
				  54,  -120, -4, -90, -25, 109 };
static const int16_t times[] = { 2865,  -25775, 2564,  -22214, 15266,  26899,
				 28766, 7313,   22100, -7861,  -21256, 683 };
static const int32_t bias[] = { -33760, 97705 };
/* A row a step, and what LiteRT's reference kernel (2.3.0) makes of them. */
static const int8_t xs[STEPS][INPUTS] = {
	{ 126, -58, 91 },
	{ -93, -39, 73 },
	{ -65, 43, -11 },
	{ 3, 112, 81 },
};
static const int8_t ys[STEPS][UNITS] = {
	{ -62, 127 },
	{ -20, 45 },
	{ -128, -128 },
	{ 64, -128 },
};

/* Scales 0.05, 0.02, 0.0005, 0.0031 and 0.35 of x, weights, state and y. */
static void
init_case(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 3, 2, DIMS(1, INPUTS), xs[0]);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(FILTERS, INPUTS),
		     feature);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 2, DIMS(FILTERS, TIMES),
		     times);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(UNITS), bias);
	kernel_output(kernel, APUI_TYPE_INT8, -100, 2, DIMS(1, UNITS));
	kernel_output(kernel, APUI_TYPE_INT16, 0, 2, DIMS(1, FILTERS * TIMES));
	memset(kernel->outputs[STATE].data, 0,
	       kernel->outputs[STATE].size_bytes);
	kernel_output(kernel, APUI_TYPE_INT8, 0, 1, DIMS(INPUTS));
	kernel->params.svdf = (struct apui_svdf_params) {
		.rank = 2,
		.feature_multiplier = 1385473408,
		.feature_shift = -1,
		.time_multiplier = 1246532096,
		.time_shift = -17,
	};
}

static void
steps_are_as_litert(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	for (int step = 0; step < STEPS; step++) {
		memcpy(kernel.inputs[X].data, xs[step], INPUTS);
		assert_int_equal(kernel_run(&kernel, apui_kernel_svdf),
				 APUI_RESULT_OK);
		assert_memory_equal(kernel.output.data, ys[step], UNITS);
	}
	kernel_finish(&kernel);
}

/* One filter a unit: the state is the last inputs, weighted 1, 10, 100. */
static void
float_state_moves_on(void **state)
{
	const float one = 1, weights[] = { 1, 10, 100 };
	const float wants[] = { 200, 320, 432 };
	struct kernel_case kernel;
	float *x;

	(void)state;
	kernel_init(&kernel);
	x = kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 1), NULL);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 1), &one);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3), weights);
	kernel_no_input(&kernel);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 1));
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3));
	kernel_output(&kernel, APUI_TYPE_INT8, 0, 1, DIMS(1));
	memset(kernel.outputs[STATE].data, 0, kernel.outputs[STATE].size_bytes);
	kernel.params.svdf.rank = 1;
	kernel.params.svdf.act_max = 431;
	for (size_t i = 0; i < COUNT(wants); i++) {
		float want = fminf(wants[i], 431);

		*x = (float)(i + 2);
		assert_int_equal(kernel_run(&kernel, apui_kernel_svdf),
				 APUI_RESULT_OK);
		assert_true(*(const float *)kernel.output.data == want);
	}
	kernel_finish(&kernel);
}

/* x of 2 and -1 is 127 and -64, features are 3 and 2, of scale 0.5. */
static void
float_input_of_int8_features_is_quantised(void **state)
{
	const float x[] = { 2, -1 }, time = 1;
	const int8_t features[] = { 3, 2 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 2), x);
	kernel_input(&kernel, APUI_TYPE_INT8, 0, 2, DIMS(1, 2), features);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 1), &time);
	kernel_no_input(&kernel);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 1));
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 1));
	kernel_output(&kernel, APUI_TYPE_INT8, 0, 1, DIMS(2));
	kernel.params.svdf.rank = 1;
	kernel.params.svdf.act_min = -1000;
	kernel.params.svdf.act_max = 1000;
	kernel.params.svdf.feature_scale = 0.5f;
	assert_int_equal(kernel_run(&kernel, apui_kernel_svdf), APUI_RESULT_OK);
	assert_float_equal(*(const float *)kernel.output.data,
			   (127 * 3 - 64 * 2) * (2.0f / 127 * 0.5f), 1e-6);
	kernel_finish(&kernel);
}

static void
no_batch_is_no_work(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	kernel.inputs[X].dims[0] = 0;
	kernel.inputs[X].size_bytes = 0;
	kernel.output.dims[0] = 0;
	kernel.output.size_bytes = 0;
	kernel.outputs[STATE].size_bytes = 0;
	assert_int_equal(kernel_run(&kernel, apui_kernel_svdf), APUI_RESULT_OK);
	kernel_finish(&kernel);
}

/* Filters of no bytes at all may be very many: a reset must stop them. */
static void
empty_filters_are_cancelled(void **state)
{
	static const uint8_t types[][5] = {
		{ APUI_TYPE_INT8, APUI_TYPE_INT8, APUI_TYPE_INT16,
		  APUI_TYPE_INT8, APUI_TYPE_INT16 },
		{ APUI_TYPE_FLOAT32, APUI_TYPE_FLOAT32, APUI_TYPE_FLOAT32,
		  APUI_TYPE_FLOAT32, APUI_TYPE_FLOAT32 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		const uint8_t *type = types[i];
		struct kernel_case kernel;

		kernel_init(&kernel);
		kernel_input(&kernel, type[0], 0, 2, DIMS(1, 0), NULL);
		kernel_input(&kernel, type[1], 0, 2, DIMS(INT32_MAX, 0), NULL);
		kernel_input(&kernel, type[2], 0, 2, DIMS(INT32_MAX, 0), NULL);
		kernel_no_input(&kernel);
		kernel_output(&kernel, type[3], 0, 2, DIMS(1, 1));
		kernel_output(&kernel, type[4], 0, 2, DIMS(1, 0));
		kernel_output(&kernel, APUI_TYPE_INT8, 0, 1, DIMS(1));
		kernel.params.svdf.rank = INT32_MAX;
		kernel.host.cancel_after = 1;
		assert_int_equal(kernel_run(&kernel, apui_kernel_svdf),
				 APUI_RESULT_ECANCELED);
		kernel_finish(&kernel);
	}
}

#define BAD APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "rank_zero_is_refused", KERNEL_FIELD(params.svdf.rank), 0, BAD },
	{ "rank_that_divides_nothing_is_refused",
	  KERNEL_FIELD(params.svdf.rank), 3, BAD },
	{ "negative_rank_is_refused", KERNEL_FIELD(params.svdf.rank),
	  UINT32_MAX, BAD },
	{ "feature_shift_is_refused", KERNEL_FIELD(params.svdf.feature_shift),
	  31, BAD },
	{ "time_shift_is_refused", KERNEL_FIELD(params.svdf.time_shift),
	  UINT32_MAX - 31, BAD },
	{ "uint8_input_is_refused", KERNEL_FIELD(inputs[X].type),
	  APUI_TYPE_UINT8, BAD },
	{ "float_features_are_refused", KERNEL_FIELD(inputs[FEATURE].type),
	  APUI_TYPE_FLOAT32, BAD },
	{ "float_weights_are_refused", KERNEL_FIELD(inputs[TIME].type),
	  APUI_TYPE_FLOAT32, BAD },
	{ "float_bias_is_refused", KERNEL_FIELD(inputs[BIAS].type),
	  APUI_TYPE_FLOAT32, BAD },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 4,
	  BAD },
	{ "other_input_length_is_refused", KERNEL_FIELD(inputs[X].dims[1]), 4,
	  BAD },
	{ "other_filter_count_is_refused", KERNEL_FIELD(inputs[TIME].dims[0]),
	  5, BAD },
	{ "other_unit_count_is_refused", KERNEL_FIELD(output.dims[1]), 3, BAD },
	{ "other_batches_are_refused", KERNEL_FIELD(output.dims[0]), 2, BAD },
	{ "more_batches_than_state_is_refused", KERNEL_FIELD(inputs[X].dims[0]),
	  INT32_MAX, BAD },
	{ "short_state_is_refused", KERNEL_FIELD(outputs[STATE].size_bytes), 22,
	  BAD },
	{ "int8_state_is_refused", KERNEL_FIELD(outputs[STATE].type),
	  APUI_TYPE_INT8, BAD },
	{ "zero_point_out_of_range_is_refused", KERNEL_FIELD(output.zero_point),
	  128, BAD },
	{ "vector_is_refused", KERNEL_FIELD(inputs[X].rank), 1, BAD },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_case(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_svdf, row),
			 row->result);
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest all[5 + COUNT(refusals)] = {
		cmocka_unit_test(steps_are_as_litert),
		cmocka_unit_test(float_state_moves_on),
		cmocka_unit_test(float_input_of_int8_features_is_quantised),
		cmocka_unit_test(no_batch_is_no_work),
		cmocka_unit_test(empty_filters_are_cancelled),
	};
	size_t count = 5;

	ADD_ROWS(refusals, check_refusal);
	return _cmocka_run_group_tests("svdf", all, count, NULL, NULL);
}
