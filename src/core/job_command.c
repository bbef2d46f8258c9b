/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/job.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int
check_buffers(const struct apu_device *dev, struct apu_buffer *const *buffers,
	      unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (buffers[i] == NULL)
			return apui_fail(-EINVAL, NULL, "buffer %u is NULL", i);
		if (buffers[i]->dev != dev)
			return apui_fail(-EINVAL, NULL,
					 "buffer %u is of another device", i);
		for (unsigned int k = 0; k < i; k++)
			if (apui_buffer_is_same(buffers[k], buffers[i]))
				return apui_fail(-EINVAL, NULL,
						 "buffers %u and %u are one "
						 "memory",
						 k, i);
	}
	return 0;
}

/* Wider numbers would be cut on the wire (torture.md, K18). */
static int
check_command(const struct apu_device *dev, uint32_t command,
	      size_t size_in_bytes, size_t size_out_bytes,
	      unsigned int buffer_count)
{
	uint32_t max_bytes = dev->transport->info.max_request_bytes;

	if (command > 0xffff)
		return apui_fail(-EINVAL, NULL, "command 0x%x is over 0xffff",
				 command);
	if (size_in_bytes > 0xffff || size_out_bytes > 0xffff)
		return apui_fail(-EINVAL, NULL,
				 "inline data is limited to 65535 bytes");
	if (buffer_count > max_bytes ||
	    APUI_WIRE_HEADER_BYTES + size_in_bytes + size_out_bytes +
			    (size_t)buffer_count * APUI_WIRE_BUFFER_BYTES >
		    max_bytes) {
		apui_fail(-EMSGSIZE, NULL,
			  "the request is over the device's %u bytes",
			  max_bytes);
		apui_fail_remedy("pass large data in a buffer");
		return -EMSGSIZE;
	}
	return 0;
}

static int
init_command_job(struct apu_job *job, const void *data_in,
		 struct apu_buffer *const *buffers)
{
	job->data_in = malloc((size_t)job->size_in_bytes + 1);
	job->buffers = calloc(job->buffer_count + 1, sizeof(*job->buffers));
	job->handles = calloc(job->buffer_count + 1, sizeof(*job->handles));
	if (job->data_in == NULL || job->buffers == NULL ||
	    job->handles == NULL) {
		job->buffer_count = 0;
		return -ENOMEM;
	}
	if (job->size_in_bytes > 0)
		memcpy(job->data_in, data_in, job->size_in_bytes);
	for (unsigned int i = 0; i < job->buffer_count; i++) {
		job->buffers[i] = apu_buffer_ref(buffers[i]);
		job->handles[i] = buffers[i]->handle;
	}
	return 0;
}

int
apui_job_new_command(const struct apu_job *request, const void *data_in,
		     struct apu_buffer *const *buffers,
		     struct apu_job **out_job)
{
	struct apu_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return -ENOMEM;
	*job = *request;
	apu_device_ref(job->dev);
	if (init_command_job(job, data_in, buffers) < 0) {
		apu_job_free(job);
		return -ENOMEM;
	}
	*out_job = job;
	return 0;
}

int
apu_job_new_command(struct apu_device *dev, uint32_t command,
		    const void *data_in, size_t size_in_bytes,
		    size_t size_out_bytes, struct apu_buffer *const *buffers,
		    unsigned int buffer_count, struct apu_job **out_job)
{
	struct apu_job request = {
		.dev = dev,
		.command = (uint16_t)command,
		.size_in_bytes = (uint16_t)size_in_bytes,
		.size_out_bytes = (uint16_t)size_out_bytes,
		.buffer_count = buffer_count,
	};
	int ret;

	if (dev == NULL || out_job == NULL ||
	    (data_in == NULL && size_in_bytes > 0) ||
	    (buffers == NULL && buffer_count > 0))
		ret = apui_fail(-EINVAL, NULL, "a pointer is NULL");
	else
		ret = check_command(dev, command, size_in_bytes, size_out_bytes,
				    buffer_count);
	if (ret == 0)
		ret = check_buffers(dev, buffers, buffer_count);
	if (ret == 0)
		ret = apui_job_new_command(&request, data_in, buffers, out_job);
	if (ret < 0)
		return apui_fail_during(ret, "make command job", NULL);
	return 0;
}
