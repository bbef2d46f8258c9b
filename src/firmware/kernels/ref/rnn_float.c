/* SPDX-License-Identifier: MIT */
/*
 * RNN_FLOAT: h = act(W x + A aux + R h + b), step after step, each h being a
 * row of y. Output 1 is h, read and written; output 2 is memory to work in.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/recurrent.h"

enum { X, AUX, INPUT, AUX_INPUT, RECURRENT, BIAS };
enum { Y, HIDDEN, BYTES };

struct rnn {
	struct apui_sequence sequence;
	size_t inputs, aux, units;
	unsigned int weight_type;
	uint64_t work;
};

static int
check_aux(const struct apui_fw_call *call, const struct rnn *rnn)
{
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *aux = &call->inputs[AUX];
	struct apui_sequence sequence;

	if (!aux->data)
		return !call->inputs[AUX_INPUT].data;
	return aux->type == APUI_TYPE_FLOAT32 &&
	       apui_sequence_init(x, aux, 0, 0, &sequence) &&
	       apui_is_matrix(&call->inputs[AUX_INPUT], rnn->weight_type,
			      apui_depth(&call->outputs[Y]), apui_depth(aux));
}

static int
check_weights(const struct apui_fw_call *call, const struct rnn *rnn)
{
	const struct apui_fw_tensor *in = call->inputs;
	int32_t units = apui_depth(&call->outputs[Y]);

	return (rnn->weight_type == APUI_TYPE_FLOAT32 ||
		rnn->weight_type == APUI_TYPE_INT8) &&
	       apui_is_matrix(&in[INPUT], rnn->weight_type, units,
			      apui_depth(&in[X])) &&
	       apui_is_matrix(&in[RECURRENT], rnn->weight_type, units, units) &&
	       apui_is_real(&in[BIAS], (uint64_t)units) && check_aux(call, rnn);
}

static int
check_rnn(const struct apui_fw_call *call, struct rnn *rnn)
{
	const struct apui_rnn_float_params *params = &call->params.rnn_float;
	const struct apui_fw_tensor *in = call->inputs;
	const struct apui_fw_tensor *out = call->outputs;

	rnn->weight_type = in[INPUT].type;
	if (in[X].type != APUI_TYPE_FLOAT32 ||
	    out[Y].type != APUI_TYPE_FLOAT32 ||
	    out[BYTES].type != APUI_TYPE_INT8 ||
	    !apui_sequence_init(&in[X], &out[Y], params->time_major,
				params->is_reversed, &rnn->sequence) ||
	    !apui_is_recurrent_activation(params->activation) ||
	    !check_weights(call, rnn))
		return APUI_RESULT_EINVAL;
	rnn->inputs = (size_t)apui_depth(&in[X]);
	rnn->aux = in[AUX].data ? (size_t)apui_depth(&in[AUX]) : 0;
	rnn->units = (size_t)apui_depth(&out[Y]);
	if (!apui_is_real(&out[HIDDEN],
			  (uint64_t)rnn->sequence.batches * rnn->units) ||
	    out[BYTES].size_bytes < rnn->inputs ||
	    out[BYTES].size_bytes < rnn->aux ||
	    out[BYTES].size_bytes < rnn->units)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* Add the product of input @matrix and @count elements from @real on. */
static int
add_product(const struct apui_fw_call *call, struct rnn *rnn,
	    unsigned int matrix, float scale, const float *real, size_t count,
	    float *sums)
{
	struct apui_vector vector =
		apui_vector_of(real, count, rnn->weight_type,
			       call->params.rnn_float.is_asymmetric,
			       call->outputs[BYTES].data);

	return apui_add_product(call, &rnn->work, &call->inputs[matrix], scale,
				&vector, sums);
}

static int
run_step(const struct apui_fw_call *call, struct rnn *rnn, size_t row,
	 float *hidden)
{
	const struct apui_rnn_float_params *params = &call->params.rnn_float;
	const struct apui_fw_tensor *in = call->inputs;
	float *y = (float *)call->outputs[Y].data + row * rnn->units;
	int ret;

	apui_begin_sums(&in[BIAS], rnn->units, y);
	ret = add_product(call, rnn, INPUT, params->input_scale,
			  (const float *)in[X].data + row * rnn->inputs,
			  rnn->inputs, y);
	if (ret == APUI_RESULT_OK && in[AUX].data)
		ret = add_product(call, rnn, AUX_INPUT, params->aux_scale,
				  (const float *)in[AUX].data + row * rnn->aux,
				  rnn->aux, y);
	if (ret == APUI_RESULT_OK)
		ret = add_product(call, rnn, RECURRENT, params->recurrent_scale,
				  hidden, rnn->units, y);
	if (ret != APUI_RESULT_OK)
		return ret;
	for (size_t i = 0; i < rnn->units; i++)
		hidden[i] = y[i] = apui_activate(params->activation, y[i]);
	return APUI_RESULT_OK;
}

int
apui_kernel_rnn_float(const struct apui_fw_call *call)
{
	struct rnn rnn = { .work = 0 };
	int ret;

	ret = check_rnn(call, &rnn);
	if (ret != APUI_RESULT_OK || call->outputs[Y].size_bytes == 0)
		return ret;
	for (size_t b = 0; b < rnn.sequence.batches; b++)
		for (size_t t = 0;
		     ret == APUI_RESULT_OK && t < rnn.sequence.times; t++)
			ret = run_step(call, &rnn,
				       apui_sequence_row(&rnn.sequence, b, t),
				       (float *)call->outputs[HIDDEN].data +
					       b * rnn.units);
	return ret;
}
