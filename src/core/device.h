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

#include "core/batch.h"
#include "core/log.h"
#include "core/ref.h"
#include "firmware/wire.h"
#include "transport/transport.h"
#include <apu/device.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct apu_buffer;
struct apu_fence;
struct apui_device_map;
struct apui_sequence;

/* No machine has more; drm: counts no further. */
#define APUI_MAX_CORES 64

/* What is held against a core (recovery.h). */
struct apui_core_record {
	bool is_suspect;
	uint64_t suspect_since; /* dev->queue_serial then */
	atomic_uint faults;     /* flags of STATE that it has forgotten */
};

struct apu_device {
	struct apui_ref ref;
	struct apui_transport *transport;
	char *name;
	struct apui_log log;
	/* The first -ENODEV is for ever. */
	atomic_bool is_lost;
	pid_t pid; /* who opened it: a child of that has no device */

	pthread_mutex_t lock; /* of all below; never held across a wait */
	struct apu_fence *in_flight;
	struct apu_fence *quarantine;    /* given up, perhaps not over */
	unsigned int requests_in_flight; /* of both */
	uint64_t queue_serial;           /* requests queued so far */
	/* Events tell when there is a result that nobody has fetched. */
	uint64_t events_read;
	uint64_t results_fetched;
	struct apui_syncobj_pool syncobjs;
	struct apui_core_record cores[APUI_MAX_CORES];
	struct apu_buffer *buffers; /* that may share a handle */
	struct apui_device_map *device_maps;
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

/*
 * 0, or -ENODEV once the device is lost, or -EPERM in a child that did not open
 * it itself: no verb is tried then.
 */
int
apui_device_check(const struct apu_device *dev);

/*
 * 0, or -EPERM in a child of the process that opened the device. It has neither
 * its threads nor a say in its locks, handles and fences (torture.md, row 47).
 */
int
apui_device_check_process(const struct apu_device *dev);

/* Ask a core's firmware what it is: one INFO request. */
int
apui_device_info(struct apu_device *dev, unsigned int core,
		 struct apui_info *out_info);

#endif
