/* SPDX-License-Identifier: MIT */
#include "sim/request.h"
#include <string.h>

/* Where the fields of the header are. */
enum {
	AT_ID = 0,
	AT_CMD = 2,
	AT_RESULT = 4,
	AT_SIZE_IN = 6,
	AT_SIZE_OUT = 8,
	AT_COUNT = 10,
};

static void
put_u16(uint8_t *out, uint16_t value)
{
	out[0] = (uint8_t)value;
	out[1] = (uint8_t)(value >> 8);
}

static void
put_u32(uint8_t *out, uint32_t value)
{
	put_u16(out, (uint16_t)value);
	put_u16(out + 2, (uint16_t)(value >> 16));
}

static uint16_t
get_u16(const uint8_t *in)
{
	return (uint16_t)(in[0] | in[1] << 8);
}

uint64_t
apui_sim_request_bytes(uint16_t size_in, uint16_t size_out,
		       uint32_t buffer_count)
{
	return (uint64_t)APUI_WIRE_HEADER_BYTES + size_in + size_out +
	       (uint64_t)APUI_WIRE_BUFFER_BYTES * buffer_count;
}

void
apui_sim_request_write(uint8_t *out, const struct apui_wire_header *header,
		       const void *data_in,
		       const struct apui_sim_wire_buffer *buffers)
{
	uint8_t *data = out + APUI_WIRE_HEADER_BYTES;
	uint8_t *addresses = data + header->size_in + header->size_out;
	uint8_t *sizes = addresses + 4 * (size_t)header->count;

	put_u16(out + AT_ID, header->id);
	put_u16(out + AT_CMD, header->cmd);
	put_u16(out + AT_RESULT, header->result);
	put_u16(out + AT_SIZE_IN, header->size_in);
	put_u16(out + AT_SIZE_OUT, header->size_out);
	put_u16(out + AT_COUNT, header->count);
	if (header->size_in > 0)
		memcpy(data, data_in, header->size_in);
	memset(data + header->size_in, 0, header->size_out);

	for (uint16_t i = 0; i < header->count; i++) {
		put_u32(addresses + 4 * (size_t)i, buffers[i].address);
		put_u32(sizes + 4 * (size_t)i, buffers[i].size_bytes);
	}
}

void
apui_sim_request_set_id(uint8_t *request, uint16_t id)
{
	put_u16(request + AT_ID, id);
}

bool
apui_sim_reply_read(const uint8_t *reply, size_t reply_bytes,
		    const struct apui_wire_header *request,
		    struct apui_sim_reply *out_reply)
{
	/* The published driver takes its own size_in, not the reply's. */
	size_t data_at = APUI_WIRE_HEADER_BYTES + (size_t)request->size_in;
	size_t data_bytes;

	if (reply_bytes < APUI_WIRE_HEADER_BYTES ||
	    get_u16(reply + AT_ID) != request->id)
		return false;

	data_bytes = get_u16(reply + AT_SIZE_OUT);
	if (data_bytes > request->size_out)
		data_bytes = request->size_out;
	/* The bare header of an error still says the sizes of the request. */
	if (reply_bytes < data_at)
		data_bytes = 0;
	else if (data_bytes > reply_bytes - data_at)
		data_bytes = reply_bytes - data_at;

	out_reply->result = get_u16(reply + AT_RESULT);
	out_reply->data_bytes = (uint16_t)data_bytes;
	out_reply->data = data_bytes > 0 ? reply + data_at : NULL;
	return true;
}
