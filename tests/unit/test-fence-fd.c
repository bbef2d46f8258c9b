/* SPDX-License-Identifier: MIT */

/* The file descriptor of a fence, on a transport that does as it is told. */

#include "core/fence.h"
#include "scripted.h"
#include "test.h"
#include "transport/ready_fd.h"
#include <apu/apu.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_IN_FLIGHT 4
#define LONG_MS       60000

struct bench {
	struct scripted s;
	struct apu_device *dev;
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->dev = scripted_open(&b->s, MAX_IN_FLIGHT);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	apu_device_unref(b->dev);
	assert_true(b->s.is_closed);
	assert_int_equal(b->s.open_syncobjs, 0);
	assert_int_equal(b->s.misuses, 0);
	if (b->s.exported_fd > 0)
		close(b->s.exported_fd);
	free(b);
	return 0;
}

static struct apu_fence *
submit(struct bench *b)
{
	struct apu_fence *fence = NULL;
	struct apu_job *job;

	assert_int_equal(
		apu_job_new_command(b->dev, 2, NULL, 0, 0, NULL, 0, &job), 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	return fence;
}

static int
export_fd(struct apu_fence *fence)
{
	int fd = -1;

	assert_int_equal(apu_fence_export_fd(fence, &fd), 0);
	return fd;
}

static bool
is_readable(int fd, int timeout_ms)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };

	return poll(&item, 1, timeout_ms) == 1 && item.revents == POLLIN;
}

static void
driver_s_fd_is_given_where_it_has_one(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;
	int fd;

	b->s.signals_fds = true;
	fence = submit(b);
	fd = export_fd(fence);
	assert_false(b->dev->has_worker);
	assert_false(is_readable(fd, 0));
	apui_ready_fd_signal(b->s.exported_fd);
	assert_true(is_readable(fd, 0));
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_status(fence), 0);
	close(fd);
	apu_fence_unref(fence);
}

static void
library_looks_for_the_end_where_the_driver_cannot_tell(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	int fd = export_fd(fence);
	int second = export_fd(fence);

	assert_true(is_readable(fd, LONG_MS));
	assert_true(is_readable(second, LONG_MS));
	assert_int_equal(apu_fence_status(fence), 0);
	close(fd);
	close(second);
	apu_fence_unref(fence);
}

/* Somebody may read from it though nobody should. */
static void
fd_stays_readable_when_it_is_read(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	int fd = export_fd(fence);
	uint64_t count;

	assert_true(is_readable(fd, LONG_MS));
	for (int i = 0; i < 3; i++)
		assert_int_equal(read(fd, &count, sizeof(count)), 8);
	assert_true(is_readable(fd, 0));
	close(fd);
	apu_fence_unref(fence);
}

static void
K12_fd_is_readable_though_the_driver_never_signals(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;
	int fd;

	b->s.hangs = true;
	fence = submit(b);
	fd = export_fd(fence);
	assert_true(is_readable(fd, LONG_MS));
	assert_int_equal(apu_fence_status(fence), -ETIMEDOUT);
	close(fd);
	apu_fence_unref(fence);
}

static void
fd_of_a_lost_device_is_readable(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	int fd;

	b->s.is_gone = true;
	fd = export_fd(fence);
	assert_true(is_readable(fd, 0));
	assert_int_equal(apu_fence_status(fence), -ENODEV);
	close(fd);
	apu_fence_unref(fence);
}

static void
fd_is_readable_once_fence_and_device_are_gone(void **state)
{
	struct bench *b = *state;
	struct apu_device *dev = b->dev;
	struct apu_fence *fence = submit(b);
	int fd = export_fd(fence);

	apu_device_ref(dev);
	apu_fence_unref(fence);
	apu_device_unref(dev);
	b->dev = NULL;
	apu_device_unref(dev);
	assert_true(is_readable(fd, 0));
	close(fd);
}

static void
child_gets_none(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	int status = -1, fd = 77;
	pid_t child = fork();

	if (child == 0)
		_exit(apu_fence_export_fd(fence, &fd) != -EPERM || fd != 77);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	apu_fence_unref(fence);
}

static void
no_fd_is_left_is_told(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	struct rlimit before, none;
	int fd = 77;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(apu_fence_export_fd(fence, &fd), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(fd, 77);
	close(export_fd(fence));
	assert_int_equal(apu_fence_wait(fence, 1000000), 0);
	apu_fence_unref(fence);
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH(driver_s_fd_is_given_where_it_has_one),
		BENCH(library_looks_for_the_end_where_the_driver_cannot_tell),
		BENCH(fd_stays_readable_when_it_is_read),
		BENCH(K12_fd_is_readable_though_the_driver_never_signals),
		BENCH(fd_of_a_lost_device_is_readable),
		BENCH(fd_is_readable_once_fence_and_device_are_gone),
		BENCH(child_gets_none),
		BENCH(no_fd_is_left_is_told),
	};

	return cmocka_run_group_tests_name("fence fd", tests, NULL, NULL);
}
