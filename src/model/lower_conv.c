/* SPDX-License-Identifier: MIT */

/* CONV_2D and DEPTHWISE_CONV_2D. */

#include "model/lower_common.h"
#include "model/lower_convolve.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include "model/window.h"

/* Vectors of one element an output channel, whatever the file has. */
static int
add_multipliers(struct apui_lowering *lowering, const struct apu_operator *op,
		unsigned int channel_axis, struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	uint32_t channels = (uint32_t)filter->dims[channel_axis];
	void *multipliers, *shifts;
	int ret;

	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_INT32,
				       channels, &multipliers);
	if (ret < 0)
		return ret;
	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_INT32,
				       channels, &shifts);
	if (ret < 0)
		return ret;

	for (uint32_t c = 0; c < channels; c++) {
		float scale = filter->scales[filter->quant_count > 1 ? c : 0];
		double real = apui_quantise_conv_scale(
			x->dtype, apui_per_tensor_scale(x), scale,
			apui_per_tensor_scale(y));
		struct apui_multiplier q;

		if (apui_quantise_multiplier(real, &q) < 0)
			return apui_refuse_scales(op, filter);
		((int32_t *)multipliers)[c] = q.multiplier;
		((int32_t *)shifts)[c] = q.shift;
	}
	return 0;
}

static int
fill_window(const struct apui_graph *graph, const struct apu_operator *op,
	    struct apui_window_params *params)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	struct apui_window_2d window;
	int ret;

	ret = apui_window_place_2d(op, x, filter->dims[1], filter->dims[2],
				   &window);
	if (ret < 0)
		return ret;

	params->stride_h = op->options.window.stride_h;
	params->stride_w = op->options.window.stride_w;
	params->dilation_h = op->options.window.dilation_h;
	params->dilation_w = op->options.window.dilation_w;
	params->pad_top = window.pad_top;
	params->pad_left = window.pad_left;
	return 0;
}

static int
lower_real(struct apui_lowering *lowering, const struct apu_operator *op,
	   enum apui_op code)
{
	struct apui_lowered lowered;
	struct apui_window_float_params *params = &lowered.params.window_float;
	int ret;

	ret = apui_lowering_begin(lowering, op, code, 3, &lowered);
	if (ret < 0)
		return ret;
	/* Both kinds of parameters begin alike. */
	ret = fill_window(lowering->graph, op, &lowered.params.window);
	if (ret < 0)
		return ret;
	ret = apui_lower_real_activation(op, op->options.window.activation,
					 &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

static int
lower_quantised(struct apui_lowering *lowering, const struct apu_operator *op,
		enum apui_op code, unsigned int channel_axis)
{
	struct apui_lowered lowered;
	struct apui_window_params *params = &lowered.params.window;
	int ret;

	ret = apui_lowering_begin(lowering, op, code, 3, &lowered);
	if (ret < 0)
		return ret;
	ret = fill_window(lowering->graph, op, params);
	if (ret < 0)
		return ret;
	ret = apui_lower_activation(op, op->options.window.activation,
				    apui_graph_output(lowering->graph, op, 0),
				    &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	ret = add_multipliers(lowering, op, channel_axis, &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

/* What the 8-bit and float32 kernels do not have. */
static int
lower_general(struct apui_lowering *lowering, const struct apu_operator *op,
	      bool is_depthwise)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_convolution conv = {
		.x = apui_graph_input(graph, op, 0),
		.filter = apui_graph_input(graph, op, 1),
		.bias = apui_graph_input(graph, op, 2),
		.y = apui_graph_output(graph, op, 0),
		.activation = op->options.window.activation,
	};
	const int32_t *dims = conv.filter->dims;
	struct apui_window_params window = { 0 };
	int ret;

	ret = fill_window(graph, op, &window);
	if (ret < 0)
		return ret;
	apui_convolution_place_2d(&conv, dims[1], dims[2], &window);
	conv.params.depth = is_depthwise ? 1 : dims[3];
	conv.params.channel_step =
		is_depthwise ? 1 : dims[1] * dims[2] * dims[3];
	conv.params.tap_step = dims[3];
	conv.params.depth_step = 1;
	/* Equal scales count as one for the reference. */
	conv.is_asymmetric = is_depthwise ||
			     conv.params.in_channels != dims[3] ||
			     !apui_scales_are_equal(conv.filter);
	return apui_lower_convolution(lowering, op, &conv);
}

static bool
is_general(const struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);

	return x->dtype == APU_DTYPE_INT16 ||
	       apui_is_hybrid(x, apui_graph_input(lowering->graph, op, 1));
}

static bool
is_real(const struct apui_lowering *lowering, const struct apu_operator *op)
{
	return apui_graph_input(lowering->graph, op, 0)->dtype ==
	       APU_DTYPE_FLOAT32;
}

int
apui_lower_conv_2d(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	if (is_general(lowering, op))
		return lower_general(lowering, op, false);
	if (is_real(lowering, op))
		return lower_real(lowering, op, APUI_OP_CONV_2D_FLOAT);
	return lower_quantised(lowering, op, APUI_OP_CONV_2D, 0);
}

int
apui_lower_depthwise_conv_2d(struct apui_lowering *lowering,
			     const struct apu_operator *op)
{
	if (is_general(lowering, op))
		return lower_general(lowering, op, true);
	if (is_real(lowering, op))
		return lower_real(lowering, op,
				  APUI_OP_DEPTHWISE_CONV_2D_FLOAT);
	return lower_quantised(lowering, op, APUI_OP_DEPTHWISE_CONV_2D, 3);
}
