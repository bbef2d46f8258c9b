/* SPDX-License-Identifier: MIT */

/*
 * A function of the host that takes its time, on the library's own thread: what
 * goes on meanwhile, and what waits for it.
 */

#include "support/control_models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define LONG_NS INT64_C(60000000000)

/* A function that has begun, and ends when it is told to. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool has_begun, may_end, has_ended;
};

static void
set(struct gate *gate, bool *flag)
{
	pthread_mutex_lock(&gate->lock);
	*flag = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

static void
wait_for(struct gate *gate, const bool *flag)
{
	pthread_mutex_lock(&gate->lock);
	while (!*flag)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static int
invoke(struct apu_custom_call *call, void *data)
{
	struct gate *gate = data;

	memset(apu_custom_output_data(call, 0), 7,
	       apu_tensor_size_bytes(apu_custom_output(call, 0)));
	set(gate, &gate->has_begun);
	wait_for(gate, &gate->may_end);
	set(gate, &gate->has_ended);
	return 0;
}

struct bench {
	struct gate gate;
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;
	struct apu_fence *fence;
};

static struct apu_model *
load(struct bench *b, struct tflite_file file)
{
	const struct apu_custom_function function = {
		.size = sizeof(function),
		.code = "Twist",
		.invoke = invoke,
		.data = &b->gate,
	};
	struct apu_model_options options = { .size = sizeof(options) };
	struct apu_model *model = NULL;

	assert_int_equal(apu_custom_registry_new(&options.custom), 0);
	assert_int_equal(apu_custom_registry_add(options.custom, &function), 0);
	assert_int_equal(apu_model_load_memory(b->dev, file.bytes,
					       file.size_bytes, &options,
					       &model),
			 0);
	apu_custom_registry_unref(options.custom);
	tflite_file_free(&file);
	return model;
}

/* A job that nobody waits for, in the middle of its function. */
static void
open_bench(struct bench *b)
{
	*b = (struct bench) { .gate = { .lock = PTHREAD_MUTEX_INITIALIZER,
					.changed = PTHREAD_COND_INITIALIZER } };
	assert_int_equal(apu_device_open("sim:", &b->dev), 0);
	b->model = load(b, control_custom_only());
	assert_int_equal(
		apu_buffer_new(b->dev, 128, APU_BUFFER_ZEROED, &b->buf), 0);
	assert_int_equal(apu_job_new(b->model, &b->job), 0);
	assert_int_equal(apu_job_bind_input(b->job, 0, b->buf, 0), 0);
	assert_int_equal(apu_job_bind_output(b->job, 0, b->buf, 64), 0);
	assert_int_equal(apu_job_submit(b->job, &b->fence), 0);
	wait_for(&b->gate, &b->gate.has_begun);
}

/* All but the device. */
static void
drop(struct bench *b)
{
	apu_fence_unref(b->fence);
	apu_job_free(b->job);
	apu_buffer_unref(b->buf);
	apu_model_unref(b->model);
}

static void
jobs_that_are_waited_for_go_on(void **state)
{
	struct apu_model *loop;
	int32_t limit = 5, x[4] = { 0 }, i = 0, y[4] = { 0 };
	struct apu_array in[] = { { &limit, 4 }, { x, 16 } };
	struct apu_array out[] = { { &i, 4 }, { y, 16 } };
	struct bench b;

	(void)state;
	open_bench(&b);
	loop = load(&b, control_while());
	assert_int_equal(apu_model_run(loop, in, 2, out, 2, LONG_NS), 0);
	assert_int_equal(y[0], 10);
	assert_int_equal(apu_fence_status(b.fence), -EINPROGRESS);
	set(&b.gate, &b.gate.may_end);
	assert_int_equal(
		apu_fence_wait(b.fence, apu_device_deadline_ns(b.dev, LONG_NS)),
		0);
	apu_model_unref(loop);
	drop(&b);
	apu_device_unref(b.dev);
}

struct closing {
	struct apu_device *dev;
	atomic_bool is_over;
};

static void *
close_device(void *argument)
{
	struct closing *closing = argument;

	apu_device_unref(closing->dev);
	atomic_store(&closing->is_over, true);
	return NULL;
}

static void
closing_waits_for_the_function(void **state)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct closing closing = { .is_over = false };
	pthread_t thread;
	struct bench b;

	(void)state;
	open_bench(&b);
	closing.dev = b.dev;
	drop(&b);
	assert_int_equal(pthread_create(&thread, NULL, close_device, &closing),
			 0);
	/* However long: it cannot be over. */
	nanosleep(&pause, NULL);
	assert_false(atomic_load(&closing.is_over));
	set(&b.gate, &b.gate.may_end);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(atomic_load(&closing.is_over));
	assert_true(b.gate.has_ended);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_that_are_waited_for_go_on),
		cmocka_unit_test(closing_waits_for_the_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
