/* SPDX-License-Identifier: MIT */
/* SELECT with broadcast: y = a where the condition is not 0, else b. */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/walk.h"

/* Only the width counts: bytes are copied. */
static unsigned int
integer_of_width(unsigned int type)
{
	switch (apui_fw_type_bytes(type)) {
	case 1:
		return APUI_TYPE_UINT8;
	case 2:
		return APUI_TYPE_INT16;
	case 4:
		return APUI_TYPE_INT32;
	default:
		return APUI_TYPE_INT64;
	}
}

static void
run_segment(const struct apui_walk *walk)
{
	const struct apui_fw_tensor *inputs = walk->call->inputs;
	const struct apui_fw_tensor *y = &walk->call->outputs[0];
	const uint8_t *condition = inputs[0].data;
	unsigned int type = integer_of_width(y->type);

	for (size_t i = 0; i < walk->length; i++) {
		unsigned int k =
			condition[walk->at[0] + i * walk->step[0]] ? 1 : 2;
		size_t from = walk->at[k] + i * walk->step[k];

		apui_element_set(type, y->data, walk->y_at + i,
				 apui_element_get(type, inputs[k].data, from));
	}
}

int
apui_kernel_select(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *inputs = call->inputs;
	struct apui_walk walk;

	if (inputs[0].type != APUI_TYPE_BOOL ||
	    inputs[1].type != call->outputs[0].type ||
	    inputs[2].type != call->outputs[0].type ||
	    apui_walk_begin(&walk, call, 3) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	while (apui_walk_next(&walk))
		run_segment(&walk);
	return walk.result;
}
