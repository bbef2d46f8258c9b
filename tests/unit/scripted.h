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
	unsigned int core;
	bool has_ended;
	bool is_fetched;
	uint16_t cmd;
};

struct scripted_buffer {
	uint8_t *memory;
	uint64_t size_bytes;
	bool is_open;
	bool is_mapped;
	unsigned int handles; /* imports of the same memory are one handle */
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
	int positive;           /* what every verb returns that can; 0: none */
	bool gives_syncobj_0;   /* as if 0 were a number */
	bool is_offline;        /* no core is online */
	uint32_t faults;        /* flags of STATE, gone once read (K15) */
	bool sends_events;      /* one a request that ends, else no end of
				   them */
	unsigned int budget;    /* events unread and promised; 0: no limit */
	bool signals_fds;       /* has the verb syncobj_export() */
	uint32_t import_handle; /* what every import gives */

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
	unsigned int events_unread;
	unsigned int map_calls, unmap_calls;
	unsigned int state_calls;
	int exported_fd;      /* the test's copy of the last one; 0: none */
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

/* Syncobjs that are neither idle nor kept until the device closes. */
unsigned int
scripted_syncobjs_in_use(const struct scripted *s,
			 const struct apu_device *dev);

/* Let one request end as replies[] says. */
void
scripted_end(struct scripted *s, unsigned int index);

/* Let every request in flight end as replies[] says. */
void
scripted_end_all(struct scripted *s);

/* Forget what came so far, so that request and call 1 come next. */
void
scripted_restart(struct scripted *s);

#endif
