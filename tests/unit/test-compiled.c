/* SPDX-License-Identifier: MIT */
/*
 * Compiled files: what is wrong with one is said, whichever byte it is. Rows
 * change one number of a good file, whose checksum is then made right.
 */
#include "core/model.h"
#include "model/compiled.h"
#include "support/models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct compiled {
	uint8_t *bytes;
	size_t size_bytes;
	struct apui_compiled_header header;
	struct apui_program_header program;
};

static void
compile(struct tflite_file source, struct compiled *out)
{
	struct apu_model *model;
	void *bytes;

	assert_int_equal(apu_model_load_memory(NULL, source.bytes,
					       source.size_bytes, NULL, &model),
			 0);
	assert_int_equal(apu_model_serialise(model, &bytes, &out->size_bytes),
			 0);
	apu_model_unref(model);
	tflite_file_free(&source);
	out->bytes = bytes;
	memcpy(&out->header, out->bytes, sizeof(out->header));
	memcpy(&out->program, out->bytes + out->header.program_offset,
	       sizeof(out->program));
}

static int
load(const struct compiled *file, const struct apu_model_options *options,
     struct apu_model **out_model)
{
	return apu_model_load_memory(NULL, file->bytes, file->size_bytes,
				     options, out_model);
}

static void
expect_refusal(const struct compiled *file, int code, const char *words)
{
	struct apu_model *model = (void *)&model;
	const struct apu_error *error;

	assert_int_equal(load(file, NULL, &model), code);
	assert_ptr_equal(model, (void *)&model);
	error = apu_error_last();
	if (strstr(apu_error_message(error), words) == NULL)
		fail_msg("'%s' does not say '%s'", apu_error_message(error),
			 words);
	assert_non_null(apu_error_remedy(error));
}

/* Where a row's number is. */
enum base {
	HEADER,
	TENSOR, /* the first of the section, as the others */
	OPERATOR,
	LIST,
	SCALE,
	LAST_TEXT, /* the last byte */
	PROGRAM,
	PROGRAM_TENSOR,
	PROGRAM_OPERATOR,
	PROGRAM_LIST,
};

struct row {
	const char *name;
	enum base base;
	size_t at;
	size_t width;
	uint64_t value;
	int code;
	const char *words;
};

#define HEAD(field)                                                            \
	HEADER, offsetof(struct apui_compiled_header, field),                  \
		sizeof(((struct apui_compiled_header *)0)->field)
#define TENS(field)                                                            \
	TENSOR, offsetof(struct apui_compiled_tensor, field),                  \
		sizeof(((struct apui_compiled_tensor *)0)->field)
#define OPER(field)                                                            \
	OPERATOR, offsetof(struct apui_compiled_operator, field),              \
		sizeof(((struct apui_compiled_operator *)0)->field)
#define PROG(field)                                                            \
	PROGRAM, offsetof(struct apui_program_header, field),                  \
		sizeof(((struct apui_program_header *)0)->field)

#define BROKEN(words) -EBADMSG, words

static const struct row rows[] = {
	{ "newer_file", HEAD(version), 2, -EOPNOTSUPP, "newer" },
	{ "older_file", HEAD(version), 0, -EOPNOTSUPP, "older" },
	{ "newer_program", PROG(version), 9, -EOPNOTSUPP, "newer" },
	{ "older_program", PROG(version), 0, -EOPNOTSUPP, "older" },
	{ "header_of_another_size", HEAD(header_bytes), 64, BROKEN("header") },
	{ "longer_than_it_is", HEAD(size_bytes), 1 << 20, BROKEN("cut off") },
	{ "tensors_outside", HEAD(tensor_count), 0xffff, BROKEN("section") },
	{ "tensors_over_the_limit", HEAD(tensor_count), 0x2000000,
	  BROKEN("section") },
	{ "tensors_in_the_header", HEAD(tensor_offset), 64, BROKEN("section") },
	{ "tensors_unaligned", HEAD(tensor_offset), 132, BROKEN("section") },
	{ "operators_outside", HEAD(operator_offset), 0xffffffc0,
	  BROKEN("section") },
	{ "lists_outside", HEAD(list_count), 0xffffffff, BROKEN("section") },
	{ "scales_outside", HEAD(scale_count), 0x7fffffff, BROKEN("section") },
	{ "text_outside", HEAD(text_bytes), 0x7fffffff, BROKEN("section") },
	{ "program_outside", HEAD(program_bytes), 0x7fffffff,
	  BROKEN("program") },
	{ "program_without_a_header", HEAD(program_bytes), 64,
	  BROKEN("program") },
	{ "inputs_outside", HEAD(input_first), 0xfffffff0, BROKEN("inputs") },
	{ "more_inputs", HEAD(input_count), 2, BROKEN("inputs") },
	{ "no_outputs", HEAD(output_count), 0, BROKEN("inputs") },
	{ "another_target", HEAD(target), 7, BROKEN("program") },
	{ "text_without_end", LAST_TEXT, 0, 1, 'x', BROKEN("text") },
	{ "scale_of_0", SCALE, 0, 4, 0, BROKEN("scale") },
	{ "scale_that_is_no_number", SCALE, 0, 4, 0x7fc00000, BROKEN("scale") },
	{ "list_of_no_tensor", LIST, 0, 4, 1000, BROKEN("list") },
	{ "list_below_left_out", LIST, 0, 4, 0xfffffffe, BROKEN("list") },
	{ "input_left_out", LIST, 0, 4, 0xffffffff, BROKEN("input") },
	{ "tensor_named_outside", TENS(name), 0xffff, BROKEN("name") },
	{ "tensor_of_no_type", TENS(dtype), 200, BROKEN("type") },
	{ "tensor_of_rank_9", TENS(rank), 9, BROKEN("dimensions") },
	{ "tensor_of_negative_length", TENS(dims[1]), 0xffffffff,
	  BROKEN("shape") },
	{ "tensor_of_another_size", TENS(size_bytes), 63, BROKEN("size") },
	{ "tensor_over_2_gib", TENS(dims[1]), 0x7fffffff, BROKEN("size") },
	{ "tensor_with_scales_outside", TENS(quant_first), 0xffffffff,
	  BROKEN("scales") },
	{ "tensor_with_axis_9", TENS(quant_axis), 9, BROKEN("scales") },
	{ "operator_named_outside", OPER(name), 0xffff, BROKEN("name") },
	{ "operator_with_list_outside", OPER(list_first), 0xffffffff,
	  BROKEN("list") },
	{ "operator_with_65_outputs", OPER(output_count), 65, BROKEN("list") },
	{ "macs_over_the_limit", OPER(macs), UINT64_C(1) << 62, -E2BIG,
	  "max_macs" },
	{ "macs_that_overflow", OPER(macs), UINT64_MAX, -EOVERFLOW, "64 bits" },
	{ "program_of_another_magic", PROG(magic), 0, BROKEN("program") },
	{ "program_of_another_size", PROG(size_bytes), 64, BROKEN("program") },
	{ "program_for_another_target", PROG(target), 7, BROKEN("program") },
	{ "program_data_outside", PROG(data_bytes), 0x7fffffff,
	  BROKEN("program") },
	{ "program_tensors_outside", PROG(tensor_count), 0xffff,
	  BROKEN("program") },
	{ "program_operators_outside", PROG(operator_count), 0xffffff,
	  BROKEN("program") },
	{ "program_lists_outside", PROG(list_offset), 0xffffffc0,
	  BROKEN("program") },
	{ "arena_without_a_header", PROG(arena_bytes), 63, BROKEN("arena") },
	{ "arena_over_the_limit", PROG(arena_bytes), 0xffffffff, -E2BIG,
	  "max_arena_bytes" },
	{ "state_from_outside", PROG(state_bytes), 0x10000000,
	  BROKEN("state") },
	{ "state_over_the_limit", PROG(state_bytes), 0xffffffff,
	  BROKEN("state") },
	{ "program_with_more_inputs", PROG(input_count), 3, BROKEN("inputs") },
	{ "program_that_shares", PROG(shared_bytes), 64, BROKEN("shares") },
	{ "program_input_of_another_type", PROGRAM_TENSOR, 0, 1, 6,
	  BROKEN("input") },
	{ "program_input_of_another_size", PROGRAM_TENSOR, 8, 4, 1,
	  BROKEN("input") },
	{ "program_operator_with_list_outside", PROGRAM_OPERATOR, 8, 4,
	  0xffffffff, BROKEN("tensors") },
	{ "program_operator_with_65_outputs", PROGRAM_OPERATOR,
	  offsetof(struct apui_program_operator, output_count), 2, 65,
	  BROKEN("tensors") },
	{ "program_list_of_no_tensor", PROGRAM_LIST, 0, 4, 0x10000000,
	  BROKEN("tensor") },
};

static size_t
find_base(const struct compiled *file, const struct row *row)
{
	const struct apui_compiled_header *h = &file->header;
	const struct apui_program_operator *op;
	size_t program = h->program_offset;

	switch (row->base) {
	case HEADER:
		return 0;
	case TENSOR:
		return h->tensor_offset;
	case OPERATOR:
		return h->operator_offset;
	case LIST:
		return h->list_offset;
	case SCALE:
		return h->scale_offset;
	case LAST_TEXT:
		return h->text_offset + h->text_bytes - 1;
	case PROGRAM:
		return program;
	case PROGRAM_TENSOR:
		return program + file->program.tensor_offset;
	case PROGRAM_OPERATOR:
		return program + file->program.operator_offset;
	default:
		/* The first output: inputs are the firmware's to check. */
		op = (const void *)(file->bytes + program +
				    file->program.operator_offset);
		return program + file->program.list_offset +
		       op->input_count * sizeof(uint32_t);
	}
}

static void
damage_is_refused(void **state)
{
	const struct row *row = *state;
	struct compiled file;

	compile(model_classifier(), &file);
	memcpy(file.bytes + find_base(&file, row) + row->at, &row->value,
	       row->width);
	apui_compiled_seal(file.bytes, file.size_bytes);
	expect_refusal(&file, row->code, row->words);
	free(file.bytes);
}

static void
wrong_checksum_is_refused(void **state)
{
	struct compiled file;

	(void)state;
	compile(model_classifier(), &file);
	/* A letter of a name: nothing else could tell. */
	file.bytes[file.header.text_offset] ^= 1;
	expect_refusal(&file, -EBADMSG, "checksum");
	free(file.bytes);
}

static void
every_shorter_file_is_refused(void **state)
{
	struct compiled file;
	size_t size_bytes;

	(void)state;
	compile(model_classifier(), &file);
	size_bytes = file.size_bytes;
	for (file.size_bytes = 4; file.size_bytes < size_bytes;
	     file.size_bytes += file.size_bytes < 256 ? 1 : 61)
		expect_refusal(&file, -EBADMSG, "cut off");
	free(file.bytes);
}

static void
longer_file_is_refused(void **state)
{
	struct compiled file;

	(void)state;
	compile(model_classifier(), &file);
	file.bytes = realloc(file.bytes, file.size_bytes + 1);
	assert_non_null(file.bytes);
	file.bytes[file.size_bytes++] = 0;
	expect_refusal(&file, -EBADMSG, "goes on");
	free(file.bytes);
}

static void
limits_hold_for_compiled_files(void **state)
{
	static const struct apu_model_options options[] = {
		{ .size = sizeof(options[0]), .max_file_bytes = 1000 },
		{ .size = sizeof(options[0]), .max_arena_bytes = 64 },
		{ .size = sizeof(options[0]), .max_macs = 1 },
		{ .size = sizeof(options[0]), .max_tensors = 1 },
		{ .size = sizeof(options[0]), .max_operators = 1 },
	};
	struct apu_model *model;
	struct compiled file;

	(void)state;
	compile(model_classifier(), &file);
	for (size_t i = 0; i < COUNT(options); i++)
		assert_int_equal(load(&file, &options[i], &model), -E2BIG);
	free(file.bytes);
}

static void
target_is_the_one_asked_for(void **state)
{
	struct apu_model_options options = { .size = sizeof(options) };
	struct apu_model *model;
	struct compiled file;

	(void)state;
	compile(model_classifier(), &file);
	options.target = "ref";
	assert_int_equal(load(&file, &options, &model), 0);
	assert_string_equal(apu_model_target(model), "ref");
	apu_model_unref(model);
	options.target = "mvp";
	assert_int_equal(load(&file, &options, &model), -EINVAL);
	assert_non_null(strstr(apu_error_remedy(apu_error_last()), "ref"));
	free(file.bytes);
}

/* To be described, by a library that does not know the target. */
static void
unknown_target_is_described_and_not_asked_for(void **state)
{
	struct apu_model_options options = {
		.size = sizeof(options),
		.target = "ref",
	};
	struct apui_compiled_header *header;
	struct apui_program_header *program;
	struct apu_model *model;
	struct apu_device *dev;
	struct compiled file;

	(void)state;
	compile(model_classifier(), &file);
	header = (void *)file.bytes;
	program = (void *)(file.bytes + header->program_offset);
	header->target = 7;
	program->target = 7;
	apui_compiled_seal(file.bytes, file.size_bytes);
	assert_int_equal(load(&file, NULL, &model), 0);
	assert_string_equal(apu_model_target(model), "unknown");
	apu_model_unref(model);
	assert_int_equal(load(&file, &options, &model), -EINVAL);

	assert_int_equal(apu_device_open("sim:name=compiled", &dev), 0);
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 -ENOEXEC);
	assert_non_null(strstr(apu_error_remedy(apu_error_last()), "ref"));
	apu_device_unref(dev);
	free(file.bytes);
}

static void
pointers_are_checked(void **state)
{
	struct apu_model *model;
	struct compiled file;
	size_t size_bytes;
	void *data;

	(void)state;
	compile(model_classifier(), &file);
	assert_int_equal(load(&file, NULL, &model), 0);
	assert_int_equal(apu_model_serialise(NULL, &data, &size_bytes),
			 -EINVAL);
	assert_int_equal(apu_model_serialise(model, NULL, &size_bytes),
			 -EINVAL);
	assert_int_equal(apu_model_serialise(model, &data, NULL), -EINVAL);
	assert_int_equal(apu_model_save_file(NULL, "x"), -EINVAL);
	assert_int_equal(apu_model_save_file(model, NULL), -EINVAL);
	assert_int_equal(
		apu_model_load_lent(NULL, NULL, 1, NULL, NULL, NULL, &model),
		-EINVAL);
	apu_model_unref(model);
	free(file.bytes);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(wrong_checksum_is_refused),
		cmocka_unit_test(every_shorter_file_is_refused),
		cmocka_unit_test(longer_file_is_refused),
		cmocka_unit_test(limits_hold_for_compiled_files),
		cmocka_unit_test(target_is_the_one_asked_for),
		cmocka_unit_test(unknown_target_is_described_and_not_asked_for),
		cmocka_unit_test(pointers_are_checked),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = damage_is_refused,
			.initial_state = (void *)&rows[i],
		};
	memcpy(tests + COUNT(rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
