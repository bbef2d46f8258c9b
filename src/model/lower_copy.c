/* SPDX-License-Identifier: MIT */

/* RESHAPE and its like: the shape changes, the bytes stay. */

#include "model/lowering.h"
#include "model/operators.h"

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
