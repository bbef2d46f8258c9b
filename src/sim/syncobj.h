/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_SYNCOBJ_H
#define APUI_SIM_SYNCOBJ_H

/*
 * A binary syncobj: a number of the client's that a fence can be put into, and
 * under which results of completed jobs wait to be fetched.
 */

#include "sim/clock.h"
#include <stdbool.h>
#include <stdint.h>

struct apui_sim_client;
struct apui_sim_core;
struct apui_sim_job;

struct apui_sim_syncobj {
	/* All of the machine's lock. */
	unsigned int refs; /* its number, and jobs */
	uint32_t handle;
	bool is_destroyed; /* nobody will fetch a result */
	/* The fence: job @number of @core, and all before it, completed. */
	struct apui_sim_core *core; /* NULL: no fence */
	uint64_t number;
	struct apui_sim_job *first_completed; /* oldest first */
	struct apui_sim_job *last_completed;
};

/* As the verbs of transport.h. */
int
apui_sim_syncobj_create(struct apui_sim_client *client, uint32_t *out_syncobj);
int
apui_sim_syncobj_reset(struct apui_sim_client *client, uint32_t handle);
int
apui_sim_syncobj_wait(struct apui_sim_client *client, uint32_t handle,
		      int64_t deadline_ns);
int
apui_sim_syncobj_export(struct apui_sim_client *client, uint32_t handle,
			int *out_fd);
int
apui_sim_syncobj_destroy(struct apui_sim_client *client, uint32_t handle);

/* The rest wants the machine's lock. */

/* Keep a completed job for whoever fetches it. Takes over the reference. */
void
apui_sim_syncobj_complete(struct apui_sim_syncobj *syncobj,
			  struct apui_sim_job *job);

/* Take the oldest completed job, with its reference, or NULL. */
struct apui_sim_job *
apui_sim_syncobj_take(struct apui_sim_syncobj *syncobj);

/* Drop the results and the number's reference. */
void
apui_sim_syncobj_end(struct apui_sim_syncobj *syncobj);

void
apui_sim_syncobj_put(struct apui_sim_syncobj *syncobj);

#endif
