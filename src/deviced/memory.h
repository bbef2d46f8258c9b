/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_MEMORY_H
#define APUI_DEVICED_MEMORY_H

/*
 * What one request touches of its client's memory: buffers are mapped when the
 * firmware first asks for an address in them, and unmapped when it is done.
 */

#include <stddef.h>
#include <stdint.h>

#define DEVICED_MAX_MAPS 64

/* A request as it came. */
struct deviced_request {
	uint32_t client;
	const uint8_t *bytes;
	size_t size_bytes;
};

/* Where buffers come from: a driver's way to find one by its address. */
struct deviced_source {
	/*
	 * Map the buffer of the request's client that @address lies in, and
	 * tell its first address and its bytes. NULL when there is none.
	 */
	void *(*map)(void *context, const struct deviced_request *request,
		     uint64_t address, uint64_t *out_base, uint64_t *out_bytes);
	void *context;
};

struct deviced_memory {
	const struct deviced_source *source;
	const struct deviced_request *request;
	struct {
		uint8_t *ptr;
		uint64_t base, bytes;
	} maps[DEVICED_MAX_MAPS];
	unsigned int map_count;
};

/* What the firmware's translate() promises. */
void *
deviced_memory_translate(struct deviced_memory *memory, uint64_t address,
			 uint64_t size_bytes);

/* Unmap all. */
void
deviced_memory_release(struct deviced_memory *memory);

#endif
