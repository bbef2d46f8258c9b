/* SPDX-License-Identifier: MIT */
/*
 * EMBEDDING_SPARSE: rows of x, each times its weight, summed up where their
 * indices say: y is [lengths ..., slice]. A sum is finished when the next row
 * goes elsewhere, so rows of one sum stand side by side; indices have one
 * number more than there are lengths, which does not count.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/maths.h"

enum { ROWS, INDICES, WEIGHTS, X };

/* How much one call has to do. */
struct lookup {
	uint64_t count, slice, row_count;
};

static int
types_are_valid(const struct apui_fw_call *call)
{
	return call->inputs[ROWS].type == APUI_TYPE_INT32 &&
	       call->inputs[INDICES].type == APUI_TYPE_INT32 &&
	       call->inputs[WEIGHTS].type == APUI_TYPE_FLOAT32 &&
	       call->inputs[X].type == APUI_TYPE_FLOAT32 &&
	       call->outputs[0].type == APUI_TYPE_FLOAT32;
}

static int
init_lookup(struct lookup *lookup, const struct apui_fw_call *call)
{
	const struct apui_embedding_sparse_params *params =
		&call->params.embedding_sparse;
	const struct apui_fw_tensor *x = &call->inputs[X];
	uint64_t size_bytes, index_bytes;

	if (!types_are_valid(call) || x->rank == 0 || x->dims[0] < 1 ||
	    params->depth >= APUI_PROGRAM_MAX_RANK ||
	    params->combiner > APUI_COMBINE_SQRTN)
		return APUI_RESULT_EINVAL;
	lookup->count = call->inputs[ROWS].size_bytes / sizeof(int32_t);
	lookup->row_count = (uint64_t)x->dims[0];
	size_bytes = x->size_bytes / lookup->row_count;
	lookup->slice = size_bytes / sizeof(float);
	index_bytes = lookup->count * (params->depth + 1) * sizeof(int32_t);
	if (call->inputs[INDICES].size_bytes != index_bytes ||
	    call->inputs[WEIGHTS].size_bytes != lookup->count * sizeof(float))
		return APUI_RESULT_EINVAL;
	for (uint32_t i = 0; i < params->depth; i++)
		if (params->lengths[i] < 1 ||
		    __builtin_mul_overflow(size_bytes,
					   (uint64_t)params->lengths[i],
					   &size_bytes))
			return APUI_RESULT_EINVAL;
	return size_bytes == call->outputs[0].size_bytes ? APUI_RESULT_OK
							 : APUI_RESULT_EINVAL;
}

/* Which slice of y row @i goes to, and which of x it is. */
static int
find_slices(const struct apui_fw_call *call, const struct lookup *lookup,
	    uint64_t i, uint64_t *to, uint64_t *from)
{
	const struct apui_embedding_sparse_params *params =
		&call->params.embedding_sparse;
	int32_t row = apui_fw_read_i32(call->inputs[ROWS].data, (uint32_t)i);

	if (row < 0 || (uint64_t)row >= lookup->row_count)
		return APUI_RESULT_ERANGE;
	*from = (uint64_t)row;
	*to = 0;
	for (uint32_t k = 0; k < params->depth; k++) {
		int32_t index = apui_fw_read_i32(
			call->inputs[INDICES].data,
			(uint32_t)(i * (params->depth + 1) + k));

		if (index < 0 || index >= params->lengths[k])
			return APUI_RESULT_ERANGE;
		*to = *to * (uint64_t)params->lengths[k] + (uint64_t)index;
	}
	return APUI_RESULT_OK;
}

/* The sum in hand: of the weights, or of their squares. */
struct sum {
	uint64_t at; /* the slice of y */
	uint64_t count;
	float total;
};

static void
finish_sum(const struct apui_fw_call *call, const struct lookup *lookup,
	   struct sum *sum)
{
	uint32_t combiner = call->params.embedding_sparse.combiner;
	float *y = (float *)call->outputs[0].data + sum->at * lookup->slice;
	float divisor =
		combiner == APUI_COMBINE_SQRTN ? sqrtf(sum->total) : sum->total;

	if (combiner == APUI_COMBINE_SUM || sum->count == 0)
		return;
	for (uint64_t k = 0; k < lookup->slice; k++)
		y[k] /= divisor;
}

static void
add_row(const struct apui_fw_call *call, const struct lookup *lookup,
	uint64_t from, float weight, struct sum *sum)
{
	const float *x =
		(const float *)call->inputs[X].data + from * lookup->slice;
	float *y = (float *)call->outputs[0].data + sum->at * lookup->slice;
	int squares =
		call->params.embedding_sparse.combiner == APUI_COMBINE_SQRTN;

	sum->count++;
	sum->total += squares ? weight * weight : weight;
	for (uint64_t k = 0; k < lookup->slice; k++)
		y[k] += x[k] * weight;
}

static int
clear(const struct apui_fw_call *call, uint64_t *work)
{
	float *y = call->outputs[0].data;
	size_t count = call->outputs[0].size_bytes / sizeof(float);

	for (size_t i = 0; i < count; i++) {
		if (apui_pace(call, work, 0))
			return APUI_RESULT_ECANCELED;
		y[i] = 0;
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_embedding_sparse(const struct apui_fw_call *call)
{
	const float *weights = call->inputs[WEIGHTS].data;
	struct sum sum = { 0 };
	struct lookup lookup;
	uint64_t work = 0;
	int ret;

	if (init_lookup(&lookup, call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	ret = clear(call, &work);
	for (uint64_t i = 0; ret == APUI_RESULT_OK && i < lookup.count; i++) {
		uint64_t to, from;

		ret = find_slices(call, &lookup, i, &to, &from);
		if (ret != APUI_RESULT_OK)
			return ret;
		if (apui_pace(call, &work, lookup.slice))
			return APUI_RESULT_ECANCELED;
		if (to != sum.at) {
			finish_sum(call, &lookup, &sum);
			sum = (struct sum) { .at = to };
		}
		add_row(call, &lookup, from, weights[i], &sum);
	}
	if (ret == APUI_RESULT_OK)
		finish_sum(call, &lookup, &sum);
	return ret;
}
