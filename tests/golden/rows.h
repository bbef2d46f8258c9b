/* SPDX-License-Identifier: MIT */
#ifndef APUI_ROWS_H
#define APUI_ROWS_H

/*
 * One-operator models of any operator, each a row of a family's table: which
 * tensors it has, in the model's own words. rows_*.c are the tables.
 */

#include "ops_cases.h"

#define ROW_MAX_INPUTS  48 /* of an operator; OPS_MAX_INPUTS of the model */
#define ROW_MAX_OUTPUTS OPS_MAX_OUTPUTS
#define ROW_MAX_VALUES  24
#define ROW_MAX_OPTIONS 8
#define ROW_MAX_INSIDE  5
#define ROW_MAX_SCALES  16

/* What a tensor of the row is, and where its values come from. */
enum row_role {
	ROW_NONE = 0, /* ends the list */
	ROW_INPUT,    /* random within `low` to `high` */
	ROW_RAMP,     /* an input: 0, 1, 2, ... as bytes */
	ROW_WEIGHTS,  /* a constant, random */
	ROW_LITERAL,  /* a constant: `values` */
	ROW_GIVEN,    /* an input: `values`, again and again */
	ROW_STATE,    /* a variable tensor, zeroes at first */
	ROW_ABSENT,   /* index -1 */
	ROW_OUTPUT,
};

/* How an 8-bit or 16-bit tensor is quantised when `scale` is 0. */
enum row_quantisation {
	ROW_RANDOM = 0, /* within the usual; nothing when it is no such type */
	ROW_LIKE_FIRST, /* as the first input */
	ROW_NOT,        /* not at all */
};

struct row_tensor {
	enum row_role role;
	enum tflite_type type;
	struct ops_shape shape;
	float scale;
	int32_t zero_point;
	enum row_quantisation quantisation;
	/* So many scales, `scale` and more, along dimension `axis`. */
	uint32_t scale_count, axis;
	float low, high; /* both 0: the type's range, or -4 to 4, -100 to 100 */
	float values[ROW_MAX_VALUES];
};

struct row {
	const char *name;
	enum tflite_builtin op;
	int32_t version; /* 0 stands for 1 */
	uint8_t options_type;
	bool has_options_2; /* of the second union */
	struct tflite_field options[ROW_MAX_OPTIONS];
	struct row_tensor inputs[ROW_MAX_INPUTS];
	struct row_tensor outputs[ROW_MAX_OUTPUTS];
	/* The intermediates: how numbers inside are quantised. */
	struct row_tensor inside[ROW_MAX_INSIDE];
	unsigned int seeds; /* 0: as many as the family says */
	unsigned int steps; /* inferences one after another; 0 stands for 1 */
	/* A whole model with these inputs and outputs, instead of the above. */
	struct tflite_file (*model)(void);
};

struct row_family {
	const char *name; /* its answers are in ops_expected_NAME.txt */
	const struct row *rows;
	size_t count;
	unsigned int seeds; /* of a row that does not say how many */
};

/* Each in the rows_*.c of its name. */
extern const struct row_family rows_shape;
extern const struct row_family rows_sequence;
extern const struct row_family rows_control;
extern const struct row_family rows_misc;
extern const struct row_family rows_elementwise, rows_float, rows_lookup,
	rows_movement, rows_reduction, rows_state;
extern const struct row_family rows_matrix;
extern const struct row_family rows_wide, rows_types;
extern const struct row_family rows_more;
extern const struct row_family rows_moved;
extern const struct row_family rows_kinds;

/* All of them. */
extern const struct row_family *const row_families[];
extern const size_t row_family_count;

/* NULL when there is none of the name. */
const struct row_family *
row_family_find(const char *name);

unsigned int
row_seed_count(const struct row_family *family, const struct row *row);

void
row_sample_init(struct ops_sample *sample, const struct row *row,
		unsigned int seed);

#define ROW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The words of the tables. Dimensions come last; further members of
 * struct row_tensor go into WITH(tensor, .member = value).
 */
#define SHAPE(...)                                                             \
	{                                                                      \
		.rank = ROW_COUNT(((int32_t[]) { __VA_ARGS__ })), .dims = {    \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define TENSOR_OF(kind, element, ...)                                          \
	.role = (kind), .type = TFLITE_##element, .shape = SHAPE(__VA_ARGS__)
#define IN(element, ...)                                                       \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__)                     \
	}
#define IN_SCALED(element, step, zero, ...)                                    \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.scale = (step), .zero_point = (zero)                  \
	}
#define IN_RANGE(element, least, greatest, ...)                                \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__), .low = (least),    \
							    .high = (greatest) \
	}
#define IN_LIKE(element, ...)                                                  \
	{                                                                      \
		TENSOR_OF(ROW_INPUT, element, __VA_ARGS__),                    \
			.quantisation = ROW_LIKE_FIRST                         \
	}
#define RAMP(element, step, zero, ...)                                         \
	{                                                                      \
		TENSOR_OF(ROW_RAMP, element, __VA_ARGS__),                     \
			.scale = (step), .zero_point = (zero)                  \
	}
#define WEIGHTS(element, ...)                                                  \
	{                                                                      \
		TENSOR_OF(ROW_WEIGHTS, element, __VA_ARGS__)                   \
	}
/* A constant vector, a constant scalar, and an input that is a vector. */
#define LIST(element, ...)                                                     \
	{                                                                      \
		.role = ROW_LITERAL, .type = TFLITE_##element,                 \
		.quantisation = ROW_LIKE_FIRST,                                \
		.shape = { .rank = 1,                                          \
			   .dims = { ROW_COUNT(                                \
				   ((float[]) { __VA_ARGS__ })) } },           \
		.values = { __VA_ARGS__ },                                     \
	}
#define SCALAR(element, value)                                                 \
	{                                                                      \
		.role = ROW_LITERAL, .type = TFLITE_##element,                 \
		.quantisation = ROW_LIKE_FIRST, .values = { (value) },         \
	}
#define SCALAR_IN(element)                                                     \
	{                                                                      \
		.role = ROW_INPUT, .type = TFLITE_##element                    \
	}
#define SCALAR_IN_RANGE(element, least, greatest)                              \
	{                                                                      \
		.role = ROW_INPUT, .type = TFLITE_##element, .low = (least),   \
		.high = (greatest)                                             \
	}
#define GIVEN(element, ...)                                                    \
	{                                                                      \
		.role = ROW_GIVEN, .type = TFLITE_##element,                   \
		.shape = { .rank = 1,                                          \
			   .dims = { ROW_COUNT(                                \
				   ((float[]) { __VA_ARGS__ })) } },           \
		.values = { __VA_ARGS__ },                                     \
	}
#define STATE(element, ...)                                                    \
	{                                                                      \
		TENSOR_OF(ROW_STATE, element, __VA_ARGS__)                     \
	}
#define ABSENT                                                                 \
	{                                                                      \
		.role = ROW_ABSENT                                             \
	}
/* In place of the last input: it is not there. */
#define NOTHING                                                                \
	{                                                                      \
		.role = ROW_NONE                                               \
	}
#define OUT(element, ...)                                                      \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, element, __VA_ARGS__)                    \
	}
#define OUT_SCALED(element, step, zero, ...)                                   \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, element, __VA_ARGS__),                   \
			.scale = (step), .zero_point = (zero)                  \
	}
#define OUT_LIKE(element, ...)                                                 \
	{                                                                      \
		TENSOR_OF(ROW_OUTPUT, element, __VA_ARGS__),                   \
			.quantisation = ROW_LIKE_FIRST                         \
	}

/* A constant matrix. */
#define TABLE(element, height, width, ...)                                     \
	{                                                                      \
		TENSOR_OF(ROW_LITERAL, element, height, width), .values = {    \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* A row: its operator, its name, then OPTIONS (or none), INPUTS, OUTPUTS. */
#define ROW(operator, text, ...)                                               \
	{                                                                      \
		.name = (text), .op = TFLITE_##operator, __VA_ARGS__           \
	}
#define OPTIONS(group, ...)                                                    \
	.options_type = TFLITE_##group##_OPTIONS, .options = { __VA_ARGS__ }
#define DEFAULTS(group)       .options_type = TFLITE_##group##_OPTIONS
#define OPTIONS_2(group, ...) .has_options_2 = true, OPTIONS(group, __VA_ARGS__)
#define DEFAULTS_2(group)     .has_options_2 = true, DEFAULTS(group)
#define NO_OPTIONS            .options_type = TFLITE_NO_OPTIONS
#define INPUTS(...)           .inputs = { __VA_ARGS__ }
#define OUTPUTS(...)          .outputs = { __VA_ARGS__ }
#define INSIDE(...)           .inside = { __VA_ARGS__ }

#define ROW_FAMILY(table, text, default_seeds)                                 \
	{                                                                      \
		.name = (text), .rows = (table), .count = ROW_COUNT(table),    \
		.seeds = (default_seeds)                                       \
	}

/* Fields of the options table. */
#define I8  TFLITE_FIELD_I8
#define I32 TFLITE_FIELD_I32
#define F32 TFLITE_FIELD_F32
#define I32_LIST(id, ...)                                                      \
	TFLITE_FIELD_I32_VECTOR(id, ((const int32_t[]) { __VA_ARGS__ }),       \
				ROW_COUNT(((int32_t[]) { __VA_ARGS__ })))

#endif
