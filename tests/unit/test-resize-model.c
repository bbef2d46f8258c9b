/* SPDX-License-Identifier: MIT */
/* apu_model_resize(): what it refuses, what it shares, what it keeps. */
#include "core/model.h"
#include "program_check.h"
#include "support/models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_BYTES 64 /* of model_classifier() */
#define CLASSES     5
#define TIMEOUT_NS  INT64_C(600000000000)

static struct apu_model *
load(struct apu_device *dev, struct tflite_file source,
     const struct apu_model_options *options)
{
	struct apu_model *model = NULL;

	if (apu_model_load_memory(dev, source.bytes, source.size_bytes, options,
				  &model) < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
	/* Nothing may point there any more. */
	memset(source.bytes, 0xa5, source.size_bytes);
	tflite_file_free(&source);
	return model;
}

static struct apu_device *
open_device(void)
{
	struct apu_device *dev;

	assert_int_equal(
		apu_device_open("sim:name=resize,timeout_ms=600000", &dev), 0);
	return dev;
}

struct row {
	const char *name;
	struct apu_shape shape;
	unsigned int input_count;
	int code;
	const char *words;
};

#define SHAPE(rank, ...)                                                       \
	{                                                                      \
		rank,                                                          \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}

/* Of model_conv_2d(), whose input is [1, 4, 4, 2]. */
static const struct row rows[] = {
	{ "larger_picture", SHAPE(4, 1, 9, 7, 2), 1, 0, NULL },
	{ "smaller_picture", SHAPE(4, 1, 1, 2, 2), 1, 0, NULL },
	{ "five_batches", SHAPE(4, 5, 4, 4, 2), 1, 0, NULL },
	{ "no_shapes", SHAPE(4, 1, 4, 4, 2), 0, -EINVAL, "1 inputs" },
	{ "two_shapes", SHAPE(4, 1, 4, 4, 2), 2, -EINVAL, "1 inputs" },
	{ "rank_3", SHAPE(3, 4, 4, 2), 1, -EINVAL, "dimensions" },
	{ "rank_9", SHAPE(9, 1, 4, 4, 2), 1, -EINVAL, "dimensions" },
	{ "negative_length", SHAPE(4, 1, -4, 4, 2), 1, -EINVAL, "negative" },
	{ "lowest_length", SHAPE(4, 1, INT64_MIN, 4, 2), 1, -EINVAL,
	  "negative" },
	{ "other_channels", SHAPE(4, 1, 4, 4, 3), 1, -EINVAL, "CONV_2D" },
	{ "length_beyond_32_bits", SHAPE(4, 1, INT64_C(1) << 32, 4, 2), 1,
	  -EOVERFLOW, "large" },
	{ "product_beyond_64_bits",
	  SHAPE(4, INT32_MAX, INT32_MAX, INT32_MAX, 2), 1, -EOVERFLOW,
	  "large" },
	{ "input_of_2_gib", SHAPE(4, 1, 32768, 32768, 2), 1, -EOVERFLOW,
	  "2 GiB" },
	{ "output_that_is_too_large", SHAPE(4, 1, 20000, 20000, 2), 1, -E2BIG,
	  "elements" },
};

static void
shape_is_judged(void **state)
{
	const struct row *row = *state;
	struct apu_shape shapes[2] = { row->shape, row->shape };
	struct apu_model *model = load(NULL, model_conv_2d(), NULL);
	struct apu_model *resized = NULL;

	assert_int_equal(
		apu_model_resize(model, shapes, row->input_count, &resized),
		row->code);
	if (row->code == 0) {
		const struct apu_tensor *out = apu_model_output(resized, 0);

		for (unsigned int i = 0; i < 3; i++)
			assert_int_equal(apu_tensor_dim(out, i),
					 row->shape.dims[i]);
		assert_int_equal(apu_tensor_dim(out, 3), 3);
	} else {
		assert_null(resized);
		assert_non_null(strstr(apu_error_message(apu_error_last()),
				       row->words));
	}
	apu_model_unref(resized);
	apu_model_unref(model);
}

static void
pointers_are_checked(void **state)
{
	const struct apu_shape shape = SHAPE(4, 1, 4, 4, 2);
	struct apu_model *model = load(NULL, model_conv_2d(), NULL);
	struct apu_model *resized;

	(void)state;
	assert_int_equal(apu_model_resize(NULL, &shape, 1, &resized), -EINVAL);
	assert_int_equal(apu_model_resize(model, NULL, 1, &resized), -EINVAL);
	assert_int_equal(apu_model_resize(model, &shape, 1, NULL), -EINVAL);
	apu_model_unref(model);
}

static void
program_is_one_and_shares(void **state)
{
	const struct apu_shape shape = SHAPE(4, 3, 8, 8, 2);
	struct apu_model *model = load(NULL, model_conv_2d(), NULL);
	const struct apui_program *program;
	struct program_view view;
	struct apu_model *resized;
	unsigned int shared = 0;

	(void)state;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized), 0);
	program = resized->program;
	check_program(program, &view);
	assert_int_equal(view.header.shared_bytes, model->program->size_bytes);
	assert_int_equal(program->shared_bytes, model->program->size_bytes);
	for (uint32_t i = 0; i < view.header.tensor_count; i++) {
		const struct apui_program_tensor *t = &view.tensors[i];

		if (t->slot == APUI_SLOT_FIRST_IO + 2)
			shared++;
	}
	/* Weights and bias; multipliers and shifts are worked out again. */
	assert_int_equal(shared, 2);
	apu_model_unref(model);
	apu_model_unref(resized);
}

static void
run(struct apu_model *model, const int8_t *in, unsigned int batches,
    int8_t *out)
{
	struct apu_array input = { (void *)(uintptr_t)in,
				   (size_t)batches * IMAGE_BYTES };
	struct apu_array output = { out, (size_t)batches * CLASSES };

	if (apu_model_run(model, &input, 1, &output, 1, TIMEOUT_NS) < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
}

/* Three pictures at once are three pictures one by one. */
static void
batches_are_independent_of_the_base(void **state)
{
	struct apu_shape shape = SHAPE(4, 3, 8, 8, 1);
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_classifier(), NULL);
	int8_t in[3 * IMAGE_BYTES], out[3 * CLASSES], one[3 * CLASSES];
	struct apu_model *three, *two;

	(void)state;
	for (unsigned int i = 0; i < sizeof(in); i++)
		in[i] = (int8_t)(i * 37);
	for (unsigned int i = 0; i < 3; i++)
		run(model, in + i * IMAGE_BYTES, 1, one + i * CLASSES);
	assert_int_equal(apu_model_resize(model, &shape, 1, &three), 0);
	shape.dims[0] = 2;
	/* Of a resized one, it is made of the same base. */
	assert_int_equal(apu_model_resize(three, &shape, 1, &two), 0);
	assert_ptr_equal(two->base, model);
	apu_model_unref(model);
	run(three, in, 3, out);
	assert_memory_equal(out, one, sizeof(one));
	apu_model_unref(three);
	run(two, in, 2, out);
	assert_memory_equal(out, one, 2 * CLASSES);
	apu_model_unref(two);
	apu_device_unref(dev);
}

static void
memory_does_not_double(void **state)
{
	struct apu_shape shape = SHAPE(4, 2, 8, 8, 1);
	struct apu_model *model = load(NULL, model_classifier(), NULL);
	struct apu_model *resized;
	uint64_t data_bytes;
	const struct apui_program_header *header;

	(void)state;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized), 0);
	header = (const void *)resized->program->blob;
	data_bytes = header->data_bytes;
	/* Multipliers, shifts, scales, tables: none of the weights. */
	assert_true(data_bytes < apu_model_weight_bytes(model));
	assert_true(apu_model_program_bytes(resized) <
		    apu_model_program_bytes(model));
	apu_model_unref(resized);
	apu_model_unref(model);
}

static void
limits_are_those_of_the_load(void **state)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.max_macs = 2000,
	};
	struct apu_shape shape = SHAPE(4, 1, 4, 4, 2);
	struct apu_model *model = load(NULL, model_conv_2d(), &options);
	struct apu_model *resized;

	(void)state;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized), 0);
	apu_model_unref(resized);
	shape.dims[0] = 3;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized), -E2BIG);
	apu_model_unref(model);
}

static void
resized_model_is_not_serialised(void **state)
{
	const struct apu_shape shape = SHAPE(4, 2, 4, 4, 2);
	struct apu_model *model = load(NULL, model_conv_2d(), NULL);
	struct apu_model *resized;
	size_t size_bytes;
	void *data;

	(void)state;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized), 0);
	assert_int_equal(apu_model_serialise(resized, &data, &size_bytes),
			 -EOPNOTSUPP);
	apu_model_unref(resized);
	assert_int_equal(apu_model_serialise(model, &data, &size_bytes), 0);
	apu_model_unref(model);

	assert_int_equal(
		apu_model_load_memory(NULL, data, size_bytes, NULL, &model), 0);
	free(data);
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized),
			 -EOPNOTSUPP);
	assert_non_null(strstr(apu_error_remedy(apu_error_last()), ".tflite"));
	apu_model_unref(model);
}

static void
variables_keep_their_shape(void **state)
{
	struct apu_shape shape = SHAPE(2, 1, 4);
	struct apu_device *dev = open_device();
	struct apu_model *model = load(dev, model_accumulator(), NULL);
	int8_t in[4] = { 1, 1, 1, 1 }, out[4];
	struct apu_array input = { in, sizeof(in) }, output = { out, 4 };
	struct apu_model *resized;

	(void)state;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized), 0);
	assert_int_equal(
		apu_model_run(resized, &input, 1, &output, 1, TIMEOUT_NS), 0);
	for (int8_t i = 0; i < 4; i++)
		assert_int_equal(out[i], 2 + i);
	apu_model_unref(resized);
	shape.dims[0] = 2;
	assert_int_equal(apu_model_resize(model, &shape, 1, &resized),
			 -EOPNOTSUPP);
	assert_non_null(
		strstr(apu_error_message(apu_error_last()), "ASSIGN_VARIABLE"));
	apu_model_unref(model);
	apu_device_unref(dev);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(pointers_are_checked),
		cmocka_unit_test(program_is_one_and_shares),
		cmocka_unit_test(batches_are_independent_of_the_base),
		cmocka_unit_test(memory_does_not_double),
		cmocka_unit_test(limits_are_those_of_the_load),
		cmocka_unit_test(resized_model_is_not_serialised),
		cmocka_unit_test(variables_keep_their_shape),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = shape_is_judged,
			.initial_state = (void *)&rows[i],
		};
	memcpy(tests + COUNT(rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
