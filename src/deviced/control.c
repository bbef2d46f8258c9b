/* SPDX-License-Identifier: MIT */
#include "deviced/control.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* A plan of all the rules that there can be, and more. */
#define MAX_TEXT_BYTES 2048

/* Who connects and says nothing is not waited for longer. */
#define PATIENCE_MS 1000

static void
answer(const struct deviced_control *control, int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char text[MAX_TEXT_BYTES];
	char reply[DEVICED_ANSWER_BYTES];
	ssize_t text_bytes;
	size_t reply_bytes;

	if (poll(&poll_fd, 1, PATIENCE_MS) <= 0)
		return;
	/* The whole length, so that what is cut is not taken for a plan. */
	text_bytes = recv(fd, text, sizeof(text), MSG_DONTWAIT | MSG_TRUNC);
	if (text_bytes < 0 || (size_t)text_bytes > sizeof(text))
		return;
	reply_bytes = deviced_faults_answer(control->faults, text,
					    (size_t)text_bytes, reply);
	(void)!send(fd, reply, reply_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void *
run(void *context)
{
	const struct deviced_control *control = context;
	struct pollfd fds[] = {
		{ .fd = control->listen_fd, .events = POLLIN },
		{ .fd = control->end_fd, .events = POLLIN },
	};

	while (fds[1].revents == 0) {
		int fd;

		if (poll(fds, 2, -1) < 0 || fds[0].revents == 0)
			continue;
		fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		answer(control, fd);
		close(fd);
	}
	return NULL;
}

/* What an earlier process left there; never what is not a socket. */
static int
remove_stale(int fd, const struct sockaddr_un *address)
{
	struct stat status;

	if (lstat(address->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	    0)
		return -EADDRINUSE;
	if (errno != ECONNREFUSED)
		return -errno;
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

static int
new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int ret, fd, probe;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	probe = new_socket();
	if (probe < 0)
		return probe;
	ret = remove_stale(probe, &address);
	close(probe);
	if (ret < 0)
		return ret;

	fd = new_socket();
	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 8) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

int
deviced_control_start(struct deviced_control *control, const char *path,
		      struct deviced_faults *faults)
{
	int ret;

	control->faults = faults;
	control->path = path;
	control->listen_fd = listen_at(path);
	if (control->listen_fd < 0)
		return control->listen_fd;
	control->end_fd = eventfd(0, EFD_CLOEXEC);
	if (control->end_fd < 0) {
		ret = -errno;
		goto err_listen;
	}
	ret = -pthread_create(&control->thread, NULL, run, control);
	if (ret < 0)
		goto err_event;
	return 0;

err_event:
	close(control->end_fd);
err_listen:
	close(control->listen_fd);
	unlink(path);
	return ret;
}

void
deviced_control_stop(struct deviced_control *control)
{
	const uint64_t one = 1;

	(void)!write(control->end_fd, &one, sizeof(one));
	pthread_join(control->thread, NULL);
	close(control->end_fd);
	close(control->listen_fd);
	unlink(control->path);
}
