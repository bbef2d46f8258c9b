/* SPDX-License-Identifier: MIT */
/*
 * DEPTHWISE_CONV_2D: as CONV_2D, but output channel c = ic * multiplier + m
 * sums over the taps of input channel ic alone.
 */
#include "firmware/kernels/ref/window.h"
#include "firmware/libc.h"

enum { X, FILTER, BIAS, MULTIPLIER, SHIFT };

/* Channels summed side by side: a kilobyte of stack. */
#define CHUNK 128

struct depthwise {
	struct apui_window window;
	struct apui_q8 x, filter;
	size_t in_channels;
	size_t multiplier; /* output channels of an input channel */
};

/* Channels @first .. @first + @count - 1 of one output pixel. */
struct chunk {
	size_t first, count;
	uint32_t sums[CHUNK];
};

static int
check_depthwise(const struct apui_fw_call *call, struct depthwise *conv)
{
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *filter = &call->inputs[FILTER];
	const struct apui_fw_tensor *bias = &call->inputs[BIAS];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (filter->rank != 4 || !apui_window_q8_is_valid(call) ||
	    apui_window_init(&conv->window, call, filter->dims[1],
			     filter->dims[2]) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (filter->type != x->type || !apui_q8_is_valid(filter) ||
	    (filter->type == APUI_TYPE_INT8 && filter->zero_point != 0))
		return APUI_RESULT_EINVAL;
	if (filter->dims[0] != 1 || filter->dims[3] != y->dims[3] ||
	    x->dims[3] < 1 || y->dims[3] % x->dims[3] != 0)
		return APUI_RESULT_EINVAL;
	if ((bias->data && !apui_is_int32_vector(bias, y->dims[3])) ||
	    !apui_is_int32_vector(&call->inputs[MULTIPLIER], y->dims[3]) ||
	    !apui_is_int32_vector(&call->inputs[SHIFT], y->dims[3]))
		return APUI_RESULT_EINVAL;

	conv->x = apui_q8_view(x);
	conv->filter = apui_q8_view(filter);
	conv->in_channels = (size_t)x->dims[3];
	conv->multiplier = conv->window.channels / conv->in_channels;
	return APUI_RESULT_OK;
}

/* One tap of the chunk where each input channel has one output channel. */
static void
add_tap(const struct depthwise *conv, struct chunk *chunk, const uint8_t *x,
	const uint8_t *w)
{
	const uint8_t x_flip = conv->x.flip, w_flip = conv->filter.flip;
	const int16_t x_zero = (int16_t)conv->x.zero_point;
	const int16_t w_zero = (int16_t)conv->filter.zero_point;
	uint32_t *restrict sums = chunk->sums;
	const size_t count = chunk->count;

	for (size_t i = 0; i < count; i++) {
		int16_t a = (int16_t)((x[i] ^ x_flip) - x_zero);
		int16_t b = (int16_t)((w[i] ^ w_flip) - w_zero);

		sums[i] += (uint32_t)(a * b);
	}
}

/* The same where it has several. */
static void
add_tap_multiplied(const struct depthwise *conv, struct chunk *chunk,
		   size_t x_at, size_t w_at)
{
	size_t left = conv->multiplier - chunk->first % conv->multiplier;
	int32_t x = apui_q8_get(&conv->x, x_at);

	for (size_t i = 0; i < chunk->count; i++, left--) {
		if (left == 0) {
			left = conv->multiplier;
			x = apui_q8_get(&conv->x, ++x_at);
		}
		chunk->sums[i] +=
			(uint32_t)(x * apui_q8_get(&conv->filter, w_at + i));
	}
}

static void
sum_row(const struct depthwise *conv, struct chunk *chunk, size_t x_at,
	size_t w_at, size_t taps)
{
	size_t step = (size_t)conv->window.columns.dilation * conv->in_channels;

	for (size_t i = 0; i < taps; i++) {
		if (conv->multiplier == 1)
			add_tap(conv, chunk, conv->x.data + x_at,
				conv->filter.data + w_at);
		else
			add_tap_multiplied(conv, chunk, x_at, w_at);
		x_at += step;
		w_at += conv->window.channels;
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
finish_chunk(const struct apui_fw_call *call, const struct chunk *chunk,
	     uint8_t *y)
{
	const struct apui_window_params *params = &call->params.window;
	int32_t zero_point = call->outputs[0].zero_point;

	for (size_t i = 0; i < chunk->count; i++) {
		uint32_t channel = (uint32_t)(chunk->first + i);
		struct apui_scale scale;
		int32_t sum = (int32_t)chunk->sums[i];

		if (apui_read_scale(&call->inputs[MULTIPLIER],
				    &call->inputs[SHIFT], channel,
				    &scale) != APUI_RESULT_OK)
			return APUI_RESULT_ERANGE;
		sum = apui_fx_add(sum,
				  apui_read_bias(&call->inputs[BIAS], channel));
		sum = apui_fx_scale(sum, scale.multiplier, scale.shift);
		y[channel] = (uint8_t)apui_fx_clamp((int64_t)sum + zero_point,
						    params->act_min,
						    params->act_max);
	}
	return APUI_RESULT_OK;
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct depthwise *conv = kernel;
	struct chunk chunk;
	int ret;

	for (size_t c = 0; c < conv->window.channels; c += CHUNK) {
		size_t left = conv->window.channels - c;

		chunk.first = c;
		chunk.count = left < CHUNK ? left : CHUNK;
		if (apui_pace(call, work, pixel->taps * CHUNK))
			return APUI_RESULT_ECANCELED;
		sum_window(conv, pixel, &chunk);
		ret = finish_chunk(call, &chunk, pixel->y);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_depthwise_conv_2d(const struct apui_fw_call *call)
{
	struct depthwise conv;
	int ret;

	ret = check_depthwise(call, &conv);
	if (ret != APUI_RESULT_OK)
		return ret;
	return apui_window_run(&conv.window, call, run_pixel, &conv);
}
