/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_SCRIPTED_H
#define APUI_TEST_SCRIPTED_H

/*
 * A transport that does what a test tells it, and counts what it is asked. It
 * has no thread: requests stay in flight until the test, or somebody who waits,
 * lets them end. Its clock stands still but for waits in vain, which take it to
 * their deadline. INFO is answered at once, and as the library wants it, unless
 * the device hangs.
 */

#include "core/device.h"
#include "transport/transport.h"

#define SCRIPTED_MAX_BUFFERS  32
#define SCRIPTED_MAX_SYNCOBJS 1024
#define SCRIPTED_MAX_REQUESTS 64
/* An outcome: the syncobj signals, and there is nothing to dequeue. */
#define SCRIPTED_LOST (-1)

struct scripted_reply {
	int outcome; /* the firmware's result, or SCRIPTED_LOST */
	uint16_t size_bytes;
	uint8_t fill; /* what its bytes are */
};

struct scripted_request {
	uint32_t syncobj;
	bool has_ended;
	bool is_fetched;
	uint16_t cmd;
};

struct scripted_buffer {
	uint8_t *memory;
	uint64_t size_bytes;
	bool is_open;
	bool is_mapped;
};

struct scripted {
	struct apui_transport base;

	/* The test's part. */
	struct scripted_reply replies[SCRIPTED_MAX_REQUESTS];
	bool hangs;                   /* waiting does not let requests end */
	bool is_gone;                 /* every wait finds no device */
	unsigned int queue_fails_at;  /* the how manieth, from 1; 0: none */
	unsigned int create_fails_at; /* the same of syncobjs */
	int error;                    /* what those two return */
	uint64_t address;             /* what iommu_map() says */

	/* What came. Counts leave INFO out. */
	struct scripted_request requests[SCRIPTED_MAX_REQUESTS];
	unsigned int request_count;
	unsigned int queue_calls;
	struct scripted_buffer buffers[SCRIPTED_MAX_BUFFERS];
	unsigned int open_buffers;
	bool syncobjs[SCRIPTED_MAX_SYNCOBJS];
	uint32_t last_syncobj;
	unsigned int open_syncobjs;
	unsigned int create_calls;
	uint32_t info_syncobj;
	unsigned int misuses; /* unknown handles, things ended twice */
	bool is_closed;
	int64_t now_ns;
};

/*
 * Open a device on it; @s is the test's, and outlives the device. At most
 * @max_in_flight requests are taken at once.
 */
struct apu_device *
scripted_open(struct scripted *s, unsigned int max_in_flight);

/* Let every request in flight end as replies[] says. */
void
scripted_end_all(struct scripted *s);

/* Forget what came so far, so that request and call 1 come next. */
void
scripted_restart(struct scripted *s);

#endif
