/* SPDX-License-Identifier: MIT */
#include "drm_kernel.h"
#include "uapi/apu_drm.h"
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct kernel kernel;

static int
sys_open(const char *path, int flags)
{
	(void)flags;
	if (strstr(path, "missing") != NULL) {
		errno = ENOENT;
		return -1;
	}
	return NODE_FD;
}

static int
sys_close(int fd)
{
	return fd == NODE_FD ? 0 : close(fd);
}

static int
answer_version(struct drm_version *args)
{
	snprintf(args->name, args->name_len, "%s", kernel.version.name);
	args->version_major = kernel.version.major;
	args->version_minor = kernel.version.minor;
	args->version_patchlevel = kernel.version.patch;
	return 0;
}

static int
refuse(int error)
{
	errno = error;
	return -1;
}

static int
answer_dequeue(struct apui_drm_gem_dequeue *args)
{
	if (!kernel.has_result)
		return 0; /* K9 */
	kernel.has_result = false;
	args->result = kernel.result;
	args->size = kernel.size;
	memset((void *)(uintptr_t)args->data, DATA_OUT, kernel.size);
	return 0;
}

static int
answer_driver(uint32_t request, void *arg)
{
	const struct apui_drm_abi *abi = kernel.abi;

	if (request == abi->state) {
		struct apui_drm_state *args = arg;

		args->flags = APUI_DRM_ONLINE;
		return args->device < CORES ? 0 : refuse(ENODEV);
	}
	if (request == abi->gem_new) {
		struct apui_drm_gem_new *args = arg;

		args->handle = ++kernel.next_handle;
		args->offset = 4096u * args->handle;
		kernel.open_handles++;
		return 0;
	}
	if (request == abi->queue) {
		kernel.cmd = (uint16_t)((struct apui_drm_gem_queue *)arg)->cmd;
		return 0;
	}
	if (request == abi->dequeue)
		return answer_dequeue(arg);
	if (request == abi->iommu_map) {
		struct apui_drm_gem_iommu_map *args = arg;
		uint64_t address = ADDRESS;

		memcpy((void *)(uintptr_t)args->bo_device_addresses, &address,
		       sizeof(address));
		return 0;
	}
	return refuse(EINVAL);
}

static int
sys_ioctl(int fd, unsigned long request, void *arg)
{
	assert_int_equal(fd, NODE_FD);
	kernel.calls++;
	kernel.last_request = (uint32_t)request;
	if (kernel.times > 0 && kernel.request == request) {
		kernel.times--;
		if (arg != NULL)
			memset(arg, 0x5a, 8);
		errno = kernel.error;
		return kernel.ret;
	}
	switch (request) {
	case DRM_IOCTL_VERSION:
		return answer_version(arg);
	case DRM_IOCTL_DROP_MASTER:
		kernel.drops_master = true;
		return 0;
	case DRM_IOCTL_GEM_CLOSE:
		kernel.open_handles--;
		return 0;
	case DRM_IOCTL_PRIME_FD_TO_HANDLE:
		if (kernel.prime_handle == 0) {
			kernel.prime_handle = ++kernel.next_handle;
			kernel.open_handles++;
		}
		((struct drm_prime_handle *)arg)->handle = kernel.prime_handle;
		return 0;
	case UDMABUF_CREATE: /* a copy of the memfd stands for it */
		return fcntl((int)((struct udmabuf_create *)arg)->memfd,
			     F_DUPFD_CLOEXEC, 0);
	case DRM_IOCTL_SYNCOBJ_CREATE:
		((struct drm_syncobj_create *)arg)->handle = 7;
		return 0;
	case DRM_IOCTL_SYNCOBJ_WAIT:
		return ((struct drm_syncobj_wait *)arg)->timeout_nsec == 0
			       ? refuse(ETIME)
			       : 0;
	default:
		return answer_driver((uint32_t)request, arg);
	}
}

static long
sys_read(int fd, void *data, size_t size_bytes)
{
	size_t bytes = kernel.event_bytes;

	(void)fd;
	if (bytes == 0) {
		errno = EAGAIN;
		return -1;
	}
	assert_true(bytes <= size_bytes);
	memcpy(data, kernel.events, bytes);
	kernel.event_bytes = 0;
	return (long)bytes;
}

static void *
sys_map(int fd, size_t size_bytes, int64_t offset)
{
	assert_true(fd != NODE_FD || offset >= 4096);
	return calloc(1, size_bytes);
}

static void
sys_unmap(void *ptr, size_t size_bytes)
{
	(void)size_bytes;
	free(ptr);
}

const struct apui_drm_system fake_system = {
	.open = sys_open,
	.close = sys_close,
	.ioctl = sys_ioctl,
	.read = sys_read,
	.map = sys_map,
	.unmap = sys_unmap,
};
