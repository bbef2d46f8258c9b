/* SPDX-License-Identifier: MIT */
#include "model/lower_common.h"
#include "model/lower_convolve.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"

/* One real scale an output channel, whatever the file has. */
static int
add_scales(struct apui_lowering *lowering, const struct apu_operator *op,
	   struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *filter = apui_graph_input(graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	uint32_t channels = (uint32_t)filter->dims[0];
	void *scales;
	int ret;

	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_FLOAT64,
				       channels, &scales);
	if (ret < 0)
		return ret;

	for (uint32_t c = 0; c < channels; c++)
		((double *)scales)[c] = apui_quantise_fully_connected_scale(
			apui_per_tensor_scale(x),
			filter->scales[filter->quant_count > 1 ? c : 0],
			apui_per_tensor_scale(y));
	return 0;
}

static int
lower_real(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	struct apui_fully_connected_float_params *params =
		&lowered.params.fully_connected_float;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_FULLY_CONNECTED_FLOAT,
				  3, &lowered);
	if (ret < 0)
		return ret;
	ret = apui_lower_real_activation(op,
					 op->options.fully_connected.activation,
					 &params->act_min, &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

/* A convolution of one tap, on as many batches as there are rows. */
static int
lower_general(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_convolution conv = {
		.x = apui_graph_input(graph, op, 0),
		.filter = apui_graph_input(graph, op, 1),
		.bias = apui_graph_input(graph, op, 2),
		.y = apui_graph_output(graph, op, 0),
		.activation = op->options.fully_connected.activation,
		.is_asymmetric = op->options.fully_connected
					 .asymmetric_quantize_inputs != 0,
		.is_scaled_in_double = true,
	};
	struct apui_convolve_params *params = &conv.params;
	int32_t depth = conv.filter->dims[1];

	apui_convolution_begin(&conv);
	params->batches = (int32_t)(conv.x->element_count / (uint64_t)depth);
	params->in_channels = depth;
	params->depth = depth;
	params->channels = conv.filter->dims[0];
	params->channel_step = depth;
	params->depth_step = 1;
	return apui_lower_convolution(lowering, op, &conv);
}

int
apui_lower_fully_connected(struct apui_lowering *lowering,
			   const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	if (y->dtype == APU_DTYPE_INT16 ||
	    apui_is_hybrid(apui_graph_input(lowering->graph, op, 0),
			   apui_graph_input(lowering->graph, op, 1)))
		return lower_general(lowering, op);
	if (y->dtype == APU_DTYPE_FLOAT32)
		return lower_real(lowering, op);
	ret = apui_lowering_begin(lowering, op, APUI_OP_FULLY_CONNECTED, 3,
				  &lowered);
	if (ret < 0)
		return ret;
	ret = apui_lower_activation(op, op->options.fully_connected.activation,
				    y, &lowered.params.fully_connected.act_min,
				    &lowered.params.fully_connected.act_max);
	if (ret < 0)
		return ret;
	ret = add_scales(lowering, op, &lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
