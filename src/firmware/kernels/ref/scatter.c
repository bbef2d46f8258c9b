/* SPDX-License-Identifier: MIT */
/*
 * SCATTER: slices of y, which index rows name, are set to, or combined with,
 * those of the updates, in order. y is [lengths ..., slice], indices [count,
 * depth], updates [count, slice] or one element for all. y is read first.
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/quantised.h"

enum { INDICES, UPDATES };

struct scatter {
	uint64_t count, slice; /* in elements */
	uint64_t work;
};

static int
check_types(const struct apui_fw_call *call)
{
	unsigned int type = call->outputs[0].type;
	unsigned int indices = call->inputs[INDICES].type;

	return (indices == APUI_TYPE_INT32 || indices == APUI_TYPE_INT64) &&
	       call->inputs[UPDATES].type == type &&
	       (apui_is_integer(type) || type == APUI_TYPE_FLOAT32);
}

static int
check_scatter(const struct apui_fw_call *call, struct scatter *scatter)
{
	const struct apui_scatter_params *params = &call->params.scatter;
	const struct apui_fw_tensor *indices = &call->inputs[INDICES];
	const struct apui_fw_tensor *updates = &call->inputs[UPDATES];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t slices = 1, bytes, updated;

	if (!check_types(call) || params->function < APUI_SCATTER_SET ||
	    params->function > APUI_SCATTER_MAX || params->depth < 1 ||
	    params->depth > APUI_PROGRAM_MAX_RANK)
		return APUI_RESULT_EINVAL;
	for (uint32_t i = 0; i < params->depth; i++)
		if (params->lengths[i] < 1 ||
		    __builtin_mul_overflow(slices, (uint64_t)params->lengths[i],
					   &slices))
			return APUI_RESULT_EINVAL;
	bytes = apui_fw_type_bytes(y->type);
	if (y->size_bytes % (slices > UINT32_MAX ? UINT32_MAX : slices) != 0 ||
	    slices > UINT32_MAX)
		return APUI_RESULT_EINVAL;
	scatter->slice = y->size_bytes / slices / bytes;
	scatter->count = indices->size_bytes /
			 apui_fw_type_bytes(indices->type) / params->depth;
	if (scatter->slice * slices * bytes != y->size_bytes ||
	    scatter->count * params->depth *
			    apui_fw_type_bytes(indices->type) !=
		    indices->size_bytes)
		return APUI_RESULT_EINVAL;
	updated = params->is_stretched ? 1 : scatter->count * scatter->slice;
	return updated * bytes == updates->size_bytes ? APUI_RESULT_OK
						      : APUI_RESULT_EINVAL;
}

/* The slice that row @row of the indices names. Read once: the client may be
 * writing. */
static int
find_slice(const struct apui_fw_call *call, uint64_t row, uint64_t *slice)
{
	const struct apui_scatter_params *params = &call->params.scatter;
	const struct apui_fw_tensor *indices = &call->inputs[INDICES];

	*slice = 0;
	for (uint32_t i = 0; i < params->depth; i++) {
		uint64_t at = row * params->depth + i;
		int64_t index =
			indices->type == APUI_TYPE_INT32
				? apui_fw_read_i32(indices->data, (uint32_t)at)
				: ((const volatile int64_t *)indices->data)[at];

		if (index < 0 || index >= params->lengths[i])
			return 0;
		*slice =
			*slice * (uint64_t)params->lengths[i] + (uint64_t)index;
	}
	return 1;
}

static int64_t
combine_integers(uint32_t function, int64_t old, int64_t update)
{
	switch (function) {
	case APUI_SCATTER_ADD:
		return (int64_t)((uint64_t)old + (uint64_t)update);
	case APUI_SCATTER_MUL:
		return (int64_t)((uint64_t)old * (uint64_t)update);
	case APUI_SCATTER_MIN:
		return update < old ? update : old;
	case APUI_SCATTER_MAX:
		return update > old ? update : old;
	default:
		return update;
	}
}

static float
combine_floats(uint32_t function, float old, float update)
{
	switch (function) {
	case APUI_SCATTER_ADD:
		return old + update;
	case APUI_SCATTER_MUL:
		return old * update;
	case APUI_SCATTER_MIN:
		return update < old ? update : old;
	case APUI_SCATTER_MAX:
		return update > old ? update : old;
	default:
		return update;
	}
}

static void
combine(const struct apui_fw_call *call, size_t to, size_t from)
{
	const struct apui_fw_tensor *updates = &call->inputs[UPDATES];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint32_t function = call->params.scatter.function;

	if (y->type == APUI_TYPE_FLOAT32) {
		float *value = (float *)y->data + to;

		*value = combine_floats(function, *value,
					((const float *)updates->data)[from]);
		return;
	}
	apui_element_set(
		y->type, y->data, to,
		combine_integers(
			function, apui_element_get(y->type, y->data, to),
			apui_element_get(y->type, updates->data, from)));
}

int
apui_kernel_scatter(const struct apui_fw_call *call)
{
	const struct apui_scatter_params *params = &call->params.scatter;
	struct scatter scatter = { .work = 0 };

	if (check_scatter(call, &scatter) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	for (uint64_t row = 0; row < scatter.count; row++) {
		uint64_t slice;

		if (apui_pace(call, &scatter.work, 0))
			return APUI_RESULT_ECANCELED;
		if (!find_slice(call, row, &slice)) {
			if (params->skips_outside)
				continue;
			return APUI_RESULT_ERANGE;
		}
		for (uint64_t i = 0; i < scatter.slice; i++) {
			uint64_t from = row * scatter.slice + i;

			if (apui_pace(call, &scatter.work, 0))
				return APUI_RESULT_ECANCELED;
			combine(call, slice * scatter.slice + i,
				params->is_stretched ? 0 : from);
		}
	}
	return APUI_RESULT_OK;
}
