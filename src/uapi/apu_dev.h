/* SPDX-License-Identifier: MIT */
#ifndef APUI_APU_DEV_H
#define APUI_APU_DEV_H

/*
 * Between the test driver and the process that is its device: a misc device,
 * /dev/apu_dev, which one process at a time may open.
 *
 *	read()	gives the next message whole, or -EMSGSIZE and keeps it when
 *		there is no room; -ENODEV once the driver is unbound. It blocks,
 *		or is -EAGAIN; poll() tells.
 *	write()	takes one message of type REPLY. -ENOENT for a request that is
 *		not running any more: it is too late.
 *	ioctl()	APUI_DEV_GET_BUFFER.
 *
 * While nobody has it open no core is online; closing it fails what runs.
 */

#include "uapi/apu_drm.h"

#define APUI_DEV_NAME "apu_dev"

enum {
	/* In wire format A of the published firmware, with addresses of the
	 * client's own space.
	 */
	APUI_DEV_REQUEST = 1,
	/* The core's request has been given up: begin anew. No bytes. */
	APUI_DEV_RESET = 2,
	/* The answer to a request, in the same format. */
	APUI_DEV_REPLY = 3,
};

/* Followed by size_bytes bytes. */
struct apui_dev_message {
	__u32 type;
	__u32 core;
	__u32 client; /* whose addresses: for GET_BUFFER */
	__u32 size_bytes;
};

/* Of the whole: the wire carries 512 bytes less a header. */
#define APUI_DEV_MAX_BYTES 512

/* The buffer that lies at a client's device address, as a dma-buf. */
struct apui_dev_get_buffer {
	__u32 client;     /* in */
	__s32 fd;         /* out: the caller's, close-on-exec */
	__u64 address;    /* in: of any byte; out: of the first */
	__u64 size_bytes; /* out: mapped, a multiple of pages */
};

#define APUI_DEV_GET_BUFFER                                                    \
	(0xc0000000u | (__u32)sizeof(struct apui_dev_get_buffer) << 16 |       \
	 'a' << 8 | 1)

static_assert(sizeof(struct apui_dev_message) == 16, "apui_dev_message");
static_assert(sizeof(struct apui_dev_get_buffer) == 24, "apui_dev_get_buffer");

#endif
