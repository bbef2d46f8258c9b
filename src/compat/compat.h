/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPAT_H
#define APUI_COMPAT_H

/*
 * libdrm_apu on the public API of libapu. The numbers in comments are those of
 * what the original does wrong (uapi.md 4.3).
 *
 * A file is a libapu device, shared by the cores of one descriptor; a device is
 * one core of it, and has the submissions of that core, in their order. Buffers
 * and jobs hold their device, the device its file.
 */

/* Each library has a function of this name; nothing here needs libapu's. */
#define apu_device_ref libapu_device_ref
#include <apu/buffer.h>
#include <apu/device.h>
#include <apu/fence.h>
#include <apu/job.h>
#undef apu_device_ref

#pragma GCC visibility push(default)
#include "apu_drmif.h"
#pragma GCC visibility pop

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Buffers that the pool of a device keeps at most. */
#define APUI_COMPAT_POOL_MAX 32

struct apui_compat_file {
	struct apui_compat_file *next;
	int fd; /* the program's number */
	unsigned int references;
	struct apu_device *apu;
};

/* One apu_queue(). */
struct apui_compat_submission {
	struct apui_compat_submission *next; /* younger */
	struct apu_drm_job *job;
	struct apu_fence *fence;
	size_t size_out_bytes;
	bool is_reported;     /* apu_job_wait_any() has returned it */
	unsigned char data[]; /* size_out_bytes, for who does not want them */
};

struct apu_drm_device {
	struct apu_drm_device *next;
	struct apui_compat_file *file;
	unsigned int core;
	unsigned int references; /* of the registry's lock */

	pthread_mutex_t lock;  /* of all below, and of jobs */
	pthread_cond_t queued; /* CLOCK_MONOTONIC */
	struct apui_compat_submission *oldest;
	struct apu_bo *pool;
	unsigned int pool_count;
};

struct apu_bo {
	struct apu_drm_device *dev; /* not held while in the pool (no. 6) */
	struct apu_buffer *buffer;
	atomic_uint references;
	uint32_t flags;
	atomic_bool is_pooled; /* when it is deleted */
	struct apu_bo *next;   /* in the pool */
};

struct apu_drm_job {
	struct apu_drm_device *dev;
	struct apu_fence *last; /* of the youngest submission; NULL: none */

	/* Of apu_job_init(). */
	bool is_ready;
	uint32_t command;
	struct apu_bo **bos;
	uint32_t bo_count;
	void *data_in; /* the program's */
	size_t size_in_bytes;
	size_t size_out_bytes;

	_Alignas(max_align_t) unsigned char data[];
};

/* NULL, with errno, for functions that return pointers. @ret is negative. */
void *
apui_compat_null(int ret);

/* Let all buffers of the pool go. Nobody else uses the device. */
void
apui_compat_empty_pool(struct apu_drm_device *dev);

/* Whether all are there and of the device's file. 0, -EINVAL. */
int
apui_compat_check_bos(const struct apu_drm_device *dev, struct apu_bo **bos,
		      uint32_t count);

/* The oldest submission of a job, or NULL. Under the lock. */
struct apui_compat_submission *
apui_compat_oldest_of(const struct apu_drm_job *job);

/* Take a submission off the list, and end it. Under the lock. */
void
apui_compat_remove(struct apu_drm_device *dev,
		   struct apui_compat_submission *submission);

#endif
