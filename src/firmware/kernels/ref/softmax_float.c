/* SPDX-License-Identifier: MIT */
/*
 * SOFTMAX_FLOAT: y = e / sum of e along the last dimension, with
 * e = exp((x - maximum) * beta).
 */
#include "firmware/kernels/ref/float32.h"
#include "firmware/maths.h"

/* An exponential takes as long as so many multiplications. */
#define EXP_WORK 16

static float
find_largest(const float *x, size_t count)
{
	float largest = -APUI_FLOAT32_MAX;

	for (size_t i = 0; i < count; i++)
		largest = largest < x[i] ? x[i] : largest;
	return largest;
}

static int
run_row(const struct apui_fw_call *call, const float *x, float *y, size_t count,
	uint64_t *work)
{
	float largest = find_largest(x, count);
	float sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (apui_pace(call, work, EXP_WORK))
			return APUI_RESULT_ECANCELED;
		y[i] = expf((x[i] - largest) * call->params.softmax_float.beta);
		sum += y[i];
	}
	for (size_t i = 0; i < count; i++)
		y[i] /= sum;
	return APUI_RESULT_OK;
}

int
apui_kernel_softmax_float(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	size_t total = x->size_bytes / sizeof(float);
	uint64_t work = 0;
	size_t depth;

	if (x->type != APUI_TYPE_FLOAT32 || y->type != APUI_TYPE_FLOAT32 ||
	    x->rank < 1 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;

	depth = (size_t)x->dims[x->rank - 1];
	for (size_t at = 0; at < total; at += depth) {
		int ret = run_row(call, (const float *)x->data + at,
				  (float *)y->data + at, depth, &work);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
