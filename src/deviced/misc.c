/* SPDX-License-Identifier: MIT */
#include "deviced/misc.h"
#include "deviced/server.h"
#include "uapi/apu_dev.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct misc {
	const char *path;
	int fd;
};

static void *
map_buffer(void *context, const struct deviced_request *request,
	   uint64_t address, uint64_t *out_base, uint64_t *out_bytes)
{
	const struct misc *misc = context;
	struct apui_dev_get_buffer args = {
		.client = request->client,
		.address = address,
	};
	void *ptr;

	if (ioctl(misc->fd, APUI_DEV_GET_BUFFER, &args) < 0)
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
	const struct misc *misc = context;
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
		written = write(misc->fd, message, sizeof(header) + size_bytes);
	while (written < 0 && errno == EINTR);
}

static void
take_message(struct deviced_server *server, const uint8_t *bytes,
	     size_t size_bytes)
{
	struct apui_dev_message header;
	struct deviced_core *core;

	if (size_bytes < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	core = deviced_server_core(server, header.core);
	if (core == NULL || header.size_bytes != size_bytes - sizeof(header))
		return;
	if (header.type == APUI_DEV_REQUEST)
		deviced_core_submit(core, header.client, bytes + sizeof(header),
				    header.size_bytes);
	else if (header.type == APUI_DEV_RESET)
		deviced_core_reset(core);
}

static int
receive(void *context, struct deviced_server *server)
{
	const struct misc *misc = context;
	uint8_t bytes[APUI_DEV_MAX_BYTES];
	ssize_t size_bytes = read(misc->fd, bytes, sizeof(bytes));

	if (size_bytes < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	take_message(server, bytes, (size_t)size_bytes);
	return 0;
}

static int
attach(void *context)
{
	struct misc *misc = context;

	misc->fd = open(misc->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return misc->fd < 0 ? -errno : misc->fd;
}

static void
detach(void *context)
{
	const struct misc *misc = context;

	close(misc->fd);
}

int
deviced_serve_misc(const char *path, struct deviced_faults *faults, int stop_fd)
{
	struct misc misc = { .path = path, .fd = -1 };
	const struct deviced_link link = {
		.core_count = DEVICED_MAX_CORES,
		.address_bytes = 4,
		.source = { .map = map_buffer, .context = &misc },
		.attach = attach,
		.detach = detach,
		.receive = receive,
		.reply = send_reply,
		.context = &misc,
	};

	return deviced_serve(&link, faults, stop_fd);
}
