/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_CLIENT_H
#define APUI_SIM_CLIENT_H

/*
 * One client of a simulated machine: its handles, its syncobjs, its events and
 * its device address space. What the verbs of transport.h are called on.
 */

#include "sim/iova.h"
#include "sim/machine.h"
#include "sim/ranges.h"
#include "transport/event_queue.h"
#include "transport/handle_table.h"
#include "transport/transport.h"
#include <pthread.h>

struct apui_sim_client {
	struct apui_sim_machine *machine;

	/* Of the machine's lock. */
	pthread_cond_t changed; /* a job completed, or a thread is back */
	struct apui_handle_table buffers; /* of struct apui_sim_memory */
	struct apui_handle_table syncobjs;
	struct apui_sim_ranges program_maps; /* by the program's addresses */
	struct apui_sim_iova iova;
	struct apui_event_queue events;
};

/*
 * Become a client of the machine of that name, which is built if there is none.
 * -EBUSY, -EAGAIN, -ENOMEM.
 */
int
apui_sim_client_open(const struct apui_sim_config *config,
		     struct apui_sim_client **out_client);

/*
 * End a client: its jobs are dropped, and one that runs is cancelled and waited
 * for. The machine ends with its last client.
 */
void
apui_sim_client_close(struct apui_sim_client *client);

#endif
