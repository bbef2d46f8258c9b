/* SPDX-License-Identifier: MIT */
/* Operators on pairs of values, and those of float and integer values. */
#include "rows.h"
#include <math.h>

/*
 * Four ways to broadcast. `step` and `zero` quantise the output (0: at random).
 */
#define PAIR(operator, text, a, b, out, ...)                                   \
	ROW(operator, text, __VA_ARGS__, INPUTS(a, b), OUTPUTS(out), .seeds = 1)
#define PAIRS(operator, text, element, least, greatest, result, step, zero,    \
	      ...)                                                             \
	PAIR(operator, text "-same", IN_RANGE(element, least, greatest, 3, 4), \
	     IN_RANGE(element, least, greatest, 3, 4),                         \
	     OUT_SCALED(result, step, zero, 3, 4), __VA_ARGS__),               \
		PAIR(operator, text "-vector",                                 \
		     IN_RANGE(element, least, greatest, 3, 4),                 \
		     IN_RANGE(element, least, greatest, 4),                    \
		     OUT_SCALED(result, step, zero, 3, 4), __VA_ARGS__),       \
		PAIR(operator, text "-both-ways",                              \
		     IN_RANGE(element, least, greatest, 1, 2, 3, 1),           \
		     IN_RANGE(element, least, greatest, 2, 1, 1, 2),           \
		     OUT_SCALED(result, step, zero, 2, 2, 3, 2), __VA_ARGS__), \
		PAIR(operator, text "-scalar",                                 \
		     SCALAR_IN_RANGE(element, least, greatest),                \
		     IN_RANGE(element, least, greatest, 9),                    \
		     OUT_SCALED(result, step, zero, 9), __VA_ARGS__)
#define ACTIVATED(group, value) OPTIONS(group, I8(0, value))
/* Input and output are quantised alike. */
#define PAIRS_ALIKE(operator, text, element, ...)                              \
	PAIR(operator, text "-same", IN(element, 2, 3, 4),                     \
	     IN_LIKE(element, 2, 3, 4), OUT_LIKE(element, 2, 3, 4),            \
	     __VA_ARGS__),                                                     \
		PAIR(operator, text "-both-ways", IN(element, 2, 3, 1),        \
		     IN_LIKE(element, 2, 1, 4), OUT_LIKE(element, 2, 3, 4),    \
		     __VA_ARGS__)
#define COMPARISONS(operator, text, ...)                                       \
	PAIRS(operator, text "-float", FLOAT32, -1, 1, BOOL, 0, 0,             \
	      __VA_ARGS__),                                                    \
		PAIRS(operator, text "-int32", INT32, -2, 2, BOOL, 0, 0,       \
		      __VA_ARGS__),                                            \
		PAIR(operator, text "-int64", IN_RANGE(INT64, -2, 2, 2, 5),    \
		     IN_RANGE(INT64, -2, 2, 5), OUT(BOOL, 2, 5), __VA_ARGS__), \
		PAIR(operator, text "-int8", IN(INT8, 64), IN(INT8, 64),       \
		     OUT(BOOL, 64), __VA_ARGS__),                              \
		PAIR(operator, text "-uint8", IN(UINT8, 8, 8),                 \
		     IN(UINT8, 8, 1), OUT(BOOL, 8, 8), __VA_ARGS__),           \
		PAIR(operator, text "-int8-equal-scales",                      \
		     IN_RANGE(INT8, -3, 3, 64), LIKE_RANGE(INT8, -3, 3, 64),   \
		     OUT(BOOL, 64), __VA_ARGS__)
#define LIKE_RANGE(element, least, greatest, ...)                              \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.quantisation = ROW_LIKE_FIRST, .low = (least),        \
			.high = (greatest)                                     \
	}
/* Greater than its zero point: no division by 0. */
#define DIVISOR(element, ...)                                                  \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.scale = 0.02f, .zero_point = 10, .low = 30,           \
			.high = 255                                            \
	}
#define UNARY(operator, text, options, element, least, greatest)               \
	ROW(operator, text, options,                                           \
	    INPUTS(IN_RANGE(element, least, greatest, 24)),                    \
	    OUTPUTS(OUT(element, 24)))
#define CAST_ROW(text, from, from_code, to, to_code, least, greatest)          \
	ROW(CAST, "cast-" text,                                                \
	    OPTIONS(CAST, I8(0, from_code), I8(1, to_code)),                   \
	    INPUTS(IN_RANGE(from, least, greatest, 24)), OUTPUTS(OUT(to, 24)))

#define SPECIAL_PAIR(operator, text, group, result)                            \
	ROW(operator, text "-special", DEFAULTS(group),                        \
	    INPUTS(GIVEN(FLOAT32, NAN, 1, INFINITY, -INFINITY, 0, -2, 3e38f,   \
			 5),                                                   \
		   GIVEN(FLOAT32, 1, NAN, INFINITY, INFINITY, 1, -INFINITY,    \
			 3e38f, 0)),                                           \
	    OUTPUTS(OUT(result, 8)), .seeds = 1)
#define SPECIAL(operator, text, ...)                                           \
	ROW(operator, text "-special", NO_OPTIONS,                             \
	    INPUTS(GIVEN(FLOAT32, __VA_ARGS__)), OUTPUTS(OUT(FLOAT32, 8)),     \
	    .seeds = 1)

#define PLAIN_IN(element, least, greatest, ...)                                \
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

static const struct row rows[] = {
	PAIRS(ADD, "add-float", FLOAT32, 0, 0, FLOAT32, 0, 0, DEFAULTS(ADD)),
	PAIRS(ADD, "add-float-relu", FLOAT32, 0, 0, FLOAT32, 0, 0,
	      ACTIVATED(ADD, TFLITE_ACT_RELU)),
	PAIRS(ADD, "add-int32", INT32, 0, 0, INT32, 0, 0, DEFAULTS(ADD)),
	PAIRS(ADD, "add-int32-relu6", INT32, -9, 9, INT32, 0, 0,
	      ACTIVATED(ADD, TFLITE_ACT_RELU6)),
	PAIRS(ADD, "add-int64", INT64, 0, 0, INT64, 0, 0, DEFAULTS(ADD)),
	PAIRS(SUB, "sub-float", FLOAT32, 0, 0, FLOAT32, 0, 0, DEFAULTS(SUB)),
	PAIRS(SUB, "sub-float-relu6", FLOAT32, -9, 9, FLOAT32, 0, 0,
	      ACTIVATED(SUB, TFLITE_ACT_RELU6)),
	PAIRS(SUB, "sub-int32", INT32, 0, 0, INT32, 0, 0, DEFAULTS(SUB)),
	PAIRS(SUB, "sub-int64", INT64, 0, 0, INT64, 0, 0, DEFAULTS(SUB)),
	PAIRS(SUB, "sub-int8", INT8, 0, 0, INT8, 0.05f, -4, DEFAULTS(SUB)),
	PAIRS(SUB, "sub-int8-relu", INT8, 0, 0, INT8, 0, 0,
	      ACTIVATED(SUB, TFLITE_ACT_RELU)),
	PAIRS(SUB, "sub-uint8", UINT8, 0, 0, UINT8, 0.06f, 120, DEFAULTS(SUB)),
	PAIRS(MUL, "mul-float", FLOAT32, 0, 0, FLOAT32, 0, 0, DEFAULTS(MUL)),
	PAIRS(MUL, "mul-float-n1-to-1", FLOAT32, -2, 2, FLOAT32, 0, 0,
	      ACTIVATED(MUL, TFLITE_ACT_RELU_N1_TO_1)),
	PAIRS(MUL, "mul-int32", INT32, 0, 0, INT32, 0, 0, DEFAULTS(MUL)),
	PAIRS(MUL, "mul-int64", INT64, 0, 0, INT64, 0, 0, DEFAULTS(MUL)),
	PAIRS(MUL, "mul-int8", INT8, 0, 0, INT8, 0.1f, 5, DEFAULTS(MUL)),
	PAIRS(MUL, "mul-int8-relu6", INT8, 0, 0, INT8, 0.04f, -100,
	      ACTIVATED(MUL, TFLITE_ACT_RELU6)),
	PAIRS(MUL, "mul-uint8", UINT8, 0, 0, UINT8, 0.09f, 130, DEFAULTS(MUL)),
	PAIRS(DIV, "div-float", FLOAT32, 0.5f, 4, FLOAT32, 0, 0, DEFAULTS(DIV)),
	PAIRS(DIV, "div-float-relu6", FLOAT32, 0.25f, 4, FLOAT32, 0, 0,
	      ACTIVATED(DIV, TFLITE_ACT_RELU6)),
	PAIRS(DIV, "div-int32", INT32, 1, 100, INT32, 0, 0, DEFAULTS(DIV)),
	ROW(DIV, "div-float-signs", DEFAULTS(DIV),
	    INPUTS(IN(FLOAT32, 30), IN_RANGE(FLOAT32, -4, -0.5f, 30)),
	    OUTPUTS(OUT(FLOAT32, 30))),
	ROW(DIV, "div-int32-signs", DEFAULTS(DIV),
	    INPUTS(IN(INT32, 30), IN_RANGE(INT32, -9, -1, 30)),
	    OUTPUTS(OUT(INT32, 30))),
	ROW(DIV, "div-uint8", DEFAULTS(DIV),
	    INPUTS(IN(UINT8, 48), DIVISOR(UINT8, 48)),
	    OUTPUTS(OUT_SCALED(UINT8, 0.03f, 128, 48))),
	PAIRS(MAXIMUM, "maximum-float", FLOAT32, 0, 0, FLOAT32, 0, 0,
	      DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS(MAXIMUM, "maximum-int32", INT32, 0, 0, INT32, 0, 0,
	      DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS_ALIKE(MAXIMUM, "maximum-int8", INT8, DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS_ALIKE(MAXIMUM, "maximum-uint8", UINT8, DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS(MINIMUM, "minimum-float", FLOAT32, 0, 0, FLOAT32, 0, 0,
	      DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS(MINIMUM, "minimum-int64", INT64, 0, 0, INT64, 0, 0,
	      DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS_ALIKE(MINIMUM, "minimum-int8", INT8, DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS_ALIKE(MINIMUM, "minimum-uint8", UINT8, DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS(SQUARED_DIFFERENCE, "squared-difference-float", FLOAT32, 0, 0,
	      FLOAT32, 0, 0, DEFAULTS(SQUARED_DIFFERENCE)),
	PAIRS(SQUARED_DIFFERENCE, "squared-difference-int32", INT32, 0, 0,
	      INT32, 0, 0, DEFAULTS(SQUARED_DIFFERENCE)),
	PAIRS(FLOOR_DIV, "floor-div-float", FLOAT32, 0.5f, 4, FLOAT32, 0, 0,
	      DEFAULTS(FLOOR_DIV)),
	PAIRS(FLOOR_DIV, "floor-div-int32", INT32, 1, 40, INT32, 0, 0,
	      DEFAULTS(FLOOR_DIV)),
	ROW(FLOOR_DIV, "floor-div-int32-signs", DEFAULTS(FLOOR_DIV),
	    INPUTS(IN(INT32, 30), IN_RANGE(INT32, -9, -1, 30)),
	    OUTPUTS(OUT(INT32, 30))),
	ROW(FLOOR_DIV, "floor-div-int32-negative", DEFAULTS(FLOOR_DIV),
	    INPUTS(IN(INT32, 30), IN_RANGE(INT32, 1, 9, 30)),
	    OUTPUTS(OUT(INT32, 30))),
	ROW(FLOOR_DIV, "floor-div-float-signs", DEFAULTS(FLOOR_DIV),
	    INPUTS(IN(FLOAT32, 30), IN_RANGE(FLOAT32, -2, -0.5f, 30)),
	    OUTPUTS(OUT(FLOAT32, 30))),
	PAIRS(FLOOR_MOD, "floor-mod-float", FLOAT32, 0.5f, 4, FLOAT32, 0, 0,
	      DEFAULTS(FLOOR_MOD)),
	PAIRS(FLOOR_MOD, "floor-mod-int32", INT32, 1, 40, INT32, 0, 0,
	      DEFAULTS(FLOOR_MOD)),
	ROW(FLOOR_MOD, "floor-mod-int32-signs", DEFAULTS(FLOOR_MOD),
	    INPUTS(IN(INT32, 30), IN_RANGE(INT32, -9, -1, 30)),
	    OUTPUTS(OUT(INT32, 30))),
	ROW(FLOOR_MOD, "floor-mod-int64-signs", DEFAULTS(FLOOR_MOD),
	    INPUTS(IN(INT64, 30), IN_RANGE(INT64, -9, -1, 30)),
	    OUTPUTS(OUT(INT64, 30))),
	PAIRS(POW, "pow-float", FLOAT32, 0.25f, 3, FLOAT32, 0, 0,
	      DEFAULTS(POW)),
	ROW(POW, "pow-int32", DEFAULTS(POW),
	    INPUTS(IN_RANGE(INT32, -5, 5, 24), IN_RANGE(INT32, 0, 6, 24)),
	    OUTPUTS(OUT(INT32, 24))),
	COMPARISONS(EQUAL, "equal", DEFAULTS(EQUAL)),
	COMPARISONS(NOT_EQUAL, "not-equal", DEFAULTS(NOT_EQUAL)),
	COMPARISONS(LESS, "less", DEFAULTS(LESS)),
	COMPARISONS(LESS_EQUAL, "less-equal", DEFAULTS(LESS_EQUAL)),
	COMPARISONS(GREATER, "greater", DEFAULTS(GREATER)),
	COMPARISONS(GREATER_EQUAL, "greater-equal", DEFAULTS(GREATER_EQUAL)),
	PAIRS(EQUAL, "equal-bool", BOOL, 0, 0, BOOL, 0, 0, DEFAULTS(EQUAL)),
	PAIRS(LOGICAL_AND, "logical-and", BOOL, 0, 0, BOOL, 0, 0,
	      DEFAULTS(LOGICAL_AND)),
	PAIRS(LOGICAL_OR, "logical-or", BOOL, 0, 0, BOOL, 0, 0,
	      DEFAULTS(LOGICAL_OR)),
	UNARY(LOGICAL_NOT, "logical-not", DEFAULTS(LOGICAL_NOT), BOOL, 0, 0),
	ROW(SELECT, "select-float", DEFAULTS(SELECT),
	    INPUTS(IN(BOOL, 3, 4), IN(FLOAT32, 3, 4), IN(FLOAT32, 3, 4)),
	    OUTPUTS(OUT(FLOAT32, 3, 4))),
	ROW(SELECT, "select-int32-rows", DEFAULTS(SELECT),
	    INPUTS(IN(BOOL, 5), IN(INT32, 5, 3), IN(INT32, 5, 3)),
	    OUTPUTS(OUT(INT32, 5, 3))),
	ROW(SELECT, "select-uint8", DEFAULTS(SELECT),
	    INPUTS(IN(BOOL, 9), IN_SCALED(UINT8, 0.1f, 9, 9),
		   IN_SCALED(UINT8, 0.1f, 9, 9)),
	    OUTPUTS(OUT_SCALED(UINT8, 0.1f, 9, 9))),
	ROW(SELECT_V2, "select-v2-float", DEFAULTS(SELECT_V2),
	    INPUTS(IN(BOOL, 3, 1), IN(FLOAT32, 3, 4), IN(FLOAT32, 4)),
	    OUTPUTS(OUT(FLOAT32, 3, 4))),
	ROW(SELECT_V2, "select-v2-int32", DEFAULTS(SELECT_V2),
	    INPUTS(IN(BOOL, 2, 3, 4), IN(INT32, 3, 1), SCALAR_IN(INT32)),
	    OUTPUTS(OUT(INT32, 2, 3, 4))),
	ROW(SELECT_V2, "select-v2-int8", DEFAULTS(SELECT_V2),
	    INPUTS(IN(BOOL, 4), IN_SCALED(INT8, 0.1f, 9, 2, 4),
		   IN_SCALED(INT8, 0.1f, 9, 2, 1)),
	    OUTPUTS(OUT_SCALED(INT8, 0.1f, 9, 2, 4))),
	UNARY(NEG, "neg-float", DEFAULTS(NEG), FLOAT32, 0, 0),
	UNARY(NEG, "neg-int32", DEFAULTS(NEG), INT32, 0, 0),
	UNARY(NEG, "neg-int64", DEFAULTS(NEG), INT64, 0, 0),
	UNARY(ABS, "abs-float", DEFAULTS(ABS), FLOAT32, 0, 0),
	UNARY(ABS, "abs-int32", DEFAULTS(ABS), INT32, 0, 0),
	UNARY(SQUARE, "square-float", DEFAULTS(SQUARE), FLOAT32, 0, 0),
	UNARY(SQRT, "sqrt-float", NO_OPTIONS, FLOAT32, 0, 100),
	UNARY(RSQRT, "rsqrt-float", NO_OPTIONS, FLOAT32, 0.01f, 100),
	UNARY(EXP, "exp-float", DEFAULTS(EXP), FLOAT32, -20, 8),
	UNARY(LOG, "log-float", NO_OPTIONS, FLOAT32, 0.01f, 100),
	UNARY(SIN, "sin-float", NO_OPTIONS, FLOAT32, -20, 20),
	UNARY(COS, "cos-float", DEFAULTS(COS), FLOAT32, -20, 20),
	UNARY(FLOOR, "floor-float", NO_OPTIONS, FLOAT32, 0, 0),
	UNARY(CEIL, "ceil-float", NO_OPTIONS, FLOAT32, 0, 0),
	UNARY(ROUND, "round-float", NO_OPTIONS, FLOAT32, 0, 0),
	ROW(ROUND, "round-float-ties", NO_OPTIONS,
	    INPUTS(GIVEN(FLOAT32, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 3.5f,
			 0.49999997f)),
	    OUTPUTS(OUT(FLOAT32, 8)), .seeds = 1),
	UNARY(SIGN, "sign-float", DEFAULTS(SIGN), FLOAT32, 0, 0),
	UNARY(LOGISTIC, "logistic-float", NO_OPTIONS, FLOAT32, -12, 12),
	UNARY(TANH, "tanh-float", NO_OPTIONS, FLOAT32, -6, 6),
	UNARY(RELU, "relu-float", NO_OPTIONS, FLOAT32, 0, 0),
	UNARY(RELU6, "relu6-float", NO_OPTIONS, FLOAT32, -10, 10),
	UNARY(RELU_N1_TO_1, "relu-n1-to-1-float", NO_OPTIONS, FLOAT32, 0, 0),
	UNARY(RELU_0_TO_1, "relu-0-to-1-float", NO_OPTIONS, FLOAT32, 0, 0),
	UNARY(HARD_SWISH, "hard-swish-float", DEFAULTS(HARD_SWISH), FLOAT32, -6,
	      6),
	UNARY(ELU, "elu-float", NO_OPTIONS, FLOAT32, 0, 0),
	UNARY(LEAKY_RELU, "leaky-relu-float", OPTIONS(LEAKY_RELU, F32(0, 0.3f)),
	      FLOAT32, 0, 0),
	UNARY(GELU, "gelu-float", DEFAULTS(GELU), FLOAT32, 0, 0),
	UNARY(GELU, "gelu-float-approximate", OPTIONS(GELU, I8(0, 1)), FLOAT32,
	      0, 0),
	ROW(PRELU, "prelu-float-per-channel", NO_OPTIONS,
	    INPUTS(IN(FLOAT32, 1, 3, 3, 4), WEIGHTS(FLOAT32, 1, 1, 4)),
	    OUTPUTS(OUT(FLOAT32, 1, 3, 3, 4))),
	ROW(PRELU, "prelu-float-full", NO_OPTIONS,
	    INPUTS(IN(FLOAT32, 1, 2, 3, 2), WEIGHTS(FLOAT32, 2, 3, 2)),
	    OUTPUTS(OUT(FLOAT32, 1, 2, 3, 2))),
	CAST_ROW("int32-float", INT32, 2, FLOAT32, 0, 0, 0),
	CAST_ROW("float-int32", FLOAT32, 0, INT32, 2, -90, 90),
	CAST_ROW("int32-int64", INT32, 2, INT64, 4, 0, 0),
	CAST_ROW("int64-int32", INT64, 4, INT32, 2, 0, 0),
	CAST_ROW("bool-float", BOOL, 6, FLOAT32, 0, 0, 0),
	CAST_ROW("float-bool", FLOAT32, 0, BOOL, 6, -0.003f, 0.003f),
	CAST_ROW("uint8-float", UINT8, 3, FLOAT32, 0, 0, 0),
	CAST_ROW("float-uint8", FLOAT32, 0, UINT8, 3, 0, 255),
	CAST_ROW("int8-int32", INT8, 9, INT32, 2, 0, 0),
	CAST_ROW("int32-int8", INT32, 2, INT8, 9, -100, 100),
	CAST_ROW("int16-int32", INT16, 7, INT32, 2, 0, 0),
	CAST_ROW("int32-bool", INT32, 2, BOOL, 6, -1, 1),
	CAST_ROW("int8-uint8", INT8, 9, UINT8, 3, 0, 0),
	SPECIAL_PAIR(ADD, "add-float", ADD, FLOAT32),
	SPECIAL_PAIR(MUL, "mul-float", MUL, FLOAT32),
	SPECIAL_PAIR(DIV, "div-float", DIV, FLOAT32),
	SPECIAL_PAIR(LESS, "less", LESS, BOOL),
	SPECIAL_PAIR(GREATER_EQUAL, "greater-equal", GREATER_EQUAL, BOOL),
	SPECIAL_PAIR(EQUAL, "equal", EQUAL, BOOL),
	SPECIAL_PAIR(NOT_EQUAL, "not-equal", NOT_EQUAL, BOOL),
	SPECIAL_PAIR(MAXIMUM, "maximum-float", MAXIMUM_MINIMUM, FLOAT32),
	SPECIAL_PAIR(MINIMUM, "minimum-float", MAXIMUM_MINIMUM, FLOAT32),
	SPECIAL(EXP, "exp-float", 0, 88.7f, 89, -87, -104, -INFINITY, INFINITY,
		NAN),
	SPECIAL(LOG, "log-float", 0, -1, 1, 1e-38f, 3e38f, INFINITY, NAN,
		1e-44f),
	SPECIAL(SQRT, "sqrt-float", 0, -1, 1e-38f, 3e38f, INFINITY, NAN, 2,
		-0.0f),
	SPECIAL(RSQRT, "rsqrt-float", 4, 1e-38f, 3e38f, INFINITY, NAN, 2, 16,
		0),
	SPECIAL(LOGISTIC, "logistic-float", 0, 100, -100, 16.6f, -20, INFINITY,
		-INFINITY, NAN),
	SPECIAL(TANH, "tanh-float", 0, 20, -20, 1e-4f, -1e-20f, INFINITY,
		-INFINITY, NAN),
	SPECIAL(SIN, "sin-float", 0, 1000, -1000, 1e-4f, 3.1415927f, 1e5f,
		-31415.926f, 6.2831855f),
	SPECIAL(COS, "cos-float", 0, 1000, -1000, 1e-4f, 3.1415927f, 1e5f,
		-31415.926f, 1.5707964f),
	SPECIAL(RELU, "relu-float", 0, -0.0f, INFINITY, -INFINITY, 1e38f,
		-1e38f, 1e-44f, -1e-44f),
	SPECIAL(FLOOR, "floor-float", 0, -0.5f, 8388607.5f, -8388607.5f, 1e30f,
		-1e30f, INFINITY, -INFINITY),
	ROW(POW, "pow-float-special", DEFAULTS(POW),
	    INPUTS(GIVEN(FLOAT32, 0, 2, -2, -2, 1e10f, 0, 10, 2),
		   GIVEN(FLOAT32, 0, 0.5f, 3, 2, 10, 3, -40, -3)),
	    OUTPUTS(OUT(FLOAT32, 8)), .seeds = 1),
	ROW(ADD, "add-int32-wraps", DEFAULTS(ADD),
	    INPUTS(GIVEN(INT32, 2147483520, -2147483648.0f, 2147483520, 5),
		   GIVEN(INT32, 1024, -1, 2147483520, -6)),
	    OUTPUTS(OUT(INT32, 4)), .seeds = 1),
	ROW(SUB, "sub-int32-wraps", DEFAULTS(SUB),
	    INPUTS(GIVEN(INT32, 2147483520, -2147483648.0f, 0, 5),
		   GIVEN(INT32, -1024, 1, -2147483648.0f, -6)),
	    OUTPUTS(OUT(INT32, 4)), .seeds = 1),
	ROW(MUL, "mul-int32-wraps", DEFAULTS(MUL),
	    INPUTS(GIVEN(INT32, 65536, -2147483648.0f, 2147483520, 5),
		   GIVEN(INT32, 65537, 3, 2147483520, -6)),
	    OUTPUTS(OUT(INT32, 4)), .seeds = 1),
	ROW(MUL, "mul-int8-saturates", DEFAULTS(MUL),
	    INPUTS(IN_SCALED(INT8, 0.5f, -3, 64),
		   IN_SCALED(INT8, 0.25f, 7, 64)),
	    OUTPUTS(OUT_SCALED(INT8, 0.01f, 1, 64))),
	ROW(MUL, "mul-int8-vanishes", DEFAULTS(MUL),
	    INPUTS(IN_SCALED(INT8, 0.01f, -128, 64),
		   IN_SCALED(INT8, 0.01f, 127, 64)),
	    OUTPUTS(OUT_SCALED(INT8, 2.5f, 100, 64))),
	ROW(SUB, "sub-int8-unlike-scales", DEFAULTS(SUB),
	    INPUTS(IN_SCALED(INT8, 0.0005f, -3, 64),
		   IN_SCALED(INT8, 0.8f, 7, 64)),
	    OUTPUTS(OUT_SCALED(INT8, 0.9f, 1, 64))),
	ROW(SUB, "sub-uint8-relu6", ACTIVATED(SUB, TFLITE_ACT_RELU6),
	    INPUTS(IN(UINT8, 64), IN(UINT8, 64)), OUTPUTS(OUT(UINT8, 64))),
	ROW(ADD, "add-float-rank-5", DEFAULTS(ADD),
	    INPUTS(IN(FLOAT32, 2, 1, 2, 1, 2), IN(FLOAT32, 1, 2, 2, 2, 1)),
	    OUTPUTS(OUT(FLOAT32, 2, 2, 2, 2, 2)), .seeds = 1),
	ROW(MUL, "mul-float-with-a-constant", DEFAULTS(MUL),
	    INPUTS(IN(FLOAT32, 3, 4), WEIGHTS(FLOAT32, 4)),
	    OUTPUTS(OUT(FLOAT32, 3, 4)), .seeds = 1),
	ROW(ADD, "add-float-one-element", DEFAULTS(ADD),
	    INPUTS(IN(FLOAT32, 1), IN(FLOAT32, 1, 1, 1, 5)),
	    OUTPUTS(OUT(FLOAT32, 1, 1, 1, 5)), .seeds = 1),
	ROW(DIV, "div-int8", DEFAULTS(DIV),
	    INPUTS(IN(INT8, 48), DIVISOR(INT8, 48)),
	    OUTPUTS(OUT_SCALED(INT8, 0.03f, 10, 48))),
	ROW(FLOOR_DIV, "floor-div-int8", DEFAULTS(FLOOR_DIV),
	    INPUTS(PLAIN_IN(INT8, -99, 99, 30), PLAIN_IN(INT8, 1, 20, 30)),
	    OUTPUTS(PLAIN_OUT(INT8, 30))),
	ROW(FLOOR_DIV, "floor-div-int16", DEFAULTS(FLOOR_DIV),
	    INPUTS(PLAIN_IN(INT16, -99, 99, 30), PLAIN_IN(INT16, 1, 20, 30)),
	    OUTPUTS(PLAIN_OUT(INT16, 30))),
	ROW(FLOOR_MOD, "floor-mod-int8", DEFAULTS(FLOOR_MOD),
	    INPUTS(PLAIN_IN(INT8, -99, 99, 30), PLAIN_IN(INT8, 1, 20, 30)),
	    OUTPUTS(PLAIN_OUT(INT8, 30))),
	ROW(FLOOR_MOD, "floor-mod-int16", DEFAULTS(FLOOR_MOD),
	    INPUTS(PLAIN_IN(INT16, -99, 99, 30), PLAIN_IN(INT16, 1, 20, 30)),
	    OUTPUTS(PLAIN_OUT(INT16, 30))),
	PAIRS_ALIKE(MAXIMUM, "maximum-int16", INT16, DEFAULTS(MAXIMUM_MINIMUM)),
	PAIRS_ALIKE(MINIMUM, "minimum-int16", INT16, DEFAULTS(MAXIMUM_MINIMUM)),
	UNARY(SIGN, "sign-int32", DEFAULTS(SIGN), INT32, -3, 3),
	ROW(SELECT_V2, "select-v2-int64", DEFAULTS(SELECT_V2),
	    INPUTS(IN(BOOL, 5), IN(INT64, 5), IN(INT64, 1)),
	    OUTPUTS(OUT(INT64, 5))),
	ROW(SELECT_V2, "select-v2-scalar-condition", DEFAULTS(SELECT_V2),
	    INPUTS(SCALAR_IN(BOOL), IN(INT16, 2, 3), IN(INT16, 2, 3)),
	    OUTPUTS(OUT(INT16, 2, 3)), .seeds = 4),
	ROW(SELECT, "select-bool", DEFAULTS(SELECT),
	    INPUTS(IN(BOOL, 12), IN(BOOL, 12), IN(BOOL, 12)),
	    OUTPUTS(OUT(BOOL, 12))),
	CAST_ROW("int16-float", INT16, 7, FLOAT32, 0, 0, 0),
	CAST_ROW("float-int16", FLOAT32, 0, INT16, 7, -999, 999),
	CAST_ROW("int64-float", INT64, 4, FLOAT32, 0, 0, 0),
	CAST_ROW("float-int64", FLOAT32, 0, INT64, 4, -999, 999),
	CAST_ROW("bool-int32", BOOL, 6, INT32, 2, 0, 0),
	CAST_ROW("uint8-int8", UINT8, 3, INT8, 9, 0, 0),
	CAST_ROW("int32-uint8-cut", INT32, 2, UINT8, 3, -999, 999),
	CAST_ROW("int64-int16-cut", INT64, 4, INT16, 7, -99999, 99999),
	CAST_ROW("int8-bool", INT8, 9, BOOL, 6, -1, 1),
	CAST_ROW("float-int8", FLOAT32, 0, INT8, 9, -127, 127),
	UNARY(RELU_N1_TO_1, "relu-n1-to-1-float-wide", NO_OPTIONS, FLOAT32, -3,
	      3),
};

const struct row_family rows_elementwise = ROW_FAMILY(rows, "elementwise", 2);
