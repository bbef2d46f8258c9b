/* SPDX-License-Identifier: MIT */
/*
 * LOOKUP: y = table[x], bytes to bytes. The table is indexed by the byte as it
 * is stored, whether its type has a sign or not.
 */
#include "firmware/kernels/ref/quantised.h"

#define TABLE_BYTES 256
/* Between two looks at the reset line. */
#define CHUNK_BYTES 65536

static int
check_lookup(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *table = &call->inputs[1];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (apui_fw_type_bytes(x->type) != 1 ||
	    apui_fw_type_bytes(y->type) != 1 || table->type != y->type ||
	    table->size_bytes != TABLE_BYTES || !apui_same_shape(x, y))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

int
apui_kernel_lookup(const struct apui_fw_call *call)
{
	const uint8_t *x = call->inputs[0].data;
	const uint8_t *table = call->inputs[1].data;
	uint8_t *y = call->outputs[0].data;
	size_t size_bytes = call->outputs[0].size_bytes;
	uint64_t work = 0;

	if (check_lookup(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	for (size_t at = 0; at < size_bytes; at += CHUNK_BYTES) {
		size_t end = at + CHUNK_BYTES < size_bytes ? at + CHUNK_BYTES
							   : size_bytes;

		if (apui_pace(call, &work, CHUNK_BYTES))
			return APUI_RESULT_ECANCELED;
		for (size_t i = at; i < end; i++)
			y[i] = table[x[i]];
	}
	return APUI_RESULT_OK;
}
