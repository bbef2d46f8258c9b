/* SPDX-License-Identifier: MIT */
/*
 * REDUCE_WINDOW: each element of y is one number out of those that a window
 * sees of x, in their order, on from init.
 */
#include "firmware/kernels/ref/element.h"
#include "firmware/kernels/ref/quantised.h"

#define MAX_RANK APUI_REDUCE_WINDOW_MAX_RANK

/* Coordinates that count up, the last one first, and the element they mean. */
struct cursor {
	int32_t at[MAX_RANK];
	uint64_t element;
};

struct window {
	const struct apui_fw_call *call;
	const struct apui_reduce_window_params *params;
	uint64_t strides[MAX_RANK]; /* elements of x */
	uint64_t size;              /* elements that a window sees */
	uint64_t work;
};

/*
 * The next of @lengths[0] * ... coordinates: one on along a dimension is
 * @steps elements of x.
 */
static void
advance(const struct window *window, struct cursor *cursor,
	const int32_t *lengths, const int32_t *steps)
{
	for (uint32_t i = window->params->rank; i-- > 0;) {
		uint64_t step = window->strides[i] * (uint64_t)steps[i];

		cursor->element += step;
		if (++cursor->at[i] < lengths[i])
			return;
		cursor->element -= step * (uint64_t)lengths[i];
		cursor->at[i] = 0;
	}
}

static float
combine_reals(uint32_t function, float a, float b)
{
	switch (function) {
	case APUI_WINDOW_ADD:
		return a + b;
	case APUI_WINDOW_MUL:
		return a * b;
	case APUI_WINDOW_MIN:
		return a <= b ? a : b;
	case APUI_WINDOW_MAX:
		return a >= b ? a : b;
	case APUI_WINDOW_ALL:
		return a != 0 && b != 0 ? 1.0f : 0.0f;
	default:
		return a != 0 || b != 0 ? 1.0f : 0.0f;
	}
}

static int64_t
combine_integers(uint32_t function, int64_t a, int64_t b)
{
	switch (function) {
	case APUI_WINDOW_ADD:
		return (int64_t)((uint64_t)a + (uint64_t)b);
	case APUI_WINDOW_MUL:
		return (int64_t)((uint64_t)a * (uint64_t)b);
	case APUI_WINDOW_MIN:
		return a <= b ? a : b;
	case APUI_WINDOW_MAX:
		return a >= b ? a : b;
	case APUI_WINDOW_ALL:
		return a != 0 && b != 0;
	default:
		return a != 0 || b != 0;
	}
}

/* Output @out, whose window begins at element @from of x. */
static int
reduce(struct window *window, uint64_t from, uint64_t out)
{
	const struct apui_reduce_window_params *params = window->params;
	const struct apui_fw_tensor *x = &window->call->inputs[0];
	const void *init = window->call->inputs[1].data;
	void *y = window->call->outputs[0].data;
	int is_real = x->type == APUI_TYPE_FLOAT32;
	struct cursor tap = { .element = from };
	float real = is_real ? *(const float *)init : 0;
	int64_t whole = is_real ? 0 : apui_element_get(x->type, init, 0);

	for (uint64_t i = 0; i < window->size; i++) {
		if (apui_pace(window->call, &window->work, 4))
			return APUI_RESULT_ECANCELED;
		if (is_real)
			real = combine_reals(
				params->function, real,
				((const float *)x->data)[tap.element]);
		else
			whole = apui_element_wrap(
				x->type,
				combine_integers(
					params->function, whole,
					apui_element_get(x->type, x->data,
							 tap.element)));
		advance(window, &tap, params->window, params->dilation);
	}
	if (is_real)
		((float *)y)[out] = real;
	else
		apui_element_set(x->type, y, out, whole);
	return APUI_RESULT_OK;
}

/* All of them: along each dimension the last window ends inside x. */
static int
window_fits(struct window *window)
{
	const struct apui_reduce_window_params *params = window->params;
	const struct apui_fw_tensor *x = &window->call->inputs[0];
	const struct apui_fw_tensor *y = &window->call->outputs[0];
	uint64_t stride = 1;

	window->size = 1;
	for (uint32_t i = params->rank; i-- > 0;) {
		uint64_t last;

		if (params->window[i] < 1 || params->stride[i] < 1 ||
		    params->dilation[i] < 1 || y->dims[i] < 1)
			return 0;
		/* Each product is below 2^62. */
		last = (uint64_t)(y->dims[i] - 1) *
			       (uint64_t)params->stride[i] +
		       (uint64_t)(params->window[i] - 1) *
			       (uint64_t)params->dilation[i];
		if (last >= (uint64_t)x->dims[i])
			return 0;
		window->strides[i] = stride;
		stride *= (uint64_t)x->dims[i];
		/* No more than x has. */
		window->size *= (uint64_t)params->window[i];
	}
	return 1;
}

static int
is_valid(const struct apui_fw_call *call)
{
	const struct apui_reduce_window_params *params =
		&call->params.reduce_window;
	const struct apui_fw_tensor *x = &call->inputs[0];

	return (x->type == APUI_TYPE_FLOAT32 ||
		(apui_is_integer(x->type) && x->type != APUI_TYPE_BOOL)) &&
	       x->type == call->inputs[1].type &&
	       x->type == call->outputs[0].type &&
	       call->inputs[1].size_bytes == apui_fw_type_bytes(x->type) &&
	       params->rank >= 1 && params->rank <= MAX_RANK &&
	       x->rank == params->rank &&
	       call->outputs[0].rank == params->rank &&
	       params->function >= APUI_WINDOW_ADD &&
	       params->function <= APUI_WINDOW_ANY;
}

int
apui_kernel_reduce_window(const struct apui_fw_call *call)
{
	struct window window = {
		.call = call,
		.params = &call->params.reduce_window,
	};
	const struct apui_fw_tensor *y = &call->outputs[0];
	struct cursor place = { .element = 0 };
	uint64_t count;

	if (!is_valid(call))
		return APUI_RESULT_EINVAL;
	count = y->size_bytes / apui_fw_type_bytes(y->type);
	if (count == 0)
		return APUI_RESULT_OK;
	if (!window_fits(&window))
		return APUI_RESULT_EINVAL;
	for (uint64_t i = 0; i < count; i++) {
		int ret = reduce(&window, place.element, i);

		if (ret != APUI_RESULT_OK)
			return ret;
		advance(&window, &place, y->dims, window.params->stride);
	}
	return APUI_RESULT_OK;
}
