/* SPDX-License-Identifier: MIT */

/* What a request may be, and whose answer comes back. */

#include "conformance.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

/* 12 + 4 + 8 * 60 bytes: a request has 496. */
#define MOST_BUFFERS 60

static uint64_t
core_count(const struct apu_device *dev)
{
	uint64_t cores = 0;

	assert_int_equal(apu_device_query(dev, APU_DEVICE_LIMIT_CORES, &cores),
			 0);
	return cores;
}

static void
empty_request_is_answered(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence;
	struct apu_job *job;
	uint16_t result = 77;
	size_t size_bytes = 77;

	(void)state;
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, NULL,
					     0, 0, NULL, 0, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_not_equal(apu_fence_wait(fence, long_deadline_ns(dev)),
			     -ETIME);
	assert_int_equal(apu_fence_firmware_result(fence, &result), 0);
	assert_int_not_equal(result, 77);
	assert_int_equal(apu_fence_read_data(fence, NULL, 0, &size_bytes), 0);
	assert_int_equal(size_bytes, 0);
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
largest_request_comes_back_whole(void **state)
{
	enum { BYTES = 242 };
	struct apu_device *dev = open_device();
	uint8_t sent[BYTES], got[BYTES + 1] = { 0 };
	struct apu_fence *fence;
	struct apu_job *job;
	size_t size_bytes;

	(void)state;
	for (size_t i = 0; i < BYTES; i++)
		sent[i] = (uint8_t)(i * 7 + 1);
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, sent,
					     BYTES, BYTES, NULL, 0, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)), 0);
	assert_int_equal(
		apu_fence_read_data(fence, got, sizeof(got), &size_bytes), 0);
	assert_int_equal(size_bytes, BYTES);
	assert_memory_equal(got, sent, BYTES);
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
as_many_buffers_as_fit_are_taken(void **state)
{
	struct apu_buffer *bufs[MOST_BUFFERS + 1];
	struct apu_device *dev = open_device();
	const uint32_t data_in = 0x11223344;
	struct apu_job *job = UNTOUCHED;
	uint32_t *first, *map;
	uint16_t result;

	(void)state;
	for (size_t i = 0; i < COUNT(bufs); i++)
		bufs[i] = new_buffer(dev, 64, APU_BUFFER_ZEROED,
				     (void **)(i == 0 ? &first : &map));
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_INLINE2SHARED,
					     &data_in, sizeof(data_in), 0, bufs,
					     MOST_BUFFERS + 1, &job),
			 -EMSGSIZE);
	assert_ptr_equal(job, UNTOUCHED);
	assert_int_equal(run_command(dev, CMD_COPY_INLINE2SHARED, &data_in,
				     sizeof(data_in), 0, bufs, MOST_BUFFERS,
				     &result),
			 0);
	assert_int_equal(*first, data_in);
	for (size_t i = 0; i < COUNT(bufs); i++)
		apu_buffer_unref(bufs[i]);
	apu_device_unref(dev);
}

static void
core_that_is_not_there_is_refused(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_job *job = new_small_job(dev);
	struct apu_fence *fence;

	(void)state;
	assert_int_equal(apu_job_set_core(NULL, 0), -EINVAL);
	assert_int_equal(apu_job_set_core(job, (unsigned int)core_count(dev)),
			 -ENODEV);
	assert_int_equal(apu_job_set_core(job, UINT32_MAX), -ENODEV);
	/* It keeps the core that it had. */
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_not_equal(apu_fence_wait(fence, long_deadline_ns(dev)),
			     -ETIME);
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
each_core_runs_what_it_is_given(void **state)
{
	struct apu_device *dev = open_device();

	(void)state;
	for (unsigned int core = 0; core < core_count(dev); core++) {
		const uint8_t data_in[3] = { (uint8_t)(core + 1), 8, 0 };
		struct apu_buffer *buf;
		struct apu_job *job;
		uint8_t *map;

		buf = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&map);
		assert_int_equal(apu_job_new_command(dev, CMD_FILL_BUFFER,
						     data_in, 3, 0, &buf, 1,
						     &job),
				 0);
		assert_int_equal(apu_job_set_core(job, core), 0);
		assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
		assert_int_equal(map[7], core + 1);
		assert_int_equal(map[8], 0);
		apu_job_free(job);
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
}

static void
one_job_is_submitted_many_times(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	const uint8_t data_in[3] = { 0x21, 8, 0 };
	struct apu_job *job;
	uint8_t *map;

	(void)state;
	buf = new_buffer(dev, 64, 0, (void **)&map);
	assert_int_equal(apu_job_new_command(dev, CMD_FILL_BUFFER, data_in, 3,
					     0, &buf, 1, &job),
			 0);
	for (unsigned int i = 0; i < scaled(500); i++) {
		map[7] = 0;
		assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
		assert_int_equal(map[7], 0x21);
	}
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

/* Neither its buffers nor its job are any worse for it. */
static void
refused_request_changes_nothing(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();
	struct apu_buffer *own, *foreign, *pair[2];
	struct apu_job *job;
	uint8_t *map;

	(void)state;
	own = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&map);
	assert_int_equal(apu_buffer_new(other, 64, 0, &foreign), 0);
	pair[0] = own;
	for (unsigned int i = 0; i < scaled(100); i++) {
		pair[1] = i % 2 == 0 ? foreign : own;
		assert_int_equal(apu_job_new_command(dev,
						     CMD_COPY_SHARED_BUFFER,
						     NULL, 0, 0, pair, 2, &job),
				 -EINVAL);
	}
	assert_int_equal(fill_command(dev, own, 0x44), 0);
	assert_int_equal(map[7], 0x44);
	assert_int_equal(fill_command(other, foreign, 0x44), 0);
	apu_buffer_unref(own);
	apu_buffer_unref(foreign);
	apu_device_unref(dev);
	apu_device_unref(other);
}

struct client {
	pthread_t thread;
	struct apu_device *dev;
	uint32_t number;
	int ret;
};

static void *
send_and_compare(void *data)
{
	struct client *client = data;

	for (uint32_t i = 0; i < scaled(150) && client->ret == 0; i++)
		client->ret = echo_command(client->dev, client->number, i);
	return NULL;
}

static void
run_clients(struct client *clients, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		clients[i].number = (uint32_t)i + 1;
		assert_int_equal(pthread_create(&clients[i].thread, NULL,
						send_and_compare, &clients[i]),
				 0);
	}
	for (size_t i = 0; i < count; i++) {
		pthread_join(clients[i].thread, NULL);
		assert_int_equal(clients[i].ret, 0);
	}
}

static void
threads_get_their_own_answers(void **state)
{
	struct client clients[8] = { { .ret = 0 } };
	struct apu_device *dev = open_device();

	(void)state;
	for (size_t i = 0; i < COUNT(clients); i++)
		clients[i].dev = dev;
	run_clients(clients, COUNT(clients));
	apu_device_unref(dev);
}

static void
clients_get_their_own_answers(void **state)
{
	struct client clients[4] = { { .ret = 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(clients); i++)
		clients[i].dev = open_device();
	run_clients(clients, COUNT(clients));
	for (size_t i = 0; i < COUNT(clients); i++)
		apu_device_unref(clients[i].dev);
}

/* Answers wait for who asks, in whatever order that is. */
static void
answers_are_read_in_any_order(void **state)
{
	enum { JOBS = 32 };
	struct apu_device *dev = open_device();
	struct apu_fence *fences[JOBS];

	(void)state;
	for (uint32_t i = 0; i < JOBS; i++) {
		struct apu_job *job;

		assert_int_equal(apu_job_new_command(
					 dev, CMD_COPY_INLINE_BUFFER, &i,
					 sizeof(i), sizeof(i), NULL, 0, &job),
				 0);
		assert_int_equal(apu_job_submit(job, &fences[i]), 0);
		apu_job_free(job);
	}
	for (uint32_t i = JOBS; i > 0; i--) {
		uint32_t answer = UINT32_MAX;
		size_t size_bytes;

		assert_int_equal(
			apu_fence_wait(fences[i - 1], long_deadline_ns(dev)),
			0);
		assert_int_equal(apu_fence_read_data(fences[i - 1], &answer,
						     sizeof(answer),
						     &size_bytes),
				 0);
		assert_int_equal(answer, i - 1);
		apu_fence_unref(fences[i - 1]);
	}
	apu_device_unref(dev);
}

/* An application that drops its fences, and only comes back for room. */
static void
work_that_nobody_waits_for_makes_room(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_job *job;
	unsigned int done = 0;

	(void)state;
	for (unsigned int tries = 0; done < 1000; tries++) {
		struct apu_fence *fence;
		int ret;

		job = new_small_job(dev);
		ret = apu_job_submit(job, &fence);
		apu_job_free(job);
		if (ret == -EBUSY) {
			assert_true(tries < 60000);
			sleep_ms(1);
			continue;
		}
		assert_int_equal(ret, 0);
		apu_fence_unref(fence);
		done++;
	}
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "an empty request is answered", CAN_ALWAYS,
	  empty_request_is_answered },
	{ "the largest request comes back whole", CAN_RUN_COMMANDS,
	  largest_request_comes_back_whole },
	{ "as many buffers as fit are taken", CAN_RUN_COMMANDS,
	  as_many_buffers_as_fit_are_taken },
	{ "a core that is not there is refused", CAN_ALWAYS,
	  core_that_is_not_there_is_refused },
	{ "each core runs what it is given", CAN_RUN_COMMANDS,
	  each_core_runs_what_it_is_given },
	{ "one job is submitted many times", CAN_RUN_COMMANDS,
	  one_job_is_submitted_many_times },
	{ "a refused request changes nothing", CAN_RUN_COMMANDS,
	  refused_request_changes_nothing },
	{ "threads get their own answers", CAN_RUN_COMMANDS,
	  threads_get_their_own_answers },
	{ "clients get their own answers", CAN_RUN_COMMANDS,
	  clients_get_their_own_answers },
	{ "answers are read in any order", CAN_RUN_COMMANDS,
	  answers_are_read_in_any_order },
	{ "work that nobody waits for makes room", CAN_ALWAYS,
	  work_that_nobody_waits_for_makes_room },
};

const struct conformance_group submit_group = { cases, COUNT(cases) };
