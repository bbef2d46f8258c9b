/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_REQUEST_H
#define APUI_SIM_REQUEST_H

/*
 * The driver's end of the wire: requests in format A (uapi.md 2.1), and replies
 * read as the published driver reads them, but never beyond their end.
 */

#include "firmware/wire.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buffers of a request without any data. */
#define APUI_SIM_MAX_BUFFERS                                                   \
	((APUI_WIRE_MAX_BYTES - APUI_WIRE_HEADER_BYTES) /                      \
	 APUI_WIRE_BUFFER_BYTES)

struct apui_sim_wire_buffer {
	uint32_t address;
	uint32_t size_bytes;
};

struct apui_sim_reply {
	uint16_t result;
	uint16_t data_bytes;
	const uint8_t *data; /* in the reply */
};

/* Bytes of a request; may be over APUI_WIRE_MAX_BYTES. */
uint64_t
apui_sim_request_bytes(uint16_t size_in, uint16_t size_out,
		       uint32_t buffer_count);

/*
 * Write a request of apui_sim_request_bytes(). @header->id may be set later;
 * the space for data_out is zero.
 */
void
apui_sim_request_write(uint8_t *out, const struct apui_wire_header *header,
		       const void *data_in,
		       const struct apui_sim_wire_buffer *buffers);

void
apui_sim_request_set_id(uint8_t *request, uint16_t id);

/*
 * Read the reply to a request with this header. Gives no more data than was
 * asked for, than the firmware says, and than came. False if it is not a reply
 * to that request.
 */
bool
apui_sim_reply_read(const uint8_t *reply, size_t reply_bytes,
		    const struct apui_wire_header *request,
		    struct apui_sim_reply *out_reply);

#endif
