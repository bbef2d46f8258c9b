/* SPDX-License-Identifier: MIT */

/* RNN and LSTM. Their infer functions say more than a row can. */

#include "model/operator_table.h"

#define TYPES_INT8   APUI_TYPE_BIT(APU_DTYPE_INT8)
#define TYPES_X      (TYPES_INT8 | TYPES_FLOAT32)
#define TYPES_VECTOR (TYPES_INT16 | TYPES_INT8 | TYPES_FLOAT32)
#define TYPES_BIAS   (TYPES_INT32 | TYPES_FLOAT32)

#define LEFT_OUT_OR(kinds, low, high)                                          \
	{                                                                      \
		.types = (kinds), .min_rank = (low), .max_rank = (high),       \
		.optional = true                                               \
	}
#define STATE(kinds)                                                           \
	{                                                                      \
		.types = (kinds), .min_rank = 1, .max_rank = MAX_RANK,         \
		.variable = true                                               \
	}

#define STATE_OR_NONE(kinds)                                                   \
	{                                                                      \
		.types = (kinds), .min_rank = 1, .max_rank = MAX_RANK,         \
		.optional = true, .variable = true                             \
	}

#define FOUR(operand) operand, operand, operand, operand
#define MATRIX        TENSOR(TYPES_X, 2, 2)
#define REAL_VECTOR   TENSOR(TYPES_FLOAT32, 1, 1)
#define REAL_STATE    STATE(TYPES_FLOAT32)
/* The input gate may be what the forget gate leaves. */
#define GATE_MATRICES LEFT_OUT_OR(TYPES_X, 2, 2), MATRIX, MATRIX, MATRIX
#define GATE_BIASES(kinds)                                                     \
	LEFT_OUT_OR(kinds, 1, 1), TENSOR(kinds, 1, 1), TENSOR(kinds, 1, 1),    \
		TENSOR(kinds, 1, 1)
#define PEEPHOLE                                                               \
	LEFT_OUT_OR(TYPES_VECTOR, 1, 1), LEFT_OUT_OR(TYPES_VECTOR, 1, 1),      \
		LEFT_OUT_OR(TYPES_VECTOR, 1, 1)
#define PROJECTION      LEFT_OUT_OR(TYPES_X, 2, 2), LEFT_OUT_OR(TYPES_BIAS, 1, 1)
#define OPTIONAL_MATRIX LEFT_OUT_OR(TYPES_X, 2, 2)

#define LSTM_ACTIVATION                                                        \
	FIELD(APUI_LSTM_ACTIVATION, APUI_FIELD_I8, lstm, activation,           \
	      APUI_ACTIVATION_NONE, APUI_ACTIVATION_SIGN_BIT,                  \
	      APUI_ACTIVATION_SIGN_BIT, APUI_ACTIVATION_NONE)
#define RNN_ACTIVATION(id)                                                     \
	FIELD(id, APUI_FIELD_I8, rnn, activation, APUI_ACTIVATION_NONE,        \
	      APUI_ACTIVATION_SIGN_BIT, APUI_ACTIVATION_TANH,                  \
	      APUI_ACTIVATION_NONE)
#define CLIP(id, member)                                                       \
	FIELD(id, APUI_FIELD_F32, lstm, member, 0, INT32_MAX, INT32_MAX, 0)

static const struct apui_option_field sequence_lstm_fields[] = {
	LSTM_ACTIVATION,
	CLIP(APUI_LSTM_CELL_CLIP, cell_clip),
	CLIP(APUI_LSTM_PROJECTION_CLIP, projection_clip),
	FLAG(APUI_LSTM_TIME_MAJOR, lstm, time_major),
	FLAG(APUI_LSTM_ASYMMETRIC_INPUTS, lstm, asymmetric_quantize_inputs),
	FLAG(APUI_LSTM_DIAGONAL_RECURRENT, lstm, diagonal_recurrent),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field lstm_fields[] = {
	LSTM_ACTIVATION,
	CLIP(APUI_LSTM_CELL_CLIP, cell_clip),
	CLIP(APUI_LSTM_PROJECTION_CLIP, projection_clip),
	FLAG(APUI_LSTM_ALONE_KERNEL_TYPE, lstm, kernel_type),
	FLAG(APUI_LSTM_ALONE_ASYMMETRIC_INPUTS, lstm,
	     asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field both_lstm_fields[] = {
	LSTM_ACTIVATION,
	CLIP(APUI_LSTM_CELL_CLIP, cell_clip),
	CLIP(APUI_LSTM_PROJECTION_CLIP, projection_clip),
	FLAG(APUI_LSTM_BOTH_MERGE_OUTPUTS, lstm, merge_outputs),
	FIELD(APUI_LSTM_BOTH_TIME_MAJOR, APUI_FIELD_I8, lstm, time_major, 0, 1,
	      1, 1),
	FLAG(APUI_LSTM_BOTH_ASYMMETRIC_INPUTS, lstm,
	     asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field rnn_fields[] = {
	RNN_ACTIVATION(APUI_RNN_ALONE_ACTIVATION),
	FLAG(APUI_RNN_ALONE_ASYMMETRIC_INPUTS, rnn, asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field sequence_rnn_fields[] = {
	FLAG(APUI_RNN_TIME_MAJOR, rnn, time_major),
	RNN_ACTIVATION(APUI_RNN_ACTIVATION),
	FLAG(APUI_RNN_ASYMMETRIC_INPUTS, rnn, asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field both_rnn_fields[] = {
	FLAG(APUI_RNN_TIME_MAJOR, rnn, time_major),
	RNN_ACTIVATION(APUI_RNN_ACTIVATION),
	FLAG(APUI_RNN_BOTH_MERGE_OUTPUTS, rnn, merge_outputs),
	FLAG(APUI_RNN_BOTH_ASYMMETRIC_INPUTS, rnn, asymmetric_quantize_inputs),
	{ .type = APUI_FIELD_END },
};

#define RNN_ROW(text, code, versions, group, list, rank)                       \
	{                                                                      \
		.name = (text), .builtin_code = APUI_BUILTIN_##code,           \
		.max_version = (versions),                                     \
		.options_type = APUI_OPTIONS_##group, .fields = (list),        \
		.min_inputs = 5, .max_inputs = 5, .min_outputs = 1,            \
		.max_outputs = 1,                                              \
		.inputs = { TENSOR(TYPES_FLOAT32, rank, rank), MATRIX, MATRIX, \
			    REAL_VECTOR, REAL_STATE },                         \
		.output = TENSOR(TYPES_FLOAT32, rank, rank),                   \
		.infer = apui_infer_rnn, .lower = apui_lower_rnn,              \
	}

static const struct apui_operator_row rows[] = {
	RNN_ROW("RNN", RNN, 3, RNN, rnn_fields, 2),
	RNN_ROW("UNIDIRECTIONAL_SEQUENCE_RNN", UNIDIRECTIONAL_SEQUENCE_RNN, 3,
		SEQUENCE_RNN, sequence_rnn_fields, 3),
	{
		.name = "BIDIRECTIONAL_SEQUENCE_RNN",
		.builtin_code = APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_RNN,
		.max_version = 3,
		.options_type = APUI_OPTIONS_BIDIRECTIONAL_SEQUENCE_RNN,
		.fields = both_rnn_fields,
		.min_inputs = 9,
		.max_inputs = 12,
		.min_outputs = 1,
		.max_outputs = 2,
		.inputs = { TENSOR(TYPES_FLOAT32, 3, 3), MATRIX, MATRIX,
			    REAL_VECTOR, REAL_STATE, MATRIX, MATRIX,
			    REAL_VECTOR, REAL_STATE,
			    LEFT_OUT_OR(TYPES_FLOAT32, 3, 3), OPTIONAL_MATRIX,
			    OPTIONAL_MATRIX },
		.output = TENSOR(TYPES_FLOAT32, 3, 3),
		.infer = apui_infer_rnn,
		.lower = apui_lower_rnn,
	},
	{
		.name = "UNIDIRECTIONAL_SEQUENCE_LSTM",
		.builtin_code = APUI_BUILTIN_UNIDIRECTIONAL_SEQUENCE_LSTM,
		.max_version = 4,
		.options_type = APUI_OPTIONS_UNIDIRECTIONAL_SEQUENCE_LSTM,
		.fields = sequence_lstm_fields,
		.min_inputs = 20,
		.max_inputs = 24,
		.min_outputs = 1,
		.max_outputs = 1,
		.max_intermediates = 5,
		.inputs = { TENSOR(TYPES_X, 3, 3), GATE_MATRICES, GATE_MATRICES,
			    PEEPHOLE, GATE_BIASES(TYPES_BIAS), PROJECTION,
			    STATE(TYPES_X), STATE(TYPES_INT16 | TYPES_FLOAT32),
			    FOUR(LEFT_OUT_OR(TYPES_INT16 | TYPES_FLOAT32, 1,
					     1)) },
		.output = TENSOR(TYPES_X, 3, 3),
		.infer = apui_infer_lstm,
		.lower = apui_lower_lstm,
	},
	/* Of the kernel type BASIC it has five inputs and four outputs. */
	{
		.name = "LSTM",
		.builtin_code = APUI_BUILTIN_LSTM,
		.max_version = 4,
		.options_type = APUI_OPTIONS_LSTM,
		.fields = lstm_fields,
		.min_inputs = 5,
		.max_inputs = 24,
		.min_outputs = 1,
		.max_outputs = 4,
		.max_intermediates = 5,
		.inputs = { TENSOR(TYPES_X, 2, 2), OPTIONAL_MATRIX, MATRIX,
			    TENSOR(TYPES_X, 1, 2), MATRIX,
			    FOUR(OPTIONAL_MATRIX), PEEPHOLE,
			    FOUR(LEFT_OUT_OR(TYPES_BIAS, 1, 1)), PROJECTION,
			    STATE_OR_NONE(TYPES_X),
			    STATE_OR_NONE(TYPES_INT16 | TYPES_FLOAT32),
			    FOUR(LEFT_OUT_OR(TYPES_INT16 | TYPES_FLOAT32, 1,
					     1)) },
		.output = TENSOR(TYPES_X, 2, 2),
		.infer = apui_infer_lstm,
		.lower = apui_lower_lstm,
	},
	{
		.name = "BIDIRECTIONAL_SEQUENCE_LSTM",
		.builtin_code = APUI_BUILTIN_BIDIRECTIONAL_SEQUENCE_LSTM,
		.max_version = 3,
		.options_type = APUI_OPTIONS_BIDIRECTIONAL_SEQUENCE_LSTM,
		.fields = both_lstm_fields,
		.min_inputs = 39,
		.max_inputs = 48,
		.min_outputs = 1,
		.max_outputs = 2,
		.inputs = { TENSOR(TYPES_FLOAT32, 3, 3), GATE_MATRICES,
			    GATE_MATRICES, PEEPHOLE, GATE_BIASES(TYPES_FLOAT32),
			    PROJECTION, GATE_MATRICES, GATE_MATRICES, PEEPHOLE,
			    GATE_BIASES(TYPES_FLOAT32), PROJECTION,
			    FOUR(REAL_STATE), LEFT_OUT_OR(TYPES_FLOAT32, 3, 3),
			    FOUR(OPTIONAL_MATRIX), FOUR(OPTIONAL_MATRIX) },
		.output = TENSOR(TYPES_FLOAT32, 3, 3),
		.infer = apui_infer_lstm,
		.lower = apui_lower_lstm,
	},
};

const struct apui_operator_family apui_sequence_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
