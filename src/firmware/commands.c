/* SPDX-License-Identifier: MIT */
/*
 * The published commands 1 to 6, as BayLibre's rity_nn_test firmware answers
 * them (uapi.md 3.2). What a rule does not allow is EINVAL.
 */
#include "firmware/memory.h"
#include "firmware/request.h"

#define FILL_IN_BYTES 3  /* u8 value, u16 count */
#define MMAP_IN_BYTES 12 /* u32 from, u32 to, u32 size */

/* One buffer: its first half onto its second; two: the first onto the other. */
int
apui_fw_copy_shared_buffer(struct apui_fw_request *request)
{
	uint32_t size_bytes;
	uint8_t *from, *to;

	if (request->size_in != 0 || request->size_out != 0)
		return APUI_RESULT_EINVAL;
	if (request->count != 1 && request->count != 2)
		return APUI_RESULT_EINVAL;

	size_bytes = apui_fw_buffer_size(request, 0);
	if (request->count == 1) {
		size_bytes /= 2;
		from = apui_fw_buffer(request, 0, 0, size_bytes);
		to = apui_fw_buffer(request, 0, size_bytes, size_bytes);
	} else {
		if (size_bytes > apui_fw_buffer_size(request, 1))
			return APUI_RESULT_EINVAL;
		from = apui_fw_buffer(request, 0, 0, size_bytes);
		to = apui_fw_buffer(request, 1, 0, size_bytes);
	}
	if (!from || !to)
		return APUI_RESULT_EFAULT;

	return apui_fw_move(request->host, to, from, size_bytes);
}

int
apui_fw_copy_inline_buffer(struct apui_fw_request *request)
{
	if (request->count != 0 || request->size_in > request->size_out)
		return APUI_RESULT_EINVAL;

	memcpy(request->data_out, request->data_in, request->size_in);
	request->size_out = request->size_in;
	return APUI_RESULT_OK;
}

int
apui_fw_copy_inline2shared(struct apui_fw_request *request)
{
	uint8_t *to;

	if (request->size_in == 0 || request->size_out != 0)
		return APUI_RESULT_EINVAL;
	if (request->count == 0 ||
	    request->size_in > apui_fw_buffer_size(request, 0))
		return APUI_RESULT_EINVAL;
	to = apui_fw_buffer(request, 0, 0, request->size_in);
	if (!to)
		return APUI_RESULT_EFAULT;

	memcpy(to, request->data_in, request->size_in);
	apui_fw_set_buffer_size(request, 0, request->size_in);
	return APUI_RESULT_OK;
}

int
apui_fw_copy_shared2inline(struct apui_fw_request *request)
{
	const uint8_t *from;
	uint32_t size_bytes;

	if (request->size_out == 0 || request->size_in != 0)
		return APUI_RESULT_EINVAL;
	if (request->count == 0)
		return APUI_RESULT_EINVAL;
	size_bytes = apui_fw_buffer_size(request, 0);
	if (size_bytes > request->size_out)
		return APUI_RESULT_EINVAL;
	from = apui_fw_buffer(request, 0, 0, size_bytes);
	if (!from)
		return APUI_RESULT_EFAULT;

	memcpy(request->data_out, from, size_bytes);
	request->size_out = (uint16_t)size_bytes;
	return APUI_RESULT_OK;
}

int
apui_fw_fill_buffer(struct apui_fw_request *request)
{
	uint8_t value, count;
	uint8_t *to;

	if (request->size_in != FILL_IN_BYTES || request->count > 1)
		return APUI_RESULT_EINVAL;
	value = request->data_in[0];
	/* The published firmware reads the low byte of the u16 only. */
	count = request->data_in[1];

	if (request->count == 0) {
		if (count > request->size_out)
			return APUI_RESULT_EINVAL;
		memset(request->data_out, value, count);
		request->size_out = count;
		return APUI_RESULT_OK;
	}

	if (count > apui_fw_buffer_size(request, 0))
		return APUI_RESULT_EINVAL;
	to = apui_fw_buffer(request, 0, 0, count);
	if (!to)
		return APUI_RESULT_EFAULT;
	memset(to, value, count);
	apui_fw_set_buffer_size(request, 0, count);
	return APUI_RESULT_OK;
}

/* The addresses are what IOMMU_MAP gave: 32 bits in both formats. */
int
apui_fw_buffer_iommu_mmap(struct apui_fw_request *request)
{
	const struct apui_fw_host *host = request->host;
	const uint8_t *data_in = request->data_in;
	uint32_t size_bytes;
	uint8_t *from, *to;

	if (request->size_in != MMAP_IN_BYTES || request->count != 0)
		return APUI_RESULT_EINVAL;
	size_bytes = apui_fw_get_u32(data_in + 8);
	from = host->translate(host->context, apui_fw_get_u32(data_in),
			       size_bytes);
	to = host->translate(host->context, apui_fw_get_u32(data_in + 4),
			     size_bytes);
	if (!from || !to)
		return APUI_RESULT_EFAULT;

	return apui_fw_move(host, to, from, size_bytes);
}
