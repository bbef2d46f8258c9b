/* SPDX-License-Identifier: MIT */
/*
 * TOPK: the largest elements of each row, from the largest down, and where they
 * are; the first of equals first. Nothing is sorted: each is looked for anew
 * behind the one before.
 */
#include "firmware/kernels/ref/quantised.h"

enum { VALUES, PLACES };

static int
check_topk(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *values = &call->outputs[VALUES];
	const struct apui_fw_tensor *places = &call->outputs[PLACES];
	unsigned int last = x->rank - 1u;

	if (x->rank == 0 || x->type != values->type ||
	    places->type != APUI_TYPE_INT32 || values->rank != x->rank ||
	    !apui_same_shape(values, places) ||
	    values->dims[last] > x->dims[last])
		return APUI_RESULT_EINVAL;
	for (unsigned int i = 0; i < last; i++)
		if (x->dims[i] != values->dims[i])
			return APUI_RESULT_EINVAL;
	if (!apui_q8_is_type(x->type) && x->type != APUI_TYPE_FLOAT32 &&
	    x->type != APUI_TYPE_INT16 && x->type != APUI_TYPE_INT32 &&
	    x->type != APUI_TYPE_INT64)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* An element of a row; at -1: none. No type needs both values. */
struct found {
	float real;
	int64_t whole;
	int32_t at;
};

static struct found
read_element(const struct apui_fw_tensor *x, size_t first, int32_t at)
{
	size_t i = first + (size_t)at;
	struct found found = { .at = at };

	switch (x->type) {
	case APUI_TYPE_INT8:
		found.whole = ((const int8_t *)x->data)[i];
		break;
	case APUI_TYPE_UINT8:
		found.whole = ((const uint8_t *)x->data)[i];
		break;
	case APUI_TYPE_INT16:
		found.whole = ((const int16_t *)x->data)[i];
		break;
	case APUI_TYPE_INT32:
		found.whole = ((const int32_t *)x->data)[i];
		break;
	case APUI_TYPE_INT64:
		found.whole = ((const int64_t *)x->data)[i];
		break;
	default:
		found.real = ((const float *)x->data)[i];
	}
	return found;
}

static void
write_value(const struct apui_fw_tensor *y, size_t i, const struct found *found)
{
	switch (y->type) {
	case APUI_TYPE_INT8:
		((int8_t *)y->data)[i] = (int8_t)found->whole;
		break;
	case APUI_TYPE_UINT8:
		((uint8_t *)y->data)[i] = (uint8_t)found->whole;
		break;
	case APUI_TYPE_INT16:
		((int16_t *)y->data)[i] = (int16_t)found->whole;
		break;
	case APUI_TYPE_INT32:
		((int32_t *)y->data)[i] = (int32_t)found->whole;
		break;
	case APUI_TYPE_INT64:
		((int64_t *)y->data)[i] = found->whole;
		break;
	default:
		((float *)y->data)[i] = found->real;
	}
}

static int
comes_before(const struct found *a, const struct found *b)
{
	if (a->whole != b->whole)
		return a->whole > b->whole;
	return a->real > b->real || (a->real == b->real && a->at < b->at);
}

/* What comes right behind @last, the first of all when that is none. */
static int
find_next(const struct apui_fw_call *call, size_t first,
	  const struct found *last, struct found *next, uint64_t *work)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	int32_t length = x->dims[x->rank - 1];

	next->at = -1;
	for (int32_t i = 0; i < length; i++) {
		const struct found here = read_element(x, first, i);

		if (apui_pace(call, work, 0))
			return APUI_RESULT_ECANCELED;
		if (last->at >= 0 && !comes_before(last, &here))
			continue;
		if (next->at < 0 || comes_before(&here, next))
			*next = here;
	}
	/* Numbers that are none are in no order. */
	if (next->at < 0)
		*next = *last;
	return APUI_RESULT_OK;
}

int
apui_kernel_topk(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *values = &call->outputs[VALUES];
	int32_t *places = call->outputs[PLACES].data;
	uint64_t work = 0;
	size_t length, wanted, count;
	int ret;

	ret = check_topk(call);
	if (ret != APUI_RESULT_OK || values->size_bytes == 0)
		return ret;

	length = (size_t)x->dims[x->rank - 1];
	wanted = (size_t)values->dims[x->rank - 1];
	count = values->size_bytes / apui_fw_type_bytes(values->type);
	for (size_t i = 0; i < count; i += wanted) {
		struct found last = { .at = -1 };

		for (size_t j = 0; j < wanted; j++) {
			struct found next = { .at = -1 };

			ret = find_next(call, i / wanted * length, &last, &next,
					&work);
			if (ret != APUI_RESULT_OK)
				return ret;
			write_value(values, i + j, &next);
			places[i + j] = next.at;
			last = next;
		}
	}
	return APUI_RESULT_OK;
}
