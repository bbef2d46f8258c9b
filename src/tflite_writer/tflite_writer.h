/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_WRITER_H
#define APUI_TFLITE_WRITER_H

/*
 * Writes .tflite files (flatbuffer, TFLite schema v3) from a plain description,
 * for the delegate and for tests. Nothing is checked: whatever the description
 * says is written, so hostile files come from the same few lines as good ones:
 *
 * - any index, dimension or code is taken as it is;
 * - `raw` fields replace or add fields of the table that they stand beside;
 * - tflite_field() and its like find a field's bytes afterwards, to be patched.
 *
 * Where memory runs out, tflite_file.failed is set and the bytes are of no use.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of the schema, as far as they are needed. */
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
	TFLITE_FLOAT64 = 10,
	TFLITE_RESOURCE = 13,
	TFLITE_INT4 = 17,
	TFLITE_INT2 = 19,
};

enum tflite_builtin {
	TFLITE_ADD = 0,
	TFLITE_AVERAGE_POOL_2D = 1,
	TFLITE_CONCATENATION = 2,
	TFLITE_CONV_2D = 3,
	TFLITE_DEPTHWISE_CONV_2D = 4,
	TFLITE_DEPTH_TO_SPACE = 5,
	TFLITE_DEQUANTIZE = 6,
	TFLITE_FLOOR = 8,
	TFLITE_FULLY_CONNECTED = 9,
	TFLITE_L2_NORMALIZATION = 11,
	TFLITE_L2_POOL_2D = 12,
	TFLITE_LOCAL_RESPONSE_NORMALIZATION = 13,
	TFLITE_LOGISTIC = 14,
	TFLITE_MAX_POOL_2D = 17,
	TFLITE_MUL = 18,
	TFLITE_RELU = 19,
	TFLITE_RELU_N1_TO_1 = 20,
	TFLITE_RELU6 = 21,
	TFLITE_RESHAPE = 22,
	TFLITE_SHAPE = 77,
	TFLITE_RANK = 110,
	TFLITE_RESIZE_BILINEAR = 23,
	TFLITE_SOFTMAX = 25,
	TFLITE_SPACE_TO_DEPTH = 26,
	TFLITE_LSTM = 16,
	TFLITE_RNN = 24,
	TFLITE_SVDF = 27,
	TFLITE_UNIDIRECTIONAL_SEQUENCE_RNN = 35,
	TFLITE_UNIDIRECTIONAL_SEQUENCE_LSTM = 44,
	TFLITE_BIDIRECTIONAL_SEQUENCE_RNN = 46,
	TFLITE_BIDIRECTIONAL_SEQUENCE_LSTM = 52,
	TFLITE_TANH = 28,
	TFLITE_CUSTOM = 32,
	TFLITE_PAD = 34,
	TFLITE_GATHER = 36,
	TFLITE_BATCH_TO_SPACE_ND = 37,
	TFLITE_SPACE_TO_BATCH_ND = 38,
	TFLITE_TRANSPOSE = 39,
	TFLITE_MEAN = 40,
	TFLITE_SUB = 41,
	TFLITE_DIV = 42,
	TFLITE_SQUEEZE = 43,
	TFLITE_STRIDED_SLICE = 45,
	TFLITE_EXP = 47,
	TFLITE_TOPK_V2 = 48,
	TFLITE_SPLIT = 49,
	TFLITE_LOG_SOFTMAX = 50,
	TFLITE_CAST = 53,
	TFLITE_PRELU = 54,
	TFLITE_MAXIMUM = 55,
	TFLITE_ARG_MAX = 56,
	TFLITE_MINIMUM = 57,
	TFLITE_LESS = 58,
	TFLITE_NEG = 59,
	TFLITE_PADV2 = 60,
	TFLITE_GREATER = 61,
	TFLITE_GREATER_EQUAL = 62,
	TFLITE_LESS_EQUAL = 63,
	TFLITE_SELECT = 64,
	TFLITE_SLICE = 65,
	TFLITE_SIN = 66,
	TFLITE_TRANSPOSE_CONV = 67,
	TFLITE_TILE = 69,
	TFLITE_EXPAND_DIMS = 70,
	TFLITE_EQUAL = 71,
	TFLITE_NOT_EQUAL = 72,
	TFLITE_LOG = 73,
	TFLITE_SUM = 74,
	TFLITE_SQRT = 75,
	TFLITE_RSQRT = 76,
	TFLITE_POW = 78,
	TFLITE_ARG_MIN = 79,
	TFLITE_REDUCE_PROD = 81,
	TFLITE_REDUCE_MAX = 82,
	TFLITE_PACK = 83,
	TFLITE_LOGICAL_OR = 84,
	TFLITE_ONE_HOT = 85,
	TFLITE_LOGICAL_AND = 86,
	TFLITE_LOGICAL_NOT = 87,
	TFLITE_UNPACK = 88,
	TFLITE_REDUCE_MIN = 89,
	TFLITE_FLOOR_DIV = 90,
	TFLITE_REDUCE_ANY = 91,
	TFLITE_SQUARE = 92,
	TFLITE_ZEROS_LIKE = 93,
	TFLITE_FILL = 94,
	TFLITE_FLOOR_MOD = 95,
	TFLITE_RESIZE_NEAREST_NEIGHBOR = 97,
	TFLITE_LEAKY_RELU = 98,
	TFLITE_SQUARED_DIFFERENCE = 99,
	TFLITE_MIRROR_PAD = 100,
	TFLITE_ABS = 101,
	TFLITE_SPLIT_V = 102,
	TFLITE_CEIL = 104,
	TFLITE_REVERSE_V2 = 105,
	TFLITE_ADD_N = 106,
	TFLITE_GATHER_ND = 107,
	TFLITE_COS = 108,
	TFLITE_WHERE = 109,
	TFLITE_ELU = 111,
	TFLITE_QUANTIZE = 114,
	TFLITE_ROUND = 116,
	TFLITE_HARD_SWISH = 117,
	TFLITE_IF = 118,
	TFLITE_WHILE = 119,
	TFLITE_SELECT_V2 = 123,
	TFLITE_BATCH_MATMUL = 126,
	TFLITE_CUMSUM = 128,
	TFLITE_EMBEDDING_LOOKUP = 7,
	TFLITE_SPARSE_TO_DENSE = 68,
	TFLITE_RANGE = 96,
	TFLITE_REVERSE_SEQUENCE = 112,
	TFLITE_MATRIX_DIAG = 113,
	TFLITE_MATRIX_SET_DIAG = 115,
	TFLITE_SCATTER_ND = 122,
	TFLITE_SEGMENT_SUM = 125,
	TFLITE_BROADCAST_ARGS = 145,
	TFLITE_DYNAMIC_UPDATE_SLICE = 151,
	TFLITE_UNSORTED_SEGMENT_PROD = 153,
	TFLITE_UNSORTED_SEGMENT_MAX = 154,
	TFLITE_UNSORTED_SEGMENT_SUM = 155,
	TFLITE_ATAN2 = 156,
	TFLITE_UNSORTED_SEGMENT_MIN = 157,
	TFLITE_BITCAST = 159,
	TFLITE_BITWISE_XOR = 160,
	TFLITE_RIGHT_SHIFT = 161,
	TFLITE_CALL_ONCE = 129,
	TFLITE_BROADCAST_TO = 130,
	TFLITE_CONV_3D = 132,
	TFLITE_REDUCE_ALL = 140,
	TFLITE_CONV_3D_TRANSPOSE = 141,
	TFLITE_VAR_HANDLE = 142,
	TFLITE_READ_VARIABLE = 143,
	TFLITE_ASSIGN_VARIABLE = 144,
	TFLITE_GELU = 150,
	TFLITE_RELU_0_TO_1 = 152,
	TFLITE_SIGN = 158,
	TFLITE_EMBEDDING_LOOKUP_SPARSE = 33,
	TFLITE_FAKE_QUANT = 80,
	TFLITE_NON_MAX_SUPPRESSION_V4 = 120,
	TFLITE_NON_MAX_SUPPRESSION_V5 = 121,
	TFLITE_BUCKETIZE = 147,
	TFLITE_STABLEHLO_ADD = 163,
	TFLITE_STABLEHLO_MULTIPLY = 165,
	TFLITE_STABLEHLO_MAXIMUM = 166,
	TFLITE_STABLEHLO_MINIMUM = 181,
	TFLITE_STABLEHLO_PAD = 195,
	TFLITE_DILATE = 203,
	TFLITE_REDUCE_WINDOW = 205,
};

/* Members of the union BuiltinOptions. */
enum tflite_options_type {
	TFLITE_NO_OPTIONS = 0,
	TFLITE_CONV_2D_OPTIONS = 1,
	TFLITE_DEPTHWISE_CONV_2D_OPTIONS = 2,
	TFLITE_POOL_2D_OPTIONS = 5,
	TFLITE_SVDF_OPTIONS = 6,
	TFLITE_RNN_OPTIONS = 7,
	TFLITE_LSTM_OPTIONS = 14,
	TFLITE_SEQUENCE_RNN_OPTIONS = 31,
	TFLITE_BIDIRECTIONAL_SEQUENCE_LSTM_OPTIONS = 69,
	TFLITE_BIDIRECTIONAL_SEQUENCE_RNN_OPTIONS = 70,
	TFLITE_UNIDIRECTIONAL_SEQUENCE_LSTM_OPTIONS = 71,
	TFLITE_FULLY_CONNECTED_OPTIONS = 8,
	TFLITE_SOFTMAX_OPTIONS = 9,
	TFLITE_CONCATENATION_OPTIONS = 10,
	TFLITE_ADD_OPTIONS = 11,
	TFLITE_L2_NORM_OPTIONS = 12,
	TFLITE_LOCAL_RESPONSE_OPTIONS = 13,
	TFLITE_RESIZE_BILINEAR_OPTIONS = 15,
	TFLITE_RESHAPE_OPTIONS = 17,
	TFLITE_SHAPE_OPTIONS = 55,
	TFLITE_RANK_OPTIONS = 86,
	TFLITE_SPACE_TO_DEPTH_OPTIONS = 19,
	TFLITE_MUL_OPTIONS = 21,
	TFLITE_PAD_OPTIONS = 22,
	TFLITE_GATHER_OPTIONS = 23,
	TFLITE_BATCH_TO_SPACE_ND_OPTIONS = 24,
	TFLITE_SPACE_TO_BATCH_ND_OPTIONS = 25,
	TFLITE_TRANSPOSE_OPTIONS = 26,
	TFLITE_REDUCER_OPTIONS = 27,
	TFLITE_SUB_OPTIONS = 28,
	TFLITE_DIV_OPTIONS = 29,
	TFLITE_SQUEEZE_OPTIONS = 30,
	TFLITE_STRIDED_SLICE_OPTIONS = 32,
	TFLITE_EXP_OPTIONS = 33,
	TFLITE_TOP_KV2_OPTIONS = 34,
	TFLITE_SPLIT_OPTIONS = 35,
	TFLITE_LOG_SOFTMAX_OPTIONS = 36,
	TFLITE_CAST_OPTIONS = 37,
	TFLITE_DEQUANTIZE_OPTIONS = 38,
	TFLITE_MAXIMUM_MINIMUM_OPTIONS = 39,
	TFLITE_ARG_MAX_OPTIONS = 40,
	TFLITE_LESS_OPTIONS = 41,
	TFLITE_NEG_OPTIONS = 42,
	TFLITE_PAD_V2_OPTIONS = 43,
	TFLITE_GREATER_OPTIONS = 44,
	TFLITE_GREATER_EQUAL_OPTIONS = 45,
	TFLITE_LESS_EQUAL_OPTIONS = 46,
	TFLITE_SELECT_OPTIONS = 47,
	TFLITE_SLICE_OPTIONS = 48,
	TFLITE_TRANSPOSE_CONV_OPTIONS = 49,
	TFLITE_BATCH_MATMUL_OPTIONS = 101,
	TFLITE_CONV_3D_OPTIONS = 106,
	TFLITE_TILE_OPTIONS = 51,
	TFLITE_EXPAND_DIMS_OPTIONS = 52,
	TFLITE_EQUAL_OPTIONS = 53,
	TFLITE_NOT_EQUAL_OPTIONS = 54,
	TFLITE_POW_OPTIONS = 56,
	TFLITE_ARG_MIN_OPTIONS = 57,
	TFLITE_PACK_OPTIONS = 59,
	TFLITE_LOGICAL_OR_OPTIONS = 60,
	TFLITE_ONE_HOT_OPTIONS = 61,
	TFLITE_LOGICAL_AND_OPTIONS = 62,
	TFLITE_LOGICAL_NOT_OPTIONS = 63,
	TFLITE_UNPACK_OPTIONS = 64,
	TFLITE_FLOOR_DIV_OPTIONS = 65,
	TFLITE_SQUARE_OPTIONS = 66,
	TFLITE_ZEROS_LIKE_OPTIONS = 67,
	TFLITE_FILL_OPTIONS = 68,
	TFLITE_FLOOR_MOD_OPTIONS = 72,
	TFLITE_RESIZE_NEAREST_NEIGHBOR_OPTIONS = 74,
	TFLITE_LEAKY_RELU_OPTIONS = 75,
	TFLITE_SQUARED_DIFFERENCE_OPTIONS = 76,
	TFLITE_MIRROR_PAD_OPTIONS = 77,
	TFLITE_ABS_OPTIONS = 78,
	TFLITE_SPLIT_V_OPTIONS = 79,
	TFLITE_REVERSE_V2_OPTIONS = 81,
	TFLITE_ADD_N_OPTIONS = 82,
	TFLITE_GATHER_ND_OPTIONS = 83,
	TFLITE_COS_OPTIONS = 84,
	TFLITE_QUANTIZE_OPTIONS = 89,
	TFLITE_HARD_SWISH_OPTIONS = 91,
	TFLITE_IF_OPTIONS = 92,
	TFLITE_WHILE_OPTIONS = 93,
	TFLITE_DEPTH_TO_SPACE_OPTIONS = 94,
	TFLITE_SELECT_V2_OPTIONS = 98,
	TFLITE_BATCH_MAT_MUL_OPTIONS = 101,
	TFLITE_CUMSUM_OPTIONS = 102,
	TFLITE_SPARSE_TO_DENSE_OPTIONS = 50,
	TFLITE_RANGE_OPTIONS = 73,
	TFLITE_REVERSE_SEQUENCE_OPTIONS = 87,
	TFLITE_MATRIX_DIAG_OPTIONS = 88,
	TFLITE_MATRIX_SET_DIAG_OPTIONS = 90,
	TFLITE_SCATTER_ND_OPTIONS = 97,
	TFLITE_SEGMENT_SUM_OPTIONS = 100,
	TFLITE_DYNAMIC_UPDATE_SLICE_OPTIONS = 117,
	TFLITE_UNSORTED_SEGMENT_PROD_OPTIONS = 118,
	TFLITE_UNSORTED_SEGMENT_MAX_OPTIONS = 119,
	TFLITE_UNSORTED_SEGMENT_MIN_OPTIONS = 120,
	TFLITE_UNSORTED_SEGMENT_SUM_OPTIONS = 121,
	TFLITE_ATAN2_OPTIONS = 122,
	TFLITE_BITCAST_OPTIONS = 124,
	TFLITE_BITWISE_XOR_OPTIONS = 125,
	TFLITE_RIGHT_SHIFT_OPTIONS = 126,
	TFLITE_CALL_ONCE_OPTIONS = 103,
	TFLITE_BROADCAST_TO_OPTIONS = 104,
	TFLITE_VAR_HANDLE_OPTIONS = 111,
	TFLITE_GELU_OPTIONS = 116,
	TFLITE_SIGN_OPTIONS = 123,
	TFLITE_EMBEDDING_LOOKUP_SPARSE_OPTIONS = 20,
	TFLITE_FAKE_QUANT_OPTIONS = 58,
	TFLITE_NON_MAX_SUPPRESSION_V4_OPTIONS = 95,
	TFLITE_NON_MAX_SUPPRESSION_V5_OPTIONS = 96,
	TFLITE_BUCKETIZE_OPTIONS = 115,
};

/* Members of the union BuiltinOptions2. */
enum tflite_options_2_type {
	TFLITE_STABLEHLO_PAD_OPTIONS = 10,
	TFLITE_DILATE_OPTIONS = 18,
	TFLITE_REDUCE_WINDOW_OPTIONS = 20,
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
	bool has_options_2; /* options_type is of enum tflite_options_2_type */
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
	/*
	 * Further subgraphs: tensors, operators and lists of each. Numbers of
	 * buffers, operator codes and tables go on from those before.
	 */
	const struct tflite_model *subgraphs;
	uint32_t subgraph_count;
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
	size_t capacity_bytes, mark_capacity;
	bool failed; /* out of memory, or beyond 2 GiB */
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
