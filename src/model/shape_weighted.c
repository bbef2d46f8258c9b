/* SPDX-License-Identifier: MIT */

/* Shapes of the operators with weights. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/shape_check.h"
#include "model/window.h"
#include <errno.h>

static int
check_activations(const struct apu_operator *op, const struct apu_tensor *x,
		  const struct apu_tensor *y)
{
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret < 0)
		return ret;
	ret = apui_check_per_tensor(op, x);
	if (ret < 0)
		return ret;
	return apui_check_per_tensor(op, y);
}

/* What CONV_2D and DEPTHWISE_CONV_2D have in common. */
static int
check_convolution(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int channel_axis)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *bias = apui_graph_input(graph, op, 2);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	if (apui_is_hybrid(x, filter))
		return apui_check_hybrid_weights(op, x, filter, bias, y,
						 channel_axis);
	if (x->dtype == APU_DTYPE_FLOAT32)
		return apui_check_real_weights(op, x, filter, bias, y,
					       filter->dims[channel_axis]);
	if (x->dtype == APU_DTYPE_INT16)
		return apui_check_wide_weights(op, x, filter, bias, y,
					       channel_axis);
	ret = check_activations(op, x, y);
	if (ret < 0)
		return ret;
	ret = apui_check_filter(op, x, filter, channel_axis);
	if (ret < 0)
		return ret;
	ret = apui_check_bias(op, bias, filter->dims[channel_axis]);
	if (ret < 0)
		return ret;

	if (x->dtype == APU_DTYPE_UINT8)
		return apui_check_bias_scale(op, x, filter, bias, y);
	return apui_check_symmetric(op, filter);
}

static int
place_convolution(const struct apu_operator *op, const struct apu_tensor *x,
		  const struct apu_tensor *filter, int32_t channels,
		  struct apui_shape *out_shape)
{
	struct apui_window_2d window;
	int ret;

	ret = apui_window_place_2d(op, x, filter->dims[1], filter->dims[2],
				   &window);
	if (ret < 0)
		return ret;

	out_shape->dims[0] = x->dims[0];
	out_shape->dims[1] = window.out_h;
	out_shape->dims[2] = window.out_w;
	out_shape->dims[3] = channels;
	out_shape->rank = 4;
	return 0;
}

static int
check_groups(const struct apu_operator *op, const struct apu_tensor *x,
	     const struct apu_tensor *filter)
{
	int32_t groups;

	if (x->dims[3] < 1 || x->dims[3] % filter->dims[3] != 0)
		return apui_blame(-EINVAL, op, filter,
				  "its input has %d channels, which is no "
				  "multiple of the %d of its weights",
				  x->dims[3], filter->dims[3]);
	groups = x->dims[3] / filter->dims[3];
	if (filter->dims[0] % groups != 0)
		return apui_blame(-EINVAL, op, filter,
				  "its %d output channels do not divide into "
				  "%d groups",
				  filter->dims[0], groups);
	return 0;
}

int
apui_infer_conv_2d(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	int ret;

	ret = check_convolution(graph, op, 0);
	if (ret < 0)
		return ret;
	ret = check_groups(op, x, filter);
	if (ret < 0)
		return ret;
	ret = place_convolution(op, x, filter, filter->dims[0], out_shape);
	if (ret < 0)
		return ret;

	return apui_check_product(
		op,
		(int32_t[]) { out_shape->dims[0], out_shape->dims[1],
			      out_shape->dims[2], out_shape->dims[3],
			      filter->dims[1], filter->dims[2],
			      filter->dims[3] },
		7, &op->macs);
}

int
apui_infer_depthwise_conv_2d(const struct apui_graph *graph,
			     struct apu_operator *op,
			     struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	int ret;

	ret = check_convolution(graph, op, 3);
	if (ret < 0)
		return ret;
	if (filter->dims[0] != 1)
		return apui_blame(-EINVAL, op, filter,
				  "dimension 0 of its weights is %d, and must "
				  "be 1",
				  filter->dims[0]);
	if (x->dims[3] < 1 || filter->dims[3] % x->dims[3] != 0)
		return apui_blame(-EINVAL, op, filter,
				  "its %d output channels are no multiple of "
				  "the input's %d",
				  filter->dims[3], x->dims[3]);
	ret = place_convolution(op, x, filter, filter->dims[3], out_shape);
	if (ret < 0)
		return ret;

	return apui_check_product(
		op,
		(int32_t[]) { out_shape->dims[0], out_shape->dims[1],
			      out_shape->dims[2], out_shape->dims[3],
			      filter->dims[1], filter->dims[2] },
		6, &op->macs);
}

static int
check_fully_connected(const struct apui_graph *graph,
		      const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *bias = apui_graph_input(graph, op, 2);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	if (op->options.fully_connected.weights_format != 0)
		return apui_blame(-EOPNOTSUPP, op, filter,
				  "its weights are shuffled (format %d)",
				  op->options.fully_connected.weights_format);
	if (apui_is_hybrid(x, filter))
		return apui_check_hybrid_weights(op, x, filter, bias, y, 0);
	if (x->dtype == APU_DTYPE_FLOAT32)
		return apui_check_real_weights(op, x, filter, bias, y,
					       filter->dims[0]);
	if (x->dtype == APU_DTYPE_INT16)
		return apui_check_wide_weights(op, x, filter, bias, y, 0);
	ret = check_activations(op, x, y);
	if (ret < 0)
		return ret;
	ret = apui_check_filter(op, x, filter, 0);
	if (ret < 0)
		return ret;
	ret = apui_check_bias(op, bias, filter->dims[0]);
	if (ret < 0)
		return ret;
	return filter->quant_count == 1
		       ? apui_check_bias_scale(op, x, filter, bias, y)
		       : 0;
}

/* One row an output; the last dimension of the weights is one row's input. */
static int
count_rows(const struct apu_operator *op, const struct apu_tensor *x,
	   const struct apu_tensor *filter, int32_t *out_rows)
{
	uint64_t depth = (uint64_t)filter->dims[1];
	uint64_t rows = x->element_count / depth;

	if (x->element_count % depth != 0)
		return apui_blame(-EINVAL, op, x,
				  "its input has %llu elements, which is no "
				  "multiple of the %d of its weights",
				  (unsigned long long)x->element_count,
				  filter->dims[1]);
	if (rows > INT32_MAX)
		return apui_blame(-EOVERFLOW, op, x, "it has %llu rows",
				  (unsigned long long)rows);
	*out_rows = (int32_t)rows;
	return 0;
}

static int
keep_dims(const struct apu_operator *op, const struct apu_tensor *x,
	  const struct apu_tensor *filter, struct apui_shape *out_shape)
{
	if (x->rank < 1 || x->dims[x->rank - 1] != filter->dims[1])
		return apui_blame(-EINVAL, op, x,
				  "it keeps the dimensions of its input, whose "
				  "last is not the %d of its weights",
				  filter->dims[1]);
	for (unsigned int i = 0; i < x->rank; i++)
		out_shape->dims[i] = x->dims[i];
	out_shape->dims[x->rank - 1] = filter->dims[0];
	out_shape->rank = x->rank;
	return 0;
}

int
apui_infer_fully_connected(const struct apui_graph *graph,
			   struct apu_operator *op,
			   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	int32_t rows = 0;
	int ret;

	ret = check_fully_connected(graph, op);
	if (ret < 0)
		return ret;
	ret = count_rows(op, x, filter, &rows);
	if (ret < 0)
		return ret;

	if (op->options.fully_connected.keep_num_dims) {
		ret = keep_dims(op, x, filter, out_shape);
		if (ret < 0)
			return ret;
	} else {
		out_shape->dims[0] = rows;
		out_shape->dims[1] = filter->dims[0];
		out_shape->rank = 2;
	}
	return apui_check_product(
		op, (int32_t[]) { rows, filter->dims[0], filter->dims[1] }, 3,
		&op->macs);
}
