/* SPDX-License-Identifier: MIT */
/*
 * RESIZE_BILINEAR of [N, H, W, C]: int8 and int16 in integers with 10 fraction
 * bits, uint8 and float32 in float32, as docs/operators.md says.
 */
#include "firmware/kernels/ref/quantised.h"

#define FRACTION_BITS 10
#define ONE           (1 << FRACTION_BITS)

/* Positions up to here are whole numbers of int32. */
#define MAX_POSITION 1073741824.0f

/* Where one row or column of y lies between two of x. */
struct place {
	size_t low, high;
	int32_t weight; /* of high, in 1024ths */
	float fraction; /* of high; under 0 or over 1 at the borders */
};

static struct place
find_place_integer(int32_t index, int32_t step, int half_pixel, int32_t length)
{
	int64_t at = (int64_t)index * step;
	int64_t low, high;

	if (half_pixel)
		at += step / 2 - ONE / 2;
	low = at < 0 ? 0 : at >> FRACTION_BITS;
	low = low < length ? low : length - 1;
	high = at <= low * ONE ? low : low + 1;
	high = high < length ? high : length - 1;
	return (struct place) {
		.low = (size_t)low,
		.high = (size_t)high,
		.weight = high > low ? (int32_t)(at - low * ONE) : 0,
	};
}

static struct place
find_place_float(int32_t index, float scale, int half_pixel, int32_t length)
{
	float at = half_pixel ? ((float)index + 0.5f) * scale - 0.5f
			      : (float)index * scale;
	int32_t low = at < 0 ? 0 : (int32_t)at;
	int32_t high;

	low = low < length ? low : length - 1;
	high = at <= (float)low ? low : low + 1;
	high = high < length ? high : length - 1;
	return (struct place) {
		.low = (size_t)low,
		.high = (size_t)high,
		.fraction = at - (float)low,
	};
}

static struct place
find_place(const struct apui_fw_call *call, int32_t index, unsigned int dim)
{
	const struct apui_resize_bilinear_params *params =
		&call->params.resize_bilinear;
	const struct apui_fw_tensor *x = &call->inputs[0];

	if (x->type == APUI_TYPE_INT8 || x->type == APUI_TYPE_INT16)
		return find_place_integer(
			index, dim == 1 ? params->step_h : params->step_w,
			params->half_pixel, x->dims[dim]);
	return find_place_float(index,
				dim == 1 ? params->scale_h : params->scale_w,
				params->half_pixel, x->dims[dim]);
}

static int
scale_is_valid(float scale, int32_t length)
{
	return scale >= 0 && ((float)length + 1) * scale <= MAX_POSITION;
}

static int
check_resize(const struct apui_fw_call *call)
{
	const struct apui_resize_bilinear_params *params =
		&call->params.resize_bilinear;
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *y = &call->outputs[0];

	if (x->rank != 4 || y->rank != 4 || x->type != y->type ||
	    x->dims[0] != y->dims[0] || x->dims[3] != y->dims[3] ||
	    (x->size_bytes == 0 && y->size_bytes > 0))
		return APUI_RESULT_EINVAL;
	if (!apui_q8_is_type(x->type) && x->type != APUI_TYPE_INT16 &&
	    x->type != APUI_TYPE_FLOAT32)
		return APUI_RESULT_EINVAL;
	if (params->step_h < 0 || params->step_w < 0 ||
	    !scale_is_valid(params->scale_h, y->dims[1]) ||
	    !scale_is_valid(params->scale_w, y->dims[2]))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* The corners of x around one pixel of y: element offsets of channel 0. */
struct pixel {
	size_t corners[4]; /* top left, bottom left, top right, bottom right */
	struct place row, column;
	size_t out, channels;
};

static void
mix_int8(const int8_t *x, int8_t *y, const struct pixel *pixel)
{
	const int8_t *top_left = x + pixel->corners[0];
	const int8_t *bottom_left = x + pixel->corners[1];
	const int8_t *top_right = x + pixel->corners[2];
	const int8_t *bottom_right = x + pixel->corners[3];
	const int32_t down = pixel->row.weight, right = pixel->column.weight;
	const size_t channels = pixel->channels;

	y += pixel->out;
	for (size_t c = 0; c < channels; c++) {
		int32_t sum = top_left[c] * ((ONE - down) * (ONE - right)) +
			      bottom_left[c] * (down * (ONE - right)) +
			      top_right[c] * ((ONE - down) * right) +
			      bottom_right[c] * (down * right);

		y[c] = (int8_t)apui_fx_round_shift(sum, 2 * FRACTION_BITS);
	}
}

static void
mix_int16(const int16_t *x, int16_t *y, const struct pixel *pixel)
{
	const int64_t down = pixel->row.weight, right = pixel->column.weight;

	for (size_t c = 0; c < pixel->channels; c++) {
		int64_t sum = x[pixel->corners[0] + c] * (ONE - down) *
				      (ONE - right) +
			      x[pixel->corners[1] + c] * down * (ONE - right) +
			      x[pixel->corners[2] + c] * (ONE - down) * right +
			      x[pixel->corners[3] + c] * down * right;
		int64_t half = (int64_t)1 << (2 * FRACTION_BITS - 1);

		/* Halves away from zero. */
		y[pixel->out + c] = (int16_t)((sum + (sum < 0 ? -half : half)) /
					      (2 * half));
	}
}

/* The order of operations decides the last bit. */
static float
mix(float top_left, float bottom_left, float top_right, float bottom_right,
    float down, float right)
{
	return top_left * (1 - down) * (1 - right) +
	       bottom_left * down * (1 - right) +
	       top_right * (1 - down) * right + bottom_right * down * right;
}

static void
mix_uint8(const uint8_t *x, uint8_t *y, const struct pixel *pixel)
{
	const uint8_t *top_left = x + pixel->corners[0];
	const uint8_t *bottom_left = x + pixel->corners[1];
	const uint8_t *top_right = x + pixel->corners[2];
	const uint8_t *bottom_right = x + pixel->corners[3];
	const float down = pixel->row.fraction;
	const float right = pixel->column.fraction;
	const size_t channels = pixel->channels;

	y += pixel->out;
	for (size_t c = 0; c < channels; c++) {
		float value = mix(top_left[c], bottom_left[c], top_right[c],
				  bottom_right[c], down, right);

		/* A sum in double is exact, so that nothing rounds twice. */
		value = value < 0 ? 0 : value > 255 ? 255 : value;
		y[c] = (uint8_t)((double)value + 0.5);
	}
}

static void
mix_float(const float *x, float *y, const struct pixel *pixel)
{
	const float *top_left = x + pixel->corners[0];
	const float *bottom_left = x + pixel->corners[1];
	const float *top_right = x + pixel->corners[2];
	const float *bottom_right = x + pixel->corners[3];
	const float down = pixel->row.fraction;
	const float right = pixel->column.fraction;
	const size_t channels = pixel->channels;

	y += pixel->out;
	for (size_t c = 0; c < channels; c++)
		y[c] = mix(top_left[c], bottom_left[c], top_right[c],
			   bottom_right[c], down, right);
}

static void
mix_pixel(const struct apui_fw_call *call, size_t image, struct pixel *pixel)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct place *row = &pixel->row, *column = &pixel->column;
	size_t width = (size_t)x->dims[2], channels = pixel->channels;
	size_t top = (image * (size_t)x->dims[1] + row->low) * width;
	size_t bottom = (image * (size_t)x->dims[1] + row->high) * width;
	void *y = call->outputs[0].data;

	pixel->corners[0] = (top + column->low) * channels;
	pixel->corners[1] = (bottom + column->low) * channels;
	pixel->corners[2] = (top + column->high) * channels;
	pixel->corners[3] = (bottom + column->high) * channels;
	if (x->type == APUI_TYPE_INT8)
		mix_int8(x->data, y, pixel);
	else if (x->type == APUI_TYPE_INT16)
		mix_int16(x->data, y, pixel);
	else if (x->type == APUI_TYPE_UINT8)
		mix_uint8(x->data, y, pixel);
	else
		mix_float(x->data, y, pixel);
}

int
apui_kernel_resize_bilinear(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *y = &call->outputs[0];
	struct pixel pixel = { .channels = (size_t)y->dims[3] };
	uint64_t work = 0;
	int ret;

	ret = check_resize(call);
	if (ret != APUI_RESULT_OK || y->size_bytes == 0)
		return ret;

	for (int32_t n = 0; n < y->dims[0]; n++) {
		for (int32_t i = 0; i < y->dims[1]; i++) {
			pixel.row = find_place(call, i, 1);
			for (int32_t j = 0; j < y->dims[2]; j++) {
				if (apui_pace(call, &work, pixel.channels))
					return APUI_RESULT_ECANCELED;
				pixel.column = find_place(call, j, 2);
				mix_pixel(call, (size_t)n, &pixel);
				pixel.out += pixel.channels;
			}
		}
	}
	return APUI_RESULT_OK;
}
