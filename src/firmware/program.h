/* SPDX-License-Identifier: MIT */
#ifndef APUI_PROGRAM_H
#define APUI_PROGRAM_H

/*
 * The program: what the compiler makes of a model and the firmware runs. One
 * position-independent blob, described byte by byte in
 * docs/program-format.md. Little endian; sections begin at multiples of 64.
 *
 *   header | tensors | operators | tensor lists | data (weights)
 *
 * All offsets in the header count from the start of the blob.
 */

#include <stdint.h>

#define APUI_PROGRAM_MAGIC     0x50555041u /* "APUP" */
#define APUI_PROGRAM_VERSION   1u
#define APUI_PROGRAM_ALIGNMENT 64u
#define APUI_PROGRAM_MAX_RANK  8

/* What the weights are packed for. */
enum {
	APUI_TARGET_REF = 1, /* as TFLite lays them out; runs everywhere */
};

/*
 * Element types: the numbers of enum apu_dtype, for those types that a program
 * may hold.
 */
enum {
	APUI_TYPE_FLOAT32 = 1,
	APUI_TYPE_FLOAT16 = 2,
	APUI_TYPE_FLOAT64 = 3,
	APUI_TYPE_INT8 = 5,
	APUI_TYPE_UINT8 = 6,
	APUI_TYPE_INT16 = 7,
	APUI_TYPE_INT32 = 9,
	APUI_TYPE_INT64 = 11,
	APUI_TYPE_BOOL = 13,
};

/*
 * Slots: where a tensor's bytes live. A RUN binds each slot to a buffer. The
 * inputs follow from APUI_SLOT_FIRST_IO, then the outputs, then, in a program
 * with shared_bytes, the program that it shares constants with.
 */
enum {
	APUI_SLOT_PROGRAM = 0, /* the blob itself: constants */
	APUI_SLOT_ARENA = 1,   /* begins with struct apui_arena_header */
	APUI_SLOT_STATE = 2,   /* variables; unbound when state_bytes is 0 */
	APUI_SLOT_FIRST_IO = 3,
};

struct apui_program_header {
	uint32_t magic;
	uint16_t version;
	uint16_t header_bytes; /* sizeof(struct apui_program_header) */
	uint32_t target;
	uint32_t size_bytes; /* of the whole blob */
	uint32_t tensor_offset;
	uint32_t tensor_count;
	uint32_t operator_offset;
	uint32_t operator_count;
	uint32_t list_offset; /* u32 tensor indices */
	uint32_t list_count;
	uint32_t data_offset;
	uint32_t data_bytes;
	uint32_t arena_bytes; /* the arena's header included */
	uint32_t state_bytes;
	uint32_t input_count;
	uint32_t output_count;
	/* What the state begins with, state_bytes of it; 0 without state. */
	uint32_t state_init_offset;
	/* That the slot behind the outputs must have: constants that lie in
	 * another program. 0: there is no such slot. */
	uint32_t shared_bytes;
	uint32_t reserved[14];
};

struct apui_program_tensor {
	uint8_t type;
	uint8_t rank;
	uint16_t slot;
	uint32_t offset_bytes; /* in the slot; a multiple of 64 */
	uint32_t size_bytes;   /* product of dims times bytes of the type */
	int32_t zero_point;    /* 0 when not quantised per tensor */
	int32_t dims[APUI_PROGRAM_MAX_RANK]; /* 0 beyond rank */
	uint32_t reserved[4];
};

/* Tensor index of an optional input that is left out. */
#define APUI_NO_TENSOR 0xffffffffu

/*
 * Operators. In brackets: the input tensors, then the output. Shapes are
 * TFLite's: images [N, H, W, C], CONV_2D filters [Cout, H, W, Cin / groups],
 * DEPTHWISE filters [1, H, W, Cout]. `multiplier` and `shift` are int32 vectors
 * with one element an output channel: Q(d) of docs/operators.md.
 * The numbers are part of the format: append only.
 */
enum apui_op {
	APUI_OP_COPY = 1, /* [x] -> y; RESHAPE too */
	/* [x, filter, bias?, multiplier, shift] */
	APUI_OP_CONV_2D = 2,
	APUI_OP_DEPTHWISE_CONV_2D = 3,
	APUI_OP_FULLY_CONNECTED = 4, /* [x, filter, bias?, scale float64] */
	APUI_OP_AVERAGE_POOL_2D = 5, /* [x] */
	APUI_OP_MAX_POOL_2D = 6,     /* [x] */
	APUI_OP_ADD = 7,             /* [a, b], broadcast */
	APUI_OP_SOFTMAX = 8,         /* [x], along the last dimension */
	APUI_OP_QUANTIZE = 9,        /* [x], integers or float32 to integers */
	/* 10 was PAD: FILL and STRIDED_COPY */
	APUI_OP_MEAN = 11, /* [x] */
	/* Movement: 12 to 19. */
	APUI_OP_STRIDED_COPY = 12, /* [x], a block of x to a block of y */
	APUI_OP_FILL = 13,         /* [] */
	APUI_OP_GATHER = 14,       /* [x, indices], int32 or int64 */
	/* float32: 20 to 29. */
	APUI_OP_CONV_2D_FLOAT = 20,           /* [x, filter, bias?] */
	APUI_OP_DEPTHWISE_CONV_2D_FLOAT = 21, /* [x, filter, bias?] */
	APUI_OP_FULLY_CONNECTED_FLOAT = 22,   /* [x, filter, bias?] */
	APUI_OP_AVERAGE_POOL_2D_FLOAT = 23,   /* [x] */
	APUI_OP_MAX_POOL_2D_FLOAT = 24,       /* [x] */
	APUI_OP_SOFTMAX_FLOAT = 25, /* [x], along the last dimension */
	/* [x, scale float32?, zero_point int32?], none of them for float16 */
	APUI_OP_DEQUANTIZE = 26,
	/* Element-wise operators: 30 to 49. All but LOOKUP broadcast. */
	APUI_OP_LOOKUP = 30,         /* [x, table], bytes to bytes */
	APUI_OP_UNARY_FLOAT = 31,    /* [x] */
	APUI_OP_BINARY_FLOAT = 32,   /* [a, b] */
	APUI_OP_BINARY_INTEGER = 33, /* [a, b]; bool, too */
	APUI_OP_COMPARE = 34,        /* [a, b] to bool */
	APUI_OP_SUB = 36,            /* [a, b], 8 bit */
	APUI_OP_MUL = 37,            /* [a, b], 8 bit */
	APUI_OP_CAST = 38,           /* [x] */
	APUI_OP_PRELU = 39,          /* [x, alpha], 8 bit or float32 */
	APUI_OP_SELECT = 40,         /* [bool, a, b] */
	APUI_OP_DIV = 41,            /* [a, b], 8 bit */
	/* [a, b], 8 bit */
	APUI_OP_SQUARED_DIFFERENCE = 42,
	/* Images, reductions and detection: 50 to 59. */
	APUI_OP_RESIZE_BILINEAR = 50, /* [x] */
	APUI_OP_RESIZE_NEAREST = 51,  /* [x, rows, columns] */
	APUI_OP_ARG_MINMAX = 52,      /* [x] */
	APUI_OP_REDUCE = 53,          /* [x] */
	/* [boxes, scores, anchors] -> boxes, classes, scores, count, and two
	 * of the arena to work in: decoded boxes, scores left */
	APUI_OP_DETECTION = 54,
	APUI_OP_TOPK = 55,             /* [x] -> values, indices */
	APUI_OP_L2_NORMALIZATION = 56, /* [x], along the last dimension */
	APUI_OP_LOG_SOFTMAX = 57,      /* [x], as L2_NORMALIZATION */
	/* [x, feature, time, bias?] -> y, state, bytes to work in */
	APUI_OP_SVDF = 60,
	/* [x, 4 input weights, 4 recurrent weights, 4 biases, 3 peephole
	 * weights?, 4 normalisation factors?, projection?, its bias?, scales]
	 * -> y, h, c, gates and bytes to work in; without those of the input
	 * gate it is what the forget gate leaves */
	APUI_OP_LSTM = 61,
	/* [x, aux?, 4 input weights, 4 aux weights?, 4 recurrent weights, 4
	 * biases, 3 peephole weights?, 4 normalisation factors?, projection?,
	 * its bias?] -> y, h, c, gates and bytes to work in */
	APUI_OP_LSTM_FLOAT = 62,
	/* [x, aux?, input weights, aux weights?, recurrent weights, bias] -> y,
	 * h, bytes to work in */
	APUI_OP_RNN_FLOAT = 63,
	/* Convolutions and matrices: 70 to 89. */
	/* [x, filter, bias?, multiplier?, shift?, scale?, x_scale?, x_zero?] */
	APUI_OP_CONVOLVE = 70,
	APUI_OP_QUANTIZE_ROWS = 71, /* [x float32] -> y int8, scale, zero */
	APUI_OP_BATCH_MATMUL = 72,  /* [a, b, b_scale?, a_scale?, a_zero?] */
	APUI_OP_AVERAGE_POOL_2D_INT16 = 73, /* [x] */
	APUI_OP_MAX_POOL_2D_INT16 = 74,     /* [x] */
	APUI_OP_L2_POOL_2D_FLOAT = 75,      /* [x] */
	APUI_OP_LOCAL_RESPONSE = 76,        /* [x], along the last dimension */
	APUI_OP_SIGMOID_INT16 = 77,         /* [x, table int32] */
	APUI_OP_SOFTMAX_INT16 = 78, /* [x, e^t int16, 1 / (1 + t) int16] */
	/* Small operators: 90 to 119. y of SCATTER and UPDATE_SLICE is read
	 * first. */
	APUI_OP_SCATTER = 90,          /* [indices, updates] */
	APUI_OP_CUMSUM = 91,           /* [x] */
	APUI_OP_UPDATE_SLICE = 92,     /* [update, starts], int32 or int64 */
	APUI_OP_REVERSE_SEQUENCE = 93, /* [x, lengths], int32 or int64 */
	/* [rows int32, indices int32, weights, x], all else float32 */
	APUI_OP_EMBEDDING_SPARSE = 94,
	/* [boxes, scores, overlap, least score, sigma?] -> places int32,
	 * scores, count, and two to work in: scores, places and what has been
	 * compared */
	APUI_OP_NON_MAX_SUPPRESSION = 95,
	APUI_OP_BUCKETIZE = 96,     /* [x, boundaries float32] -> int32 */
	APUI_OP_REDUCE_WINDOW = 97, /* [x, init] */
	/* Further types. */
	APUI_OP_LOG_SOFTMAX_INTEGER = 100, /* [x], as LOG_SOFTMAX */
	APUI_OP_LOOKUP_INT16 = 101,        /* [x, table int16] */
	/*
	 * Control: 120 to 123 are the client's, which takes the operators in
	 * their order and queues RUNs of what lies between these. A firmware
	 * does not have them. Targets are operators, or operator_count at the
	 * end.
	 */
	APUI_OP_BRANCH = 120, /* [bool]: true goes on, false goes to target */
	APUI_OP_JUMP = 121,   /* []: goes to target; backwards in a loop */
	/* [code uint8, options uint8, scales float32, x ...] -> y ...: a
	 * function of the host. One scale for each x and y, 0: it has none. */
	APUI_OP_CUSTOM = 122,
	/* [count int32]: what dimension of an output of the program is in fact.
	 * At the very end only. */
	APUI_OP_OUTPUT_DIM = 123,
	APUI_OP_WHERE = 124, /* [condition] -> y int64, count int32, mask */
};

/* The state family. State tensors are outputs, which are read first. */
struct apui_svdf_params {
	int32_t rank; /* 1 or more */
	/* int8: feature sums to the state, time sums to y */
	int32_t feature_multiplier, feature_shift;
	int32_t time_multiplier, time_shift;
	float act_min, act_max; /* float32 */
	/* float32 with features of int8: their scale, how x is quantised */
	float feature_scale;
	int32_t is_asymmetric;
};

/* Pairs of multiplier and shift in the last input of LSTM. */
enum {
	APUI_LSTM_INPUT_SCALE = 0, /* the gates: input, forget, cell, output */
	APUI_LSTM_RECURRENT_SCALE = 4,
	APUI_LSTM_PEEPHOLE_SCALE = 8, /* input, forget, output */
	APUI_LSTM_NORM_SCALE = 11,
	APUI_LSTM_PROJECTION_SCALE = 15,
	APUI_LSTM_HIDDEN_SCALE = 16,
	APUI_LSTM_SCALES = 17,
};

struct apui_lstm_params {
	int32_t time_major;
	int32_t cell_integer_bits; /* of the cell's int16: 0 to 6 */
	int32_t cell_clip;         /* int16; 0: none */
	int32_t projection_clip;   /* int8; 0: none */
	int32_t hidden_zero_point;
	int32_t least_variance[4]; /* of each gate, where it is normalised */
};

/* float32: scales are those of weights of int8. */
struct apui_lstm_float_params {
	int32_t time_major;
	int32_t is_reversed;              /* the last step first */
	int32_t activation;               /* of the schema, 0 to 4 */
	int32_t is_asymmetric;            /* how vectors are quantised */
	float cell_clip, projection_clip; /* 0: none */
	float input_scale[4], aux_scale[4], recurrent_scale[4];
	float projection_scale;
};

struct apui_rnn_float_params {
	int32_t time_major;
	int32_t is_reversed;
	int32_t activation;
	int32_t is_asymmetric;
	float input_scale, aux_scale, recurrent_scale;
};

/* The window of a convolution or a pool, and the fused activation's clamp. */
struct apui_window_params {
	int32_t stride_h, stride_w;     /* 1 .. 32767 */
	int32_t dilation_h, dilation_w; /* 1 .. 32767; 1 in pools */
	int32_t filter_h, filter_w;     /* of pools; 0 in convolutions */
	int32_t pad_top, pad_left;      /* 0 .. 32767 */
	int32_t act_min, act_max;
};

/* The same of float32, which begins alike. */
struct apui_window_float_params {
	int32_t stride_h, stride_w;
	int32_t dilation_h, dilation_w;
	int32_t filter_h, filter_w;
	int32_t pad_top, pad_left;
	float act_min, act_max;
};

struct apui_fully_connected_params {
	int32_t act_min, act_max;
};

struct apui_fully_connected_float_params {
	float act_min, act_max;
};

struct apui_add_params {
	int32_t left_shift; /* 20 for 8 bits */
	int32_t a_multiplier, a_shift;
	int32_t b_multiplier, b_shift;
	int32_t out_multiplier, out_shift;
	int32_t act_min, act_max;
};

struct apui_softmax_params {
	int32_t multiplier, shift;
	int32_t diff_min;
};

/* The same, and what brings a number with 26 fraction bits back to x. */
struct apui_log_softmax_params {
	int32_t multiplier, shift;
	int32_t diff_min;
	int32_t inverse_multiplier, inverse_shift;
};

/* x * multiplier / 2^shift: 2^9 a step of the table, of tanh 2^8. */
struct apui_sigmoid_int16_params {
	int32_t multiplier; /* 0 to 32767 */
	uint32_t shift;     /* up to 31 */
	uint32_t is_tanh;
};

/* y = x * (bias + alpha * sum of x^2 around it) ^ -beta. */
struct apui_local_response_params {
	int32_t radius; /* 0 or more */
	float bias, alpha, beta;
};

struct apui_softmax_float_params {
	float beta;
};

struct apui_dequantize_params {
	/* Of the channels, each with its scale and zero point, or 8: no such */
	uint32_t axis;
};

struct apui_quantize_params {
	int32_t multiplier, shift; /* integers to integers */
	float scale;               /* float32 to integers: the output's */
};

struct apui_mean_params {
	uint32_t axes; /* bit i: dimension i of x is reduced */
	int32_t multiplier, shift;
};

/*
 * A block of rank dimensions, outermost first. Strides and offsets count
 * elements; strides may be 0 or negative.
 */
struct apui_strided_copy_params {
	uint32_t rank; /* 0 to 8 */
	uint32_t in_offset, out_offset;
	int32_t lengths[APUI_PROGRAM_MAX_RANK]; /* 0 or more */
	int32_t in_strides[APUI_PROGRAM_MAX_RANK];
	int32_t out_strides[APUI_PROGRAM_MAX_RANK];
};

struct apui_fill_params {
	uint8_t value[8]; /* the bytes of one element, then 0 */
};

/*
 * x is [batches, blocks, lengths ..., inner], indices [batches, count, depth],
 * y [batches, blocks, count, inner].
 */
struct apui_gather_params {
	uint32_t batches, blocks;
	uint32_t depth; /* 0 to 8, of lengths */
	int32_t lengths[APUI_PROGRAM_MAX_RANK];
};

/* What UNARY_FLOAT computes. */
enum apui_unary {
	APUI_UNARY_ABS = 1,
	APUI_UNARY_NEG = 2,
	APUI_UNARY_SQUARE = 3,
	APUI_UNARY_SQRT = 4,
	APUI_UNARY_RSQRT = 5,
	APUI_UNARY_EXP = 6,
	APUI_UNARY_LOG = 7,
	APUI_UNARY_SIN = 8,
	APUI_UNARY_COS = 9,
	APUI_UNARY_FLOOR = 10,
	APUI_UNARY_CEIL = 11,
	APUI_UNARY_ROUND = 12, /* halves to even */
	APUI_UNARY_SIGN = 13,
	APUI_UNARY_CLAMP = 14, /* min, max: the RELUs */
	APUI_UNARY_LOGISTIC = 15,
	APUI_UNARY_TANH = 16,
	APUI_UNARY_ELU = 17,
	APUI_UNARY_GELU = 18,
	APUI_UNARY_GELU_TANH = 19, /* the approximation */
	APUI_UNARY_HARD_SWISH = 20,
	APUI_UNARY_LEAKY_RELU = 21, /* min: alpha */
	APUI_UNARY_FAKE_QUANT = 22, /* steps from min on, to max */
};

struct apui_unary_float_params {
	uint32_t function; /* enum apui_unary */
	float min, max;    /* as the function says, else 0 */
	float step;        /* of FAKE_QUANT */
};

/* What BINARY_FLOAT and BINARY_INTEGER compute. */
enum apui_binary {
	APUI_BINARY_ADD = 1,
	APUI_BINARY_SUB = 2,
	APUI_BINARY_MUL = 3,
	APUI_BINARY_DIV = 4, /* of integers: towards zero */
	APUI_BINARY_FLOOR_DIV = 5,
	APUI_BINARY_FLOOR_MOD = 6, /* has b's sign */
	APUI_BINARY_MINIMUM = 7,
	APUI_BINARY_MAXIMUM = 8,
	APUI_BINARY_SQUARED_DIFFERENCE = 9,
	APUI_BINARY_POW = 10,
	APUI_BINARY_AND = 11, /* of bool, as OR */
	APUI_BINARY_OR = 12,
	APUI_BINARY_XOR = 13,         /* of the bits */
	APUI_BINARY_SHIFT_RIGHT = 14, /* by 0 to the bits less 1 */
	APUI_BINARY_ATAN2 = 15,       /* of float32 */
};

struct apui_binary_float_params {
	uint32_t function; /* enum apui_binary */
	float act_min, act_max;
};

struct apui_binary_integer_params {
	uint32_t function; /* enum apui_binary */
	uint32_t reserved;
	int64_t act_min, act_max;
};

enum apui_comparison {
	APUI_COMPARE_EQUAL = 1,
	APUI_COMPARE_NOT_EQUAL = 2,
	APUI_COMPARE_GREATER = 3,
	APUI_COMPARE_GREATER_EQUAL = 4,
	APUI_COMPARE_LESS = 5,
	APUI_COMPARE_LESS_EQUAL = 6,
};

struct apui_compare_params {
	uint32_t function; /* enum apui_comparison */
	/* 8 for 8-bit types; int16 is compared as it is when this is 0; the
	 * others ignore these. */
	int32_t left_shift;
	int32_t a_multiplier, a_shift;
	int32_t b_multiplier, b_shift;
};

/* MUL and DIV. */
struct apui_product_params {
	int32_t multiplier, shift;
	int32_t act_min, act_max;
};

struct apui_prelu_params {
	/* Of 8 and 16 bits: where x >= zero point */
	int32_t multiplier, shift;
	int32_t alpha_multiplier, alpha_shift; /* elsewhere */
};

struct apui_resize_bilinear_params {
	/* Elements of x for one of y: in 1024ths for int8, else float. */
	int32_t step_h, step_w;
	float scale_h, scale_w;
	int32_t half_pixel; /* 0, 1 */
};

struct apui_arg_minmax_params {
	uint32_t axis;
	uint32_t is_min; /* 0: the largest, 1: the smallest */
};

/* What REDUCE computes. */
enum apui_reduction {
	APUI_REDUCTION_SUM = 1,
	APUI_REDUCTION_MEAN = 2, /* of float32 */
	APUI_REDUCTION_MAX = 3,
	APUI_REDUCTION_MIN = 4,
	APUI_REDUCTION_PROD = 5,
	APUI_REDUCTION_ANY = 6, /* of bool, as ALL */
	APUI_REDUCTION_ALL = 7,
};

struct apui_reduce_params {
	uint32_t function; /* enum apui_reduction */
	uint32_t axes;     /* bit i: dimension i of x is reduced */
};

struct apui_detection_params {
	float box_scale, score_scale, anchor_scale; /* of 8 bits */
	float y_scale, x_scale, h_scale, w_scale;   /* of encoded boxes */
	float score_threshold, overlap_threshold;
	int32_t class_count; /* background left out */
	int32_t max_detections;
	int32_t classes_per_detection; /* fast */
	int32_t detections_per_class;  /* regular */
	int32_t is_regular;            /* 0: fast, 1: regular suppression */
};

/* Dimensions a CONVOLVE may slide over: depth, height, width. */
#define APUI_CONVOLVE_AXES 3

/*
 * Any convolution: x is [batches, in ..., in_channels], y [batches, out ...,
 * channels], whatever their shapes say; the filter is found by its steps, which
 * count elements.
 */
struct apui_convolve_params {
	int32_t batches;
	int32_t in[APUI_CONVOLVE_AXES], out[APUI_CONVOLVE_AXES];
	int32_t taps[APUI_CONVOLVE_AXES], stride[APUI_CONVOLVE_AXES];
	int32_t dilation[APUI_CONVOLVE_AXES], pad[APUI_CONVOLVE_AXES];
	int32_t in_channels, channels;
	int32_t depth; /* input channels of a group */
	int32_t channel_step, tap_step, depth_step;
	int32_t is_transposed;    /* strides are those of y */
	float real_min, real_max; /* of float32 y */
	int32_t act_min, act_max; /* of the others */
};

struct apui_quantize_rows_params {
	int32_t rows; /* of as many elements each */
	int32_t is_asymmetric;
};

#define APUI_MATMUL_MAX_BATCH_RANK 6

/* y[batch][row][column] = sum over k of a[batch][row][k] * b[batch][k][column];
 * steps count elements, 0 where a or b is stretched. */
struct apui_batch_matmul_params {
	int32_t rows, columns, depth;
	int32_t batch_lengths[APUI_MATMUL_MAX_BATCH_RANK];
	int32_t a_batch_steps[APUI_MATMUL_MAX_BATCH_RANK];
	int32_t b_batch_steps[APUI_MATMUL_MAX_BATCH_RANK];
	int32_t a_row_step, a_depth_step;
	int32_t b_column_step, b_depth_step;
	int32_t multiplier, shift; /* of integers */
	int32_t act_min, act_max;
};

/* What SCATTER does with an update. */
enum apui_scatter {
	APUI_SCATTER_SET = 1,
	APUI_SCATTER_ADD = 2,
	APUI_SCATTER_MUL = 3,
	APUI_SCATTER_MIN = 4,
	APUI_SCATTER_MAX = 5,
};

struct apui_scatter_params {
	uint32_t function; /* enum apui_scatter */
	uint32_t depth;    /* 1 to 8, of lengths */
	int32_t lengths[APUI_PROGRAM_MAX_RANK];
	int32_t is_stretched;  /* one update for all */
	int32_t skips_outside; /* instead of ERANGE */
};

struct apui_cumsum_params {
	uint32_t axis;
	int32_t is_exclusive, is_reverse;
};

struct apui_reverse_sequence_params {
	uint32_t axis, batch_axis;
};

/* What EMBEDDING_SPARSE makes of the rows of one sum. */
enum apui_combiner {
	APUI_COMBINE_SUM = 0,
	APUI_COMBINE_MEAN = 1,  /* divided by the sum of the weights */
	APUI_COMBINE_SQRTN = 2, /* by the root of the sum of their squares */
};

/* y is [lengths ..., slice], indices [count, depth + 1]. */
struct apui_embedding_sparse_params {
	uint32_t combiner; /* enum apui_combiner */
	uint32_t depth;    /* 0 to 7, of lengths */
	int32_t lengths[APUI_PROGRAM_MAX_RANK];
};

#define APUI_REDUCE_WINDOW_MAX_RANK 6

/* What REDUCE_WINDOW computes: the schema's numbers. */
enum apui_window_function {
	APUI_WINDOW_ADD = 1, /* integers wrap */
	APUI_WINDOW_MUL = 2,
	APUI_WINDOW_MIN = 3,
	APUI_WINDOW_MAX = 4,
	APUI_WINDOW_ALL = 5, /* 0 or 1 */
	APUI_WINDOW_ANY = 6,
};

struct apui_reduce_window_params {
	uint32_t function; /* enum apui_window_function */
	uint32_t rank;     /* 1 to 6 */
	int32_t window[APUI_REDUCE_WINDOW_MAX_RANK];
	int32_t stride[APUI_REDUCE_WINDOW_MAX_RANK];
	int32_t dilation[APUI_REDUCE_WINDOW_MAX_RANK];
};

/* BRANCH and JUMP. */
struct apui_jump_params {
	uint32_t target; /* an operator, or operator_count */
};

struct apui_output_dim_params {
	uint32_t output;
	uint32_t dim;
};

#define APUI_PROGRAM_PARAM_BYTES 128

union apui_params {
	struct apui_window_params window;
	struct apui_fully_connected_params fully_connected;
	struct apui_add_params add;
	struct apui_softmax_params softmax;
	struct apui_log_softmax_params log_softmax;
	struct apui_quantize_params quantize;
	struct apui_mean_params mean;
	struct apui_strided_copy_params strided_copy;
	struct apui_fill_params fill;
	struct apui_gather_params gather;
	struct apui_unary_float_params unary_float;
	struct apui_binary_float_params binary_float;
	struct apui_binary_integer_params binary_integer;
	struct apui_compare_params compare;
	struct apui_product_params product; /* MUL, DIV */
	struct apui_prelu_params prelu;
	struct apui_resize_bilinear_params resize_bilinear;
	struct apui_arg_minmax_params arg_minmax;
	struct apui_reduce_params reduce;
	struct apui_detection_params detection;
	struct apui_svdf_params svdf;
	struct apui_lstm_params lstm;
	struct apui_lstm_float_params lstm_float;
	struct apui_rnn_float_params rnn_float;
	struct apui_window_float_params window_float;
	struct apui_fully_connected_float_params fully_connected_float;
	struct apui_softmax_float_params softmax_float;
	struct apui_local_response_params local_response;
	struct apui_sigmoid_int16_params sigmoid_int16;
	struct apui_dequantize_params dequantize;
	struct apui_convolve_params convolve;
	struct apui_quantize_rows_params quantize_rows;
	struct apui_batch_matmul_params batch_matmul;
	struct apui_scatter_params scatter;
	struct apui_cumsum_params cumsum;
	struct apui_reverse_sequence_params reverse_sequence;
	struct apui_embedding_sparse_params embedding_sparse;
	struct apui_reduce_window_params reduce_window;
	struct apui_jump_params jump; /* BRANCH, JUMP */
	struct apui_output_dim_params output_dim;
	uint8_t bytes[APUI_PROGRAM_PARAM_BYTES]; /* unused ones are 0 */
};

/* The source of an operator that the compiler adds: no operator of the file. */
#define APUI_NO_SOURCE 0xffffffffu

struct apui_program_operator {
	uint16_t op; /* enum apui_op */
	uint16_t flags;
	uint32_t source_operator; /* index in the model file, or NO_SOURCE */
	uint32_t list_first;      /* inputs, then outputs, in the list */
	uint16_t input_count;
	uint16_t output_count;
	uint64_t macs;
	uint32_t reserved[2];
	union apui_params params;
};

_Static_assert(sizeof(struct apui_program_header) == 128, "");
_Static_assert(sizeof(struct apui_program_tensor) == 64, "");
_Static_assert(sizeof(union apui_params) == APUI_PROGRAM_PARAM_BYTES, "");
_Static_assert(sizeof(struct apui_program_operator) == 160, "");

#endif
