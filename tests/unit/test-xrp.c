/* SPDX-License-Identifier: MIT */
/* Command 0, XRP: uapi.md 3.2 and docs/sim.md. */
#include "support/firmware.h"
#include "test.h"
#include <string.h>

#define V1 "\x47\xf4\x5d\x8c\x99\xc5\x11\xe7\xb5\x86\x00\x21\xcc\x4a\x5f\xb6"
#define V2 "\x33\x56\xfc\x3c\x63\x27\x40\x96\x8a\x33\x1a\x5c\xca\x3b\xa1\x64"

static const char default_nsid[APUI_XRP_NSID_BYTES];

struct row {
	const char *name;
	const char *nsid;
	uint32_t in_size, out_size;
	const char *in;
	int result;
	const char *out; /* out_size bytes, compared when not NULL */
};

static const struct row rows[] = {
	{ "default_handler_succeeds", default_nsid, 0, 0, "", 0, NULL },
	{ "default_handler_leaves_the_data", default_nsid, 2, 3, "ab", 0,
	  "..." },
	{ "unknown_namespace_fails",
	  "\x47\xf4\x5d\x8c\x99\xc5\x11\xe7\xb5\x86\x00\x21\xcc\x4a\x5f\xb7", 4,
	  4, "abcd", 1, "...." },
	{ "v1_adds_the_index", V1, 4, 4, "aaa\xff", 0, "abc\x02" },
	{ "v1_stops_at_the_end_of_in", V1, 2, 4, "aa", 0, "ab.." },
	{ "v1_stops_at_the_end_of_out", V1, 4, 2, "aaaa", 0, "ab" },
	{ "v1_of_nothing_succeeds", V1, 0, 0, "", 0, NULL },
	{ "v2_ok_succeeds", V2, 4, 4, "\0\0\0\0", 0, "...." },
	{ "v2_fail_fails", V2, 4, 4, "\1\0\0\0", 1, "...." },
	{ "v2_long_succeeds_at_once", V2, 4, 4, "\2\0\0\0", 0, "...." },
	{ "v2_short_finds_no_long_running", V2, 4, 4, "\3\0\0\0", 0,
	  "\0\0\0\0" },
	{ "v2_short_needs_room_for_its_answer", V2, 4, 3, "\3\0\0\0", 1,
	  "..." },
	{ "v2_command_4_fails", V2, 4, 4, "\4\0\0\0", 1, "...." },
	{ "v2_reads_all_of_the_command", V2, 4, 4, "\0\0\0\1", 1, "...." },
	{ "v2_needs_a_command", V2, 3, 0, "\0\0\0", 1, NULL },
};

static uint8_t *
add_call(struct fw_host *host, const char *nsid, uint32_t in_size,
	 const char *in, uint32_t out_size)
{
	struct apui_xrp_head head = { .in_size = in_size,
				      .out_size = out_size };
	uint8_t *bytes =
		fw_add_buffer(host, APUI_XRP_HEAD_BYTES + in_size + out_size);

	memcpy(head.nsid, nsid, sizeof(head.nsid));
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), in, in_size);
	memset(bytes + sizeof(head) + in_size, '.', out_size);
	return bytes;
}

static uint16_t
send_call(struct fw_host *host)
{
	static const uint8_t buffers[] = { 0 };
	const struct fw_request request = {
		.cmd = APUI_CMD_XRP,
		.buffers = buffers,
		.buffer_count = 1,
	};
	struct fw_reply reply;

	return fw_send(host, &request, &reply);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct fw_host host;
	uint8_t *bytes;

	fw_host_init(&host, 4);
	bytes = add_call(&host, row->nsid, row->in_size, row->in,
			 row->out_size);
	assert_int_equal(send_call(&host), row->result);
	if (row->out)
		assert_memory_equal(bytes + APUI_XRP_HEAD_BYTES + row->in_size,
				    row->out, row->out_size);
	fw_host_finish(&host);
}

/* V1 over a group: the first word of the in data says how much is copied. */
struct group_row {
	const char *name;
	const char *in;
	uint32_t count;
	uint32_t sizes[4];
	int result;
	const char *buffers[4];
};

static const struct group_row group_rows[] = {
	{ "v1_copies_a_pair", "\3\0\0\0", 2, { 3, 4 }, 0, { "aaa", "aaab" } },
	{ "v1_copies_two_pairs",
	  "\2\0\0\0",
	  4,
	  { 4, 4, 4, 4 },
	  0,
	  { "aaaa", "aabb", "cccc", "ccdd" } },
	{ "v1_fails_at_a_source_too_small",
	  "\4\0\0\0",
	  2,
	  { 3, 4 },
	  1,
	  { "aaa", "bbbb" } },
	{ "v1_fails_at_a_target_too_small",
	  "\4\0\0\0",
	  2,
	  { 4, 3 },
	  1,
	  { "aaaa", "bbb" } },
	{ "v1_fails_at_half_a_pair",
	  "\4\0\0\0",
	  3,
	  { 4, 4, 4 },
	  1,
	  { "aaaa", "aaaa", "cccc" } },
	{ "v1_fails_when_a_group_has_no_size",
	  "\0\0\0\0",
	  2,
	  { 4, 4 },
	  1,
	  { "aaaa", "bbbb" } },
};

static void
check_group(void **state)
{
	const struct group_row *row = *state;
	struct apui_xrp_head head;
	struct fw_host host;
	uint8_t *bytes;

	fw_host_init(&host, 8);
	bytes = add_call(&host, V1, 4, row->in, 0);
	memcpy(&head, bytes, sizeof(head));
	head.group_count = row->count;
	for (uint32_t i = 0; i < row->count; i++) {
		memset(fw_add_buffer(&host, row->sizes[i]), 'a' + (int)i,
		       row->sizes[i]);
		head.group[i].address = (uint32_t)host.buffers[i + 1].address;
		head.group[i].size_bytes = row->sizes[i];
	}
	memcpy(bytes, &head, sizeof(head));
	assert_int_equal(send_call(&host), row->result);
	for (uint32_t i = 0; i < row->count; i++)
		assert_memory_equal(host.buffers[i + 1].data, row->buffers[i],
				    row->sizes[i]);
	fw_host_finish(&host);
}

/* A head that lies; each row changes one field of a good call. */
struct head_row {
	const char *name;
	uint32_t in_size, out_size, group_count;
	uint32_t size_bytes; /* of the buffer */
	int result;
};

static const struct head_row head_rows[] = {
	{ "head_fills_the_buffer", 0, 0, 0, APUI_XRP_HEAD_BYTES, 0 },
	{ "buffer_shorter_than_the_head_is_refused", 0, 0, 0,
	  APUI_XRP_HEAD_BYTES - 1, APUI_RESULT_EINVAL },
	{ "empty_buffer_is_refused", 0, 0, 0, 0, APUI_RESULT_EINVAL },
	{ "in_beyond_the_buffer_is_refused", 9, 0, 0, APUI_XRP_HEAD_BYTES + 8,
	  APUI_RESULT_EINVAL },
	{ "out_beyond_the_buffer_is_refused", 4, 5, 0, APUI_XRP_HEAD_BYTES + 8,
	  APUI_RESULT_EINVAL },
	{ "sizes_that_overflow_are_refused", UINT32_MAX, UINT32_MAX, 0,
	  APUI_XRP_HEAD_BYTES + 8, APUI_RESULT_EINVAL },
	{ "group_of_129_fails", 4, 4, APUI_XRP_GROUP_MAX + 1,
	  APUI_XRP_HEAD_BYTES + 8, 1 },
	{ "group_of_all_ones_fails", 4, 4, UINT32_MAX, APUI_XRP_HEAD_BYTES + 8,
	  1 },
	{ "group_at_unmapped_addresses_fails", 4, 4, 2, APUI_XRP_HEAD_BYTES + 8,
	  1 },
};

static void
check_head(void **state)
{
	const struct head_row *row = *state;
	struct apui_xrp_head head = {
		.in_size = row->in_size,
		.out_size = row->out_size,
		.group_count = row->group_count,
	};
	struct fw_host host;
	uint8_t *bytes;

	fw_host_init(&host, 4);
	bytes = fw_add_buffer(&host, row->size_bytes);
	memset(bytes, 1, row->size_bytes);
	memcpy(head.nsid, V1, sizeof(head.nsid));
	for (unsigned int i = 0; i < APUI_XRP_GROUP_MAX; i++)
		head.group[i].size_bytes = UINT32_MAX;
	memcpy(bytes, &head,
	       row->size_bytes < sizeof(head) ? row->size_bytes : sizeof(head));
	assert_int_equal(send_call(&host), row->result);
	fw_host_finish(&host);
}

static void
check_buffer_count(uint16_t count)
{
	static const uint8_t buffers[] = { 0, 0 };
	const struct fw_request request = {
		.cmd = APUI_CMD_XRP,
		.buffers = buffers,
		.buffer_count = count,
	};
	struct fw_reply reply;
	struct fw_host host;

	fw_host_init(&host, 4);
	add_call(&host, default_nsid, 0, "", 0);
	assert_int_equal(fw_send(&host, &request, &reply), APUI_RESULT_EINVAL);
	fw_host_finish(&host);
}

static void
no_buffer_is_refused(void **state)
{
	(void)state;
	check_buffer_count(0);
}

static void
two_buffers_are_refused(void **state)
{
	(void)state;
	check_buffer_count(2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(no_buffer_is_refused),
	cmocka_unit_test(two_buffers_are_refused),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(rows) + COUNT(group_rows) +
			      COUNT(head_rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < COUNT(group_rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = group_rows[i].name,
			.test_func = check_group,
			.initial_state = (void *)&group_rows[i],
		};
	for (size_t i = 0; i < COUNT(head_rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = head_rows[i].name,
			.test_func = check_head,
			.initial_state = (void *)&head_rows[i],
		};
	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	return cmocka_run_group_tests_name("xrp", all, NULL, NULL);
}
