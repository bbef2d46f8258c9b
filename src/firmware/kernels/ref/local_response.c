/* SPDX-License-Identifier: MIT */
/*
 * LOCAL_RESPONSE of float32: each element times a power of the squares around
 * it, along the last dimension. The element itself and the radius - 1 behind it
 * count, and radius elements in front of it.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/maths.h"

/* Work of a power, as apui_pace() counts it. */
#define POWER_WORK 32

static int
check_local_response(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != APUI_TYPE_FLOAT32 || y->type != APUI_TYPE_FLOAT32 ||
	    x->rank == 0 || !apui_same_shape(x, y) ||
	    call->params.local_response.radius < 0)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
run_row(const struct apui_fw_call *call, const float *x, float *y,
	size_t length, uint64_t *work)
{
	const struct apui_local_response_params *params =
		&call->params.local_response;
	size_t radius = (size_t)params->radius;

	for (size_t i = 0; i < length; i++) {
		size_t first = i > radius ? i - radius : 0;
		size_t end = length - i > radius ? i + radius : length;
		float sum = 0;

		if (apui_pace(call, work, end - first + POWER_WORK))
			return APUI_RESULT_ECANCELED;
		for (size_t j = first; j < end; j++)
			sum += x[j] * x[j];
		y[i] = x[i] *
		       powf(params->bias + params->alpha * sum, -params->beta);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_local_response(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *tensor = &call->inputs[0];
	const float *x = tensor->data;
	float *y = call->outputs[0].data;
	uint64_t work = 0;
	size_t length, count;

	if (check_local_response(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (tensor->size_bytes == 0)
		return APUI_RESULT_OK;

	length = (size_t)tensor->dims[tensor->rank - 1];
	count = tensor->size_bytes / sizeof(*x);
	for (size_t i = 0; i < count; i += length) {
		int ret = run_row(call, x + i, y + i, length, &work);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
