/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_NETLINK_PEER_H
#define APUI_TEST_NETLINK_PEER_H

/*
 * The published simulator driver, as the device process sees it: one end of a
 * socket pair, and memfds for buffers. The process is a thread here.
 */

#include "deviced/netlink.h"
#include "test.h"
#include <stdatomic.h>

#define PAGE        4096u
#define BUFFERS     2
#define MAX_MESSAGE 4096

/* What the process says, with its netlink header. */
extern const uint8_t peer_ready[21];
extern const uint8_t peer_stop[20];

/* As GEM_NEW gives them: offsets for mmap(), far apart and above 4 GiB. */
extern const uint64_t peer_offsets[BUFFERS];

struct netlink_peer {
	int driver_fd; /* our end */
	int device_fd;
	int stop_fd;
	int buffers[BUFFERS];
	unsigned int map_count;
	uint8_t *maps[BUFFERS];  /* what the driver's client sees */
	atomic_bool is_map_held; /* map_buffer() is to wait */
	atomic_bool is_mapping;
	struct deviced_socket socket;
	struct deviced_faults faults;
	struct deviced_node node;
	pthread_t thread;
	int ret;
};

/* Begin to serve, with a driver that gives up after so long. */
struct netlink_peer *
peer_begin(unsigned int timeout_ms);

/* The same with one that, as far as time goes, never gives up. */
int
peer_setup(void **state);
int
peer_teardown(void **state);

void
peer_send(struct netlink_peer *peer, const void *bytes, size_t size_bytes);
/* The next message of the process; @message has MAX_MESSAGE. */
size_t
peer_receive(struct netlink_peer *peer, uint8_t *message);
void
assert_received(struct netlink_peer *peer, const uint8_t *want,
		size_t want_bytes);

void
peer_set_plan(struct netlink_peer *peer, const char *plan);
/* The core has begun with the request that the plan's last rule is for. */
void
peer_wait_until_spent(struct netlink_peer *peer);

/* Command 2 with two bytes in and two out, and its answer. */
void
send_echo(struct netlink_peer *peer, uint8_t id);
void
receive_echo(struct netlink_peer *peer, uint8_t id);

/* So long an answer that is wrong has to come; a right device sends none. */
void
wait_for_nothing(void);
/* The process has taken all messages off its socket. */
void
peer_wait_until_received(struct netlink_peer *peer);

#endif
