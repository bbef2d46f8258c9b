/* SPDX-License-Identifier: MIT */
/*
 * ADD and SUB with broadcast: t = MBQM((x - zx) * 2^left_shift) for each input,
 * then y = clamp(zy + MBQM(ta + tb)), or ta - tb. SQUARED_DIFFERENCE of 8 bits:
 * (ta - tb)^2, wrapping.
 */
#include "firmware/kernels/ref/walk.h"

enum combination { SUM, DIFFERENCE, SQUARE };

static int
check_sum(const struct apui_fw_call *call)
{
	const struct apui_add_params *params = &call->params.add;
	const struct apui_fw_tensor *a = &call->inputs[0];
	const struct apui_fw_tensor *b = &call->inputs[1];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (a->type != y->type || b->type != y->type ||
	    !apui_scaled_is_valid(a) || !apui_scaled_is_valid(b) ||
	    !apui_scaled_is_valid(y) ||
	    !apui_scaled_clamp_is_valid(y->type, params->act_min,
					params->act_max))
		return APUI_RESULT_EINVAL;
	if (params->left_shift < 0 || params->left_shift > APUI_SHIFT_MAX ||
	    !apui_fx_shift_is_valid(params->a_shift) ||
	    !apui_fx_shift_is_valid(params->b_shift) ||
	    !apui_fx_shift_is_valid(params->out_shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int32_t
combine(int32_t a, int32_t b, enum combination how)
{
	uint32_t difference = (uint32_t)a - (uint32_t)b;

	switch (how) {
	case SUM:
		return apui_fx_add(a, b);
	case DIFFERENCE:
		return apui_fx_add(a, (int32_t)(0 - (uint32_t)b));
	default:
		return (int32_t)(difference * difference);
	}
}

static int32_t
add(const struct apui_add_params *params, int32_t a, int32_t b,
    int32_t zero_point, enum combination how)
{
	unsigned int left_shift = (unsigned int)params->left_shift;
	int32_t sum;

	a = apui_fx_scale(apui_fx_shift_left(a, left_shift),
			  params->a_multiplier, params->a_shift);
	b = apui_fx_scale(apui_fx_shift_left(b, left_shift),
			  params->b_multiplier, params->b_shift);
	sum = apui_fx_scale(combine(a, b, how), params->out_multiplier,
			    params->out_shift);
	return apui_fx_clamp((int64_t)sum + zero_point, params->act_min,
			     params->act_max);
}

static void
run_words(const struct apui_walk *walk, enum combination how)
{
	const struct apui_fw_call *call = walk->call;
	const int16_t *a = call->inputs[0].data, *b = call->inputs[1].data;
	int16_t *y = (int16_t *)call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++)
		y[i] = (int16_t)add(&call->params.add,
				    a[walk->at[0] + i * walk->step[0]],
				    b[walk->at[1] + i * walk->step[1]], 0, how);
}

static void
run_segment(const struct apui_walk *walk, enum combination how)
{
	const struct apui_fw_call *call = walk->call;
	const struct apui_q8 a = apui_q8_view(&call->inputs[0]);
	const struct apui_q8 b = apui_q8_view(&call->inputs[1]);
	int32_t zero_point = call->outputs[0].zero_point;
	uint8_t *y = (uint8_t *)call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++)
		y[i] = (uint8_t)add(
			&call->params.add,
			apui_q8_get(&a, walk->at[0] + i * walk->step[0]),
			apui_q8_get(&b, walk->at[1] + i * walk->step[1]),
			zero_point, how);
}

static int
run(const struct apui_fw_call *call, enum combination how)
{
	struct apui_walk walk;

	if (check_sum(call) != APUI_RESULT_OK ||
	    (how == SQUARE && call->outputs[0].type == APUI_TYPE_INT16) ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		if (call->outputs[0].type == APUI_TYPE_INT16)
			run_words(&walk, how);
		else
			run_segment(&walk, how);
	return walk.result;
}

int
apui_kernel_add(const struct apui_fw_call *call)
{
	return run(call, SUM);
}

int
apui_kernel_sub(const struct apui_fw_call *call)
{
	return run(call, DIFFERENCE);
}

int
apui_kernel_squared_difference(const struct apui_fw_call *call)
{
	return run(call, SQUARE);
}
