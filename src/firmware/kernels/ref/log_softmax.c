/* SPDX-License-Identifier: MIT */
/*
 * LOG_SOFTMAX of float32 along the last dimension: x less the row's maximum and
 * the logarithm of the sum of the exponentials of that.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/maths.h"

static int
check_softmax(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != APUI_TYPE_FLOAT32 || y->type != APUI_TYPE_FLOAT32 ||
	    x->rank == 0 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

int
apui_kernel_log_softmax(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *tensor = &call->inputs[0];
	const float *x = tensor->data;
	float *y = call->outputs[0].data;
	uint64_t work = 0;
	size_t length, count;
	int ret;

	ret = check_softmax(call);
	if (ret != APUI_RESULT_OK || tensor->size_bytes == 0)
		return ret;

	length = (size_t)tensor->dims[tensor->rank - 1];
	count = tensor->size_bytes / sizeof(*x);
	for (size_t i = 0; i < count; i += length) {
		float max = x[i], sum = 0;

		for (size_t j = 1; j < length; j++)
			max = x[i + j] > max ? x[i + j] : max;
		for (size_t j = 0; j < length; j++) {
			if (apui_pace(call, &work, 16))
				return APUI_RESULT_ECANCELED;
			sum += expf(x[i + j] - max);
		}
		sum = logf(sum);
		for (size_t j = 0; j < length; j++)
			y[i + j] = x[i + j] - max - sum;
	}
	return APUI_RESULT_OK;
}
