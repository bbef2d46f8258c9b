/* SPDX-License-Identifier: MIT */

/*
 * The kernel's apu driver, both published interfaces. What the driver is known
 * to do wrong is kept away from it here where it is a matter of one ioctl, and
 * in src/core where it is a matter of several.
 */

#include "transport/drm/drm.h"
#include "core/error.h"
#include "core/process.h"
#include "firmware/wire.h"
#include "transport/drm/client.h"
#include "transport/event_queue.h"
#include "uapi/apu_drm.h"
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Cores are counted with STATE; no machine has more. */
#define MAX_CORES 64

/* The window of device addresses of the published machines, less firmware. */
#define MAX_BUFFER_BYTES (UINT64_C(240) << 20)

#define TIMEOUT_MS 500

struct drm_options {
	char abi[APUI_SPEC_TEXT_BYTES];
	uint32_t timeout_ms;
	uint32_t window;
};

static const struct apui_option option_table[] = {
	{ .key = "abi",
	  .type = APUI_OPTION_NAME,
	  .offset = offsetof(struct drm_options, abi),
	  .text = "" },
	{ .key = "timeout_ms",
	  .type = APUI_OPTION_UINT,
	  .offset = offsetof(struct drm_options, timeout_ms),
	  .min = 1,
	  .max = 600000,
	  .initial = TIMEOUT_MS },
	{ .key = "window",
	  .type = APUI_OPTION_UINT,
	  .offset = offsetof(struct drm_options, window),
	  .min = 1,
	  .max = APUI_EVENT_IN_FLIGHT_MAX,
	  .initial = APUI_EVENT_IN_FLIGHT_MAX },
	{ .type = APUI_OPTION_END },
};

int
apui_drm_call(struct apui_drm_client *client, unsigned long request, void *arg,
	      size_t arg_bytes)
{
	if (apui_process_id() != client->pid)
		return -EPERM;
	atomic_fetch_add(&client->ioctl_count, 1);
	return apui_drm_ioctl(client->sys, client->fd, request, arg, arg_bytes);
}

static int
fail_to_open(const char *path, int error)
{
	apui_fail(error, NULL, "%s cannot be opened: %s", path,
		  strerror(-error));
	if (error == -EACCES || error == -EPERM)
		apui_fail_remedy("add your user to the group of %s, which is "
				 "often \"render\"",
				 path);
	else if (error == -ENOENT)
		apui_fail_remedy("`apu devices` lists the nodes that there "
				 "are");
	return error;
}

/* The first node of the machine. One that may not be opened is an error. */
static int
choose_path(const struct apui_drm_request *request,
	    char path[static APUI_DRM_PATH_BYTES])
{
	struct apui_drm_node nodes[APUI_DRM_MAX_NODES];
	unsigned int count =
		apui_drm_find_nodes(request->sys, request->roots, nodes);

	if (count == 0) {
		apui_fail(-ENODEV, NULL, "there is no node of the apu driver");
		apui_fail_remedy("load the driver, or use sim:, the simulator");
		return -ENODEV;
	}
	if (nodes[0].error < 0)
		return fail_to_open(nodes[0].path, nodes[0].error);
	memcpy(path, nodes[0].path, APUI_DRM_PATH_BYTES);
	return 0;
}

/* Whether a path, or what it links to, is a card's. */
static bool
is_card(const char *path)
{
	char *real = realpath(path, NULL);
	const char *name = strrchr(real != NULL ? real : path, '/');
	bool found = name != NULL && strncmp(name, "/card", 5) == 0;

	free(real);
	return found;
}

static int
open_node(struct apui_drm_client *client, const char *path)
{
	int ret;

	client->fd = client->sys->open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (client->fd < 0)
		return fail_to_open(path, -errno);
	/*
	 * Who opens a card that nobody has becomes its master, and is to be so
	 * no longer; to others the kernel refuses it, so nobody is harmed.
	 */
	if (is_card(path))
		client->sys->ioctl(client->fd, DRM_IOCTL_DROP_MASTER, NULL);
	ret = apui_drm_read_version(client->sys, client->fd, &client->version);
	if (ret < 0)
		apui_fail(ret, NULL, "%s is no node of the apu driver", path);
	return ret;
}

/* Whose file it is says whether it is to be master: nothing is dropped. */
static int
take_node(struct apui_drm_client *client, int fd)
{
	int ret;

	client->fd = client->sys->dup(fd);
	if (client->fd < 0) {
		ret = -errno;
		apui_fail(ret, NULL, "descriptor %d cannot be used: %s", fd,
			  strerror(-ret));
		if (ret == -EACCES)
			apui_fail_remedy("open the node for reading and "
					 "writing");
		return ret;
	}
	client->is_shared = true;
	ret = apui_drm_read_version(client->sys, client->fd, &client->version);
	if (ret < 0)
		apui_fail(ret, NULL,
			  "descriptor %d is no node of the apu "
			  "driver",
			  fd);
	return ret;
}

/*
 * Cores from 0 on, until there is none: STATE is the one ioctl of which the
 * driver checks the core (K3).
 */
static int
count_cores(struct apui_drm_client *client)
{
	unsigned int count = 0;
	uint32_t flags;
	int ret = 0;

	while (count < MAX_CORES && ret == 0) {
		ret = apui_drm_read_state(&client->base, count, &flags);
		count += ret == 0;
	}
	client->base.info.core_count = count;
	if (count > 0)
		return 0;
	apui_fail(-ENODEV, NULL, "the driver has no core");
	apui_fail_remedy("see that the core's firmware is loaded and running");
	return -ENODEV;
}

static int
init_client(struct apui_drm_client *client,
	    const struct apui_drm_request *request)
{
	char path[APUI_DRM_PATH_BYTES];
	int ret = 0;

	if (!request->has_fd && request->path == NULL)
		ret = choose_path(request, path);
	if (ret == 0 && request->has_fd)
		ret = take_node(client, request->fd);
	else if (ret == 0)
		ret = open_node(client,
				request->path != NULL ? request->path : path);
	if (ret < 0)
		return ret;
	ret = apui_drm_abi_choose(&client->version, request->abi, &client->abi);
	if (ret < 0)
		return ret;
	/* The published driver lets a core go on that it has given up (K13). */
	client->base.info.resets_on_timeout =
		!apui_drm_is_published(&client->version);
	return count_cores(client);
}

int
apui_drm_open(const struct apui_drm_request *request,
	      struct apui_transport **out_transport)
{
	struct apui_drm_client *client;
	int ret;

	if (!APUI_DRM_HAS_ABI) {
		apui_fail(-EPROTO, NULL,
			  "the driver has no interface for programs of this "
			  "architecture");
		apui_fail_remedy("use a 64-bit build of the program");
		return -EPROTO;
	}
	client = calloc(1, sizeof(*client));
	if (client == NULL)
		return -ENOMEM;
	client->base.ops = &apui_transport_drm;
	client->base.info = (struct apui_transport_info) {
		.driver = APUI_DRM_NAME,
		.max_buffer_bytes = MAX_BUFFER_BYTES,
		.max_request_bytes = APUI_WIRE_MAX_BYTES,
		.max_in_flight = request->window != 0
					 ? request->window
					 : APUI_EVENT_IN_FLIGHT_MAX,
		.timeout_ns = request->timeout_ms * INT64_C(1000000),
	};
	client->sys = request->sys;
	client->pid = apui_process_id();
	client->fd = -1;
	ret = -pthread_mutex_init(&client->lock, NULL);
	if (ret < 0)
		goto err_free;
	ret = init_client(client, request);
	if (ret < 0)
		goto err_close;
	*out_transport = &client->base;
	return 0;

err_close:
	if (client->fd >= 0)
		client->sys->close(client->fd);
	pthread_mutex_destroy(&client->lock);
err_free:
	free(client);
	return ret;
}

static unsigned int
enumerate(struct apui_transport_entry *entries)
{
	struct apui_drm_node nodes[APUI_DRM_MAX_NODES];
	unsigned int count = apui_drm_find_nodes(&apui_drm_linux,
						 &apui_drm_linux_roots, nodes);

	_Static_assert(APUI_DRM_MAX_NODES <= APUI_TRANSPORT_MAX_ENTRIES,
		       "each node has an entry");
	for (unsigned int i = 0; i < count; i++)
		apui_drm_describe_node(&nodes[i], &entries[i]);
	return count;
}

static int
open_spec(const struct apui_spec *spec, const void *options,
	  struct apui_transport **out_transport)
{
	const struct drm_options *o = options;
	struct apui_drm_request request = {
		.sys = &apui_drm_linux,
		.roots = &apui_drm_linux_roots,
		.abi = o->abi,
		.timeout_ms = o->timeout_ms,
		.window = o->window,
	};
	char path[APUI_DRM_PATH_BYTES];

	if (spec->path_bytes >= sizeof(path))
		return apui_fail(-EINVAL, NULL, "the path is too long");
	if (spec->path_bytes > 0) {
		memcpy(path, spec->path, spec->path_bytes);
		path[spec->path_bytes] = '\0';
		request.path = path;
	}
	return apui_drm_open(&request, out_transport);
}

static int
open_fd(int fd, const void *options, struct apui_transport **out_transport)
{
	const struct drm_options *o = options;

	return apui_drm_open(
		&(struct apui_drm_request) {
			.sys = &apui_drm_linux,
			.has_fd = true,
			.fd = fd,
			.abi = o->abi,
			.timeout_ms = o->timeout_ms,
			.window = o->window,
		},
		out_transport);
}

/*
 * The file takes all handles along, unless the program keeps it. In a child it
 * is only a copy.
 */
static void
close_client(struct apui_transport *t)
{
	struct apui_drm_client *client = apui_drm_client(t);
	const struct apui_drm_buffer *buffer;

	for (buffer = client->is_shared ? client->buffers : NULL;
	     buffer != NULL; buffer = buffer->next)
		apui_drm_close_handle(client, buffer->handle);
	client->sys->close(client->fd);
	apui_drm_forget_buffers(client);
	pthread_mutex_destroy(&client->lock);
	free(client);
}

/* DRM's deadlines are of this clock. */
static int64_t
read_clock_ns(struct apui_transport *t)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const struct apui_transport_ops apui_transport_drm = {
	.scheme = "drm",
	.description = "the kernel's apu driver",
	.options = option_table,
	.options_bytes = sizeof(struct drm_options),
	.enumerate = enumerate,
	.open = open_spec,
	.open_fd = open_fd,
	.close = close_client,
	.now_ns = read_clock_ns,
	.buffer_new = apui_drm_buffer_new,
	.buffer_close = apui_drm_buffer_close,
	.buffer_map = apui_drm_buffer_map,
	.buffer_unmap = apui_drm_buffer_unmap,
	.buffer_export = apui_drm_buffer_export,
	.buffer_import = apui_drm_buffer_import,
	.iommu_map = apui_drm_iommu_map,
	.iommu_unmap = apui_drm_iommu_unmap,
	.syncobj_create = apui_drm_syncobj_create,
	.syncobj_reset = apui_drm_syncobj_reset,
	.syncobj_wait = apui_drm_syncobj_wait,
	.syncobj_export = apui_drm_syncobj_export,
	.syncobj_destroy = apui_drm_syncobj_destroy,
	.queue = apui_drm_queue,
	.dequeue = apui_drm_dequeue,
	.read_events = apui_drm_read_events,
	.state = apui_drm_read_state,
};
