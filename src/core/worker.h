/* SPDX-License-Identifier: MIT */
#ifndef APUI_WORKER_H
#define APUI_WORKER_H

/*
 * The device's own thread, which moves submissions along that nobody waits for:
 * sequences, and those whose end somebody polls for. It is started with the
 * first that may need it.
 */

#include "core/device.h"

/* 0, -EAGAIN, -ENOMEM. Under dev->lock. */
int
apui_worker_start(struct apu_device *dev);

/* There may be something for it to do. Under dev->lock. */
void
apui_worker_wake(struct apu_device *dev);

/* End it, if there is one. No lock held; nobody else has the device. */
void
apui_worker_stop(struct apu_device *dev);

/*
 * Free the sequences that have ended. Functions of the program may be called:
 * no lock may be held.
 */
void
apui_worker_free_ended(struct apu_device *dev);

/*
 * Sleep until @condition is told, or the deadline. Under dev->lock, which it
 * drops meanwhile. 0 or -ETIME.
 */
int
apui_worker_wait(struct apu_device *dev, pthread_cond_t *condition,
		 int64_t deadline_ns);

#endif
