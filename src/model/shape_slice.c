/* SPDX-License-Identifier: MIT */

/* Shapes of SLICE, STRIDED_SLICE, TRANSPOSE and REVERSE_V2. */

#include "model/blame.h"
#include "model/movement.h"
#include "model/shape_check.h"
#include <errno.h>

#define MAX_AXES (2 * APU_TENSOR_MAX_RANK)

/* STRIDED_SLICE's three lists, and which of its entries stands where. */
struct strided_slice {
	const struct apu_operator *op;
	const struct apu_tensor *x, *begin, *end, *strides;
	unsigned int count;    /* of entries */
	unsigned int consumed; /* dimensions of x */
};

static bool
has_bit(int32_t mask, unsigned int i)
{
	return (uint32_t)mask & (1u << i);
}

static int64_t
clamp(int64_t value, int64_t min, int64_t max)
{
	return value < min ? min : value > max ? max : value;
}

static int
add_axis(const struct strided_slice *spec, struct apui_slice *slice,
	 struct apui_slice_axis axis)
{
	if (slice->rank == MAX_AXES)
		return apui_blame(-EOPNOTSUPP, spec->op, spec->begin,
				  "it makes more than %u dimensions", MAX_AXES);
	slice->axes[slice->rank++] = axis;
	return 0;
}

static int
add_new(const struct strided_slice *spec, struct apui_slice *slice)
{
	return add_axis(
		spec, slice,
		(struct apui_slice_axis) { .is_new = true, .length = 1 });
}

/* @count dimensions of x, as they are. */
static int
add_whole(struct strided_slice *spec, unsigned int count,
	  struct apui_slice *slice)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int axis = spec->consumed++;
		int ret = add_axis(spec, slice,
				   (struct apui_slice_axis) {
					   .axis = axis,
					   .stride = 1,
					   .length = spec->x->dims[axis] });

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* One element of dimension @axis->axis, which goes. */
static int
drop_axis(const struct strided_slice *spec, struct apui_slice *slice,
	  struct apui_slice_axis axis)
{
	int32_t length = spec->x->dims[axis.axis];

	if (axis.stride < 0 || axis.start < 0 || axis.start >= length)
		return apui_blame(-EINVAL, spec->op, spec->begin,
				  "element %lld of dimension %u does not exist",
				  (long long)axis.start, axis.axis);
	axis.is_dropped = true;
	axis.stride = 1;
	axis.length = 1;
	return add_axis(spec, slice, axis);
}

/* Entry @i: some elements of the next dimension of x. */
static int
add_range(struct strided_slice *spec, unsigned int i, struct apui_slice *slice)
{
	const union apui_operator_options *options = &spec->op->options;
	unsigned int number = spec->consumed;
	int64_t length = spec->x->dims[number];
	int64_t stride = apui_constant_integer(spec->strides, i);
	int64_t start = apui_constant_integer(spec->begin, i);
	int64_t end = apui_constant_integer(spec->end, i);
	int64_t first = stride > 0 ? 0 : -1;
	struct apui_slice_axis axis = { .axis = number, .stride = stride };

	if (stride == 0)
		return apui_blame(-EINVAL, spec->op, spec->strides,
				  "its stride %u is 0", i);
	spec->consumed++;
	start += start < 0 ? length : 0;
	end += end < 0 ? length : 0;
	start = clamp(start, first, length + first);
	end = clamp(end, first, length + first);
	if (has_bit(options->strided_slice.begin_mask, i))
		start = stride > 0 ? 0 : length - 1;
	if (has_bit(options->strided_slice.end_mask, i))
		end = stride > 0 ? length : -1;
	axis.start = start;
	if (has_bit(options->strided_slice.shrink_axis_mask, i))
		return drop_axis(spec, slice, axis);

	if (stride > 0 && end > start)
		axis.length = (int32_t)((end - start - 1) / stride + 1);
	else if (stride < 0 && end < start)
		axis.length = (int32_t)((start - end - 1) / -stride + 1);
	return add_axis(spec, slice, axis);
}

/* How many dimensions the ellipsis stands for. */
static int
measure_ellipsis(const struct strided_slice *spec, unsigned int *out_length)
{
	const union apui_operator_options *options = &spec->op->options;
	uint32_t used = (1u << spec->count) - 1;
	uint32_t ellipsis =
		(uint32_t)options->strided_slice.ellipsis_mask & used;
	uint32_t added = (uint32_t)options->strided_slice.new_axis_mask & used &
			 ~ellipsis;
	int given = (int)spec->count - __builtin_popcount(added) -
		    __builtin_popcount(ellipsis);
	int length = (int)spec->x->rank - given;

	*out_length = (unsigned int)length;
	if (__builtin_popcount(ellipsis) > 1 || length < 0)
		return apui_blame(-EINVAL, spec->op, spec->begin,
				  "it slices %d of %u dimensions, and has %d "
				  "ellipses",
				  given, spec->x->rank,
				  __builtin_popcount(ellipsis));
	/* The reference lets it stand for one even then. */
	if (ellipsis != 0 && length == 0)
		return apui_blame(-EOPNOTSUPP, spec->op, spec->begin,
				  "its ellipsis stands for no dimension");
	return 0;
}

static int
init_strided_slice(const struct apui_graph *graph,
		   const struct apu_operator *op, struct strided_slice *spec)
{
	const struct apu_tensor *begin = apui_graph_input(graph, op, 1);

	*spec = (struct strided_slice) {
		.op = op,
		.x = apui_graph_input(graph, op, 0),
		.begin = begin,
		.end = apui_graph_input(graph, op, 2),
		.strides = apui_graph_input(graph, op, 3),
		.count = (unsigned int)begin->dims[0],
	};
	if (begin->element_count > MAX_AXES)
		return apui_blame(-EOPNOTSUPP, op, begin,
				  "it has %llu indices, at most %u are "
				  "supported",
				  (unsigned long long)begin->element_count,
				  MAX_AXES);
	for (unsigned int i = 1; i <= 3; i++) {
		int ret = apui_movement_check_vector(graph, op, i, spec->count);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int
apui_movement_strided_slice(const struct apui_graph *graph,
			    const struct apu_operator *op,
			    struct apui_slice *out)
{
	struct strided_slice spec;
	unsigned int ellipsis;
	int ret;

	out->rank = 0;
	ret = init_strided_slice(graph, op, &spec);
	if (ret == 0)
		ret = measure_ellipsis(&spec, &ellipsis);
	for (unsigned int i = 0; ret == 0 && i < spec.count; i++) {
		if (has_bit(op->options.strided_slice.ellipsis_mask, i))
			ret = add_whole(&spec, ellipsis, out);
		else if (has_bit(op->options.strided_slice.new_axis_mask, i))
			ret = add_new(&spec, out);
		else
			ret = add_range(&spec, i, out);
	}
	if (ret < 0)
		return ret;
	return add_whole(&spec, spec.x->rank - spec.consumed, out);
}

int
apui_movement_slice(const struct apui_graph *graph,
		    const struct apu_operator *op, struct apui_slice *out)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *begin = apui_graph_input(graph, op, 1);
	const struct apu_tensor *size = apui_graph_input(graph, op, 2);
	int ret;

	ret = apui_movement_check_vector(graph, op, 1, x->rank);
	if (ret == 0)
		ret = apui_movement_check_vector(graph, op, 2, x->rank);
	if (ret < 0)
		return ret;

	out->rank = x->rank;
	for (unsigned int i = 0; i < x->rank; i++) {
		int64_t start = apui_constant_integer(begin, i);
		int64_t length = apui_constant_integer(size, i);

		if (start >= 0 && start <= x->dims[i] && length == -1)
			length = x->dims[i] - start;
		if (start < 0 || start > x->dims[i] || length < 0 ||
		    length > x->dims[i] - start)
			return apui_blame(-EINVAL, op, begin,
					  "it takes %lld elements from %lld on "
					  "of dimension %u, which has %d",
					  (long long)length, (long long)start,
					  i, x->dims[i]);
		out->axes[i] = (struct apui_slice_axis) {
			.axis = i,
			.start = start,
			.stride = 1,
			.length = (int32_t)length,
		};
	}
	return 0;
}

static int
shape_slice(const struct apu_operator *op, const struct apui_slice *slice,
	    struct apui_shape *out_shape)
{
	unsigned int rank = 0;

	for (unsigned int i = 0; i < slice->rank; i++) {
		if (slice->axes[i].is_dropped)
			continue;
		if (rank == APU_TENSOR_MAX_RANK)
			return apui_blame(-EOPNOTSUPP, op, NULL,
					  "its output has over %u dimensions",
					  rank);
		out_shape->dims[rank++] = slice->axes[i].length;
	}
	out_shape->rank = rank;
	return 0;
}

int
apui_infer_strided_slice(const struct apui_graph *graph,
			 struct apu_operator *op, struct apui_shape *out_shape)
{
	struct apui_slice slice;
	int ret;

	ret = apui_check_same_type(op, apui_graph_input(graph, op, 0),
				   apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_movement_strided_slice(graph, op, &slice);
	if (ret < 0)
		return ret;
	return shape_slice(op, &slice, out_shape);
}

int
apui_infer_slice(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	struct apui_slice slice;
	int ret;

	ret = apui_check_same_type(op, apui_graph_input(graph, op, 0),
				   apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_movement_slice(graph, op, &slice);
	if (ret < 0)
		return ret;
	return shape_slice(op, &slice, out_shape);
}

int
apui_movement_order(const struct apui_graph *graph,
		    const struct apu_operator *op, unsigned int *out_order)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *order = apui_graph_input(graph, op, 1);
	uint32_t seen = 0;
	int ret;

	ret = apui_movement_check_vector(graph, op, 1, x->rank);
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		ret = apui_movement_axis(op, apui_constant_integer(order, i),
					 x->rank, &out_order[i]);
		if (ret < 0)
			return ret;
		if (seen & (1u << out_order[i]))
			return apui_blame(-EINVAL, op, order,
					  "its order has dimension %u twice",
					  out_order[i]);
		seen |= 1u << out_order[i];
	}
	return ret;
}

int
apui_infer_transpose(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	unsigned int order[APU_TENSOR_MAX_RANK] = { 0 };
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_movement_order(graph, op, order);
	if (ret < 0)
		return ret;
	out_shape->rank = x->rank;
	for (unsigned int i = 0; i < x->rank; i++)
		out_shape->dims[i] = x->dims[order[i]];
	return 0;
}

int
apui_movement_reversed(const struct apui_graph *graph,
		       const struct apu_operator *op, uint32_t *out_axes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *axes = apui_graph_input(graph, op, 1);

	*out_axes = 0;
	for (uint64_t i = 0; i < axes->element_count; i++) {
		unsigned int axis = 0;
		int ret = apui_movement_axis(op, apui_constant_integer(axes, i),
					     x->rank, &axis);

		if (ret < 0)
			return ret;
		if (*out_axes & (1u << axis))
			return apui_blame(-EINVAL, op, axes,
					  "it reverses dimension %u twice",
					  axis);
		*out_axes |= 1u << axis;
	}
	return 0;
}

int
apui_infer_reverse(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	uint32_t axes;
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_movement_reversed(graph, op, &axes);
	out_shape->rank = x->rank;
	for (unsigned int i = 0; i < x->rank; i++)
		out_shape->dims[i] = x->dims[i];
	return ret;
}
