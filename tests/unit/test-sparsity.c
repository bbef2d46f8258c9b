/* SPDX-License-Identifier: MIT */

/*
 * Sparse constants: a file of DENSIFY with one, whose tree a row describes. M46
 * is the number in the list of malicious models.
 */

#include "support/flatbuffer.h"
#include "test.h"
#include <apu/device.h>
#include <apu/error.h>
#include <apu/model.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LEVELS 5
#define MAX_LIST   10
#define MAX_DENSE  32

enum { TENSOR_SPARSITY = 6, INT32S = 1, UINT16S, UINT8S };

struct list {
	int32_t count;
	int32_t numbers[MAX_LIST];
};

struct level {
	bool is_sparse;
	int32_t length;
	struct list segments, indices;
};

struct row {
	const char *name;
	int code;
	const char *cause;
	struct list dims, order, blocks, values;
	struct level levels[MAX_LEVELS];
	int32_t level_count;
	float dense[MAX_DENSE];
};

#define LIST(...)                                                              \
	{                                                                      \
		(int32_t)(sizeof((int32_t[]) { __VA_ARGS__ }) / 4),            \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define NONE                                                                   \
	{                                                                      \
		.count = 0                                                     \
	}
#define DENSE(size)                                                            \
	{                                                                      \
		.length = (size)                                               \
	}
#define SPARSE(first, second)                                                  \
	{                                                                      \
		.is_sparse = true, .segments = first, .indices = second        \
	}
#define ARGUMENTS(...)      __VA_ARGS__
#define LEVELS(number, ...) { __VA_ARGS__ }, (number)

/* Two rows of three: 5 in the first, 6 and 7 in the second. */
#define GOOD_ROWS SPARSE(ARGUMENTS(LIST(0, 1, 3)), ARGUMENTS(LIST(2, 0, 1)))

static const struct row rows[] = {
	{ "rows_of_a_matrix",
	  0,
	  "",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0, 0, 5, 6, 7, 0 } },
	{ "columns_of_a_matrix",
	  0,
	  "",
	  LIST(2, 3),
	  LIST(1, 0),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(3),
		 SPARSE(ARGUMENTS(LIST(0, 1, 1, 3)), ARGUMENTS(LIST(1, 0, 1)))),
	  { 0, 0, 6, 5, 0, 7 } },
	{ "sparse_rows_of_sparse_columns",
	  0,
	  "",
	  LIST(3, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6),
	  LEVELS(2, SPARSE(ARGUMENTS(LIST(0, 1)), ARGUMENTS(LIST(1))),
		 SPARSE(ARGUMENTS(LIST(0, 2)), ARGUMENTS(LIST(0, 2)))),
	  { 0, 0, 0, 5, 0, 6, 0, 0, 0 } },
	{ "blocks_of_two_by_two",
	  0,
	  "",
	  LIST(4, 4),
	  LIST(0, 1, 2, 3),
	  LIST(0, 1),
	  LIST(1, 2, 3, 4, 5, 6, 7, 8),
	  LEVELS(4, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 1, 2)), ARGUMENTS(LIST(1, 0))),
		 DENSE(2), DENSE(2)),
	  { 0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0 } },
	{ "nothing_is_left",
	  0,
	  "",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  NONE,
	  LEVELS(2, DENSE(2), SPARSE(ARGUMENTS(LIST(0, 0, 0)), NONE)),
	  { 0 } },
	{ "M46 order_names_one_level_twice",
	  -EINVAL,
	  "twice",
	  LIST(2, 3),
	  LIST(1, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0 } },
	{ "M46 order_names_a_level_too_many",
	  -EINVAL,
	  "twice",
	  LIST(2, 3),
	  LIST(0, 2),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0 } },
	{ "M46 order_of_int_min",
	  -EINVAL,
	  "twice",
	  LIST(2, 3),
	  LIST(0, INT32_MIN),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0 } },
	{ "M46 fewer_levels_than_dimensions",
	  -EINVAL,
	  "its levels",
	  LIST(2, 3),
	  LIST(0),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0 } },
	{ "M46 more_levels_than_the_order",
	  -EINVAL,
	  "its levels",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, DENSE(1)),
	  { 0 } },
	{ "M46 no_levels",
	  -EINVAL,
	  "its levels",
	  LIST(2, 3),
	  NONE,
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(0, DENSE(2)),
	  { 0 } },
	{ "M46 block_of_no_dimension",
	  -EINVAL,
	  "no dimension",
	  LIST(2, 3),
	  LIST(0, 1, 2),
	  LIST(2),
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, DENSE(1)),
	  { 0 } },
	{ "M46 block_of_a_negative_dimension",
	  -EINVAL,
	  "no dimension",
	  LIST(2, 3),
	  LIST(0, 1, 2),
	  LIST(-1),
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, DENSE(1)),
	  { 0 } },
	{ "M46 two_blocks_of_a_dimension",
	  -EINVAL,
	  "two blocks",
	  LIST(2, 3),
	  LIST(0, 1, 2, 3),
	  LIST(1, 1),
	  LIST(5, 6, 7),
	  LEVELS(4, DENSE(2), GOOD_ROWS, DENSE(1), DENSE(1)),
	  { 0 } },
	{ "M46 block_of_0",
	  -EINVAL,
	  "empty",
	  LIST(2, 3),
	  LIST(0, 1, 2),
	  LIST(1),
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, DENSE(0)),
	  { 0 } },
	{ "M46 block_of_minus_1",
	  -EINVAL,
	  "empty",
	  LIST(2, 3),
	  LIST(0, 1, 2),
	  LIST(1),
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, DENSE(-1)),
	  { 0 } },
	{ "M46 block_of_no_divisor",
	  -EINVAL,
	  "divide",
	  LIST(2, 3),
	  LIST(0, 1, 2),
	  LIST(1),
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, DENSE(2)),
	  { 0 } },
	{ "M46 block_that_is_sparse",
	  -EINVAL,
	  "sparse itself",
	  LIST(2, 3),
	  LIST(0, 1, 2),
	  LIST(1),
	  LIST(5, 6, 7),
	  LEVELS(3, DENSE(2), GOOD_ROWS, GOOD_ROWS),
	  { 0 } },
	{ "M46 level_longer_than_its_dimension",
	  -EINVAL,
	  "not as long",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(3), GOOD_ROWS),
	  { 0 } },
	{ "M46 too_few_segments",
	  -EINVAL,
	  "segments",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 3)), ARGUMENTS(LIST(2, 0, 1)))),
	  { 0 } },
	{ "M46 first_segment_begins_late",
	  -EINVAL,
	  "begin",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(1, 1, 3)), ARGUMENTS(LIST(2, 0, 1)))),
	  { 0 } },
	{ "M46 segments_decrease",
	  -EINVAL,
	  "begin",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 3, 1)), ARGUMENTS(LIST(2, 0, 1)))),
	  { 0 } },
	{ "M46 segment_of_minus_1",
	  -EINVAL,
	  "begin",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, -1, 3)), ARGUMENTS(LIST(2, 0, 1)))),
	  { 0 } },
	{ "M46 segment_beyond_the_indices",
	  -EINVAL,
	  "begin",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 1, 4)), ARGUMENTS(LIST(2, 0, 1)))),
	  { 0 } },
	{ "M46 indices_in_no_segment",
	  -EINVAL,
	  "no segment",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 1, 2)), ARGUMENTS(LIST(2, 0, 1)))),
	  { 0 } },
	{ "M46 index_is_the_dimension",
	  -EINVAL,
	  "beyond",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 1, 3)), ARGUMENTS(LIST(2, 3, 1)))),
	  { 0 } },
	{ "M46 index_of_minus_1",
	  -EINVAL,
	  "beyond",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7),
	  LEVELS(2, DENSE(2),
		 SPARSE(ARGUMENTS(LIST(0, 1, 3)), ARGUMENTS(LIST(2, -1, 1)))),
	  { 0 } },
	{ "M46 a_value_too_few",
	  -EINVAL,
	  "number of values",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0 } },
	{ "M46 a_value_too_many",
	  -EINVAL,
	  "number of values",
	  LIST(2, 3),
	  LIST(0, 1),
	  NONE,
	  LIST(5, 6, 7, 8),
	  LEVELS(2, DENSE(2), GOOD_ROWS),
	  { 0 } },
	{ "M46 4_MB_of_zeros_in_1_KB",
	  -E2BIG,
	  "24 times",
	  LIST(1, 1000000),
	  LIST(0, 1),
	  NONE,
	  LIST(5),
	  LEVELS(2, DENSE(1),
		 SPARSE(ARGUMENTS(LIST(0, 1)), ARGUMENTS(LIST(999999)))),
	  { 0 } },
};

/* The table of one of the union's members. */
static size_t
write_numbers(struct tflite_file *file, const struct list *list, int type)
{
	struct flatbuffer_fields fields = { .count = 0 };
	uint8_t bytes[4 * MAX_LIST];
	size_t width = type == INT32S ? 4 : type == UINT16S ? 2 : 1;
	size_t table, slot;

	if (type == INT32S) {
		flatbuffer_add_vector(&fields, 0, TFLITE_I32_VECTOR,
				      list->numbers, (uint32_t)list->count);
		return flatbuffer_write_table(file, &fields);
	}
	for (int32_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < width; k++)
			bytes[width * (size_t)i + k] =
				(uint8_t)(list->numbers[i] >> (8 * k));
	flatbuffer_add_vector(&fields, 0, TFLITE_BYTE_VECTOR, bytes,
			      (uint32_t)(width * (size_t)list->count));
	table = flatbuffer_write_table(file, &fields);
	/* It counts elements. */
	slot = flatbuffer_field(file, table, 0);
	flatbuffer_put(file, slot + flatbuffer_get(file, slot, 4),
		       (uint32_t)list->count, 4);
	return table;
}

/* Element widths differ, so that all of them are read. */
static size_t
write_level(struct tflite_file *file, const struct level *level, int type)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table;

	flatbuffer_add_integer(&fields, 0, TFLITE_I8, level->is_sparse);
	flatbuffer_add_integer(&fields, 1, TFLITE_I32, level->length);
	if (level->is_sparse) {
		flatbuffer_add_integer(&fields, 2, TFLITE_I8, type);
		flatbuffer_add_child(&fields, 3);
		flatbuffer_add_integer(&fields, 4, TFLITE_I8, type);
		flatbuffer_add_child(&fields, 5);
	}
	table = flatbuffer_write_table(file, &fields);
	if (level->is_sparse) {
		flatbuffer_set_child(
			file, table, 3,
			write_numbers(file, &level->segments, type));
		flatbuffer_set_child(
			file, table, 5,
			write_numbers(file, &level->indices, type));
	}
	return table;
}

static void
add_tree(struct tflite_file *file, const struct row *row, int type)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table, slots;

	flatbuffer_add_vector(&fields, 0, TFLITE_I32_VECTOR, row->order.numbers,
			      (uint32_t)row->order.count);
	flatbuffer_add_vector(&fields, 1, TFLITE_I32_VECTOR,
			      row->blocks.numbers, (uint32_t)row->blocks.count);
	flatbuffer_add_child(&fields, 2);
	table = flatbuffer_write_table(file, &fields);
	flatbuffer_set_child(file, tflite_table(file, TFLITE_TABLE_TENSOR, 0),
			     TENSOR_SPARSITY, table);
	slots = flatbuffer_write_child_vector(file, table, 2,
					      (uint32_t)row->level_count);
	for (int32_t i = 0; i < row->level_count; i++)
		flatbuffer_point(file, slots + 4 * (size_t)i,
				 write_level(file, &row->levels[i], type));
}

static struct tflite_file
write_row(const struct row *row, int type)
{
	static const struct tflite_field sparsity = {
		.id = TENSOR_SPARSITY,
		.kind = TFLITE_CHILD,
	};
	static const int32_t none[] = { 0 }, one[] = { 1 };
	float values[MAX_LIST];
	const struct tflite_tensor tensors[] = {
		{
			.name = "sparse",
			.dims = row->dims.numbers,
			.rank = (uint32_t)row->dims.count,
			.data = values,
			.size_bytes = 4 * (size_t)row->values.count,
			.raw = &sparsity,
			.raw_count = 1,
		},
		{
			.name = "dense",
			.dims = row->dims.numbers,
			.rank = (uint32_t)row->dims.count,
		},
	};
	const struct tflite_operator op = {
		.builtin_code = 124, /* DENSIFY */
		.version = 1,
		.inputs = none,
		.input_count = 1,
		.outputs = one,
		.output_count = 1,
	};
	struct tflite_file file;

	for (int32_t i = 0; i < row->values.count; i++)
		values[i] = (float)row->values.numbers[i];
	file = tflite_write(&(struct tflite_model) {
		.tensors = tensors,
		.tensor_count = COUNT(tensors),
		.operators = &op,
		.operator_count = 1,
		.outputs = one,
		.output_count = 1,
	});
	add_tree(&file, row, type);
	return file;
}

static void
check_values(struct apu_device *dev, const struct tflite_file *file,
	     const struct row *row)
{
	float dense[MAX_DENSE];
	struct apu_array output = { .data = dense, .size_bytes = 4 };
	struct apu_model *model = NULL;

	if (apu_model_load_memory(dev, file->bytes, file->size_bytes, NULL,
				  &model) < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
	for (int32_t i = 0; i < row->dims.count; i++)
		output.size_bytes *= (size_t)row->dims.numbers[i];
	assert_int_equal(apu_model_run(model, NULL, 0, &output, 1, 60000000000),
			 0);
	assert_memory_equal(dense, row->dense, output.size_bytes);
	apu_model_unref(model);
}

static void
check_refusal(const struct tflite_file *file, const struct row *row)
{
	const struct apu_error *error = apu_error_last();
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(NULL, file->bytes,
					       file->size_bytes, NULL, &model),
			 row->code);
	if (strstr(apu_error_cause(error), row->cause) == NULL)
		fail_msg("no \"%s\" in: %s", row->cause,
			 apu_error_cause(error));
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct apu_device *dev = NULL;

	assert_int_equal(apu_device_open("sim:timeout_ms=60000", &dev), 0);
	for (int type = INT32S; type <= UINT8S; type++) {
		struct tflite_file file;

		/* What bytes cannot say, they do not hide. */
		if (row->code == -E2BIG && type != INT32S)
			continue;
		file = write_row(row, type);
		if (row->code == 0)
			check_values(dev, &file, row);
		else
			check_refusal(&file, row);
		tflite_file_free(&file);
	}
	apu_device_unref(dev);
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
