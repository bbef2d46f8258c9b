/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

enum {
	X = 0,
	AUX = 1,
	INPUT = 2,
	AUX_INPUT = 6,
	RECURRENT = 10,
	BIAS = 14,
	PEEPHOLE = 18,
	NORM = 21,
	PROJECTION = 25,
	PROJECTION_BIAS = 26,
	INPUT_COUNT = 27,
	GATES = 4,
};
enum { Y, HIDDEN, CELL, GATE_SUMS, MEMORY };

#define TIMES  3
#define INPUTS 2
#define CELLS  1

/* Of the gates input, forget, cell, output. */
static const float input[GATES][INPUTS] = {
	{ 0.5f, -0.25f },
	{ 0.75f, 0.5f },
	{ -1, 0.5f },
	{ 0.25f, 1 },
};
static const float recurrent[GATES] = { 0.5f, -0.5f, 0.25f, 1 };
static const float bias[GATES] = { 0.25f, -0.25f, 0.5f, 0 };
static const float xs[TIMES][INPUTS] = { { 1, -1 }, { 0.5f, 2 }, { -2, 0 } };

static void
init_case(struct kernel_case *kernel, int is_hybrid)
{
	uint8_t type = is_hybrid ? APUI_TYPE_INT8 : APUI_TYPE_FLOAT32;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 3, DIMS(1, TIMES, INPUTS),
		     xs);
	for (unsigned int i = AUX; i < INPUT_COUNT; i++)
		if (i >= INPUT && i < INPUT + GATES)
			kernel_input(kernel, type, 0, 2, DIMS(CELLS, INPUTS),
				     is_hybrid ? NULL : input[i - INPUT]);
		else if (i >= RECURRENT && i < RECURRENT + GATES)
			kernel_input(kernel, type, 0, 2, DIMS(CELLS, CELLS),
				     is_hybrid ? NULL
					       : &recurrent[i - RECURRENT]);
		else if (i >= BIAS && i < BIAS + GATES)
			kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1,
				     DIMS(CELLS), &bias[i - BIAS]);
		else
			kernel_no_input(kernel);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 3, DIMS(1, TIMES, CELLS));
	memset(kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, CELLS)),
	       0, CELLS * sizeof(float));
	memset(kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(1, CELLS)),
	       0, CELLS * sizeof(float));
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(GATES * CELLS));
	kernel_output(kernel, APUI_TYPE_INT8, 0, 1, DIMS(INPUTS));
	kernel->params.lstm_float.activation = 4;
}

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* The published equations in double. */
static void
run_slowly(int is_reversed, double *ys)
{
	double h = 0, c = 0;

	for (int step = 0; step < TIMES; step++) {
		int t = is_reversed ? TIMES - 1 - step : step;
		double sums[GATES];

		for (int g = 0; g < GATES; g++)
			sums[g] = (double)input[g][0] * (double)xs[t][0] +
				  (double)input[g][1] * (double)xs[t][1] +
				  (double)recurrent[g] * h + (double)bias[g];
		c = sigmoid(sums[1]) * c + sigmoid(sums[0]) * tanh(sums[2]);
		h = sigmoid(sums[3]) * tanh(c);
		ys[t] = h;
	}
}

static void
check_values(struct kernel_case *kernel, int is_reversed)
{
	double wants[TIMES];

	run_slowly(is_reversed, wants);
	kernel->params.lstm_float.is_reversed = is_reversed;
	assert_int_equal(kernel_run(kernel, apui_kernel_lstm_float),
			 APUI_RESULT_OK);
	for (int t = 0; t < TIMES; t++)
		assert_true(fabs((double)((float *)kernel->output.data)[t] -
				 wants[t]) < 1e-6);
}

static void
values_are_those_of_the_equations(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel, 0);
	check_values(&kernel, 0);
	assert_memory_equal(kernel.outputs[HIDDEN].data,
			    (float *)kernel.output.data + TIMES - 1,
			    sizeof(float));
	kernel_finish(&kernel);
}

static void
reversed_begins_with_the_last_step(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel, 0);
	check_values(&kernel, 1);
	kernel_finish(&kernel);
}

/* One batch, so the order of the dimensions makes no difference. */
static void
time_may_come_first(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel, 0);
	kernel.params.lstm_float.time_major = 1;
	kernel.inputs[X].dims[0] = kernel.output.dims[0] = TIMES;
	kernel.inputs[X].dims[1] = kernel.output.dims[1] = 1;
	check_values(&kernel, 0);
	kernel_finish(&kernel);
}

/* Zeros of int8: what is left is the bias. */
static void
zeros_of_int8_leave_the_bias(void **state)
{
	double want = sigmoid((double)bias[3]) *
		      tanh(sigmoid((double)bias[0]) * tanh((double)bias[2]));
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel, 1);
	assert_int_equal(kernel_run(&kernel, apui_kernel_lstm_float),
			 APUI_RESULT_OK);
	assert_true(fabs((double)*(float *)kernel.output.data - want) < 1e-6);
	kernel_finish(&kernel);
}

static void
not_a_number_is_worked_with(void **state)
{
	struct kernel_case kernel;

	(void)state;
	for (int is_hybrid = 0; is_hybrid < 2; is_hybrid++) {
		init_case(&kernel, is_hybrid);
		((float *)kernel.inputs[X].data)[0] = NAN;
		((float *)kernel.inputs[X].data)[2] = INFINITY;
		assert_int_equal(kernel_run(&kernel, apui_kernel_lstm_float),
				 APUI_RESULT_OK);
		kernel_finish(&kernel);
	}
}

#define BAD          APUI_RESULT_EINVAL
#define PARAM(field) KERNEL_FIELD(params.lstm_float.field)

static const struct kernel_refusal refusals[] = {
	{ "sign_bit_is_refused", PARAM(activation), 5, BAD },
	{ "int8_input_is_refused", KERNEL_FIELD(inputs[X].type), APUI_TYPE_INT8,
	  BAD },
	{ "vector_is_refused", KERNEL_FIELD(inputs[X].rank), 1, BAD },
	{ "int8_output_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_INT8,
	  BAD },
	{ "other_input_length_is_refused", KERNEL_FIELD(inputs[X].dims[2]), 3,
	  BAD },
	{ "other_times_are_refused", KERNEL_FIELD(output.dims[1]), 4, BAD },
	{ "other_output_length_is_refused", KERNEL_FIELD(output.dims[2]), 2,
	  BAD },
	{ "int16_weights_are_refused", KERNEL_FIELD(inputs[INPUT + 1].type),
	  APUI_TYPE_INT16, BAD },
	{ "weights_of_two_types_are_refused",
	  KERNEL_FIELD(inputs[RECURRENT + 2].type), APUI_TYPE_INT8, BAD },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS + 2].size_bytes), 0,
	  BAD },
	{ "more_batches_than_states_are_refused",
	  KERNEL_FIELD(inputs[X].dims[0]), 2, BAD },
	{ "int8_hidden_state_is_refused", KERNEL_FIELD(outputs[HIDDEN].type),
	  APUI_TYPE_INT8, BAD },
	{ "short_cells_are_refused", KERNEL_FIELD(outputs[CELL].size_bytes), 0,
	  BAD },
	{ "short_gates_are_refused",
	  KERNEL_FIELD(outputs[GATE_SUMS].size_bytes), 12, BAD },
	{ "short_memory_is_refused", KERNEL_FIELD(outputs[MEMORY].size_bytes),
	  1, BAD },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_case(&kernel, 0);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_lstm_float, row),
		row->result);
	kernel_finish(&kernel);
}

/* An input that belongs to others which are left out. */
static void
lonely_input_is_refused(void **state)
{
	static const unsigned int alone[] = {
		AUX,  AUX_INPUT + 1, PEEPHOLE,       PEEPHOLE + 2,
		NORM, NORM + 1,      PROJECTION_BIAS
	};
	float values[CELLS] = { 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(alone); i++) {
		struct kernel_case kernel;
		struct apui_fw_tensor *lonely;

		init_case(&kernel, 0);
		lonely = &kernel.inputs[alone[i]];
		*lonely = (struct apui_fw_tensor) {
			.type = APUI_TYPE_FLOAT32,
			.rank = 1,
			.dims = { CELLS },
			.size_bytes = sizeof(values),
			.data = values,
		};
		assert_int_equal(kernel_run(&kernel, apui_kernel_lstm_float),
				 APUI_RESULT_EINVAL);
		lonely->data = NULL;
		kernel_finish(&kernel);
	}
}

int
main(void)
{
	struct CMUnitTest all[6 + COUNT(refusals)] = {
		cmocka_unit_test(values_are_those_of_the_equations),
		cmocka_unit_test(reversed_begins_with_the_last_step),
		cmocka_unit_test(time_may_come_first),
		cmocka_unit_test(zeros_of_int8_leave_the_bias),
		cmocka_unit_test(not_a_number_is_worked_with),
		cmocka_unit_test(lonely_input_is_refused),
	};
	size_t count = 6;

	ADD_ROWS(refusals, check_refusal);
	return _cmocka_run_group_tests("lstm-float", all, count, NULL, NULL);
}
