/* SPDX-License-Identifier: MIT */
#ifndef APUI_LOWER_CONVOLVE_H
#define APUI_LOWER_CONVOLVE_H

/* How several operators become a CONVOLVE. */

#include "model/lowering.h"

struct apui_convolution {
	const struct apu_tensor *x, *filter, *bias, *y; /* bias may be NULL */
	int32_t activation;
	/* How float32 x is quantised for weights of int8. */
	bool is_asymmetric;
	/* int16 sums are multiplied with doubles, as FULLY_CONNECTED does. */
	bool is_scaled_in_double;
	struct apui_convolve_params params;
};

/* One position, one tap, stride and dilation 1; the rest is 0. */
void
apui_convolution_begin(struct apui_convolution *conv);

/*
 * The same, then height and width of the images x and y, and of their channels;
 * strides, dilations and padding are @window's.
 */
void
apui_convolution_place_2d(struct apui_convolution *conv, int32_t taps_h,
			  int32_t taps_w,
			  const struct apui_window_params *window);

/* All scales of @filter are one. */
bool
apui_scales_are_equal(const struct apu_tensor *filter);

/*
 * Append @conv, whose params are set but for the clamp, in front of it
 * QUANTIZE_ROWS where that is needed. Its types go together.
 */
int
apui_lower_convolution(struct apui_lowering *lowering,
		       const struct apu_operator *op,
		       struct apui_convolution *conv);

/*
 * Append QUANTIZE_ROWS of float32 @x in @rows. @out_tensors: bytes, scales and
 * zero points in the arena.
 */
int
apui_lower_quantize_rows(struct apui_lowering *lowering,
			 const struct apu_operator *op,
			 const struct apu_tensor *x, int32_t rows,
			 bool is_asymmetric, uint32_t out_tensors[3]);

/* The same of tensor @input of the program, which has @element_count. */
int
apui_lower_quantize_rows_of(struct apui_lowering *lowering,
			    const struct apu_operator *op, uint32_t input,
			    uint64_t element_count, int32_t rows,
			    bool is_asymmetric, uint32_t out_tensors[3]);

#endif
