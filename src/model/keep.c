/* SPDX-License-Identifier: MIT */
#include "model/keep.h"
#include "model/evaluate.h"
#include "model/operators.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Shapes, axes and the like, which decide on other shapes: copies of our own,
 * since a device can write to its program. */
#define MAX_PARAMETER_BYTES 4096

enum need {
	NEED_DATA = 1 << 0,
	NEED_PARAMETER = 1 << 1, /* to work out a shape */
};

struct keeper {
	struct apui_graph *graph;
	const struct apui_program *program;
	const uint8_t *blob;
	uint8_t *needs; /* of each tensor: enum need */
	uint64_t bytes_left;
};

static const uint8_t *
find_in_blob(const struct keeper *k, uint32_t tensor)
{
	uint32_t offset = k->program->constant_offsets[tensor];

	return offset != 0 ? k->blob + offset : NULL;
}

static bool
is_of_file(const struct apu_tensor *tensor)
{
	return tensor->is_constant && !tensor->is_folded;
}

/* Whether @op has become constants, whatever shape the inputs have. */
static bool
is_known(const struct keeper *k, const struct apu_operator *op)
{
	if (op->input_count == 0 || op->row->reads_shapes_only)
		return false;
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(k->graph, op, i);

		if (x != NULL && !is_of_file(x) && x->known == NULL)
			return false;
	}
	for (unsigned int i = 0; i < op->output_count; i++)
		if (find_in_blob(k, (uint32_t)op->outputs[i]) == NULL)
			return false;
	return apui_operator_is_pure(k->graph, op);
}

/* Of what is known, a large first input is not asked for again. */
static void
mark_inputs(struct keeper *k, const struct apu_operator *op, bool known)
{
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(k->graph, op, i);

		if (x == NULL || !is_of_file(x))
			continue;
		if (!known || i > 0 || x->size_bytes <= MAX_PARAMETER_BYTES)
			k->needs[x->index] |= NEED_DATA;
		if (apui_operator_operand(op->row, i)->constant)
			k->needs[x->index] |= NEED_PARAMETER;
	}
}

static void
mark_operators(struct keeper *k)
{
	struct apui_graph *graph = k->graph;

	for (uint32_t i = 0; i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];
		bool known = is_known(k, op);

		for (unsigned int j = 0; known && j < op->output_count; j++)
			graph->tensors[op->outputs[j]].known =
				find_in_blob(k, (uint32_t)op->outputs[j]);
		mark_inputs(k, op, known);
	}
	for (uint32_t i = 0; i < graph->output_count; i++)
		k->needs[graph->outputs[i]] |= NEED_DATA;
}

/* NULL and -E2BIG when it would be too much: then nothing is resized. */
static int
copy_data(struct keeper *k, const uint8_t **data, uint64_t size_bytes)
{
	uint8_t *copy;

	if (*data == NULL || size_bytes == 0)
		return 0;
	if (size_bytes > k->bytes_left)
		return -E2BIG;
	copy = apui_pool_new(&k->graph->pool, size_bytes, 1);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, *data, size_bytes);
	k->bytes_left -= size_bytes;
	*data = copy;
	return 0;
}

static int
keep_constant(struct keeper *k, struct apu_tensor *tensor)
{
	const uint8_t *in_blob = find_in_blob(k, tensor->index);
	uint8_t needs = k->needs[tensor->index];

	if ((needs & NEED_DATA) == 0) {
		tensor->data = NULL;
		return 0;
	}
	if (in_blob == NULL || ((needs & NEED_PARAMETER) != 0 &&
				tensor->size_bytes <= MAX_PARAMETER_BYTES))
		return copy_data(k, &tensor->data, tensor->size_bytes);
	tensor->data = in_blob;
	return 0;
}

static int
keep_constants(struct keeper *k)
{
	struct apui_graph *graph = k->graph;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->tensor_count; i++)
		if (is_of_file(&graph->tensors[i]))
			ret = keep_constant(k, &graph->tensors[i]);
	for (uint32_t i = 0; ret == 0 && i < graph->variable_count; i++)
		ret = copy_data(k, &graph->variables[i].data,
				graph->variables[i].size_bytes);
	return ret;
}

/* What subgraphs and functions of the host make of shapes is theirs. */
static bool
can_resize(const struct apui_graph *graph)
{
	if (graph->subgraph_count > 0)
		return false;
	for (uint32_t i = 0; i < graph->operator_count; i++)
		if (graph->operators[i].function != NULL)
			return false;
	return true;
}

int
apui_graph_keep(struct apui_graph *graph, const struct apui_program *program,
		const uint8_t *blob, uint64_t max_bytes)
{
	struct keeper keeper = {
		.graph = graph,
		.program = program,
		.blob = blob,
		.bytes_left = max_bytes,
	};
	int ret;

	if (!can_resize(graph))
		return 0;
	keeper.needs = calloc((size_t)graph->tensor_count + 1, 1);
	if (keeper.needs == NULL)
		return -ENOMEM;
	mark_operators(&keeper);
	ret = keep_constants(&keeper);
	free(keeper.needs);
	graph->is_kept = ret == 0;
	return ret == -E2BIG ? 0 : ret;
}
