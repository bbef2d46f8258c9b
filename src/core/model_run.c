/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/job.h"
#include <errno.h>
#include <string.h>

/* All tensors of one call live in one buffer, one after another. */
struct layout {
	struct apu_buffer *buf;
	uint8_t *map;
	uint64_t size_bytes;
};

static uint64_t
align_up(uint64_t bytes)
{
	uint64_t mask = APU_JOB_BIND_ALIGNMENT - 1;

	return (bytes + mask) & ~mask;
}

static int
check_arrays(const struct apu_job *job, const struct apu_array *arrays,
	     unsigned int count, unsigned int first_slot, const char *kind)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t want = job->bindings[first_slot + i].size_bytes;

		if (arrays[i].data == NULL && want > 0)
			return apui_fail(-EINVAL, NULL, "%s %u is NULL", kind,
					 i);
		if (arrays[i].size_bytes != want)
			return apui_fail(-EINVAL, NULL,
					 "%s %u has %zu bytes, the model wants "
					 "%llu",
					 kind, i, arrays[i].size_bytes,
					 (unsigned long long)want);
	}
	return 0;
}

static int
bind_layout(struct apu_job *job, struct layout *layout)
{
	uint64_t offset_bytes = 0;
	void *map;
	int ret;

	for (unsigned int i = 0; i < job->binding_count; i++)
		layout->size_bytes += align_up(job->bindings[i].size_bytes);
	ret = apui_buffer_new_mapped(job->dev,
				     layout->size_bytes > 0
					     ? layout->size_bytes
					     : APU_JOB_BIND_ALIGNMENT,
				     0, &layout->buf, &map);
	if (ret < 0)
		return ret;
	layout->map = map;

	for (unsigned int i = 0; ret == 0 && i < job->binding_count; i++) {
		ret = apui_job_bind(job, i, layout->buf, offset_bytes);
		offset_bytes += align_up(job->bindings[i].size_bytes);
	}
	return ret;
}

static void
copy_arrays(const struct apu_job *job, const struct layout *layout,
	    const struct apu_array *arrays, unsigned int count,
	    unsigned int first_slot, bool is_input)
{
	for (unsigned int i = 0; i < count; i++) {
		uint8_t *bytes = layout->map +
				 job->bindings[first_slot + i].offset_bytes;

		if (arrays[i].size_bytes == 0)
			continue;
		if (is_input)
			memcpy(bytes, arrays[i].data, arrays[i].size_bytes);
		else
			memcpy(arrays[i].data, bytes, arrays[i].size_bytes);
	}
}

static int
run_arrays(struct apu_job *job, const struct apu_array *inputs,
	   unsigned int input_count, const struct apu_array *outputs,
	   unsigned int output_count, int64_t deadline_ns)
{
	struct layout layout = { .buf = NULL };
	int ret;

	ret = check_arrays(job, inputs, input_count, 0, "input");
	if (ret == 0)
		ret = check_arrays(job, outputs, output_count, input_count,
				   "output");
	if (ret == 0)
		ret = bind_layout(job, &layout);
	if (ret == 0) {
		copy_arrays(job, &layout, inputs, input_count, 0, true);
		ret = apui_job_run(job, deadline_ns);
	}
	if (ret == 0)
		copy_arrays(job, &layout, outputs, output_count, input_count,
			    false);
	apu_buffer_unref(layout.buf);
	return ret;
}

static int
check_counts(const struct apu_model *model, unsigned int input_count,
	     unsigned int output_count)
{
	unsigned int want_inputs = apu_model_input_count(model);
	unsigned int want_outputs = apu_model_output_count(model);

	if (input_count == want_inputs && output_count == want_outputs)
		return 0;
	return apui_fail(-EINVAL, NULL,
			 "%u inputs and %u outputs were given, the model has "
			 "%u and %u",
			 input_count, output_count, want_inputs, want_outputs);
}

int
apu_model_run(struct apu_model *model, const struct apu_array *inputs,
	      unsigned int input_count, const struct apu_array *outputs,
	      unsigned int output_count, int64_t timeout_ns)
{
	struct apu_job *job = NULL;
	int ret;

	if (model == NULL || (inputs == NULL && input_count > 0) ||
	    (outputs == NULL && output_count > 0))
		ret = apui_fail(-EINVAL, NULL, "a pointer is NULL");
	else
		ret = check_counts(model, input_count, output_count);
	if (ret == 0)
		ret = apui_job_new(model, &job);
	if (ret == 0)
		ret = run_arrays(job, inputs, input_count, outputs,
				 output_count,
				 apu_device_deadline_ns(job->dev, timeout_ns));
	apu_job_free(job);
	if (ret < 0)
		return apui_fail_during(ret, "run model", NULL);
	return 0;
}
