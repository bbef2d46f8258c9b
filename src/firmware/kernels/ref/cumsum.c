/* SPDX-License-Identifier: MIT */
/* CUMSUM: running sums along one dimension; integers wrap. */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/quantised.h"

static int
check_cumsum(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];

	if (x->type != APUI_TYPE_INT32 && x->type != APUI_TYPE_INT64 &&
	    x->type != APUI_TYPE_FLOAT32)
		return APUI_RESULT_EINVAL;
	if (x->type != call->outputs[0].type ||
	    !apui_same_shape(x, &call->outputs[0]) ||
	    call->params.cumsum.axis >= x->rank)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* @count elements from @at on, each @step behind the one before. */
struct line {
	size_t at, count;
	ptrdiff_t step;
};

static void
sum_floats(const struct apui_fw_call *call, const struct line *line)
{
	const float *x = (const float *)call->inputs[0].data + line->at;
	float *y = (float *)call->outputs[0].data + line->at;
	float sum = 0;

	for (size_t i = 0; i < line->count; i++) {
		float value = *x, before = sum;

		sum += value;
		*y = call->params.cumsum.is_exclusive ? before : sum;
		x += line->step;
		y += line->step;
	}
}

static void
sum_integers(const struct apui_fw_call *call, const struct line *line)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	size_t at = line->at;
	uint64_t sum = 0;

	for (size_t i = 0; i < line->count; i++) {
		uint64_t before = sum;

		sum += (uint64_t)apui_element_get(x->type, x->data, at);
		apui_element_set(x->type, call->outputs[0].data, at,
				 (int64_t)(call->params.cumsum.is_exclusive
						   ? before
						   : sum));
		at += (size_t)line->step;
	}
}

int
apui_kernel_cumsum(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	uint32_t axis = call->params.cumsum.axis;
	size_t inner = 1, outer = 1, length;
	uint64_t work = 0;

	if (check_cumsum(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (x->size_bytes == 0)
		return APUI_RESULT_OK;
	for (unsigned int i = 0; i < x->rank; i++)
		*(i < axis ? &outer : &inner) *= (size_t)x->dims[i];
	length = (size_t)x->dims[axis];
	inner /= length;

	for (size_t i = 0; i < outer * inner; i++) {
		struct line line = {
			.at = i / inner * inner * length + i % inner,
			.count = length,
			.step = (ptrdiff_t)inner,
		};

		if (apui_pace(call, &work, length))
			return APUI_RESULT_ECANCELED;
		if (call->params.cumsum.is_reverse) {
			line.at += (length - 1) * inner;
			line.step = -line.step;
		}
		if (x->type == APUI_TYPE_FLOAT32)
			sum_floats(call, &line);
		else
			sum_integers(call, &line);
	}
	return APUI_RESULT_OK;
}
