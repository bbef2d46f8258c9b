/* SPDX-License-Identifier: MIT */

/* Shapes of TRANSPOSE_CONV, CONV_3D, CONV_3D_TRANSPOSE and BATCH_MATMUL. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include "model/window.h"
#include <errno.h>
#include <string.h>

static int
check_transposed_types(const struct apui_graph *graph,
		       const struct apu_operator *op)
{
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *x = apui_graph_input(graph, op, 2);
	const struct apu_tensor *bias = apui_graph_input(graph, op, 3);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	if (x->dtype == APU_DTYPE_FLOAT32)
		return apui_check_real_weights(op, x, filter, bias, y,
					       filter->dims[0]);
	if (x->dtype == APU_DTYPE_INT16)
		return apui_check_wide_weights(op, x, filter, bias, y, 0);
	ret = apui_check_same_type(op, x, y);
	if (ret == 0)
		ret = apui_check_per_tensor(op, x);
	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret == 0)
		ret = apui_check_filter(op, x, filter, 0);
	if (ret == 0)
		ret = apui_check_bias(op, bias, filter->dims[0]);
	if (ret < 0)
		return ret;
	return x->dtype == APU_DTYPE_UINT8
		       ? apui_check_bias_scale(op, x, filter, bias, y)
		       : apui_check_symmetric(op, filter);
}

/* The output's shape is a constant of the file. */
static int
read_shape(const struct apu_operator *op, const struct apu_tensor *shape,
	   unsigned int rank, struct apui_shape *out_shape)
{
	if (shape->element_count != rank)
		return apui_blame(-EINVAL, op, shape,
				  "the shape of its output has %llu "
				  "dimensions, and must have %u",
				  (unsigned long long)shape->element_count,
				  rank);
	memcpy(out_shape->dims, shape->data, rank * sizeof(int32_t));
	out_shape->rank = rank;
	for (unsigned int i = 0; i < rank; i++)
		if (out_shape->dims[i] < 1)
			return apui_blame(-EINVAL, op, shape,
					  "dimension %u of its output is %d", i,
					  out_shape->dims[i]);
	return 0;
}

/* Every element of x meets every tap of every output channel. */
static int
count_macs(struct apu_operator *op, const struct apu_tensor *x,
	   const struct apu_tensor *filter)
{
	int32_t factors[2 * APU_TENSOR_MAX_RANK];
	unsigned int count = 0;

	/* The channels of x are among the dimensions of the filter. */
	for (unsigned int i = 0; i + 1 < x->rank; i++)
		factors[count++] = x->dims[i];
	for (unsigned int i = 0; i < filter->rank; i++)
		factors[count++] = filter->dims[i];
	return apui_check_product(op, factors, count, &op->macs);
}

/* What x, filter and output of a transposed convolution agree on. */
static int
check_transposed(struct apu_operator *op, const struct apu_tensor *x,
		 const struct apu_tensor *filter, const int32_t *channels,
		 const struct apui_shape *shape)
{
	unsigned int last = x->rank - 1;

	for (unsigned int i = 0; i < x->rank; i++)
		if (x->dims[i] < 1)
			return apui_blame(-EINVAL, op, x,
					  "dimension %u of its input is %d", i,
					  x->dims[i]);
	if (x->dims[0] != shape->dims[0] || x->dims[last] != channels[0] ||
	    shape->dims[last] != channels[1])
		return apui_blame(-EINVAL, op, filter,
				  "its input has %d images of %d channels, its "
				  "output %d of %d, its weights are for %d "
				  "and %d channels",
				  x->dims[0], x->dims[last], shape->dims[0],
				  shape->dims[last], channels[0], channels[1]);
	return count_macs(op, x, filter);
}

static int
check_taps(const struct apu_operator *op, const struct apu_tensor *filter,
	   unsigned int first, unsigned int count)
{
	for (unsigned int i = first; i < first + count; i++)
		if (filter->dims[i] > APUI_WINDOW_MAX_LENGTH)
			return apui_blame(-EOPNOTSUPP, op, filter,
					  "its window has length %d, more "
					  "than %d",
					  filter->dims[i],
					  APUI_WINDOW_MAX_LENGTH);
	return 0;
}

int
apui_infer_transpose_conv(const struct apui_graph *graph,
			  struct apu_operator *op, struct apui_shape *out_shape)
{
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *x = apui_graph_input(graph, op, 2);
	int ret;

	ret = check_transposed_types(graph, op);
	if (ret == 0)
		ret = check_taps(op, filter, 1, 2);
	if (ret == 0)
		ret = read_shape(op, apui_graph_input(graph, op, 0), 4,
				 out_shape);
	if (ret < 0)
		return ret;
	return check_transposed(
		op, x, filter, (int32_t[]) { filter->dims[3], filter->dims[0] },
		out_shape);
}

int
apui_infer_conv_3d_transpose(const struct apui_graph *graph,
			     struct apu_operator *op,
			     struct apui_shape *out_shape)
{
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *x = apui_graph_input(graph, op, 2);
	int ret;

	ret = apui_check_real_weights(
		op, x, filter, apui_graph_input(graph, op, 3),
		apui_graph_output(graph, op, 0), filter->dims[3]);
	if (ret == 0)
		ret = check_taps(op, filter, 0, 3);
	if (ret == 0)
		ret = read_shape(op, apui_graph_input(graph, op, 0), 5,
				 out_shape);
	if (ret < 0)
		return ret;
	return check_transposed(
		op, x, filter, (int32_t[]) { filter->dims[4], filter->dims[3] },
		out_shape);
}

static int
place_volume(const struct apu_operator *op, const struct apu_tensor *x,
	     const struct apu_tensor *filter, struct apui_shape *out_shape)
{
	const int32_t strides[] = { op->options.window.stride_d,
				    op->options.window.stride_h,
				    op->options.window.stride_w };
	const int32_t dilations[] = { op->options.window.dilation_d,
				      op->options.window.dilation_h,
				      op->options.window.dilation_w };

	for (unsigned int i = 0; i < 3; i++) {
		const struct apui_window_1d window = {
			.input = x->dims[1 + i],
			.filter = filter->dims[i],
			.stride = strides[i],
			.dilation = dilations[i],
			.padding = op->options.window.padding,
		};
		int64_t pad;

		if (apui_window_place(&window, &out_shape->dims[1 + i], &pad) <
		    0)
			return apui_blame(-EINVAL, op, x,
					  "a window of %d, stride %d, dilation "
					  "%d does not fit into %d elements",
					  window.filter, window.stride,
					  window.dilation, window.input);
	}
	out_shape->dims[0] = x->dims[0];
	out_shape->dims[4] = filter->dims[4];
	out_shape->rank = 5;
	return 0;
}

int
apui_infer_conv_3d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	int ret;

	ret = apui_check_real_weights(
		op, x, filter, apui_graph_input(graph, op, 2),
		apui_graph_output(graph, op, 0), filter->dims[4]);
	if (ret == 0)
		ret = check_taps(op, filter, 0, 3);
	if (ret < 0)
		return ret;
	if (x->dims[4] != filter->dims[3])
		return apui_blame(-EINVAL, op, filter,
				  "its input has %d channels, its weights are "
				  "for %d",
				  x->dims[4], filter->dims[3]);
	ret = place_volume(op, x, filter, out_shape);
	if (ret < 0)
		return ret;
	return apui_check_product(
		op,
		(int32_t[]) { out_shape->dims[0], out_shape->dims[1],
			      out_shape->dims[2], out_shape->dims[3],
			      filter->dims[0], filter->dims[1], filter->dims[2],
			      filter->dims[3], filter->dims[4] },
		9, &op->macs);
}

/* Two integers of 16 bits, or int16 beside int8: without zero points. */
static int
check_wide_matrices(const struct apu_operator *op, const struct apu_tensor *a,
		    const struct apu_tensor *b, const struct apu_tensor *y)
{
	if (y->dtype != APU_DTYPE_INT16)
		return apui_check_same_type(op, a, y);
	if (b->dtype == APU_DTYPE_FLOAT32)
		return apui_check_same_type(op, a, b);
	if (a->zero_points[0] != 0 || b->zero_points[0] != 0 ||
	    y->zero_points[0] != 0)
		return apui_blame(-EINVAL, op, a,
				  "a matrix beside one of 16 bits has a zero "
				  "point");
	return 0;
}

/* One scale, or one a column, and no zero point. */
static int
check_hybrid_matrix(const struct apu_operator *op, const struct apu_tensor *b)
{
	unsigned int axis =
		b->rank - (op->options.batch_matmul.adj_y != 0 ? 2u : 1u);

	if (b->quant_count == 0)
		return apui_check_per_tensor(op, b);
	if (b->quant_count > 1 && b->quant_axis != axis)
		return apui_blame(-EOPNOTSUPP, op, b,
				  "its scales are along dimension %u, and not "
				  "along its columns, dimension %u",
				  b->quant_axis, axis);
	return apui_check_symmetric(op, b);
}

static int
check_matrix_types(const struct apui_graph *graph,
		   const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	if (a->dtype == APU_DTYPE_FLOAT32) {
		ret = apui_check_same_type(op, a, y);
		if (ret < 0 || b->dtype == APU_DTYPE_FLOAT32)
			return ret;
		if (b->dtype != APU_DTYPE_INT8)
			return apui_check_same_type(op, a, b);
		return check_hybrid_matrix(op, b);
	}
	if (a->dtype == APU_DTYPE_INT8) {
		ret = apui_check_same_type(op, a, b);
		if (ret < 0 || y->dtype == APU_DTYPE_INT32)
			return ret;
	}
	ret = apui_check_per_tensor(op, a);
	if (ret == 0)
		ret = apui_check_per_tensor(op, b);
	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret < 0)
		return ret;
	return a->dtype == APU_DTYPE_INT16 ? check_wide_matrices(op, a, b, y)
					   : apui_check_same_type(op, a, y);
}

/* Dimension @i of @tensor, seen with as many dimensions as the output has. */
static int32_t
extended_dim(const struct apu_tensor *tensor, unsigned int rank, unsigned int i)
{
	unsigned int missing = rank - tensor->rank;

	return i < missing ? 1 : tensor->dims[i - missing];
}

int
apui_infer_batch_matmul(const struct apui_graph *graph, struct apu_operator *op,
			struct apui_shape *out_shape)
{
	const struct apu_tensor *a = apui_graph_input(graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(graph, op, 1);
	unsigned int rank = a->rank > b->rank ? a->rank : b->rank;
	int32_t adj_x = op->options.batch_matmul.adj_x != 0;
	int32_t adj_y = op->options.batch_matmul.adj_y != 0;
	int32_t depth = a->dims[a->rank - (adj_x ? 2u : 1u)];
	int32_t factors[APU_TENSOR_MAX_RANK + 1];
	int ret;

	ret = check_matrix_types(graph, op);
	if (ret < 0)
		return ret;
	if (depth < 1 || depth != b->dims[b->rank - (adj_y ? 1u : 2u)])
		return apui_blame(-EINVAL, op, b,
				  "its matrices have %d columns and %d rows, "
				  "which must be alike and not 0",
				  depth, b->dims[b->rank - (adj_y ? 1u : 2u)]);
	for (unsigned int i = 0; i + 2 < rank; i++) {
		int32_t dim_a = extended_dim(a, rank, i);
		int32_t dim_b = extended_dim(b, rank, i);

		if (dim_a != dim_b && dim_a != 1 && dim_b != 1)
			return apui_blame(-EINVAL, op, b,
					  "dimension %u is %d in one input and "
					  "%d in the other",
					  i, dim_a, dim_b);
		out_shape->dims[i] = dim_a == 1 ? dim_b : dim_a;
	}
	out_shape->dims[rank - 2] = a->dims[a->rank - (adj_x ? 1u : 2u)];
	out_shape->dims[rank - 1] = b->dims[b->rank - (adj_y ? 2u : 1u)];
	out_shape->rank = rank;
	memcpy(factors, out_shape->dims, rank * sizeof(int32_t));
	factors[rank] = depth;
	return apui_check_product(op, factors, rank + 1, &op->macs);
}
