/* SPDX-License-Identifier: MIT */

/* LSTM and its sequence in int8. */

#include "model/lower_common.h"
#include "model/lowering.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>
#include <math.h>

int
apui_lstm_cell_integer_bits(float scale)
{
	int exponent;
	float fraction = frexpf(scale, &exponent);
	int bits = 15 + exponent - 1;

	return fraction == 0.5f && bits >= 0 && bits <= 6 ? bits : -1;
}

static const struct apu_tensor *
find_intermediate(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int number)
{
	return &graph->tensors[op->intermediates[number]];
}

static bool
has(const struct apui_graph *graph, const struct apu_operator *op,
    unsigned int number)
{
	return apui_graph_input(graph, op, number) != NULL;
}

/* What a gate is worked out in: steps of 2^-12, or before normalisation the
 * file's. */
static float
find_gate_scale(const struct apui_graph *graph, const struct apu_operator *op,
		unsigned int gate)
{
	if (!has(graph, op, APUI_LSTM_NORM + 1))
		return ldexpf(1, -12);
	return apui_per_tensor_scale(find_intermediate(graph, op, gate));
}

static int
set_scale(const struct apu_operator *op, double real, int32_t *scales,
	  unsigned int number)
{
	return apui_state_set_multiplier(op, real, &scales[2 * number],
					 &scales[2 * number + 1]);
}

/* Every step in float32, as the reference has it. */
static int
set_gate_scales(const struct apui_graph *graph, const struct apu_operator *op,
		unsigned int gate, int32_t *scales)
{
	float step = find_gate_scale(graph, op, gate);
	float input = apui_state_scale(graph, op, APUI_LSTM_INPUT + gate) *
		      apui_state_scale(graph, op, 0) / step;
	float recurrent =
		apui_state_scale(graph, op, APUI_LSTM_RECURRENT + gate) *
		apui_state_scale(graph, op, APUI_LSTM_STATE) / step;
	int ret;

	ret = set_scale(op, (double)input, scales,
			APUI_LSTM_INPUT_SCALE + gate);
	if (ret == 0)
		ret = set_scale(op, (double)recurrent, scales,
				APUI_LSTM_RECURRENT_SCALE + gate);
	/* A normalised gate leaves its function's 12 bits behind the point. */
	if (ret == 0 && has(graph, op, APUI_LSTM_NORM + gate))
		ret = set_scale(op,
				ldexp((double)apui_state_scale(
					      graph, op, APUI_LSTM_NORM + gate),
				      12),
				scales, APUI_LSTM_NORM_SCALE + gate);
	return ret;
}

static int
set_peephole_scales(const struct apui_graph *graph,
		    const struct apu_operator *op, int32_t *scales)
{
	static const unsigned int gates[APUI_PEEPHOLES] = { 0, 1, 3 };
	float cell = apui_state_scale(graph, op, APUI_LSTM_CELL);
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < APUI_PEEPHOLES; i++) {
		float weights;

		if (!has(graph, op, APUI_LSTM_PEEPHOLE + i))
			continue;
		weights = apui_state_scale(graph, op, APUI_LSTM_PEEPHOLE + i);
		ret = set_scale(op,
				(double)(cell * weights /
					 find_gate_scale(graph, op, gates[i])),
				scales, APUI_LSTM_PEEPHOLE_SCALE + i);
	}
	return ret;
}

static int
set_output_scales(const struct apui_graph *graph, const struct apu_operator *op,
		  int32_t *scales)
{
	float hidden = apui_per_tensor_scale(
		find_intermediate(graph, op, APUI_LSTM_HIDDEN));
	/* tanh and the output gate have 15 fraction bits each. */
	float output = ldexpf(1, -15) / hidden;
	float projection = apui_state_scale(graph, op, APUI_LSTM_PROJECTION) *
			   hidden /
			   apui_state_scale(graph, op, APUI_LSTM_STATE);
	int ret;

	ret = set_scale(op, ldexp((double)output, -15), scales,
			APUI_LSTM_HIDDEN_SCALE);
	if (ret < 0 || !has(graph, op, APUI_LSTM_PROJECTION))
		return ret;
	return set_scale(op, (double)projection, scales,
			 APUI_LSTM_PROJECTION_SCALE);
}

static int
add_scales(struct apui_lowering *lowering, const struct apu_operator *op,
	   struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	void *scales;
	int ret;

	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_INT32,
				       2 * APUI_LSTM_SCALES, &scales);
	for (unsigned int i = 0; ret == 0 && i < APUI_LSTM_GATES; i++)
		if (has(graph, op, APUI_LSTM_INPUT + i))
			ret = set_gate_scales(graph, op, i, scales);
	if (ret == 0)
		ret = set_peephole_scales(graph, op, scales);
	return ret == 0 ? set_output_scales(graph, op, scales) : ret;
}

/* A clip in steps of @scale, at most @max; 0 when there is none. */
static int32_t
quantise_clip(float clip, float scale, int32_t max)
{
	float steps = clip / scale;

	return steps > (float)max ? max : (int32_t)steps;
}

static void
set_params(const struct apui_graph *graph, const struct apu_operator *op,
	   struct apui_lstm_params *params)
{
	const struct apu_tensor *hidden =
		find_intermediate(graph, op, APUI_LSTM_HIDDEN);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	float cell = apui_state_scale(graph, op, APUI_LSTM_CELL);

	params->time_major = op->options.lstm.time_major;
	params->cell_integer_bits = apui_lstm_cell_integer_bits(cell);
	params->cell_clip =
		quantise_clip(op->options.lstm.cell_clip, cell, INT16_MAX);
	params->projection_clip =
		quantise_clip(op->options.lstm.projection_clip,
			      apui_per_tensor_scale(y), INT8_MAX);
	params->hidden_zero_point = apui_per_tensor_zero_point(hidden);
	for (unsigned int i = 0; i < APUI_LSTM_GATES; i++) {
		/* Where a row of equal numbers has no variance. */
		float least =
			10000 * apui_state_scale(graph, op, APUI_LSTM_NORM + i);

		params->least_variance[i] =
			least > 1 ? quantise_clip(least, 1, 1 << 28) : 1;
	}
}

static int
add_inputs(struct apui_lowering *lowering, const struct apu_operator *op,
	   struct apui_lowered *lowered)
{
	static const struct {
		unsigned int first, count;
	} runs[] = {
		{ APUI_LSTM_INPUT, APUI_LSTM_GATES },
		{ APUI_LSTM_RECURRENT, APUI_LSTM_GATES },
		{ APUI_LSTM_BIAS, APUI_LSTM_GATES },
		{ APUI_LSTM_PEEPHOLE, APUI_PEEPHOLES },
		{ APUI_LSTM_NORM, APUI_LSTM_GATES },
		{ APUI_LSTM_PROJECTION, 2 },
	};
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < sizeof(runs) / sizeof(runs[0]);
	     i++)
		ret = apui_lowered_add_inputs(lowering, op, runs[i].first,
					      runs[i].count, lowered);
	return ret == 0 ? add_scales(lowering, op, lowered) : ret;
}

static int
add_memory(struct apui_lowering *lowering, const struct apu_operator *op,
	   struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	uint64_t cells =
		(uint64_t)apui_graph_input(graph, op, APUI_LSTM_INPUT + 1)
			->dims[0];
	int ret = 0;

	for (unsigned int i = APUI_LSTM_STATE; ret == 0 && i <= APUI_LSTM_CELL;
	     i++)
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(graph, op, i),
			&lowered->outputs[lowered->output_count++]);
	if (ret == 0)
		ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_INT16,
					      APUI_LSTM_GATES * cells, lowered);
	if (ret < 0)
		return ret;
	return apui_lowered_add_memory(lowering, op, APUI_TYPE_INT8, cells,
				       lowered);
}

int
apui_lower_int8_lstm(struct apui_lowering *lowering,
		     const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_LSTM, 1, &lowered);
	if (ret == 0)
		ret = add_inputs(lowering, op, &lowered);
	if (ret == 0)
		ret = add_memory(lowering, op, &lowered);
	if (ret < 0)
		return ret;
	set_params(lowering->graph, op, &lowered.params.lstm);
	return apui_lowering_append(lowering, op, &lowered);
}
