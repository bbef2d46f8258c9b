/* SPDX-License-Identifier: MIT */
#ifndef APUI_OUT_SHAPE_H
#define APUI_OUT_SHAPE_H

/*
 * Shapes of outputs, put together dimension by dimension, and outputs that are
 * filled before something is put into them. Each returns 0 or a negative errno
 * with the reason.
 */

#include "model/lowering.h"
#include "model/operators.h"

/* Append a dimension: -EINVAL over 31 bits, -EOPNOTSUPP over 8 of them. */
int
apui_out_dim(const struct apu_operator *op, struct apui_shape *shape,
	     int64_t length);

/* Append dimensions @first to @end - 1 of @tensor. */
int
apui_out_dims(const struct apu_operator *op, struct apui_shape *shape,
	      const struct apu_tensor *tensor, unsigned int first,
	      unsigned int end);

/* Append the numbers that constant @dims holds. */
int
apui_out_constants(const struct apu_operator *op, struct apui_shape *shape,
		   const struct apu_tensor *dims);

/* @tensor has @count elements: -EINVAL. */
int
apui_check_count(const struct apu_operator *op, const struct apu_tensor *tensor,
		 uint64_t count);

/* Fill output 0 with the element at @value. */
int
apui_fill_output(struct apui_lowering *lowering, const struct apu_operator *op,
		 const void *value);

#endif
