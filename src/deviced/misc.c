/* SPDX-License-Identifier: MIT */
#include "deviced/misc.h"
#include "deviced/core.h"
#include "uapi/apu_dev.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct server {
	int fd;
	struct deviced_source source;
	struct deviced_sink sink;
	struct deviced_core cores[DEVICED_MAX_CORES];
	unsigned int core_count;
};

static void *
map_buffer(void *context, uint32_t client, uint64_t address, uint64_t *out_base,
	   uint64_t *out_bytes)
{
	const struct server *server = context;
	struct apui_dev_get_buffer args = {
		.client = client,
		.address = address,
	};
	void *ptr;

	if (ioctl(server->fd, APUI_DEV_GET_BUFFER, &args) < 0)
		return NULL;
	ptr = mmap(NULL, args.size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		   args.fd, 0);
	close(args.fd);
	if (ptr == MAP_FAILED)
		return NULL;
	*out_base = args.address;
	*out_bytes = args.size_bytes;
	return ptr;
}

/* A reply that nobody waits for any more is refused, which is no failure. */
static void
send_reply(void *context, unsigned int core, const uint8_t *bytes,
	   size_t size_bytes)
{
	const struct server *server = context;
	uint8_t message[APUI_DEV_MAX_BYTES];
	const struct apui_dev_message header = {
		.type = APUI_DEV_REPLY,
		.core = core,
		.size_bytes = (uint32_t)size_bytes,
	};
	ssize_t written;

	if (size_bytes > sizeof(message) - sizeof(header))
		return;
	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), bytes, size_bytes);
	do
		written =
			write(server->fd, message, sizeof(header) + size_bytes);
	while (written < 0 && errno == EINTR);
}

static void
take_message(struct server *server, const uint8_t *bytes, size_t size_bytes)
{
	struct apui_dev_message header;
	struct deviced_core *core;

	if (size_bytes < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	if (header.core >= server->core_count ||
	    header.size_bytes != size_bytes - sizeof(header))
		return;
	core = &server->cores[header.core];
	if (header.type == APUI_DEV_REQUEST)
		deviced_core_submit(core, header.client, bytes + sizeof(header),
				    header.size_bytes);
	else if (header.type == APUI_DEV_RESET)
		deviced_core_reset(core);
}

static int
serve(struct server *server, int stop_fd)
{
	struct pollfd fds[] = {
		{ .fd = server->fd, .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};
	uint8_t bytes[APUI_DEV_MAX_BYTES];

	for (;;) {
		ssize_t size_bytes;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents != 0)
			return 0;
		size_bytes = read(server->fd, bytes, sizeof(bytes));
		if (size_bytes > 0)
			take_message(server, bytes, (size_t)size_bytes);
		else if (size_bytes < 0 && errno == ENODEV)
			return 0;
		else if (size_bytes < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

static int
start_cores(struct server *server)
{
	int ret = 0;

	while (ret == 0 && server->core_count < DEVICED_MAX_CORES) {
		struct deviced_core *core = &server->cores[server->core_count];

		core->index = server->core_count;
		core->address_bytes = 4;
		core->source = &server->source;
		core->sink = &server->sink;
		ret = deviced_core_start(core);
		server->core_count += ret == 0;
	}
	return ret;
}

int
deviced_serve_misc(const char *path, int stop_fd)
{
	struct server server = { .core_count = 0 };
	int ret;

	server.fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (server.fd < 0)
		return -errno;
	server.source.map = map_buffer;
	server.source.context = &server;
	server.sink.reply = send_reply;
	server.sink.context = &server;
	ret = start_cores(&server);
	if (ret == 0)
		ret = serve(&server, stop_fd);
	while (server.core_count > 0)
		deviced_core_stop(&server.cores[--server.core_count]);
	close(server.fd);
	return ret;
}
