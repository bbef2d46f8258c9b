/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_LAYER_NORM16_H
#define APUI_REF_LAYER_NORM16_H

/*
 * Layer normalisation of int16, as docs/operators.md has it in
 * UNIDIRECTIONAL_SEQUENCE_LSTM.
 */

#include "firmware/fixedpoint.h"
#include "firmware/kernels/ref/quantised.h"
#include <stddef.h>

/* Near 2^(31 + shift) / sqrt(@value): 1 / sqrt, after five steps of Newton. */
static inline struct apui_scale
apui_inverse_root(int32_t value)
{
	const int32_t three_halves = (1 << 28) + (1 << 27);
	const int32_t root_half = 1518500250;
	int32_t shift = 11, half, x = 1 << 28;
	int pairs;

	if (value <= 1)
		return (struct apui_scale) { INT32_MAX, 0 };
	for (; value >= 1 << 29; shift++)
		value /= 4;
	pairs = (__builtin_clz((unsigned int)value) - 1) / 2 - 1;
	shift -= pairs;
	value <<= 2 * pairs;

	/* 3 integer bits; products have 6 and 9 before they are shifted. */
	half = apui_fx_round_shift(value >> 1, 1);
	for (int i = 0; i < 5; i++) {
		int32_t cube = apui_fx_shift_left_saturating(
			apui_fx_multiply_high(apui_fx_multiply_high(x, x), x),
			6);
		int32_t less =
			(int32_t)((uint32_t)apui_fx_multiply_high(three_halves,
								  x) -
				  (uint32_t)apui_fx_multiply_high(half, cube));

		x = apui_fx_shift_left_saturating(less, 3);
	}
	x = apui_fx_multiply_high(x, root_half);
	if (shift < 0) {
		x = apui_fx_shift_left(x, (unsigned int)-shift);
		shift = 0;
	}
	return (struct apui_scale) { x, -shift };
}

/* Mean and variance of @values, the mean in 1024ths; 1 or more of them. */
static inline int32_t
apui_mean_and_variance(const int16_t *values, size_t count, int32_t *out_mean)
{
	int64_t sum = 0, squares = 0, mean;

	for (size_t i = 0; i < count; i++) {
		sum += values[i];
		squares += values[i] * values[i];
	}
	mean = sum * 1024 / (int64_t)count;
	*out_mean = (int32_t)mean;
	/* 2^20 / count is a whole number, and a true one for powers of two. */
	return (int32_t)((squares * ((1 << 20) / (int64_t)count) -
			  mean * mean) /
			 (1 << 20));
}

/*
 * @values normalised in place, times @factors, plus @bias. @least is what the
 * variance is when there is none.
 */
static inline void
apui_layer_norm16(int16_t *values, size_t count, const int16_t *factors,
		  const int32_t *bias, struct apui_scale scale, int32_t least)
{
	int32_t mean = 0, variance;
	struct apui_scale inverse;

	if (count == 0)
		return;
	variance = apui_mean_and_variance(values, count, &mean);
	inverse = apui_inverse_root(variance < 1 ? least : variance);
	for (size_t i = 0; i < count; i++) {
		int32_t rescaled =
			apui_fx_scale(1024 * values[i] - mean,
				      inverse.multiplier, inverse.shift);
		int64_t sum = (int64_t)rescaled * factors[i] +
			      apui_fw_read_i32(bias, (uint32_t)i);
		int32_t value =
			(int32_t)((sum > 0 ? sum + 512 : sum - 512) / 1024);

		values[i] = (int16_t)apui_fx_clamp(
			apui_fx_scale(value, scale.multiplier, scale.shift),
			INT16_MIN, INT16_MAX);
	}
}

#endif
