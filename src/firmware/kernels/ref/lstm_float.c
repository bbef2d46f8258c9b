/* SPDX-License-Identifier: MIT */
/*
 * LSTM_FLOAT: float32 with weights of float32 or int8. The hidden state (output
 * 1) and the cells (output 2) are read and written; outputs 3 and 4 are memory
 * to work in: the four gates of one step, and a quantised vector.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/recurrent.h"
#include "firmware/kernels/ref/sigmoid.h"

enum {
	X = 0,
	AUX = 1,
	INPUT = 2,
	AUX_INPUT = 6,
	RECURRENT = 10,
	BIAS = 14,
	PEEPHOLE = 18, /* of the gates input, forget, output */
	NORM = 21,
	PROJECTION = 25,
	PROJECTION_BIAS = 26,
};
enum { Y, HIDDEN, CELL, GATE_SUMS, BYTES };
enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT, GATES };

struct lstm {
	struct apui_sequence sequence;
	int32_t inputs, aux, cells, outputs;
	unsigned int weight_type;
	unsigned int first_gate; /* 1 without an input gate */
	int has_peephole, has_norm;
	uint64_t work;
};

/* Input @number is a vector of the cells, or, unless @is_there, absent. */
static int
check_vector(const struct apui_fw_call *call, const struct lstm *lstm,
	     unsigned int number, int is_there)
{
	const struct apui_fw_tensor *tensor = &call->inputs[number];

	if (!is_there)
		return !tensor->data;
	return apui_is_real(tensor, (uint64_t)lstm->cells);
}

static int
check_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	   unsigned int gate)
{
	const struct apui_fw_tensor *in = call->inputs;
	unsigned int type = lstm->weight_type;

	if (in[AUX].data ? !apui_is_matrix(&in[AUX_INPUT + gate], type,
					   lstm->cells, lstm->aux)
			 : in[AUX_INPUT + gate].data != 0)
		return 0;
	return apui_is_matrix(&in[INPUT + gate], type, lstm->cells,
			      lstm->inputs) &&
	       apui_is_matrix(&in[RECURRENT + gate], type, lstm->cells,
			      lstm->outputs) &&
	       check_vector(call, lstm, BIAS + gate, 1) &&
	       check_vector(call, lstm, NORM + gate, lstm->has_norm);
}

static int
check_peephole(const struct apui_fw_call *call, const struct lstm *lstm)
{
	int has = lstm->has_peephole;

	return check_vector(call, lstm, PEEPHOLE,
			    has && lstm->first_gate == GATE_INPUT) &&
	       check_vector(call, lstm, PEEPHOLE + 1, has) &&
	       check_vector(call, lstm, PEEPHOLE + 2, has);
}

static int
check_projection(const struct apui_fw_call *call, const struct lstm *lstm)
{
	const struct apui_fw_tensor *in = call->inputs;

	if (!in[PROJECTION].data)
		return !in[PROJECTION_BIAS].data &&
		       lstm->outputs == lstm->cells;
	return apui_is_matrix(&in[PROJECTION], lstm->weight_type, lstm->outputs,
			      lstm->cells) &&
	       (!in[PROJECTION_BIAS].data ||
		apui_is_real(&in[PROJECTION_BIAS], (uint64_t)lstm->outputs));
}

static int
check_weights(const struct apui_fw_call *call, const struct lstm *lstm)
{
	if (lstm->weight_type != APUI_TYPE_FLOAT32 &&
	    lstm->weight_type != APUI_TYPE_INT8)
		return 0;
	for (unsigned int gate = lstm->first_gate; gate < GATES; gate++)
		if (!check_gate(call, lstm, gate))
			return 0;
	return check_peephole(call, lstm) && check_projection(call, lstm);
}

static int
check_memory(const struct apui_fw_call *call, const struct lstm *lstm)
{
	const struct apui_fw_tensor *out = call->outputs;
	uint64_t batches = lstm->sequence.batches;
	uint64_t bytes = out[BYTES].size_bytes;

	return apui_is_real(&out[HIDDEN], batches * (uint64_t)lstm->outputs) &&
	       apui_is_real(&out[CELL], batches * (uint64_t)lstm->cells) &&
	       apui_is_real(&out[GATE_SUMS], GATES * (uint64_t)lstm->cells) &&
	       out[BYTES].type == APUI_TYPE_INT8 &&
	       bytes >= (uint64_t)lstm->inputs &&
	       bytes >= (uint64_t)lstm->aux &&
	       bytes >= (uint64_t)lstm->outputs &&
	       bytes >= (uint64_t)lstm->cells;
}

static int
check_lstm(const struct apui_fw_call *call, struct lstm *lstm)
{
	const struct apui_lstm_float_params *params = &call->params.lstm_float;
	const struct apui_fw_tensor *in = call->inputs;
	const struct apui_fw_tensor *y = &call->outputs[Y];

	if (in[X].type != APUI_TYPE_FLOAT32 || y->type != APUI_TYPE_FLOAT32 ||
	    !apui_sequence_init(&in[X], y, params->time_major,
				params->is_reversed, &lstm->sequence) ||
	    !apui_is_recurrent_activation(params->activation))
		return APUI_RESULT_EINVAL;
	if (in[AUX].data &&
	    (in[AUX].type != APUI_TYPE_FLOAT32 ||
	     !apui_sequence_init(&in[X], &in[AUX], params->time_major,
				 params->is_reversed, &lstm->sequence)))
		return APUI_RESULT_EINVAL;

	lstm->inputs = apui_depth(&in[X]);
	lstm->aux = in[AUX].data ? apui_depth(&in[AUX]) : 0;
	lstm->cells = in[INPUT + GATE_FORGET].dims[0];
	lstm->outputs = apui_depth(y);
	lstm->weight_type = in[INPUT + GATE_FORGET].type;
	lstm->first_gate = in[INPUT].data ? GATE_INPUT : GATE_FORGET;
	lstm->has_peephole = in[PEEPHOLE + 2].data != 0;
	lstm->has_norm = in[NORM + GATE_FORGET].data != 0;
	return check_weights(call, lstm) && check_memory(call, lstm)
		       ? APUI_RESULT_OK
		       : APUI_RESULT_EINVAL;
}

static float *
find_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	  unsigned int gate)
{
	return (float *)call->outputs[GATE_SUMS].data +
	       gate * (size_t)lstm->cells;
}

static struct apui_vector
make_vector(const struct apui_fw_call *call, const struct lstm *lstm,
	    const float *real, int32_t count)
{
	return apui_vector_of(real, (size_t)count, lstm->weight_type,
			      call->params.lstm_float.is_asymmetric,
			      call->outputs[BYTES].data);
}

/* Add to all gates what @real gives with their matrices, from @first on. */
static int
add_products(const struct apui_fw_call *call, struct lstm *lstm,
	     unsigned int first, const float *scales, const float *real,
	     int32_t count)
{
	struct apui_vector vector = make_vector(call, lstm, real, count);
	int ret = APUI_RESULT_OK;

	for (unsigned int gate = lstm->first_gate;
	     ret == APUI_RESULT_OK && gate < GATES; gate++)
		ret = apui_add_product(
			call, &lstm->work, &call->inputs[first + gate],
			scales[gate], &vector, find_gate(call, lstm, gate));
	return ret;
}

static int
sum_gates(const struct apui_fw_call *call, struct lstm *lstm, size_t row,
	  const float *hidden)
{
	const struct apui_lstm_float_params *params = &call->params.lstm_float;
	const struct apui_fw_tensor *in = call->inputs;
	const struct apui_fw_tensor none = { .data = 0 };
	int ret;

	/* Normalisation comes before the bias. */
	for (unsigned int gate = lstm->first_gate; gate < GATES; gate++)
		apui_begin_sums(lstm->has_norm ? &none : &in[BIAS + gate],
				(size_t)lstm->cells,
				find_gate(call, lstm, gate));
	ret = add_products(call, lstm, INPUT, params->input_scale,
			   (const float *)in[X].data +
				   row * (size_t)lstm->inputs,
			   lstm->inputs);
	if (ret == APUI_RESULT_OK && in[AUX].data)
		ret = add_products(call, lstm, AUX_INPUT, params->aux_scale,
				   (const float *)in[AUX].data +
					   row * (size_t)lstm->aux,
				   lstm->aux);
	if (ret != APUI_RESULT_OK)
		return ret;
	return add_products(call, lstm, RECURRENT, params->recurrent_scale,
			    hidden, lstm->outputs);
}

static void
add_peephole(const struct apui_fw_call *call, const struct lstm *lstm,
	     unsigned int number, const float *cells, float *sums)
{
	const float *weights = call->inputs[PEEPHOLE + number].data;

	for (size_t i = 0; lstm->has_peephole && i < (size_t)lstm->cells; i++)
		sums[i] += weights[i] * cells[i];
}

/* To mean 0 and variance 1, then a factor and the bias of each cell. */
static void
normalise(const struct apui_fw_call *call, const struct lstm *lstm,
	  unsigned int gate, float *sums)
{
	const float *factors = call->inputs[NORM + gate].data;
	const float *bias = call->inputs[BIAS + gate].data;
	size_t count = (size_t)lstm->cells;
	float mean = 0, variance = 0, inverse;

	for (size_t i = 0; i < count; i++)
		mean += sums[i];
	mean /= (float)count;
	for (size_t i = 0; i < count; i++)
		variance += (sums[i] - mean) * (sums[i] - mean);
	inverse = 1 / sqrtf(variance / (float)count + 1e-8f);
	for (size_t i = 0; i < count; i++)
		sums[i] = (sums[i] - mean) * inverse * factors[i] + bias[i];
}

/* A gate's sums to its values; @peephole is the number of its weights. */
static void
finish_gate(const struct apui_fw_call *call, const struct lstm *lstm,
	    unsigned int gate, unsigned int peephole, const float *cells)
{
	float *sums = find_gate(call, lstm, gate);

	if (gate != GATE_CELL)
		add_peephole(call, lstm, peephole, cells, sums);
	if (lstm->has_norm)
		normalise(call, lstm, gate, sums);
	for (size_t i = 0; i < (size_t)lstm->cells; i++)
		sums[i] = gate == GATE_CELL
				  ? apui_activate(
					    call->params.lstm_float.activation,
					    sums[i])
				  : apui_logistic(sums[i]);
}

static float
clip(float value, float limit)
{
	if (!(limit > 0))
		return value;
	if (value > limit)
		return limit;
	return value < -limit ? -limit : value;
}

static void
update_cells(const struct apui_fw_call *call, const struct lstm *lstm,
	     float *cells)
{
	const float *input = find_gate(call, lstm, GATE_INPUT);
	const float *forget = find_gate(call, lstm, GATE_FORGET);
	const float *update = find_gate(call, lstm, GATE_CELL);

	for (size_t i = 0; i < (size_t)lstm->cells; i++) {
		float in = lstm->first_gate == GATE_INPUT ? input[i]
							  : 1 - forget[i];

		cells[i] = clip(forget[i] * cells[i] + in * update[i],
				call->params.lstm_float.cell_clip);
	}
}

/* The hidden state of what the output gate lets through, @values. */
static int
project(const struct apui_fw_call *call, struct lstm *lstm, const float *values,
	float *hidden)
{
	const struct apui_lstm_float_params *params = &call->params.lstm_float;
	const struct apui_fw_tensor *in = call->inputs;
	size_t count = (size_t)lstm->outputs;
	struct apui_vector vector;
	int ret;

	if (!in[PROJECTION].data) {
		for (size_t i = 0; i < count; i++)
			hidden[i] = values[i];
		return APUI_RESULT_OK;
	}
	vector = make_vector(call, lstm, values, lstm->cells);
	apui_begin_sums(&in[PROJECTION_BIAS], count, hidden);
	ret = apui_add_product(call, &lstm->work, &in[PROJECTION],
			       params->projection_scale, &vector, hidden);
	for (size_t i = 0; i < count; i++)
		hidden[i] = clip(hidden[i], params->projection_clip);
	return ret;
}

static int
run_step(const struct apui_fw_call *call, struct lstm *lstm, size_t row,
	 float *hidden, float *cells)
{
	float *output = find_gate(call, lstm, GATE_OUTPUT);
	size_t count = (size_t)lstm->outputs;
	float *y = (float *)call->outputs[Y].data + row * count;
	int ret;

	ret = sum_gates(call, lstm, row, hidden);
	if (ret != APUI_RESULT_OK)
		return ret;
	if (lstm->first_gate == GATE_INPUT)
		finish_gate(call, lstm, GATE_INPUT, 0, cells);
	finish_gate(call, lstm, GATE_FORGET, 1, cells);
	finish_gate(call, lstm, GATE_CELL, 0, cells);
	update_cells(call, lstm, cells);
	finish_gate(call, lstm, GATE_OUTPUT, 2, cells);
	for (size_t i = 0; i < (size_t)lstm->cells; i++)
		output[i] *= apui_activate(call->params.lstm_float.activation,
					   cells[i]);

	ret = project(call, lstm, output, hidden);
	for (size_t i = 0; i < count; i++)
		y[i] = hidden[i];
	return ret;
}

int
apui_kernel_lstm_float(const struct apui_fw_call *call)
{
	struct lstm lstm = { .work = 0 };
	int ret;

	ret = check_lstm(call, &lstm);
	if (ret != APUI_RESULT_OK || call->outputs[Y].size_bytes == 0)
		return ret;
	for (size_t b = 0; b < lstm.sequence.batches; b++) {
		float *hidden = (float *)call->outputs[HIDDEN].data +
				b * (size_t)lstm.outputs;
		float *cells = (float *)call->outputs[CELL].data +
			       b * (size_t)lstm.cells;

		for (size_t t = 0;
		     ret == APUI_RESULT_OK && t < lstm.sequence.times; t++)
			ret = run_step(call, &lstm,
				       apui_sequence_row(&lstm.sequence, b, t),
				       hidden, cells);
	}
	return ret;
}
