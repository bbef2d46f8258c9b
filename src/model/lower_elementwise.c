/* SPDX-License-Identifier: MIT */

/* ADD, QUANTIZE and SOFTMAX: each output element has its input element. */

#include "core/error.h"
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

int
apui_lower_add(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_add_params *params = &lowered.params.add;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_ADD, 2, &lowered);
	if (ret < 0)
		return ret;
	ret = apui_quantise_add(apui_per_tensor_scale(a),
				apui_per_tensor_scale(b),
				apui_per_tensor_scale(y), params);
	if (ret < 0) {
		apui_blame(-EOPNOTSUPP, op, y,
			   "the scale of its output, %g, is over 500000 times "
			   "smaller than those of its inputs, %g and %g",
			   (double)apui_per_tensor_scale(y),
			   (double)apui_per_tensor_scale(a),
			   (double)apui_per_tensor_scale(b));
		apui_fail_remedy("quantise the model again, with data that "
				 "make the operator's output vary");
		return -EOPNOTSUPP;
	}
	ret = apui_lower_activation(op, op->options.add.activation, y,
				    &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

static int
fill_quantize(const struct apu_operator *op, const struct apu_tensor *x,
	      const struct apu_tensor *y, struct apui_quantize_params *params)
{
	struct apui_multiplier q;

	if (!apui_is_8_bit(y))
		return apui_blame(-EOPNOTSUPP, op, y, "its output is %s",
				  apu_dtype_name(y->dtype));
	if (x->dtype == APU_DTYPE_FLOAT32) {
		params->scale = apui_per_tensor_scale(y);
		return 0;
	}
	if (!apui_is_8_bit(x))
		return apui_blame(-EOPNOTSUPP, op, x, "its input is %s",
				  apu_dtype_name(x->dtype));

	if (apui_quantise_multiplier((double)apui_per_tensor_scale(x) /
					     (double)apui_per_tensor_scale(y),
				     &q) < 0)
		return apui_refuse_scales(op, y);
	params->multiplier = q.multiplier;
	params->shift = q.shift;
	return 0;
}

int
apui_lower_quantize(struct apui_lowering *lowering,
		    const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_QUANTIZE, 1, &lowered);
	if (ret < 0)
		return ret;
	ret = fill_quantize(op, apui_graph_input(lowering->graph, op, 0),
			    apui_graph_output(lowering->graph, op, 0),
			    &lowered.params.quantize);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

/* The kernel's outputs are always in 1/256; the reference checks int8 only. */
static int
check_softmax_output(const struct apu_operator *op, const struct apu_tensor *y)
{
	double scale = (double)apui_per_tensor_scale(y);
	double unit = 1.0 / 256;

	if (y->dtype != APU_DTYPE_INT8)
		return 0;
	if (fabs(scale - unit) <= 0.001 * unit &&
	    apui_per_tensor_zero_point(y) == -128)
		return 0;
	return apui_blame(-EINVAL, op, y,
			  "its output has scale %g and zero point %d, and must "
			  "have 1/256 and -128",
			  scale, apui_per_tensor_zero_point(y));
}

static int
fill_softmax(const struct apu_operator *op, const struct apu_tensor *x,
	     const struct apu_tensor *y, struct apui_softmax_params *params)
{
	float beta = op->options.softmax.beta;
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret < 0)
		return ret;
	ret = check_softmax_output(op, y);
	if (ret < 0)
		return ret;
	if (apui_quantise_softmax(beta, apui_per_tensor_scale(x), params) == 0)
		return 0;

	apui_blame(-EOPNOTSUPP, op, x,
		   "beta %g times the scale of its input, %g, is no more than "
		   "2^-26",
		   (double)beta, (double)apui_per_tensor_scale(x));
	apui_fail_remedy("quantise the model again, with data that make the "
			 "operator's input vary");
	return -EOPNOTSUPP;
}

int
apui_lower_softmax(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_SOFTMAX, 1, &lowered);
	if (ret < 0)
		return ret;
	ret = fill_softmax(op, apui_graph_input(lowering->graph, op, 0),
			   apui_graph_output(lowering->graph, op, 0),
			   &lowered.params.softmax);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
