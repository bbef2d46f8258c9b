/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "core/file.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int
make_file(const void *bytes, size_t size_bytes)
{
	int fd = memfd_create("file", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size_bytes), size_bytes);
	return fd;
}

static void
whole_file_is_read_from_its_first_byte(void **state)
{
	int fd = make_file("0123456789", 10);
	uint8_t *data = NULL;
	size_t size_bytes = 0;

	(void)state;
	assert_int_equal(lseek(fd, 4, SEEK_SET), 4);
	assert_int_equal(apui_file_read(fd, 10, &data, &size_bytes), 0);
	assert_int_equal(size_bytes, 10);
	assert_memory_equal(data, "0123456789", 10);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 4);
	free(data);
	close(fd);
}

static void
empty_file_is_no_bytes(void **state)
{
	int fd = make_file("", 0);
	uint8_t *data = NULL;
	size_t size_bytes = 7;

	(void)state;
	assert_int_equal(apui_file_read(fd, 10, &data, &size_bytes), 0);
	assert_int_equal(size_bytes, 0);
	free(data);
	close(fd);
}

static void
file_over_the_limit_is_not_read(void **state)
{
	int fd = make_file("0123456789", 10);
	uint8_t *data = (uint8_t *)"untouched";
	size_t size_bytes = 7;

	(void)state;
	assert_int_equal(apui_file_read(fd, 9, &data, &size_bytes), -E2BIG);
	assert_string_equal((char *)data, "untouched");
	assert_int_equal(size_bytes, 7);
	assert_non_null(
		strstr(apu_error_remedy(apu_error_last()), "max_file_bytes"));
	close(fd);
}

/* A FIFO that nobody writes to must not hang its reader. */
static void
fifo_is_refused_at_once(void **state)
{
	char folder[] = "/tmp/apu-test-XXXXXX";
	char path[64];
	uint8_t *data;
	size_t size_bytes;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = apui_file_open(path);
	assert_true(fd >= 0);
	assert_int_equal(apui_file_read(fd, 100, &data, &size_bytes), -EINVAL);
	close(fd);
	unlink(path);
	rmdir(folder);
}

static void
missing_file_and_folder_are_told_apart(void **state)
{
	uint8_t *data;
	size_t size_bytes;
	int fd;

	(void)state;
	assert_int_equal(apui_file_open("/nonexistent"), -ENOENT);
	fd = apui_file_open("/");
	assert_int_equal(apui_file_read(fd, 9, &data, &size_bytes), -EISDIR);
	close(fd);
	assert_int_equal(apui_file_read(-1, 9, &data, &size_bytes), -EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file_is_read_from_its_first_byte),
		cmocka_unit_test(empty_file_is_no_bytes),
		cmocka_unit_test(file_over_the_limit_is_not_read),
		cmocka_unit_test(fifo_is_refused_at_once),
		cmocka_unit_test(missing_file_and_folder_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
