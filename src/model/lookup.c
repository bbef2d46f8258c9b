/* SPDX-License-Identifier: MIT */
#include "model/lookup.h"
#include "firmware/fixedpoint.h"
#include "firmware/kernels/ref/layer_norm16.h"
#include "model/graph.h"
#include "model/quantise.h"
#include <errno.h>
#include <math.h>

static int32_t
type_min(const struct apui_lookup *lookup)
{
	if (lookup->dtype == APU_DTYPE_INT16)
		return INT16_MIN;
	return lookup->dtype == APU_DTYPE_INT8 ? INT8_MIN : 0;
}

static int32_t
type_max(const struct apui_lookup *lookup)
{
	return lookup->dtype == APU_DTYPE_INT8 ? INT8_MAX : UINT8_MAX;
}

/* @value less the zero point, into the table, clamped. */
static void
put(const struct apui_lookup *lookup, uint8_t *table, int32_t x, int64_t value)
{
	table[(uint8_t)x] =
		(uint8_t)apui_fx_clamp(value + lookup->y_zero_point,
				       type_min(lookup), type_max(lookup));
}

/* A function of real numbers: dequantise, compute in float32, quantise. */
static int
fill_real(const struct apui_lookup *lookup, uint8_t *table,
	  float (*function)(const struct apui_lookup *lookup, float x))
{
	float inverse = 1 / lookup->y_scale;

	for (int32_t x = type_min(lookup); x <= type_max(lookup); x++) {
		float real =
			lookup->x_scale * (float)(x - lookup->x_zero_point);
		float scaled = roundf(function(lookup, real) * inverse);

		/* Beyond 32 bits: saturated; NaN gives the zero point. */
		put(lookup, table, x, apui_fx_round_double((double)scaled));
	}
	return 0;
}

static float
real_logistic(const struct apui_lookup *lookup, float x)
{
	(void)lookup;
	return 1.0f / (1.0f + expf(-x));
}

static float
real_tanh(const struct apui_lookup *lookup, float x)
{
	(void)lookup;
	return tanhf(x);
}

float
apui_real_exp(const struct apui_lookup *lookup, float x)
{
	(void)lookup;
	return expf(x);
}

/* What has no logarithm gets the smallest value there is. */
float
apui_real_log(const struct apui_lookup *lookup, float x)
{
	if (x <= 0)
		return (float)(type_min(lookup) - lookup->y_zero_point) *
		       lookup->y_scale;
	return logf(x);
}

static float
real_elu(const struct apui_lookup *lookup, float x)
{
	(void)lookup;
	return x < 0 ? expf(x) - 1.0f : x;
}

float
apui_real_gelu(const struct apui_lookup *lookup, float x)
{
	(void)lookup;
	return (float)(0.5f * x * (1.0f + erff(x * (float)M_SQRT1_2)));
}

float
apui_real_gelu_tanh(const struct apui_lookup *lookup, float x)
{
	const float root_2_over_pi = (float)(M_2_SQRTPI * M_SQRT1_2);

	(void)lookup;
	return 0.5f * x *
	       (1.0f + tanhf(root_2_over_pi * (x + 0.044715f * x * x * x)));
}

int
apui_lookup_logistic(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, real_logistic);
}

int
apui_lookup_tanh(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, real_tanh);
}

int
apui_lookup_exp(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, apui_real_exp);
}

int
apui_lookup_log(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, apui_real_log);
}

int
apui_lookup_elu(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, real_elu);
}

int
apui_lookup_gelu(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, apui_real_gelu);
}

int
apui_lookup_gelu_tanh(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_real(lookup, table, apui_real_gelu_tanh);
}

/* Scale by x's scale over y's, in float32, and clamp to [@low, @high]. */
static int
fill_relu(const struct apui_lookup *lookup, uint8_t *table, float low,
	  float high)
{
	struct apui_multiplier q;
	float bottom = roundf(low / lookup->y_scale);
	float top = roundf(high / lookup->y_scale);

	if (apui_quantise_multiplier(
		    (double)(lookup->x_scale / lookup->y_scale), &q) < 0)
		return -ERANGE;
	for (int32_t x = type_min(lookup); x <= type_max(lookup); x++) {
		int32_t value = apui_fx_scale(x - lookup->x_zero_point,
					      q.multiplier, q.shift);

		put(lookup, table, x,
		    apui_fx_clamp(value, apui_fx_round_double((double)bottom),
				  apui_fx_round_double((double)top)));
	}
	return 0;
}

int
apui_lookup_relu(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_relu(lookup, table, 0, INFINITY);
}

int
apui_lookup_relu6(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_relu(lookup, table, 0, 6);
}

int
apui_lookup_relu_0_to_1(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_relu(lookup, table, 0, 1);
}

int
apui_lookup_relu_n1_to_1(const struct apui_lookup *lookup, uint8_t *table)
{
	return fill_relu(lookup, table, -1, 1);
}

int
apui_lookup_leaky_relu(const struct apui_lookup *lookup, uint8_t *table)
{
	float alpha = lookup->x_scale * lookup->alpha / lookup->y_scale;
	struct apui_multiplier identity, slope;

	if (apui_quantise_multiplier(
		    (double)(lookup->x_scale / lookup->y_scale), &identity) <
		    0 ||
	    apui_quantise_multiplier(fabs((double)alpha), &slope) < 0)
		return -ERANGE;
	for (int32_t x = type_min(lookup); x <= type_max(lookup); x++) {
		int32_t value = x - lookup->x_zero_point;

		if (value >= 0)
			value = apui_fx_scale(value, identity.multiplier,
					      identity.shift);
		else
			value = apui_fx_scale(value, slope.multiplier,
					      slope.shift);
		put(lookup, table, x,
		    x < lookup->x_zero_point && alpha < 0 ? -(int64_t)value
							  : value);
	}
	return 0;
}

int
apui_lookup_abs(const struct apui_lookup *lookup, uint8_t *table)
{
	bool rescales = lookup->x_scale != lookup->y_scale;
	struct apui_multiplier q;

	if (apui_quantise_multiplier(
		    (double)(lookup->x_scale / lookup->y_scale), &q) < 0)
		return -ERANGE;
	for (int32_t x = type_min(lookup); x <= type_max(lookup); x++) {
		int32_t value = x - lookup->x_zero_point;

		value = value < 0 ? -value : value;
		if (rescales)
			value = apui_fx_scale(value, q.multiplier, q.shift);
		put(lookup, table, x, value);
	}
	return 0;
}

/* In integers, with 20 bits more before the scales come in. */
int
apui_lookup_rsqrt(const struct apui_lookup *lookup, uint8_t *table)
{
	const int32_t fraction_bits = 20;
	struct apui_multiplier q;

	if (apui_quantise_multiplier(
		    1 / (double)(sqrtf(lookup->x_scale) * lookup->y_scale),
		    &q) < 0)
		return -ERANGE;
	for (int32_t x = type_min(lookup); x <= type_max(lookup); x++) {
		int32_t value = x - lookup->x_zero_point;
		struct apui_scale root;

		if (value <= 0) {
			put(lookup, table, x, INT32_MAX);
			continue;
		}
		root = apui_inverse_root(value);
		value = apui_fx_scale(1, root.multiplier,
				      root.shift + fraction_bits);
		put(lookup, table, x,
		    apui_fx_scale(value, q.multiplier,
				  q.shift - fraction_bits));
	}
	return 0;
}

/* HARD_SWISH works on 16 bits. */
static int16_t
clamp_16(int64_t value)
{
	return (int16_t)apui_fx_clamp(value, INT16_MIN, INT16_MAX);
}

/* a * b / 2^15, halves up. */
static int16_t
multiply_high_16(int16_t a, int16_t b)
{
	return clamp_16(((int32_t)a * b + (1 << 14)) >> 15);
}

/* A multiplier of 32 bits, rounded to 16. */
static int16_t
narrow(int32_t multiplier)
{
	return clamp_16(((int64_t)multiplier + (1 << 15)) >> 16);
}

struct hard_swish {
	struct apui_multiplier out, gate;
};

/* (x + 3) / 6 in [0, 1], with 15 fraction bits. */
static int16_t
find_gate(const struct hard_swish *swish, int16_t x)
{
	int32_t shift = swish->gate.shift;
	int16_t gate = x;

	/* The last bit of the shift saturates, and nothing before it. */
	if (shift > 0)
		gate = clamp_16((int64_t)gate * (1LL << (shift - 1)));
	gate = multiply_high_16(gate, narrow(swish->gate.multiplier));
	if (shift > 0)
		gate = clamp_16(2 * (int64_t)gate);
	if (shift < 0)
		gate = (int16_t)apui_fx_round_shift(gate, 0u - (unsigned)shift);
	return (int16_t)((gate + (1 << 15)) >> 1);
}

int
apui_lookup_hard_swish(const struct apui_lookup *lookup, uint8_t *table)
{
	float fine_scale = (1.0f / 128.0f) * lookup->x_scale;
	float gate_scale = 3.0f / 32768.0f;
	struct hard_swish swish;

	if (apui_quantise_multiplier((double)(fine_scale / lookup->y_scale),
				     &swish.out) < 0 ||
	    apui_quantise_multiplier((double)(fine_scale / gate_scale),
				     &swish.gate) < 0 ||
	    swish.out.shift > 0)
		return -ERANGE;
	for (int32_t x = type_min(lookup); x <= type_max(lookup); x++) {
		int16_t fine = (int16_t)((x - lookup->x_zero_point) * 128);
		int16_t scaled =
			multiply_high_16(fine, narrow(swish.out.multiplier));
		/* Towards zero, to cancel the bias of the two above. */
		int32_t value =
			(int32_t)find_gate(&swish, fine) * scaled / (1 << 15);

		put(lookup, table, x,
		    apui_fx_round_shift(value, (unsigned)-swish.out.shift));
	}
	return 0;
}

/* Saturated; what is no number gets the least, as fmaxf() has it. */
static int16_t
to_int16(float value)
{
	return (int16_t)fminf(fmaxf(value, INT16_MIN), INT16_MAX);
}

void
apui_lookup_fill_int16(const struct apui_lookup *lookup,
		       apui_lookup_real_fn *function, float min, float max,
		       float unit, int16_t table[APUI_LOOKUP_INT16_LENGTH])
{
	const int steps = APUI_LOOKUP_INT16_LENGTH - 1;
	const float step = (max - min) / (float)steps, half = step / 2;

	for (int i = 0; i < steps; i++) {
		float at = min + (float)i * step;
		float value = roundf(function(lookup, at) * unit);
		float next =
			function(lookup, min + (float)(i + 1) * step) * unit;
		float line = roundf((next + value) / 2);
		float middle = roundf(function(lookup, at + half) * unit);

		table[i] = to_int16(value - roundf((line - middle) / 2));
	}
	table[steps] = to_int16(roundf(function(lookup, max) * unit));
}
