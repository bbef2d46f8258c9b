/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_QUEUE_H
#define APUI_SIM_QUEUE_H

/* A client's requests and results: the job verbs of transport.h. */

#include "transport/transport.h"

struct apui_sim_client;

int
apui_sim_queue(struct apui_sim_client *client, const struct apui_request *req);
int
apui_sim_dequeue(struct apui_sim_client *client, uint32_t syncobj, void *data,
		 struct apui_result *out_result);
int
apui_sim_read_events(struct apui_sim_client *client, struct apui_event *events,
		     unsigned int max);
int
apui_sim_state(struct apui_sim_client *client, unsigned int core,
	       uint32_t *out_flags);

#endif
