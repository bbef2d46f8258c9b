/* SPDX-License-Identifier: MIT */
/* STRIDED_COPY: a block of x to a block of y, of any strides. */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

#define MAX_RANK APUI_PROGRAM_MAX_RANK

/* Elements may be of any type, floats too: their bytes move, as they are. */
typedef uint16_t __attribute__((may_alias)) element_16;
typedef uint32_t __attribute__((may_alias)) element_32;
typedef uint64_t __attribute__((may_alias)) element_64;

/* Does the block touch elements 0 .. @count - 1 only? No length is 0. */
static int
block_is_inside(const struct apui_strided_copy_params *params,
		const int32_t *strides, uint32_t offset, uint64_t count)
{
	int64_t first = offset, last = offset;

	for (unsigned int i = 0; i < params->rank; i++) {
		int64_t reach = (int64_t)strides[i] * (params->lengths[i] - 1);

		/* Each step checked, or eight of them could overflow. */
		if (reach < 0)
			first += reach;
		else
			last += reach;
		if (first < 0 || last >= (int64_t)count)
			return 0;
	}
	return last < (int64_t)count;
}

static int
check_strided_copy(const struct apui_fw_call *call)
{
	const struct apui_strided_copy_params *params =
		&call->params.strided_copy;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint32_t bytes = apui_fw_type_bytes(x->type);
	int is_empty = 0;

	if (x->type != y->type || params->rank > MAX_RANK)
		return APUI_RESULT_EINVAL;
	for (unsigned int i = 0; i < params->rank; i++) {
		if (params->lengths[i] < 0)
			return APUI_RESULT_EINVAL;
		is_empty |= params->lengths[i] == 0;
	}
	if (is_empty ||
	    (block_is_inside(params, params->in_strides, params->in_offset,
			     x->size_bytes / bytes) &&
	     block_is_inside(params, params->out_strides, params->out_offset,
			     y->size_bytes / bytes)))
		return APUI_RESULT_OK;
	return APUI_RESULT_EINVAL;
}

#define COPY_ELEMENTS(type)                                                    \
	for (int64_t i = 0; i < length; i++)                                   \
	((type *)to)[i * to_stride] = ((const type *)from)[i * from_stride]

static void
copy_elements(void *to, int64_t to_stride, const void *from,
	      int64_t from_stride, int64_t length, uint32_t bytes)
{
	if (bytes == 1)
		COPY_ELEMENTS(uint8_t);
	else if (bytes == 2)
		COPY_ELEMENTS(element_16);
	else if (bytes == 4)
		COPY_ELEMENTS(element_32);
	else
		COPY_ELEMENTS(element_64);
}

/* The innermost dimension, from element @from of x to element @to of y. */
static int
copy_run(const struct apui_fw_call *call, int64_t to, int64_t from)
{
	const struct apui_strided_copy_params *params =
		&call->params.strided_copy;
	const struct apui_fw_tensor *x = &call->inputs[0];
	unsigned int inner = params->rank - 1;
	int32_t length = params->lengths[inner];
	int64_t in_stride = params->in_strides[inner];
	int64_t out_stride = params->out_strides[inner];
	uint32_t bytes = apui_fw_type_bytes(x->type);
	const uint8_t *in = (const uint8_t *)x->data + from * bytes;
	uint8_t *out = (uint8_t *)call->outputs[0].data + to * bytes;

	if (in_stride == 1 && out_stride == 1 && length < (int32_t)APUI_PACE) {
		memmove(out, in, (size_t)length * bytes);
		return APUI_RESULT_OK;
	}
	if (in_stride == 1 && out_stride == 1)
		return apui_fw_move(call->host, out, in,
				    (size_t)length * bytes);
	for (int64_t done = 0; done < length; done += APUI_PACE) {
		int64_t left = length - done;

		if (done > 0 && apui_fw_cancelled(call))
			return APUI_RESULT_ECANCELED;
		copy_elements(out + done * out_stride * bytes, out_stride,
			      in + done * in_stride * bytes, in_stride,
			      left < APUI_PACE ? left : APUI_PACE, bytes);
	}
	return APUI_RESULT_OK;
}

/*
 * Advance to the next run: the dimensions but the innermost count, the last
 * first. Returns 0 behind the last run.
 */
static int
find_next_run(const struct apui_strided_copy_params *params, int32_t *position,
	      int64_t *to, int64_t *from)
{
	for (unsigned int i = params->rank - 1; i-- > 0;) {
		if (++position[i] < params->lengths[i]) {
			*to += params->out_strides[i];
			*from += params->in_strides[i];
			return 1;
		}
		position[i] = 0;
		*to -= (int64_t)params->out_strides[i] *
		       (params->lengths[i] - 1);
		*from -= (int64_t)params->in_strides[i] *
			 (params->lengths[i] - 1);
	}
	return 0;
}

int
apui_kernel_strided_copy(const struct apui_fw_call *call)
{
	/* A scalar is a run of one element. */
	struct apui_fw_call block = *call;
	struct apui_strided_copy_params *params = &block.params.strided_copy;
	int32_t position[MAX_RANK] = { 0 };
	int64_t from = params->in_offset, to = params->out_offset;
	uint64_t work = 0;
	int ret;

	if (check_strided_copy(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (params->rank == 0) {
		params->rank = 1;
		params->lengths[0] = 1;
	}
	for (unsigned int i = 0; i < params->rank; i++)
		if (params->lengths[i] == 0)
			return APUI_RESULT_OK;

	do {
		if (apui_pace(call, &work,
			      (uint64_t)params->lengths[params->rank - 1]))
			return APUI_RESULT_ECANCELED;
		ret = copy_run(&block, to, from);
		if (ret != APUI_RESULT_OK)
			return ret;
	} while (find_next_run(params, position, &to, &from));
	return APUI_RESULT_OK;
}
