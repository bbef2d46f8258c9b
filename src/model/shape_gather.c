/* SPDX-License-Identifier: MIT */

/* Shapes of GATHER and GATHER_ND. */

#include "model/blame.h"
#include "model/movement.h"
#include "model/shape_check.h"
#include <errno.h>

int
apui_movement_gather_axes(const struct apui_graph *graph,
			  const struct apu_operator *op,
			  struct apui_gather_axes *out_axes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *indices = apui_graph_input(graph, op, 1);
	int32_t batch_dims = op->options.axis.batch_dims;
	int ret;

	ret = apui_movement_axis(op, op->options.axis.axis, x->rank,
				 &out_axes->axis);
	/* A negative one counts from the end; all of them may be batches. */
	if (ret == 0)
		ret = apui_movement_axis(op, batch_dims,
					 indices->rank + (batch_dims >= 0),
					 &out_axes->batch_dims);
	if (ret < 0)
		return ret;
	if (out_axes->batch_dims > out_axes->axis)
		return apui_blame(
			-EINVAL, op, NULL,
			"it gathers along dimension %u of %u that are "
			"batches",
			out_axes->axis, out_axes->batch_dims);
	for (unsigned int i = 0; i < out_axes->batch_dims; i++)
		if (x->dims[i] != indices->dims[i])
			return apui_blame(-EINVAL, op, indices,
					  "dimension %u of its indices is %d, "
					  "of its input %d",
					  i, indices->dims[i], x->dims[i]);
	return 0;
}

/* Append dimensions @first .. @end - 1 of @tensor. */
static int
append_dims(const struct apu_operator *op, const struct apu_tensor *tensor,
	    unsigned int first, unsigned int end, struct apui_shape *shape)
{
	for (unsigned int i = first; i < end; i++) {
		if (shape->rank == APU_TENSOR_MAX_RANK)
			return apui_blame(-EOPNOTSUPP, op, NULL,
					  "its output has over %u dimensions",
					  shape->rank);
		shape->dims[shape->rank++] = tensor->dims[i];
	}
	return 0;
}

int
apui_infer_gather(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *indices = apui_graph_input(graph, op, 1);
	struct apui_gather_axes axes;
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_movement_gather_axes(graph, op, &axes);
	if (ret == 0)
		ret = append_dims(op, x, 0, axes.axis, out_shape);
	if (ret == 0)
		ret = append_dims(op, indices, axes.batch_dims, indices->rank,
				  out_shape);
	if (ret == 0)
		ret = append_dims(op, x, axes.axis + 1, x->rank, out_shape);
	return ret;
}

int
apui_infer_gather_nd(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *indices = apui_graph_input(graph, op, 1);
	int32_t depth = indices->dims[indices->rank - 1];
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret < 0)
		return ret;
	if (depth < 1 || depth > (int32_t)x->rank)
		return apui_blame(depth == 0 ? -EOPNOTSUPP : -EINVAL, op,
				  indices,
				  "its indices have %d numbers each, its input "
				  "%u dimensions",
				  depth, x->rank);
	ret = append_dims(op, indices, 0, indices->rank - 1, out_shape);
	if (ret == 0)
		ret = append_dims(op, x, (unsigned int)depth, x->rank,
				  out_shape);
	return ret;
}
