/* SPDX-License-Identifier: MIT */

/* Variables, and the operators that keep them up to date. */

#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>
#include <float.h>
#include <math.h>

int
apui_lower_nothing(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	(void)lowering;
	(void)op;
	return 0;
}

/* READ_VARIABLE and ASSIGN_VARIABLE stay in the file's order: so it is right.
 */
int
apui_lower_read_variable(struct apui_lowering *lowering,
			 const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered = {
		.op = APUI_OP_COPY,
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	ret = apui_lowering_variable(lowering,
				     apui_graph_input(graph, op, 0)->variable,
				     &lowered.inputs[0]);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_output(graph, op, 0),
					   &lowered.outputs[0]);
	return ret == 0 ? apui_lowering_append(lowering, op, &lowered) : ret;
}

int
apui_lower_assign_variable(struct apui_lowering *lowering,
			   const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered = {
		.op = APUI_OP_COPY,
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	ret = apui_lowering_variable(lowering,
				     apui_graph_input(graph, op, 0)->variable,
				     &lowered.outputs[0]);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_input(graph, op, 1),
					   &lowered.inputs[0]);
	return ret == 0 ? apui_lowering_append(lowering, op, &lowered) : ret;
}

/* Q(@real) into a pair of parameters. */
static int
set_multiplier(const struct apu_operator *op, double real,
	       int32_t *out_multiplier, int32_t *out_shift)
{
	struct apui_multiplier q;

	if (apui_quantise_multiplier(real, &q) < 0)
		return apui_refuse_scales(op, NULL);
	*out_multiplier = q.multiplier;
	*out_shift = q.shift;
	return 0;
}

static float
find_scale(const struct apui_graph *graph, const struct apu_operator *op,
	   unsigned int input)
{
	return apui_per_tensor_scale(apui_graph_input(graph, op, input));
}

static int
set_svdf_scales(const struct apui_graph *graph, const struct apu_operator *op,
		struct apui_svdf_params *params)
{
	float x = find_scale(graph, op, 0);
	float feature = find_scale(graph, op, APUI_SVDF_FEATURE);
	float time = find_scale(graph, op, APUI_SVDF_TIME);
	float state = find_scale(graph, op, APUI_SVDF_STATE);
	float y = apui_per_tensor_scale(apui_graph_output(graph, op, 0));
	/* Every step in float32, as the reference has it. */
	float to_state = x * feature / state;
	float to_y = state * time / y;
	int ret;

	ret = set_multiplier(op, (double)to_state, &params->feature_multiplier,
			     &params->feature_shift);
	if (ret < 0)
		return ret;
	return set_multiplier(op, (double)to_y, &params->time_multiplier,
			      &params->time_shift);
}

static void
set_svdf_clamp(int32_t activation, struct apui_svdf_params *params)
{
	params->act_min = activation == APUI_ACTIVATION_NONE ? -FLT_MAX
			  : activation == APUI_ACTIVATION_RELU_N1_TO_1 ? -1
								       : 0;
	params->act_max = activation == APUI_ACTIVATION_RELU6 ? 6
			  : activation == APUI_ACTIVATION_RELU_N1_TO_1
				  ? 1
				  : FLT_MAX;
}

int
apui_lower_svdf(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_SVDF, APUI_SVDF_STATE,
				  &lowered);
	if (ret < 0)
		return ret;
	ret = apui_lowering_tensor(lowering,
				   apui_graph_input(graph, op, APUI_SVDF_STATE),
				   &lowered.outputs[lowered.output_count++]);
	if (ret < 0)
		return ret;

	lowered.params.svdf.rank = op->options.svdf.rank;
	if (apui_graph_input(graph, op, 0)->dtype == APU_DTYPE_INT8)
		ret = set_svdf_scales(graph, op, &lowered.params.svdf);
	else
		set_svdf_clamp(op->options.svdf.activation,
			       &lowered.params.svdf);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lstm_cell_integer_bits(float scale)
{
	int exponent;
	float fraction = frexpf(scale, &exponent);
	int bits = 15 + exponent - 1;

	return fraction == 0.5f && bits >= 0 && bits <= 6 ? bits : -1;
}

/* Gates are worked out in steps of 2^-12. */
static int
set_gate_scales(const struct apui_graph *graph, const struct apu_operator *op,
		unsigned int gate, struct apui_lstm_params *params)
{
	float input, recurrent;
	int ret;

	if (apui_graph_input(graph, op, APUI_LSTM_INPUT + gate) == NULL)
		return 0;
	input = find_scale(graph, op, APUI_LSTM_INPUT + gate) *
		find_scale(graph, op, 0);
	recurrent = find_scale(graph, op, APUI_LSTM_RECURRENT + gate) *
		    find_scale(graph, op, APUI_LSTM_STATE);
	ret = set_multiplier(op, ldexp((double)input, 12),
			     &params->input_multiplier[gate],
			     &params->input_shift[gate]);
	if (ret < 0)
		return ret;
	return set_multiplier(op, ldexp((double)recurrent, 12),
			      &params->recurrent_multiplier[gate],
			      &params->recurrent_shift[gate]);
}

/* The clip in steps of the cell's scale; 0 when there is none. */
static int32_t
quantise_clip(float clip, float scale)
{
	float steps = clip / scale;

	return steps > INT16_MAX ? INT16_MAX : (int32_t)steps;
}

static int
set_lstm_params(const struct apui_graph *graph, const struct apu_operator *op,
		struct apui_lstm_params *params)
{
	const struct apu_tensor *hidden =
		&graph->tensors[op->intermediates[APUI_LSTM_HIDDEN]];
	float cell = find_scale(graph, op, APUI_LSTM_CELL);
	/* tanh and the output gate have 15 fraction bits each. */
	float output = ldexpf(1, -15) / apui_per_tensor_scale(hidden);
	int ret = 0;

	params->time_major = op->options.lstm.time_major;
	params->cell_integer_bits = apui_lstm_cell_integer_bits(cell);
	params->cell_clip = quantise_clip(op->options.lstm.cell_clip, cell);
	params->hidden_zero_point = apui_per_tensor_zero_point(hidden);
	for (unsigned int i = 0; ret == 0 && i < APUI_LSTM_GATES; i++)
		ret = set_gate_scales(graph, op, i, params);
	if (ret < 0)
		return ret;
	return set_multiplier(op, ldexp((double)output, -15),
			      &params->hidden_multiplier,
			      &params->hidden_shift);
}

static int
add_gates(struct apui_lowering *lowering, const struct apu_operator *op,
	  unsigned int first, struct apui_lowered *lowered)
{
	for (unsigned int i = first; i < first + APUI_LSTM_GATES; i++) {
		const struct apu_tensor *tensor =
			apui_graph_input(lowering->graph, op, i);
		uint32_t *index = &lowered->inputs[lowered->input_count++];
		int ret;

		*index = APUI_NO_TENSOR;
		if (tensor == NULL)
			continue;
		ret = apui_lowering_tensor(lowering, tensor, index);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int
apui_lower_lstm(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_LSTM, 1, &lowered);
	if (ret == 0)
		ret = add_gates(lowering, op, APUI_LSTM_INPUT, &lowered);
	if (ret == 0)
		ret = add_gates(lowering, op, APUI_LSTM_RECURRENT, &lowered);
	if (ret == 0)
		ret = add_gates(lowering, op, APUI_LSTM_BIAS, &lowered);
	for (unsigned int i = APUI_LSTM_STATE; ret == 0 && i <= APUI_LSTM_CELL;
	     i++)
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(graph, op, i),
			&lowered.outputs[lowered.output_count++]);
	if (ret == 0)
		ret = set_lstm_params(graph, op, &lowered.params.lstm);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
