/* SPDX-License-Identifier: MIT */
#ifndef APUI_OPS_CASES_H
#define APUI_OPS_CASES_H

/*
 * One-operator models, each a row of a table: what test-ops runs through
 * libapu, and what ops-emit writes for the script that asks LiteRT. Weights,
 * scales and inputs come from a random generator seeded with the case's name,
 * so that a row is all there is to keep.
 */

#include "support/random.h"
#include "support/tflite_writer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPS_MAX_RANK    6
#define OPS_MAX_INPUTS  8
#define OPS_MAX_OUTPUTS 4
#define OPS_NAME_BYTES  96

struct ops_shape {
	uint32_t rank;
	int32_t dims[OPS_MAX_RANK];
};

/* How the values of the inputs are chosen. */
enum ops_data {
	OPS_UNIFORM = 0, /* each of the type's 256 values alike */
	OPS_EXTREMES,    /* only the type's least and greatest */
	OPS_RAMP,        /* 0, 1, 2, ... as bytes, so all 256 occur in turn */
	OPS_EQUAL,       /* all of them one value */
	OPS_NARROW,      /* within 8 steps of the zero point */
};

enum {
	OPS_PER_CHANNEL = 1 << 0,  /* weights have a scale for each output */
	OPS_NO_BIAS = 1 << 1,      /* input 2 is left out */
	OPS_BIAS_MINUS_1 = 1 << 2, /* input 2 is there and -1 */
	OPS_KEEP_DIMS = 1 << 3,    /* keep_dims, keep_num_dims */
	OPS_SAME_QUANT = 1 << 4,   /* MEAN, ADD, QUANTIZE: one quantisation */
	OPS_NO_OPTIONS = 1 << 5,   /* options of type NONE */
	OPS_SHAPE_INPUT = 1 << 6,  /* RESHAPE: the shape is input 1 */
	OPS_BIG_BIAS = 1 << 7,     /* biases of up to 2^24 */
	OPS_TIES = 1 << 8, /* output scale = 4 products; exact with scale 0.5 */
};

struct ops_case {
	const char *name;
	enum tflite_builtin op;
	enum tflite_type type;     /* of the inputs */
	enum tflite_type out_type; /* QUANTIZE; else it is `type` */
	struct ops_shape in;
	/*
	 * ADD: the second input. FULLY_CONNECTED: the weights. RESHAPE: the
	 * new shape, may hold -1. MEAN: the axes. PAD: before and after of
	 * each dimension, one after another, in `pads`.
	 */
	struct ops_shape other;
	int32_t pads[2 * OPS_MAX_RANK];
	int32_t filter[2];   /* height, width; 0 stands for 1 */
	int32_t stride[2];   /* the same */
	int32_t dilation[2]; /* the same */
	int32_t channels;    /* CONV_2D: of the output */
	int32_t groups;      /* CONV_2D; 0 stands for 1 */
	int32_t multiplier;  /* DEPTHWISE_CONV_2D; 0 stands for 1 */
	enum tflite_padding padding;
	enum tflite_activation activation;
	float beta;  /* SOFTMAX */
	float scale; /* of the input; 0: random */
	float gain;  /* times the output the scales aim at; 0 stands for 1 */
	int32_t weight_max; /* weights are -weight_max to it; 0 stands for 127
			     */
	uint32_t flags;
	enum ops_data data;
	unsigned int first_seed;
	unsigned int seeds; /* instances of the row; 0 stands for 2 */
	/*
	 * Where LiteRT cannot be the arbiter (docs/operators.md): either all
	 * output bytes are documented_byte, or loading fails with load_error.
	 */
	bool documented;
	uint8_t documented_byte;
	int load_error; /* negative errno */
};

extern const struct ops_case ops_cases[];
extern const size_t ops_case_count;

struct ops_output {
	size_t size_bytes;
	bool is_float; /* float32: compared with a tolerance */
};

/* A row's model and inputs, and what it gives. */
struct ops_sample {
	char name[OPS_NAME_BYTES]; /* the row's, "-s", number of the seed */
	struct tflite_file model;
	unsigned int input_count;
	uint8_t *inputs[OPS_MAX_INPUTS];
	size_t input_sizes[OPS_MAX_INPUTS];
	/* Inferences one after another, whose inputs follow one another. */
	unsigned int steps;
	unsigned int output_count;
	struct ops_output outputs[OPS_MAX_OUTPUTS];
};

unsigned int
ops_seed_count(const struct ops_case *row);

/* Make an instance of a row: @seed is first_seed or one of those behind it. */
void
ops_sample_init(struct ops_sample *sample, const struct ops_case *row,
		unsigned int seed);

void
ops_sample_finish(struct ops_sample *sample);

#endif
