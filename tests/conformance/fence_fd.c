/* SPDX-License-Identifier: MIT */

/* Descriptors that poll readable when a submission has ended. */

#include "conformance.h"
#include "support/control_models.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define LONG_MS ((int)(LONG_NS / 1000000))

/* Enough that the last is not done when the next call is made. */
#define COPIES 8
/* A busy machine may think of us so late that all is done: once more. */
#define MAX_TRIES 50

static bool
is_readable_within(int fd, int timeout_ms)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	int count = poll(&item, 1, timeout_ms);

	assert_true(count >= 0);
	assert_int_equal(item.revents & (POLLERR | POLLNVAL), 0);
	return count == 1 && (item.revents & POLLIN) != 0;
}

static int
export_fd(struct apu_fence *fence)
{
	int fd = -1;

	assert_int_equal(apu_fence_export_fd(fence, &fd), 0);
	assert_true(fd >= 0);
	return fd;
}

static struct apu_fence *
submit_small(struct apu_device *dev)
{
	struct apu_job *job = new_small_job(dev);
	struct apu_fence *fence = NULL;

	assert_non_null(job);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	return fence;
}

/* Work that takes a while; the fence of the last piece. */
static struct apu_fence *
submit_copies(struct apu_device *dev, struct apu_buffer *buf)
{
	struct apu_fence *fence = NULL;

	for (int i = 0; i < COPIES; i++) {
		apu_fence_unref(fence);
		assert_int_equal(submit_copy(dev, buf, &fence), 0);
	}
	return fence;
}

static void
fd_is_readable_at_the_end(void **state)
{
	struct apu_device *dev = open_device();

	(void)state;
	for (unsigned int i = 0; i < scaled(100); i++) {
		struct apu_fence *fence = submit_small(dev);
		int fd = export_fd(fence);

		assert_true(is_readable_within(fd, LONG_MS));
		assert_int_not_equal(apu_fence_status(fence), -EINPROGRESS);
		/* And for good. */
		assert_true(is_readable_within(fd, 0));
		assert_int_equal(close(fd), 0);
		apu_fence_unref(fence);
	}
	apu_device_unref(dev);
}

/* Who polls before the end is told at the end, and not before. */
static bool
poll_early(struct apu_device *dev, struct apu_buffer *buf)
{
	struct apu_fence *fence = submit_copies(dev, buf);
	int fd = export_fd(fence);
	bool was_early = !is_readable_within(fd, 0);

	if (!was_early)
		assert_int_equal(apu_fence_status(fence), 0);
	assert_true(is_readable_within(fd, LONG_MS));
	assert_int_equal(apu_fence_status(fence), 0);
	close(fd);
	apu_fence_unref(fence);
	return was_early;
}

static void
fd_is_not_readable_before_the_end(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	bool was_early = false;
	void *map;

	(void)state;
	buf = new_buffer(dev, LARGE_BYTES, 0, &map);
	for (int i = 0; i < MAX_TRIES && !was_early; i++)
		was_early = poll_early(dev, buf);
	assert_true(was_early);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
fd_of_an_ended_fence_is_readable_at_once(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence = submit_small(dev);
	int fd;

	(void)state;
	assert_int_not_equal(apu_fence_wait(fence, long_deadline_ns(dev)),
			     -ETIME);
	fd = export_fd(fence);
	assert_true(is_readable_within(fd, 0));
	close(fd);
	apu_fence_unref(fence);
	apu_device_unref(dev);
}

static void
fd_may_be_closed_early(void **state)
{
	struct apu_device *dev = open_device();
	unsigned int before = count_open_fds();

	(void)state;
	for (unsigned int i = 0; i < scaled(100); i++) {
		struct apu_fence *fence = submit_small(dev);

		assert_int_equal(close(export_fd(fence)), 0);
		assert_int_not_equal(
			apu_fence_wait(fence, long_deadline_ns(dev)), -ETIME);
		apu_fence_unref(fence);
	}
	assert_int_equal(count_open_fds(), before);
	apu_device_unref(dev);
}

static void
fd_outlives_its_fence_and_job(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence = submit_small(dev);
	int fd = export_fd(fence);

	(void)state;
	apu_fence_unref(fence);
	assert_true(is_readable_within(fd, LONG_MS));
	close(fd);
	apu_device_unref(dev);
}

static void
fd_outlives_its_device(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_fence *fence;
	void *map;
	int fd;

	(void)state;
	buf = new_buffer(dev, LARGE_BYTES, 0, &map);
	fence = submit_copies(dev, buf);
	fd = export_fd(fence);
	apu_fence_unref(fence);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	assert_true(is_readable_within(fd, LONG_MS));
	close(fd);
}

static void
fds_of_one_fence_are_apart(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence = submit_small(dev);
	int first = export_fd(fence);
	int second = export_fd(fence);

	(void)state;
	assert_int_not_equal(first, second);
	close(first);
	assert_true(is_readable_within(second, LONG_MS));
	assert_int_equal(fcntl(second, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(second);
	apu_fence_unref(fence);
	apu_device_unref(dev);
}

static void
fd_wants_a_fence_and_a_place(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence = submit_small(dev);
	int fd = 77;

	(void)state;
	assert_int_equal(apu_fence_export_fd(NULL, &fd), -EINVAL);
	assert_int_equal(apu_fence_export_fd(fence, NULL), -EINVAL);
	assert_int_equal(fd, 77);
	apu_fence_unref(fence);
	apu_device_unref(dev);
}

/* A loop: between its requests it waits for the client, that is the library. */
static struct apu_fence *
submit_loop(struct apu_device *dev, int32_t rounds)
{
	struct tflite_file file = control_while();
	struct apu_fence *fence = NULL;
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;
	uint8_t *map;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	buf = new_buffer(dev, 256, APU_BUFFER_ZEROED, (void **)&map);
	memcpy(map, &rounds, sizeof(rounds));
	assert_int_equal(apu_job_new(model, &job), 0);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(apu_job_bind_input(job, i, buf, 128 * i), 0);
		assert_int_equal(apu_job_bind_output(job, i, buf, 64 + 128 * i),
				 0);
	}
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_model_unref(model);
	return fence;
}

static void
fd_of_a_loop_is_readable_at_its_end(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence = submit_loop(dev, 20);
	int fd = export_fd(fence);
	int second = export_fd(fence);

	(void)state;
	/* Nobody else moves it along. */
	assert_true(is_readable_within(fd, LONG_MS));
	assert_int_equal(apu_fence_status(fence), 0);
	assert_true(is_readable_within(second, 0));
	close(fd);
	close(second);
	apu_fence_unref(fence);
	apu_device_unref(dev);
}

static void
fd_of_a_loop_outlives_fence_and_device(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence = submit_loop(dev, 5);
	unsigned int before = count_open_fds();
	int fd = export_fd(fence);

	(void)state;
	apu_fence_unref(fence);
	assert_true(is_readable_within(fd, LONG_MS));
	close(fd);
	/* The library closes its own just after it has told. */
	for (int i = 0; i < 6000 && count_open_fds() > before; i++)
		sleep_ms(1);
	assert_int_equal(count_open_fds(), before);

	fence = submit_loop(dev, 5);
	fd = export_fd(fence);
	apu_fence_unref(fence);
	apu_device_unref(dev);
	assert_true(is_readable_within(fd, LONG_MS));
	close(fd);
}

static const struct conformance_case cases[] = {
	{ "fence's fd is readable at the end", CAN_ALWAYS,
	  fd_is_readable_at_the_end },
	{ "fence's fd is not readable before the end", CAN_RUN_COMMANDS,
	  fd_is_not_readable_before_the_end },
	{ "fd of an ended fence is readable at once", CAN_ALWAYS,
	  fd_of_an_ended_fence_is_readable_at_once },
	{ "fence's fd may be closed early", CAN_ALWAYS,
	  fd_may_be_closed_early },
	{ "fence's fd outlives its fence and job", CAN_ALWAYS,
	  fd_outlives_its_fence_and_job },
	{ "fence's fd outlives its device", CAN_RUN_COMMANDS,
	  fd_outlives_its_device },
	{ "fds of one fence are apart", CAN_ALWAYS,
	  fds_of_one_fence_are_apart },
	{ "fence's fd wants a fence and a place for it", CAN_ALWAYS,
	  fd_wants_a_fence_and_a_place },
	{ "fd of a loop is readable at its end", CAN_RUN_MODELS,
	  fd_of_a_loop_is_readable_at_its_end },
	{ "fd of a loop outlives its fence and device", CAN_RUN_MODELS,
	  fd_of_a_loop_outlives_fence_and_device },
};

const struct conformance_group fence_fd_group = { cases, COUNT(cases) };
