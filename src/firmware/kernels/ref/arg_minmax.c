/* SPDX-License-Identifier: MIT */
/*
 * ARG_MINMAX: where along one dimension the largest or the smallest element
 * is; the first of equals.
 */
#include "firmware/kernels/ref/quantised.h"

static int
check_arg(const struct apui_fw_call *call)
{
	const struct apui_arg_minmax_params *params = &call->params.arg_minmax;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t count = 1;

	if (params->axis >= x->rank || params->is_min > 1 ||
	    x->dims[params->axis] == 0)
		return APUI_RESULT_EINVAL;
	if (!apui_q8_is_type(x->type) && x->type != APUI_TYPE_FLOAT32 &&
	    x->type != APUI_TYPE_INT32)
		return APUI_RESULT_EINVAL;
	if (y->type != APUI_TYPE_INT32 && y->type != APUI_TYPE_INT64)
		return APUI_RESULT_EINVAL;
	/* x has under 2^32 bytes, unless a dimension is 0. */
	if (x->size_bytes == 0)
		return y->size_bytes == 0 ? APUI_RESULT_OK : APUI_RESULT_EINVAL;
	for (unsigned int i = 0; i < x->rank; i++)
		if (i != params->axis)
			count *= (uint32_t)x->dims[i];
	return y->size_bytes == count * apui_fw_type_bytes(y->type)
		       ? APUI_RESULT_OK
		       : APUI_RESULT_EINVAL;
}

/* Doubles hold every value of these types. */
static double
read_value(const struct apui_fw_tensor *x, size_t i)
{
	switch (x->type) {
	case APUI_TYPE_INT8:
		return ((const int8_t *)x->data)[i];
	case APUI_TYPE_UINT8:
		return ((const uint8_t *)x->data)[i];
	case APUI_TYPE_INT32:
		return ((const int32_t *)x->data)[i];
	default:
		return (double)((const float *)x->data)[i];
	}
}

/* Returns -1 at a reset. */
static int32_t
find_best(const struct apui_fw_call *call, size_t first, size_t step,
	  int32_t length, uint64_t *work)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	int is_min = (int)call->params.arg_minmax.is_min;
	double best = read_value(x, first);
	int32_t at = 0;

	for (int32_t i = 1; i < length; i++) {
		double value = read_value(x, first + (size_t)i * step);

		if (apui_pace(call, work, 0))
			return -1;
		if (is_min ? value < best : value > best) {
			best = value;
			at = i;
		}
	}
	return at;
}

int
apui_kernel_arg_minmax(const struct apui_fw_call *call)
{
	const struct apui_arg_minmax_params *params = &call->params.arg_minmax;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	size_t step = 1, count;
	int32_t length;
	uint64_t work = 0;
	int ret;

	ret = check_arg(call);
	if (ret != APUI_RESULT_OK || y->size_bytes == 0)
		return ret;

	length = x->dims[params->axis];
	for (unsigned int i = params->axis + 1; i < x->rank; i++)
		step *= (size_t)x->dims[i];
	count = y->size_bytes / apui_fw_type_bytes(y->type);
	for (size_t i = 0; i < count; i++) {
		size_t first = i / step * step * (size_t)length + i % step;
		int32_t at = find_best(call, first, step, length, &work);

		if (at < 0 || apui_pace(call, &work, 0))
			return APUI_RESULT_ECANCELED;
		if (y->type == APUI_TYPE_INT32)
			((int32_t *)y->data)[i] = at;
		else
			((int64_t *)y->data)[i] = at;
	}
	return APUI_RESULT_OK;
}
