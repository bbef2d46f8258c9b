/* SPDX-License-Identifier: MIT */
#include "firmware/kernels/ref/window.h"

/*
 * Valid: every window covers a part of the input, as TFLite's SAME and VALID
 * paddings do. A pool then has a tap inside, and no sum below overflows.
 */
static int
axis_is_valid(const struct apui_axis *axis)
{
	int64_t last = ((int64_t)axis->out - 1) * axis->stride - axis->pad;
	int64_t reach = ((int64_t)axis->taps - 1) * axis->dilation + 1;

	if (axis->taps < 1 || axis->taps > APUI_WINDOW_MAX ||
	    axis->stride < 1 || axis->stride > APUI_WINDOW_MAX ||
	    axis->dilation < 1 || axis->dilation > APUI_WINDOW_MAX ||
	    axis->pad < 0 || axis->pad > APUI_WINDOW_MAX)
		return 0;
	return axis->out == 0 ||
	       (axis->in > 0 && axis->pad < reach && last < axis->in);
}

static struct apui_span
clip_axis(const struct apui_axis *axis, int32_t out_position)
{
	int64_t origin = (int64_t)out_position * axis->stride - axis->pad;
	int64_t round_up = axis->dilation - 1;
	int64_t first = 0, end = axis->taps;

	if (origin < 0)
		first = (round_up - origin) / axis->dilation;
	if (origin + (end - 1) * axis->dilation >= axis->in)
		end = (axis->in - origin + round_up) / axis->dilation;
	/* A dilated window may straddle the input and touch none of it. */
	if (first >= end)
		return (struct apui_span) { 0 };
	return (struct apui_span) {
		.first = (int32_t)first,
		.end = (int32_t)end,
		.position = (int32_t)(origin + first * axis->dilation),
	};
}

int
apui_window_init(struct apui_window *window, const struct apui_fw_call *call,
		 int32_t taps_h, int32_t taps_w)
{
	const struct apui_window_params *params = &call->params.window;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	window->rows = (struct apui_axis) {
		.in = x->dims[1],
		.out = y->dims[1],
		.taps = taps_h,
		.stride = params->stride_h,
		.dilation = params->dilation_h,
		.pad = params->pad_top,
	};
	window->columns = (struct apui_axis) {
		.in = x->dims[2],
		.out = y->dims[2],
		.taps = taps_w,
		.stride = params->stride_w,
		.dilation = params->dilation_w,
		.pad = params->pad_left,
	};
	window->channels = (size_t)y->dims[3];
	window->pixel_bytes = window->channels * apui_fw_type_bytes(y->type);
	if (x->rank != 4 || y->rank != 4 || x->dims[0] != y->dims[0] ||
	    x->type != y->type || !axis_is_valid(&window->rows) ||
	    !axis_is_valid(&window->columns))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
run_pixels(const struct apui_window *window, const struct apui_fw_call *call,
	   apui_pixel_fn run, const void *kernel, struct apui_pixel *pixel,
	   uint64_t *work)
{
	uint64_t height = (uint64_t)(pixel->rows.end - pixel->rows.first);

	if (apui_fw_cancelled(call))
		return APUI_RESULT_ECANCELED;
	for (int32_t column = 0; column < window->columns.out; column++) {
		const struct apui_span *span = &pixel->columns;
		int ret;

		pixel->columns = clip_axis(&window->columns, column);
		pixel->taps = height * (uint64_t)(span->end - span->first);
		ret = run(call, kernel, pixel, work);
		if (ret != APUI_RESULT_OK)
			return ret;
		pixel->y = (uint8_t *)pixel->y + window->pixel_bytes;
	}
	return APUI_RESULT_OK;
}

int
apui_window_run(const struct apui_window *window,
		const struct apui_fw_call *call, apui_pixel_fn run,
		const void *kernel)
{
	const struct apui_fw_tensor *y = &call->outputs[0];
	struct apui_pixel pixel = { .y = y->data };
	size_t batches = (size_t)y->dims[0];
	uint64_t work = 0;

	/* Other dimensions may be huge when one is 0. */
	if (y->size_bytes == 0)
		return APUI_RESULT_OK;
	for (pixel.batch = 0; pixel.batch < batches; pixel.batch++)
		for (int32_t row = 0; row < window->rows.out; row++) {
			int ret;

			pixel.rows = clip_axis(&window->rows, row);
			ret = run_pixels(window, call, run, kernel, &pixel,
					 &work);
			if (ret != APUI_RESULT_OK)
				return ret;
		}
	return APUI_RESULT_OK;
}
