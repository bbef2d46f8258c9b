/* SPDX-License-Identifier: MIT */

/*
 * Operators of one int16 input: functions of real numbers as tables, the others
 * as products with a constant.
 */

#include "model/blame.h"
#include "model/lookup.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

static int
check_tensors(const struct apu_operator *op, const struct apu_tensor *x,
	      const struct apu_tensor *y)
{
	int ret = apui_check_per_tensor(op, x);

	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret == 0)
		ret = apui_check_wide_zero_point(op, x);
	return ret == 0 ? apui_check_wide_zero_point(op, y) : ret;
}

static int
lower_table(struct apui_lowering *lowering, const struct apu_operator *op,
	    apui_lookup_real_fn *function)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	const struct apui_lookup lookup = {
		.dtype = APU_DTYPE_INT16,
		.x_scale = apui_per_tensor_scale(x),
		.y_scale = apui_per_tensor_scale(y),
	};
	/* The range of y is subtracted as floats are, so this may round. */
	float unit = 65536 / (lookup.y_scale * (float)INT16_MAX -
			      lookup.y_scale * (float)INT16_MIN);
	struct apui_lowered lowered;
	void *table = NULL;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_LOOKUP_INT16, 1,
				  &lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, &lowered, APU_DTYPE_INT16,
					  1, APUI_LOOKUP_INT16_LENGTH, &table);
	if (ret < 0)
		return ret;
	apui_lookup_fill_int16(&lookup, function,
			       lookup.x_scale * (float)INT16_MIN,
			       lookup.x_scale * (float)INT16_MAX, unit, table);
	return apui_lowering_append(lowering, op, &lowered);
}

/* @program_op of x and the constant @factor, a scalar. */
static int
begin_product(struct apui_lowering *lowering, const struct apu_operator *op,
	      enum apui_op program_op, int16_t factor,
	      struct apui_lowered *lowered)
{
	void *constant = NULL;
	int ret;

	ret = apui_lowering_begin(lowering, op, program_op, 1, lowered);
	if (ret == 0)
		ret = apui_lower_constant(lowering, lowered, APU_DTYPE_INT16, 0,
					  1, &constant);
	if (ret == 0)
		*(int16_t *)constant = factor;
	return ret;
}

/* RELU and RELU6: MUL by 1, which clamps. */
static int
lower_clamp(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	float ratio = apui_per_tensor_scale(x) / apui_per_tensor_scale(y);
	int32_t activation = op->row->builtin_code == APUI_BUILTIN_RELU6
				     ? APUI_ACTIVATION_RELU6
				     : APUI_ACTIVATION_RELU;
	struct apui_lowered lowered;
	struct apui_product_params *params = &lowered.params.product;
	struct apui_multiplier q;
	int ret = begin_product(lowering, op, APUI_OP_MUL, 1, &lowered);

	if (ret == 0)
		ret = apui_lower_activation(op, activation, y, &params->act_min,
					    &params->act_max);
	if (ret < 0)
		return ret;
	if (apui_quantise_multiplier((double)ratio, &q) < 0)
		return apui_refuse_scales(op, y);
	params->multiplier = q.multiplier;
	params->shift = q.shift;
	return apui_lowering_append(lowering, op, &lowered);
}

/* LEAKY_RELU and ABS: PRELU, whose slope is alpha, or -1. */
static int
lower_slope(struct apui_lowering *lowering, const struct apu_operator *op,
	    float alpha)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	float x_scale = apui_per_tensor_scale(x);
	float y_scale = apui_per_tensor_scale(y);
	struct apui_lowered lowered;
	struct apui_prelu_params *params = &lowered.params.prelu;
	struct apui_multiplier identity, slope;
	int ret;

	ret = begin_product(lowering, op, APUI_OP_PRELU, alpha < 0 ? -1 : 1,
			    &lowered);
	if (ret < 0)
		return ret;
	if (apui_quantise_multiplier((double)(x_scale / y_scale), &identity) <
		    0 ||
	    apui_quantise_multiplier(fabs((double)(x_scale * alpha / y_scale)),
				     &slope) < 0)
		return apui_refuse_scales(op, y);
	params->multiplier = identity.multiplier;
	params->shift = identity.shift;
	params->alpha_multiplier = slope.multiplier;
	params->alpha_shift = slope.shift;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_unary_int16(struct apui_lowering *lowering,
		       const struct apu_operator *op)
{
	int ret = check_tensors(op, apui_graph_input(lowering->graph, op, 0),
				apui_graph_output(lowering->graph, op, 0));

	if (ret < 0)
		return ret;
	switch (op->row->builtin_code) {
	case APUI_BUILTIN_EXP:
		return lower_table(lowering, op, apui_real_exp);
	case APUI_BUILTIN_LOG:
		return lower_table(lowering, op, apui_real_log);
	case APUI_BUILTIN_GELU:
		return lower_table(lowering, op,
				   op->options.gelu.approximate
					   ? apui_real_gelu_tanh
					   : apui_real_gelu);
	case APUI_BUILTIN_LEAKY_RELU:
		return lower_slope(lowering, op, op->options.leaky_relu.alpha);
	case APUI_BUILTIN_ABS:
		return lower_slope(lowering, op, -1);
	default:
		return lower_clamp(lowering, op);
	}
}
