/* SPDX-License-Identifier: MIT */
#include "sim/queue.h"
#include "sim/client.h"
#include "sim/job.h"
#include "sim/syncobj.h"
#include <errno.h>
#include <string.h>

/* All handles are looked at before any is found to be there twice. */
static int
check_buffers(struct apui_sim_client *client, const struct apui_request *req)
{
	struct apui_sim_memory *memory;
	uint64_t number;
	uint32_t i;

	for (i = 0; i < req->handle_count; i++) {
		if (apui_handle_table_get(&client->buffers, req->handles[i]) ==
		    NULL)
			return -ENOENT;
	}
	number = ++client->machine->request_count;
	for (i = 0; i < req->handle_count; i++) {
		memory = apui_handle_table_get(&client->buffers,
					       req->handles[i]);
		if (memory->last_request == number)
			return -EINVAL;
		memory->last_request = number;
	}
	return 0;
}

/* In the order of uapi.md 1.4, with codes where the published driver dies. */
static int
check_request(struct apui_sim_client *client, const struct apui_request *req)
{
	int ret;

	if (req->core >= client->machine->config.cores ||
	    !apui_sim_machine_is_online(client->machine))
		return -ENODEV;
	if (apui_handle_table_get(&client->syncobjs, req->out_syncobj) == NULL)
		return -ENODEV;
	ret = check_buffers(client, req);
	if (ret < 0)
		return ret;
	if (apui_sim_request_bytes(req->size_in, req->size_out,
				   req->handle_count) > APUI_WIRE_MAX_BYTES)
		return -EMSGSIZE;
	return 0;
}

static int
add_buffers(struct apui_sim_job *job, const struct apui_request *req)
{
	for (uint32_t i = 0; i < req->handle_count; i++) {
		int ret = apui_sim_job_add_buffer(
			job, apui_handle_table_get(&job->client->buffers,
						   req->handles[i]));

		if (ret < 0)
			return ret;
	}
	return 0;
}

static void
write_request(struct apui_sim_job *job, const struct apui_request *req)
{
	struct apui_sim_wire_buffer buffers[APUI_SIM_MAX_BUFFERS];

	for (unsigned int i = 0; i < job->buffer_count; i++) {
		/* The window is below 4 GiB, and so is every size. */
		buffers[i].address = (uint32_t)job->buffers[i]->device_address;
		buffers[i].size_bytes = (uint32_t)job->buffers[i]->size_bytes;
	}
	job->header = (struct apui_wire_header) {
		.cmd = req->cmd,
		.size_in = req->size_in,
		.size_out = req->size_out,
		.count = (uint16_t)job->buffer_count,
	};
	job->request_bytes = apui_sim_request_bytes(req->size_in, req->size_out,
						    job->buffer_count);
	apui_sim_request_write(job->request, &job->header, req->data_in,
			       buffers);
}

static int
queue_job(struct apui_sim_client *client, const struct apui_request *req,
	  struct apui_sim_job *job)
{
	int ret;

	ret = check_request(client, req);
	if (ret < 0)
		return ret;
	ret = add_buffers(job, req);
	if (ret < 0)
		return ret;
	if (!apui_event_queue_reserve(&client->events))
		return -ENOMEM;

	write_request(job, req);
	job->syncobj =
		apui_handle_table_get(&client->syncobjs, req->out_syncobj);
	job->syncobj->refs++;
	apui_sim_core_push(&client->machine->cores[req->core], job);
	return 0;
}

int
apui_sim_queue(struct apui_sim_client *client, const struct apui_request *req)
{
	struct apui_sim_job *job = apui_sim_job_new(client);
	int ret;

	if (job == NULL)
		return -ENOMEM;
	apui_sim_machine_lock(client->machine);
	apui_sim_machine_expire(client->machine);
	ret = queue_job(client, req, job);
	if (ret < 0) {
		apui_sim_job_release_buffers(job);
		apui_sim_job_put(job);
	}
	apui_sim_machine_unlock(client->machine);
	return ret;
}

/* -EBUSY and not the published driver's 0 when there is nothing (K9). */
static int
take_result(struct apui_sim_syncobj *syncobj, void *data,
	    struct apui_result *out_result)
{
	struct apui_sim_job *job = apui_sim_syncobj_take(syncobj);

	if (job == NULL)
		return -EBUSY;
	memcpy(data, job->data, job->data_bytes);
	out_result->result = job->result;
	out_result->size_bytes = job->data_bytes;
	apui_sim_job_put(job);
	return 0;
}

int
apui_sim_dequeue(struct apui_sim_client *client, uint32_t syncobj, void *data,
		 struct apui_result *out_result)
{
	struct apui_sim_syncobj *object;
	int ret = -ENOENT;

	apui_sim_machine_lock(client->machine);
	apui_sim_machine_expire(client->machine);
	object = apui_handle_table_get(&client->syncobjs, syncobj);
	if (object != NULL)
		ret = take_result(object, data, out_result);
	/* As drm: finds out, who asks while the device is away. */
	if (ret == -EBUSY && !apui_sim_machine_is_online(client->machine))
		ret = -ENODEV;
	apui_sim_machine_unlock(client->machine);
	return ret;
}

int
apui_sim_read_events(struct apui_sim_client *client, struct apui_event *events,
		     unsigned int max)
{
	unsigned int count;

	apui_sim_machine_lock(client->machine);
	apui_sim_machine_expire(client->machine);
	count = apui_event_queue_read(&client->events, events, max);
	apui_sim_machine_unlock(client->machine);
	return (int)count;
}

int
apui_sim_state(struct apui_sim_client *client, unsigned int core,
	       uint32_t *out_flags)
{
	if (core >= client->machine->config.cores)
		return -ENODEV;
	apui_sim_machine_lock(client->machine);
	apui_sim_machine_expire(client->machine);
	/* As the driver of 2023, it has no flag for a core that was reset. */
	*out_flags = apui_sim_machine_is_online(client->machine)
			     ? APUI_STATE_ONLINE
			     : 0;
	apui_sim_machine_unlock(client->machine);
	return 0;
}
