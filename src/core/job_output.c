/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/job.h"
#include <errno.h>

static int
check_ended(struct apu_job *job)
{
	int status = -EINPROGRESS;
	int ret = apui_device_check_process(job->dev);

	if (ret < 0)
		return ret;
	if (job->last != NULL) {
		pthread_mutex_lock(&job->dev->lock);
		apui_fence_collect(job->last);
		status = job->last->status;
		pthread_mutex_unlock(&job->dev->lock);
	}
	if (status == 0)
		return 0;
	if (status == -EINPROGRESS)
		return apui_fail(-EBUSY, NULL,
				 "its shape is known when an inference has "
				 "ended");
	return apui_fail(-ENODATA, NULL, "the job's last inference has failed");
}

static int
read_dim(struct apu_job *job, const struct apui_output_dim *dim,
	 struct apu_shape *shape)
{
	const uint8_t *arena = (const uint8_t *)job->arena_header;
	int32_t length;
	int ret = check_ended(job);

	if (ret < 0)
		return ret;
	length = *(const volatile int32_t
			   *)(const void *)(arena + dim->place.offset_bytes);
	if (length < 0 || length > dim->bound)
		return apui_fail(-EIO, NULL,
				 "the device says that dimension %u of it is "
				 "%d, which is not 0 to %d",
				 dim->dim, length, dim->bound);
	shape->dims[dim->dim] = length;
	return 0;
}

static int
read_shape(struct apu_job *job, unsigned int index, struct apu_shape *out)
{
	const struct apu_tensor *tensor = apu_model_output(job->model, index);
	const struct apui_flow *flow = job->model->flow;
	struct apu_shape shape = { .rank = tensor->rank };
	int ret = 0;

	for (unsigned int i = 0; i < tensor->rank; i++)
		shape.dims[i] = tensor->dims[i];
	for (uint32_t i = 0; ret == 0 && flow != NULL && i < flow->dim_count;
	     i++)
		if (flow->dims[i].output == index)
			ret = read_dim(job, &flow->dims[i], &shape);
	if (ret == 0)
		*out = shape;
	return ret;
}

int
apu_job_output_shape(struct apu_job *job, unsigned int index,
		     struct apu_shape *out_shape)
{
	int ret;

	if (job == NULL || out_shape == NULL)
		ret = apui_fail(-EINVAL, NULL, "a pointer is NULL");
	else if (job->model == NULL)
		ret = apui_fail(-EINVAL, NULL, "the job is a raw command");
	else if (index >= apu_model_output_count(job->model))
		ret = apui_fail(-ERANGE, NULL, "there is no output %u", index);
	else
		ret = read_shape(job, index, out_shape);
	if (ret < 0)
		return apui_fail_during(ret, "read output's shape", NULL);
	return 0;
}
