/* SPDX-License-Identifier: MIT */

/*
 * What becomes of a program with loops, on a transport that does as it is told.
 * Its device has no worker, so that each step is the test's.
 */

#include "core/job.h"
#include "core/sequence.h"
#include "firmware/program.h"
#include "scripted.h"
#include "support/control_models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IN_FLIGHT 4
#define LONG_NS       1000000

/* control_while(): COPYs and the condition, then the body and the condition. */
struct bench {
	struct scripted s;
	struct apu_device *dev;
	struct apu_job *job;
	unsigned int idle_buffers;
};

static void
bind(struct apu_device *dev, struct apu_job *job)
{
	struct apu_buffer *buf;

	assert_int_equal(apu_buffer_new(dev, 256, APU_BUFFER_ZEROED, &buf), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_input(job, 1, buf, 64), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 128), 0);
	assert_int_equal(apu_job_bind_output(job, 1, buf, 192), 0);
	apu_buffer_unref(buf);
}

static struct apu_job *
new_job(struct apu_device *dev)
{
	struct tflite_file file = control_while();
	struct apu_model *model;
	struct apu_job *job;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(apu_job_new(model, &job), 0);
	apu_model_unref(model);
	bind(dev, job);
	return job;
}

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->dev = scripted_open(&b->s, MAX_IN_FLIGHT);
	b->dev->has_worker = true;
	b->job = new_job(b->dev);
	b->idle_buffers = b->s.open_buffers;
	scripted_restart(&b->s);
	*state = b;
	return 0;
}

/* Whatever has happened, nothing is left and nothing was ended twice. */
static int
tear_down(void **state)
{
	struct bench *b = *state;

	b->dev->has_worker = false;
	apu_job_free(b->job);
	apu_device_unref(b->dev);
	assert_true(b->s.is_closed);
	assert_int_equal(b->s.open_buffers, 0);
	assert_int_equal(b->s.open_syncobjs, 0);
	assert_int_equal(b->s.misuses, 0);
	free(b);
	return 0;
}

static struct apu_fence *
submit(struct bench *b)
{
	struct apu_fence *fence = NULL;

	assert_int_equal(apu_job_submit(b->job, &fence), 0);
	return fence;
}

static void
expect_idle(const struct bench *b)
{
	assert_int_equal(b->dev->requests_in_flight, 0);
	assert_null(b->dev->in_flight);
	assert_int_equal(scripted_syncobjs_in_use(&b->s, b->dev), 0);
}

/* Say what the condition's kernel would have. */
static void
decide_for(struct apu_job *job, bool goes_on)
{
	const struct apui_step *step = job->model->flow->steps;

	assert_int_equal(step->condition.slot, APUI_SLOT_ARENA);
	((uint8_t *)job->arena_header)[step->condition.offset_bytes] = goes_on;
}

static void
decide(struct bench *b, bool goes_on)
{
	decide_for(b->job, goes_on);
}

static void
rounds_are_queued_while_the_condition_holds(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;
	unsigned int before;

	decide(b, true);
	fence = submit(b);
	for (int i = 0; i < 5; i++) {
		before = b->s.request_count;
		assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
		assert_int_equal(b->s.request_count, before);
		scripted_end_all(&b->s);
		assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
		assert_true(b->s.request_count > before);
		assert_int_equal(b->dev->requests_in_flight, 1);
	}
	/* The body is in flight: the condition is next, and the last. */
	decide(b, false);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	expect_idle(b);
	apu_fence_unref(fence);
}

/* The request that is not what it should be, from 1. */
struct outcome_row {
	const char *name;
	unsigned int number;
	int outcome;
	int status;
	const char *cause;
};

static const struct outcome_row outcome_rows[] = {
	{ "timeout_of_the_first_segment", 1, 110, -ETIMEDOUT, "timeout" },
	{ "timeout_of_a_later_segment", 3, 110, -ETIMEDOUT, "timeout" },
	{ "failure_of_a_later_segment", 4, 22, -EINVAL, "wrong" },
	{ "lost_job_in_the_first_segment_K11", 1, SCRIPTED_LOST, -EIO, "lost" },
	{ "lost_job_in_a_later_segment_K11", 2, SCRIPTED_LOST, -EIO, "lost" },
};

static void
check_outcome(void **state)
{
	const struct outcome_row *row = *state;
	struct apu_fence *fence;
	struct bench *b;
	void *bench;

	set_up(&bench);
	b = bench;
	decide(b, true);
	b->s.replies[row->number - 1].outcome = row->outcome;
	fence = submit(b);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), row->status);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), row->cause));
	assert_int_equal(b->s.request_count, row->number);
	assert_int_equal(apu_fence_wait(fence, 0), row->status);
	expect_idle(b);
	apu_fence_unref(fence);
	tear_down(&bench);
}

/* A verb that fails when a later segment is to be queued, or the first. */
static void
check_refusals(struct bench *b, unsigned int *fails_at, unsigned int count)
{
	for (unsigned int number = 1; number <= count; number++) {
		struct apu_fence *fence = NULL;
		int ret;

		scripted_restart(&b->s);
		apui_syncobj_pool_finish(b->dev);
		*fails_at = number;
		b->s.error = -ENOSPC;
		decide(b, true);
		ret = apu_job_submit(b->job, &fence);
		if (number == 1) {
			assert_int_equal(ret, -ENOSPC);
			expect_idle(b);
			continue;
		}
		assert_int_equal(ret, 0);
		assert_int_equal(apu_fence_wait(fence, LONG_NS), -ENOSPC);
		assert_non_null(strstr(apu_error_cause(apu_error_last()),
				       "took no further request"));
		expect_idle(b);
		apu_fence_unref(fence);
	}
	*fails_at = 0;
}

static void
request_refused_in_a_later_segment_ends_the_job(void **state)
{
	struct bench *b = *state;

	check_refusals(b, &b->s.queue_fails_at, 5);
}

static void
syncobj_refused_in_a_later_segment_ends_the_job(void **state)
{
	struct bench *b = *state;

	/* Later ones are in turn those of the first two. */
	check_refusals(b, &b->s.create_fails_at, 2);
}

static void
device_lost_between_segments_ends_the_job(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;

	decide(b, true);
	fence = submit(b);
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	b->s.is_gone = true;
	assert_int_equal(apu_fence_wait(fence, LONG_NS), -ENODEV);
	expect_idle(b);
	apu_fence_unref(fence);
}

static void
wait_ends_at_its_deadline_and_the_loop_goes_on(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;

	decide(b, true);
	b->s.hangs = true;
	fence = submit(b);
	assert_int_equal(apu_fence_wait(fence, b->s.now_ns + 5), -ETIME);
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_wait(fence, b->s.now_ns + 5), -ETIME);
	decide(b, false);
	b->s.hangs = false;
	assert_int_equal(apu_fence_wait(fence, INT64_MAX), 0);
	expect_idle(b);
	apu_fence_unref(fence);
}

static void
loop_given_up_stays_busy_until_its_segment_has_ended(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = NULL;
	unsigned int count;

	decide(b, true);
	b->s.hangs = true;
	assert_int_equal(apu_job_run(b->job, b->s.now_ns + 5), -ETIMEDOUT);
	count = b->s.request_count;
	assert_int_equal(b->job->arena_header->submission_id,
			 APUI_SUBMISSION_CANCELLED);
	assert_int_equal(apu_job_submit(b->job, &fence), -EBUSY);
	scripted_end_all(&b->s);
	b->s.hangs = false;
	decide(b, false);
	fence = submit(b);
	assert_int_equal(b->s.request_count, count + 1);
	assert_int_equal(apu_fence_wait(fence, INT64_MAX), 0);
	apu_fence_unref(fence);
}

static void
a_sequence_keeps_one_request_of_the_window(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fences[MAX_IN_FLIGHT], *fence = NULL;
	struct apu_job *jobs[MAX_IN_FLIGHT];

	for (int i = 0; i < MAX_IN_FLIGHT; i++)
		jobs[i] = new_job(b->dev);
	scripted_restart(&b->s);
	for (int i = 0; i < MAX_IN_FLIGHT; i++)
		decide_for(jobs[i], true);
	for (int i = 0; i < MAX_IN_FLIGHT; i++) {
		assert_int_equal(apu_job_submit(jobs[i], &fences[i]), 0);
		scripted_end_all(&b->s);
	}
	assert_int_equal(b->dev->requests_in_flight, MAX_IN_FLIGHT);
	assert_int_equal(apu_job_submit(b->job, &fence), -EBUSY);
	for (int i = 0; i < MAX_IN_FLIGHT; i++) {
		decide_for(jobs[i], false);
		assert_int_equal(apu_fence_wait(fences[i], INT64_MAX), 0);
		apu_fence_unref(fences[i]);
		apu_job_free(jobs[i]);
	}
	expect_idle(b);
}

static void
everything_dropped_in_a_loop_ends_with_the_device(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;

	decide(b, true);
	b->s.hangs = true;
	fence = submit(b);
	apu_fence_unref(fence);
	apu_job_free(b->job);
	b->job = NULL;
	assert_int_equal(b->s.open_buffers, b->idle_buffers);
}

#define WITH_BENCH(test)                                                       \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest others[] = {
	WITH_BENCH(rounds_are_queued_while_the_condition_holds),
	WITH_BENCH(request_refused_in_a_later_segment_ends_the_job),
	WITH_BENCH(syncobj_refused_in_a_later_segment_ends_the_job),
	WITH_BENCH(device_lost_between_segments_ends_the_job),
	WITH_BENCH(wait_ends_at_its_deadline_and_the_loop_goes_on),
	WITH_BENCH(loop_given_up_stays_busy_until_its_segment_has_ended),
	WITH_BENCH(a_sequence_keeps_one_request_of_the_window),
	WITH_BENCH(everything_dropped_in_a_loop_ends_with_the_device),
};

int
main(void)
{
	static struct CMUnitTest tests[COUNT(outcome_rows) + COUNT(others)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(outcome_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = outcome_rows[i].name,
			.test_func = check_outcome,
			.initial_state = (void *)(uintptr_t)&outcome_rows[i],
		};
	for (size_t i = 0; i < COUNT(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
