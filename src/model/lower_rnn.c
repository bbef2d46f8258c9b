/* SPDX-License-Identifier: MIT */
#include "model/lowering.h"
#include "model/operators.h"
#include "model/sequence.h"

static void
set_params(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct apui_direction *d, struct apui_rnn_float_params *params)
{
	struct apui_sequence_options options = apui_sequence_options_of(op);

	params->time_major = options.time_major;
	params->is_reversed = d->is_reversed;
	params->activation = options.activation;
	params->is_asymmetric = options.is_asymmetric;
	params->input_scale = apui_matrix_scale(graph, op, d->input_weights);
	params->aux_scale = apui_matrix_scale(graph, op, d->aux_weights);
	params->recurrent_scale =
		apui_matrix_scale(graph, op, d->recurrent_weights);
}

static int
lower_direction(struct apui_lowering *lowering, const struct apu_operator *op,
		const struct apui_direction *d, uint32_t output)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered = {
		.op = APUI_OP_RNN_FLOAT,
		.outputs = { output },
		.output_count = 1,
	};
	const unsigned int inputs[] = { d->aux, d->input_weights,
					d->aux_weights, d->recurrent_weights,
					d->bias };
	int ret;

	ret = apui_lowered_add_input(
		lowering, apui_graph_input(graph, op, d->x), &lowered);
	for (unsigned int i = 0;
	     ret == 0 && i < sizeof(inputs) / sizeof(inputs[0]); i++)
		ret = apui_lowered_add_inputs(lowering, op, inputs[i], 1,
					      &lowered);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(graph, op, d->hidden),
			&lowered.outputs[lowered.output_count++]);
	if (ret == 0)
		ret = apui_lowered_add_memory(
			lowering, op, APUI_TYPE_INT8,
			apui_direction_longest(graph, op, d), &lowered);
	if (ret < 0)
		return ret;
	set_params(graph, op, d, &lowered.params.rnn_float);
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_rnn(struct apui_lowering *lowering, const struct apu_operator *op)
{
	return apui_lower_directions(lowering, op, lower_direction);
}
