/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_JOB_H
#define APUI_SIM_JOB_H

/*
 * One queued request. The driver holds it until its result has been fetched,
 * the core's thread while it works on it; its buffers are mapped and held until
 * it is done and the thread is back. All want the machine's lock.
 */

#include "sim/request.h"
#include <stdbool.h>
#include <stdint.h>

struct apui_sim_client;
struct apui_sim_memory;
struct apui_sim_syncobj;

struct apui_sim_job {
	struct apui_sim_job *next; /* in the queue or among the completed */
	unsigned int refs;
	struct apui_sim_client *client;
	struct apui_sim_syncobj *syncobj;
	uint64_t number; /* in its core's order */
	int ready_fd;    /* to be told of its end, or -1 */

	unsigned int buffer_count;
	struct apui_sim_memory *buffers[APUI_SIM_MAX_BUFFERS];

	struct apui_wire_header header;
	size_t request_bytes;
	uint8_t request[APUI_WIRE_MAX_BYTES];

	bool is_done;    /* completed, lost or dropped */
	bool is_dropped; /* its client closes: the thread is to hurry */
	uint16_t result;
	uint16_t data_bytes;
	uint8_t data[APUI_WIRE_MAX_BYTES];
};

/* One reference, without buffers and syncobj. NULL: out of memory. No lock. */
struct apui_sim_job *
apui_sim_job_new(struct apui_sim_client *client);

/* Map and hold one more buffer. -ENOSPC, -ENOMEM. */
int
apui_sim_job_add_buffer(struct apui_sim_job *job,
			struct apui_sim_memory *memory);

/* Unmap and let go of the buffers; does nothing the second time. */
void
apui_sim_job_release_buffers(struct apui_sim_job *job);

/*
 * A file descriptor that is readable when the job has ended, or a negative
 * errno. The caller's.
 */
int
apui_sim_job_export(struct apui_sim_job *job);

/* It has ended: tell those who poll. */
void
apui_sim_job_announce_end(struct apui_sim_job *job);

/* Drop a reference. */
void
apui_sim_job_put(struct apui_sim_job *job);

#endif
