/* SPDX-License-Identifier: GPL-2.0 */
#ifndef APU_H
#define APU_H

/*
 * What the two halves of the driver know of each other: apu_drv.c has the
 * clients, apu_dev.c the process that is the device.
 */

#include <drm/drm_device.h>
#include <drm/drm_file.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_mm.h>
#include <drm/drm_syncobj.h>
#include <drm/gpu_scheduler.h>
#include <linux/miscdevice.h>
#include <linux/wait.h>
#include "uapi/apu_dev.h"

#define APU_MAX_CORES		4
#define APU_HEADER_BYTES	12
#define APU_MAX_REQUEST_BYTES	496

struct apu_device;
struct apu_job;

/* Something that the device process is to read. */
struct apu_message {
	struct list_head link;		/* empty: not in the outbox */
	struct apui_dev_message header;
	const void *data;
};

struct apu_core {
	struct apu_device *apu;
	u32 index;
	struct drm_gpu_scheduler sched;
	bool has_sched;
	struct apu_job *running;	/* of apu->lock */
	u16 last_id;			/* of apu->lock */
	struct apu_message reset;
};

struct apu_device {
	struct drm_device drm;
	struct apu_core cores[APU_MAX_CORES];
	u32 core_count;
	struct xarray files;		/* by client number */
	struct miscdevice misc;
	wait_queue_head_t readers;
	spinlock_t lock;		/* of what follows */
	struct list_head outbox;
	bool is_attached;		/* a device process is there */
	bool is_gone;			/* unbound */
};

/* A buffer, and the bytes that were asked for: those are what a core is told. */
struct apu_object {
	struct drm_gem_shmem_object base;
	u32 size;
};

static inline struct apu_object *to_apu_object(struct drm_gem_object *obj)
{
	return container_of(to_drm_gem_shmem_obj(obj), struct apu_object, base);
}

struct apu_file {
	struct kref ref;		/* the open file, and each job */
	struct apu_device *apu;
	struct drm_file *drm;
	u32 id;
	struct drm_sched_entity entities[APU_MAX_CORES];
	u64 contexts[APU_MAX_CORES];
	u64 seqno;
	struct mutex lock;		/* of the address space */
	struct drm_mm mm;
	struct list_head vmas;
	spinlock_t done_lock;
	struct list_head done;		/* jobs with a result to fetch */
	bool is_closed;			/* of done_lock */
};

/* An object in a client's address space, as long as somebody needs it. */
struct apu_vma {
	struct list_head link;
	struct drm_mm_node node;
	struct drm_gem_object *obj;
	unsigned int users;
};

struct apu_event {
	struct drm_pending_event base;
	struct apui_drm_event event;
};

struct apu_job {
	struct drm_sched_job base;
	struct kref ref;		/* scheduler, core, list of the done */
	struct apu_file *file;
	struct apu_core *core;
	struct drm_syncobj *out_sync;
	struct dma_fence *fence;
	struct apu_event *event;
	struct apu_message message;
	struct list_head link;		/* in file->done */
	struct apu_vma **vmas;
	u32 vma_count;
	u16 id;
	u16 result;
	u16 size_out;
	u16 size_in;
	u8 *data_out;
	u8 wire[APU_MAX_REQUEST_BYTES];
};

static inline struct apu_device *to_apu(struct drm_device *drm)
{
	return container_of(drm, struct apu_device, drm);
}

/* apu_dev.c */
int apu_dev_init(struct apu_device *apu);
void apu_dev_fini(struct apu_device *apu);
/* Under apu->lock. */
void apu_dev_send(struct apu_device *apu, struct apu_message *message);
/* Take a core's request away, if it is still the one: who gets it ends it. */
struct apu_job *apu_take_running(struct apu_core *core, struct apu_job *only);

/* apu_drv.c */
void apu_job_end(struct apu_job *job, int error);
void apu_job_put(struct apu_job *job);
void apu_file_put(struct apu_file *file);

#endif
