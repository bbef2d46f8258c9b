/* SPDX-License-Identifier: MIT */

/* Shapes of the operators that join tensors and take them apart. */

#include "model/blame.h"
#include "model/movement.h"
#include "model/schema.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

int64_t
apui_constant_integer(const struct apu_tensor *tensor, uint64_t index)
{
	int64_t wide;
	int32_t value;

	/* The file aligns nothing: copied, not cast. */
	if (tensor->dtype == APU_DTYPE_INT64) {
		memcpy(&wide, tensor->data + index * sizeof(wide),
		       sizeof(wide));
		return wide;
	}
	memcpy(&value, tensor->data + index * sizeof(value), sizeof(value));
	return value;
}

int
apui_movement_axis(const struct apu_operator *op, int64_t axis,
		   unsigned int rank, unsigned int *out_axis)
{
	int64_t positive = axis < 0 && axis >= -(int64_t)rank
				   ? axis + (int64_t)rank
				   : axis;

	if (positive < 0 || positive >= (int64_t)rank)
		return apui_blame(-EINVAL, op, NULL,
				  "its axis %lld is outside %u dimensions",
				  (long long)axis, rank);
	*out_axis = (unsigned int)positive;
	return 0;
}

/* Where an operator has its input and its axis. */
struct axis_inputs {
	unsigned int x;
	unsigned int axis; /* NO_INPUT: it is an option */
};

#define NO_INPUT UINT32_MAX

static struct axis_inputs
find_axis_inputs(const struct apu_operator *op)
{
	switch (op->row->builtin_code) {
	case APUI_BUILTIN_SPLIT:
		return (struct axis_inputs) { 1, 0 };
	case APUI_BUILTIN_SPLIT_V:
		return (struct axis_inputs) { 0, 2 };
	case APUI_BUILTIN_EXPAND_DIMS:
		return (struct axis_inputs) { 0, 1 };
	default:
		return (struct axis_inputs) { 0, NO_INPUT };
	}
}

int
apui_movement_find_axis(const struct apui_graph *graph,
			const struct apu_operator *op, unsigned int *out_axis)
{
	struct axis_inputs inputs = find_axis_inputs(op);
	unsigned int rank = apui_graph_input(graph, op, inputs.x)->rank;
	const struct apu_tensor *tensor;
	int64_t axis = op->options.axis.axis;

	if (op->row->builtin_code == APUI_BUILTIN_PACK ||
	    op->row->builtin_code == APUI_BUILTIN_EXPAND_DIMS)
		rank++;
	if (inputs.axis != NO_INPUT) {
		tensor = apui_graph_input(graph, op, inputs.axis);
		if (tensor->element_count != 1)
			return apui_blame(
				-EINVAL, op, tensor,
				"its axis has %llu elements",
				(unsigned long long)tensor->element_count);
		axis = apui_constant_integer(tensor, 0);
	}
	return apui_movement_axis(op, axis, rank, out_axis);
}

int
apui_movement_check_vector(const struct apui_graph *graph,
			   const struct apu_operator *op, unsigned int index,
			   unsigned int count)
{
	const struct apu_tensor *vector = apui_graph_input(graph, op, index);

	if (vector->rank == 1 && vector->dims[0] == (int32_t)count)
		return 0;
	return apui_blame(-EINVAL, op, vector,
			  "input %u has %llu elements, must have %u", index,
			  (unsigned long long)vector->element_count, count);
}

/* All that an operator has of one type with its output. */
static int
check_types(const struct apui_graph *graph, const struct apu_operator *op,
	    const struct apu_tensor *x)
{
	for (unsigned int i = 0; i < op->output_count; i++) {
		int ret = apui_check_same_type(op, x,
					       apui_graph_output(graph, op, i));

		if (ret < 0)
			return ret;
	}
	return 0;
}

static void
copy_shape(const struct apu_tensor *x, struct apui_shape *out_shape)
{
	out_shape->rank = x->rank;
	for (unsigned int i = 0; i < x->rank; i++)
		out_shape->dims[i] = x->dims[i];
}

/* -EINVAL unless elements mean the same in both; none is quantised, too. */
static int
check_alike(const struct apu_operator *op, const struct apu_tensor *x,
	    const struct apu_tensor *y)
{
	/* The reference compares the floats, without tolerance. */
	if (apui_per_tensor_scale(x) == apui_per_tensor_scale(y) &&
	    apui_per_tensor_zero_point(x) == apui_per_tensor_zero_point(y))
		return 0;
	return apui_blame(-EINVAL, op, x,
			  "it does not rescale, but tensor %u has scale %g and "
			  "zero point %d, its output %g and %d",
			  x->index, (double)apui_per_tensor_scale(x),
			  apui_per_tensor_zero_point(x),
			  (double)apui_per_tensor_scale(y),
			  apui_per_tensor_zero_point(y));
}

/* As the reference: only uint8 may be rescaled, int16 has no zero point. */
static int
check_concatenated(const struct apu_operator *op, const struct apu_tensor *x,
		   const struct apu_tensor *y)
{
	if (y->dtype == APU_DTYPE_INT8)
		return check_alike(op, x, y);
	if (y->dtype == APU_DTYPE_UINT8 &&
	    (x->quant_count == 1) != (y->quant_count == 1))
		return apui_blame(-EINVAL, op, x,
				  "tensor %u has %u scales, its output %u",
				  x->index, x->quant_count, y->quant_count);
	if (y->dtype == APU_DTYPE_INT16 &&
	    (apui_per_tensor_zero_point(x) != 0 ||
	     apui_per_tensor_zero_point(y) != 0))
		return apui_blame(-EINVAL, op, x,
				  "an int16 tensor has a zero point");
	return 0;
}

static int
join_shapes(const struct apu_operator *op, const struct apu_tensor *x,
	    unsigned int axis, struct apui_shape *out_shape)
{
	int64_t length = (int64_t)out_shape->dims[axis] + x->dims[axis];

	if (x->rank != out_shape->rank)
		return apui_blame(
			-EINVAL, op, x,
			"tensor %u has %u dimensions, the first input "
			"%u",
			x->index, x->rank, out_shape->rank);
	for (unsigned int i = 0; i < x->rank; i++)
		if (i != axis && x->dims[i] != out_shape->dims[i])
			return apui_blame(-EINVAL, op, x,
					  "dimension %u of tensor %u is %d, of "
					  "the first input %d",
					  i, x->index, x->dims[i],
					  out_shape->dims[i]);
	if (length > INT32_MAX)
		return apui_blame(-EOVERFLOW, op, x,
				  "dimension %u of its output is %lld", axis,
				  (long long)length);
	out_shape->dims[axis] = (int32_t)length;
	return 0;
}

int
apui_infer_concatenation(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	unsigned int axis;
	int ret;

	ret = apui_movement_find_axis(graph, op, &axis);
	if (ret < 0)
		return ret;
	copy_shape(apui_graph_input(graph, op, 0), out_shape);
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		ret = apui_check_same_type(op, x, y);
		if (ret == 0)
			ret = check_concatenated(op, x, y);
		if (ret == 0 && i > 0)
			ret = join_shapes(op, x, axis, out_shape);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int
check_output_count(const struct apu_operator *op, int64_t count)
{
	if (count == op->output_count)
		return 0;
	return apui_blame(-EINVAL, op, NULL,
			  "it has %u outputs, must have %lld", op->output_count,
			  (long long)count);
}

int
apui_infer_split(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 1);
	int32_t count = op->options.axis.count;
	unsigned int axis;
	int ret;

	ret = check_types(graph, op, x);
	if (ret == 0)
		ret = apui_movement_find_axis(graph, op, &axis);
	if (ret == 0)
		ret = check_output_count(op, count);
	if (ret < 0)
		return ret;
	if (x->dims[axis] % count != 0)
		return apui_blame(
			-EINVAL, op, x,
			"dimension %u of its input is %d, no multiple "
			"of %d",
			axis, x->dims[axis], count);
	for (int32_t i = 0; i < count; i++) {
		copy_shape(x, &out_shapes[i]);
		out_shapes[i].dims[axis] = x->dims[axis] / count;
	}
	return 0;
}

/* The lengths along the axis; one of them may be -1: what the others leave. */
static int
find_parts(const struct apu_operator *op, const struct apu_tensor *sizes,
	   int32_t total, int64_t *parts)
{
	int64_t left = total;
	int stretched = -1;

	for (unsigned int i = 0; i < op->output_count; i++) {
		parts[i] = apui_constant_integer(sizes, i);
		if (parts[i] == -1 && stretched < 0)
			stretched = (int)i;
		else if (parts[i] < 0 || parts[i] > left)
			return apui_blame(
				-EINVAL, op, sizes,
				"part %u has length %lld of %lld that "
				"are left",
				i, (long long)parts[i], (long long)left);
		else
			left -= parts[i];
	}
	if (stretched >= 0)
		parts[stretched] = left;
	else if (left != 0)
		return apui_blame(-EINVAL, op, sizes,
				  "its parts leave %lld of %d elements",
				  (long long)left, total);
	return 0;
}

int
apui_infer_split_v(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *sizes = apui_graph_input(graph, op, 1);
	int64_t parts[APUI_ROW_MAX_OUTPUTS];
	unsigned int axis;
	int ret;

	ret = check_types(graph, op, x);
	if (ret == 0)
		ret = apui_movement_find_axis(graph, op, &axis);
	if (ret == 0)
		ret = check_output_count(op, op->options.axis.count);
	if (ret == 0)
		ret = apui_movement_check_vector(graph, op, 1,
						 op->output_count);
	if (ret == 0)
		ret = find_parts(op, sizes, x->dims[axis], parts);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < op->output_count; i++) {
		copy_shape(x, &out_shapes[i]);
		out_shapes[i].dims[axis] = (int32_t)parts[i];
	}
	return 0;
}

static int
insert_dimension(const struct apu_operator *op, struct apui_shape *shape,
		 unsigned int axis, int32_t length)
{
	if (shape->rank == APU_TENSOR_MAX_RANK)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "its output has %u dimensions",
				  shape->rank + 1);
	for (unsigned int i = shape->rank; i > axis; i--)
		shape->dims[i] = shape->dims[i - 1];
	shape->dims[axis] = length;
	shape->rank++;
	return 0;
}

int
apui_infer_pack(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	const struct apu_tensor *first = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	unsigned int axis;
	int ret;

	if ((uint32_t)op->options.axis.count != op->input_count)
		return apui_blame(-EINVAL, op, NULL,
				  "it has %u inputs, must have %d",
				  op->input_count, op->options.axis.count);
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		ret = apui_check_same_type(op, x, y);
		if (ret == 0)
			ret = check_alike(op, x, y);
		if (ret < 0)
			return ret;
		if (x->rank != first->rank ||
		    memcmp(x->dims, first->dims, sizeof(x->dims)) != 0)
			return apui_blame(-EINVAL, op, x,
					  "tensor %u has not the shape of the "
					  "first input",
					  x->index);
	}
	ret = apui_movement_find_axis(graph, op, &axis);
	if (ret < 0)
		return ret;
	copy_shape(first, out_shape);
	return insert_dimension(op, out_shape, axis, (int32_t)op->input_count);
}

static void
remove_dimension(struct apui_shape *shape, unsigned int axis)
{
	shape->rank--;
	for (unsigned int i = axis; i < shape->rank; i++)
		shape->dims[i] = shape->dims[i + 1];
}

int
apui_infer_unpack(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	unsigned int axis;
	int ret;

	ret = check_types(graph, op, x);
	if (ret == 0)
		ret = apui_movement_find_axis(graph, op, &axis);
	if (ret == 0)
		ret = check_output_count(op, op->options.axis.count);
	if (ret == 0)
		ret = check_output_count(op, x->dims[axis]);
	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++) {
		ret = check_alike(op, x, apui_graph_output(graph, op, i));
		copy_shape(x, &out_shapes[i]);
		remove_dimension(&out_shapes[i], axis);
	}
	return ret;
}

int
apui_infer_expand_dims(const struct apui_graph *graph, struct apu_operator *op,
		       struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	unsigned int axis;
	int ret;

	ret = check_types(graph, op, x);
	if (ret == 0)
		ret = apui_movement_find_axis(graph, op, &axis);
	if (ret < 0)
		return ret;
	copy_shape(x, out_shape);
	return insert_dimension(op, out_shape, axis, 1);
}

int
apui_infer_squeeze(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	uint32_t squeezed = 0;
	int ret;

	ret = check_types(graph, op, x);
	for (uint32_t i = 0; ret == 0 && i < op->options.squeeze.count; i++) {
		unsigned int axis = 0;

		ret = apui_movement_axis(op,
					 op->options.squeeze.squeeze_dims[i],
					 x->rank, &axis);
		if (ret == 0 && x->dims[axis] != 1)
			ret = apui_blame(-EINVAL, op, x,
					 "dimension %u is %d, and cannot be "
					 "left out",
					 axis, x->dims[axis]);
		if (ret == 0)
			squeezed |= 1u << axis;
	}
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < x->rank; i++) {
		bool is_left_out = op->options.squeeze.count > 0
					   ? squeezed & (1u << i)
					   : x->dims[i] == 1;

		if (!is_left_out)
			out_shape->dims[out_shape->rank++] = x->dims[i];
	}
	return 0;
}
