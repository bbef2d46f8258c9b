/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_DRM_KERNEL_H
#define APUI_TEST_DRM_KERNEL_H

/*
 * A kernel of a few lines, which does what a test asks: it answers as the
 * published driver does, in its traps too.
 */

#include "test.h"
#include "transport/drm/client.h"

#define NODE_FD  1000
#define CORES    2
#define ADDRESS  0x6ffff000u
#define DATA_OUT 0x45

/* The kernel, and what is to happen next in it. */
struct kernel {
	struct apui_drm_version version;
	const struct apui_drm_abi *abi;
	unsigned int calls;
	uint32_t last_request; /* number of the last ioctl of the driver */
	/* The next @times calls of ioctl @request end with @ret, errno @error;
	 * its argument is spoilt first, as a kernel does. */
	uint32_t request;
	int ret, error;
	unsigned int times;
	uint32_t next_handle, open_handles;
	uint32_t prime_handle; /* what an import gives; 0: a new one */
	bool has_result;
	uint16_t result, size;
	uint16_t cmd;
	uint8_t events[4096];
	size_t event_bytes;
	bool drops_master;
};

extern struct kernel kernel;

extern const struct apui_drm_system fake_system;

#endif
