/* SPDX-License-Identifier: MIT */
/* FILL: every element of y gets the same bytes. */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

/* A block that all elements are repetitions of, made once. */
#define BLOCK_BYTES 256

int
apui_kernel_fill(const struct apui_fw_call *call)
{
	const struct apui_fill_params *params = &call->params.fill;
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint32_t bytes = apui_fw_type_bytes(y->type);
	uint8_t block[BLOCK_BYTES];
	uint8_t *out = y->data;
	uint64_t work = 0;

	for (uint32_t i = bytes; i < sizeof(params->value); i++)
		if (params->value[i] != 0)
			return APUI_RESULT_EINVAL;
	for (uint32_t i = 0; i < BLOCK_BYTES; i++)
		block[i] = params->value[i % bytes];

	for (uint32_t left = y->size_bytes; left > 0;) {
		uint32_t part = left < BLOCK_BYTES ? left : BLOCK_BYTES;

		if (apui_pace(call, &work, part))
			return APUI_RESULT_ECANCELED;
		memcpy(out, block, part);
		out += part;
		left -= part;
	}
	return APUI_RESULT_OK;
}
