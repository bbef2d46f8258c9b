/* SPDX-License-Identifier: MIT */
/*
 * DEQUANTIZE: y = scale * (x - zero point), one of each or one for each element
 * of a dimension; from float16 y = x.
 */
#include "firmware/half.h"
#include "firmware/kernels/ref/float32.h"

enum { X, SCALE, ZERO_POINT };

static int
type_is_valid(unsigned int type)
{
	return type == APUI_TYPE_FLOAT16 || apui_q8_is_type(type) ||
	       type == APUI_TYPE_INT16;
}

/* One scale and zero point, or one a channel. */
static int
check_scales(const struct apui_fw_call *call)
{
	uint32_t axis = call->params.dequantize.axis;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *scale = &call->inputs[SCALE];
	int32_t count = 1;

	if (axis != APUI_PROGRAM_MAX_RANK) {
		if (axis >= x->rank)
			return APUI_RESULT_EINVAL;
		count = x->dims[axis];
	}
	if (!scale->data || !apui_is_float32_vector(scale, count) ||
	    !call->inputs[ZERO_POINT].data ||
	    !apui_is_int32_vector(&call->inputs[ZERO_POINT], count))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
check_dequantize(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!type_is_valid(x->type) || y->type != APUI_TYPE_FLOAT32 ||
	    !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	return x->type == APUI_TYPE_FLOAT16 ? APUI_RESULT_OK
					    : check_scales(call);
}

static int32_t
read_integer(const struct apui_fw_tensor *x, size_t i)
{
	if (x->type == APUI_TYPE_INT8)
		return ((const int8_t *)x->data)[i];
	if (x->type == APUI_TYPE_UINT8)
		return ((const uint8_t *)x->data)[i];
	return ((const int16_t *)x->data)[i];
}

static float
read_real(const struct apui_fw_call *call, size_t i, size_t channel)
{
	const struct apui_fw_tensor *x = &call->inputs[X];
	const float *scale = call->inputs[SCALE].data;
	int64_t zero_point;

	if (x->type == APUI_TYPE_FLOAT16)
		return apui_half_to_float(((const uint16_t *)x->data)[i]);
	zero_point = apui_fw_read_i32(call->inputs[ZERO_POINT].data,
				      (uint32_t)channel);
	return scale[channel] * (float)(read_integer(x, i) - zero_point);
}

int
apui_kernel_dequantize(const struct apui_fw_call *call)
{
	uint32_t axis = call->params.dequantize.axis;
	const struct apui_fw_tensor *x = &call->inputs[X];
	float *y = call->outputs[0].data;
	size_t total = call->outputs[0].size_bytes / sizeof(float);
	size_t inner = 1, channels = 1;
	size_t channel = 0,
	       place = 0; /* element i's; place in 0 .. inner - 1 */
	uint64_t work = 0;

	if (check_dequantize(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (total > 0 && axis < x->rank) {
		channels = (size_t)x->dims[axis];
		for (unsigned int d = axis + 1; d < x->rank; d++)
			inner *= (size_t)x->dims[d];
	}

	for (size_t i = 0; i < total; i++) {
		if (apui_pace(call, &work, 0))
			return APUI_RESULT_ECANCELED;
		y[i] = read_real(call, i, channel);
		if (channels == 1 || ++place < inner)
			continue;
		place = 0;
		channel = channel + 1 < channels ? channel + 1 : 0;
	}
	return APUI_RESULT_OK;
}
