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
 * inputs follow from APUI_SLOT_FIRST_IO, then the outputs.
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
	uint32_t reserved[16];
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
	APUI_OP_COPY = 1,    /* [x] -> y; RESHAPE too */
	APUI_OP_CONV_2D = 2, /* [x, filter, bias?, multiplier, shift] */
	APUI_OP_DEPTHWISE_CONV_2D =
		3,                   /* [x, filter, bias?, multiplier, shift] */
	APUI_OP_FULLY_CONNECTED = 4, /* [x, filter, bias?, scale float64] */
	APUI_OP_AVERAGE_POOL_2D = 5, /* [x] */
	APUI_OP_MAX_POOL_2D = 6,     /* [x] */
	APUI_OP_ADD = 7,             /* [a, b], broadcast */
	APUI_OP_SOFTMAX = 8,         /* [x], along the last dimension */
	APUI_OP_QUANTIZE = 9,        /* [x], 8 bit or float32 to 8 bit */
	APUI_OP_PAD = 10,            /* [x] */
	APUI_OP_MEAN = 11,           /* [x] */
};

/* The window of a convolution or a pool, and the fused activation's clamp. */
struct apui_window_params {
	int32_t stride_h, stride_w;     /* 1 .. 32767 */
	int32_t dilation_h, dilation_w; /* 1 .. 32767; 1 in pools */
	int32_t filter_h, filter_w;     /* of pools; 0 in convolutions */
	int32_t pad_top, pad_left;      /* 0 .. 32767 */
	int32_t act_min, act_max;
};

struct apui_fully_connected_params {
	int32_t act_min, act_max;
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

struct apui_quantize_params {
	int32_t multiplier, shift; /* 8 bit to 8 bit */
	float scale;               /* float32 to 8 bit: the output's */
};

struct apui_pad_params {
	int32_t before[APUI_PROGRAM_MAX_RANK];
	int32_t value; /* as stored: the output's zero point */
};

struct apui_mean_params {
	uint32_t axes; /* bit i: dimension i of x is reduced */
	int32_t multiplier, shift;
};

#define APUI_PROGRAM_PARAM_BYTES 128

union apui_params {
	struct apui_window_params window;
	struct apui_fully_connected_params fully_connected;
	struct apui_add_params add;
	struct apui_softmax_params softmax;
	struct apui_quantize_params quantize;
	struct apui_pad_params pad;
	struct apui_mean_params mean;
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
