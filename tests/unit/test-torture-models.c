/* SPDX-License-Identifier: MIT */

/*
 * Rows 60 to 63, 65 and 66 of the list of faults, in small: the sweep over
 * whole models is tests/fuzz/sweep.c, all of row 61 the tests named M1 to M91,
 * row 64 test-hostile-values.c.
 */

#include "scripted.h"
#include "support/control_models.h"
#include "support/models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONG_NS INT64_C(60000000000)
#define MUTANTS 5 /* of a byte */

static struct apu_device *
open_sim(void)
{
	struct apu_device *dev = NULL;

	assert_int_equal(apu_device_open("sim:", &dev), 0);
	return dev;
}

static struct apu_model *
load(struct apu_device *dev, struct tflite_file file)
{
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	return model;
}

static uint8_t
mutate(uint8_t byte, unsigned int how)
{
	const uint8_t mutants[MUTANTS] = { 0, 0xff, (uint8_t)(byte + 1),
					   (uint8_t)(byte - 1),
					   (uint8_t)(byte ^ 0x80) };

	return mutants[how];
}

static bool
is_refusal(int ret)
{
	return ret == -EBADMSG || ret == -EINVAL || ret == -EOPNOTSUPP ||
	       ret == -E2BIG || ret == -EOVERFLOW || ret == -ELOOP ||
	       ret == -ERANGE;
}

/* A model that loads runs, or its values lead outside. */
static void
check_run(struct apu_model *model)
{
	uint8_t in[1024] = { 1, 2, 3 }, out[1024];
	struct apu_array input = { in, 0 }, output = { out, 0 };
	int ret;

	if (apu_model_input_count(model) != 1 ||
	    apu_model_output_count(model) != 1)
		return;
	input.size_bytes = apu_tensor_size_bytes(apu_model_input(model, 0));
	output.size_bytes = apu_tensor_size_bytes(apu_model_output(model, 0));
	if (input.size_bytes > sizeof(in) || output.size_bytes > sizeof(out))
		return;
	ret = apu_model_run(model, &input, 1, &output, 1, LONG_NS);
	assert_true(ret == 0 || ret == -ERANGE);
}

static void
check_bytes(struct apu_device *dev, const uint8_t *bytes, size_t size_bytes)
{
	struct apu_model *model = NULL;
	int ret = apu_model_load_memory(dev, bytes, size_bytes, NULL, &model);

	assert_true(ret == 0 || is_refusal(ret));
	if (ret == 0)
		check_run(model);
	else
		assert_null(model);
	apu_model_unref(model);
}

static void
row_60_every_prefix_and_every_mutant_of_a_model(void **state)
{
	struct tflite_file file = model_fully_connected();
	struct apu_device *dev = open_sim();

	(void)state;
	for (size_t i = 0; i < file.size_bytes; i++) {
		uint8_t *prefix = malloc(i > 0 ? i : 1);

		assert_non_null(prefix);
		memcpy(prefix, file.bytes, i);
		check_bytes(dev, prefix, i);
		free(prefix);
	}
	for (size_t i = 0; i < file.size_bytes; i++) {
		uint8_t was = file.bytes[i];

		for (unsigned int k = 0; k < MUTANTS; k++) {
			file.bytes[i] = mutate(was, k);
			check_bytes(dev, file.bytes, file.size_bytes);
		}
		file.bytes[i] = was;
	}
	tflite_file_free(&file);
	apu_device_unref(dev);
}

static void
expect_untouched(const struct scripted *s)
{
	assert_int_equal(s->queue_calls, 0);
	assert_int_equal(s->create_calls, 0);
	assert_int_equal(s->last_syncobj, 0);
	assert_int_equal(s->info_syncobj, 0);
	for (size_t i = 0; i < COUNT(s->buffers); i++)
		assert_int_equal(s->buffers[i].size_bytes, 0);
}

/* Every mutant that is refused, with a device at hand. */
static void
row_61_no_device_call_comes_before_a_refusal(void **state)
{
	struct tflite_file file = model_fully_connected();
	struct scripted s;
	struct apu_device *dev = scripted_open(&s, 4);
	unsigned int refused = 0;

	(void)state;
	for (size_t i = 0; i < file.size_bytes; i++) {
		uint8_t was = file.bytes[i];

		for (unsigned int k = 0; k < MUTANTS; k++) {
			struct apu_model *model = NULL;

			file.bytes[i] = mutate(was, k);
			if (apu_model_load_memory(NULL, file.bytes,
						  file.size_bytes, NULL,
						  &model) == 0) {
				apu_model_unref(model);
				continue;
			}
			assert_true(apu_model_load_memory(dev, file.bytes,
							  file.size_bytes, NULL,
							  &model) < 0);
			expect_untouched(&s);
			refused++;
		}
		file.bytes[i] = was;
	}
	assert_true(refused > 500);
	tflite_file_free(&file);
	apu_device_unref(dev);
}

struct spoiler {
	char path[PATH_MAX];
	const struct tflite_file *file;
	atomic_bool is_over;
};

static void
write_file(const struct spoiler *s, const void *bytes, size_t size_bytes)
{
	int fd = open(s->path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size_bytes, 0), size_bytes);
	close(fd);
}

/* Truncate the file, and write it again, again and again. */
static void *
spoil(void *argument)
{
	const struct timespec pause = { .tv_nsec = 100000 };
	struct spoiler *s = argument;

	while (!atomic_load(&s->is_over)) {
		assert_int_equal(truncate(s->path, 0), 0);
		write_file(s, s->file->bytes, s->file->size_bytes);
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static void
row_62_file_is_truncated_and_rewritten_meanwhile(void **state)
{
	struct tflite_file file = model_chain(4);
	struct spoiler s = { .file = &file, .is_over = false };
	const char *folder = getenv("TMPDIR");
	struct apu_device *dev = open_sim();
	unsigned int loaded = 0;
	pthread_t thread;
	int fd;

	(void)state;
	snprintf(s.path, sizeof(s.path), "%s/apu-row-62-XXXXXX",
		 folder != NULL ? folder : "/tmp");
	fd = mkstemp(s.path);
	assert_true(fd >= 0);
	close(fd);
	write_file(&s, file.bytes, file.size_bytes);
	assert_int_equal(pthread_create(&thread, NULL, spoil, &s), 0);
	for (unsigned int i = 0; i < 1000; i++) {
		struct apu_model *model = NULL;
		int ret = apu_model_load_file(dev, s.path, NULL, &model);

		/* A file that has become shorter while it was read: -EIO. */
		assert_true(ret == 0 || is_refusal(ret) || ret == -EIO);
		if (ret == 0)
			check_run(model);
		loaded += ret == 0;
		apu_model_unref(model);
	}
	atomic_store(&s.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	unlink(s.path);
	print_message("# %u of 1000 loads met a whole file\n", loaded);
	tflite_file_free(&file);
	apu_device_unref(dev);
}

static int64_t
cpu_time_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Limits that the options give are held without work. */
static void
row_63_models_over_a_limit_cost_nothing(void **state)
{
	static const struct {
		const char *name;
		struct apu_model_options options;
	} rows[] = {
		{ "max_file_bytes", { .max_file_bytes = 100 } },
		{ "max_arena_bytes", { .max_arena_bytes = 64 } },
		{ "max_macs", { .max_macs = 100 } },
		{ "max_tensors", { .max_tensors = 3 } },
		{ "max_operators", { .max_operators = 2 } },
	};
	struct tflite_file file = model_classifier();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_model_options options = rows[i].options;
		struct apu_model *model = NULL;
		int64_t begin_ns = cpu_time_ns(), spent_ns;

		options.size = sizeof(options);
		assert_int_equal(apu_model_load_memory(NULL, file.bytes,
						       file.size_bytes,
						       &options, &model),
				 -E2BIG);
		spent_ns = cpu_time_ns() - begin_ns;
		assert_non_null(strstr(apu_error_remedy(apu_error_last()),
				       rows[i].name));
		print_message("# %s: %.3f ms of CPU time, the goal is 10\n",
			      rows[i].name, (double)spent_ns / 1e6);
		assert_true(spent_ns < 100000000);
	}
	tflite_file_free(&file);
}

/* Dimension 0 of both tensors of a chain, patched. */
static void
row_63_tensor_of_a_tebibyte_is_refused(void **state)
{
	struct tflite_file file = model_chain(1);
	struct apu_model *model = NULL;
	int64_t begin_ns = cpu_time_ns();

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		/* [1, 8] becomes [2^31 - 1, 8 * 64]. */
		size_t dims = tflite_target(&file, TFLITE_TABLE_TENSOR, i, 0);

		tflite_put_u32(&file, dims + 4, INT32_MAX);
		tflite_put_u32(&file, dims + 8, 512);
	}
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, NULL, &model),
			 -EOVERFLOW);
	assert_true(cpu_time_ns() - begin_ns < 100000000);
	tflite_file_free(&file);
}

/* float32 [8] -> @type [8] by CAST or QUANTIZE. */
static struct tflite_file
convert(enum tflite_builtin code, uint8_t options, enum tflite_type type)
{
	static const int32_t eight[] = { 8 }, zero[] = { 0 }, one[] = { 1 };
	static const float scale = 0.5f;
	static const int64_t zero_point = 0;
	const struct tflite_tensor tensors[] = {
		{ .type = TFLITE_FLOAT32, .dims = eight, .rank = 1 },
		{ .type = type,
		  .dims = eight,
		  .rank = 1,
		  .scales = &scale,
		  .zero_points = &zero_point,
		  .quant_count = code == TFLITE_QUANTIZE },
	};
	const struct tflite_operator op = {
		.builtin_code = (int32_t)code,
		.version = 1,
		.options_type = options,
		.inputs = zero,
		.input_count = 1,
		.outputs = one,
		.output_count = 1,
	};

	return tflite_write(&(struct tflite_model) {
		.tensors = tensors,
		.tensor_count = COUNT(tensors),
		.operators = &op,
		.operator_count = 1,
		.inputs = zero,
		.input_count = 1,
		.outputs = one,
		.output_count = 1,
	});
}

static void
run_conversion(struct tflite_file file, void *out, size_t size_bytes)
{
	const float in[8] = { NAN,      INFINITY, -INFINITY, FLT_MAX,
			      -FLT_MAX, 1e-40f,   -0.0f,     3e9f };
	struct apu_array input = { (void *)(uintptr_t)in, sizeof(in) };
	struct apu_array output = { out, size_bytes };
	struct apu_device *dev = open_sim();
	struct apu_model *model = load(dev, file);

	assert_int_equal(apu_model_run(model, &input, 1, &output, 1, LONG_NS),
			 0);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
row_65_numbers_that_are_none_have_defined_results(void **state)
{
	static const int32_t cast[8] = { INT32_MAX, INT32_MAX, INT32_MIN,
					 INT32_MAX, INT32_MIN, 0,
					 0,         INT32_MAX };
	static const int8_t quantised[8] = {
		0, 127, -128, 127, -128, 0, 0, 127
	};
	int32_t words[8];
	int8_t bytes[8];

	(void)state;
	run_conversion(convert(TFLITE_CAST, TFLITE_CAST_OPTIONS, TFLITE_INT32),
		       words, sizeof(words));
	assert_memory_equal(words, cast, sizeof(cast));
	run_conversion(
		convert(TFLITE_QUANTIZE, TFLITE_QUANTIZE_OPTIONS, TFLITE_INT8),
		bytes, sizeof(bytes));
	assert_memory_equal(bytes, quantised, sizeof(quantised));
}

struct runner {
	struct apu_device *dev;
	struct apu_buffer *buf;
	struct apu_job *job;
	unsigned int good;
};

static void
init_runner(struct runner *r, struct apu_device *dev, struct apu_model *model)
{
	*r = (struct runner) { .dev = dev };
	assert_int_equal(apu_buffer_new(dev, 256, APU_BUFFER_ZEROED, &r->buf),
			 0);
	assert_int_equal(apu_job_new(model, &r->job), 0);
	assert_int_equal(apu_job_bind_input(r->job, 0, r->buf, 0), 0);
	assert_int_equal(apu_job_bind_output(r->job, 0, r->buf, 64), 0);
}

static void *
run_often(void *argument)
{
	struct runner *r = argument;
	uint8_t *map = NULL;

	if (apu_buffer_map(r->buf, (void **)&map) < 0)
		return NULL;
	for (unsigned int i = 0; i < 200; i++) {
		memset(map, (int)i, 8);
		if (apu_job_run(r->job,
				apu_device_deadline_ns(r->dev, LONG_NS)) == 0 &&
		    memcmp(map, map + 64, 8) == 0)
			r->good++;
	}
	return NULL;
}

static void
row_66_two_threads_run_a_model_that_is_let_go(void **state)
{
	struct apu_device *dev = open_sim();
	struct apu_model *model = load(dev, model_chain(8));
	struct runner runners[2];
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		init_runner(&runners[i], dev, model);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_often,
						&runners[i]),
				 0);
	apu_model_unref(model);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(runners[i].good, 200);
		apu_job_free(runners[i].job);
		apu_buffer_unref(runners[i].buf);
	}
	apu_device_unref(dev);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			row_60_every_prefix_and_every_mutant_of_a_model),
		cmocka_unit_test(row_61_no_device_call_comes_before_a_refusal),
		cmocka_unit_test(
			row_62_file_is_truncated_and_rewritten_meanwhile),
		cmocka_unit_test(row_63_models_over_a_limit_cost_nothing),
		cmocka_unit_test(row_63_tensor_of_a_tebibyte_is_refused),
		cmocka_unit_test(
			row_65_numbers_that_are_none_have_defined_results),
		cmocka_unit_test(row_66_two_threads_run_a_model_that_is_let_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
