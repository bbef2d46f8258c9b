/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_FLOAT32_H
#define APUI_REF_FLOAT32_H

/*
 * float32 tensors. Sums are taken in an order that is written down here and not
 * left to the compiler, so that every machine gets the same bits: four partial
 * sums, of elements 0, 4, 8 ..., of 1, 5, 9 ... and so on; the last elements,
 * that do not fill a group of four, are summed on their own, behind them.
 */

#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/rounding.h"

#define APUI_FLOAT32_MAX 3.402823466e+38f

/* Four partial sums; a compiler without such registers uses four variables. */
#define APUI_LANES 4
typedef float apui_lanes __attribute__((vector_size(4 * APUI_LANES)));
/* The same in memory, aligned as any float. */
typedef float apui_lanes_at
	__attribute__((vector_size(4 * APUI_LANES), aligned(4), may_alias));

#define APUI_LOAD_LANES(from) (*(const apui_lanes_at *)(from))

/* Outputs whose sums are taken side by side: they share what they read. */
#define APUI_SIDES 4

struct apui_float32_sums {
	apui_lanes lanes[APUI_SIDES];
	float rest[APUI_SIDES];
};

/*
 * The filters of @count outputs; sums are taken for those beyond it, too, and
 * not used.
 */
struct apui_float32_sides {
	const float *w[APUI_SIDES];
	size_t count;
};

/* The outputs from @w on, @step elements apart, @left of them. */
static inline struct apui_float32_sides
apui_float32_sides(const float *w, size_t step, size_t left)
{
	struct apui_float32_sides sides;

	sides.count = left < APUI_SIDES ? left : APUI_SIDES;
	for (size_t i = 0; i < APUI_SIDES; i++)
		sides.w[i] = w + (i < sides.count ? i * step : 0);
	return sides;
}

/* Add the products of @count elements of @x and of each filter from @at on. */
static inline void
apui_float32_multiply(struct apui_float32_sums *sums, const float *x,
		      const struct apui_float32_sides *sides, size_t at,
		      size_t count)
{
	const float *w0 = sides->w[0] + at, *w1 = sides->w[1] + at;
	const float *w2 = sides->w[2] + at, *w3 = sides->w[3] + at;
	apui_lanes s0 = sums->lanes[0], s1 = sums->lanes[1];
	apui_lanes s2 = sums->lanes[2], s3 = sums->lanes[3];
	size_t i = 0;

	for (; i + APUI_LANES <= count; i += APUI_LANES) {
		apui_lanes v = APUI_LOAD_LANES(x + i);

		s0 += v * APUI_LOAD_LANES(w0 + i);
		s1 += v * APUI_LOAD_LANES(w1 + i);
		s2 += v * APUI_LOAD_LANES(w2 + i);
		s3 += v * APUI_LOAD_LANES(w3 + i);
	}
	sums->lanes[0] = s0;
	sums->lanes[1] = s1;
	sums->lanes[2] = s2;
	sums->lanes[3] = s3;
	for (; i < count; i++) {
		sums->rest[0] += x[i] * w0[i];
		sums->rest[1] += x[i] * w1[i];
		sums->rest[2] += x[i] * w2[i];
		sums->rest[3] += x[i] * w3[i];
	}
}

static inline float
apui_float32_total(const struct apui_float32_sums *sums, size_t side)
{
	apui_lanes lanes = sums->lanes[side];

	return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + sums->rest[side];
}

/* False for NaN. */
static inline int
apui_float32_clamp_is_valid(float min, float max)
{
	return min <= max;
}

/* float32 vector of @count elements? (bias, scale) */
static inline int
apui_is_float32_vector(const struct apui_fw_tensor *tensor, int32_t count)
{
	return tensor->type == APUI_TYPE_FLOAT32 &&
	       tensor->size_bytes == (uint64_t)count * sizeof(float);
}

/* Returns 0 without a bias. */
static inline float
apui_float32_bias(const struct apui_fw_tensor *bias, size_t channel)
{
	return bias->data ? ((const float *)bias->data)[channel] : 0;
}

#endif
