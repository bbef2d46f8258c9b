/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_HALF_H
#define APUI_FW_HALF_H

/* float16, IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */

#include <stdint.h>

/* Exact; NaN stays NaN. */
static inline float
apui_half_to_float(uint16_t half)
{
	uint32_t exponent = (half >> 10) & 31;
	uint32_t fraction = half & 1023u;
	union {
		uint32_t bits;
		float value;
	} real;

	if (exponent == 0) {
		/* A multiple of 2^-24, which float32 has as normal numbers. */
		real.value = (float)fraction * 0x1p-24f;
	} else {
		exponent = exponent == 31 ? 255 : exponent + 112;
		real.bits = exponent << 23 | fraction << 13;
	}
	real.bits |= (uint32_t)(half >> 15) << 31;
	return real.value;
}

#endif
