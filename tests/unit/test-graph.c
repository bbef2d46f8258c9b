/* SPDX-License-Identifier: MIT */

/*
 * What the reader makes of whole files. M-numbers are those of the list of
 * malicious models; test-graph-hostile.c has the broken bytes.
 */

#include "core/error.h"
#include "graph_seed.h"
#include "model/operators.h"
#include "test.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
graph_has_all_parts(void **state)
{
	static const int32_t filter_dims[APU_TENSOR_MAX_RANK] = {
		3, 3, 3, 2, 1, 1, 1, 1,
	};
	struct apui_graph *graph = NULL;
	const struct apu_tensor *t;
	const struct apu_operator *op;
	struct tflite_file file;
	struct seed seed;

	(void)state;
	file = tflite_write(&make_seed(&seed)->model);
	assert_int_equal(apui_graph_read(file.bytes, file.size_bytes,
					 &wide_limits, &graph),
			 0);
	assert_int_equal(graph->tensor_count, TENSORS);
	assert_int_equal(graph->operator_count, OPERATORS);
	assert_int_equal(graph->input_count, 1);
	assert_int_equal(graph->inputs[0], INPUT);
	assert_int_equal(graph->outputs[0], OUTPUT);
	assert_int_equal(graph->weight_bytes, 54 + 12 + 8);
	assert_int_equal(graph->macs, 4 * 4 * 3 * 3 * 3 * 2);

	t = &graph->tensors[FILTER];
	assert_string_equal(t->name, "filter");
	assert_int_equal(t->index, FILTER);
	assert_int_equal(t->dtype, APU_DTYPE_INT8);
	assert_int_equal(t->rank, 4);
	assert_memory_equal(t->dims, filter_dims, sizeof(filter_dims));
	assert_int_equal(t->size_bytes, 54);
	assert_true(t->is_constant && !t->is_input && !t->is_output);
	assert_memory_equal(t->data, filter_data, sizeof(filter_data));
	assert_int_equal(t->quant_count, 3);
	assert_int_equal(t->quant_axis, 0);
	assert_true(t->scales[2] == 0.125F);
	assert_int_equal(t->producer, -1);

	assert_int_equal(graph->tensors[BIAS].quant_axis, 0);
	assert_int_equal(graph->tensors[INPUT].zero_points[0], -3);
	assert_true(graph->tensors[INPUT].is_input);
	assert_true(graph->tensors[OUTPUT].is_output);
	assert_int_equal(graph->tensors[OUTPUT].producer, RESHAPE);
	assert_string_equal(graph->tensors[MIDDLE].name, "");

	op = &graph->operators[CONV];
	assert_string_equal(op->row->name, "CONV_2D");
	assert_int_equal(op->version, 3);
	assert_int_equal(op->input_count, 3);
	assert_int_equal(op->options.window.activation, APUI_ACTIVATION_RELU);
	assert_int_equal(op->options.window.stride_w, 1);
	assert_ptr_equal(apui_graph_input(graph, op, 1), t);
	assert_null(apui_graph_input(graph, op, 3));
	assert_ptr_equal(apui_graph_output(graph, op, 0),
			 &graph->tensors[MIDDLE]);

	apui_graph_free(graph);
	tflite_file_free(&file);
}

/* Changes that leave the file good. */
static void
optional_bias_may_be_minus_1_or_left_out(void **state)
{
	static const int32_t inputs[] = { INPUT, FILTER, -1 };
	struct seed seed;

	(void)state;
	make_seed(&seed)->operators[CONV].inputs = inputs;
	assert_int_equal(read_seed(&seed), 0);
	seed.operators[CONV].input_count = 2;
	assert_int_equal(read_seed(&seed), 0);
}

static void
either_code_field_may_be_absent(void **state)
{
	static const struct tflite_field no_old[] = { { .id = 0 } };
	static const struct tflite_field no_new[] = { { .id = 3 } };
	struct seed seed;

	(void)state;
	make_seed(&seed)->operators[CONV].raw_code = no_old;
	seed.operators[CONV].raw_code_count = 1;
	assert_int_equal(read_seed(&seed), 0);
	seed.operators[CONV].raw_code = no_new;
	assert_int_equal(read_seed(&seed), 0);
}

static void
shape_signature_is_ignored(void **state)
{
	static const int32_t signature[] = { -1, 4, 4, 2 };
	static const struct tflite_field raw[] = {
		TFLITE_FIELD_I32_VECTOR(7, signature, 4),
	};
	struct seed seed;

	(void)state;
	make_seed(&seed)->tensors[INPUT].raw = raw;
	seed.tensors[INPUT].raw_count = 1;
	assert_int_equal(read_seed(&seed), 0);
}

static void
new_shape_may_be_an_option(void **state)
{
	static const int32_t shape[] = { -1, 48, 1, 1, 1, 1, 1, 1, 1 };
	struct tflite_field option = TFLITE_FIELD_I32_VECTOR(0, shape, 2);
	struct seed seed;

	(void)state;
	make_seed(&seed)->operators[RESHAPE].input_count = 1;
	seed.operators[RESHAPE].options_type = TFLITE_RESHAPE_OPTIONS;
	seed.operators[RESHAPE].options = &option;
	seed.operators[RESHAPE].option_count = 1;
	assert_int_equal(read_seed(&seed), 0);

	/* M43 */
	option.count = 3;
	assert_int_equal(read_seed(&seed), -EINVAL);
	assert_blamed(-EINVAL, RESHAPE, OUTPUT, "computes [1, 48, 1]");
	option.count = 9;
	assert_int_equal(read_seed(&seed), -EINVAL);
	assert_blamed(-EINVAL, RESHAPE, -1, "9 elements");
}

static void
scalars_and_empty_tensors_are_read(void **state)
{
	static const int32_t empty[] = { 0, 5 };
	struct seed seed;

	(void)state;
	make_seed(&seed)->tensors[UNUSED].dims = NULL;
	assert_int_equal(read_seed(&seed), 0);
	seed.tensors[UNUSED].dims = empty;
	assert_int_equal(read_seed(&seed), 0);
}

static void
M31_sizes_that_wrap_are_refused(void **state)
{
	static const int32_t shapes[][4] = {
		{ 65536, 65536 },
		{ 65536, 65536, 65536, 65536 },
		{ 0x40000000, 4, 0x40000000, 4 },
		{ 0, INT32_MAX, INT32_MAX, INT32_MAX },
	};
	struct seed seed;

	(void)state;
	make_seed(&seed);
	for (size_t i = 0; i < COUNT(shapes); i++) {
		seed.tensors[UNUSED].dims = shapes[i];
		seed.tensors[UNUSED].rank = i == 0 ? 2 : 4;
		assert_int_equal(read_seed(&seed), -EOVERFLOW);
		assert_blamed(-EOVERFLOW, -1, UNUSED, "tensor 6");
	}
}

/* M26 */
static void
model_tensors_listed_twice_are_refused(void **state)
{
	struct seed seed;

	(void)state;
	make_seed(&seed)->model.input_count = 2;
	assert_int_equal(read_seed(&seed), -EINVAL);
	assert_blamed(-EINVAL, -1, INPUT, "input 1 of the model, tensor 0");

	make_seed(&seed)->model.output_count = 2;
	seed.outputs[1] = OUTPUT;
	assert_int_equal(read_seed(&seed), -EINVAL);
	assert_blamed(-EINVAL, -1, OUTPUT, "listed twice");
}

static void
unsupported_operator_is_named(void **state)
{
	struct seed seed;

	(void)state;
	make_seed(&seed)->operators[RESHAPE].builtin_code = 10;
	seed.operators[RESHAPE].version = 4;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, RESHAPE, -1,
		      "operator 1 (HASHTABLE_LOOKUP version 4)");

	/* M24 */
	seed.operators[RESHAPE].builtin_code = 210;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, RESHAPE, -1, "operator 1 has code 210");
}

static void
M25_custom_operator_is_named(void **state)
{
	static char long_name[100000];
	struct seed seed;

	(void)state;
	make_seed(&seed)->operators[RESHAPE].builtin_code = TFLITE_CUSTOM;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, RESHAPE, -1, "(CUSTOM without a name)");

	seed.operators[RESHAPE].custom_code = "My op";
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, RESHAPE, -1, "operator 1 (CUSTOM My op)");

	memset(long_name, 'x', sizeof(long_name) - 1);
	seed.operators[RESHAPE].custom_code = long_name;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, RESHAPE, -1, "xxx) is not supported");
}

static void
variables_are_for_operators_that_have_some(void **state)
{
	struct seed seed;

	(void)state;
	make_seed(&seed)->tensors[UNUSED].is_variable = true;
	assert_int_equal(read_seed(&seed), 0);
	make_seed(&seed)->tensors[INPUT].is_variable = true;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, -1, INPUT, "input 0 of the model");
	make_seed(&seed)->tensors[OUTPUT].is_variable = true;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, -1, OUTPUT, "output 0 of the model");
	make_seed(&seed)->tensors[MIDDLE].is_variable = true;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, CONV, MIDDLE, "is a variable");
	make_seed(&seed)->tensors[FILTER].is_variable = true;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, -1, FILTER, "with a first value");
}

static void
M30_data_in_other_files_is_not_supported(void **state)
{
	static const struct tflite_field raw[] = { TFLITE_FIELD_I32(10, 1) };
	struct seed seed;

	(void)state;
	make_seed(&seed)->tensors[FILTER].raw = raw;
	seed.tensors[FILTER].raw_count = 1;
	assert_int_equal(read_seed(&seed), -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, -1, FILTER, "another file");
}

/* The details' type reads the low byte of what is stored for a scale. */
static void
M90_other_quantisation_is_not_supported(void **state)
{
	struct seed seed;
	struct tflite_file file = tflite_write(&make_seed(&seed)->model);
	size_t vtable = tflite_vtable(&file, TFLITE_TABLE_QUANTISATION, FILTER);
	size_t table = tflite_table(&file, TFLITE_TABLE_QUANTISATION, FILTER);
	size_t slot = tflite_field(&file, TFLITE_TABLE_QUANTISATION, FILTER, 2);

	(void)state;
	tflite_put_u16(&file, vtable + 4 + 2 * 4, (uint16_t)(slot - table));
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 -EOPNOTSUPP);
	assert_blamed(-EOPNOTSUPP, -1, FILTER, "quantised in a way");
	tflite_file_free(&file);
}

/* Where the file says that further bytes are. */
static const struct {
	int64_t offset, size;
	int buffer_code, options_code;
} far_places[] = {
	{ -64, 64, -EOVERFLOW, -EOVERFLOW },
	{ -1, -1, -EOVERFLOW, -EOVERFLOW },
	{ 1, 16, -EINVAL, -EOPNOTSUPP },
	{ 0, 16, -EINVAL, -EOPNOTSUPP },
	{ 64, INT64_MAX, -EINVAL, -EOPNOTSUPP },
	{ 64, 54, -EOPNOTSUPP, -EOPNOTSUPP },
};

/* Give tensor FILTER a buffer that lies behind the rest of the file. */
static void
append_far_buffer(struct tflite_file *file, int64_t offset, int64_t size)
{
	enum { VTABLE_BYTES = 10, TABLE = 12, TABLE_BYTES = 20, ALL = 32 };
	size_t slot = tflite_target(file, TFLITE_TABLE_MODEL, 0, 4) + 4 +
		      4 * (FILTER + 1);
	size_t start = (file->size_bytes + 3) / 4 * 4;
	size_t i;

	file->bytes = realloc(file->bytes, start + ALL);
	assert_non_null(file->bytes);
	memset(file->bytes + file->size_bytes, 0,
	       start + ALL - file->size_bytes);
	file->size_bytes = start + ALL;

	tflite_put_u16(file, start, VTABLE_BYTES);
	tflite_put_u16(file, start + 2, TABLE_BYTES);
	tflite_put_u16(file, start + 6, 4);
	tflite_put_u16(file, start + 8, 12);
	tflite_put_u32(file, start + TABLE, TABLE);
	for (i = 0; i < 8; i++) {
		tflite_put_u8(file, start + TABLE + 4 + i,
			      (uint8_t)((uint64_t)offset >> (8 * i)));
		tflite_put_u8(file, start + TABLE + 12 + i,
			      (uint8_t)((uint64_t)size >> (8 * i)));
	}
	tflite_put_u32(file, slot, (uint32_t)(start + TABLE - slot));
}

static void
M36_M37_data_behind_the_flatbuffer_is_refused(void **state)
{
	struct seed seed;

	(void)state;
	make_seed(&seed);
	for (size_t i = 0; i < COUNT(far_places); i++) {
		struct tflite_file file = tflite_write(&seed.model);
		int code = far_places[i].buffer_code;

		append_far_buffer(&file, far_places[i].offset,
				  far_places[i].size);
		assert_int_equal(
			read_bytes(file.bytes, file.size_bytes, &wide_limits),
			code);
		assert_blamed(code, -1, FILTER, "tensor 1");
		tflite_file_free(&file);
	}
}

static void
M38_options_behind_the_flatbuffer_are_refused(void **state)
{
	struct tflite_field raw[] = {
		{ .id = 9, .kind = TFLITE_I64 },
		{ .id = 10, .kind = TFLITE_I64 },
	};
	struct seed seed;

	(void)state;
	make_seed(&seed)->operators[CONV].raw = raw;
	seed.operators[CONV].raw_count = COUNT(raw);
	assert_int_equal(read_seed(&seed), 0);
	for (size_t i = 0; i < COUNT(far_places); i++) {
		int code = far_places[i].options_code;

		raw[0].integer = far_places[i].offset;
		raw[1].integer = far_places[i].size;
		assert_int_equal(read_seed(&seed), code);
		assert_blamed(code, CONV, -1, "options");
	}
}

struct limit {
	const char *name;
	struct apui_limits limits;
	const char *cause;
};

#define LIMITS(file, macs, tensors, operators)                                 \
	{                                                                      \
		.max_file_bytes = (file), .max_macs = (macs),                  \
		.max_tensors = (tensors), .max_operators = (operators)         \
	}

static const struct limit limits[] = {
	{ "file_over_the_limit_is_refused", LIMITS(100, 10000, 10, 10),
	  "limit of 100" },
	{ "macs_over_the_limit_are_refused",
	  LIMITS(100000, 4 * 4 * 54 - 1, 10, 10), "limit of 863" },
	{ "tensors_over_the_limit_are_refused",
	  LIMITS(100000, 10000, TENSORS - 1, 10), "7 tensors" },
	{ "operators_over_the_limit_are_refused",
	  LIMITS(100000, 10000, 10, OPERATORS - 1), "2 operators" },
};

static void
limit_is_kept(void **state)
{
	const struct limit *limit = *state;
	const struct apui_limits enough =
		LIMITS(100000, 4 * 4 * 54, TENSORS, OPERATORS);
	struct seed seed;
	struct tflite_file file = tflite_write(&make_seed(&seed)->model);

	assert_int_equal(
		read_bytes(file.bytes, file.size_bytes, &limit->limits),
		-E2BIG);
	assert_blamed(-E2BIG, -1, -1, limit->cause);
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &enough), 0);
	tflite_file_free(&file);
}

/* One name of 64 KiB for all tensors: 16 MiB of copies from a small file. */
static void
shared_parts_do_not_multiply(void **state)
{
	enum { MANY = 256 };
	static struct tflite_tensor tensors[TENSORS + MANY];
	static char name[65536];
	struct tflite_file file;
	struct seed seed;
	size_t text;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	memcpy(tensors, make_seed(&seed)->tensors, sizeof(seed.tensors));
	for (size_t i = TENSORS; i < COUNT(tensors); i++)
		tensors[i] = make_tensor("n", TFLITE_INT8, NULL, 0);
	tensors[COUNT(tensors) - 1].name = name;
	seed.model.tensors = tensors;
	seed.model.tensor_count = COUNT(tensors);
	file = tflite_write(&seed.model);

	text = tflite_target(&file, TFLITE_TABLE_TENSOR, COUNT(tensors) - 1, 3);
	for (uint32_t i = TENSORS; i < COUNT(tensors); i++) {
		size_t slot = tflite_field(&file, TFLITE_TABLE_TENSOR, i, 3);

		tflite_put_u32(&file, slot, (uint32_t)(text - slot));
	}
	assert_int_equal(read_bytes(file.bytes, file.size_bytes, &wide_limits),
			 -E2BIG);
	tflite_file_free(&file);
}

/* calloc() of the program fails when this counts down to 0. */
static _Atomic int callocs_left = -1;

void *
__real_calloc(size_t count, size_t size);
void *
__wrap_calloc(size_t count, size_t size);

void *
__wrap_calloc(size_t count, size_t size)
{
	if (callocs_left == 0)
		return NULL;
	if (callocs_left > 0)
		callocs_left--;
	return __real_calloc(count, size);
}

static void
every_failed_allocation_is_reported(void **state)
{
	struct apui_graph *graph = NULL;
	struct tflite_file file;
	struct seed seed;
	int failures = 0, ret;

	(void)state;
	file = tflite_write(&make_seed(&seed)->model);
	do {
		callocs_left = failures;
		ret = apui_graph_read(file.bytes, file.size_bytes, &wide_limits,
				      &graph);
		callocs_left = -1;
		if (ret == 0)
			break;
		assert_int_equal(ret, -ENOMEM);
		assert_null(graph);
		failures++;
	} while (failures < 100);

	assert_int_equal(ret, 0);
	assert_in_range(failures, 2, 99);
	apui_graph_free(graph);
	tflite_file_free(&file);
}

static void
freeing_no_graph_is_harmless(void **state)
{
	(void)state;
	apui_graph_free(NULL);
}

static const struct CMUnitTest single[] = {
	cmocka_unit_test(graph_has_all_parts),
	cmocka_unit_test(optional_bias_may_be_minus_1_or_left_out),
	cmocka_unit_test(either_code_field_may_be_absent),
	cmocka_unit_test(shape_signature_is_ignored),
	cmocka_unit_test(new_shape_may_be_an_option),
	cmocka_unit_test(scalars_and_empty_tensors_are_read),
	cmocka_unit_test(M31_sizes_that_wrap_are_refused),
	cmocka_unit_test(model_tensors_listed_twice_are_refused),
	cmocka_unit_test(unsupported_operator_is_named),
	cmocka_unit_test(M25_custom_operator_is_named),
	cmocka_unit_test(variables_are_for_operators_that_have_some),
	cmocka_unit_test(M30_data_in_other_files_is_not_supported),
	cmocka_unit_test(M90_other_quantisation_is_not_supported),
	cmocka_unit_test(M36_M37_data_behind_the_flatbuffer_is_refused),
	cmocka_unit_test(M38_options_behind_the_flatbuffer_are_refused),
	cmocka_unit_test(shared_parts_do_not_multiply),
	cmocka_unit_test(every_failed_allocation_is_reported),
	cmocka_unit_test(freeing_no_graph_is_harmless),
};

int
main(void)
{
	struct CMUnitTest tests[COUNT(single) + COUNT(limits)];
	size_t count = COUNT(single);

	memcpy(tests, single, sizeof(single));
	for (size_t i = 0; i < COUNT(limits); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = limits[i].name,
			.test_func = limit_is_kept,
			.initial_state = (void *)&limits[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
