/* SPDX-License-Identifier: MIT */
#ifndef APUI_LOOKUP_H
#define APUI_LOOKUP_H

/*
 * The tables of unary operators on 8 bits: what the reference computes for each
 * of the 256 values, worked out once, by the compiler. docs/operators.md has
 * the rules. Nothing here knows graphs; nothing records failures.
 */

#include <apu/tensor.h>
#include <stdint.h>

#define APUI_LOOKUP_BYTES 256

/* Quantisation of input and output, both of @dtype: INT8, UINT8 or INT16. */
struct apui_lookup {
	enum apu_dtype dtype;
	float x_scale, y_scale;
	int32_t x_zero_point, y_zero_point;
	float alpha; /* LEAKY_RELU */
};

/*
 * Fill @table, which is indexed by the byte as stored. -ERANGE when no
 * multiplier can stand for the ratio of the scales.
 */
typedef int
apui_lookup_fn(const struct apui_lookup *lookup,
	       uint8_t table[APUI_LOOKUP_BYTES]);

apui_lookup_fn apui_lookup_abs, apui_lookup_elu, apui_lookup_exp,
	apui_lookup_gelu, apui_lookup_gelu_tanh, apui_lookup_hard_swish,
	apui_lookup_leaky_relu, apui_lookup_log, apui_lookup_logistic,
	apui_lookup_relu, apui_lookup_relu6, apui_lookup_relu_0_to_1,
	apui_lookup_relu_n1_to_1, apui_lookup_rsqrt, apui_lookup_tanh;

#define APUI_LOOKUP_INT16_LENGTH 513

/* Of int16: 513 points, between which the kernel draws lines. */
typedef float
apui_lookup_real_fn(const struct apui_lookup *lookup, float x);

apui_lookup_real_fn apui_real_exp, apui_real_gelu, apui_real_gelu_tanh,
	apui_real_log;

/*
 * @function between @min and @max, as numbers of @unit. Each point is moved by
 * half of what a line between it and the next one misses in the middle.
 */
void
apui_lookup_fill_int16(const struct apui_lookup *lookup,
		       apui_lookup_real_fn *function, float min, float max,
		       float unit, int16_t table[APUI_LOOKUP_INT16_LENGTH]);

#endif
