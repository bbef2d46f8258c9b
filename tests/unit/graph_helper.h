/* SPDX-License-Identifier: MIT */
#ifndef APUI_GRAPH_HELPER_H
#define APUI_GRAPH_HELPER_H

/* Graphs made by hand, for tests of what comes behind the reader. */

#include "model/graph.h"
#include "model/operators.h"
#include "model/schema.h"
#include "test.h"
#include <apu/tensor.h>
#include <string.h>

#define BUILDER_MAX_TENSORS   24
#define BUILDER_MAX_OPERATORS 12
#define BUILDER_MAX_SCALES    16

struct graph_builder {
	struct apui_graph graph;
	struct apu_tensor tensors[BUILDER_MAX_TENSORS];
	struct apu_operator operators[BUILDER_MAX_OPERATORS];
	float scales[BUILDER_MAX_TENSORS][BUILDER_MAX_SCALES];
	int64_t zero_points[BUILDER_MAX_TENSORS][BUILDER_MAX_SCALES];
	int32_t lists[BUILDER_MAX_OPERATORS][APUI_ROW_MAX_INPUTS + 1];
	int32_t inputs[8], outputs[8];
	int32_t numbers[64]; /* constants: shapes, axes, paddings */
	uint8_t bytes[4096]; /* constants: weights */
	size_t number_count;
};

static inline void
builder_init(struct graph_builder *b)
{
	memset(b, 0, sizeof(*b));
	b->graph.tensors = b->tensors;
	b->graph.operators = b->operators;
	b->graph.inputs = b->inputs;
	b->graph.outputs = b->outputs;
	for (size_t i = 0; i < sizeof(b->bytes); i++)
		b->bytes[i] = (uint8_t)(i * 7);
}

/* Counts and sizes again, after dims or dtype have been changed. */
static inline void
builder_resize(struct apu_tensor *t)
{
	t->element_count = 1;
	for (unsigned int i = 0; i < APU_TENSOR_MAX_RANK; i++) {
		if (i >= t->rank)
			t->dims[i] = 1;
		t->element_count *= (uint64_t)t->dims[i];
	}
	t->size_bytes = t->element_count * apu_dtype_size_bytes(t->dtype);
}

/* A tensor with scale 0.5 and zero point 0. @dims ends with -1. */
static inline int32_t
builder_tensor(struct graph_builder *b, enum apu_dtype dtype,
	       const int32_t *dims)
{
	uint32_t index = b->graph.tensor_count++;
	struct apu_tensor *t = &b->tensors[index];

	assert_true(index < BUILDER_MAX_TENSORS);
	t->name = "t";
	t->index = index;
	t->dtype = dtype;
	t->producer = -1;
	for (; dims[t->rank] >= 0; t->rank++)
		t->dims[t->rank] = dims[t->rank];
	builder_resize(t);
	t->quant_count = 1;
	t->scales = b->scales[index];
	t->zero_points = b->zero_points[index];
	b->scales[index][0] = 0.5f;
	return (int32_t)index;
}

#define DIMS(...)                                                              \
	(const int32_t[])                                                      \
	{                                                                      \
		__VA_ARGS__, -1                                                \
	}
#define NO_DIMS ((const int32_t[]) { -1 })

static inline int32_t
builder_weights(struct graph_builder *b, enum apu_dtype dtype,
		const int32_t *dims)
{
	int32_t index = builder_tensor(b, dtype, dims);

	b->tensors[index].is_constant = true;
	b->tensors[index].data = b->bytes;
	assert_true(b->tensors[index].size_bytes <= sizeof(b->bytes));
	return index;
}

/* A constant int32 tensor. */
static inline int32_t
builder_numbers(struct graph_builder *b, const int32_t *dims,
		const int32_t *values)
{
	int32_t index = builder_tensor(b, APU_DTYPE_INT32, dims);
	struct apu_tensor *t = &b->tensors[index];
	int32_t *to = b->numbers + b->number_count;

	t->quant_count = 0;
	t->is_constant = true;
	t->data = (const uint8_t *)to;
	b->number_count += t->element_count;
	assert_true(b->number_count <= COUNT(b->numbers));
	memcpy(to, values, t->size_bytes);
	return index;
}

static inline void
builder_per_channel(struct graph_builder *b, int32_t tensor, unsigned int axis)
{
	struct apu_tensor *t = &b->tensors[tensor];

	t->quant_axis = axis;
	t->quant_count = (unsigned int)t->dims[axis];
	assert_true(t->quant_count <= BUILDER_MAX_SCALES);
	for (unsigned int i = 0; i < t->quant_count; i++)
		b->scales[tensor][i] = 0.25f * (float)(i + 1);
}

/* Inputs, then the output; -1 for one left out. */
static inline struct apu_operator *
builder_operator(struct graph_builder *b, int32_t code, unsigned int inputs,
		 const int32_t *tensors)
{
	uint32_t index = b->graph.operator_count++;
	struct apu_operator *op = &b->operators[index];
	int32_t *list = b->lists[index];

	assert_true(index < BUILDER_MAX_OPERATORS);
	memcpy(list, tensors, (inputs + 1) * sizeof(*list));
	op->row = apui_operator_row_find(code);
	assert_non_null(op->row);
	op->index = index;
	op->version = 1;
	op->inputs = list;
	op->outputs = list + inputs;
	op->input_count = inputs;
	op->output_count = 1;
	b->tensors[tensors[inputs]].producer = (int32_t)index;
	return op;
}

static inline void
builder_window(struct apu_operator *op, int32_t padding, int32_t stride,
	       int32_t filter)
{
	op->options.window.padding = padding;
	op->options.window.stride_h = stride;
	op->options.window.stride_w = stride;
	op->options.window.dilation_h = 1;
	op->options.window.dilation_w = 1;
	op->options.window.filter_h = filter;
	op->options.window.filter_w = filter;
}

static inline void
builder_input(struct graph_builder *b, int32_t tensor)
{
	b->tensors[tensor].is_input = true;
	b->inputs[b->graph.input_count++] = tensor;
}

static inline void
builder_output(struct graph_builder *b, int32_t tensor)
{
	b->tensors[tensor].is_output = true;
	b->outputs[b->graph.output_count++] = tensor;
}

#endif
