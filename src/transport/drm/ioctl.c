/* SPDX-License-Identifier: MIT */
#include "transport/drm/ioctl.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* A signal each microsecond would still let one call in so many through. */
#define MAX_RESTARTS 1000000

static int
open_node(const char *path, int flags)
{
	return open(path, flags);
}

/* Reading for events, writing for maps. O_PATH counts as reading. */
static int
dup_node(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	if ((flags & O_ACCMODE) != O_RDWR) {
		errno = EACCES;
		return -1;
	}
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int
call_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

static long
read_node(int fd, void *data, size_t size_bytes)
{
	return read(fd, data, size_bytes);
}

static bool
is_readable(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, 0) > 0 && (poller.revents & POLLIN) != 0;
}

/*
 * A child must not find the memory: it shares the device's view of it with the
 * parent, and nobody would keep the two apart.
 */
static void *
map_node(int fd, size_t size_bytes, int64_t offset)
{
	void *ptr = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 fd, offset);

	if (ptr == MAP_FAILED)
		return NULL;
	madvise(ptr, size_bytes, MADV_DONTFORK);
	return ptr;
}

static void
unmap_node(void *ptr, size_t size_bytes)
{
	munmap(ptr, size_bytes);
}

const struct apui_drm_system apui_drm_linux = {
	.open = open_node,
	.dup = dup_node,
	.close = close,
	.ioctl = call_ioctl,
	.read = read_node,
	.is_readable = is_readable,
	.map = map_node,
	.unmap = unmap_node,
};

int
apui_drm_ioctl(const struct apui_drm_system *sys, int fd, unsigned long request,
	       void *arg, size_t arg_bytes)
{
	uint8_t pristine[APUI_DRM_MAX_ARG_BYTES];
	int ret = -EINTR;

	assert(arg_bytes <= sizeof(pristine));
	memcpy(pristine, arg, arg_bytes);
	for (unsigned int i = 0; i < MAX_RESTARTS && ret == -EINTR; i++) {
		ret = sys->ioctl(fd, request, arg);
		if (ret == 0)
			return 0;
		ret = ret > 0 ? -EFAULT : -errno;
		memcpy(arg, pristine, arg_bytes);
	}
	return ret == -EAGAIN || ret == -EINTR ? -EBUSY : ret;
}
