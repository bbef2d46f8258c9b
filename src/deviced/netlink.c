/* SPDX-License-Identifier: MIT */
#include "deviced/netlink.h"
#include "deviced/server.h"
#include "firmware/wire.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_BYTES (NLMSG_HDRLEN + DEVICED_REQUEST_BYTES)

/* In a request: where the header has what. */
enum {
	AT_SIZE_IN = 6,
	AT_SIZE_OUT = 8,
	AT_COUNT = 10,
};

#define ADDRESS_BYTES 8
#define SIZE_BYTES    4

struct netlink {
	const struct deviced_socket *socket;
	const struct deviced_node *node;
};

static uint64_t
get_number(const uint8_t *at, size_t bytes)
{
	uint64_t number = 0;

	for (size_t i = bytes; i > 0; i--)
		number = number << 8 | at[i - 1];
	return number;
}

/* Find the buffer of the request that the address lies in. */
static bool
find_buffer(const struct deviced_request *request, uint64_t address,
	    uint64_t *out_base, uint64_t *out_bytes)
{
	const uint8_t *bytes = request->bytes;
	uint64_t count = get_number(bytes + AT_COUNT, 2);
	uint64_t addresses_at = APUI_WIRE_HEADER_BYTES +
				get_number(bytes + AT_SIZE_IN, 2) +
				get_number(bytes + AT_SIZE_OUT, 2);
	uint64_t sizes_at = addresses_at + ADDRESS_BYTES * count;

	if (sizes_at + SIZE_BYTES * count > request->size_bytes)
		return false;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t base =
			get_number(bytes + addresses_at + ADDRESS_BYTES * i,
				   ADDRESS_BYTES);
		uint64_t size = get_number(bytes + sizes_at + SIZE_BYTES * i,
					   SIZE_BYTES);

		if (address < base || address - base >= size)
			continue;
		*out_base = base;
		*out_bytes = size;
		return true;
	}
	return false;
}

static void *
map_buffer(void *context, const struct deviced_request *request,
	   uint64_t address, uint64_t *out_base, uint64_t *out_bytes)
{
	const struct netlink *netlink = context;
	uint64_t base, bytes;
	void *ptr;

	if (!find_buffer(request, address, &base, &bytes))
		return NULL;
	ptr = netlink->node->map(netlink->node->context, base, bytes);
	if (ptr == NULL)
		return NULL;
	*out_base = base;
	*out_bytes = bytes;
	return ptr;
}

static int
send_message(const struct netlink *netlink, const void *payload,
	     size_t payload_bytes)
{
	uint8_t message[MESSAGE_BYTES];
	const struct nlmsghdr header = {
		.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + payload_bytes),
		.nlmsg_type = NLMSG_DONE,
		.nlmsg_pid = netlink->socket->port,
	};
	ssize_t sent;

	memcpy(message, &header, sizeof(header));
	memcpy(message + NLMSG_HDRLEN, payload, payload_bytes);
	do
		sent = send(netlink->socket->fd, message, header.nlmsg_len,
			    MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/*
 * The driver reads as much data as the reply says to have, whatever has come
 * (uapi.md 4.2): so that much comes, and for an error, which has none, zeros.
 */
static void
send_reply(void *context, unsigned int core, const uint8_t *bytes,
	   size_t size_bytes)
{
	uint8_t padded[DEVICED_REQUEST_BYTES] = { 0 };
	size_t want_bytes;

	(void)core;
	if (size_bytes < APUI_WIRE_HEADER_BYTES || size_bytes > sizeof(padded))
		return;
	memcpy(padded, bytes, size_bytes);
	want_bytes = APUI_WIRE_HEADER_BYTES +
		     (size_t)get_number(bytes + AT_SIZE_IN, 2) +
		     (size_t)get_number(bytes + AT_SIZE_OUT, 2);
	if (want_bytes > sizeof(padded))
		want_bytes = sizeof(padded);
	if (want_bytes < size_bytes)
		want_bytes = size_bytes;
	send_message(context, padded, want_bytes);
}

/* From the kernel; over a socket pair nobody has a name. */
static bool
is_from_driver(const struct sockaddr_nl *from, socklen_t from_bytes)
{
	return from_bytes < sizeof(*from) || from->nl_family != AF_NETLINK ||
	       from->nl_pid == 0;
}

static void
take_message(struct deviced_server *server, const uint8_t *bytes,
	     size_t size_bytes)
{
	struct deviced_core *core = deviced_server_core(server, 0);
	struct nlmsghdr header;

	if (size_bytes < NLMSG_HDRLEN)
		return;
	memcpy(&header, bytes, sizeof(header));
	if (header.nlmsg_type != NLMSG_DONE || header.nlmsg_len > size_bytes ||
	    header.nlmsg_len < NLMSG_HDRLEN + APUI_WIRE_HEADER_BYTES)
		return;
	/* What still runs has been given up, or there would be no next. */
	deviced_core_reset(core);
	deviced_core_submit(core, 0, bytes + NLMSG_HDRLEN,
			    header.nlmsg_len - NLMSG_HDRLEN);
}

/* A message that was cut, which MSG_TRUNC tells, is no request. */
static int
receive(void *context, struct deviced_server *server)
{
	const struct netlink *netlink = context;
	uint8_t bytes[MESSAGE_BYTES];
	struct sockaddr_nl from = { 0 };
	socklen_t from_bytes = sizeof(from);
	ssize_t size_bytes = recvfrom(netlink->socket->fd, bytes, sizeof(bytes),
				      MSG_DONTWAIT | MSG_TRUNC,
				      (struct sockaddr *)&from, &from_bytes);

	if (size_bytes < 0)
		return errno == EAGAIN || errno == EINTR || errno == ENOBUFS
			       ? 0
			       : -errno;
	/* Only a socket pair has an end. */
	if (size_bytes == 0)
		return -ENODEV;
	if ((size_t)size_bytes <= sizeof(bytes) &&
	    is_from_driver(&from, from_bytes))
		take_message(server, bytes, (size_t)size_bytes);
	return 0;
}

static int
attach(void *context)
{
	const struct netlink *netlink = context;
	int ret = send_message(netlink, "READY", 5);

	return ret < 0 ? ret : netlink->socket->fd;
}

static void
detach(void *context)
{
	send_message(context, "STOP", 4);
}

int
deviced_serve_socket(const struct deviced_socket *socket,
		     const struct deviced_node *node,
		     struct deviced_faults *faults, int stop_fd)
{
	struct netlink netlink = { .socket = socket, .node = node };
	const struct deviced_link link = {
		.core_count = 1,
		.address_bytes = ADDRESS_BYTES,
		.timeout_ms = socket->timeout_ms,
		.source = { .map = map_buffer, .context = &netlink },
		.attach = attach,
		.detach = detach,
		.receive = receive,
		.reply = send_reply,
		.context = &netlink,
	};

	return deviced_serve(&link, faults, stop_fd);
}

static void *
map_node(void *context, uint64_t offset, uint64_t size_bytes)
{
	const int *fd = context;
	void *ptr = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 *fd, (off_t)offset);

	return ptr != MAP_FAILED ? ptr : NULL;
}

/* A socket of the driver's, whose port the kernel chooses. */
static int
open_socket(struct deviced_socket *out_socket)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	socklen_t address_bytes = sizeof(address);
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			DEVICED_NETLINK_PROTOCOL);
	int ret;

	if (fd < 0)
		return -errno;
	/* send() goes to the kernel. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &address_bytes) < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	*out_socket = (struct deviced_socket) {
		.fd = fd,
		.port = address.nl_pid,
		.timeout_ms = DEVICED_NETLINK_TIMEOUT_MS,
	};
	return 0;
}

int
deviced_serve_netlink(const char *node_path, struct deviced_faults *faults,
		      int stop_fd)
{
	struct deviced_node node = { .map = map_node };
	struct deviced_socket socket;
	int node_fd, ret;

	node_fd = open(node_path, O_RDWR | O_CLOEXEC);
	if (node_fd < 0)
		return -errno;
	node.context = &node_fd;
	ret = open_socket(&socket);
	if (ret == 0) {
		ret = deviced_serve_socket(&socket, &node, faults, stop_fd);
		close(socket.fd);
	}
	close(node_fd);
	return ret;
}
