/* SPDX-License-Identifier: MIT */
/*
 * UPDATE_SLICE: a block of y becomes the update; where it begins is known when
 * the program runs, and moved so that the block lies in y. y is read first.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

enum { UPDATE, STARTS };

static int
check_update(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *update = &call->inputs[UPDATE];
	const struct apui_fw_tensor *starts = &call->inputs[STARTS];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (update->type != y->type || update->rank != y->rank ||
	    (starts->type != APUI_TYPE_INT32 &&
	     starts->type != APUI_TYPE_INT64) ||
	    starts->size_bytes !=
		    y->rank * (uint64_t)apui_fw_type_bytes(starts->type))
		return APUI_RESULT_EINVAL;
	for (unsigned int i = 0; i < y->rank; i++)
		if (update->dims[i] > y->dims[i])
			return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* Where the block begins, each dimension clamped. */
static void
read_starts(const struct apui_fw_call *call, int64_t *starts)
{
	const struct apui_fw_tensor *tensor = &call->inputs[STARTS];
	const struct apui_fw_tensor *y = &call->outputs[0];

	for (unsigned int i = 0; i < y->rank; i++) {
		int64_t last = y->dims[i] - call->inputs[UPDATE].dims[i];
		int64_t start =
			tensor->type == APUI_TYPE_INT32
				? apui_fw_read_i32(tensor->data, i)
				: ((const volatile int64_t *)tensor->data)[i];

		starts[i] = start < 0 ? 0 : start > last ? last : start;
	}
}

/* Row @row of the update, its last dimension: where it begins in y. */
static uint64_t
find_row(const struct apui_fw_call *call, const int64_t *starts, uint64_t row)
{
	const struct apui_fw_tensor *update = &call->inputs[UPDATE];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t at = (uint64_t)starts[y->rank - 1];
	uint64_t step = (uint64_t)y->dims[y->rank - 1];

	for (unsigned int i = y->rank - 1u; i-- > 0;) {
		uint64_t length = (uint64_t)update->dims[i];

		at += (row % length + (uint64_t)starts[i]) * step;
		row /= length;
		step *= (uint64_t)y->dims[i];
	}
	return at;
}

int
apui_kernel_update_slice(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *update = &call->inputs[UPDATE];
	const struct apui_fw_tensor *y = &call->outputs[0];
	int64_t starts[APUI_PROGRAM_MAX_RANK];
	uint64_t bytes = apui_fw_type_bytes(y->type);
	uint64_t row_bytes, work = 0;

	if (check_update(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (update->size_bytes == 0)
		return APUI_RESULT_OK;
	if (y->rank == 0)
		return apui_fw_move(call->host, y->data, update->data,
				    y->size_bytes);
	read_starts(call, starts);
	row_bytes = (uint64_t)update->dims[y->rank - 1] * bytes;
	for (uint64_t i = 0; i < update->size_bytes / row_bytes; i++) {
		uint64_t at = find_row(call, starts, i) * bytes;
		int ret;

		if (apui_pace(call, &work, 0))
			return APUI_RESULT_ECANCELED;
		ret = apui_fw_move(call->host, (uint8_t *)y->data + at,
				   (const uint8_t *)update->data +
					   i * row_bytes,
				   (size_t)row_bytes);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
