/* SPDX-License-Identifier: MIT */
/*
 * QUANTIZE: 8 bit to 8 bit y = clamp(zy + MBQM(x - zx)); float32 to 8 bit
 * y = clamp(zy + round(x / scale)), halves away from zero; NaN gives zy.
 */
#include "firmware/kernels/ref/quantised.h"

static int
check_quantize(const struct apui_fw_call *call)
{
	const struct apui_quantize_params *params = &call->params.quantize;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_valid(y) || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	if (x->type == APUI_TYPE_FLOAT32)
		return params->scale > 0 ? APUI_RESULT_OK : APUI_RESULT_EINVAL;
	return apui_q8_is_valid(x) && apui_fx_shift_is_valid(params->shift)
		       ? APUI_RESULT_OK
		       : APUI_RESULT_EINVAL;
}

int
apui_kernel_quantize(const struct apui_fw_call *call)
{
	const struct apui_quantize_params *params = &call->params.quantize;
	const struct apui_fw_tensor *y = &call->outputs[0];
	const struct apui_q8 x = apui_q8_view(&call->inputs[0]);
	const float *real = call->inputs[0].data;
	int from_float = call->inputs[0].type == APUI_TYPE_FLOAT32;
	uint8_t *out = y->data;
	uint64_t work = 0;

	if (check_quantize(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	for (size_t i = 0; i < y->size_bytes; i++) {
		int32_t value;

		if (apui_pace(call, &work, 0))
			return APUI_RESULT_ECANCELED;
		if (from_float)
			value = apui_fx_round_double(real[i] / params->scale);
		else
			value = apui_fx_scale(apui_q8_get(&x, i),
					      params->multiplier,
					      params->shift);
		out[i] = (uint8_t)apui_fx_clamp((int64_t)value + y->zero_point,
						apui_q8_min(y->type),
						apui_q8_max(y->type));
	}
	return APUI_RESULT_OK;
}
