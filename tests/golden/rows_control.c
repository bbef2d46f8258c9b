/* SPDX-License-Identifier: MIT */

/* IF and WHILE: whole models (tests/support/control_models.h). */

#include "rows.h"
#include "support/control_models.h"

static struct tflite_file
if_true(void)
{
	return control_if_constant(true);
}

static struct tflite_file
if_false(void)
{
	return control_if_constant(false);
}

#define TYPED(name, type)                                                      \
	static struct tflite_file name(void)                                   \
	{                                                                      \
		return control_typed(type);                                    \
	}

TYPED(typed_float, TFLITE_FLOAT32)
TYPED(typed_int8, TFLITE_INT8)
TYPED(typed_uint8, TFLITE_UINT8)
TYPED(typed_int32, TFLITE_INT32)

#define VECTOR IN_RANGE(INT32, -1000, 1000, 4)
#define LOOP_OF(text, element, function, least, greatest)                      \
	ROW(WHILE, text, .model = (function),                                  \
	    INPUTS(IN_RANGE(INT32, 0, 4, 1),                                   \
		   IN_RANGE(element, least, greatest, 2, 3)),                  \
	    OUTPUTS(OUT(element, 2, 3)), .seeds = 8)

static const struct row rows[] = {
	ROW(IF, "if", .model = control_if,
	    INPUTS(IN_RANGE(BOOL, 0, 1, 1), VECTOR), OUTPUTS(OUT(INT32, 4)),
	    .seeds = 8),
	ROW(IF, "if-constant-true", .model = if_true, INPUTS(VECTOR),
	    OUTPUTS(OUT(INT32, 4))),
	ROW(IF, "if-constant-false", .model = if_false, INPUTS(VECTOR),
	    OUTPUTS(OUT(INT32, 4))),
	ROW(IF, "if-empty", .model = control_if_empty,
	    INPUTS(IN_RANGE(BOOL, 0, 1, 1), VECTOR), OUTPUTS(OUT(INT32, 4)),
	    .seeds = 8),
	ROW(WHILE, "while", .model = control_while,
	    INPUTS(IN_RANGE(INT32, -2, 12, 1), VECTOR),
	    OUTPUTS(OUT(INT32, 1), OUT(INT32, 4)), .seeds = 8),
	ROW(WHILE, "while-no-round", .model = control_while,
	    INPUTS(GIVEN(INT32, 0), VECTOR),
	    OUTPUTS(OUT(INT32, 1), OUT(INT32, 4))),
	ROW(WHILE, "while-1000-rounds", .model = control_while,
	    INPUTS(GIVEN(INT32, 1000), VECTOR),
	    OUTPUTS(OUT(INT32, 1), OUT(INT32, 4))),
	ROW(WHILE, "while-places-change", .model = control_fibonacci,
	    INPUTS(IN_RANGE(INT32, 0, 30, 1)), OUTPUTS(OUT(INT32, 1)),
	    .seeds = 6),
	ROW(WHILE, "while-nested", .model = control_nested,
	    INPUTS(IN_RANGE(INT32, 0, 12, 1), IN_RANGE(INT32, -50, 150, 1)),
	    OUTPUTS(OUT(INT32, 1)), .seeds = 8),
	ROW(WHILE, "while-variable", .model = control_variable,
	    INPUTS(IN_RANGE(INT32, 0, 9, 1), VECTOR), OUTPUTS(OUT(INT32, 4)),
	    .seeds = 4, .steps = 3),
	LOOP_OF("while-if-float", FLOAT32, typed_float, -2, 2),
	LOOP_OF("while-if-int8", INT8, typed_int8, -128, 127),
	LOOP_OF("while-if-uint8", UINT8, typed_uint8, 0, 255),
	LOOP_OF("while-if-int32", INT32, typed_int32, -50, 50),
};

const struct row_family rows_control = ROW_FAMILY(rows, "control", 2);
