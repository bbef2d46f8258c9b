/* SPDX-License-Identifier: MIT */
#ifndef APUI_STATE_H
#define APUI_STATE_H

/*
 * Where the operators with variables have their inputs; what shape_state.c and
 * lower_state.c share.
 */

#include "model/graph.h"

enum {
	APUI_SVDF_FEATURE = 1,
	APUI_SVDF_TIME = 2,
	APUI_SVDF_BIAS = 3,
	APUI_SVDF_STATE = 4,
	APUI_SVDF_INPUTS = 5,
};

/* The gates are input, forget, cell, output: each a tensor from here on. */
enum {
	APUI_LSTM_INPUT = 1,
	APUI_LSTM_RECURRENT = 5,
	APUI_LSTM_PEEPHOLE = 9,
	APUI_LSTM_BIAS = 12,
	APUI_LSTM_PROJECTION = 16,
	APUI_LSTM_STATE = 18,
	APUI_LSTM_CELL = 19,
	APUI_LSTM_NORM = 20,
	APUI_LSTM_GATES = 4,
	APUI_LSTM_HIDDEN = 4, /* of the intermediates */
};

/* Dimension @i of input @number, if there is one, has @length elements. */
int
apui_state_check_dim(const struct apui_graph *graph,
		     const struct apu_operator *op, unsigned int number,
		     unsigned int i, int64_t length);

int
apui_state_check_count(const struct apui_graph *graph,
		       const struct apu_operator *op, unsigned int number,
		       uint64_t count);

/* Input @number, if there is one, has one scale, and 0 as its zero point. */
int
apui_state_check_symmetric(const struct apui_graph *graph,
			   const struct apu_operator *op, unsigned int number);

/* Q(@real) into a pair of parameters. */
int
apui_state_set_multiplier(const struct apu_operator *op, double real,
			  int32_t *out_multiplier, int32_t *out_shift);

/* Of input @input; 0 when it has none, or there is no such input. */
float
apui_state_scale(const struct apui_graph *graph, const struct apu_operator *op,
		 unsigned int input);

/* shape_lstm*.c, lower_lstm*.c: what apui_infer_lstm() and its like choose. */
struct apui_lowering;
struct apui_shape;
int
apui_infer_int8_lstm(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shapes);
int
apui_lower_int8_lstm(struct apui_lowering *lowering,
		     const struct apu_operator *op);
int
apui_infer_basic_lstm(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shapes);
int
apui_lower_basic_lstm(struct apui_lowering *lowering,
		      const struct apu_operator *op);

/*
 * The bits above the point of an int16 whose scale is a power of two, 0 to 6;
 * -1 for other scales.
 */
int
apui_lstm_cell_integer_bits(float scale);

#endif
