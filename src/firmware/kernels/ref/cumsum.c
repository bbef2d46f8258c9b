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

/* Of all elements in front. */
union sum {
	float real;
	uint64_t integer;
};

static void
sum_floats(const struct apui_fw_call *call, const struct line *line,
	   union sum *sum)
{
	const float *x = (const float *)call->inputs[0].data + line->at;
	float *y = (float *)call->outputs[0].data + line->at;

	for (size_t i = 0; i < line->count; i++) {
		float value = *x, before = sum->real;

		sum->real += value;
		*y = call->params.cumsum.is_exclusive ? before : sum->real;
		x += line->step;
		y += line->step;
	}
}

static void
sum_integers(const struct apui_fw_call *call, const struct line *line,
	     union sum *sum)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	size_t at = line->at;

	for (size_t i = 0; i < line->count; i++) {
		uint64_t before = sum->integer;

		sum->integer +=
			(uint64_t)apui_element_get(x->type, x->data, at);
		apui_element_set(x->type, call->outputs[0].data, at,
				 (int64_t)(call->params.cumsum.is_exclusive
						   ? before
						   : sum->integer));
		at += (size_t)line->step;
	}
}

/* All of @line, piece by piece, for whoever waits for a reset. */
static int
sum_line(const struct apui_fw_call *call, struct line line, uint64_t *work)
{
	int is_real = call->inputs[0].type == APUI_TYPE_FLOAT32;
	union sum sum = { .integer = 0 };
	size_t left = line.count;

	if (is_real)
		sum.real = 0;
	while (left > 0) {
		line.count = left < APUI_PACE ? left : APUI_PACE;
		if (apui_pace(call, work, line.count))
			return APUI_RESULT_ECANCELED;
		if (is_real)
			sum_floats(call, &line, &sum);
		else
			sum_integers(call, &line, &sum);
		line.at += line.count * (size_t)line.step;
		left -= line.count;
	}
	return APUI_RESULT_OK;
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

		int ret;

		if (call->params.cumsum.is_reverse) {
			line.at += (length - 1) * inner;
			line.step = -line.step;
		}
		ret = sum_line(call, line, &work);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
