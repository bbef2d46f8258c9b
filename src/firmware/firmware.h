/* SPDX-License-Identifier: MIT */
#ifndef APUI_FIRMWARE_H
#define APUI_FIRMWARE_H

/*
 * The firmware's two edges: what its host (a core, a simulated core, a device
 * process) calls, and what it asks of its host. It keeps no state between two
 * requests, allocates nothing, and needs at most 16 KiB of stack.
 */

#include <stddef.h>
#include <stdint.h>

/* major << 16 | minor << 8 | micro */
#define APUI_FW_VERSION 0x000100u

struct apui_fw_host {
	/*
	 * Translate a device address of the client whose request is being
	 * handled. Returns where its bytes are, or NULL unless all @size_bytes
	 * of them are mapped. What it returned stays valid until
	 * apui_fw_handle() returns. @size_bytes may be 0.
	 */
	void *(*translate)(void *context, uint64_t address,
			   uint64_t size_bytes);
	/*
	 * True when the core is being reset: the firmware returns as soon as it
	 * can, in fractions of a millisecond, with any result.
	 */
	int (*cancelled)(void *context);
	void *context;
	/* Bytes of a device address on the wire: 4 (format A) or 8 (B). */
	unsigned int address_bytes;
};

/*
 * Handle one request and write its reply. Any bytes may come: whatever they
 * are, only the request, the reply and memory that translate() gave are
 * touched. The buffers overlap nowhere.
 *
 * Returns the bytes of the reply, at least APUI_WIRE_HEADER_BYTES; 0 when the
 * request is shorter than its header says or the reply does not fit, so that
 * nothing can be answered.
 */
size_t
apui_fw_handle(const struct apui_fw_host *host, const uint8_t *request,
	       size_t request_bytes, uint8_t *reply, size_t reply_capacity);

#endif
