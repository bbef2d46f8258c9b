/* SPDX-License-Identifier: MIT */
/*
 * The published request format: uapi.md 2.1 (format A, mt8183 over rpmsg) and
 * 2.2 (format B, the simulator driver). They differ in the width of addresses;
 * a reply in format B carries no buffer sizes.
 */
#include "firmware/firmware.h"
#include "firmware/memory.h"
#include "firmware/request.h"

#define SIZE_BYTES 4 /* of a buffer's size on the wire */

#define RESULT_OFFSET   offsetof(struct apui_wire_header, result)
#define SIZE_OUT_OFFSET offsetof(struct apui_wire_header, size_out)

static const struct {
	uint16_t cmd;
	apui_fw_command_fn run;
} commands[] = {
	{ APUI_CMD_XRP, apui_fw_xrp },
	{ APUI_CMD_COPY_SHARED_BUFFER, apui_fw_copy_shared_buffer },
	{ APUI_CMD_COPY_INLINE_BUFFER, apui_fw_copy_inline_buffer },
	{ APUI_CMD_COPY_INLINE2SHARED, apui_fw_copy_inline2shared },
	{ APUI_CMD_COPY_SHARED2INLINE, apui_fw_copy_shared2inline },
	{ APUI_CMD_FILL_BUFFER, apui_fw_fill_buffer },
	{ APUI_CMD_BUFFER_IOMMU_MMAP, apui_fw_buffer_iommu_mmap },
	{ APUI_CMD_INFO, apui_fw_info },
	{ APUI_CMD_RUN, apui_fw_run },
};

static apui_fw_command_fn
find_command(uint16_t cmd)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].cmd == cmd)
			return commands[i].run;
	return NULL;
}

uint32_t
apui_fw_buffer_size(const struct apui_fw_request *request, unsigned int index)
{
	return apui_fw_get_u32(request->sizes + (size_t)index * SIZE_BYTES);
}

void
apui_fw_set_buffer_size(struct apui_fw_request *request, unsigned int index,
			uint32_t size_bytes)
{
	apui_fw_put_u32(request->sizes + (size_t)index * SIZE_BYTES,
			size_bytes);
}

uint8_t *
apui_fw_buffer(const struct apui_fw_request *request, unsigned int index,
	       uint32_t offset_bytes, uint32_t size_bytes)
{
	const struct apui_fw_host *host = request->host;
	const uint8_t *field =
		request->addresses + (size_t)index * host->address_bytes;
	uint64_t address = host->address_bytes == 8 ? apui_fw_get_u64(field)
						    : apui_fw_get_u32(field);

	if (__builtin_add_overflow(address, offset_bytes, &address))
		return NULL;
	return host->translate(host->context, address, size_bytes);
}

/* Only the dispatcher answers so: the sizes stay as requested (uapi.md 2.1). */
static size_t
refuse(const uint8_t *request, uint8_t *reply)
{
	memcpy(reply, request, APUI_WIRE_HEADER_BYTES);
	apui_fw_put_u16(reply + RESULT_OFFSET, APUI_RESULT_ENOTSUP);
	return APUI_WIRE_HEADER_BYTES;
}

size_t
apui_fw_handle(const struct apui_fw_host *host, const uint8_t *request,
	       size_t request_bytes, uint8_t *reply, size_t reply_capacity)
{
	struct apui_wire_header header;
	struct apui_fw_request call = { .host = host };
	apui_fw_command_fn run;
	uint32_t head_bytes, sizes_offset, sizes_bytes;
	int result;

	if (request_bytes < sizeof(header) || reply_capacity < sizeof(header))
		return 0;
	memcpy(&header, request, sizeof(header));
	head_bytes = (uint32_t)sizeof(header) + header.size_in;
	sizes_bytes = (uint32_t)header.count * SIZE_BYTES;
	sizes_offset = head_bytes + header.size_out +
		       header.count * host->address_bytes;
	if (request_bytes < sizes_offset + sizes_bytes)
		return 0;

	run = find_command(header.cmd);
	if (!run)
		return refuse(request, reply);
	if (reply_capacity < head_bytes + header.size_out + sizes_bytes)
		return 0;

	/* Zeros, so that nothing of an earlier client's reply is left. */
	memcpy(reply, request, head_bytes);
	memset(reply + head_bytes, 0, header.size_out);
	call.data_in = request + sizeof(header);
	call.data_out = reply + head_bytes;
	call.addresses = request + head_bytes + header.size_out;
	call.sizes = reply + head_bytes + header.size_out;
	call.size_in = header.size_in;
	call.size_out = header.size_out;
	call.count = header.count;
	memcpy(call.sizes, request + sizes_offset, sizes_bytes);

	result = run(&call);

	apui_fw_put_u16(reply + RESULT_OFFSET, (uint16_t)result);
	apui_fw_put_u16(reply + SIZE_OUT_OFFSET, call.size_out);
	if (host->address_bytes == 8)
		return head_bytes + call.size_out;
	memmove(reply + head_bytes + call.size_out, call.sizes, sizes_bytes);
	return head_bytes + call.size_out + sizes_bytes;
}
