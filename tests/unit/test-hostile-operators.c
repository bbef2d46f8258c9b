/* SPDX-License-Identifier: MIT */

/*
 * Files of one operator each whose numbers are hostile, through the public
 * door. M-numbers are those of the list of malicious models; where an operator
 * is refused by code, the error names it.
 */

#include "support/tflite_writer.h"
#include "test.h"
#include <apu/error.h>
#include <apu/model.h>
#include <errno.h>
#include <string.h>

#define MAX_OPERANDS 5

/* An input or output; a constant when it has numbers. */
struct operand {
	enum tflite_type type;
	const int32_t *dims;
	uint32_t rank;
	const int32_t *numbers;
	uint32_t number_count;
	bool is_variable;
	bool is_left_out;
};

struct row {
	const char *name;
	const char *operator;
	int32_t builtin;
	uint8_t options_type;
	int code;
	const char *cause;
	const struct tflite_field *options;
	uint32_t option_count;
	struct operand inputs[MAX_OPERANDS];
	struct operand output;
	uint32_t input_count;
	uint32_t output_count; /* all alike; 0 stands for 1 */
};

#define LIST(...)                                                              \
	(const int32_t[]) { __VA_ARGS__ },                                     \
		COUNT(((const int32_t[]) { __VA_ARGS__ }))
#define FIELDS(...)                                                            \
	.options = (const struct tflite_field[]) { __VA_ARGS__ },              \
	.option_count = COUNT(((const struct tflite_field[]) { __VA_ARGS__ }))
#define REAL(...)                                                              \
	{                                                                      \
		TFLITE_FLOAT32, LIST(__VA_ARGS__), .number_count = 0           \
	}
#define BYTES(...)                                                             \
	{                                                                      \
		TFLITE_INT8, LIST(__VA_ARGS__), .number_count = 0              \
	}
#define STATE(...)                                                             \
	{                                                                      \
		TFLITE_FLOAT32, LIST(__VA_ARGS__), .is_variable = true         \
	}
#define LEFT_OUT                                                               \
	{                                                                      \
		.is_left_out = true                                            \
	}
#define NUMBER(value)                                                          \
	{                                                                      \
		TFLITE_INT32, NULL, 0, LIST(value)                             \
	}
#define VECTOR(length, ...)                                                    \
	{                                                                      \
		TFLITE_INT32, LIST(length), LIST(__VA_ARGS__)                  \
	}
#define PAIRS(length, ...)                                                     \
	{                                                                      \
		TFLITE_INT32, LIST(length, 2), LIST(__VA_ARGS__)               \
	}
/* float32 weights: the numbers' bytes. */
#define WEIGHTS(height, width, ...)                                            \
	{                                                                      \
		TFLITE_FLOAT32, LIST(height, width), LIST(__VA_ARGS__)         \
	}

#define OPERATOR(code)     #code, TFLITE_##code, TFLITE_##code##_OPTIONS
#define INPUTS(count, ...) .inputs = { __VA_ARGS__ }, .input_count = (count)

static const struct row rows[] = {
	{ "M39 concatenation_beyond_31_bits", OPERATOR(CONCATENATION),
	  -EOVERFLOW, "is 2147483648", FIELDS(TFLITE_FIELD_I32(0, 1)),
	  INPUTS(2, BYTES(1, 1 << 30), BYTES(1, 1 << 30)),
	  .output = BYTES(1, 8) },
	{ "M41 tile_that_wraps_to_its_length", OPERATOR(TILE), -EOVERFLOW,
	  "is 4295032832", INPUTS(2, BYTES(65537), VECTOR(1, 65536)),
	  .output = BYTES(65536) },
	{ "M41 tile_of_minus_one", OPERATOR(TILE), -EINVAL, "-1 times",
	  INPUTS(2, BYTES(4), VECTOR(1, -1)), .output = BYTES(4) },
	{ "M60 space_to_depth_of_0", OPERATOR(SPACE_TO_DEPTH), -EINVAL,
	  "block_size", FIELDS(TFLITE_FIELD_I32(0, 0)),
	  INPUTS(1, REAL(1, 2, 2, 1)), .output = REAL(1, 1, 1, 4) },
	{ "M60 space_to_depth_of_int_min", OPERATOR(SPACE_TO_DEPTH), -EINVAL,
	  "block_size", FIELDS(TFLITE_FIELD_I32(0, INT32_MIN)),
	  INPUTS(1, REAL(1, 2, 2, 1)), .output = REAL(1, 1, 1, 4) },
	{ "M61 depth_to_space_of_0", OPERATOR(DEPTH_TO_SPACE), -EINVAL,
	  "block_size", FIELDS(TFLITE_FIELD_I32(0, 0)),
	  INPUTS(1, REAL(1, 1, 1, 4)), .output = REAL(1, 2, 2, 1) },
	{ "M61 depth_to_space_of_no_divisor", OPERATOR(DEPTH_TO_SPACE), -EINVAL,
	  "4 channels", FIELDS(TFLITE_FIELD_I32(0, 3)),
	  INPUTS(1, REAL(1, 1, 1, 4)), .output = REAL(1, 2, 2, 1) },
	{ "M62 batch_to_space_of_0", OPERATOR(BATCH_TO_SPACE_ND), -EINVAL,
	  "blocks is 0",
	  INPUTS(3, REAL(4, 1, 1, 1), VECTOR(2, 0, 2), PAIRS(2, 0, 0, 0, 0)),
	  .output = REAL(1, 2, 2, 1) },
	{ "M62 batch_to_space_of_large_blocks", OPERATOR(BATCH_TO_SPACE_ND),
	  -EINVAL, "blocks is 65536",
	  INPUTS(3, REAL(4, 1, 1, 1), VECTOR(2, 65536, 65536),
		 PAIRS(2, 0, 0, 0, 0)),
	  .output = REAL(1, 2, 2, 1) },
	{ "M63 space_to_batch_of_0", OPERATOR(SPACE_TO_BATCH_ND), -EINVAL,
	  "blocks is 0",
	  INPUTS(3, REAL(1, 2, 2, 1), VECTOR(2, 2, 0), PAIRS(2, 0, 0, 0, 0)),
	  .output = REAL(4, 1, 1, 1) },
	/* Empty, so that nothing else is too large. */
	{ "space_to_batch_padded_beyond_31_bits", OPERATOR(SPACE_TO_BATCH_ND),
	  -EOVERFLOW, "2147483648",
	  INPUTS(3, BYTES(0, 2, 1), VECTOR(1, 2048),
		 PAIRS(1, 0x40000000, 0x3ffffffe)),
	  .output = BYTES(0, 1 << 20, 1) },
	{ "batch_to_space_beyond_31_bits", OPERATOR(BATCH_TO_SPACE_ND),
	  -EOVERFLOW, "2147483648",
	  INPUTS(3, BYTES(0, 1 << 20, 1), VECTOR(1, 2048),
		 PAIRS(1, 0x40000000, 0x3ffffffe)),
	  .output = BYTES(0, 2, 1) },
	{ "M64 svdf_of_rank_0", OPERATOR(SVDF), -EINVAL, "rank",
	  FIELDS(TFLITE_FIELD_I32(0, 0)),
	  INPUTS(5, REAL(1, 1), WEIGHTS(1, 1, 0), WEIGHTS(1, 1, 0), LEFT_OUT,
		 STATE(1, 1)),
	  .output = REAL(1, 1) },
	{ "M64 svdf_without_state", OPERATOR(SVDF), -EINVAL, "input 4",
	  FIELDS(TFLITE_FIELD_I32(0, 1)),
	  INPUTS(5, REAL(1, 1), WEIGHTS(1, 1, 0), WEIGHTS(1, 1, 0), LEFT_OUT,
		 LEFT_OUT),
	  .output = REAL(1, 1) },
	{ "M64 svdf_whose_state_is_no_variable", OPERATOR(SVDF), -EINVAL,
	  "variable", FIELDS(TFLITE_FIELD_I32(0, 1)),
	  INPUTS(5, REAL(1, 1), WEIGHTS(1, 1, 0), WEIGHTS(1, 1, 0), LEFT_OUT,
		 REAL(1, 1)),
	  .output = REAL(1, 1) },
	{ "M65 split_into_0", OPERATOR(SPLIT), -EINVAL, "count",
	  FIELDS(TFLITE_FIELD_I32(0, 0)), INPUTS(2, NUMBER(0), REAL(4)),
	  .output = REAL(2), .output_count = 2 },
	{ "M65 split_into_more_than_outputs", OPERATOR(SPLIT), -EINVAL,
	  "has 2 outputs", FIELDS(TFLITE_FIELD_I32(0, 4)),
	  INPUTS(2, NUMBER(0), REAL(4)), .output = REAL(2), .output_count = 2 },
	{ "M66 split_v_axis_is_the_rank", OPERATOR(SPLIT_V), -EINVAL, "axis 1",
	  FIELDS(TFLITE_FIELD_I32(0, 1)),
	  INPUTS(3, REAL(4), VECTOR(1, 4), NUMBER(1)), .output = REAL(4) },
	{ "M66 split_v_axis_is_int_min", OPERATOR(SPLIT_V), -EINVAL,
	  "axis -2147483648", FIELDS(TFLITE_FIELD_I32(0, 1)),
	  INPUTS(3, REAL(4), VECTOR(1, 4), NUMBER(INT32_MIN)),
	  .output = REAL(4) },
	{ "split_v_of_sizes_that_wrap", OPERATOR(SPLIT_V), -EINVAL, "part 0",
	  FIELDS(TFLITE_FIELD_I32(0, 2)),
	  INPUTS(3, REAL(4), VECTOR(2, INT32_MAX, INT32_MIN), NUMBER(0)),
	  .output = REAL(2), .output_count = 2 },
	{ "M67 gather_nd_of_nothing", OPERATOR(GATHER_ND), -EOPNOTSUPP, "empty",
	  INPUTS(2, REAL(0, 4), VECTOR(1, 0)), .output = REAL(4) },
	{ "M70 one_hot", OPERATOR(ONE_HOT), -EOPNOTSUPP, "",
	  INPUTS(4, VECTOR(1, 0), NUMBER(1), NUMBER(1), NUMBER(0)),
	  .output = REAL(0) },
	{ "M73 concatenation_axis_below", OPERATOR(CONCATENATION), -EINVAL,
	  "axis -3", FIELDS(TFLITE_FIELD_I32(0, -3)), INPUTS(1, REAL(1, 4)),
	  .output = REAL(1, 4) },
	{ "M73 gather_axis_below", OPERATOR(GATHER), -EINVAL, "axis -3",
	  FIELDS(TFLITE_FIELD_I32(0, -3)), INPUTS(2, REAL(2, 4), VECTOR(1, 0)),
	  .output = REAL(1, 4) },
	{ "M73 pack_axis_below", OPERATOR(PACK), -EINVAL, "axis -3",
	  FIELDS(TFLITE_FIELD_I32(0, 1), TFLITE_FIELD_I32(1, -3)),
	  INPUTS(1, REAL(4)), .output = REAL(1, 4) },
	{ "M73 reverse_axis_below", OPERATOR(REVERSE_V2), -EINVAL, "axis -3",
	  INPUTS(2, REAL(2, 4), VECTOR(1, -3)), .output = REAL(2, 4) },
	{ "M73 transpose_axis_below", OPERATOR(TRANSPOSE), -EINVAL, "axis -3",
	  INPUTS(2, REAL(2, 4), VECTOR(2, 0, -3)), .output = REAL(2, 4) },
	{ "M73 sum_axis_below", "SUM", TFLITE_SUM, TFLITE_REDUCER_OPTIONS,
	  -EINVAL, "axis -3", INPUTS(2, REAL(2, 4), VECTOR(1, -3)),
	  .output = REAL(2) },
	{ "M74 arg_max_axis_6_of_3", OPERATOR(ARG_MAX), -EINVAL, "axis 6",
	  FIELDS(TFLITE_FIELD_I8(0, TFLITE_INT32)),
	  INPUTS(2, REAL(1, 2, 3), NUMBER(6)),
	  .output = { TFLITE_INT32, LIST(1, 2) } },
	{ "M74 arg_min_axis_below", OPERATOR(ARG_MIN), -EINVAL, "axis -4",
	  FIELDS(TFLITE_FIELD_I8(0, TFLITE_INT32)),
	  INPUTS(2, REAL(1, 2, 3), NUMBER(-4)),
	  .output = { TFLITE_INT32, LIST(1, 2) } },
	{ "M75 expand_dims_far_below", OPERATOR(EXPAND_DIMS), -EINVAL,
	  "axis -100000", INPUTS(2, REAL(4), NUMBER(-100000)),
	  .output = REAL(1, 4) },
	{ "M79 strided_slice_of_short_begin", OPERATOR(STRIDED_SLICE), -EINVAL,
	  "input 2 has 2",
	  INPUTS(4, REAL(4, 4), VECTOR(1, 0), VECTOR(2, 4, 4), VECTOR(2, 1, 1)),
	  .output = REAL(4, 4) },
	{ "M79 strided_slice_by_0", OPERATOR(STRIDED_SLICE), -EINVAL,
	  "stride 1 is 0",
	  INPUTS(4, REAL(4, 4), VECTOR(2, 0, 0), VECTOR(2, 4, 4),
		 VECTOR(2, 1, 0)),
	  .output = REAL(4, 4) },
	{ "M79 slice_of_short_begin", OPERATOR(SLICE), -EINVAL, "input 1",
	  INPUTS(3, REAL(4, 4), VECTOR(1, 0), VECTOR(2, 4, 4)),
	  .output = REAL(4, 4) },
	{ "M80 strided_slice_of_two_ellipses", OPERATOR(STRIDED_SLICE), -EINVAL,
	  "2 ellipses", FIELDS(TFLITE_FIELD_I32(2, 3)),
	  INPUTS(4, REAL(4, 4), VECTOR(2, 0, 0), VECTOR(2, 4, 4),
		 VECTOR(2, 1, 1)),
	  .output = REAL(4, 4) },
	{ "M80 strided_slice_with_all_masks", OPERATOR(STRIDED_SLICE), -EINVAL,
	  "2 ellipses",
	  FIELDS(TFLITE_FIELD_I32(0, -1), TFLITE_FIELD_I32(1, -1),
		 TFLITE_FIELD_I32(2, -1), TFLITE_FIELD_I32(3, -1),
		 TFLITE_FIELD_I32(4, -1)),
	  INPUTS(4, REAL(4, 4), VECTOR(2, 0, 0), VECTOR(2, 4, 4),
		 VECTOR(2, 1, 1)),
	  .output = REAL(4, 4) },
	/* 4 GiB of places for 1 GiB of image. */
	{ "nearest_of_many_rows", OPERATOR(RESIZE_NEAREST_NEIGHBOR),
	  -EOPNOTSUPP, "1073741823 rows or columns",
	  INPUTS(2, BYTES(1, 1, 1, 1), VECTOR(2, 1073741823, 1)),
	  .output = BYTES(1, 1073741823, 1, 1) },
	/* Its image would be 2 GB of a file of 1 KB. */
	{ "svdf_of_a_state_of_2_GB", OPERATOR(SVDF), -E2BIG, "variables",
	  FIELDS(TFLITE_FIELD_I32(0, 1)),
	  INPUTS(5, REAL(500000000, 1), WEIGHTS(1, 1, 0), WEIGHTS(1, 1, 0),
		 LEFT_OUT, STATE(500000000, 1)),
	  .output = REAL(500000000, 1) },
};

static struct tflite_tensor
describe(const struct operand *operand)
{
	static const float scale = 0.5f;
	static const int64_t zero_point = 0;
	bool is_quantised = operand->type == TFLITE_INT8;

	return (struct tflite_tensor) {
		.name = "t",
		.type = operand->type,
		.dims = operand->dims,
		.rank = operand->rank,
		.scales = &scale,
		.zero_points = &zero_point,
		.quant_count = is_quantised ? 1 : 0,
		.data = operand->numbers,
		.size_bytes = operand->number_count * sizeof(int32_t),
		.is_variable = operand->is_variable,
	};
}

static struct tflite_file
write_row(const struct row *row)
{
	struct tflite_tensor tensors[2 * MAX_OPERANDS];
	int32_t inputs[MAX_OPERANDS], outputs[MAX_OPERANDS];
	int32_t model_inputs[MAX_OPERANDS];
	uint32_t count = 0, model_input_count = 0;
	uint32_t output_count = row->output_count > 0 ? row->output_count : 1;
	struct tflite_operator op = {
		.builtin_code = row->builtin,
		.version = 1,
		.options_type = row->options_type,
		.options = row->options,
		.option_count = row->option_count,
		.inputs = inputs,
		.input_count = row->input_count,
		.outputs = outputs,
		.output_count = output_count,
	};

	for (uint32_t i = 0; i < row->input_count; i++) {
		const struct operand *operand = &row->inputs[i];

		inputs[i] = operand->is_left_out ? -1 : (int32_t)count;
		if (operand->is_left_out)
			continue;
		if (operand->numbers == NULL && !operand->is_variable)
			model_inputs[model_input_count++] = (int32_t)count;
		tensors[count++] = describe(operand);
	}
	for (uint32_t i = 0; i < output_count; i++) {
		outputs[i] = (int32_t)count;
		tensors[count++] = describe(&row->output);
	}
	return tflite_write(&(struct tflite_model) {
		.tensors = tensors,
		.tensor_count = count,
		.operators = &op,
		.operator_count = 1,
		.inputs = model_inputs,
		.input_count = model_input_count,
		.outputs = outputs,
		.output_count = output_count,
	});
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct tflite_file file = write_row(row);
	const struct apu_error *error;
	struct apu_model *model = NULL;
	int ret = apu_model_load_memory(NULL, file.bytes, file.size_bytes, NULL,
					&model);

	if (ret == 0)
		apu_model_unref(model);
	tflite_file_free(&file);
	error = apu_error_last();
	if (ret != row->code ||
	    strstr(apu_error_cause(error), row->cause) == NULL)
		fail_msg("%d, not %d: %s", ret, row->code,
			 ret < 0 ? apu_error_cause(error) : "");
	assert_null(model);
	/* The variables are the model's, not one operator's. */
	if (row->code == -E2BIG)
		return;
	assert_int_equal(apu_error_operator_index(error), 0);
	if (strstr(apu_error_message(error), row->operator) == NULL)
		fail_msg("no %s in \"%s\"", row->operator,
			 apu_error_message(error));
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
