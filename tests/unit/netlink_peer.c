/* SPDX-License-Identifier: MIT */
#include "netlink_peer.h"
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT       0x01020304
#define PATIENCE_S 60

const uint64_t peer_offsets[BUFFERS] = { 0x100000000, 0x100010000 };

static void *
map_buffer(void *context, uint64_t offset, uint64_t size_bytes)
{
	struct netlink_peer *peer = context;
	void *ptr;

	atomic_store(&peer->is_mapping, true);
	while (atomic_load(&peer->is_map_held))
		sched_yield();
	for (size_t i = 0; i < BUFFERS; i++) {
		if (offset != peer_offsets[i] || size_bytes > PAGE)
			continue;
		peer->map_count++;
		ptr = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			   peer->buffers[i], 0);
		return ptr != MAP_FAILED ? ptr : NULL;
	}
	return NULL;
}

static void *
serve(void *context)
{
	struct netlink_peer *peer = context;

	peer->ret = deviced_serve_socket(&peer->socket, &peer->node,
					 &peer->faults, peer->stop_fd);
	return NULL;
}

size_t
peer_receive(struct netlink_peer *peer, uint8_t *message)
{
	ssize_t bytes = recv(peer->driver_fd, message, MAX_MESSAGE, 0);

	assert_true(bytes > 0);
	return (size_t)bytes;
}

void
assert_received(struct netlink_peer *peer, const uint8_t *want,
		size_t want_bytes)
{
	uint8_t message[MAX_MESSAGE];

	assert_int_equal(peer_receive(peer, message), want_bytes);
	assert_memory_equal(message, want, want_bytes);
}

const uint8_t peer_ready[] = {
	21,  0,   0,   0,   3,   0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, /* nlmsghdr */
	'R', 'E', 'A', 'D', 'Y',
};

const uint8_t peer_stop[] = {
	20,  0,   0,   0,   3, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, /* nlmsghdr */
	'S', 'T', 'O', 'P',
};

static void
make_buffers(struct netlink_peer *peer)
{
	for (size_t i = 0; i < BUFFERS; i++) {
		peer->buffers[i] = memfd_create("buffer", MFD_CLOEXEC);
		assert_true(peer->buffers[i] >= 0);
		assert_int_equal(ftruncate(peer->buffers[i], PAGE), 0);
		peer->maps[i] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
				     MAP_SHARED, peer->buffers[i], 0);
		assert_ptr_not_equal(peer->maps[i], MAP_FAILED);
	}
}

struct netlink_peer *
peer_begin(unsigned int timeout_ms)
{
	static struct netlink_peer fixture;
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct netlink_peer *peer = &fixture;
	int fds[2];

	memset(peer, 0, sizeof(*peer));
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	peer->driver_fd = fds[0];
	peer->device_fd = fds[1];
	setsockopt(peer->driver_fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	peer->socket = (struct deviced_socket) {
		.fd = peer->device_fd,
		.port = PORT,
		.timeout_ms = timeout_ms,
	};
	peer->stop_fd = eventfd(0, EFD_CLOEXEC);
	peer->node.map = map_buffer;
	peer->node.context = peer;
	make_buffers(peer);
	assert_int_equal(deviced_faults_init(&peer->faults), 0);
	assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
	assert_received(peer, peer_ready, sizeof(peer_ready));
	return peer;
}

int
peer_setup(void **state)
{
	*state = peer_begin(600000);
	return 0;
}

static void
end_serving(struct netlink_peer *peer)
{
	const uint64_t one = 1;

	assert_int_equal(write(peer->stop_fd, &one, sizeof(one)), sizeof(one));
	assert_received(peer, peer_stop, sizeof(peer_stop));
	pthread_join(peer->thread, NULL);
	assert_int_equal(peer->ret, 0);
}

int
peer_teardown(void **state)
{
	struct netlink_peer *peer = *state;

	end_serving(peer);
	deviced_faults_finish(&peer->faults);
	for (size_t i = 0; i < BUFFERS; i++) {
		munmap(peer->maps[i], PAGE);
		close(peer->buffers[i]);
	}
	close(peer->driver_fd);
	close(peer->device_fd);
	close(peer->stop_fd);
	return 0;
}

void
peer_send(struct netlink_peer *peer, const void *bytes, size_t size_bytes)
{
	assert_int_equal(send(peer->driver_fd, bytes, size_bytes, 0),
			 size_bytes);
}

void
peer_set_plan(struct netlink_peer *peer, const char *plan)
{
	char answer[DEVICED_ANSWER_BYTES];

	deviced_faults_answer(&peer->faults, plan, strlen(plan), answer);
	assert_string_equal(answer, "ok");
}

void
peer_wait_until_spent(struct netlink_peer *peer)
{
	char answer[DEVICED_ANSWER_BYTES];

	do {
		sched_yield();
		deviced_faults_answer(&peer->faults, "unspent", 7, answer);
	} while (strcmp(answer, "0") != 0);
}

void
send_echo(struct netlink_peer *peer, uint8_t id)
{
	const uint8_t request[] = {
		32, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* nlmsghdr */
		id, 0, 2, 0, 0, 0, 2, 0, 2, 0, 0, 0,             /* header */
		id, 7, 0, 0,
	};

	peer_send(peer, request, sizeof(request));
}

void
receive_echo(struct netlink_peer *peer, uint8_t id)
{
	const uint8_t reply[] = {
		32, 0, 0,  0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, /* nlmsghdr */
		id, 0, 2,  0, 0, 0, 2, 0, 2, 0, 0, 0,             /* header */
		id, 7, id, 7,
	};

	assert_received(peer, reply, sizeof(reply));
}

void
wait_for_nothing(void)
{
	const struct timespec time = { .tv_nsec = 10000000 };

	nanosleep(&time, NULL);
}

void
peer_wait_until_received(struct netlink_peer *peer)
{
	struct pollfd poll_fd = { .fd = peer->device_fd, .events = POLLIN };

	while (poll(&poll_fd, 1, 0) != 0)
		sched_yield();
	wait_for_nothing();
}
