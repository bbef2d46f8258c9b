/* SPDX-License-Identifier: MIT */
#include "transport/event_queue.h"
#include <assert.h>

_Static_assert(APUI_EVENT_MAX == 341, "");
_Static_assert(APUI_EVENT_IN_FLIGHT_MAX < APUI_EVENT_MAX, "");

bool
apui_event_queue_reserve(struct apui_event_queue *queue)
{
	if (queue->unread + queue->promised == APUI_EVENT_MAX)
		return false;
	queue->promised++;
	return true;
}

void
apui_event_queue_send(struct apui_event_queue *queue, uint32_t syncobj)
{
	assert(queue->promised > 0);
	queue->syncobjs[(queue->first + queue->unread) % APUI_EVENT_MAX] =
		syncobj;
	queue->promised--;
	queue->unread++;
}

void
apui_event_queue_cancel(struct apui_event_queue *queue)
{
	assert(queue->promised > 0);
	queue->promised--;
}

unsigned int
apui_event_queue_read(struct apui_event_queue *queue, struct apui_event *events,
		      unsigned int max)
{
	unsigned int count = queue->unread < max ? queue->unread : max;

	for (unsigned int i = 0; i < count; i++)
		events[i].syncobj =
			queue->syncobjs[(queue->first + i) % APUI_EVENT_MAX];
	queue->first = (queue->first + count) % APUI_EVENT_MAX;
	queue->unread -= count;
	return count;
}
