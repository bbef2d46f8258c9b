/* SPDX-License-Identifier: MIT */
/* The published commands 1 to 6: every rule of uapi.md 3.2 is a row. */
#include "support/firmware.h"
#include "test.h"
#include <string.h>

#define BUFFER_BYTES 4 /* each buffer begins with "0123", "4567", "89ab" */

struct row {
	const char *name;
	uint16_t cmd;
	uint16_t size_in, size_out;
	uint16_t buffer_count;
	uint32_t bytes_0, bytes_1, bytes_2; /* of the buffers */
	const char *data_in;
	int result;
	uint16_t reply_size_out;
	uint32_t reply_buffer_bytes;     /* of the first */
	const char *data_out;            /* compared when not NULL */
	const char *buffer_0, *buffer_1; /* likewise */
};

#define EINVAL_ APUI_RESULT_EINVAL

static const struct row rows[] = {
	/* 1: copy shared buffer */
	{ "copy_shared_refuses_data_in", 1, 1, 0, 1, 4, 0, 0, "x", EINVAL_, 0,
	  4, NULL, "0123", NULL },
	{ "copy_shared_refuses_data_out", 1, 0, 1, 1, 4, 0, 0, "", EINVAL_, 1,
	  4, NULL, "0123", NULL },
	{ "copy_shared_refuses_no_buffer", 1, 0, 0, 0, 0, 0, 0, "", EINVAL_, 0,
	  0, NULL, NULL, NULL },
	{ "copy_shared_refuses_three_buffers", 1, 0, 0, 3, 4, 4, 4, "", EINVAL_,
	  0, 4, NULL, "0123", "4567" },
	{ "copy_shared_copies_first_half_onto_second", 1, 0, 0, 1, 4, 0, 0, "",
	  0, 0, 4, NULL, "0101", NULL },
	{ "copy_shared_leaves_the_odd_byte", 1, 0, 0, 1, 3, 0, 0, "", 0, 0, 3,
	  NULL, "002\0", NULL },
	{ "copy_shared_copies_first_buffer_to_second", 1, 0, 0, 2, 4, 4, 0, "",
	  0, 0, 4, NULL, "0123", "0123" },
	{ "copy_shared_copies_size_of_first_buffer", 1, 0, 0, 2, 2, 4, 0, "", 0,
	  0, 2, NULL, "01\0\0", "0167" },
	{ "copy_shared_refuses_smaller_second_buffer", 1, 0, 0, 2, 4, 3, 0, "",
	  EINVAL_, 0, 4, NULL, "0123", "456\0" },

	/* 2: copy inline buffer */
	{ "copy_inline_refuses_buffers", 2, 1, 1, 1, 4, 0, 0, "x", EINVAL_, 1,
	  4, NULL, "0123", NULL },
	{ "copy_inline_refuses_smaller_data_out", 2, 2, 1, 0, 0, 0, 0, "xy",
	  EINVAL_, 1, 0, NULL, NULL, NULL },
	{ "copy_inline_copies", 2, 3, 3, 0, 0, 0, 0, "xyz", 0, 3, 0, "xyz",
	  NULL, NULL },
	{ "copy_inline_sets_size_out_to_size_in", 2, 2, 9, 0, 0, 0, 0, "xy", 0,
	  2, 0, "xy", NULL, NULL },
	{ "copy_inline_of_nothing_is_fine", 2, 0, 0, 0, 0, 0, 0, "", 0, 0, 0,
	  NULL, NULL, NULL },

	/* 3: copy inline to shared */
	{ "inline2shared_needs_data_in", 3, 0, 0, 1, 4, 0, 0, "", EINVAL_, 0, 4,
	  NULL, "0123", NULL },
	{ "inline2shared_refuses_data_out", 3, 1, 1, 1, 4, 0, 0, "x", EINVAL_,
	  1, 4, NULL, "0123", NULL },
	{ "inline2shared_needs_a_buffer", 3, 1, 0, 0, 0, 0, 0, "x", EINVAL_, 0,
	  0, NULL, NULL, NULL },
	{ "inline2shared_refuses_smaller_buffer", 3, 4, 0, 1, 3, 0, 0, "wxyz",
	  EINVAL_, 0, 3, NULL, "012\0", NULL },
	{ "inline2shared_copies_and_sets_the_size", 3, 2, 0, 1, 4, 0, 0, "xy",
	  0, 0, 2, NULL, "xy23", NULL },
	{ "inline2shared_ignores_further_buffers", 3, 1, 0, 2, 4, 4, 0, "x", 0,
	  0, 1, NULL, "x123", "4567" },

	/* 4: copy shared to inline */
	{ "shared2inline_needs_data_out", 4, 0, 0, 1, 4, 0, 0, "", EINVAL_, 0,
	  4, NULL, "0123", NULL },
	{ "shared2inline_refuses_data_in", 4, 1, 4, 1, 4, 0, 0, "x", EINVAL_, 4,
	  4, NULL, "0123", NULL },
	{ "shared2inline_needs_a_buffer", 4, 0, 4, 0, 0, 0, 0, "", EINVAL_, 4,
	  0, NULL, NULL, NULL },
	{ "shared2inline_refuses_larger_buffer", 4, 0, 3, 1, 4, 0, 0, "",
	  EINVAL_, 3, 4, NULL, "0123", NULL },
	{ "shared2inline_copies_and_sets_size_out", 4, 0, 9, 1, 3, 0, 0, "", 0,
	  3, 3, "012", "012\0", NULL },
	{ "shared2inline_ignores_further_buffers", 4, 0, 4, 2, 4, 4, 0, "", 0,
	  4, 4, "0123", "0123", "4567" },

	/* 5: fill buffer */
	{ "fill_refuses_two_bytes_of_data_in", 5, 2, 4, 0, 0, 0, 0, "x\2",
	  EINVAL_, 4, 0, NULL, NULL, NULL },
	{ "fill_refuses_four_bytes_of_data_in", 5, 4, 4, 0, 0, 0, 0, "x\2\0\0",
	  EINVAL_, 4, 0, NULL, NULL, NULL },
	{ "fill_refuses_two_buffers", 5, 3, 0, 2, 4, 4, 0, "x\2\0", EINVAL_, 0,
	  4, NULL, "0123", "4567" },
	{ "fill_fills_data_out_without_a_buffer", 5, 3, 9, 0, 0, 0, 0, "x\2\0",
	  0, 2, 0, "xx", NULL, NULL },
	{ "fill_reads_the_low_byte_of_the_count", 5, 3, 9, 0, 0, 0, 0, "x\2\7",
	  0, 2, 0, "xx", NULL, NULL },
	{ "fill_refuses_more_than_data_out", 5, 3, 1, 0, 0, 0, 0, "x\2\0",
	  EINVAL_, 1, 0, NULL, NULL, NULL },
	{ "fill_fills_the_buffer_and_sets_its_size", 5, 3, 0, 1, 4, 0, 0,
	  "x\3\0", 0, 0, 3, NULL, "xxx3", NULL },
	{ "fill_refuses_more_than_the_buffer", 5, 3, 0, 1, 4, 0, 0, "x\5\0",
	  EINVAL_, 0, 4, NULL, "0123", NULL },

	/* 6: copy between device addresses */
	{ "mmap_refuses_eleven_bytes_of_data_in", 6, 11, 0, 0, 0, 0, 0,
	  "\0\0\0\x60\0\0\1\x60\4\0\0", EINVAL_, 0, 0, NULL, NULL, NULL },
	{ "mmap_refuses_buffers", 6, 12, 0, 1, 4, 0, 0,
	  "\0\0\0\x60\2\0\0\x60\2\0\0\0", EINVAL_, 0, 4, NULL, "0123", NULL },
	{ "mmap_refuses_unmapped_addresses", 6, 12, 0, 0, 0, 0, 0,
	  "\0\0\0\x60\0\0\1\x60\4\0\0\0", APUI_RESULT_EFAULT, 0, 0, NULL, NULL,
	  NULL },
};

static void
init_buffers(struct fw_host *host, const uint32_t *sizes, unsigned int count)
{
	static const char contents[] = "0123456789ab";

	for (unsigned int i = 0; i < count; i++) {
		uint8_t *bytes = fw_add_buffer(host, sizes[i]);

		memcpy(bytes, &contents[i * BUFFER_BYTES], sizes[i]);
	}
}

static void
check_row(void **state)
{
	static const uint8_t numbers[] = { 0, 1, 2 };
	const struct row *row = *state;
	const uint32_t sizes[] = { row->bytes_0, row->bytes_1, row->bytes_2 };
	const struct fw_request request = {
		.cmd = row->cmd,
		.data_in = row->data_in,
		.size_in = row->size_in,
		.size_out = row->size_out,
		.buffers = numbers,
		.buffer_count = row->buffer_count,
	};
	struct fw_reply reply;
	struct fw_host host;
	uint32_t size_bytes;

	fw_host_init(&host, 4);
	init_buffers(&host, sizes, row->buffer_count);
	assert_int_equal(fw_send(&host, &request, &reply), row->result);
	assert_int_equal(reply.size_out, row->reply_size_out);
	if (row->data_out)
		assert_memory_equal(reply.data_out, row->data_out,
				    reply.size_out);
	if (row->buffer_count > 0) {
		memcpy(&size_bytes, reply.sizes, sizeof(size_bytes));
		assert_int_equal(size_bytes, row->reply_buffer_bytes);
	}
	if (row->buffer_0)
		assert_memory_equal(host.buffers[0].data, row->buffer_0,
				    row->bytes_0);
	if (row->buffer_1)
		assert_memory_equal(host.buffers[1].data, row->buffer_1,
				    row->bytes_1);
	fw_host_finish(&host);
}

/* Commands that take a buffer, one of which is not mapped any more. */
static const struct row faults[] = {
	{ .name = "copy_shared_of_unmapped_buffer_faults",
	  .cmd = 1,
	  .buffer_count = 1 },
	{ .name = "copy_shared_to_unmapped_buffer_faults",
	  .cmd = 1,
	  .buffer_count = 2 },
	{ .name = "inline2shared_to_unmapped_buffer_faults",
	  .cmd = 3,
	  .size_in = 1,
	  .buffer_count = 1,
	  .data_in = "x" },
	{ .name = "shared2inline_of_unmapped_buffer_faults",
	  .cmd = 4,
	  .size_out = 4,
	  .buffer_count = 1 },
	{ .name = "fill_of_unmapped_buffer_faults",
	  .cmd = 5,
	  .size_in = 3,
	  .buffer_count = 1,
	  .data_in = "x\2\0" },
};

static void
check_fault(void **state)
{
	static const uint8_t numbers[] = { 0, 1 };
	const struct row *row = *state;
	const struct fw_request request = {
		.cmd = row->cmd,
		.data_in = row->data_in,
		.size_in = row->size_in,
		.size_out = row->size_out,
		.buffers = numbers,
		.buffer_count = row->buffer_count,
	};
	struct fw_host host, fewer;
	uint8_t bytes[128], answer[128];
	struct apui_wire_header header;
	size_t size_bytes;

	fw_host_init(&host, 4);
	for (unsigned int i = 0; i < row->buffer_count; i++)
		fw_add_buffer(&host, BUFFER_BYTES);
	size_bytes = fw_write_request(&host, &request, bytes);

	/* As @host, but without the last buffer. */
	fw_host_init(&fewer, 4);
	for (unsigned int i = 0; i + 1 < row->buffer_count; i++)
		fw_add_buffer(&fewer, BUFFER_BYTES);
	fw_send_bytes(&fewer, bytes, size_bytes, answer, sizeof(answer));
	memcpy(&header, answer, sizeof(header));
	assert_int_equal(header.result, APUI_RESULT_EFAULT);
	fw_host_finish(&host);
	fw_host_finish(&fewer);
}

/* Command 6 inside one buffer of "0123456789". */
struct mmap_row {
	const char *name;
	uint32_t from, to, size_bytes;
	int result;
	const char *buffer;
};

static const struct mmap_row mmap_rows[] = {
	{ "mmap_copies_between_addresses", 0, 5, 5, 0, "0123401234" },
	{ "mmap_copies_overlapping_upwards", 0, 2, 6, 0, "0101234589" },
	{ "mmap_copies_overlapping_downwards", 2, 0, 6, 0, "2345676789" },
	{ "mmap_copies_nothing", 0, 9, 0, 0, "0123456789" },
	{ "mmap_refuses_source_beyond_the_buffer", 5, 0, 6, APUI_RESULT_EFAULT,
	  "0123456789" },
	{ "mmap_refuses_target_beyond_the_buffer", 0, 5, 6, APUI_RESULT_EFAULT,
	  "0123456789" },
	{ "mmap_refuses_size_of_all_ones", 0, 5, UINT32_MAX, APUI_RESULT_EFAULT,
	  "0123456789" },
};

static void
check_mmap(void **state)
{
	const struct mmap_row *row = *state;
	uint32_t data_in[3];
	const struct fw_request request = {
		.cmd = APUI_CMD_BUFFER_IOMMU_MMAP,
		.data_in = data_in,
		.size_in = sizeof(data_in),
	};
	struct fw_reply reply;
	struct fw_host host;

	fw_host_init(&host, 8);
	memcpy(fw_add_buffer(&host, 10), "0123456789", 10);
	data_in[0] = (uint32_t)host.buffers[0].address + row->from;
	data_in[1] = (uint32_t)host.buffers[0].address + row->to;
	data_in[2] = row->size_bytes;
	assert_int_equal(fw_send(&host, &request, &reply), row->result);
	assert_memory_equal(host.buffers[0].data, row->buffer, 10);
	fw_host_finish(&host);
}

/* More than one chunk of apui_fw_move(), overlapping by one byte less. */
static void
check_long_move(int step)
{
	const uint32_t size_bytes = 600000;
	uint32_t data_in[3];
	const struct fw_request request = {
		.cmd = APUI_CMD_BUFFER_IOMMU_MMAP,
		.data_in = data_in,
		.size_in = sizeof(data_in),
	};
	struct fw_reply reply;
	struct fw_host host;
	uint8_t *bytes;

	fw_host_init(&host, 4);
	bytes = fw_add_buffer(&host, size_bytes + 1);
	for (uint32_t i = 0; i <= size_bytes; i++)
		bytes[i] = (uint8_t)(i % 251);
	data_in[0] = (uint32_t)host.buffers[0].address + (step < 0 ? 1 : 0);
	data_in[1] = (uint32_t)host.buffers[0].address + (step > 0 ? 1 : 0);
	data_in[2] = size_bytes;
	assert_int_equal(fw_send(&host, &request, &reply), APUI_RESULT_OK);
	for (uint32_t i = 0; i < size_bytes; i++)
		assert_int_equal(bytes[i + (step > 0 ? 1 : 0)],
				 (i + (step < 0 ? 1 : 0)) % 251);
	fw_host_finish(&host);
}

static void
long_overlapping_move_upwards_is_exact(void **state)
{
	(void)state;
	check_long_move(1);
}

static void
long_overlapping_move_downwards_is_exact(void **state)
{
	(void)state;
	check_long_move(-1);
}

static void
reset_stops_a_move(void **state)
{
	static const uint8_t numbers[] = { 0, 1 };
	const struct fw_request request = {
		.cmd = APUI_CMD_COPY_SHARED_BUFFER,
		.buffers = numbers,
		.buffer_count = 2,
	};
	struct fw_reply reply;
	struct fw_host host;

	(void)state;
	fw_host_init(&host, 4);
	fw_add_buffer(&host, 600000);
	fw_add_buffer(&host, 600000);
	host.cancel_after = 1;
	assert_int_equal(fw_send(&host, &request, &reply),
			 APUI_RESULT_ECANCELED);
	fw_host_finish(&host);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(long_overlapping_move_upwards_is_exact),
	cmocka_unit_test(long_overlapping_move_downwards_is_exact),
	cmocka_unit_test(reset_stops_a_move),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(rows) + COUNT(faults) +
			      COUNT(mmap_rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < COUNT(faults); i++)
		all[count++] = (struct CMUnitTest) {
			.name = faults[i].name,
			.test_func = check_fault,
			.initial_state = (void *)&faults[i],
		};
	for (size_t i = 0; i < COUNT(mmap_rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = mmap_rows[i].name,
			.test_func = check_mmap,
			.initial_state = (void *)&mmap_rows[i],
		};
	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	return cmocka_run_group_tests_name("commands", all, NULL, NULL);
}
