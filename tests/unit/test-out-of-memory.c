/* SPDX-License-Identifier: MIT */
/*
 * The whole walk with the n-th allocation failing, for every n, once and from
 * then on. Linked with --wrap, so every allocation of the library counts.
 */
#include "support/control_models.h"
#include "support/models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Atomic: a compiler may assume that malloc() leaves plain statics alone. */
static atomic_long allocations_left = LONG_MAX;
static atomic_bool stays_out;
static atomic_long injected;

void *
__real_malloc(size_t size);
void *
__real_calloc(size_t count, size_t size);
void *
__real_realloc(void *old, size_t size);
char *
__real_strdup(const char *text);
void *
__wrap_malloc(size_t size);
void *
__wrap_calloc(size_t count, size_t size);
void *
__wrap_realloc(void *old, size_t size);
char *
__wrap_strdup(const char *text);

static bool
must_fail(void)
{
	long left = atomic_fetch_sub(&allocations_left, 1);

	if (left > 1 || (left < 1 && !atomic_load(&stays_out)))
		return false;
	atomic_fetch_add(&injected, 1);
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return must_fail() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return must_fail() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return must_fail() ? NULL : __real_realloc(old, size);
}

char *
__wrap_strdup(const char *text)
{
	return must_fail() ? NULL : __real_strdup(text);
}

static void
disarm(void)
{
	atomic_store(&allocations_left, LONG_MAX);
}

/* What a failure may be; the fifth is a thread that could not be started. */
static bool
is_out_of_memory(int ret)
{
	return ret == -ENOMEM || ret == -EAGAIN;
}

static int
run_command(struct apu_device *dev)
{
	struct apu_fence *fence = NULL;
	struct apu_job *job = NULL;
	int ret;

	ret = apu_job_new_command(dev, 2, "abc", 3, 3, NULL, 0, &job);
	if (ret == 0)
		ret = apu_job_submit(job, &fence);
	if (ret == 0)
		ret = apu_fence_wait(fence, INT64_MAX);
	apu_fence_unref(fence);
	apu_job_free(job);
	return ret;
}

static void
count_release(void *context)
{
	++*(unsigned int *)context;
}

/* Compiled, and used where it is: given back once, or not taken. */
static int
lend_model(struct apu_device *dev, const struct apu_model *model)
{
	struct apu_model *lent = NULL;
	unsigned int releases = 0;
	size_t size_bytes;
	void *data;
	int ret;

	ret = apu_model_serialise(model, &data, &size_bytes);
	if (ret < 0)
		return ret;
	ret = apu_model_load_lent(dev, data, size_bytes, NULL, count_release,
				  &releases, &lent);
	apu_model_unref(lent);
	assert_int_equal(releases, ret == 0);
	free(data);
	return ret;
}

static int
resize_model(struct apu_model *model)
{
	const struct apu_shape shape = { 4, { 2, 8, 8, 1 } };
	struct apu_model *resized = NULL;
	int ret = apu_model_resize(model, &shape, 1, &resized);

	apu_model_unref(resized);
	return ret;
}

static int
run_model(struct apu_device *dev, const struct tflite_file *file)
{
	int8_t in_bytes[64] = { 1, 2, 3 }, out_bytes[64];
	struct apu_array in = { in_bytes, 64 }, out = { out_bytes, 5 };
	struct apu_model *model = NULL;
	int ret;

	ret = apu_model_load_memory(dev, file->bytes, file->size_bytes, NULL,
				    &model);
	if (ret == 0)
		ret = apu_model_run(model, &in, 1, &out, 1,
				    INT64_C(60000000000));
	if (ret == 0)
		ret = lend_model(dev, model);
	if (ret == 0)
		ret = resize_model(model);
	apu_model_unref(model);
	return ret;
}

static int
twist(struct apu_custom_call *call, void *data)
{
	(void)data;
	memcpy(apu_custom_output_data(call, 0), apu_custom_input_data(call, 0),
	       16);
	return 0;
}

static int
run_registered(struct apu_device *dev, const struct tflite_file *file,
	       struct apu_custom_registry *registry)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.custom = registry,
	};
	int32_t rounds = 3, x[4] = { 1, 2, 3, 4 }, y[4];
	struct apu_array in[2] = { { &rounds, 4 }, { x, 16 } };
	struct apu_array out = { y, 16 };
	struct apu_model *model = NULL;
	int ret;

	ret = apu_model_load_memory(dev, file->bytes, file->size_bytes,
				    &options, &model);
	if (ret == 0)
		ret = apu_model_run(model, in, 2, &out, 1,
				    INT64_C(60000000000));
	apu_model_unref(model);
	return ret;
}

/* A loop with a function of the host in it. */
static int
run_loop(struct apu_device *dev, const struct tflite_file *file)
{
	const struct apu_custom_function function = {
		.size = sizeof(function),
		.code = "Twist",
		.invoke = twist,
	};
	struct apu_custom_registry *registry = NULL;
	int ret;

	ret = apu_custom_registry_new(&registry);
	if (ret == 0)
		ret = apu_custom_registry_add(registry, &function);
	if (ret == 0)
		ret = run_registered(dev, file, registry);
	apu_custom_registry_unref(registry);
	return ret;
}

static int
walk(const struct tflite_file *file, const struct tflite_file *loop)
{
	struct apu_device_list *list = NULL;
	struct apu_device *dev = NULL;
	int ret;

	ret = apu_device_list_new(&list);
	if (ret == 0)
		ret = apu_device_open("sim:", &dev);
	if (ret == 0)
		ret = run_command(dev);
	if (ret == 0)
		ret = run_model(dev, file);
	if (ret == 0)
		ret = run_loop(dev, loop);
	apu_device_unref(dev);
	apu_device_list_free(list);
	return ret;
}

static void
sweep(bool stays)
{
	struct tflite_file file = model_classifier();
	struct tflite_file loop = control_custom_loop();
	bool has_failed = true;
	unsigned int coped = 0;
	long n;

	atomic_store(&stays_out, stays);
	for (n = 1; has_failed; n++) {
		long before = atomic_load(&injected);
		int ret;

		atomic_store(&allocations_left, n);
		ret = walk(&file, &loop);
		disarm();
		has_failed = atomic_load(&injected) > before;
		if (ret < 0) {
			assert_true(is_out_of_memory(ret));
			assert_int_equal(apu_error_code(apu_error_last()), ret);
			assert_true(has_failed);
			/* Nothing is left behind: the same walk succeeds. */
			assert_int_equal(walk(&file, &loop), 0);
		}
		coped += ret == 0 && has_failed;
	}
	print_message("# %ld allocations failed, %s\n", n - 2,
		      stays ? "and all after each" : "one at a time");
	/* A driver out of memory is asked once more, if events were unread. */
	assert_true(stays ? coped == 0 : coped <= 3);
	assert_true(n > 20);
	tflite_file_free(&file);
	tflite_file_free(&loop);
}

static void
each_allocation_may_fail_once(void **state)
{
	(void)state;
	sweep(false);
}

static void
memory_may_stay_out(void **state)
{
	(void)state;
	sweep(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_may_fail_once),
		cmocka_unit_test(memory_may_stay_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
