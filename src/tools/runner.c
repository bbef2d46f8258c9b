/* SPDX-License-Identifier: MIT */
#include "runner.h"
#include "describe.h"
#include "report.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TIMEOUT_MS 60000
#define NS_PER_MS          1000000
#define SIMULATOR          "sim:"

/*
 * The library never chooses a simulator by itself; the tool does where there is
 * no node, and says so.
 */
static int
open_device(const struct apui_options *options, struct apui_runner *runner)
{
	int ret = apu_device_open(options->device, &runner->dev);

	if (ret == -ENODEV && options->device == NULL &&
	    secure_getenv("APU_DEVICE") == NULL) {
		runner->is_fallback = true;
		ret = apu_device_open(SIMULATOR, &runner->dev);
	}
	return ret < 0 ? apui_report_library() : APUI_DONE;
}

int
apui_runner_open(const struct apui_options *options,
		 struct apui_runner *out_runner)
{
	uint64_t timeout_ms = options->timeout_ms != 0 ? options->timeout_ms
						       : DEFAULT_TIMEOUT_MS;
	struct apui_runner runner = {
		.timeout_ns = (int64_t)timeout_ms * NS_PER_MS,
	};
	const struct apu_model_options model_options = {
		.size = sizeof(model_options),
		.disabled_passes = options->disabled_passes,
	};
	int status;

	status = open_device(options, &runner);
	if (status != APUI_DONE)
		return status;
	if (apu_model_load_file(runner.dev, options->model, &model_options,
				&runner.model) < 0) {
		status = apui_report_library();
		apu_device_unref(runner.dev);
		return status;
	}
	*out_runner = runner;
	return APUI_DONE;
}

typedef int (*bind_fn)(struct apu_job *job, unsigned int index,
		       struct apu_buffer *buf, uint64_t offset_bytes);

static int
make_buffer(struct apui_runner *runner, const struct apu_tensor *tensor,
	    struct apui_tensor_buffer *buffer)
{
	uint64_t size_bytes = apu_tensor_size_bytes(tensor);
	void *map;
	int ret;

	/* A tensor without elements is bound, too. */
	ret = apu_buffer_new(runner->dev, size_bytes != 0 ? size_bytes : 1, 0,
			     &buffer->buf);
	if (ret < 0)
		return ret;
	ret = apu_buffer_map(buffer->buf, &map);
	if (ret < 0)
		return ret;
	buffer->map = map;
	buffer->size_bytes = size_bytes;
	return 0;
}

static int
bind_side(struct apui_runner *runner, const struct apui_side *side,
	  struct apui_tensor_buffer *buffers, bind_fn bind)
{
	for (unsigned int i = 0; i < side->count; i++) {
		int ret = make_buffer(runner, side->get(side->model, i),
				      &buffers[i]);

		if (ret == 0)
			ret = bind(runner->job, i, buffers[i].buf, 0);
		if (ret < 0)
			return apui_report_library();
	}
	return APUI_DONE;
}

int
apui_runner_prepare(struct apui_runner *runner,
		    const struct apui_options *options)
{
	struct apui_side in = apui_side_inputs(runner->model);
	struct apui_side out = apui_side_outputs(runner->model);
	int status;

	if (apu_job_new(runner->model, &runner->job) < 0)
		return apui_report_library();
	if (options->work_budget_macs != 0 &&
	    apu_job_set_work_budget(runner->job, options->work_budget_macs) < 0)
		return apui_report_library();

	runner->inputs = calloc((size_t)in.count + 1, sizeof(*runner->inputs));
	runner->outputs =
		calloc((size_t)out.count + 1, sizeof(*runner->outputs));
	if (runner->inputs == NULL || runner->outputs == NULL)
		return apui_report_errno(ENOMEM, "bind tensors");
	runner->input_count = in.count;
	runner->output_count = out.count;

	status = bind_side(runner, &in, runner->inputs, apu_job_bind_input);
	if (status != APUI_DONE)
		return status;
	return bind_side(runner, &out, runner->outputs, apu_job_bind_output);
}

static int64_t
deadline_of(const struct apui_runner *runner)
{
	return apu_device_deadline_ns(runner->dev, runner->timeout_ns);
}

static int
end_access(struct apui_tensor_buffer *buffer, uint32_t access)
{
	return apu_buffer_cpu_end(buffer->buf, access) < 0
		       ? apui_report_library()
		       : APUI_DONE;
}

int
apui_runner_write_inputs(struct apui_runner *runner,
			 const struct apui_inputs *inputs, uint64_t number)
{
	int status = APUI_DONE;

	for (unsigned int i = 0; i < runner->input_count; i++) {
		struct apui_tensor_buffer *buffer = &runner->inputs[i];
		const struct apui_input *input = &inputs->items[i];

		if (apu_buffer_cpu_begin(buffer->buf, APU_BUFFER_WRITE,
					 deadline_of(runner)) < 0)
			return apui_report_library();
		memcpy(buffer->map,
		       input->first + (size_t)number * input->stride_bytes,
		       buffer->size_bytes);
		status = end_access(buffer, APU_BUFFER_WRITE);
		if (status != APUI_DONE)
			break;
	}
	return status;
}

int
apui_runner_run(struct apui_runner *runner, int64_t *out_time_ns)
{
	int64_t start_ns = apu_device_now_ns(runner->dev);

	if (apu_job_run(runner->job, deadline_of(runner)) < 0)
		return apui_report_library();
	*out_time_ns = apu_device_now_ns(runner->dev) - start_ns;
	return APUI_DONE;
}

int
apui_runner_read_outputs(struct apui_runner *runner, uint8_t *out_data)
{
	int status = APUI_DONE;

	for (unsigned int i = 0; i < runner->output_count; i++) {
		struct apui_tensor_buffer *buffer = &runner->outputs[i];

		if (apu_buffer_cpu_begin(buffer->buf, APU_BUFFER_READ,
					 deadline_of(runner)) < 0)
			return apui_report_library();
		memcpy(out_data, buffer->map, buffer->size_bytes);
		out_data += buffer->size_bytes;
		status = end_access(buffer, APU_BUFFER_READ);
		if (status != APUI_DONE)
			break;
	}
	return status;
}

static void
free_buffers(struct apui_tensor_buffer *buffers, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		apu_buffer_unref(buffers[i].buf);
	free(buffers);
}

void
apui_runner_finish(struct apui_runner *runner)
{
	apu_job_free(runner->job);
	free_buffers(runner->inputs, runner->input_count);
	free_buffers(runner->outputs, runner->output_count);
	apu_model_unref(runner->model);
	apu_device_unref(runner->dev);
}
