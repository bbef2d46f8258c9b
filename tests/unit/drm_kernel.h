/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_DRM_KERNEL_H
#define APUI_TEST_DRM_KERNEL_H

/*
 * A kernel of a few lines, which does what a test asks: it answers as the
 * published driver does, in its traps too.
 */

#include "test.h"
#include "transport/drm/client.h"

#define NODE_FD      1000 /* what is opened, or copied */
#define OTHER_FD     1001 /* of the program */
#define SYNC_FILE_FD 1002
#define CORES        2
#define ADDRESS      0x6ffff000u
#define DATA_OUT     0x45

#define MAX_SYNCOBJS 512
#define LOG_LENGTH   16

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
	int dup_error; /* of the copy of OTHER_FD; 0: there is one */
	unsigned int reads, closes;
	/* With this on each request is answered at once, as its firmware
	 * would, under its own syncobj. */
	bool answers;
	bool loses;      /* but it ends without a result */
	bool is_offline; /* no core is online */
	struct {
		bool has_result;
		uint16_t cmd;
	} replies[MAX_SYNCOBJS];
	uint32_t next_syncobj;
	uint32_t exported; /* syncobj that a sync_file was made of last */
	/* The driver's and DRM's ioctls, newest last, from log_count on. */
	uint32_t log[LOG_LENGTH];
	unsigned int log_count;
};

extern struct kernel kernel;

extern const struct apui_drm_system fake_system;

#endif
