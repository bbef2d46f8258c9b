/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

/* Float operators along the last dimension, and TOPK. */

#define EINVAL_ APUI_RESULT_EINVAL

static const struct value {
	const char *name;
	apui_kernel_fn run;
	float x[3], y[3];
} values[] = {
	{ "l2_normalization",
	  apui_kernel_l2_normalization,
	  { 3, 0, -4 },
	  { 0.6f, 0, -0.8f } },
	{ "l2_normalization_of_zeros",
	  apui_kernel_l2_normalization,
	  { 0, 0, 0 },
	  { 0, 0, 0 } },
	{ "log_softmax",
	  apui_kernel_log_softmax,
	  { 1, 1, 1 },
	  { -1.0986123f, -1.0986123f, -1.0986123f } },
	{ "log_softmax_of_large_numbers",
	  apui_kernel_log_softmax,
	  { 1000, 0, 1000 },
	  { -0.6931472f, -1000.6931f, -0.6931472f } },
};

static void
init_floats(struct kernel_case *kernel, const float *x)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3), x);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3));
}

static void
check_value(void **state)
{
	const struct value *row = *state;
	struct kernel_case kernel;

	init_floats(&kernel, row->x);
	assert_int_equal(kernel_run(&kernel, row->run), APUI_RESULT_OK);
	for (size_t i = 0; i < 3; i++)
		assert_true(fabsf(((float *)kernel.output.data)[i] -
				  row->y[i]) <= 1e-6f * fabsf(row->y[i]));
	kernel_finish(&kernel);
}

static const struct kernel_refusal refusals[] = {
	{ "other_input_type_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "other_output_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "other_shape_is_refused", KERNEL_FIELD(output.dims[1]), 4, EINVAL_ },
	{ "rank_0_is_refused", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
};

static void
check_refusal(void **state)
{
	static const apui_kernel_fn kernels[] = { apui_kernel_l2_normalization,
						  apui_kernel_log_softmax };
	const struct kernel_refusal *row = *state;

	for (size_t i = 0; i < COUNT(kernels); i++) {
		struct kernel_case kernel;

		init_floats(&kernel, NULL);
		assert_int_equal(kernel_run_spoilt(&kernel, kernels[i], row),
				 row->result);
		kernel_finish(&kernel);
	}
}

/* The two largest of [2, 3]. */
static void
init_topk(struct kernel_case *kernel, const float *x)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3), x);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 2));
	kernel_output(kernel, APUI_TYPE_INT32, 0, 2, DIMS(2, 2));
}

static void
topk_takes_the_first_of_equals_first(void **state)
{
	static const float x[] = { 1, 3, 2, 5, 4, 5 };
	static const float largest[] = { 3, 2, 5, 5 };
	static const int32_t places[] = { 1, 2, 0, 2 };
	struct kernel_case kernel;

	(void)state;
	init_topk(&kernel, x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_topk), APUI_RESULT_OK);
	assert_memory_equal(kernel.outputs[0].data, largest, sizeof(largest));
	assert_memory_equal(kernel.outputs[1].data, places, sizeof(places));
	kernel_finish(&kernel);
}

/* Neighbours that a double cannot tell apart. */
static void
topk_of_int64_compares_all_bits(void **state)
{
	static const int64_t x[] = { INT64_MAX - 1, INT64_MAX, INT64_MIN };
	static const int64_t largest[] = { INT64_MAX, INT64_MAX - 1 };
	static const int32_t places[] = { 1, 0 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT64, 0, 2, DIMS(1, 3), x);
	kernel_output(&kernel, APUI_TYPE_INT64, 0, 2, DIMS(1, 2));
	kernel_output(&kernel, APUI_TYPE_INT32, 0, 2, DIMS(1, 2));
	assert_int_equal(kernel_run(&kernel, apui_kernel_topk), APUI_RESULT_OK);
	assert_memory_equal(kernel.outputs[0].data, largest, sizeof(largest));
	assert_memory_equal(kernel.outputs[1].data, places, sizeof(places));
	kernel_finish(&kernel);
}

static void
topk_of_numbers_that_are_none_does_no_harm(void **state)
{
	static const float x[] = { NAN, NAN, 1, 1, NAN, NAN };
	struct kernel_case kernel;

	(void)state;
	init_topk(&kernel, x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_topk), APUI_RESULT_OK);
	for (size_t i = 0; i < 4; i++)
		assert_in_range(((int32_t *)kernel.outputs[1].data)[i], 0, 2);
	kernel_finish(&kernel);
}

static const struct kernel_refusal topk_refusals[] = {
	{ "topk_of_int16", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT16,
	  EINVAL_ },
	{ "topk_of_a_scalar", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
	{ "topk_of_fewer_rows", KERNEL_FIELD(inputs[0].dims[0]), 1, EINVAL_ },
	{ "topk_of_fewer_elements", KERNEL_FIELD(inputs[0].dims[1]), 1,
	  EINVAL_ },
	{ "topk_to_another_type", KERNEL_FIELD(outputs[0].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "topk_places_of_another_type", KERNEL_FIELD(outputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "topk_places_of_another_shape", KERNEL_FIELD(outputs[1].dims[1]), 1,
	  EINVAL_ },
	{ "topk_of_another_rank", KERNEL_FIELD(outputs[0].rank), 3, EINVAL_ },
};

static void
check_topk_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_topk(&kernel, NULL);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_topk, row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(topk_takes_the_first_of_equals_first),
	cmocka_unit_test(topk_of_int64_compares_all_bits),
	cmocka_unit_test(topk_of_numbers_that_are_none_does_no_harm),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(values) + COUNT(refusals) +
			      COUNT(topk_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(values, check_value);
	ADD_ROWS(refusals, check_refusal);
	ADD_ROWS(topk_refusals, check_topk_refusal);
	return cmocka_run_group_tests_name("row-wise", all, NULL, NULL);
}
