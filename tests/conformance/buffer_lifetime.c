/* SPDX-License-Identifier: MIT */

/* How long buffers live, and who may drop them when. */

#include "conformance.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define THREADS 4

static uint64_t
max_buffer_bytes(const struct apu_device *dev)
{
	uint64_t max_bytes = 0;

	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_BUFFER_BYTES,
					  &max_bytes),
			 0);
	return max_bytes;
}

/* The kernel's own look at an address, which cannot fault. */
static bool
is_accessible(const void *address)
{
	int fds[2];
	bool is_there;

	assert_int_equal(pipe(fds), 0);
	is_there = write(fds[1], address, 1) == 1;
	if (!is_there)
		assert_int_equal(errno, EFAULT);
	close(fds[0]);
	close(fds[1]);
	return is_there;
}

static void
new_buffer_shows_nobodys_bytes(void **state)
{
	enum { SIZE_BYTES = 1 << 20, BUFFERS = 8 };
	struct apu_device *dev = open_device();
	struct apu_buffer *bufs[BUFFERS];
	uint8_t *map;

	(void)state;
	for (int i = 0; i < BUFFERS; i++) {
		bufs[i] = new_buffer(dev, SIZE_BYTES, 0, (void **)&map);
		memset(map, 0xa5, SIZE_BYTES);
	}
	for (int i = 0; i < BUFFERS; i++)
		apu_buffer_unref(bufs[i]);
	apu_device_unref(dev);

	dev = open_device();
	for (int i = 0; i < BUFFERS; i++) {
		bufs[i] = new_buffer(dev, SIZE_BYTES, 0, (void **)&map);
		for (size_t at = 0; at < SIZE_BYTES; at += 64)
			assert_int_not_equal(map[at], 0xa5);
	}
	for (int i = 0; i < BUFFERS; i++)
		apu_buffer_unref(bufs[i]);
	apu_device_unref(dev);
}

static void
buffers_are_made_while_the_device_works(void **state)
{
	enum { COPIES = 4 };
	struct apu_device *dev = open_device();
	struct apu_fence *fences[COPIES];
	struct apu_buffer *busy;
	void *map;

	(void)state;
	busy = new_buffer(dev, LARGE_BYTES, 0, &map);
	for (int i = 0; i < COPIES; i++)
		assert_int_equal(submit_copy(dev, busy, &fences[i]), 0);
	for (unsigned int i = 0; i < scaled(100); i++) {
		struct apu_buffer *buf;
		uint8_t *bytes;

		buf = new_buffer(dev, 4096 * (1 + i % 8), APU_BUFFER_ZEROED,
				 (void **)&bytes);
		assert_int_equal(bytes[4095], 0);
		bytes[4095] = 1;
		apu_buffer_unref(buf);
	}
	for (int i = 0; i < COPIES; i++) {
		assert_int_equal(
			apu_fence_wait(fences[i], long_deadline_ns(dev)), 0);
		apu_fence_unref(fences[i]);
	}
	apu_buffer_unref(busy);
	apu_device_unref(dev);
}

struct hog {
	pthread_t thread;
	struct apu_device *dev;
	uint64_t size_bytes;
	unsigned int made;
	int ret;
};

/* All of them together want more than there is. */
static void *
hog_memory(void *data)
{
	struct hog *hog = data;

	for (unsigned int i = 0; i < scaled(40) && hog->ret == 0; i++) {
		struct apu_buffer *bufs[4] = { NULL };

		for (size_t k = 0; k < COUNT(bufs); k++) {
			int ret = apu_buffer_new(hog->dev, hog->size_bytes, 0,
						 &bufs[k]);

			hog->made += ret == 0;
			if (ret != 0 && ret != -ENOMEM)
				hog->ret = ret;
		}
		for (size_t k = 0; k < COUNT(bufs); k++)
			apu_buffer_unref(bufs[k]);
	}
	return NULL;
}

static void
threads_fight_for_memory(void **state)
{
	struct apu_device *dev = open_device();
	struct hog hogs[THREADS];
	struct apu_buffer *buf;

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		hogs[i] = (struct hog) {
			.dev = dev,
			.size_bytes = max_buffer_bytes(dev) / 8,
		};
		assert_int_equal(pthread_create(&hogs[i].thread, NULL,
						hog_memory, &hogs[i]),
				 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(hogs[i].thread, NULL);
		assert_int_equal(hogs[i].ret, 0);
		assert_true(hogs[i].made > 0);
	}
	assert_int_equal(
		apu_buffer_new(dev, max_buffer_bytes(dev) / 8, 0, &buf), 0);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

/* Three times what a device has. */
static void
memory_of_freed_buffers_comes_again(void **state)
{
	struct apu_device *dev = open_device();
	uint64_t size_bytes = max_buffer_bytes(dev) / 8;

	(void)state;
	for (int i = 0; i < 24; i++) {
		struct apu_buffer *buf;
		uint8_t *map;

		assert_int_equal(apu_buffer_new(dev, size_bytes, 0, &buf), 0);
		/* Touched memory costs an emulated machine much time. */
		if (i % 8 == 0) {
			assert_int_equal(apu_buffer_map(buf, (void **)&map), 0);
			map[size_bytes - 1] = 1;
		}
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
}

static void
many_buffers_end_in_any_order(void **state)
{
	struct apu_buffer *bufs[512] = { NULL };
	struct apu_device *dev = open_device();
	unsigned int count = scaled(COUNT(bufs));
	uint32_t *map;

	(void)state;
	for (unsigned int i = 0; i < count; i++) {
		bufs[i] = new_buffer(dev, 64, 0, (void **)&map);
		*map = i;
	}
	for (unsigned int i = 0; i < count; i += 2)
		bufs[i] = apu_buffer_unref(bufs[i]);
	for (unsigned int i = 0; i < count; i += 2)
		bufs[i] = new_buffer(dev, 64, 0, (void **)&map);
	for (unsigned int i = 1; i < count; i += 2) {
		assert_int_equal(apu_buffer_map(bufs[i], (void **)&map), 0);
		assert_int_equal(*map, i);
	}
	for (unsigned int i = count; i > 0; i--)
		apu_buffer_unref(bufs[i - 1]);
	apu_device_unref(dev);
}

/* Its memory is nobody else's before the device has finished with it. */
static void
buffer_dropped_in_use_is_not_given_away(void **state)
{
	struct apu_device *dev = open_device();

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct apu_buffer *busy, *next;
		struct apu_fence *fence;
		uint8_t *map;

		busy = new_buffer(dev, LARGE_BYTES, 0, (void **)&map);
		memset(map, 0xa5, LARGE_BYTES / 2);
		assert_int_equal(submit_copy(dev, busy, &fence), 0);
		apu_buffer_unref(busy);
		next = new_buffer(dev, LARGE_BYTES, APU_BUFFER_ZEROED,
				  (void **)&map);
		assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)),
				 0);
		for (uint64_t at = 0; at < LARGE_BYTES; at += 4096)
			assert_int_equal(map[at], 0);
		apu_fence_unref(fence);
		apu_buffer_unref(next);
	}
	apu_device_unref(dev);
}

static void
map_ends_with_the_last_reference(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;

	(void)state;
	buf = new_buffer(dev, 1 << 20, 0, (void **)&map);
	map[0] = 1;
	apu_buffer_ref(buf);
	apu_buffer_unref(buf);
	assert_true(is_accessible(map));
	assert_true(is_accessible(map + (1 << 20) - 1));
	apu_buffer_unref(buf);
	assert_false(is_accessible(map));
	assert_false(is_accessible(map + (1 << 20) - 1));
	apu_device_unref(dev);
}

struct sharer {
	pthread_t thread;
	struct apu_device *dev;
	struct apu_buffer *buf;
	uint8_t value;
	void *map;
	int ret;
};

static void
run_sharers(struct sharer *sharers, struct apu_device *dev,
	    struct apu_buffer *buf, void *(*run)(void *))
{
	for (size_t i = 0; i < THREADS; i++) {
		sharers[i] = (struct sharer) {
			.dev = dev,
			.buf = buf == NULL ? NULL : apu_buffer_ref(buf),
			.value = (uint8_t)(i + 1),
		};
		assert_int_equal(pthread_create(&sharers[i].thread, NULL, run,
						&sharers[i]),
				 0);
	}
	/* They have theirs: who ends last ends the buffer. */
	apu_buffer_unref(buf);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(sharers[i].thread, NULL);
		assert_int_equal(sharers[i].ret, 0);
	}
}

static void *
use_and_drop(void *data)
{
	struct sharer *s = data;

	for (unsigned int i = 0; i < scaled(100) && s->ret == 0; i++) {
		apu_buffer_ref(s->buf);
		s->ret = fill_command(s->dev, s->buf, s->value);
		apu_buffer_unref(s->buf);
	}
	apu_buffer_unref(s->buf);
	return NULL;
}

static void
threads_drop_what_others_use(void **state)
{
	struct apu_device *dev = open_device();
	struct sharer sharers[THREADS];
	struct apu_buffer *buf;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, 4096, 0, &buf), 0);
	run_sharers(sharers, dev, buf, use_and_drop);
	apu_device_unref(dev);
}

static void *
map_and_drop(void *data)
{
	struct sharer *s = data;

	s->ret = apu_buffer_map(s->buf, &s->map);
	apu_buffer_unref(s->buf);
	return NULL;
}

static void
threads_map_the_same_place(void **state)
{
	struct apu_device *dev = open_device();
	struct sharer sharers[THREADS];

	(void)state;
	for (unsigned int round = 0; round < scaled(50); round++) {
		struct apu_buffer *buf;
		void *map;

		assert_int_equal(apu_buffer_new(dev, 4096, 0, &buf), 0);
		apu_buffer_ref(buf);
		run_sharers(sharers, dev, buf, map_and_drop);
		assert_int_equal(apu_buffer_map(buf, &map), 0);
		for (size_t i = 0; i < THREADS; i++)
			assert_ptr_equal(sharers[i].map, map);
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
}

static void *
open_and_close(void *data)
{
	struct sharer *s = data;

	for (unsigned int i = 0; i < scaled(25) && s->ret == 0; i++) {
		struct apu_device *dev = NULL;
		struct apu_buffer *buf = NULL;

		s->ret = apu_device_open(conformance_spec, &dev);
		if (s->ret < 0)
			break;
		s->ret = apu_buffer_new(dev, 4096, 0, &buf);
		if (s->ret == 0)
			s->ret = fill_command(dev, buf, s->value);
		apu_device_unref(dev);
		apu_buffer_unref(buf);
	}
	return NULL;
}

static void
threads_open_and_close_devices(void **state)
{
	struct sharer sharers[THREADS];

	(void)state;
	run_sharers(sharers, NULL, NULL, open_and_close);
}

static void
many_clients_are_open_at_once(void **state)
{
	struct apu_device *devs[64];
	struct apu_buffer *bufs[COUNT(devs)];
	unsigned int count = scaled(COUNT(devs));
	unsigned int fds = count_open_fds();
	uint32_t *map;

	(void)state;
	for (unsigned int i = 0; i < count; i++) {
		devs[i] = open_device();
		bufs[i] = new_buffer(devs[i], 4096, 0, (void **)&map);
		*map = i;
	}
	for (unsigned int i = 0; i < count; i++) {
		assert_int_equal(apu_buffer_map(bufs[i], (void **)&map), 0);
		assert_int_equal(*map, i);
		apu_buffer_unref(bufs[i]);
		apu_device_unref(devs[i]);
	}
	assert_int_equal(count_open_fds(), fds);
}

/* A job that is never submitted lets go of its buffers, too. */
static void
jobs_that_never_ran_leave_nothing(void **state)
{
	struct apu_device *dev = open_device();
	uint64_t size_bytes = max_buffer_bytes(dev) / 2;
	unsigned int fds = count_open_fds();

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct apu_buffer *buf;
		struct apu_job *job;

		assert_int_equal(apu_buffer_new(dev, size_bytes, 0, &buf), 0);
		assert_int_equal(apu_job_new_command(dev,
						     CMD_COPY_SHARED_BUFFER,
						     NULL, 0, 0, &buf, 1, &job),
				 0);
		apu_buffer_unref(buf);
		apu_job_free(job);
	}
	assert_int_equal(count_open_fds(), fds);
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "a new buffer shows nobody's bytes", CAN_ALWAYS,
	  new_buffer_shows_nobodys_bytes },
	{ "buffers are made while the device works", CAN_RUN_COMMANDS,
	  buffers_are_made_while_the_device_works },
	{ "threads fight for memory", CAN_RUN_COMMANDS,
	  threads_fight_for_memory },
	{ "memory of freed buffers comes again", CAN_ALWAYS,
	  memory_of_freed_buffers_comes_again },
	{ "many buffers end in any order", CAN_ALWAYS,
	  many_buffers_end_in_any_order },
	{ "a buffer dropped in use is not given away", CAN_RUN_COMMANDS,
	  buffer_dropped_in_use_is_not_given_away },
	{ "a map ends with the last reference", CAN_ALWAYS,
	  map_ends_with_the_last_reference },
	{ "threads drop what others use", CAN_RUN_COMMANDS,
	  threads_drop_what_others_use },
	{ "threads map the same place", CAN_ALWAYS,
	  threads_map_the_same_place },
	{ "threads open and close devices", CAN_RUN_COMMANDS,
	  threads_open_and_close_devices },
	{ "many clients are open at once", CAN_ALWAYS,
	  many_clients_are_open_at_once },
	{ "jobs that never ran leave nothing", CAN_ALWAYS,
	  jobs_that_never_ran_leave_nothing },
};

const struct conformance_group lifetime_group = { cases, COUNT(cases) };
