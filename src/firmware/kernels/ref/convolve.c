/* SPDX-License-Identifier: MIT */
/*
 * CONVOLVE: any convolution, forwards or transposed, over up to three
 * dimensions. y[c] is the sum of w * x over the taps inside x and the input
 * channels of c's group, plus bias[c], in the arithmetic that the types ask
 * for: float32; 8 bits; int16 with weights of int8; or float32 of x that was
 * quantised in QUANTIZE_ROWS.
 */
#include "firmware/kernels/ref/float32.h"
#include "firmware/kernels/ref/wide.h"

enum { X, FILTER, BIAS, MULTIPLIER, SHIFT, SCALE, X_SCALE, X_ZERO };

#define AXES     APUI_CONVOLVE_AXES
#define MAX_TAPS 32767

/* Channels summed side by side. */
#define CHUNK 64

struct total {
	int64_t whole;
	float real;
};

struct convolution {
	const struct apui_fw_call *call;
	const struct apui_convolve_params *params;
	size_t group_outputs;
	/* Add the products of a tap, of input channels from @x_at on. */
	void (*add)(const struct convolution *conv, size_t x_at, size_t w_at,
		    struct total *total);
	/* Scale, add what is to be added, clamp, store. */
	int (*store)(const struct convolution *conv, struct total total,
		     size_t channel, size_t y_at);
	struct apui_q8 x, filter;
	/* Of the batch, where x was quantised row by row. */
	float x_scale;
	uint64_t work;
};

/* Channels @first .. @first + @count - 1 of one output pixel. */
struct chunk {
	size_t batch, first, count;
	int32_t position[AXES];
	struct total totals[CHUNK];
};

static void
add_reals(const struct convolution *conv, size_t x_at, size_t w_at,
	  struct total *total)
{
	const float *x = (const float *)conv->call->inputs[X].data + x_at;
	const float *w = (const float *)conv->call->inputs[FILTER].data + w_at;
	size_t step = (size_t)conv->params->depth_step;

	for (size_t i = 0; i < (size_t)conv->params->depth; i++)
		total->real += x[i] * w[i * step];
}

static void
add_bytes(const struct convolution *conv, size_t x_at, size_t w_at,
	  struct total *total)
{
	size_t step = (size_t)conv->params->depth_step;

	for (size_t i = 0; i < (size_t)conv->params->depth; i++)
		total->whole += apui_q8_get(&conv->x, x_at + i) *
				apui_q8_get(&conv->filter, w_at + i * step);
}

static void
add_words(const struct convolution *conv, size_t x_at, size_t w_at,
	  struct total *total)
{
	const int16_t *x = (const int16_t *)conv->call->inputs[X].data + x_at;
	const int8_t *w =
		(const int8_t *)conv->call->inputs[FILTER].data + w_at;
	size_t step = (size_t)conv->params->depth_step;

	for (size_t i = 0; i < (size_t)conv->params->depth; i++)
		total->whole += x[i] * w[i * step];
}

static int
store_real(const struct convolution *conv, struct total total, size_t channel,
	   size_t y_at)
{
	float *y = conv->call->outputs[0].data;

	y[y_at] = apui_clamp_real(
		total.real +
			apui_float32_bias(&conv->call->inputs[BIAS], channel),
		conv->params->real_min, conv->params->real_max);
	return APUI_RESULT_OK;
}

static int
store_hybrid(const struct convolution *conv, struct total total, size_t channel,
	     size_t y_at)
{
	const float *scales = conv->call->inputs[SCALE].data;

	total.real =
		(float)(int32_t)total.whole * scales[channel] * conv->x_scale;
	return store_real(conv, total, channel, y_at);
}

static int
store_bytes(const struct convolution *conv, struct total total, size_t channel,
	    size_t y_at)
{
	const struct apui_fw_call *call = conv->call;
	uint8_t *y = call->outputs[0].data;
	struct apui_scale scale;
	int32_t sum;

	if (apui_read_scale(&call->inputs[MULTIPLIER], &call->inputs[SHIFT],
			    (uint32_t)channel, &scale) != APUI_RESULT_OK)
		return APUI_RESULT_ERANGE;
	sum = apui_fx_add(
		(int32_t)total.whole,
		apui_read_bias(&call->inputs[BIAS], (uint32_t)channel));
	sum = apui_fx_scale(sum, scale.multiplier, scale.shift);
	y[y_at] = (uint8_t)apui_fx_clamp(
		(int64_t)sum + call->outputs[0].zero_point,
		conv->params->act_min, conv->params->act_max);
	return APUI_RESULT_OK;
}

static int
store_words(const struct convolution *conv, struct total total, size_t channel,
	    size_t y_at)
{
	const struct apui_fw_call *call = conv->call;
	int16_t *y = call->outputs[0].data;
	int32_t result;

	if (apui_wide_finish(&call->inputs[BIAS], &call->inputs[MULTIPLIER],
			     &call->inputs[SHIFT], &call->inputs[SCALE],
			     total.whole, (uint32_t)channel,
			     &result) != APUI_RESULT_OK)
		return APUI_RESULT_ERANGE;
	y[y_at] = (int16_t)apui_fx_clamp(result, conv->params->act_min,
					 conv->params->act_max);
	return APUI_RESULT_OK;
}

/* The place in x of tap @tap for output @out, or -1: it is outside. */
static int64_t
find_tap(const struct apui_convolve_params *params, unsigned int axis,
	 int32_t out, int32_t tap)
{
	int64_t reach = (int64_t)tap * params->dilation[axis];
	int64_t at =
		(int64_t)out * params->stride[axis] - params->pad[axis] + reach;

	if (params->is_transposed) {
		at = (int64_t)out + params->pad[axis] - reach;
		if (at % params->stride[axis] != 0)
			return -1;
		at /= params->stride[axis];
	}
	return at < params->in[axis] ? at : -1;
}

/* One tap of the filter, whose x is at @pixel. */
static void
add_tap(const struct convolution *conv, struct chunk *chunk, size_t pixel,
	size_t tap)
{
	const struct apui_convolve_params *params = conv->params;

	for (size_t i = 0; i < chunk->count; i++) {
		size_t channel = chunk->first + i;
		size_t group = channel / conv->group_outputs;

		conv->add(conv,
			  pixel * (size_t)params->in_channels +
				  group * (size_t)params->depth,
			  channel * (size_t)params->channel_step +
				  tap * (size_t)params->tap_step,
			  &chunk->totals[i]);
	}
}

static void
add_tap_row(const struct convolution *conv, struct chunk *chunk, size_t row,
	    size_t tap)
{
	const struct apui_convolve_params *params = conv->params;

	for (int32_t i = 0; i < params->taps[2]; i++) {
		int64_t at = find_tap(params, 2, chunk->position[2], i);

		if (at >= 0)
			add_tap(conv, chunk,
				row * (size_t)params->in[2] + (size_t)at,
				tap * (size_t)params->taps[2] + (size_t)i);
	}
}

static void
add_taps(const struct convolution *conv, struct chunk *chunk)
{
	const struct apui_convolve_params *params = conv->params;

	for (int32_t d = 0; d < params->taps[0]; d++) {
		int64_t plane = find_tap(params, 0, chunk->position[0], d);

		if (plane < 0)
			continue;
		plane += (int64_t)chunk->batch * params->in[0];
		for (int32_t h = 0; h < params->taps[1]; h++) {
			int64_t row =
				find_tap(params, 1, chunk->position[1], h);

			if (row < 0)
				continue;
			add_tap_row(conv, chunk,
				    (size_t)(plane * params->in[1] + row),
				    (size_t)d * (size_t)params->taps[1] +
					    (size_t)h);
		}
	}
}

static int
run_chunk(struct convolution *conv, struct chunk *chunk, size_t y_at)
{
	const struct apui_convolve_params *params = conv->params;
	uint64_t taps = (uint64_t)params->taps[0] * (uint64_t)params->taps[1] *
			(uint64_t)params->taps[2];
	int ret = APUI_RESULT_OK;

	if (apui_pace(conv->call, &conv->work,
		      taps * (uint64_t)params->depth * chunk->count))
		return APUI_RESULT_ECANCELED;
	for (size_t i = 0; i < CHUNK; i++)
		chunk->totals[i] = (struct total) { 0 };
	add_taps(conv, chunk);
	for (size_t i = 0; ret == APUI_RESULT_OK && i < chunk->count; i++)
		ret = conv->store(conv, chunk->totals[i], chunk->first + i,
				  y_at + i);
	return ret;
}

static int
run_pixel(struct convolution *conv, struct chunk *chunk, size_t pixel)
{
	size_t channels = (size_t)conv->params->channels;
	int ret = APUI_RESULT_OK;

	for (size_t c = 0; ret == APUI_RESULT_OK && c < channels; c += CHUNK) {
		chunk->first = c;
		chunk->count = channels - c < CHUNK ? channels - c : CHUNK;
		ret = run_chunk(conv, chunk, pixel * channels + c);
	}
	return ret;
}

/* Of the batch: its own scale and zero point, where it has them. */
static int
begin_batch(struct convolution *conv, size_t batch)
{
	const struct apui_fw_tensor *scales = &conv->call->inputs[X_SCALE];
	const struct apui_fw_tensor *zeros = &conv->call->inputs[X_ZERO];
	int32_t zero;

	if (!scales->data)
		return APUI_RESULT_OK;
	conv->x_scale = ((const float *)scales->data)[batch];
	zero = apui_fw_read_i32(zeros->data, (uint32_t)batch);
	if (zero < INT8_MIN || zero > INT8_MAX)
		return APUI_RESULT_ERANGE;
	conv->x.zero_point = zero + 128;
	return APUI_RESULT_OK;
}

static int
run_batch(struct convolution *conv, size_t batch)
{
	const struct apui_convolve_params *params = conv->params;
	size_t area = (size_t)params->out[1] * (size_t)params->out[2];
	size_t pixels = area * (size_t)params->out[0];
	int ret = begin_batch(conv, batch);

	for (size_t i = 0; ret == APUI_RESULT_OK && i < pixels; i++) {
		struct chunk chunk = { .batch = batch };

		chunk.position[0] = (int32_t)(i / area);
		chunk.position[1] =
			(int32_t)(i % area / (size_t)params->out[2]);
		chunk.position[2] = (int32_t)(i % (size_t)params->out[2]);
		ret = run_pixel(conv, &chunk, batch * pixels + i);
	}
	return ret;
}

/* Is [@batches, @lengths ..., @channels] all of @tensor? */
static int
fills_tensor(const struct apui_fw_tensor *tensor, int32_t batches,
	     const int32_t *lengths, int32_t channels)
{
	uint64_t count = apui_fw_type_bytes(tensor->type);
	const int32_t factors[] = { batches, channels, lengths[0], lengths[1],
				    lengths[2] };

	for (unsigned int i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
		if (factors[i] < 1 ||
		    __builtin_mul_overflow(count, (uint64_t)factors[i], &count))
			return 0;
	return count == tensor->size_bytes;
}

static int
filter_is_valid(const struct apui_convolve_params *params,
		const struct apui_fw_tensor *filter)
{
	uint64_t count = filter->size_bytes / apui_fw_type_bytes(filter->type);
	uint64_t taps = (uint64_t)params->taps[0] * (uint64_t)params->taps[1] *
			(uint64_t)params->taps[2];
	uint64_t last[3];

	/* Each below 2^32: no product or sum overflows. */
	if (params->channel_step < 0 || params->tap_step < 0 ||
	    params->depth_step < 0 || taps > count)
		return 0;
	last[0] = (uint64_t)(params->channels - 1) *
		  (uint64_t)params->channel_step;
	last[1] = (taps - 1) * (uint64_t)params->tap_step;
	last[2] = (uint64_t)(params->depth - 1) * (uint64_t)params->depth_step;
	return last[0] < count && last[1] < count && last[2] < count &&
	       last[0] + last[1] + last[2] < count;
}

static int
shapes_are_valid(const struct apui_fw_call *call)
{
	const struct apui_convolve_params *params = &call->params.convolve;
	int32_t groups;

	for (unsigned int i = 0; i < AXES; i++)
		if (params->taps[i] < 1 || params->taps[i] > MAX_TAPS ||
		    params->stride[i] < 1 || params->dilation[i] < 1 ||
		    params->pad[i] < 0)
			return 0;
	if (!fills_tensor(&call->inputs[X], params->batches, params->in,
			  params->in_channels) ||
	    !fills_tensor(&call->outputs[0], params->batches, params->out,
			  params->channels) ||
	    params->depth < 1 || params->in_channels % params->depth != 0)
		return 0;
	groups = params->in_channels / params->depth;
	return params->channels % groups == 0 &&
	       filter_is_valid(params, &call->inputs[FILTER]);
}

static int
is_absent_or_real(const struct apui_fw_tensor *bias, int32_t count)
{
	return !bias->data || apui_is_float32_vector(bias, count);
}

static int
reals_are_valid(const struct apui_fw_call *call)
{
	const struct apui_convolve_params *params = &call->params.convolve;

	return call->inputs[FILTER].type == APUI_TYPE_FLOAT32 &&
	       call->outputs[0].type == APUI_TYPE_FLOAT32 &&
	       is_absent_or_real(&call->inputs[BIAS], params->channels) &&
	       apui_float32_clamp_is_valid(params->real_min, params->real_max);
}

static int
hybrid_is_valid(const struct apui_fw_call *call)
{
	const struct apui_convolve_params *params = &call->params.convolve;
	const struct apui_fw_tensor *inputs = call->inputs;

	return inputs[FILTER].type == APUI_TYPE_INT8 &&
	       inputs[FILTER].zero_point == 0 && inputs[SCALE].data &&
	       inputs[X_SCALE].data && inputs[X_ZERO].data &&
	       apui_is_float32_vector(&inputs[SCALE], params->channels) &&
	       apui_is_float32_vector(&inputs[X_SCALE], params->batches) &&
	       apui_is_int32_vector(&inputs[X_ZERO], params->batches) &&
	       is_absent_or_real(&inputs[BIAS], params->channels) &&
	       apui_float32_clamp_is_valid(params->real_min, params->real_max);
}

static int
bytes_are_valid(const struct apui_fw_call *call)
{
	const struct apui_convolve_params *params = &call->params.convolve;
	const struct apui_fw_tensor *inputs = call->inputs;
	const struct apui_fw_tensor *y = &call->outputs[0];

	return apui_q8_is_valid(&inputs[X]) && apui_q8_is_valid(y) &&
	       apui_q8_is_valid(&inputs[FILTER]) &&
	       inputs[FILTER].type == inputs[X].type &&
	       y->type == inputs[X].type && inputs[MULTIPLIER].data &&
	       inputs[SHIFT].data &&
	       apui_is_int32_vector(&inputs[MULTIPLIER], params->channels) &&
	       apui_is_int32_vector(&inputs[SHIFT], params->channels) &&
	       (!inputs[BIAS].data ||
		apui_is_int32_vector(&inputs[BIAS], params->channels)) &&
	       apui_q8_clamp_is_valid(y->type, params->act_min,
				      params->act_max);
}

static int
words_are_valid(const struct apui_fw_call *call)
{
	const struct apui_convolve_params *params = &call->params.convolve;
	const struct apui_fw_tensor *inputs = call->inputs;

	return inputs[FILTER].type == APUI_TYPE_INT8 &&
	       call->outputs[0].type == APUI_TYPE_INT16 &&
	       apui_wide_is_valid(&inputs[BIAS], &inputs[MULTIPLIER],
				  &inputs[SHIFT], &inputs[SCALE],
				  params->channels) &&
	       INT16_MIN <= params->act_min &&
	       params->act_min <= params->act_max &&
	       params->act_max <= INT16_MAX;
}

/* Which arithmetic it is. */
static int
choose(const struct apui_fw_call *call, struct convolution *conv)
{
	switch (call->inputs[X].type) {
	case APUI_TYPE_FLOAT32:
		conv->add = add_reals;
		conv->store = store_real;
		return reals_are_valid(call);
	case APUI_TYPE_INT16:
		conv->add = add_words;
		conv->store = store_words;
		return words_are_valid(call);
	default:
		conv->add = add_bytes;
		conv->store = store_bytes;
		if (!apui_q8_is_valid(&call->inputs[X]) ||
		    !apui_q8_is_valid(&call->inputs[FILTER]))
			return 0;
		conv->x = apui_q8_view(&call->inputs[X]);
		conv->filter = apui_q8_view(&call->inputs[FILTER]);
		if (!call->inputs[X_SCALE].data)
			return bytes_are_valid(call);
		conv->store = store_hybrid;
		return call->inputs[X].type == APUI_TYPE_INT8 &&
		       call->outputs[0].type == APUI_TYPE_FLOAT32 &&
		       hybrid_is_valid(call);
	}
}

int
apui_kernel_convolve(const struct apui_fw_call *call)
{
	struct convolution conv = {
		.call = call,
		.params = &call->params.convolve,
	};
	int ret = APUI_RESULT_OK;

	if (call->outputs[0].size_bytes == 0)
		return APUI_RESULT_OK;
	if (!choose(call, &conv) || !shapes_are_valid(call))
		return APUI_RESULT_EINVAL;
	conv.group_outputs =
		(size_t)(conv.params->channels /
			 (conv.params->in_channels / conv.params->depth));
	for (int32_t i = 0; ret == APUI_RESULT_OK && i < conv.params->batches;
	     i++)
		ret = run_batch(&conv, (size_t)i);
	return ret;
}
