/* SPDX-License-Identifier: MIT */

/* Pads, slices, orders, repeats, and blocks that become batches or channels. */

#include "model/block.h"
#include "model/movement.h"
#include "model/shape_check.h"
#include <string.h>

/* x in the middle of y, whatever is around it. */
static struct apui_block
block_inside(const struct apu_tensor *x, const int32_t *y_dims,
	     const int64_t *before)
{
	struct apui_block block = apui_block_of(x->dims, y_dims, x->rank);

	for (unsigned int i = 0; i < x->rank; i++)
		block.out.offset += before[i] * block.out.strides[i];
	return block;
}

static int
find_before(const struct apui_graph *graph, const struct apu_operator *op,
	    int64_t *before)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t after;

		ret = apui_movement_padding(graph, op, 1, i, &before[i],
					    &after);
	}
	return ret;
}

/* The zero point of @tensor, as an element of it: its lower bytes. */
static int
fill_with_zero(struct apui_lowering *lowering, const struct apu_operator *op,
	       const struct apu_tensor *tensor, uint32_t output)
{
	int64_t zero = apui_per_tensor_zero_point(tensor);

	return apui_block_fill(lowering, op, &zero,
			       apu_dtype_size_bytes(tensor->dtype), output);
}

int
apui_lower_pad(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	int64_t before[APU_TENSOR_MAX_RANK] = { 0 };
	struct apui_block block;
	uint32_t output;
	int ret;

	ret = find_before(lowering->graph, op, before);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering, y, &output);
	if (ret == 0 && x->element_count != y->element_count)
		ret = fill_with_zero(lowering, op, y, output);
	if (ret < 0)
		return ret;
	block = block_inside(x, y->dims, before);
	return apui_block_copy(lowering, op, &block, x, y);
}

/* The value may be computed: it is copied to each element of y. */
int
apui_lower_padv2(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *value =
		apui_graph_input(lowering->graph, op, 2);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	int64_t before[APU_TENSOR_MAX_RANK] = { 0 };
	struct apui_block all = { .rank = 0 }, block;
	int ret;

	apui_block_add(&all, (int64_t)y->element_count, 0, 1);
	ret = find_before(lowering->graph, op, before);
	if (ret == 0)
		ret = apui_block_copy(lowering, op, &all, value, y);
	if (ret < 0)
		return ret;
	block = block_inside(x, y->dims, before);
	return apui_block_copy(lowering, op, &block, x, y);
}

/* @count elements of dimension @axis of y, mirrored: from @to, towards @step.
 */
struct mirror {
	unsigned int axis;
	int64_t from, to, count, step;
};

/* From y to y: dimensions before the axis are padded, those behind not yet. */
static int
append_mirror(struct apui_lowering *lowering, const struct apu_operator *op,
	      const struct mirror *mirror, const int64_t *before)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block = apui_block_of(y->dims, y->dims, y->rank);
	int64_t stride = block.in.strides[mirror->axis];

	if (mirror->count == 0)
		return 0;
	for (unsigned int i = mirror->axis + 1; i < y->rank; i++) {
		block.lengths[i] = x->dims[i];
		block.in.offset += before[i] * block.in.strides[i];
		block.out.offset += before[i] * block.out.strides[i];
	}
	block.lengths[mirror->axis] = mirror->count;
	block.in.offset += mirror->from * stride;
	block.in.strides[mirror->axis] = -stride;
	block.out.offset += mirror->to * stride;
	return apui_block_copy(lowering, op, &block, y, y);
}

/* Dimension @axis of y: what is in front of x's elements, and behind. */
static int
mirror_axis(struct apui_lowering *lowering, const struct apu_operator *op,
	    unsigned int axis, const int64_t *before)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	int64_t edge = op->options.mirror_pad.mode == 0 ? 1 : 0;
	int64_t end = before[axis] + x->dims[axis];
	const struct mirror front = {
		.axis = axis,
		.from = 2 * before[axis] - 1 + edge,
		.to = 0,
		.count = before[axis],
	};
	const struct mirror back = {
		.axis = axis,
		.from = end - 1 - edge,
		.to = end,
		.count = y->dims[axis] - end,
	};
	int ret;

	ret = append_mirror(lowering, op, &front, before);
	return ret == 0 ? append_mirror(lowering, op, &back, before) : ret;
}

int
apui_lower_mirror_pad(struct apui_lowering *lowering,
		      const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	int64_t before[APU_TENSOR_MAX_RANK] = { 0 };
	struct apui_block block;
	int ret;

	ret = find_before(lowering->graph, op, before);
	if (ret < 0)
		return ret;
	block = block_inside(x, y->dims, before);
	ret = apui_block_copy(lowering, op, &block, x, y);
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++)
		ret = mirror_axis(lowering, op, i, before);
	return ret;
}

static int
lower_slice(struct apui_lowering *lowering, const struct apu_operator *op,
	    const struct apui_slice *slice)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_layout in = apui_layout_of(x->dims, x->rank);
	struct apui_layout out = apui_layout_of(y->dims, y->rank);
	struct apui_block block = { .rank = 0 };
	unsigned int number = 0;

	for (unsigned int i = 0; i < slice->rank; i++) {
		const struct apui_slice_axis *axis = &slice->axes[i];
		int64_t stride = axis->is_new ? 0 : in.strides[axis->axis];

		block.in.offset += axis->start * stride;
		if (!axis->is_dropped)
			apui_block_add(&block, axis->length,
				       axis->stride * stride,
				       out.strides[number++]);
	}
	return apui_block_copy(lowering, op, &block, x, y);
}

int
apui_lower_strided_slice(struct apui_lowering *lowering,
			 const struct apu_operator *op)
{
	struct apui_slice slice;
	int ret;

	ret = apui_movement_strided_slice(lowering->graph, op, &slice);
	return ret == 0 ? lower_slice(lowering, op, &slice) : ret;
}

int
apui_lower_slice(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_slice slice;
	int ret;

	ret = apui_movement_slice(lowering->graph, op, &slice);
	return ret == 0 ? lower_slice(lowering, op, &slice) : ret;
}

int
apui_lower_transpose(struct apui_lowering *lowering,
		     const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block = apui_block_of(y->dims, y->dims, y->rank);
	struct apui_layout in = apui_layout_of(x->dims, x->rank);
	unsigned int order[APU_TENSOR_MAX_RANK] = { 0 };
	int ret;

	ret = apui_movement_order(lowering->graph, op, order);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < y->rank; i++)
		block.in.strides[i] = in.strides[order[i]];
	return apui_block_copy(lowering, op, &block, x, y);
}

int
apui_lower_reverse(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block = apui_block_of(x->dims, y->dims, x->rank);
	uint32_t axes = 0;
	int ret;

	ret = apui_movement_reversed(lowering->graph, op, &axes);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < x->rank; i++) {
		if ((axes & (1u << i)) == 0)
			continue;
		block.in.offset += (x->dims[i] - 1) * block.in.strides[i];
		block.in.strides[i] = -block.in.strides[i];
	}
	return apui_block_copy(lowering, op, &block, x, y);
}

int
apui_lower_tile(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_layout in = apui_layout_of(x->dims, x->rank);
	struct apui_layout out = apui_layout_of(y->dims, y->rank);
	struct apui_block block = { .rank = 0 };

	for (unsigned int i = 0; i < x->rank; i++) {
		int64_t times = x->dims[i] > 0 ? y->dims[i] / x->dims[i] : 0;

		apui_block_add(&block, times, 0, out.strides[i] * x->dims[i]);
		apui_block_add(&block, x->dims[i], in.strides[i],
			       out.strides[i]);
	}
	return apui_block_copy(lowering, op, &block, x, y);
}

int
apui_lower_broadcast_to(struct apui_lowering *lowering,
			const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block = apui_block_of(y->dims, y->dims, y->rank);
	struct apui_layout in = apui_layout_of(x->dims, x->rank);
	unsigned int missing = y->rank - x->rank;

	for (unsigned int i = 0; i < y->rank; i++)
		block.in.strides[i] = i < missing || x->dims[i - missing] == 1
					      ? 0
					      : in.strides[i - missing];
	return apui_block_copy(lowering, op, &block, x, y);
}

/* The way between a tensor and one whose blocks are its channels. */
static struct apui_block
block_of_depth(const struct apu_tensor *space, const struct apu_tensor *depth,
	       int32_t size)
{
	struct apui_layout s = apui_layout_of(space->dims, 4);
	struct apui_layout d = apui_layout_of(depth->dims, 4);
	struct apui_block block = { .rank = 0 };

	apui_block_add(&block, depth->dims[0], s.strides[0], d.strides[0]);
	apui_block_add(&block, depth->dims[1], s.strides[1] * size,
		       d.strides[1]);
	apui_block_add(&block, size, s.strides[1],
		       (int64_t)size * space->dims[3]);
	apui_block_add(&block, depth->dims[2], s.strides[2] * size,
		       d.strides[2]);
	apui_block_add(&block, size, s.strides[2], space->dims[3]);
	apui_block_add(&block, space->dims[3], 1, 1);
	return block;
}

static void
turn_round(struct apui_block *block)
{
	struct apui_layout in = block->in;

	block->in = block->out;
	block->out = in;
}

int
apui_lower_space_to_depth(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block =
		block_of_depth(x, y, op->options.space_depth.block_size);

	return apui_block_copy(lowering, op, &block, x, y);
}

int
apui_lower_depth_to_space(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block =
		block_of_depth(y, x, op->options.space_depth.block_size);

	turn_round(&block);
	return apui_block_copy(lowering, op, &block, x, y);
}

/*
 * Between @space of shape @space_dims, not padded, and @batch: each block's
 * elements are batches, those of the first element of all blocks first.
 */
static struct apui_block
block_of_batch(const struct apui_graph *graph, const struct apu_operator *op,
	       const int32_t *space_dims, const struct apu_tensor *batch)
{
	const struct apu_tensor *sizes = apui_graph_input(graph, op, 1);
	unsigned int rank = batch->rank;
	struct apui_layout s = apui_layout_of(space_dims, rank);
	struct apui_layout b = apui_layout_of(batch->dims, rank);
	struct apui_block block = { .rank = 0 };
	int64_t stride = b.strides[0] * space_dims[0];

	for (unsigned int i = rank - 2; i-- > 0;) {
		int64_t size = apui_constant_integer(sizes, i);

		apui_block_add(&block, size, s.strides[i + 1], stride);
		stride *= size;
	}
	apui_block_add(&block, space_dims[0], s.strides[0], b.strides[0]);
	for (unsigned int i = 1; i + 1 < rank; i++)
		apui_block_add(&block, batch->dims[i],
			       s.strides[i] *
				       apui_constant_integer(sizes, i - 1),
			       b.strides[i]);
	apui_block_add(&block, space_dims[rank - 1], 1, 1);
	return block;
}

/* The shape of a space whose blocks @batch has, before it is cropped. */
static void
find_space(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct apu_tensor *batch, int32_t batches, int32_t *dims)
{
	const struct apu_tensor *sizes = apui_graph_input(graph, op, 1);

	memcpy(dims, batch->dims, sizeof(batch->dims));
	dims[0] = batches;
	for (unsigned int i = 0; i + 2 < batch->rank; i++)
		dims[i + 1] = (int32_t)(batch->dims[i + 1] *
					apui_constant_integer(sizes, i));
}

/* What stands in front of each dimension, from input 2: only of the space. */
static int
find_space_before(const struct apui_graph *graph, const struct apu_operator *op,
		  int64_t *before)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i + 2 < x->rank; i++) {
		int64_t after;

		ret = apui_movement_padding(graph, op, 2, i, &before[i + 1],
					    &after);
	}
	return ret;
}

/* Padded in a tensor of its own, then moved. */
int
apui_lower_space_to_batch(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int64_t before[APU_TENSOR_MAX_RANK] = { 0 };
	int32_t dims[APU_TENSOR_MAX_RANK];
	uint32_t input, output, padded;
	struct apui_block block;
	int ret;

	find_space(graph, op, y, x->dims[0], dims);
	ret = find_space_before(graph, op, before);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering, x, &input);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering, y, &output);
	if (ret < 0)
		return ret;

	if (memcmp(dims, x->dims, sizeof(dims)) != 0) {
		ret = apui_block_scratch(lowering, op, y, dims, x->rank,
					 &padded);
		if (ret == 0)
			ret = fill_with_zero(lowering, op, y, padded);
		if (ret < 0)
			return ret;
		block = block_inside(x, dims, before);
		ret = apui_block_append(lowering, op, &block, input, padded);
		if (ret < 0)
			return ret;
		input = padded;
	}
	block = block_of_batch(graph, op, dims, y);
	return apui_block_append(lowering, op, &block, input, output);
}

/* Moved to a tensor of its own, then cropped. */
int
apui_lower_batch_to_space(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int64_t before[APU_TENSOR_MAX_RANK] = { 0 };
	int32_t dims[APU_TENSOR_MAX_RANK];
	uint32_t input, output, whole;
	struct apui_block block, cropped;
	int ret;

	find_space(graph, op, x, y->dims[0], dims);
	ret = find_space_before(graph, op, before);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering, x, &input);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering, y, &output);
	if (ret < 0)
		return ret;

	block = block_of_batch(graph, op, dims, x);
	turn_round(&block);
	if (memcmp(dims, y->dims, sizeof(dims)) == 0)
		return apui_block_append(lowering, op, &block, input, output);
	ret = apui_block_scratch(lowering, op, x, dims, x->rank, &whole);
	if (ret == 0)
		ret = apui_block_append(lowering, op, &block, input, whole);
	if (ret < 0)
		return ret;
	cropped = block_inside(y, dims, before);
	turn_round(&cropped);
	return apui_block_append(lowering, op, &cropped, whole, output);
}
