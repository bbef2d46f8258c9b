/* SPDX-License-Identifier: MIT */

/* Programs that are not one straight line: loops, and functions of the host. */

#include "conformance.h"
#include "support/control_models.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A job on one buffer: input i at 128 * i, output i at 64 + 128 * i. */
struct bench {
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;
	int32_t *in[2], *out[2];
};

static void
open_job(struct bench *b, struct apu_device *dev, struct apu_model *model)
{
	uint8_t *map;

	b->dev = apu_device_ref(dev);
	b->model = apu_model_ref(model);
	b->buf = new_buffer(dev, 256, APU_BUFFER_ZEROED, (void **)&map);
	assert_int_equal(apu_job_new(model, &b->job), 0);
	for (unsigned int i = 0; i < apu_model_input_count(model); i++) {
		b->in[i] = (int32_t *)(void *)(map + 128 * (size_t)i);
		assert_int_equal(apu_job_bind_input(b->job, i, b->buf, 128 * i),
				 0);
	}
	for (unsigned int i = 0; i < apu_model_output_count(model); i++) {
		b->out[i] = (int32_t *)(void *)(map + 64 + 128 * (size_t)i);
		assert_int_equal(
			apu_job_bind_output(b->job, i, b->buf, 64 + 128 * i),
			0);
	}
}

static struct apu_model *
load(struct apu_device *dev, struct tflite_file file,
     struct apu_custom_registry *custom)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.custom = custom,
	};
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       &options, &model),
			 0);
	tflite_file_free(&file);
	return model;
}

static void
open_bench(struct bench *b, struct tflite_file file,
	   struct apu_custom_registry *custom)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, file, custom);

	open_job(b, dev, model);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
close_bench(struct bench *b)
{
	apu_job_free(b->job);
	apu_buffer_unref(b->buf);
	apu_model_unref(b->model);
	apu_device_unref(b->dev);
}

static void
nap(long ms)
{
	const struct timespec pause = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};

	nanosleep(&pause, NULL);
}

/*
 * Look at a fence so rarely that looking cannot be what moves it along: a look
 * is worth one of hundreds of requests at most.
 */
static void
watch(struct apu_fence *fence)
{
	int ret = -EINPROGRESS;

	for (int i = 0; i < 100 && ret == -EINPROGRESS; i++) {
		nap(i < 10 ? 50 : 300);
		ret = apu_fence_status(fence);
	}
	assert_int_equal(ret, 0);
}

/* What control_while() makes of 0 in so many rounds. */
static int32_t
sum_below(int32_t limit)
{
	return limit * (limit - 1) / 2;
}

static void
loop_completes_though_nobody_waits(void **state)
{
	struct apu_fence *fence;
	const int32_t rounds = (int32_t)scaled(500);
	struct bench b;

	(void)state;
	open_bench(&b, control_while(), NULL);
	b.in[0][0] = rounds;
	assert_int_equal(apu_job_submit(b.job, &fence), 0);
	watch(fence);
	assert_int_equal(b.out[1][0], sum_below(rounds));
	apu_fence_unref(fence);
	close_bench(&b);
}

static void
loop_completes_though_job_and_fence_are_gone(void **state)
{
	struct apu_fence *fence;
	const int32_t rounds = (int32_t)scaled(200);
	struct bench b;

	(void)state;
	open_bench(&b, control_while(), NULL);
	b.in[0][0] = rounds;
	assert_int_equal(apu_job_submit(b.job, &fence), 0);
	apu_fence_unref(fence);
	apu_job_free(b.job);
	apu_model_unref(b.model);
	nap(100);
	assert_int_equal(apu_buffer_cpu_begin(b.buf, APU_BUFFER_READ,
					      long_deadline_ns(b.dev)),
			 0);
	assert_int_equal(b.out[0][0], rounds);
	assert_int_equal(b.out[1][0], sum_below(rounds));
	assert_int_equal(apu_buffer_cpu_end(b.buf, APU_BUFFER_READ), 0);
	apu_buffer_unref(b.buf);
	apu_device_unref(b.dev);
}

static void
a_wait_may_end_in_the_middle_of_a_loop(void **state)
{
	struct apu_fence *fence;
	unsigned int late = 0;
	const int32_t rounds = (int32_t)scaled(500);
	struct bench b;
	int ret;

	(void)state;
	open_bench(&b, control_while(), NULL);
	b.in[0][0] = rounds;
	assert_int_equal(apu_job_submit(b.job, &fence), 0);
	do {
		ret = apu_fence_wait(fence,
				     apu_device_deadline_ns(b.dev, 200000));
		late += ret == -ETIME;
	} while (ret == -ETIME);
	assert_int_equal(ret, 0);
	assert_true(late > 0);
	assert_int_equal(b.out[1][0], sum_below(rounds));
	apu_fence_unref(fence);
	close_bench(&b);
}

static void
loop_is_followed_by_who_only_looks(void **state)
{
	struct apu_fence *fence;
	const int32_t rounds = (int32_t)scaled(100);
	struct bench b;
	int ret;

	(void)state;
	open_bench(&b, control_while(), NULL);
	b.in[0][0] = rounds;
	assert_int_equal(apu_job_submit(b.job, &fence), 0);
	while ((ret = apu_fence_status(fence)) == -EINPROGRESS)
		;
	assert_int_equal(ret, 0);
	assert_int_equal(b.out[1][0], sum_below(rounds));
	apu_fence_unref(fence);
	close_bench(&b);
}

static void
loop_is_given_up_and_its_job_usable_again(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, control_while(), NULL);
	for (int i = 0; i < (int)scaled(20); i++) {
		b.in[0][0] = 900000;
		assert_int_equal(apu_job_run(b.job, apu_device_deadline_ns(
							    b.dev, 100000 * i)),
				 -ETIMEDOUT);
		assert_int_equal(apu_buffer_cpu_begin(b.buf, APU_BUFFER_READ,
						      long_deadline_ns(b.dev)),
				 0);
		assert_int_equal(apu_buffer_cpu_end(b.buf, APU_BUFFER_READ), 0);
		b.in[0][0] = i;
		assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)),
				 0);
		assert_int_equal(b.out[1][0], sum_below(i));
	}
	close_bench(&b);
}

static void
loops_may_be_dropped_in_flight(void **state)
{
	(void)state;
	for (int i = 0; i < (int)scaled(20); i++) {
		struct apu_fence *fence;
		struct bench b;

		open_bench(&b, control_while(), NULL);
		b.in[0][0] = 20 * i;
		assert_int_equal(apu_job_submit(b.job, &fence), 0);
		if (i % 3 == 0)
			nap(1);
		if (i % 2 == 0)
			apu_fence_unref(fence);
		close_bench(&b);
		if (i % 2 == 1)
			apu_fence_unref(fence);
	}
}

static void *
wait_for_success(void *data)
{
	struct apu_fence *fence = data;

	return apu_fence_wait(fence, INT64_MAX) == 0 ? NULL : fence;
}

static void
threads_share_the_fence_of_a_loop(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, control_while(), NULL);
	for (int round = 0; round < (int)scaled(10); round++) {
		struct apu_fence *fence;
		pthread_t threads[4];

		b.in[0][0] = 10 * round;
		assert_int_equal(apu_job_submit(b.job, &fence), 0);
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
		assert_int_equal(b.out[1][0], sum_below(10 * round));
		apu_fence_unref(fence);
	}
	close_bench(&b);
}

/* More loops at once than the window has requests. */
static void
many_loops_share_the_window(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, control_while(), NULL);
	struct apu_fence *fences[400];
	struct bench *benches = calloc(COUNT(fences), sizeof(*benches));
	size_t count = 0;
	int ret = 0;

	(void)state;
	assert_non_null(benches);
	for (; count < scaled(COUNT(fences)) && ret == 0; count++) {
		struct bench *b = &benches[count];

		open_job(b, dev, model);
		assert_int_equal(apu_job_set_work_budget(b->job, 1), 0);
		b->in[0][0] = 3;
		ret = apu_job_submit(b->job, &fences[count]);
		if (ret < 0)
			close_bench(b);
		if (ret < 0)
			break;
	}
	assert_true(ret == 0 || ret == -EBUSY);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(
			apu_fence_wait(fences[i], long_deadline_ns(dev)), 0);
		assert_int_equal(benches[i].out[1][0], sum_below(3));
		apu_fence_unref(fences[i]);
		close_bench(&benches[i]);
	}
	free(benches);
	apu_model_unref(model);
	apu_device_unref(dev);
}

/* What the custom operator "Twist" is told and does. */
struct twist {
	atomic_int prepared, invoked, destroyed;
	atomic_int pause_ms;
	atomic_int fail_at; /* the call that fails, from 1; 0: none does */
	int prepare_code;
};

static int
prepare_twist(struct apu_custom_call *call, void *data)
{
	struct twist *twist = data;
	const void *options;
	size_t option_bytes;

	atomic_fetch_add(&twist->prepared, 1);
	options = apu_custom_options(call, &option_bytes);
	if (option_bytes != 3 || memcmp(options, "abc", 3) != 0)
		return apu_custom_fail(call, -EBADMSG, "options are wrong");
	if (twist->prepare_code < 0)
		return apu_custom_fail(call, twist->prepare_code,
				       "it is not wanted");
	if (apu_custom_input_data(call, 0) != NULL ||
	    apu_custom_output_data(call, 0) != NULL)
		return -EINVAL;
	return apu_custom_set_output(call, 0, (const int32_t[]) { 4 }, 1);
}

/* y = 10 * x + 1 */
static int
invoke_twist(struct apu_custom_call *call, void *data)
{
	const int32_t *x = apu_custom_input_data(call, 0);
	int32_t *y = apu_custom_output_data(call, 0);
	struct twist *twist = data;
	int number = atomic_fetch_add(&twist->invoked, 1) + 1;
	size_t option_bytes;

	nap(atomic_load(&twist->pause_ms));
	if (number == atomic_load(&twist->fail_at))
		return apu_custom_fail(call, -ERANGE, "a twist too far");
	if (apu_custom_options(call, &option_bytes) == NULL ||
	    option_bytes != 3 || apu_custom_input_count(call) != 1 ||
	    apu_custom_output_count(call) != 1 ||
	    apu_tensor_dtype(apu_custom_input(call, 0)) != APU_DTYPE_INT32 ||
	    apu_tensor_rank(apu_custom_output(call, 0)) != 1 ||
	    apu_tensor_dim(apu_custom_output(call, 0), 0) != 4 ||
	    (uintptr_t)x % 64 != 0 || (uintptr_t)y % 64 != 0)
		return -EINVAL;
	for (int i = 0; i < 4; i++)
		y[i] = 10 * x[i] + 1;
	return 0;
}

static void
destroy_twist(void *data)
{
	atomic_fetch_add(&((struct twist *)data)->destroyed, 1);
}

static struct apu_custom_registry *
register_twist(struct twist *twist)
{
	const struct apu_custom_function function = {
		.size = sizeof(function),
		.code = "Twist",
		.prepare = prepare_twist,
		.invoke = invoke_twist,
		.data = twist,
		.destroy = destroy_twist,
	};
	struct apu_custom_registry *registry = NULL;

	assert_int_equal(apu_custom_registry_new(&registry), 0);
	assert_int_equal(apu_custom_registry_add(registry, &function), 0);
	assert_int_equal(apu_custom_registry_add(registry, &function), -EEXIST);
	return registry;
}

static void
open_twist(struct bench *b, struct tflite_file file, struct twist *twist)
{
	struct apu_custom_registry *registry = register_twist(twist);

	open_bench(b, file, registry);
	apu_custom_registry_unref(registry);
	assert_int_equal(atomic_load(&twist->destroyed), 0);
}

/* The library may still hold what has just ended. */
static void
expect_destroyed(struct twist *twist)
{
	for (int i = 0; i < 6000 && atomic_load(&twist->destroyed) == 0; i++)
		nap(1);
	assert_int_equal(atomic_load(&twist->destroyed), 1);
}

static void
custom_operator_runs_between_requests(void **state)
{
	struct twist twist = { .fail_at = 0 };
	struct bench b;

	(void)state;
	open_twist(&b, control_custom(), &twist);
	assert_int_equal(atomic_load(&twist.prepared), 1);
	b.in[0][2] = 3;
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), 0);
	assert_int_equal(b.out[0][2], 2 * (10 * 6 + 1));
	assert_int_equal(b.out[0][0], 2);
	assert_int_equal(atomic_load(&twist.invoked), 1);
	close_bench(&b);
	expect_destroyed(&twist);
}

static void
custom_operator_may_be_the_whole_model(void **state)
{
	struct twist twist = { .fail_at = 0 };
	struct bench b;

	(void)state;
	open_twist(&b, control_custom_only(), &twist);
	b.in[0][1] = -3;
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), 0);
	assert_int_equal(b.out[0][1], -29);
	assert_int_equal(b.out[0][3], 1);
	close_bench(&b);
	expect_destroyed(&twist);
}

static void
custom_operator_runs_though_nobody_waits(void **state)
{
	struct twist twist = { .fail_at = 0 };
	struct apu_fence *fence;
	struct bench b;

	(void)state;
	open_twist(&b, control_custom_loop(), &twist);
	b.in[0][0] = 4;
	assert_int_equal(apu_job_submit(b.job, &fence), 0);
	/* Who looks makes no call. */
	watch(fence);
	assert_int_equal(b.out[0][0], 1111);
	assert_int_equal(atomic_load(&twist.invoked), 4);
	apu_fence_unref(fence);
	close_bench(&b);
	expect_destroyed(&twist);
}

static void
failure_of_a_custom_operator_ends_the_job(void **state)
{
	struct twist twist = { .fail_at = 3 };
	struct bench b;

	(void)state;
	open_twist(&b, control_custom_loop(), &twist);
	b.in[0][0] = 5;
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), -ERANGE);
	assert_non_null(strstr(apu_error_cause(apu_error_last()),
			       "Twist failed: a twist too far"));
	assert_int_equal(atomic_load(&twist.invoked), 3);
	b.in[0][0] = 1;
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), 0);
	assert_int_equal(b.out[0][0], 1);
	close_bench(&b);
	expect_destroyed(&twist);
}

static void
job_is_given_up_while_its_custom_operator_runs(void **state)
{
	struct twist twist = { .pause_ms = 20 };
	struct bench b;

	(void)state;
	open_twist(&b, control_custom_loop(), &twist);
	for (int i = 0; i < 5; i++) {
		b.in[0][0] = 100;
		assert_int_equal(
			apu_job_run(b.job, apu_device_deadline_ns(
						   b.dev, 10000000 * i)),
			-ETIMEDOUT);
		assert_int_equal(apu_buffer_cpu_begin(b.buf, APU_BUFFER_READ,
						      long_deadline_ns(b.dev)),
				 0);
		assert_int_equal(apu_buffer_cpu_end(b.buf, APU_BUFFER_READ), 0);
	}
	b.in[0][0] = 2;
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), 0);
	assert_int_equal(b.out[0][0], 11);
	close_bench(&b);
	expect_destroyed(&twist);
}

static void
everything_may_be_dropped_while_a_custom_operator_runs(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		struct twist twist = { .pause_ms = 5 };
		struct apu_fence *fence;
		struct bench b;

		open_twist(&b, control_custom_loop(), &twist);
		b.in[0][0] = 3;
		assert_int_equal(apu_job_submit(b.job, &fence), 0);
		nap(i);
		apu_fence_unref(fence);
		close_bench(&b);
		expect_destroyed(&twist);
	}
}

static void
custom_operators_without_a_function_are_refused(void **state)
{
	struct apu_device *dev = open_device();
	struct tflite_file file = control_custom();
	struct apu_model *model = UNTOUCHED;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 -EOPNOTSUPP);
	assert_ptr_equal(model, UNTOUCHED);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "Twist"));
	assert_non_null(strstr(apu_error_remedy(apu_error_last()),
			       "apu_custom_registry_add"));
	tflite_file_free(&file);
	apu_device_unref(dev);
}

static void
custom_operators_may_refuse_a_model(void **state)
{
	struct twist twist = { .prepare_code = -EDOM };
	struct apu_custom_registry *registry = register_twist(&twist);
	const struct apu_model_options options = {
		.size = sizeof(options),
		.custom = registry,
	};
	const struct apu_custom_function function = {
		.size = sizeof(function),
		.code = "Other",
		.invoke = invoke_twist,
	};
	struct apu_device *dev = open_device();
	struct tflite_file file = control_custom();
	struct apu_model *model = UNTOUCHED;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       &options, &model),
			 -EDOM);
	assert_ptr_equal(model, UNTOUCHED);
	assert_non_null(
		strstr(apu_error_cause(apu_error_last()), "it is not wanted"));
	assert_int_equal(apu_custom_registry_add(registry, &function), -EBUSY);
	tflite_file_free(&file);
	apu_custom_registry_unref(registry);
	assert_int_equal(atomic_load(&twist.destroyed), 1);
	apu_device_unref(dev);
}

/* The compiled form of @file, given back as a file is. */
static void *
compile(struct tflite_file file, struct apu_custom_registry *custom,
	size_t *out_size_bytes)
{
	struct apu_model *model = load(NULL, file, custom);
	void *data = NULL;

	assert_int_equal(apu_model_serialise(model, &data, out_size_bytes), 0);
	apu_model_unref(model);
	return data;
}

static void
compiled_models_keep_loops_and_custom_operators(void **state)
{
	struct twist twist = { .fail_at = 0 };
	struct apu_custom_registry *registry = register_twist(&twist);
	const struct apu_model_options options = {
		.size = sizeof(options),
		.custom = registry,
	};
	struct apu_device *dev = open_device();
	struct apu_model *model = UNTOUCHED;
	struct bench b;
	size_t size_bytes;
	void *data;

	(void)state;
	data = compile(control_custom_loop(), registry, &size_bytes);
	assert_int_equal(
		apu_model_load_memory(dev, data, size_bytes, NULL, &model),
		-EOPNOTSUPP);
	assert_ptr_equal(model, UNTOUCHED);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "Twist"));
	assert_int_equal(
		apu_model_load_memory(dev, data, size_bytes, &options, &model),
		0);
	free(data);
	apu_custom_registry_unref(registry);
	open_job(&b, dev, model);
	apu_model_unref(model);
	apu_device_unref(dev);

	b.in[0][0] = 3;
	b.in[1][1] = 2;
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), 0);
	assert_int_equal(b.out[0][0], 111);
	assert_int_equal(b.out[0][1], 2111);
	close_bench(&b);
	expect_destroyed(&twist);
}

static void
compiled_models_count_what_data_decide_on(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = NULL;
	struct apu_shape shape;
	struct bench b;
	size_t size_bytes;
	void *data;

	(void)state;
	data = compile(control_where(TFLITE_INT32), NULL, &size_bytes);
	assert_int_equal(
		apu_model_load_memory(dev, data, size_bytes, NULL, &model), 0);
	free(data);
	open_job(&b, dev, model);
	apu_model_unref(model);
	apu_device_unref(dev);

	b.in[0][4] = 1;
	assert_int_equal(apu_job_output_shape(b.job, 0, &shape), -EBUSY);
	assert_int_equal(apu_job_run(b.job, long_deadline_ns(b.dev)), 0);
	assert_int_equal(apu_job_output_shape(b.job, 0, &shape), 0);
	assert_int_equal(shape.dims[0], 1);
	assert_int_equal(b.out[0][0], 1);
	assert_int_equal(b.out[0][2], 1);
	close_bench(&b);
}

static const struct conformance_case cases[] = {
	{ "loop completes though nobody waits", CAN_RUN_MODELS,
	  loop_completes_though_nobody_waits },
	{ "loop completes though its job and fence are gone", CAN_RUN_MODELS,
	  loop_completes_though_job_and_fence_are_gone },
	{ "a wait may end in the middle of a loop", CAN_RUN_MODELS,
	  a_wait_may_end_in_the_middle_of_a_loop },
	{ "loop is followed by who only looks", CAN_RUN_MODELS,
	  loop_is_followed_by_who_only_looks },
	{ "loop is given up, and its job usable again", CAN_RUN_MODELS,
	  loop_is_given_up_and_its_job_usable_again },
	{ "loops may be dropped in flight", CAN_RUN_MODELS,
	  loops_may_be_dropped_in_flight },
	{ "threads share the fence of a loop", CAN_RUN_MODELS,
	  threads_share_the_fence_of_a_loop },
	{ "many loops share the window", CAN_RUN_MODELS,
	  many_loops_share_the_window },
	{ "custom operator runs between requests", CAN_RUN_MODELS,
	  custom_operator_runs_between_requests },
	{ "custom operator may be the whole model", CAN_RUN_MODELS,
	  custom_operator_may_be_the_whole_model },
	{ "custom operator runs though nobody waits", CAN_RUN_MODELS,
	  custom_operator_runs_though_nobody_waits },
	{ "failure of a custom operator ends the job", CAN_RUN_MODELS,
	  failure_of_a_custom_operator_ends_the_job },
	{ "job is given up while its custom operator runs", CAN_RUN_MODELS,
	  job_is_given_up_while_its_custom_operator_runs },
	{ "everything may be dropped while a custom operator runs",
	  CAN_RUN_MODELS,
	  everything_may_be_dropped_while_a_custom_operator_runs },
	{ "compiled models keep loops and custom operators", CAN_RUN_MODELS,
	  compiled_models_keep_loops_and_custom_operators },
	{ "compiled models count what data decide on", CAN_RUN_MODELS,
	  compiled_models_count_what_data_decide_on },
	{ "custom operators without a function are refused", CAN_ALWAYS,
	  custom_operators_without_a_function_are_refused },
	{ "custom operators may refuse a model", CAN_ALWAYS,
	  custom_operators_may_refuse_a_model },
};

const struct conformance_group control_group = { cases, COUNT(cases) };
