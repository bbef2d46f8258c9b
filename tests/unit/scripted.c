/* SPDX-License-Identifier: MIT */
#include "scripted.h"
#include "firmware/program.h"
#include "test.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static int
map_to_device(struct apui_transport *t, uint32_t handle, uint64_t *out_address)
{
	if (find_buffer(to_scripted(t), handle) == NULL)
		return -ENOENT;
	*out_address = to_scripted(t)->address;
	return 0;
}

static int
unmap_from_device(struct apui_transport *t, uint32_t handle)
{
	return find_buffer(to_scripted(t), handle) != NULL ? 0 : -ENOENT;
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

static struct scripted_request *
find_request(struct scripted *s, uint32_t syncobj)
{
	for (unsigned int i = 0; i < s->request_count; i++)
		if (s->requests[i].syncobj == syncobj)
			return &s->requests[i];
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
	request = find_request(s, syncobj);
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
	if (++s->queue_calls == s->queue_fails_at)
		return s->error;
	if (s->request_count == SCRIPTED_MAX_REQUESTS)
		return -ENOMEM;
	s->requests[s->request_count++] = (struct scripted_request) {
		.syncobj = req->out_syncobj,
		.cmd = req->cmd,
	};
	return 0;
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
	if (syncobj == s->info_syncobj && !s->hangs)
		return dequeue_info(data, out_result);
	request = find_request(s, syncobj);
	if (request == NULL || !request->has_ended || request->is_fetched)
		return -EBUSY;
	reply = &s->replies[request - s->requests];
	if (reply->outcome == SCRIPTED_LOST)
		return -EBUSY;

	request->is_fetched = true;
	memset(data, reply->fill, reply->size_bytes);
	*out_result = (struct apui_result) {
		.result = (uint16_t)reply->outcome,
		.size_bytes = reply->size_bytes,
	};
	return 0;
}

/* One that never runs dry: whoever reads must know when to stop. */
static int
read_events(struct apui_transport *t, struct apui_event *events,
	    unsigned int max)
{
	(void)t;
	memset(events, 0, max * sizeof(events[0]));
	return (int)max;
}

static int
read_state(struct apui_transport *t, unsigned int core, uint32_t *out_flags)
{
	(void)t;
	(void)core;
	*out_flags = APUI_STATE_ONLINE;
	return 0;
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
	.iommu_map = map_to_device,
	.iommu_unmap = unmap_from_device,
	.syncobj_create = create_syncobj,
	.syncobj_reset = reset_syncobj,
	.syncobj_wait = wait_for_syncobj,
	.syncobj_destroy = destroy_syncobj,
	.queue = queue_request,
	.dequeue = dequeue_result,
	.read_events = read_events,
	.state = read_state,
};

struct apu_device *
scripted_open(struct scripted *s, unsigned int max_in_flight)
{
	struct apu_device *dev = calloc(1, sizeof(*dev));

	assert_non_null(dev);
	*s = (struct scripted) {
		.base.ops = &scripted_ops,
		.base.info = {
			.driver = "scripted",
			.core_count = 2,
			.max_buffer_bytes = UINT64_C(1) << 40,
			.max_request_bytes = APUI_WIRE_MAX_BYTES,
			.max_in_flight = max_in_flight,
			.timeout_ns = 500,
		},
		.now_ns = 1000,
	};
	apui_ref_init(&dev->ref);
	pthread_mutex_init(&dev->lock, NULL);
	dev->transport = &s->base;
	dev->name = strdup("scripted:");
	dev->dequeue_data = malloc(APUI_DEQUEUE_BYTES);
	assert_non_null(dev->name);
	assert_non_null(dev->dequeue_data);
	return dev;
}

void
scripted_end_all(struct scripted *s)
{
	for (unsigned int i = 0; i < s->request_count; i++)
		s->requests[i].has_ended = true;
}

void
scripted_restart(struct scripted *s)
{
	s->request_count = 0;
	s->queue_calls = 0;
	s->create_calls = 0;
}
