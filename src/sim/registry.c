/* SPDX-License-Identifier: MIT */
#include "sim/registry.h"
#include "core/error.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct {
	pthread_mutex_t lock;
	struct apui_sim_machine *first;
} registry = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static struct apui_sim_machine *
find_machine(const char *name)
{
	struct apui_sim_machine *machine = registry.first;

	while (machine != NULL && (strcmp(machine->config.name, name) != 0 ||
				   machine->pid != getpid()))
		machine = machine->next;
	return machine;
}

/* A machine that was given no firmware has the default by now. */
static bool
is_same_firmware(apui_sim_firmware_fn wanted, apui_sim_firmware_fn present)
{
	return present == (wanted != NULL ? wanted : apui_fw_handle);
}

static int
check_same(const struct apui_sim_config *wanted,
	   const struct apui_sim_config *present)
{
	bool has_same_faults =
		apui_fault_plan_is_same(&wanted->faults, &present->faults);

	if (wanted->cores == present->cores &&
	    wanted->timeout_ms == present->timeout_ms &&
	    wanted->max_mb == present->max_mb &&
	    wanted->first_id == present->first_id && has_same_faults &&
	    is_same_firmware(wanted->firmware, present->firmware))
		return 0;

	apui_fail(-EBUSY, NULL,
		  "the simulated machine \"%s\" is open with cores=%u,"
		  "timeout_ms=%u,max_mb=%u%s",
		  present->name, present->cores, present->timeout_ms,
		  present->max_mb, has_same_faults ? "" : " and other faults");
	apui_fail_remedy("open it with the same options, or another with "
			 "name=");
	return -EBUSY;
}

/* Under the lock, so that two who come at once do not build two. */
static int
join_locked(const struct apui_sim_config *config,
	    struct apui_sim_machine **out_machine)
{
	struct apui_sim_machine *machine = find_machine(config->name);
	int ret;

	if (machine != NULL) {
		ret = check_same(config, &machine->config);
		if (ret < 0)
			return ret;
	} else {
		ret = apui_sim_machine_new(config, &machine);
		if (ret < 0)
			return ret;
		machine->pid = getpid();
		machine->next = registry.first;
		registry.first = machine;
	}
	machine->client_count++;
	*out_machine = machine;
	return 0;
}

int
apui_sim_registry_join(const struct apui_sim_config *config,
		       struct apui_sim_machine **out_machine)
{
	int ret;

	pthread_mutex_lock(&registry.lock);
	ret = join_locked(config, out_machine);
	pthread_mutex_unlock(&registry.lock);
	return ret;
}

int
apui_sim_registry_set_faults(const char *name,
			     const struct apui_fault_plan *plan)
{
	struct apui_sim_machine *machine;

	pthread_mutex_lock(&registry.lock);
	machine = find_machine(name);
	if (machine != NULL) {
		apui_sim_machine_lock(machine);
		machine->faults = *plan;
		apui_sim_machine_unlock(machine);
	}
	pthread_mutex_unlock(&registry.lock);
	return machine != NULL ? 0 : -ENODEV;
}

int
apui_sim_registry_count_unspent(const char *name, unsigned int *out_count)
{
	struct apui_sim_machine *machine;

	pthread_mutex_lock(&registry.lock);
	machine = find_machine(name);
	if (machine != NULL) {
		apui_sim_machine_lock(machine);
		*out_count = apui_fault_plan_unspent(&machine->faults);
		apui_sim_machine_unlock(machine);
	}
	pthread_mutex_unlock(&registry.lock);
	return machine != NULL ? 0 : -ENODEV;
}

static bool
leave_locked(struct apui_sim_machine *machine)
{
	struct apui_sim_machine **link = &registry.first;

	machine->client_count--;
	if (machine->client_count > 0)
		return false;
	while (*link != machine)
		link = &(*link)->next;
	*link = machine->next;
	return true;
}

void
apui_sim_registry_leave(struct apui_sim_machine *machine)
{
	bool is_last;

	pthread_mutex_lock(&registry.lock);
	is_last = leave_locked(machine);
	pthread_mutex_unlock(&registry.lock);
	/* Nobody can find it any more, so its threads end without the lock. */
	if (is_last)
		apui_sim_machine_free(machine);
}
