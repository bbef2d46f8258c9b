/* SPDX-License-Identifier: MIT */

/* Operators that join tensors and take them apart, and gathers. */

#include "model/blame.h"
#include "model/block.h"
#include "model/lower_common.h"
#include "model/movement.h"
#include "model/rows.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

static bool
has_same_quantisation(const struct apu_tensor *x, const struct apu_tensor *y)
{
	return apui_per_tensor_scale(x) == apui_per_tensor_scale(y) &&
	       apui_per_tensor_zero_point(x) == apui_per_tensor_zero_point(y);
}

/* What each byte of @x becomes in @y: the reference's float32 formula. */
static void
fill_rescaling(const struct apu_tensor *x, const struct apu_tensor *y,
	       uint8_t table[256])
{
	float inverse = 1.0f / apui_per_tensor_scale(y);
	float scale = apui_per_tensor_scale(x) * inverse;
	float bias = (float)-apui_per_tensor_zero_point(x) * scale;
	int32_t zero_point = apui_per_tensor_zero_point(y);

	for (int32_t i = 0; i < 256; i++) {
		float product = (float)i * scale;
		float value = roundf(product + bias) + (float)zero_point;

		/* Written so that NaN, of scales far apart, becomes 0. */
		table[i] = !(value > 0)  ? 0
			   : value > 255 ? 255
					 : (uint8_t)value;
	}
}

/* Append LOOKUP: @x with the scale of @y, in a tensor of its own. */
static int
rescale(struct apui_lowering *lowering, const struct apu_operator *op,
	const struct apu_tensor *x, const struct apu_tensor *y,
	uint32_t *out_index)
{
	struct apui_lowered lowered;
	void *table;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_LOOKUP, 0, &lowered);
	if (ret < 0)
		return ret;
	ret = apui_lowering_tensor(lowering, x, &lowered.inputs[0]);
	if (ret < 0)
		return ret;
	lowered.input_count = 1;
	ret = apui_lowering_add_vector(lowering, &lowered, APUI_TYPE_UINT8, 256,
				       &table);
	if (ret < 0)
		return ret;
	fill_rescaling(x, y, table);
	ret = apui_block_scratch(lowering, op, y, x->dims, x->rank, out_index);
	if (ret < 0)
		return ret;
	lowered.outputs[0] = *out_index;
	return apui_lowering_append(lowering, op, &lowered);
}

/* Copy @x to @y from element @position of dimension @axis on. */
static int
join(struct apui_lowering *lowering, const struct apu_operator *op,
     const struct apu_tensor *x, unsigned int axis, int64_t position)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block = apui_block_of(x->dims, y->dims, x->rank);
	uint32_t input, output;
	int ret;

	ret = apui_lowering_tensor(lowering, y, &output);
	if (ret < 0)
		return ret;
	/* Others with another scale have been refused. */
	if (x->dtype == APU_DTYPE_UINT8 && !has_same_quantisation(x, y))
		ret = rescale(lowering, op, x, y, &input);
	else
		ret = apui_lowering_tensor(lowering, x, &input);
	if (ret < 0)
		return ret;
	block.out.offset = position * block.out.strides[axis];
	return apui_block_append(lowering, op, &block, input, output);
}

int
apui_lower_concatenation(struct apui_lowering *lowering,
			 const struct apu_operator *op)
{
	int64_t position = 0;
	unsigned int axis = 0;
	int ret;

	ret = apui_movement_find_axis(lowering->graph, op, &axis);
	for (unsigned int i = 0; ret == 0 && i < op->input_count; i++) {
		const struct apu_tensor *x =
			apui_graph_input(lowering->graph, op, i);

		ret = join(lowering, op, x, axis, position);
		position += x->dims[axis];
	}
	return ret;
}

/* Each output is the next part of @x along the axis. */
static int
take_apart(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apu_tensor *x)
{
	int64_t position = 0;
	unsigned int axis = 0;
	int ret;

	ret = apui_movement_find_axis(lowering->graph, op, &axis);
	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++) {
		const struct apu_tensor *y =
			apui_graph_output(lowering->graph, op, i);
		struct apui_block block =
			apui_block_of(x->dims, y->dims, x->rank);

		block.lengths[axis] = y->dims[axis];
		block.in.offset = position * block.in.strides[axis];
		ret = apui_block_copy(lowering, op, &block, x, y);
		position += y->dims[axis];
	}
	return ret;
}

int
apui_lower_split(struct apui_lowering *lowering, const struct apu_operator *op)
{
	return take_apart(lowering, op,
			  apui_graph_input(lowering->graph, op, 1));
}

int
apui_lower_split_v(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	return take_apart(lowering, op,
			  apui_graph_input(lowering->graph, op, 0));
}

/*
 * Between @whole, which has dimension @axis, and @part, which has all others:
 * the block of position @position.
 */
static struct apui_block
block_of_part(const struct apu_tensor *whole, const struct apu_tensor *part,
	      unsigned int axis, bool is_packing, int64_t position)
{
	struct apui_layout outer = apui_layout_of(whole->dims, whole->rank);
	struct apui_layout inner = apui_layout_of(part->dims, part->rank);
	struct apui_block block = { .rank = 0 };

	for (unsigned int i = 0; i < part->rank; i++) {
		int64_t stride = outer.strides[i < axis ? i : i + 1];

		if (is_packing)
			apui_block_add(&block, part->dims[i], inner.strides[i],
				       stride);
		else
			apui_block_add(&block, part->dims[i], stride,
				       inner.strides[i]);
	}
	if (is_packing)
		block.out.offset = position * outer.strides[axis];
	else
		block.in.offset = position * outer.strides[axis];
	return block;
}

int
apui_lower_pack(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	unsigned int axis = 0;
	int ret;

	ret = apui_movement_find_axis(lowering->graph, op, &axis);
	for (unsigned int i = 0; ret == 0 && i < op->input_count; i++) {
		const struct apu_tensor *x =
			apui_graph_input(lowering->graph, op, i);
		struct apui_block block = block_of_part(y, x, axis, true, i);

		ret = apui_block_copy(lowering, op, &block, x, y);
	}
	return ret;
}

int
apui_lower_unpack(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	unsigned int axis = 0;
	int ret;

	ret = apui_movement_find_axis(lowering->graph, op, &axis);
	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++) {
		const struct apu_tensor *y =
			apui_graph_output(lowering->graph, op, i);
		struct apui_block block = block_of_part(x, y, axis, false, i);

		ret = apui_block_copy(lowering, op, &block, x, y);
	}
	return ret;
}

/* The product of dimensions @first .. @end - 1: tensors are under 2 GiB. */
static uint32_t
multiply_dims(const struct apu_tensor *tensor, unsigned int first,
	      unsigned int end)
{
	uint64_t product = 1;

	for (unsigned int i = first; i < end; i++)
		product *= (uint64_t)tensor->dims[i];
	return (uint32_t)product;
}

static int
append_gather(struct apui_lowering *lowering, const struct apu_operator *op,
	      const struct apui_gather_params *params)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	static const int64_t zero = 0;
	struct apui_lowered lowered;
	int ret;

	if (x->element_count == 0)
		return apui_blame(-EINVAL, op, x,
				  "it gathers from an empty tensor");
	if (y->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, y, "it gathers nothing");
	ret = apui_lowering_begin(lowering, op, APUI_OP_GATHER, 2, &lowered);
	if (ret < 0)
		return ret;
	lowered.params.gather = *params;
	/* A place that is not one must not be looked up. */
	ret = apui_lowering_fill_rows(lowering,
				      apui_graph_input(lowering->graph, op, 1),
				      &zero, &lowered.inputs[1]);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

int
apui_lower_gather(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	struct apui_gather_params params = { .depth = 1 };
	struct apui_gather_axes axes;
	int ret;

	ret = apui_movement_gather_axes(lowering->graph, op, &axes);
	if (ret < 0)
		return ret;
	params.batches = multiply_dims(x, 0, axes.batch_dims);
	params.blocks = multiply_dims(x, axes.batch_dims, axes.axis);
	params.lengths[0] = x->dims[axes.axis];
	return append_gather(lowering, op, &params);
}

int
apui_lower_gather_nd(struct apui_lowering *lowering,
		     const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *indices =
		apui_graph_input(lowering->graph, op, 1);
	struct apui_gather_params params = {
		.batches = 1,
		.blocks = 1,
		.depth = (uint32_t)indices->dims[indices->rank - 1],
	};

	for (uint32_t i = 0; i < params.depth; i++)
		params.lengths[i] = x->dims[i];
	return append_gather(lowering, op, &params);
}
