/* SPDX-License-Identifier: MIT */
/*
 * MEAN: y = clamp(zy + MBQM(sum of x - zx)) over the dimensions in `axes`; the
 * multiplier has the count in it.
 */
#include "firmware/kernels/ref/reduced.h"

static int
check_mean(const struct apui_fw_call *call, struct apui_reduced *reduced)
{
	const struct apui_mean_params *params = &call->params.mean;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_valid(x) || !apui_q8_is_valid(y) ||
	    x->type != y->type || !apui_fx_shift_is_valid(params->shift) ||
	    !apui_reduced_init(x, params->axes, reduced) ||
	    reduced->kept != y->size_bytes)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

int
apui_kernel_mean(const struct apui_fw_call *call)
{
	const struct apui_mean_params *params = &call->params.mean;
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint8_t *out = y->data;
	struct apui_reduced reduced;
	struct apui_q8 x;
	uint64_t work = 0;
	int ret;

	ret = check_mean(call, &reduced);
	if (ret != APUI_RESULT_OK)
		return ret;

	x = apui_q8_view(&call->inputs[0]);
	for (size_t i = 0; i < y->size_bytes; i++) {
		size_t first = apui_reduced_find(&reduced, i, 0);
		uint32_t sum = 0;
		int32_t value;

		for (size_t j = 0; j < reduced.count; j++) {
			size_t at = first + apui_reduced_find(&reduced, j, 1);

			if (apui_pace(call, &work, 0))
				return APUI_RESULT_ECANCELED;
			sum += (uint32_t)apui_q8_get(&x, at);
		}
		value = apui_fx_scale((int32_t)sum, params->multiplier,
				      params->shift);
		out[i] = (uint8_t)apui_fx_clamp((int64_t)value + y->zero_point,
						apui_q8_min(y->type),
						apui_q8_max(y->type));
	}
	return APUI_RESULT_OK;
}
