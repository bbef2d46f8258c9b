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
	wait_queue_head_t idle;		/* who waits for the last job */
	spinlock_t lock;		/* of what follows */
	struct list_head outbox;
	unsigned int job_count;
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
	struct mutex queue_lock;	/* of the order of jobs */
	u64 seqno;
	atomic_t waiting;		/* pushed, and not given to run_job */
	wait_queue_head_t dry;
	bool is_closing;
	struct mutex lock;		/* of the address space */
	struct drm_mm mm;
	struct list_head vmas;
	spinlock_t done_lock;		/* of what follows */
	struct list_head done;		/* jobs with a result to fetch */
	bool is_closed;
};

/* An object in a client's address space, as long as somebody needs it. */
struct apu_vma {
	struct list_head link;
	struct drm_mm_node node;
	struct drm_gem_object *obj;
	unsigned int users;
	unsigned int client_users;	/* of these, IOMMU_MAP's */
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

static inline void apu_file_init(struct apu_file *file)
{
	kref_init(&file->ref);
	mutex_init(&file->lock);
	mutex_init(&file->queue_lock);
	init_waitqueue_head(&file->dry);
	spin_lock_init(&file->done_lock);
	INIT_LIST_HEAD(&file->vmas);
	INIT_LIST_HEAD(&file->done);
}

/* A job of the file has been taken from its entity, to be run. */
static inline void apu_file_popped(struct apu_file *file)
{
	if (atomic_dec_and_test(&file->waiting))
		wake_up_all(&file->dry);
}

/*
 * The scheduler puts an entity with jobs back into its tree after it has taken
 * one of them, though drm_sched_entity_fini() has taken it out meanwhile, and
 * then walks over freed memory: there must be no jobs by then.
 */
static inline void apu_file_run_dry(struct apu_file *file)
{
	WRITE_ONCE(file->is_closing, true);
	wait_event(file->dry, atomic_read(&file->waiting) == 0);
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
