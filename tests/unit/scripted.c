/* SPDX-License-Identifier: MIT */
#include "scripted.h"
#include "firmware/program.h"
#include "open_on.h"
#include "test.h"
#include "transport/ready_fd.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scripted *
to_scripted(struct apui_transport *t)
{
	return (struct scripted *)t;
}

static void
close_scripted(struct apui_transport *t)
{
	to_scripted(t)->is_closed = true;
}

static int64_t
read_clock_ns(struct apui_transport *t)
{
	return to_scripted(t)->now_ns;
}

/* Handles are the buffers' indices from 1. */
static int
new_buffer(struct apui_transport *t, uint64_t size_bytes, uint32_t flags,
	   uint32_t *out_handle)
{
	struct scripted *s = to_scripted(t);
	uint32_t i = 0;

	(void)flags;
	while (i < SCRIPTED_MAX_BUFFERS && s->buffers[i].size_bytes > 0)
		i++;
	if (i == SCRIPTED_MAX_BUFFERS)
		return -ENOMEM;
	s->buffers[i] = (struct scripted_buffer) {
		.size_bytes = size_bytes,
		.is_open = true,
		.handles = 1,
	};
	s->open_buffers++;
	*out_handle = i + 1;
	return 0;
}

static struct scripted_buffer *
find_buffer(struct scripted *s, uint32_t handle)
{
	if (handle > 0 && handle <= SCRIPTED_MAX_BUFFERS &&
	    s->buffers[handle - 1].is_open)
		return &s->buffers[handle - 1];
	s->misuses++;
	return NULL;
}

static int
close_buffer(struct apui_transport *t, uint32_t handle)
{
	struct scripted *s = to_scripted(t);
	struct scripted_buffer *buffer = find_buffer(s, handle);

	if (buffer == NULL)
		return -ENOENT;
	if (--buffer->handles > 0)
		return 0;
	if (buffer->is_mapped)
		s->misuses++;
	buffer->is_open = false;
	s->open_buffers--;
	return 0;
}

static int
map_buffer(struct apui_transport *t, uint32_t handle, void **out_ptr)
{
	struct scripted_buffer *buffer = find_buffer(to_scripted(t), handle);

	if (buffer == NULL)
		return -ENOENT;
	buffer->memory = calloc(1, buffer->size_bytes);
	if (buffer->memory == NULL)
		return -ENOMEM;
	buffer->is_mapped = true;
	*out_ptr = buffer->memory;
	return 0;
}

static void
unmap_buffer(struct apui_transport *t, void *ptr, uint64_t size_bytes)
{
	struct scripted *s = to_scripted(t);

	(void)size_bytes;
	for (size_t i = 0; i < SCRIPTED_MAX_BUFFERS; i++) {
		if (!s->buffers[i].is_mapped || s->buffers[i].memory != ptr)
			continue;
		free(ptr);
		s->buffers[i].is_mapped = false;
		return;
	}
	s->misuses++;
}

/* One more handle of a buffer that there is. */
static int
import_buffer(struct apui_transport *t, int fd, uint32_t *out_handle,
	      uint64_t *out_size_bytes)
{
	struct scripted *s = to_scripted(t);
	struct scripted_buffer *buffer = find_buffer(s, s->import_handle);

	(void)fd;
	if (buffer == NULL)
		return -EINVAL;
	buffer->handles++;
	*out_handle = s->import_handle;
	*out_size_bytes = buffer->size_bytes;
	return 0;
}

/* As the driver: 0, whatever came of it (K4). */
static int
map_to_device(struct apui_transport *t, uint32_t handle, uint64_t *out_address)
{
	struct scripted *s = to_scripted(t);

	s->map_calls++;
	if (find_buffer(s, handle) == NULL)
		return -ENOENT;
	*out_address = s->address;
	return s->positive;
}

static int
unmap_from_device(struct apui_transport *t, uint32_t handle)
{
	struct scripted *s = to_scripted(t);

	s->unmap_calls++;
	return find_buffer(s, handle) != NULL ? 0 : -ENOENT;
}

/* Numbers are never used again, so that what is stale is seen. */
static int
create_syncobj(struct apui_transport *t, uint32_t *out_syncobj)
{
	struct scripted *s = to_scripted(t);

	if (++s->create_calls == s->create_fails_at)
		return s->error;
	if (s->last_syncobj + 1 == SCRIPTED_MAX_SYNCOBJS)
		return -ENOMEM;
	if (s->gives_syncobj_0) {
		*out_syncobj = 0;
		return 0;
	}
	*out_syncobj = ++s->last_syncobj;
	s->syncobjs[*out_syncobj] = true;
	s->open_syncobjs++;
	return 0;
}

static bool
is_syncobj(struct scripted *s, uint32_t syncobj)
{
	if (syncobj < SCRIPTED_MAX_SYNCOBJS && s->syncobjs[syncobj])
		return true;
	s->misuses++;
	return false;
}

static int
reset_syncobj(struct apui_transport *t, uint32_t syncobj)
{
	return is_syncobj(to_scripted(t), syncobj) ? 0 : -ENOENT;
}

static int
destroy_syncobj(struct apui_transport *t, uint32_t syncobj)
{
	struct scripted *s = to_scripted(t);

	if (!is_syncobj(s, syncobj))
		return -ENOENT;
	s->syncobjs[syncobj] = false;
	s->open_syncobjs--;
	return 0;
}

/* The fence of a syncobj is that of the last request. */
static struct scripted_request *
find_request(struct scripted *s, uint32_t syncobj)
{
	for (unsigned int i = s->request_count; i > 0; i--)
		if (s->requests[i - 1].syncobj == syncobj)
			return &s->requests[i - 1];
	return NULL;
}

static int
wait_for_syncobj(struct apui_transport *t, uint32_t syncobj,
		 int64_t deadline_ns)
{
	struct scripted *s = to_scripted(t);
	struct scripted_request *request;

	if (!is_syncobj(s, syncobj))
		return -ENOENT;
	if (s->is_gone)
		return -ENODEV;
	request = syncobj != s->info_syncobj ? find_request(s, syncobj) : NULL;
	if (request == NULL && syncobj != s->info_syncobj)
		return -EINVAL;
	if (request == NULL ? !s->hangs : request->has_ended)
		return 0;
	if (deadline_ns <= s->now_ns)
		return -ETIME;
	if (s->hangs) {
		s->now_ns = deadline_ns;
		return -ETIME;
	}
	scripted_end_all(s);
	return 0;
}

static int
queue_request(struct apui_transport *t, const struct apui_request *req)
{
	struct scripted *s = to_scripted(t);

	if (!is_syncobj(s, req->out_syncobj))
		return -ENODEV;
	for (uint32_t i = 0; i < req->handle_count; i++)
		if (find_buffer(s, req->handles[i]) == NULL)
			return -ENOENT;
	if (req->cmd == APUI_CMD_INFO) {
		s->info_syncobj = req->out_syncobj;
		return 0;
	}
	if (req->out_syncobj == s->info_syncobj)
		s->info_syncobj = 0;
	if (++s->queue_calls == s->queue_fails_at)
		return s->error;
	if (s->request_count == SCRIPTED_MAX_REQUESTS)
		return -ENOMEM;
	if (s->budget > 0 && s->events_unread == s->budget)
		return -ENOMEM;
	s->requests[s->request_count++] = (struct scripted_request) {
		.syncobj = req->out_syncobj,
		.core = req->core,
		.cmd = req->cmd,
	};
	return s->positive;
}

static int
dequeue_info(void *data, struct apui_result *out_result)
{
	const struct apui_info info = {
		.magic = APUI_INFO_MAGIC,
		.program_version = APUI_PROGRAM_VERSION,
		.target_count = 1,
		.targets = { APUI_TARGET_REF },
	};

	memcpy(data, &info, sizeof(info));
	*out_result = (struct apui_result) { .size_bytes = sizeof(info) };
	return 0;
}

static int
dequeue_result(struct apui_transport *t, uint32_t syncobj, void *data,
	       struct apui_result *out_result)
{
	struct scripted *s = to_scripted(t);
	const struct scripted_reply *reply;
	struct scripted_request *request;

	if (!is_syncobj(s, syncobj))
		return -ENOENT;
	if (syncobj == s->info_syncobj)
		return s->hangs ? -EBUSY : dequeue_info(data, out_result);
	request = find_request(s, syncobj);
	if (request == NULL || !request->has_ended || request->is_fetched)
		return -EBUSY;
	reply = &s->replies[request - s->requests];
	if (reply->outcome == SCRIPTED_LOST)
		return -EBUSY;

	if (s->positive > 0)
		return s->positive;
	request->is_fetched = true;
	memset(data, reply->fill, reply->size_bytes);
	*out_result = (struct apui_result) {
		.result = (uint16_t)reply->outcome,
		.size_bytes = reply->size_bytes,
	};
	return 0;
}

/* Unless told otherwise it never runs dry: who reads must know when to stop. */
static int
read_events(struct apui_transport *t, struct apui_event *events,
	    unsigned int max)
{
	struct scripted *s = to_scripted(t);
	unsigned int count = max;

	if (s->sends_events && s->events_unread < max)
		count = s->events_unread;
	memset(events, 0, count * sizeof(events[0]));
	s->events_unread -= s->sends_events ? count : 0;
	return (int)count;
}

static int
read_state(struct apui_transport *t, unsigned int core, uint32_t *out_flags)
{
	struct scripted *s = to_scripted(t);

	(void)core;
	s->state_calls++;
	*out_flags = (s->is_offline ? 0 : APUI_STATE_ONLINE) | s->faults;
	s->faults = 0;
	return 0;
}

/* The test signals what it has a copy of. */
static int
export_syncobj(struct apui_transport *t, uint32_t syncobj, int *out_fd)
{
	struct scripted *s = to_scripted(t);

	if (!s->signals_fds)
		return -EOPNOTSUPP;
	if (!is_syncobj(s, syncobj))
		return -ENOENT;
	s->exported_fd = apui_ready_fd_new();
	if (s->exported_fd < 0)
		return s->exported_fd;
	*out_fd = apui_ready_fd_copy(s->exported_fd);
	return *out_fd < 0 ? *out_fd : 0;
}

static const struct apui_transport_ops scripted_ops = {
	.scheme = "scripted",
	.description = "does as it is told",
	.close = close_scripted,
	.now_ns = read_clock_ns,
	.buffer_new = new_buffer,
	.buffer_close = close_buffer,
	.buffer_map = map_buffer,
	.buffer_unmap = unmap_buffer,
	.buffer_import = import_buffer,
	.iommu_map = map_to_device,
	.iommu_unmap = unmap_from_device,
	.syncobj_create = create_syncobj,
	.syncobj_reset = reset_syncobj,
	.syncobj_wait = wait_for_syncobj,
	.syncobj_export = export_syncobj,
	.syncobj_destroy = destroy_syncobj,
	.queue = queue_request,
	.dequeue = dequeue_result,
	.read_events = read_events,
	.state = read_state,
};

struct apu_device *
scripted_open(struct scripted *s, unsigned int max_in_flight)
{
	*s = (struct scripted) {
		.base.ops = &scripted_ops,
		.base.info = {
			.driver = "scripted",
			.core_count = 2,
			.max_buffer_bytes = UINT64_C(1) << 40,
			.max_request_bytes = APUI_WIRE_MAX_BYTES,
			.max_in_flight = max_in_flight,
			.timeout_ns = 500,
			.resets_on_timeout = true,
		},
		.now_ns = 1000,
	};
	return open_on(&s->base, "scripted:");
}

unsigned int
scripted_syncobjs_in_use(const struct scripted *s, const struct apu_device *dev)
{
	return s->open_syncobjs - dev->syncobjs.idle.count -
	       dev->syncobjs.spoilt.count;
}

void
scripted_end(struct scripted *s, unsigned int index)
{
	struct scripted_request *request = &s->requests[index];

	if (!request->has_ended && s->sends_events &&
	    s->replies[index].outcome != SCRIPTED_LOST)
		s->events_unread++;
	request->has_ended = true;
}

void
scripted_end_all(struct scripted *s)
{
	for (unsigned int i = 0; i < s->request_count; i++)
		scripted_end(s, i);
}

void
scripted_restart(struct scripted *s)
{
	s->request_count = 0;
	s->queue_calls = 0;
	s->create_calls = 0;
}
