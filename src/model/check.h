/* SPDX-License-Identifier: MIT */
#ifndef APUI_CHECK_H
#define APUI_CHECK_H

/*
 * What makes a graph of the tables of a file: the promises of graph.h that
 * involve more than one of its parts.
 */

#include "model/graph.h"

/*
 * Check every reference of @graph against the operator table, and set what
 * follows from them: is_input, is_output, producer. -EINVAL, -EOPNOTSUPP.
 */
int
apui_check_references(struct apui_graph *graph);

/*
 * Recompute the shape of every operator's output, compare it with the file's,
 * and add up the work. What the operators' infer gives, -EINVAL when shapes
 * differ, -EOVERFLOW, -E2BIG over @limits.
 */
int
apui_check_shapes(struct apui_graph *graph, const struct apui_limits *limits);

/* The same of subgraph 0 and of all that it runs. */
int
apui_check_all_shapes(struct apui_graph *root,
		      const struct apui_limits *limits);

#endif
