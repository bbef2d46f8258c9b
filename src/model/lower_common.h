/* SPDX-License-Identifier: MIT */
#ifndef APUI_LOWER_COMMON_H
#define APUI_LOWER_COMMON_H

/* What several lower_*.c need. */

#include "model/lowering.h"

/*
 * The clamp of @op's fused activation on its output @y. -EOPNOTSUPP for an
 * activation that does not clamp, with the reason.
 */
int
apui_lower_activation(const struct apu_operator *op, int32_t activation,
		      const struct apu_tensor *y, int32_t *out_min,
		      int32_t *out_max);

/* The same of a float32 output. */
int
apui_lower_real_activation(const struct apu_operator *op, int32_t activation,
			   float *out_min, float *out_max);

/*
 * A constant of @count elements as one more input of @lowered, zeroed, for the
 * caller to fill in.
 */
int
apui_lower_constant(struct apui_lowering *lowering,
		    struct apui_lowered *lowered, enum apu_dtype type,
		    unsigned int rank, uint32_t count, void **out_data);

/* Functions of one number but those, when they are of int16. */
int
apui_lower_unary_int16(struct apui_lowering *lowering,
		       const struct apu_operator *op);

/* LOGISTIC and TANH, and SOFTMAX, when they are of int16. */
int
apui_lower_sigmoid_int16(struct apui_lowering *lowering,
			 const struct apu_operator *op);
int
apui_lower_softmax_int16(struct apui_lowering *lowering,
			 const struct apu_operator *op);

/* Refuse scales whose ratio no multiplier can stand for: returns -EINVAL. */
int
apui_refuse_scales(const struct apu_operator *op,
		   const struct apu_tensor *tensor);

#endif
