/* SPDX-License-Identifier: MIT */
#ifndef APUI_STATE_H
#define APUI_STATE_H

/*
 * Where the operators with variables have their inputs; what shape_state.c and
 * lower_state.c share.
 */

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
	APUI_LSTM_BIAS = 12,
	APUI_LSTM_STATE = 18,
	APUI_LSTM_CELL = 19,
	APUI_LSTM_GATES = 4,
	APUI_LSTM_HIDDEN = 4, /* of the intermediates */
};

/*
 * The bits above the point of an int16 whose scale is a power of two, 0 to 6;
 * -1 for other scales.
 */
int
apui_lstm_cell_integer_bits(float scale);

#endif
