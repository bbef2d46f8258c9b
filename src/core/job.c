/* SPDX-License-Identifier: MIT */
#include "core/job.h"
#include "core/error.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Far below the driver's 500 ms even for slow cores, and a whole keyword
 * spotter or digit recogniser in one request.
 */
#define DEFAULT_WORK_BUDGET UINT64_C(32000000)

static void
set_binding_sizes(struct apu_job *job)
{
	const struct apu_model *model = job->model;
	unsigned int input_count = apu_model_input_count(model);

	for (unsigned int i = 0; i < job->binding_count; i++) {
		const struct apu_tensor *tensor =
			i < input_count
				? apu_model_input(model, i)
				: apu_model_output(model, i - input_count);

		job->bindings[i].size_bytes = apu_tensor_size_bytes(tensor);
	}
}

void
apui_job_fill_state(struct apu_job *job)
{
	const struct apu_model *model = job->model;
	const uint8_t *program = model->program_map;

	memcpy(job->state_map, program + model->program->state_init_offset,
	       model->program->state_bytes);
}

static int
init_state(struct apu_job *job)
{
	uint32_t state_bytes = job->model->program->state_bytes;
	int ret;

	if (state_bytes == 0)
		return 0;
	ret = apui_buffer_new_mapped(job->dev, state_bytes, 0, &job->state,
				     &job->state_map);
	if (ret < 0)
		return ret;
	apui_job_fill_state(job);
	return 0;
}

static int
init_model_job(struct apu_job *job, struct apu_model *model)
{
	unsigned int count =
		apu_model_input_count(model) + apu_model_output_count(model);
	void *map;
	int ret;

	job->model = apu_model_ref(model);
	job->dev = apu_device_ref(model->dev);
	job->work_budget = DEFAULT_WORK_BUDGET;
	job->bindings = calloc((size_t)count + 1, sizeof(*job->bindings));
	if (job->bindings == NULL)
		return -ENOMEM;
	job->binding_count = count;
	set_binding_sizes(job);

	ret = apui_buffer_new_mapped(job->dev, model->program->arena_bytes,
				     APU_BUFFER_ZEROED, &job->arena, &map);
	if (ret < 0)
		return ret;
	job->arena_header = map;
	return init_state(job);
}

int
apui_job_new(struct apu_model *model, struct apu_job **out_job)
{
	struct apu_job *job;
	int ret;

	if (model->dev == NULL) {
		apui_fail(-EINVAL, NULL, "the model was loaded without device");
		apui_fail_remedy("load it with the device that shall run it");
		return -EINVAL;
	}
	job = calloc(1, sizeof(*job));
	if (job == NULL)
		return -ENOMEM;
	ret = init_model_job(job, model);
	if (ret < 0) {
		apu_job_free(job);
		return ret;
	}
	*out_job = job;
	return 0;
}

int
apu_job_new(struct apu_model *model, struct apu_job **out_job)
{
	int ret;

	if (model == NULL || out_job == NULL)
		ret = apui_fail(-EINVAL, NULL, "model or out_job is NULL");
	else
		ret = apui_job_new(model, out_job);
	if (ret < 0)
		return apui_fail_during(ret, "make job", NULL);
	return 0;
}

void
apu_job_free(struct apu_job *job)
{
	if (job == NULL)
		return;

	apu_fence_unref(job->last);
	for (unsigned int i = 0; i < job->binding_count; i++)
		apu_buffer_unref(job->bindings[i].buf);
	for (unsigned int i = 0; i < job->buffer_count; i++)
		apu_buffer_unref(job->buffers[i]);
	apu_buffer_unref(job->arena);
	apu_buffer_unref(job->state);
	free(job->bindings);
	free(job->buffers);
	free(job->handles);
	free(job->data_in);
	apu_model_unref(job->model);
	apu_device_unref(job->dev);
	free(job);
}

bool
apui_job_is_in_flight(struct apu_job *job)
{
	bool is_retired;

	if (job->last == NULL)
		return false;
	pthread_mutex_lock(&job->dev->lock);
	apui_fence_collect(job->last);
	is_retired = job->last->is_retired;
	pthread_mutex_unlock(&job->dev->lock);
	return !is_retired;
}

static int
check_binding(struct apu_job *job, const struct apui_binding *binding,
	      const struct apu_buffer *buf, uint64_t offset_bytes)
{
	uint64_t end_bytes;

	if (buf->dev != job->dev)
		return apui_fail(-EINVAL, NULL,
				 "the buffer is of another device");
	if (offset_bytes % APU_JOB_BIND_ALIGNMENT != 0)
		return apui_fail(-EINVAL, NULL,
				 "offset %llu is not a multiple of %d",
				 (unsigned long long)offset_bytes,
				 APU_JOB_BIND_ALIGNMENT);
	if (__builtin_add_overflow(offset_bytes, binding->size_bytes,
				   &end_bytes) ||
	    end_bytes > buf->size_bytes)
		return apui_fail(-ERANGE, NULL,
				 "a tensor of %llu bytes at %llu overruns the "
				 "buffer of %llu",
				 (unsigned long long)binding->size_bytes,
				 (unsigned long long)offset_bytes,
				 (unsigned long long)buf->size_bytes);
	if (end_bytes > UINT32_MAX)
		return apui_fail(-ERANGE, NULL,
				 "requests reach no further than 4 GiB into a "
				 "buffer");
	if (apui_job_is_in_flight(job))
		return apui_fail(-EBUSY, NULL, "the job is in flight");
	return 0;
}

int
apui_job_bind(struct apu_job *job, unsigned int slot, struct apu_buffer *buf,
	      uint64_t offset_bytes)
{
	struct apui_binding *binding = &job->bindings[slot];
	int ret;

	ret = check_binding(job, binding, buf, offset_bytes);
	if (ret < 0)
		return ret;
	apu_buffer_ref(buf);
	apu_buffer_unref(binding->buf);
	binding->buf = buf;
	binding->offset_bytes = offset_bytes;
	return 0;
}

static int
check_model_job(const struct apu_job *job, const void *argument)
{
	if (job == NULL || argument == NULL)
		return apui_fail(-EINVAL, NULL, "a pointer is NULL");
	if (job->model == NULL)
		return apui_fail(-EINVAL, NULL, "the job is a raw command");
	return apui_device_check_process(job->dev);
}

static int
check_index(unsigned int index, unsigned int count)
{
	if (index < count)
		return 0;
	return apui_fail(-ERANGE, NULL,
			 "there is no tensor %u, the count is %u", index,
			 count);
}

int
apu_job_bind_input(struct apu_job *job, unsigned int index,
		   struct apu_buffer *buf, uint64_t offset_bytes)
{
	int ret = check_model_job(job, buf);

	if (ret == 0)
		ret = check_index(index, apu_model_input_count(job->model));
	if (ret == 0)
		ret = apui_job_bind(job, index, buf, offset_bytes);
	if (ret < 0)
		return apui_fail_during(ret, "bind input", NULL);
	return 0;
}

int
apu_job_bind_output(struct apu_job *job, unsigned int index,
		    struct apu_buffer *buf, uint64_t offset_bytes)
{
	int ret = check_model_job(job, buf);

	if (ret == 0)
		ret = check_index(index, apu_model_output_count(job->model));
	if (ret == 0)
		ret = apui_job_bind(job,
				    apu_model_input_count(job->model) + index,
				    buf, offset_bytes);
	if (ret < 0)
		return apui_fail_during(ret, "bind output", NULL);
	return 0;
}

int
apu_job_set_core(struct apu_job *job, unsigned int core)
{
	int ret = 0;

	if (job == NULL)
		ret = apui_fail(-EINVAL, NULL, "job is NULL");
	else if (core >= job->dev->transport->info.core_count)
		ret = apui_fail(-ENODEV, NULL, "there is no core %u", core);
	if (ret < 0)
		return apui_fail_during(ret, "choose core", NULL);
	job->core = core;
	return 0;
}

int
apu_job_set_work_budget(struct apu_job *job, uint64_t work)
{
	int ret = check_model_job(job, job);

	if (ret < 0)
		return apui_fail_during(ret, "choose work budget", NULL);
	job->work_budget = work != 0 ? work : DEFAULT_WORK_BUDGET;
	return 0;
}

int
apu_job_reset_state(struct apu_job *job)
{
	int ret = check_model_job(job, job);

	if (ret == 0 && apui_job_is_in_flight(job))
		ret = apui_fail(-EBUSY, NULL, "the job is in flight");
	if (ret < 0)
		return apui_fail_during(ret, "reset state", NULL);
	if (job->state == NULL)
		return 0;

	apui_job_fill_state(job);
	/* With it goes the failure that may have spoilt the state. */
	job->last = apu_fence_unref(job->last);
	return 0;
}

int
apu_job_add_dependency(struct apu_job *job, struct apu_fence *fence)
{
	int ret;

	if (job == NULL || fence == NULL)
		ret = apui_fail(-EINVAL, NULL, "job or fence is NULL");
	else
		ret = apui_fail(-EOPNOTSUPP, NULL,
				"this version of libapu cannot");
	return apui_fail_during(ret, "add dependency", NULL);
}
