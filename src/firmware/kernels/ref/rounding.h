/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_ROUNDING_H
#define APUI_REF_ROUNDING_H

/* Rounding of real numbers, without a mathematics library. */

#include <stdint.h>

/* From here on every double is whole. */
#define APUI_WHOLE_FROM 4503599627370496.0

/* The largest whole number <= @x; NaN and infinities stay. */
static inline double
apui_floor(double x)
{
	double whole;

	if (!(x > -APUI_WHOLE_FROM && x < APUI_WHOLE_FROM))
		return x;
	whole = (double)(int64_t)x;
	return whole > x ? whole - 1 : whole;
}

/* To nearest, halves to even. */
static inline double
apui_round_even(double x)
{
	double low = apui_floor(x);
	double rest = x - low;

	if (!(x > -APUI_WHOLE_FROM && x < APUI_WHOLE_FROM))
		return x;
	if (rest > 0.5 || (rest == 0.5 && ((int64_t)low & 1)))
		return low + 1;
	return low;
}

/* NaN stays. */
static inline float
apui_clamp_real(float x, float min, float max)
{
	x = x < min ? min : x;
	return x > max ? max : x;
}

#endif
