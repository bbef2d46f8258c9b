/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/op_options.h"
#include "delegates/tflite/tflite_abi.h"
#include <errno.h>
#include <string.h>

/* How a member of a parameter structure becomes a field. */
enum rule {
	RULE_END = 0,
	RULE_INT,    /* int, and enums that count as the schema does */
	RULE_ENUM,   /* the same, in a byte of the file */
	RULE_ENUM_1, /* an enum that counts from 1, the schema's from 0 */
	RULE_BOOL,
	RULE_FLOAT,
	RULE_TYPE,  /* enum tfl_type */
	RULE_INTS,  /* int[8], and their count behind them */
	RULE_TEXT,  /* const char * */
	RULE_FLOATS /* their count, and behind it const float * */
};

struct member {
	uint8_t rule, field_id, offset; /* the offset in bytes */
};

/* Added to a number of the union BuiltinOptions2; the first ends below it. */
#define SECOND 128

struct shape {
	uint8_t options_type;
	struct member members[OP_OPTIONS_MAX_FIELDS];
};

#define INT(id, at)                                                            \
	{                                                                      \
		RULE_INT, id, at                                               \
	}
#define ENUM(id, at)                                                           \
	{                                                                      \
		RULE_ENUM, id, at                                              \
	}
#define ENUM_1(id, at)                                                         \
	{                                                                      \
		RULE_ENUM_1, id, at                                            \
	}
#define BOOL(id, at)                                                           \
	{                                                                      \
		RULE_BOOL, id, at                                              \
	}
#define FLOAT(id, at)                                                          \
	{                                                                      \
		RULE_FLOAT, id, at                                             \
	}
#define TYPE(id, at)                                                           \
	{                                                                      \
		RULE_TYPE, id, at                                              \
	}
#define INTS(id, at)                                                           \
	{                                                                      \
		RULE_INTS, id, at                                              \
	}
#define TEXT(id, at)                                                           \
	{                                                                      \
		RULE_TEXT, id, at                                              \
	}
#define FLOATS(id, at)                                                         \
	{                                                                      \
		RULE_FLOATS, id, at                                            \
	}

/*
 * Field ids: TFLite schema v3. Offsets:
 * tensorflow/lite/core/c/builtin_op_data.h, whose structures only grow at their
 * ends.
 */
/* clang-format off */
static const struct shape conv_2d = { 1, {
	ENUM_1(0, 0), INT(1, 4), INT(2, 8), ENUM(3, 12), INT(4, 16),
	INT(5, 20) } };
static const struct shape depthwise_conv_2d = { 2, {
	ENUM_1(0, 0), INT(1, 4), INT(2, 8), INT(3, 12), ENUM(4, 16),
	INT(5, 20), INT(6, 24) } };
static const struct shape pool_2d = { 5, {
	ENUM_1(0, 0), INT(1, 4), INT(2, 8), INT(3, 12), INT(4, 16),
	ENUM(5, 20) } };
static const struct shape svdf = { 6, {
	INT(0, 0), ENUM(1, 4), BOOL(2, 8) } };
static const struct shape rnn = { 7, { ENUM(0, 0), BOOL(1, 4) } };
static const struct shape fully_connected = { 8, {
	ENUM(0, 0), ENUM(1, 4), BOOL(2, 8), BOOL(3, 9) } };
static const struct shape softmax = { 9, { FLOAT(0, 0) } };
static const struct shape concatenation = { 10, { INT(0, 0), ENUM(1, 4) } };
static const struct shape add = { 11, { ENUM(0, 0), BOOL(1, 4) } };
static const struct shape l2_norm = { 12, { ENUM(0, 0) } };
static const struct shape local_response = { 13, {
	INT(0, 0), FLOAT(1, 4), FLOAT(2, 8), FLOAT(3, 12) } };
static const struct shape lstm = { 14, {
	ENUM(0, 0), FLOAT(1, 4), FLOAT(2, 8), ENUM(3, 12), BOOL(4, 16) } };
static const struct shape resize_bilinear = { 15, { BOOL(2, 0), BOOL(3, 1) } };
static const struct shape reshape = { 17, { INTS(0, 0) } };
static const struct shape space_to_depth = { 19, { INT(0, 0) } };
static const struct shape embedding_sparse = { 20, { ENUM(0, 0) } };
static const struct shape mul = { 21, { ENUM(0, 0) } };
static const struct shape gather = { 23, { INT(0, 0), INT(1, 4) } };
static const struct shape reducer = { 27, { BOOL(0, 0) } };
static const struct shape sub = { 28, { ENUM(0, 0), BOOL(1, 4) } };
static const struct shape divide = { 29, { ENUM(0, 0) } };
static const struct shape squeeze = { 30, { INTS(0, 0) } };
static const struct shape sequence_rnn = { 31, {
	BOOL(0, 0), ENUM(1, 4), BOOL(2, 8) } };
static const struct shape strided_slice = { 32, {
	INT(0, 0), INT(1, 4), INT(2, 8), INT(3, 12), INT(4, 16),
	BOOL(5, 20) } };
static const struct shape split = { 35, { INT(0, 0) } };
static const struct shape cast = { 37, { TYPE(0, 0), TYPE(1, 4) } };
static const struct shape arg_max = { 40, { TYPE(0, 0) } };
static const struct shape transpose_conv = { 49, {
	ENUM_1(0, 0), INT(1, 4), INT(2, 8), ENUM(3, 12) } };
static const struct shape sparse_to_dense = { 50, { BOOL(0, 0) } };
static const struct shape shape_of = { 55, { TYPE(0, 0) } };
static const struct shape arg_min = { 57, { TYPE(0, 0) } };
static const struct shape fake_quant = { 58, {
	FLOAT(0, 0), FLOAT(1, 4), INT(2, 8), BOOL(3, 12) } };
static const struct shape pack = { 59, { INT(0, 0), INT(1, 4) } };
static const struct shape one_hot = { 61, { INT(0, 0) } };
static const struct shape unpack = { 64, { INT(0, 0), INT(1, 4) } };
static const struct shape bidirectional_lstm = { 69, {
	ENUM(0, 0), FLOAT(1, 4), FLOAT(2, 8), BOOL(3, 12), BOOL(4, 13),
	BOOL(5, 14) } };
static const struct shape bidirectional_rnn = { 70, {
	BOOL(0, 0), ENUM(1, 4), BOOL(2, 8), BOOL(3, 9) } };
static const struct shape unidirectional_lstm = { 71, {
	ENUM(0, 0), FLOAT(1, 4), FLOAT(2, 8), BOOL(3, 12), BOOL(4, 13),
	BOOL(5, 14) } };
static const struct shape resize_nearest = { 74, { BOOL(0, 0), BOOL(1, 1) } };
static const struct shape leaky_relu = { 75, { FLOAT(0, 0) } };
static const struct shape mirror_pad = { 77, { ENUM_1(0, 0) } };
static const struct shape split_v = { 79, { INT(0, 0) } };
static const struct shape unique = { 80, { TYPE(0, 0) } };
static const struct shape reverse_sequence = { 87, { INT(0, 0), INT(1, 4) } };
static const struct shape depth_to_space = { 94, { INT(0, 0) } };
static const struct shape batch_matmul = { 101, {
	BOOL(0, 0), BOOL(1, 1), BOOL(2, 2) } };
static const struct shape cumsum = { 102, { BOOL(0, 0), BOOL(1, 1) } };
static const struct shape call_once = { 103, { INT(0, 0) } };
static const struct shape conv_3d = { 106, {
	ENUM_1(0, 0), INT(2, 4), INT(3, 8), INT(1, 12), INT(6, 16),
	INT(7, 20), INT(5, 24), ENUM(4, 28) } };
static const struct shape var_handle = { 111, { TEXT(0, 0), TEXT(1, 8) } };
static const struct shape bucketize = { 115, { FLOATS(0, 0) } };
static const struct shape gelu = { 116, { BOOL(0, 0) } };
static const struct shape reduce_window = { SECOND + 20, { INT(0, 0) } };

struct operator {
	const char *name;
	const struct shape *shape; /* NULL: without parameters */
};

static const struct operator operators[] = {
	[0] = { "ADD", &add },
	[1] = { "AVERAGE_POOL_2D", &pool_2d },
	[2] = { "CONCATENATION", &concatenation },
	[3] = { "CONV_2D", &conv_2d },
	[4] = { "DEPTHWISE_CONV_2D", &depthwise_conv_2d },
	[5] = { "DEPTH_TO_SPACE", &depth_to_space },
	[6] = { "DEQUANTIZE", NULL },
	[7] = { "EMBEDDING_LOOKUP", NULL },
	[8] = { "FLOOR", NULL },
	[9] = { "FULLY_CONNECTED", &fully_connected },
	[10] = { "HASHTABLE_LOOKUP", NULL },
	[11] = { "L2_NORMALIZATION", &l2_norm },
	[12] = { "L2_POOL_2D", &pool_2d },
	[13] = { "LOCAL_RESPONSE_NORMALIZATION", &local_response },
	[14] = { "LOGISTIC", NULL },
	[15] = { "LSH_PROJECTION", NULL },
	[16] = { "LSTM", &lstm },
	[17] = { "MAX_POOL_2D", &pool_2d },
	[18] = { "MUL", &mul },
	[19] = { "RELU", NULL },
	[20] = { "RELU_N1_TO_1", NULL },
	[21] = { "RELU6", NULL },
	[22] = { "RESHAPE", &reshape },
	[23] = { "RESIZE_BILINEAR", &resize_bilinear },
	[24] = { "RNN", &rnn },
	[25] = { "SOFTMAX", &softmax },
	[26] = { "SPACE_TO_DEPTH", &space_to_depth },
	[27] = { "SVDF", &svdf },
	[28] = { "TANH", NULL },
	[29] = { "CONCAT_EMBEDDINGS", NULL },
	[30] = { "SKIP_GRAM", NULL },
	[31] = { "CALL", NULL },
	[32] = { "CUSTOM", NULL },
	[33] = { "EMBEDDING_LOOKUP_SPARSE", &embedding_sparse },
	[34] = { "PAD", NULL },
	[35] = { "UNIDIRECTIONAL_SEQUENCE_RNN", &sequence_rnn },
	[36] = { "GATHER", &gather },
	[37] = { "BATCH_TO_SPACE_ND", NULL },
	[38] = { "SPACE_TO_BATCH_ND", NULL },
	[39] = { "TRANSPOSE", NULL },
	[40] = { "MEAN", &reducer },
	[41] = { "SUB", &sub },
	[42] = { "DIV", &divide },
	[43] = { "SQUEEZE", &squeeze },
	[44] = { "UNIDIRECTIONAL_SEQUENCE_LSTM", &unidirectional_lstm },
	[45] = { "STRIDED_SLICE", &strided_slice },
	[46] = { "BIDIRECTIONAL_SEQUENCE_RNN", &bidirectional_rnn },
	[47] = { "EXP", NULL },
	[48] = { "TOPK_V2", NULL },
	[49] = { "SPLIT", &split },
	[50] = { "LOG_SOFTMAX", NULL },
	[51] = { "DELEGATE", NULL },
	[52] = { "BIDIRECTIONAL_SEQUENCE_LSTM", &bidirectional_lstm },
	[53] = { "CAST", &cast },
	[54] = { "PRELU", NULL },
	[55] = { "MAXIMUM", NULL },
	[56] = { "ARG_MAX", &arg_max },
	[57] = { "MINIMUM", NULL },
	[58] = { "LESS", NULL },
	[59] = { "NEG", NULL },
	[60] = { "PADV2", NULL },
	[61] = { "GREATER", NULL },
	[62] = { "GREATER_EQUAL", NULL },
	[63] = { "LESS_EQUAL", NULL },
	[64] = { "SELECT", NULL },
	[65] = { "SLICE", NULL },
	[66] = { "SIN", NULL },
	[67] = { "TRANSPOSE_CONV", &transpose_conv },
	[68] = { "SPARSE_TO_DENSE", &sparse_to_dense },
	[69] = { "TILE", NULL },
	[70] = { "EXPAND_DIMS", NULL },
	[71] = { "EQUAL", NULL },
	[72] = { "NOT_EQUAL", NULL },
	[73] = { "LOG", NULL },
	[74] = { "SUM", &reducer },
	[75] = { "SQRT", NULL },
	[76] = { "RSQRT", NULL },
	[77] = { "SHAPE", &shape_of },
	[78] = { "POW", NULL },
	[79] = { "ARG_MIN", &arg_min },
	[80] = { "FAKE_QUANT", &fake_quant },
	[81] = { "REDUCE_PROD", &reducer },
	[82] = { "REDUCE_MAX", &reducer },
	[83] = { "PACK", &pack },
	[84] = { "LOGICAL_OR", NULL },
	[85] = { "ONE_HOT", &one_hot },
	[86] = { "LOGICAL_AND", NULL },
	[87] = { "LOGICAL_NOT", NULL },
	[88] = { "UNPACK", &unpack },
	[89] = { "REDUCE_MIN", &reducer },
	[90] = { "FLOOR_DIV", NULL },
	[91] = { "REDUCE_ANY", &reducer },
	[92] = { "SQUARE", NULL },
	[93] = { "ZEROS_LIKE", NULL },
	[94] = { "FILL", NULL },
	[95] = { "FLOOR_MOD", NULL },
	[96] = { "RANGE", NULL },
	[97] = { "RESIZE_NEAREST_NEIGHBOR", &resize_nearest },
	[98] = { "LEAKY_RELU", &leaky_relu },
	[99] = { "SQUARED_DIFFERENCE", NULL },
	[100] = { "MIRROR_PAD", &mirror_pad },
	[101] = { "ABS", NULL },
	[102] = { "SPLIT_V", &split_v },
	[103] = { "UNIQUE", &unique },
	[104] = { "CEIL", NULL },
	[105] = { "REVERSE_V2", NULL },
	[106] = { "ADD_N", NULL },
	[107] = { "GATHER_ND", NULL },
	[108] = { "COS", NULL },
	[109] = { "WHERE", NULL },
	[110] = { "RANK", NULL },
	[111] = { "ELU", NULL },
	[112] = { "REVERSE_SEQUENCE", &reverse_sequence },
	[113] = { "MATRIX_DIAG", NULL },
	[114] = { "QUANTIZE", NULL },
	[115] = { "MATRIX_SET_DIAG", NULL },
	[116] = { "ROUND", NULL },
	[117] = { "HARD_SWISH", NULL },
	[118] = { "IF", NULL },
	[119] = { "WHILE", NULL },
	[120] = { "NON_MAX_SUPPRESSION_V4", NULL },
	[121] = { "NON_MAX_SUPPRESSION_V5", NULL },
	[122] = { "SCATTER_ND", NULL },
	[123] = { "SELECT_V2", NULL },
	[124] = { "DENSIFY", NULL },
	[125] = { "SEGMENT_SUM", NULL },
	[126] = { "BATCH_MATMUL", &batch_matmul },
	[128] = { "CUMSUM", &cumsum },
	[129] = { "CALL_ONCE", &call_once },
	[130] = { "BROADCAST_TO", NULL },
	[131] = { "RFFT2D", NULL },
	[132] = { "CONV_3D", &conv_3d },
	[133] = { "IMAG", NULL },
	[134] = { "REAL", NULL },
	[135] = { "COMPLEX_ABS", NULL },
	[136] = { "HASHTABLE", NULL },
	[137] = { "HASHTABLE_FIND", NULL },
	[138] = { "HASHTABLE_IMPORT", NULL },
	[139] = { "HASHTABLE_SIZE", NULL },
	[140] = { "REDUCE_ALL", &reducer },
	[141] = { "CONV_3D_TRANSPOSE", &conv_3d },
	[142] = { "VAR_HANDLE", &var_handle },
	[143] = { "READ_VARIABLE", NULL },
	[144] = { "ASSIGN_VARIABLE", NULL },
	[145] = { "BROADCAST_ARGS", NULL },
	[146] = { "RANDOM_STANDARD_NORMAL", NULL },
	[147] = { "BUCKETIZE", &bucketize },
	[148] = { "RANDOM_UNIFORM", NULL },
	[149] = { "MULTINOMIAL", NULL },
	[150] = { "GELU", &gelu },
	[151] = { "DYNAMIC_UPDATE_SLICE", NULL },
	[152] = { "RELU_0_TO_1", NULL },
	[153] = { "UNSORTED_SEGMENT_PROD", NULL },
	[154] = { "UNSORTED_SEGMENT_MAX", NULL },
	[155] = { "UNSORTED_SEGMENT_SUM", NULL },
	[156] = { "ATAN2", NULL },
	[157] = { "UNSORTED_SEGMENT_MIN", NULL },
	[158] = { "SIGN", NULL },
	[159] = { "BITCAST", NULL },
	[160] = { "BITWISE_XOR", NULL },
	[161] = { "RIGHT_SHIFT", NULL },
	[163] = { "STABLEHLO_ADD", NULL },
	[165] = { "STABLEHLO_MULTIPLY", NULL },
	[166] = { "STABLEHLO_MAXIMUM", NULL },
	[181] = { "STABLEHLO_MINIMUM", NULL },
	[203] = { "DILATE", NULL },
	[205] = { "REDUCE_WINDOW", &reduce_window },
};
/* clang-format on */

/* Types without a name here are refused by libapu, which says so. */
static const int8_t schema_types[] = {
	[TFL_NO_TYPE] = -1,
	[TFL_FLOAT32] = TFLITE_FLOAT32,
	[TFL_INT32] = TFLITE_INT32,
	[TFL_UINT8] = TFLITE_UINT8,
	[TFL_INT64] = TFLITE_INT64,
	[TFL_STRING] = TFLITE_STRING,
	[TFL_BOOL] = TFLITE_BOOL,
	[TFL_INT16] = TFLITE_INT16,
	[TFL_COMPLEX64] = 8,
	[TFL_INT8] = TFLITE_INT8,
	[TFL_FLOAT16] = TFLITE_FLOAT16,
	[TFL_FLOAT64] = 10,
	[TFL_COMPLEX128] = 11,
	[TFL_UINT64] = 12,
	[TFL_RESOURCE] = TFLITE_RESOURCE,
	[TFL_VARIANT] = 14,
	[TFL_UINT32] = 15,
	[TFL_UINT16] = 16,
	[TFL_INT4] = TFLITE_INT4,
};

#define COUNT(array) ((int32_t)(sizeof(array) / sizeof((array)[0])))

int
apui_tfl_schema_type(int32_t type)
{
	if (type <= TFL_NO_TYPE || type >= COUNT(schema_types))
		return -1;
	return schema_types[type];
}

const char *
apui_tfl_builtin_name(int32_t builtin_code)
{
	if (builtin_code < 0 || builtin_code >= COUNT(operators))
		return NULL;
	return operators[builtin_code].name;
}

static int32_t
get_int(const uint8_t *at)
{
	int32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void
set_integer(struct tflite_field *field, enum tflite_kind kind, int64_t value)
{
	field->kind = kind;
	field->integer = value;
}

/* A schema without the value (0 of an enum that counts from 1): -EINVAL. */
static int
set_enum(struct tflite_field *field, int32_t value)
{
	if (value < 0 || value > 127)
		return -EINVAL;
	set_integer(field, TFLITE_I8, value);
	return 0;
}

#define MAX_DIMS 8

static int
set_ints(struct tflite_field *field, const uint8_t *at)
{
	int32_t count = get_int(at + MAX_DIMS * sizeof(int32_t));

	if (count < 0 || count > MAX_DIMS)
		return -EINVAL;
	if (count == 0)
		return 0;
	field->kind = TFLITE_I32_VECTOR;
	field->data = at;
	field->count = (uint32_t)count;
	return 0;
}

static int
set_floats(struct tflite_field *field, const uint8_t *at)
{
	int32_t count = get_int(at);

	if (count < 0)
		return -EINVAL;
	memcpy(&field->data, at + sizeof(void *), sizeof(field->data));
	field->kind = TFLITE_F32_VECTOR;
	field->count = (uint32_t)count;
	return 0;
}

static int
set_field(struct tflite_field *field, const struct member *member,
	  const uint8_t *data)
{
	const uint8_t *at = data + member->offset;

	*field = (struct tflite_field) { .id = member->field_id };
	switch ((enum rule)member->rule) {
	case RULE_INT:
		set_integer(field, TFLITE_I32, get_int(at));
		return 0;
	case RULE_ENUM:
		return set_enum(field, get_int(at));
	case RULE_ENUM_1:
		return set_enum(field, get_int(at) - 1);
	case RULE_BOOL:
		set_integer(field, TFLITE_I8, *at != 0);
		return 0;
	case RULE_FLOAT:
		field->kind = TFLITE_F32;
		memcpy(&field->real, at, sizeof(field->real));
		return 0;
	case RULE_TYPE:
		return set_enum(field, apui_tfl_schema_type(get_int(at)));
	case RULE_INTS:
		return set_ints(field, at);
	case RULE_TEXT:
		memcpy(&field->data, at, sizeof(field->data));
		field->kind = field->data != NULL ? TFLITE_TEXT : TFLITE_ABSENT;
		return 0;
	case RULE_FLOATS:
		return set_floats(field, at);
	case RULE_END:
		break;
	}
	return -EINVAL;
}

/* A file without options for the operator: its types are those of tensors. */
static bool
is_left_out(const struct member *member, const uint8_t *data)
{
	return member->rule == RULE_TYPE &&
	       get_int(data + member->offset) == TFL_NO_TYPE;
}

int
apui_tfl_read_options(int32_t builtin_code, const void *builtin_data,
		      struct op_options *out)
{
	const struct shape *shape;
	int ret;

	*out = (struct op_options) { .type = 0 };
	if (apui_tfl_builtin_name(builtin_code) == NULL)
		return 0;
	shape = operators[builtin_code].shape;
	if (shape == NULL)
		return 0;
	if (builtin_data == NULL)
		return -EINVAL;
	out->type = shape->options_type % SECOND;
	out->is_second = shape->options_type > SECOND;
	for (int i = 0; i < OP_OPTIONS_MAX_FIELDS; i++) {
		const struct member *member = &shape->members[i];

		if (member->rule == RULE_END)
			break;
		if (is_left_out(member, builtin_data)) {
			*out = (struct op_options) { .type = 0 };
			return 0;
		}
		ret = set_field(&out->fields[i], member, builtin_data);
		if (ret < 0)
			return ret;
		out->field_count++;
	}
	return 0;
}
