/* SPDX-License-Identifier: MIT */

/*
 * The device process as the published simulator driver sees it (uapi.md 2.2 and
 * 3.1), byte for byte.
 */

#include "deviced/core.h"
#include "netlink_peer.h"
#include <sched.h>
#include <string.h>

static void
ready_and_stop_are_said(void **state)
{
	/* What peer_setup and peer_teardown look at is all. */
	assert_non_null(*state);
}

static void
inline_data_comes_back(void **state)
{
	send_echo(*state, 9);
	receive_echo(*state, 9);
}

/*
 * Command 1, 3 bytes in, 4 out, 2 buffers: 67 bytes are declared, 43 are
 * written. The command takes no data, so its result is 22.
 */
static const uint8_t worked_example[] = {
	83,   0,    0,    0,    3,    0,    0,    0,
	0,    0,    0,    0,    0,    0,    0,    0, /* nlmsghdr */
	0x34, 0x12, 1,    0,    0,    0,    3,    0,
	4,    0,    2,    0,                            /* header */
	0xa1, 0xa2, 0xa3,                               /* data_in @12 */
	0,    0,    0,    0,                            /* data_out @15 */
	0,    0,    0,    0,    1,    0,    0,    0,    /* da @19 */
	0,    0,    1,    0,    1,    0,    0,    0,    /* da @27 */
	0xe8, 3,    0,    0,                            /* size @35: 1000 */
	0xd0, 7,    0,    0,                            /* size @39: 2000 */
	0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, /* up to 67 */
	0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
	0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
};

static void
worked_example_is_understood(void **state)
{
	const uint8_t reply[] = {
		35,   0,    0,    0, 3,  0, 0, 0, 0, 0, 0, 0,
		4,    3,    2,    1,                          /* nlmsghdr */
		0x34, 0x12, 1,    0, 22, 0, 3, 0, 4, 0, 2, 0, /* header */
		0xa1, 0xa2, 0xa3, 0, 0,  0, 0,
	};
	struct netlink_peer *peer = *state;

	assert_int_equal(sizeof(worked_example), 16 + 67);
	peer_send(peer, worked_example, sizeof(worked_example));
	assert_received(peer, reply, sizeof(reply));
}

/* A request for two buffers, 12 + 24 * 2 bytes long. */
struct two_buffers {
	uint8_t bytes[16 + 12 + 48];
};

static struct two_buffers
make_copy(uint64_t from, uint64_t to, uint32_t size_bytes)
{
	const uint64_t addresses[] = { from, to };
	const uint32_t sizes[] = { size_bytes, size_bytes };
	struct two_buffers request = {
		.bytes = { 76, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /**/
			   5,  0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0 },
	};

	memcpy(request.bytes + 28, addresses, sizeof(addresses));
	memcpy(request.bytes + 44, sizes, sizeof(sizes));
	return request;
}

static void
receive_result(struct netlink_peer *peer, uint8_t result)
{
	const uint8_t reply[] = {
		28, 0, 0, 0, 3,      0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, /**/
		5,  0, 1, 0, result, 0, 0, 0, 0, 0, 2, 0,
	};

	assert_received(peer, reply, sizeof(reply));
}

static void
buffers_are_maps_of_the_node(void **state)
{
	struct netlink_peer *peer = *state;
	const struct two_buffers copy =
		make_copy(peer_offsets[0], peer_offsets[1], 1000);

	memset(peer->maps[0], 0x45, PAGE);
	peer_send(peer, copy.bytes, sizeof(copy.bytes));
	receive_result(peer, 0);
	assert_memory_equal(peer->maps[1], peer->maps[0], 1000);
	assert_int_equal(peer->maps[1][1000], 0);
	assert_int_equal(peer->map_count, 2);
}

struct buffer_row {
	const char *name;
	uint64_t from, to;
	uint32_t size_bytes;
	uint8_t result;
};

static const struct buffer_row buffer_rows[] = {
	{ "whole_page_is_there", 0x100000000, 0x100010000, PAGE, 0 },
	{ "buffer_the_node_does_not_have_is_efault", 0x100000000, 0x200000000,
	  64, 14 },
	{ "buffer_larger_than_the_nodes_is_efault", 0x100000000, 0x100010000,
	  PAGE + 1, 14 },
	{ "address_in_a_buffer_but_not_its_first_is_efault", 0x100000040,
	  0x100010000, 64, 14 },
	{ "address_0_is_efault", 0, 0x100010000, 64, 14 },
	{ "last_address_is_efault", UINT64_MAX, 0x100010000, 64, 14 },
	{ "size_of_4_gib_is_efault", 0x100000000, 0x100010000, UINT32_MAX, 14 },
};

static void
check_buffer_row(void **state)
{
	const struct buffer_row *row = *state;
	void *fixture = NULL;
	struct two_buffers copy =
		make_copy(row->from, row->to, row->size_bytes);

	peer_setup(&fixture);
	peer_send(fixture, copy.bytes, sizeof(copy.bytes));
	receive_result(fixture, row->result);
	peer_teardown(&fixture);
}

/*
 * The dispatcher answers with the header alone, which says to have 4 bytes of
 * data: the driver would read them, so zeros follow.
 */
static void
unknown_command_is_refused_with_room_for_its_data(void **state)
{
	const uint8_t request[] = {
		34,   0,    0,    0,    3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /**/
		5,    0,    0x34, 0x12, 0, 0, 2, 0, 4, 0, 0, 0,             /**/
		0xa1, 0xa2, 0,    0,    0, 0,
	};
	const uint8_t reply[] = {
		34, 0, 0,    0,    3,   0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, /**/
		5,  0, 0x34, 0x12, 134, 0, 2, 0, 4, 0, 0, 0,             /**/
		0,  0, 0,    0,    0,   0,
	};
	struct netlink_peer *peer = *state;

	peer_send(peer, request, sizeof(request));
	assert_received(peer, reply, sizeof(reply));
}

static void
unknown_command_without_data_is_a_bare_header(void **state)
{
	const uint8_t request[] = {
		28, 0, 0,    0,    3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /**/
		5,  0, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	const uint8_t reply[] = {
		28, 0, 0,    0,    3,   0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, /**/
		5,  0, 0x34, 0x12, 134, 0, 0, 0, 0, 0, 0, 0,
	};
	struct netlink_peer *peer = *state;

	peer_send(peer, request, sizeof(request));
	assert_received(peer, reply, sizeof(reply));
}

struct bad_row {
	const char *name;
	size_t size_bytes;
	uint8_t bytes[32]; /* the rest is 0xff */
};

#define NETLINK(length, type)                                                  \
	length, 0, 0, 0, type, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
/* A request that would be answered if it were let through. */
#define GOOD 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0

static const struct bad_row bad_rows[] = {
	{ "one_byte_is_ignored", 1, { 1 } },
	{ "cut_netlink_header_is_ignored", 15, { NETLINK(15, 3) } },
	{ "netlink_header_alone_is_ignored", 16, { NETLINK(16, 3) } },
	{ "cut_header_is_ignored", 27, { NETLINK(27, 3), GOOD } },
	{ "message_that_says_to_be_longer_is_ignored",
	  28,
	  { NETLINK(29, 3), GOOD } },
	{ "message_that_says_to_be_4_gib_is_ignored",
	  28,
	  { 0xff, 0xff, 0xff, 0xff, 3 } },
	{ "message_that_says_to_be_empty_is_ignored",
	  28,
	  { NETLINK(0, 3), GOOD } },
	{ "message_of_another_type_is_ignored", 28, { NETLINK(28, 2), GOOD } },
	{ "request_shorter_than_its_data_is_ignored",
	  28,
	  { NETLINK(28, 3), 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0 } },
	{ "request_of_65535_buffers_is_ignored",
	  28,
	  { NETLINK(28, 3), 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff } },
	{ "request_over_our_room_is_ignored",
	  16 + DEVICED_REQUEST_BYTES + 1,
	  { 0x11, 8, 0, 0, 3 } },
	{ "message_that_is_cut_is_ignored",
	  MAX_MESSAGE,
	  { NETLINK(28, 3), GOOD } },
	{ "ff_everywhere_is_ignored", 64, { 0xff, 0xff, 0xff, 0xff } },
};

/* No answer, and the next is served. */
static void
check_bad_row(void **state)
{
	const struct bad_row *row = *state;
	uint8_t bytes[MAX_MESSAGE];
	void *fixture = NULL;

	peer_setup(&fixture);
	memset(bytes, 0xff, sizeof(bytes));
	memcpy(bytes, row->bytes, sizeof(row->bytes));
	peer_send(fixture, bytes, row->size_bytes);
	wait_for_nothing();
	send_echo(fixture, 3);
	receive_echo(fixture, 3);
	peer_teardown(&fixture);
}

/* A message as long as there is room for: 2048 bytes, all data. */
static void
longest_request_is_served(void **state)
{
	uint8_t request[16 + DEVICED_REQUEST_BYTES] = {
		0x10, 8, 0, 0, 3, 0, 0,    0, 0,    0, 0, 0, 0, 0, 0, 0, /**/
		5,    0, 2, 0, 0, 0, 0xfa, 3, 0xfa, 3, 0, 0,
	};
	uint8_t reply[MAX_MESSAGE];
	struct netlink_peer *peer = *state;

	memset(request + 28, 0x45, 1018);
	peer_send(peer, request, sizeof(request));
	assert_int_equal(peer_receive(peer, reply), sizeof(request));
	assert_memory_equal(reply + 16, request + 16, 12 + 1018);
	assert_memory_equal(reply + 28 + 1018, request + 28, 1018);
}

/* There is no reset on this wire: the next request says it. */
static void
hung_request_gets_no_reply_and_the_next_does(void **state)
{
	struct netlink_peer *peer = *state;

	peer_set_plan(peer, "job:hang");
	send_echo(peer, 1);
	peer_wait_until_spent(peer);
	send_echo(peer, 2);
	receive_echo(peer, 2);
}

static void
slow_request_is_given_up_for_the_next(void **state)
{
	struct netlink_peer *peer = *state;

	peer_set_plan(peer, "job:slow=600000");
	send_echo(peer, 1);
	peer_wait_until_spent(peer);
	send_echo(peer, 2);
	receive_echo(peer, 2);
}

static void
late_reply_comes_when_the_next_is_asked_for(void **state)
{
	struct netlink_peer *peer = *state;

	peer_set_plan(peer, "job:late=1");
	send_echo(peer, 1);
	peer_wait_until_spent(peer);
	send_echo(peer, 2);
	receive_echo(peer, 1);
	receive_echo(peer, 2);
}

/* Which the driver does not tell. */
static void
late_reply_comes_after_the_drivers_timeout(void **state)
{
	struct netlink_peer *peer = peer_begin(5);

	*state = peer;
	peer_set_plan(peer, "job:late=0");
	send_echo(peer, 1);
	receive_echo(peer, 1);
	peer_teardown(state);
}

/* It computes, and there is nobody to tell. */
static void
reply_of_a_request_that_was_given_up_is_not_sent(void **state)
{
	struct netlink_peer *peer = *state;
	const struct two_buffers copy =
		make_copy(peer_offsets[0], peer_offsets[1], 64);

	atomic_store(&peer->is_map_held, true);
	peer_send(peer, copy.bytes, sizeof(copy.bytes));
	while (!atomic_load(&peer->is_mapping))
		sched_yield();
	send_echo(peer, 2);
	peer_wait_until_received(peer);
	atomic_store(&peer->is_map_held, false);
	receive_echo(peer, 2);
}

static void
wrong_size_is_in_the_reply(void **state)
{
	struct netlink_peer *peer = *state;
	uint8_t reply[MAX_MESSAGE];

	peer_set_plan(peer, "job:size=300");
	send_echo(peer, 1);
	assert_int_equal(peer_receive(peer, reply), 16 + 12 + 2 + 300);
	assert_int_equal(reply[16 + 8], 300 & 0xff);
	assert_int_equal(reply[16 + 9], 300 >> 8);
}

static void
crash_is_stop_and_ready_again(void **state)
{
	struct netlink_peer *peer = *state;

	peer_set_plan(peer, "job:nth=2:crash=10");
	send_echo(peer, 1);
	receive_echo(peer, 1);
	send_echo(peer, 2);
	assert_received(peer, peer_stop, sizeof(peer_stop));
	assert_received(peer, peer_ready, sizeof(peer_ready));
	send_echo(peer, 3);
	receive_echo(peer, 3);
}

static void
stop_is_said_while_a_request_runs(void **state)
{
	struct netlink_peer *peer = *state;

	peer_set_plan(peer, "job:slow=600000");
	send_echo(peer, 1);
	peer_wait_until_spent(peer);
	/* peer_teardown() stops it, and would wait for ten minutes. */
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, peer_setup, peer_teardown)

#define ROWS (COUNT(bad_rows) + COUNT(buffer_rows))

int
main(void)
{
	const struct CMUnitTest others[] = {
		TEST(ready_and_stop_are_said),
		TEST(inline_data_comes_back),
		TEST(worked_example_is_understood),
		TEST(buffers_are_maps_of_the_node),
		TEST(unknown_command_is_refused_with_room_for_its_data),
		TEST(unknown_command_without_data_is_a_bare_header),
		TEST(longest_request_is_served),
		TEST(hung_request_gets_no_reply_and_the_next_does),
		TEST(slow_request_is_given_up_for_the_next),
		TEST(late_reply_comes_when_the_next_is_asked_for),
		cmocka_unit_test(late_reply_comes_after_the_drivers_timeout),
		TEST(reply_of_a_request_that_was_given_up_is_not_sent),
		TEST(wrong_size_is_in_the_reply),
		TEST(crash_is_stop_and_ready_again),
		TEST(stop_is_said_while_a_request_runs),
	};
	struct CMUnitTest tests[ROWS + COUNT(others)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(bad_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = bad_rows[i].name,
			.test_func = check_bad_row,
			.initial_state = (void *)&bad_rows[i],
		};
	for (size_t i = 0; i < COUNT(buffer_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = buffer_rows[i].name,
			.test_func = check_buffer_row,
			.initial_state = (void *)&buffer_rows[i],
		};
	memcpy(tests + count, others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
