/* SPDX-License-Identifier: MIT */
#include "model/sequence.h"
#include "model/operators.h"
#include "model/schema.h"

/* As the schema has them. */
enum { FORWARD, BACKWARD, DIRECTIONS };

static const struct apui_direction rnn[] = {
	{ .input_weights = 1, .recurrent_weights = 2, .bias = 3, .hidden = 4 },
};

static const struct apui_direction both_rnn[DIRECTIONS] = {
	{ .aux = 9,
	  .input_weights = 1,
	  .recurrent_weights = 2,
	  .bias = 3,
	  .hidden = 4,
	  .aux_weights = 10 },
	{ .aux = 9,
	  .input_weights = 5,
	  .recurrent_weights = 6,
	  .bias = 7,
	  .hidden = 8,
	  .aux_weights = 11,
	  .is_reversed = true },
};

static const struct apui_direction lstm[] = {
	{ .input_weights = 1,
	  .recurrent_weights = 5,
	  .peephole = 9,
	  .bias = 12,
	  .projection = 16,
	  .hidden = 18,
	  .cell = 19,
	  .norm = 20 },
};

static const struct apui_direction both_lstm[DIRECTIONS] = {
	{ .aux = 39,
	  .input_weights = 1,
	  .recurrent_weights = 5,
	  .peephole = 9,
	  .bias = 12,
	  .projection = 16,
	  .hidden = 35,
	  .cell = 36,
	  .aux_weights = 40 },
	{ .aux = 39,
	  .input_weights = 18,
	  .recurrent_weights = 22,
	  .peephole = 26,
	  .bias = 29,
	  .projection = 33,
	  .hidden = 37,
	  .cell = 38,
	  .aux_weights = 44,
	  .is_reversed = true },
};

static const struct apui_direction *
find_directions(const struct apu_operator *op)
{
	switch (op->row->builtin_code) {
	case APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_LSTM:
		return both_lstm;
	case APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_RNN:
		return both_rnn;
	case APUI_BUILTIN_RNN:
	case APUI_BUILTIN_UNIDIRECTIONAL_SEQUENCE_RNN:
		return rnn;
	default:
		return lstm;
	}
}

static bool
is_rnn(const struct apu_operator *op)
{
	int32_t code = op->row->builtin_code;

	return code == APUI_BUILTIN_RNN ||
	       code == APUI_BUILTIN_UNIDIRECTIONAL_SEQUENCE_RNN ||
	       code == APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_RNN;
}

bool
apui_is_bidirectional(const struct apu_operator *op)
{
	return op->row->builtin_code ==
		       APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_LSTM ||
	       op->row->builtin_code == APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_RNN;
}

bool
apui_is_basic_lstm(const struct apu_operator *op)
{
	return op->row->builtin_code == APUI_BUILTIN_LSTM &&
	       op->options.lstm.kernel_type == APUI_LSTM_KERNEL_BASIC;
}

/* The forget gate has weights always, the only gate of an RNN of course. */
static unsigned int
find_gate(const struct apu_operator *op)
{
	return is_rnn(op) ? 0 : 1;
}

/*
 * Without weights of its own the auxiliary input is what the second direction
 * reads instead of x.
 */
static void
place_aux(const struct apui_graph *graph, const struct apu_operator *op,
	  const struct apui_direction *forward,
	  struct apui_direction *direction)
{
	bool has_weights =
		forward->aux_weights != 0 &&
		apui_graph_input(graph, op,
				 forward->aux_weights + find_gate(op)) != NULL;

	if (direction->aux != 0 &&
	    apui_graph_input(graph, op, direction->aux) != NULL &&
	    !has_weights && direction->is_reversed)
		direction->x = direction->aux;
	if (!has_weights) {
		direction->aux = 0;
		direction->aux_weights = 0;
	}
}

struct apui_direction
apui_direction_of(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int number)
{
	const struct apui_direction *directions = find_directions(op);
	struct apui_direction direction = directions[number];

	place_aux(graph, op, &directions[FORWARD], &direction);
	return direction;
}

struct apui_sequence_options
apui_sequence_options_of(const struct apu_operator *op)
{
	if (is_rnn(op))
		return (struct apui_sequence_options) {
			.activation = op->options.rnn.activation,
			.time_major = op->options.rnn.time_major,
			.is_asymmetric =
				op->options.rnn.asymmetric_quantize_inputs,
			.merge_outputs = op->options.rnn.merge_outputs,
		};
	return (struct apui_sequence_options) {
		.activation = op->options.lstm.activation,
		.time_major = op->options.lstm.time_major,
		.is_asymmetric = op->options.lstm.asymmetric_quantize_inputs,
		.merge_outputs = op->options.lstm.merge_outputs,
		.cell_clip = op->options.lstm.cell_clip,
		.projection_clip = op->options.lstm.projection_clip,
	};
}

int32_t
apui_direction_cells(const struct apui_graph *graph,
		     const struct apu_operator *op,
		     const struct apui_direction *direction)
{
	return apui_graph_input(graph, op,
				direction->input_weights + find_gate(op))
		->dims[0];
}

int32_t
apui_direction_outputs(const struct apui_graph *graph,
		       const struct apu_operator *op,
		       const struct apui_direction *direction)
{
	return apui_graph_input(graph, op,
				direction->recurrent_weights + find_gate(op))
		->dims[1];
}
