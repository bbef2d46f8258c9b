/* SPDX-License-Identifier: MIT */
/*
 * RESIZE_NEAREST of [N, H, W, C]: row i of y is row rows[i] of x, and column j
 * is column columns[j].
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/libc.h"

static int
check_resize(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->rank != 4 || y->rank != 4 || x->type != y->type ||
	    x->dims[0] != y->dims[0] || x->dims[3] != y->dims[3] ||
	    !apui_is_int32_vector(&call->inputs[1], y->dims[1]) ||
	    !apui_is_int32_vector(&call->inputs[2], y->dims[2]))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* Copy one row of pixels. */
static int
copy_row(const struct apui_fw_call *call, const uint8_t *from, uint8_t *to,
	 size_t pixel_bytes)
{
	const void *columns = call->inputs[2].data;
	int32_t width = call->inputs[0].dims[2];

	for (int32_t i = 0; i < call->outputs[0].dims[2]; i++) {
		int32_t at = apui_fw_read_i32(columns, (uint32_t)i);

		if (at < 0 || at >= width)
			return APUI_RESULT_ERANGE;
		/* Two tensors of a program may overlap. */
		memmove(to, from + (size_t)at * pixel_bytes, pixel_bytes);
		to += pixel_bytes;
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_resize_nearest(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];
	const uint8_t *from = x->data;
	uint8_t *to = y->data;
	size_t pixel_bytes = (size_t)y->dims[3] * apui_fw_type_bytes(y->type);
	size_t from_row = (size_t)x->dims[2] * pixel_bytes;
	size_t to_row = (size_t)y->dims[2] * pixel_bytes;
	uint64_t work = 0;
	int ret;

	ret = check_resize(call);
	if (ret != APUI_RESULT_OK || y->size_bytes == 0)
		return ret;

	for (int32_t n = 0; n < y->dims[0]; n++) {
		for (int32_t i = 0; i < y->dims[1]; i++) {
			int32_t at = apui_fw_read_i32(call->inputs[1].data,
						      (uint32_t)i);

			if (apui_pace(call, &work, to_row))
				return APUI_RESULT_ECANCELED;
			if (at < 0 || at >= x->dims[1])
				return APUI_RESULT_ERANGE;
			ret = copy_row(call, from + (size_t)at * from_row, to,
				       pixel_bytes);
			if (ret != APUI_RESULT_OK)
				return ret;
			to += to_row;
		}
		from += (size_t)x->dims[1] * from_row;
	}
	return APUI_RESULT_OK;
}
