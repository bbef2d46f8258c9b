/* SPDX-License-Identifier: MIT */

/* ARG_MAX, ARG_MIN, TOPK_V2, REDUCE_MAX, REDUCE_MIN; shape.c has MEAN and the
 * others. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/schema.h"
#include "model/shape.h"
#include "model/shape_check.h"
#include <errno.h>

/* The only axis. */
static int
find_axis(const struct apui_graph *graph, const struct apu_operator *op,
	  unsigned int *out_axis)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *axes = apui_graph_input(graph, op, 1);
	uint32_t bits = 0;
	int ret;

	if (axes->element_count != 1)
		return apui_blame(-EINVAL, op, axes,
				  "it has %llu axes, must have one",
				  (unsigned long long)axes->element_count);
	ret = apui_reduced_axes(graph, op, &bits);
	if (ret < 0)
		return ret;
	*out_axis = (unsigned int)__builtin_ctz(bits);
	if (x->dims[*out_axis] < 1)
		return apui_blame(-EINVAL, op, x,
				  "it looks along dimension %u, which is empty",
				  *out_axis);
	return 0;
}

int
apui_infer_arg(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int32_t type = y->dtype == APU_DTYPE_INT32 ? APUI_TENSOR_TYPE_INT32
						   : APUI_TENSOR_TYPE_INT64;
	unsigned int axis = 0;
	int ret;

	if (op->options.arg.output_type != type)
		return apui_blame(-EINVAL, op, y,
				  "option output_type is %d, but its output "
				  "has type %d",
				  op->options.arg.output_type, type);
	ret = find_axis(graph, op, &axis);
	if (ret < 0)
		return ret;

	out_shape->rank = 0;
	for (unsigned int i = 0; i < x->rank; i++)
		if (i != axis)
			out_shape->dims[out_shape->rank++] = x->dims[i];
	return 0;
}

int
apui_infer_local_response(const struct apui_graph *graph,
			  struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int64_t around = 2 * (int64_t)op->options.local_response.radius;
	int32_t depth = x->dims[x->rank - 1];
	int ret;

	ret = apui_infer_same_shape(graph, op, out_shape);
	if (ret < 0)
		return ret;
	if (around > depth)
		around = depth;
	return apui_check_product(op,
				  (int32_t[]) { x->dims[0], x->dims[1],
						x->dims[2], depth,
						(int32_t)around },
				  5, &op->macs);
}

int
apui_infer_topk(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *count = apui_graph_input(graph, op, 1);
	const struct apu_tensor *places = apui_graph_output(graph, op, 1);
	int32_t length = x->dims[x->rank - 1];
	int32_t wanted;
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret < 0)
		return ret;
	if (places->dtype != APU_DTYPE_INT32)
		return apui_blame(-EOPNOTSUPP, op, places,
				  "its indices are %s, only int32 is supported",
				  apu_dtype_name(places->dtype));
	if (count->element_count != 1)
		return apui_blame(-EINVAL, op, count,
				  "its count is not one number");
	wanted = apui_constant_i32(count, 0);
	if (wanted < 0 || wanted > length)
		return apui_blame(-EINVAL, op, count,
				  "it wants %d of %d elements", wanted, length);

	for (unsigned int i = 0; i < 2; i++) {
		out_shapes[i].rank = x->rank;
		for (unsigned int j = 0; j < x->rank; j++)
			out_shapes[i].dims[j] = x->dims[j];
		out_shapes[i].dims[x->rank - 1] = wanted;
	}
	return 0;
}

int
apui_infer_reduce_minmax(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret;

	ret = apui_infer_mean(graph, op, out_shape);
	if (ret < 0 || (!apui_is_8_bit(x) && x->dtype != APU_DTYPE_INT16))
		return ret;
	return apui_check_same_quantisation(op, x,
					    apui_graph_output(graph, op, 0));
}
