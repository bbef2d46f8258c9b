/* SPDX-License-Identifier: MIT */
/*
 * Further types of operators that other families have in the usual ones. Rows
 * with -exact- in their name: LiteRT is wrong there, exact_model.py is not.
 */
#include "rows.h"

#define REDUCED(operator, text, element, x_scale, x_zero, y_scale, y_zero,     \
		keeps)                                                         \
	ROW(operator, text, OPTIONS(REDUCER, I8(0, keeps)), .version = 2,      \
	    INPUTS(IN_SCALED(element, x_scale, x_zero, 2, 3, 4, 5),            \
		   LIST(INT32, 1, -2)),                                        \
	    OUTPUTS({ .role = ROW_OUTPUT,                                      \
		      .type = TFLITE_##element,                                \
		      .shape = { .rank = (keeps) ? 4 : 2,                      \
				 .dims = { 2, (keeps) ? 1 : 5,                 \
					   (keeps) ? 1 : 0,                    \
					   (keeps) ? 5 : 0 } },                \
		      .scale = (y_scale),                                      \
		      .zero_point = (y_zero) }))

/* 6 elements each, of 1: nothing to add up. */
#define SUM_OF_ONE(text, element, zero)                                        \
	ROW(SUM, text, OPTIONS(REDUCER, I8(0, 1)), .version = 2,               \
	    INPUTS(IN_SCALED(element, 0.5f, zero, 1, 6), LIST(INT32, 0)),      \
	    OUTPUTS(OUT_SCALED(element, 0.25f, zero, 1, 6)))

#define L2(text, element, x_scale, x_zero, y_zero, ...)                        \
	ROW(L2_NORMALIZATION, text, DEFAULTS(L2_NORM), .version = 2,           \
	    INPUTS(IN_SCALED(element, x_scale, x_zero, __VA_ARGS__)),          \
	    OUTPUTS(OUT_SCALED(element, 1 / 128.0f, y_zero, __VA_ARGS__)))

/* Few steps from the zero point: small sums of squares. */
#define L2_NARROW(text, element, zero, low_value, high_value, y_zero, ...)     \
	ROW(L2_NORMALIZATION, text, DEFAULTS(L2_NORM), .version = 2,           \
	    INPUTS({ TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),               \
		     .scale = 0.1f, .zero_point = (zero), .low = (low_value),  \
		     .high = (high_value) }),                                  \
	    OUTPUTS(OUT_SCALED(element, 1 / 128.0f, y_zero, __VA_ARGS__)))

#define LOG_SOFTMAX_8(text, element, step, x_zero, y_zero, ...)                \
	ROW(LOG_SOFTMAX, text, DEFAULTS(LOG_SOFTMAX), .version = 2,            \
	    INPUTS(IN_SCALED(element, step, x_zero, __VA_ARGS__)),             \
	    OUTPUTS(OUT_SCALED(element, 1 / 16.0f, y_zero, __VA_ARGS__)))

/* Scales are 2^-a, 2^-b, 2^-y. */
#define POWERS(operator, group, text, a, b, y, ...)                            \
	ROW(operator, text, __VA_ARGS__, .version = 3,                         \
	    INPUTS(IN_SCALED(INT16, 1.0f / (1 << (a)), 0, 3, 1, 40),           \
		   IN_SCALED(INT16, 1.0f / (1 << (b)), 0, 3, 1, 40)),          \
	    OUTPUTS(OUT_SCALED(INT16, 1.0f / (1 << (y)), 0, 3, 1, 40)))
#define POWERS_STRETCHED(operator, group, text, a, b, y)                       \
	ROW(operator, text, DEFAULTS(group), .version = 3,                     \
	    INPUTS(IN_SCALED(INT16, 1.0f / (1 << (a)), 0, 3, 1, 5),            \
		   IN_SCALED(INT16, 1.0f / (1 << (b)), 0, 4, 1)),              \
	    OUTPUTS(OUT_SCALED(INT16, 1.0f / (1 << (y)), 0, 3, 4, 5)))

#define FUNCTION_16(operator, text, number, x_scale, y_scale, ...)             \
	ROW(operator, text, __VA_ARGS__, .version = (number),                  \
	    INPUTS(IN_SCALED(INT16, x_scale, 0, 2, 300)),                      \
	    OUTPUTS(OUT_SCALED(INT16, y_scale, 0, 2, 300)))
#define FUNCTIONS_16(number, x_scale, y_scale)                                 \
	FUNCTION_16(RELU, "relu-int16-" number, 2, x_scale, y_scale,           \
		    NO_OPTIONS),                                               \
		FUNCTION_16(RELU6, "relu6-int16-" number, 2, x_scale, y_scale, \
			    NO_OPTIONS),                                       \
		FUNCTION_16(ABS, "abs-int16-" number, 3, x_scale, y_scale,     \
			    DEFAULTS(ABS)),                                    \
		FUNCTION_16(LEAKY_RELU, "leaky-relu-int16-" number, 2,         \
			    x_scale, y_scale,                                  \
			    OPTIONS(LEAKY_RELU, F32(0, 0.3f))),                \
		FUNCTION_16(LEAKY_RELU, "leaky-relu-int16-down-" number, 2,    \
			    x_scale, y_scale,                                  \
			    OPTIONS(LEAKY_RELU, F32(0, -1.7f))),               \
		FUNCTION_16(EXP, "exp-int16-" number, 2, x_scale, y_scale,     \
			    DEFAULTS(EXP)),                                    \
		FUNCTION_16(LOG, "log-int16-" number, 2, x_scale, y_scale,     \
			    NO_OPTIONS),                                       \
		FUNCTION_16(GELU, "gelu-int16-" number, 2, x_scale, y_scale,   \
			    OPTIONS(GELU, I8(0, 0))),                          \
		FUNCTION_16(GELU, "gelu-int16-tanh-" number, 2, x_scale,       \
			    y_scale, OPTIONS(GELU, I8(0, 1)))

/* Small numbers, so that many are equal. */
#define SMALL(step, ...)                                                       \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, INT16, __VA_ARGS__), .scale = (step),     \
							  .low = -6, .high = 6 \
	}
#define COMPARED(operator, group, text, number, a_scale, b_scale)              \
	ROW(operator, text, DEFAULTS(group), .version = (number),              \
	    INPUTS(SMALL(a_scale, 4, 50), SMALL(b_scale, 50)),                 \
	    OUTPUTS(OUT(BOOL, 4, 50)))
#define COMPARISONS(number, a_scale, b_scale)                                  \
	COMPARED(EQUAL, EQUAL, "equal-int16-" number, 4, a_scale, b_scale),    \
		COMPARED(NOT_EQUAL, NOT_EQUAL, "not-equal-int16-" number, 4,   \
			 a_scale, b_scale),                                    \
		COMPARED(GREATER, GREATER, "greater-int16-" number, 2,         \
			 a_scale, b_scale),                                    \
		COMPARED(GREATER_EQUAL, GREATER_EQUAL,                         \
			 "greater-equal-int16-" number, 3, a_scale, b_scale),  \
		COMPARED(LESS, LESS, "less-int16-" number, 3, a_scale,         \
			 b_scale),                                             \
		COMPARED(LESS_EQUAL, LESS_EQUAL, "less-equal-int16-" number,   \
			 2, a_scale, b_scale)

#define RESIZED(operator, group, text, height, width, ...)                     \
	ROW(operator, text, __VA_ARGS__, .version = 4,                         \
	    INPUTS(IN_SCALED(INT16, 0.01f, 0, 2, 5, 3, 4),                     \
		   LIST(INT32, height, width)),                                \
	    OUTPUTS(OUT_SCALED(INT16, 0.01f, 0, 2, height, width, 4)))
#define BILINEAR(text, height, width, corners, centers)                        \
	RESIZED(RESIZE_BILINEAR, RESIZE_BILINEAR, text, height, width,         \
		OPTIONS(RESIZE_BILINEAR, I8(2, corners), I8(3, centers)))
#define NEAREST(text, height, width, corners, centers)                         \
	RESIZED(RESIZE_NEAREST_NEIGHBOR, RESIZE_NEAREST_NEIGHBOR, text,        \
		height, width,                                                 \
		OPTIONS(RESIZE_NEAREST_NEIGHBOR, I8(0, corners),               \
			I8(1, centers)))

/* Elements of float16 that are moved: as they are. */
#define HALVES(...) RAMP(FLOAT16, 0, 0, __VA_ARGS__)

static const struct row rows[] = {
	REDUCED(SUM, "sum-exact-int8", INT8, 0.05f, 13, 0.31f, -7, 0),
	REDUCED(SUM, "sum-exact-int8-keep", INT8, 0.11f, -8, 1.3f, 40, 1),
	REDUCED(SUM, "sum-exact-int8-same", INT8, 0.2f, -3, 0.2f, -3, 0),
	REDUCED(SUM, "sum-exact-int8-ties", INT8, 0.5f, 0, 1, 0, 0),
	REDUCED(SUM, "sum-exact-int16", INT16, 0.0004f, 0, 0.0031f, 0, 0),
	REDUCED(SUM, "sum-exact-int16-same", INT16, 0.01f, 0, 0.01f, 0, 1),
	SUM_OF_ONE("sum-exact-int8-one", INT8, 5),
	REDUCED(SUM, "sum-uint8", UINT8, 0.07f, 128, 0.39f, 101, 0),
	REDUCED(SUM, "sum-uint8-keep", UINT8, 0.03f, 120, 0.5f, 200, 1),
	REDUCED(SUM, "sum-uint8-same", UINT8, 0.2f, 100, 0.2f, 100, 0),
	SUM_OF_ONE("sum-uint8-one", UINT8, 77),
	REDUCED(MEAN, "mean-int16", INT16, 0.0007f, 0, 0.0009f, 0, 0),
	REDUCED(MEAN, "mean-int16-keep", INT16, 0.01f, 0, 0.0041f, 0, 1),
	REDUCED(MEAN, "mean-int16-same", INT16, 0.01f, 0, 0.01f, 0, 0),
	L2("l2-norm-int8", INT8, 0.03f, 5, 0, 4, 17),
	L2("l2-norm-int8-deep", INT8, 1.5f, -128, 0, 2, 2, 256),
	L2("l2-norm-int8-one", INT8, 0.03f, -3, 0, 9, 1),
	L2_NARROW("l2-norm-int8-small", INT8, 2, 0, 4, 0, 6, 3),
	L2_NARROW("l2-norm-int8-zeros", INT8, 2, 2, 2, 0, 1, 8),
	L2("l2-norm-uint8", UINT8, 0.03f, 121, 128, 4, 17),
	L2("l2-norm-uint8-deep", UINT8, 0.7f, 0, 128, 2, 1, 3, 200),
	L2("l2-norm-uint8-one", UINT8, 0.03f, 100, 128, 9, 1),
	L2_NARROW("l2-norm-uint8-small", UINT8, 128, 126, 130, 128, 6, 3),
	L2_NARROW("l2-norm-uint8-zeros", UINT8, 128, 128, 128, 128, 1, 8),
	LOG_SOFTMAX_8("log-softmax-int8", INT8, 0.1f, 4, 127, 3, 10),
	LOG_SOFTMAX_8("log-softmax-int8-flat", INT8, 0.0012f, 0, 127, 2, 70),
	LOG_SOFTMAX_8("log-softmax-int8-steep", INT8, 0.9f, -20, 127, 2, 2, 33),
	LOG_SOFTMAX_8("log-softmax-int8-one", INT8, 0.3f, 0, 127, 7, 1),
	LOG_SOFTMAX_8("log-softmax-int8-long", INT8, 0.05f, 0, 127, 1, 1500),
	LOG_SOFTMAX_8("log-softmax-int8-tiny", INT8, 0.00000004f, 0, 127, 2,
		      30),
	LOG_SOFTMAX_8("log-softmax-uint8", UINT8, 0.1f, 131, 255, 3, 10),
	LOG_SOFTMAX_8("log-softmax-uint8-flat", UINT8, 0.0012f, 0, 255, 2, 70),
	LOG_SOFTMAX_8("log-softmax-uint8-steep", UINT8, 7, 128, 255, 2, 2, 33),
	LOG_SOFTMAX_8("log-softmax-uint8-power", UINT8, 0.0625f, 0, 255, 4, 40),
	POWERS(ADD, ADD, "add-int16-powers", 12, 12, 12, DEFAULTS(ADD)),
	POWERS(ADD, ADD, "add-int16-powers-a", 14, 11, 11, DEFAULTS(ADD)),
	POWERS(ADD, ADD, "add-int16-powers-b", 11, 12, 11,
	       OPTIONS(ADD, I8(0, TFLITE_ACT_RELU6))),
	POWERS(ADD, ADD, "add-int16-powers-far", 26, 11, 11, DEFAULTS(ADD)),
	POWERS(ADD, ADD, "add-int16-powers-general", 12, 14, 11,
	       OPTIONS(ADD, I8(1, 0))),
	POWERS_STRETCHED(ADD, ADD, "add-exact-int16-powers-stretched", 14, 12,
			 12),
	POWERS(SUB, SUB, "sub-int16-powers", 12, 12, 12, DEFAULTS(SUB)),
	POWERS(SUB, SUB, "sub-int16-powers-a", 14, 11, 11,
	       OPTIONS(SUB, I8(0, TFLITE_ACT_RELU))),
	POWERS(SUB, SUB, "sub-int16-powers-b", 11, 12, 11, DEFAULTS(SUB)),
	POWERS(SUB, SUB, "sub-int16-powers-general", 12, 14, 11,
	       OPTIONS(SUB, I8(1, 0))),
	POWERS_STRETCHED(SUB, SUB, "sub-int16-powers-stretched", 14, 12, 12),
	FUNCTIONS_16("narrow", 0.0003f, 0.001f),
	FUNCTIONS_16("wide", 0.0011f, 0.00021f),
	FUNCTIONS_16("same", 0.0005f, 0.0005f),
	COMPARISONS("same", 0.5f, 0.5f),
	COMPARISONS("other", 0.25f, 0.5f),
	BILINEAR("resize-bilinear-int16", 8, 7, 0, 0),
	BILINEAR("resize-bilinear-int16-corners", 3, 5, 1, 0),
	BILINEAR("resize-bilinear-int16-centers", 9, 2, 0, 1),
	NEAREST("resize-nearest-int16", 8, 7, 0, 0),
	NEAREST("resize-nearest-int16-corners", 3, 5, 1, 0),
	NEAREST("resize-nearest-int16-centers", 9, 2, 0, 1),
	ROW(GATHER, "gather-float16", OPTIONS(GATHER, I32(0, 1)), .seeds = 1,
	    INPUTS(HALVES(3, 5, 2), LIST(INT32, 4, 0, 2)),
	    OUTPUTS(OUT(FLOAT16, 3, 3, 2))),
	ROW(GATHER_ND, "gather-nd-float16", DEFAULTS(GATHER_ND), .seeds = 1,
	    INPUTS(HALVES(3, 5), TABLE(INT32, 2, 2, 2, 4, 0, 1)),
	    OUTPUTS(OUT(FLOAT16, 2))),
	ROW(CONCATENATION, "concatenation-float16",
	    OPTIONS(CONCATENATION, I32(0, 1)), .seeds = 1,
	    INPUTS(HALVES(2, 3), HALVES(2, 1)), OUTPUTS(OUT(FLOAT16, 2, 4))),
	ROW(TRANSPOSE, "transpose-float16", DEFAULTS(TRANSPOSE), .seeds = 1,
	    INPUTS(HALVES(2, 3, 4), LIST(INT32, 2, 0, 1)),
	    OUTPUTS(OUT(FLOAT16, 4, 2, 3))),
	ROW(PAD, "pad-float16", DEFAULTS(PAD), .seeds = 1,
	    INPUTS(HALVES(2, 3), TABLE(INT32, 2, 2, 1, 0, 0, 2)),
	    OUTPUTS(OUT(FLOAT16, 3, 5))),
	ROW(RESHAPE, "reshape-float16", DEFAULTS(RESHAPE), .seeds = 1,
	    INPUTS(HALVES(2, 6), LIST(INT32, 3, -1)),
	    OUTPUTS(OUT(FLOAT16, 3, 4))),
	ROW(TILE, "tile-float16", DEFAULTS(TILE), .seeds = 1,
	    INPUTS(HALVES(2, 3), LIST(INT32, 2, 1)),
	    OUTPUTS(OUT(FLOAT16, 4, 3))),
	ROW(SLICE, "slice-float16", DEFAULTS(SLICE), .seeds = 1,
	    INPUTS(HALVES(4, 5), LIST(INT32, 1, 2), LIST(INT32, 2, 3)),
	    OUTPUTS(OUT(FLOAT16, 2, 3))),
	ROW(UNPACK, "unpack-float16", OPTIONS(UNPACK, I32(0, 2), I32(1, 0)),
	    .version = 4, .seeds = 1, INPUTS(HALVES(2, 3)),
	    OUTPUTS(OUT(FLOAT16, 3), OUT(FLOAT16, 3))),
	ROW(TOPK_V2, "topk-int16", DEFAULTS(TOP_KV2), .version = 2,
	    INPUTS(IN_SCALED(INT16, 0.1f, 0, 3, 20), SCALAR(INT32, 4)),
	    OUTPUTS(OUT_SCALED(INT16, 0.1f, 0, 3, 4), OUT(INT32, 3, 4))),
};

const struct row_family rows_types = ROW_FAMILY(rows, "types", 2);
