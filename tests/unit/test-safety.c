/* SPDX-License-Identifier: MIT */

/*
 * What the library does where a driver does not keep its word. K-numbers are
 * those of what the published driver is known to do wrong (docs/kernel.md); the
 * transport answers as it would, on a clock that only waits in vain move.
 */

#include "core/recovery.h"
#include "scripted.h"
#include "support/models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IN_FLIGHT 8
#define TIMEOUT       110
/* Of one request on a core without others: timeout and margin. */
#define EXPIRY_NS (17 * 500)
#define LONG_NS   1000000

struct bench {
	struct scripted s;
	struct apu_device *dev;
	struct apu_buffer *buf;
};

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->dev = scripted_open(&b->s, MAX_IN_FLIGHT);
	b->s.base.info.resets_on_timeout = false;
	b->s.sends_events = true;
	assert_int_equal(apu_buffer_new(b->dev, 64, 0, &b->buf), 0);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	apu_buffer_unref(b->buf);
	apu_device_unref(b->dev);
	assert_true(b->s.is_closed);
	assert_int_equal(b->s.open_buffers, 0);
	assert_int_equal(b->s.open_syncobjs, 0);
	assert_int_equal(b->s.misuses, 0);
	free(b);
	return 0;
}

/* A command on the bench's buffer. */
static struct apu_job *
new_job(struct bench *b, unsigned int core)
{
	struct apu_job *job = NULL;

	assert_int_equal(
		apu_job_new_command(b->dev, 2, NULL, 0, 0, &b->buf, 1, &job),
		0);
	assert_int_equal(apu_job_set_core(job, core), 0);
	return job;
}

/* One without buffers, as others would submit meanwhile. */
static struct apu_job *
new_plain_job(struct bench *b)
{
	struct apu_job *job = NULL;

	assert_int_equal(
		apu_job_new_command(b->dev, 2, NULL, 0, 0, NULL, 0, &job), 0);
	return job;
}

static int
run_plain(struct bench *b)
{
	struct apu_job *job = new_plain_job(b);
	int ret = apu_job_run(job, b->s.now_ns + LONG_NS);

	apu_job_free(job);
	return ret;
}

static void
reply(struct bench *b, int outcome)
{
	b->s.replies[b->s.request_count].outcome = outcome;
}

static void
expect_usable(struct bench *b)
{
	reply(b, 0);
	assert_int_equal(run_plain(b), 0);
}

static void
K6_positive_returns_are_faults(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);
	uint64_t address = 77;

	b->s.address = 0x1000;
	b->s.positive = 12;
	assert_int_equal(apu_job_run(job, LONG_NS), -EFAULT);
	assert_int_equal(apu_buffer_device_address(b->buf, &address), -EFAULT);
	assert_int_equal(address, 77);
	b->s.positive = 0;
	apu_job_free(job);
	expect_usable(b);
}

static void
K6_positive_return_of_dequeue_is_no_result(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);
	struct apu_fence *fence;
	uint16_t result = 77;

	assert_int_equal(apu_job_submit(job, &fence), 0);
	b->s.positive = 12;
	assert_int_equal(apu_fence_wait(fence, LONG_NS), -EIO);
	assert_int_equal(apu_fence_firmware_result(fence, &result), -ENODATA);
	assert_int_equal(result, 77);
	b->s.positive = 0;
	apu_fence_unref(fence);
	apu_job_free(job);
	expect_usable(b);
}

static void
K9_K11_signal_without_a_result_is_a_lost_job(void **state)
{
	struct bench *b = *state;

	reply(b, SCRIPTED_LOST);
	assert_int_equal(run_plain(b), -EIO);
	expect_usable(b);
}

static void
K9_no_core_online_is_a_lost_device(void **state)
{
	struct bench *b = *state;

	b->s.is_offline = true;
	reply(b, SCRIPTED_LOST);
	assert_int_equal(run_plain(b), -ENODEV);
	b->s.is_offline = false;
	assert_int_equal(run_plain(b), -ENODEV);
}

/* STATE is asked only where the answer matters. */
static void
K15_state_is_not_read_while_all_is_well(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 10; i++)
		expect_usable(b);
	assert_int_equal(b->s.state_calls, 0);
}

static void
K10_syncobj_0_is_never_queued(void **state)
{
	struct bench *b = *state;

	b->s.gives_syncobj_0 = true;
	assert_int_equal(run_plain(b), -EIO);
	assert_int_equal(b->s.queue_calls, 0);
	b->s.gives_syncobj_0 = false;
	expect_usable(b);
}

static void
K10_requests_in_flight_have_syncobjs_of_their_own(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fences[MAX_IN_FLIGHT];

	for (unsigned int i = 0; i < MAX_IN_FLIGHT; i++) {
		struct apu_job *job = new_plain_job(b);

		assert_int_equal(apu_job_submit(job, &fences[i]), 0);
		apu_job_free(job);
		for (unsigned int k = 0; k < i; k++)
			assert_int_not_equal(b->s.requests[k].syncobj,
					     b->s.requests[i].syncobj);
	}
	for (unsigned int i = 0; i < MAX_IN_FLIGHT; i++) {
		assert_int_equal(apu_fence_wait(fences[i], LONG_NS), 0);
		apu_fence_unref(fences[i]);
	}
}

static void
K10_syncobj_whose_result_never_came_is_not_used_again(void **state)
{
	struct bench *b = *state;
	uint32_t lost;

	reply(b, SCRIPTED_LOST);
	assert_int_equal(run_plain(b), -EIO);
	lost = b->s.requests[0].syncobj;
	for (unsigned int i = 1; i < 10; i++) {
		expect_usable(b);
		assert_int_not_equal(b->s.requests[i].syncobj, lost);
	}
	assert_true(b->s.syncobjs[lost]);
}

static void
K12_wait_for_ever_ends_though_the_driver_never_signals(void **state)
{
	struct bench *b = *state;
	int64_t submitted_ns = b->s.now_ns;
	struct apu_job *job = new_job(b, 0);
	struct apu_fence *fence;

	b->s.hangs = true;
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_equal(apu_fence_wait(fence, INT64_MAX), -ETIMEDOUT);
	assert_int_equal(b->s.now_ns, submitted_ns + EXPIRY_NS);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "driver"));
	assert_int_equal(apu_fence_status(fence), -ETIMEDOUT);
	b->s.hangs = false;
	expect_usable(b);
	apu_fence_unref(fence);
	apu_job_free(job);
}

static void
K12_who_only_polls_learns_of_it_too(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);
	struct apu_fence *fence;

	b->s.hangs = true;
	assert_int_equal(apu_job_submit(job, &fence), 0);
	b->s.now_ns += EXPIRY_NS - 1;
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	b->s.now_ns++;
	assert_int_equal(apu_fence_status(fence), -ETIMEDOUT);
	b->s.hangs = false;
	apu_fence_unref(fence);
	apu_job_free(job);
}

static void
K12_deadline_counts_the_requests_ahead(void **state)
{
	struct bench *b = *state;
	int64_t submitted_ns = b->s.now_ns;
	struct apu_fence *fences[3];

	b->s.hangs = true;
	for (unsigned int i = 0; i < COUNT(fences); i++) {
		struct apu_job *job = new_plain_job(b);

		assert_int_equal(apu_job_submit(job, &fences[i]), 0);
		apu_job_free(job);
	}
	for (unsigned int i = 0; i < COUNT(fences); i++) {
		assert_int_equal(apu_fence_wait(fences[i], INT64_MAX),
				 -ETIMEDOUT);
		assert_int_equal(b->s.now_ns,
				 submitted_ns + EXPIRY_NS + 500 * (int64_t)i);
		apu_fence_unref(fences[i]);
	}
	b->s.hangs = false;
}

static void
K12_result_that_is_there_at_the_deadline_counts(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);
	struct apu_fence *fence;

	assert_int_equal(apu_job_submit(job, &fence), 0);
	b->s.now_ns += 2 * EXPIRY_NS;
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_wait(fence, INT64_MAX), 0);
	apu_fence_unref(fence);
	apu_job_free(job);
}

/* Ended for its users; its memory is not given to anybody. */
static void
expect_quarantine(struct bench *b, struct apu_job *job)
{
	struct apu_fence *fence = NULL;

	assert_non_null(b->dev->quarantine);
	assert_null(b->dev->in_flight);
	assert_int_equal(apu_job_submit(job, &fence), -EBUSY);
	assert_null(fence);
	assert_int_equal(
		apu_buffer_cpu_begin(b->buf, APU_BUFFER_READ, INT64_MAX),
		-ETIMEDOUT);
	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(b->s.open_buffers, 1);
}

static void
K12_memory_of_a_job_without_end_is_kept(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);

	b->s.hangs = true;
	assert_int_equal(apu_job_run(job, INT64_MAX), -ETIMEDOUT);
	b->s.hangs = false;
	expect_quarantine(b, job);
	apu_job_free(job);
	assert_int_equal(b->s.open_buffers, 1);
	/* The core is done with what came before. */
	expect_usable(b);
	assert_null(b->dev->quarantine);
	assert_int_equal(b->dev->requests_in_flight, 0);
	assert_int_equal(b->s.open_buffers, 0);
}

static void
K13_memory_of_a_job_that_timed_out_is_kept(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);

	reply(b, TIMEOUT);
	assert_int_equal(apu_job_run(job, LONG_NS), -ETIMEDOUT);
	assert_int_equal(b->s.state_calls, 1);
	expect_quarantine(b, job);
	apu_job_free(job);
	assert_int_equal(b->s.open_buffers, 1);
	expect_usable(b);
	assert_int_equal(b->s.open_buffers, 0);
}

static void
K13_memory_is_freed_when_the_device_closes(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);

	reply(b, TIMEOUT);
	assert_int_equal(apu_job_run(job, LONG_NS), -ETIMEDOUT);
	apu_job_free(job);
	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(b->s.open_buffers, 1);
	/* The rest is tear_down()'s. */
}

static void
K13_driver_that_resets_wants_no_quarantine(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b, 0);

	b->s.base.info.resets_on_timeout = true;
	reply(b, TIMEOUT);
	assert_int_equal(apu_job_run(job, LONG_NS), -ETIMEDOUT);
	assert_null(b->dev->quarantine);
	assert_int_equal(b->s.state_calls, 0);
	reply(b, 0);
	assert_int_equal(apu_job_run(job, LONG_NS), 0);
	apu_job_free(job);
}

static void
K13_one_job_at_a_time_follows_a_timeout(void **state)
{
	struct bench *b = *state;
	struct apu_job *first = new_plain_job(b);
	struct apu_job *second = new_plain_job(b);
	struct apu_fence *fence, *none = NULL;

	reply(b, TIMEOUT);
	assert_int_equal(run_plain(b), -ETIMEDOUT);
	assert_int_equal(apu_job_submit(first, &fence), 0);
	assert_int_equal(apu_job_submit(second, &none), -EBUSY);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "timed out"));
	assert_null(none);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	apu_fence_unref(fence);
	/* It has answered: as before. */
	assert_int_equal(apu_job_submit(first, &fence), 0);
	assert_int_equal(apu_job_submit(second, &none), 0);
	assert_int_equal(apu_fence_wait(none, LONG_NS), 0);
	apu_fence_unref(fence);
	apu_fence_unref(none);
	apu_job_free(first);
	apu_job_free(second);
}

static void
K13_other_cores_are_not_held_up(void **state)
{
	struct bench *b = *state;
	struct apu_job *first = new_job(b, 1);
	struct apu_job *second = new_job(b, 1);
	struct apu_fence *fences[2];

	reply(b, TIMEOUT);
	assert_int_equal(run_plain(b), -ETIMEDOUT);
	assert_int_equal(apu_job_submit(first, &fences[0]), 0);
	assert_int_equal(apu_job_submit(second, &fences[1]), 0);
	assert_int_equal(apu_fence_wait(fences[1], LONG_NS), 0);
	/* Nor does their answer say anything of the one that timed out. */
	assert_true(apui_core_is_suspect(b->dev, 0));
	assert_false(apui_core_is_suspect(b->dev, 1));
	apu_fence_unref(fences[0]);
	apu_fence_unref(fences[1]);
	apu_job_free(first);
	apu_job_free(second);
}

/* What was queued before the timeout may be what comes back late. */
static void
K13_answer_to_an_earlier_request_clears_nothing(void **state)
{
	struct bench *b = *state;
	struct apu_job *jobs[2] = { new_plain_job(b), new_plain_job(b) };
	struct apu_fence *fences[2];

	reply(b, TIMEOUT);
	for (int i = 0; i < 2; i++)
		assert_int_equal(apu_job_submit(jobs[i], &fences[i]), 0);
	scripted_end(&b->s, 0);
	assert_int_equal(apu_fence_status(fences[0]), -ETIMEDOUT);
	scripted_end(&b->s, 1);
	assert_int_equal(apu_fence_status(fences[1]), 0);
	assert_true(apui_core_is_suspect(b->dev, 0));
	expect_usable(b);
	assert_false(apui_core_is_suspect(b->dev, 0));
	for (int i = 0; i < 2; i++) {
		apu_fence_unref(fences[i]);
		apu_job_free(jobs[i]);
	}
}

static void
K13_K15_core_stays_suspect_until_state_is_clean(void **state)
{
	struct bench *b = *state;
	uint32_t flags = 0;

	b->s.faults = APUI_STATE_TIMEDOUT;
	reply(b, TIMEOUT);
	assert_int_equal(run_plain(b), -ETIMEDOUT);
	/* The driver has forgotten it, the library has not. */
	assert_int_equal(apui_device_state(b->dev, 0, &flags), 0);
	assert_int_equal(flags, APUI_STATE_ONLINE | APUI_STATE_TIMEDOUT);

	b->s.faults = APUI_STATE_CRASHED;
	expect_usable(b);
	assert_true(apui_core_is_suspect(b->dev, 0));
	b->s.is_offline = true;
	expect_usable(b);
	assert_true(apui_core_is_suspect(b->dev, 0));
	b->s.is_offline = false;
	expect_usable(b);
	assert_false(apui_core_is_suspect(b->dev, 0));
	assert_int_equal(apui_device_state(b->dev, 0, &flags), 0);
	assert_int_equal(flags, APUI_STATE_ONLINE);
}

/* A job whose inference takes so many requests. */
static struct apu_job *
new_model_job(struct bench *b, uint32_t request_count)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = APU_PASS_INPLACE,
	};
	struct tflite_file file = model_chain(request_count);
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;

	assert_int_equal(apu_model_load_memory(b->dev, file.bytes,
					       file.size_bytes, &options,
					       &model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(apu_job_new(model, &job), 0);
	apu_model_unref(model);
	assert_int_equal(apu_job_set_work_budget(job, 1), 0);
	assert_int_equal(apu_buffer_new(b->dev, 256, 0, &buf), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 64), 0);
	apu_buffer_unref(buf);
	scripted_restart(&b->s);
	return job;
}

static void
K13_inference_on_a_suspect_core_goes_request_by_request(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_model_job(b, 4);
	struct apu_fence *fence;

	reply(b, TIMEOUT);
	assert_int_equal(run_plain(b), -ETIMEDOUT);
	b->s.faults = APUI_STATE_TIMEDOUT; /* so one answer does not do */
	b->dev->has_worker = true;         /* which does not come in between */
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_equal(b->s.queue_calls, 2);
	b->s.hangs = true;
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	assert_int_equal(b->s.queue_calls, 3);
	/* And its second answer does. */
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	assert_int_equal(b->s.queue_calls, 5);
	b->s.hangs = false;
	assert_int_equal(apu_fence_wait(fence, b->s.now_ns + 100), 0);
	b->dev->has_worker = false;
	apu_fence_unref(fence);
	apu_job_free(job);
}

static void
K14_window_bounds_what_a_killed_client_leaves(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fences[MAX_IN_FLIGHT], *none = NULL;
	struct apu_job *job;

	for (unsigned int i = 0; i < MAX_IN_FLIGHT; i++) {
		job = new_plain_job(b);
		assert_int_equal(apu_job_submit(job, &fences[i]), 0);
		apu_job_free(job);
	}
	job = new_plain_job(b);
	assert_int_equal(apu_job_submit(job, &none), -EBUSY);
	assert_int_equal(b->s.queue_calls, MAX_IN_FLIGHT);
	apu_job_free(job);
	for (unsigned int i = 0; i < MAX_IN_FLIGHT; i++) {
		assert_int_equal(apu_fence_wait(fences[i], LONG_NS), 0);
		apu_fence_unref(fences[i]);
	}
}

static void
K17_events_are_read_before_the_budget_is_full(void **state)
{
	struct bench *b = *state;

	b->s.budget = 40;
	for (unsigned int i = 0; i < SCRIPTED_MAX_REQUESTS; i++) {
		expect_usable(b);
		assert_true(b->s.events_unread < b->s.budget);
	}
	assert_int_equal(b->s.queue_calls, SCRIPTED_MAX_REQUESTS);
}

/* Somebody else's events, say, of a file that is shared. */
static void
K17_full_budget_is_emptied_and_tried_once_more(void **state)
{
	struct bench *b = *state;

	b->s.queue_fails_at = 1;
	b->s.error = -ENOMEM;
	b->s.sends_events = false; /* there are always some */
	assert_int_equal(run_plain(b), 0);
	assert_int_equal(b->s.queue_calls, 2);
}

static void
K17_memory_that_is_short_is_told(void **state)
{
	struct bench *b = *state;

	b->s.queue_fails_at = 1;
	b->s.error = -ENOMEM;
	assert_int_equal(run_plain(b), -ENOMEM);
	assert_int_equal(b->s.queue_calls, 1);
	expect_usable(b);
}

static void
K18_numbers_that_the_driver_would_cut_are_refused(void **state)
{
	static const uint8_t data[0x10001];
	struct bench *b = *state;
	struct apu_job *job = NULL;

	assert_int_equal(
		apu_job_new_command(b->dev, 0x10002, NULL, 0, 0, NULL, 0, &job),
		-EINVAL);
	assert_int_equal(
		apu_job_new_command(b->dev, 2, data, 0x10001, 0, NULL, 0, &job),
		-EINVAL);
	assert_int_equal(
		apu_job_new_command(b->dev, 2, NULL, 0, 0x10001, NULL, 0, &job),
		-EINVAL);
	assert_null(job);
}

static void
K12_request_over_a_message_is_refused(void **state)
{
	static const uint8_t data[500];
	struct bench *b = *state;
	struct apu_job *job = NULL;

	assert_int_equal(
		apu_job_new_command(b->dev, 2, data, 500, 0, NULL, 0, &job),
		-EMSGSIZE);
	assert_null(job);
}

static void
K3_core_that_is_not_there_is_refused(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_plain_job(b);
	uint32_t version = 77;

	assert_int_equal(apu_job_set_core(job, 2), -ENODEV);
	assert_int_equal(apu_device_firmware_version(b->dev, 2, &version),
			 -ENODEV);
	assert_int_equal(version, 77);
	assert_int_equal(b->s.queue_calls, 0);
	apu_job_free(job);
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH(K3_core_that_is_not_there_is_refused),
		BENCH(K6_positive_returns_are_faults),
		BENCH(K6_positive_return_of_dequeue_is_no_result),
		BENCH(K9_K11_signal_without_a_result_is_a_lost_job),
		BENCH(K9_no_core_online_is_a_lost_device),
		BENCH(K10_syncobj_0_is_never_queued),
		BENCH(K10_requests_in_flight_have_syncobjs_of_their_own),
		BENCH(K10_syncobj_whose_result_never_came_is_not_used_again),
		BENCH(K12_wait_for_ever_ends_though_the_driver_never_signals),
		BENCH(K12_who_only_polls_learns_of_it_too),
		BENCH(K12_deadline_counts_the_requests_ahead),
		BENCH(K12_result_that_is_there_at_the_deadline_counts),
		BENCH(K12_memory_of_a_job_without_end_is_kept),
		BENCH(K12_request_over_a_message_is_refused),
		BENCH(K13_memory_of_a_job_that_timed_out_is_kept),
		BENCH(K13_memory_is_freed_when_the_device_closes),
		BENCH(K13_driver_that_resets_wants_no_quarantine),
		BENCH(K13_one_job_at_a_time_follows_a_timeout),
		BENCH(K13_other_cores_are_not_held_up),
		BENCH(K13_answer_to_an_earlier_request_clears_nothing),
		BENCH(K13_K15_core_stays_suspect_until_state_is_clean),
		BENCH(K13_inference_on_a_suspect_core_goes_request_by_request),
		BENCH(K14_window_bounds_what_a_killed_client_leaves),
		BENCH(K15_state_is_not_read_while_all_is_well),
		BENCH(K17_events_are_read_before_the_budget_is_full),
		BENCH(K17_full_budget_is_emptied_and_tried_once_more),
		BENCH(K17_memory_that_is_short_is_told),
		BENCH(K18_numbers_that_the_driver_would_cut_are_refused),
	};

	return cmocka_run_group_tests_name("safety", tests, NULL, NULL);
}
