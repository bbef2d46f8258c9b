/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_EXPONENTIAL_H
#define APUI_REF_EXPONENTIAL_H

/*
 * Functions of real numbers in 32-bit integers, for SOFTMAX and LOG_SOFTMAX:
 * docs/operators.md has the formulas. Qi.f is a number with f fraction bits.
 */

#include "firmware/fixedpoint.h"

/* exp(@a) in Q0.31 of a @a <= 0 in Q5.26. */
static inline int32_t
apui_exponential(int32_t a)
{
	/* exp(-2^(bit - 26)) in Q0.31, for the bits 24 to 30. */
	static const int32_t factors[] = {
		1672461947, 1302514674, 790015084, 290630308,
		39332535,   720401,     242,
	};
	const int32_t exp_minus_eighth = 1895147668, third = 715827883;
	int32_t quarter, y, y2, y3, y4, polynomial, result;
	uint32_t rest;

	if (a >= 0)
		return INT32_MAX;

	/* Taylor's series around -1/8 for the part in [-1/4, 0). */
	quarter = (a & 0xffffff) - 0x1000000;
	y = quarter * 32 + (1 << 28);
	y2 = apui_fx_multiply_high(y, y);
	y3 = apui_fx_multiply_high(y2, y);
	y4 = apui_fx_multiply_high(y2, y2);
	polynomial =
		apui_fx_multiply_high(apui_fx_round_shift(y4, 2) + y3, third);
	polynomial = y + apui_fx_round_shift(polynomial + y2, 1);
	result = exp_minus_eighth +
		 apui_fx_multiply_high(exp_minus_eighth, polynomial);

	rest = (uint32_t)quarter - (uint32_t)a;
	for (unsigned int i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
		if ((rest >> (24 + i) & 1) != 0)
			result = apui_fx_multiply_high(result, factors[i]);
	return result;
}

/* 1 / (1 + @u) in Q0.31 of a @u in [0, 1) in Q0.31. */
static inline int32_t
apui_reciprocal(int32_t u)
{
	const int32_t q29_48_17 = 1515870810, q29_32_17 = 1010580540;
	const int32_t one_q29 = 1 << 29;
	int32_t half = (int32_t)(((int64_t)u + ((int64_t)1 << 31)) / 2);
	int32_t v = apui_fx_add_saturating(
		q29_48_17, apui_fx_multiply_high(half, -q29_32_17));

	for (int i = 0; i < 3; i++) {
		int32_t error = apui_fx_add_saturating(
			one_q29, -apui_fx_multiply_high(half, v));

		v = apui_fx_add_saturating(
			v, apui_fx_shift_left_saturating(
				   apui_fx_multiply_high(v, error), 2));
	}
	return apui_fx_shift_left_saturating(v, 1);
}

/* Such a left shift of a number with a leading bit, saturating. */
static inline int32_t
apui_normalise(int32_t value, unsigned int leading_zeros)
{
	return apui_fx_shift_left_saturating(value, leading_zeros - 1);
}

/*
 * ln @sum in Q5.26 of a @sum > 0 in Q12.19: whole powers of two, and a rational
 * function of the rest, which lies around the fourth root of 1/2.
 */
static inline int32_t
apui_logarithm(int32_t sum)
{
	const int32_t log_2 = 1488522236, root_half = 1518500250;
	const int32_t fourth_root_half = 1805811301;
	const int32_t alpha_n = 117049297, alpha_d = 127690142;
	const int32_t alpha_i = 1057819769, alpha_f = 638450708;
	/* The power and its rest in two ways: the larger power is right. */
	int zeros_a = __builtin_clz((unsigned int)sum);
	int zeros_b = __builtin_clz((unsigned int)apui_fx_multiply_high(
			      sum, root_half)) -
		      1;
	int32_t rest_a = apui_fx_shift_left_saturating(
		apui_fx_multiply_high(
			apui_normalise(sum, (unsigned int)zeros_a), root_half),
		1);
	int32_t rest_b =
		apui_fx_shift_left_saturating(sum, (unsigned int)zeros_b);
	int32_t power_a = (12 - zeros_a) * (1 << 25) + (1 << 23);
	int32_t power_b = (12 - zeros_b) * (1 << 25) - (1 << 23);
	int32_t rest = rest_a < rest_b ? rest_a : rest_b;
	int32_t power = power_a > power_b ? power_a : power_b;
	int32_t middle = (int32_t)(((int64_t)rest + fourth_root_half + 1) / 2);
	int32_t q = 2 * (rest - fourth_root_half);
	int32_t square = apui_fx_multiply_high(q, q);
	int32_t numerator = apui_fx_multiply_high(q, rest) +
			    apui_fx_multiply_high(
				    apui_fx_multiply_high(q, square), alpha_n);
	int32_t denominator =
		apui_fx_multiply_high(
			middle,
			alpha_i + q + apui_fx_multiply_high(alpha_d, square)) +
		apui_fx_multiply_high(alpha_f, q);

	return apui_fx_shift_left_saturating(
		apui_fx_multiply_high(power, log_2) +
			apui_fx_multiply_high(apui_fx_round_shift(numerator, 6),
					      apui_reciprocal(denominator)),
		1);
}

#endif
