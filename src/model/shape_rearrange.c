/* SPDX-License-Identifier: MIT */

/* Shapes of pads, repeats, and of blocks that become batches or channels. */

#include "model/blame.h"
#include "model/movement.h"
#include "model/shape_check.h"
#include <errno.h>

static int
check_types(const struct apui_graph *graph, const struct apu_operator *op)
{
	return apui_check_same_type(op, apui_graph_input(graph, op, 0),
				    apui_graph_output(graph, op, 0));
}

/* Dimension @i of the output, worked out in 64 bits. */
static int
set_dim(const struct apu_operator *op, struct apui_shape *shape, unsigned int i,
	int64_t length)
{
	if (length < 0 || length > INT32_MAX)
		return apui_blame(-EOVERFLOW, op, NULL,
				  "dimension %u of its output is %lld", i,
				  (long long)length);
	shape->dims[i] = (int32_t)length;
	return 0;
}

int
apui_movement_padding(const struct apui_graph *graph,
		      const struct apu_operator *op, unsigned int index,
		      unsigned int i, int64_t *out_before, int64_t *out_after)
{
	const struct apu_tensor *paddings = apui_graph_input(graph, op, index);

	*out_before = apui_constant_integer(paddings, 2 * (uint64_t)i);
	*out_after = apui_constant_integer(paddings, 2 * (uint64_t)i + 1);
	/* More than a dimension can have, and their sums still fit. */
	if (*out_before >= 0 && *out_before <= INT32_MAX && *out_after >= 0 &&
	    *out_after <= INT32_MAX)
		return 0;
	return apui_blame(-EINVAL, op, paddings,
			  "it has %lld and %lld elements around dimension %u",
			  (long long)*out_before, (long long)*out_after, i);
}

static int
check_paddings(const struct apui_graph *graph, const struct apu_operator *op,
	       unsigned int index, unsigned int count)
{
	const struct apu_tensor *paddings = apui_graph_input(graph, op, index);

	if (!paddings->is_constant)
		return apui_blame(-EOPNOTSUPP, op, paddings,
				  "its paddings are computed, not constants");
	if (paddings->rank == 2 && paddings->dims[0] == (int32_t)count &&
	    paddings->dims[1] == 2)
		return 0;
	return apui_blame(-EINVAL, op, paddings,
			  "its paddings are not two for each of %u dimensions",
			  count);
}

static int
pad_shape(const struct apui_graph *graph, const struct apu_operator *op,
	  struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret;

	ret = check_types(graph, op);
	if (ret == 0)
		ret = check_paddings(graph, op, 1, x->rank);
	out_shape->rank = x->rank;
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t before, after;

		ret = apui_movement_padding(graph, op, 1, i, &before, &after);
		if (ret == 0)
			ret = set_dim(op, out_shape, i,
				      before + x->dims[i] + after);
	}
	return ret;
}

int
apui_infer_pad(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape)
{
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	ret = pad_shape(graph, op, out_shape);
	if (ret < 0)
		return ret;
	return apui_is_8_bit(y) ? apui_check_per_tensor(op, y) : 0;
}

int
apui_infer_padv2(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	const struct apu_tensor *value = apui_graph_input(graph, op, 2);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	ret = pad_shape(graph, op, out_shape);
	if (ret == 0)
		ret = apui_check_same_type(op, y, value);
	if (ret < 0)
		return ret;
	if (value->element_count != 1)
		return apui_blame(-EINVAL, op, value,
				  "it pads with %llu values",
				  (unsigned long long)value->element_count);
	/* As the reference: the value means what it means in the output. */
	if (apui_is_8_bit(y) &&
	    (apui_per_tensor_scale(value) != apui_per_tensor_scale(y) ||
	     apui_per_tensor_zero_point(value) !=
		     apui_per_tensor_zero_point(y)))
		return apui_blame(-EINVAL, op, value,
				  "its value has another scale or zero point "
				  "than its output");
	return 0;
}

int
apui_infer_mirror_pad(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int32_t edge = op->options.mirror_pad.mode == 0 ? 1 : 0;
	int ret;

	ret = pad_shape(graph, op, out_shape);
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t before, after;
		int64_t most = x->dims[i] - edge;

		ret = apui_movement_padding(graph, op, 1, i, &before, &after);
		if (ret == 0 && (before > most || after > most))
			ret = apui_blame(-EINVAL, op, x,
					 "it mirrors %lld and %lld of the %d "
					 "elements of dimension %u",
					 (long long)before, (long long)after,
					 x->dims[i], i);
	}
	return ret;
}

int
apui_infer_tile(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *times = apui_graph_input(graph, op, 1);
	int ret;

	ret = check_types(graph, op);
	if (ret == 0)
		ret = apui_movement_check_vector(graph, op, 1, x->rank);
	out_shape->rank = x->rank;
	for (unsigned int i = 0; ret == 0 && i < x->rank; i++) {
		int64_t count = apui_constant_integer(times, i);

		if (count < 0 || count > INT32_MAX)
			return apui_blame(-EINVAL, op, times,
					  "it repeats dimension %u %lld times",
					  i, (long long)count);
		ret = set_dim(op, out_shape, i, count * x->dims[i]);
	}
	return ret;
}

int
apui_infer_broadcast_to(const struct apui_graph *graph, struct apu_operator *op,
			struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *shape = apui_graph_input(graph, op, 1);
	unsigned int missing;
	int ret;

	ret = check_types(graph, op);
	if (ret < 0)
		return ret;
	if (shape->element_count < x->rank ||
	    shape->element_count > APU_TENSOR_MAX_RANK)
		return apui_blame(
			-EINVAL, op, shape,
			"its new shape has %llu dimensions, its input "
			"%u",
			(unsigned long long)shape->element_count, x->rank);
	out_shape->rank = (unsigned int)shape->element_count;
	missing = out_shape->rank - x->rank;
	for (unsigned int i = 0; ret == 0 && i < out_shape->rank; i++) {
		int64_t length = apui_constant_integer(shape, i);
		int32_t old = i < missing ? 1 : x->dims[i - missing];

		if (old != 1 && length != old)
			return apui_blame(
				-EINVAL, op, shape,
				"dimension %u becomes %lld, its input "
				"has %d",
				i, (long long)length, old);
		ret = set_dim(op, out_shape, i, length);
	}
	return ret;
}

int
apui_infer_space_to_depth(const struct apui_graph *graph,
			  struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int64_t size = op->options.space_depth.block_size;
	int ret;

	ret = check_types(graph, op);
	if (ret < 0)
		return ret;
	if (x->dims[1] % size != 0 || x->dims[2] % size != 0)
		return apui_blame(
			-EINVAL, op, x,
			"an image of %d x %d is not made of blocks of "
			"%lld",
			x->dims[1], x->dims[2], (long long)size);
	out_shape->rank = 4;
	out_shape->dims[0] = x->dims[0];
	out_shape->dims[1] = (int32_t)(x->dims[1] / size);
	out_shape->dims[2] = (int32_t)(x->dims[2] / size);
	return set_dim(op, out_shape, 3, x->dims[3] * size * size);
}

int
apui_infer_depth_to_space(const struct apui_graph *graph,
			  struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int64_t size = op->options.space_depth.block_size;
	int ret;

	ret = check_types(graph, op);
	if (ret < 0)
		return ret;
	if (x->dims[3] % (size * size) != 0)
		return apui_blame(
			-EINVAL, op, x,
			"%d channels are not made of blocks of %lld x "
			"%lld",
			x->dims[3], (long long)size, (long long)size);
	out_shape->rank = 4;
	out_shape->dims[0] = x->dims[0];
	out_shape->dims[3] = (int32_t)(x->dims[3] / (size * size));
	ret = set_dim(op, out_shape, 1, x->dims[1] * size);
	return ret == 0 ? set_dim(op, out_shape, 2, x->dims[2] * size) : ret;
}

/* The blocks of SPACE_TO_BATCH_ND or its reverse: lengths and their product. */
static int
check_blocks(const struct apui_graph *graph, const struct apu_operator *op,
	     int64_t *out_product)
{
	const struct apu_tensor *blocks = apui_graph_input(graph, op, 1);
	unsigned int count = apui_graph_input(graph, op, 0)->rank - 2;
	int ret;

	*out_product = 1;
	ret = check_types(graph, op);
	if (ret == 0)
		ret = apui_movement_check_vector(graph, op, 1, count);
	if (ret == 0)
		ret = check_paddings(graph, op, 2, count);
	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		int64_t block = apui_constant_integer(blocks, i);

		if (block < 1 || block > INT32_MAX / *out_product)
			return apui_blame(-EINVAL, op, blocks,
					  "length %u of its blocks is %lld", i,
					  (long long)block);
		*out_product *= block;
	}
	return ret;
}

int
apui_infer_space_to_batch(const struct apui_graph *graph,
			  struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *blocks = apui_graph_input(graph, op, 1);
	int64_t product, before, after;
	int ret;

	ret = check_blocks(graph, op, &product);
	if (ret < 0)
		return ret;
	out_shape->rank = x->rank;
	out_shape->dims[x->rank - 1] = x->dims[x->rank - 1];
	ret = set_dim(op, out_shape, 0, x->dims[0] * product);
	for (unsigned int i = 0; ret == 0 && i + 2 < x->rank; i++) {
		int64_t block = apui_constant_integer(blocks, i);
		int64_t length;

		ret = apui_movement_padding(graph, op, 2, i, &before, &after);
		if (ret < 0)
			return ret;
		length = before + x->dims[i + 1] + after;
		/* The padded tensor has this dimension for a while. */
		ret = set_dim(op, out_shape, i + 1, length);
		if (ret < 0)
			return ret;
		if (length % block != 0)
			return apui_blame(
				-EINVAL, op, x,
				"dimension %u, padded to %lld, is not "
				"made of blocks of %lld",
				i + 1, (long long)length, (long long)block);
		ret = set_dim(op, out_shape, i + 1, length / block);
	}
	return ret;
}

int
apui_infer_batch_to_space(const struct apui_graph *graph,
			  struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *blocks = apui_graph_input(graph, op, 1);
	int64_t product, before, after;
	int ret;

	ret = check_blocks(graph, op, &product);
	if (ret < 0)
		return ret;
	if (x->dims[0] % product != 0)
		return apui_blame(-EINVAL, op, x,
				  "%d batches are not made of blocks of %lld",
				  x->dims[0], (long long)product);
	out_shape->rank = x->rank;
	out_shape->dims[0] = (int32_t)(x->dims[0] / product);
	out_shape->dims[x->rank - 1] = x->dims[x->rank - 1];
	for (unsigned int i = 0; ret == 0 && i + 2 < x->rank; i++) {
		int64_t length =
			x->dims[i + 1] * apui_constant_integer(blocks, i);

		ret = apui_movement_padding(graph, op, 2, i, &before, &after);
		if (ret < 0)
			return ret;
		/* As it is before it is cropped, for a while. */
		ret = set_dim(op, out_shape, i + 1, length);
		if (ret < 0)
			return ret;
		if (before + after > length)
			return apui_blame(-EINVAL, op, x,
					  "it crops %lld and %lld of the %lld "
					  "elements of dimension %u",
					  (long long)before, (long long)after,
					  (long long)length, i + 1);
		ret = set_dim(op, out_shape, i + 1, length - before - after);
	}
	return ret;
}
