/* SPDX-License-Identifier: MIT */
/*
 * L2_NORMALIZATION: x / its length, along the last dimension, of float32; of 8
 * bits in integers, y being in 1/128 (docs/operators.md).
 */
#include "firmware/kernels/ref/layer_norm16.h"
#include "firmware/kernels/ref/quantised.h"
#include "firmware/maths.h"

/* What a vector is at least long, squared or not: no division by 0. */
#define MIN_LENGTH 1e-6f
/* y's fraction bits. */
#define OUTPUT_BITS 7

static int
check_normalization(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != y->type || x->rank == 0 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	if (x->type == APUI_TYPE_FLOAT32)
		return APUI_RESULT_OK;
	if (!apui_q8_is_valid(x) ||
	    y->zero_point != (x->type == APUI_TYPE_INT8 ? 0 : 128))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
run_real_row(const struct apui_fw_call *call, size_t first, size_t length,
	     uint64_t *work)
{
	const float *x = (const float *)call->inputs[0].data + first;
	float *y = (float *)call->outputs[0].data + first;
	float sum = 0, norm;

	for (size_t i = 0; i < length; i++) {
		if (apui_pace(call, work, 1))
			return APUI_RESULT_ECANCELED;
		sum += x[i] * x[i];
	}
	norm = sqrtf(sum);
	norm = norm < MIN_LENGTH ? MIN_LENGTH : norm;
	for (size_t i = 0; i < length; i++)
		y[i] = x[i] / norm;
	return APUI_RESULT_OK;
}

/* @value times the reciprocal; the types differ in where they round. */
static int32_t
normalise(int32_t value, struct apui_scale inverse, unsigned int type)
{
	if (type == APUI_TYPE_UINT8)
		return apui_fx_scale(value * (1 << OUTPUT_BITS),
				     inverse.multiplier, inverse.shift);
	return apui_fx_scale(value, inverse.multiplier,
			     inverse.shift + OUTPUT_BITS);
}

static int
run_integer_row(const struct apui_fw_call *call, size_t first, size_t length,
		uint64_t *work)
{
	const struct apui_q8 x = apui_q8_view(&call->inputs[0]);
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint8_t *out = (uint8_t *)y->data + first;
	struct apui_scale inverse;
	uint64_t sum = 0;

	for (size_t i = first; i < first + length; i++) {
		int32_t value = apui_q8_get(&x, i);

		if (apui_pace(call, work, 1))
			return APUI_RESULT_ECANCELED;
		sum += (uint32_t)(value * value);
	}
	inverse = apui_inverse_root(sum > INT32_MAX ? INT32_MAX : (int32_t)sum);
	for (size_t i = 0; i < length; i++) {
		int32_t value =
			normalise(apui_q8_get(&x, first + i), inverse, y->type);

		out[i] = (uint8_t)apui_fx_clamp((int64_t)value + y->zero_point,
						apui_q8_min(y->type),
						apui_q8_max(y->type));
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_l2_normalization(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	uint64_t work = 0;
	size_t length, count;
	int ret;

	ret = check_normalization(call);
	if (ret != APUI_RESULT_OK || x->size_bytes == 0)
		return ret;

	length = (size_t)x->dims[x->rank - 1];
	count = x->size_bytes / apui_fw_type_bytes(x->type);
	for (size_t i = 0; i < count && ret == APUI_RESULT_OK; i += length)
		ret = (x->type == APUI_TYPE_FLOAT32
			       ? run_real_row
			       : run_integer_row)(call, i, length, &work);
	return ret;
}
