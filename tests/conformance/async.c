/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include "support/models.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

static struct apu_job *
new_fill_job(struct apu_device *dev, struct apu_buffer *buf, uint8_t value)
{
	const uint8_t data_in[3] = { value, 8, 0 };
	struct apu_job *job = NULL;

	assert_int_equal(
		apu_job_new_command(dev, 5, data_in, 3, 0, &buf, 1, &job), 0);
	return job;
}

static void
submitted_job_completes_though_nobody_waits(void **state)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_fence *fence;
	struct apu_job *job;
	volatile uint8_t *map;

	(void)state;
	buf = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&map);
	job = new_fill_job(dev, buf, 0x33);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	for (int i = 0; i < 100 && map[7] != 0x33; i++)
		nanosleep(&pause, NULL);
	assert_int_equal(map[7], 0x33);
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
fence_outlives_its_job_and_device_reference(void **state)
{
	struct apu_device *dev = open_device();
	int64_t deadline_ns = long_deadline_ns(dev);
	int64_t submitted_ns, ended_ns;
	struct apu_fence *fence;
	struct apu_job *job = new_small_job(dev);
	int status;

	(void)state;
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	apu_device_unref(dev);
	status = apu_fence_wait(fence, deadline_ns);
	assert_int_not_equal(status, -ETIME);
	assert_int_equal(apu_fence_wait(fence, 0), status);
	assert_int_equal(apu_fence_status(fence), status);
	assert_int_equal(apu_fence_times(fence, &submitted_ns, &ended_ns), 0);
	assert_true(ended_ns >= submitted_ns);
	assert_ptr_equal(apu_fence_ref(fence), fence);
	assert_null(apu_fence_unref(fence));
	assert_null(apu_fence_unref(fence));
}

static void
same_core_is_first_in_first_out(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_fence *fences[50];
	uint8_t *map;

	(void)state;
	buf = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&map);
	for (size_t i = 0; i < COUNT(fences); i++) {
		struct apu_job *job = new_fill_job(dev, buf, (uint8_t)(i + 1));

		assert_int_equal(apu_job_submit(job, &fences[i]), 0);
		apu_job_free(job);
	}
	assert_int_equal(apu_fence_wait(fences[COUNT(fences) - 1],
					long_deadline_ns(dev)),
			 0);
	assert_int_equal(map[0], COUNT(fences));
	for (size_t i = 0; i < COUNT(fences); i++) {
		assert_int_equal(apu_fence_status(fences[i]), 0);
		apu_fence_unref(fences[i]);
	}
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
access_waits_for_the_device(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;

	(void)state;
	buf = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&map);
	for (int i = 1; i < 30; i++) {
		struct apu_job *job = new_fill_job(dev, buf, (uint8_t)i);
		struct apu_fence *fence;

		assert_int_equal(apu_job_submit(job, &fence), 0);
		apu_fence_unref(fence);
		apu_job_free(job);
		assert_int_equal(apu_buffer_cpu_begin(buf, APU_BUFFER_READ,
						      long_deadline_ns(dev)),
				 0);
		assert_int_equal(map[7], i);
		assert_int_equal(apu_buffer_cpu_end(buf, APU_BUFFER_READ), 0);
	}
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
everything_may_be_dropped_in_flight(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < scaled(50); i++) {
		struct apu_device *dev = open_device();
		struct apu_buffer *buf;
		struct apu_fence *fence;
		struct apu_job *job;
		void *map;

		buf = new_buffer(dev, 100000, 0, &map);
		job = new_fill_job(dev, buf, 1);
		assert_int_equal(apu_job_submit(job, &fence), 0);
		apu_buffer_unref(buf);
		apu_job_free(job);
		if (i % 2 == 0) {
			apu_fence_unref(fence);
			apu_device_unref(dev);
		} else {
			apu_device_unref(dev);
			apu_fence_unref(fence);
		}
	}
}

/* Thousands of jobs, though a driver keeps only 341 events a client. */
static void
events_never_fill_the_budget(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_job *job = new_small_job(dev);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct apu_fence *fence;

		assert_int_equal(apu_job_submit(job, &fence), 0);
		assert_int_not_equal(
			apu_fence_wait(fence, long_deadline_ns(dev)), -ETIME);
		apu_fence_unref(fence);
	}
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
a_full_window_is_busy_and_drains(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fences[400] = { NULL };
	uint64_t max;
	size_t count = 0;
	int ret = 0;

	(void)state;
	assert_int_equal(
		apu_device_query(dev, APU_DEVICE_LIMIT_IN_FLIGHT, &max), 0);
	while (count < COUNT(fences)) {
		struct apu_job *job = new_small_job(dev);

		ret = apu_job_submit(job, &fences[count]);
		apu_job_free(job);
		if (ret < 0)
			break;
		count++;
	}
	/* A fast device keeps up; a slower one answers -EBUSY, no worse. */
	assert_true(ret == 0 || (ret == -EBUSY && count >= max));
	for (size_t i = 0; i < count; i++) {
		assert_int_not_equal(
			apu_fence_wait(fences[i], long_deadline_ns(dev)),
			-ETIME);
		apu_fence_unref(fences[i]);
	}
	apu_device_unref(dev);
}

static void
questions_are_checked(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_job *job = new_small_job(dev);
	struct apu_fence *fence;
	uint16_t result = 77;
	size_t size_bytes = 77;
	unsigned int index = 77;
	uint8_t data[4];

	(void)state;
	assert_int_equal(apu_job_submit(NULL, &fence), -EINVAL);
	assert_int_equal(apu_job_submit(job, NULL), -EINVAL);
	assert_int_equal(apu_job_run(NULL, 0), -EINVAL);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	assert_int_equal(apu_fence_wait(NULL, 0), -EINVAL);
	assert_int_equal(apu_fence_status(NULL), -EINVAL);
	assert_int_equal(apu_fence_times(NULL, NULL, NULL), -EINVAL);
	assert_int_equal(apu_fence_firmware_result(NULL, &result), -EINVAL);
	assert_int_equal(apu_fence_firmware_result(fence, NULL), -EINVAL);
	assert_int_equal(apu_fence_read_data(fence, NULL, 4, &size_bytes),
			 -EINVAL);
	assert_int_equal(apu_fence_read_data(fence, data, 4, NULL), -EINVAL);
	assert_null(apu_fence_unref(NULL));

	/* Later versions will. */
	assert_int_equal(apu_fence_wait_all(&fence, 1, 0), -EOPNOTSUPP);
	assert_int_equal(apu_fence_wait_all(NULL, 1, 0), -EINVAL);
	assert_int_equal(apu_fence_wait_any(&fence, 1, 0, &index), -EOPNOTSUPP);
	assert_int_equal(apu_fence_wait_any(&fence, 0, 0, &index), -EINVAL);
	assert_int_equal(apu_job_add_dependency(job, fence), -EOPNOTSUPP);
	assert_int_equal(apu_job_add_dependency(job, NULL), -EINVAL);
	assert_int_equal(index, 77);

	apu_fence_unref(fence);
	apu_job_free(job);
	apu_device_unref(dev);
}

/* A large fill keeps a core busy while the next calls are made. */
static void
busy_job_is_not_submitted_twice(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_fence *fence, *second;
	struct apu_job *job;
	bool was_busy = false;
	void *map;
	int ret;

	(void)state;
	buf = new_buffer(dev, 2 * LARGE_BYTES, 0, &map);
	/* Command 1 copies the first half onto the second. */
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 0, 0, &buf, 1, &job),
			 0);
	for (int i = 0; i < 100 && !was_busy; i++) {
		assert_int_equal(apu_job_submit(job, &fence), 0);
		ret = apu_job_submit(job, &second);
		was_busy = ret == -EBUSY;
		assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)),
				 0);
		if (ret == 0) {
			assert_int_equal(
				apu_fence_wait(second, long_deadline_ns(dev)),
				0);
			apu_fence_unref(second);
		}
		apu_fence_unref(fence);
	}
	assert_true(was_busy);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
job_is_given_up_at_its_deadline_and_usable_again(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_job *job;
	void *map;
	int ret;

	(void)state;
	buf = new_buffer(dev, 2 * LARGE_BYTES, 0, &map);
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 0, 0, &buf, 1, &job),
			 0);
	for (int i = 0; i < 100; i++) {
		ret = apu_job_run(job, 0);
		/* It can be done before anybody looks. */
		if (ret == -ETIMEDOUT)
			break;
		assert_int_equal(ret, 0);
	}
	assert_int_equal(ret, -ETIMEDOUT);
	assert_string_not_equal(apu_error_remedy(apu_error_last()), "");
	assert_int_equal(apu_buffer_cpu_begin(buf, APU_BUFFER_READ,
					      long_deadline_ns(dev)),
			 0);
	assert_int_equal(apu_buffer_cpu_end(buf, APU_BUFFER_READ), 0);
	assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
given_up_inference_leaves_the_job_usable(void **state)
{
	/* As many operators as the file has: copies are not left out. */
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = APU_PASS_INPLACE,
	};
	struct apu_device *dev = open_device();
	struct tflite_file file = model_chain(scaled(100));
	struct apu_model *model;
	struct apu_buffer *in, *out;
	struct apu_job *job;
	int8_t *in_map, *out_map;
	unsigned int given_up = 0;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       &options, &model),
			 0);
	tflite_file_free(&file);
	in = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&in_map);
	out = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&out_map);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, in, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, out, 0), 0);
	assert_int_equal(apu_job_set_work_budget(job, 1), 0);
	for (int i = 0; i < (int)scaled(50); i++) {
		int ret = apu_job_run(job, 0);

		assert_true(ret == 0 || ret == -ETIMEDOUT);
		given_up += ret == -ETIMEDOUT;
		assert_int_equal(apu_buffer_cpu_begin(out, APU_BUFFER_READ,
						      long_deadline_ns(dev)),
				 0);
		assert_int_equal(apu_buffer_cpu_end(out, APU_BUFFER_READ), 0);
		in_map[3] = (int8_t)i;
		assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
		assert_int_equal(out_map[3], i);
	}
	assert_true(given_up > 0);
	apu_job_free(job);
	apu_buffer_unref(in);
	apu_buffer_unref(out);
	apu_model_unref(model);
	apu_device_unref(dev);
}

struct worker {
	pthread_t thread;
	struct apu_device *dev;
	struct apu_model *model;
	int seed;
	int failures;
};

static void *
run_sums(void *data)
{
	struct worker *w = data;

	for (int i = 0; i < (int)scaled(40); i++) {
		int8_t a[12], b[12], sum[12];
		struct apu_array in[2] = { { a, 12 }, { b, 12 } };
		struct apu_array out[1] = { { sum, 12 } };

		for (int k = 0; k < 12; k++) {
			a[k] = (int8_t)(w->seed * 7 + k + i % 20);
			b[k] = (int8_t)(k - i);
		}
		if (apu_model_run(w->model, in, 2, out, 1, LONG_NS) < 0)
			w->failures++;
		for (int k = 0; k < 12; k++)
			w->failures += sum[k] != a[k] + b[k];
	}
	return NULL;
}

static void
threads_share_a_model(void **state)
{
	struct apu_device *dev = open_device();
	struct tflite_file file = model_add();
	struct worker workers[8];
	struct apu_model *model;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	for (size_t i = 0; i < COUNT(workers); i++) {
		workers[i] = (struct worker) {
			.dev = dev,
			.model = model,
			.seed = (int)i,
		};
		assert_int_equal(pthread_create(&workers[i].thread, NULL,
						run_sums, &workers[i]),
				 0);
	}
	for (size_t i = 0; i < COUNT(workers); i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].failures, 0);
	}
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void *
wait_for_success(void *data)
{
	struct apu_fence *fence = data;

	return apu_fence_wait(fence, INT64_MAX) == 0 ? NULL : fence;
}

static void
threads_share_a_fence(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	struct apu_job *job;
	void *map;

	(void)state;
	buf = new_buffer(dev, 1 << 20, 0, &map);
	assert_int_equal(apu_job_new_command(dev, 1, NULL, 0, 0, &buf, 1, &job),
			 0);
	for (unsigned int round = 0; round < scaled(20); round++) {
		struct apu_fence *fence;
		pthread_t threads[4];

		assert_int_equal(apu_job_submit(job, &fence), 0);
		for (size_t i = 0; i < COUNT(threads); i++)
			assert_int_equal(pthread_create(&threads[i], NULL,
							wait_for_success,
							fence),
					 0);
		for (size_t i = 0; i < COUNT(threads); i++) {
			void *failure;

			pthread_join(threads[i], &failure);
			assert_null(failure);
		}
		apu_fence_unref(fence);
	}
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "submitted job completes though nobody waits", CAN_RUN_COMMANDS,
	  submitted_job_completes_though_nobody_waits },
	{ "fence outlives its job and device reference", CAN_ALWAYS,
	  fence_outlives_its_job_and_device_reference },
	{ "same core is first in, first out", CAN_RUN_COMMANDS,
	  same_core_is_first_in_first_out },
	{ "access waits for the device", CAN_RUN_COMMANDS,
	  access_waits_for_the_device },
	{ "everything may be dropped in flight", CAN_ALWAYS,
	  everything_may_be_dropped_in_flight },
	{ "events never fill the budget", CAN_ALWAYS,
	  events_never_fill_the_budget },
	{ "a full window is busy and drains", CAN_ALWAYS,
	  a_full_window_is_busy_and_drains },
	{ "questions to a fence are checked", CAN_ALWAYS,
	  questions_are_checked },
	{ "busy job is not submitted twice", CAN_RUN_COMMANDS,
	  busy_job_is_not_submitted_twice },
	{ "job is given up at its deadline, and usable again", CAN_RUN_COMMANDS,
	  job_is_given_up_at_its_deadline_and_usable_again },
	{ "given-up inference leaves the job usable", CAN_RUN_MODELS,
	  given_up_inference_leaves_the_job_usable },
	{ "threads share a model", CAN_RUN_MODELS, threads_share_a_model },
	{ "threads share a fence", CAN_RUN_COMMANDS, threads_share_a_fence },
};

const struct conformance_group async_group = { cases, COUNT(cases) };
