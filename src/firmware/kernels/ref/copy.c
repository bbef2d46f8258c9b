/* SPDX-License-Identifier: MIT */
/* COPY: y = x, byte for byte; only the shapes may differ. RESHAPE too. */
#include "firmware/kernel.h"
#include "firmware/memory.h"
#include "firmware/wire.h"

int
apui_kernel_copy(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->size_bytes != y->size_bytes)
		return APUI_RESULT_EINVAL;
	return apui_fw_move(call->host, y->data, x->data, x->size_bytes);
}
