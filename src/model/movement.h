/* SPDX-License-Identifier: MIT */
#ifndef APUI_MOVEMENT_H
#define APUI_MOVEMENT_H

/*
 * What the operators that move elements say, worked out: shape inference checks
 * it, lowering asks again. Each function returns 0 or a negative errno with the
 * reason.
 */

#include "model/operators.h"

/* Element @index of a constant INT32 or INT64 tensor. */
int64_t
apui_constant_integer(const struct apu_tensor *tensor, uint64_t index);

/* @axis among @rank dimensions, counted from the end when negative. */
int
apui_movement_axis(const struct apu_operator *op, int64_t axis,
		   unsigned int rank, unsigned int *out_axis);

/* The axis of CONCATENATION, PACK, UNPACK, SPLIT, SPLIT_V or EXPAND_DIMS. */
int
apui_movement_find_axis(const struct apui_graph *graph,
			const struct apu_operator *op, unsigned int *out_axis);

/* Input @index is a constant vector of @count integers: -EINVAL. */
int
apui_movement_check_vector(const struct apui_graph *graph,
			   const struct apu_operator *op, unsigned int index,
			   unsigned int count);

/* Where GATHER's dimensions lie. */
struct apui_gather_axes {
	unsigned int axis, batch_dims;
};

int
apui_movement_gather_axes(const struct apui_graph *graph,
			  const struct apu_operator *op,
			  struct apui_gather_axes *out_axes);

/* TRANSPOSE: dimension i of the output is dimension out_order[i] of x. */
int
apui_movement_order(const struct apui_graph *graph,
		    const struct apu_operator *op, unsigned int *out_order);

/* REVERSE_V2: bit i for dimension i. */
int
apui_movement_reversed(const struct apui_graph *graph,
		       const struct apu_operator *op, uint32_t *out_axes);

/* A dimension of a slice; a new one has a length of 1 and a stride of 0. */
struct apui_slice_axis {
	unsigned int axis; /* of x */
	bool is_new, is_dropped;
	int64_t start, stride;
	int32_t length;
};

/* STRIDED_SLICE and SLICE: those of x and the new ones, in order. */
struct apui_slice {
	unsigned int rank;
	struct apui_slice_axis axes[2 * APU_TENSOR_MAX_RANK];
};

int
apui_movement_slice(const struct apui_graph *graph,
		    const struct apu_operator *op, struct apui_slice *out);
int
apui_movement_strided_slice(const struct apui_graph *graph,
			    const struct apu_operator *op,
			    struct apui_slice *out);

/*
 * The two numbers for dimension @i in input @index, a constant of [n, 2]: what
 * stands in front and behind. Both 0 or more, else -EINVAL.
 */
int
apui_movement_padding(const struct apui_graph *graph,
		      const struct apu_operator *op, unsigned int index,
		      unsigned int i, int64_t *out_before, int64_t *out_after);

#endif
