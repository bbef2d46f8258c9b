/* SPDX-License-Identifier: MIT */
/*
 * CONV_2D_FLOAT: y[c] = clamp(sum of w * x + bias[c]), over the taps inside the
 * image and the input channels of c's group.
 */
#include "firmware/kernels/ref/float32.h"
#include "firmware/kernels/ref/window.h"

enum { X, FILTER, BIAS };

struct conv {
	struct apui_window window;
	const float *x, *filter;
	size_t in_channels;
	size_t depth;         /* input channels of a group */
	size_t group_outputs; /* output channels of a group */
	size_t filter_step;   /* elements of one output channel */
	int taps_touch; /* the taps of a filter row are side by side in x */
};

static int
check_conv(const struct apui_fw_call *call, struct conv *conv)
{
	const struct apui_window_float_params *params =
		&call->params.window_float;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *filter = &call->inputs[FILTER];
	const struct apui_fw_tensor *bias = &call->inputs[BIAS];
	const struct apui_fw_tensor *y = &call->outputs[0];
	int32_t groups;

	if (x->type != APUI_TYPE_FLOAT32 || filter->rank != 4 ||
	    filter->type != APUI_TYPE_FLOAT32 ||
	    !apui_float32_clamp_is_valid(params->act_min, params->act_max) ||
	    apui_window_init(&conv->window, call, filter->dims[1],
			     filter->dims[2]) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (filter->dims[0] != y->dims[3] || filter->dims[3] < 1 ||
	    x->dims[3] < 1 || x->dims[3] % filter->dims[3] != 0)
		return APUI_RESULT_EINVAL;
	groups = x->dims[3] / filter->dims[3];
	if (y->dims[3] % groups != 0 ||
	    (bias->data && !apui_is_float32_vector(bias, y->dims[3])))
		return APUI_RESULT_EINVAL;

	conv->x = x->data;
	conv->filter = filter->data;
	conv->in_channels = (size_t)x->dims[3];
	conv->depth = (size_t)filter->dims[3];
	conv->group_outputs = (size_t)(y->dims[3] / groups);
	conv->filter_step =
		(size_t)filter->dims[1] * (size_t)filter->dims[2] * conv->depth;
	conv->taps_touch = groups == 1 && conv->window.columns.dilation == 1;
	return APUI_RESULT_OK;
}

/* One row of the filters, @taps of it. */
static void
sum_row(const struct conv *conv, struct apui_float32_sums *sums,
	const struct apui_float32_sides *sides, size_t x_at, size_t w_at,
	size_t taps)
{
	size_t step = (size_t)conv->window.columns.dilation * conv->in_channels;

	if (conv->taps_touch) {
		apui_float32_multiply(sums, conv->x + x_at, sides, w_at,
				      taps * conv->depth);
		return;
	}
	for (size_t i = 0; i < taps; i++)
		apui_float32_multiply(sums, conv->x + x_at + i * step, sides,
				      w_at + i * conv->depth, conv->depth);
}

/* The output channels from @channel on, whose filters are @sides. */
static void
sum_window(const struct conv *conv, const struct apui_pixel *pixel,
	   size_t channel, const struct apui_float32_sides *sides,
	   struct apui_float32_sums *sums)
{
	const struct apui_window *window = &conv->window;
	const struct apui_span *rows = &pixel->rows;
	const struct apui_span *columns = &pixel->columns;
	size_t x_first = channel / conv->group_outputs * conv->depth;

	for (int32_t tap = rows->first; tap < rows->end; tap++) {
		int32_t row = rows->position +
			      (tap - rows->first) * window->rows.dilation;
		size_t x_at = apui_window_pixel(window, pixel->batch, row,
						columns->position);
		size_t w_at = (size_t)tap * (size_t)window->columns.taps +
			      (size_t)columns->first;

		sum_row(conv, sums, sides, x_at * conv->in_channels + x_first,
			w_at * conv->depth,
			(size_t)(columns->end - columns->first));
	}
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct apui_window_float_params *params =
		&call->params.window_float;
	const struct conv *conv = kernel;
	float *y = pixel->y;
	size_t c = 0;

	while (c < conv->window.channels) {
		struct apui_float32_sums sums = { 0 };
		size_t left = conv->group_outputs - c % conv->group_outputs;
		struct apui_float32_sides sides =
			apui_float32_sides(conv->filter + c * conv->filter_step,
					   conv->filter_step, left);

		if (apui_pace(call, work,
			      pixel->taps * conv->depth * APUI_SIDES))
			return APUI_RESULT_ECANCELED;
		sum_window(conv, pixel, c, &sides, &sums);
		for (size_t i = 0; i < sides.count; i++, c++)
			y[c] = apui_clamp_real(
				apui_float32_total(&sums, i) +
					apui_float32_bias(&call->inputs[BIAS],
							  c),
				params->act_min, params->act_max);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_conv_2d_float(const struct apui_fw_call *call)
{
	struct conv conv;
	int ret;

	ret = check_conv(call, &conv);
	if (ret != APUI_RESULT_OK)
		return ret;
	return apui_window_run(&conv.window, call, run_pixel, &conv);
}
