/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_FIXEDPOINT16_H
#define APUI_FW_FIXEDPOINT16_H

/*
 * Sigmoid and tanh of docs/operators.md, UNIDIRECTIONAL_SEQUENCE_LSTM: int16
 * in, int16 with 15 fraction bits out. A number with i integer bits has 15 - i
 * fraction bits. Sums and differences wrap to 16 bits.
 */

#include "firmware/fixedpoint.h"

static inline int16_t
apui_fx16_saturate(int32_t value)
{
	return (int16_t)apui_fx_clamp(value, INT16_MIN, INT16_MAX);
}

/* The product of the numbers as fractions, to nearest, halves up. */
static inline int16_t
apui_fx16_multiply(int16_t a, int16_t b)
{
	if (a == INT16_MIN && b == INT16_MIN)
		return INT16_MAX;
	return (int16_t)(((int32_t)a * b + (1 << 14)) >> 15);
}

/* e^x of x in [-1/4, 0), both with 15 fraction bits: about -1/8. */
static inline int16_t
apui_fx16_exp_quarter(int16_t x)
{
	const int16_t exp_minus_eighth = 28918, third = 10923;
	int16_t t = (int16_t)(x + (1 << 12));
	int16_t t2 = apui_fx16_multiply(t, t);
	int16_t t3 = apui_fx16_multiply(t2, t);
	int16_t t4 = apui_fx16_multiply(t2, t2);
	int16_t quarter = (int16_t)apui_fx_round_shift(t4, 2);
	int16_t higher =
		(int16_t)(apui_fx16_multiply((int16_t)(quarter + t3), third) +
			  t2);
	int16_t sum = (int16_t)(t + apui_fx_round_shift(higher, 1));

	return apui_fx16_saturate(exp_minus_eighth +
				  apui_fx16_multiply(exp_minus_eighth, sum));
}

/* e^x of x <= 0 with @integer_bits, 0 to 7. */
static inline int16_t
apui_fx16_exp(int16_t x, unsigned int integer_bits)
{
	/* exp(-1/4), exp(-1/2), exp(-1) and so on. */
	static const int16_t powers[] = {
		25520, 19875, 12055, 4435, 600, 11, 0
	};
	unsigned int fraction_bits = 15 - integer_bits;
	int16_t quarter = (int16_t)(1 << (fraction_bits - 2));
	int16_t part = (int16_t)((x & (quarter - 1)) - quarter);
	int32_t whole = (int16_t)(part - x);
	int16_t result = apui_fx16_exp_quarter(
		apui_fx16_saturate(part * (1 << integer_bits)));

	if (x == 0)
		return INT16_MAX;
	/* Below -32 it counts for nothing, and no power stands for more. */
	if (integer_bits > 5 && x < -(1 << (fraction_bits + 5)))
		return 0;
	for (unsigned int i = 0; i < integer_bits + 2 && i < 7; i++)
		if (whole >> (fraction_bits - 2 + i) & 1)
			result = apui_fx16_multiply(result, powers[i]);
	return result;
}

/* 2 / (1 + x) of x in [0, 1], with 2 integer bits. */
static inline int16_t
apui_fx16_reciprocal(int16_t x)
{
	const int16_t c48_17 = 23130, c32_17 = -15420, one = 1 << 13;
	int16_t half = (int16_t)(((int32_t)x + INT16_MAX + 1) / 2);
	int16_t y = (int16_t)(c48_17 + apui_fx16_multiply(half, c32_17));

	for (int i = 0; i < 3; i++) {
		int16_t left = (int16_t)(one - apui_fx16_multiply(half, y));

		y = (int16_t)(y + apui_fx16_saturate(
					  apui_fx16_multiply(y, left) * 4));
	}
	return y;
}

/* 1 / (1 + e^-x), x with 3 integer bits. */
static inline int16_t
apui_fx16_sigmoid(int16_t x)
{
	int16_t negative = (int16_t)(x > 0 ? -x : x);
	int16_t result;

	if (x == 0)
		return 1 << 14;
	result = apui_fx16_saturate(
		apui_fx16_reciprocal(apui_fx16_exp(negative, 3)) * 2);
	return (int16_t)(x > 0 ? result : INT16_MAX - result);
}

/* tanh of x with @integer_bits, 0 to 6. */
static inline int16_t
apui_fx16_tanh(int16_t x, unsigned int integer_bits)
{
	int16_t negative = (int16_t)(x > 0 ? -x : x);
	int16_t result;

	if (x == 0)
		return 0;
	/* e^2x: the same bits, with one more of them above the point. */
	result =
		apui_fx16_reciprocal(apui_fx16_exp(negative, integer_bits + 1));
	result = apui_fx16_saturate((result - (1 << 13)) * 4);
	return (int16_t)(x > 0 ? result : -result);
}

#endif
