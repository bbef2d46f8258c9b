/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICE_H
#define APUI_DEVICE_H

/*
 * One open device: a transport, and what this client has in flight on it.
 *
 * Users' objects hold the device; the list of submissions in flight does not,
 * or nothing would ever close it. So a fence or a buffer that no user holds any
 * more, while the device still works with it, belongs to the device alone and
 * ends when its submission is retired, at the latest when the device is closed.
 */

#include "core/log.h"
#include "core/ref.h"
#include "firmware/wire.h"
#include "transport/transport.h"
#include <apu/device.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct apu_fence;
struct apui_sequence;

struct apu_device {
	struct apui_ref ref;
	struct apui_transport *transport;
	char *name;
	struct apui_log log;
	/* The first -ENODEV is for ever. */
	atomic_bool is_lost;

	pthread_mutex_t lock; /* of all below; never held across a wait */
	struct apu_fence *in_flight;
	unsigned int requests_in_flight;
	uint32_t last_submission_id;
	uint8_t *dequeue_data; /* APUI_DEQUEUE_BYTES (torture.md, K8) */
	/* What core 0 runs, once it has said so: loading asks once. */
	bool has_info;
	struct apui_info info;

	/* worker.c; of the lock as well. */
	pthread_t worker;
	bool has_worker;
	bool is_closing;
	pthread_cond_t work;    /* something for the worker */
	pthread_cond_t changed; /* a function of the host has returned */
	uint64_t attention;     /* times the worker has looked at a fence */
	struct apui_sequence *ended; /* to be freed without the lock */
};

/* Pass on what a verb returned, and remember if the device is gone. */
int
apui_device_note(struct apu_device *dev, int ret);

/* 0, or -ENODEV once the device is lost: no verb is tried then. */
int
apui_device_check(const struct apu_device *dev);

/* Ask a core's firmware what it is: one INFO request. */
int
apui_device_info(struct apu_device *dev, unsigned int core,
		 struct apui_info *out_info);

#endif
