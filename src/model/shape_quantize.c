/* SPDX-License-Identifier: MIT */

/* Shapes of the operators between real numbers and quantised ones. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

static void
copy_shape(const struct apu_tensor *x, struct apui_shape *out_shape)
{
	memcpy(out_shape->dims, x->dims, x->rank * sizeof(x->dims[0]));
	out_shape->rank = x->rank;
}

int
apui_infer_quantize(const struct apui_graph *graph, struct apu_operator *op,
		    struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret;

	if (x->dtype != APU_DTYPE_FLOAT32) {
		ret = apui_check_per_tensor(op, x);
		if (ret < 0)
			return ret;
	}
	ret = apui_check_per_tensor(op, apui_graph_output(graph, op, 0));
	if (ret < 0)
		return ret;
	copy_shape(x, out_shape);
	return 0;
}

int
apui_infer_dequantize(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);

	if (x->dtype != APU_DTYPE_FLOAT16 && x->quant_count == 0)
		return apui_blame(-EINVAL, op, x,
				  "tensor %u is %s, but has no scale", x->index,
				  apu_dtype_name(x->dtype));
	copy_shape(x, out_shape);
	return 0;
}
