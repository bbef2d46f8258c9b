/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <stdbool.h>

enum { X, FILTER, BIAS };

#define ROUNDS 100

static void
fill_whole(struct random *random, const struct apui_fw_tensor *tensor)
{
	float *values = tensor->data;

	for (size_t i = 0; i < tensor->size_bytes / sizeof(float); i++)
		values[i] = (float)random_range(random, -9, 9);
}

static void
init_case(struct kernel_case *kernel, int32_t rows, int32_t outputs,
	  int32_t depth, bool has_bias)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(rows, depth), NULL);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(outputs, depth),
		     NULL);
	if (has_bias)
		kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(outputs),
			     NULL);
	else
		kernel_no_input(kernel);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(rows, outputs));
	kernel->params.fully_connected_float.act_min = -40;
	kernel->params.fully_connected_float.act_max = INFINITY;
}

static double
slow_sum(const struct kernel_case *kernel, size_t row, size_t output)
{
	size_t depth = (size_t)kernel->inputs[X].dims[1];
	const float *x = kernel->inputs[X].data;
	const float *w = kernel->inputs[FILTER].data;
	const float *bias = kernel->inputs[BIAS].data;
	double sum = bias ? (double)bias[output] : 0;

	for (size_t i = 0; i < depth; i++)
		sum += (double)x[row * depth + i] *
		       (double)w[output * depth + i];
	return fmax(sum, -40);
}

/* Whole numbers: their sums are the same in any order. */
static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 33 };
	struct kernel_case kernel;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int32_t outputs = random_range(&random, 1, 11);
		const float *y;

		init_case(&kernel, random_range(&random, 0, 4), outputs,
			  random_range(&random, 1, 40), round % 2);
		for (unsigned int i = 0; i < 3; i++)
			if (kernel.inputs[i].data)
				fill_whole(&random, &kernel.inputs[i]);
		assert_int_equal(
			kernel_run(&kernel, apui_kernel_fully_connected_float),
			APUI_RESULT_OK);
		y = kernel.output.data;
		for (size_t i = 0; i < kernel.output.size_bytes / sizeof(float);
		     i++)
			assert_true((double)y[i] ==
				    slow_sum(&kernel, i / (size_t)outputs,
					     i % (size_t)outputs));
		kernel_finish(&kernel);
	}
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "int32_input_is_refused", KERNEL_FIELD(inputs[X].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "int32_weights_are_refused", KERNEL_FIELD(inputs[FILTER].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "int32_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "int32_bias_is_refused", KERNEL_FIELD(inputs[BIAS].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 8,
	  EINVAL_ },
	{ "weights_of_rank_1_are_refused", KERNEL_FIELD(inputs[FILTER].rank), 1,
	  EINVAL_ },
	{ "depth_0_is_refused", KERNEL_FIELD(inputs[FILTER].dims[1]), 0,
	  EINVAL_ },
	{ "depth_that_does_not_divide_is_refused",
	  KERNEL_FIELD(inputs[FILTER].dims[1]), 7, EINVAL_ },
	{ "short_output_is_refused", KERNEL_FIELD(output.size_bytes), 20,
	  EINVAL_ },
	{ "clamp_of_nan_is_refused",
	  KERNEL_FIELD(params.fully_connected_float.act_max), 0x7fc00000,
	  EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_case(&kernel, 2, 3, 6, true);
	assert_int_equal(kernel_run_spoilt(&kernel,
					   apui_kernel_fully_connected_float,
					   row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(agrees_with_a_slow_formula),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("fully-connected-float", all, NULL,
					   NULL);
}
