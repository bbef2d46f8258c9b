/* SPDX-License-Identifier: MIT */
#ifndef APUI_SHAPE_H
#define APUI_SHAPE_H

/*
 * Parameters that come as constant int32 tensors: shape inference checks them,
 * lowering reads them again. (The infer functions themselves are declared in
 * operators.h.)
 */

#include "model/graph.h"

/* Element @index of a constant INT32 tensor, wherever its bytes lie. */
int32_t
apui_constant_i32(const struct apu_tensor *tensor, uint64_t index);

/*
 * The dimensions that MEAN and its like reduce: bit i for dimension i. -EINVAL,
 * -EOPNOTSUPP with the reason.
 */
int
apui_reduced_axes(const struct apui_graph *graph, const struct apu_operator *op,
		  uint32_t *out_axes);

#endif
