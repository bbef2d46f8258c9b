/* SPDX-License-Identifier: MIT */
/* UNARY_FLOAT: y = function(x), element by element, all in float32. */
#include "firmware/kernels/ref/rounding.h"
#include "firmware/kernels/ref/sigmoid.h"
#include "firmware/kernels/ref/walk.h"
#include "firmware/maths.h"

/* 0 and NaN stay. */
static float
sign(float x)
{
	if (x > 0)
		return 1;
	return x < 0 ? -1 : x;
}

static float
elu(float x)
{
	return x < 0 ? expf(x) - 1 : x;
}

static float
gelu(float x)
{
	const float root_half = 0.70710678f;

	return 0.5f * x * (1 + erff(x * root_half));
}

static float
gelu_tanh(float x)
{
	const float root_2_over_pi = 0.79788456f;
	float inner = root_2_over_pi * (x + 0.044715f * x * x * x);

	return 0.5f * x * (1 + apui_tanh(inner));
}

static float
hard_swish(float x)
{
	return x * apui_clamp_real(x + 3, 0, 6) / 6;
}

/* To the nearest step, halves up; what is no number becomes the least. */
static float
fake_quant(float x, const struct apui_unary_float_params *params)
{
	float above, inverse = 1 / params->step;

	if (!(x > params->min))
		x = params->min;
	if (x > params->max)
		x = params->max;
	above = (x - params->min) * inverse;
	return (float)apui_floor((double)above + 0.5) * params->step +
	       params->min;
}

static float
absolute(float x)
{
	return x < 0 ? -x : x;
}

#define EACH(expression)                                                       \
	for (size_t i = 0; i < count; i++) {                                   \
		float v = x[i];                                                \
                                                                               \
		y[i] = (expression);                                           \
	}                                                                      \
	break

static void
run_segment(const struct apui_unary_float_params *params, const float *x,
	    float *y, size_t count)
{
	switch (params->function) {
	case APUI_UNARY_ABS:
		EACH(absolute(v));
	case APUI_UNARY_NEG:
		EACH(-v);
	case APUI_UNARY_SQUARE:
		EACH(v * v);
	case APUI_UNARY_SQRT:
		EACH(sqrtf(v));
	case APUI_UNARY_RSQRT:
		EACH(1 / sqrtf(v));
	case APUI_UNARY_EXP:
		EACH(expf(v));
	case APUI_UNARY_LOG:
		EACH(logf(v));
	case APUI_UNARY_SIN:
		EACH(sinf(v));
	case APUI_UNARY_COS:
		EACH(cosf(v));
	case APUI_UNARY_FLOOR:
		EACH((float)apui_floor((double)v));
	case APUI_UNARY_CEIL:
		EACH((float)-apui_floor(-(double)v));
	case APUI_UNARY_ROUND:
		EACH((float)apui_round_even((double)v));
	case APUI_UNARY_SIGN:
		EACH(sign(v));
	case APUI_UNARY_CLAMP:
		EACH(apui_clamp_real(v, params->min, params->max));
	case APUI_UNARY_LOGISTIC:
		EACH(apui_logistic(v));
	case APUI_UNARY_TANH:
		EACH(apui_tanh(v));
	case APUI_UNARY_ELU:
		EACH(elu(v));
	case APUI_UNARY_GELU:
		EACH(gelu(v));
	case APUI_UNARY_GELU_TANH:
		EACH(gelu_tanh(v));
	case APUI_UNARY_HARD_SWISH:
		EACH(hard_swish(v));
	case APUI_UNARY_LEAKY_RELU:
		EACH(v > 0 ? v : v * params->min);
	case APUI_UNARY_FAKE_QUANT:
		EACH(fake_quant(v, params));
	default:
		break;
	}
}

int
apui_kernel_unary_float(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	const struct apui_unary_float_params *params =
		&call->params.unary_float;
	struct apui_walk walk;

	if (x->type != APUI_TYPE_FLOAT32 || y->type != APUI_TYPE_FLOAT32 ||
	    !apui_same_shape(x, y) || !(params->min <= params->max) ||
	    params->function < APUI_UNARY_ABS ||
	    params->function > APUI_UNARY_FAKE_QUANT ||
	    apui_walk_begin(&walk, call, 1) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		run_segment(params, (const float *)x->data + walk.at[0],
			    (float *)y->data + walk.y_at, walk.length);
	return walk.result;
}
