/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_WIDE_H
#define APUI_REF_WIDE_H

/* int16 times int8, summed up in 64 bits, or in 32 beside a bias of int32. */

#include "firmware/kernels/ref/quantised.h"

/* The largest shift that the 64-bit formula has. */
#define APUI_WIDE_SHIFT_MAX 14

/*
 * MBQM of 64 bits: a * M' / 2^(15 - shift), rounded once, halves up, M' being
 * the multiplier's upper 16 bits, rounded. Wraps.
 */
static inline int32_t
apui_wide_scale(int64_t a, int32_t multiplier, int32_t shift)
{
	int64_t upper = multiplier < 0x7fff0000
				? ((int64_t)multiplier + (1 << 15)) >> 16
				: 0x7fff;
	unsigned int bits = (unsigned int)(15 - shift);
	uint64_t product = (uint64_t)a * (uint64_t)upper;

	product += (uint64_t)1 << (bits - 1);
	return (int32_t)((int64_t)product >> bits);
}

/* double to the nearest integer of 32 bits; @scale is a vector of them. */
static inline int
apui_wide_is_valid(const struct apui_fw_tensor *bias,
		   const struct apui_fw_tensor *multiplier,
		   const struct apui_fw_tensor *shift,
		   const struct apui_fw_tensor *scale, int32_t channels)
{
	int has_bias =
		!bias->data || apui_is_int32_vector(bias, channels) ||
		(bias->type == APUI_TYPE_INT64 &&
		 bias->size_bytes == (uint64_t)channels * sizeof(int64_t));

	if (scale->data)
		return has_bias && scale->type == APUI_TYPE_FLOAT64 &&
		       scale->size_bytes == (uint64_t)channels * sizeof(double);
	return has_bias && multiplier->data && shift->data &&
	       apui_is_int32_vector(multiplier, channels) &&
	       apui_is_int32_vector(shift, channels);
}

/* @sum plus bias, scaled. ERANGE for a shift that is out of range. */
static inline int
apui_wide_finish(const struct apui_fw_tensor *bias,
		 const struct apui_fw_tensor *multiplier,
		 const struct apui_fw_tensor *shift,
		 const struct apui_fw_tensor *scale, int64_t sum,
		 uint32_t channel, int32_t *out)
{
	int is_narrow = bias->data && bias->type == APUI_TYPE_INT32;
	struct apui_scale q;

	if (is_narrow)
		sum = apui_fx_add((int32_t)sum, apui_read_bias(bias, channel));
	else if (bias->data)
		sum = (int64_t)((uint64_t)sum +
				(uint64_t)((const int64_t *)
						   bias->data)[channel]);
	if (scale->data) {
		*out = apui_fx_round_double(
			(double)sum * ((const double *)scale->data)[channel]);
		return APUI_RESULT_OK;
	}
	if (apui_read_scale(multiplier, shift, channel, &q) != APUI_RESULT_OK ||
	    (!is_narrow && q.shift > APUI_WIDE_SHIFT_MAX))
		return APUI_RESULT_ERANGE;
	*out = is_narrow ? apui_fx_scale((int32_t)sum, q.multiplier, q.shift)
			 : apui_wide_scale(sum, q.multiplier, q.shift);
	return APUI_RESULT_OK;
}

#endif
