/* SPDX-License-Identifier: MIT */
/*
 * AVERAGE_POOL_2D: y = clamp(round(sum / n)) over the n taps inside the image,
 * halves away from zero. Input and output have one scale and zero point.
 */
#include "firmware/kernels/ref/window.h"
#include "firmware/libc.h"

/* Channels summed side by side. */
#define CHUNK 128

struct pool {
	struct apui_window window;
	struct apui_q8 x;
};

/* Channels @first .. @first + @count - 1 of one output pixel. */
struct chunk {
	size_t first, count;
	uint32_t sums[CHUNK];
};

static int
check_pool(const struct apui_fw_call *call, struct pool *pool)
{
	const struct apui_window_params *params = &call->params.window;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (!apui_window_q8_is_valid(call) ||
	    apui_window_init(&pool->window, call, params->filter_h,
			     params->filter_w) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (params->dilation_h != 1 || params->dilation_w != 1 ||
	    x->dims[3] != y->dims[3])
		return APUI_RESULT_EINVAL;

	pool->x = apui_q8_view(x);
	/* Plain values are averaged, without the zero point. */
	pool->x.zero_point -= x->zero_point;
	return APUI_RESULT_OK;
}

static void
add_tap(const struct pool *pool, struct chunk *chunk, const uint8_t *x)
{
	const uint8_t flip = pool->x.flip;
	const int32_t zero = pool->x.zero_point;
	uint32_t *restrict sums = chunk->sums;
	const size_t count = chunk->count;

	for (size_t i = 0; i < count; i++)
		sums[i] += (uint32_t)((x[i] ^ flip) - zero);
}

static void
sum_window(const struct pool *pool, const struct apui_pixel *pixel,
	   struct chunk *chunk)
{
	const struct apui_window *window = &pool->window;
	size_t height = (size_t)(pixel->rows.end - pixel->rows.first);
	size_t width = (size_t)(pixel->columns.end - pixel->columns.first);
	size_t row_bytes = (size_t)window->columns.in * window->channels;
	const uint8_t *x =
		pool->x.data +
		apui_window_pixel(window, pixel->batch, pixel->rows.position,
				  pixel->columns.position) *
			window->channels +
		chunk->first;

	memset(chunk->sums, 0, sizeof(chunk->sums));
	for (size_t i = 0; i < height; i++)
		for (size_t j = 0; j < width; j++)
			add_tap(pool, chunk,
				x + i * row_bytes + j * window->channels);
}

/* For uint8 the sum is never negative, and LiteRT's rule the same. */
static int32_t
divide_rounding(int32_t sum, int32_t count)
{
	int64_t half = count / 2;

	return (int32_t)((sum > 0 ? sum + half : sum - half) / count);
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct apui_window_params *params = &call->params.window;
	const struct pool *pool = kernel;
	struct chunk chunk;
	uint8_t *y = pixel->y;

	for (size_t c = 0; c < pool->window.channels; c += CHUNK) {
		size_t left = pool->window.channels - c;

		chunk.first = c;
		chunk.count = left < CHUNK ? left : CHUNK;
		if (apui_pace(call, work, pixel->taps * CHUNK))
			return APUI_RESULT_ECANCELED;
		sum_window(pool, pixel, &chunk);
		for (size_t i = 0; i < chunk.count; i++) {
			int32_t value = divide_rounding((int32_t)chunk.sums[i],
							(int32_t)pixel->taps);

			y[c + i] = (uint8_t)apui_fx_clamp(
				value, params->act_min, params->act_max);
		}
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_average_pool_2d(const struct apui_fw_call *call)
{
	struct pool pool;
	int ret;

	ret = check_pool(call, &pool);
	if (ret != APUI_RESULT_OK)
		return ret;
	return apui_window_run(&pool.window, call, run_pixel, &pool);
}
