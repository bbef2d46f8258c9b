/* SPDX-License-Identifier: MIT */
/*
 * GATHER: y is made of slices of x that are chosen when the program runs.
 * x is [batches, blocks, lengths ..., inner], indices [batches, count, depth],
 * y [batches, blocks, count, inner]; one index for each of the lengths.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

/* In bytes, what the parameters and shapes come to. */
struct gather {
	uint64_t count; /* of indices in a batch, depth each */
	uint64_t slice_bytes;
	uint64_t block_bytes; /* of x */
};

/* *@product times @factor; 0 when that is over 64 bits. */
static int
multiply(uint64_t *product, uint64_t factor)
{
	return !__builtin_mul_overflow(*product, factor, product);
}

static int
lengths_are_valid(const struct apui_gather_params *params, uint64_t *product)
{
	if (params->depth > APUI_PROGRAM_MAX_RANK)
		return 0;
	for (uint32_t i = 0; i < params->depth; i++)
		if (params->lengths[i] < 1 ||
		    !multiply(product, (uint64_t)params->lengths[i]))
			return 0;
	return 1;
}

static int
init_gather(struct gather *gather, const struct apui_fw_call *call)
{
	const struct apui_gather_params *params = &call->params.gather;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *indices = &call->inputs[1];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t index_bytes = apui_fw_type_bytes(indices->type);
	uint64_t slices = params->batches, chosen = params->batches;
	uint64_t index_count;

	if (x->type != y->type || (indices->type != APUI_TYPE_INT32 &&
				   indices->type != APUI_TYPE_INT64))
		return APUI_RESULT_EINVAL;
	if (!multiply(&slices, params->blocks) ||
	    !lengths_are_valid(params, &slices) || slices == 0 ||
	    x->size_bytes % slices != 0)
		return APUI_RESULT_EINVAL;
	gather->slice_bytes = x->size_bytes / slices;
	gather->block_bytes = x->size_bytes / params->batches / params->blocks;

	/* Without an index the whole block is the slice, once. */
	index_count = indices->size_bytes / index_bytes / params->batches;
	if (params->depth == 0)
		return APUI_RESULT_EINVAL;
	gather->count = index_count / params->depth;
	if (gather->count * params->depth * params->batches * index_bytes !=
	    indices->size_bytes)
		return APUI_RESULT_EINVAL;
	if (!multiply(&chosen, params->blocks) ||
	    !multiply(&chosen, gather->count) ||
	    !multiply(&chosen, gather->slice_bytes) || chosen != y->size_bytes)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* Read once: the client may be writing. */
static int64_t
read_index(const struct apui_fw_tensor *indices, uint64_t at)
{
	if (indices->type == APUI_TYPE_INT32)
		return apui_fw_read_i32(indices->data, (uint32_t)at);
	return ((const volatile int64_t *)indices->data)[at];
}

/* The number of the slice that index @at names. */
static int
find_slice(const struct apui_fw_call *call, uint64_t at, uint64_t *slice)
{
	const struct apui_gather_params *params = &call->params.gather;

	*slice = 0;
	for (uint32_t i = 0; i < params->depth; i++) {
		int64_t index =
			read_index(&call->inputs[1], at * params->depth + i);

		if (index < 0 || index >= params->lengths[i])
			return APUI_RESULT_ERANGE;
		*slice =
			*slice * (uint64_t)params->lengths[i] + (uint64_t)index;
	}
	return APUI_RESULT_OK;
}

/* All slices of block @block, of batch @batch. */
static int
gather_block(const struct apui_fw_call *call, const struct gather *gather,
	     uint64_t batch, uint64_t block, uint64_t *work)
{
	const uint8_t *in = (const uint8_t *)call->inputs[0].data +
			    block * gather->block_bytes;
	uint8_t *out = (uint8_t *)call->outputs[0].data +
		       block * gather->count * gather->slice_bytes;

	for (uint64_t i = 0; i < gather->count; i++) {
		uint64_t slice;
		int ret = find_slice(call, batch * gather->count + i, &slice);

		if (ret != APUI_RESULT_OK)
			return ret;
		if (apui_pace(call, work, gather->slice_bytes))
			return APUI_RESULT_ECANCELED;
		if (gather->slice_bytes < APUI_PACE)
			memmove(out, in + slice * gather->slice_bytes,
				(size_t)gather->slice_bytes);
		else
			ret = apui_fw_move(call->host, out,
					   in + slice * gather->slice_bytes,
					   (size_t)gather->slice_bytes);
		if (ret != APUI_RESULT_OK)
			return ret;
		out += gather->slice_bytes;
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_gather(const struct apui_fw_call *call)
{
	const struct apui_gather_params *params = &call->params.gather;
	struct gather gather;
	uint64_t work = 0;

	if (init_gather(&gather, call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (call->outputs[0].size_bytes == 0)
		return APUI_RESULT_OK;

	for (uint64_t i = 0; i < (uint64_t)params->batches * params->blocks;
	     i++) {
		int ret = gather_block(call, &gather, i / params->blocks, i,
				       &work);

		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
