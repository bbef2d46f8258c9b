/* SPDX-License-Identifier: MIT */
/*
 * COMPARE with broadcast: y = a ? b, a bool. Numbers of 8 bits, and of int16
 * with a left_shift, are scaled first, to MBQM((x - zx) * 2^left_shift).
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/walk.h"

static int
is_scaled(const struct apui_compare_params *params, unsigned int type)
{
	return apui_q8_is_type(type) ||
	       (type == APUI_TYPE_INT16 && params->left_shift != 0);
}

static int
check_compare(const struct apui_fw_call *call)
{
	const struct apui_compare_params *params = &call->params.compare;
	const struct apui_fw_tensor *a = &call->inputs[0];
	const struct apui_fw_tensor *b = &call->inputs[1];

	if (call->outputs[0].type != APUI_TYPE_BOOL || a->type != b->type ||
	    (a->type != APUI_TYPE_FLOAT32 && !apui_is_integer(a->type)) ||
	    params->function < APUI_COMPARE_EQUAL ||
	    params->function > APUI_COMPARE_LESS_EQUAL)
		return APUI_RESULT_EINVAL;
	if (!is_scaled(params, a->type))
		return APUI_RESULT_OK;
	if (!apui_scaled_is_valid(a) || !apui_scaled_is_valid(b) ||
	    params->left_shift < 0 || params->left_shift > APUI_SHIFT_MAX ||
	    !apui_fx_shift_is_valid(params->a_shift) ||
	    !apui_fx_shift_is_valid(params->b_shift))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

#define COMPARE(function, a, b)                                                \
	((function) == APUI_COMPARE_EQUAL           ? (a) == (b)               \
	 : (function) == APUI_COMPARE_NOT_EQUAL     ? (a) != (b)               \
	 : (function) == APUI_COMPARE_GREATER       ? (a) > (b)                \
	 : (function) == APUI_COMPARE_GREATER_EQUAL ? (a) >= (b)               \
	 : (function) == APUI_COMPARE_LESS          ? (a) < (b)                \
						    : (a) <= (b))

static int64_t
scaled(const struct apui_fw_tensor *x, size_t i,
       const struct apui_compare_params *params, struct apui_scale scale)
{
	int64_t value = apui_element_get(x->type, x->data, i);

	if (!is_scaled(params, x->type))
		return value;
	return apui_fx_scale(
		apui_fx_shift_left((int32_t)value - x->zero_point,
				   (unsigned int)params->left_shift),
		scale.multiplier, scale.shift);
}

static void
run_segment(const struct apui_walk *walk)
{
	const struct apui_compare_params *params = &walk->call->params.compare;
	const struct apui_fw_tensor *a = &walk->call->inputs[0];
	const struct apui_fw_tensor *b = &walk->call->inputs[1];
	const struct apui_scale a_scale = { params->a_multiplier,
					    params->a_shift };
	const struct apui_scale b_scale = { params->b_multiplier,
					    params->b_shift };
	uint8_t *y = (uint8_t *)walk->call->outputs[0].data + walk->y_at;

	for (size_t i = 0; i < walk->length; i++) {
		size_t a_at = walk->at[0] + i * walk->step[0];
		size_t b_at = walk->at[1] + i * walk->step[1];

		if (a->type == APUI_TYPE_FLOAT32) {
			float u = ((const float *)a->data)[a_at];
			float v = ((const float *)b->data)[b_at];

			y[i] = COMPARE(params->function, u, v);
		} else {
			int64_t u = scaled(a, a_at, params, a_scale);
			int64_t v = scaled(b, b_at, params, b_scale);

			y[i] = COMPARE(params->function, u, v);
		}
	}
}

int
apui_kernel_compare(const struct apui_fw_call *call)
{
	struct apui_walk walk;

	if (check_compare(call) != APUI_RESULT_OK ||
	    apui_walk_begin(&walk, call, 2) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		run_segment(&walk);
	return walk.result;
}
