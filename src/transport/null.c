/* SPDX-License-Identifier: MIT */

/*
 * The smallest transport, and the template for new ones: copy this file, give
 * its table of verbs another name, add it to the list in transport.c, and put
 * your driver behind one verb after the other. transport.h says what each verb
 * promises; the comments here say why null: does it the way it does.
 *
 * null: is one client of a machine with memory and one core, which knows no
 * command. So everything up to the firmware's answer can be tried with it, and
 * nothing ever succeeds that was not done.
 */

#include "transport/null.h"
#include "firmware/wire.h"
#include "transport/event_queue.h"
#include "transport/handle_table.h"
#include "transport/ready_fd.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE_BYTES       4096u
#define CORE_COUNT       1u
#define MAX_BUFFER_BYTES (UINT64_C(240) << 20)
#define TIMEOUT_NS       INT64_C(500000000)

struct null_buffer {
	void *base;
	uint64_t mapped_bytes;
	uint64_t last_request; /* the last one that named it */
};

struct null_syncobj {
	bool has_fence;       /* something was queued with it */
	unsigned int results; /* completed, not fetched yet */
};

/*
 * The dispatcher sees the first member only. Everything else is private, and
 * guarded by one lock, as verbs may be called from several threads at once.
 */
struct null_transport {
	struct apui_transport base;
	pthread_mutex_t lock;
	struct apui_handle_table buffers;
	struct apui_handle_table syncobjs;
	struct apui_event_queue events;
	uint64_t request_count;
};

static struct null_transport *
to_null(struct apui_transport *t)
{
	return (struct null_transport *)t;
}

static const struct apui_transport_info null_info = {
	.driver = "null",
	.core_count = CORE_COUNT,
	.max_buffer_bytes = MAX_BUFFER_BYTES,
	.max_request_bytes = APUI_WIRE_MAX_BYTES,
	.max_in_flight = APUI_EVENT_IN_FLIGHT_MAX,
	.timeout_ns = TIMEOUT_NS,
	.resets_on_timeout = true,
};

static int
open_null(const struct apui_spec *spec, const void *options,
	  struct apui_transport **out_transport)
{
	struct null_transport *null;
	int ret;

	(void)options; /* the table of keys is empty */
	ret = apui_spec_refuse_path(spec);
	if (ret < 0)
		return ret;
	null = calloc(1, sizeof(*null));
	if (null == NULL)
		return -ENOMEM;
	ret = -pthread_mutex_init(&null->lock, NULL);
	if (ret < 0) {
		free(null);
		return ret;
	}
	null->base.ops = &apui_transport_null;
	null->base.info = null_info;
	*out_transport = &null->base;
	return 0;
}

static void
free_buffer(struct null_buffer *buffer)
{
	if (buffer == NULL)
		return;
	munmap(buffer->base, buffer->mapped_bytes);
	free(buffer);
}

/* A client that ends takes everything along, whether it was closed or not. */
static void
close_null(struct apui_transport *t)
{
	struct null_transport *null = to_null(t);
	uint32_t handle;

	for (handle = 1; handle <= null->buffers.slot_count; handle++)
		free_buffer(apui_handle_table_remove(&null->buffers, handle));
	for (handle = 1; handle <= null->syncobjs.slot_count; handle++)
		free(apui_handle_table_remove(&null->syncobjs, handle));
	apui_handle_table_finish(&null->buffers);
	apui_handle_table_finish(&null->syncobjs);
	pthread_mutex_destroy(&null->lock);
	free(null);
}

/* The clock of DRM's deadlines; a device with its own clock reads that. */
static int64_t
read_clock_ns(struct apui_transport *t)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * Shared, so that map_buffer() can give the same bytes a second time. Fresh
 * pages are zero: that serves APUI_BUFFER_ZEROED and keeps clients apart.
 */
static struct null_buffer *
alloc_buffer(uint64_t size_bytes)
{
	struct null_buffer *buffer = calloc(1, sizeof(*buffer));

	if (buffer == NULL)
		return NULL;
	buffer->mapped_bytes =
		(size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	buffer->base = mmap(NULL, buffer->mapped_bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (buffer->base == MAP_FAILED) {
		free(buffer);
		return NULL;
	}
	return buffer;
}

static int
new_buffer(struct apui_transport *t, uint64_t size_bytes, uint32_t flags,
	   uint32_t *out_handle)
{
	struct null_transport *null = to_null(t);
	struct null_buffer *buffer;
	int ret;

	/* EXPORTABLE is no promise here: there is no verb to export with. */
	(void)flags;
	if (size_bytes == 0 || size_bytes > MAX_BUFFER_BYTES)
		return -ENOMEM;
	buffer = alloc_buffer(size_bytes);
	if (buffer == NULL)
		return -ENOMEM;

	pthread_mutex_lock(&null->lock);
	ret = apui_handle_table_add(&null->buffers, buffer, out_handle);
	pthread_mutex_unlock(&null->lock);
	if (ret < 0)
		free_buffer(buffer);
	return ret;
}

static int
close_buffer(struct apui_transport *t, uint32_t handle)
{
	struct null_transport *null = to_null(t);
	struct null_buffer *buffer;

	pthread_mutex_lock(&null->lock);
	buffer = apui_handle_table_remove(&null->buffers, handle);
	pthread_mutex_unlock(&null->lock);
	if (buffer == NULL)
		return -ENOENT;
	free_buffer(buffer);
	return 0;
}

/*
 * The mapping has to outlive the handle. mremap() of a shared mapping with an
 * old size of 0 makes a second one of the same pages, which then needs nobody
 * to remember it. A kernel's transport calls mmap() on the node instead.
 */
static int
map_buffer(struct apui_transport *t, uint32_t handle, void **out_ptr)
{
	struct null_transport *null = to_null(t);
	struct null_buffer *buffer;
	void *ptr = MAP_FAILED;
	int ret = -ENOENT;

	pthread_mutex_lock(&null->lock);
	buffer = apui_handle_table_get(&null->buffers, handle);
	if (buffer != NULL) {
		ptr = mremap(buffer->base, 0, buffer->mapped_bytes,
			     MREMAP_MAYMOVE);
		ret = ptr != MAP_FAILED ? 0 : -ENOMEM;
	}
	pthread_mutex_unlock(&null->lock);
	if (ret == 0)
		*out_ptr = ptr;
	return ret;
}

static void
unmap_buffer(struct apui_transport *t, void *ptr, uint64_t size_bytes)
{
	(void)t;
	munmap(ptr, (size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
}

static int
create_syncobj(struct apui_transport *t, uint32_t *out_syncobj)
{
	struct null_transport *null = to_null(t);
	struct null_syncobj *syncobj = calloc(1, sizeof(*syncobj));
	int ret;

	if (syncobj == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&null->lock);
	ret = apui_handle_table_add(&null->syncobjs, syncobj, out_syncobj);
	pthread_mutex_unlock(&null->lock);
	if (ret < 0)
		free(syncobj);
	return ret;
}

/* Results stay: a syncobj that is reset loses its fence and nothing else. */
static int
reset_syncobj(struct apui_transport *t, uint32_t handle)
{
	struct null_transport *null = to_null(t);
	struct null_syncobj *syncobj;

	pthread_mutex_lock(&null->lock);
	syncobj = apui_handle_table_get(&null->syncobjs, handle);
	if (syncobj != NULL)
		syncobj->has_fence = false;
	pthread_mutex_unlock(&null->lock);
	return syncobj != NULL ? 0 : -ENOENT;
}

/*
 * What is queued is complete, so there is never anything to sleep for. Other
 * transports sleep here, without any lock, and in no slice longer than the
 * deadline.
 */
static int
wait_for_syncobj(struct apui_transport *t, uint32_t handle, int64_t deadline_ns)
{
	struct null_transport *null = to_null(t);
	struct null_syncobj *syncobj;
	int ret = -ENOENT;

	(void)deadline_ns;
	pthread_mutex_lock(&null->lock);
	syncobj = apui_handle_table_get(&null->syncobjs, handle);
	if (syncobj != NULL)
		ret = syncobj->has_fence ? 0 : -EINVAL;
	pthread_mutex_unlock(&null->lock);
	return ret;
}

/* A kernel's transport gives a sync_file; this is what else polls. */
static int
export_syncobj(struct apui_transport *t, uint32_t handle, int *out_fd)
{
	int ret = wait_for_syncobj(t, handle, 0);
	int fd;

	if (ret < 0)
		return ret;
	fd = apui_ready_fd_new();
	if (fd < 0)
		return fd;
	apui_ready_fd_signal(fd);
	*out_fd = fd;
	return 0;
}

static int
destroy_syncobj(struct apui_transport *t, uint32_t handle)
{
	struct null_transport *null = to_null(t);
	struct null_syncobj *syncobj;

	pthread_mutex_lock(&null->lock);
	syncobj = apui_handle_table_remove(&null->syncobjs, handle);
	pthread_mutex_unlock(&null->lock);
	free(syncobj);
	return syncobj != NULL ? 0 : -ENOENT;
}

/* All handles are looked at before any is found to be there twice. */
static int
check_buffers(struct null_transport *null, const struct apui_request *req)
{
	struct null_buffer *buffer;
	uint32_t i;

	for (i = 0; i < req->handle_count; i++) {
		if (apui_handle_table_get(&null->buffers, req->handles[i]) ==
		    NULL)
			return -ENOENT;
	}
	null->request_count++;
	for (i = 0; i < req->handle_count; i++) {
		buffer = apui_handle_table_get(&null->buffers, req->handles[i]);
		if (buffer->last_request == null->request_count)
			return -EINVAL;
		buffer->last_request = null->request_count;
	}
	return 0;
}

static bool
fits_one_message(const struct apui_request *req)
{
	uint64_t bytes =
		UINT64_C(0) + APUI_WIRE_HEADER_BYTES + req->size_in +
		req->size_out +
		UINT64_C(1) * APUI_WIRE_BUFFER_BYTES * req->handle_count;

	return bytes <= APUI_WIRE_MAX_BYTES;
}

/* The order of the checks is the contract's, and the kernel's (uapi.md 1.4). */
static int
complete_at_once(struct null_transport *null, const struct apui_request *req)
{
	struct null_syncobj *syncobj;
	int ret;

	syncobj = apui_handle_table_get(&null->syncobjs, req->out_syncobj);
	if (req->core >= CORE_COUNT || syncobj == NULL)
		return -ENODEV;
	ret = check_buffers(null, req);
	if (ret < 0)
		return ret;
	if (!fits_one_message(req))
		return -EMSGSIZE;
	if (!apui_event_queue_reserve(&null->events))
		return -ENOMEM;

	/* Result, then event, then fence: who sees one finds those before. */
	syncobj->results++;
	apui_event_queue_send(&null->events, req->out_syncobj);
	syncobj->has_fence = true;
	return 0;
}

static int
queue_request(struct apui_transport *t, const struct apui_request *req)
{
	struct null_transport *null = to_null(t);
	int ret;

	pthread_mutex_lock(&null->lock);
	ret = complete_at_once(null, req);
	pthread_mutex_unlock(&null->lock);
	return ret;
}

/*
 * The answer of a core that does not know the command: a bare header, so no
 * data. -EBUSY and not the kernel's 0 when there is nothing to fetch (K9), and
 * never -EAGAIN, which libdrm's wrappers repeat for ever.
 */
static int
dequeue_result(struct apui_transport *t, uint32_t handle, void *data,
	       struct apui_result *out_result)
{
	struct null_transport *null = to_null(t);
	struct null_syncobj *syncobj;
	int ret = -ENOENT;

	(void)data;
	pthread_mutex_lock(&null->lock);
	syncobj = apui_handle_table_get(&null->syncobjs, handle);
	if (syncobj != NULL && syncobj->results == 0) {
		ret = -EBUSY;
	} else if (syncobj != NULL) {
		syncobj->results--;
		*out_result =
			(struct apui_result) { .result = APUI_RESULT_ENOTSUP };
		ret = 0;
	}
	pthread_mutex_unlock(&null->lock);
	return ret;
}

static int
read_events(struct apui_transport *t, struct apui_event *events,
	    unsigned int max)
{
	struct null_transport *null = to_null(t);
	unsigned int count;

	pthread_mutex_lock(&null->lock);
	count = apui_event_queue_read(&null->events, events, max);
	pthread_mutex_unlock(&null->lock);
	return (int)count;
}

static int
read_state(struct apui_transport *t, unsigned int core, uint32_t *out_flags)
{
	(void)t;
	if (core >= CORE_COUNT)
		return -ENODEV;
	*out_flags = APUI_STATE_ONLINE;
	return 0;
}

/* Verbs that are not there are optional; the core answers -EOPNOTSUPP. */
const struct apui_transport_ops apui_transport_null = {
	.scheme = "null",
	.description = "a device with memory that refuses every command",
	.open = open_null,
	.close = close_null,
	.now_ns = read_clock_ns,
	.buffer_new = new_buffer,
	.buffer_close = close_buffer,
	.buffer_map = map_buffer,
	.buffer_unmap = unmap_buffer,
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
