/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

enum { X, AUX, INPUT, AUX_INPUT, RECURRENT, BIAS };
enum { Y, HIDDEN, MEMORY };

#define TIMES  3
#define INPUTS 2
#define UNITS  2

static const float xs[TIMES][INPUTS] = { { 1, -1 }, { 0.5f, 2 }, { -2, 0 } };
static const float weights[UNITS][INPUTS] = { { 0.5f, 0.25f }, { -1, 0.5f } };
static const float recurrent[UNITS][UNITS] = { { 0.5f, 0 }, { 0.25f, -1 } };
static const float bias[UNITS] = { 0.125f, 0.5f };

static void
init_case(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 3, DIMS(1, TIMES, INPUTS),
		     xs);
	kernel_no_input(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(UNITS, INPUTS),
		     weights);
	kernel_no_input(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(UNITS, UNITS),
		     recurrent);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(UNITS), bias);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 3, DIMS(1, TIMES, UNITS));
	memset(kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, UNITS)),
	       0, UNITS * sizeof(float));
	kernel_output(kernel, APUI_TYPE_INT8, 0, 1, DIMS(INPUTS));
}

/* Without a function all of it is exact. */
static void
check_values(struct kernel_case *kernel, int is_reversed)
{
	const float *y = kernel->output.data;
	float h[UNITS] = { 0, 0 };

	kernel->params.rnn_float.is_reversed = is_reversed;
	assert_int_equal(kernel_run(kernel, apui_kernel_rnn_float),
			 APUI_RESULT_OK);
	for (int step = 0; step < TIMES; step++) {
		int t = is_reversed ? TIMES - 1 - step : step;
		float next[UNITS];

		for (int u = 0; u < UNITS; u++)
			next[u] = weights[u][0] * xs[t][0] +
				  weights[u][1] * xs[t][1] +
				  recurrent[u][0] * h[0] +
				  recurrent[u][1] * h[1] + bias[u];
		memcpy(h, next, sizeof(h));
		assert_memory_equal(y + t * UNITS, h, sizeof(h));
	}
	assert_memory_equal(kernel->outputs[HIDDEN].data, h, sizeof(h));
}

static void
values_are_those_of_the_equation(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	check_values(&kernel, 0);
	kernel_finish(&kernel);
}

static void
reversed_begins_with_the_last_step(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	check_values(&kernel, 1);
	kernel_finish(&kernel);
}

static void
no_batch_is_no_work(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	kernel.inputs[X].dims[0] = kernel.output.dims[0] = 0;
	kernel.inputs[X].size_bytes = kernel.output.size_bytes = 0;
	kernel.outputs[HIDDEN].size_bytes = 0;
	assert_int_equal(kernel_run(&kernel, apui_kernel_rnn_float),
			 APUI_RESULT_OK);
	kernel_finish(&kernel);
}

#define BAD APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "sign_bit_is_refused", KERNEL_FIELD(params.rnn_float.activation), 5,
	  BAD },
	{ "negative_activation_is_refused",
	  KERNEL_FIELD(params.rnn_float.activation), UINT32_MAX, BAD },
	{ "int8_input_is_refused", KERNEL_FIELD(inputs[X].type), APUI_TYPE_INT8,
	  BAD },
	{ "four_dimensions_are_refused", KERNEL_FIELD(inputs[X].rank), 4, BAD },
	{ "other_input_length_is_refused", KERNEL_FIELD(inputs[X].dims[2]), 3,
	  BAD },
	{ "other_times_are_refused", KERNEL_FIELD(output.dims[1]), 4, BAD },
	{ "other_units_are_refused", KERNEL_FIELD(output.dims[2]), 3, BAD },
	{ "uint8_weights_are_refused", KERNEL_FIELD(inputs[INPUT].type),
	  APUI_TYPE_UINT8, BAD },
	{ "weights_of_two_types_are_refused",
	  KERNEL_FIELD(inputs[RECURRENT].type), APUI_TYPE_INT8, BAD },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS].size_bytes), 4,
	  BAD },
	{ "more_batches_than_states_are_refused",
	  KERNEL_FIELD(inputs[X].dims[0]), 2, BAD },
	{ "short_state_is_refused", KERNEL_FIELD(outputs[HIDDEN].size_bytes), 4,
	  BAD },
	{ "short_memory_is_refused", KERNEL_FIELD(outputs[MEMORY].size_bytes),
	  1, BAD },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_case(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_rnn_float, row),
			 row->result);
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest all[3 + COUNT(refusals)] = {
		cmocka_unit_test(values_are_those_of_the_equation),
		cmocka_unit_test(reversed_begins_with_the_last_step),
		cmocka_unit_test(no_batch_is_no_work),
	};
	size_t count = 3;

	ADD_ROWS(refusals, check_refusal);
	return _cmocka_run_group_tests("rnn-float", all, count, NULL, NULL);
}
