/* SPDX-License-Identifier: MIT */
#include "drm_kernel.h"
#include "firmware/program.h"
#include "firmware/wire.h"
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
	assert_int_equal(flags & O_CLOEXEC, O_CLOEXEC);
	if (strstr(path, "missing") != NULL) {
		errno = ENOENT;
		return -1;
	}
	return NODE_FD;
}

static int
sys_dup(int fd)
{
	assert_int_equal(fd, OTHER_FD);
	errno = kernel.dup_error;
	return kernel.dup_error == 0 ? NODE_FD : -1;
}

static int
sys_close(int fd)
{
	if (fd != NODE_FD)
		return close(fd);
	kernel.closes++;
	return 0;
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
dequeue_reply(struct apui_drm_gem_dequeue *args)
{
	const struct apui_info info = {
		.magic = APUI_INFO_MAGIC,
		.program_version = APUI_PROGRAM_VERSION,
		.target_count = 1,
		.targets = { APUI_TARGET_REF },
	};
	void *data = (void *)(uintptr_t)args->data;

	if (!kernel.replies[args->out_sync].has_result)
		return 0;
	kernel.replies[args->out_sync].has_result = false;
	args->result = 0;
	if (kernel.replies[args->out_sync].cmd == APUI_CMD_INFO) {
		args->size = sizeof(info);
		memcpy(data, &info, sizeof(info));
	} else {
		args->size = sizeof(struct apui_run_report);
		memset(data, 0, sizeof(struct apui_run_report));
	}
	return 0;
}

static int
answer_dequeue(struct apui_drm_gem_dequeue *args)
{
	if (kernel.answers)
		return dequeue_reply(args);
	if (!kernel.has_result)
		return 0; /* K9 */
	kernel.has_result = false;
	args->result = kernel.result;
	args->size = kernel.size;
	memset((void *)(uintptr_t)args->data, DATA_OUT, kernel.size);
	return 0;
}

static void
put_event(uint32_t syncobj)
{
	const struct apui_drm_event event = {
		.type = APUI_DRM_JOB_COMPLETED,
		.length = sizeof(event),
		.out_sync = syncobj,
	};

	assert_true(kernel.event_bytes + sizeof(event) <=
		    sizeof(kernel.events));
	memcpy(kernel.events + kernel.event_bytes, &event, sizeof(event));
	kernel.event_bytes += sizeof(event);
}

static int
answer_queue(const struct apui_drm_gem_queue *args)
{
	kernel.cmd = (uint16_t)args->cmd;
	if (!kernel.answers)
		return 0;
	assert_true(args->out_sync > 0 && args->out_sync < MAX_SYNCOBJS);
	assert_false(kernel.replies[args->out_sync].has_result);
	kernel.replies[args->out_sync].cmd = kernel.cmd;
	kernel.replies[args->out_sync].has_result = !kernel.loses;
	if (!kernel.loses)
		put_event(args->out_sync);
	return 0;
}

static int
answer_driver(uint32_t request, void *arg)
{
	const struct apui_drm_abi *abi = kernel.abi;

	if (request == abi->state) {
		struct apui_drm_state *args = arg;

		args->flags = kernel.is_offline ? 0 : APUI_DRM_ONLINE;
		return args->device < CORES ? 0 : refuse(ENODEV);
	}
	if (request == abi->gem_new) {
		struct apui_drm_gem_new *args = arg;

		args->handle = ++kernel.next_handle;
		args->offset = 4096u * args->handle;
		kernel.open_handles++;
		return 0;
	}
	if (request == abi->queue)
		return answer_queue(arg);
	if (request == abi->dequeue)
		return answer_dequeue(arg);
	if (request == abi->iommu_map) {
		struct apui_drm_gem_iommu_map *args = arg;
		uint64_t address = ADDRESS;

		/* None ends the kernel (K1), several hide a failure (K4). */
		assert_int_equal(args->bo_handle_count, 1);
		memcpy((void *)(uintptr_t)args->bo_device_addresses, &address,
		       sizeof(address));
		return 0;
	}
	return refuse(EINVAL);
}

/* The test sees that a sync_file was asked for, and of what. */
static int
answer_export(struct drm_syncobj_handle *args)
{
	if (args->flags != DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE ||
	    args->handle == 0)
		return refuse(EINVAL);
	kernel.exported = args->handle;
	args->fd = SYNC_FILE_FD;
	return 0;
}

static int
sys_ioctl(int fd, unsigned long request, void *arg)
{
	assert_int_equal(fd, NODE_FD);
	kernel.calls++;
	kernel.last_request = (uint32_t)request;
	kernel.log[kernel.log_count++ % LOG_LENGTH] = (uint32_t)request;
	/* They end a kernel without a master (K23). */
	assert_int_not_equal(request, DRM_IOCTL_GET_UNIQUE);
	assert_int_not_equal(request, DRM_IOCTL_GET_MAGIC);
	/* It gives a buffer to whoever guesses a number (K20). */
	assert_int_not_equal(request, DRM_IOCTL_GEM_FLINK);
	/* It leaks, and spoils what is mapped later (K5, K16). */
	assert_int_not_equal(request, kernel.abi->iommu_unmap);
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
		((struct drm_syncobj_create *)arg)->handle =
			kernel.answers ? ++kernel.next_syncobj : 7;
		return 0;
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		return 0;
	case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD:
		return answer_export(arg);
	case DRM_IOCTL_SYNCOBJ_WAIT:
		return !kernel.answers && ((struct drm_syncobj_wait *)arg)
							  ->timeout_nsec == 0
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
	kernel.reads++;
	if (bytes == 0) {
		errno = EAGAIN;
		return -1;
	}
	assert_true(bytes <= size_bytes);
	memcpy(data, kernel.events, bytes);
	kernel.event_bytes = 0;
	return (long)bytes;
}

static bool
is_readable(int fd)
{
	assert_int_equal(fd, NODE_FD);
	return kernel.event_bytes > 0;
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
	.dup = sys_dup,
	.close = sys_close,
	.ioctl = sys_ioctl,
	.read = sys_read,
	.is_readable = is_readable,
	.map = sys_map,
	.unmap = sys_unmap,
};
