/* SPDX-License-Identifier: MIT */
#ifndef APU_JOB_H
#define APU_JOB_H

/**
 * @file
 * A job: one reusable request to a device, an inference of a model or a raw
 * command of its firmware.
 *
 * A job has one owner and is for one thread at a time. Many jobs of one model
 * may be in flight at once; one job has one submission in flight.
 */

#include <apu/macros.h>
#include <stddef.h>
#include <stdint.h>

APU_BEGIN_DECLS

struct apu_buffer;
struct apu_device;
struct apu_fence;
struct apu_job;
struct apu_model;
struct apu_shape;

/** Alignment of a tensor inside the buffer it is bound to, in bytes. */
#define APU_JOB_BIND_ALIGNMENT 64

/**
 * Make a job that runs a model.
 *
 * @param[in]  model    Loaded for a device. Borrowed; the job holds a
 *                      reference.
 * @param[out] out_job  The job, owned by the caller.
 *
 * @retval 0        Made. All inputs and outputs are to be bound next.
 * @retval -EINVAL  A pointer is NULL, or the model was loaded without a device.
 * @retval -E2BIG   The arena is over the device's limit for buffers.
 * @retval -ENOMEM, -ENOSPC, -ENODEV
 *                  As apu_buffer_new(), for the arena.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_new(struct apu_model *model, struct apu_job **out_job);

/**
 * Make a job that sends one command to the firmware as it is.
 *
 * @param[in]  dev            Borrowed; the job holds a reference.
 * @param[in]  command        0 to 0xffff. 0 to 6 are the published ones
 *                            (docs/sim.md); unknown ones fail when run.
 * @param[in]  data_in        Bytes sent inline, copied. NULL if there are none.
 * @param[in]  size_in_bytes  How many.
 * @param[in]  size_out_bytes Bytes wanted back inline, see
 *                            apu_fence_read_data().
 * @param[in]  buffers        Buffers of @p dev that the command works on, in
 *                            its order; the job holds references. NULL if none.
 * @param[in]  buffer_count   How many.
 * @param[out] out_job        The job, owned by the caller.
 *
 * @retval 0          Made.
 * @retval -EINVAL    A pointer is NULL that must not be, @p command or a size
 *                    is over 0xffff, or a buffer or its memory occurs twice
 *                    or is of another device.
 * @retval -EMSGSIZE  12 + size_in + size_out + 8 * buffer_count is over
 *                    APU_DEVICE_LIMIT_REQUEST_BYTES.
 * @retval -ENOMEM    Out of memory.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_new_command(struct apu_device *dev, uint32_t command,
		    const void *data_in, size_t size_in_bytes,
		    size_t size_out_bytes, struct apu_buffer *const *buffers,
		    unsigned int buffer_count, struct apu_job **out_job);

/**
 * End a job. A submission in flight goes on, and keeps what it needs.
 *
 * @param[in] job  May be NULL.
 *
 * @par Threads  Safe for different jobs.
 * @since 0.1
 */
APU_API void
apu_job_free(struct apu_job *job);

/**
 * Bind a buffer to one input of a job. Nothing is copied.
 *
 * The job takes its own reference: the caller may unref @p buf at once. The
 * bytes must not change while a submission of the job is in flight.
 *
 * @param[in,out] job           Job of a model. Borrowed.
 * @param[in]     index         0 <= index < apu_model_input_count().
 * @param[in]     buf           Holds the tensor as apu_model_input() describes
 *                              it, row-major. Borrowed.
 * @param[in]     offset_bytes  First byte of the tensor in @p buf, a multiple
 *                              of APU_JOB_BIND_ALIGNMENT.
 *
 * @retval 0        Bound; an earlier binding of @p index is dropped.
 * @retval -EINVAL  A pointer is NULL, the job is not of a model, the buffer is
 *                  of another device, or the offset is not aligned.
 * @retval -ERANGE  @p index is out of range, or the tensor overruns @p buf or
 *                  ends beyond 4 GiB.
 * @retval -EBUSY   The job is in flight.
 *         On failure nothing changes.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_bind_input(struct apu_job *job, unsigned int index,
		   struct apu_buffer *buf, uint64_t offset_bytes);

/**
 * Bind a buffer to one output of a job. Nothing is copied.
 *
 * An output must not overlap an input or another output: the device may write
 * it before it has read all inputs.
 *
 * @param[in,out] job           Job of a model. Borrowed.
 * @param[in]     index         0 <= index < apu_model_output_count().
 * @param[in]     buf           Gets the tensor as apu_model_output() describes
 *                              it; unspecified bytes after a failure. Borrowed.
 * @param[in]     offset_bytes  First byte of the tensor in @p buf, a multiple
 *                              of APU_JOB_BIND_ALIGNMENT.
 *
 * @return As apu_job_bind_input().
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_bind_output(struct apu_job *job, unsigned int index,
		    struct apu_buffer *buf, uint64_t offset_bytes);

/**
 * Choose the core that runs the job; core 0 unless this is called.
 *
 * @param[in,out] job   Borrowed.
 * @param[in]     core  0 <= core < APU_DEVICE_LIMIT_CORES.
 *
 * @retval 0        Chosen, for the next submission.
 * @retval -EINVAL  @p job is NULL.
 * @retval -ENODEV  There is no such core.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_set_core(struct apu_job *job, unsigned int core);

/**
 * Choose how much work one request to the device may hold.
 *
 * An inference is cut into several requests so that each stays far below the
 * driver's timeout. A request holds at least one operator. Work is counted in
 * multiply-accumulates; a byte that an operator puts out counts as 8 of them.
 *
 * @param[in,out] job   Job of a model. Borrowed.
 * @param[in]     work  How much a request; 1 sends one operator a request, 0
 *                      restores the default of 32 million.
 *
 * @retval 0        Chosen, for the next submission.
 * @retval -EINVAL  @p job is NULL or not of a model.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_set_work_budget(struct apu_job *job, uint64_t work);

/**
 * Give the model's variables the values that they begin with.
 *
 * A model may keep variables from one inference to the next, as streaming ones
 * do. They belong to the job: a new job begins with the model's own values, and
 * each inference of it goes on from the one before.
 *
 * When an inference that has begun fails or is given up, its variables are
 * lost: apu_job_submit() says -ECANCELED until this is called.
 *
 * @param[in,out] job  Job of a model. Borrowed.
 *
 * @retval 0        Reset, or the model has no variables.
 * @retval -EINVAL  @p job is NULL or not of a model.
 * @retval -EBUSY   The job is in flight.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_reset_state(struct apu_job *job);

/**
 * Get the shape that an output has in fact.
 *
 * Some operators, as WHERE, put out as many rows as the data have. Such an
 * output is planned at its bound, which is what apu_model_output() and the
 * binding have; the rows behind the last are unspecified. All other outputs
 * have the shape of apu_model_output(), at any time.
 *
 * @param[in,out] job        Job of a model. Borrowed.
 * @param[in]     index      0 <= index < apu_model_output_count().
 * @param[out]    out_shape  As of the job's last inference.
 *
 * @retval 0         Known.
 * @retval -EINVAL   A pointer is NULL, or the job is not of a model.
 * @retval -ERANGE   @p index is out of range.
 * @retval -EBUSY    It depends on data, and no inference has ended yet, or one
 *                   is in flight.
 * @retval -ENODATA  It depends on data, and the last inference has failed.
 * @retval -EIO      The device's answer cannot be true.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_output_shape(struct apu_job *job, unsigned int index,
		     struct apu_shape *out_shape);

/**
 * Let the job start only when a fence of another submission is done.
 *
 * @param[in,out] job    Borrowed.
 * @param[in]     fence  Borrowed.
 *
 * @retval -EINVAL      An argument is NULL.
 * @retval -EOPNOTSUPP  Always, in this version. Jobs of one core run in the
 *                      order of submission.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_add_dependency(struct apu_job *job, struct apu_fence *fence);

/**
 * Submit the job and return at once.
 *
 * @param[in,out] job        Borrowed. It may be freed right after.
 * @param[out]    out_fence  Completion of this submission, one reference owned
 *                           by the caller. The work goes on if it is dropped.
 *
 * @retval 0        Accepted: the fence will report success or failure, once.
 * @retval -EINVAL  A pointer is NULL, an input or output is not bound, or an
 *                  output overlaps an input or another output.
 * @retval -EBUSY   The job's last submission is still in flight, be it one
 *                  that failed halfway, or one that timed out on a core that
 *                  has not answered since; or this client has
 *                  APU_DEVICE_LIMIT_IN_FLIGHT requests in flight; or the core
 *                  has timed out, and has a submission in flight.
 * @retval -E2BIG   The inference needs more tensors than one request can bind.
 * @retval -ECANCELED
 *                  The model has variables, and an inference of the job that
 *                  did not end well has lost them: see apu_job_reset_state().
 * @retval -ENODEV  The device is lost.
 * @retval -EAGAIN  The model has loops, branches or custom operators, or takes
 *                  more requests than may be in flight, and the thread that
 *                  goes on with them when nobody waits could not be started.
 * @retval -ENOMEM, -ENOSPC, -EIO
 *         On failure nothing runs on.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_submit(struct apu_job *job, struct apu_fence **out_fence);

/**
 * Submit the job and wait for it.
 *
 * @param[in,out] job          Borrowed.
 * @param[in]     deadline_ns  Absolute, clock of apu_device_now_ns(). At the
 *                             deadline the job is given up: no further request
 *                             of it starts, and until the one that runs has
 *                             ended, the job and its buffers are busy.
 *
 * @retval 0           Done; the outputs are valid.
 * @retval -ETIMEDOUT  Given up, at the deadline, by the driver's timeout, or
 *                     because the model's loops ran over max_loop_iterations.
 * @retval -EIO        The device failed.
 * @retval -ENODEV     The device is lost.
 * @return Else as apu_job_submit() and apu_fence_wait(). After a failure of
 *         the run, bytes of outputs are unspecified.
 *
 * @par Threads  Safe for different jobs; one job needs the caller's lock.
 * @since 0.1
 */
APU_API APU_MUST_USE int
apu_job_run(struct apu_job *job, int64_t deadline_ns);

APU_END_DECLS

#endif
