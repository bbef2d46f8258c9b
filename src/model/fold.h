/* SPDX-License-Identifier: MIT */
#ifndef APUI_FOLD_H
#define APUI_FOLD_H

/*
 * Folding while a file is read: shapes that the model computes from shapes, as
 * SHAPE, STRIDED_SLICE, PACK and RESHAPE do together, must be known before the
 * shape of what follows can be. pass_fold.c folds the rest, later.
 */

#include "model/evaluate.h"

struct apui_fold {
	struct apui_graph *graph;
	uint32_t looks_left; /* beside one for each tensor of an operator */
	uint64_t bytes_left;
};

/* Begin anew: forget what an earlier one has worked out. */
void
apui_fold_begin(struct apui_fold *fold, struct apui_graph *graph);

/*
 * Make constants of the outputs of @op, whose shapes have been checked, where
 * it is a small one on constants. Returns 0 whether it could or not; -ENOMEM.
 */
int
apui_fold_small(struct apui_fold *fold, const struct apu_operator *op);

/* Whether what @op reads is known: then so are its outputs. */
bool
apui_fold_has_values(const struct apui_graph *graph,
		     const struct apu_operator *op);

#endif
