/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPILE_H
#define APUI_COMPILE_H

/*
 * The compiler: a checked graph to a program.
 */

#include "model/graph.h"

struct apui_program {
	uint8_t *blob; /* src/firmware/program.h; 64-byte aligned */
	uint32_t size_bytes;
	uint32_t target;
	uint32_t arena_bytes; /* the arena's header included */
	/* What no plan of it can be below: the most that is alive at once. */
	uint32_t arena_bound_bytes;
	uint32_t state_bytes;
	uint32_t state_init_offset; /* in the blob: what the state begins as */
	uint32_t operator_count;
	uint64_t *work; /* of each operator, in multiply-accumulates */
	/* That slot behind the outputs must have; 0: there is none. */
	uint32_t shared_bytes;
	/* Of each tensor of the graph: where the blob has its bytes, as far as
	 * it is a constant and they are what the graph says; else 0. NULL for a
	 * program out of a file. */
	uint32_t *constant_offsets;
};

/*
 * Run the passes, lower every operator and plan the memory, for
 * APUI_TARGET_REF. The program does not refer to the graph. 0, -EOPNOTSUPP,
 * -EINVAL, -E2BIG (arena over
 * @limits, or over 4 GiB), -ENOMEM, with the reason.
 */
int
apui_compile(const struct apui_graph *graph, const struct apui_limits *limits,
	     struct apui_program **out_program);

/*
 * What apui_compile() does behind the passes (pass.h) that change the graph:
 * each operator as it is.
 */
int
apui_compile_unchanged(const struct apui_graph *graph,
		       const struct apui_limits *limits,
		       struct apui_program **out_program);

void
apui_program_free(struct apui_program *program);

#endif
