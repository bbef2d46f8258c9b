/* SPDX-License-Identifier: MIT */
/* LOOKUP_INT16: y = table(x), element by element (docs/operators.md). */
#include "firmware/kernels/ref/table16.h"
#include "firmware/kernels/ref/walk.h"

int
apui_kernel_lookup_int16(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	const int16_t *table = call->inputs[1].data;
	struct apui_walk walk;

	if (x->type != APUI_TYPE_INT16 || y->type != APUI_TYPE_INT16 ||
	    !apui_table16_is_valid(&call->inputs[1]) ||
	    !apui_same_shape(x, y) ||
	    apui_walk_begin(&walk, call, 1) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk)) {
		const int16_t *from = (const int16_t *)x->data + walk.at[0];
		int16_t *to = (int16_t *)y->data + walk.y_at;

		for (size_t i = 0; i < walk.length; i++)
			to[i] = (int16_t)apui_table16_get(table, from[i]);
	}
	return walk.result;
}
