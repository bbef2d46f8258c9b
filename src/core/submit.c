/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/job.h"
#include "core/recovery.h"
#include "core/sequence.h"
#include "core/submission.h"
#include "core/worker.h"
#include <errno.h>
#include <stdlib.h>

static bool
overlaps(const struct apui_binding *a, const struct apui_binding *b)
{
	return apui_buffer_is_same(a->buf, b->buf) && a->size_bytes > 0 &&
	       b->size_bytes > 0 &&
	       a->offset_bytes < b->offset_bytes + b->size_bytes &&
	       b->offset_bytes < a->offset_bytes + a->size_bytes;
}

/* The device may write an output before it has read all inputs. */
static int
check_bindings(const struct apu_job *job)
{
	unsigned int input_count = apu_model_input_count(job->model);

	for (unsigned int i = 0; i < job->binding_count; i++) {
		bool is_input = i < input_count;

		if (job->bindings[i].buf == NULL)
			return apui_fail(-EINVAL, NULL, "%s %u is not bound",
					 is_input ? "input" : "output",
					 is_input ? i : i - input_count);
		for (unsigned int k = 0; !is_input && k < i; k++)
			if (overlaps(&job->bindings[i], &job->bindings[k]))
				return apui_fail(-EINVAL, NULL,
						 "output %u overlaps an input "
						 "or another output",
						 i - input_count);
	}
	return 0;
}

/* The program of the model that this one was made of. */
static int
bind_shared(const struct apu_model *model, struct apui_run_request *request)
{
	const struct apui_binding binding = {
		.buf = model->base->program_buffer,
		.offset_bytes = model->base->program_offset_bytes,
		.size_bytes = model->program->shared_bytes,
	};

	return apui_run_request_bind(request, &binding);
}

/* The slots of program.h, in their order. */
static int
bind_slots(const struct apu_job *job, struct apui_run_request *request)
{
	const struct apui_program *program = job->model->program;
	const struct apui_binding own[] = {
		{ .buf = job->model->program_buffer,
		  .offset_bytes = job->model->program_offset_bytes,
		  .size_bytes = program->size_bytes },
		{ .buf = job->arena, .size_bytes = program->arena_bytes },
		{ .buf = job->state, .size_bytes = program->state_bytes },
	};
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < sizeof(own) / sizeof(own[0]); i++)
		ret = apui_run_request_bind(request, &own[i]);
	for (unsigned int i = 0; ret == 0 && i < job->binding_count; i++)
		ret = apui_run_request_bind(request, &job->bindings[i]);
	if (ret == 0 && program->shared_bytes > 0)
		ret = bind_shared(job->model, request);
	return ret;
}

/*
 * The first thing after a timeout is alone on its core, so that what comes back
 * late cannot be taken for the answer to another (K13).
 */
static int
check_suspect(const struct apu_device *dev,
	      const struct apui_submission *submission)
{
	bool is_one =
		submission->sequence != NULL || submission->request_count == 1;

	if (!apui_core_is_suspect(dev, submission->core) ||
	    (is_one && apui_core_in_flight(dev, submission->core, NULL) == 0))
		return 0;
	apui_fail(-EBUSY, NULL,
		  "core %u has timed out, and takes one submission at a time "
		  "until it has answered one",
		  submission->core);
	apui_fail_remedy("wait for the fence of the last submission");
	return -EBUSY;
}

/* Room for the requests to begin with, or -EBUSY. Under the lock. */
static int
check_window(struct apu_device *dev, const struct apui_submission *submission)
{
	uint32_t max = dev->transport->info.max_in_flight;
	unsigned int count =
		submission->sequence != NULL ? 1 : submission->request_count;

	apui_fence_reap_news(dev);
	if (dev->requests_in_flight + count > max ||
	    apui_core_is_suspect(dev, submission->core))
		apui_fence_reap(dev);
	if (dev->requests_in_flight + count <= max)
		return check_suspect(dev, submission);
	apui_fail(-EBUSY, NULL, "%u requests are in flight, at most %u can be",
		  dev->requests_in_flight, max);
	apui_fail_remedy("wait for an earlier fence");
	return -EBUSY;
}

static uint32_t
next_submission_id(struct apu_device *dev)
{
	do {
		dev->last_submission_id++;
	} while (dev->last_submission_id == 0 ||
		 dev->last_submission_id == APUI_SUBMISSION_CANCELLED);
	return dev->last_submission_id;
}

/* What is behind them is not for the firmware. */
static uint32_t
run_end(const struct apu_job *job)
{
	const struct apu_model *model = job->model;

	return model->flow != NULL ? model->flow->operator_count
				   : model->program->operator_count;
}

/* Queue all RUNs of an inference. Under the lock. */
static int
queue_runs(const struct apu_job *job, struct apui_run_request *run,
	   struct apu_fence *fence)
{
	const uint64_t *work = job->model->program->work;
	uint32_t end = run_end(job);
	uint8_t data_in[APUI_WIRE_MAX_BYTES];
	struct apui_request request = {
		.core = job->core,
		.cmd = APUI_CMD_RUN,
		.size_out = sizeof(struct apui_run_report),
		.data_in = data_in,
		.handles = run->handles,
		.handle_count = run->buffer_count,
	};
	int ret = 0;

	run->run.submission_id = next_submission_id(job->dev);
	while (ret == 0 && run->run.first_operator < end) {
		run->run.operator_count = apui_run_stretch_count(
			work, run->run.first_operator, end, job->work_budget);
		request.size_in = apui_run_request_encode(run, data_in);
		ret = apui_fence_queue(fence, &request);
		run->run.first_operator += run->run.operator_count;
		run->run.run_index++;
	}
	return ret;
}

static int
queue_command(const struct apu_job *job, struct apu_fence *fence)
{
	struct apui_request request = {
		.core = job->core,
		.cmd = job->command,
		.size_in = job->size_in_bytes,
		.size_out = job->size_out_bytes,
		.data_in = job->data_in,
		.handles = job->handles,
		.handle_count = job->buffer_count,
	};

	return apui_fence_queue(fence, &request);
}

static int
queue_requests(const struct apu_job *job,
	       const struct apui_submission *submission,
	       struct apui_run_request *run, struct apu_fence *fence)
{
	int ret;

	if (run == NULL)
		return queue_command(job, fence);
	if (submission->sequence == NULL && submission->request_count == 0) {
		apui_fence_finish(fence, 0);
		return 0;
	}
	if (submission->sequence == NULL)
		return queue_runs(job, run, fence);
	fence->sequence->run.run.submission_id = next_submission_id(job->dev);
	ret = apui_worker_start(job->dev);
	return ret < 0 ? ret : apui_fence_begin(fence);
}

/* @run is NULL for raw commands. */
static int
queue_submission(struct apu_job *job, const struct apui_submission *submission,
		 struct apui_run_request *run, struct apu_fence **out_fence)
{
	struct apu_device *dev = job->dev;
	struct apu_fence *fence;
	int ret;

	pthread_mutex_lock(&dev->lock);
	ret = apui_fence_new(submission, &fence);
	if (ret < 0) {
		pthread_mutex_unlock(&dev->lock);
		apui_sequence_free(submission->sequence);
		return ret;
	}
	ret = check_window(dev, submission);
	if (ret == 0)
		ret = queue_requests(job, submission, run, fence);
	if (ret < 0)
		apui_fence_cut_short(fence, ret);
	pthread_mutex_unlock(&dev->lock);
	if (submission->sequence != NULL)
		apui_worker_free_ended(dev);
	if (ret < 0) {
		/* What was queued of it works in the arena until it ends. */
		apu_fence_unref(job->last);
		job->last = fence;
		return ret;
	}
	*out_fence = fence;
	return 0;
}

static unsigned int
count_runs(const struct apu_job *job)
{
	const uint64_t *work = job->model->program->work;
	unsigned int count = 0;

	for (uint32_t first = 0; first < run_end(job); count++)
		first += apui_run_stretch_count(work, first, run_end(job),
						job->work_budget);
	return count;
}

/* Whether not all that it takes can be queued at once. */
static bool
takes_turns(const struct apu_job *job, unsigned int request_count)
{
	struct apu_device *dev = job->dev;
	bool is_suspect;

	if (job->model->flow != NULL && job->model->flow->step_count > 0)
		return true;
	if (request_count > dev->transport->info.max_in_flight)
		return true;
	pthread_mutex_lock(&dev->lock);
	is_suspect = apui_core_is_suspect(dev, job->core);
	pthread_mutex_unlock(&dev->lock);
	return is_suspect && request_count > 1;
}

/* A run that did not end well may have changed some of the variables. */
static int
check_state(const struct apu_job *job)
{
	bool is_lost;

	if (job->state == NULL || job->last == NULL)
		return 0;
	pthread_mutex_lock(&job->dev->lock);
	is_lost = job->last->status < 0 && job->last->is_listed;
	pthread_mutex_unlock(&job->dev->lock);
	if (!is_lost)
		return 0;
	apui_fail(-ECANCELED, NULL,
		  "the job's last inference has failed, and its variables are "
		  "lost");
	apui_fail_remedy("begin anew with apu_job_reset_state()");
	return -ECANCELED;
}

static int
submit_model(struct apu_job *job, struct apu_fence **out_fence)
{
	struct apui_run_request run = { .binding_count = 0 };
	struct apui_submission submission = {
		.dev = job->dev,
		.core = job->core,
		.data_bytes = sizeof(struct apui_run_report),
		.arena = job->arena_header,
	};
	int ret;

	ret = check_bindings(job);
	if (ret == 0)
		ret = check_state(job);
	if (ret == 0)
		ret = bind_slots(job, &run);
	if (ret < 0)
		return ret;
	submission.request_count = count_runs(job);
	if (takes_turns(job, submission.request_count)) {
		submission.request_count = 0;
		ret = apui_sequence_new(job, &run, &submission.sequence);
		if (ret < 0)
			return ret;
	}

	submission.buffers = run.buffers;
	submission.buffer_count = run.buffer_count;
	/* An earlier submission may have been given up. */
	__atomic_store_n(&job->arena_header->submission_id, 0,
			 __ATOMIC_RELEASE);
	return queue_submission(job, &submission, &run, out_fence);
}

static int
submit_command(struct apu_job *job, struct apu_fence **out_fence)
{
	struct apui_submission submission = {
		.dev = job->dev,
		.core = job->core,
		.request_count = 1,
		.data_bytes = job->size_out_bytes,
		.buffers = job->buffers,
		.buffer_count = job->buffer_count,
	};

	return queue_submission(job, &submission, NULL, out_fence);
}

int
apui_job_submit(struct apu_job *job, struct apu_fence **out_fence)
{
	struct apu_fence *fence;
	int ret;

	ret = apui_device_check(job->dev);
	if (ret < 0)
		return ret;
	if (apui_job_is_in_flight(job)) {
		apui_fail(-EBUSY, NULL,
			  "the job's last submission is in flight");
		apui_fail_remedy("wait for its fence, or make a second job");
		return -EBUSY;
	}
	ret = job->model != NULL ? submit_model(job, &fence)
				 : submit_command(job, &fence);
	if (ret < 0)
		return ret;

	apu_fence_unref(job->last);
	job->last = fence;
	*out_fence = apu_fence_ref(fence);
	return 0;
}

int
apu_job_submit(struct apu_job *job, struct apu_fence **out_fence)
{
	int ret;

	if (job == NULL || out_fence == NULL)
		ret = apui_fail(-EINVAL, NULL, "job or out_fence is NULL");
	else
		ret = apui_job_submit(job, out_fence);
	if (ret < 0)
		return apui_fail_during(ret, "submit job", NULL);
	return 0;
}

int
apui_job_run(struct apu_job *job, int64_t deadline_ns)
{
	struct apu_fence *fence;
	int ret;

	ret = apui_job_submit(job, &fence);
	if (ret < 0)
		return ret;
	ret = apui_fence_wait(fence, deadline_ns);
	if (ret == -ETIME) {
		apui_fence_give_up(fence, -ETIMEDOUT);
		/* It has ended, one way or the other. */
		ret = apui_fence_wait(fence, deadline_ns);
	}
	apu_fence_unref(fence);
	return ret;
}

int
apu_job_run(struct apu_job *job, int64_t deadline_ns)
{
	int ret;

	if (job == NULL)
		ret = apui_fail(-EINVAL, NULL, "job is NULL");
	else
		ret = apui_job_run(job, deadline_ns);
	if (ret < 0)
		return apui_fail_during(ret, "run job", NULL);
	return 0;
}
