/* SPDX-License-Identifier: MIT */
#ifndef APUI_SUBMISSION_H
#define APUI_SUBMISSION_H

/*
 * Between submission.c, which has the life of a submission, collect.c, which
 * takes in what the driver says of it, and wait.c, which sleeps until there is
 * something. All under dev->lock.
 */

#include "core/fence.h"

/* End it for its users, if it has not ended. */
void
apui_fence_end(struct apu_fence *fence, int status);

/* It has ended: tell those who poll (fence_fd.c). */
void
apui_fence_announce_end(struct apu_fence *fence);

/* No result comes any more; @ret is 0 if all have come. */
void
apui_fence_finish(struct apu_fence *fence, int ret);

/* What was queued has completed: go on with a sequence, or finish. */
void
apui_fence_resume(struct apu_fence *fence);

/* The last request queued has signalled: take in the results. */
void
apui_fence_take(struct apu_fence *fence);

/* It ought to have ended long ago: give it up, whatever the driver does. */
void
apui_fence_expire(struct apu_fence *fence);

/* RUNs that have not started will not. */
void
apui_fence_cancel_runs(struct apu_fence *fence);

/* One of its requests is no longer in flight. */
void
apui_fence_discharge(struct apu_fence *fence);

/* The device has finished with it, or never had it. */
void
apui_fence_retire(struct apu_fence *fence);

/* It has ended, and perhaps the device has not finished with it. */
void
apui_fence_quarantine(struct apu_fence *fence);

/* Retire it though the device may still work for it: the device goes. */
void
apui_fence_abandon(struct apu_fence *fence);

/* Nothing of it is waited for any more. */
static inline bool
apui_fence_is_over(const struct apu_fence *fence)
{
	return fence->is_retired || fence->is_quarantined;
}

/* Whether a sequence cannot go on before somebody has made a call. */
bool
apui_fence_is_calling(const struct apu_fence *fence);

/* Sleep no more on @batch, which may be the fence's last reason to keep it. */
void
apui_fence_leave_batch(struct apu_fence *fence, struct apui_batch *batch);

/*
 * Events only say that something has completed, which dequeue says better; but
 * those that nobody reads use up the client's budget (torture.md, K17). How
 * many there were.
 */
unsigned int
apui_fence_drain_events(struct apu_device *dev);

#endif
