/* SPDX-License-Identifier: MIT */
#include "model/lower_common.h"
#include "core/error.h"
#include "model/blame.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <errno.h>

int
apui_lower_activation(const struct apu_operator *op, int32_t activation,
		      const struct apu_tensor *y, int32_t *out_min,
		      int32_t *out_max)
{
	int ret;

	ret = apui_quantise_activation(
		activation, y->dtype, apui_per_tensor_scale(y),
		apui_per_tensor_zero_point(y), out_min, out_max);
	if (ret == 0)
		return 0;
	apui_blame(ret, op, NULL,
		   "its fused activation, number %d, does not clamp",
		   activation);
	apui_fail_remedy("convert the model so that the activation is an "
			 "operator of its own");
	return ret;
}

int
apui_refuse_scales(const struct apu_operator *op,
		   const struct apu_tensor *tensor)
{
	apui_blame(-EINVAL, op, tensor,
		   "the scales of its tensors are out of all proportion");
	apui_fail_remedy("quantise the model again");
	return -EINVAL;
}
