/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_FIXEDPOINT_H
#define APUI_FW_FIXEDPOINT_H

/*
 * The arithmetic of docs/operators.md (H, R and MBQM there): integers only,
 * defined for every argument. Sums that may overflow wrap, modulo 2^32, as they
 * do in LiteRT's reference kernels on common machines. Right shifts of negative
 * numbers keep the sign, which gcc and clang promise.
 */

#include <stdint.h>

/* Shifts that a program may hold: what Q(d) gives. */
#define APUI_SHIFT_MIN (-31)
#define APUI_SHIFT_MAX 30

static inline int
apui_fx_shift_is_valid(int32_t shift)
{
	return shift >= APUI_SHIFT_MIN && shift <= APUI_SHIFT_MAX;
}

static inline int32_t
apui_fx_clamp(int64_t value, int32_t min, int32_t max)
{
	if (value < min)
		return min;
	return value > max ? max : (int32_t)value;
}

/* a + b, wrapping. */
static inline int32_t
apui_fx_add(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* a * 2^bits, wrapping; 0 for more than 31 bits. */
static inline int32_t
apui_fx_shift_left(int32_t a, unsigned int bits)
{
	return bits > 31 ? 0 : (int32_t)((uint32_t)a << bits);
}

/* a + b and a * 2^bits (bits up to 31), saturating. */
static inline int32_t
apui_fx_add_saturating(int32_t a, int32_t b)
{
	return apui_fx_clamp((int64_t)a + b, INT32_MIN, INT32_MAX);
}

static inline int32_t
apui_fx_shift_left_saturating(int32_t a, unsigned int bits)
{
	return apui_fx_clamp((int64_t)a * ((int64_t)1 << (bits & 31)),
			     INT32_MIN, INT32_MAX);
}

/* H: floor((a * b + 2^30) / 2^31); halves go up. */
static inline int32_t
apui_fx_multiply_high(int32_t a, int32_t b)
{
	int64_t product = (int64_t)a * b;

	if (a == INT32_MIN && b == INT32_MIN)
		return INT32_MAX;
	return (int32_t)((product + ((int64_t)1 << 30)) >> 31);
}

/* R: a / 2^bits to nearest, halves away from zero; 0 for more than 31 bits. */
static inline int32_t
apui_fx_round_shift(int32_t a, unsigned int bits)
{
	int64_t half, magnitude;

	if (bits > 31)
		return 0;
	half = ((int64_t)1 << bits) >> 1;
	magnitude = a < 0 ? -(int64_t)a : a;
	magnitude = (magnitude + half) >> bits;
	return (int32_t)(a < 0 ? -magnitude : magnitude);
}

/* MBQM: a * multiplier * 2^(shift - 31), rounded twice. */
static inline int32_t
apui_fx_scale(int32_t a, int32_t multiplier, int32_t shift)
{
	unsigned int left = shift > 0 ? (unsigned int)shift : 0;
	unsigned int right = shift < 0 ? 0u - (unsigned int)shift : 0;
	int32_t high =
		apui_fx_multiply_high(apui_fx_shift_left(a, left), multiplier);

	return apui_fx_round_shift(high, right);
}

/*
 * A real number to the nearest integer, halves away from zero, saturating; NaN
 * gives 0. Every step is exact.
 */
static inline int32_t
apui_fx_round_double(double value)
{
	double fraction;
	int32_t whole;

	if (value != value)
		return 0;
	if (value >= 2147483647.0)
		return INT32_MAX;
	if (value <= -2147483648.0)
		return INT32_MIN;
	whole = (int32_t)value;
	fraction = value - (double)whole;
	if (fraction >= 0.5)
		return whole + 1;
	return fraction <= -0.5 ? whole - 1 : whole;
}

#endif
