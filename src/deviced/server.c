/* SPDX-License-Identifier: MIT */
#include "deviced/server.h"
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct deviced_server {
	const struct deviced_link *link;
	struct deviced_sink sink;
	struct deviced_faults *faults;
	struct deviced_core cores[DEVICED_MAX_CORES];
	unsigned int core_count; /* running */
	int fd;                  /* -1 while the device is away */
	int crash_fd;            /* how a core tells that it is to go */
	atomic_uint offline_ms;
	int64_t return_ms; /* when it is to be back */
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deviced_core *
deviced_server_core(struct deviced_server *server, unsigned int index)
{
	return index < server->core_count ? &server->cores[index] : NULL;
}

/* From a core's thread, which is to be stopped: so only a word is left. */
static void
note_crash(void *context, uint32_t offline_ms)
{
	struct deviced_server *server = context;
	const uint64_t one = 1;

	atomic_store(&server->offline_ms, offline_ms);
	(void)!write(server->crash_fd, &one, sizeof(one));
}

static void
pass_reply(void *context, unsigned int core, const uint8_t *bytes,
	   size_t size_bytes)
{
	const struct deviced_server *server = context;

	server->link->reply(server->link->context, core, bytes, size_bytes);
}

static void
stop_cores(struct deviced_server *server)
{
	while (server->core_count > 0)
		deviced_core_stop(&server->cores[--server->core_count]);
}

static int
start_cores(struct deviced_server *server)
{
	const struct deviced_link *link = server->link;

	while (server->core_count < link->core_count) {
		struct deviced_core *core = &server->cores[server->core_count];
		int ret;

		core->index = server->core_count;
		core->address_bytes = link->address_bytes;
		core->timeout_ms = link->timeout_ms;
		core->source = &link->source;
		core->sink = &server->sink;
		core->faults = server->faults;
		ret = deviced_core_start(core);
		if (ret < 0)
			return ret;
		server->core_count++;
	}
	return 0;
}

static int
attach(struct deviced_server *server)
{
	int ret = server->link->attach(server->link->context);

	if (ret < 0)
		return ret;
	server->fd = ret;
	return start_cores(server);
}

static void
detach(struct deviced_server *server)
{
	stop_cores(server);
	if (server->fd >= 0)
		server->link->detach(server->link->context);
	server->fd = -1;
}

static void
crash(struct deviced_server *server)
{
	uint64_t count;

	(void)!read(server->crash_fd, &count, sizeof(count));
	detach(server);
	server->return_ms = now_ms() + atomic_load(&server->offline_ms);
}

static int
get_wait_ms(const struct deviced_server *server)
{
	int64_t wait_ms = server->return_ms - now_ms();

	if (server->fd >= 0)
		return -1;
	return wait_ms > INT_MAX ? INT_MAX : wait_ms > 0 ? (int)wait_ms : 0;
}

/* Returns 0 at the end of it all. */
static int
serve(struct deviced_server *server, int stop_fd)
{
	int ret = 0;

	while (ret == 0) {
		struct pollfd fds[] = {
			{ .fd = server->fd, .events = POLLIN },
			{ .fd = server->crash_fd, .events = POLLIN },
			{ .fd = stop_fd, .events = POLLIN },
		};

		if (poll(fds, 3, get_wait_ms(server)) < 0) {
			ret = errno == EINTR ? 0 : -errno;
			continue;
		}
		if (fds[2].revents != 0)
			return 0;
		if (fds[1].revents != 0)
			crash(server);
		else if (fds[0].revents != 0)
			ret = server->link->receive(server->link->context,
						    server);
		else if (server->fd < 0 && now_ms() >= server->return_ms)
			ret = attach(server);
	}
	/* Unbound, perhaps while the device was away. */
	return ret == -ENODEV || ret == -ENOENT ? 0 : ret;
}

int
deviced_serve(const struct deviced_link *link, struct deviced_faults *faults,
	      int stop_fd)
{
	struct deviced_server server = {
		.link = link,
		.faults = faults,
		.fd = -1,
	};
	int ret;

	server.sink.reply = pass_reply;
	server.sink.crash = note_crash;
	server.sink.context = &server;
	server.crash_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server.crash_fd < 0)
		return -errno;
	ret = attach(&server);
	if (ret == 0)
		ret = serve(&server, stop_fd);
	detach(&server);
	close(server.crash_fd);
	return ret;
}
