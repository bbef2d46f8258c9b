/* SPDX-License-Identifier: MIT */
#ifndef APUI_ROWS_OF_DATA_H
#define APUI_ROWS_OF_DATA_H

/*
 * Tensors one of whose lengths only the data decide on: what WHERE finds, and
 * what is computed from it. Such a length is planned at its bound. What lies
 * beyond the actual length follows from zeros as the rest follows from values:
 * elements without a meaning, that nothing may depend on.
 */

#include "model/lowering.h"
#include "model/operators.h"

/*
 * Whether @op, whose outputs have the shapes @shapes, can read such tensors,
 * and which of its outputs are such. -EOPNOTSUPP with the reason.
 */
int
apui_check_rows(struct apui_graph *graph, const struct apu_operator *op,
		const struct apui_shape *shapes);

/*
 * Where a meaningless element would count: make *@inout_index, the program's
 * tensor for @tensor, one that has @fill, of the tensor's type, in their place.
 * Does nothing to tensors whose lengths are all known.
 */
int
apui_lowering_fill_rows(struct apui_lowering *lowering,
			const struct apu_tensor *tensor, const void *fill,
			uint32_t *inout_index);

#endif
