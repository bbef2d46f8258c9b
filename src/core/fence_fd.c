/* SPDX-License-Identifier: MIT */

/* File descriptors that poll readable when a submission has ended. */

#include "core/error.h"
#include "core/submission.h"
#include "core/worker.h"
#include "transport/ready_fd.h"
#include <errno.h>
#include <unistd.h>

void
apui_fence_announce_end(struct apu_fence *fence)
{
	if (fence->ready_fd < 0)
		return;
	apui_ready_fd_signal(fence->ready_fd);
	close(fence->ready_fd);
	fence->ready_fd = -1;
}

static int
export_ended(void)
{
	int fd = apui_ready_fd_new();

	if (fd >= 0)
		apui_ready_fd_signal(fd);
	return fd;
}

/* The driver's, of the last request: nobody here has to wake up for it. */
static int
export_from_driver(const struct apu_fence *fence)
{
	struct apui_transport *t = fence->dev->transport;
	int fd = -1;
	int ret;

	if (fence->sequence != NULL || t->ops->syncobj_export == NULL)
		return -EOPNOTSUPP;
	ret = t->ops->syncobj_export(
		t, fence->batch->syncobjs[fence->request_count - 1], &fd);
	return ret < 0 ? ret : fd;
}

/* Where only the client knows the end, the worker has to look for it. */
static int
export_from_worker(struct apu_fence *fence)
{
	struct apu_device *dev = fence->dev;
	int ret = apui_worker_start(dev);

	if (ret < 0)
		return apui_fail(ret, NULL,
				 "no thread can be started to look for the "
				 "end");
	if (fence->ready_fd < 0) {
		ret = apui_ready_fd_new();
		if (ret < 0)
			return ret;
		fence->ready_fd = ret;
	}
	apui_worker_wake(dev);
	return apui_ready_fd_copy(fence->ready_fd);
}

/* Under the lock. */
static int
export_fd(struct apu_fence *fence)
{
	int fd;

	apui_fence_collect(fence);
	if (fence->status != -EINPROGRESS)
		return export_ended();
	fd = export_from_driver(fence);
	if (fd == -EOPNOTSUPP)
		fd = export_from_worker(fence);
	return fd;
}

static int
export_locked(struct apu_fence *fence)
{
	int fd = apui_device_check_process(fence->dev);

	if (fd < 0)
		return fd;
	pthread_mutex_lock(&fence->dev->lock);
	fd = export_fd(fence);
	pthread_mutex_unlock(&fence->dev->lock);
	return fd;
}

int
apu_fence_export_fd(struct apu_fence *fence, int *out_fd)
{
	int fd;

	if (fence == NULL || out_fd == NULL)
		fd = apui_fail(-EINVAL, NULL, "fence or out_fd is NULL");
	else
		fd = export_locked(fence);
	if (fd < 0)
		return apui_fail_during(fd, "export fence", NULL);
	*out_fd = fd;
	return 0;
}
