/* SPDX-License-Identifier: MIT */
#include "support/firmware.h"
#include "test.h"
#include <string.h>

/* The example of uapi.md 2.1: command 1, size_in 3, size_out 4, 2 buffers. */
static const uint8_t example_a[35] = {
	0x34, 0x12, 1,    0,    0xff, 0xff, 3,    0,    4,    0,    2,    0,
	0xa1, 0xa2, 0xa3, 0xee, 0xee, 0xee, 0xee, 0x00, 0xf0, 0xff, 0x6f, 0x00,
	0xe0, 0xff, 0x6f, 0x10, 0,    0,    0,    0x20, 0,    0,    0,
};

/* Command 1 allows no inline data: EINVAL, with all of the reply's layout. */
static const uint8_t example_a_reply[27] = {
	0x34, 0x12, 1, 0, 22, 0,    3, 0, 4, 0,    2, 0, 0xa1, 0xa2,
	0xa3, 0,    0, 0, 0,  0x10, 0, 0, 0, 0x20, 0, 0, 0,
};

/* The same in format B (2.2): 24 more bytes are sent, which say nothing. */
static const uint8_t example_b[67] = {
	0x34, 0x12, 1,    0,    0xff, 0xff, 3,    0,    4,    0,    2,
	0,    0xa1, 0xa2, 0xa3, 0xee, 0xee, 0xee, 0xee, 0x00, 0xf0, 0xff,
	0x6f, 1,    0,    0,    0,    0x00, 0xe0, 0xff, 0x6f, 1,    0,
	0,    0,    0x10, 0,    0,    0,    0x20, 0,    0,    0,
};

static void
example_of_format_a_is_answered_to_the_byte(void **state)
{
	struct fw_host host;
	uint8_t reply[64];
	size_t size_bytes;

	(void)state;
	fw_host_init(&host, 4);
	size_bytes = fw_send_bytes(&host, example_a, sizeof(example_a), reply,
				   sizeof(reply));
	assert_int_equal(size_bytes, sizeof(example_a_reply));
	assert_memory_equal(reply, example_a_reply, size_bytes);
}

static void
example_of_format_b_is_answered_to_the_byte(void **state)
{
	struct fw_host host;
	uint8_t reply[64];
	size_t size_bytes;

	(void)state;
	fw_host_init(&host, 8);
	size_bytes = fw_send_bytes(&host, example_b, sizeof(example_b), reply,
				   sizeof(reply));
	assert_int_equal(size_bytes, 19);
	assert_memory_equal(reply, example_a_reply, size_bytes);
}

/* Where command 1, with addresses at 12 and sizes behind, finds its buffers. */
static void
check_addresses(unsigned int address_bytes)
{
	static const uint8_t buffers[] = { 1, 0 };
	const struct fw_request request = {
		.cmd = APUI_CMD_COPY_SHARED_BUFFER,
		.buffers = buffers,
		.buffer_count = 2,
	};
	struct fw_reply reply;
	struct fw_host host;
	uint8_t *to, *from;

	fw_host_init(&host, address_bytes);
	to = fw_add_buffer(&host, 8);
	from = fw_add_buffer(&host, 8);
	memcpy(from, "buffers!", 8);
	assert_int_equal(fw_send(&host, &request, &reply), APUI_RESULT_OK);
	assert_memory_equal(to, "buffers!", 8);
	fw_host_finish(&host);
}

static void
format_a_has_addresses_of_4_bytes(void **state)
{
	(void)state;
	check_addresses(4);
}

static void
format_b_has_addresses_of_8_bytes(void **state)
{
	(void)state;
	check_addresses(8);
}

static void
high_half_of_an_address_counts_in_format_b(void **state)
{
	static const uint8_t buffers[] = { 0 };
	const struct fw_request request = {
		.cmd = APUI_CMD_COPY_SHARED_BUFFER,
		.buffers = buffers,
		.buffer_count = 1,
	};
	struct fw_reply reply;
	struct fw_host host;

	(void)state;
	fw_host_init(&host, 8);
	fw_add_buffer(&host, 2);
	host.buffers[0].address |= UINT64_C(1) << 63;
	assert_int_equal(fw_send(&host, &request, &reply), APUI_RESULT_OK);
	fw_host_finish(&host);
}

/* An inline copy of 3 bytes in room for 8, beside two buffers' sizes. */
static void
reply_closes_up_when_size_out_shrinks(void **state)
{
	static const uint8_t buffers[] = { 0, 0 };
	const struct fw_request request = {
		.cmd = APUI_CMD_COPY_SHARED2INLINE,
		.size_out = 8,
		.buffers = buffers,
		.buffer_count = 2,
	};
	static const uint8_t expected[] = { 0x34, 0x12, 4, 0, 0,   0,   0,   0,
					    3,    0,    2, 0, 'a', 'b', 'c', 3,
					    0,    0,    0, 3, 0,   0,   0 };
	struct fw_reply reply;
	struct fw_host host;

	(void)state;
	fw_host_init(&host, 4);
	memcpy(fw_add_buffer(&host, 3), "abc", 3);
	fw_send(&host, &request, &reply);
	assert_int_equal(reply.size_bytes, sizeof(expected));
	assert_memory_equal(reply.bytes, expected, sizeof(expected));
	fw_host_finish(&host);
}

static void
data_out_of_a_refusal_is_zeros(void **state)
{
	static const uint8_t zeros[16];
	const struct fw_request request = {
		.cmd = APUI_CMD_FILL_BUFFER,
		.size_out = sizeof(zeros),
	};
	struct fw_reply reply;
	struct fw_host host;

	(void)state;
	fw_host_init(&host, 4);
	assert_int_equal(fw_send(&host, &request, &reply), APUI_RESULT_EINVAL);
	assert_int_equal(reply.size_out, sizeof(zeros));
	assert_memory_equal(reply.data_out, zeros, sizeof(zeros));
}

struct unknown {
	const char *name;
	uint16_t cmd;
};

static const struct unknown unknown[] = {
	{ "command_7_is_unknown", 7 },
	{ "command_below_ours_is_unknown", 0x40ff },
	{ "command_above_ours_is_unknown", 0x4102 },
	{ "greatest_command_is_unknown", 0xffff },
};

/* A bare header, its sizes as requested; nothing else is looked at. */
static void
check_unknown(void **state)
{
	const struct unknown *row = *state;
	const struct apui_wire_header header = {
		.id = 9, .cmd = row->cmd, .size_in = 1, .size_out = 2
	};
	struct apui_wire_header answer;
	uint8_t request[15] = { 0 }, reply[12];
	struct fw_host host;

	memcpy(request, &header, sizeof(header));
	fw_host_init(&host, 4);
	assert_int_equal(fw_send_bytes(&host, request, sizeof(request), reply,
				       sizeof(reply)),
			 sizeof(answer));
	memcpy(&answer, reply, sizeof(answer));
	assert_int_equal(answer.result, APUI_RESULT_ENOTSUP);
	answer.result = 0;
	assert_memory_equal(&answer, &header, sizeof(header));
}

struct cut {
	const char *name;
	unsigned int address_bytes;
	size_t request_bytes, reply_capacity, reply_bytes;
};

static const struct cut cuts[] = {
	{ "whole_request_is_answered", 4, 35, 27, 27 },
	{ "request_one_byte_short_is_not_answered", 4, 34, 64, 0 },
	{ "request_without_its_header_is_not_answered", 4, 11, 64, 0 },
	{ "empty_request_is_not_answered", 4, 0, 64, 0 },
	{ "reply_that_does_not_fit_is_not_sent", 4, 35, 26, 0 },
	{ "header_that_does_not_fit_is_not_sent", 4, 35, 11, 0 },
	{ "format_b_needs_no_more_than_its_43_bytes", 8, 43, 64, 19 },
	{ "format_b_needs_43_bytes", 8, 42, 64, 0 },
};

static void
check_cut(void **state)
{
	const struct cut *row = *state;
	struct fw_host host;
	uint8_t reply[64];

	fw_host_init(&host, row->address_bytes);
	assert_int_equal(
		fw_send_bytes(&host,
			      row->address_bytes == 8 ? example_b : example_a,
			      row->request_bytes, reply, row->reply_capacity),
		row->reply_bytes);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(example_of_format_a_is_answered_to_the_byte),
	cmocka_unit_test(example_of_format_b_is_answered_to_the_byte),
	cmocka_unit_test(format_a_has_addresses_of_4_bytes),
	cmocka_unit_test(format_b_has_addresses_of_8_bytes),
	cmocka_unit_test(high_half_of_an_address_counts_in_format_b),
	cmocka_unit_test(reply_closes_up_when_size_out_shrinks),
	cmocka_unit_test(data_out_of_a_refusal_is_zeros),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(unknown) + COUNT(cuts)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	for (size_t i = 0; i < COUNT(unknown); i++)
		all[count++] = (struct CMUnitTest) {
			.name = unknown[i].name,
			.test_func = check_unknown,
			.initial_state = (void *)&unknown[i],
		};
	for (size_t i = 0; i < COUNT(cuts); i++)
		all[count++] = (struct CMUnitTest) {
			.name = cuts[i].name,
			.test_func = check_cut,
			.initial_state = (void *)&cuts[i],
		};
	return cmocka_run_group_tests_name("dispatch", all, NULL, NULL);
}
