/* SPDX-License-Identifier: MIT */
#ifndef APUI_FENCE_H
#define APUI_FENCE_H

/*
 * A submission: one or more requests to one core, of which the fence tells the
 * end. It ends once, for its users: with the last request's completion, or when
 * it is given up. It is retired when the device has finished with all of its
 * requests; until then it is on the device's list and its buffers are in use.
 * When nobody can say whether it has, it is in quarantine (recovery.h).
 * submission.c moves it along, fence.c is what users see of it.
 */

#include "core/buffer.h"
#include <apu/fence.h>

struct apu_fence {
	struct apui_ref ref; /* the users' */
	struct apu_device *dev;
	struct apui_arena_header *arena; /* NULL for raw commands */
	struct apu_buffer **buffers;
	unsigned int buffer_count;
	/* Freed by the device without its lock when it is retired. */
	struct apui_sequence *sequence; /* NULL: everything is queued at once */
	unsigned int core;

	/* Of dev->lock. */
	struct apu_fence *next;     /* on the device's list */
	struct apui_batch *batch;   /* NULL: none yet */
	unsigned int request_count; /* of the batch, as the next two */
	unsigned int queued;
	unsigned int completed;
	unsigned int charged; /* of the device's requests_in_flight */
	unsigned int waiters; /* threads in a wait: they keep it alive */
	uint64_t attended;    /* when the worker did last; 0: never */
	int ready_fd;         /* to be told of its end, or -1 (fence_fd.c) */
	uint64_t serial;      /* of the request queued last */
	int64_t expiry_ns; /* when it is given up, whatever the driver does */
	bool is_listed;    /* something of it has been queued */
	bool is_doubtful;  /* the driver gave a request of it up */
	bool is_quarantined;
	bool is_retired;
	bool is_orphan; /* no user holds it any more */
	int status;     /* -EINPROGRESS until it has ended */
	int64_t submitted_ns;
	int64_t ended_ns;
	bool has_result;
	uint16_t result; /* the first that is not 0 */
	struct apui_run_report report;
	char cause[192]; /* why a sequence ended; "": see result */
	const char *remedy;
	uint8_t *data;
	uint16_t data_bytes; /* room first, then what came */
};

struct apui_submission {
	struct apu_device *dev;
	unsigned int core;
	unsigned int request_count;
	uint16_t data_bytes; /* wanted back inline from the last request */
	struct apu_buffer *const *buffers;
	unsigned int buffer_count;
	/* NULL for raw commands: where a RUN looks before it starts. */
	struct apui_arena_header *arena;
	/* Whose requests are not known yet, or NULL: the fence's. */
	struct apui_sequence *sequence;
};

/*
 * Make the fence of a submission that is not queued yet, with one reference.
 * Under dev->lock. -ENOMEM, -ENODEV.
 */
int
apui_fence_new(const struct apui_submission *submission,
	       struct apu_fence **out_fence);

/*
 * Begin a sequence: it is on the device's list, and has one request of the
 * window for good. Under dev->lock. What apui_sequence_advance() gives.
 */
int
apui_fence_begin(struct apu_fence *fence);

/* The next batch of a sequence has @count requests. Under dev->lock. -ENOMEM */
int
apui_fence_expect(struct apu_fence *fence, unsigned int count);

/*
 * Queue the next request of the submission. The first one puts the fence on the
 * device's list. Under dev->lock. Errors of queue().
 */
int
apui_fence_queue(struct apu_fence *fence, struct apui_request *request);

/*
 * No request follows, though fewer than announced were queued: the submission
 * ends with @status. Under dev->lock.
 */
void
apui_fence_cut_short(struct apu_fence *fence, int status);

/* End the submission for its users, if it has not ended. Takes dev->lock. */
void
apui_fence_give_up(struct apu_fence *fence, int status);

/* Take in what has completed of one submission. Under dev->lock. */
void
apui_fence_collect(struct apu_fence *fence);

/* The same for all of the device. Under dev->lock. */
void
apui_fence_reap(struct apu_device *dev);

/* The same if there may be a result that nobody has fetched. */
void
apui_fence_reap_news(struct apu_device *dev);

/* Move a sequence along for a while, though nobody waits. As a wait. */
void
apui_fence_attend(struct apu_fence *fence, int64_t deadline_ns);

/* Wait for the end. Under dev->lock, which it drops meanwhile. 0 or -ETIME. */
int
apui_fence_wait_locked(struct apu_fence *fence, int64_t deadline_ns);

/*
 * Wait for the end and tell its status, with words, as apu_fence_wait() does.
 */
int
apui_fence_wait(struct apu_fence *fence, int64_t deadline_ns);

/* Whether the device's worker is to move it along when nobody else does. */
static inline bool
apui_fence_needs_worker(const struct apu_fence *fence)
{
	return fence->sequence != NULL || fence->ready_fd >= 0;
}

/*
 * In a child of the process that opened the device (apui_device_check_process):
 * a fence that no user holds ends, and nothing of the device's is touched; all
 * that are left do.
 */
void
apui_fence_forget(struct apu_fence *fence);
void
apui_fence_forget_all(struct apu_device *dev);

/* Drop what a fence without users keeps, as soon as it may. Under dev->lock. */
void
apui_fence_settle(struct apu_fence *fence);

/* Wait until no submission uses the buffer. 0, -ETIME, -ENODEV. */
int
apui_fence_wait_for_buffer(struct apu_buffer *buf, int64_t deadline_ns);

/*
 * Last act of a device: wait one driver's timeout for what is in flight, then
 * retire the rest as it is. No user is left.
 */
void
apui_fence_drain(struct apu_device *dev);

#endif
