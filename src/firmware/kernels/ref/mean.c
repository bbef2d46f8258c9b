/* SPDX-License-Identifier: MIT */
/*
 * MEAN, and SUM, of 8 and 16 bits: y = clamp(zy + MBQM(sum of x - zx)) over the
 * dimensions in `axes`; a mean's multiplier has the count in it.
 */
#include "firmware/kernels/ref/reduced.h"

static int
check_mean(const struct apui_fw_call *call, struct apui_reduced *reduced)
{
	const struct apui_mean_params *params = &call->params.mean;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_scaled_is_valid(x) || !apui_scaled_is_valid(y) ||
	    x->type != y->type || !apui_fx_shift_is_valid(params->shift) ||
	    !apui_reduced_init(x, params->axes, reduced) ||
	    reduced->kept * apui_fw_type_bytes(y->type) != y->size_bytes)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int32_t
get(const struct apui_fw_tensor *tensor, const struct apui_q8 *x, size_t at)
{
	if (tensor->type == APUI_TYPE_INT16)
		return ((const int16_t *)tensor->data)[at];
	return apui_q8_get(x, at);
}

/* y[i], of a sum that is scaled already. */
static void
put(const struct apui_fw_tensor *y, size_t i, int32_t value)
{
	int64_t sum = (int64_t)value + y->zero_point;

	if (y->type == APUI_TYPE_INT16)
		((int16_t *)y->data)[i] =
			(int16_t)apui_fx_clamp(sum, INT16_MIN, INT16_MAX);
	else
		((uint8_t *)y->data)[i] = (uint8_t)apui_fx_clamp(
			sum, apui_q8_min(y->type), apui_q8_max(y->type));
}

int
apui_kernel_mean(const struct apui_fw_call *call)
{
	const struct apui_mean_params *params = &call->params.mean;
	const struct apui_fw_tensor *tensor = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	struct apui_reduced reduced;
	struct apui_q8 x;
	uint64_t work = 0;
	int ret;

	ret = check_mean(call, &reduced);
	if (ret != APUI_RESULT_OK)
		return ret;

	x = apui_q8_view(tensor);
	for (size_t i = 0; i < reduced.kept; i++) {
		size_t first = apui_reduced_find(&reduced, i, 0);
		uint32_t sum = 0;

		for (size_t j = 0; j < reduced.count; j++) {
			size_t at = first + apui_reduced_find(&reduced, j, 1);

			if (apui_pace(call, &work, 0))
				return APUI_RESULT_ECANCELED;
			sum += (uint32_t)get(tensor, &x, at);
		}
		put(y, i,
		    apui_fx_scale((int32_t)sum, params->multiplier,
				  params->shift));
	}
	return APUI_RESULT_OK;
}
