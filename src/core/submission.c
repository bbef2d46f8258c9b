/* SPDX-License-Identifier: MIT */
#include "core/submission.h"
#include "core/error.h"
#include "core/fence.h"
#include "core/recovery.h"
#include "core/sequence.h"
#include "core/worker.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
free_fence(struct apu_fence *fence)
{
	if (fence->ready_fd >= 0)
		close(fence->ready_fd);
	free(fence->buffers);
	free(fence->data);
	free(fence);
}

/*
 * A syncobj's number may come again: not while somebody sleeps on it, who then
 * frees it.
 */
static void
replace_batch(struct apu_fence *fence, struct apui_batch *batch)
{
	if (fence->batch != NULL && fence->batch->sleepers == 0)
		apui_batch_free(fence->dev, fence->batch);
	fence->batch = batch;
}

void
apui_fence_leave_batch(struct apu_fence *fence, struct apui_batch *batch)
{
	batch->sleepers--;
	if (batch->sleepers == 0 && batch != fence->batch)
		apui_batch_free(fence->dev, batch);
}

static int
allocate_lists(struct apu_fence *fence, const struct apui_submission *s)
{
	fence->buffers =
		malloc((s->buffer_count + 1) * sizeof(fence->buffers[0]));
	fence->data = malloc((size_t)s->data_bytes + 1);
	if (fence->buffers == NULL || fence->data == NULL)
		return -ENOMEM;
	for (unsigned int i = 0; i < s->buffer_count; i++)
		fence->buffers[i] = s->buffers[i];
	return 0;
}

/* Made for each job, with malloc(): calloc() passes glibc's fast lists by. */
int
apui_fence_new(const struct apui_submission *s, struct apu_fence **out_fence)
{
	struct apu_fence *fence = malloc(sizeof(*fence));
	int ret;

	if (fence == NULL)
		return -ENOMEM;

	memset(fence, 0, sizeof(*fence));
	apui_ref_init(&fence->ref);
	fence->dev = s->dev;
	fence->core = s->core;
	fence->arena = s->arena;
	fence->request_count = s->request_count;
	fence->buffer_count = s->buffer_count;
	fence->data_bytes = s->data_bytes;
	fence->status = -EINPROGRESS;
	fence->ready_fd = -1;
	fence->report.failed_operator = APUI_RUN_NO_OPERATOR;
	ret = allocate_lists(fence, s);
	if (ret == 0 && s->request_count > 0)
		ret = apui_batch_new(fence->dev, s->request_count,
				     &fence->batch);
	if (ret < 0) {
		free_fence(fence);
		return ret;
	}
	fence->sequence = s->sequence;
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
	fence->is_listed = true;
	fence->submitted_ns = apu_device_now_ns(fence->dev);
	for (unsigned int i = 0; i < fence->buffer_count; i++)
		apui_buffer_use(fence->buffers[i]);
}

static void
remove_from_list(struct apu_fence *fence)
{
	struct apu_fence **link = fence->is_quarantined
					  ? &fence->dev->quarantine
					  : &fence->dev->in_flight;

	while (*link != fence)
		link = &(*link)->next;
	*link = fence->next;
}

static void
unlist_fence(struct apu_fence *fence)
{
	remove_from_list(fence);
	for (unsigned int i = 0; i < fence->buffer_count; i++)
		apui_buffer_unuse(fence->buffers[i]);
}

void
apui_fence_end(struct apu_fence *fence, int status)
{
	if (fence->status != -EINPROGRESS)
		return;
	fence->status = status;
	fence->ended_ns = apu_device_now_ns(fence->dev);
	apui_fence_announce_end(fence);
}

void
apui_fence_settle(struct apu_fence *fence)
{
	if (!fence->is_retired || fence->waiters > 0)
		return;
	replace_batch(fence, NULL);
	if (fence->is_orphan)
		free_fence(fence);
}

static void
charge(struct apu_fence *fence, int count)
{
	fence->charged += (unsigned int)count;
	fence->dev->requests_in_flight += (unsigned int)count;
}

/* It may call functions of the program: not here, under the lock. */
static void
put_sequence_aside(struct apu_fence *fence)
{
	struct apu_device *dev = fence->dev;

	if (fence->sequence == NULL)
		return;
	fence->sequence->next = dev->ended;
	dev->ended = fence->sequence;
	fence->sequence = NULL;
	apui_worker_wake(dev);
}

/* The device has finished with it, or never had it. */
void
apui_fence_retire(struct apu_fence *fence)
{
	charge(fence, -(int)fence->charged);
	fence->is_retired = true;
	if (fence->is_listed)
		unlist_fence(fence);
	put_sequence_aside(fence);
	apui_fence_settle(fence);
}

/* It has ended, and perhaps the device has not finished with it. */
void
apui_fence_quarantine(struct apu_fence *fence)
{
	remove_from_list(fence);
	fence->is_quarantined = true;
	fence->next = fence->dev->quarantine;
	fence->dev->quarantine = fence;
	put_sequence_aside(fence);
}

/* Of a sequence one request is charged for good: it can always go on. */
static void
charge_queued(struct apu_fence *fence)
{
	if (fence->sequence == NULL || fence->queued > 1)
		charge(fence, 1);
}

void
apui_fence_discharge(struct apu_fence *fence)
{
	if (fence->sequence == NULL || fence->charged > 1)
		charge(fence, -1);
}

int
apui_fence_queue(struct apu_fence *fence, struct apui_request *request)
{
	struct apu_device *dev = fence->dev;
	struct apui_transport *t = dev->transport;
	int ret;

	request->out_syncobj = fence->batch->syncobjs[fence->queued];
	ret = t->ops->queue(t, request);
	/* Or the budget of events is full: then reading them helps (K17). */
	if (ret == -ENOMEM && apui_fence_drain_events(dev) > 0)
		ret = t->ops->queue(t, request);
	ret = apui_device_note(dev, ret);
	if (ret < 0)
		return ret;

	if (!fence->is_listed)
		list_fence(fence);
	fence->queued++;
	fence->batch->queued++;
	fence->serial = ++dev->queue_serial;
	charge_queued(fence);
	fence->expiry_ns = apui_fence_expiry_ns(dev);
	return 0;
}

int
apui_fence_expect(struct apu_fence *fence, unsigned int count)
{
	struct apui_batch *batch = NULL;
	int ret = apui_batch_new(fence->dev, count, &batch);

	if (ret < 0)
		return ret;
	replace_batch(fence, batch);
	fence->request_count = count;
	fence->queued = 0;
	fence->completed = 0;
	return 0;
}

/* Whether a sequence cannot go on before somebody has made a call. */
bool
apui_fence_is_calling(const struct apu_fence *fence)
{
	return fence->sequence != NULL && fence->sequence->call != NULL;
}

/* RUNs that have not started will not. */
void
apui_fence_cancel_runs(struct apu_fence *fence)
{
	if (fence->arena != NULL)
		__atomic_store_n(&fence->arena->submission_id,
				 APUI_SUBMISSION_CANCELLED, __ATOMIC_RELEASE);
}

void
apui_fence_cut_short(struct apu_fence *fence, int status)
{
	apui_fence_cancel_runs(fence);
	apui_fence_end(fence, status);
	fence->request_count = fence->queued;
	if (fence->queued == fence->completed)
		apui_fence_retire(fence);
}

void
apui_fence_give_up(struct apu_fence *fence, int status)
{
	pthread_mutex_lock(&fence->dev->lock);
	if (fence->status == -EINPROGRESS) {
		apui_fence_cancel_runs(fence);
		apui_fence_end(fence, status);
		if (apui_fence_is_calling(fence) &&
		    !fence->sequence->is_calling)
			apui_fence_retire(fence);
	}
	pthread_mutex_unlock(&fence->dev->lock);
}

int
apui_fence_begin(struct apu_fence *fence)
{
	int ret;

	list_fence(fence);
	charge(fence, 1);
	ret = apui_sequence_advance(fence);
	if (ret == 0)
		apui_fence_finish(fence, 0);
	else if (ret > 0)
		apui_worker_wake(fence->dev);
	return ret;
}

void
apui_fence_abandon(struct apu_fence *fence)
{
	apui_fence_cancel_runs(fence);
	apui_fence_retire(fence);
}

void
apui_fence_forget(struct apu_fence *fence)
{
	if (fence->is_listed && !fence->is_retired)
		remove_from_list(fence);
	free(fence->batch);
	free_fence(fence);
}

void
apui_fence_forget_all(struct apu_device *dev)
{
	while (dev->in_flight != NULL)
		apui_fence_forget(dev->in_flight);
	while (dev->quarantine != NULL)
		apui_fence_forget(dev->quarantine);
}
