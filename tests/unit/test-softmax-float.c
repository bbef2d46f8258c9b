/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

struct row {
	const char *name;
	float beta;
	float x[3], expected[3];
};

static const struct row rows[] = {
	{ "equal_elements_share",
	  1,
	  { 7, 7, 7 },
	  { 1 / 3.0f, 1 / 3.0f, 1 / 3.0f } },
	{ "logarithms_give_their_ratio",
	  1,
	  { 0, 0.6931472f, 1.6094379f },
	  { 0.125f, 0.25f, 0.625f } },
	{ "beta_is_a_factor",
	  2,
	  { 0, 0.3465736f, 0.8047190f },
	  { 0.125f, 0.25f, 0.625f } },
	{ "large_elements_do_not_overflow",
	  1,
	  { 1e30f, 0, -1e30f },
	  { 1, 0, 0 } },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct kernel_case kernel;
	const float *y;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3), row->x);
	y = kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3));
	kernel.params.softmax_float.beta = row->beta;
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax_float),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < 3; i++)
		assert_true(fabsf(y[i] - row->expected[i]) < 1e-6f);
	kernel_finish(&kernel);
}

static void
an_empty_row_gives_nothing(void **state)
{
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(5, 0), NULL);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(5, 0));
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax_float),
			 APUI_RESULT_OK);
	kernel_finish(&kernel);
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "int32_input_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "int32_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "other_shape_is_refused", KERNEL_FIELD(output.dims[1]), 2, EINVAL_ },
	{ "other_rank_is_refused", KERNEL_FIELD(inputs[0].rank), 1, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3), NULL);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(2, 3));
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_softmax_float, row),
		row->result);
	kernel_finish(&kernel);
}

static void
a_scalar_is_refused(void **state)
{
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 0, NULL, NULL);
	kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 0, NULL);
	assert_int_equal(kernel_run(&kernel, apui_kernel_softmax_float),
			 APUI_RESULT_EINVAL);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_empty_row_gives_nothing),
	cmocka_unit_test(a_scalar_is_refused),
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
	return cmocka_run_group_tests_name("softmax-float", all, NULL, NULL);
}
