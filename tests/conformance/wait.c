/* SPDX-License-Identifier: MIT */

/* Waiting, for how long and by whom. */

#include "conformance.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>

/* Enough that the last is not done when the next call is made. */
#define COPIES 8
/* A busy machine may think of us so late that all is done: once more. */
#define MAX_TRIES 50

/* A device with work to do, and the last piece of it. */
struct busy {
	struct apu_device *dev;
	struct apu_buffer *buf;
	struct apu_fence *fences[COPIES];
	struct apu_fence *last;
};

static void
begin_work(struct busy *b)
{
	for (int i = 0; i < COPIES; i++)
		assert_int_equal(submit_copy(b->dev, b->buf, &b->fences[i]), 0);
	b->last = b->fences[COPIES - 1];
}

static void
end_work(struct busy *b)
{
	for (int i = 0; i < COPIES; i++) {
		assert_int_equal(
			apu_fence_wait(b->fences[i], long_deadline_ns(b->dev)),
			0);
		apu_fence_unref(b->fences[i]);
	}
}

static void
open_busy(struct busy *b)
{
	void *map;

	b->dev = open_device();
	b->buf = new_buffer(b->dev, LARGE_BYTES, 0, &map);
}

static void
close_busy(struct busy *b)
{
	apu_buffer_unref(b->buf);
	apu_device_unref(b->dev);
}

/* How far from now a wait's deadline is. */
static const int64_t short_timeouts_ns[] = { INT64_MIN, -1, 0, 1, 1000 };

static int64_t
after_now_ns(const struct apu_device *dev, int64_t timeout_ns)
{
	return timeout_ns == INT64_MIN ? INT64_MIN
				       : apu_device_now_ns(dev) + timeout_ns;
}

/* Whether a look at a busy device has found it busy, @wait as wait_for_*(). */
static bool
finds_work(struct busy *b, int (*wait)(struct busy *b, int64_t deadline_ns),
	   int64_t timeout_ns)
{
	int ret = 0;

	for (int i = 0; i < MAX_TRIES && ret == 0; i++) {
		begin_work(b);
		ret = wait(b, after_now_ns(b->dev, timeout_ns));
		end_work(b);
	}
	return ret == -ETIME;
}

static int
wait_for_fence(struct busy *b, int64_t deadline_ns)
{
	return apu_fence_wait(b->last, deadline_ns);
}

static int
wait_for_buffer(struct busy *b, int64_t deadline_ns)
{
	int ret = apu_buffer_cpu_begin(b->buf, APU_BUFFER_READ, deadline_ns);

	if (ret == 0)
		apu_buffer_cpu_end(b->buf, APU_BUFFER_READ);
	return ret;
}

static void
short_wait_for_a_busy_fence_ends(void **state)
{
	struct busy b;

	(void)state;
	open_busy(&b);
	for (size_t i = 0; i < COUNT(short_timeouts_ns); i++)
		assert_true(
			finds_work(&b, wait_for_fence, short_timeouts_ns[i]));
	close_busy(&b);
}

static void
short_wait_for_a_busy_buffer_ends(void **state)
{
	struct busy b;

	(void)state;
	open_busy(&b);
	for (size_t i = 0; i < COUNT(short_timeouts_ns); i++)
		assert_true(
			finds_work(&b, wait_for_buffer, short_timeouts_ns[i]));
	/* A failed begin has begun nothing. */
	assert_int_equal(apu_buffer_cpu_end(b.buf, APU_BUFFER_READ), -EINVAL);
	close_busy(&b);
}

static void
ended_fence_needs_no_time(void **state)
{
	static const int64_t deadlines_ns[] = { INT64_MIN,     -1,       0, 1,
						INT64_MAX - 1, INT64_MAX };
	struct apu_device *dev = open_device();
	struct apu_job *job = new_small_job(dev);
	struct apu_fence *fence;
	int status;

	(void)state;
	assert_int_equal(apu_job_submit(job, &fence), 0);
	status = apu_fence_wait(fence, INT64_MAX);
	assert_int_not_equal(status, -ETIME);
	for (size_t i = 0; i < COUNT(deadlines_ns); i++)
		assert_int_equal(apu_fence_wait(fence, deadlines_ns[i]),
				 status);
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_device_unref(dev);
}

/* Neither one that was never given to the device, nor one that is back. */
static void
idle_buffer_needs_no_time(void **state)
{
	static const int64_t deadlines_ns[] = { INT64_MIN, 0, 1, INT64_MAX };
	struct apu_device *dev = open_device();
	struct apu_buffer *unused, *used;
	struct apu_job *job;
	void *map;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, 4096, 0, &unused), 0);
	used = new_buffer(dev, 4096, 0, &map);
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_SHARED_BUFFER, NULL,
					     0, 0, &used, 1, &job),
			 0);
	for (size_t i = 0; i < COUNT(deadlines_ns); i++) {
		assert_int_equal(apu_buffer_cpu_begin(unused, APU_BUFFER_READ,
						      deadlines_ns[i]),
				 0);
		assert_int_equal(apu_buffer_cpu_end(unused, APU_BUFFER_READ),
				 0);
		/* The job is there, and not submitted. */
		assert_int_equal(apu_buffer_cpu_begin(used, APU_BUFFER_WRITE,
						      deadlines_ns[i]),
				 0);
		assert_int_equal(apu_buffer_cpu_end(used, APU_BUFFER_WRITE), 0);
	}
	assert_int_not_equal(apu_job_run(job, long_deadline_ns(dev)),
			     -ETIMEDOUT);
	assert_int_equal(apu_buffer_cpu_begin(used, APU_BUFFER_READ, 0), 0);
	assert_int_equal(apu_buffer_cpu_end(used, APU_BUFFER_READ), 0);
	apu_job_free(job);
	apu_buffer_unref(used);
	apu_buffer_unref(unused);
	apu_device_unref(dev);
}

static void
look_does_not_wait(void **state)
{
	struct busy b;
	int status = 0;

	(void)state;
	open_busy(&b);
	for (int i = 0; i < MAX_TRIES && status == 0; i++) {
		uint16_t result = 77;
		size_t size_bytes = 77;
		int64_t ns = 77;

		begin_work(&b);
		status = apu_fence_status(b.last);
		if (status == -EINPROGRESS &&
		    apu_fence_times(b.last, &ns, &ns) == -EINPROGRESS) {
			int ret = apu_fence_firmware_result(b.last, &result);

			assert_true(ret == 0 || ret == -EINPROGRESS);
			ret = apu_fence_read_data(b.last, NULL, 0, &size_bytes);
			assert_true(ret == 0 || ret == -EINPROGRESS);
			assert_int_equal(ns, 77);
		}
		end_work(&b);
	}
	assert_int_equal(status, -EINPROGRESS);
	close_busy(&b);
}

/* The end is found by an application that does nothing but look. */
static void
looking_finds_the_end(void **state)
{
	struct apu_device *dev = open_device();

	(void)state;
	for (unsigned int i = 0; i < scaled(50); i++) {
		struct apu_job *job = new_small_job(dev);
		struct apu_fence *fence;
		unsigned int looks = 0;

		assert_int_equal(apu_job_submit(job, &fence), 0);
		while (apu_fence_status(fence) == -EINPROGRESS) {
			assert_true(++looks < 60000);
			sleep_ms(1);
		}
		apu_fence_unref(fence);
		apu_job_free(job);
	}
	apu_device_unref(dev);
}

static void
fence_is_of_its_own_submission(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_job *job = new_small_job(dev);
	struct apu_fence *first, *second;
	int64_t submitted_ns, ended_ns, again_ns;
	int status;

	(void)state;
	assert_int_equal(apu_job_submit(job, &first), 0);
	status = apu_fence_wait(first, long_deadline_ns(dev));
	assert_int_equal(apu_fence_times(first, &submitted_ns, &ended_ns), 0);
	assert_int_equal(apu_job_submit(job, &second), 0);
	assert_int_equal(apu_fence_status(first), status);
	assert_int_equal(apu_fence_wait(second, long_deadline_ns(dev)), status);
	assert_int_equal(apu_fence_times(first, NULL, &again_ns), 0);
	assert_true(again_ns == ended_ns);
	assert_int_equal(apu_fence_times(second, &again_ns, NULL), 0);
	assert_true(again_ns >= ended_ns);
	apu_fence_unref(first);
	apu_fence_unref(second);
	apu_job_free(job);
	apu_device_unref(dev);
}

struct waiter {
	pthread_t thread;
	struct apu_fence *fence;
	int64_t deadline_ns;
	int ret;
};

static void *
wait_until(void *data)
{
	struct waiter *w = data;

	w->ret = apu_fence_wait(w->fence, w->deadline_ns);
	return NULL;
}

static void
start_waiter(struct waiter *w, struct apu_fence *fence, int64_t deadline_ns)
{
	*w = (struct waiter) { .fence = fence, .deadline_ns = deadline_ns };
	assert_int_equal(pthread_create(&w->thread, NULL, wait_until, w), 0);
}

static void
waiters_have_their_own_deadlines(void **state)
{
	static const int64_t timeouts_ns[] = { INT64_MIN, 0, 1, 1000000,
					       INT64_MAX };
	struct waiter waiters[2 * COUNT(timeouts_ns)];
	struct busy b;

	(void)state;
	open_busy(&b);
	for (unsigned int round = 0; round < scaled(10); round++) {
		begin_work(&b);
		for (size_t i = 0; i < COUNT(waiters); i++) {
			int64_t ns = timeouts_ns[i / 2];

			start_waiter(
				&waiters[i], b.last,
				ns < 0 ? ns
				       : apu_device_deadline_ns(b.dev, ns));
		}
		for (size_t i = 0; i < COUNT(waiters); i++) {
			bool is_patient = i / 2 == COUNT(timeouts_ns) - 1;

			pthread_join(waiters[i].thread, NULL);
			if (is_patient)
				assert_int_equal(waiters[i].ret, 0);
			else
				assert_true(waiters[i].ret == 0 ||
					    waiters[i].ret == -ETIME);
		}
		end_work(&b);
	}
	close_busy(&b);
}

/* Each wakes up, though the events of all come to whoever reads first. */
static void
each_waiter_has_its_own_fence(void **state)
{
	struct waiter waiters[8];
	struct busy b;

	(void)state;
	open_busy(&b);
	for (unsigned int round = 0; round < scaled(40); round++) {
		struct apu_fence *fences[COUNT(waiters)];
		struct apu_fence *first;

		/* So that they sleep before the first of theirs ends. */
		assert_int_equal(submit_copy(b.dev, b.buf, &first), 0);
		for (size_t i = 0; i < COUNT(waiters); i++) {
			struct apu_job *job = new_small_job(b.dev);

			assert_int_equal(apu_job_submit(job, &fences[i]), 0);
			apu_job_free(job);
		}
		for (size_t i = COUNT(waiters); i > 0; i--)
			start_waiter(&waiters[i - 1], fences[i - 1], INT64_MAX);
		for (size_t i = 0; i < COUNT(waiters); i++) {
			pthread_join(waiters[i].thread, NULL);
			assert_int_equal(waiters[i].ret, 0);
			apu_fence_unref(fences[i]);
		}
		apu_fence_unref(first);
	}
	close_busy(&b);
}

static void *
wait_alone(void *data)
{
	struct waiter *w = data;

	w->ret = apu_fence_wait(w->fence, INT64_MAX);
	/* Perhaps the last reference that there is, to the device too. */
	apu_fence_unref(w->fence);
	return NULL;
}

static void
all_is_dropped_while_a_thread_waits(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < scaled(20); round++) {
		struct waiter w = { .ret = 77 };
		struct busy b;

		open_busy(&b);
		assert_int_equal(submit_copy(b.dev, b.buf, &w.fence), 0);
		assert_int_equal(
			pthread_create(&w.thread, NULL, wait_alone, &w), 0);
		close_busy(&b);
		pthread_join(w.thread, NULL);
		assert_int_equal(w.ret, 0);
	}
}

static void
each_core_is_waited_for(void **state)
{
	uint64_t cores = 0;
	struct busy b;

	(void)state;
	open_busy(&b);
	assert_int_equal(
		apu_device_query(b.dev, APU_DEVICE_LIMIT_CORES, &cores), 0);
	/* Core 0 has work: what the others have is done without it. */
	begin_work(&b);
	for (unsigned int core = 0; core < cores; core++) {
		struct apu_job *job = new_small_job(b.dev);
		struct apu_fence *fence;

		assert_int_equal(apu_job_set_core(job, core), 0);
		assert_int_equal(apu_job_submit(job, &fence), 0);
		assert_int_equal(apu_fence_wait(fence, INT64_MAX), 0);
		if (core == 0)
			assert_int_equal(apu_fence_status(b.last), 0);
		apu_fence_unref(fence);
		apu_job_free(job);
	}
	end_work(&b);
	close_busy(&b);
}

static const struct conformance_case cases[] = {
	{ "a short wait for a busy fence ends", CAN_RUN_COMMANDS,
	  short_wait_for_a_busy_fence_ends },
	{ "a short wait for a busy buffer ends", CAN_RUN_COMMANDS,
	  short_wait_for_a_busy_buffer_ends },
	{ "an ended fence needs no time", CAN_ALWAYS,
	  ended_fence_needs_no_time },
	{ "an idle buffer needs no time", CAN_ALWAYS,
	  idle_buffer_needs_no_time },
	{ "a look does not wait", CAN_RUN_COMMANDS, look_does_not_wait },
	{ "looking finds the end", CAN_ALWAYS, looking_finds_the_end },
	{ "a fence is of its own submission", CAN_ALWAYS,
	  fence_is_of_its_own_submission },
	{ "waiters have their own deadlines", CAN_RUN_COMMANDS,
	  waiters_have_their_own_deadlines },
	{ "each waiter has its own fence", CAN_RUN_COMMANDS,
	  each_waiter_has_its_own_fence },
	{ "all is dropped while a thread waits", CAN_RUN_COMMANDS,
	  all_is_dropped_while_a_thread_waits },
	{ "each core is waited for", CAN_RUN_COMMANDS,
	  each_core_is_waited_for },
};

const struct conformance_group wait_group = { cases, COUNT(cases) };
