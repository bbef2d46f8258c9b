/* SPDX-License-Identifier: MIT */
/*
 * Convolutions and matrices beyond one type of 8 bits or float32: transposed,
 * in three dimensions, of 16 bits, with weights of 8 bits beside float32.
 */
#include "rows.h"

/* Powers of two, so that a bias' scale is the product of two of them. */
#define WORD_SCALE   0.000244140625f
#define BYTE_SCALE   0.03125f
#define WEIGHT_SCALE 0.0078125f

#define WORDS(...)     IN_SCALED(INT16, WORD_SCALE, 0, __VA_ARGS__)
#define WORDS_OUT(...) OUT_SCALED(INT16, 0.00123f, 0, __VA_ARGS__)
#define FILTER(...)                                                            \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, INT8, __VA_ARGS__),                     \
			.scale = WEIGHT_SCALE, .low = -127, .high = 127        \
	}
/* A scale for each of @count channels along @dimension. */
#define CHANNELS(count, dimension, ...)                                        \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, INT8, __VA_ARGS__),                     \
			.scale = WEIGHT_SCALE, .scale_count = (count),         \
			.axis = (dimension), .low = -127, .high = 127          \
	}
#define BIAS_OF(element, x_scale, count)                                       \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, count),                        \
			.scale = (x_scale)*WEIGHT_SCALE, .low = -30000,        \
			.high = 30000                                          \
	}
#define LONG_BIAS(count) BIAS_OF(INT64, WORD_SCALE, count)
#define REAL_BIAS(count) WEIGHTS(FLOAT32, count)

/* The schema's type of a bias, where a table has it. */
#define BIAS_IS_INT32(field) I8(field, TFLITE_INT32)

#define WINDOW(padding, stride, act, dilation)                                 \
	I8(0, TFLITE_##padding), I32(1, stride), I32(2, stride),               \
		I8(3, TFLITE_ACT_##act), I32(4, dilation), I32(5, dilation)
#define DEPTH_WINDOW(padding, stride, act, dilation, multiplier)               \
	I8(0, TFLITE_##padding), I32(1, stride), I32(2, stride),               \
		I32(3, multiplier), I8(4, TFLITE_ACT_##act), I32(5, dilation), \
		I32(6, dilation)
#define TRANSPOSED(padding, stride_h, stride_w, act)                           \
	OPTIONS(TRANSPOSE_CONV, I8(0, TFLITE_##padding), I32(1, stride_w),     \
		I32(2, stride_h), I8(3, TFLITE_ACT_##act))
#define VOLUME(padding, d, h, w, act, dilation)                                \
	OPTIONS(CONV_3D, I8(0, TFLITE_##padding), I32(1, d), I32(2, w),        \
		I32(3, h), I8(4, TFLITE_ACT_##act), I32(5, dilation),          \
		I32(6, dilation), I32(7, dilation))
#define MATMUL(x, y, asymmetric)                                               \
	OPTIONS(BATCH_MATMUL, I8(0, x), I8(1, y), I8(2, asymmetric))
#define CONNECTED(act, keeps, asymmetric)                                      \
	OPTIONS(FULLY_CONNECTED, I8(0, TFLITE_ACT_##act), I8(1, 0),            \
		I8(2, keeps), I8(3, asymmetric))

#define POOL(operator, text, number, padding, stride, side, act, x, y)         \
	ROW(operator, text, .version = (number),                               \
	    OPTIONS(POOL_2D, I8(0, TFLITE_##padding), I32(1, stride),          \
		    I32(2, stride), I32(3, side), I32(4, side),                \
		    I8(5, TFLITE_ACT_##act)),                                  \
	    INPUTS(x), OUTPUTS(y))
/* The second input is stretched. */
#define PAIR(operator, text, number, act, out_scale, a, b, c)                  \
	ROW(operator, text, .version = (number),                               \
	    OPTIONS(operator, I8(0, TFLITE_ACT_##act)),                        \
	    INPUTS(IN_SCALED(INT16, 0.0007f, 0, a, b, c),                      \
		   IN_SCALED(INT16, 0.0013f, 0, 1, 1, c)),                     \
	    OUTPUTS(OUT_SCALED(INT16, out_scale, 0, a, b, c)))

static const struct row rows[] = {
	/* 16 bits */
	ROW(CONV_2D, "matrix-conv-int16-same", .version = 4,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1)),
	    INPUTS(WORDS(2, 5, 4, 3), CHANNELS(4, 0, 4, 3, 3, 3), LONG_BIAS(4)),
	    OUTPUTS(WORDS_OUT(2, 5, 4, 4))),
	ROW(CONV_2D, "matrix-conv-int16-valid-relu6", .version = 4,
	    OPTIONS(CONV_2D, WINDOW(VALID, 2, RELU6, 1)),
	    INPUTS(WORDS(1, 7, 6, 2), CHANNELS(3, 0, 3, 3, 2, 2), LONG_BIAS(3)),
	    OUTPUTS(WORDS_OUT(1, 3, 3, 3))),
	ROW(CONV_2D, "matrix-conv-int16-dilated", .version = 4,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, RELU, 2)),
	    INPUTS(WORDS(1, 6, 6, 2), FILTER(2, 3, 3, 2), LONG_BIAS(2)),
	    OUTPUTS(WORDS_OUT(1, 6, 6, 2))),
	ROW(CONV_2D, "matrix-conv-int16-grouped", .version = 6,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1)),
	    INPUTS(WORDS(1, 3, 4, 4), CHANNELS(6, 0, 6, 2, 2, 2), LONG_BIAS(6)),
	    OUTPUTS(WORDS_OUT(1, 3, 4, 6))),
	ROW(CONV_2D, "matrix-conv-int16-wide", .version = 4,
	    OPTIONS(CONV_2D, WINDOW(VALID, 1, NONE, 1)),
	    INPUTS(WORDS(1, 3, 3, 70), CHANNELS(5, 0, 5, 3, 3, 70),
		   LONG_BIAS(5)),
	    OUTPUTS(OUT_SCALED(INT16, 0.01f, 0, 1, 1, 1, 5))),
	ROW(CONV_2D, "matrix-conv-int16-bias-32", .version = 7,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1), BIAS_IS_INT32(6)),
	    INPUTS(WORDS(1, 5, 4, 3), CHANNELS(4, 0, 4, 3, 3, 3),
		   BIAS_OF(INT32, WORD_SCALE, 4)),
	    OUTPUTS(WORDS_OUT(1, 5, 4, 4))),
	ROW(DEPTHWISE_CONV_2D, "matrix-depthwise-int16-same", .version = 5,
	    OPTIONS(DEPTHWISE_CONV_2D, DEPTH_WINDOW(SAME, 1, NONE, 1, 1)),
	    INPUTS(WORDS(2, 5, 4, 3), CHANNELS(3, 3, 1, 3, 3, 3), LONG_BIAS(3)),
	    OUTPUTS(WORDS_OUT(2, 5, 4, 3))),
	ROW(DEPTHWISE_CONV_2D, "matrix-depthwise-int16-multiplied",
	    .version = 5,
	    OPTIONS(DEPTHWISE_CONV_2D, DEPTH_WINDOW(VALID, 2, RELU, 1, 3)),
	    INPUTS(WORDS(1, 7, 6, 2), CHANNELS(6, 3, 1, 3, 2, 6), LONG_BIAS(6)),
	    OUTPUTS(WORDS_OUT(1, 3, 3, 6))),
	ROW(FULLY_CONNECTED, "matrix-connected-int16", .version = 7,
	    CONNECTED(NONE, 0, 0),
	    INPUTS(WORDS(3, 10), FILTER(5, 10), LONG_BIAS(5)),
	    OUTPUTS(WORDS_OUT(3, 5))),
	ROW(FULLY_CONNECTED, "matrix-connected-int16-channels", .version = 11,
	    CONNECTED(RELU, 1, 0),
	    INPUTS(WORDS(2, 3, 10), CHANNELS(5, 0, 5, 10), LONG_BIAS(5)),
	    OUTPUTS(WORDS_OUT(2, 3, 5))),
	ROW(FULLY_CONNECTED, "matrix-connected-int16-no-bias", .version = 7,
	    CONNECTED(NONE, 0, 0), INPUTS(WORDS(2, 70), FILTER(3, 70)),
	    OUTPUTS(WORDS_OUT(2, 3))),
	/* float32 beside weights of 8 bits */
	ROW(CONV_2D, "matrix-conv-hybrid", .version = 2,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1)),
	    INPUTS(IN(FLOAT32, 2, 5, 4, 3), FILTER(4, 3, 3, 3), REAL_BIAS(4)),
	    OUTPUTS(OUT(FLOAT32, 2, 5, 4, 4))),
	ROW(CONV_2D, "matrix-conv-hybrid-channels", .version = 5,
	    OPTIONS(CONV_2D, WINDOW(VALID, 2, RELU6, 1)),
	    INPUTS(IN_RANGE(FLOAT32, -1, 3, 2, 7, 6, 2),
		   CHANNELS(3, 0, 3, 3, 2, 2), REAL_BIAS(3)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 3, 3))),
	ROW(CONV_2D, "matrix-conv-hybrid-dilated", .version = 5,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, RELU, 2)),
	    INPUTS(IN(FLOAT32, 1, 6, 6, 2), CHANNELS(2, 0, 2, 3, 3, 2),
		   REAL_BIAS(2)),
	    OUTPUTS(OUT(FLOAT32, 1, 6, 6, 2))),
	ROW(CONV_2D, "matrix-conv-hybrid-grouped", .version = 6,
	    OPTIONS(CONV_2D, WINDOW(SAME, 1, NONE, 1)),
	    INPUTS(IN_RANGE(FLOAT32, 0, 3, 1, 3, 4, 4),
		   CHANNELS(6, 0, 6, 2, 2, 2), REAL_BIAS(6)),
	    OUTPUTS(OUT(FLOAT32, 1, 3, 4, 6))),
	ROW(DEPTHWISE_CONV_2D, "matrix-depthwise-hybrid", .version = 6,
	    OPTIONS(DEPTHWISE_CONV_2D, DEPTH_WINDOW(SAME, 1, NONE, 1, 1)),
	    INPUTS(IN_RANGE(FLOAT32, -1, 2, 2, 5, 4, 3),
		   CHANNELS(3, 3, 1, 3, 3, 3), REAL_BIAS(3)),
	    OUTPUTS(OUT(FLOAT32, 2, 5, 4, 3))),
	ROW(DEPTHWISE_CONV_2D, "matrix-depthwise-hybrid-multiplied",
	    .version = 6,
	    OPTIONS(DEPTHWISE_CONV_2D, DEPTH_WINDOW(VALID, 2, RELU, 1, 3)),
	    INPUTS(IN(FLOAT32, 1, 7, 6, 2), CHANNELS(6, 3, 1, 3, 2, 6),
		   REAL_BIAS(6)),
	    OUTPUTS(OUT(FLOAT32, 1, 3, 3, 6))),
	ROW(FULLY_CONNECTED, "matrix-connected-hybrid", .version = 3,
	    CONNECTED(NONE, 0, 0),
	    INPUTS(IN(FLOAT32, 3, 10), FILTER(5, 10), REAL_BIAS(5)),
	    OUTPUTS(OUT(FLOAT32, 3, 5))),
	ROW(FULLY_CONNECTED, "matrix-connected-hybrid-asymmetric", .version = 9,
	    CONNECTED(RELU, 0, 1),
	    INPUTS(IN_RANGE(FLOAT32, -1, 3, 4, 20), FILTER(5, 20),
		   REAL_BIAS(5)),
	    OUTPUTS(OUT(FLOAT32, 4, 5))),
	ROW(FULLY_CONNECTED, "matrix-connected-hybrid-channels", .version = 12,
	    CONNECTED(NONE, 1, 1),
	    INPUTS(IN(FLOAT32, 2, 3, 10), CHANNELS(5, 0, 5, 10), REAL_BIAS(5)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 5))),
	ROW(FULLY_CONNECTED, "matrix-connected-hybrid-no-bias", .version = 3,
	    CONNECTED(RELU6, 0, 0), INPUTS(IN(FLOAT32, 1, 33), FILTER(7, 33)),
	    OUTPUTS(OUT(FLOAT32, 1, 7))),
	/* transposed */
	ROW(TRANSPOSE_CONV, "matrix-transposed-float-same",
	    TRANSPOSED(SAME, 2, 2, NONE),
	    INPUTS(LIST(INT32, 2, 6, 8, 2), WEIGHTS(FLOAT32, 2, 3, 3, 3),
		   IN(FLOAT32, 2, 3, 4, 3)),
	    OUTPUTS(OUT(FLOAT32, 2, 6, 8, 2))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-float-valid", .version = 3,
	    TRANSPOSED(VALID, 3, 2, NONE),
	    INPUTS(LIST(INT32, 1, 8, 8, 3), WEIGHTS(FLOAT32, 3, 2, 4, 2),
		   IN(FLOAT32, 1, 3, 3, 2), REAL_BIAS(3)),
	    OUTPUTS(OUT(FLOAT32, 1, 8, 8, 3))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-float-relu", .version = 4,
	    TRANSPOSED(SAME, 1, 2, RELU),
	    INPUTS(LIST(INT32, 1, 4, 5, 2), WEIGHTS(FLOAT32, 2, 3, 3, 3),
		   IN(FLOAT32, 1, 4, 3, 3), REAL_BIAS(2)),
	    OUTPUTS(OUT(FLOAT32, 1, 4, 5, 2))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-int8", .version = 2,
	    TRANSPOSED(SAME, 2, 2, NONE),
	    INPUTS(LIST(INT32, 1, 6, 8, 2), CHANNELS(2, 0, 2, 3, 3, 3),
		   IN_SCALED(INT8, BYTE_SCALE, -7, 1, 3, 4, 3)),
	    OUTPUTS(OUT_SCALED(INT8, 0.043f, 11, 1, 6, 8, 2))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-int8-bias", .version = 3,
	    TRANSPOSED(VALID, 2, 3, NONE),
	    INPUTS(LIST(INT32, 2, 7, 9, 3), CHANNELS(3, 0, 3, 3, 3, 2),
		   IN_SCALED(INT8, BYTE_SCALE, 5, 2, 3, 3, 2),
		   BIAS_OF(INT32, BYTE_SCALE, 3)),
	    OUTPUTS(OUT_SCALED(INT8, 0.07f, -20, 2, 7, 9, 3))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-int8-relu6", .version = 4,
	    TRANSPOSED(SAME, 2, 2, RELU6),
	    INPUTS(LIST(INT32, 1, 4, 4, 3), FILTER(3, 4, 4, 2),
		   IN_SCALED(INT8, BYTE_SCALE, 5, 1, 2, 2, 2),
		   BIAS_OF(INT32, BYTE_SCALE, 3)),
	    OUTPUTS(OUT_SCALED(INT8, 0.07f, -20, 1, 4, 4, 3))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-uint8", .version = 3,
	    TRANSPOSED(SAME, 2, 2, NONE),
	    INPUTS(LIST(INT32, 1, 6, 8, 2),
		   { TENSOR_OF(ROW_WEIGHTS, UINT8, 2, 3, 3, 3),
		     .scale = WEIGHT_SCALE, .zero_point = 117 },
		   IN_SCALED(UINT8, BYTE_SCALE, 130, 1, 3, 4, 3),
		   BIAS_OF(INT32, BYTE_SCALE, 2)),
	    OUTPUTS(OUT_SCALED(UINT8, 0.043f, 125, 1, 6, 8, 2))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-int16", .version = 3,
	    TRANSPOSED(SAME, 2, 2, NONE),
	    INPUTS(LIST(INT32, 1, 6, 8, 2), CHANNELS(2, 0, 2, 3, 3, 3),
		   WORDS(1, 3, 4, 3), LONG_BIAS(2)),
	    OUTPUTS(WORDS_OUT(1, 6, 8, 2))),
	ROW(TRANSPOSE_CONV, "matrix-transposed-int16-no-bias", .version = 2,
	    TRANSPOSED(VALID, 1, 1, NONE),
	    INPUTS(LIST(INT32, 1, 5, 5, 2), FILTER(2, 3, 3, 4),
		   WORDS(1, 3, 3, 4)),
	    OUTPUTS(WORDS_OUT(1, 5, 5, 2))),
	/* matrices */
	ROW(BATCH_MATMUL, "matrix-matmul-float", MATMUL(0, 0, 0),
	    INPUTS(IN(FLOAT32, 2, 3, 5), IN(FLOAT32, 2, 5, 4)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-float-adj-x", MATMUL(1, 0, 0),
	    INPUTS(IN(FLOAT32, 2, 5, 3), IN(FLOAT32, 2, 5, 4)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-float-adj-y", MATMUL(0, 1, 0),
	    INPUTS(IN(FLOAT32, 2, 3, 5), WEIGHTS(FLOAT32, 2, 4, 5)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-float-adj-both", MATMUL(1, 1, 0),
	    INPUTS(IN(FLOAT32, 5, 3), IN(FLOAT32, 4, 5)),
	    OUTPUTS(OUT(FLOAT32, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-float-broadcast", MATMUL(0, 0, 0),
	    INPUTS(IN(FLOAT32, 2, 1, 3, 5), IN(FLOAT32, 3, 5, 4)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-int8", .version = 2, MATMUL(0, 0, 0),
	    INPUTS(IN_SCALED(INT8, 0.031f, 4, 2, 3, 5),
		   IN_SCALED(INT8, 0.017f, -9, 2, 5, 4)),
	    OUTPUTS(OUT_SCALED(INT8, 0.06f, 3, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-int8-adj", .version = 2,
	    MATMUL(1, 1, 0),
	    INPUTS(IN_SCALED(INT8, 0.031f, 4, 5, 3),
		   IN_SCALED(INT8, 0.017f, -9, 2, 4, 5)),
	    OUTPUTS(OUT_SCALED(INT8, 0.06f, 3, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-int16", .version = 3, MATMUL(0, 0, 0),
	    INPUTS(IN_SCALED(INT16, 0.00031f, 0, 2, 3, 5),
		   IN_SCALED(INT16, 0.00017f, 0, 2, 5, 4)),
	    OUTPUTS(OUT_SCALED(INT16, 0.006f, 0, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-int16-int8", .version = 3,
	    MATMUL(0, 1, 0),
	    INPUTS(IN_SCALED(INT16, 0.00031f, 0, 2, 3, 5), FILTER(4, 5)),
	    OUTPUTS(OUT_SCALED(INT16, 0.006f, 0, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-hybrid", .version = 3, MATMUL(0, 0, 0),
	    INPUTS(IN(FLOAT32, 2, 3, 5), FILTER(5, 4)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 4))),
	ROW(BATCH_MATMUL, "matrix-matmul-hybrid-asymmetric", .version = 4,
	    MATMUL(0, 1, 1),
	    INPUTS(IN_RANGE(FLOAT32, -1, 3, 2, 3, 5), FILTER(2, 4, 5)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 4))),
	/* three dimensions */
	ROW(CONV_3D, "matrix-volume-same", VOLUME(SAME, 1, 1, 1, NONE, 1),
	    INPUTS(IN(FLOAT32, 2, 3, 4, 5, 2), WEIGHTS(FLOAT32, 2, 3, 3, 2, 3),
		   REAL_BIAS(3)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 4, 5, 3))),
	ROW(CONV_3D, "matrix-volume-valid", VOLUME(VALID, 2, 1, 2, RELU, 1),
	    INPUTS(IN(FLOAT32, 1, 5, 4, 5, 2), WEIGHTS(FLOAT32, 2, 3, 2, 2, 3)),
	    OUTPUTS(OUT(FLOAT32, 1, 2, 2, 2, 3))),
	ROW(CONV_3D, "matrix-volume-dilated", VOLUME(SAME, 1, 1, 1, NONE, 2),
	    INPUTS(IN(FLOAT32, 1, 4, 4, 4, 1), WEIGHTS(FLOAT32, 2, 2, 2, 1, 2),
		   REAL_BIAS(2)),
	    OUTPUTS(OUT(FLOAT32, 1, 4, 4, 4, 2))),
	ROW(CONV_3D_TRANSPOSE, "matrix-volume-transposed",
	    VOLUME(SAME, 2, 2, 2, NONE, 1),
	    INPUTS(LIST(INT32, 1, 4, 6, 4, 3), WEIGHTS(FLOAT32, 2, 3, 3, 3, 2),
		   IN(FLOAT32, 1, 2, 3, 2, 2)),
	    OUTPUTS(OUT(FLOAT32, 1, 4, 6, 4, 3))),
	ROW(CONV_3D_TRANSPOSE, "matrix-volume-transposed-valid",
	    VOLUME(VALID, 1, 2, 1, RELU, 1),
	    INPUTS(LIST(INT32, 2, 3, 5, 4, 2), WEIGHTS(FLOAT32, 2, 3, 3, 2, 3),
		   IN(FLOAT32, 2, 2, 2, 2, 3), REAL_BIAS(2)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 5, 4, 2))),
	/* pools and sums of 16 bits, and pools of squares */
	POOL(AVERAGE_POOL_2D, "matrix-average-int16", 3, SAME, 2, 3, NONE,
	     WORDS(2, 5, 6, 3), OUT_LIKE(INT16, 2, 3, 3, 3)),
	POOL(AVERAGE_POOL_2D, "matrix-average-int16-relu", 3, VALID, 1, 2, RELU,
	     WORDS(1, 5, 4, 2), OUT_LIKE(INT16, 1, 4, 3, 2)),
	POOL(MAX_POOL_2D, "matrix-max-int16", 3, SAME, 2, 3, NONE,
	     WORDS(2, 5, 6, 3), OUT_LIKE(INT16, 2, 3, 3, 3)),
	POOL(MAX_POOL_2D, "matrix-max-int16-relu6", 3, VALID, 1, 2, RELU6,
	     WORDS(1, 5, 4, 2), OUT_LIKE(INT16, 1, 4, 3, 2)),
	POOL(L2_POOL_2D, "matrix-l2-float", 1, SAME, 2, 3, NONE,
	     IN(FLOAT32, 2, 5, 6, 3), OUT(FLOAT32, 2, 3, 3, 3)),
	POOL(L2_POOL_2D, "matrix-l2-float-relu6", 1, VALID, 1, 2, RELU6,
	     IN(FLOAT32, 1, 5, 4, 2), OUT(FLOAT32, 1, 4, 3, 2)),
	PAIR(ADD, "matrix-add-int16", 2, NONE, 0.0021f, 2, 3, 4),
	PAIR(ADD, "matrix-add-int16-relu", 2, RELU, 0.0011f, 2, 3, 4),
	PAIR(SUB, "matrix-sub-int16", 5, NONE, 0.0021f, 2, 3, 4),
	PAIR(MUL, "matrix-mul-int16", 4, NONE, 0.021f, 2, 3, 4),
	PAIR(MUL, "matrix-mul-int16-relu6", 4, RELU6, 0.0003f, 2, 3, 4),
};

const struct row_family rows_matrix = ROW_FAMILY(rows, "matrix", 2);
