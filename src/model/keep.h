/* SPDX-License-Identifier: MIT */
#ifndef APUI_KEEP_H
#define APUI_KEEP_H

/*
 * What a graph must keep of its file, for a resized graph to be made of it:
 * constants, most of which are in the program already.
 */

#include "model/compile.h"

/*
 * Let the constants of @graph, which borrows the file, point into @blob, the
 * bytes of @program that was made of it, or into memory of its own, at most
 * @max_bytes of it. Those that nothing will ask for have no data any more. Sets
 * graph->is_kept unless the graph cannot be resized. 0 or -ENOMEM.
 */
int
apui_graph_keep(struct apui_graph *graph, const struct apui_program *program,
		const uint8_t *blob, uint64_t max_bytes);

#endif
