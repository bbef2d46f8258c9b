/* SPDX-License-Identifier: MIT */
/*
 * FULLY_CONNECTED_FLOAT: y[row][c] = clamp(sum of w[c] * x[row] over the depth
 * + bias[c]).
 */
#include "firmware/kernels/ref/float32.h"

enum { X, FILTER, BIAS };

struct connection {
	const float *x, *filter;
	size_t rows, depth, outputs;
};

static int
check_connection(const struct apui_fw_call *call, struct connection *fc)
{
	const struct apui_fully_connected_float_params *params =
		&call->params.fully_connected_float;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *filter = &call->inputs[FILTER];
	const struct apui_fw_tensor *bias = &call->inputs[BIAS];
	const struct apui_fw_tensor *y = &call->outputs[0];
	uint64_t row_bytes, rows;

	if (x->type != APUI_TYPE_FLOAT32 || filter->type != APUI_TYPE_FLOAT32 ||
	    y->type != APUI_TYPE_FLOAT32 || filter->rank != 2 ||
	    filter->dims[1] < 1 ||
	    !apui_float32_clamp_is_valid(params->act_min, params->act_max))
		return APUI_RESULT_EINVAL;
	row_bytes = (uint64_t)filter->dims[1] * sizeof(float);
	rows = x->size_bytes / row_bytes;
	if (x->size_bytes % row_bytes != 0 ||
	    rows * (uint64_t)filter->dims[0] * sizeof(float) != y->size_bytes ||
	    (bias->data && !apui_is_float32_vector(bias, filter->dims[0])))
		return APUI_RESULT_EINVAL;

	fc->x = x->data;
	fc->filter = filter->data;
	fc->rows = (size_t)rows;
	fc->depth = (size_t)filter->dims[1];
	fc->outputs = (size_t)filter->dims[0];
	return APUI_RESULT_OK;
}

static int
run_row(const struct apui_fw_call *call, const struct connection *fc,
	size_t row, uint64_t *work)
{
	const struct apui_fully_connected_float_params *params =
		&call->params.fully_connected_float;
	float *y = (float *)call->outputs[0].data + row * fc->outputs;
	size_t c = 0;

	while (c < fc->outputs) {
		struct apui_float32_sums sums = { 0 };
		struct apui_float32_sides sides = apui_float32_sides(
			fc->filter + c * fc->depth, fc->depth, fc->outputs - c);

		if (apui_pace(call, work, (uint64_t)fc->depth * APUI_SIDES))
			return APUI_RESULT_ECANCELED;
		apui_float32_multiply(&sums, fc->x + row * fc->depth, &sides, 0,
				      fc->depth);
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
apui_kernel_fully_connected_float(const struct apui_fw_call *call)
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
