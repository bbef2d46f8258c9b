/* SPDX-License-Identifier: MIT */
/*
 * QUANTIZE_ROWS: float32 to int8, each row with a scale of its own that its
 * largest element, or its least and largest, ask for.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/kernels/ref/recurrent.h"

enum { Y, SCALE, ZERO };

static int
rows_are_valid(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_fw_tensor *outputs = call->outputs;
	int32_t rows = call->params.quantize_rows.rows;
	uint64_t count = x->size_bytes / sizeof(float);

	return rows > 0 && x->type == APUI_TYPE_FLOAT32 &&
	       count % (uint64_t)rows == 0 &&
	       outputs[Y].type == APUI_TYPE_INT8 &&
	       outputs[Y].size_bytes == count &&
	       apui_is_real(&outputs[SCALE], (uint64_t)rows) &&
	       apui_is_int32_vector(&outputs[ZERO], rows);
}

int
apui_kernel_quantize_rows(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *x = &call->inputs[0];
	const struct apui_quantize_rows_params *params =
		&call->params.quantize_rows;
	float *scales = call->outputs[SCALE].data;
	int32_t *zeros = call->outputs[ZERO].data;
	int8_t *bytes = call->outputs[Y].data;
	uint64_t work = 0;
	size_t count;

	if (!rows_are_valid(call))
		return APUI_RESULT_EINVAL;
	count = x->size_bytes / sizeof(float) / (size_t)params->rows;
	for (size_t i = 0; i < (size_t)params->rows; i++) {
		struct apui_vector vector = apui_vector_of(
			(const float *)x->data + i * count, count,
			APUI_TYPE_INT8, params->is_asymmetric,
			bytes + i * count);

		scales[i] = vector.scale;
		zeros[i] = vector.zero_point;
		if (apui_pace(call, &work, count))
			return APUI_RESULT_ECANCELED;
	}
	return APUI_RESULT_OK;
}
