/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_WINDOW_H
#define APUI_REF_WINDOW_H

/* Windows that slide over an image: convolutions and pools. */

#include "firmware/kernels/ref/quantised.h"

#define APUI_WINDOW_MAX 32767

/* One direction, height or width, of a window and of what it slides over. */
struct apui_axis {
	int32_t in, out, taps, stride, dilation, pad;
};

/* The taps @first .. @end - 1 are inside; @first is at @position. */
struct apui_span {
	int32_t first, end, position;
};

/* What slides over what; @channels are the output's. */
struct apui_window {
	struct apui_axis rows, columns;
	size_t channels;
	size_t pixel_bytes; /* of the output */
};

/* One output pixel: the taps of its window that are inside, and its bytes. */
struct apui_pixel {
	size_t batch;
	struct apui_span rows, columns;
	uint64_t taps;
	void *y;
};

/*
 * Compute all channels of a pixel; @work is for apui_pace(). Returns
 * APUI_RESULT_*.
 */
typedef int (*apui_pixel_fn)(const struct apui_fw_call *call,
			     const void *kernel, const struct apui_pixel *pixel,
			     uint64_t *work);

/*
 * Check all that a window needs of input 0 and output 0 but the input's
 * channels, and what type and activation demand, and describe it. @taps_h and
 * @taps_w: the size of the filter.
 */
int
apui_window_init(struct apui_window *window, const struct apui_fw_call *call,
		 int32_t taps_h, int32_t taps_w);

/* The rest of that check for 8-bit images. */
static inline int
apui_window_q8_is_valid(const struct apui_fw_call *call)
{
	const struct apui_window_params *params = &call->params.window;
	const struct apui_fw_tensor *y = &call->outputs[0];

	return apui_q8_is_valid(&call->inputs[0]) && apui_q8_is_valid(y) &&
	       apui_q8_clamp_is_valid(y->type, params->act_min,
				      params->act_max);
}

/* Call @run for every output pixel, in memory order, until one fails. */
int
apui_window_run(const struct apui_window *window,
		const struct apui_fw_call *call, apui_pixel_fn run,
		const void *kernel);

/* Index of pixel (@row, @column) of @batch in the input. */
static inline size_t
apui_window_pixel(const struct apui_window *window, size_t batch, int32_t row,
		  int32_t column)
{
	return (batch * (size_t)window->rows.in + (size_t)row) *
		       (size_t)window->columns.in +
	       (size_t)column;
}

#endif
