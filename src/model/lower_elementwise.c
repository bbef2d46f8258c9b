/* SPDX-License-Identifier: MIT */

/* SOFTMAX. */

#include "core/error.h"
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

/* The kernel's outputs are always in 1/256; the reference checks int8 only. */
static int
check_softmax_output(const struct apu_operator *op, const struct apu_tensor *y)
{
	double scale = (double)apui_per_tensor_scale(y);
	bool is_16_bit = y->dtype == APU_DTYPE_INT16;
	int32_t minimum = is_16_bit ? INT16_MIN : INT8_MIN;
	double steps = is_16_bit ? 65536 : 256;

	if (y->dtype == APU_DTYPE_UINT8)
		return 0;
	if (fabs(scale * steps - 1) <= 0.001 &&
	    apui_per_tensor_zero_point(y) == minimum)
		return 0;
	return apui_blame(-EINVAL, op, y,
			  "its output has scale %g and zero point %d, and must "
			  "have 1/%g and %d",
			  scale, apui_per_tensor_zero_point(y), steps, minimum);
}

static int
fill_softmax(const struct apu_operator *op, const struct apu_tensor *x,
	     const struct apu_tensor *y, struct apui_softmax_params *params)
{
	float beta = op->options.softmax.beta;
	int ret;

	ret = x->dtype == APU_DTYPE_INT8 && y->dtype == APU_DTYPE_INT16
		      ? 0
		      : apui_check_same_type(op, x, y);
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

static int
lower_real_softmax(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_SOFTMAX_FLOAT, 1,
				  &lowered);
	if (ret < 0)
		return ret;
	ret = apui_check_same_type(op, apui_graph_input(lowering->graph, op, 0),
				   apui_graph_output(lowering->graph, op, 0));
	if (ret < 0)
		return ret;
	lowered.params.softmax_float.beta = op->options.softmax.beta;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_softmax(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	if (x->dtype == APU_DTYPE_FLOAT32)
		return lower_real_softmax(lowering, op);
	if (x->dtype == APU_DTYPE_INT16)
		return apui_lower_softmax_int16(lowering, op);
	ret = apui_lowering_begin(lowering, op, APUI_OP_SOFTMAX, 1, &lowered);
	if (ret < 0)
		return ret;
	ret = fill_softmax(op, x, apui_graph_output(lowering->graph, op, 0),
			   &lowered.params.softmax);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
