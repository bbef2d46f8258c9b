/* SPDX-License-Identifier: MIT */
/*
 * BUCKETIZE: how many of the boundaries, which ascend, are not above x.
 * Integers are compared as float32, as the reference does; what is no number is
 * above all.
 */
#include "firmware/kernels/ref/quantised.h"

static int
is_above(const struct apui_fw_tensor *x, size_t i, float boundary)
{
	switch (x->type) {
	case APUI_TYPE_INT32:
		return (float)((const int32_t *)x->data)[i] < boundary;
	case APUI_TYPE_INT64:
		return (float)((const int64_t *)x->data)[i] < boundary;
	case APUI_TYPE_FLOAT64:
		return ((const double *)x->data)[i] < (double)boundary;
	default:
		return ((const float *)x->data)[i] < boundary;
	}
}

static int32_t
find_bucket(const struct apui_fw_tensor *x, size_t i, const float *boundaries,
	    int32_t count)
{
	int32_t first = 0, last = count;

	while (first < last) {
		int32_t middle = first + (last - first) / 2;

		if (is_above(x, i, boundaries[middle]))
			last = middle;
		else
			first = middle + 1;
	}
	return first;
}

static int
is_valid(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];

	return (x->type == APUI_TYPE_FLOAT32 || x->type == APUI_TYPE_FLOAT64 ||
		x->type == APUI_TYPE_INT32 || x->type == APUI_TYPE_INT64) &&
	       call->inputs[1].type == APUI_TYPE_FLOAT32 &&
	       call->inputs[1].rank == 1 &&
	       call->outputs[0].type == APUI_TYPE_INT32 &&
	       apui_same_shape(x, &call->outputs[0]);
}

int
apui_kernel_bucketize(const struct apui_fw_call *call)
{
	const float *boundaries = call->inputs[1].data;
	int32_t *y = call->outputs[0].data;
	size_t count = call->outputs[0].size_bytes / sizeof(int32_t);
	uint64_t work = 0;

	if (!is_valid(call))
		return APUI_RESULT_EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (apui_pace(call, &work, 8))
			return APUI_RESULT_ECANCELED;
		y[i] = find_bucket(&call->inputs[0], i, boundaries,
				   call->inputs[1].dims[0]);
	}
	return APUI_RESULT_OK;
}
