/* SPDX-License-Identifier: MIT */
#ifndef APUI_JOB_H
#define APUI_JOB_H

#include "core/fence.h"
#include "core/model.h"
#include "core/run_request.h"
#include <apu/job.h>

struct apu_job {
	struct apu_device *dev;
	unsigned int core;
	struct apu_fence *last; /* submission, NULL before the first */

	/* Of a model; NULL in raw commands. */
	struct apu_model *model;
	struct apu_buffer *arena;
	struct apui_arena_header *arena_header;
	struct apu_buffer *state; /* NULL: the model has none */
	void *state_map;
	struct apui_binding *bindings; /* inputs, then outputs */
	unsigned int binding_count;
	uint64_t work_budget;

	/* Raw commands. */
	uint16_t command;
	uint8_t *data_in;
	uint16_t size_in_bytes;
	uint16_t size_out_bytes;
	struct apu_buffer **buffers;
	uint32_t *handles;
	unsigned int buffer_count;
};

/* What the public functions of the same names do, without their checks. */
int
apui_job_new(struct apu_model *model, struct apu_job **out_job);
int
apui_job_submit(struct apu_job *job, struct apu_fence **out_fence);
int
apui_job_run(struct apu_job *job, int64_t deadline_ns);

/* @request has the device, the command and the counts. */
int
apui_job_new_command(const struct apu_job *request, const void *data_in,
		     struct apu_buffer *const *buffers,
		     struct apu_job **out_job);

/* @slot counts the inputs, then the outputs. */
int
apui_job_bind(struct apu_job *job, unsigned int slot, struct apu_buffer *buf,
	      uint64_t offset_bytes);

/* Give the state its first value. The job is not in flight. */
void
apui_job_fill_state(struct apu_job *job);

/* True while a submission of the job uses what is bound. */
bool
apui_job_is_in_flight(struct apu_job *job);

#endif
