/* SPDX-License-Identifier: MIT */
/* What becomes of a submission, on a transport that does as it is told. */
#include "core/fence.h"
#include "firmware/program.h"
#include "model/compiled.h"
#include "scripted.h"
#include "support/models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUNS          3
#define MAX_IN_FLIGHT 4
#define LONG_NS       1000000

/* A device, and a job on it whose inference takes RUNS requests. */
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

	assert_int_equal(apu_buffer_new(dev, 256, 0, &buf), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 64), 0);
	apu_buffer_unref(buf);
}

static struct apu_job *
new_job(struct apu_device *dev, struct tflite_file file)
{
	/* As many operators as the file has: copies are not left out. */
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = APU_PASS_INPLACE,
	};
	struct apu_model *model;
	struct apu_job *job;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       &options, &model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(apu_job_new(model, &job), 0);
	apu_model_unref(model);
	assert_int_equal(apu_job_set_work_budget(job, 1), 0);
	bind(dev, job);
	return job;
}

static struct apu_job *
new_model_job(struct apu_device *dev, uint32_t operator_count)
{
	return new_job(dev, model_chain(operator_count));
}

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->dev = scripted_open(&b->s, MAX_IN_FLIGHT);
	b->job = new_model_job(b->dev, RUNS);
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

static uint32_t
read_arena_id(const struct apu_fence *fence)
{
	return __atomic_load_n(&fence->arena->submission_id, __ATOMIC_ACQUIRE);
}

/* Outcomes of the requests of one inference, and what its fence says. */
struct outcome_row {
	const char *name;
	int outcomes[RUNS];
	int status;
	int result;
	const char *cause;
};

#define LOST SCRIPTED_LOST

static const struct outcome_row outcome_rows[] = {
	{ "all_done_is_success", { 0, 0, 0 }, 0, 0, NULL },
	{ "timeout_in_the_middle_is_the_first_failure",
	  { 0, 110, 140 },
	  -ETIMEDOUT,
	  110,
	  "timeout" },
	{ "failure_of_the_first_run_is_reported",
	  { 22, 140, 140 },
	  -EINVAL,
	  22,
	  "wrong" },
	{ "failure_of_the_last_run_is_reported",
	  { 0, 0, 77 },
	  -EBADMSG,
	  77,
	  "broken" },
	{ "unknown_result_is_an_io_error", { 0, 999, 0 }, -EIO, 999, "999" },
	{ "last_job_lost_is_an_io_error_K11", { 0, 0, LOST }, -EIO, 0, "lost" },
	{ "middle_job_lost_is_an_io_error_K11",
	  { 0, LOST, 140 },
	  -EIO,
	  0,
	  "lost" },
	{ "failure_before_a_lost_job_is_reported",
	  { 14, LOST, LOST },
	  -EFAULT,
	  14,
	  "not mapped" },
};

static void
play(struct bench *b, const struct outcome_row *row)
{
	for (size_t i = 0; i < RUNS; i++)
		b->s.replies[i].outcome = row->outcomes[i];
}

static void
expect_outcome(struct bench *b, struct apu_fence *fence,
	       const struct outcome_row *row)
{
	uint16_t result = 77;

	assert_int_equal(apu_fence_firmware_result(fence, &result), 0);
	assert_int_equal(result, row->result);
	assert_int_equal(b->s.request_count, RUNS);
	expect_idle(b);
}

static void
check_waiting(const struct outcome_row *row, struct bench *b)
{
	struct apu_fence *fence;

	play(b, row);
	fence = submit(b);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), row->status);
	if (row->cause != NULL)
		assert_non_null(
			strstr(apu_error_cause(apu_error_last()), row->cause));
	assert_int_equal(apu_fence_wait(fence, 0), row->status);
	expect_outcome(b, fence, row);
	apu_fence_unref(fence);
}

/* Who never waits must learn the same. */
static void
check_polling(const struct outcome_row *row, struct bench *b)
{
	struct apu_fence *fence;

	play(b, row);
	fence = submit(b);
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_status(fence), row->status);
	assert_int_equal(apu_fence_status(fence), row->status);
	expect_outcome(b, fence, row);
	apu_fence_unref(fence);
}

static void
check_outcome(void **state)
{
	const struct outcome_row *row = *state;
	void *b;

	set_up(&b);
	check_waiting(row, b);
	tear_down(&b);
	set_up(&b);
	check_polling(row, b);
	tear_down(&b);
}

/* queue() refuses the k-th request of an inference. */
struct refusal_row {
	const char *name;
	unsigned int fails_at;
	int error;
};

static const struct refusal_row refusal_rows[] = {
	{ "first_request_refused_leaves_nothing", 1, -ENOMEM },
	{ "second_request_refused_cancels_the_first", 2, -ENOMEM },
	{ "last_request_refused_cancels_the_rest", RUNS, -ENOSPC },
};

static void
refuse(struct bench *b, const struct refusal_row *row)
{
	struct apu_fence *fence = NULL;

	b->s.queue_fails_at = row->fails_at;
	b->s.error = row->error;
	b->s.sends_events = true;
	assert_int_equal(apu_job_submit(b->job, &fence), row->error);
	assert_null(fence);
	assert_int_equal(b->s.request_count, row->fails_at - 1);
	assert_int_equal(b->dev->requests_in_flight, row->fails_at - 1);
}

static void
check_refusal(void **state)
{
	const struct refusal_row *row = *state;
	struct apu_fence *fence = NULL;
	struct bench *b;
	void *bench;

	set_up(&bench);
	b = bench;
	refuse(b, row);
	if (row->fails_at > 1) {
		/* Or what is queued would find an arena that is not cancelled.
		 */
		assert_int_equal(read_arena_id(b->dev->in_flight),
				 APUI_SUBMISSION_CANCELLED);
		assert_int_equal(apu_job_submit(b->job, &fence), -EBUSY);
		assert_int_equal(read_arena_id(b->dev->in_flight),
				 APUI_SUBMISSION_CANCELLED);
	}
	scripted_end_all(&b->s);
	fence = submit(b);
	assert_int_equal(read_arena_id(fence), 0);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	expect_idle(b);
	apu_fence_unref(fence);
	tear_down(&bench);
}

static void
job_freed_after_refusal_keeps_its_buffers_until_the_end(void **state)
{
	const struct refusal_row row = { .fails_at = 3, .error = -ENOMEM };
	struct bench *b = *state;

	refuse(b, &row);
	apu_job_free(b->job);
	b->job = NULL;
	assert_int_equal(b->s.open_buffers, b->idle_buffers);
	assert_int_equal(scripted_syncobjs_in_use(&b->s, b->dev), RUNS);
}

static void
syncobj_that_cannot_be_made_fails_the_submission(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = NULL;

	b->s.create_fails_at = 2;
	b->s.error = -ENOMEM;
	assert_int_equal(apu_job_submit(b->job, &fence), -ENOMEM);
	assert_null(fence);
	assert_int_equal(b->s.queue_calls, 0);
	expect_idle(b);
	fence = submit(b);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	apu_fence_unref(fence);
}

static void
expect_lost(struct bench *b)
{
	struct apu_fence *fence = NULL;
	struct apu_buffer *buf = NULL;
	uint32_t version = 77;

	assert_int_equal(apu_job_submit(b->job, &fence), -ENODEV);
	assert_int_equal(apu_job_run(b->job, LONG_NS), -ENODEV);
	assert_int_equal(apu_buffer_new(b->dev, 64, 0, &buf), -ENODEV);
	assert_int_equal(apu_device_firmware_version(b->dev, 0, &version),
			 -ENODEV);
	assert_null(fence);
	assert_null(buf);
	assert_int_equal(version, 77);
}

static void
device_lost_in_a_wait_is_lost_for_ever(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);

	b->s.is_gone = true;
	assert_int_equal(apu_fence_wait(fence, LONG_NS), -ENODEV);
	expect_idle(b);
	b->s.is_gone = false;
	assert_int_equal(apu_fence_wait(fence, LONG_NS), -ENODEV);
	assert_int_equal(apu_fence_status(fence), -ENODEV);
	expect_lost(b);
	apu_fence_unref(fence);
}

static void
device_lost_in_queue_is_lost_for_ever(void **state)
{
	const struct refusal_row row = { .fails_at = 2, .error = -ENODEV };
	struct bench *b = *state;

	refuse(b, &row);
	expect_lost(b);
}

static void
device_lost_ends_fences_that_are_only_polled(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);

	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	b->s.is_gone = true;
	assert_int_equal(apu_fence_status(fence), -ENODEV);
	expect_lost(b);
	apu_fence_unref(fence);
}

static void
device_lost_under_way_has_no_data(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	size_t size_bytes = 77;
	uint8_t data[64];

	b->s.requests[0].has_ended = true;
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	b->s.is_gone = true;
	assert_int_equal(apu_fence_wait(fence, LONG_NS), -ENODEV);
	assert_int_equal(
		apu_fence_read_data(fence, data, sizeof(data), &size_bytes),
		-ENODATA);
	assert_int_equal(size_bytes, 77);
	apu_fence_unref(fence);
}

static void
access_to_a_buffer_fails_once_the_device_is_lost(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	struct apu_buffer *buf = fence->buffers[0];

	b->s.hangs = true;
	assert_int_equal(
		apu_buffer_cpu_begin(buf, APU_BUFFER_READ, b->s.now_ns + 5),
		-ETIME);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "deadline"));
	b->s.is_gone = true;
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			apu_buffer_cpu_begin(buf, APU_BUFFER_READ, LONG_NS),
			-ENODEV);
	apu_fence_unref(fence);
}

static void
wait_ends_at_its_deadline_and_the_job_goes_on(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);

	b->s.hangs = true;
	assert_int_equal(apu_fence_wait(fence, 0), -ETIME);
	assert_int_equal(apu_fence_wait(fence, 5000), -ETIME);
	assert_int_equal(b->s.now_ns, 5000);
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_wait(fence, 0), 0);
	apu_fence_unref(fence);
}

static void
job_given_up_stays_busy_until_the_device_has_finished(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence;

	b->s.hangs = true;
	assert_int_equal(apu_job_run(b->job, b->s.now_ns + 10), -ETIMEDOUT);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "given up"));
	assert_int_equal(read_arena_id(b->dev->in_flight),
			 APUI_SUBMISSION_CANCELLED);
	assert_int_equal(b->dev->requests_in_flight, RUNS);
	assert_int_equal(apu_job_submit(b->job, &fence), -EBUSY);

	b->s.hangs = false;
	scripted_end_all(&b->s);
	assert_int_equal(apu_job_run(b->job, LONG_NS), 0);
	expect_idle(b);
}

static void
full_window_is_busy_until_somebody_is_done(void **state)
{
	struct bench *b = *state;
	struct apu_job *second = new_model_job(b->dev, RUNS);
	struct apu_fence *fence = submit(b);

	assert_int_equal(apu_job_run(second, LONG_NS), -EBUSY);
	assert_int_equal(b->dev->requests_in_flight, RUNS);
	apu_fence_unref(fence);
	scripted_end_all(&b->s);
	assert_int_equal(apu_job_run(second, LONG_NS), 0);
	expect_idle(b);
	apu_job_free(second);
}

/* More requests than may be in flight go one after another. */
static void
inference_over_the_window_goes_on_as_it_completes(void **state)
{
	struct bench *b = *state;
	struct apu_job *big = new_model_job(b->dev, 3 * MAX_IN_FLIGHT);
	struct apu_fence *fence;

	b->s.hangs = true;
	b->dev->has_worker = true; /* which does not come in between */
	assert_int_equal(apu_job_submit(big, &fence), 0);
	assert_int_equal(b->s.queue_calls, MAX_IN_FLIGHT);
	scripted_end_all(&b->s);
	assert_int_equal(apu_fence_status(fence), -EINPROGRESS);
	assert_int_equal(b->s.queue_calls, 2 * MAX_IN_FLIGHT);
	b->s.hangs = false;
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	assert_int_equal(b->s.queue_calls, 3 * MAX_IN_FLIGHT);
	b->dev->has_worker = false;
	apu_fence_unref(fence);
	apu_job_free(big);
	expect_idle(b);
}

static void
lost_variables_want_a_reset(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b->dev, model_accumulator());
	struct apu_fence *fence = NULL;

	assert_int_equal(apu_job_run(job, LONG_NS), 0);
	assert_int_equal(apu_job_run(job, LONG_NS), 0);
	b->s.replies[b->s.request_count].outcome = 110;
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_equal(apu_job_reset_state(job), -EBUSY);
	assert_true(apu_fence_wait(fence, LONG_NS) < 0);
	apu_fence_unref(fence);

	for (int i = 0; i < 2; i++) {
		assert_int_equal(apu_job_submit(job, &fence), -ECANCELED);
		assert_string_equal(apu_error_remedy(apu_error_last()),
				    "begin anew with apu_job_reset_state()");
	}
	assert_int_equal(apu_job_reset_state(job), 0);
	assert_int_equal(apu_job_run(job, LONG_NS), 0);
	apu_job_free(job);
}

/* Nothing of it has run. */
static void
refused_submission_loses_no_variables(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b->dev, model_accumulator());
	struct apu_fence *fence = NULL;

	b->s.queue_fails_at = b->s.queue_calls + 1;
	b->s.error = -ENOMEM;
	b->s.sends_events = true;
	assert_int_equal(apu_job_submit(job, &fence), -ENOMEM);
	b->s.queue_fails_at = 0;
	assert_int_equal(apu_job_run(job, LONG_NS), 0);

	/* Here the first of its requests has. */
	b->s.queue_fails_at = b->s.queue_calls + 2;
	b->s.error = -ENOSPC;
	assert_int_equal(apu_job_submit(job, &fence), -ENOSPC);
	b->s.queue_fails_at = 0;
	scripted_end_all(&b->s);
	assert_int_equal(apu_job_submit(job, &fence), -ECANCELED);
	apu_job_free(job);
}

static void
buffers_and_syncobjs_live_until_retired(void **state)
{
	struct bench *b = *state;
	struct apu_buffer *buf;

	apu_fence_unref(submit(b));
	apu_job_free(b->job);
	b->job = NULL;
	assert_int_equal(b->s.open_buffers, b->idle_buffers);
	assert_int_equal(scripted_syncobjs_in_use(&b->s, b->dev), RUNS);

	/* Any call that looks at the device finds that it has finished. */
	assert_int_equal(apu_buffer_new(b->dev, 64, 0, &buf), 0);
	scripted_end_all(&b->s);
	apu_buffer_unref(buf);
	expect_idle(b);
	assert_int_equal(b->s.open_buffers, 0);
}

static void
lost_job_that_nobody_holds_is_reaped(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < RUNS; i++)
		b->s.replies[i].outcome = SCRIPTED_LOST;
	apu_fence_unref(submit(b));
	scripted_end_all(&b->s);
	for (size_t i = 0; i < RUNS; i++)
		b->s.replies[RUNS + i].outcome = 0;
	assert_int_equal(apu_job_run(b->job, LONG_NS), 0);
	expect_idle(b);
}

/* The last reference gives work in flight one driver's timeout. */
static void
device_ends_with_work_that_never_does(void **state)
{
	struct bench *b = *state;
	struct apu_fence *fence = submit(b);
	int64_t now_ns = b->s.now_ns;

	b->s.hangs = true;
	apu_job_free(b->job);
	apu_device_unref(b->dev);
	b->job = NULL;
	b->dev = NULL;
	assert_false(b->s.is_closed);
	apu_fence_unref(fence);
	assert_true(b->s.is_closed);
	assert_int_equal(b->s.now_ns, now_ns + b->s.base.info.timeout_ns);
}

static void
core_that_never_answers_info_times_out(void **state)
{
	struct bench *b = *state;
	uint32_t version = 77;

	b->s.hangs = true;
	/* Or the driver has to give it up sooner. */
	b->s.base.info.timeout_ns = INT64_C(60000000000);
	assert_int_equal(apu_device_firmware_version(b->dev, 0, &version),
			 -ETIMEDOUT);
	assert_int_equal(version, 77);
	assert_non_null(
		strstr(apu_error_cause(apu_error_last()), "did not answer"));
}

/* Requests carry offsets of 32 bits. */
static void
binding_beyond_4_gib_is_refused(void **state)
{
	const uint64_t limit_bytes = UINT64_C(1) << 32;
	struct bench *b = *state;
	struct apu_buffer *buf;

	assert_int_equal(apu_buffer_new(b->dev, 2 * limit_bytes, 0, &buf), 0);
	assert_int_equal(apu_job_bind_input(b->job, 0, buf, limit_bytes - 64),
			 0);
	assert_int_equal(apu_job_bind_output(b->job, 0, buf, limit_bytes),
			 -ERANGE);
	apu_buffer_unref(buf);
}

/* What a raw command gets back, and what the program may read of it. */
struct reply_row {
	const char *name;
	uint16_t wanted_bytes, sent_bytes, read_bytes;
	size_t capacity_bytes;
	int ret;
};

static const struct reply_row reply_rows[] = {
	{ "whole_reply_is_read", 16, 16, 16, 16, 0 },
	{ "short_reply_is_as_short_as_it_is", 16, 3, 3, 16, 0 },
	{ "empty_reply_is_read_as_nothing", 16, 0, 0, 0, 0 },
	{ "oversized_reply_is_cut_K8", 16, 65535, 16, 16, 0 },
	{ "reply_over_the_capacity_is_refused", 16, 16, 77, 15, -ENOSPC },
};

static struct apu_fence *
run_command(struct bench *b, const struct reply_row *row)
{
	struct apu_fence *fence;
	struct apu_job *job;

	b->s.replies[0] = (struct scripted_reply) {
		.size_bytes = row->sent_bytes,
		.fill = 0xab,
	};
	assert_int_equal(apu_job_new_command(b->dev, 2, NULL, 0,
					     row->wanted_bytes, NULL, 0, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	return fence;
}

static void
check_reply(void **state)
{
	const struct reply_row *row = *state;
	size_t size_bytes = 77;
	struct apu_fence *fence;
	uint8_t data[16];
	void *bench;

	set_up(&bench);
	fence = run_command(bench, row);
	assert_int_equal(apu_fence_read_data(fence, data, row->capacity_bytes,
					     &size_bytes),
			 row->ret);
	assert_int_equal(size_bytes, row->read_bytes);
	for (size_t i = 0; row->ret == 0 && i < size_bytes; i++)
		assert_int_equal(data[i], 0xab);
	apu_fence_unref(fence);
	tear_down(&bench);
}

#define ROW(row, function)                                                     \
	(struct CMUnitTest)                                                    \
	{                                                                      \
		.name = (row).name, .test_func = (function),                   \
		.initial_state = (void *)&(row),                               \
	}
/* A compiled file whose program has no operators left. */
static struct tflite_file
compile_nothing(void)
{
	struct tflite_file source = model_chain(1), file = { .bytes = NULL };
	struct apui_compiled_header header;
	struct apui_program_header program;
	struct apu_model *model;
	void *data;

	assert_int_equal(apu_model_load_memory(NULL, source.bytes,
					       source.size_bytes, NULL, &model),
			 0);
	tflite_file_free(&source);
	assert_int_equal(apu_model_serialise(model, &data, &file.size_bytes),
			 0);
	apu_model_unref(model);
	file.bytes = data;
	memcpy(&header, file.bytes, sizeof(header));
	memcpy(&program, file.bytes + header.program_offset, sizeof(program));
	program.operator_count = 0;
	memcpy(file.bytes + header.program_offset, &program, sizeof(program));
	apui_compiled_seal(file.bytes, file.size_bytes);
	return file;
}

/* Nothing is queued, so nothing will come. */
static void
inference_without_requests_ends_at_once(void **state)
{
	struct bench *b = *state;
	struct apu_job *job = new_job(b->dev, compile_nothing());
	struct apu_fence *fence = NULL;
	int fd = -1;

	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_equal(apu_fence_status(fence), 0);
	assert_int_equal(apu_fence_wait(fence, LONG_NS), 0);
	assert_int_equal(apu_fence_export_fd(fence, &fd), 0);
	close(fd);
	apu_fence_unref(fence);
	assert_int_equal(apu_job_run(job, LONG_NS), 0);
	apu_job_free(job);
	assert_int_equal(b->s.request_count, 0);
	expect_idle(b);
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct CMUnitTest single_tests[] = {
	BENCH(job_freed_after_refusal_keeps_its_buffers_until_the_end),
	BENCH(syncobj_that_cannot_be_made_fails_the_submission),
	BENCH(device_lost_in_a_wait_is_lost_for_ever),
	BENCH(device_lost_in_queue_is_lost_for_ever),
	BENCH(device_lost_ends_fences_that_are_only_polled),
	BENCH(device_lost_under_way_has_no_data),
	BENCH(access_to_a_buffer_fails_once_the_device_is_lost),
	BENCH(wait_ends_at_its_deadline_and_the_job_goes_on),
	BENCH(job_given_up_stays_busy_until_the_device_has_finished),
	BENCH(full_window_is_busy_until_somebody_is_done),
	BENCH(inference_over_the_window_goes_on_as_it_completes),
	BENCH(lost_variables_want_a_reset),
	BENCH(refused_submission_loses_no_variables),
	BENCH(buffers_and_syncobjs_live_until_retired),
	BENCH(lost_job_that_nobody_holds_is_reaped),
	BENCH(device_ends_with_work_that_never_does),
	BENCH(core_that_never_answers_info_times_out),
	BENCH(binding_beyond_4_gib_is_refused),
	BENCH(inference_without_requests_ends_at_once),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(single_tests) + COUNT(outcome_rows) +
			      COUNT(refusal_rows) + COUNT(reply_rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(outcome_rows); i++)
		all[count++] = ROW(outcome_rows[i], check_outcome);
	for (size_t i = 0; i < COUNT(refusal_rows); i++)
		all[count++] = ROW(refusal_rows[i], check_refusal);
	for (size_t i = 0; i < COUNT(reply_rows); i++)
		all[count++] = ROW(reply_rows[i], check_reply);
	for (size_t i = 0; i < COUNT(single_tests); i++)
		all[count++] = single_tests[i];
	return cmocka_run_group_tests_name("submission", all, NULL, NULL);
}
