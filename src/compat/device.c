/* SPDX-License-Identifier: MIT */
#include "compat.h"
#include <errno.h>
#include <stdlib.h>

/*
 * The open devices and files of the process. The lock is of both lists and of
 * both kinds' counts: whoever looks one up cannot meet its end.
 */
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct apu_drm_device *devices;
static struct apui_compat_file *files;

void *
apui_compat_null(int ret)
{
	errno = -ret;
	return NULL;
}

static struct apui_compat_file *
find_file(int fd)
{
	struct apui_compat_file *file = files;

	while (file != NULL && file->fd != fd)
		file = file->next;
	return file;
}

static struct apu_drm_device *
find_device(int fd, unsigned int core)
{
	struct apu_drm_device *dev = devices;

	while (dev != NULL && (dev->file->fd != fd || dev->core != core))
		dev = dev->next;
	return dev;
}

static int
open_apu(int fd, struct apu_device **out_apu)
{
	const char *spec = secure_getenv("APU_DEVICE");

	if (spec != NULL)
		return apu_device_open(spec, out_apu);
	return apu_device_open_fd(fd, secure_getenv("APU_DRM_OPTIONS"),
				  out_apu);
}

/* The file of a descriptor, with one reference more. Under the lock. */
static int
get_file(int fd, struct apui_compat_file **out_file)
{
	struct apui_compat_file *file = find_file(fd);
	int ret;

	if (file == NULL) {
		file = calloc(1, sizeof(*file));
		if (file == NULL)
			return -ENOMEM;
		ret = open_apu(fd, &file->apu);
		if (ret < 0) {
			free(file);
			return ret;
		}
		file->fd = fd;
		file->next = files;
		files = file;
	}
	file->references++;
	*out_file = file;
	return 0;
}

/*
 * Drop a reference. Under the lock; what is returned is to be closed without
 * it, since that may wait for the device.
 */
static struct apu_device *
put_file(struct apui_compat_file *file)
{
	struct apui_compat_file **link = &files;
	struct apu_device *apu = file->apu;

	file->references--;
	if (file->references > 0)
		return NULL;
	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	free(file);
	return apu;
}

static int
check_core(const struct apu_device *apu, unsigned int core)
{
	uint64_t count = 0;
	int ret = apu_device_query(apu, APU_DEVICE_LIMIT_CORES, &count);

	if (ret == 0 && core >= count)
		ret = -ENODEV;
	return ret;
}

static int
init_locks(struct apu_drm_device *dev)
{
	pthread_condattr_t attributes;
	int ret;

	ret = -pthread_condattr_init(&attributes);
	if (ret < 0)
		return ret;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	ret = -pthread_cond_init(&dev->queued, &attributes);
	pthread_condattr_destroy(&attributes);
	if (ret < 0)
		return ret;
	ret = -pthread_mutex_init(&dev->lock, NULL);
	if (ret < 0)
		pthread_cond_destroy(&dev->queued);
	return ret;
}

/* One core of a file; takes the reference to the file over. */
static int
add_device(struct apui_compat_file *file, unsigned int core,
	   struct apu_drm_device **out_dev)
{
	struct apu_drm_device *dev = NULL;
	int ret = check_core(file->apu, core);

	if (ret == 0) {
		dev = calloc(1, sizeof(*dev));
		ret = dev == NULL ? -ENOMEM : init_locks(dev);
	}
	if (ret < 0) {
		free(dev);
		return ret;
	}
	dev->file = file;
	dev->core = core;
	dev->references = 1;
	dev->next = devices;
	devices = dev;
	*out_dev = dev;
	return 0;
}

struct apu_drm_device *
apu_device_new(int fd, int device_id)
{
	unsigned int core = (unsigned int)device_id; /* < 0: none has it */
	struct apui_compat_file *file = NULL;
	struct apu_device *unused = NULL;
	struct apu_drm_device *dev;
	int ret = 0;

	pthread_mutex_lock(&registry_lock);
	dev = find_device(fd, core);
	if (dev != NULL) {
		dev->references++;
	} else {
		ret = get_file(fd, &file);
		if (ret == 0)
			ret = add_device(file, core, &dev);
		if (ret < 0 && file != NULL)
			unused = put_file(file);
	}
	pthread_mutex_unlock(&registry_lock);
	apu_device_unref(unused);
	return ret < 0 ? apui_compat_null(ret) : dev;
}

struct apu_drm_device *
apu_device_ref(struct apu_drm_device *dev)
{
	if (dev == NULL)
		return NULL;
	pthread_mutex_lock(&registry_lock);
	dev->references++;
	pthread_mutex_unlock(&registry_lock);
	return dev;
}

/* Nobody can find it any more. */
static void
destroy_device(struct apu_drm_device *dev)
{
	struct apu_device *apu;

	apui_compat_empty_pool(dev);
	pthread_mutex_lock(&registry_lock);
	apu = put_file(dev->file);
	pthread_mutex_unlock(&registry_lock);
	apu_device_unref(apu);
	pthread_mutex_destroy(&dev->lock);
	pthread_cond_destroy(&dev->queued);
	free(dev);
}

int
apu_device_del(struct apu_drm_device *dev)
{
	struct apu_drm_device **link = &devices;
	bool is_last;

	if (dev == NULL)
		return 0;
	pthread_mutex_lock(&registry_lock);
	dev->references--;
	is_last = dev->references == 0;
	if (is_last) {
		while (*link != dev)
			link = &(*link)->next;
		*link = dev->next;
	}
	pthread_mutex_unlock(&registry_lock);
	if (is_last)
		destroy_device(dev);
	return is_last;
}

/* An error is not "yes": the original's was (no. 8). */
int
apu_device_online(struct apu_drm_device *dev)
{
	int ret = -EINVAL;

	if (dev != NULL)
		ret = apu_device_core_online(dev->file->apu, dev->core);
	errno = ret < 0 ? -ret : 0;
	return ret > 0 ? APU_ONLINE : 0;
}
