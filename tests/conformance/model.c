/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include "support/models.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* model_add(): two inputs and an output of 12 int8, a sum. */
#define ADD_BYTES 12

static struct apu_model *
load_with(struct apu_device *dev, struct tflite_file file,
	  const struct apu_model_options *options)
{
	struct apu_model *model = NULL;
	int ret = apu_model_load_memory(dev, file.bytes, file.size_bytes,
					options, &model);

	if (ret < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
	tflite_file_free(&file);
	return model;
}

static struct apu_model *
load(struct apu_device *dev, struct tflite_file file)
{
	return load_with(dev, file, NULL);
}

/* A job of model_add() with all of its tensors in one buffer. */
struct add_job {
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_job *job;
	struct apu_buffer *buf;
	int8_t *a, *b, *sum;
};

static void
make_add_job(struct add_job *add)
{
	void *map;

	add->dev = open_device();
	add->model = load(add->dev, model_add());
	assert_int_equal(apu_job_new(add->model, &add->job), 0);
	add->buf = new_buffer(add->dev, 192, APU_BUFFER_ZEROED, &map);
	add->a = map;
	add->b = add->a + 64;
	add->sum = add->a + 128;
	assert_int_equal(apu_job_bind_input(add->job, 0, add->buf, 0), 0);
	assert_int_equal(apu_job_bind_input(add->job, 1, add->buf, 64), 0);
	assert_int_equal(apu_job_bind_output(add->job, 0, add->buf, 128), 0);
}

static void
drop_add_job(struct add_job *add)
{
	apu_job_free(add->job);
	apu_model_unref(add->model);
	apu_buffer_unref(add->buf);
	apu_device_unref(add->dev);
}

static void
model_is_described(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_conv_2d());
	const struct apu_tensor *in = apu_model_input(model, 0);
	const struct apu_tensor *weights = apu_model_tensor(model, 1);
	const struct apu_operator *op = apu_model_operator(model, 0);

	(void)state;
	assert_int_equal(apu_model_input_count(model), 1);
	assert_int_equal(apu_model_output_count(model), 1);
	assert_null(apu_model_input(model, 1));
	assert_null(apu_model_output(model, 1));
	assert_string_equal(apu_tensor_name(in), "input");
	assert_int_equal(apu_tensor_dtype(in), APU_DTYPE_INT8);
	assert_int_equal(apu_tensor_rank(in), 4);
	assert_int_equal(apu_tensor_dim(in, 3), 2);
	assert_int_equal(apu_tensor_dim(in, 4), -1);
	assert_int_equal(apu_tensor_size_bytes(in), 32);
	assert_int_equal(apu_tensor_quant_count(in), 1);
	assert_int_equal(apu_tensor_is_constant(in), 0);

	assert_int_equal(apu_tensor_is_constant(weights), 1);
	assert_int_equal(apu_tensor_quant_count(weights), 3);
	assert_int_equal(apu_tensor_quant_axis(weights), 0);
	assert_true(apu_tensor_scale(weights, 2) > 0);
	assert_true(apu_tensor_scale(weights, 3) == 0);

	assert_int_equal(apu_model_operator_count(model), 1);
	assert_string_equal(apu_operator_name(op), "CONV_2D");
	assert_int_equal(apu_operator_macs(op), 4 * 4 * 3 * 3 * 3 * 2);
	assert_int_equal(apu_model_macs(model), apu_operator_macs(op));
	assert_int_equal(apu_operator_input(op, 1), 1);
	assert_int_equal(apu_operator_input(op, 3), -2);
	assert_int_equal(apu_operator_output(op, 0), 3);
	assert_int_equal(apu_operator_output(op, 1), -2);
	assert_int_equal(apu_model_weight_bytes(model), 54 + 12);
	assert_true(apu_model_program_bytes(model) > 54 + 12);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
sum_is_computed(void **state)
{
	struct add_job add;

	(void)state;
	make_add_job(&add);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < ADD_BYTES; i++) {
			add.a[i] = (int8_t)(i * 3 - round);
			add.b[i] = (int8_t)(100 - i);
		}
		assert_int_equal(
			apu_job_run(add.job, long_deadline_ns(add.dev)), 0);
		for (int i = 0; i < ADD_BYTES; i++) {
			int sum = add.a[i] + add.b[i];

			assert_int_equal(add.sum[i], sum > 127 ? 127 : sum);
		}
	}
	drop_add_job(&add);
}

static void
one_call_runs_on_arrays(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_add());
	int8_t a[ADD_BYTES] = { 1, 2, 3 }, b[ADD_BYTES] = { 4, 5, 6 };
	int8_t sum[ADD_BYTES];
	struct apu_array in[2] = { { a, ADD_BYTES }, { b, ADD_BYTES } };
	struct apu_array out[1] = { { sum, ADD_BYTES } };

	(void)state;
	memset(sum, 0x5a, sizeof(sum));
	assert_int_equal(apu_model_run(model, in, 1, out, 1, LONG_NS), -EINVAL);
	in[1].size_bytes--;
	assert_int_equal(apu_model_run(model, in, 2, out, 1, LONG_NS), -EINVAL);
	in[1].size_bytes++;
	in[1].data = NULL;
	assert_int_equal(apu_model_run(model, in, 2, out, 1, LONG_NS), -EINVAL);
	in[1].data = b;
	assert_int_equal(apu_model_run(NULL, in, 2, out, 1, LONG_NS), -EINVAL);
	assert_int_equal(apu_model_run(model, NULL, 2, out, 1, LONG_NS),
			 -EINVAL);
	assert_int_equal(sum[0], 0x5a);

	assert_int_equal(apu_model_run(model, in, 2, out, 1, LONG_NS), 0);
	assert_int_equal(sum[0], 5);
	assert_int_equal(sum[2], 9);
	assert_int_equal(sum[3], 0);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
bad_bindings_are_refused(void **state)
{
	struct add_job add;
	struct apu_device *other = open_device();
	struct apu_buffer *foreign, *small;
	void *map;

	(void)state;
	make_add_job(&add);
	foreign = new_buffer(other, 64, 0, &map);
	small = new_buffer(add.dev, ADD_BYTES - 1, 0, &map);
	assert_int_equal(apu_job_bind_input(NULL, 0, add.buf, 0), -EINVAL);
	assert_int_equal(apu_job_bind_input(add.job, 0, NULL, 0), -EINVAL);
	assert_int_equal(apu_job_bind_input(add.job, 0, foreign, 0), -EINVAL);
	assert_int_equal(apu_job_bind_input(add.job, 0, add.buf, 1), -EINVAL);
	assert_int_equal(apu_job_bind_input(add.job, 2, add.buf, 0), -ERANGE);
	assert_int_equal(apu_job_bind_output(add.job, 1, add.buf, 0), -ERANGE);
	assert_int_equal(apu_job_bind_input(add.job, 0, small, 0), -ERANGE);
	assert_int_equal(apu_job_bind_input(add.job, 0, add.buf, 192), -ERANGE);
	assert_int_equal(
		apu_job_bind_input(add.job, 0, add.buf, UINT64_MAX - 63),
		-ERANGE);
	/* Nothing has changed. */
	add.a[0] = 20;
	add.b[0] = 2;
	assert_int_equal(apu_job_run(add.job, long_deadline_ns(add.dev)), 0);
	assert_int_equal(add.sum[0], 22);
	apu_buffer_unref(foreign);
	apu_buffer_unref(small);
	apu_device_unref(other);
	drop_add_job(&add);
}

static void
unbound_and_overlapping_jobs_are_refused(void **state)
{
	struct add_job add;
	struct apu_job *empty;
	struct apu_fence *fence = UNTOUCHED;

	(void)state;
	make_add_job(&add);
	assert_int_equal(apu_job_new(add.model, &empty), 0);
	assert_int_equal(apu_job_submit(empty, &fence), -EINVAL);
	assert_int_equal(apu_job_run(empty, long_deadline_ns(add.dev)),
			 -EINVAL);
	apu_job_free(empty);

	assert_int_equal(apu_job_bind_output(add.job, 0, add.buf, 64), 0);
	assert_int_equal(apu_job_submit(add.job, &fence), -EINVAL);
	assert_ptr_equal(fence, UNTOUCHED);
	/* Two inputs may be one. */
	assert_int_equal(apu_job_bind_output(add.job, 0, add.buf, 128), 0);
	assert_int_equal(apu_job_bind_input(add.job, 1, add.buf, 0), 0);
	add.a[0] = 21;
	assert_int_equal(apu_job_run(add.job, long_deadline_ns(add.dev)), 0);
	assert_int_equal(add.sum[0], 42);
	drop_add_job(&add);
}

static void
job_settings_are_checked(void **state)
{
	struct add_job add;
	struct apu_job *command;

	(void)state;
	make_add_job(&add);
	assert_int_equal(apu_job_set_core(add.job, 99), -ENODEV);
	assert_int_equal(apu_job_set_core(NULL, 0), -EINVAL);
	assert_int_equal(apu_job_set_core(add.job, 0), 0);
	assert_int_equal(apu_job_set_work_budget(NULL, 1), -EINVAL);
	assert_int_equal(apu_job_set_work_budget(add.job, 1), 0);
	assert_int_equal(apu_job_set_work_budget(add.job, 0), 0);
	assert_int_equal(apu_job_new(NULL, &command), -EINVAL);
	assert_int_equal(apu_job_new(add.model, NULL), -EINVAL);
	assert_int_equal(
		apu_job_new_command(add.dev, 2, NULL, 0, 0, NULL, 0, &command),
		0);
	assert_int_equal(apu_job_set_work_budget(command, 1), -EINVAL);
	assert_int_equal(apu_job_bind_input(command, 0, add.buf, 0), -EINVAL);
	apu_job_free(command);
	apu_job_free(NULL);
	drop_add_job(&add);
}

static void
model_comes_from_file_and_fd(void **state)
{
	struct apu_device *dev = open_device();
	struct tflite_file file = model_add();
	struct apu_model *model = NULL;
	char path[32];
	int fd = memfd_create("model", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, file.bytes, file.size_bytes),
			 file.size_bytes);
	assert_int_equal(apu_model_load_fd(dev, fd, NULL, &model), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), file.size_bytes);
	apu_model_unref(model);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(apu_model_load_file(dev, path, NULL, &model), 0);
	close(fd);
	assert_int_equal(apu_model_output_count(model), 1);
	apu_model_unref(model);
	tflite_file_free(&file);
	apu_device_unref(dev);
}

static void
files_that_are_no_model_are_refused(void **state)
{
	static const struct {
		const char *path;
		int code;
	} rows[] = {
		{ "/nonexistent/model.tflite", -ENOENT },
		{ "/", -EISDIR },
		{ "/dev/null", -EINVAL },
		{ "/proc/self/maps", -EBADMSG },
	};
	struct apu_device *dev = open_device();
	struct apu_model *model = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct apu_error *e = apu_error_last();

		assert_int_equal(
			apu_model_load_file(dev, rows[i].path, NULL, &model),
			rows[i].code);
		assert_string_equal(apu_error_object(e), rows[i].path);
		assert_string_not_equal(apu_error_cause(e), "");
	}
	assert_int_equal(apu_model_load_fd(dev, -1, NULL, &model), -EBADF);
	assert_int_equal(
		apu_model_load_memory(dev, "no model", 8, NULL, &model),
		-EBADMSG);
	assert_int_equal(apu_model_load_memory(dev, "", 0, NULL, &model),
			 -EBADMSG);
	assert_int_equal(apu_model_load_memory(dev, NULL, 8, NULL, &model),
			 -EINVAL);
	assert_int_equal(apu_model_load_file(dev, NULL, NULL, &model), -EINVAL);
	assert_int_equal(apu_model_load_file(dev, "x", NULL, NULL), -EINVAL);
	assert_ptr_equal(model, UNTOUCHED);
	apu_device_unref(dev);
}

static void
options_bound_the_model(void **state)
{
	struct {
		struct apu_model_options options;
		uint64_t unknown;
	} newer = { .options = { .size = sizeof(newer) } };
	struct tflite_file file = model_conv_2d();
	const struct apu_model_options rows[] = {
		{ .size = sizeof(rows[0]), .max_file_bytes = 100 },
		{ .size = sizeof(rows[0]), .max_macs = 100 },
		{ .size = sizeof(rows[0]), .max_tensors = 3 },
	};
	struct apu_model_options unset = { .size = 0 };
	struct apu_model *model = UNTOUCHED;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(apu_model_load_memory(NULL, file.bytes,
						       file.size_bytes,
						       &rows[i], &model),
				 -E2BIG);
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, &unset, &model),
			 -EINVAL);
	newer.unknown = 1;
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, &newer.options,
					       &model),
			 -EINVAL);
	assert_ptr_equal(model, UNTOUCHED);
	newer.unknown = 0;
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, &newer.options,
					       &model),
			 0);
	apu_model_unref(model);
	tflite_file_free(&file);
}

/* Every pass has a name, and can be switched off; no others are known. */
static void
passes_can_be_switched_off(void **state)
{
	struct tflite_file file = model_conv_2d();
	struct apu_model_options options = { .size = sizeof(options) };
	struct apu_model *model = UNTOUCHED;
	unsigned int count = 0;

	(void)state;
	for (; apu_pass_name(count) != NULL; count++) {
		assert_string_not_equal(apu_pass_name(count), "");
		options.disabled_passes |= 1u << count;
	}
	assert_int_equal(count, 6);
	assert_string_equal(apu_pass_name(0), "fold");
	assert_null(apu_pass_name(UINT_MAX));
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, &options,
					       &model),
			 0);
	assert_true(apu_model_program_operator_count(model) >= 1);
	assert_in_range(apu_model_arena_bound_bytes(model), 64,
			apu_model_arena_bytes(model));
	apu_model_unref(model);

	model = UNTOUCHED;
	options.disabled_passes = 1u << count;
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, &options,
					       &model),
			 -EINVAL);
	assert_ptr_equal(model, UNTOUCHED);
	tflite_file_free(&file);
}

static void
model_without_device_is_only_described(void **state)
{
	struct apu_model *model = load(NULL, model_add());
	struct apu_job *job = UNTOUCHED;

	(void)state;
	assert_int_equal(apu_model_input_count(model), 2);
	assert_int_equal(apu_job_new(model, &job), -EINVAL);
	assert_ptr_equal(job, UNTOUCHED);
	apu_model_unref(model);
}

static void
model_is_refused_by_a_device_that_runs_none(void **state)
{
	struct apu_device *dev = open_device();
	struct tflite_file file = model_add();
	struct apu_model *model = UNTOUCHED;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 -ENOEXEC);
	assert_ptr_equal(model, UNTOUCHED);
	assert_string_not_equal(apu_error_remedy(apu_error_last()), "");
	tflite_file_free(&file);
	apu_device_unref(dev);
}

static void
cutting_into_requests_changes_no_byte(void **state)
{
	static const uint64_t budgets[] = { 0, 1, 2, 500 };
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_classifier());
	uint64_t size_bytes = apu_tensor_size_bytes(apu_model_output(model, 0));
	struct apu_buffer *in, *out;
	uint8_t *in_map, *out_map;
	uint8_t first[64];
	struct apu_job *job;

	(void)state;
	assert_in_range(size_bytes, 1, sizeof(first));
	in = new_buffer(dev, 64, 0, (void **)&in_map);
	out = new_buffer(dev, 64, 0, (void **)&out_map);
	for (int i = 0; i < 64; i++)
		in_map[i] = (uint8_t)(i * 37);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, in, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, out, 0), 0);
	for (size_t i = 0; i < COUNT(budgets); i++) {
		memset(out_map, 0x5a, 64);
		assert_int_equal(apu_job_set_work_budget(job, budgets[i]), 0);
		assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
		if (i == 0)
			memcpy(first, out_map, size_bytes);
		assert_memory_equal(out_map, first, size_bytes);
		assert_int_equal(out_map[size_bytes], 0x5a);
	}
	apu_job_free(job);
	apu_buffer_unref(in);
	apu_buffer_unref(out);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
more_requests_than_the_window_has_take_turns(void **state)
{
	/* Copies between copies would be left out. */
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = APU_PASS_INPLACE,
	};
	struct apu_device *dev = open_device();
	struct apu_model *model = load_with(dev, model_chain(310), &options);
	struct apu_buffer *in, *out;
	struct apu_job *job;
	int8_t *in_map, *out_map;

	(void)state;
	in = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&in_map);
	out = new_buffer(dev, 64, APU_BUFFER_ZEROED, (void **)&out_map);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, in, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, out, 0), 0);
	for (uint64_t budget = 0; budget < 2; budget++) {
		in_map[7] = (int8_t)(9 + budget);
		assert_int_equal(apu_job_set_work_budget(job, budget), 0);
		assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
		assert_int_equal(out_map[7], 9 + (int)budget);
	}
	apu_job_free(job);
	apu_buffer_unref(in);
	apu_buffer_unref(out);
	apu_model_unref(model);
	apu_device_unref(dev);
}

/* A job of model_accumulator(); input and output in one buffer. */
struct sum_job {
	struct apu_job *job;
	int8_t *input, *sum;
};

static struct sum_job
make_sum_job(struct apu_device *dev, struct apu_model *model)
{
	struct sum_job sum = { .job = NULL };
	struct apu_buffer *buf;
	void *map;

	assert_int_equal(apu_job_new(model, &sum.job), 0);
	buf = new_buffer(dev, 128, APU_BUFFER_ZEROED, &map);
	assert_int_equal(apu_job_bind_input(sum.job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_output(sum.job, 0, buf, 64), 0);
	apu_buffer_unref(buf);
	sum.input = map;
	sum.sum = sum.input + 64;
	return sum;
}

static void
expect_sum(const struct apu_device *dev, struct sum_job *sum, int8_t input,
	   int want)
{
	memset(sum->input, input, 4);
	assert_int_equal(apu_job_run(sum->job, long_deadline_ns(dev)), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(sum->sum[i], want + i);
}

static void
state_is_kept_until_it_is_reset(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_accumulator());
	struct sum_job sum = make_sum_job(dev, model);

	(void)state;
	assert_int_equal(apu_job_set_work_budget(sum.job, 1), 0);
	expect_sum(dev, &sum, 5, 6);
	expect_sum(dev, &sum, 7, 13);
	assert_int_equal(apu_job_reset_state(sum.job), 0);
	expect_sum(dev, &sum, 9, 10);
	expect_sum(dev, &sum, -3, 7);
	apu_job_free(sum.job);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
jobs_have_their_own_state(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_accumulator());
	struct sum_job a = make_sum_job(dev, model);
	struct sum_job b = make_sum_job(dev, model);

	(void)state;
	expect_sum(dev, &a, 5, 6);
	expect_sum(dev, &b, 20, 21);
	expect_sum(dev, &a, 5, 11);
	assert_int_equal(apu_job_reset_state(a.job), 0);
	expect_sum(dev, &b, 1, 22);
	expect_sum(dev, &a, 1, 2);
	apu_job_free(a.job);
	apu_job_free(b.job);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
reset_of_nothing_is_checked(void **state)
{
	struct add_job add;
	struct apu_job *raw;

	(void)state;
	make_add_job(&add);
	assert_int_equal(apu_job_reset_state(NULL), -EINVAL);
	assert_int_equal(apu_job_reset_state(add.job), 0);
	assert_int_equal(
		apu_job_new_command(add.dev, 1, NULL, 0, 0, NULL, 0, &raw), 0);
	assert_int_equal(apu_job_reset_state(raw), -EINVAL);
	apu_job_free(raw);
	drop_add_job(&add);
}

static const struct conformance_case cases[] = {
	{ "model is described", CAN_RUN_MODELS, model_is_described },
	{ "sum is computed", CAN_RUN_MODELS, sum_is_computed },
	{ "one call runs on arrays", CAN_RUN_MODELS, one_call_runs_on_arrays },
	{ "bad bindings are refused", CAN_RUN_MODELS,
	  bad_bindings_are_refused },
	{ "unbound and overlapping jobs are refused", CAN_RUN_MODELS,
	  unbound_and_overlapping_jobs_are_refused },
	{ "job settings are checked", CAN_RUN_MODELS,
	  job_settings_are_checked },
	{ "model comes from file and fd", CAN_RUN_MODELS,
	  model_comes_from_file_and_fd },
	{ "files that are no model are refused", CAN_ALWAYS,
	  files_that_are_no_model_are_refused },
	{ "options bound the model", CAN_ALWAYS, options_bound_the_model },
	{ "passes can be switched off", CAN_ALWAYS,
	  passes_can_be_switched_off },
	{ "model without device is only described", CAN_ALWAYS,
	  model_without_device_is_only_described },
	{ "model is refused by a device that runs none", CANNOT_RUN,
	  model_is_refused_by_a_device_that_runs_none },
	{ "cutting into requests changes no byte", CAN_RUN_MODELS,
	  cutting_into_requests_changes_no_byte },
	{ "more requests than the window has take turns", CAN_RUN_MODELS,
	  more_requests_than_the_window_has_take_turns },
	{ "state is kept until it is reset", CAN_RUN_MODELS,
	  state_is_kept_until_it_is_reset },
	{ "jobs have their own state", CAN_RUN_MODELS,
	  jobs_have_their_own_state },
	{ "reset of nothing is checked", CAN_RUN_MODELS,
	  reset_of_nothing_is_checked },
};

const struct conformance_group model_group = { cases, COUNT(cases) };
