/* SPDX-License-Identifier: MIT */
/*
 * REVERSE_SEQUENCE: in each batch, the first elements along one dimension in
 * reverse order, as many as its length says; the others stay.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/memory.h"

enum { X, LENGTHS };

static int
check_reverse(const struct apui_fw_call *call)
{
	const struct apui_reverse_sequence_params *params =
		&call->params.reverse_sequence;
	const struct apui_fw_tensor *x = &call->inputs[X];
	const struct apui_fw_tensor *lengths = &call->inputs[LENGTHS];

	if (x->type != call->outputs[0].type ||
	    !apui_same_shape(x, &call->outputs[0]) || params->axis >= x->rank ||
	    params->batch_axis >= x->rank || params->axis == params->batch_axis)
		return APUI_RESULT_EINVAL;
	if ((lengths->type != APUI_TYPE_INT32 &&
	     lengths->type != APUI_TYPE_INT64) ||
	    lengths->size_bytes != (uint64_t)x->dims[params->batch_axis] *
					   apui_fw_type_bytes(lengths->type))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

/* Dimensions from @first to the last: elements of a step of the one before. */
static uint64_t
multiply_dims(const struct apui_fw_tensor *x, unsigned int first)
{
	uint64_t product = 1;

	for (unsigned int i = first; i < x->rank; i++)
		product *= (uint64_t)x->dims[i];
	return product;
}

/* The length of batch @batch, read once; -1 beyond the dimension. */
static int64_t
read_length(const struct apui_fw_call *call, uint64_t batch)
{
	const struct apui_fw_tensor *lengths = &call->inputs[LENGTHS];
	int32_t limit =
		call->inputs[X].dims[call->params.reverse_sequence.axis];
	int64_t length =
		lengths->type == APUI_TYPE_INT32
			? apui_fw_read_i32(lengths->data, (uint32_t)batch)
			: ((const volatile int64_t *)lengths->data)[batch];

	return length < 0 || length > limit ? -1 : length;
}

int
apui_kernel_reverse_sequence(const struct apui_fw_call *call)
{
	const struct apui_reverse_sequence_params *params =
		&call->params.reverse_sequence;
	const struct apui_fw_tensor *x = &call->inputs[X];
	unsigned int last;
	uint64_t bytes, step, batch_step, slices, work = 0;

	if (check_reverse(call) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;
	if (x->size_bytes == 0)
		return APUI_RESULT_OK;
	/* Slices of what lies behind both dimensions are moved whole. */
	last = params->axis > params->batch_axis ? params->axis
						 : params->batch_axis;
	bytes = multiply_dims(x, last + 1) * apui_fw_type_bytes(x->type);
	step = multiply_dims(x, params->axis + 1) / multiply_dims(x, last + 1);
	batch_step = multiply_dims(x, params->batch_axis + 1) /
		     multiply_dims(x, last + 1);
	slices = x->size_bytes / bytes;
	for (uint64_t i = 0; i < slices; i++) {
		uint64_t batch =
			i / batch_step % (uint64_t)x->dims[params->batch_axis];
		int64_t at =
			(int64_t)(i / step % (uint64_t)x->dims[params->axis]);
		int64_t length = read_length(call, batch);
		int64_t from = at < length ? length - 1 - at : at;
		int ret;

		if (length < 0)
			return APUI_RESULT_ERANGE;
		if (apui_pace(call, &work, 0))
			return APUI_RESULT_ECANCELED;
		ret = apui_fw_move(
			call->host,
			(uint8_t *)call->outputs[0].data + i * bytes,
			(const uint8_t *)x->data +
				(uint64_t)((int64_t)i +
					   (from - at) * (int64_t)step) *
					bytes,
			(size_t)bytes);
		if (ret != APUI_RESULT_OK)
			return ret;
	}
	return APUI_RESULT_OK;
}
