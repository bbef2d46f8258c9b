/* SPDX-License-Identifier: MIT */

/* LSTM and its sequences, in float32. */

#include "model/blame.h"
#include "model/lowering.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>

/* Peephole weights of int8 become float32 here: they multiply no vector. */
static int
add_dequantised(struct apui_lowering *lowering, const struct apu_operator *op,
		const struct apu_tensor *weights, struct apui_lowered *lowered)
{
	float scale = apui_per_tensor_scale(weights);
	void *data;
	int ret;

	if (!weights->is_constant || weights->data == NULL)
		return apui_blame(-EOPNOTSUPP, op, weights,
				  "its peephole weights of int8 are computed");
	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_FLOAT32,
				       (uint32_t)weights->element_count, &data);
	for (uint64_t i = 0; ret == 0 && i < weights->element_count; i++)
		((float *)data)[i] = scale * (float)(int8_t)weights->data[i];
	return ret;
}

static int
add_peephole(struct apui_lowering *lowering, const struct apu_operator *op,
	     const struct apui_direction *d, struct apui_lowered *lowered)
{
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < APUI_PEEPHOLES; i++) {
		const struct apu_tensor *weights =
			apui_graph_input(lowering->graph, op, d->peephole + i);

		if (weights != NULL && weights->dtype == APU_DTYPE_INT8)
			ret = add_dequantised(lowering, op, weights, lowered);
		else
			ret = apui_lowered_add_input(lowering, weights,
						     lowered);
	}
	return ret;
}

static int
add_inputs(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apui_direction *d, struct apui_lowered *lowered)
{
	const unsigned int gates[] = { d->input_weights, d->aux_weights,
				       d->recurrent_weights, d->bias };
	int ret;

	ret = apui_lowered_add_input(
		lowering, apui_graph_input(lowering->graph, op, d->x), lowered);
	if (ret == 0)
		ret = apui_lowered_add_inputs(lowering, op, d->aux, 1, lowered);
	for (unsigned int i = 0;
	     ret == 0 && i < sizeof(gates) / sizeof(gates[0]); i++)
		ret = apui_lowered_add_inputs(lowering, op, gates[i],
					      APUI_GATES, lowered);
	if (ret == 0)
		ret = add_peephole(lowering, op, d, lowered);
	if (ret == 0)
		ret = apui_lowered_add_inputs(lowering, op, d->norm, APUI_GATES,
					      lowered);
	if (ret == 0)
		ret = apui_lowered_add_inputs(lowering, op, d->projection, 2,
					      lowered);
	return ret;
}

static int
add_states(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apui_direction *d, struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	uint64_t cells = (uint64_t)apui_direction_cells(graph, op, d);
	int ret;

	ret = apui_lowering_tensor(lowering,
				   apui_graph_input(graph, op, d->hidden),
				   &lowered->outputs[lowered->output_count++]);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(graph, op, d->cell),
			&lowered->outputs[lowered->output_count++]);
	if (ret == 0)
		ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_FLOAT32,
					      APUI_GATES * cells, lowered);
	if (ret < 0)
		return ret;
	return apui_lowered_add_memory(lowering, op, APUI_TYPE_INT8,
				       apui_direction_longest(graph, op, d),
				       lowered);
}

static void
set_params(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct apui_direction *d,
	   struct apui_lstm_float_params *params)
{
	struct apui_sequence_options options = apui_sequence_options_of(op);

	params->time_major = options.time_major;
	params->is_reversed = d->is_reversed;
	params->activation = options.activation;
	params->is_asymmetric = options.is_asymmetric;
	params->cell_clip = options.cell_clip;
	params->projection_clip = options.projection_clip;
	for (unsigned int i = 0; i < APUI_GATES; i++) {
		params->input_scale[i] =
			apui_matrix_scale(graph, op, d->input_weights + i);
		if (d->aux_weights != 0)
			params->aux_scale[i] = apui_matrix_scale(
				graph, op, d->aux_weights + i);
		params->recurrent_scale[i] =
			apui_matrix_scale(graph, op, d->recurrent_weights + i);
	}
	params->projection_scale = apui_matrix_scale(graph, op, d->projection);
}

static int
lower_direction(struct apui_lowering *lowering, const struct apu_operator *op,
		const struct apui_direction *d, uint32_t output)
{
	struct apui_lowered lowered = {
		.op = APUI_OP_LSTM_FLOAT,
		.outputs = { output },
		.output_count = 1,
	};
	int ret;

	ret = add_inputs(lowering, op, d, &lowered);
	if (ret == 0)
		ret = add_states(lowering, op, d, &lowered);
	if (ret < 0)
		return ret;
	set_params(lowering->graph, op, d, &lowered.params.lstm_float);
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_lstm(struct apui_lowering *lowering, const struct apu_operator *op)
{
	if (apui_is_basic_lstm(op))
		return apui_lower_basic_lstm(lowering, op);
	if (apui_graph_input(lowering->graph, op, 0)->dtype == APU_DTYPE_INT8)
		return apui_lower_int8_lstm(lowering, op);
	return apui_lower_directions(lowering, op, lower_direction);
}
