/* SPDX-License-Identifier: MIT */
/*
 * BINARY_FLOAT with broadcast: y = clamp(function(a, b)), all in float32 but
 * for FLOOR_DIV, whose quotient is a double.
 */
#include "firmware/kernels/ref/rounding.h"
#include "firmware/kernels/ref/walk.h"
#include "firmware/maths.h"

static float
floor_div(float a, float b)
{
	return (float)apui_floor((double)a / (double)b);
}

/* The remainder of a division rounded down: it has the divisor's sign. */
static float
floor_mod(float a, float b)
{
	float rest = fmodf(a, b);

	return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

#define EACH(expression)                                                       \
	for (size_t i = 0; i < walk->length; i++) {                            \
		float u = a[i * walk->step[0]], v = b[i * walk->step[1]];      \
                                                                               \
		y[i] = apui_clamp_real((expression), params->act_min,          \
				       params->act_max);                       \
	}                                                                      \
	break

static void
run_segment(const struct apui_walk *walk)
{
	const struct apui_binary_float_params *params =
		&walk->call->params.binary_float;
	const float *a =
		(const float *)walk->call->inputs[0].data + walk->at[0];
	const float *b =
		(const float *)walk->call->inputs[1].data + walk->at[1];
	float *y = (float *)walk->call->outputs[0].data + walk->y_at;

	switch (params->function) {
	case APUI_BINARY_ADD:
		EACH(u + v);
	case APUI_BINARY_SUB:
		EACH(u - v);
	case APUI_BINARY_MUL:
		EACH(u * v);
	case APUI_BINARY_DIV:
		EACH(u / v);
	case APUI_BINARY_FLOOR_DIV:
		EACH(floor_div(u, v));
	case APUI_BINARY_FLOOR_MOD:
		EACH(floor_mod(u, v));
	case APUI_BINARY_MINIMUM:
		EACH(u < v ? u : v);
	case APUI_BINARY_MAXIMUM:
		EACH(u > v ? u : v);
	case APUI_BINARY_SQUARED_DIFFERENCE:
		EACH((u - v) * (u - v));
	case APUI_BINARY_POW:
		EACH(powf(u, v));
	case APUI_BINARY_ATAN2:
		EACH(atan2f(u, v));
	default:
		break;
	}
}

int
apui_kernel_binary_float(const struct apui_fw_call *call)
{
	const struct apui_binary_float_params *params =
		&call->params.binary_float;
	struct apui_walk walk;

	if (call->inputs[0].type != APUI_TYPE_FLOAT32 ||
	    call->inputs[1].type != APUI_TYPE_FLOAT32 ||
	    call->outputs[0].type != APUI_TYPE_FLOAT32 ||
	    params->function < APUI_BINARY_ADD ||
	    (params->function > APUI_BINARY_POW &&
	     params->function != APUI_BINARY_ATAN2) ||
	    !(params->act_min <= params->act_max) ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		run_segment(&walk);
	return walk.result;
}
