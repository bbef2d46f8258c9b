/* SPDX-License-Identifier: MIT */

/*
 * Opening the node behind a descriptor of the program: on the kernel of
 * drm_kernel.h, whose file the program keeps, and with descriptors of this
 * machine, which are no nodes.
 */

#include "core/error.h"
#include "drm_kernel.h"
#include "uapi/apu_drm.h"
#include <apu/device.h>
#include <apu/error.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct apui_drm_version year_2023 = { APUI_DRM_NAME, 1, 1, 2023 };
static const struct apui_drm_version published = { APUI_DRM_NAME, 1, 0, 0 };
static const struct apui_drm_version other_driver = { "i915", 1, 6, 0 };

static void
reset_kernel(const struct apui_drm_version *version, const char *abi)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.version = *version;
	if (apui_drm_abi_choose(version, abi, &kernel.abi) < 0)
		apui_drm_abi_choose(&year_2023, "", &kernel.abi);
}

static int
open_client(const char *abi, struct apui_transport **out)
{
	return apui_drm_open(
		&(struct apui_drm_request) {
			.sys = &fake_system,
			.has_fd = true,
			.fd = OTHER_FD,
			.abi = abi,
			.timeout_ms = 500,
		},
		out);
}

static int
setup(void **state)
{
	struct apui_transport *t = NULL;

	reset_kernel(&year_2023, "");
	assert_int_equal(open_client("", &t), 0);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct apui_transport *t = *state;

	t->ops->close(t);
	return 0;
}

static void
mastership_is_the_programs(void **state)
{
	struct apui_transport *t = *state;

	assert_int_equal(t->info.core_count, CORES);
	assert_false(kernel.drops_master);
}

static void
handles_are_given_back_to_a_file_that_stays(void **state)
{
	struct apui_transport *t = NULL;
	uint32_t handle;

	(void)state;
	reset_kernel(&year_2023, "");
	assert_int_equal(open_client("", &t), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(t->ops->buffer_new(t, 100, 0, &handle), 0);
	assert_int_equal(t->ops->buffer_close(t, handle), 0);
	assert_int_equal(kernel.open_handles, 2);
	t->ops->close(t);
	assert_int_equal(kernel.open_handles, 0);
	assert_int_equal(kernel.closes, 1);
}

/* The program's file may be one whose reads wait for an event. */
static void
reading_without_events_does_not_sleep(void **state)
{
	const uint32_t event[] = { 0x80000000, 12, 7 };
	struct apui_transport *t = *state;
	struct apui_event events[4];

	assert_int_equal(t->ops->read_events(t, events, 4), 0);
	assert_int_equal(kernel.reads, 0);
	memcpy(kernel.events, event, sizeof(event));
	kernel.event_bytes = sizeof(event);
	assert_int_equal(t->ops->read_events(t, events, 4), 1);
	assert_int_equal(events[0].syncobj, 7);
	assert_int_equal(kernel.reads, 1);
}

static void
child_gives_nothing_back(void **state)
{
	struct apui_transport *t = *state;
	unsigned int before;
	uint32_t handle;
	int status = -1;
	pid_t child;

	assert_int_equal(t->ops->buffer_new(t, 100, 0, &handle), 0);
	before = kernel.calls;
	child = fork();
	if (child == 0) {
		t->ops->close(t);
		_exit(kernel.calls != before);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static const struct row {
	const char *name;
	const struct apui_drm_version *version;
	const char *abi;
	int dup_error;
	int code;
	const char *word; /* of the message */
} rows[] = {
	{ "no_copy_of_a_closed_number", &year_2023, "", EBADF, -EBADF, "1001" },
	{ "no_copy_when_numbers_run_out", &year_2023, "", EMFILE, -EMFILE,
	  "1001" },
	{ "no_copy_of_what_cannot_be_written", &year_2023, "", EACCES, -EACCES,
	  "reading and writing" },
	{ "another_driver", &other_driver, "", 0, -ENODEV, "1001" },
	{ "published_driver_without_abi", &published, "", 0, -EPROTO,
	  "abi=2021" },
	{ "published_driver_with_abi", &published, "2021", 0, 0, "" },
	{ "abi_that_the_driver_denies", &year_2023, "2021", 0, -EPROTO,
	  "leave abi= out" },
};

/* Nothing but VERSION is asked before the driver is known. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct apui_transport *t = NULL;
	int ret;

	apui_error_clear();
	reset_kernel(row->version, row->abi);
	kernel.dup_error = row->dup_error;
	ret = open_client(row->abi, &t);
	assert_int_equal(ret, row->code);
	if (ret == 0) {
		t->ops->close(t);
		return;
	}
	assert_null(t);
	assert_int_equal(kernel.closes, row->dup_error == 0);
	assert_int_equal(kernel.calls, row->dup_error == 0);
	apui_fail_during(ret, "open device", NULL);
	if (strstr(apu_error_message(apu_error_last()), row->word) == NULL)
		fail_msg("%s", apu_error_message(apu_error_last()));
}

static const struct real_row {
	const char *name;
	const char *path; /* NULL: a number that is not open */
	int flags;
	const char *options;
	int code;
	const char *word; /* of the message */
} real_rows[] = {
	{ "closed_number_is_EBADF", NULL, 0, NULL, -EBADF, "descriptor" },
	{ "file_without_driver_is_ENODEV", "/dev/null", O_RDWR, "", -ENODEV,
	  "drm:/dev/null: " },
	{ "message_has_the_options", "/dev/null", O_RDWR, "abi=2021", -ENODEV,
	  "drm:/dev/null,abi=2021: " },
	{ "file_for_reading_is_EACCES", "/dev/null", O_RDONLY, NULL, -EACCES,
	  "reading and writing" },
	{ "file_for_writing_is_EACCES", "/dev/null", O_WRONLY, NULL, -EACCES,
	  "reading and writing" },
	{ "path_alone_is_EACCES", "/dev/null", O_PATH, NULL, -EACCES,
	  "reading and writing" },
	{ "folder_is_EACCES", "/", O_RDONLY, NULL, -EACCES, "drm:/: " },
	{ "unknown_key_is_EINVAL", "/dev/null", O_RDWR, "cores=2", -EINVAL,
	  "cores" },
	{ "value_out_of_range_is_EINVAL", "/dev/null", O_RDWR, "timeout_ms=0",
	  -EINVAL, "timeout_ms" },
	{ "abi_of_another_year_waits_for_a_driver", "/dev/null", O_RDWR,
	  "abi=2022", -ENODEV, "" },
};

static unsigned int
count_open_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void
check_real_row(void **state)
{
	const struct real_row *row = *state;
	struct apu_device *dev = NULL;
	int fd = row->path != NULL ? open(row->path, row->flags | O_CLOEXEC)
				   : 1023;
	unsigned int before = count_open_fds();

	assert_true(fd >= 0);
	assert_int_equal(apu_device_open_fd(fd, row->options, &dev), row->code);
	assert_null(dev);
	assert_int_equal(count_open_fds(), before);
	if (strstr(apu_error_message(apu_error_last()), row->word) == NULL)
		fail_msg("%s", apu_error_message(apu_error_last()));
	if (row->path != NULL)
		close(fd);
}

static void
nowhere_to_put_the_device_is_EINVAL(void **state)
{
	(void)state;
	assert_int_equal(apu_device_open_fd(0, NULL, NULL), -EINVAL);
}

static void
no_number_left_is_EMFILE(void **state)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct apu_device *dev = NULL;
	struct rlimit limit, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)fd + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(apu_device_open_fd(fd, NULL, &dev), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_null(dev);
	close(fd);
}

static void
copy_is_close_on_exec(void **state)
{
	int fd = open("/dev/null", O_RDWR), copy;

	(void)state;
	copy = apui_drm_linux.dup(fd);
	assert_true(copy >= 0);
	assert_int_equal(fcntl(copy, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	close(copy);
	close(fd);
}

static void
readable_is_what_has_something(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_false(apui_drm_linux.is_readable(ends[0]));
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(apui_drm_linux.is_readable(ends[0]));
	close(ends[0]);
	close(ends[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest fixed[] = {
		TEST(mastership_is_the_programs),
		cmocka_unit_test(handles_are_given_back_to_a_file_that_stays),
		TEST(reading_without_events_does_not_sleep),
		TEST(child_gives_nothing_back),
		cmocka_unit_test(nowhere_to_put_the_device_is_EINVAL),
		cmocka_unit_test(no_number_left_is_EMFILE),
		cmocka_unit_test(copy_is_close_on_exec),
		cmocka_unit_test(readable_is_what_has_something),
	};
	struct CMUnitTest tests[COUNT(fixed) + COUNT(rows) + COUNT(real_rows)];
	size_t count = COUNT(fixed);

	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < COUNT(rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < COUNT(real_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = real_rows[i].name,
			.test_func = check_real_row,
			.initial_state = (void *)&real_rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
