/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
sizes_out_of_range_are_refused(void **state)
{
	static const struct {
		uint64_t size_bytes;
		int code;
	} rows[] = {
		{ 0, -EINVAL },
		{ UINT64_MAX, -E2BIG },
		{ UINT64_MAX - 4094, -E2BIG }, /* rounding to pages wraps */
		{ UINT64_C(1) << 40, -E2BIG },
	};
	struct apu_device *dev = open_device();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_buffer *buf = UNTOUCHED;

		assert_int_equal(
			apu_buffer_new(dev, rows[i].size_bytes, 0, &buf),
			rows[i].code);
		assert_ptr_equal(buf, UNTOUCHED);
	}
	apu_device_unref(dev);
}

static void
one_byte_over_the_limit_is_refused(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf = UNTOUCHED;
	uint64_t max_bytes;

	(void)state;
	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_BUFFER_BYTES,
					  &max_bytes),
			 0);
	assert_int_equal(apu_buffer_new(dev, max_bytes + 1, 0, &buf), -E2BIG);
	assert_ptr_equal(buf, UNTOUCHED);
	apu_device_unref(dev);
}

static void
bad_arguments_are_refused(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf = UNTOUCHED;
	uint64_t address = 7;
	void *map = UNTOUCHED;
	int fd = 7;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, 64, 0x80000000, &buf), -EINVAL);
	assert_int_equal(apu_buffer_new(NULL, 64, 0, &buf), -EINVAL);
	assert_int_equal(apu_buffer_new(dev, 64, 0, NULL), -EINVAL);
	assert_ptr_equal(buf, UNTOUCHED);
	assert_int_equal(apu_buffer_map(NULL, &map), -EINVAL);
	assert_int_equal(apu_buffer_cpu_begin(NULL, APU_BUFFER_READ, 0),
			 -EINVAL);
	assert_int_equal(apu_buffer_cpu_end(NULL, APU_BUFFER_READ), -EINVAL);
	assert_int_equal(apu_buffer_device_address(NULL, &address), -EINVAL);
	assert_int_equal(apu_buffer_export_fd(NULL, &fd), -EINVAL);
	assert_int_equal(apu_buffer_import_fd(NULL, 0, &buf), -EINVAL);
	assert_int_equal(apu_buffer_import_fd(dev, 0, NULL), -EINVAL);
	assert_null(apu_buffer_unref(NULL));
	apu_device_unref(dev);
}

static void
map_is_writable_to_the_last_byte(void **state)
{
	static const uint64_t sizes[] = { 1, 63, 4095, 4096, 4097, 1000000 };
	struct apu_device *dev = open_device();

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct apu_buffer *buf;
		void *map, *again;

		buf = new_buffer(dev, sizes[i], 0, &map);
		assert_int_equal(apu_buffer_size(buf), sizes[i]);
		assert_int_equal((uintptr_t)map % 4096, 0);
		memset(map, 0x5a, sizes[i]);
		assert_int_equal(apu_buffer_map(buf, &again), 0);
		assert_ptr_equal(map, again);
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
}

static void
zeroed_buffer_is_zero(void **state)
{
	struct apu_device *dev = open_device();
	uint8_t *map;

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct apu_buffer *buf;

		buf = new_buffer(dev, 8192, APU_BUFFER_ZEROED, (void **)&map);
		for (size_t i = 0; i < 8192; i++)
			assert_int_equal(map[i], 0);
		memset(map, 0xff, 8192);
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
}

static void
buffer_outlives_its_device_reference(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf, *second;
	uint8_t *map;

	(void)state;
	buf = new_buffer(dev, 100, 0, (void **)&map);
	apu_device_unref(dev);
	second = apu_buffer_ref(buf);
	assert_ptr_equal(second, buf);
	assert_null(apu_buffer_unref(buf));
	map[99] = 1;
	apu_buffer_unref(second);
}

static void
access_is_counted(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	void *map;

	(void)state;
	buf = new_buffer(dev, 64, 0, &map);
	assert_int_equal(apu_buffer_cpu_end(buf, APU_BUFFER_READ), -EINVAL);
	assert_int_equal(apu_buffer_cpu_begin(buf, 0, 0), -EINVAL);
	assert_int_equal(apu_buffer_cpu_begin(buf, 4, 0), -EINVAL);
	assert_int_equal(apu_buffer_cpu_begin(buf, APU_BUFFER_READ, 0), 0);
	assert_int_equal(apu_buffer_cpu_begin(
				 buf, APU_BUFFER_READ | APU_BUFFER_WRITE, 0),
			 0);
	assert_int_equal(apu_buffer_cpu_end(buf, APU_BUFFER_WRITE), 0);
	assert_int_equal(apu_buffer_cpu_end(buf, APU_BUFFER_READ), 0);
	assert_int_equal(apu_buffer_cpu_end(buf, APU_BUFFER_READ), -EINVAL);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
addresses_are_distinct_pages_of_the_window(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[8];
	uint64_t addresses[COUNT(bufs)];
	uint64_t again;

	(void)state;
	for (size_t i = 0; i < COUNT(bufs); i++) {
		assert_int_equal(apu_buffer_new(dev, 5000, 0, &bufs[i]), 0);
		assert_int_equal(
			apu_buffer_device_address(bufs[i], &addresses[i]), 0);
		assert_int_equal(addresses[i] % 4096, 0);
		assert_in_range(addresses[i], 0x60000000, 0x6fffe000);
		for (size_t k = 0; k < i; k++)
			assert_true(addresses[i] + 8192 <= addresses[k] ||
				    addresses[k] + 8192 <= addresses[i]);
		assert_int_equal(apu_buffer_device_address(bufs[i], &again), 0);
		assert_int_equal(again, addresses[i]);
	}
	for (size_t i = 0; i < COUNT(bufs); i++)
		apu_buffer_unref(bufs[i]);
	apu_device_unref(dev);
}

static void
export_and_import_share_the_bytes(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *buf, *twin = NULL;
	uint8_t *map, *twin_map;
	int fd = -1;

	(void)state;
	buf = new_buffer(dev, 10000, APU_BUFFER_EXPORTABLE, (void **)&map);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(apu_buffer_import_fd(other, fd, &twin), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(apu_buffer_map(twin, (void **)&twin_map), 0);
	assert_true(apu_buffer_size(twin) >= 10000);

	map[9999] = 42;
	assert_int_equal(twin_map[9999], 42);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	twin_map[9999] = 43;
	apu_buffer_unref(twin);
	apu_device_unref(other);
}

static void
buffer_not_made_for_export_is_not_exported(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	int fd = 77;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, 64, 0, &buf), 0);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), -EPERM);
	assert_int_equal(fd, 77);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

/* What an fd can be that is not memory to import. */
enum fd_kind { FD_CLOSED, FD_PIPE, FD_FILE, FD_EMPTY, FD_READ_ONLY, FD_SEALED };

static int
make_fd(enum fd_kind kind)
{
	char path[32];
	int fds[2];
	int fd, again;

	if (kind == FD_CLOSED)
		return -1;
	if (kind == FD_FILE)
		return open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (kind == FD_PIPE) {
		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		close(fds[0]);
		return fds[1];
	}
	fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0);
	if (kind == FD_EMPTY)
		return fd;
	assert_int_equal(ftruncate(fd, 4096), 0);
	if (kind == FD_SEALED) {
		assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL), 0);
		return fd;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	return again;
}

static void
fds_that_cannot_be_imported_are_refused(void **state)
{
	static const struct {
		enum fd_kind kind;
		int code;
	} rows[] = {
		{ FD_CLOSED, -EBADF },     { FD_PIPE, -EINVAL },
		{ FD_FILE, -EINVAL },      { FD_EMPTY, -EINVAL },
		{ FD_READ_ONLY, -EACCES }, { FD_SEALED, -EPERM },
	};
	struct apu_device *dev = open_device();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_buffer *buf = UNTOUCHED;
		int fd = make_fd(rows[i].kind);
		int ret = apu_buffer_import_fd(dev, fd, &buf);

		if (ret != rows[i].code)
			fail_msg("kind %d gives %d, not %d", rows[i].kind, ret,
				 rows[i].code);
		assert_ptr_equal(buf, UNTOUCHED);
		if (fd >= 0)
			assert_int_equal(close(fd), 0); /* still ours */
	}
	apu_device_unref(dev);
}

static void
imported_memory_cannot_shrink(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	(void)state;
	assert_int_equal(ftruncate(fd, 8192), 0);
	assert_int_equal(apu_buffer_import_fd(dev, fd, &buf), 0);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(apu_buffer_map(buf, (void **)&map), 0);
	map[8191] = 1;
	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
sharing_and_addresses_are_refused(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf, *imported = UNTOUCHED;
	uint64_t address = 77;
	int fd = 77;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, 64, APU_BUFFER_EXPORTABLE, &buf),
			 0);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), -EOPNOTSUPP);
	assert_int_equal(apu_buffer_import_fd(dev, 0, &imported), -EOPNOTSUPP);
	assert_int_equal(apu_buffer_device_address(buf, &address), -EOPNOTSUPP);
	assert_int_equal(fd, 77);
	assert_int_equal(address, 77);
	assert_ptr_equal(imported, UNTOUCHED);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
exhausted_memory_is_an_error_and_freeing_helps(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[64] = { NULL };
	struct apu_buffer *buf = NULL;
	uint64_t max_bytes;
	size_t count = 0;
	int ret = 0;

	(void)state;
	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_BUFFER_BYTES,
					  &max_bytes),
			 0);
	while (ret == 0 && count < COUNT(bufs)) {
		ret = apu_buffer_new(dev, max_bytes / 8, 0, &bufs[count]);
		count += ret == 0;
	}
	assert_in_range(count, 1, COUNT(bufs) - 1);
	assert_int_equal(ret, -ENOMEM);
	assert_string_not_equal(apu_error_remedy(apu_error_last()), "");

	apu_buffer_unref(bufs[--count]);
	assert_int_equal(apu_buffer_new(dev, max_bytes / 8, 0, &buf), 0);
	apu_buffer_unref(buf);
	while (count > 0)
		apu_buffer_unref(bufs[--count]);
	apu_device_unref(dev);
}

static void
handle_is_the_buffers_own(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[3];
	uint32_t handles[3];
	void *map;

	(void)state;
	for (size_t i = 0; i < COUNT(bufs); i++) {
		bufs[i] = new_buffer(dev, 4096, 0, &map);
		handles[i] = apu_buffer_handle(bufs[i]);
		assert_int_not_equal(handles[i], 0);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(handles[i], handles[k]);
	}
	for (size_t i = 0; i < COUNT(bufs); i++) {
		assert_int_equal(apu_buffer_handle(bufs[i]), handles[i]);
		apu_buffer_unref(bufs[i]);
	}
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "buffer sizes out of range are refused", CAN_ALWAYS,
	  sizes_out_of_range_are_refused },
	{ "one byte over the buffer limit is refused", CAN_ALWAYS,
	  one_byte_over_the_limit_is_refused },
	{ "bad buffer arguments are refused", CAN_ALWAYS,
	  bad_arguments_are_refused },
	{ "map is writable to the last byte", CAN_ALWAYS,
	  map_is_writable_to_the_last_byte },
	{ "zeroed buffer is zero", CAN_ALWAYS, zeroed_buffer_is_zero },
	{ "buffer outlives the device reference", CAN_ALWAYS,
	  buffer_outlives_its_device_reference },
	{ "access is counted", CAN_ALWAYS, access_is_counted },
	{ "handle is the buffer's own", CAN_ALWAYS, handle_is_the_buffers_own },
	{ "device addresses are distinct pages of the window", CAN_ADDRESS,
	  addresses_are_distinct_pages_of_the_window },
	{ "export and import share the bytes", CAN_SHARE,
	  export_and_import_share_the_bytes },
	{ "buffer not made for export is not exported", CAN_SHARE,
	  buffer_not_made_for_export_is_not_exported },
	{ "fds that cannot be imported are refused", CAN_SHARE,
	  fds_that_cannot_be_imported_are_refused },
	{ "imported memory cannot shrink", CAN_SHARE,
	  imported_memory_cannot_shrink },
	{ "sharing and addresses are refused", CANNOT_SHARE,
	  sharing_and_addresses_are_refused },
	{ "exhausted memory is an error, and freeing helps", CAN_RUN_MODELS,
	  exhausted_memory_is_an_error_and_freeing_helps },
};

const struct conformance_group buffer_group = { cases, COUNT(cases) };
