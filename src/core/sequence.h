/* SPDX-License-Identifier: MIT */
#ifndef APUI_CORE_SEQUENCE_H
#define APUI_CORE_SEQUENCE_H

/*
 * A submission of a program with control operators: what has to be queued next
 * is known only when what was queued has completed. Also one whose requests may
 * not all be in flight at once: they are over the window, or the core is
 * suspect. Whoever looks at its fence moves it along; when nobody does, the
 * device's worker does (worker.c).
 */

#include "core/fence.h"
#include "core/flow.h"
#include "core/job.h"

struct apui_sequence {
	struct apui_sequence *next; /* of those that a device is to free */
	struct apui_flow *flow;     /* NULL: a program without one */
	uint32_t operator_count;
	const uint64_t *work; /* of each, of the flow's or own_work */
	uint64_t *own_work;
	struct apui_run_request run; /* its buffers are the fence's */
	uint8_t **maps;              /* of each slot; NULL: not needed */
	unsigned int core;
	uint64_t work_budget;

	/* Of dev->lock. */
	uint32_t position; /* the next operator */
	uint64_t iterations;
	const struct apui_step *call; /* that waits for somebody to make it */
	bool is_calling;              /* somebody does */
};

/*
 * For a submission of @job, whose buffers @run has. 0, -ENOMEM, and the errors
 * of mapping a buffer.
 */
int
apui_sequence_new(struct apu_job *job, const struct apui_run_request *run,
		  struct apui_sequence **out_sequence);
/* No lock may be held: see apui_flow_unref(). NULL is none. */
void
apui_sequence_free(struct apui_sequence *sequence);

/*
 * All that was queued has completed: queue what comes next. Returns 1 when
 * there is something, or a call that somebody must make; 0 at the end; or an
 * errno, with the cause in the fence, when it cannot go on, though some of it
 * may have been queued. Under dev->lock.
 */
int
apui_sequence_advance(struct apu_fence *fence);

/*
 * Make the call that the sequence waits for. Under dev->lock, which it drops
 * meanwhile. 0, or an errno with the cause in the fence.
 */
int
apui_sequence_call(struct apu_fence *fence);

#endif
