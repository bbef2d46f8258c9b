/* SPDX-License-Identifier: MIT */

/* L2_NORMALIZATION and LOG_SOFTMAX: along the last dimension. */

#include "core/error.h"
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>

/* So many squares of 255 still add up in 32 bits. */
#define MAX_SQUARES 33025

/* The kernel's outputs are always in @scale, as the reference checks. */
static int
check_output(const struct apu_operator *op, const struct apu_tensor *x,
	     const struct apu_tensor *y, float scale, int32_t zero_point)
{
	int ret = apui_check_per_tensor(op, x);

	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret < 0)
		return ret;
	if (apui_per_tensor_scale(y) == scale &&
	    apui_per_tensor_zero_point(y) == zero_point)
		return 0;
	apui_blame(-EINVAL, op, y,
		   "its output has scale %g and zero point %d, and must have "
		   "1/%d and %d",
		   (double)apui_per_tensor_scale(y),
		   (int)apui_per_tensor_zero_point(y), (int)(1 / scale),
		   (int)zero_point);
	apui_fail_remedy("quantise the model again, with a converter that "
			 "keeps to TFLite's quantisation specification");
	return -EINVAL;
}

static int
check_normalization(const struct apu_operator *op, const struct apu_tensor *x,
		    const struct apu_tensor *y)
{
	int32_t length = x->dims[x->rank - 1];
	int ret;

	ret = check_output(op, x, y, 1.0f / 128,
			   x->dtype == APU_DTYPE_INT8 ? 0 : 128);
	if (ret < 0 || length <= MAX_SQUARES)
		return ret;
	apui_blame(-EOPNOTSUPP, op, x,
		   "its vectors of %s have %d elements, and up to %d squares "
		   "add up in 32 bits",
		   apu_dtype_name(x->dtype), length, MAX_SQUARES);
	apui_fail_remedy("leave the operator in float32, between DEQUANTIZE "
			 "and QUANTIZE");
	return -EOPNOTSUPP;
}

int
apui_lower_l2_normalization(struct apui_lowering *lowering,
			    const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	if (op->options.l2_norm.activation != APUI_ACTIVATION_NONE)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it has a fused activation, number %d",
				  op->options.l2_norm.activation);
	ret = apui_check_same_type(op, x, y);
	if (ret == 0 && apui_is_8_bit(x))
		ret = check_normalization(op, x, y);
	if (ret == 0)
		ret = apui_lowering_begin(
			lowering, op, APUI_OP_L2_NORMALIZATION, 1, &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

static int
lower_integer_log_softmax(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = check_output(op, x, y, 1.0f / 16,
			   x->dtype == APU_DTYPE_INT8 ? INT8_MAX : UINT8_MAX);
	if (ret == 0)
		ret = apui_lowering_begin(
			lowering, op, APUI_OP_LOG_SOFTMAX_INTEGER, 1, &lowered);
	if (ret < 0)
		return ret;
	if (apui_quantise_log_softmax(apui_per_tensor_scale(x),
				      &lowered.params.log_softmax) == 0)
		return apui_lowering_append(lowering, op, &lowered);
	apui_blame(-EOPNOTSUPP, op, x,
		   "the scale of its input, %g, is no more than 2^-26",
		   (double)apui_per_tensor_scale(x));
	apui_fail_remedy("quantise the model again, with data that make the "
			 "operator's input vary");
	return -EOPNOTSUPP;
}

int
apui_lower_log_softmax(struct apui_lowering *lowering,
		       const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = apui_check_same_type(op, x,
				   apui_graph_output(lowering->graph, op, 0));
	if (ret < 0)
		return ret;
	if (apui_is_8_bit(x))
		return lower_integer_log_softmax(lowering, op);
	ret = apui_lowering_begin(lowering, op, APUI_OP_LOG_SOFTMAX, 1,
				  &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
