/* SPDX-License-Identifier: MIT */
/*
 * SIGMOID_INT16: the logistic function or tanh of int16, from a table of
 * 1 / (1 + e^-t) at t = i / 24, between whose entries lines are drawn.
 */
#include "firmware/kernels/ref/quantised.h"

#define TABLE_LENGTH 256
/* So that a product of 16 and 15 bits stays within 31. */
#define MULTIPLIER_MAX INT16_MAX

static int
check_sigmoid(const struct apui_fw_call *call)
{
	const struct apui_sigmoid_int16_params *params =
		&call->params.sigmoid_int16;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != APUI_TYPE_INT16 || y->type != APUI_TYPE_INT16 ||
	    x->zero_point != 0 || y->zero_point != 0 || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	if (!apui_is_int32_vector(&call->inputs[1], TABLE_LENGTH) ||
	    params->multiplier < 0 || params->multiplier > MULTIPLIER_MAX ||
	    params->shift > 31 || params->is_tanh > 1)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* The table at @t / 2^@bits, as a number with 16 + @bits fraction bits. */
static uint32_t
interpolate(const int32_t *table, uint32_t t, unsigned int bits)
{
	uint32_t i = t >> bits, left = t & ((1u << bits) - 1);
	uint32_t a, b;

	if (i >= TABLE_LENGTH - 1)
		return 0xffffu << bits;
	a = (uint32_t)apui_fw_read_i32(table, i) & 0xffff;
	b = (uint32_t)apui_fw_read_i32(table, i + 1) & 0xffff;
	return (a << bits) + left * (b - a);
}

/* @t with 9 bits below the table's steps. */
static int16_t
find_logistic(const int32_t *table, int32_t t)
{
	/* Halfway between the table's end and 1. */
	uint32_t magnitude = (uint32_t)(t < 0 ? -t : t);
	uint32_t value = magnitude >> 9 >= TABLE_LENGTH - 1
				 ? 0x7fffu << 10
				 : interpolate(table, magnitude, 9);

	value = t >= 0 ? value + (1u << 9) : (1u << 25) - value + (1u << 9) - 1;
	return (int16_t)(value >> 10);
}

/* tanh(t) = 2 / (1 + e^-2t) - 1: the same with 8 bits below the steps. */
static int16_t
find_tanh(const int32_t *table, int32_t t)
{
	uint32_t magnitude = (uint32_t)(t < 0 ? -t : t);
	int32_t value =
		(int32_t)(interpolate(table, magnitude, 8) - (1u << 23));

	value = t >= 0 ? value + (1 << 7) : -value + (1 << 7) - 1;
	return (int16_t)(value >> 8);
}

int
apui_kernel_sigmoid_int16(const struct apui_fw_call *call)
{
	const struct apui_sigmoid_int16_params *params =
		&call->params.sigmoid_int16;
	const int16_t *x = call->inputs[0].data;
	const int32_t *table = call->inputs[1].data;
	int16_t *y = call->outputs[0].data;
	size_t count = call->outputs[0].size_bytes / sizeof(*y);
	uint64_t work = 0;

	if (check_sigmoid(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	for (size_t i = 0; i < count; i++) {
		int64_t half = params->shift > 0
				       ? (int64_t)1 << (params->shift - 1)
				       : 0;
		int32_t t =
			(int32_t)(((int64_t)x[i] * params->multiplier + half) >>
				  params->shift);

		if (apui_pace(call, &work, 4))
			return APUI_RESULT_ECANCELED;
		y[i] = params->is_tanh ? find_tanh(table, t)
				       : find_logistic(table, t);
	}
	return APUI_RESULT_OK;
}
