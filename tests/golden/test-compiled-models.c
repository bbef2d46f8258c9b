/* SPDX-License-Identifier: MIT */
/*
 * Real models in their compiled form: described alike, and the same bytes come
 * out, floats too. Each model is loaded in one of the ways there are, by turns.
 * And resized: to the shapes they have, which must change nothing, and to twice
 * as many batches, if their operators allow it, which gives every output twice.
 * $APU_SHARED is the folder that has them in models/.
 */
#include "unit/test.h"
#include <apu/apu.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Sanitizers make a request many times slower than the driver expects. */
#define DEVICE     "sim:timeout_ms=600000"
#define TIMEOUT_NS (600 * INT64_C(1000000000))
#define MAX_PORTS  8
#define MAX_MODELS 64

static const char *shared_dir;

struct bytes {
	void *data;
	size_t size;
};

static void
check(int ret)
{
	if (ret != 0)
		fail_msg("%d: %s", ret, apu_error_message(apu_error_last()));
}

static struct apu_model *
load_from_memory(struct apu_device *dev, const struct bytes *file)
{
	struct apu_model *model;

	check(apu_model_load_memory(dev, file->data, file->size, NULL, &model));
	return model;
}

static int
write_memfd(const struct bytes *file)
{
	int fd = memfd_create("model", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, file->data, file->size), file->size);
	return fd;
}

static struct apu_model *
load_from_fd(struct apu_device *dev, const struct bytes *file)
{
	int fd = write_memfd(file);
	struct apu_model *model;

	check(apu_model_load_fd(dev, fd, NULL, &model));
	/* It has been read: what becomes of the file is nobody's business. */
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	return model;
}

static struct apu_model *
load_from_sealed(struct apu_device *dev, const struct bytes *file)
{
	int fd = write_memfd(file);
	struct apu_model *model;

	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE),
			 0);
	check(apu_model_load_fd(dev, fd, NULL, &model));
	close(fd);
	return model;
}

static struct apu_model *
load_lent(struct apu_device *dev, const struct bytes *file)
{
	void *copy = aligned_alloc(64, (file->size + 63) / 64 * 64);
	struct apu_model *model;

	assert_non_null(copy);
	memcpy(copy, file->data, file->size);
	check(apu_model_load_lent(dev, copy, file->size, NULL, free, copy,
				  &model));
	return model;
}

static struct apu_model *(*const loaders[])(struct apu_device *dev,
					    const struct bytes *file) = {
	load_from_memory,
	load_from_fd,
	load_from_sealed,
	load_lent,
};

static void
compare_tensors(const struct apu_tensor *a, const struct apu_tensor *b)
{
	unsigned int count = apu_tensor_quant_count(a);

	assert_string_equal(apu_tensor_name(a), apu_tensor_name(b));
	assert_int_equal(apu_tensor_dtype(a), apu_tensor_dtype(b));
	assert_int_equal(apu_tensor_rank(a), apu_tensor_rank(b));
	for (unsigned int i = 0; i < apu_tensor_rank(a); i++)
		assert_int_equal(apu_tensor_dim(a, i), apu_tensor_dim(b, i));
	assert_int_equal(apu_tensor_size_bytes(a), apu_tensor_size_bytes(b));
	assert_int_equal(apu_tensor_is_constant(a), apu_tensor_is_constant(b));
	assert_int_equal(count, apu_tensor_quant_count(b));
	assert_int_equal(apu_tensor_quant_axis(a), apu_tensor_quant_axis(b));
	for (unsigned int i = 0; i < count; i++) {
		assert_true(apu_tensor_scale(a, i) == apu_tensor_scale(b, i));
		assert_int_equal(apu_tensor_zero_point(a, i),
				 apu_tensor_zero_point(b, i));
	}
}

static void
compare_lists(const struct apu_operator *a, const struct apu_operator *b,
	      int (*get)(const struct apu_operator *op, unsigned int index))
{
	unsigned int i = 0;

	do {
		assert_int_equal(get(a, i), get(b, i));
	} while (get(a, i++) != -2);
}

static void
compare_operators(const struct apu_operator *a, const struct apu_operator *b)
{
	assert_string_equal(apu_operator_name(a), apu_operator_name(b));
	assert_int_equal(apu_operator_version(a), apu_operator_version(b));
	assert_int_equal(apu_operator_macs(a), apu_operator_macs(b));
	compare_lists(a, b, apu_operator_input);
	compare_lists(a, b, apu_operator_output);
}

static void
compare_models(const struct apu_model *a, const struct apu_model *b)
{
	assert_int_equal(apu_model_form(a), APU_FORM_TFLITE);
	assert_int_equal(apu_model_form(b), APU_FORM_COMPILED);
	assert_string_equal(apu_model_target(b), "ref");
	assert_int_equal(apu_model_tensor_count(a), apu_model_tensor_count(b));
	for (unsigned int i = 0; i < apu_model_tensor_count(a); i++)
		compare_tensors(apu_model_tensor(a, i), apu_model_tensor(b, i));
	assert_int_equal(apu_model_operator_count(a),
			 apu_model_operator_count(b));
	for (unsigned int i = 0; i < apu_model_operator_count(a); i++)
		compare_operators(apu_model_operator(a, i),
				  apu_model_operator(b, i));
	assert_int_equal(apu_model_input_count(a), apu_model_input_count(b));
	for (unsigned int i = 0; i < apu_model_input_count(a); i++)
		compare_tensors(apu_model_input(a, i), apu_model_input(b, i));
	assert_int_equal(apu_model_output_count(a), apu_model_output_count(b));
	for (unsigned int i = 0; i < apu_model_output_count(a); i++)
		compare_tensors(apu_model_output(a, i), apu_model_output(b, i));
	assert_int_equal(apu_model_macs(a), apu_model_macs(b));
	assert_int_equal(apu_model_arena_bytes(a), apu_model_arena_bytes(b));
	assert_int_equal(apu_model_weight_bytes(a), apu_model_weight_bytes(b));
	assert_int_equal(apu_model_program_bytes(a),
			 apu_model_program_bytes(b));
}

/* Small numbers, so that floats stay floats; the same every @size bytes. */
static void
fill(uint8_t *bytes, const struct apu_tensor *tensor, size_t size)
{
	if (apu_tensor_dtype(tensor) != APU_DTYPE_FLOAT32) {
		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)(i * 31 + i / 251);
		return;
	}
	for (size_t i = 0; i < size / sizeof(float); i++) {
		float value = (float)(int)(i * 31 % 255 - 127) / 128;

		memcpy(bytes + i * sizeof(value), &value, sizeof(value));
	}
}

static struct apu_array
make_array(const struct apu_tensor *tensor)
{
	struct apu_array array = { .size_bytes =
					   apu_tensor_size_bytes(tensor) };

	array.data = calloc(1, array.size_bytes + 1);
	assert_non_null(array.data);
	return array;
}

static unsigned int
run(struct apu_model *model, unsigned int batches, struct apu_array *outputs)
{
	struct apu_array inputs[MAX_PORTS];
	unsigned int input_count = apu_model_input_count(model);
	unsigned int output_count = apu_model_output_count(model);

	assert_true(input_count <= MAX_PORTS && output_count <= MAX_PORTS);
	for (unsigned int i = 0; i < input_count; i++) {
		inputs[i] = make_array(apu_model_input(model, i));
		for (size_t at = 0; at < inputs[i].size_bytes;
		     at += inputs[i].size_bytes / batches)
			fill((uint8_t *)inputs[i].data + at,
			     apu_model_input(model, i),
			     inputs[i].size_bytes / batches);
	}
	for (unsigned int i = 0; i < output_count; i++)
		outputs[i] = make_array(apu_model_output(model, i));
	check(apu_model_run(model, inputs, input_count, outputs, output_count,
			    TIMEOUT_NS));
	for (unsigned int i = 0; i < input_count; i++)
		free(inputs[i].data);
	return output_count;
}

/* @b has every input, and so every output, @batches times. */
static void
compare_runs(struct apu_model *a, struct apu_model *b, unsigned int batches)
{
	struct apu_array out_a[MAX_PORTS], out_b[MAX_PORTS];
	unsigned int count = run(a, 1, out_a);

	assert_int_equal(run(b, batches, out_b), count);
	for (unsigned int i = 0; i < count; i++) {
		size_t size = out_a[i].size_bytes;

		assert_int_equal(out_b[i].size_bytes, batches * size);
		for (unsigned int j = 0; j < batches; j++)
			assert_memory_equal((uint8_t *)out_b[i].data + j * size,
					    out_a[i].data, size);
		free(out_a[i].data);
		free(out_b[i].data);
	}
}

/* Compiling what is compiled gives the same bytes again. */
static void
compare_forms(const struct apu_model *model, const struct bytes *file)
{
	struct bytes again;

	check(apu_model_serialise(model, &again.data, &again.size));
	assert_int_equal(again.size, file->size);
	assert_memory_equal(again.data, file->data, file->size);
	free(again.data);
}

struct row {
	char *name;
	size_t loader;
};

static void
compiled_form_computes_the_same_bytes(void **state)
{
	const struct row *row = *state;
	struct apu_model *model, *compiled;
	struct apu_device *dev;
	struct bytes file;
	char path[4096];

	snprintf(path, sizeof(path), "%s/models/%s/model.tflite", shared_dir,
		 row->name);
	check(apu_device_open(DEVICE, &dev));
	check(apu_model_load_file(dev, path, NULL, &model));
	check(apu_model_serialise(model, &file.data, &file.size));
	compiled = loaders[row->loader](dev, &file);
	compare_models(model, compiled);
	compare_forms(compiled, &file);
	compare_runs(model, compiled, 1);
	apu_model_unref(compiled);
	apu_model_unref(model);
	apu_device_unref(dev);
	free(file.data);
}

static int
resize(struct apu_model *model, unsigned int batches,
       struct apu_model **out_model)
{
	struct apu_shape shapes[MAX_PORTS] = { { .rank = 0 } };
	unsigned int count = apu_model_input_count(model);

	assert_in_range(count, 0, MAX_PORTS);
	for (unsigned int i = 0; i < count; i++) {
		const struct apu_tensor *tensor = apu_model_input(model, i);

		shapes[i].rank = apu_tensor_rank(tensor);
		for (unsigned int j = 0; j < shapes[i].rank; j++)
			shapes[i].dims[j] = apu_tensor_dim(tensor, j);
		shapes[i].dims[0] *= batches;
	}
	return apu_model_resize(model, shapes, count, out_model);
}

/* What is not shared: records, and what follows from scales. */
static void
check_weights_are_shared(const struct apu_model *base,
			 const struct apu_model *resized)
{
	unsigned int operators = apu_model_operator_count(base);
	uint64_t own_bytes = apu_model_program_bytes(resized);

	assert_in_range(own_bytes, 1,
			apu_model_program_bytes(base) / 10 + 4096 * operators);
	assert_true(own_bytes <= apu_model_program_bytes(base));
}

/* Batches that become rows of one batch are no batches any more. */
static bool
keeps_batches(const struct apu_model *a, const struct apu_model *b)
{
	for (unsigned int i = 0; i < apu_model_output_count(a); i++) {
		int64_t length = apu_tensor_dim(apu_model_output(a, i), 0);

		if (apu_tensor_dim(apu_model_output(b, i), 0) != 2 * length)
			return false;
	}
	return true;
}

static void
resized_model_computes_the_same_bytes(void **state)
{
	const struct row *row = *state;
	struct apu_model *model, *same, *twice;
	struct apu_device *dev;
	char path[4096];

	snprintf(path, sizeof(path), "%s/models/%s/model.tflite", shared_dir,
		 row->name);
	check(apu_device_open(DEVICE, &dev));
	check(apu_model_load_file(dev, path, NULL, &model));
	check(resize(model, 1, &same));
	check_weights_are_shared(model, same);
	compare_runs(model, same, 1);
	apu_model_unref(same);
	/* Shapes that the file writes down as numbers cannot follow. */
	if (resize(model, 2, &twice) == 0) {
		check_weights_are_shared(model, twice);
		if (keeps_batches(model, twice))
			compare_runs(model, twice, 2);
		apu_model_unref(twice);
	} else {
		assert_int_equal(apu_error_code(apu_error_last()), -EINVAL);
		assert_true(apu_error_operator_index(apu_error_last()) >= 0);
	}
	apu_model_unref(model);
	apu_device_unref(dev);
}

static int
is_model(const struct dirent *entry)
{
	char path[4096];
	int length = snprintf(path, sizeof(path), "%s/models/%s/model.tflite",
			      shared_dir, entry->d_name);

	return length < (int)sizeof(path) && access(path, R_OK) == 0;
}

/* The project's own machines must have the models. */
static int
skip_without_models(void)
{
	if (getenv("CI") != NULL) {
		printf("Bail out! shared models not found at %s\n", shared_dir);
		return 1;
	}
	printf("1..0 # SKIP shared models not found at %s\n", shared_dir);
	return 0;
}

int
main(int argc, char **argv)
{
	static const char *const names[] = { "compiled", "resized" };
	bool is_resizing = argc > 1 && strcmp(argv[1], "resized") == 0;
	CMUnitTestFunction check_model =
		is_resizing ? resized_model_computes_the_same_bytes
			    : compiled_form_computes_the_same_bytes;
	static struct CMUnitTest tests[MAX_MODELS];
	static struct row rows[MAX_MODELS];
	struct dirent **entries;
	char path[4096];
	int count, failed;

	shared_dir = getenv("APU_SHARED");
	if (shared_dir == NULL)
		shared_dir = "../shared";
	snprintf(path, sizeof(path), "%s/models", shared_dir);
	count = scandir(path, &entries, is_model, alphasort);
	if (count <= 0)
		return skip_without_models();

	assert_in_range(count, 1, MAX_MODELS);
	for (int i = 0; i < count; i++) {
		rows[i] = (struct row) {
			.name = entries[i]->d_name,
			.loader = (size_t)i % COUNT(loaders),
		};
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_model,
			.initial_state = &rows[i],
		};
	}
	failed = _cmocka_run_group_tests(names[is_resizing], tests,
					 (size_t)count, NULL, NULL);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return failed;
}
