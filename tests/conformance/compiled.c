/* SPDX-License-Identifier: MIT */
/* Compiled models: loaded in each of the ways there are, they compute alike. */
#include "conformance.h"
#include "support/control_models.h"
#include "support/models.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* model_add(): two inputs and an output of 12 int8, a sum. */
#define ADD_BYTES 12

struct bytes {
	void *data;
	size_t size;
};

static struct bytes
compile(struct tflite_file source)
{
	struct apu_model *model;
	struct bytes file;

	assert_int_equal(apu_model_load_memory(NULL, source.bytes,
					       source.size_bytes, NULL, &model),
			 0);
	assert_int_equal(apu_model_serialise(model, &file.data, &file.size), 0);
	apu_model_unref(model);
	tflite_file_free(&source);
	return file;
}

static void
expect_sum(struct apu_model *model)
{
	int8_t a[ADD_BYTES] = { 1, 2, 3 }, b[ADD_BYTES] = { 4, 5, 6 };
	int8_t sum[ADD_BYTES] = { 0 };
	struct apu_array in[2] = { { a, ADD_BYTES }, { b, ADD_BYTES } };
	struct apu_array out[1] = { { sum, ADD_BYTES } };

	if (apu_model_run(model, in, 2, out, 1, LONG_NS) < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
	assert_int_equal(sum[0], 5);
	assert_int_equal(sum[1], 7);
	assert_int_equal(sum[2], 9);
	assert_int_equal(sum[3], 0);
}

static int
write_memfd(const struct bytes *file)
{
	int fd = memfd_create("model", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, file->data, file->size), file->size);
	return fd;
}

static void
memory_is_the_callers_again(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());
	struct apu_model *model;

	(void)state;
	assert_int_equal(
		apu_model_load_memory(dev, file.data, file.size, NULL, &model),
		0);
	memset(file.data, 0, file.size);
	free(file.data);
	assert_int_equal(apu_model_form(model), APU_FORM_COMPILED);
	expect_sum(model);
	apu_model_unref(model);
	apu_device_unref(dev);
}

/* Without the seals it may change: it is copied, and may then vanish. */
static void
memfd_may_change(void **state)
{
	static const int seals[] = {
		0,
		F_SEAL_SHRINK,
		F_SEAL_WRITE,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE,
	};
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());

	(void)state;
	for (size_t i = 0; i < COUNT(seals); i++) {
		int fd = write_memfd(&file);
		struct apu_model *model;
		char *map = MAP_FAILED;

		if ((seals[i] & F_SEAL_WRITE) == 0)
			map = mmap(NULL, file.size, PROT_READ | PROT_WRITE,
				   MAP_SHARED, fd, 0);
		assert_int_equal(fcntl(fd, F_ADD_SEALS, seals[i]), 0);
		assert_int_equal(apu_model_load_fd(dev, fd, NULL, &model), 0);
		if (map != MAP_FAILED) {
			memset(map, 0xff, file.size);
			munmap(map, file.size);
		} else {
			assert_int_equal(ftruncate(fd, 0), 0);
		}
		close(fd);
		expect_sum(model);
		apu_model_unref(model);
	}
	free(file.data);
	apu_device_unref(dev);
}

static void
sealed_memfd_outlives_its_fd(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());
	int fd = write_memfd(&file);
	struct apu_model *model;

	(void)state;
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE),
			 0);
	assert_int_equal(apu_model_load_fd(dev, fd, NULL, &model), 0);
	close(fd);
	expect_sum(model);
	apu_model_unref(model);
	apu_device_unref(dev);
	free(file.data);
}

/* Memory that is lent, and how often it was given back. */
struct loan {
	uint8_t *data;
	size_t size_bytes;
	unsigned int releases;
};

static void
take_back(void *context)
{
	struct loan *loan = context;

	loan->releases++;
	/* As an owner may: whoever still reads it dies here. */
	munmap(loan->data, loan->size_bytes);
}

/* Read-only, at a place as good as @misalignment allows. */
static struct loan
make_loan(const struct bytes *file, size_t misalignment)
{
	struct loan loan = { .size_bytes = file->size + misalignment };

	loan.data = mmap(NULL, loan.size_bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(loan.data, MAP_FAILED);
	memcpy(loan.data + misalignment, file->data, file->size);
	assert_int_equal(mprotect(loan.data, loan.size_bytes, PROT_READ), 0);
	return loan;
}

static void
lent_memory_is_kept_until_it_is_given_back(void **state)
{
	static const size_t misalignments[] = { 0, 64, 8, 1 };
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());

	(void)state;
	for (size_t i = 0; i < COUNT(misalignments); i++) {
		struct loan loan = make_loan(&file, misalignments[i]);
		struct apu_model *model;
		struct apu_job *job;

		assert_int_equal(
			apu_model_load_lent(dev, loan.data + misalignments[i],
					    file.size, NULL, take_back, &loan,
					    &model),
			0);
		expect_sum(model);
		assert_int_equal(apu_job_new(model, &job), 0);
		apu_model_unref(model);
		/* The job holds the model, which holds the memory. */
		assert_in_range(loan.releases, 0, 1);
		apu_job_free(job);
		assert_int_equal(loan.releases, 1);
	}
	free(file.data);
	apu_device_unref(dev);
}

static void
lent_tflite_is_given_back_at_once(void **state)
{
	struct apu_device *dev = open_device();
	struct tflite_file source = model_add();
	struct bytes file = { source.bytes, source.size_bytes };
	struct loan loan = make_loan(&file, 0);
	struct apu_model *model;

	(void)state;
	assert_int_equal(apu_model_load_lent(dev, loan.data, file.size, NULL,
					     take_back, &loan, &model),
			 0);
	assert_int_equal(loan.releases, 1);
	assert_int_equal(apu_model_form(model), APU_FORM_TFLITE);
	expect_sum(model);
	apu_model_unref(model);
	assert_int_equal(loan.releases, 1);
	tflite_file_free(&source);
	apu_device_unref(dev);
}

static void
lent_memory_without_a_function_is_used(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());
	struct loan loan = make_loan(&file, 0);
	struct apu_model *model;

	(void)state;
	assert_int_equal(apu_model_load_lent(dev, loan.data, file.size, NULL,
					     NULL, NULL, &model),
			 0);
	expect_sum(model);
	apu_model_unref(model);
	take_back(&loan);
	free(file.data);
	apu_device_unref(dev);
}

static void
refused_memory_stays_the_callers(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());
	struct loan loan = make_loan(&file, 0);
	struct apu_model *model = NULL;

	(void)state;
	assert_int_equal(apu_model_load_lent(dev, loan.data, file.size - 64,
					     NULL, take_back, &loan, &model),
			 -EBADMSG);
	assert_null(model);
	assert_int_equal(loan.releases, 0);
	take_back(&loan);
	free(file.data);
	apu_device_unref(dev);
}

static void
device_that_runs_none_leaves_memory_alone(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_add());
	struct loan loan = make_loan(&file, 0);
	struct apu_model *model = NULL;

	(void)state;
	assert_int_equal(apu_model_load_lent(dev, loan.data, file.size, NULL,
					     take_back, &loan, &model),
			 -ENOEXEC);
	assert_int_equal(loan.releases, 0);
	take_back(&loan);
	free(file.data);
	apu_device_unref(dev);
}

static void
saved_file_is_whole_or_not_there(void **state)
{
	const char *root = getenv("TMPDIR");
	char folder[64], path[128], absent[128];
	struct apu_device *dev = open_device();
	struct tflite_file source = model_add();
	struct apu_model *model, *saved;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/apu-save-XXXXXX",
		 root != NULL ? root : "/tmp");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/m.apu", folder);
	snprintf(absent, sizeof(absent), "%s/absent/m.apu", folder);
	assert_int_equal(apu_model_load_memory(dev, source.bytes,
					       source.size_bytes, NULL, &model),
			 0);
	assert_int_equal(apu_model_save_file(model, absent), -ENOENT);
	assert_int_equal(apu_model_save_file(model, path), 0);
	assert_int_equal(apu_model_save_file(model, path), 0);
	apu_model_unref(model);
	assert_int_equal(apu_model_load_file(dev, path, NULL, &saved), 0);
	expect_sum(saved);
	/* Over the file it was read from. */
	assert_int_equal(apu_model_save_file(saved, path), 0);
	apu_model_unref(saved);
	/* Nothing else is left in the folder. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	tflite_file_free(&source);
	apu_device_unref(dev);
}

/* What variables begin with lies in the program, wherever that is. */
static void
state_begins_as_compiled(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(model_accumulator());
	struct loan loan = make_loan(&file, 0);
	struct apu_model *model;
	int8_t in[4] = { 10, 10, 10, 10 }, out[4];
	struct apu_array inputs[] = { { in, sizeof(in) } };
	struct apu_array outputs[] = { { out, sizeof(out) } };

	(void)state;
	assert_int_equal(apu_model_load_lent(dev, loan.data, file.size, NULL,
					     take_back, &loan, &model),
			 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			apu_model_run(model, inputs, 1, outputs, 1, LONG_NS),
			0);
		for (int8_t j = 0; j < 4; j++)
			assert_int_equal(out[j], 11 + j);
	}
	apu_model_unref(model);
	assert_int_equal(loan.releases, 1);
	free(file.data);
	apu_device_unref(dev);
}

/* What the client obeys between requests is in the program, too. */
static void
control_flow_is_kept(void **state)
{
	struct apu_device *dev = open_device();
	struct bytes file = compile(control_nested());
	struct apu_model *model;

	(void)state;
	assert_int_equal(
		apu_model_load_memory(dev, file.data, file.size, NULL, &model),
		0);
	for (int32_t n = 0; n < 5; n++) {
		int32_t x = 3, y = 0;
		struct apu_array in[2] = { { &n, sizeof(n) },
					   { &x, sizeof(x) } };
		struct apu_array out[1] = { { &y, sizeof(y) } };

		assert_int_equal(apu_model_run(model, in, 2, out, 1, LONG_NS),
				 0);
		assert_int_equal(y, control_nested_value(n, 3));
	}
	apu_model_unref(model);
	free(file.data);
	apu_device_unref(dev);
}

static int
negate(struct apu_custom_call *call, void *data)
{
	const int32_t *x = apu_custom_input_data(call, 0);
	int32_t *y = apu_custom_output_data(call, 0);

	(void)data;
	for (int i = 0; i < 4; i++)
		y[i] = -x[i];
	return 0;
}

static void
custom_operators_ask_for_their_functions(void **state)
{
	const struct apu_custom_function function = {
		.size = sizeof(function),
		.code = "Twist",
		.invoke = negate,
	};
	struct apu_model_options options = { .size = sizeof(options) };
	struct tflite_file source = control_custom_only();
	struct apu_device *dev = open_device();
	struct apu_custom_registry *registry;
	int32_t x[4] = { 1, 2, 3, 4 }, y[4] = { 0 };
	struct apu_array in[1] = { { x, sizeof(x) } };
	struct apu_array out[1] = { { y, sizeof(y) } };
	struct apu_model *model;
	struct bytes file;

	(void)state;
	assert_int_equal(apu_custom_registry_new(&registry), 0);
	assert_int_equal(apu_custom_registry_add(registry, &function), 0);
	options.custom = registry;
	assert_int_equal(apu_model_load_memory(dev, source.bytes,
					       source.size_bytes, &options,
					       &model),
			 0);
	assert_int_equal(apu_model_serialise(model, &file.data, &file.size), 0);
	apu_model_unref(model);
	tflite_file_free(&source);

	assert_int_equal(
		apu_model_load_memory(dev, file.data, file.size, NULL, &model),
		-EOPNOTSUPP);
	assert_int_equal(apu_model_load_memory(dev, file.data, file.size,
					       &options, &model),
			 0);
	assert_int_equal(apu_model_run(model, in, 1, out, 1, LONG_NS), 0);
	assert_int_equal(y[0], -1);
	assert_int_equal(y[3], -4);
	apu_model_unref(model);
	apu_custom_registry_unref(registry);
	free(file.data);
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "compiled: memory is the caller's again", CAN_RUN_MODELS,
	  memory_is_the_callers_again },
	{ "compiled: memfd may change", CAN_RUN_MODELS, memfd_may_change },
	{ "compiled: sealed memfd outlives its fd", CAN_RUN_MODELS,
	  sealed_memfd_outlives_its_fd },
	{ "compiled: lent memory is kept until it is given back",
	  CAN_RUN_MODELS, lent_memory_is_kept_until_it_is_given_back },
	{ "compiled: lent .tflite is given back at once", CAN_RUN_MODELS,
	  lent_tflite_is_given_back_at_once },
	{ "compiled: lent memory without a function is used", CAN_RUN_MODELS,
	  lent_memory_without_a_function_is_used },
	{ "compiled: refused memory stays the caller's", CAN_ALWAYS,
	  refused_memory_stays_the_callers },
	{ "compiled: device that runs none leaves memory alone", CANNOT_RUN,
	  device_that_runs_none_leaves_memory_alone },
	{ "compiled: saved file is whole or not there", CAN_RUN_MODELS,
	  saved_file_is_whole_or_not_there },
	{ "compiled: state begins as compiled", CAN_RUN_MODELS,
	  state_begins_as_compiled },
	{ "compiled: control flow is kept", CAN_RUN_MODELS,
	  control_flow_is_kept },
	{ "compiled: custom operators ask for their functions", CAN_RUN_MODELS,
	  custom_operators_ask_for_their_functions },
};

const struct conformance_group compiled_group = { cases, COUNT(cases) };
