/* SPDX-License-Identifier: MIT */
#ifndef APU_DRMIF_H
#define APU_DRMIF_H

/**
 * @file
 * libdrm_apu: the interface of BayLibre's library of that name, on libapu.
 *
 * Programs written for the original build and run unchanged, on the kernel's
 * apu driver and on everything else that libapu opens: with APU_DEVICE in the
 * environment (not of set-uid programs), its device string is opened, and the
 * descriptor that the program passes is ignored. docs/compat.md has what is the
 * same, what differs, and why.
 *
 * New programs use <apu/apu.h>. No source file can include both: each has a
 * function apu_device_ref().
 *
 * Functions that return a pointer return NULL and set errno when they fail;
 * functions that return int return 0 or a negative errno, if they say nothing
 * else. NULL for an object is -EINVAL, or does nothing where nothing can fail.
 *
 * All functions may be called by several threads at once, for the same objects,
 * too; apu_job_init() and apu_free_job() of a job must be the only calls with
 * that job, and the last apu_bo_del() or apu_device_del() the last.
 */

#include <apu_drm.h>
#include <stddef.h>
#include <stdint.h>
#include <xf86drm.h>

#ifdef __cplusplus
extern "C" {
#endif

struct apu_bo;
struct apu_drm_device;
struct apu_drm_job;

/**
 * Get one core of the device behind a descriptor.
 *
 * The same core of the same descriptor gives the same device, with one
 * reference more. Cores of one descriptor share their buffers.
 *
 * @param[in] fd         A node of the apu driver. Borrowed: the device keeps a
 *                       copy. Events of the file are the library's.
 * @param[in] device_id  The core, from 0 on.
 * @return One reference, to be dropped by apu_device_del(). NULL, with errno:
 *         - EBADF, EACCES: @p fd is not open, or not for reading and writing;
 *         - ENODEV: it is no node of the apu driver, or has no such core;
 *         - EPROTO: the driver has version 1.0, two interfaces with one name.
 *           APU_DRM_OPTIONS=abi=2021 in the environment says which;
 *         - EINVAL: APU_DEVICE or APU_DRM_OPTIONS cannot be understood;
 *         - EMFILE, ENOMEM, and what apu_device_open() has for APU_DEVICE.
 */
struct apu_drm_device *
apu_device_new(int fd, int device_id);

/**
 * Take one more reference.
 *
 * @return @p dev.
 */
struct apu_drm_device *
apu_device_ref(struct apu_drm_device *dev);

/**
 * Drop a reference. Buffers and jobs hold references, too.
 *
 * @retval 1  It was the last one: the device is closed.
 * @retval 0  It was not.
 */
int
apu_device_del(struct apu_drm_device *dev);

/**
 * Ask whether the core is there to take jobs.
 *
 * @retval 1  It is.
 * @retval 0  It is not, or cannot be asked: then errno is set, else it is 0.
 */
int
apu_device_online(struct apu_drm_device *dev);

/**
 * Allocate a buffer. Its bytes are zero.
 *
 * @param[in] size   Bytes, not 0.
 * @param[in] flags  APU_BO_*. No driver heeds them; nor does this.
 * @return One reference. NULL, with errno: EINVAL, E2BIG, ENOMEM, ENOSPC,
 *         EMFILE, ENODEV.
 */
struct apu_bo *
apu_bo_new(struct apu_drm_device *dev, uint32_t size, uint32_t flags);

/**
 * As apu_bo_new(), of a buffer that goes back to a pool of the device when it
 * is deleted, and may come out of it with the bytes that it had.
 *
 * The pool keeps up to 32 buffers, and none that the device works on. It does
 * not keep the device: it ends with it.
 */
struct apu_bo *
apu_cached_bo_new(struct apu_drm_device *dev, uint32_t size, uint32_t flags);

/**
 * Make a buffer of the program's memory: not possible. No kernel had the ioctl
 * that the original used.
 *
 * @return NULL, with errno EOPNOTSUPP; EINVAL if an argument is NULL or 0.
 */
struct apu_bo *
apu_bo_user_new(struct apu_drm_device *dev, void *hostptr, uint32_t size,
		uint32_t flags);

/**
 * Take one more reference.
 *
 * @return @p bo.
 */
struct apu_bo *
apu_bo_ref(struct apu_bo *bo);

/**
 * Drop a reference. Jobs hold the buffers that they were initialised with; with
 * the last reference the pointer of apu_bo_map() ends.
 */
void
apu_bo_del(struct apu_bo *bo);

/**
 * Get the buffer's GEM handle; on a simulator a number that stands for it.
 *
 * @return Not 0, and always the same. 0 if @p bo is NULL.
 */
uint32_t
apu_bo_handle(struct apu_bo *bo);

/**
 * Get a descriptor of the buffer's memory: a dma-buf, on a simulator a memfd.
 *
 * @return A new close-on-exec descriptor, owned by the caller, that outlives
 *         the buffer. Negative errno, and errno set: EMFILE, ENODEV, EINVAL.
 */
int
apu_bo_dmabuf(struct apu_bo *bo);

/**
 * Map the buffer for the program.
 *
 * @return Its first byte, the same at each call. NULL, with errno.
 */
void *
apu_bo_map(struct apu_bo *bo);

/**
 * Get the addresses at which the device sees buffers, for commands that take
 * addresses in their data.
 *
 * @param[in]  bos    @p count buffers of the device's descriptor.
 * @param[out] da     @p count addresses; each fits in 32 bits, which is what
 *                    the wire has. Untouched on failure.
 * @param[in]  count  May be 0.
 *
 * @retval 0            Written.
 * @retval -EINVAL      A pointer is NULL, or a buffer of another descriptor.
 * @retval -EOPNOTSUPP  The device has no address translation.
 * @retval -EOVERFLOW   An address does not fit in 32 bits.
 * @retval -ENOSPC, -EIO, -ENODEV
 */
int
apu_bo_iommu_map(struct apu_drm_device *dev, struct apu_bo **bos, uint64_t *da,
		 uint32_t count);

/**
 * Say that addresses are not needed any more. They stay what they are until
 * their buffers end: the published driver loses count of earlier ends.
 *
 * @retval 0        Said.
 * @retval -EINVAL  As apu_bo_iommu_map().
 */
int
apu_bo_iommu_unmap(struct apu_drm_device *dev, struct apu_bo **bos,
		   uint32_t count);

/**
 * Make a job.
 *
 * @param[in] size  Bytes of the program's own, see apu_job_get_data().
 * @return To be freed by apu_free_job(). NULL, with errno EINVAL or ENOMEM.
 */
struct apu_drm_job *
apu_new_job(struct apu_drm_device *dev, size_t size);

/**
 * Say what a job does when it is queued. A job can be initialised anew, also
 * while it is queued: that is for the next apu_queue().
 *
 * @param[in] cmd       The firmware's command, up to 0xffff.
 * @param[in] bos       @p count buffers, each once. The job holds them.
 * @param[in] data_in   @p size_in bytes, which each apu_queue() reads. They
 *                      stay the caller's, and must be there until then.
 * @param[in] size_in   0 to 65535.
 * @param[in] size_out  0 to 65535: bytes wanted back.
 *
 * @retval 0          Initialised.
 * @retval -EINVAL    A pointer is NULL that must not be, @p cmd or a size is
 *                    over what the wire has, or a buffer is there twice or of
 *                    another descriptor.
 * @retval -EMSGSIZE  The request would be over the 496 bytes of a message.
 * @retval -ENOMEM    Out of memory.
 *         On failure the job is as it was.
 */
int
apu_job_init(struct apu_drm_job *job, uint32_t cmd, struct apu_bo **bos,
	     uint32_t count, void *data_in, size_t size_in, size_t size_out);

/**
 * Get the bytes that apu_new_job() was asked for: zero at first, aligned for
 * any type, the program's until apu_free_job().
 */
void *
apu_job_get_data(struct apu_drm_job *job);

/**
 * Hand a job to its core. Each call is a submission of its own, with a result
 * of its own; those of one core run in the order of the calls.
 *
 * @retval 0        Queued.
 * @retval -EINVAL  The job was not initialised.
 * @retval -EBUSY   300 submissions of the descriptor are in flight.
 * @retval -ENODEV, -ENOMEM, -ENOSPC, -EIO
 */
int
apu_queue(struct apu_drm_job *job);

/**
 * Wait until the job's last submission has ended, well or badly: its result is
 * apu_dequeue_result()'s to tell.
 *
 * Gives up after the time that a core may take for all that one descriptor can
 * have in flight: 341 times the driver's timeout, 170 s if that is 500 ms.
 *
 * @retval 0        Ended.
 * @retval -EINVAL  It was never queued.
 * @retval -ETIME   It has not ended; it goes on.
 * @retval -ENODEV, -EIO, -ETIMEDOUT
 *                  It has ended without an answer, as the device is lost, the
 *                  driver failed, or libapu has given it up.
 */
int
apu_job_wait(struct apu_drm_job *job);

/**
 * Wait, for at most a second, until a submission to this core has ended that
 * was neither returned here before nor dequeued.
 *
 * Submissions that other threads queue meanwhile count.
 *
 * @return Its job, borrowed: apu_dequeue_result() has its result. A job queued
 *         twice is returned twice. NULL, with errno:
 *         - ETIME: the second is over, and something is in flight;
 *         - ENOENT: the second is over, and nothing is;
 *         - EINVAL: @p dev is NULL.
 */
struct apu_drm_job *
apu_job_wait_any(struct apu_drm_device *dev);

/**
 * Take the result of the job's oldest submission that was not dequeued yet.
 *
 * @param[out] result    What the firmware answered: 0, or an error in its own
 *                       numbers; 110 if the driver gave the job up. May be
 *                       NULL.
 * @param[out] data_out  Gets at most the size_out bytes that the job was
 *                       initialised with when it was queued. NULL: nobody wants
 *                       them.
 * @param[out] size      How many came. May be NULL.
 *
 * @retval 0             Taken.
 * @retval -EINPROGRESS  It has not ended; nothing is written, and it can be
 *                       asked again.
 * @retval -ENOENT       All are dequeued, or the job was never queued.
 * @retval -ENODEV, -EIO, -ETIMEDOUT
 *                       It has ended without an answer. It is dequeued.
 * @retval -EINVAL       @p job is NULL.
 */
int
apu_dequeue_result(struct apu_drm_job *job, uint16_t *result, void *data_out,
		   size_t *size);

/**
 * End a job. What was queued of it goes on; nobody hears of it.
 *
 * @param[in] job  May be NULL, or never initialised.
 */
void
apu_free_job(struct apu_drm_job *job);

#ifdef __cplusplus
}
#endif

#endif
