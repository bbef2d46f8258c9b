/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_SERVER_H
#define APUI_DEVICED_SERVER_H

/*
 * What serving a driver has in common, whichever way it is spoken to: cores
 * that come and go with the link, and a crash on demand.
 */

#include "deviced/core.h"

struct deviced_server;

/* The way to a driver. */
struct deviced_link {
	unsigned int core_count;
	unsigned int address_bytes; /* on the wire: 4 or 8 */
	unsigned int timeout_ms;    /* as of struct deviced_core */
	struct deviced_source source;
	/* Become the driver's device. Returns what to poll for messages. */
	int (*attach)(void *context);
	/* Stop being it: as if the process had died. The cores have stopped. */
	void (*detach)(void *context);
	/* Take one message, if there is one. -ENODEV: the driver has gone. */
	int (*receive)(void *context, struct deviced_server *server);
	/* Send a reply. Called from the cores' threads. */
	void (*reply)(void *context, unsigned int core, const uint8_t *bytes,
		      size_t size_bytes);
	void *context;
};

/*
 * Serve until the driver goes or @stop_fd becomes readable: 0, or a negative
 * errno.
 */
int
deviced_serve(const struct deviced_link *link, struct deviced_faults *faults,
	      int stop_fd);

/* For receive(): a core, or NULL. */
struct deviced_core *
deviced_server_core(struct deviced_server *server, unsigned int index);

#endif
