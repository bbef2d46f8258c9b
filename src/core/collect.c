/* SPDX-License-Identifier: MIT */

/* Taking in what the driver says of submissions. None of it sleeps. */

#include "core/error.h"
#include "core/fence.h"
#include "core/recovery.h"
#include "core/result.h"
#include "core/sequence.h"
#include "core/submission.h"
#include "transport/event_queue.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_UNREAD_EVENTS 32

_Static_assert(MAX_UNREAD_EVENTS + APUI_EVENT_IN_FLIGHT_MAX < APUI_EVENT_MAX,
	       "a window fits in what is left of the budget (K17)");

/*
 * A timeout of a driver that resets nothing leaves the core at work (K13). The
 * number may be the firmware's own, too, which the core's next answer shows.
 */
static void
note_answer(struct apu_fence *fence, uint16_t result)
{
	struct apu_device *dev = fence->dev;

	if (result != APUI_RESULT_DRIVER_TIMEOUT) {
		apui_core_answered(dev, fence->core, fence->serial);
	} else if (!dev->transport->info.resets_on_timeout) {
		fence->is_doubtful = true;
		apui_core_suspect(dev, fence->core);
	}
}

/* What one request brought back; @data has APUI_DEQUEUE_BYTES. */
static void
take_result(struct apu_fence *fence, const struct apui_result *result,
	    const uint8_t *data)
{
	bool is_first_failure = fence->result == 0 && result->result != 0;
	bool is_last = fence->completed + 1 == fence->request_count;

	fence->has_result = true;
	note_answer(fence, result->result);
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

		ret = apui_device_note(dev, ret);
		if (ret < 0)
			return ret;
		dev->results_fetched++;
		fence->batch->fetched++;
		take_result(fence, &result, dev->dequeue_data);
		fence->completed++;
		apui_fence_discharge(fence);
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

	/* What a device that has gone had left to do ends without result. */
	if (ret == -EBUSY && apui_device_is_gone(fence->dev))
		ret = apui_device_note(fence->dev, -ENODEV);
	if (status == 0 && ret < 0)
		status = ret == -ENODEV ? -ENODEV : -EIO;
	apui_fence_end(fence, status);
	if (fence->is_doubtful && ret != -ENODEV)
		apui_fence_quarantine(fence);
	else
		apui_fence_retire(fence);
}

void
apui_fence_expire(struct apu_fence *fence)
{
	apui_fence_cancel_runs(fence);
	if (fence->status == -EINPROGRESS) {
		snprintf(fence->cause, sizeof(fence->cause),
			 "the driver neither completed the request nor gave it "
			 "up in time");
		fence->remedy = "submit again with another job; if that ends "
				"like this too, open the device again";
	}
	apui_fence_end(fence, -ETIMEDOUT);
	apui_core_suspect(fence->dev, fence->core);
	apui_fence_quarantine(fence);
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
	apui_fence_cancel_runs(fence);
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

static bool
has_nothing_to_take(const struct apu_fence *fence)
{
	return apui_fence_is_over(fence) ||
	       fence->queued < fence->request_count ||
	       apui_fence_is_calling(fence);
}

/*
 * A signalled syncobj without a result means that the driver has lost the job
 * (torture.md, K11).
 */
void
apui_fence_take(struct apu_fence *fence)
{
	int ret;

	if (has_nothing_to_take(fence))
		return;
	ret = fetch_results(fence);
	if (ret < 0)
		apui_fence_finish(fence, ret);
	else
		apui_fence_resume(fence);
}

/* Who only polls has to learn of lost and overdue jobs, too. */
void
apui_fence_collect(struct apu_fence *fence)
{
	int ret;

	if (has_nothing_to_take(fence))
		return;
	ret = fetch_results(fence);
	if (ret == 0) {
		apui_fence_resume(fence);
		return;
	}
	ret = look_at_fence(fence);
	/* It may have completed just before the look. */
	if (ret == 0)
		apui_fence_take(fence);
	else if (ret != -ETIME)
		apui_fence_finish(fence, ret);
	else if (apui_fence_is_overdue(fence))
		apui_fence_expire(fence);
}

unsigned int
apui_fence_drain_events(struct apu_device *dev)
{
	struct apui_transport *t = dev->transport;
	struct apui_event events[64];
	unsigned int total = 0;

	for (uint32_t i = 0; i <= t->info.max_in_flight / 64; i++) {
		int count = t->ops->read_events(t, events, 64);

		total += count > 0 ? (unsigned int)count : 0;
		if (count < 64)
			break;
	}
	dev->events_read += total;
	return total;
}

void
apui_fence_reap(struct apu_device *dev)
{
	struct apu_fence *next;

	for (struct apu_fence *fence = dev->in_flight; fence != NULL;
	     fence = next) {
		next = fence->next;
		apui_fence_collect(fence);
	}
}

/*
 * Each look costs calls. When nothing is in flight there are no news, and
 * events may lie until there are some: far fewer than the budget has besides a
 * window.
 */
void
apui_fence_reap_news(struct apu_device *dev)
{
	if (dev->in_flight == NULL &&
	    dev->queue_serial - dev->events_read < MAX_UNREAD_EVENTS)
		return;
	apui_fence_drain_events(dev);
	if (dev->events_read > dev->results_fetched)
		apui_fence_reap(dev);
}
