/* SPDX-License-Identifier: MIT */
#ifndef APUI_QUANTISE_H
#define APUI_QUANTISE_H

/*
 * The arithmetic that turns scales into the integers a kernel multiplies with:
 * docs/operators.md has the formulas. Which products are float32 and which are
 * double decides the last bit of results, so it is fixed here, per operator and
 * type. Nothing here knows graphs; nothing records failures.
 */

#include "firmware/program.h"
#include <apu/tensor.h>
#include <stdbool.h>

/* Q(d): a real multiplier as multiplier * 2^(shift - 31). */
struct apui_multiplier {
	int32_t multiplier;
	int32_t shift; /* -31 .. APUI_MULTIPLIER_MAX_SHIFT */
};

/* A larger left shift moves every value out of 32 bits. */
#define APUI_MULTIPLIER_MAX_SHIFT 30

/*
 * Q(@real). -ERANGE when @real is negative, not finite, or so large that the
 * shift is over APUI_MULTIPLIER_MAX_SHIFT.
 */
int
apui_quantise_multiplier(double real, struct apui_multiplier *out);

/*
 * What CONV_2D and DEPTHWISE_CONV_2D scale their sums with, before Q. @dtype is
 * the input's: the product is a double's for int8, a float's for uint8.
 */
double
apui_quantise_conv_scale(enum apu_dtype dtype, float x, float filter,
			 float out);

/* What FULLY_CONNECTED multiplies its sums with, as it is. */
double
apui_quantise_fully_connected_scale(float x, float filter, float out);

/*
 * Whether the bias' scale is near enough to the product of the scales of input
 * and filter: by at most 0.02 of the output's.
 */
bool
apui_quantise_bias_fits(float x, float filter, float bias, float out);

/*
 * The clamp of a fused activation (enum apui_activation) on a quantised output
 * of INT8 or UINT8. -EOPNOTSUPP for an activation that does not clamp.
 */
int
apui_quantise_activation(int32_t activation, enum apu_dtype dtype, float scale,
			 int32_t zero_point, int32_t *out_min,
			 int32_t *out_max);

/*
 * The multipliers and the left shift of ADD. -ERANGE when the output's scale is
 * so small that the sum would have to grow: the reference gives up then.
 */
int
apui_quantise_add(float a, float b, float out, struct apui_add_params *params);

/* The same of 16 bits. */
int
apui_quantise_add_16(float a, float b, float out,
		     struct apui_add_params *params);

/*
 * The same where all scales are powers of two: the input of the smaller scale
 * is shifted. -ERANGE unless the other one's scale is the output's, and the
 * shift at most 15.
 */
int
apui_quantise_add_shifted(float a, float b, float out,
			  struct apui_add_params *params);

/* SQUARED_DIFFERENCE of 8 bits. */
int
apui_quantise_squared_difference(float a, float b, float out,
				 struct apui_add_params *params);

/* As near to a power of two as the reference asks. */
bool
apui_quantise_is_power_of_two(float scale);

/*
 * SOFTMAX of 8 bits. -ERANGE when @beta times @x is so small (or no number)
 * that the reference gives up.
 */
int
apui_quantise_softmax(float beta, float x, struct apui_softmax_params *params);

/* LOG_SOFTMAX of 8 bits. -ERANGE when @x is so small. */
int
apui_quantise_log_softmax(float x, struct apui_log_softmax_params *params);

/* MEAN over @count > 0 elements. -ERANGE as apui_quantise_multiplier(). */
int
apui_quantise_mean(float x, float out, uint64_t count,
		   struct apui_multiplier *result);

#endif
