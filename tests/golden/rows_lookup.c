/* SPDX-License-Identifier: MIT */
/* Functions of one 8-bit value, each over all 256 of them. */
#include "rows.h"

#define ALL_256(operator, text, options, element, step, zero, result,          \
		out_step, out_zero)                                            \
	ROW(operator, text, options, INPUTS(RAMP(element, step, zero, 256)),   \
	    OUTPUTS(OUT_SCALED(result, out_step, out_zero, 256)), .seeds = 1)
#define LOGISTICS(number, step, zero)                                          \
	ALL_256(LOGISTIC, "logistic-int8-" number, NO_OPTIONS, INT8, step,     \
		zero, INT8, 1 / 256.0f, -128),                                 \
		ALL_256(LOGISTIC, "logistic-uint8-" number, NO_OPTIONS, UINT8, \
			step, (zero) + 128, UINT8, 1 / 256.0f, 0),             \
		ALL_256(TANH, "tanh-int8-" number, NO_OPTIONS, INT8, step,     \
			zero, INT8, 1 / 128.0f, 0),                            \
		ALL_256(TANH, "tanh-uint8-" number, NO_OPTIONS, UINT8, step,   \
			(zero) + 128, UINT8, 1 / 128.0f, 128)
#define RELUS(number, step, zero, out_step, out_zero)                          \
	ALL_256(RELU, "relu-int8-" number, NO_OPTIONS, INT8, step, zero, INT8, \
		out_step, out_zero),                                           \
		ALL_256(RELU, "relu-uint8-" number, NO_OPTIONS, UINT8, step,   \
			(zero) + 128, UINT8, out_step, (out_zero) + 128),      \
		ALL_256(RELU6, "relu6-int8-" number, NO_OPTIONS, INT8, step,   \
			zero, INT8, out_step, out_zero),                       \
		ALL_256(RELU6, "relu6-uint8-" number, NO_OPTIONS, UINT8, step, \
			(zero) + 128, UINT8, out_step, (out_zero) + 128),      \
		ALL_256(RELU_N1_TO_1, "relu-n1-to-1-int8-" number, NO_OPTIONS, \
			INT8, step, zero, INT8, out_step, out_zero)
#define CURVES(number, step, zero, out_step, out_zero)                         \
	ALL_256(HARD_SWISH, "hard-swish-int8-" number, DEFAULTS(HARD_SWISH),   \
		INT8, step, zero, INT8, out_step, out_zero),                   \
		ALL_256(HARD_SWISH, "hard-swish-uint8-" number,                \
			DEFAULTS(HARD_SWISH), UINT8, step, (zero) + 128,       \
			UINT8, out_step, (out_zero) + 128),                    \
		ALL_256(LEAKY_RELU, "leaky-relu-int8-" number,                 \
			OPTIONS(LEAKY_RELU, F32(0, 0.2f)), INT8, step, zero,   \
			INT8, out_step, out_zero),                             \
		ALL_256(LEAKY_RELU, "leaky-relu-uint8-" number,                \
			OPTIONS(LEAKY_RELU, F32(0, 0.2f)), UINT8, step,        \
			(zero) + 128, UINT8, out_step, (out_zero) + 128),      \
		ALL_256(ELU, "elu-int8-" number, NO_OPTIONS, INT8, step, zero, \
			INT8, out_step, out_zero),                             \
		ALL_256(GELU, "gelu-int8-" number, DEFAULTS(GELU), INT8, step, \
			zero, INT8, out_step, out_zero),                       \
		ALL_256(GELU, "gelu-uint8-approximate-" number,                \
			OPTIONS(GELU, I8(0, 1)), UINT8, step, (zero) + 128,    \
			UINT8, out_step, (out_zero) + 128)
#define CONVERSIONS(number, step, zero, out_step, out_zero)                    \
	ALL_256(QUANTIZE, "quantize-int8-uint8-" number, DEFAULTS(QUANTIZE),   \
		INT8, step, zero, UINT8, out_step, (out_zero) + 128),          \
		ALL_256(QUANTIZE, "quantize-uint8-int8-" number,               \
			DEFAULTS(QUANTIZE), UINT8, step, (zero) + 128, INT8,   \
			out_step, out_zero)
#define PRELU_256(text, element, step, zero, alpha_step, alpha_zero, out_step, \
		  out_zero)                                                    \
	ROW(PRELU, text, NO_OPTIONS,                                           \
	    INPUTS(RAMP(element, step, zero, 1, 16, 16, 1),                    \
		   { TENSOR_OF(ROW_WEIGHTS, element, 1, 1, 1),                 \
		     .scale = (alpha_step), .zero_point = (alpha_zero) }),     \
	    OUTPUTS(OUT_SCALED(element, out_step, out_zero, 1, 16, 16, 1)))

#define SCALED_RANGE(element, step, least, greatest, ...)                      \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.scale = (step), .low = (least), .high = (greatest)    \
	}

static const struct row rows[] = {
	LOGISTICS("fine", 0.0123f, 11),
	LOGISTICS("coarse", 0.25f, -30),
	RELUS("shrunk", 0.05f, 3, 0.02f, -128),
	RELUS("stretched", 0.031f, -20, 0.11f, 10),
	CURVES("one", 0.05f, 3, 0.04f, -60),
	CURVES("two", 0.1f, -20, 0.07f, 10),
	CURVES("three", 0.013f, 40, 0.011f, -10),
	CONVERSIONS("equal", 0.05f, 3, 0.05f, 3),
	CONVERSIONS("shifted", 0.05f, 3, 0.05f, -40),
	CONVERSIONS("shrunk", 0.05f, 3, 0.021f, 9),
	CONVERSIONS("stretched", 0.05f, 3, 0.13f, -9),
	PRELU_256("prelu-int8", INT8, 0.05f, 3, 0.01f, 4, 0.04f, -20),
	PRELU_256("prelu-uint8", UINT8, 0.05f, 120, 0.01f, 100, 0.04f, 90),
	ALL_256(DEQUANTIZE, "dequantize-int8", DEFAULTS(DEQUANTIZE), INT8,
		0.05f, 3, FLOAT32, 0, 0),
	ROW(DEQUANTIZE, "dequantize-uint8", DEFAULTS(DEQUANTIZE),
	    INPUTS(IN_SCALED(UINT8, 0.21f, 77, 24)), OUTPUTS(OUT(FLOAT32, 24))),
	ROW(DEQUANTIZE, "dequantize-int16", DEFAULTS(DEQUANTIZE),
	    INPUTS(IN_SCALED(INT16, 0.001f, 0, 24)), OUTPUTS(OUT(FLOAT32, 24))),
	ROW(QUANTIZE, "quantize-float-int8", DEFAULTS(QUANTIZE),
	    INPUTS(IN_RANGE(FLOAT32, -9, 9, 64)), OUTPUTS(OUT(INT8, 64))),
	ROW(QUANTIZE, "quantize-float-uint8", DEFAULTS(QUANTIZE),
	    INPUTS(IN_RANGE(FLOAT32, -9, 9, 64)), OUTPUTS(OUT(UINT8, 64))),
	ROW(QUANTIZE, "quantize-float-int16", DEFAULTS(QUANTIZE),
	    INPUTS(IN_RANGE(FLOAT32, -9, 9, 32)),
	    OUTPUTS(OUT_SCALED(INT16, 0.0003f, 0, 32))),
	ROW(QUANTIZE, "quantize-int16-int8", DEFAULTS(QUANTIZE),
	    INPUTS(IN_SCALED(INT16, 0.0003f, 0, 64)), OUTPUTS(OUT(INT8, 64))),
	ROW(QUANTIZE, "quantize-int8-int16", DEFAULTS(QUANTIZE),
	    INPUTS(IN(INT8, 32)), OUTPUTS(OUT_SCALED(INT16, 0.0003f, 0, 32))),
	ROW(QUANTIZE, "quantize-int32-int8", DEFAULTS(QUANTIZE),
	    INPUTS(IN_SCALED(INT32, 0.03f, 0, 32)), OUTPUTS(OUT(INT8, 32))),
	ROW(QUANTIZE, "quantize-int16-int32", DEFAULTS(QUANTIZE),
	    INPUTS(IN_SCALED(INT16, 0.0003f, 0, 32)),
	    OUTPUTS(OUT_SCALED(INT32, 0.003f, 0, 32))),
	ALL_256(ABS, "abs-int8", DEFAULTS(ABS), INT8, 0.05f, -7, INT8, 0.04f,
		-100),
	ALL_256(EXP, "exp-int8", DEFAULTS(EXP), INT8, 0.02f, 10, INT8, 0.05f,
		-120),
	ALL_256(LEAKY_RELU, "leaky-relu-int8-steep",
		OPTIONS(LEAKY_RELU, F32(0, 1.5f)), INT8, 0.05f, 3, INT8, 0.04f,
		-6),
	ALL_256(LEAKY_RELU, "leaky-relu-int8-negative",
		OPTIONS(LEAKY_RELU, F32(0, -0.25f)), INT8, 0.05f, 3, INT8,
		0.03f, -60),
	ALL_256(LOG, "log-int8", NO_OPTIONS, INT8, 0.05f, -128, INT8, 0.04f,
		20),
	ROW(PRELU, "prelu-int8-per-channel", NO_OPTIONS,
	    INPUTS(IN(INT8, 1, 4, 4, 4), WEIGHTS(INT8, 1, 1, 4)),
	    OUTPUTS(OUT(INT8, 1, 4, 4, 4))),
	ROW(PRELU, "prelu-uint8-per-channel", NO_OPTIONS,
	    INPUTS(IN(UINT8, 2, 2, 4, 4), WEIGHTS(UINT8, 1, 1, 4)),
	    OUTPUTS(OUT(UINT8, 2, 2, 4, 4))),
	ALL_256(RELU_0_TO_1, "relu-0-to-1-int8", NO_OPTIONS, INT8, 0.021f, 3,
		INT8, 0.009f, -100),
	ALL_256(RELU_0_TO_1, "relu-0-to-1-uint8", NO_OPTIONS, UINT8, 0.021f,
		120, UINT8, 0.009f, 20),
	ALL_256(RELU_N1_TO_1, "relu-n1-to-1-uint8", NO_OPTIONS, UINT8, 0.021f,
		120, UINT8, 0.017f, 100),
	ALL_256(GELU, "gelu-int8-approximate", OPTIONS(GELU, I8(0, 1)), INT8,
		0.03f, 3, INT8, 0.02f, -90),
	ALL_256(GELU, "gelu-uint8", DEFAULTS(GELU), UINT8, 0.03f, 130, UINT8,
		0.02f, 30),
	ALL_256(QUANTIZE, "quantize-int8-int8", DEFAULTS(QUANTIZE), INT8, 0.05f,
		3, INT8, 0.031f, -20),
	ALL_256(QUANTIZE, "quantize-uint8-uint8", DEFAULTS(QUANTIZE), UINT8,
		0.05f, 130, UINT8, 0.08f, 90),
	ROW(QUANTIZE, "quantize-uint8-int16", DEFAULTS(QUANTIZE),
	    INPUTS(IN(UINT8, 32)), OUTPUTS(OUT_SCALED(INT16, 0.0003f, 0, 32))),
	ROW(QUANTIZE, "quantize-int16-int16", DEFAULTS(QUANTIZE),
	    INPUTS(IN_SCALED(INT16, 0.0003f, 0, 32)),
	    OUTPUTS(OUT_SCALED(INT16, 0.0002f, 0, 32))),
	ROW(QUANTIZE, "quantize-int32-int16", DEFAULTS(QUANTIZE),
	    INPUTS(SCALED_RANGE(INT32, 0.03f, -3000, 3000, 32)),
	    OUTPUTS(OUT_SCALED(INT16, 0.005f, 0, 32))),
	ROW(SOFTMAX, "softmax-int8-int16", OPTIONS(SOFTMAX, F32(0, 1)),
	    INPUTS(IN(INT8, 3, 9)),
	    OUTPUTS(OUT_SCALED(INT16, 1 / 65536.0f, -32768, 3, 9))),
	ROW(DEQUANTIZE, "dequantize-float16", DEFAULTS(DEQUANTIZE),
	    INPUTS(GIVEN(FLOAT16, 15360, 48128, 0, 1, 31743, 1023, 1024,
			 13653)),
	    OUTPUTS(OUT(FLOAT32, 8)), .seeds = 1),
};

const struct row_family rows_lookup = ROW_FAMILY(rows, "lookup", 2);
