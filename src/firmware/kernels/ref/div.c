/* SPDX-License-Identifier: MIT */
/*
 * DIV of 8 bits with broadcast, in fixed point: a reciprocal of b - zb, then
 * y = clamp(zy + quotient, scaled). Division by zero: ERANGE.
 */
#include "firmware/kernels/ref/walk.h"

static int
check_div(const struct apui_fw_call *call)
{
	const struct apui_product_params *params = &call->params.product;
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_valid(&call->inputs[0]) ||
	    !apui_q8_is_valid(&call->inputs[1]) || !apui_q8_is_valid(y) ||
	    call->inputs[0].type != y->type ||
	    call->inputs[1].type != y->type ||
	    !apui_q8_clamp_is_valid(y->type, params->act_min,
				    params->act_max) ||
	    !apui_fx_shift_is_valid(params->shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
leading_zeros(uint32_t x)
{
	return x == 0 ? 32 : __builtin_clz(x);
}

/* 1 / (1 + x) of docs/operators.md, SOFTMAX step 5. */
static int32_t
reciprocal(int32_t x)
{
	int64_t sum = (int64_t)x + INT32_MAX;
	int32_t half = (int32_t)((sum + 1) / 2);
	int32_t v = apui_fx_add(1515870810,
				apui_fx_multiply_high(half, -1010580540));

	for (int i = 0; i < 3; i++) {
		int32_t rest = (1 << 29) - apui_fx_multiply_high(half, v);

		v = apui_fx_add(v, apui_fx_shift_left_saturating(
					   apui_fx_multiply_high(v, rest), 2));
	}
	return apui_fx_shift_left_saturating(v, 1);
}

/* @b is 1 to 255. */
static int32_t
divide(const struct apui_product_params *params, int32_t a, int32_t b)
{
	int zeros = leading_zeros((uint32_t)b);
	int32_t inverse =
		reciprocal((int32_t)(((uint32_t)b << zeros) - (1u << 31)));
	int headroom = leading_zeros((uint32_t)(a < 0 ? ~a : a)) - 1;
	int32_t quotient = apui_fx_multiply_high(
		apui_fx_shift_left(a, (unsigned int)headroom), inverse);
	int shift = params->shift - (31 - zeros) - headroom;
	int32_t scaled = apui_fx_multiply_high(quotient, params->multiplier);

	if (shift > 0)
		return apui_fx_shift_left_saturating(
			scaled, shift > 31 ? 31 : (unsigned int)shift);
	return apui_fx_round_shift(scaled, (unsigned int)-shift);
}

static int
run_segment(const struct apui_walk *walk)
{
	const struct apui_product_params *params = &walk->call->params.product;
	const struct apui_q8 a = apui_q8_view(&walk->call->inputs[0]);
	const struct apui_q8 b = apui_q8_view(&walk->call->inputs[1]);
	int32_t zero_point = walk->call->outputs[0].zero_point;
	uint8_t *y = (uint8_t *)walk->call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++) {
		int32_t u = apui_q8_get(&a, walk->at[0] + i * walk->step[0]);
		/* Read once: what is checked is what divides. */
		volatile int32_t once =
			apui_q8_get(&b, walk->at[1] + i * walk->step[1]);
		int32_t v = once;
		int32_t value;

		if (v == 0)
			return APUI_RESULT_ERANGE;
		value = divide(params, v < 0 ? -u : u, v < 0 ? -v : v);
		y[i] = (uint8_t)apui_fx_clamp((int64_t)value + zero_point,
					      params->act_min, params->act_max);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_div(const struct apui_fw_call *call)
{
	struct apui_walk walk;

	if (check_div(call) != APUI_RESULT_OK ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk)) {
		int ret = run_segment(&walk);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return walk.result;
}
