/* SPDX-License-Identifier: MIT */
/*
 * ADD with broadcast: t = MBQM((x - zx) * 2^left_shift) for each input, then
 * y = clamp(zy + MBQM(ta + tb)).
 */
#include "firmware/kernels/ref/quantised.h"

/*
 * Neighbouring dimensions along which each input either moves or stays, as one.
 * The steps count elements; 0 where the input stays.
 */
struct run {
	size_t length, a_step, b_step;
};

struct sum {
	struct apui_q8 a, b;
	struct run runs[APUI_PROGRAM_MAX_RANK]; /* the innermost is the first */
	unsigned int run_count;
};

static int32_t
length_from_end(const struct apui_fw_tensor *tensor, unsigned int i)
{
	return i < tensor->rank ? tensor->dims[tensor->rank - 1 - i] : 1;
}

/* Broadcasting as numpy defines it: 1 stretches to the other's length. */
static int
broadcasts(int32_t a, int32_t b, int32_t y)
{
	return (a == y || a == 1) && (b == y || b == 1) && (a == y || b == y);
}

static int
check_shapes(const struct apui_fw_call *call, struct sum *sum)
{
	const struct apui_fw_tensor *a = &call->inputs[0];
	const struct apui_fw_tensor *b = &call->inputs[1];
	const struct apui_fw_tensor *y = &call->outputs[0];
	size_t a_size = 1, b_size = 1;
	struct run *run = sum->runs;

	if (y->rank != (a->rank > b->rank ? a->rank : b->rank))
		return APUI_RESULT_EINVAL;
	*run = (struct run) { .length = 1 };
	for (unsigned int i = 0; i < y->rank; i++) {
		int32_t a_length = length_from_end(a, i);
		int32_t b_length = length_from_end(b, i);
		int32_t length = length_from_end(y, i);
		size_t a_step = a_length == 1 ? 0 : a_size;
		size_t b_step = b_length == 1 ? 0 : b_size;

		if (!broadcasts(a_length, b_length, length))
			return APUI_RESULT_EINVAL;
		if (length == 1)
			continue;
		if (run->length != 1 &&
		    (!run->a_step != !a_step || !run->b_step != !b_step))
			*++run = (struct run) { .length = 1 };
		if (run->length == 1)
			*run = (struct run) { 1, a_step, b_step };
		run->length *= (size_t)length;
		a_size *= (size_t)a_length;
		b_size *= (size_t)b_length;
	}
	sum->run_count = (unsigned int)(run - sum->runs) + 1;
	return APUI_RESULT_OK;
}

static int
check_sum(const struct apui_fw_call *call, struct sum *sum)
{
	const struct apui_add_params *params = &call->params.add;
	const struct apui_fw_tensor *a = &call->inputs[0];
	const struct apui_fw_tensor *b = &call->inputs[1];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_valid(a) || !apui_q8_is_valid(b) ||
	    !apui_q8_is_valid(y) || a->type != y->type || b->type != y->type ||
	    !apui_q8_clamp_is_valid(y->type, params->act_min, params->act_max))
		return APUI_RESULT_EINVAL;
	if (params->left_shift < 0 || params->left_shift > APUI_SHIFT_MAX ||
	    !apui_fx_shift_is_valid(params->a_shift) ||
	    !apui_fx_shift_is_valid(params->b_shift) ||
	    !apui_fx_shift_is_valid(params->out_shift))
		return APUI_RESULT_EINVAL;

	sum->a = apui_q8_view(a);
	sum->b = apui_q8_view(b);
	return check_shapes(call, sum);
}

static uint8_t
add(const struct apui_add_params *params, int32_t a, int32_t b,
    int32_t zero_point)
{
	unsigned int left_shift = (unsigned int)params->left_shift;
	int32_t sum;

	a = apui_fx_scale(apui_fx_shift_left(a, left_shift),
			  params->a_multiplier, params->a_shift);
	b = apui_fx_scale(apui_fx_shift_left(b, left_shift),
			  params->b_multiplier, params->b_shift);
	sum = apui_fx_scale(apui_fx_add(a, b), params->out_multiplier,
			    params->out_shift);
	return (uint8_t)apui_fx_clamp((int64_t)sum + zero_point,
				      params->act_min, params->act_max);
}

/* The innermost run, from elements @a_at and @b_at on. */
static int
run_row(const struct apui_fw_call *call, const struct sum *sum, size_t a_at,
	size_t b_at, uint8_t *y, uint64_t *work)
{
	const struct run *run = &sum->runs[0];
	int32_t zero_point = call->outputs[0].zero_point;
	size_t a_step = run->a_step, b_step = run->b_step;

	for (size_t i = 0; i < run->length; i++) {
		if (apui_pace(call, work, 0))
			return APUI_RESULT_ECANCELED;
		y[i] = add(&call->params.add,
			   apui_q8_get(&sum->a, a_at + i * a_step),
			   apui_q8_get(&sum->b, b_at + i * b_step), zero_point);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_add(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint8_t *row = y->data;
	uint64_t work = 0;
	struct sum sum;
	int ret;

	ret = check_sum(call, &sum);
	if (ret != APUI_RESULT_OK || y->size_bytes == 0)
		return ret;

	for (size_t i = 0; i < y->size_bytes / sum.runs[0].length; i++) {
		size_t a_at = 0, b_at = 0, left = i;

		for (unsigned int j = 1; j < sum.run_count; j++) {
			const struct run *run = &sum.runs[j];

			a_at += left % run->length * run->a_step;
			b_at += left % run->length * run->b_step;
			left /= run->length;
		}
		ret = run_row(call, &sum, a_at, b_at, row, &work);
		if (ret != APUI_RESULT_OK)
			return ret;
		row += sum.runs[0].length;
	}
	return APUI_RESULT_OK;
}
