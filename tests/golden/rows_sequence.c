/* SPDX-License-Identifier: MIT */
/* RNN and LSTM: several steps an inference, several inferences of one job. */
#include "rows.h"

/* Random constants whose products with the input stay where gates live. */
#define CONSTANT(element, least, greatest, ...)                                \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, __VA_ARGS__),                  \
			.low = (least), .high = (greatest)                     \
	}
#define QUANTISED(element, step, ...)                                          \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, __VA_ARGS__), .scale = (step)  \
	}
#define REAL(...)       CONSTANT(FLOAT32, -0.7f, 0.7f, __VA_ARGS__)
#define BYTES(...)      QUANTISED(INT8, 0.006f, __VA_ARGS__)
#define BIAS(count)     CONSTANT(FLOAT32, -1, 1, count)
#define REAL_STATE(...) STATE(FLOAT32, __VA_ARGS__)
#define X(...)          IN_RANGE(FLOAT32, -2, 2, __VA_ARGS__)
#define STEPS           .steps = 4

#define FOUR_OF(...) __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define CIFG_OF(...) ABSENT, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define NO_PEEPHOLE  ABSENT, ABSENT, ABSENT
#define NO_NORM      NOTHING

#define RNN_ROW(text, act, asymmetric, batches, kind)                          \
	ROW(RNN, "rnn-" text,                                                  \
	    OPTIONS(RNN, I8(0, TFLITE_ACT_##act), I8(1, asymmetric)),          \
	    INPUTS(X(batches, 7), kind(5, 7), kind(5, 5), BIAS(5),             \
		   REAL_STATE(batches, 5)),                                    \
	    OUTPUTS(OUT(FLOAT32, batches, 5)), STEPS)
#define SEQUENCE_RNN(text, act, time_major, asymmetric, first, second,         \
		     batches, kind)                                            \
	ROW(UNIDIRECTIONAL_SEQUENCE_RNN, "sequence-rnn-" text,                 \
	    OPTIONS(SEQUENCE_RNN, I8(0, time_major), I8(1, TFLITE_ACT_##act),  \
		    I8(2, asymmetric)),                                        \
	    INPUTS(X(first, second, 6), kind(4, 6), kind(4, 4), BIAS(4),       \
		   REAL_STATE(batches, 4)),                                    \
	    OUTPUTS(OUT(FLOAT32, first, second, 4)), STEPS)
#define BOTH_RNN(text, time_major, merge, first, second, batches, kind, aux,   \
		 ...)                                                          \
	ROW(BIDIRECTIONAL_SEQUENCE_RNN, "both-rnn-" text,                      \
	    OPTIONS(BIDIRECTIONAL_SEQUENCE_RNN, I8(0, time_major),             \
		    I8(1, TFLITE_ACT_TANH), I8(2, merge)),                     \
	    INPUTS(X(first, second, 6), kind(4, 6), kind(4, 4), BIAS(4),       \
		   REAL_STATE(batches, 4), kind(3, 6), kind(3, 3), BIAS(3),    \
		   REAL_STATE(batches, 3), aux),                               \
	    OUTPUTS(__VA_ARGS__), STEPS)
#define AUX_WITH_WEIGHTS(first, second, kind)                                  \
	X(first, second, 5), kind(4, 5), kind(3, 5)
#define AUX_ALONE(first, second) X(first, second, 6), ABSENT, ABSENT
#define NO_AUX                   ABSENT, ABSENT, ABSENT

#define LSTM_OPTIONS(act, cell_clip, projection_clip, time_major, asymmetric)  \
	OPTIONS(UNIDIRECTIONAL_SEQUENCE_LSTM, I8(0, TFLITE_ACT_##act),         \
		F32(1, cell_clip), F32(2, projection_clip), I8(3, time_major), \
		I8(4, asymmetric))
/* 5 cells, 6 inputs. */
#define SEQUENCE_LSTM(text, options, first, second, gates, kind, outputs,      \
		      peephole, bias, projection, batches, ...)                \
	ROW(UNIDIRECTIONAL_SEQUENCE_LSTM, "sequence-lstm-" text, options,      \
	    INPUTS(X(first, second, 6), gates(kind(5, 6)),                     \
		   gates(kind(5, outputs)), peephole, gates(bias), projection, \
		   REAL_STATE(batches, outputs), REAL_STATE(batches, 5),       \
		   __VA_ARGS__),                                               \
	    OUTPUTS(OUT(FLOAT32, first, second, outputs)), STEPS)
#define PLAIN                  LSTM_OPTIONS(TANH, 0, 0, 0, 0)
#define NO_PROJECTION          ABSENT, ABSENT
#define PROJECTION(kind)       kind(3, 5), BIAS(3)
#define PROJECTION_ALONE(kind) kind(3, 5), ABSENT
#define PEEPHOLE(kind)         kind(5), kind(5), kind(5)
#define CIFG_PEEPHOLE(kind)    ABSENT, kind(5), kind(5)
#define NORM                   FOUR_OF(CONSTANT(FLOAT32, 0.2f, 2, 5))
#define CIFG_NORM              CIFG_OF(CONSTANT(FLOAT32, 0.2f, 2, 5))

/* LSTM itself: one step, [batches, 6]. */
#define LSTM_ROW(text, act, cell_clip, projection_clip, batches, gates, kind,  \
		 outputs, peephole, bias, projection, ...)                     \
	ROW(LSTM, "lstm-" text,                                                \
	    OPTIONS(LSTM, I8(0, TFLITE_ACT_##act), F32(1, cell_clip),          \
		    F32(2, projection_clip)),                                  \
	    INPUTS(X(batches, 6), gates(kind(5, 6)), gates(kind(5, outputs)),  \
		   peephole, gates(bias), projection,                          \
		   REAL_STATE(batches, outputs), REAL_STATE(batches, 5),       \
		   __VA_ARGS__),                                               \
	    OUTPUTS(OUT(FLOAT32, batches, outputs)), STEPS)

/* Both directions alike: LiteRT wants as many cells and outputs in both. */
#define BOTH_LSTM(text, time_major, merge, first, second, batches, kind,       \
		  outputs, gates, peephole, projection, aux, ...)              \
	ROW(BIDIRECTIONAL_SEQUENCE_LSTM, "both-lstm-" text,                    \
	    OPTIONS(BIDIRECTIONAL_SEQUENCE_LSTM, I8(0, TFLITE_ACT_TANH),       \
		    F32(1, 0.9f), F32(2, 0), I8(3, merge), I8(4, time_major)), \
	    INPUTS(X(first, second, 6), gates(kind(5, 6)),                     \
		   gates(kind(5, outputs)), peephole, gates(BIAS(5)),          \
		   projection, gates(kind(5, 6)), gates(kind(5, outputs)),     \
		   peephole, gates(BIAS(5)), projection,                       \
		   REAL_STATE(batches, outputs), REAL_STATE(batches, 5),       \
		   REAL_STATE(batches, outputs), REAL_STATE(batches, 5), aux), \
	    OUTPUTS(__VA_ARGS__), STEPS)
#define NO_LSTM_AUX ABSENT, FOUR_OF(ABSENT), FOUR_OF(ABSENT)
#define LSTM_AUX(first, second, kind)                                          \
	X(first, second, 6), FOUR_OF(kind(5, 6)), FOUR_OF(kind(5, 6))
#define LSTM_AUX_ALONE(first, second)                                          \
	X(first, second, 6), FOUR_OF(ABSENT), FOUR_OF(ABSENT)

/* int8: 6 inputs, 8 cells. */
#define INT8_X(first, second) IN_SCALED(INT8, 0.016f, 3, first, second, 6)
#define INT8_WEIGHTS(...)     QUANTISED(INT8, 0.006f, __VA_ARGS__)
#define INT8_BIAS(count)      CONSTANT(INT32, -8000, 8000, count)
#define INT16_WEIGHTS(count)  QUANTISED(INT16, 0.00003f, count)
#define GATE_SCALES                                                            \
	{ TENSOR_OF(ROW_OUTPUT, INT16, 1), .scale = 0.0003f },                 \
		{ TENSOR_OF(ROW_OUTPUT, INT16, 1), .scale = 0.00025f },        \
		{ TENSOR_OF(ROW_OUTPUT, INT16, 1), .scale = 0.0002f },         \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, INT16, 1), .scale = 0.0004f              \
	}
#define HIDDEN_SCALE(step, zero)                                               \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, INT8, 1), .scale = (step),               \
						.zero_point = (zero)           \
	}
#define INT8_STATES(batches, outputs, zero)                                    \
	{ TENSOR_OF(ROW_STATE, INT8, batches, outputs), .scale = 0.0079f,      \
	  .zero_point = (zero) },                                              \
	{                                                                      \
		TENSOR_OF(ROW_STATE, INT16, batches, 8),                       \
			.scale = 0.00048828125f                                \
	}
#define INT8_LSTM(text, options, batches, times, outputs, zero, gates,         \
		  peephole, projection, ...)                                   \
	ROW(UNIDIRECTIONAL_SEQUENCE_LSTM, "sequence-lstm-int8-" text, options, \
	    INPUTS(INT8_X(batches, times), gates(INT8_WEIGHTS(8, 6)),          \
		   gates(INT8_WEIGHTS(8, outputs)), peephole,                  \
		   gates(INT8_BIAS(8)), projection,                            \
		   INT8_STATES(batches, outputs, zero), __VA_ARGS__),          \
	    OUTPUTS(OUT_SCALED(INT8, 0.0079f, zero, batches, times, outputs)), \
	    INSIDE(GATE_SCALES, HIDDEN_SCALE(0.0078f, zero)), STEPS)
#define INT8_PROJECTION        INT8_WEIGHTS(4, 8), INT8_BIAS(4)
#define INT8_PEEPHOLE          INT16_WEIGHTS(8), INT16_WEIGHTS(8), INT16_WEIGHTS(8)
#define INT8_SQUARE_PROJECTION INT8_WEIGHTS(8, 8), INT8_BIAS(8)
#define INT8_CIFG_PEEPHOLE     ABSENT, INT16_WEIGHTS(8), INT16_WEIGHTS(8)
#define INT8_CIFG_NORM         CIFG_OF(INT16_WEIGHTS(8))
#define INT8_NORM              FOUR_OF(INT16_WEIGHTS(8))

#define HYBRID_SVDF(text, act, asymmetric, rank, batch, units, bias)           \
	ROW(SVDF, "svdf-hybrid-" text,                                         \
	    OPTIONS(SVDF, I32(0, rank), I8(1, TFLITE_ACT_##act),               \
		    I8(2, asymmetric)),                                        \
	    INPUTS(X(batch, 6), BYTES((units) * (rank), 6),                    \
		   BYTES((units) * (rank), 5), bias,                           \
		   REAL_STATE(batch, 5 * (units) * (rank))),                   \
	    OUTPUTS(OUT(FLOAT32, batch, units)), .steps = 8)

static const struct row rows[] = {
	HYBRID_SVDF("rank-1", NONE, 0, 1, 1, 4, BIAS(4)),
	HYBRID_SVDF("rank-2", RELU, 0, 2, 2, 3, BIAS(3)),
	HYBRID_SVDF("asymmetric", NONE, 1, 1, 2, 3, BIAS(3)),
	HYBRID_SVDF("no-bias", RELU6, 0, 1, 2, 3, ABSENT),
	RNN_ROW("tanh", TANH, 0, 2, REAL),
	RNN_ROW("relu", RELU, 0, 1, REAL),
	RNN_ROW("relu6", RELU6, 0, 3, REAL),
	RNN_ROW("hybrid", TANH, 0, 2, BYTES),
	RNN_ROW("hybrid-asymmetric", RELU, 1, 2, BYTES),
	SEQUENCE_RNN("tanh", TANH, 0, 0, 2, 5, 2, REAL),
	SEQUENCE_RNN("none", NONE, 0, 0, 1, 3, 1, REAL),
	SEQUENCE_RNN("time-major", RELU_N1_TO_1, 1, 0, 5, 3, 3, REAL),
	SEQUENCE_RNN("hybrid", TANH, 0, 0, 2, 4, 2, BYTES),
	SEQUENCE_RNN("hybrid-time-major", RELU6, 1, 0, 4, 2, 2, BYTES),
	SEQUENCE_RNN("hybrid-asymmetric", TANH, 0, 1, 2, 4, 2, BYTES),
	BOTH_RNN("apart", 0, 0, 2, 5, 2, REAL, NO_AUX, OUT(FLOAT32, 2, 5, 4),
		 OUT(FLOAT32, 2, 5, 3)),
	BOTH_RNN("merged", 0, 1, 2, 5, 2, REAL, NO_AUX, OUT(FLOAT32, 2, 5, 7)),
	BOTH_RNN("time-major", 1, 1, 5, 2, 2, REAL, NO_AUX,
		 OUT(FLOAT32, 5, 2, 7)),
	BOTH_RNN("aux", 0, 0, 2, 3, 2, REAL, AUX_WITH_WEIGHTS(2, 3, REAL),
		 OUT(FLOAT32, 2, 3, 4), OUT(FLOAT32, 2, 3, 3)),
	BOTH_RNN("aux-alone", 1, 0, 3, 2, 2, REAL, AUX_ALONE(3, 2),
		 OUT(FLOAT32, 3, 2, 4), OUT(FLOAT32, 3, 2, 3)),
	BOTH_RNN("hybrid", 0, 1, 2, 4, 2, BYTES, NO_AUX, OUT(FLOAT32, 2, 4, 7)),
	BOTH_RNN("hybrid-apart", 0, 0, 4, 2, 4, BYTES, NO_AUX,
		 OUT(FLOAT32, 4, 2, 4), OUT(FLOAT32, 4, 2, 3)),

	SEQUENCE_LSTM("basic", PLAIN, 2, 4, FOUR_OF, REAL, 5, NO_PEEPHOLE,
		      BIAS(5), NO_PROJECTION, 2, NO_NORM),
	SEQUENCE_LSTM("time-major", LSTM_OPTIONS(TANH, 0, 0, 1, 0), 4, 3,
		      FOUR_OF, REAL, 5, NO_PEEPHOLE, BIAS(5), NO_PROJECTION, 3,
		      NO_NORM),
	SEQUENCE_LSTM("relu", LSTM_OPTIONS(RELU, 0, 0, 0, 0), 2, 3, FOUR_OF,
		      REAL, 5, NO_PEEPHOLE, BIAS(5), NO_PROJECTION, 2, NO_NORM),
	SEQUENCE_LSTM("clip", LSTM_OPTIONS(TANH, 0.4f, 0, 0, 0), 2, 4, FOUR_OF,
		      REAL, 5, NO_PEEPHOLE, BIAS(5), NO_PROJECTION, 2, NO_NORM),
	SEQUENCE_LSTM("cifg", PLAIN, 2, 4, CIFG_OF, REAL, 5, NO_PEEPHOLE,
		      BIAS(5), NO_PROJECTION, 2, NO_NORM),
	SEQUENCE_LSTM("peephole", PLAIN, 2, 4, FOUR_OF, REAL, 5, PEEPHOLE(REAL),
		      BIAS(5), NO_PROJECTION, 2, NO_NORM),
	SEQUENCE_LSTM("cifg-peephole", PLAIN, 1, 4, CIFG_OF, REAL, 5,
		      CIFG_PEEPHOLE(REAL), BIAS(5), NO_PROJECTION, 1, NO_NORM),
	SEQUENCE_LSTM("projection", LSTM_OPTIONS(TANH, 0, 0.9f, 0, 0), 2, 4,
		      FOUR_OF, REAL, 3, NO_PEEPHOLE, BIAS(5), PROJECTION(REAL),
		      2, NO_NORM),
	SEQUENCE_LSTM("projection-no-bias", PLAIN, 2, 3, FOUR_OF, REAL, 3,
		      PEEPHOLE(REAL), BIAS(5), PROJECTION_ALONE(REAL), 2,
		      NO_NORM),
	SEQUENCE_LSTM("norm", PLAIN, 2, 4, FOUR_OF, REAL, 5, NO_PEEPHOLE,
		      BIAS(5), NO_PROJECTION, 2, NORM),
	SEQUENCE_LSTM("norm-cifg-peephole-projection",
		      LSTM_OPTIONS(TANH, 0.8f, 0.5f, 1, 0), 4, 2, CIFG_OF, REAL,
		      3, CIFG_PEEPHOLE(REAL), BIAS(5), PROJECTION(REAL), 2,
		      CIFG_NORM),
	SEQUENCE_LSTM("hybrid", PLAIN, 2, 4, FOUR_OF, BYTES, 5, NO_PEEPHOLE,
		      BIAS(5), NO_PROJECTION, 2, NO_NORM),
	SEQUENCE_LSTM("hybrid-asymmetric", LSTM_OPTIONS(TANH, 0, 0, 0, 1), 2, 4,
		      FOUR_OF, BYTES, 5, NO_PEEPHOLE, BIAS(5), NO_PROJECTION, 2,
		      NO_NORM),
	SEQUENCE_LSTM("hybrid-cifg", LSTM_OPTIONS(TANH, 0.5f, 0, 1, 0), 3, 2,
		      CIFG_OF, BYTES, 5, NO_PEEPHOLE, BIAS(5), NO_PROJECTION, 2,
		      NO_NORM),
	SEQUENCE_LSTM("hybrid-peephole-projection", PLAIN, 2, 4, FOUR_OF, BYTES,
		      3, PEEPHOLE(BYTES), BIAS(5), PROJECTION(BYTES), 2,
		      NO_NORM),
	SEQUENCE_LSTM("hybrid-norm", PLAIN, 2, 4, FOUR_OF, BYTES, 5,
		      NO_PEEPHOLE, BIAS(5), NO_PROJECTION, 2, NORM),

	LSTM_ROW("basic", TANH, 0, 0, 2, FOUR_OF, REAL, 5, NO_PEEPHOLE, BIAS(5),
		 NO_PROJECTION, NO_NORM),
	LSTM_ROW("cifg-peephole", TANH, 0.5f, 0, 3, CIFG_OF, REAL, 5,
		 CIFG_PEEPHOLE(REAL), BIAS(5), NO_PROJECTION, NO_NORM),
	LSTM_ROW("projection", TANH, 0, 0.9f, 2, FOUR_OF, REAL, 3,
		 PEEPHOLE(REAL), BIAS(5), PROJECTION(REAL), NO_NORM),
	LSTM_ROW("norm", TANH, 0, 0, 2, FOUR_OF, REAL, 5, NO_PEEPHOLE, BIAS(5),
		 NO_PROJECTION, NORM),
	LSTM_ROW("hybrid", TANH, 0, 0, 2, FOUR_OF, BYTES, 5, NO_PEEPHOLE,
		 BIAS(5), NO_PROJECTION, NO_NORM),

	ROW(LSTM, "lstm-kernel-basic",
	    OPTIONS(LSTM, I8(0, TFLITE_ACT_TANH), I8(3, 1)),
	    INPUTS(X(2, 6), IN_RANGE(FLOAT32, -1, 1, 2, 5), REAL(20, 11),
		   BIAS(20), X(2, 5)),
	    OUTPUTS(OUT(FLOAT32, 2, 5), OUT(FLOAT32, 2, 5), OUT(FLOAT32, 2, 11),
		    OUT(FLOAT32, 2, 20))),

	BOTH_LSTM("apart", 0, 0, 2, 4, 2, REAL, 5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, NO_LSTM_AUX, OUT(FLOAT32, 2, 4, 5),
		  OUT(FLOAT32, 2, 4, 5)),
	BOTH_LSTM("merged", 0, 1, 1, 4, 1, REAL, 5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, NO_LSTM_AUX, OUT(FLOAT32, 1, 4, 10)),
	BOTH_LSTM("time-major", 1, 1, 4, 3, 3, REAL, 5, FOUR_OF, PEEPHOLE(REAL),
		  NO_PROJECTION, NO_LSTM_AUX, OUT(FLOAT32, 4, 3, 10)),
	BOTH_LSTM("projection", 0, 1, 1, 3, 1, REAL, 3, FOUR_OF, NO_PEEPHOLE,
		  PROJECTION(REAL), NO_LSTM_AUX, OUT(FLOAT32, 1, 3, 6)),
	BOTH_LSTM("cifg", 1, 0, 4, 2, 2, REAL, 5, CIFG_OF, NO_PEEPHOLE,
		  NO_PROJECTION, NO_LSTM_AUX, OUT(FLOAT32, 4, 2, 5),
		  OUT(FLOAT32, 4, 2, 5)),
	BOTH_LSTM("aux", 1, 0, 3, 2, 2, REAL, 5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, LSTM_AUX(3, 2, REAL), OUT(FLOAT32, 3, 2, 5),
		  OUT(FLOAT32, 3, 2, 5)),
	BOTH_LSTM("aux-alone", 1, 0, 3, 2, 2, REAL, 5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, LSTM_AUX_ALONE(3, 2), OUT(FLOAT32, 3, 2, 5),
		  OUT(FLOAT32, 3, 2, 5)),
	BOTH_LSTM("hybrid", 0, 1, 1, 4, 1, BYTES, 5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, NO_LSTM_AUX, OUT(FLOAT32, 1, 4, 10)),
	BOTH_LSTM("hybrid-peephole", 1, 0, 3, 2, 2, BYTES, 5, FOUR_OF,
		  PEEPHOLE(BYTES), NO_PROJECTION, NO_LSTM_AUX,
		  OUT(FLOAT32, 3, 2, 5), OUT(FLOAT32, 3, 2, 5)),
	BOTH_LSTM("hybrid-aux", 1, 0, 3, 2, 2, BYTES, 5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, LSTM_AUX(3, 2, BYTES), OUT(FLOAT32, 3, 2, 5),
		  OUT(FLOAT32, 3, 2, 5)),

	/* LiteRT is wrong there, so these are from sequence_model.py; the first
	 * two are right in LiteRT, too. */
	BOTH_RNN("published-apart", 1, 0, 4, 2, 2, REAL, NO_AUX,
		 OUT(FLOAT32, 4, 2, 4), OUT(FLOAT32, 4, 2, 3)),
	BOTH_LSTM("published-time-major", 1, 1, 3, 2, 2, BYTES, 5, FOUR_OF,
		  NO_PEEPHOLE, NO_PROJECTION, NO_LSTM_AUX,
		  OUT(FLOAT32, 3, 2, 10)),
	BOTH_RNN("published-hybrid-time-major", 1, 0, 4, 2, 2, BYTES, NO_AUX,
		 OUT(FLOAT32, 4, 2, 4), OUT(FLOAT32, 4, 2, 3)),
	BOTH_LSTM("published-merged", 0, 1, 2, 4, 2, REAL, 5, FOUR_OF,
		  NO_PEEPHOLE, NO_PROJECTION, NO_LSTM_AUX,
		  OUT(FLOAT32, 2, 4, 10)),
	BOTH_LSTM("published-hybrid-merged", 0, 1, 3, 2, 3, BYTES, 5, FOUR_OF,
		  NO_PEEPHOLE, NO_PROJECTION, NO_LSTM_AUX,
		  OUT(FLOAT32, 3, 2, 10)),

	INT8_LSTM("basic", PLAIN, 2, 4, 8, -5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, NO_NORM),
	INT8_LSTM("cifg", LSTM_OPTIONS(TANH, 0.7f, 0, 0, 0), 2, 4, 8, 4,
		  CIFG_OF, NO_PEEPHOLE, NO_PROJECTION, NO_NORM),
	INT8_LSTM("peephole", PLAIN, 2, 4, 8, -5, FOUR_OF, INT8_PEEPHOLE,
		  NO_PROJECTION, NO_NORM),
	INT8_LSTM("projection", LSTM_OPTIONS(TANH, 0, 0.3f, 0, 0), 2, 4, 4, -5,
		  FOUR_OF, NO_PEEPHOLE, INT8_PROJECTION, NO_NORM),
	INT8_LSTM("norm", PLAIN, 2, 4, 8, -5, FOUR_OF, NO_PEEPHOLE,
		  NO_PROJECTION, INT8_NORM),
	INT8_LSTM("peephole-norm", PLAIN, 2, 4, 8, -5, FOUR_OF, INT8_PEEPHOLE,
		  NO_PROJECTION, INT8_NORM),
	INT8_LSTM("projection-norm", PLAIN, 2, 4, 4, -5, FOUR_OF, NO_PEEPHOLE,
		  INT8_PROJECTION, INT8_NORM),
	/* As many outputs as cells: LiteRT's peephole stops at the former. */
	INT8_LSTM("projection-peephole", PLAIN, 2, 4, 8, -5, FOUR_OF,
		  INT8_PEEPHOLE, INT8_SQUARE_PROJECTION, NO_NORM),
	INT8_LSTM("all", LSTM_OPTIONS(TANH, 0.9f, 0.5f, 0, 0), 2, 4, 8, -5,
		  FOUR_OF, INT8_PEEPHOLE, INT8_SQUARE_PROJECTION, INT8_NORM),
	INT8_LSTM("cifg-all", PLAIN, 2, 3, 8, 7, CIFG_OF, INT8_CIFG_PEEPHOLE,
		  INT8_SQUARE_PROJECTION, INT8_CIFG_NORM),
	INT8_LSTM("time-major", LSTM_OPTIONS(TANH, 0, 0, 1, 0), 2, 2, 8, 1,
		  FOUR_OF, NO_PEEPHOLE, NO_PROJECTION, NO_NORM),
	ROW(LSTM, "lstm-int8",
	    OPTIONS(LSTM, I8(0, TFLITE_ACT_TANH), F32(1, 0.6f)),
	    INPUTS(IN_SCALED(INT8, 0.016f, 3, 3, 6),
		   FOUR_OF(INT8_WEIGHTS(8, 6)), FOUR_OF(INT8_WEIGHTS(8, 8)),
		   NO_PEEPHOLE, FOUR_OF(INT8_BIAS(8)), NO_PROJECTION,
		   INT8_STATES(3, 8, 2), NO_NORM),
	    OUTPUTS(OUT_SCALED(INT8, 0.0079f, 2, 3, 8)),
	    INSIDE(GATE_SCALES, HIDDEN_SCALE(0.0078f, 2)), STEPS),
	ROW(LSTM, "lstm-int8-all",
	    OPTIONS(LSTM, I8(0, TFLITE_ACT_TANH), F32(1, 0.6f), F32(2, 0.6f)),
	    INPUTS(IN_SCALED(INT8, 0.016f, 3, 3, 6),
		   FOUR_OF(INT8_WEIGHTS(8, 6)), FOUR_OF(INT8_WEIGHTS(8, 8)),
		   INT8_PEEPHOLE, FOUR_OF(INT8_BIAS(8)), INT8_SQUARE_PROJECTION,
		   INT8_STATES(3, 8, 2), INT8_NORM),
	    OUTPUTS(OUT_SCALED(INT8, 0.0079f, 2, 3, 8)),
	    INSIDE(GATE_SCALES, HIDDEN_SCALE(0.0078f, 2)), STEPS),
};

const struct row_family rows_sequence = ROW_FAMILY(rows, "sequence", 2);
