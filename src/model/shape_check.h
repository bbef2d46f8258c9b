/* SPDX-License-Identifier: MIT */
#ifndef APUI_SHAPE_CHECK_H
#define APUI_SHAPE_CHECK_H

/*
 * Checks of how the tensors of one operator fit together, that several
 * operators share. Each returns 0 or a negative errno with the reason.
 */

#include "model/graph.h"

/* INT8 or UINT8: the quantised types. */
bool
apui_is_8_bit(const struct apu_tensor *tensor);

/* 0 when the tensor is not quantised per tensor. */
float
apui_per_tensor_scale(const struct apu_tensor *tensor);
int32_t
apui_per_tensor_zero_point(const struct apu_tensor *tensor);

/* -EOPNOTSUPP when the element types differ. */
int
apui_check_same_type(const struct apu_operator *op, const struct apu_tensor *a,
		     const struct apu_tensor *b);

/* -EINVAL unless @tensor has exactly one scale. */
int
apui_check_per_tensor(const struct apu_operator *op,
		      const struct apu_tensor *tensor);

/* -EINVAL when @tensor is int16 and has a zero point. */
int
apui_check_wide_zero_point(const struct apu_operator *op,
			   const struct apu_tensor *tensor);

/* Input and output are quantised alike: -EINVAL. */
int
apui_check_same_quantisation(const struct apu_operator *op,
			     const struct apu_tensor *x,
			     const struct apu_tensor *y);

/*
 * The weights of an operator on @x: of its type, and quantised per tensor or,
 * for int8, per output channel, which is dimension @axis.
 */
int
apui_check_filter(const struct apu_operator *op, const struct apu_tensor *x,
		  const struct apu_tensor *filter, unsigned int axis);

/* Refuse weights with a zero point: -EINVAL. */
int
apui_check_symmetric(const struct apu_operator *op,
		     const struct apu_tensor *filter);

/* @bias, or NULL, has one int32 an output channel, and no zero point. */
int
apui_check_bias(const struct apu_operator *op, const struct apu_tensor *bias,
		int32_t channels);

/* Its scale is that of the products it is added to: -EINVAL. */
int
apui_check_bias_scale(const struct apu_operator *op, const struct apu_tensor *x,
		      const struct apu_tensor *filter,
		      const struct apu_tensor *bias,
		      const struct apu_tensor *y);

/*
 * An operator with weights on float32 @x: weights, @bias or NULL, and @y are
 * float32 as well, no dimension of the weights is empty, and the bias has one
 * element an output channel.
 */
int
apui_check_real_weights(const struct apu_operator *op,
			const struct apu_tensor *x,
			const struct apu_tensor *filter,
			const struct apu_tensor *bias,
			const struct apu_tensor *y, int32_t channels);

/*
 * The same on int16 @x: weights of int8 without zero point, per tensor or per
 * channel along @axis, @bias, or NULL, of int32 or int64, and no zero points.
 */
int
apui_check_wide_weights(const struct apu_operator *op,
			const struct apu_tensor *x,
			const struct apu_tensor *filter,
			const struct apu_tensor *bias,
			const struct apu_tensor *y, unsigned int axis);

/*
 * The same on float32 @x that is quantised while the program runs: weights of
 * int8 as above, @bias and @y of float32.
 */
int
apui_check_hybrid_weights(const struct apu_operator *op,
			  const struct apu_tensor *x,
			  const struct apu_tensor *filter,
			  const struct apu_tensor *bias,
			  const struct apu_tensor *y, unsigned int axis);

/* float32 times int8? */
bool
apui_is_hybrid(const struct apu_tensor *x, const struct apu_tensor *filter);

/* The product of @count factors >= 0. -EOVERFLOW over 64 bits. */
int
apui_check_product(const struct apu_operator *op, const int32_t *factors,
		   unsigned int count, uint64_t *out_product);

#endif
