/* SPDX-License-Identifier: MIT */
/*
 * FULLY_CONNECTED: y[row][c] = clamp(zy + round(sum * scale[c])), the sum being
 * that of (w - zw) * (x - zx) over the depth, plus bias[c]; scaled in double,
 * halves away from zero, as LiteRT does since April 2025 (rounding.md).
 */
#include "firmware/kernels/ref/quantised.h"

enum { X, FILTER, BIAS, SCALE };

struct connection {
	struct apui_q8 x, filter;
	size_t rows, depth, outputs;
	size_t scale_step; /* 0: one scale for all outputs */
};

static int
check_scale(const struct apui_fw_tensor *scale, int32_t outputs)
{
	return scale->type == APUI_TYPE_FLOAT64 &&
	       (scale->size_bytes == sizeof(double) ||
		scale->size_bytes == (uint64_t)outputs * sizeof(double));
}

static int
check_connection(const struct apui_fw_call *call, struct connection *fc)
{
	const struct apui_fully_connected_params *params =
		&call->params.fully_connected;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *filter = &call->inputs[FILTER];
	const struct apui_fw_tensor *bias = &call->inputs[BIAS];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t rows;

	if (!apui_q8_is_valid(x) || !apui_q8_is_valid(filter) ||
	    !apui_q8_is_valid(y) || x->type != filter->type ||
	    x->type != y->type || filter->rank != 2 || filter->dims[1] < 1 ||
	    !apui_q8_clamp_is_valid(y->type, params->act_min, params->act_max))
		return APUI_RESULT_EINVAL;
	rows = x->size_bytes / (uint32_t)filter->dims[1];
	if (x->size_bytes % (uint32_t)filter->dims[1] != 0 ||
	    rows * (uint32_t)filter->dims[0] != y->size_bytes)
		return APUI_RESULT_EINVAL;
	if ((bias->data && !apui_is_int32_vector(bias, filter->dims[0])) ||
	    !check_scale(&call->inputs[SCALE], filter->dims[0]))
		return APUI_RESULT_EINVAL;

	fc->x = apui_q8_view(x);
	fc->filter = apui_q8_view(filter);
	fc->rows = (size_t)rows;
	fc->depth = (size_t)filter->dims[1];
	fc->outputs = (size_t)filter->dims[0];
	fc->scale_step = call->inputs[SCALE].size_bytes > sizeof(double);
	return APUI_RESULT_OK;
}

static int32_t
dot(const struct connection *fc, size_t row, size_t output)
{
	const uint8_t *x = fc->x.data + row * fc->depth;
	const uint8_t *w = fc->filter.data + output * fc->depth;
	const uint8_t x_flip = fc->x.flip, w_flip = fc->filter.flip;
	const int16_t x_zero = (int16_t)fc->x.zero_point;
	const int16_t w_zero = (int16_t)fc->filter.zero_point;
	const size_t depth = fc->depth;
	uint32_t sum = 0;

	for (size_t i = 0; i < depth; i++) {
		int16_t a = (int16_t)((x[i] ^ x_flip) - x_zero);
		int16_t b = (int16_t)((w[i] ^ w_flip) - w_zero);

		sum += (uint32_t)(a * b);
	}
	return (int32_t)sum;
}

static int
run_row(const struct apui_fw_call *call, const struct connection *fc,
	size_t row, uint64_t *work)
{
	const struct apui_fully_connected_params *params =
		&call->params.fully_connected;
	const struct apui_fw_tensor *y = &call->outputs[0];
	const double *scale = call->inputs[SCALE].data;
	uint8_t *out = (uint8_t *)y->data + row * fc->outputs;

	for (size_t c = 0; c < fc->outputs; c++) {
		int32_t sum;

		if (apui_pace(call, work, fc->depth))
			return APUI_RESULT_ECANCELED;
		sum = apui_fx_add(
			dot(fc, row, c),
			apui_read_bias(&call->inputs[BIAS], (uint32_t)c));
		sum = apui_fx_round_double((double)sum *
					   scale[c * fc->scale_step]);
		out[c] = (uint8_t)apui_fx_clamp((int64_t)sum + y->zero_point,
						params->act_min,
						params->act_max);
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_fully_connected(const struct apui_fw_call *call)
{
	struct connection fc;
	uint64_t work = 0;
	int ret;

	ret = check_connection(call, &fc);
	if (ret != APUI_RESULT_OK || call->outputs[0].size_bytes == 0)
		return ret;
	for (size_t row = 0; ret == APUI_RESULT_OK && row < fc.rows; row++)
		ret = run_row(call, &fc, row, &work);
	return ret;
}
