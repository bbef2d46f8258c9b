/* SPDX-License-Identifier: MIT */

/* Waiting for submissions, and what they answered. */

#include "compat.h"
#include <errno.h>
#include <string.h>
#include <time.h>

#define WAIT_ANY_NS INT64_C(1000000000)

/* Jobs of one open file that the driver takes before their events are read. */
#define MAX_AHEAD 341

static struct apu_fence *
get_last(struct apu_drm_job *job)
{
	struct apu_fence *fence = NULL;

	pthread_mutex_lock(&job->dev->lock);
	if (job->last != NULL)
		fence = apu_fence_ref(job->last);
	pthread_mutex_unlock(&job->dev->lock);
	return fence;
}

/*
 * The original waited for ever (no. 3). A core takes no longer than this for
 * all that a file can have in flight; what has not ended then never does.
 * libapu mostly knows sooner.
 */
static int64_t
longest_wait_ns(const struct apu_device *apu)
{
	uint64_t timeout_ns = 0;
	int64_t wait_ns;

	if (apu_device_query(apu, APU_DEVICE_LIMIT_TIMEOUT_NS, &timeout_ns) < 0)
		return 0;
	if (__builtin_mul_overflow(timeout_ns, MAX_AHEAD, &wait_ns))
		return INT64_MAX;
	return wait_ns;
}

/* What an ended fence says, if the firmware has said nothing: else 0. */
static int
read_answer(struct apu_fence *fence, uint16_t *out_result)
{
	int status = apu_fence_status(fence);

	if (status == -EINPROGRESS ||
	    apu_fence_firmware_result(fence, out_result) == 0)
		return status == -EINPROGRESS ? status : 0;
	return status < 0 ? status : -EIO;
}

int
apu_job_wait(struct apu_drm_job *job)
{
	struct apu_fence *fence = job != NULL ? get_last(job) : NULL;
	struct apu_device *apu;
	uint16_t result;
	int ret;

	if (fence == NULL)
		return -EINVAL;
	apu = job->dev->file->apu;
	ret = apu_fence_wait(fence,
			     apu_device_deadline_ns(apu, longest_wait_ns(apu)));
	/* That a command has failed is for the result to tell. */
	if (ret < 0 && ret != -ETIME)
		ret = read_answer(fence, &result);
	apu_fence_unref(fence);
	return ret;
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Under the lock. */
static struct apui_compat_submission *
first_unreported(const struct apu_drm_device *dev)
{
	struct apui_compat_submission *submission = dev->oldest;

	while (submission != NULL && submission->is_reported)
		submission = submission->next;
	return submission;
}

/* Under the lock, which is dropped meanwhile. False at the deadline. */
static bool
wait_for_queueing(struct apu_drm_device *dev, int64_t deadline_ns)
{
	const struct timespec deadline = {
		.tv_sec = deadline_ns / 1000000000,
		.tv_nsec = deadline_ns % 1000000000,
	};

	return pthread_cond_timedwait(&dev->queued, &dev->lock, &deadline) !=
	       ETIMEDOUT;
}

/*
 * A core works in the order of the list, so the first ends first. Under the
 * lock, which is dropped meanwhile. False at the deadline.
 */
static bool
wait_for_end(struct apu_drm_device *dev,
	     const struct apui_compat_submission *submission,
	     int64_t deadline_ns)
{
	struct apu_fence *fence = apu_fence_ref(submission->fence);
	int ret;

	pthread_mutex_unlock(&dev->lock);
	ret = apu_fence_wait(
		fence,
		apu_device_deadline_ns(dev->file->apu, deadline_ns - now_ns()));
	apu_fence_unref(fence);
	pthread_mutex_lock(&dev->lock);
	return ret != -ETIME && now_ns() < deadline_ns;
}

/*
 * The job of the next submission that has ended, under the lock. NULL, with
 * errno, at the deadline. Meanwhile other threads may take, dequeue and free:
 * after each wait the list is looked at anew.
 */
static struct apu_drm_job *
next_ended(struct apu_drm_device *dev, int64_t deadline_ns)
{
	bool is_time_left = true;

	while (true) {
		struct apui_compat_submission *submission =
			first_unreported(dev);

		if (submission != NULL &&
		    apu_fence_status(submission->fence) != -EINPROGRESS) {
			submission->is_reported = true;
			return submission->job;
		}
		if (!is_time_left)
			return apui_compat_null(submission != NULL ? -ETIME
								   : -ENOENT);
		is_time_left =
			submission != NULL
				? wait_for_end(dev, submission, deadline_ns)
				: wait_for_queueing(dev, deadline_ns);
	}
}

struct apu_drm_job *
apu_job_wait_any(struct apu_drm_device *dev)
{
	struct apu_drm_job *job;

	if (dev == NULL)
		return apui_compat_null(-EINVAL);
	pthread_mutex_lock(&dev->lock);
	job = next_ended(dev, now_ns() + WAIT_ANY_NS);
	pthread_mutex_unlock(&dev->lock);
	return job;
}

/* Under the lock. Nothing is written unless there is an answer. */
static int
read_result(struct apui_compat_submission *submission, uint16_t *result,
	    void *data_out, size_t *size)
{
	size_t bytes = 0;
	uint16_t answer;
	int ret = read_answer(submission->fence, &answer);

	if (ret < 0)
		return ret;
	if (data_out == NULL)
		data_out = submission->data;
	if (apu_fence_read_data(submission->fence, data_out,
				submission->size_out_bytes, &bytes) < 0)
		bytes = 0;
	if (result != NULL)
		*result = answer;
	if (size != NULL)
		*size = bytes;
	return 0;
}

int
apu_dequeue_result(struct apu_drm_job *job, uint16_t *result, void *data_out,
		   size_t *size)
{
	struct apui_compat_submission *submission;
	int ret = -ENOENT;

	if (job == NULL)
		return -EINVAL;
	pthread_mutex_lock(&job->dev->lock);
	submission = apui_compat_oldest_of(job);
	if (submission != NULL) {
		ret = read_result(submission, result, data_out, size);
		if (ret != -EINPROGRESS)
			apui_compat_remove(job->dev, submission);
	}
	pthread_mutex_unlock(&job->dev->lock);
	return ret;
}
