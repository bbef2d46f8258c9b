/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"

/* ARG_MINMAX and REDUCE. */

#define EINVAL_ APUI_RESULT_EINVAL

/* [2, 3], along dimension 1. */
static const struct arg {
	const char *name;
	uint8_t type;
	uint32_t is_min;
	const void *x;
	int32_t y[2];
} args[] = {
	{ "largest_int8",
	  APUI_TYPE_INT8,
	  0,
	  (const int8_t[]) { -1, 3, 2, -128, -127, 127 },
	  { 1, 2 } },
	{ "smallest_uint8",
	  APUI_TYPE_UINT8,
	  1,
	  (const uint8_t[]) { 9, 3, 255, 255, 128, 127 },
	  { 1, 2 } },
	{ "first_of_equals",
	  APUI_TYPE_INT32,
	  0,
	  (const int32_t[]) { 7, 7, 7, 1, INT32_MAX, INT32_MAX },
	  { 0, 1 } },
	{ "smallest_float",
	  APUI_TYPE_FLOAT32,
	  1,
	  (const float[]) { 0, -0.5f, 0.5f, 3, 2, 1 },
	  { 1, 2 } },
};

static void
check_arg(void **state)
{
	const struct arg *row = *state;
	struct kernel_case kernel;
	int64_t *y;

	kernel_init(&kernel);
	kernel_input(&kernel, row->type, 0, 2, DIMS(2, 3), row->x);
	y = kernel_output(&kernel, APUI_TYPE_INT64, 0, 1, DIMS(2));
	kernel.params.arg_minmax = (struct apui_arg_minmax_params) {
		.axis = 1,
		.is_min = row->is_min,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_arg_minmax),
			 APUI_RESULT_OK);
	assert_int_equal(y[0], row->y[0]);
	assert_int_equal(y[1], row->y[1]);
	kernel_finish(&kernel);
}

/* [2, 2] down its columns. */
static int32_t *
init_arg(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 2),
		     (const int8_t[]) { 1, 2, 3, -4 });
	return kernel_output(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2));
}

static void
arg_along_the_first_dimension(void **state)
{
	struct kernel_case kernel;
	int32_t *y = init_arg(&kernel);

	(void)state;
	assert_int_equal(kernel_run(&kernel, apui_kernel_arg_minmax),
			 APUI_RESULT_OK);
	assert_int_equal(y[0], 1);
	assert_int_equal(y[1], 0);
	kernel_finish(&kernel);
}

static const struct kernel_refusal arg_refusals[] = {
	{ "arg_axis_beyond_the_rank", KERNEL_FIELD(params.arg_minmax.axis), 2,
	  EINVAL_ },
	{ "arg_axis_minus_1", KERNEL_FIELD(params.arg_minmax.axis), 0xffffffff,
	  EINVAL_ },
	{ "arg_is_min_2", KERNEL_FIELD(params.arg_minmax.is_min), 2, EINVAL_ },
	{ "arg_of_int16", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT16,
	  EINVAL_ },
	{ "arg_to_int8", KERNEL_FIELD(output.type), APUI_TYPE_INT8, EINVAL_ },
	{ "arg_to_fewer_elements", KERNEL_FIELD(output.size_bytes), 4,
	  EINVAL_ },
	{ "arg_of_a_scalar", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
	{ "arg_along_nothing", KERNEL_FIELD(inputs[0].dims[0]), 0, EINVAL_ },
	{ "arg_of_nothing", KERNEL_FIELD(inputs[0].size_bytes), 0, EINVAL_ },
};

static void
check_arg_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_arg(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_arg_minmax, row),
		row->result);
	kernel_finish(&kernel);
}

/* [2, 2], along dimension 0. */
static const struct reduction {
	const char *name;
	uint8_t type;
	enum apui_reduction function;
	const void *x, *y;
} reductions[] = {
	{ "sum_of_float", APUI_TYPE_FLOAT32, APUI_REDUCTION_SUM,
	  (const float[]) { 1, 2, 3, -4 }, (const float[]) { 4, -2 } },
	{ "mean_of_float", APUI_TYPE_FLOAT32, APUI_REDUCTION_MEAN,
	  (const float[]) { 1, 2, 3, -4 }, (const float[]) { 2, -1 } },
	{ "product_of_float", APUI_TYPE_FLOAT32, APUI_REDUCTION_PROD,
	  (const float[]) { 1, 2, 3, -4 }, (const float[]) { 3, -8 } },
	{ "sum_of_int32_wraps", APUI_TYPE_INT32, APUI_REDUCTION_SUM,
	  (const int32_t[]) { INT32_MAX, 2, 1, 3 },
	  (const int32_t[]) { INT32_MIN, 5 } },
	{ "product_of_int32_wraps", APUI_TYPE_INT32, APUI_REDUCTION_PROD,
	  (const int32_t[]) { 65536, -2, 65536, 3 },
	  (const int32_t[]) { 0, -6 } },
	{ "largest_int8", APUI_TYPE_INT8, APUI_REDUCTION_MAX,
	  (const int8_t[]) { -1, 2, -2, 127 }, (const int8_t[]) { -1, 127 } },
	{ "smallest_uint8", APUI_TYPE_UINT8, APUI_REDUCTION_MIN,
	  (const uint8_t[]) { 255, 2, 128, 3 }, (const uint8_t[]) { 128, 2 } },
	{ "any_of_bool", APUI_TYPE_BOOL, APUI_REDUCTION_ANY,
	  (const uint8_t[]) { 0, 0, 0, 1 }, (const uint8_t[]) { 0, 1 } },
	{ "all_of_bool", APUI_TYPE_BOOL, APUI_REDUCTION_ALL,
	  (const uint8_t[]) { 1, 0, 1, 1 }, (const uint8_t[]) { 1, 0 } },
};

static void
check_reduction(void **state)
{
	const struct reduction *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, row->type, 0, 2, DIMS(2, 2), row->x);
	kernel_output(&kernel, row->type, 0, 2, DIMS(1, 2));
	kernel.params.reduce = (struct apui_reduce_params) {
		.function = row->function,
		.axes = 1,
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_reduce),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, row->y,
			    kernel.output.size_bytes);
	kernel_finish(&kernel);
}

static const struct kernel_refusal reduce_refusals[] = {
	{ "reduce_axis_beyond_the_rank", KERNEL_FIELD(params.reduce.axes), 4,
	  EINVAL_ },
	{ "reduce_without_function", KERNEL_FIELD(params.reduce.function), 0,
	  EINVAL_ },
	{ "reduce_function_32", KERNEL_FIELD(params.reduce.function), 32,
	  EINVAL_ },
	{ "reduce_any_of_float", KERNEL_FIELD(params.reduce.function),
	  APUI_REDUCTION_ANY, EINVAL_ },
	{ "reduce_other_type", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "reduce_sum_of_int8", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "reduce_to_more_elements", KERNEL_FIELD(output.size_bytes), 12,
	  EINVAL_ },
	{ "reduce_nothing", KERNEL_FIELD(inputs[0].size_bytes), 0, EINVAL_ },
};

static void
check_reduce_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 2), NULL);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 2));
	kernel.params.reduce = (struct apui_reduce_params) {
		.function = APUI_REDUCTION_SUM,
		.axes = 1,
	};
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_reduce, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
reset_ends_a_long_row(void **state)
{
	static const apui_kernel_fn kernels[] = { apui_kernel_arg_minmax,
						  apui_kernel_reduce };

	(void)state;
	for (size_t i = 0; i < COUNT(kernels); i++) {
		struct kernel_case kernel;

		kernel_init(&kernel);
		kernel_input(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(1 << 20),
			     NULL);
		kernel_output(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(1));
		if (kernels[i] == apui_kernel_reduce)
			kernel.params.reduce = (struct apui_reduce_params) {
				.function = APUI_REDUCTION_MAX,
				.axes = 1,
			};
		kernel.host.cancel_after = 1;
		assert_int_equal(kernel_run(&kernel, kernels[i]),
				 APUI_RESULT_ECANCELED);
		kernel_finish(&kernel);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(arg_along_the_first_dimension),
	cmocka_unit_test(reset_ends_a_long_row),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(args) + COUNT(arg_refusals) +
			      COUNT(reductions) + COUNT(reduce_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(args, check_arg);
	ADD_ROWS(arg_refusals, check_arg_refusal);
	ADD_ROWS(reductions, check_reduction);
	ADD_ROWS(reduce_refusals, check_reduce_refusal);
	return cmocka_run_group_tests_name("reduction", all, NULL, NULL);
}
