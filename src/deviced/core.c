/* SPDX-License-Identifier: MIT */
#include "deviced/core.h"
#include "firmware/firmware.h"
#include <errno.h>
#include <string.h>

/* The firmware has one context; this is what both callbacks need of it. */
struct run {
	struct deviced_memory memory;
	struct deviced_core *core;
};

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

	return atomic_load_explicit(&run->core->is_cancelled,
				    memory_order_relaxed);
}

static void
handle(struct deviced_core *core, uint32_t client, const uint8_t *request,
       size_t request_bytes)
{
	uint8_t reply[DEVICED_REQUEST_BYTES];
	struct run run = {
		.memory = { .source = core->source, .client = client },
		.core = core,
	};
	const struct apui_fw_host host = {
		.translate = translate,
		.cancelled = is_cancelled,
		.context = &run,
		.address_bytes = core->address_bytes,
	};
	size_t reply_bytes;

	reply_bytes = apui_fw_handle(&host, request, request_bytes, reply,
				     sizeof(reply));
	deviced_memory_release(&run.memory);
	if (reply_bytes > 0)
		core->sink->reply(core->sink->context, core->index, reply,
				  reply_bytes);
}

static void *
run_core(void *context)
{
	struct deviced_core *core = context;
	uint8_t request[DEVICED_REQUEST_BYTES];

	pthread_mutex_lock(&core->lock);
	while (!core->is_ending) {
		size_t request_bytes = core->request_bytes;
		uint32_t client = core->client;

		if (!core->has_request) {
			pthread_cond_wait(&core->wake, &core->lock);
			continue;
		}
		memcpy(request, core->request, request_bytes);
		core->has_request = false;
		atomic_store(&core->is_cancelled, false);
		pthread_mutex_unlock(&core->lock);
		handle(core, client, request, request_bytes);
		pthread_mutex_lock(&core->lock);
	}
	pthread_mutex_unlock(&core->lock);
	return NULL;
}

int
deviced_core_start(struct deviced_core *core)
{
	int ret;

	atomic_init(&core->is_cancelled, false);
	ret = -pthread_mutex_init(&core->lock, NULL);
	if (ret < 0)
		return ret;
	ret = -pthread_cond_init(&core->wake, NULL);
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
	atomic_store(&core->is_cancelled, true);
	pthread_mutex_unlock(&core->lock);
}
