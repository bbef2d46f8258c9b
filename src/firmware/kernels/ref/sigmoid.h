/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_SIGMOID_H
#define APUI_REF_SIGMOID_H

/* The functions of gates, in float32. */

#include "firmware/maths.h"

static inline float
apui_logistic(float x)
{
	return 1 / (1 + expf(-x));
}

/* Through exp of what is never positive, which cannot overflow. */
static inline float
apui_tanh(float x)
{
	float e = expf(x < 0 ? 2 * x : -2 * x);
	float magnitude = (1 - e) / (1 + e);

	return x < 0 ? -magnitude : magnitude;
}

#endif
