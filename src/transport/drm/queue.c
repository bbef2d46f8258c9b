/* SPDX-License-Identifier: MIT */
#include "core/process.h"
#include "firmware/wire.h"
#include "transport/drm/client.h"
#include "uapi/apu_drm.h"
#include <errno.h>
#include <string.h>

/* As much as an open file's budget holds (K17). */
#define EVENT_BYTES 4096

/* What no driver writes both of; DEQUEUE leaves it when there is nothing. */
#define UNTOUCHED_RESULT 0xa5c3
#define UNTOUCHED_SIZE   0x5a3c

static bool
fits_one_message(const struct apui_request *req, uint32_t max_bytes)
{
	uint64_t bytes =
		UINT64_C(0) + APUI_WIRE_HEADER_BYTES + req->size_in +
		req->size_out +
		UINT64_C(1) * APUI_WIRE_BUFFER_BYTES * req->handle_count;

	return bytes <= max_bytes;
}

/* A handle that is not there, or there twice, ends the kernel (K2). */
static int
check_handles(struct apui_drm_client *client, const struct apui_request *req)
{
	for (uint32_t i = 0; i < req->handle_count; i++)
		if (apui_drm_find_buffer(client, req->handles[i]) == NULL)
			return -ENOENT;
	for (uint32_t i = 0; i < req->handle_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (req->handles[i] == req->handles[k])
				return -EINVAL;
	return 0;
}

/* Under the lock, so that nobody closes a handle meanwhile. */
static int
queue_checked(struct apui_drm_client *client, const struct apui_request *req)
{
	struct apui_drm_gem_queue args = {
		.device = req->core,
		.cmd = req->cmd,
		.out_sync = req->out_syncobj,
		.bo_handles = (uintptr_t)req->handles,
		.bo_handle_count = req->handle_count,
		.size_in = req->size_in,
		.size_out = req->size_out,
		.data = (uintptr_t)req->data_in,
	};
	int ret;

	pthread_mutex_lock(&client->lock);
	ret = check_handles(client, req);
	if (ret == 0)
		ret = apui_drm_call(client, client->abi->queue, &args,
				    sizeof(args));
	pthread_mutex_unlock(&client->lock);
	return ret;
}

int
apui_drm_queue(struct apui_transport *t, const struct apui_request *req)
{
	if (req->core >= t->info.core_count || req->out_syncobj == 0)
		return -ENODEV;
	if (!fits_one_message(req, t->info.max_request_bytes))
		return -EMSGSIZE;
	return queue_checked(apui_drm_client(t), req);
}

/*
 * @data has the room that the driver may fill whatever was asked for (K8), and
 * belongs to the library: a fault would lose the job (K7).
 */
int
apui_drm_dequeue(struct apui_transport *t, uint32_t syncobj, void *data,
		 struct apui_result *out_result)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct apui_drm_gem_dequeue args = {
		.out_sync = syncobj,
		.result = UNTOUCHED_RESULT,
		.size = UNTOUCHED_SIZE,
		.data = (uintptr_t)data,
	};
	int ret;

	if (syncobj == 0)
		return -ENOENT;
	ret = apui_drm_call(client, client->abi->dequeue, &args, sizeof(args));
	if (ret < 0)
		return ret;
	/* It says 0 when it has nothing, too (K9). */
	if (args.result == UNTOUCHED_RESULT && args.size == UNTOUCHED_SIZE)
		return -EBUSY;
	/* Without data the driver leaves the size as it was. */
	*out_result = (struct apui_result) {
		.result = args.result,
		.size_bytes = args.size != UNTOUCHED_SIZE ? args.size : 0,
	};
	return 0;
}

/* Events in @bytes; unknown ones are stepped over, a cut one ends it. */
static unsigned int
parse_events(const uint8_t *bytes, size_t size_bytes, struct apui_event *events,
	     unsigned int max)
{
	unsigned int count = 0;
	size_t at = 0;

	while (size_bytes - at >= 2 * sizeof(uint32_t)) {
		struct apui_drm_event event = { .type = 0 };
		uint32_t length;

		memcpy(&length, bytes + at + sizeof(uint32_t), sizeof(length));
		if (length < 2 * sizeof(uint32_t) || length > size_bytes - at)
			break;
		memcpy(&event, bytes + at,
		       length < sizeof(event) ? length : sizeof(event));
		at += length;
		if (event.type == APUI_DRM_JOB_COMPLETED &&
		    length >= sizeof(event) && count < max)
			events[count++].syncobj = event.out_sync;
	}
	return count;
}

/*
 * A buffer too small for the next event reads nothing and keeps it, so room is
 * made for all. Those beyond @max are dropped: they are hints, and what counts
 * is that they are no longer unread.
 */
int
apui_drm_read_events(struct apui_transport *t, struct apui_event *events,
		     unsigned int max)
{
	struct apui_drm_client *client = apui_drm_client(t);
	uint8_t bytes[EVENT_BYTES];
	long size_bytes;

	if (apui_process_id() != client->pid)
		return -EPERM;
	/* A file that the program opened may be one whose reads sleep. */
	if (max == 0 ||
	    (client->is_shared && !client->sys->is_readable(client->fd)))
		return 0;
	size_bytes = client->sys->read(client->fd, bytes, sizeof(bytes));
	if (size_bytes < 0)
		return errno == ENODEV ? -ENODEV : 0;
	return (int)parse_events(bytes, (size_t)size_bytes, events, max);
}

int
apui_drm_read_state(struct apui_transport *t, unsigned int core,
		    uint32_t *out_flags)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct apui_drm_state args = { .device = core };
	int ret =
		apui_drm_call(client, client->abi->state, &args, sizeof(args));

	if (ret == 0)
		*out_flags = args.flags;
	return ret;
}
