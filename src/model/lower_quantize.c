/* SPDX-License-Identifier: MIT */

/* QUANTIZE and DEQUANTIZE: between real numbers and quantised integers. */

#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <string.h>

int
apui_lower_quantize(struct apui_lowering *lowering,
		    const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	double scale = (double)apui_per_tensor_scale(y);
	struct apui_lowered lowered;
	struct apui_multiplier q;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_QUANTIZE, 1, &lowered);
	if (ret < 0)
		return ret;
	if (x->dtype == APU_DTYPE_FLOAT32) {
		lowered.params.quantize.scale = apui_per_tensor_scale(y);
		return apui_lowering_append(lowering, op, &lowered);
	}

	if (apui_quantise_multiplier((double)apui_per_tensor_scale(x) / scale,
				     &q) < 0)
		return apui_refuse_scales(op, y);
	lowered.params.quantize.multiplier = q.multiplier;
	lowered.params.quantize.shift = q.shift;
	return apui_lowering_append(lowering, op, &lowered);
}

static int
add_scales(struct apui_lowering *lowering, const struct apu_tensor *x,
	   struct apui_lowered *lowered)
{
	void *scales, *zero_points;
	int ret;

	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_FLOAT32,
				       x->quant_count, &scales);
	if (ret < 0)
		return ret;
	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_INT32,
				       x->quant_count, &zero_points);
	if (ret < 0)
		return ret;

	memcpy(scales, x->scales, x->quant_count * sizeof(float));
	for (unsigned int i = 0; i < x->quant_count; i++)
		((int32_t *)zero_points)[i] = (int32_t)x->zero_points[i];
	return 0;
}

int
apui_lower_dequantize(struct apui_lowering *lowering,
		      const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_DEQUANTIZE, 1,
				  &lowered);
	if (ret < 0)
		return ret;

	lowered.params.dequantize.axis =
		x->quant_count > 1 ? x->quant_axis : APUI_PROGRAM_MAX_RANK;
	if (x->dtype == APU_DTYPE_FLOAT16) {
		lowered.inputs[lowered.input_count++] = APUI_NO_TENSOR;
		lowered.inputs[lowered.input_count++] = APUI_NO_TENSOR;
	} else {
		ret = add_scales(lowering, x, &lowered);
		if (ret < 0)
			return ret;
	}
	return apui_lowering_append(lowering, op, &lowered);
}
