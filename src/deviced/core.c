/* SPDX-License-Identifier: MIT */
#include "deviced/core.h"
#include "firmware/firmware.h"
#include <errno.h>
#include <string.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)
#define NEVER     INT64_MAX

/* The firmware has one context; this is what both callbacks need of it. */
struct run {
	struct deviced_memory memory;
	struct deviced_core *core;
};

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void *
translate(void *context, uint64_t address, uint64_t size_bytes)
{
	struct run *run = context;

	return deviced_memory_translate(&run->memory, address, size_bytes);
}

static int
is_cancelled(void *context)
{
	const struct run *run = context;
	const struct deviced_core *core = run->core;

	return atomic_load_explicit(&core->is_cancelled,
				    memory_order_relaxed) ||
	       (core->deadline_ns != NEVER && now_ns() >= core->deadline_ns);
}

/* Nobody waits for a reply any more. Under the lock. */
static bool
is_given_up(const struct deviced_core *core)
{
	return core->is_ending || core->is_reset ||
	       (core->deadline_ns != NEVER && now_ns() >= core->deadline_ns);
}

static void
sleep_until(struct deviced_core *core, int64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / NS_PER_S),
		.tv_nsec = (long)(until_ns % NS_PER_S),
	};

	if (until_ns == NEVER)
		pthread_cond_wait(&core->wake, &core->lock);
	else
		pthread_cond_timedwait(&core->wake, &core->lock, &until);
}

/* Sleep until then, or until the request is given up, which it returns. */
static bool
stay_with_request(struct deviced_core *core, int64_t until_ns)
{
	bool is_over;

	pthread_mutex_lock(&core->lock);
	while (!is_given_up(core) && now_ns() < until_ns)
		sleep_until(core, until_ns < core->deadline_ns
					  ? until_ns
					  : core->deadline_ns);
	is_over = is_given_up(core);
	pthread_mutex_unlock(&core->lock);
	return is_over;
}

/* Sleep until so long after the request was given up. */
static void
outstay_request(struct deviced_core *core, uint32_t delay_ms)
{
	int64_t until_ns;

	stay_with_request(core, NEVER);
	until_ns = now_ns() + delay_ms * NS_PER_MS;
	pthread_mutex_lock(&core->lock);
	while (!core->is_ending && now_ns() < until_ns)
		sleep_until(core, until_ns);
	pthread_mutex_unlock(&core->lock);
}

static size_t
run_firmware(struct deviced_core *core, const struct deviced_request *request,
	     uint8_t reply[static DEVICED_REQUEST_BYTES])
{
	struct run run = {
		.memory = { .source = core->source, .request = request },
		.core = core,
	};
	const struct apui_fw_host host = {
		.translate = translate,
		.cancelled = is_cancelled,
		.context = &run,
		.address_bytes = core->address_bytes,
	};
	size_t reply_bytes =
		apui_fw_handle(&host, request->bytes, request->size_bytes,
			       reply, DEVICED_REQUEST_BYTES);

	deviced_memory_release(&run.memory);
	return reply_bytes;
}

/* Run a request with what befalls it: the bytes of its reply, 0 for none. */
static size_t
run_with_fault(struct deviced_core *core, const struct deviced_request *request,
	       const struct apui_fault *fault,
	       uint8_t reply[static DEVICED_REQUEST_BYTES])
{
	size_t reply_bytes;

	if (fault->kind == APUI_FAULT_HANG)
		return 0;
	if (fault->kind == APUI_FAULT_SLOW &&
	    stay_with_request(core, now_ns() + fault->value * NS_PER_MS))
		return 0;
	reply_bytes = run_firmware(core, request, reply);
	if (fault->kind == APUI_FAULT_SIZE)
		apui_fault_set_reply_size(reply, reply_bytes, fault->value);
	if (fault->kind == APUI_FAULT_LATE)
		outstay_request(core, fault->value);
	else if (stay_with_request(core, 0))
		return 0;
	return reply_bytes;
}

static void
handle(struct deviced_core *core, const struct deviced_request *request)
{
	const struct apui_fault fault = deviced_faults_decide(
		core->faults, core->index, request->bytes, request->size_bytes);
	uint8_t reply[DEVICED_REQUEST_BYTES];
	size_t reply_bytes;

	if (fault.kind == APUI_FAULT_CRASH) {
		core->sink->crash(core->sink->context, fault.value);
		return;
	}
	reply_bytes = run_with_fault(core, request, &fault, reply);
	if (reply_bytes > 0)
		core->sink->reply(core->sink->context, core->index, reply,
				  reply_bytes);
}

static void
begin_request(struct deviced_core *core)
{
	core->has_request = false;
	core->is_reset = false;
	core->deadline_ns = core->timeout_ms > 0
				    ? now_ns() + core->timeout_ms * NS_PER_MS
				    : NEVER;
	atomic_store(&core->is_cancelled, false);
}

static void *
run_core(void *context)
{
	struct deviced_core *core = context;
	uint8_t bytes[DEVICED_REQUEST_BYTES];

	pthread_mutex_lock(&core->lock);
	while (!core->is_ending) {
		const struct deviced_request request = {
			.client = core->client,
			.bytes = bytes,
			.size_bytes = core->request_bytes,
		};

		if (!core->has_request) {
			pthread_cond_wait(&core->wake, &core->lock);
			continue;
		}
		memcpy(bytes, core->request, core->request_bytes);
		begin_request(core);
		pthread_mutex_unlock(&core->lock);
		handle(core, &request);
		pthread_mutex_lock(&core->lock);
	}
	pthread_mutex_unlock(&core->lock);
	return NULL;
}

static int
init_wake(pthread_cond_t *wake)
{
	pthread_condattr_t attr;
	int ret;

	ret = -pthread_condattr_init(&attr);
	if (ret < 0)
		return ret;
	ret = -pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (ret == 0)
		ret = -pthread_cond_init(wake, &attr);
	pthread_condattr_destroy(&attr);
	return ret;
}

int
deviced_core_start(struct deviced_core *core)
{
	int ret;

	core->is_ending = false;
	core->is_reset = false;
	core->has_request = false;
	core->deadline_ns = NEVER;
	atomic_init(&core->is_cancelled, false);
	ret = -pthread_mutex_init(&core->lock, NULL);
	if (ret < 0)
		return ret;
	ret = init_wake(&core->wake);
	if (ret < 0)
		goto err_lock;
	ret = -pthread_create(&core->thread, NULL, run_core, core);
	if (ret < 0)
		goto err_cond;
	return 0;

err_cond:
	pthread_cond_destroy(&core->wake);
err_lock:
	pthread_mutex_destroy(&core->lock);
	return ret;
}

void
deviced_core_stop(struct deviced_core *core)
{
	pthread_mutex_lock(&core->lock);
	core->is_ending = true;
	atomic_store(&core->is_cancelled, true);
	pthread_cond_signal(&core->wake);
	pthread_mutex_unlock(&core->lock);
	pthread_join(core->thread, NULL);
	pthread_cond_destroy(&core->wake);
	pthread_mutex_destroy(&core->lock);
}

void
deviced_core_submit(struct deviced_core *core, uint32_t client,
		    const uint8_t *request, size_t request_bytes)
{
	if (request_bytes > sizeof(core->request))
		return;
	pthread_mutex_lock(&core->lock);
	core->client = client;
	core->request_bytes = request_bytes;
	memcpy(core->request, request, request_bytes);
	core->has_request = true;
	pthread_cond_signal(&core->wake);
	pthread_mutex_unlock(&core->lock);
}

void
deviced_core_reset(struct deviced_core *core)
{
	pthread_mutex_lock(&core->lock);
	core->has_request = false;
	core->is_reset = true;
	atomic_store(&core->is_cancelled, true);
	pthread_cond_signal(&core->wake);
	pthread_mutex_unlock(&core->lock);
}
