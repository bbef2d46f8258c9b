/* SPDX-License-Identifier: MIT */
#include "firmware/fixedpoint16.h"
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

enum { X = 0, INPUT = 1, RECURRENT = 5, BIAS = 9, PEEPHOLE = 13, NORM = 16 };
enum { PROJECTION = 20, PROJECTION_BIAS = 21, SCALE = 22, GATES = 4 };
enum { Y, HIDDEN, CELL, GATE_SUMS, MEMORY };

#define INPUTS 3
#define CELLS  2
#define TIMES  3
#define RUNS   2

static const int8_t input[GATES][CELLS * INPUTS] = {
	{ 91, 44, -108, -76, 16, 102 },
	{ 121, 101, -50, -18, -66, -90 },
	{ 71, -8, 47, -57, -124, -106 },
	{ 23, 77, 99, 94, 119, -95 },
};
static const int8_t recurrent[GATES][CELLS * CELLS] = {
	{ 109, 23, 56, -67 },
	{ 83, -4, 123, -37 },
	{ -93, -75, -49, 14 },
	{ 86, 13, 123, 123 },
};
static const int32_t bias[GATES][CELLS] = {
	{ -2320, -6171 },
	{ -13018, -11970 },
	{ 4459, -18678 },
	{ 19838, -11315 },
};
/* Two inferences, and what LiteRT's reference kernel (2.3.0) makes of them. */
static const int8_t xs[RUNS][TIMES * INPUTS] = {
	{ 58, -8, -42, 103, 32, 50, 62, -42, 100 },
	{ -124, -50, -88, -127, 127, -106, -11, 81, 48 },
};
static const int8_t ys[RUNS][TIMES * CELLS] = {
	{ 36, -36, 70, -54, 80, -50 },
	{ 45, -55, 36, -70, 58, -56 },
};

static const struct apui_lstm_params good_params = {
	.cell_integer_bits = 3,
	.cell_clip = INT16_MAX,
	.hidden_zero_point = -5,
};

/* Pairs, at the numbers of program.h; what is not used is 0. */
static const int32_t scales[2 * APUI_LSTM_SCALES] = {
	1239940864,
	-2,
	2042355328,
	-3,
	1292446464,
	-2,
	1625049984,
	-2,
	1276881792,
	-1,
	1590606080,
	-2,
	1360030464,
	-2,
	1131361536,
	-1,
	[2 * APUI_LSTM_HIDDEN_SCALE] = 2146304384,
	-23,
};

static void
init_case(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, -128, 3, DIMS(1, TIMES, INPUTS),
		     xs[0]);
	for (int i = 0; i < GATES; i++)
		kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(CELLS, INPUTS),
			     input[i]);
	for (int i = 0; i < GATES; i++)
		kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(CELLS, CELLS),
			     recurrent[i]);
	for (int i = 0; i < GATES; i++)
		kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(CELLS),
			     bias[i]);
	for (int i = PEEPHOLE; i < SCALE; i++)
		kernel_no_input(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(COUNT(scales)),
		     scales);
	kernel_output(kernel, APUI_TYPE_INT8, -5, 3, DIMS(1, TIMES, CELLS));
	memset(kernel_output(kernel, APUI_TYPE_INT8, -5, 2, DIMS(1, CELLS)), -5,
	       CELLS);
	memset(kernel_output(kernel, APUI_TYPE_INT16, 0, 2, DIMS(1, CELLS)), 0,
	       CELLS * sizeof(int16_t));
	kernel_output(kernel, APUI_TYPE_INT16, 0, 1, DIMS(GATES * CELLS));
	kernel_output(kernel, APUI_TYPE_INT8, 0, 1, DIMS(CELLS));
	kernel->params.lstm = good_params;
}

static void
runs_are_as_litert(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	for (int run = 0; run < RUNS; run++) {
		memcpy(kernel.inputs[X].data, xs[run], sizeof(xs[run]));
		assert_int_equal(kernel_run(&kernel, apui_kernel_lstm),
				 APUI_RESULT_OK);
		assert_memory_equal(kernel.output.data, ys[run],
				    sizeof(ys[run]));
		assert_memory_equal(kernel.outputs[HIDDEN].data,
				    ys[run] + (TIMES - 1) * CELLS, CELLS);
	}
	kernel_finish(&kernel);
}

/* One batch, so the order of the dimensions makes no difference. */
static void
time_may_come_first(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	kernel.params.lstm.time_major = 1;
	kernel.inputs[X].dims[0] = kernel.output.dims[0] = TIMES;
	kernel.inputs[X].dims[1] = kernel.output.dims[1] = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_lstm), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, ys[0], sizeof(ys[0]));
	kernel_finish(&kernel);
}

/* They are data: whoever writes them while it runs gets an error. */
static void
shift_out_of_range_is_refused(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_case(&kernel);
	((int32_t *)kernel.inputs[SCALE]
		 .data)[2 * APUI_LSTM_RECURRENT_SCALE + 1] = 31;
	assert_int_equal(kernel_run(&kernel, apui_kernel_lstm),
			 APUI_RESULT_ERANGE);
	kernel_finish(&kernel);
}

/* Without its matrix, its norm and its peephole. */
static void
parts_without_their_others_are_refused(void **state)
{
	static const unsigned int alone[] = { PEEPHOLE + 1, NORM + 2,
					      PROJECTION_BIAS };
	const int16_t vector[CELLS] = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < COUNT(alone); i++) {
		struct kernel_case kernel;
		struct apui_fw_tensor *lonely;
		int16_t copy[CELLS];

		init_case(&kernel);
		memcpy(copy, vector, sizeof(copy));
		lonely = &kernel.inputs[alone[i]];
		*lonely = (struct apui_fw_tensor) {
			.type = APUI_TYPE_INT16,
			.rank = 1,
			.dims = { CELLS },
			.size_bytes = sizeof(copy),
			.data = copy,
		};
		assert_int_equal(kernel_run(&kernel, apui_kernel_lstm),
				 APUI_RESULT_EINVAL);
		lonely->data = NULL;
		kernel_finish(&kernel);
	}
}

static void
sigmoid_and_tanh_are_near(void **state)
{
	(void)state;
	for (int x = INT16_MIN; x <= INT16_MAX; x++) {
		double real = 1 / (1 + exp(-x / 4096.0)) * 32768;

		assert_true(fabs(apui_fx16_sigmoid((int16_t)x) - real) < 12);
		for (unsigned int bits = 0; bits <= 6; bits++) {
			real = tanh(ldexp(x, (int)bits - 15)) * 32768;
			assert_true(fabs(apui_fx16_tanh((int16_t)x, bits) -
					 real) < 24);
		}
	}
}

#define BAD          APUI_RESULT_EINVAL
#define PARAM(field) KERNEL_FIELD(params.lstm.field)

static const struct kernel_refusal refusals[] = {
	{ "hidden_zero_point_is_refused", PARAM(hidden_zero_point), 128, BAD },
	{ "seven_integer_bits_are_refused", PARAM(cell_integer_bits), 7, BAD },
	{ "negative_integer_bits_are_refused", PARAM(cell_integer_bits),
	  UINT32_MAX, BAD },
	{ "negative_clip_is_refused", PARAM(cell_clip), UINT32_MAX, BAD },
	{ "clip_over_16_bits_is_refused", PARAM(cell_clip), 32768, BAD },
	{ "projection_clip_over_8_bits_is_refused", PARAM(projection_clip), 128,
	  BAD },
	{ "short_scales_are_refused", KERNEL_FIELD(inputs[SCALE].size_bytes), 8,
	  BAD },
	{ "float_memory_is_refused", KERNEL_FIELD(outputs[GATE_SUMS].type),
	  APUI_TYPE_FLOAT32, BAD },
	{ "short_memory_is_refused", KERNEL_FIELD(outputs[MEMORY].size_bytes),
	  1, BAD },
	{ "uint8_input_is_refused", KERNEL_FIELD(inputs[X].type),
	  APUI_TYPE_UINT8, BAD },
	{ "matrix_is_refused", KERNEL_FIELD(inputs[X].rank), 2, BAD },
	{ "other_input_length_is_refused", KERNEL_FIELD(inputs[X].dims[2]), 4,
	  BAD },
	{ "other_times_are_refused", KERNEL_FIELD(output.dims[1]), 4, BAD },
	{ "more_batches_than_states_are_refused",
	  KERNEL_FIELD(inputs[X].dims[0]), 2, BAD },
	{ "other_cell_count_is_refused", KERNEL_FIELD(output.dims[2]), 3, BAD },
	{ "weights_of_another_shape_are_refused",
	  KERNEL_FIELD(inputs[RECURRENT].dims[1]), 3, BAD },
	{ "missing_forget_gate_is_refused",
	  KERNEL_FIELD(inputs[INPUT + 1].data), 0, BAD },
	{ "short_bias_is_refused", KERNEL_FIELD(inputs[BIAS + 2].size_bytes), 4,
	  BAD },
	{ "short_hidden_state_is_refused",
	  KERNEL_FIELD(outputs[HIDDEN].size_bytes), 1, BAD },
	{ "int8_cell_state_is_refused", KERNEL_FIELD(outputs[CELL].type),
	  APUI_TYPE_INT8, BAD },
	{ "short_cell_state_is_refused", KERNEL_FIELD(outputs[CELL].size_bytes),
	  2, BAD },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;
	void *forget;

	init_case(&kernel);
	forget = kernel.inputs[INPUT + 1].data;
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_lstm, row),
			 row->result);
	kernel.inputs[INPUT + 1].data = forget;
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest all[5 + COUNT(refusals)] = {
		cmocka_unit_test(runs_are_as_litert),
		cmocka_unit_test(time_may_come_first),
		cmocka_unit_test(sigmoid_and_tanh_are_near),
		cmocka_unit_test(shift_out_of_range_is_refused),
		cmocka_unit_test(parts_without_their_others_are_refused),
	};
	size_t count = 5;

	ADD_ROWS(refusals, check_refusal);
	return _cmocka_run_group_tests("lstm", all, count, NULL, NULL);
}
