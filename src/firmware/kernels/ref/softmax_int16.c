/* SPDX-License-Identifier: MIT */
/*
 * SOFTMAX_INT16 along the last dimension: two tables of 513 points, of e^t and
 * of 1 / (1 + t), between which lines are drawn (docs/operators.md).
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/table16.h"

static int
check_softmax(const struct apui_fw_call *call)
{
	const struct apui_softmax_params *params = &call->params.softmax;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != APUI_TYPE_INT16 || y->type != APUI_TYPE_INT16 ||
	    x->rank == 0 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	for (unsigned int i = 1; i < 3; i++)
		if (!apui_table16_is_valid(&call->inputs[i]))
			return APUI_RESULT_EINVAL;
	if (!apui_fx_shift_is_valid(params->shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* e^(@x - @maximum) with 15 fraction bits. */
static int32_t
exponential(const struct apui_fw_call *call, int32_t x, int32_t maximum)
{
	const struct apui_softmax_params *params = &call->params.softmax;
	int32_t scaled =
		apui_fx_scale(x - maximum, params->multiplier, params->shift);

	return apui_table16_get(call->inputs[1].data,
				(int64_t)scaled + INT16_MAX);
}

/* 1 / @sum as a fraction; how far to shift its products into @out_shift. */
static int32_t
reciprocal(const struct apui_fw_call *call, int64_t sum,
	   unsigned int *out_shift)
{
	unsigned int zeros = (unsigned int)__builtin_clz((unsigned int)sum);
	int64_t shifted = (sum * ((int64_t)1 << (zeros - 1)) + (1 << 13)) >> 14;

	*out_shift = 31 - zeros;
	return apui_table16_get(call->inputs[2].data, shifted - (3 << 15));
}

static int
run_row(const struct apui_fw_call *call, const int16_t *x, int16_t *y,
	size_t length, uint64_t *work)
{
	int32_t maximum = INT16_MIN, inverse = 0;
	unsigned int shift = 1;
	int64_t sum = 0;

	if (apui_pace(call, work, 16 * (uint64_t)length))
		return APUI_RESULT_ECANCELED;
	for (size_t i = 0; i < length; i++)
		maximum = x[i] > maximum ? x[i] : maximum;
	for (size_t i = 0; i < length; i++)
		sum += exponential(call, x[i], maximum);
	/* Smaller sums take spoilt tables; larger ones wrap in LiteRT. */
	if (sum > 1 && sum <= INT32_MAX)
		inverse = reciprocal(call, sum, &shift);
	for (size_t i = 0; i < length; i++) {
		int64_t product =
			(int64_t)exponential(call, x[i], maximum) * inverse;

		y[i] = (int16_t)apui_fx_clamp(
			(product + ((int64_t)1 << (shift - 1))) >> shift, 0,
			INT16_MAX);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_softmax_int16(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *tensor = &call->inputs[0];
	const int16_t *x = tensor->data;
	int16_t *y = call->outputs[0].data;
	size_t count = tensor->size_bytes / sizeof(*x);
	uint64_t work = 0;
	size_t length;

	if (check_softmax(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	length = (size_t)tensor->dims[tensor->rank - 1];
	for (size_t i = 0; i < count; i += length) {
		int ret = run_row(call, x + i, y + i, length, &work);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
