/* SPDX-License-Identifier: MIT */
#include "model/lower_convolve.h"
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

/* What the kernel's 64-bit arithmetic can shift by: 15 - shift is over 0. */
#define MAX_WIDE_SHIFT 14

/* The inputs of CONVOLVE. */
enum { X, FILTER, BIAS, MULTIPLIER, SHIFT, SCALE, X_SCALE, X_ZERO, INPUTS };

void
apui_convolution_begin(struct apui_convolution *conv)
{
	struct apui_convolve_params *params = &conv->params;

	memset(params, 0, sizeof(*params));
	params->batches = 1;
	for (unsigned int i = 0; i < APUI_CONVOLVE_AXES; i++) {
		params->in[i] = 1;
		params->out[i] = 1;
		params->taps[i] = 1;
		params->stride[i] = 1;
		params->dilation[i] = 1;
	}
}

void
apui_convolution_place_2d(struct apui_convolution *conv, int32_t taps_h,
			  int32_t taps_w,
			  const struct apui_window_params *window)
{
	struct apui_convolve_params *params = &conv->params;

	apui_convolution_begin(conv);
	params->batches = conv->x->dims[0];
	params->in[1] = conv->x->dims[1];
	params->in[2] = conv->x->dims[2];
	params->in_channels = conv->x->dims[3];
	params->out[1] = conv->y->dims[1];
	params->out[2] = conv->y->dims[2];
	params->channels = conv->y->dims[3];
	params->taps[1] = taps_h;
	params->taps[2] = taps_w;
	params->stride[1] = window->stride_h;
	params->stride[2] = window->stride_w;
	params->dilation[1] = window->dilation_h;
	params->dilation[2] = window->dilation_w;
	params->pad[1] = window->pad_top;
	params->pad[2] = window->pad_left;
}

bool
apui_scales_are_equal(const struct apu_tensor *filter)
{
	for (unsigned int i = 1; i < filter->quant_count; i++)
		if (filter->scales[i] < filter->scales[0] ||
		    filter->scales[i] > filter->scales[0])
			return false;
	return true;
}

static float
channel_scale(const struct apu_tensor *filter, int32_t channel)
{
	return filter->scales[filter->quant_count > 1 ? channel : 0];
}

/* A vector of the compiler's, in the place of input @input. */
static int
add_vector(struct apui_lowering *lowering, struct apui_lowered *lowered,
	   unsigned int input, uint8_t type, int32_t count, void **out_data)
{
	lowered->input_count = (uint16_t)input;
	return apui_lowering_add_vector(lowering, lowered, type,
					(uint32_t)count, out_data);
}

static int
add_multipliers(struct apui_lowering *lowering, const struct apu_operator *op,
		const struct apui_convolution *conv,
		struct apui_lowered *lowered)
{
	bool is_wide =
		conv->x->dtype == APU_DTYPE_INT16 &&
		(conv->bias == NULL || conv->bias->dtype == APU_DTYPE_INT64);
	void *multipliers, *shifts;
	int ret;

	ret = add_vector(lowering, lowered, MULTIPLIER, APUI_TYPE_INT32,
			 conv->params.channels, &multipliers);
	if (ret == 0)
		ret = add_vector(lowering, lowered, SHIFT, APUI_TYPE_INT32,
				 conv->params.channels, &shifts);
	if (ret < 0)
		return ret;

	for (int32_t c = 0; c < conv->params.channels; c++) {
		struct apui_multiplier q;
		double real = apui_quantise_conv_scale(
			conv->x->dtype, apui_per_tensor_scale(conv->x),
			channel_scale(conv->filter, c),
			apui_per_tensor_scale(conv->y));

		if (apui_quantise_multiplier(real, &q) < 0 ||
		    (is_wide && q.shift > MAX_WIDE_SHIFT))
			return apui_refuse_scales(op, conv->filter);
		((int32_t *)multipliers)[c] = q.multiplier;
		((int32_t *)shifts)[c] = q.shift;
	}
	return 0;
}

static int
add_double_scales(struct apui_lowering *lowering,
		  const struct apui_convolution *conv,
		  struct apui_lowered *lowered)
{
	void *scales;
	int ret;

	ret = add_vector(lowering, lowered, SCALE, APUI_TYPE_FLOAT64,
			 conv->params.channels, &scales);
	if (ret < 0)
		return ret;
	for (int32_t c = 0; c < conv->params.channels; c++)
		((double *)scales)[c] = apui_quantise_fully_connected_scale(
			apui_per_tensor_scale(conv->x),
			channel_scale(conv->filter, c),
			apui_per_tensor_scale(conv->y));
	return 0;
}

static int
add_filter_scales(struct apui_lowering *lowering,
		  const struct apui_convolution *conv,
		  struct apui_lowered *lowered)
{
	void *scales;
	int ret;

	ret = add_vector(lowering, lowered, SCALE, APUI_TYPE_FLOAT32,
			 conv->params.channels, &scales);
	if (ret < 0)
		return ret;
	for (int32_t c = 0; c < conv->params.channels; c++)
		((float *)scales)[c] = channel_scale(conv->filter, c);
	return 0;
}

int
apui_lower_quantize_rows(struct apui_lowering *lowering,
			 const struct apu_operator *op,
			 const struct apu_tensor *x, int32_t rows,
			 bool is_asymmetric, uint32_t out_tensors[3])
{
	uint32_t input;
	int ret = apui_lowering_tensor(lowering, x, &input);

	return ret < 0 ? ret
		       : apui_lower_quantize_rows_of(
				 lowering, op, input, x->element_count, rows,
				 is_asymmetric, out_tensors);
}

int
apui_lower_quantize_rows_of(struct apui_lowering *lowering,
			    const struct apu_operator *op, uint32_t input,
			    uint64_t element_count, int32_t rows,
			    bool is_asymmetric, uint32_t out_tensors[3])
{
	struct apui_lowered lowered = {
		.op = APUI_OP_QUANTIZE_ROWS,
		.inputs = { input },
		.input_count = 1,
	};
	int ret;

	ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_INT8,
				      element_count, &lowered);
	if (ret == 0)
		ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_FLOAT32,
					      (uint64_t)rows, &lowered);
	if (ret == 0)
		ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_INT32,
					      (uint64_t)rows, &lowered);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < 3; i++)
		out_tensors[i] = lowered.outputs[i];
	lowered.params.quantize_rows.rows = rows;
	lowered.params.quantize_rows.is_asymmetric = is_asymmetric;
	return apui_lowering_append(lowering, NULL, &lowered);
}

/* The scales that the types of @conv ask for; x itself, if it is quantised. */
static int
add_scales(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apui_convolution *conv, struct apui_lowered *lowered)
{
	uint32_t rows[3];
	int ret;

	if (!apui_is_hybrid(conv->x, conv->filter)) {
		if (conv->x->dtype == APU_DTYPE_FLOAT32)
			return 0;
		return conv->is_scaled_in_double &&
				       conv->x->dtype == APU_DTYPE_INT16
			       ? add_double_scales(lowering, conv, lowered)
			       : add_multipliers(lowering, op, conv, lowered);
	}
	ret = add_filter_scales(lowering, conv, lowered);
	if (ret == 0)
		ret = apui_lower_quantize_rows(lowering, op, conv->x,
					       conv->params.batches,
					       conv->is_asymmetric, rows);
	if (ret < 0)
		return ret;
	lowered->inputs[X] = rows[0];
	lowered->inputs[X_SCALE] = rows[1];
	lowered->inputs[X_ZERO] = rows[2];
	return 0;
}

static int
set_clamp(const struct apu_operator *op, struct apui_convolution *conv)
{
	if (conv->y->dtype == APU_DTYPE_FLOAT32)
		return apui_lower_real_activation(op, conv->activation,
						  &conv->params.real_min,
						  &conv->params.real_max);
	return apui_lower_activation(op, conv->activation, conv->y,
				     &conv->params.act_min,
				     &conv->params.act_max);
}

static int
add_tensors(struct apui_lowering *lowering, const struct apui_convolution *conv,
	    struct apui_lowered *lowered)
{
	int ret;

	ret = apui_lowering_tensor(lowering, conv->filter,
				   &lowered->inputs[FILTER]);
	if (ret == 0 && conv->bias != NULL)
		ret = apui_lowering_tensor(lowering, conv->bias,
					   &lowered->inputs[BIAS]);
	if (ret == 0 && !apui_is_hybrid(conv->x, conv->filter))
		ret = apui_lowering_tensor(lowering, conv->x,
					   &lowered->inputs[X]);
	return ret < 0 ? ret
		       : apui_lowering_tensor(lowering, conv->y,
					      &lowered->outputs[0]);
}

int
apui_lower_convolution(struct apui_lowering *lowering,
		       const struct apu_operator *op,
		       struct apui_convolution *conv)
{
	struct apui_lowered lowered = {
		.op = APUI_OP_CONVOLVE,
		.output_count = 1,
	};
	int ret;

	if (conv->y->element_count == 0)
		return 0;
	for (unsigned int i = 0; i < INPUTS; i++)
		lowered.inputs[i] = APUI_NO_TENSOR;
	ret = set_clamp(op, conv);
	if (ret == 0)
		ret = add_tensors(lowering, conv, &lowered);
	if (ret == 0)
		ret = add_scales(lowering, op, conv, &lowered);
	if (ret < 0)
		return ret;

	lowered.input_count = INPUTS;
	lowered.params.convolve = conv->params;
	return apui_lowering_append(lowering, op, &lowered);
}

/* What stands in front of a transposed convolution: its output has positions.
 */
static int32_t
pad_before(int32_t padding, int32_t out, int32_t stride, int32_t reach)
{
	int64_t positions = ((int64_t)out + stride - 1) / stride;
	int64_t total = (positions - 1) * stride + reach - out;

	return padding == APUI_PADDING_VALID || total < 0
		       ? 0
		       : (int32_t)(total / 2);
}

int
apui_lower_transpose_conv(struct apui_lowering *lowering,
			  const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_convolution conv = {
		.filter = apui_graph_input(graph, op, 1),
		.x = apui_graph_input(graph, op, 2),
		.bias = apui_graph_input(graph, op, 3),
		.y = apui_graph_output(graph, op, 0),
		.activation = op->options.window.activation,
	};
	const int32_t *dims = conv.filter->dims;
	int32_t padding = op->options.window.padding;
	struct apui_window_params window = {
		.stride_h = op->options.window.stride_h,
		.stride_w = op->options.window.stride_w,
		.dilation_h = 1,
		.dilation_w = 1,
	};

	window.pad_top =
		pad_before(padding, conv.y->dims[1], window.stride_h, dims[1]);
	window.pad_left =
		pad_before(padding, conv.y->dims[2], window.stride_w, dims[2]);
	apui_convolution_place_2d(&conv, dims[1], dims[2], &window);
	conv.params.is_transposed = 1;
	conv.params.depth = dims[3];
	conv.params.channel_step = dims[1] * dims[2] * dims[3];
	conv.params.tap_step = dims[3];
	conv.params.depth_step = 1;
	return apui_lower_convolution(lowering, op, &conv);
}

/* Both kinds; padding is worked out where the window has its positions. */
static int
lower_volume(struct apui_lowering *lowering, const struct apu_operator *op,
	     struct apui_convolution *conv, const struct apu_tensor *slid_over)
{
	const int32_t strides[] = { op->options.window.stride_d,
				    op->options.window.stride_h,
				    op->options.window.stride_w };
	const int32_t dilations[] = { op->options.window.dilation_d,
				      op->options.window.dilation_h,
				      op->options.window.dilation_w };
	struct apui_convolve_params *params = &conv->params;

	params->batches = conv->x->dims[0];
	params->in_channels = conv->x->dims[4];
	params->channels = conv->y->dims[4];
	params->depth = params->in_channels;
	params->tap_step = conv->filter->dims[3] * conv->filter->dims[4];
	for (unsigned int i = 0; i < APUI_CONVOLVE_AXES; i++) {
		int32_t taps = conv->filter->dims[i];

		params->in[i] = conv->x->dims[1 + i];
		params->out[i] = conv->y->dims[1 + i];
		params->taps[i] = taps;
		params->stride[i] = strides[i];
		params->dilation[i] = dilations[i];
		params->pad[i] = pad_before(op->options.window.padding,
					    slid_over->dims[1 + i], strides[i],
					    (taps - 1) * dilations[i] + 1);
	}
	return apui_lower_convolution(lowering, op, conv);
}

int
apui_lower_conv_3d(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_convolution conv = {
		.x = apui_graph_input(graph, op, 0),
		.filter = apui_graph_input(graph, op, 1),
		.bias = apui_graph_input(graph, op, 2),
		.y = apui_graph_output(graph, op, 0),
		.activation = op->options.window.activation,
	};

	conv.params.channel_step = 1;
	conv.params.depth_step = conv.filter->dims[4];
	return lower_volume(lowering, op, &conv, conv.x);
}

int
apui_lower_conv_3d_transpose(struct apui_lowering *lowering,
			     const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_convolution conv = {
		.filter = apui_graph_input(graph, op, 1),
		.x = apui_graph_input(graph, op, 2),
		.bias = apui_graph_input(graph, op, 3),
		.y = apui_graph_output(graph, op, 0),
		.activation = op->options.window.activation,
	};

	conv.params.is_transposed = 1;
	conv.params.channel_step = conv.filter->dims[4];
	conv.params.depth_step = 1;
	return lower_volume(lowering, op, &conv, conv.y);
}
