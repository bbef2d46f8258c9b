/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_HOSTILE_H
#define APUI_TEST_HOSTILE_H

/*
 * Files of one operator each, whose numbers are hostile, and the way to load
 * them through the public door. M-numbers are those of the list of malicious
 * models; where an operator is refused by code, the error names it.
 */

#include "support/tflite_writer.h"
#include "test.h"

#define HOSTILE_MAX_OPERANDS 5

/* An input or output; a constant when it has numbers. */
struct hostile_operand {
	enum tflite_type type;
	const int32_t *dims;
	uint32_t rank;
	const int32_t *numbers;
	uint32_t number_count;
	bool is_variable;
	bool is_left_out;
};

struct hostile_row {
	const char *name;
	const char *operator;
	int32_t builtin;
	uint8_t options_type;
	int code;
	const char *cause;
	const struct tflite_field *options;
	uint32_t option_count;
	struct hostile_operand inputs[HOSTILE_MAX_OPERANDS];
	struct hostile_operand output;
	uint32_t input_count;
	uint32_t output_count; /* all alike; 0 stands for 1 */
};

#define LIST(...)                                                              \
	(const int32_t[]) { __VA_ARGS__ },                                     \
		COUNT(((const int32_t[]) { __VA_ARGS__ }))
#define FIELDS(...)                                                            \
	.options = (const struct tflite_field[]) { __VA_ARGS__ },              \
	.option_count = COUNT(((const struct tflite_field[]) { __VA_ARGS__ }))
#define REAL(...)                                                              \
	{                                                                      \
		TFLITE_FLOAT32, LIST(__VA_ARGS__), .number_count = 0           \
	}
#define BYTES(...)                                                             \
	{                                                                      \
		TFLITE_INT8, LIST(__VA_ARGS__), .number_count = 0              \
	}
#define STATE(...)                                                             \
	{                                                                      \
		TFLITE_FLOAT32, LIST(__VA_ARGS__), .is_variable = true         \
	}
#define LEFT_OUT                                                               \
	{                                                                      \
		.is_left_out = true                                            \
	}
#define NUMBER(value)                                                          \
	{                                                                      \
		TFLITE_INT32, NULL, 0, LIST(value), .is_variable = false       \
	}
#define VECTOR(length, ...)                                                    \
	{                                                                      \
		TFLITE_INT32, LIST(length), LIST(__VA_ARGS__),                 \
			.is_variable = false                                   \
	}
#define PAIRS(length, ...)                                                     \
	{                                                                      \
		TFLITE_INT32, LIST(length, 2), LIST(__VA_ARGS__),              \
			.is_variable = false                                   \
	}
/* float32 weights: the numbers' bytes. */
#define WEIGHTS(height, width, ...)                                            \
	{                                                                      \
		TFLITE_FLOAT32, LIST(height, width), LIST(__VA_ARGS__),        \
			.is_variable = false                                   \
	}

#define OPERATOR(code)     #code, TFLITE_##code, TFLITE_##code##_OPTIONS
#define INPUTS(count, ...) .inputs = { __VA_ARGS__ }, .input_count = (count)

/* The file of a row; the caller frees it. */
struct tflite_file
hostile_write(const struct hostile_row *row);

/* A cmocka test whose state is a row: the load fails as the row says. */
void
hostile_check(void **state);

#endif
