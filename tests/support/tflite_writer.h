/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_WRITER_H
#define APUI_TFLITE_WRITER_H

/*
 * Writes .tflite files (flatbuffer, TFLite schema v3) for tests, from a plain
 * description. Nothing is checked: whatever the description says is written,
 * so hostile files come from the same few lines as good ones:
 *
 * - any index, dimension or code is taken as it is;
 * - `raw` fields replace or add fields of the table that they stand beside;
 * - tflite_field() and its like find a field's bytes afterwards, to be patched.
 *
 * Out of memory ends the program: these are tests.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of the schema, as far as tests need them. */
enum tflite_type {
	TFLITE_FLOAT32 = 0,
	TFLITE_FLOAT16 = 1,
	TFLITE_INT32 = 2,
	TFLITE_UINT8 = 3,
	TFLITE_INT64 = 4,
	TFLITE_STRING = 5,
	TFLITE_BOOL = 6,
	TFLITE_INT16 = 7,
	TFLITE_INT8 = 9,
	TFLITE_RESOURCE = 13,
	TFLITE_INT4 = 17,
};

enum tflite_builtin {
	TFLITE_ADD = 0,
	TFLITE_AVERAGE_POOL_2D = 1,
	TFLITE_CONV_2D = 3,
	TFLITE_DEPTHWISE_CONV_2D = 4,
	TFLITE_FULLY_CONNECTED = 9,
	TFLITE_MAX_POOL_2D = 17,
	TFLITE_RESHAPE = 22,
	TFLITE_SOFTMAX = 25,
	TFLITE_CUSTOM = 32,
	TFLITE_PAD = 34,
	TFLITE_MEAN = 40,
	TFLITE_QUANTIZE = 114,
};

/* Members of the union BuiltinOptions. */
enum tflite_options_type {
	TFLITE_NO_OPTIONS = 0,
	TFLITE_CONV_2D_OPTIONS = 1,
	TFLITE_DEPTHWISE_CONV_2D_OPTIONS = 2,
	TFLITE_POOL_2D_OPTIONS = 5,
	TFLITE_FULLY_CONNECTED_OPTIONS = 8,
	TFLITE_SOFTMAX_OPTIONS = 9,
	TFLITE_ADD_OPTIONS = 11,
	TFLITE_RESHAPE_OPTIONS = 17,
	TFLITE_PAD_OPTIONS = 22,
	TFLITE_REDUCER_OPTIONS = 27,
	TFLITE_QUANTIZE_OPTIONS = 89,
};

enum tflite_padding { TFLITE_SAME = 0, TFLITE_VALID = 1 };

enum tflite_activation {
	TFLITE_ACT_NONE = 0,
	TFLITE_ACT_RELU = 1,
	TFLITE_ACT_RELU_N1_TO_1 = 2,
	TFLITE_ACT_RELU6 = 3,
	TFLITE_ACT_TANH = 4,
	TFLITE_ACT_SIGN_BIT = 5,
};

/* How a field of a table is stored. */
enum tflite_kind {
	TFLITE_ABSENT = 0, /* not stored; removes a field when raw */
	TFLITE_I8,         /* also u8, bool and enums of a byte */
	TFLITE_I16,
	TFLITE_I32, /* also u32 */
	TFLITE_I64, /* also u64 */
	TFLITE_F32,
	TFLITE_I32_VECTOR,
	TFLITE_F32_VECTOR,
	TFLITE_I64_VECTOR,
	TFLITE_BYTE_VECTOR, /* aligned to 16 bytes */
	TFLITE_TEXT,
	TFLITE_CHILD, /* offset of a table or of a vector of tables */
};

struct tflite_field {
	uint16_t id; /* in its table, from 0 */
	enum tflite_kind kind;
	int64_t integer;  /* I8 to I64 */
	float real;       /* F32 */
	const void *data; /* vectors and text */
	uint32_t count;   /* elements of a vector */
};

/* One field on one line. */
#define TFLITE_FIELD_I8(field_id, value)                                       \
	{                                                                      \
		.id = (field_id), .kind = TFLITE_I8, .integer = (value)        \
	}
#define TFLITE_FIELD_I32(field_id, value)                                      \
	{                                                                      \
		.id = (field_id), .kind = TFLITE_I32, .integer = (value)       \
	}
#define TFLITE_FIELD_F32(field_id, value)                                      \
	{                                                                      \
		.id = (field_id), .kind = TFLITE_F32, .real = (value)          \
	}
#define TFLITE_FIELD_I32_VECTOR(field_id, values, value_count)                 \
	{                                                                      \
		.id = (field_id), .kind = TFLITE_I32_VECTOR, .data = (values), \
		.count = (value_count)                                         \
	}

struct tflite_tensor {
	const char *name; /* NULL: no such field */
	enum tflite_type type;
	const int32_t *dims; /* NULL: no such field, a scalar */
	uint32_t rank;
	const float *scales; /* quant_count of them; 0: not quantised */
	const int64_t *zero_points;
	uint32_t quant_count;
	int32_t quantised_dimension;
	/*
	 * A constant's bytes, or NULL. They get a buffer of their own: that
	 * of tensor i is number i + 1, as buffer 0 is the empty one.
	 */
	const void *data;
	size_t size_bytes;
	bool is_variable;
	const struct tflite_field *raw; /* of table Tensor */
	uint32_t raw_count;
};

struct tflite_operator {
	int32_t builtin_code;
	int32_t version;
	const char *custom_code; /* NULL: none */
	uint8_t options_type;    /* enum tflite_options_type */
	const struct tflite_field *options;
	uint32_t option_count;
	const int32_t *inputs; /* tensor indices */
	uint32_t input_count;
	const int32_t *outputs;
	uint32_t output_count;
	const struct tflite_field *raw; /* of table Operator */
	uint32_t raw_count;
	const struct tflite_field *raw_code; /* of its table OperatorCode */
	uint32_t raw_code_count;
};

struct tflite_model {
	uint32_t version;       /* 0 stands for 3 */
	const char *identifier; /* 4 bytes; NULL stands for "TFL3" */
	const struct tflite_tensor *tensors;
	uint32_t tensor_count;
	/* Each operator has an operator code of its own, of its number. */
	const struct tflite_operator *operators;
	uint32_t operator_count;
	const int32_t *inputs;
	uint32_t input_count;
	const int32_t *outputs;
	uint32_t output_count;
	const struct tflite_field *raw; /* of table Model */
	uint32_t raw_count;
	const struct tflite_field *raw_subgraph; /* of table SubGraph */
	uint32_t raw_subgraph_count;
};

/* The tables of a file, to find their fields again. */
enum tflite_table {
	TFLITE_TABLE_MODEL,
	TFLITE_TABLE_OPERATOR_CODE,
	TFLITE_TABLE_BUFFER,
	TFLITE_TABLE_SUBGRAPH,
	TFLITE_TABLE_TENSOR,
	TFLITE_TABLE_QUANTISATION, /* index: its tensor's */
	TFLITE_TABLE_OPERATOR,
	TFLITE_TABLE_OPTIONS, /* index: its operator's */
};

struct tflite_mark;

struct tflite_file {
	uint8_t *bytes;
	size_t size_bytes;
	struct tflite_mark *marks; /* where the tables are */
	size_t mark_count;
};

struct tflite_file
tflite_write(const struct tflite_model *model);

void
tflite_file_free(struct tflite_file *file);

/* Offset of a table (its first byte is the offset to its vtable); 0: none. */
size_t
tflite_table(const struct tflite_file *file, enum tflite_table table,
	     uint32_t index);

/* Offset of a table's vtable; 0: no such table. */
size_t
tflite_vtable(const struct tflite_file *file, enum tflite_table table,
	      uint32_t index);

/* Offset of the bytes of a field; 0 when it is absent. */
size_t
tflite_field(const struct tflite_file *file, enum tflite_table table,
	     uint32_t index, uint16_t field_id);

/*
 * Where a field's own offset points: at the 32-bit count of a vector or a text
 * (its elements follow), or at a table; 0 when it is absent.
 */
size_t
tflite_target(const struct tflite_file *file, enum tflite_table table,
	      uint32_t index, uint16_t field_id);

/* Little-endian access to any byte of the file. */
uint32_t
tflite_get_u32(const struct tflite_file *file, size_t offset);
void
tflite_put_u8(struct tflite_file *file, size_t offset, uint8_t value);
void
tflite_put_u16(struct tflite_file *file, size_t offset, uint16_t value);
void
tflite_put_u32(struct tflite_file *file, size_t offset, uint32_t value);

#endif
