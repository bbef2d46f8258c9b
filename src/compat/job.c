/* SPDX-License-Identifier: MIT */
#include "compat.h"
#include <errno.h>
#include <stdlib.h>

/* As much as the wire can count. */
#define MAX_BOS 0xffff

struct apu_drm_job *
apu_new_job(struct apu_drm_device *dev, size_t size)
{
	struct apu_drm_job *job;
	size_t bytes;

	if (dev == NULL)
		return apui_compat_null(-EINVAL);
	if (__builtin_add_overflow(sizeof(*job), size, &bytes))
		return apui_compat_null(-ENOMEM);
	job = calloc(1, bytes);
	if (job == NULL)
		return apui_compat_null(-ENOMEM);
	job->dev = apu_device_ref(dev);
	return job;
}

static void
release_bos(struct apu_bo **bos, uint32_t count)
{
	for (uint32_t i = 0; bos != NULL && i < count; i++)
		apu_bo_del(bos[i]);
	free(bos);
}

static int
hold_bos(struct apu_bo **bos, uint32_t count, struct apu_bo ***out_bos)
{
	struct apu_bo **held = calloc((size_t)count + 1, sizeof(*held));

	if (held == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		held[i] = apu_bo_ref(bos[i]);
	*out_bos = held;
	return 0;
}

/* The request as libapu has it: it copies data_in, so one for each queueing. */
static int
make_request(const struct apu_drm_job *job, struct apu_job **out_request)
{
	struct apu_buffer **buffers =
		calloc((size_t)job->bo_count + 1, sizeof(*buffers));
	int ret;

	if (buffers == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < job->bo_count; i++)
		buffers[i] = job->bos[i]->buffer;
	ret = apu_job_new_command(job->dev->file->apu, job->command,
				  job->data_in, job->size_in_bytes,
				  job->size_out_bytes, buffers, job->bo_count,
				  out_request);
	free(buffers);
	if (ret < 0)
		return ret;
	ret = apu_job_set_core(*out_request, job->dev->core);
	if (ret < 0)
		apu_job_free(*out_request);
	return ret;
}

/* What could never be queued is refused now, and not cut (no. 8). */
static int
check_request(const struct apu_drm_job *job)
{
	struct apu_job *request;
	int ret = make_request(job, &request);

	if (ret == 0)
		apu_job_free(request);
	return ret;
}

int
apu_job_init(struct apu_drm_job *job, uint32_t cmd, struct apu_bo **bos,
	     uint32_t count, void *data_in, size_t size_in, size_t size_out)
{
	struct apu_drm_job wanted = {
		.command = cmd,
		.bo_count = count,
		.data_in = data_in,
		.size_in_bytes = size_in,
		.size_out_bytes = size_out,
	};
	int ret;

	if (job == NULL)
		return -EINVAL;
	if (count > MAX_BOS)
		return -EMSGSIZE;
	wanted.dev = job->dev;
	ret = apui_compat_check_bos(job->dev, bos, count);
	if (ret == 0)
		ret = hold_bos(bos, count, &wanted.bos);
	if (ret == 0)
		ret = check_request(&wanted);
	if (ret < 0) {
		release_bos(wanted.bos, count);
		return ret;
	}
	/* Not a second time over the first (no. 2). */
	release_bos(job->bos, job->bo_count);
	wanted.last = job->last;
	wanted.is_ready = true;
	*job = wanted;
	return 0;
}

void *
apu_job_get_data(struct apu_drm_job *job)
{
	return job != NULL ? job->data : NULL;
}

static void
append(struct apu_drm_device *dev, struct apui_compat_submission *submission)
{
	struct apui_compat_submission **link = &dev->oldest;

	while (*link != NULL)
		link = &(*link)->next;
	*link = submission;
}

/* Under the lock: the list has the order of the core. */
static int
submit(struct apu_drm_job *job, struct apui_compat_submission *submission)
{
	struct apu_job *request;
	int ret;

	ret = make_request(job, &request);
	if (ret < 0)
		return ret;
	ret = apu_job_submit(request, &submission->fence);
	apu_job_free(request);
	if (ret < 0)
		return ret;
	submission->job = job;
	submission->size_out_bytes = job->size_out_bytes;
	append(job->dev, submission);
	apu_fence_unref(job->last);
	job->last = apu_fence_ref(submission->fence);
	pthread_cond_broadcast(&job->dev->queued);
	return 0;
}

int
apu_queue(struct apu_drm_job *job)
{
	struct apui_compat_submission *submission;
	int ret;

	if (job == NULL || !job->is_ready)
		return -EINVAL;
	submission = calloc(1, sizeof(*submission) + job->size_out_bytes);
	if (submission == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&job->dev->lock);
	ret = submit(job, submission);
	pthread_mutex_unlock(&job->dev->lock);
	if (ret < 0)
		free(submission);
	return ret;
}

struct apui_compat_submission *
apui_compat_oldest_of(const struct apu_drm_job *job)
{
	struct apui_compat_submission *submission = job->dev->oldest;

	while (submission != NULL && submission->job != job)
		submission = submission->next;
	return submission;
}

void
apui_compat_remove(struct apu_drm_device *dev,
		   struct apui_compat_submission *submission)
{
	struct apui_compat_submission **link = &dev->oldest;

	while (*link != submission)
		link = &(*link)->next;
	*link = submission->next;
	apu_fence_unref(submission->fence);
	free(submission);
}

void
apu_free_job(struct apu_drm_job *job)
{
	struct apui_compat_submission *submission;
	struct apu_drm_device *dev;

	if (job == NULL)
		return;
	dev = job->dev;
	pthread_mutex_lock(&dev->lock);
	while ((submission = apui_compat_oldest_of(job)) != NULL)
		apui_compat_remove(dev, submission);
	pthread_mutex_unlock(&dev->lock);
	apu_fence_unref(job->last);
	release_bos(job->bos, job->bo_count);
	free(job);
	apu_device_del(dev);
}
