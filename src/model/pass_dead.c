/* SPDX-License-Identifier: MIT */

/* Dead code: operators whose outputs nothing reads, last ones first. */

#include "model/pass.h"

int
apui_pass_dead(struct apui_pass_graph *graph)
{
	struct apui_graph *g = &graph->graph;

	for (uint32_t i = g->operator_count; i-- > 0;) {
		struct apu_operator *op = &g->operators[i];

		if (!op->is_removed && op->output_count > 0 &&
		    apui_operator_is_pure(g, op))
			apui_pass_remove_unread(graph, op);
	}
	return 0;
}
