/* SPDX-License-Identifier: MIT */
/*
 * SOFTMAX along the last dimension, in integers (docs/operators.md): the
 * differences to the row's maximum in Q5.26, their exponentials in Q0.31, the
 * sum of those in Q12.19, and its reciprocal by three Newton steps.
 */
#include "firmware/kernels/ref/exponential.h"
#include "firmware/kernels/ref/quantised.h"

#define DIFFERENCE_BITS 26 /* fraction bits of a Q5.26 */
#define SUM_SHIFT       12 /* Q0.31 to Q12.19 */
/* A sum of 512.0 in Q12.19: outputs would need a shift of more than 31. */
#define SUM_LIMIT ((uint64_t)1 << 28)

static int
check_softmax(const struct apui_fw_call *call)
{
	const struct apui_softmax_params *params = &call->params.softmax;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_valid(x) ||
	    (y->type != x->type &&
	     (x->type != APUI_TYPE_INT8 || y->type != APUI_TYPE_INT16)) ||
	    x->rank == 0 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	/* No difference that takes part is below -31 in Q5.26. */
	if (params->multiplier < 0 || params->shift < 0 || params->shift > 31 ||
	    params->diff_min > 0 ||
	    params->diff_min * ((int64_t)1 << params->shift) <
		    -((int64_t)31 << DIFFERENCE_BITS))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* exp(x[i] - maximum); 0 for one too small to count, which no exp() gives. */
static int32_t
element_exponential(const struct apui_softmax_params *params,
		    const struct apui_q8 *x, size_t i, int32_t maximum)
{
	int32_t difference = apui_q8_get(x, i) - maximum;

	if (difference < params->diff_min)
		return 0;
	return apui_exponential(apui_fx_multiply_high(
		apui_fx_shift_left(difference, (unsigned int)params->shift),
		params->multiplier));
}

/* Work of an exponential, as apui_pace() counts it. */
#define EXPONENTIAL_WORK 32

/* @value is 0 or more, from the type's minimum on. */
static void
store(const struct apui_fw_tensor *y, size_t i, int32_t value)
{
	if (y->type == APUI_TYPE_INT16)
		((int16_t *)y->data)[i] = (int16_t)apui_fx_clamp(
			(int64_t)value + INT16_MIN, INT16_MIN, INT16_MAX);
	else
		((uint8_t *)y->data)[i] = (uint8_t)apui_fx_clamp(
			(int64_t)value + apui_q8_min(y->type),
			apui_q8_min(y->type), apui_q8_max(y->type));
}

static int32_t
find_maximum(const struct apui_q8 *x, size_t first, size_t length)
{
	int32_t maximum = INT32_MIN;

	for (size_t i = first; i < first + length; i++)
		if (apui_q8_get(x, i) > maximum)
			maximum = apui_q8_get(x, i);
	return maximum;
}

static int
run_row(const struct apui_fw_call *call, const struct apui_q8 *x, size_t first,
	size_t length, uint64_t *work)
{
	const struct apui_softmax_params *params = &call->params.softmax;
	const struct apui_fw_tensor *y = &call->outputs[0];
	/* From 31 fraction bits to those of the type. */
	unsigned int shift = y->type == APUI_TYPE_INT16 ? 27 : 35;
	int32_t maximum = find_maximum(x, first, length);
	int32_t e, value, scale = 0;
	unsigned int zeros = 0;
	uint64_t sum = 0;

	for (size_t i = 0; i < length; i++) {
		if (apui_pace(call, work, EXPONENTIAL_WORK))
			return APUI_RESULT_ECANCELED;
		e = element_exponential(params, x, first + i, maximum);
		sum += (uint32_t)apui_fx_round_shift(e, SUM_SHIFT);
	}
	/*
	 * At the limit LiteRT aborts; every output is the minimum, as with a
	 * scale of 0. A sum of 0 takes bytes that change meanwhile.
	 */
	if (sum > 0 && sum < SUM_LIMIT) {
		zeros = (unsigned int)__builtin_clz((unsigned int)sum);
		scale = apui_reciprocal(
			(int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
	}

	for (size_t i = 0; i < length; i++) {
		if (apui_pace(call, work, EXPONENTIAL_WORK))
			return APUI_RESULT_ECANCELED;
		e = element_exponential(params, x, first + i, maximum);
		value = apui_fx_round_shift(apui_fx_multiply_high(scale, e),
					    shift - zeros);
		store(y, first + i, value);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_softmax(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *y = &call->outputs[0];
	const struct apui_q8 x = apui_q8_view(&call->inputs[0]);
	uint64_t work = 0;
	size_t length;

	if (check_softmax(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	length = (size_t)y->dims[y->rank - 1];
	for (size_t first = 0; first < call->inputs[0].size_bytes;
	     first += length) {
		int ret = run_row(call, &x, first, length, &work);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
