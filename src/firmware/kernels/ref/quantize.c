/* SPDX-License-Identifier: MIT */
/*
 * QUANTIZE: integers to integers y = clamp(zy + MBQM(x - zx)); float32 to
 * integers y = clamp(zy + round(x / scale)), halves away from zero; NaN gives
 * zy.
 */
#include "firmware/kernels/ref/quantised.h"

struct integer_type {
	int32_t min, max;
};

/* Both 0 for a type that is not quantised. */
static struct integer_type
find_type(unsigned int type)
{
	switch (type) {
	case APUI_TYPE_INT8:
		return (struct integer_type) { INT8_MIN, INT8_MAX };
	case APUI_TYPE_UINT8:
		return (struct integer_type) { 0, UINT8_MAX };
	case APUI_TYPE_INT16:
		return (struct integer_type) { INT16_MIN, INT16_MAX };
	case APUI_TYPE_INT32:
		return (struct integer_type) { INT32_MIN, INT32_MAX };
	default:
		return (struct integer_type) { 0 };
	}
}

static int
is_valid(const struct apui_fw_tensor *tensor)
{
	struct integer_type type = find_type(tensor->type);

	return type.max > 0 && tensor->zero_point >= type.min &&
	       tensor->zero_point <= type.max;
}

static int
check_quantize(const struct apui_fw_call *call)
{
	const struct apui_quantize_params *params = &call->params.quantize;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!is_valid(y) || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	if (x->type == APUI_TYPE_FLOAT32)
		return params->scale > 0 ? APUI_RESULT_OK : APUI_RESULT_EINVAL;
	return is_valid(x) && apui_fx_shift_is_valid(params->shift)
		       ? APUI_RESULT_OK
		       : APUI_RESULT_EINVAL;
}

/* Element @i of an integer tensor less the zero point; int32 wraps. */
static int32_t
read_integer(const struct apui_fw_tensor *x, size_t i)
{
	int32_t value;

	if (x->type == APUI_TYPE_INT8)
		value = ((const int8_t *)x->data)[i];
	else if (x->type == APUI_TYPE_UINT8)
		value = ((const uint8_t *)x->data)[i];
	else if (x->type == APUI_TYPE_INT16)
		value = ((const int16_t *)x->data)[i];
	else
		value = ((const int32_t *)x->data)[i];
	return (int32_t)((uint32_t)value - (uint32_t)x->zero_point);
}

static void
write_integer(const struct apui_fw_tensor *y, size_t i, int32_t value)
{
	if (apui_q8_is_type(y->type))
		((uint8_t *)y->data)[i] = (uint8_t)value;
	else if (y->type == APUI_TYPE_INT16)
		((int16_t *)y->data)[i] = (int16_t)value;
	else
		((int32_t *)y->data)[i] = value;
}

int
apui_kernel_quantize(const struct apui_fw_call *call)
{
	const struct apui_quantize_params *params = &call->params.quantize;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	const struct integer_type type = find_type(y->type);
	size_t count = 0;
	uint64_t work = 0;

	if (check_quantize(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	count = y->size_bytes / apui_fw_type_bytes(y->type);
	for (size_t i = 0; i < count; i++) {
		int32_t value;

		if (apui_pace(call, &work, 0))
			return APUI_RESULT_ECANCELED;
		if (x->type == APUI_TYPE_FLOAT32)
			value = apui_fx_round_double(
				((const float *)x->data)[i] / params->scale);
		else
			value = apui_fx_scale(read_integer(x, i),
					      params->multiplier,
					      params->shift);
		write_integer(y, i,
			      apui_fx_clamp((int64_t)value + y->zero_point,
					    type.min, type.max));
	}
	return APUI_RESULT_OK;
}
