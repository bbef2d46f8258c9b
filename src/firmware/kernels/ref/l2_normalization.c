/* SPDX-License-Identifier: MIT */
/* L2_NORMALIZATION of float32: x / its length, along the last dimension. */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/maths.h"

/* What a vector is at least long, squared or not: no division by 0. */
#define MIN_LENGTH 1e-6f

static int
check_normalization(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != APUI_TYPE_FLOAT32 || y->type != APUI_TYPE_FLOAT32 ||
	    x->rank == 0 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

int
apui_kernel_l2_normalization(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *tensor = &call->inputs[0];
	const float *x = tensor->data;
	float *y = call->outputs[0].data;
	uint64_t work = 0;
	size_t length, count;
	int ret;

	ret = check_normalization(call);
	if (ret != APUI_RESULT_OK || tensor->size_bytes == 0)
		return ret;

	length = (size_t)tensor->dims[tensor->rank - 1];
	count = tensor->size_bytes / sizeof(*x);
	for (size_t i = 0; i < count; i += length) {
		float sum = 0, norm;

		for (size_t j = 0; j < length; j++) {
			if (apui_pace(call, &work, 1))
				return APUI_RESULT_ECANCELED;
			sum += x[i + j] * x[i + j];
		}
		norm = sqrtf(sum);
		norm = norm < MIN_LENGTH ? MIN_LENGTH : norm;
		for (size_t j = 0; j < length; j++)
			y[i + j] = x[i + j] / norm;
	}
	return APUI_RESULT_OK;
}
