/* SPDX-License-Identifier: MIT */

/* Shapes of the operators without weights; shape_weighted.c has the others. */

#include "model/shape.h"
#include "model/blame.h"
#include "model/operators.h"
#include "model/shape_check.h"
#include "model/window.h"
#include <errno.h>
#include <string.h>

int32_t
apui_constant_i32(const struct apu_tensor *tensor, uint64_t index)
{
	int32_t value;

	/* The file aligns nothing: copied, not cast. */
	memcpy(&value, tensor->data + index * sizeof(value), sizeof(value));
	return value;
}

/* A parameter in a tensor: its values decide shapes, so they must be known. */
static int
check_parameter(const struct apu_operator *op, const struct apu_tensor *tensor,
		const char *name)
{
	if (tensor->dtype != APU_DTYPE_INT32)
		return apui_blame(-EOPNOTSUPP, op, tensor, "its %s is %s", name,
				  apu_dtype_name(tensor->dtype));
	if (!tensor->is_constant)
		return apui_blame(-EOPNOTSUPP, op, tensor,
				  "its %s is computed, not a constant", name);
	return 0;
}

static void
copy_dims(const struct apu_tensor *x, struct apui_shape *out_shape)
{
	for (unsigned int i = 0; i < x->rank; i++)
		out_shape->dims[i] = x->dims[i];
	out_shape->rank = x->rank;
}

int
apui_infer_pool_2d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	struct apui_window_2d window;
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret == 0 && x->dtype != APU_DTYPE_FLOAT32)
		ret = apui_check_same_quantisation(op, x, y);
	if (ret < 0)
		return ret;
	ret = apui_window_place_2d(op, x, op->options.window.filter_h,
				   op->options.window.filter_w, &window);
	if (ret < 0)
		return ret;

	out_shape->dims[0] = x->dims[0];
	out_shape->dims[1] = window.out_h;
	out_shape->dims[2] = window.out_w;
	out_shape->dims[3] = x->dims[3];
	out_shape->rank = 4;
	return 0;
}

/* The wanted shape, from wherever the operator has it; -1: work it out. */
static int
find_new_shape(const struct apui_graph *graph, const struct apu_operator *op,
	       struct apui_shape *out_shape)
{
	const struct apu_tensor *shape = apui_graph_input(graph, op, 1);
	const int32_t *option = op->options.reshape.new_shape;
	uint64_t count = op->options.reshape.count;
	int ret;

	if (shape != NULL && shape->rank == 1) {
		ret = check_parameter(op, shape, "shape");
		if (ret < 0)
			return ret;
		count = shape->element_count;
	} else if (option == NULL) {
		return apui_blame(-EINVAL, op, shape, "it has no new shape");
	} else if (count == 1 && option[0] == 0) {
		/* How old files write a scalar. */
		count = 0;
	}

	if (count > APU_TENSOR_MAX_RANK)
		return apui_blame(-EINVAL, op, shape,
				  "its new shape has %llu dimensions",
				  (unsigned long long)count);
	for (unsigned int i = 0; i < count; i++)
		out_shape->dims[i] = shape != NULL && shape->rank == 1
					     ? apui_constant_i32(shape, i)
					     : option[i];
	out_shape->rank = (unsigned int)count;
	return 0;
}

/* The product of the dimensions but the one that is -1. */
static int
multiply_known(const struct apu_operator *op, const int32_t *dims,
	       unsigned int rank, uint64_t *out_known, int *out_stretched)
{
	*out_known = 1;
	*out_stretched = -1;
	for (unsigned int i = 0; i < rank; i++) {
		if (dims[i] == -1 && *out_stretched < 0) {
			*out_stretched = (int)i;
			continue;
		}
		if (dims[i] < 0)
			return apui_blame(-EINVAL, op, NULL,
					  "dimension %u of its new shape is %d",
					  i, dims[i]);
		if (__builtin_mul_overflow(*out_known, (uint64_t)dims[i],
					   out_known))
			return apui_blame(-EOVERFLOW, op, NULL,
					  "its new shape does not fit in 64 "
					  "bits");
	}
	return 0;
}

int
apui_infer_reshape(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	uint64_t known, stretch = 0;
	int stretched, ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret < 0)
		return ret;
	ret = find_new_shape(graph, op, out_shape);
	if (ret < 0)
		return ret;
	ret = multiply_known(op, out_shape->dims, out_shape->rank, &known,
			     &stretched);
	if (ret < 0)
		return ret;

	if (stretched >= 0 && known > 0)
		stretch = x->element_count / known;
	if (known * (stretched >= 0 ? stretch : 1) != x->element_count ||
	    (stretched >= 0 && known == 0) || stretch > INT32_MAX)
		return apui_blame(-EINVAL, op, x,
				  "its new shape does not hold the %llu "
				  "elements of its input",
				  (unsigned long long)x->element_count);
	if (stretched >= 0)
		out_shape->dims[stretched] = (int32_t)stretch;
	return 0;
}

int
apui_infer_same_shape(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	ret = apui_is_8_bit(x) ? apui_check_per_tensor(op, x) : 0;
	if (ret < 0)
		return ret;
	ret = apui_is_8_bit(y) ? apui_check_per_tensor(op, y) : 0;
	if (ret < 0)
		return ret;
	copy_dims(x, out_shape);
	return 0;
}

int
apui_reduced_axes(const struct apui_graph *graph, const struct apu_operator *op,
		  uint32_t *out_axes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *axes = apui_graph_input(graph, op, 1);
	int64_t rank = x->rank;
	int ret;

	ret = check_parameter(op, axes, "list of axes");
	if (ret < 0)
		return ret;

	*out_axes = 0;
	for (uint64_t i = 0; i < axes->element_count; i++) {
		int64_t axis = apui_constant_i32(axes, i);

		if (axis < -rank || axis >= rank)
			return apui_blame(-EINVAL, op, axes,
					  "its axis %lld is outside the %u "
					  "dimensions of its input",
					  (long long)axis, x->rank);
		*out_axes |= 1u << (axis < 0 ? axis + rank : axis);
	}
	return 0;
}

/* Both have one scale, and int16 no zero point. */
static int
check_scaled_pair(const struct apu_operator *op, const struct apu_tensor *x,
		  const struct apu_tensor *y)
{
	int ret = apui_check_per_tensor(op, x);

	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret == 0)
		ret = apui_check_wide_zero_point(op, x);
	return ret == 0 ? apui_check_wide_zero_point(op, y) : ret;
}

int
apui_infer_mean(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	uint32_t axes = 0;
	unsigned int rank = 0;
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret == 0 && (apui_is_8_bit(x) || x->dtype == APU_DTYPE_INT16))
		ret = check_scaled_pair(op, x, y);
	if (ret == 0)
		ret = apui_reduced_axes(graph, op, &axes);
	if (ret < 0)
		return ret;

	for (unsigned int i = 0; i < x->rank; i++) {
		bool is_reduced = axes & (1u << i);

		if (is_reduced && x->dims[i] < 1)
			return apui_blame(-EINVAL, op, x,
					  "it reduces dimension %u, which is "
					  "empty",
					  i);
		if (!is_reduced)
			out_shape->dims[rank++] = x->dims[i];
		else if (op->options.mean.keep_dims)
			out_shape->dims[rank++] = 1;
	}
	out_shape->rank = rank;
	return 0;
}
