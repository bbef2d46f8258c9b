/* SPDX-License-Identifier: MIT */

/* RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/shape.h"
#include "model/shape_check.h"
#include <errno.h>

static int
check_quantisation(const struct apu_operator *op, const struct apu_tensor *x,
		   const struct apu_tensor *y)
{
	int ret;

	ret = apui_check_per_tensor(op, x);
	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret == 0)
		ret = apui_check_same_quantisation(op, x, y);
	return ret;
}

int
apui_infer_resize(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *size = apui_graph_input(graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret == 0 && apui_is_8_bit(x))
		ret = check_quantisation(op, x, y);
	if (ret < 0)
		return ret;
	if (size->element_count != 2 || size->data == NULL)
		return apui_blame(-EINVAL, op, size,
				  "its new size is not a height and a width");
	if (x->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, x, "its input is empty");

	out_shape->dims[0] = x->dims[0];
	out_shape->dims[3] = x->dims[3];
	out_shape->rank = 4;
	for (unsigned int i = 0; i < 2; i++) {
		int32_t length = apui_constant_i32(size, i);

		if (length < 1)
			return apui_blame(-EINVAL, op, size, "its new %s is %d",
					  i == 0 ? "height" : "width", length);
		out_shape->dims[1 + i] = length;
	}
	return 0;
}
