/* SPDX-License-Identifier: MIT */
/* Operators that fill, scatter, and run along a dimension; bits. */
#include "rows.h"

#define ADD_N_ROW(text, element, ...)                                          \
	ROW(ADD_N, "add-n-" text, DEFAULTS(ADD_N), INPUTS(__VA_ARGS__),        \
	    OUTPUTS(OUT(element, 2, 3)))
/* Along each of three dimensions, in each of the four ways. */
#define CUMSUM_WAY(text, element, axis, exclusive, reverse)                    \
	ROW(CUMSUM, "cumsum-" text,                                            \
	    OPTIONS(CUMSUM, I8(0, exclusive), I8(1, reverse)),                 \
	    INPUTS(IN(element, 3, 4, 5), SCALAR(INT32, axis)),                 \
	    OUTPUTS(OUT(element, 3, 4, 5)), .seeds = 1)
#define CUMSUM_WAYS(text, element, axis)                                       \
	CUMSUM_WAY(text, element, axis, 0, 0),                                 \
		CUMSUM_WAY(text "-exclusive", element, axis, 1, 0),            \
		CUMSUM_WAY(text "-reverse", element, axis, 0, 1),              \
		CUMSUM_WAY(text "-both", element, axis, 1, 1)
#define CUMSUMS(text, element)                                                 \
	CUMSUM_WAYS(text "-0", element, 0),                                    \
		CUMSUM_WAYS(text "-1", element, 1),                            \
		CUMSUM_WAYS(text "-last", element, -1)
/* A value that is computed. */
#define FILLS(text, element)                                                   \
	ROW(FILL, "fill-" text, DEFAULTS(FILL),                                \
	    INPUTS(LIST(INT32, 2, 3, 4), SCALAR_PLAIN(element)),               \
	    OUTPUTS(PLAIN_OUT(element, 2, 3, 4))),                             \
		ROW(FILL, "fill-" text "-64-bits", DEFAULTS(FILL),             \
		    INPUTS(LIST(INT64, 7), SCALAR_PLAIN(element)),             \
		    OUTPUTS(PLAIN_OUT(element, 7)))
#define ZEROS(text, element)                                                   \
	ROW(ZEROS_LIKE, "zeros-like-" text, DEFAULTS(ZEROS_LIKE),              \
	    INPUTS(IN(element, 2, 3)), OUTPUTS(OUT(element, 2, 3)),            \
	    .seeds = 1)
/* Indices of -2 to 5, of 4 classes. */
#define ONE_HOT_AXIS(text, index, element, axis, ...)                          \
	ROW(ONE_HOT, "one-hot-" text, OPTIONS(ONE_HOT, I32(0, axis)),          \
	    INPUTS(IN_RANGE(index, -2, 5, 2, 3), SCALAR(INT32, 4),             \
		   SCALAR_PLAIN(element), SCALAR_PLAIN(element)),              \
	    OUTPUTS(PLAIN_OUT(element, __VA_ARGS__)))
#define ONE_HOTS(text, element)                                                \
	ONE_HOT_AXIS(text "-last", INT32, element, -1, 2, 3, 4),               \
		ONE_HOT_AXIS(text "-0", INT32, element, 0, 4, 2, 3),           \
		ONE_HOT_AXIS(text "-1", INT64, element, 1, 2, 4, 3)
#define SCALAR_PLAIN(element)                                                  \
	{                                                                      \
		.role = ROW_INPUT, .type = TFLITE_##element,                   \
		.quantisation = ROW_NOT                                        \
	}
#define PLAIN_IN(element, ...)                                                 \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.quantisation = ROW_NOT                                \
	}
#define PLAIN_RANGE(element, least, greatest, ...)                             \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.quantisation = ROW_NOT, .low = (least),               \
			.high = (greatest)                                     \
	}
#define PLAIN_OUT(element, ...)                                                \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, element, __VA_ARGS__),                   \
			.quantisation = ROW_NOT                                \
	}
/* Some indices twice, so that updates add up. */
#define SCATTERS(text, element)                                                \
	ROW(SCATTER_ND, "scatter-nd-" text "-rows", DEFAULTS(SCATTER_ND),      \
	    INPUTS(IN_RANGE(INT32, 0, 4, 6, 1), PLAIN_IN(element, 6, 3),       \
		   LIST(INT32, 5, 3)),                                         \
	    OUTPUTS(PLAIN_OUT(element, 5, 3))),                                \
		ROW(SCATTER_ND, "scatter-nd-" text "-elements",                \
		    DEFAULTS(SCATTER_ND),                                      \
		    INPUTS(IN_RANGE(INT32, 0, 2, 2, 5, 2),                     \
			   PLAIN_IN(element, 2, 5), LIST(INT32, 3, 4)),        \
		    OUTPUTS(PLAIN_OUT(element, 3, 4)))
#define SPARSES(text, element)                                                 \
	ROW(SPARSE_TO_DENSE, "sparse-to-dense-" text "-2",                     \
	    DEFAULTS(SPARSE_TO_DENSE),                                         \
	    INPUTS(TABLE(INT32, 3, 2, 0, 1, 1, 0, 2, 3), LIST(INT32, 3, 4),    \
		   PLAIN_IN(element, 3), SCALAR_PLAIN(element)),               \
	    OUTPUTS(PLAIN_OUT(element, 3, 4))),                                \
		ROW(SPARSE_TO_DENSE, "sparse-to-dense-" text "-1",             \
		    DEFAULTS(SPARSE_TO_DENSE),                                 \
		    INPUTS(LIST(INT64, 1, 3, 4), LIST(INT64, 6),               \
			   SCALAR_PLAIN(element), SCALAR_PLAIN(element)),      \
		    OUTPUTS(PLAIN_OUT(element, 6)))
#define REVERSES(text, element)                                                \
	ROW(REVERSE_SEQUENCE, "reverse-sequence-" text "-1-0",                 \
	    OPTIONS(REVERSE_SEQUENCE, I32(0, 1), I32(1, 0)),                   \
	    INPUTS(IN(element, 3, 5, 2), IN_RANGE(INT32, 1, 5, 3)),            \
	    OUTPUTS(OUT_LIKE(element, 3, 5, 2))),                              \
		ROW(REVERSE_SEQUENCE, "reverse-sequence-" text "-0-2",         \
		    OPTIONS(REVERSE_SEQUENCE, I32(0, 0), I32(1, 2)),           \
		    INPUTS(IN(element, 4, 2, 3, 2), IN_RANGE(INT64, 1, 4, 3)), \
		    OUTPUTS(OUT_LIKE(element, 4, 2, 3, 2)))
#define DIAGONALS(text, element)                                               \
	ROW(MATRIX_DIAG, "matrix-diag-" text "-1", DEFAULTS(MATRIX_DIAG),      \
	    INPUTS(IN(element, 4)), OUTPUTS(OUT_LIKE(element, 4, 4))),         \
		ROW(MATRIX_DIAG, "matrix-diag-" text "-3",                     \
		    DEFAULTS(MATRIX_DIAG), INPUTS(IN(element, 2, 3, 2)),       \
		    OUTPUTS(OUT_LIKE(element, 2, 3, 2, 2))),                   \
		ROW(MATRIX_SET_DIAG, "matrix-set-diag-" text "-wide",          \
		    DEFAULTS(MATRIX_SET_DIAG),                                 \
		    INPUTS(IN(element, 2, 3, 4), IN_LIKE(element, 2, 3)),      \
		    OUTPUTS(OUT_LIKE(element, 2, 3, 4))),                      \
		ROW(MATRIX_SET_DIAG, "matrix-set-diag-" text "-high",          \
		    DEFAULTS(MATRIX_SET_DIAG),                                 \
		    INPUTS(IN(element, 5, 3), IN_LIKE(element, 3)),            \
		    OUTPUTS(OUT_LIKE(element, 5, 3)))
#define SEGMENTS(text, element)                                                \
	ROW(SEGMENT_SUM, "segment-sum-" text, DEFAULTS(SEGMENT_SUM),           \
	    INPUTS(IN(element, 6, 3), LIST(INT32, 0, 0, 1, 2, 2, 2)),          \
	    OUTPUTS(OUT(element, 3, 3)))
/* Segment 3 is empty. */
#define UNSORTED(operator, text, element)                                      \
	ROW(UNSORTED_SEGMENT_##operator, "unsorted-segment-" text "-rows",     \
	    DEFAULTS(UNSORTED_SEGMENT_##operator),                             \
	    INPUTS(IN_RANGE(element, -5, 5, 6, 2), IN_RANGE(INT32, 0, 2, 6),   \
		   SCALAR(INT32, 4)),                                          \
	    OUTPUTS(OUT(element, 4, 2))),                                      \
		ROW(UNSORTED_SEGMENT_##operator,                               \
		    "unsorted-segment-" text "-elements",                      \
		    DEFAULTS(UNSORTED_SEGMENT_##operator),                     \
		    INPUTS(IN_RANGE(element, -5, 5, 3, 4),                     \
			   IN_RANGE(INT32, 0, 2, 3, 4), SCALAR(INT32, 4)),     \
		    OUTPUTS(OUT(element, 4))),                                 \
		ROW(UNSORTED_SEGMENT_##operator,                               \
		    "unsorted-segment-" text "-negative",                      \
		    DEFAULTS(UNSORTED_SEGMENT_##operator),                     \
		    INPUTS(IN_RANGE(element, -5, 5, 6, 2),                     \
			   IN_RANGE(INT32, -2, 2, 6), SCALAR(INT32, 3)),       \
		    OUTPUTS(OUT(element, 3, 2)))
/* Starts that leave the operand are moved. */
#define UPDATES(text, element)                                                 \
	ROW(DYNAMIC_UPDATE_SLICE, "dynamic-update-slice-" text,                \
	    DEFAULTS(DYNAMIC_UPDATE_SLICE),                                    \
	    INPUTS(IN(element, 4, 5), IN_LIKE(element, 2, 3),                  \
		   IN_RANGE(INT32, -2, 5, 2)),                                 \
	    OUTPUTS(OUT_LIKE(element, 4, 5)), .seeds = 4),                     \
		ROW(DYNAMIC_UPDATE_SLICE,                                      \
		    "dynamic-update-slice-" text "-cache",                     \
		    DEFAULTS(DYNAMIC_UPDATE_SLICE),                            \
		    INPUTS(IN(element, 1, 6, 2, 3),                            \
			   IN_LIKE(element, 1, 1, 2, 3),                       \
			   GIVEN(INT64, 0, 4, 0, 0)),                          \
		    OUTPUTS(OUT_LIKE(element, 1, 6, 2, 3)))
#define BITS(text, element)                                                    \
	ROW(BITWISE_XOR, "bitwise-xor-" text "-same", DEFAULTS(BITWISE_XOR),   \
	    INPUTS(PLAIN_IN(element, 3, 4), PLAIN_IN(element, 3, 4)),          \
	    OUTPUTS(PLAIN_OUT(element, 3, 4))),                                \
		ROW(BITWISE_XOR, "bitwise-xor-" text "-vector",                \
		    DEFAULTS(BITWISE_XOR),                                     \
		    INPUTS(PLAIN_IN(element, 3, 4), PLAIN_IN(element, 4)),     \
		    OUTPUTS(PLAIN_OUT(element, 3, 4))),                        \
		ROW(RIGHT_SHIFT, "right-shift-" text "-same",                  \
		    DEFAULTS(RIGHT_SHIFT),                                     \
		    INPUTS(PLAIN_IN(element, 3, 4),                            \
			   PLAIN_RANGE(element, 0, 7, 3, 4)),                  \
		    OUTPUTS(PLAIN_OUT(element, 3, 4))),                        \
		ROW(RIGHT_SHIFT, "right-shift-" text "-any",                   \
		    DEFAULTS(RIGHT_SHIFT),                                     \
		    INPUTS(PLAIN_IN(element, 3, 4),                            \
			   PLAIN_RANGE(element, 0, 40, 3, 4)),                 \
		    OUTPUTS(PLAIN_OUT(element, 3, 4)))
#define LOOKUPS(text, element)                                                 \
	ROW(EMBEDDING_LOOKUP, "embedding-lookup-" text, NO_OPTIONS,            \
	    INPUTS(IN_RANGE(INT32, 0, 4, 6), WEIGHTS_LIKE(element, 5, 3)),     \
	    OUTPUTS(OUT_STEP(element, 6, 3)))
#define WEIGHTS_LIKE(element, ...)                                             \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, __VA_ARGS__)                   \
	}
#define OUT_STEP OUT
#define RANGES(text, element, first, limit, step, count)                       \
	ROW(RANGE, "range-" text, DEFAULTS(RANGE),                             \
	    INPUTS(SCALAR(element, first), SCALAR(element, limit),             \
		   SCALAR(element, step)),                                     \
	    OUTPUTS(OUT(element, count)), .seeds = 1)

/* The types that rows_reduction.c leaves out. */
#define REDUCTION(operator, text, element, least, greatest)                    \
	ROW(operator, text "-first", OPTIONS(REDUCER, I8(0, 1)),               \
	    INPUTS(PLAIN_RANGE(element, least, greatest, 3, 4),                \
		   LIST(INT32, 0)),                                            \
	    OUTPUTS(PLAIN_OUT(element, 1, 4))),                                \
		ROW(operator, text "-two", DEFAULTS(REDUCER),                  \
		    INPUTS(PLAIN_RANGE(element, least, greatest, 2, 3, 4),     \
			   LIST(INT32, 0, 2)),                                 \
		    OUTPUTS(PLAIN_OUT(element, 3)))
/* All 256 values, none below 0. */
#define RSQRTS(number, step, out_step, out_zero)                               \
	ROW(RSQRT, "rsqrt-int8-" number, NO_OPTIONS,                           \
	    INPUTS(RAMP(INT8, step, -128, 256)),                               \
	    OUTPUTS(OUT_SCALED(INT8, out_step, out_zero, 256)), .seeds = 1)
#define TOP(text, element, k, least, greatest)                                 \
	ROW(TOPK_V2, text, DEFAULTS(TOP_KV2),                                  \
	    INPUTS(PLAIN_RANGE(element, least, greatest, 3, 7),                \
		   SCALAR(INT32, k)),                                          \
	    OUTPUTS(PLAIN_OUT(element, 3, k), OUT(INT32, 3, k)))
/* The output has the input's scale. */
#define EXTREMES(operator, text)                                               \
	ROW(operator, text "-last", DEFAULTS(REDUCER),                         \
	    INPUTS(IN_SCALED(INT16, 0.001f, 0, 2, 3, 4), LIST(INT32, 2)),      \
	    OUTPUTS(OUT_SCALED(INT16, 0.001f, 0, 2, 3))),                      \
		ROW(operator, text "-all-kept", OPTIONS(REDUCER, I8(0, 1)),    \
		    INPUTS(IN_SCALED(INT16, 0.002f, 0, 4, 5),                  \
			   LIST(INT32, 0, 1)),                                 \
		    OUTPUTS(OUT_SCALED(INT16, 0.002f, 0, 1, 1)))

#define SQUARES(text, a_step, b_step, out_step, zero)                          \
	ROW(SQUARED_DIFFERENCE, "squared-difference-int8-" text "-same",       \
	    DEFAULTS(SQUARED_DIFFERENCE),                                      \
	    INPUTS(IN_SCALED(INT8, a_step, 3, 8, 16),                          \
		   IN_SCALED(INT8, b_step, -20, 8, 16)),                       \
	    OUTPUTS(OUT_SCALED(INT8, out_step, zero, 8, 16))),                 \
		ROW(SQUARED_DIFFERENCE,                                        \
		    "squared-difference-int8-" text "-vector",                 \
		    DEFAULTS(SQUARED_DIFFERENCE),                              \
		    INPUTS(IN_SCALED(INT8, a_step, -128, 5, 1, 7),             \
			   IN_SCALED(INT8, b_step, 127, 3, 7)),                \
		    OUTPUTS(OUT_SCALED(INT8, out_step, zero, 5, 3, 7)))

static const struct row rows[] = {
	SQUARES("even", 0.05f, 0.05f, 0.6f, -128),
	SQUARES("coarse", 0.11f, 0.013f, 2.7f, -90),
	SQUARES("fine", 0.004f, 0.009f, 0.0002f, 17),
	RSQRTS("one", 0.05f, 0.02f, -128),
	RSQRTS("two", 0.0011f, 0.13f, -90),
	RSQRTS("three", 2.5f, 0.003f, 20),
	TOP("topk-int64", INT64, 4, 0, 0),
	TOP("topk-int64-ties", INT64, 7, -2, 2),
	EXTREMES(REDUCE_MAX, "reduce-max-int16"),
	EXTREMES(REDUCE_MIN, "reduce-min-int16"),
	REDUCTION(SUM, "sum-int64", INT64, -1000, 1000),
	REDUCTION(REDUCE_PROD, "reduce-prod-int64", INT64, -9, 9),
	REDUCTION(REDUCE_MAX, "reduce-max-int64", INT64, 0, 0),
	REDUCTION(REDUCE_MIN, "reduce-min-int64", INT64, 0, 0),
	REDUCTION(MEAN, "mean-int32", INT32, -100, 50),
	REDUCTION(MEAN, "mean-int64", INT64, -100, 50),
	ADD_N_ROW("float-2", FLOAT32, IN(FLOAT32, 2, 3), IN(FLOAT32, 2, 3)),
	ADD_N_ROW("float-4", FLOAT32, IN(FLOAT32, 2, 3), IN(FLOAT32, 2, 3),
		  IN(FLOAT32, 2, 3), IN(FLOAT32, 2, 3)),
	ADD_N_ROW("int32-3", INT32, IN(INT32, 2, 3), IN(INT32, 2, 3),
		  IN(INT32, 2, 3)),
	CUMSUMS("float", FLOAT32),
	CUMSUMS("int32", INT32),
	CUMSUMS("int64", INT64),
	FILLS("float", FLOAT32),
	FILLS("int32", INT32),
	FILLS("int64", INT64),
	FILLS("int16", INT16),
	FILLS("int8", INT8),
	FILLS("bool", BOOL),
	ZEROS("float", FLOAT32),
	ZEROS("int32", INT32),
	ZEROS("int64", INT64),
	ONE_HOTS("float", FLOAT32),
	ONE_HOTS("int32", INT32),
	ONE_HOTS("int64", INT64),
	ONE_HOTS("int8", INT8),
	ONE_HOTS("uint8", UINT8),
	ONE_HOTS("bool", BOOL),
	SCATTERS("float", FLOAT32),
	SCATTERS("int32", INT32),
	SCATTERS("int64", INT64),
	SCATTERS("int8", INT8),
	SCATTERS("uint8", UINT8),
	SCATTERS("bool", BOOL),
	SPARSES("float", FLOAT32),
	SPARSES("int32", INT32),
	SPARSES("int64", INT64),
	SPARSES("int8", INT8),
	SPARSES("uint8", UINT8),
	REVERSES("float", FLOAT32),
	REVERSES("int32", INT32),
	REVERSES("int64", INT64),
	REVERSES("int16", INT16),
	REVERSES("uint8", UINT8),
	DIAGONALS("float", FLOAT32),
	DIAGONALS("int32", INT32),
	DIAGONALS("int64", INT64),
	DIAGONALS("int16", INT16),
	DIAGONALS("int8", INT8),
	DIAGONALS("uint8", UINT8),
	SEGMENTS("float", FLOAT32),
	SEGMENTS("int32", INT32),
	UNSORTED(SUM, "sum-float", FLOAT32),
	UNSORTED(SUM, "sum-int32", INT32),
	UNSORTED(PROD, "prod-float", FLOAT32),
	UNSORTED(PROD, "prod-int32", INT32),
	UNSORTED(MIN, "min-float", FLOAT32),
	UNSORTED(MIN, "min-int32", INT32),
	UNSORTED(MAX, "max-float", FLOAT32),
	UNSORTED(MAX, "max-int32", INT32),
	UPDATES("float", FLOAT32),
	UPDATES("int32", INT32),
	UPDATES("int64", INT64),
	UPDATES("int8", INT8),
	UPDATES("bool", BOOL),
	BITS("int8", INT8),
	BITS("uint8", UINT8),
	BITS("int16", INT16),
	BITS("int32", INT32),
	LOOKUPS("float", FLOAT32),
	RANGES("float", FLOAT32, 0.5f, 3, 0.25f, 10),
	RANGES("float-down", FLOAT32, 2, -1, -0.7f, 5),
	RANGES("int32", INT32, 3, 18, 4, 4),
	RANGES("int32-down", INT32, 10, 1, -3, 3),
	RANGES("int64", INT64, -4, 5, 1, 9),
	ROW(BROADCAST_ARGS, "broadcast-args-int32", NO_OPTIONS,
	    INPUTS(LIST(INT32, 2, 1, 4), LIST(INT32, 3, 1)),
	    OUTPUTS(OUT(INT32, 3)), .seeds = 1),
	ROW(BROADCAST_ARGS, "broadcast-args-int64", NO_OPTIONS,
	    INPUTS(LIST(INT64, 5), LIST(INT64, 7, 1)), OUTPUTS(OUT(INT64, 2)),
	    .seeds = 1),
	ROW(ATAN2, "atan2-same", DEFAULTS(ATAN2),
	    INPUTS(IN(FLOAT32, 3, 8), IN(FLOAT32, 3, 8)),
	    OUTPUTS(OUT(FLOAT32, 3, 8))),
	ROW(BITCAST, "bitcast-float-int32", DEFAULTS(BITCAST),
	    INPUTS(IN(FLOAT32, 2, 3)), OUTPUTS(OUT(INT32, 2, 3))),
	ROW(BITCAST, "bitcast-int32-uint8", DEFAULTS(BITCAST),
	    INPUTS(IN(INT32, 2, 3)), OUTPUTS(PLAIN_OUT(UINT8, 2, 3, 4))),
	ROW(BITCAST, "bitcast-int16-int64", DEFAULTS(BITCAST),
	    INPUTS(IN(INT16, 3, 4)), OUTPUTS(OUT(INT64, 3))),
};

const struct row_family rows_misc = ROW_FAMILY(rows, "misc", 2);
