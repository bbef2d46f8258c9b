/* SPDX-License-Identifier: MIT */
/*
 * AVERAGE_POOL_2D_FLOAT: y = clamp(sum / n) over the n taps inside the image,
 * summed in their order. MAX_POOL_2D_FLOAT: y = clamp(max) over them; NaN is
 * passed over. L2_POOL_2D_FLOAT: y = clamp(sqrt(sum of squares / n)).
 */
#include "firmware/kernels/ref/float32.h"
#include "firmware/kernels/ref/window.h"
#include "firmware/maths.h"

/* Channels worked on side by side. */
#define CHUNK 128

enum pool_kind { AVERAGE, MAX, L2 };

struct pool {
	struct apui_window window;
	const float *x;
	enum pool_kind kind;
};

/* Channels @first .. @first + @count - 1 of one output pixel. */
struct chunk {
	size_t first, count;
	float values[CHUNK];
};

static int
check_pool(const struct apui_fw_call *call, struct pool *pool)
{
	const struct apui_window_float_params *params =
		&call->params.window_float;
	const struct apui_fw_tensor *x = &call->inputs[0];

	if (x->type != APUI_TYPE_FLOAT32 ||
	    !apui_float32_clamp_is_valid(params->act_min, params->act_max) ||
	    apui_window_init(&pool->window, call, params->filter_h,
			     params->filter_w) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (params->dilation_h != 1 || params->dilation_w != 1 ||
	    x->dims[3] != call->outputs[0].dims[3])
		return APUI_RESULT_EINVAL;

	pool->x = x->data;
	return APUI_RESULT_OK;
}

static void
add_tap(struct chunk *chunk, const float *x)
{
	float *restrict sums = chunk->values;
	const size_t count = chunk->count;

	for (size_t i = 0; i < count; i++)
		sums[i] += x[i];
}

static void
add_squares(struct chunk *chunk, const float *x)
{
	float *restrict sums = chunk->values;
	const size_t count = chunk->count;

	for (size_t i = 0; i < count; i++)
		sums[i] += x[i] * x[i];
}

static void
compare_tap(struct chunk *chunk, const float *x)
{
	float *restrict largest = chunk->values;
	const size_t count = chunk->count;

	for (size_t i = 0; i < count; i++)
		largest[i] = largest[i] < x[i] ? x[i] : largest[i];
}

static void
reduce_window(const struct pool *pool, const struct apui_pixel *pixel,
	      struct chunk *chunk)
{
	const struct apui_window *window = &pool->window;
	size_t height = (size_t)(pixel->rows.end - pixel->rows.first);
	size_t width = (size_t)(pixel->columns.end - pixel->columns.first);
	size_t row_step = (size_t)window->columns.in * window->channels;
	const float *x =
		pool->x +
		apui_window_pixel(window, pixel->batch, pixel->rows.position,
				  pixel->columns.position) *
			window->channels +
		chunk->first;

	for (size_t i = 0; i < CHUNK; i++)
		chunk->values[i] = pool->kind == MAX ? -APUI_FLOAT32_MAX : 0;
	for (size_t i = 0; i < height; i++)
		for (size_t j = 0; j < width; j++) {
			const float *tap =
				x + i * row_step + j * window->channels;

			if (pool->kind == AVERAGE)
				add_tap(chunk, tap);
			else if (pool->kind == L2)
				add_squares(chunk, tap);
			else
				compare_tap(chunk, tap);
		}
}

static float
finish(const struct pool *pool, const struct apui_pixel *pixel, float value)
{
	if (pool->kind == MAX)
		return value;
	value /= (float)pixel->taps;
	return pool->kind == L2 ? sqrtf(value) : value;
}

static int
run_pixel(const struct apui_fw_call *call, const void *kernel,
	  const struct apui_pixel *pixel, uint64_t *work)
{
	const struct apui_window_float_params *params =
		&call->params.window_float;
	const struct pool *pool = kernel;
	float *y = pixel->y;
	struct chunk chunk;

	for (size_t c = 0; c < pool->window.channels; c += CHUNK) {
		size_t left = pool->window.channels - c;

		chunk.first = c;
		chunk.count = left < CHUNK ? left : CHUNK;
		if (apui_pace(call, work, pixel->taps * CHUNK))
			return APUI_RESULT_ECANCELED;
		reduce_window(pool, pixel, &chunk);
		for (size_t i = 0; i < chunk.count; i++)
			y[c + i] = apui_clamp_real(
				finish(pool, pixel, chunk.values[i]),
				params->act_min, params->act_max);
	}
	return APUI_RESULT_OK;
}

static int
run_pool(const struct apui_fw_call *call, enum pool_kind kind)
{
	struct pool pool = { .kind = kind };
	int ret;

	ret = check_pool(call, &pool);
	if (ret != APUI_RESULT_OK)
		return ret;
	return apui_window_run(&pool.window, call, run_pixel, &pool);
}

int
apui_kernel_average_pool_2d_float(const struct apui_fw_call *call)
{
	return run_pool(call, AVERAGE);
}

int
apui_kernel_max_pool_2d_float(const struct apui_fw_call *call)
{
	return run_pool(call, MAX);
}

int
apui_kernel_l2_pool_2d_float(const struct apui_fw_call *call)
{
	return run_pool(call, L2);
}
