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

/* Quantisation of input and output, both of @dtype: INT8 or UINT8. */
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

#endif
