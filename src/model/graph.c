/* SPDX-License-Identifier: MIT */
#include "model/graph.h"
#include <apu/custom.h>
#include <stdlib.h>

void
apui_graph_free(struct apui_graph *graph)
{
	if (graph == NULL)
		return;
	for (uint32_t i = 0; i < graph->subgraph_count; i++)
		apui_graph_free(graph->subgraphs[i]);
	apu_custom_registry_unref(graph->custom);
	apui_pool_finish(&graph->pool);
	free(graph);
}

static const struct apu_tensor *
find_tensor(const struct apui_graph *graph, const int32_t *list,
	    unsigned int count, unsigned int index)
{
	if (index >= count || list[index] < 0)
		return NULL;
	return &graph->tensors[list[index]];
}

const struct apu_tensor *
apui_graph_input(const struct apui_graph *graph, const struct apu_operator *op,
		 unsigned int index)
{
	return find_tensor(graph, op->inputs, op->input_count, index);
}

const struct apu_tensor *
apui_graph_output(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int index)
{
	return find_tensor(graph, op->outputs, op->output_count, index);
}
