/* SPDX-License-Identifier: MIT */
#include "core/device.h"
#include "core/device_map.h"
#include "core/error.h"
#include "core/fence.h"
#include "core/process.h"
#include "core/recovery.h"
#include "core/worker.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
apui_device_note(struct apu_device *dev, int ret)
{
	/* A count of bytes that were not copied is no success (K6). */
	if (ret > 0)
		return -EFAULT;
	if (ret == -ENODEV)
		atomic_store(&dev->is_lost, true);
	return ret;
}

int
apui_device_check(const struct apu_device *dev)
{
	int ret = apui_device_check_process(dev);

	if (ret == 0 && atomic_load(&dev->is_lost))
		ret = -ENODEV;
	return ret;
}

int
apui_device_check_process(const struct apu_device *dev)
{
	if (dev->pid == apui_process_id())
		return 0;
	apui_fail(-EPERM, NULL, "another process has opened the device");
	apui_fail_remedy("open it again after fork()");
	return -EPERM;
}

/*
 * The first node of the first transport that has nodes. Never a simulator: it
 * would seem to work, and be slow, and nobody would know why.
 */
static int
find_node(struct apui_transport_entry *out_entry)
{
	struct apui_transport_entry entries[APUI_TRANSPORT_MAX_ENTRIES];

	for (size_t i = 0; apui_transports[i] != NULL; i++) {
		if (apui_transports[i]->enumerate == NULL ||
		    apui_transports[i]->enumerate(entries) == 0)
			continue;
		*out_entry = entries[0];
		return 0;
	}
	apui_fail(-ENODEV, NULL,
		  "no device was named and there is no apu node");
	apui_fail_remedy("name one, or set APU_DEVICE; sim: is the simulator");
	return -ENODEV;
}

/* Deadlines are of a clock that nobody sets. */
static int
init_conditions(struct apu_device *dev)
{
	pthread_condattr_t attributes;
	int ret;

	ret = -pthread_condattr_init(&attributes);
	if (ret < 0)
		return ret;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	ret = -pthread_cond_init(&dev->work, &attributes);
	if (ret == 0) {
		ret = -pthread_cond_init(&dev->changed, &attributes);
		if (ret < 0)
			pthread_cond_destroy(&dev->work);
	}
	pthread_condattr_destroy(&attributes);
	return ret;
}

static void
destroy_conditions(struct apu_device *dev)
{
	pthread_cond_destroy(&dev->changed);
	pthread_cond_destroy(&dev->work);
}

/* How a device is named and opened. */
struct opening {
	const char *name; /* the device string */
	bool has_fd;      /* by descriptor, with these keys */
	int fd;
	const char *options;
};

static int
open_transport(const struct opening *opening,
	       struct apui_transport **out_transport)
{
	if (opening->has_fd)
		return apui_transport_open_fd(opening->fd, opening->options,
					      out_transport);
	return apui_transport_open(opening->name, out_transport);
}

static int
init_device(struct apu_device *dev, const struct opening *opening)
{
	int ret;

	apui_ref_init(&dev->ref);
	dev->pid = apui_process_id();
	dev->name = strdup(opening->name);
	dev->dequeue_data = malloc(APUI_DEQUEUE_BYTES);
	if (dev->name == NULL || dev->dequeue_data == NULL) {
		ret = -ENOMEM;
		goto err_free;
	}
	/* A page that is not there could cost a result (torture.md, K7). */
	memset(dev->dequeue_data, 0xa5, APUI_DEQUEUE_BYTES);
	ret = -pthread_mutex_init(&dev->lock, NULL);
	if (ret < 0)
		goto err_free;

	ret = init_conditions(dev);
	if (ret < 0)
		goto err_destroy_lock;

	ret = open_transport(opening, &dev->transport);
	if (ret < 0)
		goto err_destroy_conditions;
	return 0;

err_destroy_conditions:
	destroy_conditions(dev);
err_destroy_lock:
	pthread_mutex_destroy(&dev->lock);
err_free:
	free(dev->dequeue_data);
	free(dev->name);
	return ret;
}

static int
open_device(const struct opening *opening, struct apu_device **out_dev)
{
	struct apu_device *dev;
	int ret;

	dev = calloc(1, sizeof(*dev));
	if (dev == NULL)
		return -ENOMEM;

	ret = init_device(dev, opening);
	if (ret < 0) {
		free(dev);
		return ret;
	}
	*out_dev = dev;
	return 0;
}

int
apu_device_open(const char *spec, struct apu_device **out_dev)
{
	struct apui_transport_entry node;
	int ret = 0;

	if (out_dev == NULL) {
		ret = apui_fail(-EINVAL, spec, "out_dev is NULL");
		return apui_fail_during(ret, "open device", NULL);
	}
	if (spec == NULL)
		spec = secure_getenv("APU_DEVICE");
	if (spec == NULL) {
		ret = find_node(&node);
		spec = ret == 0 ? node.spec : NULL;
	}
	if (ret == 0)
		ret = open_device(&(struct opening) { .name = spec }, out_dev);
	if (ret < 0)
		return apui_fail_during(ret, "open device", spec);
	return 0;
}

/* The string that opens the node behind @fd again. */
static void
name_descriptor(int fd, const char *options, size_t name_bytes, char *out_name)
{
	char link[32], path[64];
	ssize_t bytes;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	bytes = readlink(link, path, sizeof(path) - 1);
	path[bytes > 0 ? bytes : 0] = '\0';
	snprintf(out_name, name_bytes, "drm:%s%s%s", path,
		 path[0] != '\0' && options[0] != '\0' ? "," : "", options);
}

int
apu_device_open_fd(int fd, const char *options, struct apu_device **out_dev)
{
	struct opening opening = {
		.has_fd = true,
		.fd = fd,
		.options = options != NULL ? options : "",
	};
	char name[160];
	int ret;

	name_descriptor(fd, opening.options, sizeof(name), name);
	opening.name = name;
	if (out_dev == NULL)
		ret = apui_fail(-EINVAL, NULL, "out_dev is NULL");
	else
		ret = open_device(&opening, out_dev);
	if (ret < 0)
		return apui_fail_during(ret, "open device", name);
	return 0;
}

struct apu_device *
apu_device_ref(struct apu_device *dev)
{
	apui_ref_get(&dev->ref);
	return dev;
}

/* What waits for the device, or for threads: not in a child. */
static void
end_work(struct apu_device *dev)
{
	apui_worker_stop(dev);
	apui_fence_drain(dev);
	apui_worker_free_ended(dev);
	destroy_conditions(dev);
	pthread_mutex_destroy(&dev->lock);
}

/* In a child, all of it is the parent's. */
static void
forget_work(struct apu_device *dev)
{
	apui_fence_forget_all(dev);
	apui_syncobj_pool_forget(dev);
	apui_device_map_forget_all(dev);
}

struct apu_device *
apu_device_unref(struct apu_device *dev)
{
	if (dev == NULL || !apui_ref_put(&dev->ref))
		return NULL;

	if (apui_device_check_process(dev) == 0)
		end_work(dev);
	else
		forget_work(dev);
	dev->transport->ops->close(dev->transport);
	free(dev->dequeue_data);
	free(dev->name);
	free(dev);
	return NULL;
}

const char *
apu_device_name(const struct apu_device *dev)
{
	return dev->name;
}

const char *
apu_device_driver(const struct apu_device *dev)
{
	return dev->transport->info.driver;
}

static int
query_limit(const struct apui_transport_info *info, enum apu_device_limit limit,
	    uint64_t *out_value)
{
	switch (limit) {
	case APU_DEVICE_LIMIT_CORES:
		*out_value = info->core_count;
		return 0;
	case APU_DEVICE_LIMIT_BUFFER_BYTES:
		*out_value = info->max_buffer_bytes;
		return 0;
	case APU_DEVICE_LIMIT_REQUEST_BYTES:
		*out_value = info->max_request_bytes;
		return 0;
	case APU_DEVICE_LIMIT_TIMEOUT_NS:
		*out_value = (uint64_t)info->timeout_ns;
		return 0;
	case APU_DEVICE_LIMIT_IN_FLIGHT:
		*out_value = info->max_in_flight;
		return 0;
	}
	return apui_fail(-EINVAL, NULL, "limit %d is unknown", (int)limit);
}

int
apu_device_query(const struct apu_device *dev, enum apu_device_limit limit,
		 uint64_t *out_value)
{
	int ret;

	if (dev == NULL || out_value == NULL)
		ret = apui_fail(-EINVAL, NULL, "dev or out_value is NULL");
	else
		ret = query_limit(&dev->transport->info, limit, out_value);
	if (ret < 0)
		return apui_fail_during(ret, "query device", NULL);
	return 0;
}

static int
read_online(struct apu_device *dev, unsigned int core)
{
	const struct apui_transport *t = dev->transport;
	uint32_t flags = 0;
	int ret;

	if (core >= t->info.core_count)
		return apui_fail(-ENODEV, NULL, "there is no core %u", core);
	ret = apui_device_check(dev);
	if (ret == 0)
		ret = apui_device_state(dev, core, &flags);
	if (ret < 0)
		return ret;
	return (flags & APUI_STATE_ONLINE) != 0;
}

int
apu_device_core_online(struct apu_device *dev, unsigned int core)
{
	int ret;

	if (dev == NULL)
		ret = apui_fail(-EINVAL, NULL, "dev is NULL");
	else
		ret = read_online(dev, core);
	if (ret < 0)
		return apui_fail_during(ret, "look at core", NULL);
	return ret;
}

int64_t
apu_device_now_ns(const struct apu_device *dev)
{
	return dev->transport->ops->now_ns(dev->transport);
}

int64_t
apu_device_deadline_ns(const struct apu_device *dev, int64_t timeout_ns)
{
	int64_t deadline_ns;

	if (timeout_ns < 0)
		timeout_ns = 0;
	if (__builtin_add_overflow(apu_device_now_ns(dev), timeout_ns,
				   &deadline_ns))
		return INT64_MAX;
	return deadline_ns;
}
