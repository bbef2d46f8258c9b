/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <errno.h>
#include <string.h>

static void
inline_data_comes_back(void **state)
{
	struct apu_device *dev = open_device();
	const uint8_t data_in[] = { 1, 2, 3, 4, 5 };
	uint8_t data_out[16] = { 0 };
	struct apu_fence *fence;
	struct apu_job *job;
	size_t size_bytes = 0;

	(void)state;
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER,
					     data_in, sizeof(data_in), 16, NULL,
					     0, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)), 0);
	assert_int_equal(apu_fence_read_data(fence, data_out, 4, &size_bytes),
			 -ENOSPC);
	assert_int_equal(apu_fence_read_data(fence, data_out, sizeof(data_out),
					     &size_bytes),
			 0);
	assert_int_equal(size_bytes, sizeof(data_in));
	assert_memory_equal(data_out, data_in, sizeof(data_in));
	apu_fence_unref(fence);
	apu_device_unref(dev);
}

static void
halves_and_buffers_are_copied(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[2];
	uint8_t *a, *b;
	uint16_t result;

	(void)state;
	bufs[0] = new_buffer(dev, 1000, 0, (void **)&a);
	bufs[1] = new_buffer(dev, 2000, APU_BUFFER_ZEROED, (void **)&b);
	memset(a, 0x11, 500);
	memset(a + 500, 0x22, 500);
	assert_int_equal(run_command(dev, CMD_COPY_SHARED_BUFFER, NULL, 0, 0,
				     bufs, 1, &result),
			 0);
	assert_int_equal(a[500], 0x11);
	assert_int_equal(a[999], 0x11);
	assert_int_equal(run_command(dev, CMD_COPY_SHARED_BUFFER, NULL, 0, 0,
				     bufs, 2, &result),
			 0);
	assert_memory_equal(a, b, 1000);
	assert_int_equal(b[1000], 0);
	apu_buffer_unref(bufs[0]);
	apu_buffer_unref(bufs[1]);
	apu_device_unref(dev);
}

static void
fill_writes_the_buffer(void **state)
{
	struct apu_device *dev = open_device();
	const uint8_t data_in[3] = { 0x45, 100, 0 };
	struct apu_buffer *buf;
	uint8_t *map;
	uint16_t result;

	(void)state;
	buf = new_buffer(dev, 4096, APU_BUFFER_ZEROED, (void **)&map);
	assert_int_equal(run_command(dev, CMD_FILL_BUFFER, data_in,
				     sizeof(data_in), 0, &buf, 1, &result),
			 0);
	assert_int_equal(map[0], 0x45);
	assert_int_equal(map[99], 0x45);
	assert_int_equal(map[100], 0);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
copy_by_device_address(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *from, *to;
	uint64_t from_address, to_address;
	uint32_t data_in[3];
	uint8_t *a, *b;
	uint16_t result;

	(void)state;
	from = new_buffer(dev, 300, 0, (void **)&a);
	to = new_buffer(dev, 300, APU_BUFFER_ZEROED, (void **)&b);
	memset(a, 0x77, 300);
	assert_int_equal(apu_buffer_device_address(from, &from_address), 0);
	assert_int_equal(apu_buffer_device_address(to, &to_address), 0);
	data_in[0] = (uint32_t)from_address;
	data_in[1] = (uint32_t)to_address;
	data_in[2] = 300;
	assert_int_equal(run_command(dev, CMD_BUFFER_IOMMU_MMAP, data_in,
				     sizeof(data_in), 0, NULL, 0, &result),
			 0);
	assert_memory_equal(a, b, 300);
	apu_buffer_unref(from);
	apu_buffer_unref(to);
	apu_device_unref(dev);
}

static void
another_clients_address_is_not_mapped(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *own, *foreign;
	uint64_t address;
	uint32_t data_in[3] = { 0, 0, 16 };
	uint8_t *map;
	uint16_t result;

	(void)state;
	foreign = new_buffer(other, 64, APU_BUFFER_ZEROED, (void **)&map);
	assert_int_equal(apu_buffer_device_address(foreign, &address), 0);
	own = new_buffer(dev, 64, 0, (void **)&map);
	data_in[0] = (uint32_t)address;
	data_in[1] = (uint32_t)address;
	assert_true(run_command(dev, CMD_BUFFER_IOMMU_MMAP, data_in,
				sizeof(data_in), 0, NULL, 0, &result) < 0);
	assert_true(result != 0);
	apu_buffer_unref(own);
	apu_buffer_unref(foreign);
	apu_device_unref(dev);
	apu_device_unref(other);
}

static void
wrong_requests_get_the_published_error(void **state)
{
	static const struct {
		uint16_t command;
		uint16_t size_in_bytes, size_out_bytes;
		unsigned int buffer_count;
		uint16_t result;
	} rows[] = {
		{ CMD_COPY_SHARED_BUFFER, 0, 0, 0, 22 },
		{ CMD_COPY_SHARED_BUFFER, 1, 0, 1, 22 },
		{ CMD_COPY_SHARED_BUFFER, 0, 1, 1, 22 },
		{ CMD_COPY_INLINE_BUFFER, 8, 4, 0, 22 },
		{ CMD_COPY_INLINE_BUFFER, 4, 8, 1, 22 },
		{ CMD_COPY_INLINE2SHARED, 0, 0, 1, 22 },
		{ CMD_COPY_INLINE2SHARED, 4, 4, 1, 22 },
		{ CMD_COPY_INLINE2SHARED, 4, 0, 0, 22 },
		{ CMD_COPY_INLINE2SHARED, 200, 0, 1, 22 },
		{ CMD_COPY_SHARED2INLINE, 0, 4, 1, 22 },
		{ CMD_COPY_SHARED2INLINE, 4, 128, 1, 22 },
		{ CMD_COPY_SHARED2INLINE, 0, 128, 0, 22 },
		{ CMD_FILL_BUFFER, 2, 8, 0, 22 },
		{ CMD_FILL_BUFFER, 4, 8, 0, 22 },
		{ CMD_BUFFER_IOMMU_MMAP, 11, 0, 0, 22 },
		{ CMD_UNKNOWN, 4, 4, 1, 134 },
		{ CMD_UNKNOWN, 0, 0, 0, 134 },
	};
	struct apu_device *dev = open_device();
	const uint8_t data_in[256] = { 0 };
	struct apu_buffer *bufs[2];
	void *map;

	(void)state;
	bufs[0] = new_buffer(dev, 128, APU_BUFFER_ZEROED, &map);
	bufs[1] = new_buffer(dev, 64, APU_BUFFER_ZEROED, &map);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int want = rows[i].result == 134 ? -EOPNOTSUPP : -EINVAL;
		uint16_t result = 0;
		int ret = run_command(dev, rows[i].command, data_in,
				      rows[i].size_in_bytes,
				      rows[i].size_out_bytes, bufs,
				      rows[i].buffer_count, &result);

		if (ret != want || result != rows[i].result)
			fail_msg("row %zu gives %d and %u", i, ret, result);
	}
	apu_buffer_unref(bufs[0]);
	apu_buffer_unref(bufs[1]);
	apu_device_unref(dev);
}

static void
larger_buffer_does_not_fit_into_smaller(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[2];
	uint16_t result;
	void *map;

	(void)state;
	bufs[0] = new_buffer(dev, 128, 0, &map);
	bufs[1] = new_buffer(dev, 64, 0, &map);
	assert_int_equal(run_command(dev, CMD_COPY_SHARED_BUFFER, NULL, 0, 0,
				     bufs, 2, &result),
			 -EINVAL);
	assert_int_equal(result, 22);
	apu_buffer_unref(bufs[0]);
	apu_buffer_unref(bufs[1]);
	apu_device_unref(dev);
}

static void
xrp_default_handler_answers(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;
	uint16_t result = 77;

	(void)state;
	/* {in 8, out 8, no group buffers}, namespace all zero. */
	buf = new_buffer(dev, 1052 + 16, APU_BUFFER_ZEROED, (void **)&map);
	map[0] = 8;
	map[4] = 8;
	run_command(dev, CMD_XRP, NULL, 0, 0, &buf, 1, &result);
	assert_in_range(result, 0, 1); /* an xrp_status */
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
every_command_is_refused(void **state)
{
	static const uint16_t commands[] = { 0, 1, 2, 6, 0x4100, 0x4101 };
	struct apu_device *dev = open_device();

	(void)state;
	for (size_t i = 0; i < COUNT(commands); i++) {
		uint16_t result = 0;

		assert_int_equal(run_command(dev, commands[i], NULL, 0, 0, NULL,
					     0, &result),
				 -EOPNOTSUPP);
		assert_int_equal(result, 134);
	}
	apu_device_unref(dev);
}

static void
requests_too_large_are_refused(void **state)
{
	static const struct {
		uint32_t command;
		size_t size_in_bytes, size_out_bytes;
		int code;
	} rows[] = {
		{ 0x10000, 0, 0, -EINVAL },
		{ UINT32_MAX, 0, 0, -EINVAL },
		{ 2, 0x10000, 0, -EINVAL },
		{ 2, 0, 0x10000, -EINVAL },
		{ 2, SIZE_MAX, SIZE_MAX, -EINVAL },
		{ 2, 485, 0, -EMSGSIZE },
		{ 2, 240, 245, -EMSGSIZE },
		{ 2, 0xffff, 0xffff, -EMSGSIZE },
	};
	static const uint8_t data_in[0x10000];
	struct apu_device *dev = open_device();
	struct apu_job *job;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		job = UNTOUCHED;
		assert_int_equal(apu_job_new_command(
					 dev, rows[i].command, data_in,
					 rows[i].size_in_bytes,
					 rows[i].size_out_bytes, NULL, 0, &job),
				 rows[i].code);
		assert_ptr_equal(job, UNTOUCHED);
	}
	assert_int_equal(
		apu_job_new_command(dev, 2, data_in, 242, 242, NULL, 0, &job),
		0);
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
buffers_of_a_request_are_checked(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *own, *foreign;
	struct apu_buffer *twice[2], *none[1] = { NULL };
	struct apu_job *job = UNTOUCHED;
	void *map;

	(void)state;
	own = new_buffer(dev, 64, 0, &map);
	foreign = new_buffer(other, 64, 0, &map);
	twice[0] = twice[1] = own;
	assert_int_equal(
		apu_job_new_command(dev, 1, NULL, 0, 0, twice, 2, &job),
		-EINVAL);
	assert_int_equal(
		apu_job_new_command(dev, 1, NULL, 0, 0, &foreign, 1, &job),
		-EINVAL);
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 0, 0, none, 1, &job),
			 -EINVAL);
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 0, 0, NULL, 1, &job),
			 -EINVAL);
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 4, 0, NULL, 0, &job),
			 -EINVAL);
	assert_int_equal(
		apu_job_new_command(NULL, 1, NULL, 0, 0, NULL, 0, &job),
		-EINVAL);
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 0, 0, NULL, 0, NULL),
			 -EINVAL);
	assert_int_equal(
		apu_job_new_command(dev, 1, NULL, 0, 0, &own, UINT32_MAX, &job),
		-EMSGSIZE);
	assert_ptr_equal(job, UNTOUCHED);
	apu_buffer_unref(own);
	apu_buffer_unref(foreign);
	apu_device_unref(dev);
	apu_device_unref(other);
}

static const struct conformance_case cases[] = {
	{ "command 2: inline data comes back", CAN_RUN_COMMANDS,
	  inline_data_comes_back },
	{ "command 1: halves and buffers are copied", CAN_RUN_COMMANDS,
	  halves_and_buffers_are_copied },
	{ "command 5: fill writes the buffer", CAN_RUN_COMMANDS,
	  fill_writes_the_buffer },
	{ "command 6: copy by device address", CAN_RUN_COMMANDS | CAN_ADDRESS,
	  copy_by_device_address },
	{ "another client's address is not mapped",
	  CAN_RUN_COMMANDS | CAN_ADDRESS,
	  another_clients_address_is_not_mapped },
	{ "wrong requests get the published error", CAN_RUN_COMMANDS,
	  wrong_requests_get_the_published_error },
	{ "a larger buffer does not fit into a smaller", CAN_RUN_COMMANDS,
	  larger_buffer_does_not_fit_into_smaller },
	{ "command 0: xrp's default handler answers", CAN_RUN_COMMANDS,
	  xrp_default_handler_answers },
	{ "every command is refused", CANNOT_RUN, every_command_is_refused },
	{ "requests too large are refused", CAN_ALWAYS,
	  requests_too_large_are_refused },
	{ "buffers of a request are checked", CAN_ALWAYS,
	  buffers_of_a_request_are_checked },
};

const struct conformance_group command_group = { cases, COUNT(cases) };
