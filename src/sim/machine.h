/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_MACHINE_H
#define APUI_SIM_MACHINE_H

/*
 * The simulated machine: cores, memory, and one lock for all that clients and
 * cores share. The lock is held for short whiles only, never while firmware
 * runs, and across no wait but those that release it.
 */

#include "fault/plan.h"
#include "firmware/firmware.h"
#include "sim/core.h"
#include "sim/memory.h"
#include "transport/spec.h"
#include <pthread.h>
#include <stdint.h>

typedef size_t (*apui_sim_firmware_fn)(const struct apui_fw_host *host,
				       const uint8_t *request,
				       size_t request_bytes, uint8_t *reply,
				       size_t reply_capacity);

/* Request ids are 0 .. 65534, as the published driver's. */
#define APUI_SIM_ID_COUNT 65535u

struct apui_sim_config {
	char name[APUI_SPEC_TEXT_BYTES];
	uint32_t cores; /* 1 .. APUI_SIM_MAX_CORES */
	uint32_t timeout_ms;
	uint32_t max_mb;
	struct apui_fault_plan faults; /* to begin with */
	/* What tests replace. */
	apui_sim_firmware_fn firmware; /* NULL: apui_fw_handle */
	uint16_t first_id;             /* of requests */
};

struct apui_sim_machine {
	struct apui_sim_config config;

	/* Of the registry's lock. */
	pid_t pid; /* whose machine it is: a child has none of its threads */
	unsigned int client_count;
	struct apui_sim_machine *next;

	pthread_mutex_t lock;
	/* Of the lock. */
	bool is_stopping;
	struct apui_fault_plan faults; /* in force */
	int64_t online_ns; /* since when all cores are, or from when on */
	uint16_t next_id;
	uint64_t request_count;
	uint64_t memory_bytes;        /* in use, of max_mb */
	struct apui_sim_memory *dead; /* to be freed at unlock */
	struct apui_sim_core cores[APUI_SIM_MAX_CORES];
};

/* Build a machine and start its cores. -ENOMEM, -EAGAIN. */
int
apui_sim_machine_new(const struct apui_sim_config *config,
		     struct apui_sim_machine **out_machine);

/* Stop the cores and free everything. No client is left. */
void
apui_sim_machine_free(struct apui_sim_machine *machine);

uint64_t
apui_sim_machine_max_bytes(const struct apui_sim_machine *machine);
int64_t
apui_sim_machine_timeout_ns(const struct apui_sim_machine *machine);

void
apui_sim_machine_lock(struct apui_sim_machine *machine);
/* Also frees the memories that have died meanwhile, after the lock. */
void
apui_sim_machine_unlock(struct apui_sim_machine *machine);

/* The rest wants the lock. */

/* Give up every job whose time is over. */
void
apui_sim_machine_expire(struct apui_sim_machine *machine);

/* The device goes, with all it had to do, and comes back later. */
void
apui_sim_machine_crash(struct apui_sim_machine *machine, uint32_t offline_ms);

bool
apui_sim_machine_is_online(const struct apui_sim_machine *machine);

/* Set memory aside. -ENOMEM with the reason when max_mb would be passed. */
int
apui_sim_machine_reserve(struct apui_sim_machine *machine, uint64_t bytes);
void
apui_sim_machine_release(struct apui_sim_machine *machine, uint64_t bytes);

/* Drop a reference to a memory. */
void
apui_sim_machine_put(struct apui_sim_machine *machine,
		     struct apui_sim_memory *memory);

/* A request id that no core can still reply to. */
uint16_t
apui_sim_machine_new_id(struct apui_sim_machine *machine);

#endif
