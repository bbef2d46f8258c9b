/* SPDX-License-Identifier: MIT */
#ifndef APUI_EVALUATE_H
#define APUI_EVALUATE_H

/*
 * What an operator computes, worked out by the compiler: it becomes a program
 * of its own, which the firmware's interpreter and kernels run. So whatever
 * this says is, bit for bit, what the device would have said.
 */

#include "model/graph.h"

/*
 * Work that may still be done: looks at the reset line, of which every operator
 * asks for one and every 0.1 ms of work for another; 256 KiB of constants count
 * for one more.
 */
struct apui_effort {
	uint32_t looks_left;
};

/*
 * Compute the outputs of @op, which lies in @graph, has been checked, and whose
 * inputs all have data, where it reads any. @out_data gets, for each output,
 * its size_bytes bytes, in memory of @pool.
 *
 * Returns 1; 0 when it cannot be told, since the operator cannot be lowered,
 * fails on these values, or takes more than @effort; -ENOMEM.
 */
int
apui_evaluate(const struct apui_graph *graph, const struct apu_operator *op,
	      struct apui_pool *pool, struct apui_effort *effort,
	      uint8_t **out_data);

/* Whether @op does no more than to write its outputs. */
bool
apui_operator_is_pure(const struct apui_graph *graph,
		      const struct apu_operator *op);

#endif
