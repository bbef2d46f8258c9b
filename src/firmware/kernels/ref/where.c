/* SPDX-License-Identifier: MIT */
/*
 * WHERE: the indices of the elements of x that are not 0, in their order, a row
 * each, how many there are, and which rows are. Rows behind the last are 0.
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/quantised.h"

enum { PLACES, COUNT, MASK };

static uint64_t
count_elements(const struct apui_fw_tensor *x)
{
	uint64_t count = 1;

	for (unsigned int i = 0; i < x->rank; i++)
		count *= (uint64_t)x->dims[i];
	return count;
}

static int
check_where(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[PLACES];
	const struct apui_fw_tensor *count = &call->outputs[COUNT];
	const struct apui_fw_tensor *mask = &call->outputs[MASK];

	if (!apui_is_integer(x->type) && x->type != APUI_TYPE_FLOAT32)
		return APUI_RESULT_EINVAL;
	if (x->rank == 0 || y->type != APUI_TYPE_INT64 || y->rank != 2 ||
	    (uint64_t)y->dims[0] != count_elements(x) || y->dims[1] != x->rank)
		return APUI_RESULT_EINVAL;
	if (count->type != APUI_TYPE_INT32 ||
	    count->size_bytes != sizeof(int32_t))
		return APUI_RESULT_EINVAL;
	if (mask->type != APUI_TYPE_BOOL ||
	    mask->size_bytes != (uint32_t)y->dims[0])
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
is_set(const struct apui_fw_tensor *x, size_t i)
{
	if (x->type == APUI_TYPE_FLOAT32)
		return ((const float *)x->data)[i] != 0;
	return apui_element_get(x->type, x->data, i) != 0;
}

/* The next element's indices. */
static void
step(const struct apui_fw_tensor *x, int64_t *indices)
{
	for (unsigned int i = x->rank; i-- > 0;) {
		if (++indices[i] < x->dims[i])
			return;
		indices[i] = 0;
	}
}

int
apui_kernel_where(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	int64_t *row = call->outputs[PLACES].data;
	int64_t indices[APUI_PROGRAM_MAX_RANK] = { 0 };
	uint8_t *mask = call->outputs[MASK].data;
	uint64_t elements, work = 0;
	uint32_t count = 0;
	int ret = check_where(call);

	if (ret != APUI_RESULT_OK)
		return ret;
	elements = count_elements(x);
	for (uint64_t i = 0; i < elements; i++, step(x, indices)) {
		if (apui_pace(call, &work, 1))
			return APUI_RESULT_ECANCELED;
		if (!is_set(x, i))
			continue;
		for (unsigned int k = 0; k < x->rank; k++)
			*row++ = indices[k];
		mask[count++] = 1;
	}
	for (uint64_t i = count; i < elements; i++) {
		if (apui_pace(call, &work, 1))
			return APUI_RESULT_ECANCELED;
		for (unsigned int k = 0; k < x->rank; k++)
			*row++ = 0;
		mask[i] = 0;
	}
	*(int32_t *)call->outputs[COUNT].data = (int32_t)count;
	return APUI_RESULT_OK;
}
