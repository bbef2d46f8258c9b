/* SPDX-License-Identifier: MIT */

/*
 * Constants of which a byte holds several elements: a file of EMBEDDING_LOOKUP
 * with one, which a row describes.
 */

#include "support/flatbuffer.h"
#include "test.h"
#include <apu/device.h>
#include <apu/error.h>
#include <apu/model.h>
#include <errno.h>
#include <string.h>

/* Fields of table Tensor. */
enum { TENSOR_BUFFER = 2, TENSOR_SPARSITY = 6 };

/* A table of 2 rows; both are looked up. */
struct row {
	const char *name;
	int code;
	const char *cause;
	enum tflite_type type;
	int32_t columns;
	uint8_t bytes[4];
	size_t size_bytes;
	int64_t zero_point;
	bool is_sparse;
	float values[6];
};

static const struct row rows[] = {
	{ .name = "int4_low_half_first",
	  .type = TFLITE_INT4,
	  .columns = 2,
	  .bytes = { 0x81, 0x7f },
	  .size_bytes = 2,
	  .values = { 1, -8, -1, 7 } },
	{ .name = "int4_of_odd_rows_goes_on_within_a_byte",
	  .type = TFLITE_INT4,
	  .columns = 3,
	  .bytes = { 0x21, 0x43, 0x65 },
	  .size_bytes = 3,
	  .values = { 1, 2, 3, 4, 5, 6 } },
	{ .name = "int2_lowest_bits_first",
	  .type = TFLITE_INT2,
	  .columns = 2,
	  .bytes = { 0x4e },
	  .size_bytes = 1,
	  .values = { -2, -1, 0, 1 } },
	{ .name = "int2_that_ends_within_a_byte",
	  .type = TFLITE_INT2,
	  .columns = 3,
	  .bytes = { 0x55, 0xfa },
	  .size_bytes = 2,
	  .values = { 1, 1, 1, 1, -2, -2 } },
	{ .name = "int4_too_short",
	  .code = -EINVAL,
	  .cause = "need 3",
	  .type = TFLITE_INT4,
	  .columns = 3,
	  .size_bytes = 2 },
	{ .name = "int4_as_long_as_int8",
	  .code = -EINVAL,
	  .cause = "need 2",
	  .type = TFLITE_INT4,
	  .columns = 2,
	  .size_bytes = 4 },
	{ .name = "int2_too_short",
	  .code = -EINVAL,
	  .cause = "need 2",
	  .type = TFLITE_INT2,
	  .columns = 3,
	  .size_bytes = 1 },
	{ .name = "int4_that_is_computed",
	  .code = -EOPNOTSUPP,
	  .cause = "no constant",
	  .type = TFLITE_INT4,
	  .columns = 2 },
	{ .name = "int2_that_is_computed",
	  .code = -EOPNOTSUPP,
	  .cause = "no constant",
	  .type = TFLITE_INT2,
	  .columns = 2 },
	{ .name = "int4_that_is_sparse",
	  .code = -EOPNOTSUPP,
	  .cause = "is sparse",
	  .type = TFLITE_INT4,
	  .columns = 2,
	  .size_bytes = 2,
	  .is_sparse = true },
	{ .name = "int4_with_a_zero_point_of_int8",
	  .code = -EINVAL,
	  .cause = "which is no INT4",
	  .type = TFLITE_INT4,
	  .columns = 2,
	  .size_bytes = 2,
	  .zero_point = 8 },
	{ .name = "int2_with_a_zero_point_of_int4",
	  .code = -EINVAL,
	  .cause = "which is no INT2",
	  .type = TFLITE_INT2,
	  .columns = 2,
	  .size_bytes = 1,
	  .zero_point = -3 },
};

static const float one = 1;
static const int32_t both[] = { 0, 1 };

/* An empty table SparsityParameters. */
static void
make_sparse(struct tflite_file *file, uint32_t tensor)
{
	struct flatbuffer_fields fields = { .count = 0 };
	size_t table = flatbuffer_write_table(file, &fields);

	flatbuffer_set_child(file,
			     tflite_table(file, TFLITE_TABLE_TENSOR, tensor),
			     TENSOR_SPARSITY, table);
}

static struct tflite_file
write_row(const struct row *row)
{
	static const struct tflite_field sparsity = {
		.id = TENSOR_SPARSITY,
		.kind = TFLITE_CHILD,
	};
	const int32_t dims[] = { 2, row->columns };
	const struct tflite_tensor tensors[] = {
		{ .name = "rows",
		  .type = TFLITE_INT32,
		  .dims = dims,
		  .rank = 1,
		  .data = both,
		  .size_bytes = sizeof(both) },
		{ .name = "table",
		  .type = row->type,
		  .dims = dims,
		  .rank = 2,
		  .scales = &one,
		  .zero_points = &row->zero_point,
		  .quant_count = 1,
		  .data = row->size_bytes > 0 ? row->bytes : NULL,
		  .size_bytes = row->size_bytes,
		  .raw = &sparsity,
		  .raw_count = row->is_sparse ? 1 : 0 },
		{ .name = "y", .dims = dims, .rank = 2 },
	};
	const struct tflite_operator op = {
		.builtin_code = TFLITE_EMBEDDING_LOOKUP,
		.version = 3,
		.inputs = both,
		.input_count = 2,
		.outputs = (const int32_t[]) { 2 },
		.output_count = 1,
	};
	struct tflite_file file = tflite_write(&(struct tflite_model) {
		.tensors = tensors,
		.tensor_count = COUNT(tensors),
		.operators = &op,
		.operator_count = 1,
		.outputs = (const int32_t[]) { 2 },
		.output_count = 1,
	});

	if (row->is_sparse)
		make_sparse(&file, 1);
	return file;
}

static void
check_values(const struct tflite_file *file, const struct row *row)
{
	float values[6];
	struct apu_array output = {
		.data = values,
		.size_bytes = 2 * sizeof(float) * (size_t)row->columns,
	};
	struct apu_device *dev = NULL;
	struct apu_model *model = NULL;

	assert_int_equal(apu_device_open("sim:timeout_ms=60000", &dev), 0);
	if (apu_model_load_memory(dev, file->bytes, file->size_bytes, NULL,
				  &model) < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
	assert_int_equal(apu_model_run(model, NULL, 0, &output, 1, 60000000000),
			 0);
	assert_memory_equal(values, row->values, output.size_bytes);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
check_refusal(const struct tflite_file *file, int code, const char *cause)
{
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(NULL, file->bytes,
					       file->size_bytes, NULL, &model),
			 code);
	if (strstr(apu_error_cause(apu_error_last()), cause) == NULL)
		fail_msg("no \"%s\" in: %s", cause,
			 apu_error_cause(apu_error_last()));
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct tflite_file file = write_row(row);

	if (row->code == 0)
		check_values(&file, row);
	else
		check_refusal(&file, row->code, row->cause);
	tflite_file_free(&file);
}

/* What a byte holds four of is made four bytes of, for each tensor anew. */
static void
tensors_that_share_bytes_are_bounded(void **state)
{
	enum { TENSORS = 40, BYTES = 16384 };
	static const int32_t dims[] = { 4 * BYTES };
	static const uint8_t bytes[BYTES];
	static const struct tflite_field first_buffer =
		TFLITE_FIELD_I32(TENSOR_BUFFER, 1);
	const struct tflite_operator op = { .version = 1 };
	struct tflite_tensor tensors[TENSORS];
	struct tflite_file file;

	(void)state;
	for (int i = 0; i < TENSORS; i++)
		tensors[i] = (struct tflite_tensor) {
			.type = TFLITE_INT2,
			.dims = dims,
			.rank = 1,
			.data = i == 0 ? bytes : NULL,
			.size_bytes = i == 0 ? BYTES : 0,
			.raw = &first_buffer,
			.raw_count = 1,
		};
	file = tflite_write(&(struct tflite_model) {
		.tensors = tensors,
		.tensor_count = TENSORS,
		.operators = &op,
		.operator_count = 1,
	});
	check_refusal(&file, -E2BIG, "24 times");
	tflite_file_free(&file);
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows) + 1];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	tests[COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(
		tensors_that_share_bytes_are_bounded);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
