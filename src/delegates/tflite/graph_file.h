/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_GRAPH_FILE_H
#define APUI_TFLITE_GRAPH_FILE_H

#include "delegates/tflite/text.h"
#include "delegates/tflite/tflite_abi.h"
#include "tflite_writer/tflite_writer.h"

/* Nodes of an interpreter's graph that are to be one model. */
struct graph_part {
	struct tfl_context *context;
	const int32_t *nodes; /* in the order in which they run */
	int32_t node_count;
	/* What the nodes read from others, and what others read of them. */
	const struct tfl_ints *inputs, *outputs;
};

/* The model as a file in memory. */
struct graph_file {
	struct tflite_file file;
	/* Tensors of the graph that are its inputs and outputs, in order. */
	int32_t *inputs, *outputs;
	uint32_t input_count, output_count;
};

/* A node's operator, for people: "CONV_2D", a custom operator's name, "?". */
const char *
apui_tfl_operator_name(const struct tfl_registration *registration);

/* A tensor's name for people. */
const char *
apui_tfl_tensor_name(const struct tfl_context *context, int32_t tensor);

/*
 * Whether the tensor is an input of the model that its node is in: neither a
 * constant, nor a variable, nor left out, nor beyond the graph.
 */
bool
apui_tfl_is_input(const struct tfl_context *context, int32_t tensor);

/*
 * Describe a tensor for the file, with its bytes when it is a constant.
 * @out->zero_points is the caller's to free().
 */
int
apui_tfl_copy_tensor(const struct tfl_context *context, int32_t index,
		     struct tflite_tensor *out, struct apui_text *why);

/*
 * Write the part as a .tflite file, with the shapes that tensors have now.
 * On failure @why says why.
 */
int
apui_graph_file_new(const struct graph_part *part, struct graph_file *out,
		    struct apui_text *why);

void
apui_graph_file_free(struct graph_file *file);

#endif
