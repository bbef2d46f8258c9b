/* SPDX-License-Identifier: MIT */
#include "model/window.h"
#include "model/blame.h"
#include <errno.h>

int
apui_window_place(const struct apui_window_1d *window, int32_t *out_positions,
		  int64_t *out_pad_before)
{
	/* Every value is an int32, so that no int64 sum or product wraps. */
	int64_t input = window->input;
	int64_t stride = window->stride;
	int64_t reach, positions, padding;

	if (input < 0 || window->filter < 1 || stride < 1 ||
	    window->dilation < 1)
		return -EINVAL;

	reach = ((int64_t)window->filter - 1) * window->dilation + 1;
	if (window->padding == APUI_PADDING_SAME) {
		positions = (input + stride - 1) / stride;
		padding = (positions - 1) * stride + reach - input;
	} else {
		if (input < reach)
			return -EINVAL;
		positions = (input - reach) / stride + 1;
		padding = 0;
	}

	*out_positions = (int32_t)positions;
	*out_pad_before = padding > 0 ? padding / 2 : 0;
	return 0;
}

static int
place_dimension(const struct apu_operator *op, const struct apu_tensor *x,
		const struct apui_window_1d *window, const char *name,
		int32_t *out_positions, int32_t *out_pad)
{
	int64_t pad;

	if (apui_window_place(window, out_positions, &pad) < 0)
		return apui_blame(-EINVAL, op, x,
				  "a window of %s %d, stride %d, dilation %d "
				  "does not fit into an input of %d",
				  name, window->filter, window->stride,
				  window->dilation, window->input);
	if (window->filter > APUI_WINDOW_MAX_LENGTH)
		return apui_blame(-EOPNOTSUPP, op, x,
				  "its window has %s %d, more than %d", name,
				  window->filter, APUI_WINDOW_MAX_LENGTH);
	if (pad > APUI_WINDOW_MAX_LENGTH)
		return apui_blame(-EOPNOTSUPP, op, x,
				  "it pads %s by %lld elements, more than %d",
				  name, (long long)pad, APUI_WINDOW_MAX_LENGTH);
	*out_pad = (int32_t)pad;
	return 0;
}

int
apui_window_place_2d(const struct apu_operator *op, const struct apu_tensor *x,
		     int32_t filter_h, int32_t filter_w,
		     struct apui_window_2d *out)
{
	const struct apui_window_1d height = {
		.input = x->dims[1] + op->options.window.around_top +
			 op->options.window.around_bottom,
		.filter = filter_h,
		.stride = op->options.window.stride_h,
		.dilation = op->options.window.dilation_h,
		.padding = op->options.window.padding,
	};
	const struct apui_window_1d width = {
		.input = x->dims[2] + op->options.window.around_left +
			 op->options.window.around_right,
		.filter = filter_w,
		.stride = op->options.window.stride_w,
		.dilation = op->options.window.dilation_w,
		.padding = op->options.window.padding,
	};
	int ret;

	ret = place_dimension(op, x, &height, "height", &out->out_h,
			      &out->pad_top);
	if (ret < 0)
		return ret;
	ret = place_dimension(op, x, &width, "width", &out->out_w,
			      &out->pad_left);
	if (ret < 0)
		return ret;
	out->pad_top += op->options.window.around_top;
	out->pad_left += op->options.window.around_left;
	return 0;
}
