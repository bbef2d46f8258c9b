/* SPDX-License-Identifier: MIT */
/*
 * DEPTHWISE_CONV_2D_FLOAT: as CONV_2D_FLOAT, but output channel
 * c = ic * multiplier + m sums over the taps of input channel ic alone, in
 * their order.
 */
#include "firmware/kernels/ref/float32.h"
#include "firmware/kernels/ref/window.h"
#include "firmware/libc.h"

enum { X, FILTER, BIAS };

/* Channels summed side by side: half a kilobyte of stack. */
#define CHUNK 128

struct depthwise {
	struct apui_window window;
	const float *x, *filter;
	size_t in_channels;
	size_t multiplier; /* output channels of an input channel */
};

/* Channels @first .. @first + @count - 1 of one output pixel. */
struct chunk {
	size_t first, count;
	float sums[CHUNK];
};

static int
check_depthwise(const struct apui_fw_call *call, struct depthwise *conv)
{
	const struct apui_window_float_params *params =
		&call->params.window_float;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *filter = &call->inputs[FILTER];
	const struct apui_fw_tensor *bias = &call->inputs[BIAS];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->type != APUI_TYPE_FLOAT32 || filter->rank != 4 ||
	    filter->type != APUI_TYPE_FLOAT32 ||
	    !apui_float32_clamp_is_valid(params->act_min, params->act_max) ||
	    apui_window_init(&conv->window, call, filter->dims[1],
			     filter->dims[2]) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (filter->dims[0] != 1 || filter->dims[3] != y->dims[3] ||
	    x->dims[3] < 1 || y->dims[3] % x->dims[3] != 0 ||
	    (bias->data && !apui_is_float32_vector(bias, y->dims[3])))
		return APUI_RESULT_EINVAL;

	conv->x = x->data;
	conv->filter = filter->data;
	conv->in_channels = (size_t)x->dims[3];
	conv->multiplier = conv->window.channels / conv->in_channels;
	return APUI_RESULT_OK;
}

/* One tap of the chunk where each input channel has one output channel. */
static void
add_tap(struct chunk *chunk, const float *x, const float *w)
{
	float *restrict sums = chunk->sums;
	const size_t count = chunk->count;

	for (size_t i = 0; i < count; i++)
		sums[i] += x[i] * w[i];
}

/* The same where it has several; @x is the first. */
static void
add_tap_multiplied(const struct depthwise *conv, struct chunk *chunk,
		   const float *x, const float *w)
{
	size_t left = conv->multiplier - chunk->first % conv->multiplier;

	for (size_t i = 0; i < chunk->count; i++, left--) {
		if (left == 0) {
			left = conv->multiplier;
			x++;
		}
		chunk->sums[i] += *x * w[i];
	}
}

static void
sum_row(const struct depthwise *conv, struct chunk *chunk, size_t x_at,
	size_t w_at, size_t taps)
{
	size_t step = (size_t)conv->window.columns.dilation * conv->in_channels;

	for (size_t i = 0; i < taps; i++) {
		const float *x = conv->x + x_at + i * step;
		const float *w =
			conv->filter + w_at + i * conv->window.channels;

		if (conv->multiplier == 1)
			add_tap(chunk, x, w);
		else
			add_tap_multiplied(conv, chunk, x, w);
	}
}

static void
sum_window(const struct depthwise *conv, const struct apui_pixel *pixel,
	   struct chunk *chunk)
{
	const struct apui_window *window = &conv->window;
	const struct apui_span *rows = &pixel->rows;
	const struct apui_span *columns = &pixel->columns;
	size_t first_in = chunk->first / conv->multiplier;

	memset(chunk->sums, 0, sizeof(chunk->sums));
	for (int32_t tap = rows->first; tap < rows->end; tap++) {
		int32_t row = rows->position +
			      (tap - rows->first) * window->rows.dilation;
		size_t x_at = apui_window_pixel(window, pixel->batch, row,
						columns->position);
		size_t w_at = (size_t)tap * (size_t)window->columns.taps +
			      (size_t)columns->first;

		sum_row(conv, chunk, x_at * conv->in_channels + first_in,
			w_at * window->channels + chunk->first,
			(size_t)(columns->end - columns->first));
	}
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct apui_window_float_params *params =
		&call->params.window_float;
	const struct depthwise *conv = kernel;
	float *y = pixel->y;
	struct chunk chunk;

	for (size_t c = 0; c < conv->window.channels; c += CHUNK) {
		size_t left = conv->window.channels - c;

		chunk.first = c;
		chunk.count = left < CHUNK ? left : CHUNK;
		if (apui_pace(call, work, pixel->taps * CHUNK))
			return APUI_RESULT_ECANCELED;
		sum_window(conv, pixel, &chunk);
		for (size_t i = 0; i < chunk.count; i++)
			y[c + i] = apui_clamp_real(
				chunk.sums[i] +
					apui_float32_bias(&call->inputs[BIAS],
							  c + i),
				params->act_min, params->act_max);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_depthwise_conv_2d_float(const struct apui_fw_call *call)
{
	struct depthwise conv;
	int ret;

	ret = check_depthwise(call, &conv);
	if (ret != APUI_RESULT_OK)
		return ret;
	return apui_window_run(&conv.window, call, run_pixel, &conv);
}
