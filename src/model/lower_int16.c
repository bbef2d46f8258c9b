/* SPDX-License-Identifier: MIT */

/* LOGISTIC, TANH and SOFTMAX of int16: tables that are worked out here. */

#include "model/blame.h"
#include "model/lookup.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

#define SIGMOID_LENGTH 256

static int
check_int16(const struct apu_operator *op, const struct apu_tensor *tensor)
{
	int ret = apui_check_per_tensor(op, tensor);

	if (ret < 0 || apui_per_tensor_zero_point(tensor) == 0)
		return ret;
	return apui_blame(-EINVAL, op, tensor,
			  "it is int16 with zero point %d, and must have 0",
			  apui_per_tensor_zero_point(tensor));
}

static int
check_tensors(const struct apui_lowering *lowering,
	      const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	double scale;
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret == 0)
		ret = check_int16(op, x);
	if (ret == 0)
		ret = check_int16(op, y);
	if (ret < 0)
		return ret;
	scale = (double)apui_per_tensor_scale(y);
	if (fabs(scale * 32768 - 1) <= 0.001)
		return 0;
	return apui_blame(-EINVAL, op, y,
			  "its output has scale %g, and must have 1/32768",
			  scale);
}

/*
 * 1 / (1 + e^-(i / 24)) with 16 fraction bits. The reference has one more than
 * the nearest number at 44 points, each a bit here: its lines between the
 * points are closer to the function then.
 */
static void
fill_sigmoid_table(int32_t *table)
{
	static const uint32_t raised[SIGMOID_LENGTH / 32] = {
		0xfa7bd110, 0xc0467bae, 0x20440005, 0x00110090,
		0x00000080, 0x00000000, 0x00000000, 0x80000000
	};

	for (int i = 0; i < SIGMOID_LENGTH; i++) {
		double real = round(65536 / (1 + exp(-i / 24.0)));
		int32_t more = (int32_t)(raised[i / 32] >> (i % 32) & 1);

		table[i] = (int32_t)fmin(real + more, 65535);
	}
}

/* x to steps of 1 / (3 * 4096), 10.7 at 2^17. */
static void
fill_sigmoid(float scale, bool is_tanh,
	     struct apui_sigmoid_int16_params *params)
{
	int exponent = 0;
	bool is_power = frexpf(scale, &exponent) == 0.5f;
	int left = 12 + exponent - 1;
	double multiplier = (double)scale * 4096.0 * 3.0;

	params->is_tanh = is_tanh;
	if (is_power && (left == 0 || (is_tanh && left == 1))) {
		params->multiplier = 3 << left;
		params->shift = 0;
		return;
	}
	params->shift = 0;
	for (; multiplier <= 32767.0 / 2.0 && params->shift <= 30;
	     params->shift++)
		multiplier *= 2.0;
	params->multiplier =
		multiplier > INT32_MAX ? INT32_MAX : (int32_t)multiplier;
}

int
apui_lower_sigmoid_int16(struct apui_lowering *lowering,
			 const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_lowered lowered;
	void *table = NULL;
	int ret;

	ret = check_tensors(lowering, op);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_SIGMOID_INT16,
					  1, &lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, &lowered, APU_DTYPE_INT32,
					  1, SIGMOID_LENGTH, &table);
	if (ret < 0)
		return ret;
	fill_sigmoid_table(table);
	fill_sigmoid(apui_per_tensor_scale(x),
		     op->row->builtin_code == APUI_BUILTIN_TANH,
		     &lowered.params.sigmoid_int16);
	if (lowered.params.sigmoid_int16.multiplier > INT16_MAX)
		return apui_refuse_scales(op, x);
	return apui_lowering_append(lowering, op, &lowered);
}

static float
real_inverse(const struct apui_lookup *lookup, float x)
{
	(void)lookup;
	return 1.0f / (1.0f + x);
}

int
apui_lower_softmax_int16(struct apui_lowering *lowering,
			 const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	void *exponential = NULL, *inverse = NULL;
	struct apui_lowered lowered;
	struct apui_multiplier q;
	float scale;
	int ret;

	ret = check_tensors(lowering, op);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_SOFTMAX_INT16,
					  1, &lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, &lowered, APU_DTYPE_INT16,
					  1, APUI_LOOKUP_INT16_LENGTH,
					  &exponential);
	if (ret == 0)
		ret = apui_lower_constant(lowering, &lowered, APU_DTYPE_INT16,
					  1, APUI_LOOKUP_INT16_LENGTH,
					  &inverse);
	if (ret < 0)
		return ret;
	apui_lookup_fill_int16(NULL, apui_real_exp, -10, 0, 32768, exponential);
	apui_lookup_fill_int16(NULL, real_inverse, 0, 1, 32768, inverse);
	scale = apui_per_tensor_scale(x) * op->options.softmax.beta;
	if (apui_quantise_multiplier((double)scale / (10.0 / 65535.0), &q) < 0)
		return apui_refuse_scales(op, x);
	lowered.params.softmax.multiplier = q.multiplier;
	lowered.params.softmax.shift = q.shift;
	return apui_lowering_append(lowering, op, &lowered);
}
