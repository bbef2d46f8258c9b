/* SPDX-License-Identifier: MIT */

/* Waiting for submissions, and moving them along meanwhile. */

#include "core/error.h"
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

/* Sleep until the last request has completed. Drops the lock meanwhile. */
static int
sleep_on_fence(struct apu_fence *fence, int64_t deadline_ns)
{
	struct apu_device *dev = fence->dev;
	struct apui_transport *t = dev->transport;
	struct apui_batch *batch = fence->batch;
	uint32_t syncobj;
	int ret;

	if (apui_fence_is_calling(fence))
		return attend_call(fence, deadline_ns);
	syncobj = batch->syncobjs[fence->queued - 1];
	batch->sleepers++;
	pthread_mutex_unlock(&dev->lock);
	ret = t->ops->syncobj_wait(t, syncobj, deadline_ns);
	pthread_mutex_lock(&dev->lock);

	apui_device_note(dev, ret);
	apui_fence_drain_events(dev);
	apui_fence_collect(fence);
	/* A driver that contradicts itself must not keep us here for ever. */
	if (!fence->is_retired && fence->batch == batch &&
	    !apui_fence_is_calling(fence) && ret != -ETIME)
		apui_fence_finish(fence, -EIO);
	apui_fence_leave_batch(fence, batch);
	return ret;
}

static bool
is_waited_for(const struct apu_fence *fence, bool for_retirement)
{
	if (for_retirement)
		return !fence->is_retired;
	return fence->status == -EINPROGRESS;
}

/* Under the lock. The fence may be gone afterwards, if no user holds it. */
static int
wait_for_fence(struct apu_fence *fence, bool for_retirement,
	       int64_t deadline_ns)
{
	int ret = 0;

	fence->waiters++;
	apui_fence_collect(fence);
	while (ret != -ETIME && is_waited_for(fence, for_retirement))
		ret = sleep_on_fence(fence, deadline_ns);
	ret = is_waited_for(fence, for_retirement) ? -ETIME : 0;
	fence->waiters--;
	if (fence->sequence != NULL)
		apui_worker_wake(fence->dev);
	apui_fence_settle(fence);
	return ret;
}

void
apui_fence_attend(struct apu_fence *fence, int64_t deadline_ns)
{
	fence->waiters++;
	apui_fence_collect(fence);
	if (!fence->is_retired)
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
find_user_of(const struct apu_buffer *buf)
{
	for (struct apu_fence *fence = buf->dev->in_flight; fence != NULL;
	     fence = fence->next)
		for (unsigned int i = 0; i < fence->buffer_count; i++)
			if (fence->buffers[i] == buf)
				return fence;
	return NULL;
}

int
apui_fence_wait_for_buffer(struct apu_buffer *buf, int64_t deadline_ns)
{
	struct apu_device *dev = buf->dev;
	struct apu_fence *fence;
	int ret = 0;

	pthread_mutex_lock(&dev->lock);
	while (ret == 0 && (fence = find_user_of(buf)) != NULL)
		ret = wait_for_fence(fence, true, deadline_ns);
	pthread_mutex_unlock(&dev->lock);
	if (ret < 0)
		return apui_fail(ret, NULL,
				 "the device still uses it at the deadline");
	return apui_device_check(dev);
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
	pthread_mutex_unlock(&dev->lock);
}
