// SPDX-License-Identifier: GPL-2.0
/*
 * A DRM driver for accelerators that take requests, without the accelerator: a
 * process behind a misc device (apu_dev.c) is the device.
 *
 * It speaks both published interfaces of the apu driver and does what they say
 * where the published driver does not: an address space a client, errors where
 * that crashes, everything freed with the file. What is particular to a device
 * is apu_map(), "write the ptes", and apu_run_job(); the rest is DRM's.
 */

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_mm.h>
#include <drm/drm_syncobj.h>
#include <linux/debugfs.h>
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include "apu.h"
#include "apu_compat.h"

#define APU_WINDOW_START	0x60000000u
#define APU_WINDOW_SIZE		0x10000000u
#define APU_RESULT_TIMEDOUT	110

static unsigned int cores = 1;
module_param(cores, uint, 0444);
MODULE_PARM_DESC(cores, "1 to 4");
static unsigned int timeout_ms = 500;
module_param(timeout_ms, uint, 0644);
MODULE_PARM_DESC(timeout_ms, "what the next request may occupy a core");
static unsigned int max_mb = 128;
module_param(max_mb, uint, 0444);
MODULE_PARM_DESC(max_mb, "of buffers, of all clients");
static unsigned int abi = 2023;
module_param(abi, uint, 0444);
MODULE_PARM_DESC(abi, "2021 or 2023");
static bool claim_1_0;
module_param(claim_1_0, bool, 0444);
MODULE_PARM_DESC(claim_1_0, "report the published driver's version");

/* What tests look for leaks with. */
static atomic_t apu_buffer_count, apu_job_count, apu_file_count;
static atomic64_t apu_buffer_bytes;

/*
 * The driver's own fence and not the scheduler's: that loses errors on older
 * kernels, and its names are gone when the device is.
 */
struct apu_fence {
	struct dma_fence base;
	spinlock_t lock;		/* of base */
};

/* Fences */

static const char *apu_fence_name(struct dma_fence *fence)
{
	return "apu";
}

static void apu_fence_release(struct dma_fence *fence)
{
	kfree_rcu(container_of(fence, struct apu_fence, base), base.rcu);
	module_put(THIS_MODULE);
}

static const struct dma_fence_ops apu_fence_ops = {
	.get_driver_name = apu_fence_name,
	.get_timeline_name = apu_fence_name,
	.release = apu_fence_release,
};

/* Its number comes with its place in the queue. */
static struct dma_fence *apu_fence_new(struct apu_file *file, u32 core)
{
	struct apu_fence *fence = kzalloc(sizeof(*fence), GFP_KERNEL);

	if (!fence)
		return NULL;
	/* A sync_file of it may be the last of the driver that is open. */
	__module_get(THIS_MODULE);
	spin_lock_init(&fence->lock);
	dma_fence_init(&fence->base, &apu_fence_ops, &fence->lock,
		       file->contexts[core], 0);
	return &fence->base;
}

/* Buffers */

static void apu_gem_free(struct drm_gem_object *obj)
{
	if (!obj->import_attach)
		atomic64_sub(obj->size, &apu_buffer_bytes);
	atomic_dec(&apu_buffer_count);
	drm_gem_shmem_object_free(obj);
}

static void apu_gem_close(struct drm_gem_object *obj,
			  struct drm_file *drm_file);

static const struct drm_gem_object_funcs apu_gem_funcs = {
	.free = apu_gem_free,
	.close = apu_gem_close,
	.print_info = drm_gem_shmem_object_print_info,
	.pin = drm_gem_shmem_object_pin,
	.unpin = drm_gem_shmem_object_unpin,
	.get_sg_table = drm_gem_shmem_object_get_sg_table,
	.vmap = drm_gem_shmem_object_vmap,
	.vunmap = drm_gem_shmem_object_vunmap,
	.mmap = drm_gem_shmem_object_mmap,
	.vm_ops = &drm_gem_shmem_vm_ops,
};

static struct drm_gem_object *apu_gem_create(struct drm_device *drm,
					     size_t size)
{
	struct apu_object *object = kzalloc(sizeof(*object), GFP_KERNEL);

	if (!object)
		return ERR_PTR(-ENOMEM);
	object->base.base.funcs = &apu_gem_funcs;
	object->size = size;
	atomic_inc(&apu_buffer_count);
	return &object->base.base;
}

static int apu_ioctl_gem_new(struct drm_device *drm, void *data,
			     struct drm_file *drm_file)
{
	struct apui_drm_gem_new *args = data;
	struct drm_gem_shmem_object *shmem;
	u64 size = PAGE_ALIGN((u64)args->size);
	int ret;

	if (!args->size || args->flags)
		return -EINVAL;
	if (atomic64_add_return(size, &apu_buffer_bytes) >
	    (u64)max_mb << 20) {
		atomic64_sub(size, &apu_buffer_bytes);
		return -ENOMEM;
	}
	shmem = drm_gem_shmem_create(drm, size);
	if (IS_ERR(shmem)) {
		atomic64_sub(size, &apu_buffer_bytes);
		return PTR_ERR(shmem);
	}
	to_apu_object(&shmem->base)->size = args->size;
	ret = drm_gem_create_mmap_offset(&shmem->base);
	if (!ret)
		ret = drm_gem_handle_create(drm_file, &shmem->base,
					    &args->handle);
	args->offset = drm_vma_node_offset_addr(&shmem->base.vma_node);
	drm_gem_object_put(&shmem->base);
	return ret;
}

/* Address spaces: "write ptes" */

static struct apu_vma *apu_find_vma(struct apu_file *file,
				    struct drm_gem_object *obj)
{
	struct apu_vma *vma;

	lockdep_assert_held(&file->lock);
	list_for_each_entry(vma, &file->vmas, link)
		if (vma->obj == obj)
			return vma;
	return NULL;
}

static struct apu_vma *apu_map_locked(struct apu_file *file,
				      struct drm_gem_object *obj)
{
	struct apu_vma *vma = apu_find_vma(file, obj);
	int ret;

	if (vma)
		return vma;
	vma = kzalloc(sizeof(*vma), GFP_KERNEL);
	if (!vma)
		return ERR_PTR(-ENOMEM);
	ret = drm_mm_insert_node_in_range(&file->mm, &vma->node, obj->size,
					  PAGE_SIZE, 0, APU_WINDOW_START,
					  APU_WINDOW_START + APU_WINDOW_SIZE,
					  DRM_MM_INSERT_HIGH);
	if (ret) {
		kfree(vma);
		return ERR_PTR(ret);
	}
	drm_gem_object_get(obj);
	vma->obj = obj;
	list_add(&vma->link, &file->vmas);
	return vma;
}

/* For a job, or as often as IOMMU_MAP was called. */
static struct apu_vma *apu_map(struct apu_file *file,
			       struct drm_gem_object *obj, bool for_client)
{
	struct apu_vma *vma;

	mutex_lock(&file->lock);
	vma = apu_map_locked(file, obj);
	if (!IS_ERR(vma)) {
		vma->users++;
		vma->client_users += for_client;
	}
	mutex_unlock(&file->lock);
	return vma;
}

static void apu_unmap_locked(struct apu_file *file, struct apu_vma *vma)
{
	lockdep_assert_held(&file->lock);
	if (--vma->users)
		return;
	list_del(&vma->link);
	drm_mm_remove_node(&vma->node);
	drm_gem_object_put(vma->obj);
	kfree(vma);
}

static void apu_unmap(struct apu_file *file, struct apu_vma *vma)
{
	mutex_lock(&file->lock);
	apu_unmap_locked(file, vma);
	mutex_unlock(&file->lock);
}

/* A client takes back what it mapped, or all of it, and never what a job has. */
static int apu_unmap_client(struct apu_file *file, struct drm_gem_object *obj,
			    unsigned int max)
{
	struct apu_vma *vma;
	unsigned int count = 0;

	mutex_lock(&file->lock);
	vma = apu_find_vma(file, obj);
	if (vma)
		count = min(vma->client_users, max);
	if (count) {
		vma->client_users -= count;
		vma->users -= count - 1;
		apu_unmap_locked(file, vma);
	}
	mutex_unlock(&file->lock);
	return count ? 0 : -ENOENT;
}

static void apu_gem_close(struct drm_gem_object *obj,
			  struct drm_file *drm_file)
{
	apu_unmap_client(drm_file->driver_priv, obj, UINT_MAX);
}

/* Files */

static void apu_file_free(struct kref *ref)
{
	struct apu_file *file = container_of(ref, struct apu_file, ref);
	struct apu_vma *vma, *next;

	/* What IOMMU_MAP left. */
	list_for_each_entry_safe(vma, next, &file->vmas, link) {
		list_del(&vma->link);
		drm_mm_remove_node(&vma->node);
		drm_gem_object_put(vma->obj);
		kfree(vma);
	}
	drm_mm_takedown(&file->mm);
	mutex_destroy(&file->lock);
	mutex_destroy(&file->queue_lock);
	kfree(file);
	atomic_dec(&apu_file_count);
}

void apu_file_put(struct apu_file *file)
{
	kref_put(&file->ref, apu_file_free);
}

/* Jobs */

static void apu_job_free(struct kref *ref)
{
	struct apu_job *job = container_of(ref, struct apu_job, ref);
	struct apu_device *apu = job->file->apu;

	if (job->event)
		drm_event_cancel_free(&apu->drm, &job->event->base);
	dma_fence_put(job->fence);
	drm_syncobj_put(job->out_sync);
	apu_file_put(job->file);
	kfree(job->data_out);
	kfree(job->vmas);
	kfree(job);
	atomic_dec(&apu_job_count);
	spin_lock(&apu->lock);
	apu->job_count--;
	wake_up_all(&apu->idle);
	spin_unlock(&apu->lock);
}

void apu_job_put(struct apu_job *job)
{
	kref_put(&job->ref, apu_job_free);
}

static void apu_job_unmap(struct apu_job *job)
{
	for (u32 i = 0; i < job->vma_count; i++)
		apu_unmap(job->file, job->vmas[i]);
	job->vma_count = 0;
}

/*
 * With a result the job is found by DEQUEUE before the event says so, and the
 * event is there before the fence. Without one it ends with @error, and nobody
 * finds it.
 */
void apu_job_end(struct apu_job *job, int error)
{
	struct apu_file *file = job->file;
	bool cookie = dma_fence_begin_signalling();

	if (!error) {
		spin_lock(&file->done_lock);
		if (!file->is_closed) {
			kref_get(&job->ref);
			list_add_tail(&job->link, &file->done);
		}
		spin_unlock(&file->done_lock);
		drm_send_event(&file->apu->drm, &job->event->base);
		job->event = NULL;
	} else {
		dma_fence_set_error(job->fence, error);
	}
	dma_fence_signal(job->fence);
	dma_fence_end_signalling(cookie);
}

static struct dma_fence *apu_run_job(struct drm_sched_job *sched_job)
{
	struct apu_job *job = container_of(sched_job, struct apu_job, base);
	struct apu_core *core = job->core;
	struct apu_device *apu = core->apu;
	bool is_attached;

	apu_file_popped(job->file);
	if (sched_job->s_fence->finished.error)
		return NULL;
	spin_lock(&apu->lock);
	is_attached = apu->is_attached && !apu->is_gone &&
		      !READ_ONCE(job->file->is_closing);
	if (is_attached) {
		job->id = core->last_id++;
		put_unaligned_le16(job->id, job->wire);
		kref_get(&job->ref);
		core->running = job;
		apu_dev_send(apu, &job->message);
	}
	spin_unlock(&apu->lock);
	if (!is_attached)
		apu_job_end(job, -ENODEV);
	return dma_fence_get(job->fence);
}

/*
 * The published driver leaves a core that hangs as it is. Here it gets a reset,
 * and its next request only behind that.
 */
static enum drm_gpu_sched_stat apu_timedout_job(struct drm_sched_job *sched_job)
{
	struct apu_job *job = container_of(sched_job, struct apu_job, base);
	struct apu_core *core = job->core;
	struct apu_device *apu = core->apu;
	struct apu_job *taken;

	drm_sched_stop(&core->sched, sched_job);
	taken = apu_take_running(core, job);
	if (taken) {
		spin_lock(&apu->lock);
		if (apu->is_attached && list_empty(&core->reset.link))
			apu_dev_send(apu, &core->reset);
		spin_unlock(&apu->lock);
		job->result = APU_RESULT_TIMEDOUT;
		job->size_out = 0;
		apu_job_end(job, 0);
		apu_job_put(taken);
	}
	apu_sched_start(&core->sched);
	return DRM_GPU_SCHED_STAT_NOMINAL;
}

static void apu_free_job(struct drm_sched_job *sched_job)
{
	struct apu_job *job = container_of(sched_job, struct apu_job, base);

	drm_sched_job_cleanup(sched_job);
	/* Never begun: its client is gone. */
	if (!dma_fence_is_signaled(job->fence))
		apu_job_end(job, -ECANCELED);
	apu_job_unmap(job);
	apu_job_put(job);
}

static const struct drm_sched_backend_ops apu_sched_ops = {
	.run_job = apu_run_job,
	.timedout_job = apu_timedout_job,
	.free_job = apu_free_job,
};

/* QUEUE: from its arguments to a job */

static size_t apu_wire_bytes(const struct apui_drm_gem_queue *args)
{
	return APU_HEADER_BYTES + args->size_in + args->size_out +
	       (size_t)args->bo_handle_count * 2 * sizeof(u32);
}

static int apu_check_queue(struct apu_device *apu,
			   const struct apui_drm_gem_queue *args)
{
	bool is_attached;

	if (args->device >= apu->core_count)
		return -ENODEV;
	spin_lock(&apu->lock);
	is_attached = apu->is_attached && !apu->is_gone;
	spin_unlock(&apu->lock);
	if (!is_attached)
		return -ENODEV;
	if (!args->out_sync || args->cmd > U16_MAX || args->pad)
		return -EINVAL;
	if (args->bo_handle_count > APU_MAX_REQUEST_BYTES ||
	    apu_wire_bytes(args) > APU_MAX_REQUEST_BYTES)
		return -EMSGSIZE;
	return 0;
}

static int apu_map_handles(struct apu_job *job, struct drm_file *drm_file,
			   const u32 *handles, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct drm_gem_object *obj;
		struct apu_vma *vma;

		obj = drm_gem_object_lookup(drm_file, handles[i]);
		if (!obj)
			return -ENOENT;
		vma = apu_map(job->file, obj, false);
		drm_gem_object_put(obj);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		job->vmas[job->vma_count++] = vma;
		for (u32 k = 0; k < i; k++)
			if (job->vmas[k] == vma)
				return -EINVAL;
	}
	return 0;
}

static int apu_fill_job(struct apu_job *job, struct drm_file *drm_file,
			const struct apui_drm_gem_queue *args)
{
	u32 count = args->bo_handle_count;
	u8 *at = job->wire;
	u32 *handles;
	int ret;

	put_unaligned_le16(args->cmd, at + 2);
	put_unaligned_le16(args->size_in, at + 6);
	put_unaligned_le16(args->size_out, at + 8);
	put_unaligned_le16(count, at + 10);
	if (copy_from_user(at + APU_HEADER_BYTES, u64_to_user_ptr(args->data),
			   args->size_in))
		return -EFAULT;
	handles = kvmalloc_array(count, sizeof(u32), GFP_KERNEL);
	if (count && !handles)
		return -ENOMEM;
	ret = -EFAULT;
	if (!copy_from_user(handles, u64_to_user_ptr(args->bo_handles),
			    count * sizeof(u32)))
		ret = apu_map_handles(job, drm_file, handles, count);
	kvfree(handles);
	if (ret)
		return ret;

	at += APU_HEADER_BYTES + args->size_in + args->size_out;
	for (u32 i = 0; i < count; i++) {
		put_unaligned_le32(job->vmas[i]->node.start, at + 4 * i);
		put_unaligned_le32(to_apu_object(job->vmas[i]->obj)->size,
				   at + 4 * (count + i));
	}
	return 0;
}

static struct apu_job *apu_job_new(struct apu_file *file,
				   const struct apui_drm_gem_queue *args)
{
	struct apu_job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return NULL;
	atomic_inc(&apu_job_count);
	spin_lock(&file->apu->lock);
	file->apu->job_count++;
	spin_unlock(&file->apu->lock);
	kref_init(&job->ref);
	kref_get(&file->ref);
	job->file = file;
	job->core = &file->apu->cores[args->device];
	job->size_in = args->size_in;
	job->size_out = args->size_out;
	job->message.header = (struct apui_dev_message) {
		.type = APUI_DEV_REQUEST,
		.core = args->device,
		.client = file->id,
		.size_bytes = apu_wire_bytes(args),
	};
	job->message.data = job->wire;
	INIT_LIST_HEAD(&job->message.link);
	INIT_LIST_HEAD(&job->link);
	job->fence = apu_fence_new(file, args->device);
	job->vmas = kcalloc(args->bo_handle_count + 1, sizeof(*job->vmas),
			    GFP_KERNEL);
	job->data_out = kzalloc(args->size_out + 1, GFP_KERNEL);
	job->event = kzalloc(sizeof(*job->event), GFP_KERNEL);
	return job;
}

static int apu_reserve_event(struct apu_job *job, struct drm_file *drm_file,
			     u32 out_sync)
{
	struct apu_event *event = job->event;
	int ret;

	event->event.type = APUI_DRM_JOB_COMPLETED;
	event->event.length = sizeof(event->event);
	event->event.out_sync = out_sync;
	ret = drm_event_reserve_init(&job->file->apu->drm, drm_file,
				     &event->base,
				     (struct drm_event *)&event->event);
	if (ret) {
		kfree(event);
		job->event = NULL;
	}
	return ret;
}

static int apu_push_job(struct apu_job *job, struct drm_file *drm_file,
			const struct apui_drm_gem_queue *args)
{
	struct apu_file *file = job->file;
	int ret;

	ret = apu_fill_job(job, drm_file, args);
	if (ret)
		return ret;
	ret = apu_reserve_event(job, drm_file, args->out_sync);
	if (ret)
		return ret;
	ret = apu_sched_job_init(&job->base, &file->entities[args->device],
				 file);
	if (ret)
		return ret;
	/* Numbers, the driver's and the scheduler's, in the queue's order. */
	mutex_lock(&file->queue_lock);
	job->fence->seqno = ++file->seqno;
	drm_sched_job_arm(&job->base);
	drm_syncobj_replace_fence(job->out_sync, job->fence);
	WRITE_ONCE(job->core->sched.timeout, msecs_to_jiffies(timeout_ms));
	atomic_inc(&file->waiting);
	drm_sched_entity_push_job(&job->base);
	mutex_unlock(&file->queue_lock);
	return 0;
}

static int apu_ioctl_gem_queue(struct drm_device *drm, void *data,
			       struct drm_file *drm_file)
{
	struct apu_file *file = drm_file->driver_priv;
	const struct apui_drm_gem_queue *args = data;
	struct drm_syncobj *out_sync;
	struct apu_job *job;
	int ret;

	ret = apu_check_queue(file->apu, args);
	if (ret)
		return ret;
	out_sync = drm_syncobj_find(drm_file, args->out_sync);
	if (!out_sync)
		return -ENODEV;
	job = apu_job_new(file, args);
	if (!job) {
		drm_syncobj_put(out_sync);
		return -ENOMEM;
	}
	job->out_sync = out_sync;
	ret = -ENOMEM;
	if (job->fence && job->vmas && job->data_out && job->event)
		ret = apu_push_job(job, drm_file, args);
	if (ret) {
		/* An event that was not reserved is nobody's but ours. */
		if (job->event && !job->event->base.file_priv) {
			kfree(job->event);
			job->event = NULL;
		}
		apu_job_unmap(job);
		apu_job_put(job);
	}
	return ret;
}

static struct apu_job *apu_take_done(struct apu_file *file,
				     struct drm_syncobj *out_sync)
{
	struct apu_job *job, *found = NULL;

	spin_lock(&file->done_lock);
	list_for_each_entry(job, &file->done, link) {
		if (job->out_sync != out_sync)
			continue;
		list_del_init(&job->link);
		found = job;
		break;
	}
	spin_unlock(&file->done_lock);
	return found;
}

/* As published: 0 and nothing written when there is nothing. */
static int apu_ioctl_gem_dequeue(struct drm_device *drm, void *data,
				 struct drm_file *drm_file)
{
	struct apui_drm_gem_dequeue *args = data;
	struct apu_file *file = drm_file->driver_priv;
	struct drm_syncobj *out_sync;
	struct apu_job *job;
	int ret = 0;

	out_sync = drm_syncobj_find(drm_file, args->out_sync);
	if (!out_sync)
		return -ENODEV;
	job = apu_take_done(file, out_sync);
	drm_syncobj_put(out_sync);
	if (!job)
		return 0;
	if (job->size_out && copy_to_user(u64_to_user_ptr(args->data),
					  job->data_out, job->size_out))
		ret = -EFAULT;
	args->result = job->result;
	args->size = job->size_out;
	apu_job_put(job);
	return ret;
}

static int apu_ioctl_state(struct drm_device *drm, void *data,
			   struct drm_file *drm_file)
{
	struct apui_drm_state *args = data;
	struct apu_device *apu = to_apu(drm);

	if (args->device >= apu->core_count)
		return -ENODEV;
	spin_lock(&apu->lock);
	args->flags = apu->is_attached ? APUI_DRM_ONLINE : 0;
	spin_unlock(&apu->lock);
	return 0;
}

/* One buffer a turn; what was mapped stays so when a later one fails. */
static int apu_ioctl_iommu_map(struct drm_device *drm, void *data,
			       struct drm_file *drm_file)
{
	const struct apui_drm_gem_iommu_map *args = data;
	struct apu_file *file = drm_file->driver_priv;
	u32 __user *handles = u64_to_user_ptr(args->bo_handles);
	u64 __user *addresses = u64_to_user_ptr(args->bo_device_addresses);

	if (!args->bo_handle_count || args->pad)
		return -EINVAL;
	for (u32 i = 0; i < args->bo_handle_count; i++) {
		struct drm_gem_object *obj;
		struct apu_vma *vma;
		u64 address;
		u32 handle;

		if (get_user(handle, handles + i))
			return -EFAULT;
		obj = drm_gem_object_lookup(drm_file, handle);
		if (!obj)
			return -ENOENT;
		vma = apu_map(file, obj, true);
		drm_gem_object_put(obj);
		if (IS_ERR(vma))
			return PTR_ERR(vma);
		address = vma->node.start;
		if (copy_to_user(addresses + i, &address, sizeof(address)))
			return -EFAULT;
	}
	return 0;
}

static int apu_unmap_handle(struct apu_file *file, struct drm_file *drm_file,
			    u32 handle)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(drm_file, handle);
	int ret;

	if (!obj)
		return -ENOENT;
	ret = apu_unmap_client(file, obj, 1);
	drm_gem_object_put(obj);
	return ret;
}

static int apu_ioctl_iommu_unmap(struct drm_device *drm, void *data,
				 struct drm_file *drm_file)
{
	const struct apui_drm_gem_iommu_map *args = data;
	u32 __user *handles = u64_to_user_ptr(args->bo_handles);

	if (!args->bo_handle_count || args->pad)
		return -EINVAL;
	for (u32 i = 0; i < args->bo_handle_count; i++) {
		u32 handle;
		int ret;

		if (get_user(handle, handles + i))
			return -EFAULT;
		ret = apu_unmap_handle(drm_file->driver_priv, drm_file, handle);
		if (ret)
			return ret;
	}
	return 0;
}

/* Open and close */

static int apu_open(struct drm_device *drm, struct drm_file *drm_file)
{
	struct apu_device *apu = to_apu(drm);
	struct apu_file *file = kzalloc(sizeof(*file), GFP_KERNEL);
	u32 i;
	int ret;

	if (!file)
		return -ENOMEM;
	apu_file_init(file);
	file->apu = apu;
	file->drm = drm_file;
	drm_mm_init(&file->mm, APU_WINDOW_START, APU_WINDOW_SIZE);
	atomic_inc(&apu_file_count);
	for (i = 0; i < apu->core_count; i++) {
		struct drm_gpu_scheduler *sched = &apu->cores[i].sched;

		file->contexts[i] = dma_fence_context_alloc(1);
		ret = drm_sched_entity_init(&file->entities[i],
					    DRM_SCHED_PRIORITY_NORMAL, &sched,
					    1, NULL);
		if (ret)
			goto err_entities;
	}
	ret = xa_alloc(&apu->files, &file->id, file, xa_limit_32b, GFP_KERNEL);
	if (ret)
		goto err_entities;
	drm_file->driver_priv = file;
	return 0;

err_entities:
	while (i--)
		drm_sched_entity_fini(&file->entities[i]);
	apu_file_put(file);
	return ret;
}

static void apu_postclose(struct drm_device *drm, struct drm_file *drm_file)
{
	struct apu_file *file = drm_file->driver_priv;
	struct apu_device *apu = file->apu;
	struct apu_job *job, *next;
	LIST_HEAD(done);

	apu_file_run_dry(file);
	for (u32 i = 0; i < apu->core_count; i++)
		drm_sched_entity_fini(&file->entities[i]);
	spin_lock(&file->done_lock);
	file->is_closed = true;
	list_splice_init(&file->done, &done);
	spin_unlock(&file->done_lock);
	list_for_each_entry_safe(job, next, &done, link)
		apu_job_put(job);
	/* A job that still runs is the device's; then so is its memory. */
	xa_lock(&apu->files);
	__xa_erase(&apu->files, file->id);
	xa_unlock(&apu->files);
	apu_file_put(file);
}

/* Both interfaces: numbers differ, functions do not. */
#define APU_IOCTL(year, what, args, function) \
	[APUI_DRM_##year##_##what] = { \
		.cmd = APUI_DRM_IOWR(APUI_DRM_##year##_##what, \
				     struct apui_drm_##args), \
		.flags = DRM_RENDER_ALLOW, \
		.func = apu_ioctl_##function, \
		.name = #what, \
	}

static const struct drm_ioctl_desc apu_ioctls_2021[] = {
	APU_IOCTL(2021, STATE, state, state),
	APU_IOCTL(2021, GEM_NEW, gem_new, gem_new),
	APU_IOCTL(2021, GEM_QUEUE, gem_queue, gem_queue),
	APU_IOCTL(2021, GEM_DEQUEUE, gem_dequeue, gem_dequeue),
	APU_IOCTL(2021, GEM_IOMMU_MAP, gem_iommu_map, iommu_map),
	APU_IOCTL(2021, GEM_IOMMU_UNMAP, gem_iommu_map, iommu_unmap),
};

static const struct drm_ioctl_desc apu_ioctls_2023[] = {
	APU_IOCTL(2023, STATE, state, state),
	APU_IOCTL(2023, GEM_NEW, gem_new, gem_new),
	APU_IOCTL(2023, GEM_QUEUE, gem_queue, gem_queue),
	APU_IOCTL(2023, GEM_DEQUEUE, gem_dequeue, gem_dequeue),
	APU_IOCTL(2023, GEM_IOMMU_MAP, gem_iommu_map, iommu_map),
	APU_IOCTL(2023, GEM_IOMMU_UNMAP, gem_iommu_map, iommu_unmap),
};

APU_DEFINE_FOPS(apu_fops);

static struct drm_driver apu_driver = {
	.driver_features = DRIVER_GEM | DRIVER_SYNCOBJ | APU_NODE_FEATURE,
	.open = apu_open,
	.postclose = apu_postclose,
	.gem_create_object = apu_gem_create,
	DRM_GEM_SHMEM_DRIVER_OPS,
	.fops = &apu_fops,
	.name = APUI_DRM_NAME,
	.desc = "APU DRM driver",
#ifdef APU_HAVE_DATE
	.date = "20261122",
#endif
	.major = 1,
	.minor = 1,
};

/* The device */

static bool apu_has_jobs(struct apu_device *apu)
{
	bool has_jobs;

	spin_lock(&apu->lock);
	has_jobs = apu->job_count > 0;
	spin_unlock(&apu->lock);
	return has_jobs;
}

/*
 * The last file has been closed and the device is gone, so that all jobs have
 * ended; but schedulers forget what they have not freed yet.
 */
static void apu_fini_cores(struct drm_device *drm, void *data)
{
	struct apu_device *apu = to_apu(drm);

	wait_event(apu->idle, !apu_has_jobs(apu));
	for (u32 i = 0; i < apu->core_count; i++)
		if (apu->cores[i].has_sched)
			drm_sched_fini(&apu->cores[i].sched);
	xa_destroy(&apu->files);
}

static int apu_init_cores(struct apu_device *apu)
{
	int ret;

	apu->core_count = clamp(cores, 1u, (unsigned int)APU_MAX_CORES);
	/* Files outlive the binding, and with them what their jobs run on. */
	ret = drmm_add_action_or_reset(&apu->drm, apu_fini_cores, NULL);
	if (ret)
		return ret;
	for (u32 i = 0; i < apu->core_count; i++) {
		struct apu_core *core = &apu->cores[i];

		core->apu = apu;
		core->index = i;
		core->reset.header.type = APUI_DEV_RESET;
		core->reset.header.core = i;
		INIT_LIST_HEAD(&core->reset.link);
		ret = apu_sched_init(&core->sched, &apu_sched_ops,
				     msecs_to_jiffies(timeout_ms),
				     apu->drm.dev);
		if (ret)
			return ret;
		core->has_sched = true;
	}
	return 0;
}

static int apu_probe(struct platform_device *pdev)
{
	struct apu_device *apu;
	int ret;

	ret = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	apu = devm_drm_dev_alloc(&pdev->dev, &apu_driver, struct apu_device,
				 drm);
	if (IS_ERR(apu))
		return PTR_ERR(apu);
	platform_set_drvdata(pdev, apu);
	xa_init_flags(&apu->files, XA_FLAGS_ALLOC1);
	spin_lock_init(&apu->lock);
	init_waitqueue_head(&apu->readers);
	init_waitqueue_head(&apu->idle);
	INIT_LIST_HEAD(&apu->outbox);
	ret = apu_init_cores(apu);
	if (ret)
		return ret;
	ret = apu_dev_init(apu);
	if (ret)
		return ret;
	ret = drm_dev_register(&apu->drm, 0);
	if (ret)
		apu_dev_fini(apu);
	return ret;
}

static void apu_remove(struct platform_device *pdev)
{
	struct apu_device *apu = platform_get_drvdata(pdev);

	drm_dev_unplug(&apu->drm);
	apu_dev_fini(apu);
}

static struct platform_driver apu_platform_driver = {
	.probe = apu_probe,
#ifdef APU_HAVE_REMOVE_NEW
	.remove_new = apu_remove,
#else
	.remove = apu_remove,
#endif
	.driver = { .name = "apu" },
};

static struct platform_device *apu_pdev;
static struct dentry *apu_debugfs;

static int __init apu_init(void)
{
	int ret;

	apu_driver.patchlevel = claim_1_0 ? 0 : abi;
	apu_driver.minor = claim_1_0 ? 0 : 1;
	apu_driver.ioctls = abi == 2021 ? apu_ioctls_2021 : apu_ioctls_2023;
	apu_driver.num_ioctls = ARRAY_SIZE(apu_ioctls_2023);
	apu_debugfs = debugfs_create_dir("apu", NULL);
	debugfs_create_atomic_t("buffers", 0444, apu_debugfs,
				&apu_buffer_count);
	debugfs_create_atomic_t("jobs", 0444, apu_debugfs, &apu_job_count);
	debugfs_create_atomic_t("files", 0444, apu_debugfs, &apu_file_count);

	ret = platform_driver_register(&apu_platform_driver);
	if (ret)
		goto err_debugfs;
	apu_pdev = platform_device_register_simple("apu", -1, NULL, 0);
	ret = PTR_ERR_OR_ZERO(apu_pdev);
	if (ret)
		goto err_driver;
	return 0;

err_driver:
	platform_driver_unregister(&apu_platform_driver);
err_debugfs:
	debugfs_remove(apu_debugfs);
	return ret;
}
module_init(apu_init);

static void __exit apu_exit(void)
{
	platform_device_unregister(apu_pdev);
	platform_driver_unregister(&apu_platform_driver);
	debugfs_remove(apu_debugfs);
}
module_exit(apu_exit);

MODULE_DESCRIPTION("An APU whose device is a process");
MODULE_LICENSE("GPL");
