/* SPDX-License-Identifier: MIT */
#include "model/quantise.h"
#include "model/graph.h"
#include <errno.h>
#include <math.h>

/* Input bits kept by ADD below the point; 8-bit differences need 9 above. */
#define ADD_LEFT_SHIFT    20
#define ADD_16_LEFT_SHIFT 15
#define SQUARE_LEFT_SHIFT 7

/* SOFTMAX works on differences in Q5.26. */
#define SOFTMAX_INTEGER_BITS  5
#define SOFTMAX_FRACTION_BITS 26

static struct apui_multiplier
split_real(double real)
{
	struct apui_multiplier result;
	int shift;
	/* Scaling by a power of two is exact: only llround() rounds. */
	long long multiplier = llround(ldexp(frexp(real, &shift), 31));

	if (multiplier == 1LL << 31) {
		multiplier >>= 1;
		shift++;
	}
	result.multiplier = (int32_t)multiplier;
	result.shift = shift;
	return result;
}

int
apui_quantise_multiplier(double real, struct apui_multiplier *out)
{
	struct apui_multiplier result;

	if (!isfinite(real) || real < 0)
		return -ERANGE;
	result = split_real(real);
	if (result.shift > APUI_MULTIPLIER_MAX_SHIFT)
		return -ERANGE;
	if (result.shift < -31)
		result = (struct apui_multiplier) { 0 };

	*out = result;
	return 0;
}

double
apui_quantise_conv_scale(enum apu_dtype dtype, float x, float filter, float out)
{
	float product;

	if (dtype != APU_DTYPE_UINT8)
		return (double)x * (double)filter / (double)out;
	product = x * filter;
	return (double)product / (double)out;
}

double
apui_quantise_fully_connected_scale(float x, float filter, float out)
{
	return (double)x * (double)filter / (double)out;
}

bool
apui_quantise_bias_fits(float x, float filter, float bias, float out)
{
	float product = x * filter;

	return fabs((double)product - (double)bias) / (double)out <= 0.02;
}

/* Beyond int32 the clamp's end is the type's: saturate, do not wrap. */
static int32_t
quantise_real(float real, float scale, int32_t zero_point)
{
	double q = (double)roundf(real / scale) + zero_point;

	if (q > INT32_MAX)
		return INT32_MAX;
	if (q < INT32_MIN)
		return INT32_MIN;
	return (int32_t)q;
}

static int32_t
larger(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t
smaller(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

int
apui_quantise_activation(int32_t activation, enum apu_dtype dtype, float scale,
			 int32_t zero_point, int32_t *out_min, int32_t *out_max)
{
	int32_t min = dtype == APU_DTYPE_UINT8 ? 0 : INT8_MIN;
	int32_t max = dtype == APU_DTYPE_UINT8 ? UINT8_MAX : INT8_MAX;

	if (dtype == APU_DTYPE_INT16) {
		min = INT16_MIN;
		max = INT16_MAX;
	}

	switch (activation) {
	case APUI_ACTIVATION_NONE:
		break;
	case APUI_ACTIVATION_RELU:
		min = larger(min, quantise_real(0, scale, zero_point));
		break;
	case APUI_ACTIVATION_RELU6:
		min = larger(min, quantise_real(0, scale, zero_point));
		max = smaller(max, quantise_real(6, scale, zero_point));
		break;
	case APUI_ACTIVATION_RELU_N1_TO_1:
		min = larger(min, quantise_real(-1, scale, zero_point));
		max = smaller(max, quantise_real(1, scale, zero_point));
		break;
	default:
		return -EOPNOTSUPP;
	}

	*out_min = min;
	*out_max = max;
	return 0;
}

static int
quantise_sum(float a, float b, float out, int left_shift,
	     struct apui_add_params *params)
{
	double twice_max = 2 * fmax((double)a, (double)b);
	double fraction_unit = ldexp(1, left_shift);
	struct apui_multiplier qa, qb, qout;

	if (apui_quantise_multiplier((double)a / twice_max, &qa) < 0 ||
	    apui_quantise_multiplier((double)b / twice_max, &qb) < 0 ||
	    apui_quantise_multiplier(twice_max / (fraction_unit * (double)out),
				     &qout) < 0)
		return -ERANGE;
	/* A value just below 1 is rounded up to it. */
	if (qout.shift > 0)
		return -ERANGE;

	params->left_shift = left_shift;
	params->a_multiplier = qa.multiplier;
	params->a_shift = qa.shift;
	params->b_multiplier = qb.multiplier;
	params->b_shift = qb.shift;
	params->out_multiplier = qout.multiplier;
	params->out_shift = qout.shift;
	return 0;
}

int
apui_quantise_add(float a, float b, float out, struct apui_add_params *params)
{
	return quantise_sum(a, b, out, ADD_LEFT_SHIFT, params);
}

int
apui_quantise_add_16(float a, float b, float out,
		     struct apui_add_params *params)
{
	return quantise_sum(a, b, out, ADD_16_LEFT_SHIFT, params);
}

int
apui_quantise_add_shifted(float a, float b, float out,
			  struct apui_add_params *params)
{
	int32_t exponent = (int32_t)lroundf(log2f(out));
	int32_t a_shift = (int32_t)lroundf(log2f(a)) - exponent;
	int32_t b_shift = (int32_t)lroundf(log2f(b)) - exponent;

	if (a_shift > 0 || b_shift > 0 || (a_shift < 0 && b_shift < 0) ||
	    a_shift < -15 || b_shift < -15)
		return -ERANGE;
	/* 2x times a half is x, without rounding. */
	*params = (struct apui_add_params) {
		.left_shift = 1,
		.a_multiplier = 1 << 30,
		.a_shift = a_shift,
		.b_multiplier = 1 << 30,
		.b_shift = b_shift,
		.out_multiplier = 1 << 30,
		.out_shift = 1,
	};
	return 0;
}

int
apui_quantise_squared_difference(float a, float b, float out,
				 struct apui_add_params *params)
{
	double twice_max = 2 * fmax((double)a, (double)b);
	double fraction_unit = ldexp(1, 2 * SQUARE_LEFT_SHIFT);
	struct apui_multiplier qa, qb, qout;

	if (apui_quantise_multiplier((double)a / twice_max, &qa) < 0 ||
	    apui_quantise_multiplier((double)b / twice_max, &qb) < 0 ||
	    apui_quantise_multiplier(twice_max * twice_max /
					     (fraction_unit * (double)out),
				     &qout) < 0)
		return -ERANGE;

	*params = (struct apui_add_params) {
		.left_shift = SQUARE_LEFT_SHIFT,
		.a_multiplier = qa.multiplier,
		.a_shift = qa.shift,
		.b_multiplier = qb.multiplier,
		.b_shift = qb.shift,
		.out_multiplier = qout.multiplier,
		.out_shift = qout.shift,
	};
	return 0;
}

bool
apui_quantise_is_power_of_two(float scale)
{
	float exponent = log2f(scale);

	return fabsf(exponent - roundf(exponent)) < 1e-3f;
}

int
apui_quantise_softmax(float beta, float x, struct apui_softmax_params *params)
{
	double largest = (double)((1 << SOFTMAX_INTEGER_BITS) - 1);
	double real =
		(double)beta * (double)x * ldexp(1, SOFTMAX_FRACTION_BITS);
	struct apui_multiplier q;

	/* Written so that NaN fails, too. */
	if (!(real > 1))
		return -ERANGE;
	q = split_real(fmin(real, (double)INT32_MAX));

	params->multiplier = q.multiplier;
	params->shift = q.shift;
	params->diff_min = -(int32_t)floor(
		ldexp(largest, SOFTMAX_FRACTION_BITS - q.shift));
	return 0;
}

int
apui_quantise_log_softmax(float x, struct apui_log_softmax_params *params)
{
	struct apui_softmax_params forward;
	struct apui_multiplier q = { 0 };
	int ret = apui_quantise_softmax(1, x, &forward);

	if (ret == 0)
		ret = apui_quantise_multiplier(
			ldexp(1, 31 - forward.shift) /
				(double)forward.multiplier,
			&q);
	if (ret < 0)
		return ret;
	*params = (struct apui_log_softmax_params) {
		.multiplier = forward.multiplier,
		.shift = forward.shift,
		.diff_min = forward.diff_min,
		.inverse_multiplier = q.multiplier,
		.inverse_shift = q.shift,
	};
	return 0;
}

int
apui_quantise_mean(float x, float out, uint64_t count,
		   struct apui_multiplier *result)
{
	int log2_count = 63 - __builtin_clzll(count);
	struct apui_multiplier q;
	int extra_bits, ret;

	ret = apui_quantise_multiplier((double)x / (double)out, &q);
	if (ret < 0)
		return ret;

	extra_bits = smaller(smaller(log2_count, 32), 31 + q.shift);
	result->multiplier = (int32_t)(((int64_t)q.multiplier << extra_bits) /
				       (int64_t)count);
	result->shift = q.shift - extra_bits;
	return 0;
}
