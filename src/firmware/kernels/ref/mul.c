/* SPDX-License-Identifier: MIT */
/* MUL with broadcast: y = clamp(zy + MBQM((a - za) * (b - zb))). */
#include "firmware/kernels/ref/walk.h"

static int
check_mul(const struct apui_fw_call *call)
{
	const struct apui_product_params *params = &call->params.product;
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_scaled_is_valid(&call->inputs[0]) ||
	    !apui_scaled_is_valid(&call->inputs[1]) ||
	    !apui_scaled_is_valid(y) || call->inputs[0].type != y->type ||
	    call->inputs[1].type != y->type ||
	    !apui_scaled_clamp_is_valid(y->type, params->act_min,
					params->act_max) ||
	    !apui_fx_shift_is_valid(params->shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static void
run_segment(const struct apui_walk *walk)
{
	const struct apui_product_params *params = &walk->call->params.product;
	const struct apui_q8 a = apui_q8_view(&walk->call->inputs[0]);
	const struct apui_q8 b = apui_q8_view(&walk->call->inputs[1]);
	int32_t zero_point = walk->call->outputs[0].zero_point;
	uint8_t *y = (uint8_t *)walk->call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++) {
		int32_t product =
			apui_q8_get(&a, walk->at[0] + i * walk->step[0]) *
			apui_q8_get(&b, walk->at[1] + i * walk->step[1]);
		int32_t value = apui_fx_scale(product, params->multiplier,
					      params->shift);

		y[i] = (uint8_t)apui_fx_clamp((int64_t)value + zero_point,
					      params->act_min, params->act_max);
	}
}

static void
run_words(const struct apui_walk *walk)
{
	const struct apui_product_params *params = &walk->call->params.product;
	const int16_t *a = walk->call->inputs[0].data;
	const int16_t *b = walk->call->inputs[1].data;
	int16_t *y = (int16_t *)walk->call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++) {
		int32_t product = a[walk->at[0] + i * walk->step[0]] *
				  b[walk->at[1] + i * walk->step[1]];
		int32_t value = apui_fx_scale(product, params->multiplier,
					      params->shift);

		y[i] = (int16_t)apui_fx_clamp(value, params->act_min,
					      params->act_max);
	}
}

int
apui_kernel_mul(const struct apui_fw_call *call)
{
	struct apui_walk walk;

	if (check_mul(call) != APUI_RESULT_OK ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		if (call->outputs[0].type == APUI_TYPE_INT16)
			run_words(&walk);
		else
			run_segment(&walk);
	return walk.result;
}
