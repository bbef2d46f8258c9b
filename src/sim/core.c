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

#define NS_PER_MS INT64_C(1000000)

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
	apui_sim_job_announce_end(job);
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

/* As the driver ends what a device that has gone had left to do. */
static void
lose_job(struct apui_sim_core *core, struct apui_sim_job *job)
{
	struct apui_sim_client *client = job->client;

	core->last_completed = job->number;
	end_job(core, job);
	apui_event_queue_cancel(&client->events);
	pthread_cond_broadcast(&client->changed);
	apui_sim_job_put(job);
}

void
apui_sim_core_lose(struct apui_sim_core *core)
{
	struct apui_sim_job *job = core->in_flight;

	atomic_store_explicit(&core->is_cancelled, true, memory_order_relaxed);
	core->in_flight = NULL;
	if (job != NULL)
		lose_job(core, job);
	while ((job = core->first) != NULL) {
		core->first = job->next;
		lose_job(core, job);
	}
	core->last = NULL;
	pthread_cond_signal(&core->wake);
}

struct apui_sim_job *
apui_sim_core_find(const struct apui_sim_core *core, uint64_t number)
{
	struct apui_sim_job *job = core->in_flight;

	if (job != NULL && job->number == number)
		return job;
	for (job = core->first; job != NULL; job = job->next)
		if (job->number == number)
			return job;
	return NULL;
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
	if (core->running != NULL && core->running->client == client) {
		core->running->is_dropped = true;
		atomic_store_explicit(&core->is_cancelled, true,
				      memory_order_relaxed);
		pthread_cond_signal(&core->wake);
	}
	if (job == NULL || job->client != client)
		return;
	core->in_flight = NULL;
	core->last_completed = job->number;
	end_job(core, job);
	apui_sim_job_put(job);
	pthread_cond_signal(&core->wake);
}

/* Take the first of the queue, unless that is where the device crashes. */
static void
start_job(struct apui_sim_core *core)
{
	struct apui_sim_job *job = core->first;

	core->fault = apui_fault_plan_decide(&core->machine->faults,
					     core->index, job->header.cmd);
	if (core->fault.kind == APUI_FAULT_CRASH) {
		apui_sim_machine_crash(core->machine, core->fault.value);
		return;
	}
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

/* Whether the thread has nothing to stay with the job for. */
static bool
is_over(const struct apui_sim_core *core, const struct apui_sim_job *job)
{
	if (core->fault.kind == APUI_FAULT_LATE)
		return job->is_dropped;
	return job->is_done;
}

/* Sleep on a job until then, or until it is over: false. */
static bool
stay_with_job(struct apui_sim_core *core, const struct apui_sim_job *job,
	      int64_t until_ns)
{
	struct apui_sim_machine *machine = core->machine;
	bool is_here;

	apui_sim_machine_lock(machine);
	apui_sim_core_expire(core);
	while (!is_over(core, job) && apui_sim_clock_now_ns() < until_ns) {
		bool expires =
			core->in_flight == job && core->expiry_ns < until_ns;

		apui_sim_clock_cond_wait(&core->wake, &machine->lock,
					 expires ? core->expiry_ns : until_ns);
		apui_sim_core_expire(core);
	}
	is_here = !is_over(core, job);
	apui_sim_machine_unlock(machine);
	return is_here;
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

static size_t
run_firmware(struct apui_sim_core *core, const struct apui_sim_job *job,
	     uint8_t reply[static APUI_WIRE_MAX_BYTES])
{
	const struct apui_fw_host host = {
		.translate = translate,
		.cancelled = is_cancelled,
		.context = core,
		.address_bytes = sizeof(uint32_t),
	};
	size_t reply_bytes = core->machine->config.firmware(
		&host, job->request, job->request_bytes, reply,
		APUI_WIRE_MAX_BYTES);

	return reply_bytes <= APUI_WIRE_MAX_BYTES ? reply_bytes : 0;
}

/* Run a job with what befalls it. No bytes: no reply, until the timeout. */
static size_t
run_with_fault(struct apui_sim_core *core, const struct apui_sim_job *job,
	       uint8_t reply[static APUI_WIRE_MAX_BYTES])
{
	int64_t delay_ns = core->fault.value * NS_PER_MS;
	size_t reply_bytes;

	if (core->fault.kind == APUI_FAULT_HANG)
		return 0;
	if (core->fault.kind == APUI_FAULT_SLOW &&
	    !stay_with_job(core, job, apui_sim_clock_now_ns() + delay_ns))
		return 0;
	reply_bytes = run_firmware(core, job, reply);
	if (core->fault.kind == APUI_FAULT_LATE)
		stay_with_job(core, job, core->expiry_ns + delay_ns);
	if (core->fault.kind == APUI_FAULT_SIZE)
		apui_fault_set_reply_size(reply, reply_bytes,
					  core->fault.value);
	return reply_bytes;
}

static void
run_job(struct apui_sim_core *core, struct apui_sim_job *job)
{
	uint8_t reply[APUI_WIRE_MAX_BYTES];
	size_t reply_bytes = run_with_fault(core, job, reply);

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
