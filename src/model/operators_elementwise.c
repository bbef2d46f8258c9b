/* SPDX-License-Identifier: MIT */

/* Operators that compute each element from elements at the same place. */

#include "model/operator_table.h"

#define INT64 APUI_TYPE_BIT(APU_DTYPE_INT64)
#define BOOL  APUI_TYPE_BIT(APU_DTYPE_BOOL)
#define INT8  APUI_TYPE_BIT(APU_DTYPE_INT8)
#define INT16 APUI_TYPE_BIT(APU_DTYPE_INT16)
/* Not quantised. */
#define PLAIN           (TYPES_FLOAT32 | TYPES_INT32 | INT64)
#define FLOAT_AND_8_BIT (TYPES_FLOAT32 | TYPES_8_BIT)

#define OPERAND(kinds) TENSOR(kinds, 0, MAX_RANK)

#define UNARY(operator, version, options, option_fields, in_kinds, out_kinds,  \
	      infer_function, lower_function)                                  \
	{                                                                      \
		.name = #operator, .builtin_code = APUI_BUILTIN_##operator,    \
		.max_version =(version), .options_type = (options),            \
		.fields = (option_fields), .keeps_rows = true,                 \
		.min_inputs = 1, .max_inputs = 1, .min_outputs = 1,            \
		.max_outputs = 1, .inputs = { OPERAND(in_kinds) },             \
		.output = OPERAND(out_kinds), .infer = (infer_function),       \
		.lower = (lower_function)                                      \
	}

#define FUNCTION(operator, version, options, kinds)                            \
	UNARY(operator, version, options, apui_no_fields, kinds, kinds,        \
	      apui_infer_unary, apui_lower_unary)

#define BINARY(operator, version, options, option_fields, in_kinds, out_kinds, \
	       infer_function, lower_function)                                 \
	{                                                                      \
		.name = #operator, .builtin_code = APUI_BUILTIN_##operator,    \
		.max_version =(version), .options_type = (options),            \
		.fields = (option_fields), .min_inputs = 2, .max_inputs = 2,   \
		.min_outputs = 1, .max_outputs = 1,                            \
		.inputs = { OPERAND(in_kinds), OPERAND(in_kinds) },            \
		.output = OPERAND(out_kinds), .infer = (infer_function),       \
		.lower = (lower_function)                                      \
	}

#define ARITHMETIC(operator, version, options, kinds, lower_function)          \
	BINARY(operator, version, options, activation_fields, kinds, kinds,    \
	       apui_infer_arithmetic, lower_function)

#define PAIR(operator, version, options, kinds)                                \
	BINARY(operator, version, options, apui_no_fields, kinds, kinds,       \
	       apui_infer_binary, apui_lower_binary)

#define COMPARISON(operator, version, options, kinds)                          \
	BINARY(operator, version, options, apui_no_fields, kinds, BOOL,        \
	       apui_infer_compare, apui_lower_compare)

#define CHOICE(operator, version, options, infer_function)                     \
	{                                                                      \
		.name = #operator, .builtin_code = APUI_BUILTIN_##operator,    \
		.max_version =(version), .options_type = (options),            \
		.fields = apui_no_fields, .min_inputs = 3, .max_inputs = 3,    \
		.min_outputs = 1, .max_outputs = 1,                            \
		.inputs = { OPERAND(BOOL), OPERAND(TYPES_ANY),                 \
			    OPERAND(TYPES_ANY) },                              \
		.output = OPERAND(TYPES_ANY), .infer = (infer_function),       \
		.lower = apui_lower_select                                     \
	}

/* Field 0 of the options of ADD, SUB, MUL and DIV. */
static const struct apui_option_field activation_fields[] = {
	ACTIVATION(APUI_ADD_ACTIVATION, add),
	{ .type = APUI_FIELD_END },
};

/* The same of ADD and SUB; LiteRT's default is 1. */
static const struct apui_option_field sum_fields[] = {
	ACTIVATION(APUI_ADD_ACTIVATION, add),
	FIELD(APUI_ADD_POT_SCALE_INT16, APUI_FIELD_I8, add, pot_scale_int16, 0,
	      1, 1, 1),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field leaky_relu_fields[] = {
	FIELD(APUI_LEAKY_RELU_ALPHA, APUI_FIELD_F32, leaky_relu, alpha, 0, 0, 0,
	      0),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field gelu_fields[] = {
	FLAG(APUI_GELU_APPROXIMATE, gelu, approximate),
	{ .type = APUI_FIELD_END },
};

static const struct apui_operator_row rows[] = {
	BINARY(ADD, 6, APUI_OPTIONS_ADD, sum_fields,
	       PLAIN | TYPES_8_BIT | INT16, PLAIN | TYPES_8_BIT | INT16,
	       apui_infer_arithmetic, apui_lower_add),
	BINARY(SUB, 5, APUI_OPTIONS_SUB, sum_fields,
	       PLAIN | TYPES_8_BIT | INT16, PLAIN | TYPES_8_BIT | INT16,
	       apui_infer_arithmetic, apui_lower_sub),
	ARITHMETIC(MUL, 8, APUI_OPTIONS_MUL, PLAIN | TYPES_8_BIT | INT16,
		   apui_lower_mul),
	ARITHMETIC(DIV, 2, APUI_OPTIONS_DIV,
		   TYPES_FLOAT32 | TYPES_INT32 | TYPES_8_BIT, apui_lower_div),
	PAIR(FLOOR_DIV, 3, APUI_OPTIONS_FLOOR_DIV,
	     TYPES_FLOAT32 | TYPES_INT32 | INT8 | INT16),
	PAIR(FLOOR_MOD, 2, APUI_OPTIONS_FLOOR_MOD, PLAIN | INT8 | INT16),
	PAIR(MINIMUM, 4, APUI_OPTIONS_MAXIMUM_MINIMUM,
	     PLAIN | TYPES_8_BIT | INT16),
	PAIR(MAXIMUM, 4, APUI_OPTIONS_MAXIMUM_MINIMUM,
	     PLAIN | TYPES_8_BIT | INT16),
	BINARY(SQUARED_DIFFERENCE, 2, APUI_OPTIONS_SQUARED_DIFFERENCE,
	       apui_no_fields, TYPES_FLOAT32 | TYPES_INT32 | INT8,
	       TYPES_FLOAT32 | TYPES_INT32 | INT8, apui_infer_arithmetic,
	       apui_lower_squared_difference),
	PAIR(POW, 1, APUI_OPTIONS_POW, TYPES_FLOAT32 | TYPES_INT32),
	PAIR(BITWISE_XOR, 1, APUI_OPTIONS_BITWISE_XOR,
	     TYPES_8_BIT | INT16 | TYPES_INT32),
	PAIR(RIGHT_SHIFT, 1, APUI_OPTIONS_RIGHT_SHIFT,
	     TYPES_8_BIT | INT16 | TYPES_INT32),
	PAIR(ATAN2, 1, APUI_OPTIONS_ATAN2, TYPES_FLOAT32),
	PAIR(LOGICAL_AND, 1, APUI_OPTIONS_LOGICAL_AND, BOOL),
	PAIR(LOGICAL_OR, 1, APUI_OPTIONS_LOGICAL_OR, BOOL),
	COMPARISON(EQUAL, 5, APUI_OPTIONS_EQUAL,
		   PLAIN | TYPES_8_BIT | INT16 | BOOL),
	COMPARISON(NOT_EQUAL, 4, APUI_OPTIONS_NOT_EQUAL,
		   PLAIN | TYPES_8_BIT | INT16 | BOOL),
	COMPARISON(GREATER, 2, APUI_OPTIONS_GREATER,
		   PLAIN | TYPES_8_BIT | INT16),
	COMPARISON(GREATER_EQUAL, 3, APUI_OPTIONS_GREATER_EQUAL,
		   PLAIN | TYPES_8_BIT | INT16),
	COMPARISON(LESS, 3, APUI_OPTIONS_LESS, PLAIN | TYPES_8_BIT | INT16),
	COMPARISON(LESS_EQUAL, 2, APUI_OPTIONS_LESS_EQUAL,
		   PLAIN | TYPES_8_BIT | INT16),
	BINARY(PRELU, 1, APUI_OPTIONS_NONE, apui_no_fields, FLOAT_AND_8_BIT,
	       FLOAT_AND_8_BIT, apui_infer_prelu, apui_lower_prelu),
	CHOICE(SELECT, 4, APUI_OPTIONS_SELECT, apui_infer_select),
	CHOICE(SELECT_V2, 2, APUI_OPTIONS_SELECT_V2, apui_infer_select_v2),
	FUNCTION(ABS, 5, APUI_OPTIONS_ABS,
		 TYPES_FLOAT32 | TYPES_INT32 | INT8 | INT16),
	FUNCTION(NEG, 1, APUI_OPTIONS_NEG, PLAIN),
	FUNCTION(SQRT, 2, APUI_OPTIONS_NONE, TYPES_FLOAT32),
	FUNCTION(RSQRT, 3, APUI_OPTIONS_NONE, TYPES_FLOAT32 | INT8),
	FUNCTION(SQUARE, 1, APUI_OPTIONS_SQUARE, TYPES_FLOAT32),
	FUNCTION(EXP, 2, APUI_OPTIONS_EXP, TYPES_FLOAT32 | INT8 | INT16),
	FUNCTION(LOG, 2, APUI_OPTIONS_NONE, TYPES_FLOAT32 | INT8 | INT16),
	FUNCTION(SIN, 2, APUI_OPTIONS_NONE, TYPES_FLOAT32),
	FUNCTION(COS, 2, APUI_OPTIONS_COS, TYPES_FLOAT32),
	FUNCTION(FLOOR, 1, APUI_OPTIONS_NONE, TYPES_FLOAT32),
	FUNCTION(CEIL, 1, APUI_OPTIONS_NONE, TYPES_FLOAT32),
	FUNCTION(ROUND, 1, APUI_OPTIONS_NONE, TYPES_FLOAT32),
	FUNCTION(SIGN, 2, APUI_OPTIONS_SIGN, TYPES_FLOAT32 | TYPES_INT32),
	FUNCTION(RELU, 3, APUI_OPTIONS_NONE, FLOAT_AND_8_BIT | INT16),
	FUNCTION(RELU6, 3, APUI_OPTIONS_NONE, FLOAT_AND_8_BIT | INT16),
	FUNCTION(RELU_N1_TO_1, 1, APUI_OPTIONS_NONE, FLOAT_AND_8_BIT),
	FUNCTION(RELU_0_TO_1, 1, APUI_OPTIONS_NONE, FLOAT_AND_8_BIT),
	FUNCTION(LOGISTIC, 3, APUI_OPTIONS_NONE, FLOAT_AND_8_BIT | INT16),
	FUNCTION(TANH, 3, APUI_OPTIONS_NONE, FLOAT_AND_8_BIT | INT16),
	FUNCTION(ELU, 1, APUI_OPTIONS_NONE, TYPES_FLOAT32 | INT8),
	FUNCTION(HARD_SWISH, 1, APUI_OPTIONS_HARD_SWISH, FLOAT_AND_8_BIT),
	UNARY(GELU, 3, APUI_OPTIONS_GELU, gelu_fields, FLOAT_AND_8_BIT | INT16,
	      FLOAT_AND_8_BIT | INT16, apui_infer_unary, apui_lower_unary),
	UNARY(LEAKY_RELU, 2, APUI_OPTIONS_LEAKY_RELU, leaky_relu_fields,
	      FLOAT_AND_8_BIT | INT16, FLOAT_AND_8_BIT | INT16,
	      apui_infer_unary, apui_lower_unary),
	UNARY(LOGICAL_NOT, 1, APUI_OPTIONS_LOGICAL_NOT, apui_no_fields, BOOL,
	      BOOL, apui_infer_unary, apui_lower_logical_not),
	UNARY(CAST, 9, APUI_OPTIONS_CAST, apui_no_fields,
	      PLAIN | TYPES_8_BIT | INT16 | BOOL,
	      PLAIN | TYPES_8_BIT | INT16 | BOOL, apui_infer_cast,
	      apui_lower_cast),
};

const struct apui_operator_family apui_elementwise_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
