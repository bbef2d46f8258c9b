/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_H
#define APUI_TFLITE_H

/*
 * A .tflite file while it is read: tflite.c has the model, tflite_tensor.c and
 * tflite_operator.c the tables of their name.
 */

#include "model/flatbuffer.h"
#include "model/graph.h"

struct apui_tflite {
	struct apui_flatbuffer fb;
	const struct apui_limits *limits;
	struct apui_graph *graph; /* under construction */
	struct apui_fb_vector operator_codes;
	struct apui_fb_vector buffers;
	struct apui_fb_vector subgraphs;
	/* That sparse and packed tensors have been given. */
	uint64_t dense_bytes;
	/* Of the subgraph in hand. */
	struct apui_fb_vector tensors;
	struct apui_fb_vector operators;
};

/*
 * tflite.c: read subgraph @index into file->graph as far as its references are
 * checked: all but shapes.
 */
int
apui_tflite_read_subgraph(struct apui_tflite *file, uint32_t index);

/*
 * tflite_variables.c: find the variables of file->graph, which is subgraph 0,
 * and what they begin with. -ELOOP for an initialisation that begins itself.
 */
int
apui_tflite_read_variables(struct apui_tflite *file);

/*
 * tflite_control.c: read into file->graph->subgraphs what IF and WHILE reach
 * from file->graph, which is subgraph 0. -ELOOP for one that reaches itself,
 * -EINVAL for one that does not exist, -E2BIG for too many or too deep.
 */
int
apui_tflite_read_control(struct apui_tflite *file);

/* tflite_signatures.c: -EINVAL for one that names what there is not. */
int
apui_tflite_check_signatures(struct apui_tflite *file,
			     const struct apui_fb_table *model);

/* Copy int32s into the graph's pool. -E2BIG, -ENOMEM. */
int
apui_tflite_copy_i32(struct apui_tflite *file,
		     const struct apui_fb_vector *vector, const int32_t **out);

/*
 * Fill graph->tensors, which is zeroed, and sum up the constants. No tensor
 * depends on another.
 */
int
apui_tflite_read_tensors(struct apui_tflite *file);

/*
 * tflite_data.c: a tensor's bytes, if it has any. The rest of it is known.
 * @packed_bits, unless 0, is what an element takes in the file; it becomes a
 * byte.
 */
int
apui_tflite_read_data(struct apui_tflite *file,
		      const struct apui_fb_table *table,
		      unsigned int packed_bits, struct apu_tensor *tensor);

/*
 * Memory for a constant that takes more bytes than the file has for it: the
 * tensor's size_bytes. -E2BIG when such tensors are out of proportion to the
 * file, -ENOMEM.
 */
int
apui_tflite_new_dense(struct apui_tflite *file, const struct apu_tensor *tensor,
		      uint8_t **out_bytes);

/*
 * Set row, index and version of graph->operators, which is zeroed. -EOPNOTSUPP
 * names the first operator that is not supported.
 */
int
apui_tflite_find_rows(struct apui_tflite *file);

/*
 * Read options and tensor lists of graph->operators: options are in their rows'
 * ranges, list lengths too. The indices are not checked.
 */
int
apui_tflite_read_operators(struct apui_tflite *file);

/*
 * tflite_options.c: read the options of @op, whose table of the schema is
 * @table, in the ranges of its row.
 */
int
apui_tflite_read_options(struct apui_tflite *file, struct apu_operator *op,
			 const struct apui_fb_table *table);

#endif
