/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_QUANTISED_H
#define APUI_REF_QUANTISED_H

/* 8-bit tensors, signed or not, and what every kernel checks of them. */

#include "firmware/fixedpoint.h"
#include "firmware/kernel.h"
#include "firmware/wire.h"

/*
 * An int8 tensor is read as a uint8 one: flipping the top bit adds 128 to the
 * value, so the zero point gets 128 too, and the difference stays.
 */
struct apui_q8 {
	const uint8_t *data;
	int32_t zero_point;
	uint8_t flip;
};

static inline int
apui_q8_is_type(unsigned int type)
{
	return type == APUI_TYPE_INT8 || type == APUI_TYPE_UINT8;
}

static inline int32_t
apui_q8_min(unsigned int type)
{
	return type == APUI_TYPE_INT8 ? INT8_MIN : 0;
}

static inline int32_t
apui_q8_max(unsigned int type)
{
	return type == APUI_TYPE_INT8 ? INT8_MAX : UINT8_MAX;
}

/* True when @tensor has 8-bit elements and a zero point among their values. */
static inline int
apui_q8_is_valid(const struct apui_fw_tensor *tensor)
{
	return apui_q8_is_type(tensor->type) &&
	       tensor->zero_point >= apui_q8_min(tensor->type) &&
	       tensor->zero_point <= apui_q8_max(tensor->type);
}

static inline int
apui_q8_clamp_is_valid(unsigned int type, int32_t min, int32_t max)
{
	return apui_q8_min(type) <= min && min <= max &&
	       max <= apui_q8_max(type);
}

/* The same of 8 bits, or of int16, which has no zero point. */
static inline int
apui_scaled_is_valid(const struct apui_fw_tensor *tensor)
{
	if (tensor->type == APUI_TYPE_INT16)
		return tensor->zero_point == 0;
	return apui_q8_is_valid(tensor);
}

static inline int
apui_scaled_clamp_is_valid(unsigned int type, int32_t min, int32_t max)
{
	if (type == APUI_TYPE_INT16)
		return INT16_MIN <= min && min <= max && max <= INT16_MAX;
	return apui_q8_clamp_is_valid(type, min, max);
}

static inline struct apui_q8
apui_q8_view(const struct apui_fw_tensor *tensor)
{
	int is_signed = tensor->type == APUI_TYPE_INT8;

	return (struct apui_q8) {
		.data = tensor->data,
		.zero_point = tensor->zero_point + (is_signed ? 128 : 0),
		.flip = is_signed ? 0x80 : 0,
	};
}

/* Returns the value of element @i less the zero point, in -255 .. 255. */
static inline int32_t
apui_q8_get(const struct apui_q8 *view, size_t i)
{
	return (view->data[i] ^ view->flip) - view->zero_point;
}

/* int32 vector of @count elements? (bias, multiplier, shift) */
static inline int
apui_is_int32_vector(const struct apui_fw_tensor *tensor, int32_t count)
{
	return tensor->type == APUI_TYPE_INT32 &&
	       tensor->size_bytes == (uint64_t)count * sizeof(int32_t);
}

static inline int
apui_same_shape(const struct apui_fw_tensor *a, const struct apui_fw_tensor *b)
{
	if (a->rank != b->rank)
		return 0;
	for (unsigned int i = 0; i < APUI_PROGRAM_MAX_RANK; i++)
		if (a->dims[i] != b->dims[i])
			return 0;
	return 1;
}

/* Returns 0 without a bias. */
static inline int32_t
apui_read_bias(const struct apui_fw_tensor *bias, uint32_t channel)
{
	return bias->data ? apui_fw_read_i32(bias->data, channel) : 0;
}

/* How the sums of one output channel are scaled. */
struct apui_scale {
	int32_t multiplier, shift;
};

/* ERANGE when the shift is out of range: it is data, so it is read once. */
static inline int
apui_read_scale(const struct apui_fw_tensor *multiplier,
		const struct apui_fw_tensor *shift, uint32_t channel,
		struct apui_scale *scale)
{
	scale->multiplier = apui_fw_read_i32(multiplier->data, channel);
	scale->shift = apui_fw_read_i32(shift->data, channel);
	return apui_fx_shift_is_valid(scale->shift) ? APUI_RESULT_OK
						    : APUI_RESULT_ERANGE;
}

/* Elements worked on between two looks at the reset line: some 0.1 ms. */
#define APUI_PACE 262144u

/*
 * Account for @elements of work, and for asking; true when enough came together
 * to look at the reset line, and there is a reset.
 */
static inline int
apui_pace(const struct apui_fw_call *call, uint64_t *work, uint64_t elements)
{
	*work += elements + 1;
	if (*work < APUI_PACE)
		return 0;
	*work = 0;
	return apui_fw_cancelled(call);
}

#endif
