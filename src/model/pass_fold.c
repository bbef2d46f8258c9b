/* SPDX-License-Identifier: MIT */

/*
 * Constant folding: operators on constants are run now, by the kernels that
 * would run them later, and their outputs become constants.
 */

#include "model/fold.h"
#include "model/operators.h"
#include "model/pass.h"

/* An output of the graph is written when the program runs: no gain. */
static bool
writes_graph_output(const struct apui_graph *graph,
		    const struct apu_operator *op)
{
	for (unsigned int i = 0; i < op->output_count; i++)
		if (apui_graph_output(graph, op, i)->is_output)
			return true;
	return false;
}

/* The reader has folded all outputs of an operator, or none. */
static bool
is_folded(const struct apui_graph *graph, const struct apu_operator *op)
{
	return op->output_count > 0 &&
	       apui_graph_output(graph, op, 0)->is_folded;
}

static uint64_t
count_output_bytes(const struct apui_graph *graph,
		   const struct apu_operator *op)
{
	uint64_t bytes = 0;

	/* At most 64 outputs of 2 GiB. */
	for (unsigned int i = 0; i < op->output_count; i++)
		bytes += apui_graph_output(graph, op, i)->size_bytes;
	return bytes;
}

static void
make_constants(struct apui_pass_graph *graph, struct apu_operator *op,
	       uint8_t *const *data)
{
	for (unsigned int i = 0; i < op->output_count; i++) {
		struct apu_tensor *y = &graph->graph.tensors[op->outputs[i]];

		y->is_constant = true;
		y->is_folded = false;
		if (data != NULL)
			y->data = data[i];
	}
	apui_pass_remove(graph, op);
}

static int
fold(struct apui_pass_graph *graph, struct apu_operator *op)
{
	struct apui_fold_budget *budget = &graph->budget;
	struct apui_graph *g = &graph->graph;
	uint8_t *data[APUI_ROW_MAX_OUTPUTS];
	uint64_t bytes = count_output_bytes(g, op);
	int ret;

	if (!apui_fold_has_values(g, op) || bytes > budget->bytes_left)
		return 0;
	ret = apui_evaluate(g, op, &g->pool, &budget->effort, data);
	if (ret <= 0)
		return ret;
	budget->bytes_left -= bytes;
	make_constants(graph, op, data);
	return 0;
}

int
apui_pass_fold(struct apui_pass_graph *graph)
{
	struct apui_graph *g = &graph->graph;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < g->operator_count; i++) {
		struct apu_operator *op = &g->operators[i];

		if (writes_graph_output(g, op))
			continue;
		if (is_folded(g, op))
			make_constants(graph, op, NULL);
		else
			ret = fold(graph, op);
	}
	return ret;
}
