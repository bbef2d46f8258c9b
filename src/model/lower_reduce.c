/* SPDX-License-Identifier: MIT */

/* MEAN. */

#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape.h"
#include "model/shape_check.h"
#include <errno.h>

/* So many differences of 255 still add up in 32 bits. */
#define MAX_REDUCED (1 << 23)

static int
count_reduced(const struct apu_operator *op, const struct apu_tensor *x,
	      uint32_t axes, uint64_t *out_count)
{
	if (x->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, x, "its input is empty");

	*out_count = 1;
	for (unsigned int i = 0; i < x->rank; i++) {
		if ((axes & (1u << i)) == 0)
			continue;
		/* At most 2^23 times 2^31: no overflow. */
		*out_count *= (uint64_t)x->dims[i];
		if (*out_count > MAX_REDUCED)
			return apui_blame(-EOPNOTSUPP, op, x,
					  "it takes the mean of more than %d "
					  "elements",
					  MAX_REDUCED);
	}
	return 0;
}

int
apui_lower_mean(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_multiplier q;
	uint64_t count = 0;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_MEAN, 1, &lowered);
	if (ret < 0)
		return ret;
	ret = apui_reduced_axes(lowering->graph, op, &lowered.params.mean.axes);
	if (ret < 0)
		return ret;
	ret = count_reduced(op, x, lowered.params.mean.axes, &count);
	if (ret < 0)
		return ret;

	if (apui_quantise_mean(apui_per_tensor_scale(x),
			       apui_per_tensor_scale(y), count, &q) < 0)
		return apui_refuse_scales(op, y);
	lowered.params.mean.multiplier = q.multiplier;
	lowered.params.mean.shift = q.shift;
	return apui_lowering_append(lowering, op, &lowered);
}
