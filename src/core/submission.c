/* SPDX-License-Identifier: MIT */
#include "core/submission.h"
#include "core/error.h"
#include "core/fence.h"
#include "core/result.h"
#include "core/sequence.h"
#include "core/worker.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
free_fence(struct apu_fence *fence)
{
	free(fence->buffers);
	free(fence->data);
	free(fence);
}

static void
free_batch(struct apu_device *dev, struct apui_batch *batch)
{
	struct apui_transport *t = dev->transport;

	if (batch == NULL)
		return;
	for (unsigned int i = 0; i < batch->count; i++)
		t->ops->syncobj_destroy(t, batch->syncobjs[i]);
	free(batch);
}

static int
new_batch(struct apu_device *dev, unsigned int count,
	  struct apui_batch **out_batch)
{
	struct apui_transport *t = dev->transport;
	struct apui_batch *batch =
		calloc(1, sizeof(*batch) + count * sizeof(uint32_t));

	if (batch == NULL)
		return -ENOMEM;
	for (unsigned int i = 0; i < count; i++) {
		int ret = t->ops->syncobj_create(t, &batch->syncobjs[i]);

		if (ret < 0) {
			free_batch(dev, batch);
			return apui_device_note(dev, ret);
		}
		batch->count++;
	}
	*out_batch = batch;
	return 0;
}

/*
 * A syncobj's number may come again: not while somebody sleeps on it, who then
 * frees it.
 */
static void
replace_batch(struct apu_fence *fence, struct apui_batch *batch)
{
	if (fence->batch != NULL && fence->batch->sleepers == 0)
		free_batch(fence->dev, fence->batch);
	fence->batch = batch;
}

void
apui_fence_leave_batch(struct apu_fence *fence, struct apui_batch *batch)
{
	batch->sleepers--;
	if (batch->sleepers == 0 && batch != fence->batch)
		free_batch(fence->dev, batch);
}

static int
allocate_lists(struct apu_fence *fence, const struct apui_submission *s)
{
	fence->buffers = calloc(s->buffer_count + 1, sizeof(fence->buffers[0]));
	fence->data = malloc((size_t)s->data_bytes + 1);
	if (fence->buffers == NULL || fence->data == NULL)
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
	if (ret == 0 && s->request_count > 0)
		ret = new_batch(fence->dev, s->request_count, &fence->batch);
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
unlist_fence(struct apu_fence *fence)
{
	struct apu_fence **link = &fence->dev->in_flight;

	while (*link != fence)
		link = &(*link)->next;
	*link = fence->next;
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
static void
retire_fence(struct apu_fence *fence)
{
	charge(fence, -(int)fence->charged);
	fence->is_retired = true;
	if (fence->is_listed)
		unlist_fence(fence);
	put_sequence_aside(fence);
	apui_fence_settle(fence);
}

/* Of a sequence one request is charged for good: it can always go on. */
static void
charge_queued(struct apu_fence *fence)
{
	if (fence->sequence == NULL || fence->queued > 1)
		charge(fence, 1);
}

static void
discharge_completed(struct apu_fence *fence)
{
	if (fence->sequence == NULL || fence->charged > 1)
		charge(fence, -1);
}

int
apui_fence_queue(struct apu_fence *fence, struct apui_request *request)
{
	struct apui_transport *t = fence->dev->transport;
	int ret;

	request->out_syncobj = fence->batch->syncobjs[fence->queued];
	ret = t->ops->queue(t, request);
	if (ret < 0)
		return apui_device_note(fence->dev, ret);

	if (!fence->is_listed)
		list_fence(fence);
	fence->queued++;
	charge_queued(fence);
	return 0;
}

int
apui_fence_expect(struct apu_fence *fence, unsigned int count)
{
	struct apui_batch *batch = NULL;
	int ret = new_batch(fence->dev, count, &batch);

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
	apui_fence_end(fence, status);
	fence->request_count = fence->queued;
	if (fence->queued == fence->completed)
		retire_fence(fence);
}

void
apui_fence_give_up(struct apu_fence *fence, int status)
{
	pthread_mutex_lock(&fence->dev->lock);
	if (fence->status == -EINPROGRESS) {
		cancel_in_arena(fence);
		apui_fence_end(fence, status);
		if (apui_fence_is_calling(fence) &&
		    !fence->sequence->is_calling)
			retire_fence(fence);
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
		uint32_t syncobj = fence->batch->syncobjs[fence->completed];
		int ret =
			t->ops->dequeue(t, syncobj, dev->dequeue_data, &result);

		if (ret < 0)
			return ret;
		take_result(fence, &result, dev->dequeue_data);
		fence->completed++;
		discharge_completed(fence);
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
	if (fence->queued == 0)
		return 0;
	ret = t->ops->syncobj_wait(t, fence->batch->syncobjs[fence->queued - 1],
				   0);
	return apui_device_note(fence->dev, ret);
}

/*
 * No result comes any more: @ret is 0 if all have come. The first failure is
 * the submission's, and the firmware's come before the driver's.
 */
void
apui_fence_finish(struct apu_fence *fence, int ret)
{
	int status = apui_result_to_errno(fence->result);

	if (status == 0 && ret < 0)
		status = ret == -ENODEV ? -ENODEV : -EIO;
	apui_fence_end(fence, status);
	retire_fence(fence);
}

/* What was queued has completed: true when there is more to come. */
static bool
go_on(struct apu_fence *fence)
{
	int ret;

	if (fence->sequence == NULL || fence->status != -EINPROGRESS ||
	    fence->result != 0)
		return false;
	ret = apui_sequence_advance(fence);
	if (ret >= 0)
		return ret > 0;
	cancel_in_arena(fence);
	apui_fence_end(fence, ret);
	fence->request_count = fence->queued;
	return fence->completed < fence->queued;
}

void
apui_fence_resume(struct apu_fence *fence)
{
	if (!go_on(fence))
		apui_fence_finish(fence, 0);
}

/*
 * A signalled syncobj without a result means that the driver has lost the job
 * (torture.md, K11). Who only polls has to learn that, too.
 */
void
apui_fence_collect(struct apu_fence *fence)
{
	int ret;

	if (fence->is_retired || fence->queued < fence->request_count ||
	    apui_fence_is_calling(fence))
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
	if (ret < 0)
		apui_fence_finish(fence, ret);
	else
		apui_fence_resume(fence);
}

/*
 * Events only say that something has completed, which dequeue says better; but
 * those that nobody reads use up the client's budget (torture.md, K17).
 */
void
apui_fence_drain_events(struct apu_device *dev)
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

	apui_fence_drain_events(dev);
	for (struct apu_fence *fence = dev->in_flight; fence != NULL;
	     fence = next) {
		next = fence->next;
		apui_fence_collect(fence);
	}
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
	cancel_in_arena(fence);
	retire_fence(fence);
}
