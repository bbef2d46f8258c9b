/* SPDX-License-Identifier: MIT */
/*
 * Weights of four bits and of two, rows of embeddings, boxes, buckets, windows
 * over tensors of any rank.
 */
#include "rows.h"

#define BYTES(...)     IN_SCALED(INT8, 0.03125f, 3, __VA_ARGS__)
#define BYTES_OUT(...) OUT_SCALED(INT8, 0.4f, -5, __VA_ARGS__)
#define PACKED(element, ...)                                                   \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, __VA_ARGS__), .scale = 0.125f  \
	}
#define PACKED_CHANNELS(element, count, dimension, ...)                        \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, __VA_ARGS__),                  \
			.scale = 0.125f, .scale_count = (count),               \
			.axis = (dimension)                                    \
	}
#define BYTE_BIAS(count)                                                       \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, INT32, count), .scale = 0.00390625f,    \
						      .low = -300, .high = 300 \
	}
#define REAL_BIAS(count) WEIGHTS(FLOAT32, count)

#define WINDOW(padding, stride, act, dilation)                                 \
	I8(0, TFLITE_##padding), I32(1, stride), I32(2, stride),               \
		I8(3, TFLITE_ACT_##act), I32(4, dilation), I32(5, dilation)
#define DEPTH_WINDOW(padding, stride, act, dilation, multiplier)               \
	I8(0, TFLITE_##padding), I32(1, stride), I32(2, stride),               \
		I32(3, multiplier), I8(4, TFLITE_ACT_##act), I32(5, dilation), \
		I32(6, dilation)
#define CONNECTED(act, keeps, asymmetric)                                      \
	OPTIONS(FULLY_CONNECTED, I8(0, TFLITE_ACT_##act), I8(1, 0),            \
		I8(2, keeps), I8(3, asymmetric))

/* int8 and hybrid, one scale and one a channel; 9 columns: odd. */
#define CONNECTIONS(text, element)                                             \
	ROW(FULLY_CONNECTED, "more-connected-" text, .version = 10,            \
	    CONNECTED(NONE, 0, 0),                                             \
	    INPUTS(BYTES(3, 9), PACKED(element, 5, 9), BYTE_BIAS(5)),          \
	    OUTPUTS(BYTES_OUT(3, 5))),                                         \
		ROW(FULLY_CONNECTED, "more-connected-" text "-channels",       \
		    .version = 10, CONNECTED(RELU, 1, 0),                      \
		    INPUTS(BYTES(2, 3, 9),                                     \
			   PACKED_CHANNELS(element, 5, 0, 5, 9)),              \
		    OUTPUTS(BYTES_OUT(2, 3, 5))),                              \
		ROW(FULLY_CONNECTED, "more-connected-" text "-hybrid",         \
		    .version = 10, CONNECTED(NONE, 0, 0),                      \
		    INPUTS(IN(FLOAT32, 3, 9), PACKED(element, 5, 9),           \
			   REAL_BIAS(5)),                                      \
		    OUTPUTS(OUT(FLOAT32, 3, 5))),                              \
		ROW(FULLY_CONNECTED,                                           \
		    "more-connected-" text "-hybrid-asymmetric",               \
		    .version = 10, CONNECTED(RELU, 0, 1),                      \
		    INPUTS(IN_RANGE(FLOAT32, -1, 3, 3, 9),                     \
			   PACKED(element, 5, 9)),                             \
		    OUTPUTS(OUT(FLOAT32, 3, 5))),                              \
		ROW(FULLY_CONNECTED,                                           \
		    "more-connected-" text "-hybrid-channels", .version = 12,  \
		    CONNECTED(NONE, 0, 1),                                     \
		    INPUTS(IN(FLOAT32, 3, 9),                                  \
			   PACKED_CHANNELS(element, 5, 0, 5, 9),               \
			   REAL_BIAS(5)),                                      \
		    OUTPUTS(OUT(FLOAT32, 3, 5)))

/* Rows of int8 and less become float32. Each begins with a byte of the file:
 * LiteRT reads others wrongly. */
#define EMBEDDINGS(text, element)                                              \
	ROW(EMBEDDING_LOOKUP, "more-embedding-" text, NO_OPTIONS,              \
	    .version = 3,                                                      \
	    INPUTS(IN_RANGE(INT32, 0, 6, 5), PACKED(element, 7, 4)),           \
	    OUTPUTS(OUT(FLOAT32, 5, 4))),                                      \
		ROW(EMBEDDING_LOOKUP, "more-embedding-" text "-rows",          \
		    NO_OPTIONS, .version = 4,                                  \
		    INPUTS(IN_RANGE(INT32, 0, 6, 5),                           \
			   PACKED_CHANNELS(element, 7, 0, 7, 2, 2)),           \
		    OUTPUTS(OUT(FLOAT32, 5, 2, 2)))

#define COMBINED(text, how)                                                    \
	ROW(EMBEDDING_LOOKUP_SPARSE, "more-embedding-sparse-" text,            \
	    OPTIONS(EMBEDDING_LOOKUP_SPARSE, I8(0, how)),                      \
	    INPUTS(IN_RANGE(INT32, 0, 6, 6),                                   \
		   TABLE(INT32, 6, 2, 0, 0, 0, 2, 1, 1, 3, 0, 3, 1, 3, 2),     \
		   LIST(INT32, 4, 3), IN_RANGE(FLOAT32, 0.5f, 2, 6),           \
		   IN(FLOAT32, 7, 3)),                                         \
	    OUTPUTS(OUT(FLOAT32, 4, 3))),                                      \
		ROW(EMBEDDING_LOOKUP_SPARSE,                                   \
		    "more-embedding-sparse-" text "-deep",                     \
		    OPTIONS(EMBEDDING_LOOKUP_SPARSE, I8(0, how)),              \
		    INPUTS(IN_RANGE(INT32, 0, 4, 4),                           \
			   TABLE(INT32, 4, 3, 0, 1, 0, 0, 1, 5, 1, 0, 2, 0, 1, \
				 3),                                           \
			   LIST(INT32, 2, 2, 6),                               \
			   IN_RANGE(FLOAT32, 0.5f, 2, 4),                      \
			   IN(FLOAT32, 5, 2, 3)),                              \
		    OUTPUTS(OUT(FLOAT32, 2, 2, 2, 3)))

#define MATMUL(text, x, y, asymmetric, a, b, c)                                \
	ROW(BATCH_MATMUL, "more-matmul-hybrid-" text, .version = 4,            \
	    OPTIONS(BATCH_MATMUL, I8(0, x), I8(1, y), I8(2, asymmetric)),      \
	    INPUTS(a, b), OUTPUTS(c))
#define BYTE_MATRIX(...)                                                       \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, INT8, __VA_ARGS__), .scale = 0.0078125f \
	}
#define BYTE_COLUMNS(count, dimension, ...)                                    \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, INT8, __VA_ARGS__),                     \
			.scale = 0.0078125f, .scale_count = (count),           \
			.axis = (dimension)                                    \
	}

/* Corners of 0 to 9, so that boxes overlap, some without an area; few scores,
 * so that some are equal. */
#define BOXES(least, greatest, step)                                           \
	IN_RANGE(FLOAT32, 0, 9, 24, 4), IN_RANGE(FLOAT32, least, greatest, 24)
#define SUPPRESSION(text, how_many, overlap, score)                            \
	ROW(NON_MAX_SUPPRESSION_V4, "more-suppression-4-" text,                \
	    DEFAULTS(NON_MAX_SUPPRESSION_V4),                                  \
	    INPUTS(BOXES(0, 1, 1), SCALAR(INT32, how_many),                    \
		   SCALAR(FLOAT32, overlap), SCALAR(FLOAT32, score)),          \
	    OUTPUTS(OUT(INT32, how_many), SCALAR_OUT(INT32)), .seeds = 4)
#define SOFT_SUPPRESSION(text, how_many, overlap, score, sigma)                \
	ROW(NON_MAX_SUPPRESSION_V5, "more-suppression-5-" text,                \
	    DEFAULTS(NON_MAX_SUPPRESSION_V5),                                  \
	    INPUTS(BOXES(0, 1, 1), SCALAR(INT32, how_many),                    \
		   SCALAR(FLOAT32, overlap), SCALAR(FLOAT32, score),           \
		   SCALAR(FLOAT32, sigma)),                                    \
	    OUTPUTS(OUT(INT32, how_many), OUT(FLOAT32, how_many),              \
		    SCALAR_OUT(INT32)),                                        \
	    .seeds = 4)
#define SCALAR_OUT(element)                                                    \
	{                                                                      \
		.role = ROW_OUTPUT, .type = TFLITE_##element                   \
	}
/* Eight boxes in two places, with three scores. */
#define EQUAL_BOXES                                                            \
	TABLE(FLOAT32, 6, 4, 0, 0, 2, 2, 5, 5, 9, 9, 0, 0, 2, 2, 5, 5, 9, 9,   \
	      3, 3, 3, 7, 8, 0, 9, 1),                                         \
		LIST(FLOAT32, 0.5f, 0.5f, 0.5f, 0.75f, 0.5f, 0.5f)

#define F32_LIST(id_, ...)                                                     \
	{                                                                      \
		.id = (id_), .kind = TFLITE_F32_VECTOR,                        \
		.data = ((const float[]) { __VA_ARGS__ }),                     \
		.count = ROW_COUNT(((float[]) { __VA_ARGS__ }))                \
	}
#define BUCKETS(text, element)                                                 \
	ROW(BUCKETIZE, "more-bucketize-" text,                                 \
	    OPTIONS(BUCKETIZE, F32_LIST(0, -40, -3, 0, 0.5f, 2, 2, 39)),       \
	    INPUTS(IN(element, 3, 8)), OUTPUTS(OUT(INT32, 3, 8))),             \
		ROW(BUCKETIZE, "more-bucketize-" text "-edges",                \
		    OPTIONS(BUCKETIZE, F32_LIST(0, -1, 0, 2)),                 \
		    INPUTS(IN_RANGE(element, -2, 3, 16)),                      \
		    OUTPUTS(OUT(INT32, 16)))

#define DILATIONS(text, element)                                               \
	ROW(DILATE, "more-dilate-" text, DEFAULTS_2(DILATE),                   \
	    INPUTS(PLAIN_IN(element, 3, 2), LIST(INT32, 2, 3),                 \
		   SCALAR(element, 7)),                                        \
	    OUTPUTS(PLAIN_OUT(element, 5, 4))),                                \
		ROW(DILATE, "more-dilate-" text "-deep", DEFAULTS_2(DILATE),   \
		    INPUTS(PLAIN_IN(element, 2, 3, 2, 2),                      \
			   LIST(INT32, 1, 2, 4, 1), SCALAR(element, 0)),       \
		    OUTPUTS(PLAIN_OUT(element, 2, 5, 5, 2)))
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

#define REDUCTION(text, function, element, init)                               \
	ROW(REDUCE_WINDOW, "more-window-" text "-flat",                        \
	    OPTIONS_2(REDUCE_WINDOW, I32(0, function)),                        \
	    INPUTS(PLAIN_IN(element, 9), SCALAR(element, init),                \
		   LIST(INT64, 3), LIST(INT64, 2), LIST(INT64, 1)),            \
	    OUTPUTS(PLAIN_OUT(element, 4))),                                   \
		ROW(REDUCE_WINDOW, "more-window-" text,                        \
		    OPTIONS_2(REDUCE_WINDOW, I32(0, function)),                \
		    INPUTS(PLAIN_IN(element, 2, 7, 6, 3),                      \
			   SCALAR(element, init), LIST(INT64, 1, 3, 2, 3),     \
			   LIST(INT64, 1, 2, 1, 1), LIST(INT64, 1, 1, 3, 1)),  \
		    OUTPUTS(PLAIN_OUT(element, 2, 3, 3, 1)))
#define REDUCTIONS(text, element, top)                                         \
	REDUCTION("add-" text, 1, element, 1),                                 \
		REDUCTION("mul-" text, 2, element, 2),                         \
		REDUCTION("min-" text, 3, element, top),                       \
		REDUCTION("max-" text, 4, element, 0),                         \
		REDUCTION("all-" text, 5, element, 1),                         \
		REDUCTION("any-" text, 6, element, 0)

#define FAKE(text, least, greatest, bits, number)                              \
	ROW(FAKE_QUANT, "more-fake-quant-" text, .version = (number),          \
	    OPTIONS(FAKE_QUANT, TFLITE_FIELD_F32(0, least),                    \
		    TFLITE_FIELD_F32(1, greatest), I32(2, bits), I8(3, 0)),    \
	    INPUTS(IN_RANGE(FLOAT32, -8, 8, 4, 25)),                           \
	    OUTPUTS(OUT(FLOAT32, 4, 25)))

/* None of them has options, or broadcasts. */
#define HLO_PAIR(operator, text, element)                                      \
	ROW(STABLEHLO_##operator, "more-hlo-" text, NO_OPTIONS,                \
	    INPUTS(PLAIN_IN(element, 3, 5), PLAIN_IN(element, 3, 5)),          \
	    OUTPUTS(PLAIN_OUT(element, 3, 5)))
#define HLO_PAIRS(text, element)                                               \
	HLO_PAIR(ADD, "add-" text, element),                                   \
		HLO_PAIR(MULTIPLY, "multiply-" text, element),                 \
		HLO_PAIR(MAXIMUM, "maximum-" text, element),                   \
		HLO_PAIR(MINIMUM, "minimum-" text, element)
#define I64_LIST(id_, ...)                                                     \
	{                                                                      \
		.id = (id_), .kind = TFLITE_I64_VECTOR,                        \
		.data = ((const int64_t[]) { __VA_ARGS__ }),                   \
		.count = ROW_COUNT(((int64_t[]) { __VA_ARGS__ }))              \
	}
#define PADS(...) __VA_ARGS__
#define HLO_PAD(text, element, before, after, between, x, y)                   \
	ROW(STABLEHLO_PAD, "more-hlo-pad-" text,                               \
	    OPTIONS_2(STABLEHLO_PAD, I64_LIST(0, before), I64_LIST(1, after),  \
		      I64_LIST(2, between)),                                   \
	    INPUTS(x, SCALAR(element, 7)), OUTPUTS(y))
/* Around, inside, cut off, and cut off so that only the gaps are left. */
#define HLO_PADS(text, element)                                                \
	HLO_PAD(text "-around", element, PADS(1, 2), PADS(0, 1), PADS(0, 0),   \
		PLAIN_IN(element, 3, 4), PLAIN_OUT(element, 4, 7)),            \
		HLO_PAD(text "-inside", element, PADS(1, 0), PADS(2, 0),       \
			PADS(1, 2), PLAIN_IN(element, 3, 4),                   \
			PLAIN_OUT(element, 8, 10)),                            \
		HLO_PAD(text "-cut", element, PADS(-1, -2, 1), PADS(0, 1, -2), \
			PADS(2, 1, 0), PLAIN_IN(element, 2, 3, 4),             \
			PLAIN_OUT(element, 3, 4, 3))

static const struct row rows[] = {
	FAKE("zero-to-six", 0, 6, 8, 1),
	FAKE("uneven", -1.7f, 5.3f, 8, 2),
	FAKE("above-zero", 1, 6, 4, 2),
	FAKE("fine", -6, 6, 16, 2),
	HLO_PAIRS("float", FLOAT32),
	HLO_PAIRS("int8", INT8),
	HLO_PAIRS("uint8", UINT8),
	HLO_PAIRS("int16", INT16),
	HLO_PAIRS("int32", INT32),
	HLO_PAIRS("int64", INT64),
	HLO_PADS("float", FLOAT32),
	HLO_PADS("int8", INT8),
	HLO_PADS("int16", INT16),
	HLO_PADS("int64", INT64),
	CONNECTIONS("int4", INT4),
	CONNECTIONS("int2", INT2),
	ROW(CONV_2D, "more-conv-int4", .version = 7,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1)),
	    INPUTS(BYTES(1, 5, 4, 3), PACKED(INT4, 5, 3, 3, 3), BYTE_BIAS(5)),
	    OUTPUTS(BYTES_OUT(1, 5, 4, 5))),
	ROW(CONV_2D, "more-conv-int4-channels", .version = 7,
	    OPTIONS(CONV_2D, WINDOW(VALID, 2, RELU6, 1)),
	    INPUTS(BYTES(1, 7, 6, 2), PACKED_CHANNELS(INT4, 3, 0, 3, 3, 2, 2),
		   BYTE_BIAS(3)),
	    OUTPUTS(BYTES_OUT(1, 3, 3, 3))),
	ROW(CONV_2D, "more-conv-int4-hybrid", .version = 7,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1)),
	    INPUTS(IN(FLOAT32, 2, 5, 4, 3), PACKED(INT4, 4, 3, 3, 3),
		   REAL_BIAS(4)),
	    OUTPUTS(OUT(FLOAT32, 2, 5, 4, 4))),
	ROW(CONV_2D, "more-conv-int4-hybrid-channels", .version = 7,
	    OPTIONS(CONV_2D, WINDOW(VALID, 2, RELU6, 1)),
	    INPUTS(IN_RANGE(FLOAT32, -1, 3, 2, 7, 6, 2),
		   PACKED_CHANNELS(INT4, 3, 0, 3, 3, 2, 2), REAL_BIAS(3)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 3, 3))),
	ROW(DEPTHWISE_CONV_2D, "more-depthwise-int4", .version = 6,
	    OPTIONS(DEPTHWISE_CONV_2D, DEPTH_WINDOW(SAME, 1, NONE, 1, 1)),
	    INPUTS(BYTES(1, 5, 4, 3), PACKED(INT4, 1, 3, 3, 3), BYTE_BIAS(3)),
	    OUTPUTS(BYTES_OUT(1, 5, 4, 3))),
	ROW(DEPTHWISE_CONV_2D, "more-depthwise-int4-channels", .version = 6,
	    OPTIONS(DEPTHWISE_CONV_2D, DEPTH_WINDOW(VALID, 2, RELU, 1, 3)),
	    INPUTS(BYTES(1, 7, 6, 2), PACKED_CHANNELS(INT4, 6, 3, 1, 3, 2, 6),
		   BYTE_BIAS(6)),
	    OUTPUTS(BYTES_OUT(1, 3, 3, 6))),
	ROW(DEQUANTIZE, "more-dequantize-int4", .version = 6,
	    DEFAULTS(DEQUANTIZE), INPUTS(PACKED(INT4, 3, 5)),
	    OUTPUTS(OUT(FLOAT32, 3, 5)), .seeds = 1),
	ROW(DEQUANTIZE, "more-dequantize-int4-channels", .version = 6,
	    DEFAULTS(DEQUANTIZE), INPUTS(PACKED_CHANNELS(INT4, 5, 1, 3, 5)),
	    OUTPUTS(OUT(FLOAT32, 3, 5)), .seeds = 1),
	EMBEDDINGS("int8", INT8),
	EMBEDDINGS("int4", INT4),
	EMBEDDINGS("int2", INT2),
	COMBINED("sum", 0),
	COMBINED("mean", 1),
	COMBINED("sqrtn", 2),
	MATMUL("columns", 0, 0, 0, IN(FLOAT32, 2, 3, 5),
	       BYTE_COLUMNS(4, 1, 5, 4), OUT(FLOAT32, 2, 3, 4)),
	MATMUL("columns-adj-y", 0, 1, 1, IN(FLOAT32, 3, 5),
	       BYTE_COLUMNS(4, 0, 4, 5), OUT(FLOAT32, 3, 4)),
	MATMUL("adj-x", 1, 0, 0, IN(FLOAT32, 2, 5, 3), BYTE_MATRIX(2, 5, 4),
	       OUT(FLOAT32, 2, 3, 4)),
	MATMUL("adj-x-asymmetric", 1, 0, 1, IN_RANGE(FLOAT32, -1, 3, 6, 4),
	       BYTE_MATRIX(6, 2), OUT(FLOAT32, 4, 2)),
	MATMUL("adj-both-columns", 1, 1, 1, IN(FLOAT32, 3, 5, 2),
	       BYTE_COLUMNS(7, 0, 7, 5), OUT(FLOAT32, 3, 2, 7)),
	SUPPRESSION("all", 24, 0.5f, 0),
	SUPPRESSION("few", 5, 0.3f, 0.25f),
	SUPPRESSION("more-than-boxes", 30, 0.1f, 0.5f),
	SUPPRESSION("none", 6, 0.5f, 2),
	SOFT_SUPPRESSION("hard", 10, 0.5f, 0.1f, 0),
	SOFT_SUPPRESSION("soft", 24, 1, 0.2f, 0.5f),
	SOFT_SUPPRESSION("softer", 8, 0.6f, 0.3f, 0.1f),
	ROW(NON_MAX_SUPPRESSION_V5, "more-suppression-5-equal",
	    DEFAULTS(NON_MAX_SUPPRESSION_V5),
	    INPUTS(EQUAL_BOXES, SCALAR(INT32, 8), SCALAR_IN(FLOAT32),
		   SCALAR(FLOAT32, 0.125f), SCALAR(FLOAT32, 0.5f)),
	    OUTPUTS(OUT(INT32, 8), OUT(FLOAT32, 8), SCALAR_OUT(INT32)),
	    .seeds = 4),
	BUCKETS("float", FLOAT32),
	BUCKETS("int32", INT32),
	BUCKETS("int64", INT64),
	DILATIONS("float", FLOAT32),
	DILATIONS("int8", INT8),
	DILATIONS("int16", INT16),
	DILATIONS("int32", INT32),
	DILATIONS("int64", INT64),
	DILATIONS("uint8", UINT8),
	REDUCTIONS("float", FLOAT32, 9),
	REDUCTIONS("int8", INT8, 100),
	REDUCTIONS("int16", INT16, 100),
	REDUCTIONS("int32", INT32, 100),
	REDUCTIONS("int64", INT64, 100),
	REDUCTIONS("uint8", UINT8, 200),
};

const struct row_family rows_more = ROW_FAMILY(rows, "more", 2);
