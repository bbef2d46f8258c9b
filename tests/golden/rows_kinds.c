/* SPDX-License-Identifier: MIT */
/*
 * Further types of operators that pick, place and compare. Rows with -exact-
 * in their name: LiteRT refuses the type, or (diagonals) writes wrong bytes;
 * exact_model.py computes the answer.
 */
#include "rows.h"

#define PLAIN_IN(element, ...)                                                 \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.quantisation = ROW_NOT                                \
	}
#define PLAIN_OUT(element, ...)                                                \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, element, __VA_ARGS__),                   \
			.quantisation = ROW_NOT                                \
	}

#define GATHERED(text, element)                                                \
	ROW(GATHER, "kinds-gather-" text, OPTIONS(GATHER, I32(0, 1)),          \
	    INPUTS(IN(element, 2, 5, 3), GIVEN(INT32, 4, 0, 2, 2)),            \
	    OUTPUTS(OUT_LIKE(element, 2, 4, 3)))
#define GATHERED_ND(text, element)                                             \
	ROW(GATHER_ND, "kinds-gather-nd-" text, DEFAULTS(GATHER_ND),           \
	    INPUTS(IN(element, 3, 2, 4), IN_RANGE(INT32, 0, 1, 5, 2)),         \
	    OUTPUTS(OUT_LIKE(element, 5, 4)))
#define REVERSED(text, element)                                                \
	ROW(REVERSE_SEQUENCE, "kinds-reverse-sequence-" text,                  \
	    OPTIONS(REVERSE_SEQUENCE, I32(0, 1), I32(1, 0)),                   \
	    INPUTS(IN(element, 3, 5, 2), IN_RANGE(INT32, 1, 5, 3)),            \
	    OUTPUTS(OUT_LIKE(element, 3, 5, 2)))
#define DIAGONALS(text, element)                                               \
	ROW(MATRIX_DIAG, "kinds-matrix-diag-" text, DEFAULTS(MATRIX_DIAG),     \
	    INPUTS(IN(element, 2, 3, 4)),                                      \
	    OUTPUTS(OUT_LIKE(element, 2, 3, 4, 4))),                           \
		ROW(MATRIX_SET_DIAG, "kinds-matrix-set-diag-" text,            \
		    DEFAULTS(MATRIX_SET_DIAG),                                 \
		    INPUTS(IN(element, 2, 3, 4), IN_LIKE(element, 2, 3)),      \
		    OUTPUTS(OUT_LIKE(element, 2, 3, 4)))
#define UPDATED(text, element)                                                 \
	ROW(DYNAMIC_UPDATE_SLICE, "kinds-dynamic-update-slice-" text,          \
	    DEFAULTS(DYNAMIC_UPDATE_SLICE),                                    \
	    INPUTS(IN(element, 4, 5), IN_LIKE(element, 2, 3),                  \
		   IN_RANGE(INT32, -2, 5, 2)),                                 \
	    OUTPUTS(OUT_LIKE(element, 4, 5)), .seeds = 4)
#define BITS(text, from, to, x, y)                                             \
	ROW(BITCAST, "kinds-bitcast-" text, DEFAULTS(BITCAST),                 \
	    INPUTS(PLAIN_IN(from, x)), OUTPUTS(PLAIN_OUT(to, y)))
#define DIMS(...) __VA_ARGS__

#define I64_LIST(id_, ...)                                                     \
	{                                                                      \
		.id = (id_), .kind = TFLITE_I64_VECTOR,                        \
		.data = ((const int64_t[]) { __VA_ARGS__ }),                   \
		.count = ROW_COUNT(((int64_t[]) { __VA_ARGS__ }))              \
	}
/* Around and between; then cut off. */
#define HLO_PADS(text, element)                                                \
	ROW(STABLEHLO_PAD, "kinds-hlo-pad-" text,                              \
	    OPTIONS_2(STABLEHLO_PAD, I64_LIST(0, 1, 0), I64_LIST(1, 2, 1),     \
		      I64_LIST(2, 1, 2)),                                      \
	    INPUTS(PLAIN_IN(element, 3, 4), SCALAR(element, 1)),               \
	    OUTPUTS(PLAIN_OUT(element, 8, 11))),                               \
		ROW(STABLEHLO_PAD, "kinds-hlo-pad-" text "-cut",               \
		    OPTIONS_2(STABLEHLO_PAD, I64_LIST(0, -1, 1),               \
			      I64_LIST(1, 0, -2), I64_LIST(2, 1, 0)),          \
		    INPUTS(PLAIN_IN(element, 3, 4), SCALAR(element, 1)),       \
		    OUTPUTS(PLAIN_OUT(element, 4, 3)))
#define DILATIONS(text, element)                                               \
	ROW(DILATE, "kinds-dilate-" text, DEFAULTS_2(DILATE),                  \
	    INPUTS(PLAIN_IN(element, 3, 2), LIST(INT32, 2, 3),                 \
		   SCALAR(element, 1)),                                        \
	    OUTPUTS(PLAIN_OUT(element, 5, 4)))

#define PAIR(operator, group, text, element, result)                           \
	ROW(operator, "kinds-" text, DEFAULTS(group),                          \
	    INPUTS(IN(element, 4, 6), IN(element, 4, 6)),                      \
	    OUTPUTS(OUT(result, 4, 6))),                                       \
		ROW(operator, "kinds-" text "-stretched", DEFAULTS(group),     \
		    INPUTS(IN(element, 3, 1, 5), IN(element, 4, 1)),           \
		    OUTPUTS(OUT(result, 3, 4, 5)))
#define F32_LIST(id_, ...)                                                     \
	{                                                                      \
		.id = (id_), .kind = TFLITE_F32_VECTOR,                        \
		.data = ((const float[]) { __VA_ARGS__ }),                     \
		.count = ROW_COUNT(((float[]) { __VA_ARGS__ }))                \
	}

static const struct row rows[] = {
	GATHERED("exact-float64", FLOAT64),
	GATHERED("uint8", UINT8),
	GATHERED("int16", INT16),
	GATHERED("int64", INT64),
	GATHERED("bool", BOOL),
	GATHERED_ND("exact-float64", FLOAT64),
	GATHERED_ND("uint8", UINT8),
	GATHERED_ND("int16", INT16),
	GATHERED_ND("int64", INT64),
	GATHERED_ND("bool", BOOL),
	ROW(SHAPE, "kinds-shape-float64", OPTIONS(SHAPE, I8(0, TFLITE_INT32)),
	    INPUTS(IN(FLOAT64, 3, 1, 4)), OUTPUTS(OUT(INT32, 3)), .seeds = 1),
	ROW(RANK, "kinds-rank-float64", DEFAULTS(RANK),
	    INPUTS(IN(FLOAT64, 3, 1, 4)),
	    OUTPUTS({ .role = ROW_OUTPUT, .type = TFLITE_INT32 }), .seeds = 1),
	ROW(RANK, "kinds-rank-int32", DEFAULTS(RANK), INPUTS(IN(INT32, 3, 5)),
	    OUTPUTS({ .role = ROW_OUTPUT, .type = TFLITE_INT32 }), .seeds = 1),
	REVERSED("exact-float64", FLOAT64),
	REVERSED("exact-int8", INT8),
	REVERSED("exact-bool", BOOL),
	DIAGONALS("exact-float64", FLOAT64),
	DIAGONALS("exact-bool", BOOL),
	BITS("float64-int32", FLOAT64, INT32, DIMS(2, 3), DIMS(2, 3, 2)),
	BITS("float64-int64", FLOAT64, INT64, DIMS(2, 3), DIMS(2, 3)),
	BITS("int8-uint8", INT8, UINT8, DIMS(3, 5), DIMS(3, 5)),
	BITS("int8-int32", INT8, INT32, DIMS(3, 4), DIMS(3)),
	BITS("uint8-int16", UINT8, INT16, DIMS(3, 4, 2), DIMS(3, 4)),
	BITS("uint8-float64", UINT8, FLOAT64, DIMS(2, 8), DIMS(2)),
	BITS("int64-int16", INT64, INT16, DIMS(2, 3), DIMS(2, 3, 4)),
	BITS("int64-float64", INT64, FLOAT64, DIMS(2, 3), DIMS(2, 3)),
	BITS("bool-int8", BOOL, INT8, DIMS(2, 7), DIMS(2, 7)),
	BITS("bool-int32", BOOL, INT32, DIMS(5, 4), DIMS(5)),
	DILATIONS("float64", FLOAT64),
	DILATIONS("bool", BOOL),
	HLO_PADS("float64", FLOAT64),
	HLO_PADS("uint8", UINT8),
	HLO_PADS("int32", INT32),
	HLO_PADS("bool", BOOL),
	UPDATED("float64", FLOAT64),
	UPDATED("uint8", UINT8),
	UPDATED("int16", INT16),
	PAIR(MAXIMUM, MAXIMUM_MINIMUM, "maximum-int64", INT64, INT64),
	PAIR(MINIMUM, MAXIMUM_MINIMUM, "minimum-int32", INT32, INT32),
	PAIR(NOT_EQUAL, NOT_EQUAL, "not-equal-bool", BOOL, BOOL),
	ROW(ARG_MIN, "kinds-arg-min-int32",
	    OPTIONS(ARG_MIN, I8(0, TFLITE_INT32)),
	    INPUTS(IN_RANGE(INT32, -3, 3, 4, 9), SCALAR(INT32, 1)),
	    OUTPUTS(OUT(INT32, 4))),
	ROW(ARG_MIN, "kinds-arg-min-int32-first",
	    OPTIONS(ARG_MIN, I8(0, TFLITE_INT64)),
	    INPUTS(IN(INT32, 4, 9), SCALAR(INT32, 0)), OUTPUTS(OUT(INT64, 9))),
	ROW(REDUCE_MIN, "kinds-reduce-min-int32", OPTIONS(REDUCER, I8(0, 0)),
	    INPUTS(IN(INT32, 2, 3, 4, 5), LIST(INT32, 1, -1)),
	    OUTPUTS(OUT(INT32, 2, 4))),
	ROW(REDUCE_MIN, "kinds-reduce-min-int32-kept",
	    OPTIONS(REDUCER, I8(0, 1)),
	    INPUTS(IN(INT32, 2, 3, 4), LIST(INT32, 0)),
	    OUTPUTS(OUT(INT32, 1, 3, 4))),
	ROW(BUCKETIZE, "kinds-bucketize-float64",
	    OPTIONS(BUCKETIZE, F32_LIST(0, -3, -1, 0, 0.5f, 2, 2)),
	    INPUTS(IN(FLOAT64, 3, 8)), OUTPUTS(OUT(INT32, 3, 8))),
};

const struct row_family rows_kinds = ROW_FAMILY(rows, "kinds", 2);
