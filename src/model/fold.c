/* SPDX-License-Identifier: MIT */
#include "model/fold.h"
#include "model/operators.h"

/* Shapes are small, and so is what models do with them. */
#define MAX_TENSOR_BYTES (UINT64_C(64) << 10)
#define MAX_FOLDED_BYTES (UINT64_C(4) << 20)
/* In all, and of one operator, for more than to begin. */
#define MAX_LOOKS          1024u
#define MAX_OPERATOR_LOOKS 16u

void
apui_fold_begin(struct apui_fold *fold, struct apui_graph *graph)
{
	*fold = (struct apui_fold) {
		.graph = graph,
		.looks_left = MAX_LOOKS,
		.bytes_left = MAX_FOLDED_BYTES,
	};
	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		struct apu_tensor *tensor = &graph->tensors[i];

		if (!tensor->is_folded)
			continue;
		tensor->is_folded = false;
		tensor->is_constant = false;
		tensor->data = NULL;
	}
}

bool
apui_fold_has_values(const struct apui_graph *graph,
		     const struct apu_operator *op)
{
	if (op->row->reads_shapes_only)
		return true;
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		if (x != NULL && !x->is_constant)
			return false;
	}
	return op->input_count > 0;
}

/* Tensors whose bytes count; 0 when one is too large. */
static uint64_t
count_bytes(const struct apui_graph *graph, const struct apu_operator *op)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0;
	     i < op->input_count && !op->row->reads_shapes_only; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		if (x != NULL && x->size_bytes > MAX_TENSOR_BYTES)
			return 0;
	}
	for (unsigned int i = 0; i < op->output_count; i++) {
		const struct apu_tensor *y = apui_graph_output(graph, op, i);

		if (y->size_bytes > MAX_TENSOR_BYTES)
			return 0;
		bytes += y->size_bytes + 1;
	}
	return bytes;
}

/* As apui_evaluate(), within what is left. */
static int
evaluate(struct apui_fold *fold, const struct apu_operator *op,
	 uint8_t **out_data)
{
	uint32_t own_looks = 1 + op->input_count + op->output_count;
	uint32_t more_looks = fold->looks_left < MAX_OPERATOR_LOOKS
				      ? fold->looks_left
				      : MAX_OPERATOR_LOOKS;
	struct apui_effort effort = { .looks_left = own_looks + more_looks };
	int ret;

	ret = apui_evaluate(fold->graph, op, &fold->graph->pool, &effort,
			    out_data);
	if (effort.looks_left < more_looks)
		fold->looks_left -= more_looks - effort.looks_left;
	return ret;
}

/* What an earlier compilation has found. */
static bool
adopt_known(struct apui_graph *graph, const struct apu_operator *op)
{
	if (op->output_count == 0 ||
	    apui_graph_output(graph, op, 0)->known == NULL)
		return false;
	for (unsigned int i = 0; i < op->output_count; i++) {
		struct apu_tensor *y = &graph->tensors[op->outputs[i]];

		y->is_constant = true;
		y->is_folded = true;
		y->data = y->known;
	}
	return true;
}

int
apui_fold_small(struct apui_fold *fold, const struct apu_operator *op)
{
	struct apui_graph *graph = fold->graph;
	uint8_t *data[APUI_ROW_MAX_OUTPUTS];
	uint64_t bytes;
	int ret;

	if (adopt_known(graph, op) || !apui_fold_has_values(graph, op))
		return 0;
	bytes = count_bytes(graph, op);
	if (bytes == 0 || bytes > fold->bytes_left)
		return 0;
	ret = evaluate(fold, op, data);
	if (ret <= 0)
		return ret;

	fold->bytes_left -= bytes;
	for (unsigned int i = 0; i < op->output_count; i++) {
		struct apu_tensor *y = &graph->tensors[op->outputs[i]];

		y->is_constant = true;
		y->is_folded = true;
		y->data = data[i];
	}
	return 0;
}
