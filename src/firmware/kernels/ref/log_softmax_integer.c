/* SPDX-License-Identifier: MIT */
/*
 * LOG_SOFTMAX of 8 bits along the last dimension, in integers
 * (docs/operators.md): the differences to the row's maximum in Q5.26, less the
 * logarithm of the sum of their exponentials. y is in 1/16, 0 its greatest.
 */
#include "firmware/kernels/ref/exponential.h"
#include "firmware/kernels/ref/quantised.h"

#define DIFFERENCE_BITS 26 /* fraction bits of a Q5.26 */
#define OUTPUT_BITS     4  /* of y */
#define SUM_SHIFT       12 /* Q0.31 to Q12.19 */
/* Work of an exponential, as apui_pace() counts it. */
#define EXPONENTIAL_WORK 32

struct row {
	const struct apui_log_softmax_params *params;
	struct apui_q8 x;
	size_t first, length;
	int32_t maximum;
	int32_t logarithm; /* of the sum, in Q5.26 */
	int32_t least;     /* differences up to it give the least number */
};

static int
check_softmax(const struct apui_fw_call *call)
{
	const struct apui_log_softmax_params *params =
		&call->params.log_softmax;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_valid(x) || y->type != x->type || x->rank == 0 ||
	    !apui_same_shape(x, y) || y->zero_point != apui_q8_max(y->type))
		return APUI_RESULT_EINVAL;
	/* No difference that takes part is below -31 in Q5.26. */
	if (params->multiplier < 0 || params->shift < 0 || params->shift > 31 ||
	    params->diff_min > 0 ||
	    params->diff_min * ((int64_t)1 << params->shift) <
		    -((int64_t)31 << DIFFERENCE_BITS))
		return APUI_RESULT_EINVAL;
	if (!apui_fx_shift_is_valid(params->inverse_shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int32_t
scale(const struct apui_log_softmax_params *params, int32_t difference)
{
	return apui_fx_multiply_high(
		apui_fx_shift_left(difference, (unsigned int)params->shift),
		params->multiplier);
}

static int32_t
difference_at(const struct row *row, size_t i)
{
	return apui_q8_get(&row->x, row->first + i) - row->maximum;
}

/* Of all exponentials, and where y's least number begins. */
static int
sum_row(const struct apui_fw_call *call, struct row *row, uint64_t *work)
{
	const struct apui_log_softmax_params *params = row->params;
	uint64_t sum = 0;
	int32_t limit;

	for (size_t i = 0; i < row->length; i++) {
		int32_t difference = difference_at(row, i);

		if (apui_pace(call, work, EXPONENTIAL_WORK))
			return APUI_RESULT_ECANCELED;
		if (difference >= params->diff_min)
			sum += (uint32_t)apui_fx_round_shift(
				apui_exponential(scale(params, difference)),
				SUM_SHIFT);
	}
	/* The reference wraps beyond. 0 takes bytes that change meanwhile. */
	if (sum > INT32_MAX)
		sum = INT32_MAX;
	row->logarithm = apui_logarithm(sum == 0 ? 1 : (int32_t)sum);
	limit = apui_fx_scale(apui_fx_add(row->logarithm, INT32_MIN),
			      params->inverse_multiplier,
			      params->inverse_shift);
	row->least =
		params->diff_min - 1 > limit ? params->diff_min - 1 : limit;
	return APUI_RESULT_OK;
}

static uint8_t
compute(const struct row *row, const struct apui_fw_tensor *y, size_t i)
{
	int32_t difference = difference_at(row, i);
	int32_t min = apui_q8_min(y->type), value;

	if (difference <= row->least)
		return (uint8_t)min;
	value = (int32_t)((uint32_t)scale(row->params, difference) -
			  (uint32_t)row->logarithm);
	value = apui_fx_round_shift(value, DIFFERENCE_BITS - OUTPUT_BITS);
	return (uint8_t)apui_fx_clamp((int64_t)value + y->zero_point, min,
				      apui_q8_max(y->type));
}

static int
run_row(const struct apui_fw_call *call, struct row *row, uint64_t *work)
{
	uint8_t *y = (uint8_t *)call->outputs[0].data + row->first;
	int ret;

	row->maximum = INT32_MIN;
	for (size_t i = 0; i < row->length; i++) {
		int32_t value = apui_q8_get(&row->x, row->first + i);

		if (value > row->maximum)
			row->maximum = value;
	}
	ret = sum_row(call, row, work);
	if (ret != APUI_RESULT_OK)
		return ret;
	for (size_t i = 0; i < row->length; i++) {
		if (apui_pace(call, work, 1))
			return APUI_RESULT_ECANCELED;
		y[i] = compute(row, &call->outputs[0], i);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_log_softmax_integer(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	struct row row = { .params = &call->params.log_softmax };
	uint64_t work = 0;
	int ret = check_softmax(call);

	if (ret != APUI_RESULT_OK)
		return ret;
	row.x = apui_q8_view(x);
	row.length = (size_t)x->dims[x->rank - 1];
	for (; row.first < x->size_bytes; row.first += row.length) {
		ret = run_row(call, &row, &work);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
