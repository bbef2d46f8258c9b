/* SPDX-License-Identifier: MIT */
/*
 * UNIDIRECTIONAL_SEQUENCE_LSTM with int8 weights, an int8 hidden state (output
 * 1) and an int16 cell state (output 2), both read and written. The gates are
 * int16 with 12 fraction bits before their functions, 15 behind.
 */
#include "firmware/fixedpoint16.h"
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

enum { GATES = 4, X = 0, INPUT = 1, RECURRENT = 5, BIAS = 9 };
enum { Y, HIDDEN, CELL };
enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT };

struct lstm {
	size_t batches, times, inputs, cells;
	size_t batch_step, time_step; /* rows of x and y */
	int has_input_gate;
};

static int
is_int8_matrix(const struct apui_fw_tensor *tensor, int32_t rows,
	       int32_t columns)
{
	return tensor->type == APUI_TYPE_INT8 && tensor->rank == 2 &&
	       tensor->dims[0] == rows && tensor->dims[1] == columns;
}

static int
check_gates(const struct apui_fw_call *call, int32_t inputs, int32_t cells)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	const struct apui_fw_tensor *in = call->inputs;

	for (unsigned int i = 0; i < GATES; i++) {
		if (i == GATE_INPUT && !in[INPUT].data && !in[RECURRENT].data &&
		    !in[BIAS].data)
			continue;
		if (!in[INPUT + i].data || !in[RECURRENT + i].data ||
		    !in[BIAS + i].data ||
		    !is_int8_matrix(&in[INPUT + i], cells, inputs) ||
		    !is_int8_matrix(&in[RECURRENT + i], cells, cells) ||
		    !apui_is_int32_vector(&in[BIAS + i], cells) ||
		    !apui_fx_shift_is_valid(params->input_shift[i]) ||
		    !apui_fx_shift_is_valid(params->recurrent_shift[i]))
			return 0;
	}
	return 1;
}

static int
check_params(const struct apui_lstm_params *params)
{
	return params->cell_integer_bits >= 0 &&
	       params->cell_integer_bits <= 6 && params->cell_clip >= 0 &&
	       params->cell_clip <= INT16_MAX &&
	       params->hidden_zero_point >= INT8_MIN &&
	       params->hidden_zero_point <= INT8_MAX &&
	       apui_fx_shift_is_valid(params->hidden_shift);
}

static int
check_states(const struct apui_fw_call *call, const struct lstm *lstm)
{
	const struct apui_fw_tensor *out = call->outputs;
	uint64_t count = (uint64_t)lstm->batches * lstm->cells;

	return out[HIDDEN].type == APUI_TYPE_INT8 &&
	       apui_q8_is_valid(&out[HIDDEN]) &&
	       out[HIDDEN].size_bytes == count &&
	       out[CELL].type == APUI_TYPE_INT16 &&
	       out[CELL].size_bytes % 2 == 0 &&
	       out[CELL].size_bytes / 2 == count;
}

static int
check_lstm(const struct apui_fw_call *call, struct lstm *lstm)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *y = &call->outputs[Y];
	unsigned int batch = params->time_major != 0 ? 1 : 0;

	if (x->type != APUI_TYPE_INT8 || !apui_q8_is_valid(x) || x->rank != 3 ||
	    y->type != APUI_TYPE_INT8 || y->rank != 3 ||
	    y->dims[0] != x->dims[0] || y->dims[1] != x->dims[1] ||
	    !check_params(params) || !check_gates(call, x->dims[2], y->dims[2]))
		return APUI_RESULT_EINVAL;

	lstm->batches = (size_t)x->dims[batch];
	lstm->times = (size_t)x->dims[1 - batch];
	lstm->inputs = (size_t)x->dims[2];
	lstm->cells = (size_t)y->dims[2];
	lstm->batch_step = batch == 0 ? lstm->times : 1;
	lstm->time_step = batch == 0 ? 1 : lstm->batches;
	lstm->has_input_gate = call->inputs[INPUT].data != 0;
	return check_states(call, lstm) ? APUI_RESULT_OK : APUI_RESULT_EINVAL;
}

static int32_t
dot(const int8_t *weights, const int8_t *x, size_t count, int32_t zero_point,
    int32_t bias)
{
	uint32_t sum = (uint32_t)bias;

	for (size_t i = 0; i < count; i++)
		sum += (uint32_t)(weights[i] * (x[i] - zero_point));
	return (int32_t)sum;
}

/* Gate @gate of @cell before its function. */
static int16_t
compute_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	     unsigned int gate, size_t cell, const int8_t *x,
	     const int8_t *hidden)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	const struct apui_fw_tensor *in = call->inputs;
	const int8_t *input =
		(const int8_t *)in[INPUT + gate].data + cell * lstm->inputs;
	const int8_t *recurrent =
		(const int8_t *)in[RECURRENT + gate].data + cell * lstm->cells;
	int32_t bias = apui_fw_read_i32(in[BIAS + gate].data, (uint32_t)cell);
	int64_t sum;
	int16_t value;

	sum = apui_fx_scale(dot(input, x, lstm->inputs, in[X].zero_point, bias),
			    params->input_multiplier[gate],
			    params->input_shift[gate]);
	/* It saturates after either part. */
	value = (int16_t)apui_fx_clamp(sum, INT16_MIN, INT16_MAX);
	sum = apui_fx_scale(dot(recurrent, hidden, lstm->cells,
				call->outputs[HIDDEN].zero_point, 0),
			    params->recurrent_multiplier[gate],
			    params->recurrent_shift[gate]);
	return (int16_t)apui_fx_clamp(sum + value, INT16_MIN, INT16_MAX);
}

static int16_t
update_cell(const struct apui_lstm_params *params, int16_t old, int16_t input,
	    int16_t forget, int16_t update)
{
	/* 15 bits behind the point twice, to those of the cell. */
	unsigned int shift = 15 + (unsigned int)params->cell_integer_bits;
	int16_t kept = (int16_t)apui_fx_round_shift(forget * old, 15);
	int16_t added = (int16_t)apui_fx_round_shift(input * update, shift);
	int16_t cell = apui_fx16_saturate(kept + added);

	if (params->cell_clip > 0)
		cell = (int16_t)apui_fx_clamp(cell, -params->cell_clip,
					      params->cell_clip);
	return cell;
}

/* One cell, one step: its new state, and what it puts out. */
static int8_t
run_cell(const struct apui_fw_call *call, const struct lstm *lstm, size_t cell,
	 const int8_t *x, const int8_t *hidden, int16_t *state)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	int16_t forget = apui_fx16_sigmoid(
		compute_gate(call, lstm, GATE_FORGET, cell, x, hidden));
	int16_t update = apui_fx16_tanh(
		compute_gate(call, lstm, GATE_CELL, cell, x, hidden), 3);
	int16_t output = apui_fx16_sigmoid(
		compute_gate(call, lstm, GATE_OUTPUT, cell, x, hidden));
	int16_t input = (int16_t)(INT16_MAX - forget);
	int16_t tanh_cell;
	int64_t y;

	if (lstm->has_input_gate)
		input = apui_fx16_sigmoid(
			compute_gate(call, lstm, GATE_INPUT, cell, x, hidden));
	*state = update_cell(params, *state, input, forget, update);
	tanh_cell =
		apui_fx16_tanh(*state, (unsigned int)params->cell_integer_bits);
	y = apui_fx_scale(output * tanh_cell, params->hidden_multiplier,
			  params->hidden_shift);
	return (int8_t)apui_fx_clamp(y + params->hidden_zero_point, INT8_MIN,
				     INT8_MAX);
}

/* The hidden state of a step is the output of the one before. */
static int
run_batch(const struct apui_fw_call *call, const struct lstm *lstm,
	  size_t batch, uint64_t *work)
{
	int8_t *kept =
		(int8_t *)call->outputs[HIDDEN].data + batch * lstm->cells;
	int16_t *cells =
		(int16_t *)call->outputs[CELL].data + batch * lstm->cells;
	const int8_t *hidden = kept;

	for (size_t t = 0; t < lstm->times; t++) {
		size_t row = batch * lstm->batch_step + t * lstm->time_step;
		const int8_t *x = (const int8_t *)call->inputs[X].data +
				  row * lstm->inputs;
		int8_t *y = (int8_t *)call->outputs[Y].data + row * lstm->cells;

		for (size_t c = 0; c < lstm->cells; c++) {
			if (apui_pace(call, work,
				      GATES * (lstm->inputs + lstm->cells)))
				return APUI_RESULT_ECANCELED;
			y[c] = run_cell(call, lstm, c, x, hidden, &cells[c]);
		}
		hidden = y;
	}
	if (hidden == kept)
		return APUI_RESULT_OK;
	return apui_fw_move(call->host, (uint8_t *)kept,
			    (const uint8_t *)hidden, lstm->cells);
}

int
apui_kernel_lstm(const struct apui_fw_call *call)
{
	struct lstm lstm;
	uint64_t work = 0;
	int ret;

	ret = check_lstm(call, &lstm);
	if (ret != APUI_RESULT_OK || call->outputs[Y].size_bytes == 0)
		return ret;
	for (size_t b = 0; ret == APUI_RESULT_OK && b < lstm.batches; b++)
		ret = run_batch(call, &lstm, b, &work);
	return ret;
}
