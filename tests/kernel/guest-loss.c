/* SPDX-License-Identifier: MIT */

/* The device is lost: its process is killed, its driver unbound. */

#include "guest-test.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	KILLS = 20,
	BUSY_JOBS = 8,
	GOAL_MS = 50,
};

/* Nanoseconds from the kill to the answer of the wait. */
static int64_t
kill_once(void)
{
	struct apu_fence *fences[BUSY_JOBS];
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	int64_t killed_ns, ended_ns;
	int ret;

	assert_int_equal(apu_buffer_new(dev, BUSY_BYTES, 0, &buf), 0);
	for (size_t i = 0; i < COUNT(fences); i++)
		fences[i] = submit_busy(dev, buf);
	assert_int_equal(apu_fence_status(fences[BUSY_JOBS - 1]), -EINPROGRESS);
	killed_ns = apu_device_now_ns(dev);
	kill(device_pid, SIGKILL);
	ret = apu_fence_wait(fences[BUSY_JOBS - 1], deadline_ns(dev));
	ended_ns = apu_device_now_ns(dev);
	stop_device(SIGKILL);
	assert_int_equal(ret, -ENODEV);
	for (size_t i = 0; i < COUNT(fences); i++) {
		ret = apu_fence_wait(fences[i], deadline_ns(dev));
		assert_true(ret == 0 || ret == -ENODEV);
		apu_fence_unref(fences[i]);
	}
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	return ended_ns - killed_ns;
}

static void
killed_device_is_lost_and_comes_back(void **state)
{
	int64_t worst_ns = 0, sum_ns = 0;

	(void)state;
	for (int i = 0; i < KILLS; i++) {
		int64_t ns = kill_once();

		worst_ns = ns > worst_ns ? ns : worst_ns;
		sum_ns += ns;
		start_device();
	}
	printf("# killed %d times: -ENODEV after %.1f ms at worst, goal %d ms "
	       "(mean %.1f)\n",
	       KILLS, (double)worst_ns / 1e6, GOAL_MS,
	       (double)sum_ns / KILLS / 1e6);
	assert_true(worst_ns < INT64_C(1000000) * GOAL_MS * goal_factor());
}

static void
bind_driver(const char *how)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/platform/drivers/apu/%s", how);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "apu", 3), 3);
	close(fd);
}

/* What a client has open when the driver goes. */
struct witness {
	struct apu_device *dev;
	struct apu_buffer *buf;
	struct apu_fence *done, *running;
	uint8_t *map;
	int dma_buf, done_file, running_file;
};

static void
open_witness(struct witness *w)
{
	w->dev = open_device();
	assert_int_equal(
		apu_buffer_new(w->dev, BUSY_BYTES,
			       APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			       &w->buf),
		0);
	assert_int_equal(apu_buffer_map(w->buf, (void **)&w->map), 0);
	assert_int_equal(apu_buffer_export_fd(w->buf, &w->dma_buf), 0);
	w->done = submit_busy(w->dev, w->buf);
	assert_int_equal(apu_fence_wait(w->done, deadline_ns(w->dev)), 0);
	assert_int_equal(apu_fence_export_fd(w->done, &w->done_file), 0);
	w->map[4096] = 0x5a;
	for (int i = 0; i < BUSY_JOBS; i++)
		apu_fence_unref(submit_busy(w->dev, w->buf));
	w->running = submit_busy(w->dev, w->buf);
	assert_int_equal(apu_fence_export_fd(w->running, &w->running_file), 0);
}

static bool
has_ended(int sync_file)
{
	struct pollfd poll_fd = { .fd = sync_file, .events = POLLIN };

	return poll(&poll_fd, 1, 10000) == 1 && (poll_fd.revents & POLLIN) != 0;
}

/* Everything that it has goes on to answer, and nothing to work. */
static void
check_witness(struct witness *w)
{
	assert_int_equal(echo(w->dev, 1, 2), -ENODEV);
	assert_int_equal(apu_fence_wait(w->running, deadline_ns(w->dev)),
			 -ENODEV);
	assert_int_equal(apu_fence_status(w->done), 0);
	assert_true(has_ended(w->done_file));
	assert_true(has_ended(w->running_file));
	assert_int_equal(w->map[4096], 0x5a);
	w->map[0] = 1;
}

static void
close_witness(struct witness *w)
{
	close(w->dma_buf);
	close(w->done_file);
	close(w->running_file);
	apu_fence_unref(w->done);
	apu_fence_unref(w->running);
	apu_buffer_unref(w->buf);
	apu_device_unref(w->dev);
}

static void
unbound_device_is_lost_and_another_is_found(void **state)
{
	struct apu_device *found;
	struct witness witness;
	char before[64], after[64];
	int status;

	(void)state;
	find_node(before, sizeof(before));
	open_witness(&witness);

	bind_driver("unbind");
	assert_int_equal(waitpid(device_pid, &status, 0), device_pid);
	device_pid = 0;
	assert_int_equal(status, 0);
	check_witness(&witness);
	assert_int_equal(apu_device_open(SPEC, &found), -ENODEV);

	bind_driver("bind");
	start_device();
	found = open_device();
	find_node(after, sizeof(after));
	printf("# was %s, is %s\n", before, after);
	assert_string_not_equal(before, after);
	check_witness(&witness);
	assert_int_equal(echo(found, 1, 4), 0);

	close_witness(&witness);
	assert_int_equal(echo(found, 1, 5), 0);
	apu_device_unref(found);
	assert_true(counters_become_zero());
}

/* Everything else of it is closed. */
static void
sync_file_keeps_the_driver_loaded(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_fence *fence;
	int fd;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, BUSY_BYTES, 0, &buf), 0);
	fence = submit_busy(dev, buf);
	assert_int_equal(apu_fence_export_fd(fence, &fd), 0);
	apu_fence_unref(fence);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	stop_device(SIGTERM);
	assert_true(counters_become_zero());
	sleep_ms(300);
	assert_int_equal(syscall(SYS_delete_module, "apu", O_NONBLOCK), -1);
	assert_true(has_ended(fd));
	close(fd);
	start_device();
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(killed_device_is_lost_and_comes_back),
	cmocka_unit_test(unbound_device_is_lost_and_another_is_found),
	cmocka_unit_test(sync_file_keeps_the_driver_loaded),
};

const struct guest_group loss_group = { "loss", tests, COUNT(tests) };
