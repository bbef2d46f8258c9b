/* SPDX-License-Identifier: MIT */
#ifndef APUI_EVENT_QUEUE_H
#define APUI_EVENT_QUEUE_H

/*
 * A client's completion events, with the budget of DRM: 4096 bytes for what is
 * unread and what jobs in flight will still send (uapi.md 1.4, step 8). For
 * transports that have no kernel behind them. The caller locks.
 */

#include "transport/transport.h"
#include <stdbool.h>
#include <stdint.h>

#define APUI_EVENT_BUDGET_BYTES 4096u
#define APUI_EVENT_BYTES        12u
#define APUI_EVENT_MAX          (APUI_EVENT_BUDGET_BYTES / APUI_EVENT_BYTES)

/*
 * What transports promise: fewer than the budget holds, so that events which
 * wait to be read do not make a promised request fail.
 */
#define APUI_EVENT_IN_FLIGHT_MAX 300u

/* All zero is an empty queue. */
struct apui_event_queue {
	uint32_t syncobjs[APUI_EVENT_MAX];
	unsigned int first;
	unsigned int unread;
	unsigned int promised; /* reserved, not sent yet */
};

/* Set room aside for the event of one job; false when the budget is spent. */
bool
apui_event_queue_reserve(struct apui_event_queue *queue);

/* Send the event that room was reserved for. */
void
apui_event_queue_send(struct apui_event_queue *queue, uint32_t syncobj);

/* Give the room back: its job ends without an event. */
void
apui_event_queue_cancel(struct apui_event_queue *queue);

/* Take up to @max events, oldest first. Returns how many. */
unsigned int
apui_event_queue_read(struct apui_event_queue *queue, struct apui_event *events,
		      unsigned int max);

#endif
