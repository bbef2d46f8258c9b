/* SPDX-License-Identifier: MIT */
#ifndef APUI_WINDOW_H
#define APUI_WINDOW_H

/*
 * How a window of taps slides over an image: how many positions it has, and how
 * much padding stands before the first tap. SAME and VALID as TFLite means
 * them: docs/operators.md.
 */

#include "model/graph.h"

/* One dimension. */
struct apui_window_1d {
	int32_t input;    /* its length, >= 0 */
	int32_t filter;   /* taps, >= 1 */
	int32_t stride;   /* >= 1 */
	int32_t dilation; /* >= 1 */
	int32_t padding;  /* enum apui_padding */
};

/*
 * Returns 0, or -EINVAL when a value is out of range or the window does not fit
 * into an input that is not padded.
 */
int
apui_window_place(const struct apui_window_1d *window, int32_t *out_positions,
		  int64_t *out_pad_before);

/* The most taps, and the most padding before the first, of a program. */
#define APUI_WINDOW_MAX_LENGTH 32767

struct apui_window_2d {
	int32_t out_h, out_w;
	int32_t pad_top, pad_left;
};

/*
 * Both dimensions of an operator with window options, on @x [N, H, W, C].
 * -EINVAL, or -EOPNOTSUPP for more taps or padding than a program can hold,
 * with the reason.
 */
int
apui_window_place_2d(const struct apu_operator *op, const struct apu_tensor *x,
		     int32_t filter_h, int32_t filter_w,
		     struct apui_window_2d *out);

#endif
