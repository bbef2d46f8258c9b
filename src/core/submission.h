/* SPDX-License-Identifier: MIT */
#ifndef APUI_SUBMISSION_H
#define APUI_SUBMISSION_H

/*
 * Between submission.c, which knows what becomes of a submission, and wait.c,
 * which sleeps until something does. All under dev->lock.
 */

#include "core/fence.h"

/* End it for its users, if it has not ended. */
void
apui_fence_end(struct apu_fence *fence, int status);

/* No result comes any more; @ret is 0 if all have come. */
void
apui_fence_finish(struct apu_fence *fence, int ret);

/* What was queued has completed: go on with a sequence, or finish. */
void
apui_fence_resume(struct apu_fence *fence);

/* Retire it though the device may still work for it: the device goes. */
void
apui_fence_abandon(struct apu_fence *fence);

/* Whether a sequence cannot go on before somebody has made a call. */
bool
apui_fence_is_calling(const struct apu_fence *fence);

/* Sleep no more on @batch, which may be the fence's last reason to keep it. */
void
apui_fence_leave_batch(struct apu_fence *fence, struct apui_batch *batch);

/*
 * Events only say that something has completed, which dequeue says better; but
 * those that nobody reads use up the client's budget (torture.md, K17).
 */
void
apui_fence_drain_events(struct apu_device *dev);

#endif
