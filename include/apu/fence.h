/* SPDX-License-Identifier: MIT */
#ifndef APU_FENCE_H
#define APU_FENCE_H

/**
 * @file
 * A fence: the completion of one submission, with its status.
 *
 * A fence outlives its job. Any number of threads may wait for one.
 */

#include <apu/macros.h>
#include <stddef.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_fence;

/**
 * Take one more reference.
 *
 * @param[in] fence  Borrowed.
 * @return @p fence.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_fence *
apu_fence_ref(struct apu_fence *fence);

/**
 * Drop a reference. The submission goes on without its fence.
 *
 * @param[in] fence  May be NULL.
 * @return NULL.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API struct apu_fence *
apu_fence_unref(struct apu_fence *fence);

/**
 * Wait for the submission to end.
 *
 * Of a model with custom operators, the wait calls their functions, and then
 * ends no sooner than a function that it is in.
 *
 * @param[in] fence        Borrowed.
 * @param[in] deadline_ns  Absolute, clock of apu_device_now_ns(). The wait ends
 *                         there; the job goes on.
 *
 * @retval 0           The submission has succeeded.
 * @retval -EINVAL     @p fence is NULL; or the firmware found the request
 *                     wrong.
 * @retval -ETIME      Not done at the deadline.
 * @retval -ETIMEDOUT  The job was given up, by the driver's timeout or by
 *                     apu_job_run(), or its model's loops ran over
 *                     max_loop_iterations.
 * @retval -ECANCELED  An earlier request of the same inference failed.
 * @retval -EOPNOTSUPP The firmware does not know the command.
 * @retval -ERANGE     A value in the data of a tensor, used as an index, say,
 *                     is out of range.
 * @retval -EFAULT     The request names memory that the device has not mapped.
 * @retval -EBADMSG    The program in device memory is broken.
 * @retval -E2BIG, -ENOMEM
 *                     The firmware found the request too large for it.
 * @retval -EIO        The device failed in another way, see
 *                     apu_fence_firmware_result().
 * @retval -ENODEV     The device is lost.
 * @return Else what the function of a custom operator returned.
 *         Once it returns anything but -ETIME, it always returns the same.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_wait(struct apu_fence *fence, int64_t deadline_ns);

/**
 * Look whether the submission has ended, without waiting.
 *
 * @param[in] fence  Borrowed.
 *
 * @retval -EINPROGRESS  Not ended.
 * @return Else as apu_fence_wait().
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_status(struct apu_fence *fence);

/**
 * Get the number that the firmware gave as result, for those who know its
 * commands. 0 is success; errors are numbers of the firmware's own C library
 * (docs/errors.md), not of Linux.
 *
 * @param[in]  fence       Borrowed.
 * @param[out] out_result  The first result that is not 0, else 0.
 *
 * @retval 0             Written.
 * @retval -EINVAL       An argument is NULL.
 * @retval -EINPROGRESS  Not ended.
 * @retval -ENODATA      The firmware never answered.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_firmware_result(struct apu_fence *fence, uint16_t *out_result);

/**
 * Read what a raw command answered inline.
 *
 * @param[in]  fence           Of a job of apu_job_new_command(). Borrowed.
 * @param[out] data            Gets the bytes. May be NULL if @p capacity_bytes
 *                             is 0.
 * @param[in]  capacity_bytes  How many bytes @p data can take.
 * @param[out] out_size_bytes  How many the firmware gave; not over the
 *                             size_out_bytes of the job.
 *
 * @retval 0             Written.
 * @retval -EINVAL       A pointer is NULL that must not be.
 * @retval -EINPROGRESS  Not ended.
 * @retval -ENOSPC       The answer is over @p capacity_bytes.
 * @retval -ENODATA      The firmware never answered, or not to all requests.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_read_data(struct apu_fence *fence, void *data, size_t capacity_bytes,
		    size_t *out_size_bytes);

/**
 * Get when the submission was made and when its end was seen.
 *
 * @param[in]  fence             Borrowed.
 * @param[out] out_submitted_ns  Clock of apu_device_now_ns(). May be NULL.
 * @param[out] out_ended_ns      When this process saw the end; may be later
 *                               than the end itself. May be NULL.
 *
 * @retval 0             Written.
 * @retval -EINVAL       @p fence is NULL.
 * @retval -EINPROGRESS  Not ended.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_times(struct apu_fence *fence, int64_t *out_submitted_ns,
		int64_t *out_ended_ns);

/**
 * Get a file descriptor that polls readable (POLLIN) when the submission has
 * ended: well or not, given up, or lost with its device. apu_fence_status()
 * then tells how. It becomes so though nobody waits, and stays so; of a fence
 * that has ended it is readable at once. It outlives fence and device, and is
 * to be polled, not read.
 *
 * What kind of file it is depends on the device: of a kernel driver that can be
 * relied on a sync_file, else an eventfd. Where only libapu knows the end, as
 * of a model with loops or custom operators, a thread of the library looks for
 * it, and calls the functions of custom operators.
 *
 * @param[in]  fence   Borrowed.
 * @param[out] out_fd  Close-on-exec, a new one each time. The caller closes it,
 *                     at any time.
 *
 * @retval 0         Written.
 * @retval -EINVAL   An argument is NULL.
 * @retval -EMFILE   The process has too many open files.
 * @retval -ENOMEM   Out of memory.
 * @retval -EAGAIN   The thread cannot be started.
 * @retval -EPERM    The process is a child of the one that opened the device.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_export_fd(struct apu_fence *fence, int *out_fd);

/**
 * Wait until one of several submissions has ended.
 *
 * @param[in]  fences       Borrowed.
 * @param[in]  count        How many.
 * @param[in]  deadline_ns  Absolute, clock of apu_device_now_ns().
 * @param[out] out_index    Untouched.
 *
 * @retval -EINVAL      A pointer is NULL or @p count is 0.
 * @retval -EOPNOTSUPP  Always, in this version.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_wait_any(struct apu_fence *const *fences, unsigned int count,
		   int64_t deadline_ns, unsigned int *out_index);

/**
 * Wait until all of several submissions have ended.
 *
 * @param[in] fences       Borrowed.
 * @param[in] count        How many.
 * @param[in] deadline_ns  Absolute, clock of apu_device_now_ns().
 *
 * @retval -EINVAL      @p fences is NULL or @p count is 0.
 * @retval -EOPNOTSUPP  Always, in this version.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_fence_wait_all(struct apu_fence *const *fences, unsigned int count,
		   int64_t deadline_ns);

APU_END_DECLS

#endif
