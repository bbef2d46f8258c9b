/* SPDX-License-Identifier: MIT */
/*
 * LSTM in int8, with an int8 hidden state (output 1) and an int16 cell state
 * (output 2), both read and written. The gates are int16 with 12 fraction bits
 * before their functions, 15 behind. Outputs 3 and 4 are memory to work in: the
 * four gates of one step, and what the projection reads.
 */
#include "firmware/fixedpoint16.h"
#include "firmware/kernels/ref/layer_norm16.h"
#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/recurrent.h"

enum {
	X = 0,
	INPUT = 1,
	RECURRENT = 5,
	BIAS = 9,
	PEEPHOLE = 13, /* of the gates input, forget, output */
	NORM = 16,
	PROJECTION = 20,
	PROJECTION_BIAS = 21,
	SCALE = 22,
};
enum { Y, HIDDEN, CELL, GATE_SUMS, BYTES };
enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT, GATES };

struct lstm {
	struct apui_sequence sequence;
	int32_t inputs, cells, outputs;
	unsigned int first_gate; /* 1 without an input gate */
	int has_peephole, has_norm;
	struct apui_scale scales[APUI_LSTM_SCALES];
	uint64_t work;
};

/* Input @number is a vector of the cells, or, unless @is_there, absent. */
static int
check_vector(const struct apui_fw_call *call, const struct lstm *lstm,
	     unsigned int number, unsigned int type, int is_there)
{
	const struct apui_fw_tensor *tensor = &call->inputs[number];
	uint64_t bytes = type == APUI_TYPE_INT16 ? 2 : 4;

	if (!is_there)
		return !tensor->data;
	return tensor->data && tensor->type == type &&
	       tensor->size_bytes == (uint64_t)lstm->cells * bytes;
}

static int
check_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	   unsigned int gate)
{
	const struct apui_fw_tensor *in = call->inputs;

	return apui_is_matrix(&in[INPUT + gate], APUI_TYPE_INT8, lstm->cells,
			      lstm->inputs) &&
	       apui_is_matrix(&in[RECURRENT + gate], APUI_TYPE_INT8,
			      lstm->cells, lstm->outputs) &&
	       check_vector(call, lstm, BIAS + gate, APUI_TYPE_INT32, 1) &&
	       check_vector(call, lstm, NORM + gate, APUI_TYPE_INT16,
			    lstm->has_norm);
}

static int
check_peephole(const struct apui_fw_call *call, const struct lstm *lstm)
{
	const unsigned int type = APUI_TYPE_INT16;
	int has = lstm->has_peephole;

	return check_vector(call, lstm, PEEPHOLE, type,
			    has && lstm->first_gate == GATE_INPUT) &&
	       check_vector(call, lstm, PEEPHOLE + 1, type, has) &&
	       check_vector(call, lstm, PEEPHOLE + 2, type, has);
}

static int
check_projection(const struct apui_fw_call *call, const struct lstm *lstm)
{
	const struct apui_fw_tensor *in = call->inputs;

	if (!in[PROJECTION].data)
		return !in[PROJECTION_BIAS].data &&
		       lstm->outputs == lstm->cells;
	return apui_is_matrix(&in[PROJECTION], APUI_TYPE_INT8, lstm->outputs,
			      lstm->cells) &&
	       (!in[PROJECTION_BIAS].data ||
		apui_is_int32_vector(&in[PROJECTION_BIAS], lstm->outputs));
}

static int
check_weights(const struct apui_fw_call *call, const struct lstm *lstm)
{
	/* The input gate has all of its weights or none. */
	if (lstm->first_gate != GATE_INPUT &&
	    (call->inputs[RECURRENT].data || call->inputs[BIAS].data))
		return 0;
	for (unsigned int gate = lstm->first_gate; gate < GATES; gate++)
		if (!check_gate(call, lstm, gate))
			return 0;
	return check_peephole(call, lstm) && check_projection(call, lstm);
}

static int
check_params(const struct apui_lstm_params *params)
{
	return params->cell_integer_bits >= 0 &&
	       params->cell_integer_bits <= 6 && params->cell_clip >= 0 &&
	       params->cell_clip <= INT16_MAX && params->projection_clip >= 0 &&
	       params->projection_clip <= INT8_MAX &&
	       params->hidden_zero_point >= INT8_MIN &&
	       params->hidden_zero_point <= INT8_MAX;
}

static int
check_memory(const struct apui_fw_call *call, const struct lstm *lstm)
{
	const struct apui_fw_tensor *out = call->outputs;
	uint64_t batches = lstm->sequence.batches;
	uint64_t cells = (uint64_t)lstm->cells;

	return out[HIDDEN].type == APUI_TYPE_INT8 &&
	       apui_q8_is_valid(&out[HIDDEN]) &&
	       out[HIDDEN].size_bytes == batches * (uint64_t)lstm->outputs &&
	       out[CELL].type == APUI_TYPE_INT16 &&
	       out[CELL].size_bytes / 2 == batches * cells &&
	       out[GATE_SUMS].type == APUI_TYPE_INT16 &&
	       out[GATE_SUMS].size_bytes / 2 == GATES * cells &&
	       out[BYTES].type == APUI_TYPE_INT8 &&
	       out[BYTES].size_bytes >= cells;
}

/* They are data: read once. */
static int
read_scales(const struct apui_fw_tensor *tensor, struct lstm *lstm)
{
	for (unsigned int i = 0; i < APUI_LSTM_SCALES; i++) {
		lstm->scales[i].multiplier =
			apui_fw_read_i32(tensor->data, 2 * i);
		lstm->scales[i].shift =
			apui_fw_read_i32(tensor->data, 2 * i + 1);
		if (!apui_fx_shift_is_valid(lstm->scales[i].shift))
			return APUI_RESULT_ERANGE;
	}
	return APUI_RESULT_OK;
}

static int
check_lstm(const struct apui_fw_call *call, struct lstm *lstm)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	const struct apui_fw_tensor *in = call->inputs;
	const struct apui_fw_tensor *y = &call->outputs[Y];

	if (in[X].type != APUI_TYPE_INT8 || !apui_q8_is_valid(&in[X]) ||
	    y->type != APUI_TYPE_INT8 ||
	    !apui_sequence_init(&in[X], y, params->time_major, 0,
				&lstm->sequence) ||
	    !apui_is_int32_vector(&in[SCALE], 2 * APUI_LSTM_SCALES) ||
	    !check_params(params))
		return APUI_RESULT_EINVAL;
	lstm->inputs = apui_depth(&in[X]);
	lstm->outputs = apui_depth(y);
	lstm->cells = in[INPUT + GATE_FORGET].dims[0];
	lstm->first_gate = in[INPUT].data ? GATE_INPUT : GATE_FORGET;
	lstm->has_peephole = in[PEEPHOLE + 2].data != 0;
	lstm->has_norm = in[NORM + GATE_FORGET].data != 0;
	if (!check_weights(call, lstm) || !check_memory(call, lstm))
		return APUI_RESULT_EINVAL;
	return read_scales(&in[SCALE], lstm);
}

static int16_t *
find_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	  unsigned int gate)
{
	return (int16_t *)call->outputs[GATE_SUMS].data +
	       gate * (size_t)lstm->cells;
}

static int32_t
scale_by(const struct apui_scale *scale, int32_t value)
{
	return apui_fx_scale(value, scale->multiplier, scale->shift);
}

static int16_t
add_saturating(int16_t value, int32_t added)
{
	return (int16_t)apui_fx_clamp((int64_t)value + added, INT16_MIN,
				      INT16_MAX);
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

/* Gate @gate of @cell: it saturates after either part. */
static int16_t
sum_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	 unsigned int gate, size_t cell, const int8_t *x, const int8_t *hidden)
{
	const struct apui_fw_tensor *in = call->inputs;
	size_t inputs = (size_t)lstm->inputs, outputs = (size_t)lstm->outputs;
	const int8_t *input =
		(const int8_t *)in[INPUT + gate].data + cell * inputs;
	const int8_t *recurrent =
		(const int8_t *)in[RECURRENT + gate].data + cell * outputs;
	/* Normalisation comes before the bias. */
	int32_t bias = lstm->has_norm ? 0
				      : apui_fw_read_i32(in[BIAS + gate].data,
							 (uint32_t)cell);
	int16_t sum;

	sum = add_saturating(
		0, scale_by(&lstm->scales[APUI_LSTM_INPUT_SCALE + gate],
			    dot(input, x, inputs, in[X].zero_point, bias)));
	return add_saturating(
		sum, scale_by(&lstm->scales[APUI_LSTM_RECURRENT_SCALE + gate],
			      dot(recurrent, hidden, outputs,
				  call->outputs[HIDDEN].zero_point, 0)));
}

static int
sum_gates(const struct apui_fw_call *call, struct lstm *lstm, const int8_t *x,
	  const int8_t *hidden)
{
	uint64_t row_work = (uint64_t)lstm->inputs + (uint64_t)lstm->outputs;

	for (unsigned int gate = lstm->first_gate; gate < GATES; gate++) {
		int16_t *sums = find_gate(call, lstm, gate);

		for (size_t c = 0; c < (size_t)lstm->cells; c++) {
			if (apui_pace(call, &lstm->work, row_work))
				return APUI_RESULT_ECANCELED;
			sums[c] = sum_gate(call, lstm, gate, c, x, hidden);
		}
	}
	return APUI_RESULT_OK;
}

/* A gate's sums to its values; @peephole is the number of its weights. */
static void
finish_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	    unsigned int gate, unsigned int peephole, const int16_t *cells)
{
	const int16_t *weights = call->inputs[PEEPHOLE + peephole].data;
	int16_t *sums = find_gate(call, lstm, gate);
	size_t count = (size_t)lstm->cells;

	if (lstm->has_peephole && gate != GATE_CELL)
		for (size_t i = 0; i < count; i++)
			sums[i] = add_saturating(
				sums[i],
				scale_by(
					&lstm->scales[APUI_LSTM_PEEPHOLE_SCALE +
						      peephole],
					weights[i] * cells[i]));
	if (lstm->has_norm)
		apui_layer_norm16(sums, count, call->inputs[NORM + gate].data,
				  call->inputs[BIAS + gate].data,
				  lstm->scales[APUI_LSTM_NORM_SCALE + gate],
				  call->params.lstm.least_variance[gate]);
	for (size_t i = 0; i < count; i++)
		sums[i] = gate == GATE_CELL ? apui_fx16_tanh(sums[i], 3)
					    : apui_fx16_sigmoid(sums[i]);
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

static void
update_cells(const struct apui_fw_call *call, const struct lstm *lstm,
	     int16_t *cells)
{
	const int16_t *input = find_gate(call, lstm, GATE_INPUT);
	const int16_t *forget = find_gate(call, lstm, GATE_FORGET);
	const int16_t *update = find_gate(call, lstm, GATE_CELL);

	for (size_t i = 0; i < (size_t)lstm->cells; i++)
		cells[i] =
			update_cell(&call->params.lstm, cells[i],
				    lstm->first_gate == GATE_INPUT
					    ? input[i]
					    : (int16_t)(INT16_MAX - forget[i]),
				    forget[i], update[i]);
}

/* What the output gate lets through of the cells, to @values. */
static void
put_out(const struct apui_fw_call *call, const struct lstm *lstm,
	const int16_t *cells, int8_t *values)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	const int16_t *output = find_gate(call, lstm, GATE_OUTPUT);

	for (size_t i = 0; i < (size_t)lstm->cells; i++) {
		int16_t tanh_cell = apui_fx16_tanh(
			cells[i], (unsigned int)params->cell_integer_bits);
		int64_t value = scale_by(&lstm->scales[APUI_LSTM_HIDDEN_SCALE],
					 output[i] * tanh_cell);

		values[i] = (int8_t)apui_fx_clamp(
			value + params->hidden_zero_point, INT8_MIN, INT8_MAX);
	}
}

static int
project(const struct apui_fw_call *call, struct lstm *lstm,
	const int8_t *values, int8_t *hidden)
{
	const struct apui_lstm_params *params = &call->params.lstm;
	const struct apui_fw_tensor *in = call->inputs;
	const int8_t *weights = in[PROJECTION].data;
	size_t cells = (size_t)lstm->cells;

	for (size_t i = 0; i < (size_t)lstm->outputs; i++) {
		int64_t sum;

		if (apui_pace(call, &lstm->work, cells))
			return APUI_RESULT_ECANCELED;
		sum = scale_by(
			&lstm->scales[APUI_LSTM_PROJECTION_SCALE],
			dot(weights + i * cells, values, cells,
			    params->hidden_zero_point,
			    apui_read_bias(&in[PROJECTION_BIAS], (uint32_t)i)));
		sum += call->outputs[HIDDEN].zero_point;
		hidden[i] = (int8_t)apui_fx_clamp(sum, INT8_MIN, INT8_MAX);
		if (params->projection_clip > 0)
			hidden[i] = (int8_t)apui_fx_clamp(
				hidden[i], -params->projection_clip,
				params->projection_clip);
	}
	return APUI_RESULT_OK;
}

static int
run_step(const struct apui_fw_call *call, struct lstm *lstm, size_t row,
	 int8_t *hidden, int16_t *cells)
{
	const struct apui_fw_tensor *in = call->inputs;
	size_t count = (size_t)lstm->outputs;
	int8_t *y = (int8_t *)call->outputs[Y].data + row * count;
	int ret;

	ret = sum_gates(call, lstm,
			(const int8_t *)in[X].data + row * (size_t)lstm->inputs,
			hidden);
	if (ret != APUI_RESULT_OK)
		return ret;
	if (lstm->first_gate == GATE_INPUT)
		finish_gate(call, lstm, GATE_INPUT, 0, cells);
	finish_gate(call, lstm, GATE_FORGET, 1, cells);
	finish_gate(call, lstm, GATE_CELL, 0, cells);
	update_cells(call, lstm, cells);
	finish_gate(call, lstm, GATE_OUTPUT, 2, cells);

	if (in[PROJECTION].data) {
		put_out(call, lstm, cells, call->outputs[BYTES].data);
		ret = project(call, lstm, call->outputs[BYTES].data, hidden);
	} else {
		put_out(call, lstm, cells, hidden);
	}
	for (size_t i = 0; i < count; i++)
		y[i] = hidden[i];
	return ret;
}

int
apui_kernel_lstm(const struct apui_fw_call *call)
{
	struct lstm lstm = { .work = 0 };
	int ret;

	ret = check_lstm(call, &lstm);
	if (ret != APUI_RESULT_OK || call->outputs[Y].size_bytes == 0)
		return ret;
	for (size_t b = 0; b < lstm.sequence.batches; b++) {
		int8_t *hidden = (int8_t *)call->outputs[HIDDEN].data +
				 b * (size_t)lstm.outputs;
		int16_t *cells = (int16_t *)call->outputs[CELL].data +
				 b * (size_t)lstm.cells;

		for (size_t t = 0;
		     ret == APUI_RESULT_OK && t < lstm.sequence.times; t++)
			ret = run_step(call, &lstm,
				       apui_sequence_row(&lstm.sequence, b, t),
				       hidden, cells);
	}
	return ret;
}
