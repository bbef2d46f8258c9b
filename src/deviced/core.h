/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_CORE_H
#define APUI_DEVICED_CORE_H

/*
 * A core: a thread that runs the firmware, one request at a time.
 */

#include "deviced/faults.h"
#include "deviced/memory.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define DEVICED_MAX_CORES 4
/* More than a message of any driver has that libapu queues at. */
#define DEVICED_REQUEST_BYTES 2048

struct deviced_core;

/* What comes of requests; called from the core's thread. */
struct deviced_sink {
	void (*reply)(void *context, unsigned int core, const uint8_t *bytes,
		      size_t size_bytes);
	/* The device is to go, and to come back later. */
	void (*crash)(void *context, uint32_t offline_ms);
	void *context;
};

struct deviced_core {
	unsigned int index;
	unsigned int address_bytes; /* on the wire: 4 or 8 */
	/*
	 * What the driver gives a request, if it does not tell when it has
	 * given up; else 0.
	 */
	unsigned int timeout_ms;
	const struct deviced_source *source;
	const struct deviced_sink *sink;
	struct deviced_faults *faults;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t wake;
	bool is_ending;
	bool is_reset; /* what runs has been given up */
	bool has_request;
	uint32_t client;
	size_t request_bytes;
	uint8_t request[DEVICED_REQUEST_BYTES];
	/* Without the lock: asked often. */
	atomic_bool is_cancelled;
	int64_t deadline_ns; /* the thread's own */
};

/* index to faults are set. -EAGAIN, -ENOMEM. */
int
deviced_core_start(struct deviced_core *core);

/* Give up what runs and end the thread. */
void
deviced_core_stop(struct deviced_core *core);

/*
 * Hand over a request of a client, which is copied; one that is too long is
 * ignored. A driver sends the next one when the last was answered or given up.
 */
void
deviced_core_submit(struct deviced_core *core, uint32_t client,
		    const uint8_t *request, size_t request_bytes);

/* Give up what runs: it gets no reply any more. */
void
deviced_core_reset(struct deviced_core *core);

#endif
