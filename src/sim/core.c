/* SPDX-License-Identifier: MIT */
#include "sim/core.h"
#include "sim/client.h"
#include "sim/clock.h"
#include "sim/job.h"
#include "sim/machine.h"
#include "sim/syncobj.h"
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/*
 * The firmware needs 16 KiB; sanitizers, and what an application's libraries
 * keep for every thread, need the rest.
 */
#define STACK_BYTES ((size_t)512 << 10)

int
apui_sim_core_init(struct apui_sim_core *core, struct apui_sim_machine *machine,
		   unsigned int index)
{
	core->machine = machine;
	core->index = index;
	atomic_init(&core->is_cancelled, false);
	return apui_sim_clock_cond_init(&core->wake);
}

void
apui_sim_core_finish(struct apui_sim_core *core)
{
	pthread_cond_destroy(&core->wake);
}

/* Hold what the firmware has a pointer into, until it returns. */
static void
pin_memory(struct apui_sim_core *core, struct apui_sim_memory *memory)
{
	uint32_t bit = UINT32_C(1) << core->index;

	if ((memory->pinning_cores & bit) != 0)
		return;
	memory->pinning_cores |= bit;
	memory->refs++;
	memory->next_pin[core->index] = core->pins;
	core->pins = memory;
}

static void
unpin_all(struct apui_sim_core *core)
{
	while (core->pins != NULL) {
		struct apui_sim_memory *memory = core->pins;

		core->pins = memory->next_pin[core->index];
		memory->pinning_cores &= ~(UINT32_C(1) << core->index);
		apui_sim_machine_put(core->machine, memory);
	}
}

/* The firmware's view: only what its client has mapped now. */
static void *
translate(void *context, uint64_t address, uint64_t size_bytes)
{
	struct apui_sim_core *core = context;
	struct apui_sim_memory *memory;
	uint64_t offset;
	void *ptr = NULL;

	apui_sim_machine_lock(core->machine);
	memory = apui_sim_iova_find(&core->running->client->iova, address,
				    size_bytes, &offset);
	if (memory != NULL) {
		pin_memory(core, memory);
		ptr = memory->base + offset;
	}
	apui_sim_machine_unlock(core->machine);
	return ptr;
}

/* The firmware asks often, so no lock is taken unless the time is over. */
static int
is_cancelled(void *context)
{
	struct apui_sim_core *core = context;

	if (atomic_load_explicit(&core->is_cancelled, memory_order_relaxed))
		return 1;
	if (apui_sim_clock_now_ns() < core->expiry_ns)
		return 0;
	apui_sim_machine_lock(core->machine);
	apui_sim_core_expire(core);
	apui_sim_machine_unlock(core->machine);
	return 1;
}

/* A job has ended for the driver; its buffers stay while the thread is busy. */
static void
end_job(struct apui_sim_core *core, struct apui_sim_job *job)
{
	job->is_done = true;
	if (core->running != job)
		apui_sim_job_release_buffers(job);
}

/* Result, then event, then fence: who sees one finds those before. */
static void
complete_job(struct apui_sim_core *core, const struct apui_sim_reply *reply)
{
	struct apui_sim_job *job = core->in_flight;
	struct apui_sim_client *client = job->client;
	uint32_t syncobj = job->syncobj->handle;

	core->in_flight = NULL;
	core->last_completed = job->number;
	job->result = reply->result;
	job->data_bytes = reply->data_bytes;
	if (reply->data_bytes > 0)
		memcpy(job->data, reply->data, reply->data_bytes);

	end_job(core, job);
	apui_sim_syncobj_complete(job->syncobj, job);
	apui_event_queue_send(&client->events, syncobj);
	pthread_cond_broadcast(&client->changed);
}

void
apui_sim_core_expire(struct apui_sim_core *core)
{
	const struct apui_sim_reply no_reply = {
		.result = APUI_RESULT_DRIVER_TIMEOUT,
	};

	if (core->in_flight == NULL ||
	    apui_sim_clock_now_ns() < core->expiry_ns)
		return;
	/* Reset the core: if the firmware still runs, it is to return. */
	atomic_store_explicit(&core->is_cancelled, true, memory_order_relaxed);
	complete_job(core, &no_reply);
	pthread_cond_signal(&core->wake);
}

void
apui_sim_core_push(struct apui_sim_core *core, struct apui_sim_job *job)
{
	job->next = NULL;
	job->number = ++core->last_queued;
	job->syncobj->core = core;
	job->syncobj->number = job->number;
	if (core->first == NULL)
		core->first = job;
	else
		core->last->next = job;
	core->last = job;
	pthread_cond_signal(&core->wake);
}

/* Take the jobs of one client out of the queue. */
static void
drop_queued(struct apui_sim_core *core, const struct apui_sim_client *client)
{
	struct apui_sim_job *rest = core->first;

	core->first = NULL;
	core->last = NULL;
	while (rest != NULL) {
		struct apui_sim_job *job = rest;

		rest = job->next;
		job->next = NULL;
		if (job->client == client) {
			end_job(core, job);
			apui_sim_job_put(job);
			continue;
		}
		if (core->first == NULL)
			core->first = job;
		else
			core->last->next = job;
		core->last = job;
	}
}

void
apui_sim_core_drop(struct apui_sim_core *core,
		   const struct apui_sim_client *client)
{
	struct apui_sim_job *job = core->in_flight;

	drop_queued(core, client);
	if (core->running != NULL && core->running->client == client)
		atomic_store_explicit(&core->is_cancelled, true,
				      memory_order_relaxed);
	if (job == NULL || job->client != client)
		return;
	core->in_flight = NULL;
	core->last_completed = job->number;
	end_job(core, job);
	apui_sim_job_put(job);
	pthread_cond_signal(&core->wake);
}

static void
start_job(struct apui_sim_core *core)
{
	struct apui_sim_job *job = core->first;

	core->first = job->next;
	job->next = NULL;
	job->refs++;
	job->header.id = apui_sim_machine_new_id(core->machine);
	apui_sim_request_set_id(job->request, job->header.id);

	atomic_store_explicit(&core->is_cancelled, false, memory_order_relaxed);
	core->expiry_ns = apui_sim_clock_now_ns() +
			  apui_sim_machine_timeout_ns(core->machine);
	core->in_flight = job;
	core->running = job;
}

/*
 * The job to run next, or NULL when the machine stops. A job whose reply was
 * lost occupies the core until its time is over; there is nobody but this
 * thread to notice that for sure.
 */
static struct apui_sim_job *
wait_for_job(struct apui_sim_core *core)
{
	struct apui_sim_machine *machine = core->machine;
	struct apui_sim_job *job = NULL;

	apui_sim_machine_lock(machine);
	while (job == NULL && !machine->is_stopping) {
		apui_sim_core_expire(core);
		if (core->in_flight == NULL && core->first != NULL) {
			start_job(core);
			job = core->running;
			continue;
		}
		apui_sim_clock_cond_wait(&core->wake, &machine->lock,
					 core->in_flight != NULL
						 ? core->expiry_ns
						 : APUI_SIM_NEVER);
	}
	apui_sim_machine_unlock(machine);
	return job;
}

static void
take_reply(struct apui_sim_core *core, struct apui_sim_job *job,
	   const uint8_t *reply, size_t reply_bytes)
{
	struct apui_sim_machine *machine = core->machine;
	struct apui_sim_client *client = job->client;
	struct apui_sim_reply parts;

	apui_sim_machine_lock(machine);
	core->running = NULL;
	unpin_all(core);
	apui_sim_core_expire(core);
	/* Too late, or not a reply at all: dropped. */
	if (core->in_flight == job &&
	    apui_sim_reply_read(reply, reply_bytes, &job->header, &parts))
		complete_job(core, &parts);
	if (job->is_done)
		apui_sim_job_release_buffers(job);
	apui_sim_job_put(job);
	/* Whoever closes the client waits for this. */
	pthread_cond_broadcast(&client->changed);
	apui_sim_machine_unlock(machine);
}

static void
run_job(struct apui_sim_core *core, struct apui_sim_job *job)
{
	const struct apui_fw_host host = {
		.translate = translate,
		.cancelled = is_cancelled,
		.context = core,
		.address_bytes = sizeof(uint32_t),
	};
	uint8_t reply[APUI_WIRE_MAX_BYTES];
	size_t reply_bytes;

	reply_bytes = core->machine->config.firmware(
		&host, job->request, job->request_bytes, reply, sizeof(reply));
	if (reply_bytes > sizeof(reply))
		reply_bytes = 0;
	take_reply(core, job, reply, reply_bytes);
}

/*
 * Results are bits, whatever the application has done to the rounding mode of
 * the thread that opened the device.
 */
static void *
run_core(void *data)
{
	struct apui_sim_core *core = data;
	struct apui_sim_job *job;

	fesetenv(FE_DFL_ENV);
	while ((job = wait_for_job(core)) != NULL)
		run_job(core, job);
	return NULL;
}

static int
create_thread(struct apui_sim_core *core)
{
	pthread_attr_t attr;
	int ret;

	ret = pthread_attr_init(&attr);
	if (ret != 0)
		return -EAGAIN;
	ret = pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (ret == 0)
		ret = pthread_create(&core->thread, &attr, run_core, core);
	pthread_attr_destroy(&attr);
	return ret == 0 ? 0 : -EAGAIN;
}

int
apui_sim_core_start(struct apui_sim_core *core)
{
	sigset_t all, old;
	char name[16];
	int ret;

	/* A thread that is not the application's gets none of its signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = create_thread(core);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret < 0)
		return ret;

	snprintf(name, sizeof(name), "apu-sim-core%u", core->index % 100);
	pthread_setname_np(core->thread, name);
	return 0;
}

void
apui_sim_core_stop(struct apui_sim_core *core)
{
	pthread_join(core->thread, NULL);
}
