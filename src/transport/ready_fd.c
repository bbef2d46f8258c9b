/* SPDX-License-Identifier: MIT */
#include "transport/ready_fd.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The most that an eventfd holds; as a semaphore it gives 1 to each read. */
#define PLENTY (UINT64_MAX - 1)

static int
check_fd(int fd)
{
	if (fd >= 0)
		return fd;
	return errno == ENOMEM ? -ENOMEM : -EMFILE;
}

int
apui_ready_fd_new(void)
{
	return check_fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE));
}

void
apui_ready_fd_signal(int fd)
{
	const uint64_t count = PLENTY;
	/* A second time there is no room for it, and no need. */
	ssize_t bytes = write(fd, &count, sizeof(count));

	(void)bytes;
}

int
apui_ready_fd_copy(int fd)
{
	return check_fd(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}
