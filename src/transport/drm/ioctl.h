/* SPDX-License-Identifier: MIT */
#ifndef APUI_DRM_IOCTL_H
#define APUI_DRM_IOCTL_H

/*
 * One ioctl of a DRM node, with the manners that its callers rely on:
 *
 * - interrupted calls are repeated, with the arguments as they were first: a
 *   kernel writes its copy back even when it fails (torture.md 1.3);
 * - a positive return, which is a count of bytes that were not copied, is
 *   -EFAULT and never success (K6);
 * - EAGAIN is not repeated: libdrm does so for ever. It is -EBUSY.
 *
 * So it returns 0 or a negative errno. On failure @arg is as it was.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The system calls, so that tests can stand in for a kernel. */
struct apui_drm_system {
	int (*open)(const char *path, int flags);
	/* The same open file under a close-on-exec number, to read and write */
	int (*dup)(int fd);
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long request, void *arg);
	long (*read)(int fd, void *data, size_t size_bytes);
	/* Whether read() has something at once. */
	bool (*is_readable)(int fd);
	void *(*map)(int fd, size_t size_bytes, int64_t offset);
	void (*unmap)(void *ptr, size_t size_bytes);
};

/* The real ones. */
extern const struct apui_drm_system apui_drm_linux;

#define APUI_DRM_MAX_ARG_BYTES 64

int
apui_drm_ioctl(const struct apui_drm_system *sys, int fd, unsigned long request,
	       void *arg, size_t arg_bytes);

#endif
