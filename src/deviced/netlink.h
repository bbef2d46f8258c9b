/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_NETLINK_H
#define APUI_DEVICED_NETLINK_H

/*
 * The published simulator driver (simu_apu, 2023): it has one core, and asks a
 * process over a netlink socket. The process says READY and is the device until
 * it says STOP; requests are in wire format B (uapi.md 2.2 and 3.1), and their
 * buffers are maps of the driver's card node.
 */

#include "deviced/faults.h"
#include "deviced/memory.h"

/* The driver's own number; there is no name for it. */
#define DEVICED_NETLINK_PROTOCOL 17

/* What the driver gives a request; it does not tell when it gives up. */
#define DEVICED_NETLINK_TIMEOUT_MS 500

/* The driver's card node, or what stands for it. */
struct deviced_node {
	/* Map the buffer at @offset. NULL: there is none. */
	void *(*map)(void *context, uint64_t offset, uint64_t size_bytes);
	void *context;
};

struct deviced_socket {
	int fd;                  /* keeps messages apart */
	uint32_t port;           /* the sender that messages claim */
	unsigned int timeout_ms; /* what the driver gives a request */
};

/* Serve until @stop_fd becomes readable. Returns 0, or a negative errno. */
int
deviced_serve_socket(const struct deviced_socket *socket,
		     const struct deviced_node *node,
		     struct deviced_faults *faults, int stop_fd);

/*
 * The same over the real thing: @node_path is the driver's card node. -EPERM or
 * -EPROTONOSUPPORT when there is no such driver.
 */
int
deviced_serve_netlink(const char *node_path, struct deviced_faults *faults,
		      int stop_fd);

#endif
