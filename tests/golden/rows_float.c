/* SPDX-License-Identifier: MIT */
/* Windows and matrices of float32, and matrix operators that are new. */
#include "rows.h"

/* Filter and stride are the same in height and width. */
#define CONV(text, padding, stride, act, dilation, in_h, in_w, in_c, side,     \
	     out_h, out_w, out_c, bias)                                        \
	ROW(CONV_2D, "conv-float-" text,                                       \
	    OPTIONS(CONV_2D, I8(0, TFLITE_##padding), I32(1, stride),          \
		    I32(2, stride), I8(3, TFLITE_ACT_##act), I32(4, dilation), \
		    I32(5, dilation)),                                         \
	    INPUTS(IN(FLOAT32, 1, in_h, in_w, in_c),                           \
		   WEIGHTS(FLOAT32, out_c, side, side, in_c), bias),           \
	    OUTPUTS(OUT(FLOAT32, 1, out_h, out_w, out_c)))
#define DEPTHWISE(text, padding, stride, act, dilation, in_h, in_w, in_c,      \
		  side, out_h, out_w, multiplier, bias)                        \
	ROW(DEPTHWISE_CONV_2D, "depthwise-float-" text,                        \
	    OPTIONS(DEPTHWISE_CONV_2D, I8(0, TFLITE_##padding),                \
		    I32(1, stride), I32(2, stride), I32(3, multiplier),        \
		    I8(4, TFLITE_ACT_##act), I32(5, dilation),                 \
		    I32(6, dilation)),                                         \
	    INPUTS(IN(FLOAT32, 1, in_h, in_w, in_c),                           \
		   WEIGHTS(FLOAT32, 1, side, side, (in_c) * (multiplier)),     \
		   bias),                                                      \
	    OUTPUTS(OUT(FLOAT32, 1, out_h, out_w, (in_c) * (multiplier))))
#define POOL(operator, text, padding, stride, side, act, in_h, in_w, out_h,    \
	     out_w)                                                            \
	ROW(operator, text,                                                    \
	    OPTIONS(POOL_2D, I8(0, TFLITE_##padding), I32(1, stride),          \
		    I32(2, stride), I32(3, side), I32(4, side),                \
		    I8(5, TFLITE_ACT_##act)),                                  \
	    INPUTS(IN(FLOAT32, 2, in_h, in_w, 3)),                             \
	    OUTPUTS(OUT(FLOAT32, 2, out_h, out_w, 3)))
#define BIAS(count) WEIGHTS(FLOAT32, count)

static const struct row rows[] = {
	CONV("1x1", VALID, 1, NONE, 1, 3, 4, 5, 1, 3, 4, 3, BIAS(3)),
	CONV("same-3x3", SAME, 1, RELU, 1, 4, 5, 2, 3, 4, 5, 3, BIAS(3)),
	CONV("valid-3x3", VALID, 1, RELU6, 1, 5, 5, 2, 3, 3, 3, 4, BIAS(4)),
	CONV("stride-2", SAME, 2, NONE, 1, 6, 7, 3, 3, 3, 4, 2, BIAS(2)),
	CONV("dilated", SAME, 1, NONE, 2, 6, 5, 1, 3, 6, 5, 2, BIAS(2)),
	CONV("dilated-valid", VALID, 1, RELU_N1_TO_1, 2, 6, 7, 2, 2, 4, 5, 2,
	     BIAS(2)),
	ROW(CONV_2D, "conv-float-grouped",
	    OPTIONS(CONV_2D, I8(0, TFLITE_SAME), I32(1, 1), I32(2, 1)),
	    INPUTS(IN(FLOAT32, 1, 3, 3, 6), WEIGHTS(FLOAT32, 4, 2, 2, 3),
		   BIAS(4)),
	    OUTPUTS(OUT(FLOAT32, 1, 3, 3, 4))),
	ROW(CONV_2D, "conv-float-computed-weights",
	    OPTIONS(CONV_2D, I8(0, TFLITE_SAME), I32(1, 1), I32(2, 1)),
	    INPUTS(IN(FLOAT32, 2, 3, 3, 2), IN(FLOAT32, 2, 3, 3, 2),
		   IN(FLOAT32, 2)),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 3, 2))),
	DEPTHWISE("same-3x3", SAME, 1, NONE, 1, 4, 5, 3, 3, 4, 5, 1, BIAS(3)),
	DEPTHWISE("valid-relu6", VALID, 1, RELU6, 1, 5, 5, 4, 3, 3, 3, 1,
		  BIAS(4)),
	DEPTHWISE("stride-2", SAME, 2, RELU, 1, 5, 6, 2, 3, 3, 3, 1, BIAS(2)),
	DEPTHWISE("multiplier-3", SAME, 1, NONE, 1, 3, 3, 2, 2, 3, 3, 3,
		  BIAS(6)),
	DEPTHWISE("dilated", SAME, 1, NONE, 2, 6, 6, 2, 3, 6, 6, 1, BIAS(2)),
	DEPTHWISE("no-bias", VALID, 1, NONE, 1, 4, 4, 2, 2, 3, 3, 1, NOTHING),
	ROW(FULLY_CONNECTED, "fully-connected-float", DEFAULTS(FULLY_CONNECTED),
	    INPUTS(IN(FLOAT32, 3, 10), WEIGHTS(FLOAT32, 5, 10), BIAS(5)),
	    OUTPUTS(OUT(FLOAT32, 3, 5))),
	ROW(FULLY_CONNECTED, "fully-connected-float-relu",
	    OPTIONS(FULLY_CONNECTED, I8(0, TFLITE_ACT_RELU)),
	    INPUTS(IN(FLOAT32, 1, 2, 2, 4), WEIGHTS(FLOAT32, 7, 16), BIAS(7)),
	    OUTPUTS(OUT(FLOAT32, 1, 7))),
	ROW(FULLY_CONNECTED, "fully-connected-float-keep-dims",
	    OPTIONS(FULLY_CONNECTED, I8(2, 1)),
	    INPUTS(IN(FLOAT32, 2, 3, 4), WEIGHTS(FLOAT32, 2, 4), ABSENT),
	    OUTPUTS(OUT(FLOAT32, 2, 3, 2))),
	ROW(FULLY_CONNECTED, "fully-connected-float-computed-weights",
	    DEFAULTS(FULLY_CONNECTED),
	    INPUTS(IN(FLOAT32, 2, 6), IN(FLOAT32, 4, 6)),
	    OUTPUTS(OUT(FLOAT32, 2, 4))),
	POOL(AVERAGE_POOL_2D, "average-pool-float-valid", VALID, 2, 2, NONE, 4,
	     5, 2, 2),
	POOL(AVERAGE_POOL_2D, "average-pool-float-same", SAME, 2, 3, NONE, 5, 5,
	     3, 3),
	POOL(AVERAGE_POOL_2D, "average-pool-float-relu6", SAME, 1, 2, RELU6, 3,
	     3, 3, 3),
	POOL(MAX_POOL_2D, "max-pool-float-valid", VALID, 2, 2, NONE, 4, 5, 2,
	     2),
	POOL(MAX_POOL_2D, "max-pool-float-same", SAME, 2, 3, NONE, 5, 5, 3, 3),
	POOL(MAX_POOL_2D, "max-pool-float-relu", SAME, 1, 2, RELU, 3, 3, 3, 3),
	ROW(SOFTMAX, "softmax-float", OPTIONS(SOFTMAX, F32(0, 1)),
	    INPUTS(IN_RANGE(FLOAT32, -9, 9, 3, 8)),
	    OUTPUTS(OUT(FLOAT32, 3, 8))),
	ROW(SOFTMAX, "softmax-float-beta", OPTIONS(SOFTMAX, F32(0, 0.25f)),
	    INPUTS(IN_RANGE(FLOAT32, -30, 30, 1, 2, 2, 5)),
	    OUTPUTS(OUT(FLOAT32, 1, 2, 2, 5))),
	ROW(SOFTMAX, "softmax-float-large", OPTIONS(SOFTMAX, F32(0, 1)),
	    INPUTS(IN_RANGE(FLOAT32, 900, 1000, 6)), OUTPUTS(OUT(FLOAT32, 6))),
};

const struct row_family rows_float = ROW_FAMILY(rows, "float", 2);
