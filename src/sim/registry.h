/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_REGISTRY_H
#define APUI_SIM_REGISTRY_H

/* The simulated machines of this process by name: the one mutable global. */

#include "sim/machine.h"

#define APUI_SIM_DEFAULT_NAME "default"

/*
 * Find the machine of that name or build it, and count one more client.
 * -EBUSY with the reason if it lives with other options; -EAGAIN, -ENOMEM.
 */
int
apui_sim_registry_join(const struct apui_sim_config *config,
		       struct apui_sim_machine **out_machine);

/* Replace the fault plan of a machine. -ENODEV: there is none of that name. */
int
apui_sim_registry_set_faults(const char *name,
			     const struct apui_fault_plan *plan);

/* Count the rules of its plan that have not fired. -ENODEV. */
int
apui_sim_registry_count_unspent(const char *name, unsigned int *out_count);

/* Count one client less; the machine ends with the last. */
void
apui_sim_registry_leave(struct apui_sim_machine *machine);

#endif
