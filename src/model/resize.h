/* SPDX-License-Identifier: MIT */
#ifndef APUI_RESIZE_H
#define APUI_RESIZE_H

/* A graph with inputs of other shapes. */

#include "model/graph.h"

/*
 * Make a graph of @base, which is kept (keep.h), with one of @shapes for each
 * input. @base, and the program that it shares, must outlive it. Constants that
 * lie in @blob are shared by the program that is made of the result. Codes as
 * apui_graph_read() has them, less -EBADMSG.
 */
int
apui_graph_resize(const struct apui_graph *base, const struct apu_shape *shapes,
		  const uint8_t *blob, uint32_t blob_bytes,
		  const struct apui_limits *limits,
		  struct apui_graph **out_graph);

#endif
