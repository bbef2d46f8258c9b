/* SPDX-License-Identifier: MIT */
/*
 * CAST: the same number in another type. Integers wrap; real numbers lose their
 * fraction and saturate. To bool: whether it is not 0.
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/walk.h"

static int64_t
integer_min(unsigned int type)
{
	switch (type) {
	case APUI_TYPE_INT8:
		return INT8_MIN;
	case APUI_TYPE_INT16:
		return INT16_MIN;
	case APUI_TYPE_INT32:
		return INT32_MIN;
	case APUI_TYPE_INT64:
		return INT64_MIN;
	default:
		return 0;
	}
}

static int64_t
integer_max(unsigned int type)
{
	switch (type) {
	case APUI_TYPE_INT8:
		return INT8_MAX;
	case APUI_TYPE_UINT8:
		return UINT8_MAX;
	case APUI_TYPE_INT16:
		return INT16_MAX;
	case APUI_TYPE_INT32:
		return INT32_MAX;
	default:
		return INT64_MAX;
	}
}

/* NaN gives the largest, as in LiteRT. */
static int64_t
from_real(unsigned int type, double value)
{
	/* Exact but for int64, where it is 2^63 and out of range itself. */
	double max = (double)integer_max(type);

	if (type == APUI_TYPE_BOOL)
		return value != 0;
	if (value != value || value >= max)
		return integer_max(type);
	if (value <= (double)integer_min(type))
		return integer_min(type);
	return (int64_t)value;
}

static void
cast(const struct apui_fw_tensor *x, const struct apui_fw_tensor *y, size_t i)
{
	const float *real = x->data;
	float *out = y->data;

	if (x->type == APUI_TYPE_FLOAT32 && y->type == APUI_TYPE_FLOAT32)
		out[i] = real[i];
	else if (x->type == APUI_TYPE_FLOAT32)
		apui_element_set(y->type, y->data, i,
				 from_real(y->type, (double)real[i]));
	else if (y->type == APUI_TYPE_FLOAT32)
		out[i] = (float)apui_element_get(x->type, x->data, i);
	else
		apui_element_set(y->type, y->data, i,
				 apui_element_get(x->type, x->data, i));
}

static int
has_cast(unsigned int type)
{
	return type == APUI_TYPE_FLOAT32 || apui_is_integer(type);
}

int
apui_kernel_cast(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	struct apui_walk walk;

	if (!has_cast(x->type) || !has_cast(y->type) ||
	    !apui_same_shape(x, y) ||
	    apui_walk_begin(&walk, call, 1) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		for (size_t i = 0; i < walk.length; i++)
			cast(x, y, walk.y_at + i);
	return walk.result;
}
