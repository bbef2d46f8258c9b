/* SPDX-License-Identifier: MIT */
/*
 * AVERAGE_POOL_2D_INT16: y = clamp(round(sum / n)) over the n taps inside the
 * image, halves away from zero. MAX_POOL_2D_INT16: y = clamp(max) over them.
 * Input and output have one scale and no zero point.
 */
#include "firmware/kernels/ref/window.h"

struct pool {
	struct apui_window window;
	const int16_t *x;
	int is_average;
};

static int
check_pool(const struct apui_fw_call *call, struct pool *pool)
{
	const struct apui_window_params *params = &call->params.window;
	const struct apui_fw_tensor *x = &call->inputs[0];

	if (x->type != APUI_TYPE_INT16 || !apui_scaled_is_valid(x) ||
	    !apui_scaled_clamp_is_valid(x->type, params->act_min,
					params->act_max) ||
	    apui_window_init(&pool->window, call, params->filter_h,
			     params->filter_w) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (params->dilation_h != 1 || params->dilation_w != 1 ||
	    x->dims[3] != call->outputs[0].dims[3])
		return APUI_RESULT_EINVAL;
	pool->x = x->data;
	return APUI_RESULT_OK;
}

/* So many taps that the sum fits 64 bits: 32767 * 32767 of them at most. */
static int64_t
reduce_window(const struct pool *pool, const struct apui_pixel *pixel,
	      size_t channel)
{
	const struct apui_window *window = &pool->window;
	int32_t height = pixel->rows.end - pixel->rows.first;
	int32_t width = pixel->columns.end - pixel->columns.first;
	int64_t result = pool->is_average ? 0 : INT16_MIN;

	for (int32_t i = 0; i < height; i++)
		for (int32_t j = 0; j < width; j++) {
			size_t at = apui_window_pixel(
				window, pixel->batch, pixel->rows.position + i,
				pixel->columns.position + j);
			int16_t x = pool->x[at * window->channels + channel];

			if (pool->is_average)
				result += x;
			else if (x > result)
				result = x;
		}
	return result;
}

static int64_t
divide_rounding(int64_t sum, int64_t count)
{
	return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct apui_window_params *params = &call->params.window;
	const struct pool *pool = kernel;
	int16_t *y = pixel->y;

	for (size_t c = 0; c < pool->window.channels; c++) {
		int64_t value = reduce_window(pool, pixel, c);

		if (apui_pace(call, work, pixel->taps))
			return APUI_RESULT_ECANCELED;
		if (pool->is_average)
			value = divide_rounding(value, (int64_t)pixel->taps);
		y[c] = (int16_t)apui_fx_clamp(value, params->act_min,
					      params->act_max);
	}
	return APUI_RESULT_OK;
}

static int
run_pool(const struct apui_fw_call *call, int is_average)
{
	struct pool pool = { .is_average = is_average };

	if (check_pool(call, &pool) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	return apui_window_run(&pool.window, call, run_pixel, &pool);
}

int
apui_kernel_average_pool_2d_int16(const struct apui_fw_call *call)
{
	return run_pool(call, 1);
}

int
apui_kernel_max_pool_2d_int16(const struct apui_fw_call *call)
{
	return run_pool(call, 0);
}
