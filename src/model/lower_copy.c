/* SPDX-License-Identifier: MIT */

/* RESHAPE and PAD: elements move, values stay. */

#include "model/lower_common.h"
#include "model/operators.h"
#include "model/shape.h"
#include "model/shape_check.h"

int
apui_lower_reshape(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_COPY, 1, &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_pad(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *paddings = apui_graph_input(graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_PAD, 1, &lowered);
	if (ret < 0)
		return ret;

	for (unsigned int i = 0; i < x->rank; i++)
		lowered.params.pad.before[i] =
			apui_constant_i32(paddings, 2 * (uint64_t)i);
	lowered.params.pad.value = apui_per_tensor_zero_point(y);
	return apui_lowering_append(lowering, op, &lowered);
}
