/* SPDX-License-Identifier: MIT */
#include "sim/machine.h"
#include "core/error.h"
#include "sim/clock.h"
#include "sim/job.h"
#include <errno.h>
#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)

/* Those that have been started; the thread of one that has not is no thread. */
static void
stop_cores(struct apui_sim_machine *machine, unsigned int count)
{
	apui_sim_machine_lock(machine);
	machine->is_stopping = true;
	for (unsigned int i = 0; i < count; i++)
		pthread_cond_signal(&machine->cores[i].wake);
	apui_sim_machine_unlock(machine);

	for (unsigned int i = 0; i < count; i++)
		apui_sim_core_stop(&machine->cores[i]);
}

static void
finish_cores(struct apui_sim_machine *machine, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		apui_sim_core_finish(&machine->cores[i]);
}

static int
init_cores(struct apui_sim_machine *machine)
{
	unsigned int count;
	int ret;

	for (count = 0; count < machine->config.cores; count++) {
		ret = apui_sim_core_init(&machine->cores[count], machine,
					 count);
		if (ret < 0) {
			finish_cores(machine, count);
			return ret;
		}
	}
	return 0;
}

static int
start_cores(struct apui_sim_machine *machine)
{
	unsigned int count;
	int ret;

	for (count = 0; count < machine->config.cores; count++) {
		ret = apui_sim_core_start(&machine->cores[count]);
		if (ret < 0) {
			stop_cores(machine, count);
			return ret;
		}
	}
	return 0;
}

static int
build_machine(struct apui_sim_machine *machine)
{
	int ret;

	ret = -pthread_mutex_init(&machine->lock, NULL);
	if (ret < 0)
		return ret;
	ret = init_cores(machine);
	if (ret < 0)
		goto err_destroy_lock;
	ret = start_cores(machine);
	if (ret < 0)
		goto err_finish_cores;
	return 0;

err_finish_cores:
	finish_cores(machine, machine->config.cores);
err_destroy_lock:
	pthread_mutex_destroy(&machine->lock);
	return ret;
}

int
apui_sim_machine_new(const struct apui_sim_config *config,
		     struct apui_sim_machine **out_machine)
{
	struct apui_sim_machine *machine = calloc(1, sizeof(*machine));
	int ret;

	if (machine == NULL)
		return -ENOMEM;
	machine->config = *config;
	if (machine->config.firmware == NULL)
		machine->config.firmware = apui_fw_handle;
	machine->next_id = config->first_id;
	machine->faults = config->faults;
	machine->online_ns = apui_sim_clock_now_ns();

	ret = build_machine(machine);
	if (ret < 0) {
		free(machine);
		return ret;
	}
	*out_machine = machine;
	return 0;
}

void
apui_sim_machine_free(struct apui_sim_machine *machine)
{
	stop_cores(machine, machine->config.cores);
	finish_cores(machine, machine->config.cores);
	pthread_mutex_destroy(&machine->lock);
	free(machine);
}

uint64_t
apui_sim_machine_max_bytes(const struct apui_sim_machine *machine)
{
	return (uint64_t)machine->config.max_mb << 20;
}

int64_t
apui_sim_machine_timeout_ns(const struct apui_sim_machine *machine)
{
	return machine->config.timeout_ms * NS_PER_MS;
}

void
apui_sim_machine_lock(struct apui_sim_machine *machine)
{
	pthread_mutex_lock(&machine->lock);
}

/* Unmapping much memory takes milliseconds, in which others may go on. */
void
apui_sim_machine_unlock(struct apui_sim_machine *machine)
{
	struct apui_sim_memory *dead = machine->dead;

	machine->dead = NULL;
	pthread_mutex_unlock(&machine->lock);
	while (dead != NULL) {
		struct apui_sim_memory *next = dead->next_dead;

		apui_sim_memory_free(dead);
		dead = next;
	}
}

void
apui_sim_machine_expire(struct apui_sim_machine *machine)
{
	for (unsigned int i = 0; i < machine->config.cores; i++)
		apui_sim_core_expire(&machine->cores[i]);
}

void
apui_sim_machine_crash(struct apui_sim_machine *machine, uint32_t offline_ms)
{
	machine->online_ns = apui_sim_clock_now_ns() + offline_ms * NS_PER_MS;
	for (unsigned int i = 0; i < machine->config.cores; i++)
		apui_sim_core_lose(&machine->cores[i]);
}

bool
apui_sim_machine_is_online(const struct apui_sim_machine *machine)
{
	return apui_sim_clock_now_ns() >= machine->online_ns;
}

int
apui_sim_machine_reserve(struct apui_sim_machine *machine, uint64_t bytes)
{
	if (bytes >
	    apui_sim_machine_max_bytes(machine) - machine->memory_bytes) {
		apui_fail(-ENOMEM, NULL,
			  "the simulated machine has %u MiB, and %llu KiB of "
			  "them are in use",
			  machine->config.max_mb,
			  (unsigned long long)machine->memory_bytes >> 10);
		apui_fail_remedy("free buffers, or open sim: with a larger "
				 "max_mb");
		return -ENOMEM;
	}
	machine->memory_bytes += bytes;
	return 0;
}

void
apui_sim_machine_release(struct apui_sim_machine *machine, uint64_t bytes)
{
	machine->memory_bytes -= bytes;
}

void
apui_sim_machine_put(struct apui_sim_machine *machine,
		     struct apui_sim_memory *memory)
{
	memory->refs--;
	if (memory->refs > 0)
		return;
	if (!memory->is_imported)
		apui_sim_machine_release(machine, memory->mapped_bytes);
	memory->next_dead = machine->dead;
	machine->dead = memory;
}

/* By the driver until the timeout, by the thread until it is back. */
static bool
id_is_in_use(const struct apui_sim_machine *machine, uint16_t id)
{
	for (unsigned int i = 0; i < machine->config.cores; i++) {
		const struct apui_sim_core *core = &machine->cores[i];

		if (core->in_flight != NULL && core->in_flight->header.id == id)
			return true;
		if (core->running != NULL && core->running->header.id == id)
			return true;
	}
	return false;
}

uint16_t
apui_sim_machine_new_id(struct apui_sim_machine *machine)
{
	uint16_t id;

	/* At most two ids a core are in use, so this ends soon. */
	do {
		id = machine->next_id;
		machine->next_id = (uint16_t)((id + 1u) % APUI_SIM_ID_COUNT);
	} while (id_is_in_use(machine, id));
	return id;
}
