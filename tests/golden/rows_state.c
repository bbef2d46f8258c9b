/* SPDX-License-Identifier: MIT */
/* Operators that keep something from one inference to the next. */
#include "rows.h"

#define SVDF_ROW(text, act, rank, batch, units, bias)                          \
	ROW(SVDF, "svdf-float-" text,                                          \
	    OPTIONS(SVDF, I32(0, rank), I8(1, TFLITE_ACT_##act)),              \
	    INPUTS(IN(FLOAT32, batch, 6),                                      \
		   WEIGHTS(FLOAT32, (units) * (rank), 6),                      \
		   WEIGHTS(FLOAT32, (units) * (rank), 5), bias,                \
		   STATE(FLOAT32, batch, 5 * (units) * (rank))),               \
	    OUTPUTS(OUT(FLOAT32, batch, units)), .steps = 8)
#define SCALED(kind, element, step, ...)                                       \
	{                                                                      \
		TENSOR_OF(kind, element, __VA_ARGS__), .scale = (step)         \
	}
#define SVDF_INT8(text, act, rank, batch, units)                               \
	ROW(SVDF, "svdf-int8-" text,                                           \
	    OPTIONS(SVDF, I32(0, rank), I8(1, TFLITE_ACT_##act)),              \
	    INPUTS(IN_SCALED(INT8, 0.03f, 9, batch, 6),                        \
		   SCALED(ROW_WEIGHTS, INT8, 0.01f, (units) * (rank), 6),      \
		   SCALED(ROW_WEIGHTS, INT16, 0.00003f, (units) * (rank), 5),  \
		   { TENSOR_OF(ROW_WEIGHTS, INT32, units), .scale = 0.000003f, \
		     .low = -20000, .high = 20000 },                           \
		   SCALED(ROW_STATE, INT16, 0.001f, batch,                     \
			  5 * (units) * (rank))),                              \
	    OUTPUTS(OUT_SCALED(INT8, 0.03f, -12, batch, units)), .seeds = 4,   \
	    .steps = 8)

static const struct row rows[] = {
	SVDF_ROW("rank-1", NONE, 1, 1, 4, WEIGHTS(FLOAT32, 4)),
	SVDF_ROW("rank-2-relu", RELU, 2, 2, 3, WEIGHTS(FLOAT32, 3)),
	SVDF_ROW("no-bias", NONE, 1, 2, 3, ABSENT),
	SVDF_INT8("rank-1", RELU, 1, 1, 8),
	SVDF_INT8("rank-2", RELU, 2, 2, 4),
};

const struct row_family rows_state = ROW_FAMILY(rows, "state", 2);
