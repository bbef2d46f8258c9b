/* SPDX-License-Identifier: MIT */
#include "core/sequence.h"
#include "core/recovery.h"
#include "core/submission.h"
#include "firmware/program.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Buffers stay mapped while the submission uses them. */
static int
map_slots(struct apu_job *job, struct apui_sequence *s)
{
	s->maps[APUI_SLOT_PROGRAM] =
		(uint8_t *)(uintptr_t)apui_model_blob(job->model);
	s->maps[APUI_SLOT_ARENA] = (uint8_t *)job->arena_header;
	s->maps[APUI_SLOT_STATE] = job->state_map;
	if (s->flow == NULL || !s->flow->uses_io)
		return 0;
	for (unsigned int i = 0; i < job->binding_count; i++) {
		const struct apui_binding *binding = &job->bindings[i];
		void *map;
		int ret = apui_buffer_map(binding->buf, &map);

		if (ret < 0)
			return ret;
		s->maps[APUI_SLOT_FIRST_IO + i] =
			(uint8_t *)map + binding->offset_bytes;
	}
	return 0;
}

/* The flow is shared with the model; a program may go before its sequence. */
static int
set_work(const struct apu_job *job, struct apui_sequence *s)
{
	const struct apui_program *program = job->model->program;
	size_t bytes = program->operator_count * sizeof(s->work[0]);

	if (s->flow != NULL) {
		s->operator_count = s->flow->operator_count;
		s->work = s->flow->work;
		return 0;
	}
	s->own_work = malloc(bytes + 1);
	if (s->own_work == NULL)
		return -ENOMEM;
	if (bytes > 0)
		memcpy(s->own_work, program->work, bytes);
	s->operator_count = program->operator_count;
	s->work = s->own_work;
	return 0;
}

int
apui_sequence_new(struct apu_job *job, const struct apui_run_request *run,
		  struct apui_sequence **out_sequence)
{
	size_t slot_count = (size_t)APUI_SLOT_FIRST_IO + job->binding_count;
	struct apui_sequence *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	if (s == NULL)
		return -ENOMEM;
	s->flow = apui_flow_ref(job->model->flow);
	s->run = *run;
	s->core = job->core;
	s->work_budget = job->work_budget;
	s->maps = calloc(slot_count, sizeof(*s->maps));
	if (s->maps != NULL)
		ret = map_slots(job, s);
	if (ret == 0)
		ret = set_work(job, s);
	if (ret < 0) {
		apui_sequence_free(s);
		return ret;
	}
	*out_sequence = s;
	return 0;
}

void
apui_sequence_free(struct apui_sequence *sequence)
{
	if (sequence == NULL)
		return;
	apui_flow_unref(sequence->flow);
	free(sequence->maps);
	free(sequence->own_work);
	free(sequence);
}

static uint8_t *
find_bytes(const struct apui_sequence *s, struct apui_place place)
{
	if (place.slot == APUI_NO_SLOT)
		return NULL;
	return s->maps[place.slot] + place.offset_bytes;
}

/* The first step at or behind @position; NULL when there is none. */
static const struct apui_step *
find_step(const struct apui_flow *flow, uint32_t position)
{
	uint32_t count = flow != NULL ? flow->step_count : 0;
	uint32_t low = 0, high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (flow->steps[middle].operator_index < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count ? &flow->steps[low] : NULL;
}

static int
fail(struct apu_fence *fence, int code, const char *cause, const char *remedy)
{
	snprintf(fence->cause, sizeof(fence->cause), "%s", cause);
	fence->remedy = remedy;
	return code;
}

/* Requests for the operators up to @end, as many as there is room for. */
static unsigned int
count_requests(const struct apu_fence *fence, uint32_t end)
{
	const struct apu_device *dev = fence->dev;
	const struct apui_sequence *s = fence->sequence;
	uint32_t max = dev->transport->info.max_in_flight;
	/* One is this submission's for good. */
	uint32_t room = max > dev->requests_in_flight
				? max - dev->requests_in_flight + 1
				: 1;
	unsigned int count = 0;

	if (apui_core_is_suspect(dev, s->core))
		room = 1;
	for (uint32_t first = s->position; first < end && count < room; count++)
		first += apui_run_stretch_count(s->work, first, end,
						s->work_budget);
	return count;
}

/* Queue the next operators, up to @end. */
static int
queue_stretch(struct apu_fence *fence, uint32_t end)
{
	struct apui_sequence *s = fence->sequence;
	uint8_t data_in[APUI_WIRE_MAX_BYTES];
	struct apui_request request = {
		.core = s->core,
		.cmd = APUI_CMD_RUN,
		.size_out = sizeof(struct apui_run_report),
		.data_in = data_in,
		.handles = s->run.handles,
		.handle_count = s->run.buffer_count,
	};
	unsigned int count = count_requests(fence, end);
	int ret;

	if (apui_core_is_suspect(fence->dev, s->core) &&
	    apui_core_in_flight(fence->dev, s->core, fence) > 0)
		return fail(fence, -ECANCELED,
			    "its core has timed out on another submission",
			    "submit the job again");
	/* Or the events of what has completed could leave no room. */
	apui_fence_drain_events(fence->dev);
	ret = apui_fence_expect(fence, count);
	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		struct apui_run *run = &s->run.run;

		run->first_operator = s->position;
		run->operator_count = apui_run_stretch_count(
			s->work, s->position, end, s->work_budget);
		request.size_in = apui_run_request_encode(&s->run, data_in);
		ret = apui_fence_queue(fence, &request);
		s->position += run->operator_count;
		run->run_index++;
	}
	if (ret < 0)
		return fail(fence, ret, "the device took no further request",
			    "submit the job again");
	return 1;
}

static int
jump(struct apu_fence *fence, const struct apui_step *step)
{
	struct apui_sequence *s = fence->sequence;
	bool is_backwards = step->target <= step->operator_index;

	s->position = step->target;
	if (!is_backwards || s->iterations++ < s->flow->max_iterations)
		return 0;
	return fail(fence, -ETIMEDOUT,
		    "the model's loops ran over max_loop_iterations",
		    "raise it, or check the inputs");
}

static int
obey(struct apu_fence *fence, const struct apui_step *step)
{
	struct apui_sequence *s = fence->sequence;

	switch (step->op) {
	case APUI_OP_CUSTOM:
		s->call = step;
		return 1;
	case APUI_OP_BRANCH:
		if (*find_bytes(s, step->condition) != 0) {
			s->position++;
			return 0;
		}
		return jump(fence, step);
	default:
		return jump(fence, step);
	}
}

/*
 * Coming to a step a second time without anything done between would mean to
 * come to it again and again.
 */
int
apui_sequence_advance(struct apu_fence *fence)
{
	struct apui_sequence *s = fence->sequence;
	const struct apui_flow *flow = s->flow;
	uint32_t step_count = flow != NULL ? flow->step_count : 0;

	for (uint32_t i = 0; i <= step_count; i++) {
		const struct apui_step *step = find_step(flow, s->position);
		uint32_t end =
			step != NULL ? step->operator_index : s->operator_count;
		int ret;

		if (s->position >= s->operator_count)
			return 0;
		if (s->position < end)
			return queue_stretch(fence, end);
		ret = obey(fence, step);
		if (ret != 0)
			return ret;
	}
	return fail(fence, -ETIMEDOUT, "a loop of the model can never end",
		    "check the model and its inputs");
}

static void
fill_call(const struct apui_sequence *s, const struct apui_host_call *from,
	  struct apu_custom_call *call)
{
	*call = (struct apu_custom_call) {
		.input_count = from->input_count,
		.output_count = from->output_count,
		.options = from->options,
		.option_bytes = from->option_bytes,
	};
	for (unsigned int i = 0; i < from->input_count; i++) {
		if (from->places[i].slot == APUI_NO_SLOT)
			continue;
		call->inputs[i] = &from->tensors[i];
		if (from->tensors[i].size_bytes > 0)
			call->input_data[i] = find_bytes(s, from->places[i]);
	}
	for (unsigned int i = 0; i < from->output_count; i++) {
		unsigned int k = from->input_count + i;

		call->outputs[i] = &from->tensors[k];
		if (from->tensors[k].size_bytes > 0)
			call->output_data[i] = find_bytes(s, from->places[k]);
	}
}

static void
explain(struct apu_fence *fence, const struct apui_host_call *from,
	const struct apu_custom_call *call)
{
	snprintf(fence->cause, sizeof(fence->cause),
		 "the function for %s failed%s%s", from->function->code,
		 call->cause[0] != '\0' ? ": " : "", call->cause);
	fence->remedy = NULL;
}

int
apui_sequence_call(struct apu_fence *fence)
{
	struct apu_device *dev = fence->dev;
	struct apui_sequence *s = fence->sequence;
	const struct apui_host_call *from = &s->call->call;
	struct apu_custom_call call;
	int ret;

	fill_call(s, from, &call);
	s->is_calling = true;
	pthread_mutex_unlock(&dev->lock);
	ret = apui_custom_call(from->function->invoke, from->function, &call);
	pthread_mutex_lock(&dev->lock);

	s->is_calling = false;
	s->call = NULL;
	s->position++;
	pthread_cond_broadcast(&dev->changed);
	if (ret < 0 && fence->status == -EINPROGRESS)
		explain(fence, from, &call);
	return ret;
}
