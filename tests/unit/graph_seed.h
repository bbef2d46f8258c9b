/* SPDX-License-Identifier: MIT */
#ifndef APUI_GRAPH_SEED_H
#define APUI_GRAPH_SEED_H

/*
 * A good .tflite file, CONV_2D and RESHAPE, for the tests of the reader: to be
 * broken in its description or in its bytes.
 */

#include "model/graph.h"
#include "support/tflite_writer.h"
#include "test.h"

enum {
	INPUT,  /* int8 [1, 4, 4, 2] */
	FILTER, /* int8 [3, 3, 3, 2], three scales */
	BIAS,   /* int32 [3], three scales along dimension 3, as some have */
	MIDDLE, /* int8 [1, 4, 4, 3] */
	SHAPE,  /* int32 [2] = 1, 48 */
	OUTPUT, /* int8 [1, 48] */
	UNUSED, /* float32 [1, 2] */
	TENSORS,
};

enum { CONV, RESHAPE, OPERATORS };

/* A description of the good file, to be changed before it is written. */
struct seed {
	struct tflite_tensor tensors[TENSORS];
	struct tflite_operator operators[OPERATORS];
	int32_t inputs[2], outputs[2];
	struct tflite_model model;
};

extern const int8_t filter_data[3 * 3 * 3 * 2];

struct seed *
make_seed(struct seed *seed);

struct tflite_tensor
make_tensor(const char *name, enum tflite_type type, const int32_t *dims,
	    uint32_t rank);

/* Nothing here is over them. */
extern const struct apui_limits wide_limits;

/*
 * Read bytes at an odd address, and free the graph. Fails the test if
 * *out_graph is touched when reading fails.
 */
int
read_bytes(const uint8_t *bytes, size_t size_bytes,
	   const struct apui_limits *limits);
int
read_seed(const struct seed *seed);

/* The error record has these, and @cause in its cause. */
void
assert_blamed(int code, int operator_index, int tensor_index,
	      const char *cause);

#endif
