/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>

/* SIGMOID_INT16, SOFTMAX_INT16 and LOCAL_RESPONSE. */

#define EINVAL_ APUI_RESULT_EINVAL

static void
init_sigmoid(struct kernel_case *kernel, const int16_t *x, const int32_t *table)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(2), x);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(256), table);
	kernel_output(kernel, APUI_TYPE_INT16, 0, 1, DIMS(2));
	kernel->params.sigmoid_int16.multiplier = 3;
}

static void
sigmoid_draws_a_line_between_points(void **state)
{
	/* 3 * 256 is half way from point 1 to point 2. */
	static const int16_t x[] = { 256, -256 }, y[] = { 16896, 15872 };
	int32_t table[256] = { 32768, 33280, 34304 };
	struct kernel_case kernel;

	(void)state;
	init_sigmoid(&kernel, x, table);
	assert_int_equal(kernel_run(&kernel, apui_kernel_sigmoid_int16),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, y, sizeof(y));
	kernel_finish(&kernel);
}

static void
sigmoid_of_spoilt_tables_does_no_harm(void **state)
{
	static const int16_t x[] = { 32767, -32768 };
	int32_t table[256];
	struct kernel_case kernel;

	(void)state;
	for (size_t i = 0; i < 256; i++)
		table[i] = i % 2 == 0 ? INT32_MIN : INT32_MAX;
	for (uint32_t is_tanh = 0; is_tanh < 2; is_tanh++) {
		init_sigmoid(&kernel, x, table);
		kernel.params.sigmoid_int16.is_tanh = is_tanh;
		assert_int_equal(kernel_run(&kernel, apui_kernel_sigmoid_int16),
				 APUI_RESULT_OK);
		kernel_finish(&kernel);
	}
}

static const struct kernel_refusal sigmoid_refusals[] = {
	{ "sigmoid_of_int8", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "sigmoid_to_int8", KERNEL_FIELD(output.type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "sigmoid_table_of_float32", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "sigmoid_of_a_zero_point", KERNEL_FIELD(inputs[0].zero_point), 1,
	  EINVAL_ },
	{ "sigmoid_multiplier_negative",
	  KERNEL_FIELD(params.sigmoid_int16.multiplier), -1, EINVAL_ },
	{ "sigmoid_multiplier_too_large",
	  KERNEL_FIELD(params.sigmoid_int16.multiplier), 32768, EINVAL_ },
	{ "sigmoid_shift_too_large", KERNEL_FIELD(params.sigmoid_int16.shift),
	  32, EINVAL_ },
	{ "sigmoid_or_tanh_only", KERNEL_FIELD(params.sigmoid_int16.is_tanh), 2,
	  EINVAL_ },
};

static void
check_sigmoid_refusal(void **state)
{
	struct kernel_case kernel;
	const struct kernel_refusal *row = *state;

	init_sigmoid(&kernel, NULL, NULL);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_sigmoid_int16, row),
		row->result);
	kernel_finish(&kernel);
}

static void
init_softmax(struct kernel_case *kernel, const int16_t *x, const int16_t *table)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 2, DIMS(1, 2), x);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(513), table);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 1, DIMS(513), table);
	kernel_output(kernel, APUI_TYPE_INT16, 0, 2, DIMS(1, 2));
}

/* Any sum but those that a right table can give. */
static void
softmax_of_spoilt_tables_does_no_harm(void **state)
{
	static const int16_t fills[] = { 0, 1, -1, INT16_MIN, INT16_MAX };
	static const int16_t x[] = { INT16_MIN, INT16_MAX };
	struct kernel_case kernel;
	int16_t table[513];

	(void)state;
	for (size_t i = 0; i < COUNT(fills); i++) {
		for (size_t j = 0; j < COUNT(table); j++)
			table[j] = fills[i];
		init_softmax(&kernel, x, table);
		assert_int_equal(kernel_run(&kernel, apui_kernel_softmax_int16),
				 APUI_RESULT_OK);
		kernel_finish(&kernel);
	}
}

static const struct kernel_refusal softmax_refusals[] = {
	{ "softmax_of_int8", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "softmax_to_int8", KERNEL_FIELD(output.type), APUI_TYPE_INT8,
	  EINVAL_ },
	{ "softmax_of_another_shape", KERNEL_FIELD(output.dims[1]), 1,
	  EINVAL_ },
	{ "softmax_table_of_int32", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "softmax_table_too_short", KERNEL_FIELD(inputs[2].size_bytes), 1024,
	  EINVAL_ },
	{ "softmax_shift_too_large", KERNEL_FIELD(params.softmax.shift), 31,
	  EINVAL_ },
};

static void
check_softmax_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_softmax(&kernel, NULL, NULL);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_softmax_int16, row),
		row->result);
	kernel_finish(&kernel);
}

static void
init_response(struct kernel_case *kernel, const float *x)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3), x);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, 3));
	kernel->params.local_response.radius = 1;
	kernel->params.local_response.alpha = 1;
	kernel->params.local_response.beta = 0.5f;
}

/* The element behind the last one of the radius does not count. */
static void
response_looks_further_back_than_ahead(void **state)
{
	static const float x[] = { 3, 4, 12 };
	static const float y[] = { 1, 0.8f, 0.9486833f };
	struct kernel_case kernel;

	(void)state;
	init_response(&kernel, x);
	assert_int_equal(kernel_run(&kernel, apui_kernel_local_response),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < COUNT(y); i++)
		assert_true(fabsf(((float *)kernel.output.data)[i] - y[i]) <=
			    1e-6f);
	kernel_finish(&kernel);
}

static const struct kernel_refusal response_refusals[] = {
	{ "response_of_int32", KERNEL_FIELD(inputs[0].type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "response_to_int32", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "response_of_a_scalar", KERNEL_FIELD(inputs[0].rank), 0, EINVAL_ },
	{ "response_radius_negative",
	  KERNEL_FIELD(params.local_response.radius), -1, EINVAL_ },
};

static void
check_response_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_response(&kernel, NULL);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_local_response, row),
		row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(sigmoid_draws_a_line_between_points),
	cmocka_unit_test(sigmoid_of_spoilt_tables_does_no_harm),
	cmocka_unit_test(softmax_of_spoilt_tables_does_no_harm),
	cmocka_unit_test(response_looks_further_back_than_ahead),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(sigmoid_refusals) +
			      COUNT(softmax_refusals) +
			      COUNT(response_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(sigmoid_refusals, check_sigmoid_refusal);
	ADD_ROWS(softmax_refusals, check_softmax_refusal);
	ADD_ROWS(response_refusals, check_response_refusal);
	return cmocka_run_group_tests_name("int16-functions", all, NULL, NULL);
}
