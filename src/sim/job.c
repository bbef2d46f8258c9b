/* SPDX-License-Identifier: MIT */
#include "sim/job.h"
#include "sim/client.h"
#include "sim/machine.h"
#include "sim/syncobj.h"
#include "transport/ready_fd.h"
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct apui_sim_job *
apui_sim_job_new(struct apui_sim_client *client)
{
	struct apui_sim_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->refs = 1;
	job->client = client;
	job->ready_fd = -1;
	return job;
}

int
apui_sim_job_add_buffer(struct apui_sim_job *job,
			struct apui_sim_memory *memory)
{
	int ret;

	assert(job->buffer_count < APUI_SIM_MAX_BUFFERS);
	ret = apui_sim_iova_map(&job->client->iova, memory);
	if (ret < 0)
		return ret;
	memory->refs++;
	job->buffers[job->buffer_count++] = memory;
	return 0;
}

void
apui_sim_job_release_buffers(struct apui_sim_job *job)
{
	while (job->buffer_count > 0) {
		struct apui_sim_memory *memory =
			job->buffers[--job->buffer_count];

		apui_sim_iova_unmap(&job->client->iova, memory);
		apui_sim_machine_put(job->client->machine, memory);
	}
}

int
apui_sim_job_export(struct apui_sim_job *job)
{
	int fd;

	if (job->ready_fd >= 0)
		return apui_ready_fd_copy(job->ready_fd);
	fd = apui_ready_fd_new();
	if (fd < 0)
		return fd;
	job->ready_fd = apui_ready_fd_copy(fd);
	if (job->ready_fd >= 0)
		return fd;
	close(fd);
	return -EMFILE;
}

void
apui_sim_job_announce_end(struct apui_sim_job *job)
{
	if (job->ready_fd < 0)
		return;
	apui_ready_fd_signal(job->ready_fd);
	close(job->ready_fd);
	job->ready_fd = -1;
}

void
apui_sim_job_put(struct apui_sim_job *job)
{
	job->refs--;
	if (job->refs > 0)
		return;
	assert(job->buffer_count == 0);
	if (job->syncobj != NULL)
		apui_sim_syncobj_put(job->syncobj);
	free(job);
}
