/* SPDX-License-Identifier: MIT */
/*
 * PRELU with broadcast, alpha being input 1. float32: y = x where x >= 0, else
 * x * alpha. 8 and 16 bits: with d = x - zx, y = clamp(zy + MBQM(d)) where
 * d >= 0, else y = clamp(zy + MBQM(d * (alpha - za))), each with a multiplier
 * of its own.
 */
#include "firmware/kernels/ref/walk.h"

static int
check_prelu(const struct apui_fw_call *call)
{
	const struct apui_prelu_params *params = &call->params.prelu;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *alpha = &call->inputs[1];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != y->type || alpha->type != y->type ||
	    !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	if (y->type == APUI_TYPE_FLOAT32)
		return APUI_RESULT_OK;
	if (!apui_scaled_is_valid(x) || !apui_scaled_is_valid(alpha) ||
	    !apui_scaled_is_valid(y) ||
	    !apui_fx_shift_is_valid(params->shift) ||
	    !apui_fx_shift_is_valid(params->alpha_shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static void
run_float(const struct apui_walk *walk)
{
	const struct apui_fw_call *call = walk->call;
	const float *x = (const float *)call->inputs[0].data + walk->at[0];
	const float *alpha = (const float *)call->inputs[1].data + walk->at[1];
	float *y = (float *)call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++) {
		float value = x[i * walk->step[0]];

		y[i] = value >= 0 ? value : value * alpha[i * walk->step[1]];
	}
}

static int32_t
scale(const struct apui_prelu_params *params, int32_t value, int32_t slope)
{
	if (value >= 0)
		return apui_fx_scale(value, params->multiplier, params->shift);
	return apui_fx_scale(value * slope, params->alpha_multiplier,
			     params->alpha_shift);
}

static void
run_words(const struct apui_walk *walk)
{
	const struct apui_fw_call *call = walk->call;
	const int16_t *x = (const int16_t *)call->inputs[0].data + walk->at[0];
	const int16_t *alpha =
		(const int16_t *)call->inputs[1].data + walk->at[1];
	int16_t *y = (int16_t *)call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++)
		y[i] = (int16_t)apui_fx_clamp(scale(&call->params.prelu,
						    x[i * walk->step[0]],
						    alpha[i * walk->step[1]]),
					      INT16_MIN, INT16_MAX);
}

static void
run_8_bit(const struct apui_walk *walk)
{
	const struct apui_prelu_params *params = &walk->call->params.prelu;
	const struct apui_fw_tensor *y = &walk->call->outputs[0];
	const struct apui_q8 x = apui_q8_view(&walk->call->inputs[0]);
	const struct apui_q8 alpha = apui_q8_view(&walk->call->inputs[1]);
	uint8_t *out = (uint8_t *)y->data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++) {
		int32_t value =
			apui_q8_get(&x, walk->at[0] + i * walk->step[0]);
		int32_t slope =
			apui_q8_get(&alpha, walk->at[1] + i * walk->step[1]);

		value = scale(params, value, slope);
		out[i] = (uint8_t)apui_fx_clamp((int64_t)value + y->zero_point,
						apui_q8_min(y->type),
						apui_q8_max(y->type));
	}
}

int
apui_kernel_prelu(const struct apui_fw_call *call)
{
	struct apui_walk walk;

	if (check_prelu(call) != APUI_RESULT_OK ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		if (call->outputs[0].type == APUI_TYPE_FLOAT32)
			run_float(&walk);
		else if (call->outputs[0].type == APUI_TYPE_INT16)
			run_words(&walk);
		else
			run_8_bit(&walk);
	return walk.result;
}
