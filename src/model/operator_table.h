/* SPDX-License-Identifier: MIT */
#ifndef APUI_OPERATOR_TABLE_H
#define APUI_OPERATOR_TABLE_H

/*
 * Words that the families of the operator table are written with; for the
 * operators_*.c only. docs/operators.md says what they say in prose. Versions
 * are those that LiteRT's reference kernels register: what a later version of
 * an operator adds is an element type or a sparse weight, and is refused as
 * such.
 */

#include "model/operators.h"
#include "model/schema.h"

#define TYPES_8_BIT                                                            \
	(APUI_TYPE_BIT(APU_DTYPE_INT8) | APUI_TYPE_BIT(APU_DTYPE_UINT8))
#define TYPES_INT8    APUI_TYPE_BIT(APU_DTYPE_INT8)
#define TYPES_INT16   APUI_TYPE_BIT(APU_DTYPE_INT16)
#define TYPES_INT32   APUI_TYPE_BIT(APU_DTYPE_INT32)
#define TYPES_FLOAT16 APUI_TYPE_BIT(APU_DTYPE_FLOAT16)
#define TYPES_FLOAT32 APUI_TYPE_BIT(APU_DTYPE_FLOAT32)
/* What a program can hold: src/firmware/program.h. */
#define TYPES_ANY                                                              \
	(TYPES_8_BIT | TYPES_INT32 | TYPES_FLOAT32 |                           \
	 APUI_TYPE_BIT(APU_DTYPE_FLOAT64) | APUI_TYPE_BIT(APU_DTYPE_INT16) |   \
	 APUI_TYPE_BIT(APU_DTYPE_INT64) | APUI_TYPE_BIT(APU_DTYPE_BOOL))

#define MAX_RANK APU_TENSOR_MAX_RANK

/* Strides, dilations and filters: what the program's parameters can hold. */
#define MAX_WINDOW 32767

#define FIELD(field_id, kind, group, member, low, high, high_supported, value) \
	{                                                                      \
		.id = (field_id), .type = (kind),                              \
		.offset = offsetof(union apui_operator_options, group.member), \
		.min = (low), .max = (high),                                   \
		.max_supported = (high_supported), .initial = (value),         \
		.name = #member                                                \
	}
#define PADDING(id, group)                                                     \
	FIELD(id, APUI_FIELD_I8, group, padding, APUI_PADDING_SAME,            \
	      APUI_PADDING_VALID, APUI_PADDING_VALID, APUI_PADDING_SAME)
/* TANH and SIGN_BIT do not clamp: LiteRT leaves them out without a word. */
#define ACTIVATION(id, group)                                                  \
	FIELD(id, APUI_FIELD_I8, group, activation, APUI_ACTIVATION_NONE,      \
	      APUI_ACTIVATION_SIGN_BIT, APUI_ACTIVATION_RELU6,                 \
	      APUI_ACTIVATION_NONE)
#define FLAG(id, group, member)                                                \
	FIELD(id, APUI_FIELD_I8, group, member, 0, 1, 1, 0)
#define LENGTH(id, member, value)                                              \
	FIELD(id, APUI_FIELD_I32, window, member, 1, MAX_WINDOW, MAX_WINDOW,   \
	      value)

#define TENSOR(kinds, low, high)                                               \
	{                                                                      \
		.types = (kinds), .min_rank = (low), .max_rank = (high)        \
	}
#define BIAS                                                                   \
	{                                                                      \
		.types = TYPES_INT32 | TYPES_FLOAT32, .min_rank = 1,           \
		.max_rank = 4, .optional = true                                \
	}
/* The same beside int16. */
#define WIDE_BIAS                                                              \
	{                                                                      \
		.types = TYPES_INT32 | TYPES_FLOAT32 |                         \
			 APUI_TYPE_BIT(APU_DTYPE_INT64),                       \
		.min_rank = 1, .max_rank = 4, .optional = true                 \
	}
/* Its values decide shapes, so they must be known. */
#define PARAMETER(low, high)                                                   \
	{                                                                      \
		.types = TYPES_INT32, .min_rank = (low), .max_rank = (high),   \
		.constant = true                                               \
	}

#define ROW_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#endif
