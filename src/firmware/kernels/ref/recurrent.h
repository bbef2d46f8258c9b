/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_RECURRENT_H
#define APUI_REF_RECURRENT_H

/*
 * What LSTM_FLOAT and RNN_FLOAT share: vectors of float32 times matrices of
 * float32, or of int8, for which each vector is quantised on its own.
 */

#include "firmware/kernel.h"
#include <stddef.h>

struct apui_vector {
	const float *real;
	size_t count;
	/* Quantised, for matrices of int8; else NULL. */
	const int8_t *bytes;
	float scale;
	int32_t zero_point;
};

/* Rows of a sequence, [batches, times, ...] or [times, batches, ...]. */
struct apui_sequence {
	size_t batches, times;
	size_t batch_step, time_step; /* in rows */
	int is_reversed;
};

/* The last dimension. */
static inline int32_t
apui_depth(const struct apui_fw_tensor *tensor)
{
	return tensor->rank > 0 ? tensor->dims[tensor->rank - 1] : 0;
}

/*
 * The shape of @x, [batches, times, ...] or @time_major, into @out; one of two
 * dimensions is a sequence of one step. False unless @y has the same but for
 * the last.
 */
int
apui_sequence_init(const struct apui_fw_tensor *x,
		   const struct apui_fw_tensor *y, int32_t time_major,
		   int32_t is_reversed, struct apui_sequence *out);

/* The row of step @step, 0 being the first that is worked on. */
static inline size_t
apui_sequence_row(const struct apui_sequence *sequence, size_t batch,
		  size_t step)
{
	size_t time = sequence->is_reversed ? sequence->times - 1 - step : step;

	return batch * sequence->batch_step + time * sequence->time_step;
}

/* [rows, columns] of @type: float32 or int8. */
int
apui_is_matrix(const struct apui_fw_tensor *tensor, unsigned int type,
	       int32_t rows, int32_t columns);

/* float32, and so many elements. */
int
apui_is_real(const struct apui_fw_tensor *tensor, uint64_t count);

/*
 * A vector for matrices of @type. int8: into @bytes, from -127 to 127, or, when
 * @is_asymmetric, from -128 to 127 with a zero point.
 */
struct apui_vector
apui_vector_of(const float *real, size_t count, unsigned int type,
	       int is_asymmetric, int8_t *bytes);

/*
 * Add @matrix times @vector to @sums; @scale is that of a matrix of int8.
 * ECANCELED when there is a reset.
 */
int
apui_add_product(const struct apui_fw_call *call, uint64_t *work,
		 const struct apui_fw_tensor *matrix, float scale,
		 const struct apui_vector *vector, float *sums);

/* Row @row of such a product. */
float
apui_row_product(const struct apui_fw_tensor *matrix, float scale,
		 const struct apui_vector *vector, size_t row);

/* The fused activations, TANH being one of them: 0 to 4. */
int
apui_is_recurrent_activation(int32_t activation);
float
apui_activate(int32_t activation, float x);

/* Begin sums with @bias, or 0 without one. */
void
apui_begin_sums(const struct apui_fw_tensor *bias, size_t count, float *sums);

#endif
