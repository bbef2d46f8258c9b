/* SPDX-License-Identifier: MIT */
/* LOCAL_RESPONSE_NORMALIZATION, and functions of int16. */
#include "rows.h"

#define RESPONSE(text, radius, bias, alpha, beta, ...)                         \
	ROW(LOCAL_RESPONSE_NORMALIZATION, text,                                \
	    OPTIONS(LOCAL_RESPONSE, I32(0, radius), F32(1, bias),              \
		    F32(2, alpha), F32(3, beta)),                              \
	    INPUTS(IN(FLOAT32, __VA_ARGS__)),                                  \
	    OUTPUTS(OUT(FLOAT32, __VA_ARGS__)))

/* 4096 values, from one end of int16 to the other. */
#define SIGMOIDS(number, step)                                                 \
	ROW(LOGISTIC, "logistic-int16-" number, NO_OPTIONS, .version = 3,      \
	    INPUTS(IN_SCALED(INT16, step, 0, 64, 64)),                         \
	    OUTPUTS(OUT_SCALED(INT16, 1 / 32768.0f, 0, 64, 64)), .seeds = 1),  \
		ROW(TANH, "tanh-int16-" number, NO_OPTIONS, .version = 3,      \
		    INPUTS(IN_SCALED(INT16, step, 0, 64, 64)),                 \
		    OUTPUTS(OUT_SCALED(INT16, 1 / 32768.0f, 0, 64, 64)),       \
		    .seeds = 1)
#define SOFTMAX_16(text, beta, step, ...)                                      \
	ROW(SOFTMAX, text, OPTIONS(SOFTMAX, F32(0, beta)), .version = 3,       \
	    INPUTS(IN_SCALED(INT16, step, 0, __VA_ARGS__)),                    \
	    OUTPUTS(OUT_SCALED(INT16, 1 / 32768.0f, 0, __VA_ARGS__)))

static const struct row rows[] = {
	SIGMOIDS("power", 0.000244140625f),
	SIGMOIDS("twice-the-power", 0.00048828125f),
	SIGMOIDS("other-power", 0.0009765625f),
	SIGMOIDS("fine", 0.0000123f),
	SIGMOIDS("usual", 0.00031f),
	SIGMOIDS("coarse", 0.0047f),
	SIGMOIDS("tiny", 0.00000000037f),
	SOFTMAX_16("softmax-int16-flat", 1, 0.00001f, 3, 40),
	SOFTMAX_16("softmax-int16-usual", 1, 0.00031f, 2, 3, 50),
	SOFTMAX_16("softmax-int16-steep", 1, 0.0023f, 1, 2, 2, 30),
	SOFTMAX_16("softmax-int16-beta", 0.37f, 0.0007f, 5, 21),
	SOFTMAX_16("softmax-int16-long", 1.7f, 0.00013f, 1, 700),
	SOFTMAX_16("softmax-int16-one", 1, 0.001f, 4, 1),
	RESPONSE("response-radius-0", 0, 1.5f, 0.3f, 0.75f, 1, 2, 3, 5),
	RESPONSE("response-radius-1", 1, 1, 0.5f, 0.5f, 2, 2, 2, 6),
	RESPONSE("response-radius-2", 2, 2, 0.0001f, 0.75f, 1, 3, 2, 9),
	RESPONSE("response-radius-5", 5, 1, 0.2f, 1.25f, 2, 1, 3, 12),
	RESPONSE("response-whole-row", 20, 0.7f, 0.1f, 0.9f, 1, 2, 2, 7),
	RESPONSE("response-no-power", 2, 1, 1, 0, 1, 1, 2, 4),
};

const struct row_family rows_wide = ROW_FAMILY(rows, "wide", 2);
