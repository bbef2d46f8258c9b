/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_CORE_H
#define APUI_SIM_CORE_H

/*
 * A core: its queue, the one job in flight, and the thread that runs the
 * firmware. The driver's half completes jobs in the order they were queued, by
 * the firmware's reply or at the timeout; the thread may be late for the
 * latter, and the next job is started only when it is back.
 *
 * All functions but init, start, stop and finish want the machine's lock.
 */

#include "fault/plan.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct apui_sim_client;
struct apui_sim_job;
struct apui_sim_machine;
struct apui_sim_memory;

struct apui_sim_core {
	struct apui_sim_machine *machine;
	unsigned int index;
	pthread_t thread;
	/* The firmware is to return; read without the lock. */
	atomic_bool is_cancelled;

	/* Of the machine's lock. */
	pthread_cond_t wake; /* a job is queued, or the core is free or stops */
	struct apui_sim_job *first; /* queued, not handed over */
	struct apui_sim_job *last;
	struct apui_sim_job *in_flight; /* handed over, not completed */
	struct apui_sim_job *running;   /* what the thread is busy with */
	struct apui_fault fault;        /* what befalls it */
	/* When in_flight is given up; only the thread writes it. */
	int64_t expiry_ns;
	/* Jobs are numbered; a fence is a core and a number. */
	uint64_t last_queued;
	uint64_t last_completed;
	/* What the running firmware holds pointers into. */
	struct apui_sim_memory *pins;
};

/* 0 or a negative errno. */
int
apui_sim_core_init(struct apui_sim_core *core, struct apui_sim_machine *machine,
		   unsigned int index);
void
apui_sim_core_finish(struct apui_sim_core *core);

/* Start the thread. -EAGAIN. */
int
apui_sim_core_start(struct apui_sim_core *core);

/* Wait for the thread to end; the machine is stopping, and it has no jobs. */
void
apui_sim_core_stop(struct apui_sim_core *core);

/* The job of that number; NULL once it has ended. */
struct apui_sim_job *
apui_sim_core_find(const struct apui_sim_core *core, uint64_t number);

/* Queue a job, and put its fence into its syncobj. Takes over the reference. */
void
apui_sim_core_push(struct apui_sim_core *core, struct apui_sim_job *job);

/* Give up the job in flight if its time is over. */
void
apui_sim_core_expire(struct apui_sim_core *core);

/*
 * End all jobs without a result, a reply or an event: the device behind the
 * driver has gone.
 */
void
apui_sim_core_lose(struct apui_sim_core *core);

/* Drop all jobs of a client; one that runs is cancelled, not waited for. */
void
apui_sim_core_drop(struct apui_sim_core *core,
		   const struct apui_sim_client *client);

#endif
