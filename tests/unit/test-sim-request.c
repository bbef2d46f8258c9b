/* SPDX-License-Identifier: MIT */
#include "sim/request.h"
#include "test.h"
#include <string.h>

static void
request_is_the_worked_example(void **state)
{
	/* uapi.md 2.1: cmd 1, size_in 3, size_out 4, 2 buffers. */
	static const uint8_t wanted[35] = {
		0x34, 0x12, 1,    0,    0, 0, 3, 0,    4,    0,    2,    0,
		7,    8,    9,    0,    0, 0, 0, 0x00, 0xf0, 0xff, 0x6f, 0x00,
		0xe0, 0xff, 0x6f, 0x05, 0, 0, 0, 0x01, 0x10, 0,    0,
	};
	const struct apui_wire_header header = {
		.cmd = 1,
		.size_in = 3,
		.size_out = 4,
		.count = 2,
	};
	const struct apui_sim_wire_buffer buffers[2] = {
		{ 0x6ffff000, 5 },
		{ 0x6fffe000, 0x1001 },
	};
	uint8_t bytes[35];

	(void)state;
	memset(bytes, 0xee, sizeof(bytes));
	assert_int_equal(apui_sim_request_bytes(3, 4, 2), 35);
	apui_sim_request_write(bytes, &header, "\7\10\11", buffers);
	apui_sim_request_set_id(bytes, 0x1234);
	assert_memory_equal(bytes, wanted, sizeof(wanted));
}

static void
greatest_request_does_not_overflow(void **state)
{
	(void)state;
	assert_int_equal(apui_sim_request_bytes(65535, 65535, UINT32_MAX),
			 UINT64_C(12) + 2 * 65535 + 8 * UINT64_C(4294967295));
}

struct row {
	const char *name;
	uint16_t id;
	uint16_t size_out; /* in the reply's header */
	size_t reply_bytes;
	bool is_reply;
	uint16_t data_bytes;
};

/* To a request of id 5, size_in 3, size_out 4. */
static const struct row rows[] = {
	{ "whole_reply", 5, 4, 12 + 3 + 4, true, 4 },
	{ "firmware_gave_less", 5, 2, 12 + 3 + 2, true, 2 },
	{ "firmware_says_more", 5, 65535, 12 + 3 + 9, true, 4 },
	{ "bare_header_of_an_error", 5, 4, 12, true, 0 },
	{ "cut_before_data_out", 5, 4, 12 + 2, true, 0 },
	{ "cut_at_data_out", 5, 4, 12 + 3, true, 0 },
	{ "cut_in_data_out", 5, 4, 12 + 3 + 1, true, 1 },
	{ "other_id", 6, 4, 12 + 3 + 4, false, 0 },
	{ "cut_header", 5, 4, 11, false, 0 },
	{ "nothing", 5, 4, 0, false, 0 },
};

static void
check_row(void **state)
{
	const struct apui_wire_header request = {
		.id = 5,
		.size_in = 3,
		.size_out = 4,
	};
	const struct row *row = *state;
	struct apui_wire_header header = {
		.id = row->id,
		.result = 22,
		.size_in = 3,
		.size_out = row->size_out,
	};
	struct apui_sim_reply parts = { 0 };
	/* Of the exact size, so that a sanitizer sees a read behind it. */
	uint8_t *reply = test_malloc(row->reply_bytes + 1);
	uint8_t bytes[64] = { 0 };

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + 15, "abcdefgh", 8);
	memcpy(reply, bytes, row->reply_bytes);
	assert_int_equal(
		apui_sim_reply_read(reply, row->reply_bytes, &request, &parts),
		row->is_reply);
	assert_int_equal(parts.data_bytes, row->data_bytes);
	if (row->is_reply)
		assert_int_equal(parts.result, 22);
	if (row->data_bytes > 0)
		assert_memory_equal(parts.data, "abcd", row->data_bytes);
	test_free(reply);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(request_is_the_worked_example),
		cmocka_unit_test(greatest_request_does_not_overflow),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	memcpy(tests + COUNT(rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
