/* SPDX-License-Identifier: MIT */

/* Waiting for submissions, and moving them along meanwhile. */

#include "core/error.h"
#include "core/recovery.h"
#include "core/sequence.h"
#include "core/submission.h"
#include "core/worker.h"
#include <errno.h>

/*
 * Make the call that a sequence waits for, or wait for who makes it. A deadline
 * in the past only looks: a call may take its time.
 */
static int
attend_call(struct apu_fence *fence, int64_t deadline_ns)
{
	struct apu_device *dev = fence->dev;
	int ret;

	if (fence->sequence->is_calling)
		return apui_worker_wait(dev, &dev->changed, deadline_ns);
	if (apu_device_now_ns(dev) >= deadline_ns)
		return -ETIME;
	ret = apui_sequence_call(fence);
	if (ret < 0)
		apui_fence_end(fence, ret);
	apui_fence_resume(fence);
	return 0;
}

/* @ret is what a wait for the last request said. */
static void
take_in(struct apu_fence *fence, int ret)
{
	struct apui_batch *batch = fence->batch;

	if (ret == 0) {
		apui_fence_take(fence);
		return;
	}
	if (ret == -ETIME && !apui_fence_is_overdue(fence))
		return;
	apui_fence_collect(fence);
	/* A driver that contradicts itself must not keep us here for ever. */
	if (ret != -ETIME && !apui_fence_is_over(fence) &&
	    fence->batch == batch && !apui_fence_is_calling(fence))
		apui_fence_finish(fence, -EIO);
}

/*
 * Sleep until the last request has completed, but not for ever: a driver may
 * have lost it (K12). Drops the lock meanwhile.
 */
static int
sleep_on_fence(struct apu_fence *fence, int64_t deadline_ns)
{
	struct apu_device *dev = fence->dev;
	struct apui_transport *t = dev->transport;
	struct apui_batch *batch = fence->batch;
	int64_t until_ns;
	uint32_t syncobj;
	int ret;

	if (apui_fence_is_calling(fence))
		return attend_call(fence, deadline_ns);
	until_ns =
		fence->expiry_ns < deadline_ns ? fence->expiry_ns : deadline_ns;
	syncobj = batch->syncobjs[fence->queued - 1];
	batch->sleepers++;
	pthread_mutex_unlock(&dev->lock);
	ret = t->ops->syncobj_wait(t, syncobj, until_ns);
	pthread_mutex_lock(&dev->lock);

	ret = apui_device_note(dev, ret);
	if (fence->batch == batch)
		take_in(fence, ret);
	apui_fence_leave_batch(fence, batch);
	return ret == -ETIME && until_ns < deadline_ns ? 0 : ret;
}

static bool
is_waited_for(const struct apu_fence *fence, bool for_retirement)
{
	if (for_retirement)
		return !apui_fence_is_over(fence);
	return fence->status == -EINPROGRESS;
}

/* Under the lock. The fence may be gone afterwards, if no user holds it. */
static int
wait_for_fence(struct apu_fence *fence, bool for_retirement,
	       int64_t deadline_ns)
{
	int ret = 0;

	fence->waiters++;
	while (ret != -ETIME && is_waited_for(fence, for_retirement))
		ret = sleep_on_fence(fence, deadline_ns);
	ret = is_waited_for(fence, for_retirement) ? -ETIME : 0;
	fence->waiters--;
	if (apui_fence_needs_worker(fence))
		apui_worker_wake(fence->dev);
	apui_fence_settle(fence);
	return ret;
}

void
apui_fence_attend(struct apu_fence *fence, int64_t deadline_ns)
{
	fence->waiters++;
	apui_fence_collect(fence);
	if (!apui_fence_is_over(fence))
		sleep_on_fence(fence, deadline_ns);
	fence->waiters--;
	apui_fence_settle(fence);
}

int
apui_fence_wait_locked(struct apu_fence *fence, int64_t deadline_ns)
{
	return wait_for_fence(fence, false, deadline_ns);
}

static struct apu_fence *
find_user_of(const struct apu_buffer *buf, struct apu_fence *list)
{
	for (struct apu_fence *fence = list; fence != NULL; fence = fence->next)
		for (unsigned int i = 0; i < fence->buffer_count; i++)
			if (apui_buffer_is_same(fence->buffers[i], buf))
				return fence;
	return NULL;
}

static int
refuse_doubtful(void)
{
	apui_fail(-ETIMEDOUT, NULL,
		  "a submission that used it timed out, and the core may still "
		  "write to it");
	apui_fail_remedy("once the core has answered another job, it is free");
	return -ETIMEDOUT;
}

int
apui_fence_wait_for_buffer(struct apu_buffer *buf, int64_t deadline_ns)
{
	struct apu_device *dev = buf->dev;
	struct apu_fence *fence;
	bool is_doubtful;
	int ret = 0;

	pthread_mutex_lock(&dev->lock);
	while (ret == 0 && (fence = find_user_of(buf, dev->in_flight)) != NULL)
		ret = wait_for_fence(fence, true, deadline_ns);
	/* To wait for those would be to wait for others to submit. */
	is_doubtful = ret == 0 && find_user_of(buf, dev->quarantine) != NULL;
	pthread_mutex_unlock(&dev->lock);
	if (ret < 0)
		return apui_fail(ret, NULL,
				 "the device still uses it at the deadline");
	ret = apui_device_check(dev);
	return ret == 0 && is_doubtful ? refuse_doubtful() : ret;
}

void
apui_fence_drain(struct apu_device *dev)
{
	int64_t timeout_ns = dev->transport->info.timeout_ns;
	int64_t deadline_ns = apu_device_deadline_ns(dev, timeout_ns);
	struct apu_fence *fence;

	pthread_mutex_lock(&dev->lock);
	while ((fence = dev->in_flight) != NULL) {
		if (wait_for_fence(fence, true, deadline_ns) == 0)
			continue;
		apui_fence_abandon(fence);
	}
	while (dev->quarantine != NULL)
		apui_fence_retire(dev->quarantine);
	apui_syncobj_pool_finish(dev);
	pthread_mutex_unlock(&dev->lock);
}
