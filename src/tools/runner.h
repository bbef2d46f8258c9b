/* SPDX-License-Identifier: MIT */
#ifndef APUI_RUNNER_H
#define APUI_RUNNER_H

/* A device, a model on it, and one job that is kept with its buffers bound. */

#include "inputs.h"
#include "options.h"
#include <apu/apu.h>
#include <stdbool.h>

/* One bound buffer. */
struct apui_tensor_buffer {
	struct apu_buffer *buf;
	uint8_t *map;
	size_t size_bytes;
};

struct apui_runner {
	struct apu_device *dev;
	bool is_fallback; /* nobody named a device: the simulator */
	struct apu_model *model;
	struct apu_job *job;
	int64_t timeout_ns;
	unsigned int input_count;
	unsigned int output_count;
	struct apui_tensor_buffer *inputs;
	struct apui_tensor_buffer *outputs;
};

/* Open the device and load the model. */
int
apui_runner_open(const struct apui_options *options,
		 struct apui_runner *out_runner);

/* Make the job, its buffers and bindings. */
int
apui_runner_prepare(struct apui_runner *runner,
		    const struct apui_options *options);

/* Copy in what inference @number gets. */
int
apui_runner_write_inputs(struct apui_runner *runner,
			 const struct apui_inputs *inputs, uint64_t number);

/* Run once. @out_time_ns: from submission to the end. */
int
apui_runner_run(struct apui_runner *runner, int64_t *out_time_ns);

/* Copy all outputs, one after another, to @out_data. */
int
apui_runner_read_outputs(struct apui_runner *runner, uint8_t *out_data);

/* May be all zero. */
void
apui_runner_finish(struct apui_runner *runner);

#endif
