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
};

/* One output pixel: the taps of its window that are inside, and its bytes. */
struct apui_pixel {
	size_t batch;
	struct apui_span rows, columns;
	uint64_t taps;
	uint8_t *y;
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
 * channels, and describe it. @taps_h and @taps_w: the size of the filter.
 */
int
apui_window_init(struct apui_window *window, const struct apui_fw_call *call,
		 int32_t taps_h, int32_t taps_w);

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
