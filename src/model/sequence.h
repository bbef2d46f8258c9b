/* SPDX-License-Identifier: MIT */
#ifndef APUI_MODEL_SEQUENCE_H
#define APUI_MODEL_SEQUENCE_H

/*
 * RNN and LSTM, alone, along a sequence, and in both directions: where their
 * tensors are; what shape_*.c and lower_*.c share.
 */

#include "model/operators.h"

enum {
	APUI_GATES = 4,     /* input, forget, cell, output: in this order */
	APUI_PEEPHOLES = 3, /* of the gates input, forget, output */
};

/*
 * One direction: numbers of inputs of the operator, the first of several in a
 * row; 0 where there are none, but for x. RNN has one gate.
 */
struct apui_direction {
	unsigned int x, aux;
	unsigned int input_weights, aux_weights, recurrent_weights, bias;
	unsigned int peephole, norm;
	unsigned int projection; /* its bias is the next */
	unsigned int hidden, cell;
	bool is_reversed;
};

/* What the directions of an operator have in common. */
struct apui_sequence_options {
	int32_t activation;
	int32_t time_major;
	int32_t is_asymmetric;
	int32_t merge_outputs; /* both directions in one output */
	float cell_clip, projection_clip;
};

bool
apui_is_bidirectional(const struct apu_operator *op);

/* Of RNN and LSTM operators: direction @number, 0 or 1. */
struct apui_direction
apui_direction_of(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int number);

struct apui_sequence_options
apui_sequence_options_of(const struct apu_operator *op);

/* The units of an RNN; of an LSTM, the cells, and what it puts out. */
int32_t
apui_direction_cells(const struct apui_graph *graph,
		     const struct apu_operator *op,
		     const struct apui_direction *direction);
int32_t
apui_direction_outputs(const struct apui_graph *graph,
		       const struct apu_operator *op,
		       const struct apui_direction *direction);

/* LSTM of the kernel type BASIC: another operator under the same name. */
bool
apui_is_basic_lstm(const struct apu_operator *op);

/* shape_sequence.c: what shape_lstm.c and shape_rnn.c share. */

/* Input @number is there, of type @dtype, and has these dimensions. */
int
apui_check_weights(const struct apui_graph *graph,
		   const struct apu_operator *op, unsigned int number,
		   enum apu_dtype dtype, const int32_t *dims,
		   unsigned int rank);

/* Input @number, a state of float32, has @batches rows of @length. */
int
apui_check_real_state(const struct apui_graph *graph,
		      const struct apu_operator *op, unsigned int number,
		      int32_t batches, int32_t length);

/* Input @aux has the same sequence as x. */
int
apui_check_aux(const struct apui_graph *graph, const struct apu_operator *op,
	       const struct apui_direction *direction);

/* Sequences of x, [batches, times, length], or of one step. */
int32_t
apui_sequence_batches(const struct apu_tensor *x, bool time_major);
int32_t
apui_sequence_depth(const struct apu_tensor *x);

/*
 * The shapes of the outputs, of @lengths elements a step for each direction,
 * and the work, @step_macs for each step.
 */
int
apui_finish_sequence(const struct apui_graph *graph, struct apu_operator *op,
		     const int32_t *lengths, uint64_t step_macs,
		     struct apui_shape *out_shapes);

/* lower_sequence.c: what lower_lstm.c and lower_rnn.c share. */

struct apui_lowering;
struct apui_lowered;

/* One more input of @lowered: the graph's @tensor, NULL: left out. */
int
apui_lowered_add_input(struct apui_lowering *lowering,
		       const struct apu_tensor *tensor,
		       struct apui_lowered *lowered);

/* Inputs @first on, @count of them; all of them left out when @first is 0. */
int
apui_lowered_add_inputs(struct apui_lowering *lowering,
			const struct apu_operator *op, unsigned int first,
			unsigned int count, struct apui_lowered *lowered);

/* One more output of @lowered: memory for @count elements of @type. */
int
apui_lowered_add_memory(struct apui_lowering *lowering,
			const struct apu_operator *op, uint8_t type,
			uint64_t count, struct apui_lowered *lowered);

/*
 * Lower each direction with @lower, which appends an operator that writes to
 * tensor @output of the program. Directions that share an output get memory of
 * their own, and are put together behind.
 */
int
apui_lower_directions(struct apui_lowering *lowering,
		      const struct apu_operator *op,
		      int (*lower)(struct apui_lowering *lowering,
				   const struct apu_operator *op,
				   const struct apui_direction *direction,
				   uint32_t output));

/* The scale of a matrix of int8; 0 of others, and of none. */
float
apui_matrix_scale(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int number);

/* The longest vector that @direction multiplies with a matrix. */
uint64_t
apui_direction_longest(const struct apui_graph *graph,
		       const struct apu_operator *op,
		       const struct apui_direction *direction);

#endif
