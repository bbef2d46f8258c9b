/* SPDX-License-Identifier: MIT */
#include "deviced/control.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_ASKED 4096

#define FOLDER     "/tmp/apu-control-XXXXXX"
#define PATH_BYTES (sizeof(FOLDER) + 16)

struct fixture {
	char folder[sizeof(FOLDER)];
	char path[PATH_BYTES];
	struct deviced_faults faults;
	struct deviced_control control;
};

static void
name_path(const struct fixture *f, const char *name, char *out_path)
{
	snprintf(out_path, PATH_BYTES, "%s/%s", f->folder, name);
}

static int
setup(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;

	*state = f;
	memcpy(f->folder, FOLDER, sizeof(FOLDER));
	assert_non_null(mkdtemp(f->folder));
	name_path(f, "socket", f->path);
	assert_int_equal(deviced_faults_init(&f->faults), 0);
	return deviced_control_start(&f->control, f->path, &f->faults);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	deviced_control_stop(&f->control);
	assert_int_equal(access(f->path, F_OK), -1);
	deviced_faults_finish(&f->faults);
	return rmdir(f->folder);
}

static int
connect_to(const struct fixture *f)
{
	const struct timeval patience = { .tv_sec = 60 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	memcpy(address.sun_path, f->path, strlen(f->path));
	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
ask(const struct fixture *f, const char *text, const char *want)
{
	char answer[DEVICED_ANSWER_BYTES] = "";
	int fd = connect_to(f);
	ssize_t bytes;

	assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
	bytes = recv(fd, answer, sizeof(answer) - 1, 0);
	close(fd);
	assert_int_equal(bytes, strlen(want));
	assert_string_equal(answer, want);
}

static struct apui_fault
decide(struct fixture *f, uint8_t cmd)
{
	const uint8_t request[12] = { 1, 0, cmd };

	return deviced_faults_decide(&f->faults, 0, request, sizeof(request));
}

static void
plan_is_taken_and_counted(void **state)
{
	struct fixture *f = *state;

	ask(f, "unspent", "0");
	assert_int_equal(decide(f, 1).kind, APUI_FAULT_NONE);
	ask(f, "job:cmd=2:slow=7+job:nth=9:hang", "ok");
	ask(f, "unspent", "2");
	assert_int_equal(decide(f, 1).kind, APUI_FAULT_NONE);
	assert_int_equal(decide(f, 2).value, 7);
	ask(f, "unspent", "1");
	ask(f, "none", "ok");
	ask(f, "unspent", "0");
}

static void
wrong_plan_is_answered_with_the_reason(void **state)
{
	struct fixture *f = *state;

	ask(f, "job:hang", "ok");
	ask(f, "job:melt",
	    "error: \"melt\" is none of nth cmd core, hang slow crash late "
	    "size");
	ask(f, "unspent ", "error: \"unspent \" does not begin with job:");
	/* The former goes on. */
	ask(f, "unspent", "1");
}

static void
line_end_is_no_part_of_it(void **state)
{
	ask(*state, "job:hang\n", "ok");
	ask(*state, "unspent\n", "1");
}

static void
request_without_a_header_has_command_0(void **state)
{
	struct fixture *f = *state;
	const uint8_t request[11] = { 1, 0, 2 };

	ask(f, "job:cmd=2:hang+job:cmd=0:late=1", "ok");
	assert_int_equal(
		deviced_faults_decide(&f->faults, 0, request, sizeof(request))
			.kind,
		APUI_FAULT_LATE);
}

/* What was cut might be another plan, so it gets no answer. */
static void
text_that_is_too_long_is_not_taken(void **state)
{
	struct fixture *f = *state;
	char text[MAX_ASKED];
	int fd = connect_to(f);

	memset(text, 'x', sizeof(text));
	memcpy(text, "job:hang+", 9);
	assert_int_equal(send(fd, text, sizeof(text), 0), sizeof(text));
	assert_int_equal(recv(fd, text, sizeof(text), 0), 0);
	close(fd);
	ask(f, "unspent", "0");
}

static void
who_says_nothing_keeps_nobody_waiting(void **state)
{
	struct fixture *f = *state;
	int silent = connect_to(f);
	int gone = connect_to(f);

	close(gone);
	ask(f, "job:hang", "ok");
	close(silent);
}

static void
socket_in_use_is_not_taken_over(void **state)
{
	struct fixture *f = *state;
	struct deviced_control other;

	assert_int_equal(deviced_control_start(&other, f->path, &f->faults),
			 -EADDRINUSE);
	ask(f, "unspent", "0");
}

static void
socket_that_was_left_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct deviced_control other;
	char path[PATH_BYTES];
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	name_path(f, "left", path);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	close(fd);
	assert_int_equal(deviced_control_start(&other, path, &f->faults), 0);
	deviced_control_stop(&other);
}

static void
what_is_no_socket_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct deviced_control other;
	char path[PATH_BYTES];
	int fd;

	name_path(f, "file", path);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(deviced_control_start(&other, path, &f->faults),
			 -EEXIST);
	assert_int_equal(unlink(path), 0);
}

static void
path_that_does_not_fit_is_refused(void **state)
{
	struct fixture *f = *state;
	struct deviced_control other;
	char path[200];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(deviced_control_start(&other, path, &f->faults),
			 -ENAMETOOLONG);
	assert_int_equal(
		deviced_control_start(&other, "/nonexistent/x", &f->faults),
		-ENOENT);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plan_is_taken_and_counted),
		TEST(wrong_plan_is_answered_with_the_reason),
		TEST(line_end_is_no_part_of_it),
		TEST(request_without_a_header_has_command_0),
		TEST(text_that_is_too_long_is_not_taken),
		TEST(who_says_nothing_keeps_nobody_waiting),
		TEST(socket_in_use_is_not_taken_over),
		TEST(socket_that_was_left_is_replaced),
		TEST(what_is_no_socket_is_left_alone),
		TEST(path_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
