/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/fence.h"
#include "core/result.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
free_fence(struct apu_fence *fence)
{
	free(fence->syncobjs);
	free(fence->buffers);
	free(fence->data);
	free(fence);
}

static void
destroy_syncobjs(struct apu_fence *fence)
{
	struct apui_transport *t = fence->dev->transport;

	for (unsigned int i = 0; i < fence->syncobj_count; i++)
		t->ops->syncobj_destroy(t, fence->syncobjs[i]);
	fence->syncobj_count = 0;
}

static int
create_syncobjs(struct apu_fence *fence)
{
	struct apui_transport *t = fence->dev->transport;

	for (unsigned int i = 0; i < fence->request_count; i++) {
		int ret = t->ops->syncobj_create(t, &fence->syncobjs[i]);

		if (ret < 0) {
			destroy_syncobjs(fence);
			return apui_device_note(fence->dev, ret);
		}
		fence->syncobj_count++;
	}
	return 0;
}

static int
allocate_lists(struct apu_fence *fence, const struct apui_submission *s)
{
	fence->syncobjs = calloc(s->request_count, sizeof(uint32_t));
	fence->buffers = calloc(s->buffer_count + 1, sizeof(fence->buffers[0]));
	fence->data = malloc((size_t)s->data_bytes + 1);
	if (fence->syncobjs == NULL || fence->buffers == NULL ||
	    fence->data == NULL)
		return -ENOMEM;
	for (unsigned int i = 0; i < s->buffer_count; i++)
		fence->buffers[i] = s->buffers[i];
	return 0;
}

int
apui_fence_new(const struct apui_submission *s, struct apu_fence **out_fence)
{
	struct apu_fence *fence = calloc(1, sizeof(*fence));
	int ret;

	if (fence == NULL)
		return -ENOMEM;

	apui_ref_init(&fence->ref);
	fence->dev = s->dev;
	fence->arena = s->arena;
	fence->request_count = s->request_count;
	fence->buffer_count = s->buffer_count;
	fence->data_bytes = s->data_bytes;
	fence->status = -EINPROGRESS;
	fence->report.failed_operator = APUI_RUN_NO_OPERATOR;
	ret = allocate_lists(fence, s);
	if (ret == 0)
		ret = create_syncobjs(fence);
	if (ret < 0) {
		free_fence(fence);
		return ret;
	}
	apu_device_ref(fence->dev);
	*out_fence = fence;
	return 0;
}

static void
list_fence(struct apu_fence *fence)
{
	struct apu_fence **link = &fence->dev->in_flight;

	while (*link != NULL)
		link = &(*link)->next;
	*link = fence;
	fence->submitted_ns = apu_device_now_ns(fence->dev);
	for (unsigned int i = 0; i < fence->buffer_count; i++)
		apui_buffer_use(fence->buffers[i]);
}

static void
unlist_fence(struct apu_fence *fence)
{
	struct apu_fence **link = &fence->dev->in_flight;

	while (*link != fence)
		link = &(*link)->next;
	*link = fence->next;
	for (unsigned int i = 0; i < fence->buffer_count; i++)
		apui_buffer_unuse(fence->buffers[i]);
}

static void
end_fence(struct apu_fence *fence, int status)
{
	if (fence->status != -EINPROGRESS)
		return;
	fence->status = status;
	fence->ended_ns = apu_device_now_ns(fence->dev);
}

void
apui_fence_settle(struct apu_fence *fence)
{
	/* A syncobj's number may come again: not while somebody sleeps on it.
	 */
	if (!fence->is_retired || fence->waiters > 0)
		return;
	destroy_syncobjs(fence);
	if (fence->is_orphan)
		free_fence(fence);
}

/* The device has finished with it, or never had it. */
static void
retire_fence(struct apu_fence *fence)
{
	fence->dev->requests_in_flight -= fence->queued - fence->completed;
	fence->is_retired = true;
	if (fence->queued > 0)
		unlist_fence(fence);
	apui_fence_settle(fence);
}

int
apui_fence_queue(struct apu_fence *fence, struct apui_request *request)
{
	struct apui_transport *t = fence->dev->transport;
	int ret;

	request->out_syncobj = fence->syncobjs[fence->queued];
	ret = t->ops->queue(t, request);
	if (ret < 0)
		return apui_device_note(fence->dev, ret);

	if (fence->queued == 0)
		list_fence(fence);
	fence->queued++;
	fence->dev->requests_in_flight++;
	return 0;
}

/* RUNs that have not started will not. */
static void
cancel_in_arena(struct apu_fence *fence)
{
	if (fence->arena != NULL)
		__atomic_store_n(&fence->arena->submission_id,
				 APUI_SUBMISSION_CANCELLED, __ATOMIC_RELEASE);
}

void
apui_fence_cut_short(struct apu_fence *fence, int status)
{
	cancel_in_arena(fence);
	end_fence(fence, status);
	fence->request_count = fence->queued;
	if (fence->queued == 0)
		retire_fence(fence);
}

void
apui_fence_give_up(struct apu_fence *fence, int status)
{
	pthread_mutex_lock(&fence->dev->lock);
	if (fence->status == -EINPROGRESS) {
		cancel_in_arena(fence);
		end_fence(fence, status);
	}
	pthread_mutex_unlock(&fence->dev->lock);
}

/* What one request brought back; @data has APUI_DEQUEUE_BYTES. */
static void
take_result(struct apu_fence *fence, const struct apui_result *result,
	    const uint8_t *data)
{
	bool is_first_failure = fence->result == 0 && result->result != 0;
	bool is_last = fence->completed + 1 == fence->request_count;

	fence->has_result = true;
	if (is_first_failure)
		fence->result = result->result;
	if (is_first_failure && fence->arena != NULL &&
	    result->size_bytes >= sizeof(fence->report))
		memcpy(&fence->report, data, sizeof(fence->report));
	if (is_last) {
		if (result->size_bytes < fence->data_bytes)
			fence->data_bytes = result->size_bytes;
		memcpy(fence->data, data, fence->data_bytes);
	}
}

/* Fetch what has completed: 0 when that is all, else what dequeue() said. */
static int
fetch_results(struct apu_fence *fence)
{
	struct apu_device *dev = fence->dev;
	struct apui_transport *t = dev->transport;
	struct apui_result result;

	while (fence->completed < fence->queued) {
		uint32_t syncobj = fence->syncobjs[fence->completed];
		int ret =
			t->ops->dequeue(t, syncobj, dev->dequeue_data, &result);

		if (ret < 0)
			return ret;
		take_result(fence, &result, dev->dequeue_data);
		fence->completed++;
		dev->requests_in_flight--;
	}
	return 0;
}

/* Look whether the last request has signalled; never sleeps. */
static int
look_at_fence(const struct apu_fence *fence)
{
	struct apui_transport *t = fence->dev->transport;
	int ret = apui_device_check(fence->dev);

	if (ret < 0)
		return ret;
	ret = t->ops->syncobj_wait(t, fence->syncobjs[fence->queued - 1], 0);
	return apui_device_note(fence->dev, ret);
}

/*
 * No result comes any more: @ret is 0 if all have come. The first failure is
 * the submission's, and the firmware's come before the driver's.
 */
static void
finish_fence(struct apu_fence *fence, int ret)
{
	int status = apui_result_to_errno(fence->result);

	if (status == 0 && ret < 0)
		status = ret == -ENODEV ? -ENODEV : -EIO;
	end_fence(fence, status);
	retire_fence(fence);
}

/*
 * A signalled syncobj without a result means that the driver has lost the job
 * (torture.md, K11). Who only polls has to learn that, too.
 */
void
apui_fence_collect(struct apu_fence *fence)
{
	int ret;

	if (fence->is_retired || fence->queued < fence->request_count)
		return;
	ret = fetch_results(fence);
	if (ret < 0) {
		ret = look_at_fence(fence);
		if (ret == -ETIME)
			return;
		/* It may have completed just before the look. */
		if (ret == 0)
			ret = fetch_results(fence);
	}
	finish_fence(fence, ret);
}

/*
 * Events only say that something has completed, which dequeue says better; but
 * those that nobody reads use up the client's budget (torture.md, K17).
 */
static void
drain_events(struct apu_device *dev)
{
	struct apui_transport *t = dev->transport;
	struct apui_event events[64];

	for (uint32_t i = 0; i <= t->info.max_in_flight / 64; i++)
		if (t->ops->read_events(t, events, 64) < 64)
			break;
}

void
apui_fence_reap(struct apu_device *dev)
{
	struct apu_fence *next;

	drain_events(dev);
	for (struct apu_fence *fence = dev->in_flight; fence != NULL;
	     fence = next) {
		next = fence->next;
		apui_fence_collect(fence);
	}
}

/* Sleep until the last request has completed. Drops the lock meanwhile. */
static int
sleep_on_fence(struct apu_fence *fence, int64_t deadline_ns)
{
	struct apu_device *dev = fence->dev;
	struct apui_transport *t = dev->transport;
	uint32_t syncobj = fence->syncobjs[fence->queued - 1];
	int ret;

	pthread_mutex_unlock(&dev->lock);
	ret = t->ops->syncobj_wait(t, syncobj, deadline_ns);
	pthread_mutex_lock(&dev->lock);

	apui_device_note(dev, ret);
	drain_events(dev);
	apui_fence_collect(fence);
	/* A driver that contradicts itself must not keep us here for ever. */
	if (!fence->is_retired && ret != -ETIME)
		finish_fence(fence, -EIO);
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
	apui_fence_settle(fence);
	return ret;
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
		cancel_in_arena(fence);
		retire_fence(fence);
	}
	pthread_mutex_unlock(&dev->lock);
}
