/* SPDX-License-Identifier: MIT */
/* PAD: x in the middle of y, `value` around it. */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

static int
check_pad(const struct apui_fw_call *call)
{
	const struct apui_pad_params *params = &call->params.pad;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_q8_is_type(x->type) || x->type != y->type ||
	    x->rank != y->rank || x->rank == 0 ||
	    params->value < apui_q8_min(y->type) ||
	    params->value > apui_q8_max(y->type))
		return APUI_RESULT_EINVAL;
	for (unsigned int i = 0; i < x->rank; i++)
		if (params->before[i] < 0 ||
		    (int64_t)params->before[i] + x->dims[i] > y->dims[i])
			return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* Returns the row of x that lies in row @row of y, or NULL. */
static const uint8_t *
find_row(const struct apui_fw_call *call, size_t row)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	unsigned int last = x->rank - 1u;
	size_t at = 0, step = (size_t)x->dims[last];

	for (unsigned int i = last; i-- > 0;) {
		int64_t position = (int64_t)(row % (size_t)y->dims[i]) -
				   call->params.pad.before[i];

		if (position < 0 || position >= x->dims[i])
			return NULL;
		at += (size_t)position * step;
		step *= (size_t)x->dims[i];
		row /= (size_t)y->dims[i];
	}
	return (const uint8_t *)x->data + at;
}

int
apui_kernel_pad(const struct apui_fw_call *call)
{
	const struct apui_pad_params *params = &call->params.pad;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint8_t *out = y->data;
	size_t length, x_length, before;
	uint64_t work = 0;

	if (check_pad(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (y->size_bytes == 0)
		return APUI_RESULT_OK;
	length = (size_t)y->dims[y->rank - 1];
	x_length = (size_t)x->dims[x->rank - 1];
	before = (size_t)params->before[x->rank - 1];

	for (size_t row = 0; row < y->size_bytes / length; row++) {
		const uint8_t *in = find_row(call, row);

		if (apui_pace(call, &work, length))
			return APUI_RESULT_ECANCELED;
		memset(out, (uint8_t)params->value, length);
		if (in)
			memcpy(out + before, in, x_length);
		out += length;
	}
	return APUI_RESULT_OK;
}
