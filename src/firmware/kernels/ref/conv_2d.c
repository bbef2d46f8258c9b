/* SPDX-License-Identifier: MIT */
/*
 * CONV_2D: y[c] = clamp(zy + MBQM(sum of (w - zw) * (x - zx) + bias[c])), over
 * the taps inside the image and the input channels of c's group.
 */
#include "firmware/kernels/ref/window.h"

enum { X, FILTER, BIAS, MULTIPLIER, SHIFT };

struct conv {
	struct apui_window window;
	struct apui_q8 x, filter;
	size_t in_channels;
	size_t depth;         /* input channels of a group */
	size_t group_outputs; /* output channels of a group */
	int taps_touch; /* the taps of a filter row are side by side in x */
};

static int
check_conv(const struct apui_fw_call *call, struct conv *conv)
{
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *filter = &call->inputs[FILTER];
	const struct apui_fw_tensor *bias = &call->inputs[BIAS];
	const struct apui_fw_tensor *y = &call->outputs[0];
	int32_t groups;

	if (filter->rank != 4 || !apui_window_q8_is_valid(call) ||
	    apui_window_init(&conv->window, call, filter->dims[1],
			     filter->dims[2]) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (filter->type != x->type || !apui_q8_is_valid(filter) ||
	    (filter->type == APUI_TYPE_INT8 && filter->zero_point != 0))
		return APUI_RESULT_EINVAL;
	if (filter->dims[0] != y->dims[3] || filter->dims[3] < 1 ||
	    x->dims[3] < 1 || x->dims[3] % filter->dims[3] != 0)
		return APUI_RESULT_EINVAL;
	groups = x->dims[3] / filter->dims[3];
	if (y->dims[3] % groups != 0 ||
	    (bias->data && !apui_is_int32_vector(bias, y->dims[3])) ||
	    !apui_is_int32_vector(&call->inputs[MULTIPLIER], y->dims[3]) ||
	    !apui_is_int32_vector(&call->inputs[SHIFT], y->dims[3]))
		return APUI_RESULT_EINVAL;

	conv->x = apui_q8_view(x);
	conv->filter = apui_q8_view(filter);
	conv->in_channels = (size_t)x->dims[3];
	conv->depth = (size_t)filter->dims[3];
	conv->group_outputs = (size_t)(y->dims[3] / groups);
	conv->taps_touch = groups == 1 && conv->window.columns.dilation == 1;
	return APUI_RESULT_OK;
}

/* Sum of (w - zw) * (x - zx) over @count neighbours in memory. */
static inline uint32_t
dot(const struct conv *conv, size_t x_at, size_t w_at, size_t count)
{
	const uint8_t *x = conv->x.data + x_at;
	const uint8_t *w = conv->filter.data + w_at;
	const uint8_t x_flip = conv->x.flip, w_flip = conv->filter.flip;
	const int16_t x_zero = (int16_t)conv->x.zero_point;
	const int16_t w_zero = (int16_t)conv->filter.zero_point;
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		int16_t a = (int16_t)((x[i] ^ x_flip) - x_zero);
		int16_t b = (int16_t)((w[i] ^ w_flip) - w_zero);

		sum += (uint32_t)(a * b);
	}
	return sum;
}

/* One row of the filter, @taps of it. */
static uint32_t
sum_row(const struct conv *conv, size_t x_at, size_t w_at, size_t taps)
{
	size_t step = (size_t)conv->window.columns.dilation * conv->in_channels;
	uint32_t sum = 0;

	if (conv->taps_touch)
		return dot(conv, x_at, w_at, taps * conv->depth);
	for (size_t i = 0; i < taps; i++)
		sum += dot(conv, x_at + i * step, w_at + i * conv->depth,
			   conv->depth);
	return sum;
}

static int32_t
sum_window(const struct conv *conv, const struct apui_pixel *pixel,
	   size_t channel)
{
	const struct apui_window *window = &conv->window;
	const struct apui_span *rows = &pixel->rows;
	const struct apui_span *columns = &pixel->columns;
	size_t x_first = channel / conv->group_outputs * conv->depth;
	size_t w_row = channel * (size_t)window->rows.taps;
	uint32_t sum = 0;

	for (int32_t tap = rows->first; tap < rows->end; tap++) {
		int32_t row = rows->position +
			      (tap - rows->first) * window->rows.dilation;
		size_t x_at = apui_window_pixel(window, pixel->batch, row,
						columns->position);
		size_t w_at =
			(w_row + (size_t)tap) * (size_t)window->columns.taps +
			(size_t)columns->first;

		sum += sum_row(conv, x_at * conv->in_channels + x_first,
			       w_at * conv->depth,
			       (size_t)(columns->end - columns->first));
	}
	return (int32_t)sum;
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct apui_window_params *params = &call->params.window;
	const struct conv *conv = kernel;
	int32_t zero_point = call->outputs[0].zero_point;
	uint8_t *y = pixel->y;

	for (size_t c = 0; c < conv->window.channels; c++) {
		uint32_t channel = (uint32_t)c;
		struct apui_scale scale;
		int32_t sum;

		if (apui_read_scale(&call->inputs[MULTIPLIER],
				    &call->inputs[SHIFT], channel,
				    &scale) != APUI_RESULT_OK)
			return APUI_RESULT_ERANGE;
		if (apui_pace(call, work, pixel->taps * conv->depth))
			return APUI_RESULT_ECANCELED;

		sum = apui_fx_add(sum_window(conv, pixel, c),
				  apui_read_bias(&call->inputs[BIAS], channel));
		sum = apui_fx_scale(sum, scale.multiplier, scale.shift);
		y[c] = (uint8_t)apui_fx_clamp((int64_t)sum + zero_point,
					      params->act_min, params->act_max);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_conv_2d(const struct apui_fw_call *call)
{
	struct conv conv;
	int ret;

	ret = check_conv(call, &conv);
	if (ret != APUI_RESULT_OK)
		return ret;
	return apui_window_run(&conv.window, call, run_pixel, &conv);
}
