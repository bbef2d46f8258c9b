/* SPDX-License-Identifier: MIT */
#include "support/firmware.h"
#include "test.h"
#include <string.h>

struct row {
	const char *name;
	uint16_t size_in, size_out, buffer_count;
	int result;
};

static const struct row rows[] = {
	{ "info_fits_exactly", 0, sizeof(struct apui_info), 0, 0 },
	{ "larger_data_out_shrinks", 0, 200, 0, 0 },
	{ "data_out_too_small_is_refused", 0, sizeof(struct apui_info) - 1, 0,
	  APUI_RESULT_EINVAL },
	{ "data_in_is_refused", 1, sizeof(struct apui_info), 0,
	  APUI_RESULT_EINVAL },
	{ "buffer_is_refused", 0, sizeof(struct apui_info), 1,
	  APUI_RESULT_EINVAL },
};

static void
check_row(void **state)
{
	static const uint8_t buffers[] = { 0 };
	const struct row *row = *state;
	const struct fw_request request = {
		.cmd = APUI_CMD_INFO,
		.data_in = "x",
		.size_in = row->size_in,
		.size_out = row->size_out,
		.buffers = buffers,
		.buffer_count = row->buffer_count,
	};
	struct apui_info info;
	struct fw_reply reply;
	struct fw_host host;

	fw_host_init(&host, 4);
	fw_add_buffer(&host, 1);
	assert_int_equal(fw_send(&host, &request, &reply), row->result);
	if (row->result == 0) {
		assert_int_equal(reply.size_out, sizeof(info));
		memcpy(&info, reply.data_out, sizeof(info));
		assert_int_equal(info.magic, APUI_INFO_MAGIC);
		assert_int_equal(info.firmware_version, APUI_FW_VERSION);
		assert_int_equal(info.program_version, APUI_PROGRAM_VERSION);
		assert_int_equal(info.target_count, 1);
		assert_int_equal(info.targets[0], APUI_TARGET_REF);
	}
	fw_host_finish(&host);
}

int
main(void)
{
	struct CMUnitTest all[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		all[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests_name("info", all, NULL, NULL);
}
