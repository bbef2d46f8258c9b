/* SPDX-License-Identifier: MIT */

/* The operator table is data: what all of its rows must have in common. */

#include "model/operators.h"
#include "model/refused.h"
#include "test.h"
#include <stdio.h>
#include <string.h>

/* Beyond the last code of the schema that the names are from. */
#define CODES 256

static const struct {
	int32_t code;
	const char *name;
} supported[] = {
	{ 0, "ADD" },
	{ 1, "AVERAGE_POOL_2D" },
	{ 2, "CONCATENATION" },
	{ 3, "CONV_2D" },
	{ 4, "DEPTHWISE_CONV_2D" },
	{ 5, "DEPTH_TO_SPACE" },
	{ 6, "DEQUANTIZE" },
	{ 7, "EMBEDDING_LOOKUP" },
	{ 8, "FLOOR" },
	{ 9, "FULLY_CONNECTED" },
	{ 11, "L2_NORMALIZATION" },
	{ 12, "L2_POOL_2D" },
	{ 13, "LOCAL_RESPONSE_NORMALIZATION" },
	{ 14, "LOGISTIC" },
	{ 16, "LSTM" },
	{ 17, "MAX_POOL_2D" },
	{ 18, "MUL" },
	{ 19, "RELU" },
	{ 20, "RELU_N1_TO_1" },
	{ 21, "RELU6" },
	{ 22, "RESHAPE" },
	{ 23, "RESIZE_BILINEAR" },
	{ 24, "RNN" },
	{ 25, "SOFTMAX" },
	{ 26, "SPACE_TO_DEPTH" },
	{ 27, "SVDF" },
	{ 28, "TANH" },
	{ 34, "PAD" },
	{ 35, "UNIDIRECTIONAL_SEQUENCE_RNN" },
	{ 36, "GATHER" },
	{ 37, "BATCH_TO_SPACE_ND" },
	{ 38, "SPACE_TO_BATCH_ND" },
	{ 39, "TRANSPOSE" },
	{ 40, "MEAN" },
	{ 41, "SUB" },
	{ 42, "DIV" },
	{ 43, "SQUEEZE" },
	{ 44, "UNIDIRECTIONAL_SEQUENCE_LSTM" },
	{ 45, "STRIDED_SLICE" },
	{ 46, "BIDIRECTIONAL_SEQUENCE_RNN" },
	{ 47, "EXP" },
	{ 48, "TOPK_V2" },
	{ 49, "SPLIT" },
	{ 50, "LOG_SOFTMAX" },
	{ 52, "BIDIRECTIONAL_SEQUENCE_LSTM" },
	{ 53, "CAST" },
	{ 54, "PRELU" },
	{ 55, "MAXIMUM" },
	{ 56, "ARG_MAX" },
	{ 57, "MINIMUM" },
	{ 58, "LESS" },
	{ 59, "NEG" },
	{ 60, "PADV2" },
	{ 61, "GREATER" },
	{ 62, "GREATER_EQUAL" },
	{ 63, "LESS_EQUAL" },
	{ 64, "SELECT" },
	{ 65, "SLICE" },
	{ 66, "SIN" },
	{ 67, "TRANSPOSE_CONV" },
	{ 68, "SPARSE_TO_DENSE" },
	{ 69, "TILE" },
	{ 70, "EXPAND_DIMS" },
	{ 71, "EQUAL" },
	{ 72, "NOT_EQUAL" },
	{ 73, "LOG" },
	{ 74, "SUM" },
	{ 75, "SQRT" },
	{ 76, "RSQRT" },
	{ 77, "SHAPE" },
	{ 78, "POW" },
	{ 79, "ARG_MIN" },
	{ 81, "REDUCE_PROD" },
	{ 82, "REDUCE_MAX" },
	{ 83, "PACK" },
	{ 84, "LOGICAL_OR" },
	{ 85, "ONE_HOT" },
	{ 86, "LOGICAL_AND" },
	{ 87, "LOGICAL_NOT" },
	{ 88, "UNPACK" },
	{ 89, "REDUCE_MIN" },
	{ 90, "FLOOR_DIV" },
	{ 91, "REDUCE_ANY" },
	{ 92, "SQUARE" },
	{ 93, "ZEROS_LIKE" },
	{ 94, "FILL" },
	{ 95, "FLOOR_MOD" },
	{ 96, "RANGE" },
	{ 97, "RESIZE_NEAREST_NEIGHBOR" },
	{ 98, "LEAKY_RELU" },
	{ 99, "SQUARED_DIFFERENCE" },
	{ 100, "MIRROR_PAD" },
	{ 101, "ABS" },
	{ 102, "SPLIT_V" },
	{ 104, "CEIL" },
	{ 105, "REVERSE_V2" },
	{ 106, "ADD_N" },
	{ 107, "GATHER_ND" },
	{ 108, "COS" },
	{ 109, "WHERE" },
	{ 110, "RANK" },
	{ 111, "ELU" },
	{ 112, "REVERSE_SEQUENCE" },
	{ 113, "MATRIX_DIAG" },
	{ 114, "QUANTIZE" },
	{ 115, "MATRIX_SET_DIAG" },
	{ 116, "ROUND" },
	{ 117, "HARD_SWISH" },
	{ 118, "IF" },
	{ 119, "WHILE" },
	{ 122, "SCATTER_ND" },
	{ 123, "SELECT_V2" },
	{ 124, "DENSIFY" },
	{ 125, "SEGMENT_SUM" },
	{ 126, "BATCH_MATMUL" },
	{ 128, "CUMSUM" },
	{ 129, "CALL_ONCE" },
	{ 130, "BROADCAST_TO" },
	{ 132, "CONV_3D" },
	{ 140, "REDUCE_ALL" },
	{ 141, "CONV_3D_TRANSPOSE" },
	{ 142, "VAR_HANDLE" },
	{ 143, "READ_VARIABLE" },
	{ 144, "ASSIGN_VARIABLE" },
	{ 145, "BROADCAST_ARGS" },
	{ 150, "GELU" },
	{ 151, "DYNAMIC_UPDATE_SLICE" },
	{ 152, "RELU_0_TO_1" },
	{ 153, "UNSORTED_SEGMENT_PROD" },
	{ 154, "UNSORTED_SEGMENT_MAX" },
	{ 155, "UNSORTED_SEGMENT_SUM" },
	{ 156, "ATAN2" },
	{ 157, "UNSORTED_SEGMENT_MIN" },
	{ 158, "SIGN" },
	{ 159, "BITCAST" },
	{ 160, "BITWISE_XOR" },
	{ 161, "RIGHT_SHIFT" },
	{ 33, "EMBEDDING_LOOKUP_SPARSE" },
	{ 80, "FAKE_QUANT" },
	{ 120, "NON_MAX_SUPPRESSION_V4" },
	{ 121, "NON_MAX_SUPPRESSION_V5" },
	{ 147, "BUCKETIZE" },
	{ 163, "STABLEHLO_ADD" },
	{ 165, "STABLEHLO_MULTIPLY" },
	{ 166, "STABLEHLO_MAXIMUM" },
	{ 181, "STABLEHLO_MINIMUM" },
	{ 195, "STABLEHLO_PAD" },
	{ 203, "DILATE" },
	{ 205, "REDUCE_WINDOW" },
};

static void
exactly_these_operators_have_rows(void **state)
{
	size_t found = 0;

	(void)state;
	for (int32_t code = -2; code < CODES; code++)
		found += apui_operator_row_find(code) != NULL;
	assert_int_equal(found, COUNT(supported));

	for (size_t i = 0; i < COUNT(supported); i++) {
		const struct apui_operator_row *row =
			apui_operator_row_find(supported[i].code);

		assert_non_null(row);
		assert_int_equal(row->builtin_code, supported[i].code);
		assert_string_equal(row->name, supported[i].name);
	}
}

static void
custom_operators_are_found_by_their_whole_code(void **state)
{
	static const char code[] = "TFLite_Detection_PostProcess";
	const struct apui_operator_row *row =
		apui_operator_row_find_custom(code, strlen(code));

	(void)state;
	assert_non_null(row);
	assert_string_equal(row->name, code);
	assert_non_null(row->read_custom);
	assert_null(apui_operator_row_find_custom(code, strlen(code) - 1));
	assert_null(apui_operator_row_find_custom(code, sizeof(code)));
	assert_null(apui_operator_row_find_custom("", 0));
}

static void
every_code_of_the_schema_has_a_name(void **state)
{
	(void)state;
	for (int32_t code = 0; code < 210; code++) {
		assert_non_null(apui_builtin_name(code));
		assert_string_not_equal(apui_builtin_name(code), "unknown");
	}
	assert_string_equal(apui_builtin_name(39), "TRANSPOSE");
	assert_string_equal(apui_builtin_name(142), "VAR_HANDLE");
	assert_string_equal(apui_builtin_name(-1), "unknown");
	assert_string_equal(apui_builtin_name(210), "unknown");
	assert_string_equal(apui_builtin_name(INT32_MAX), "unknown");
}

static void
every_other_code_has_a_reason(void **state)
{
	(void)state;
	for (int32_t code = 0; code < 210; code++) {
		const struct apui_refusal *refusal =
			apui_operator_refusal(code);

		if (apui_operator_row_find(code) != NULL ||
		    strcmp(apui_builtin_name(code), "CUSTOM") == 0) {
			assert_null(refusal);
			continue;
		}
		if (refusal == NULL)
			print_error("%s has neither a row nor a reason\n",
				    apui_builtin_name(code));
		assert_non_null(refusal);
		assert_true(strlen(refusal->reason) > 20);
		assert_true(strlen(refusal->remedy) > 20);
	}
	assert_null(apui_operator_refusal(-1));
	assert_null(apui_operator_refusal(210));
}

static void
check_operand(const struct apui_operand *operand)
{
	assert_int_not_equal(operand->types, 0);
	assert_in_range(operand->max_rank, operand->min_rank,
			APU_TENSOR_MAX_RANK);
}

static void
row_is_whole(void **state)
{
	const struct apui_operator_row *row = *state;

	assert_string_equal(row->name, apui_builtin_name(row->builtin_code));
	assert_in_range(row->max_version, 1, 100);
	assert_non_null(row->infer);
	assert_non_null(row->lower);
	assert_in_range(row->max_inputs, 0,
			row->inputs_are_alike ? APUI_ROW_MAX_INPUTS
					      : APUI_ROW_MAX_OPERANDS);
	assert_in_range(row->min_inputs, 0, row->max_inputs);
	assert_in_range(row->max_outputs, row->min_outputs,
			APUI_ROW_MAX_OUTPUTS);

	if (row->max_outputs > 0)
		check_operand(&row->output);
	for (unsigned int i = 0; i < row->max_inputs; i++) {
		const struct apui_operand *operand =
			apui_operator_operand(row, i);

		check_operand(operand);
		/* What may be missing from the list may be -1 as well. */
		if (!row->inputs_are_alike && i >= row->min_inputs)
			assert_true(operand->optional);
	}
}

static bool
is_divisor(const char *name)
{
	return strncmp(name, "stride", 6) == 0 ||
	       strncmp(name, "dilation", 8) == 0 ||
	       strncmp(name, "filter", 6) == 0;
}

static void
fields_are_in_range(void **state)
{
	const struct apui_operator_row *row = *state;
	const struct apui_option_field *field;

	for (field = row->fields; field->type != APUI_FIELD_END; field++) {
		assert_non_null(field->name);
		assert_in_range(field->offset, 0,
				sizeof(union apui_operator_options) - 4);
		assert_int_equal(field->offset % 4, 0);
		assert_true(field->min <= field->max_supported);
		assert_true(field->max_supported <= field->max);
		if (strcmp(field->name, "depth_multiplier") == 0)
			assert_int_equal(field->min, 1); /* M55 */
		if (!is_divisor(field->name))
			continue;
		assert_int_equal(field->min, 1);
		assert_int_equal(field->max_supported, 32767);
	}
}

static void
activations_stop_at_relu6(void **state)
{
	const struct apui_operator_row *row = *state;
	const struct apui_option_field *field;

	for (field = row->fields; field->type != APUI_FIELD_END; field++) {
		if (strcmp(field->name, "activation") != 0)
			continue;
		/* They have TANH, as a function of their own. */
		if (strstr(row->name, "LSTM") != NULL ||
		    strstr(row->name, "RNN") != NULL)
			continue;
		assert_int_equal(field->min, APUI_ACTIVATION_NONE);
		assert_int_equal(field->max, APUI_ACTIVATION_SIGN_BIT);
		assert_in_range(field->max_supported, APUI_ACTIVATION_NONE,
				APUI_ACTIVATION_RELU6);
	}
}

static const struct {
	const char *name;
	CMUnitTestFunction run;
} row_checks[] = {
	{ "row_is_whole", row_is_whole },
	{ "fields_are_in_range", fields_are_in_range },
	{ "activations_stop_at_relu6", activations_stop_at_relu6 },
};

int
main(void)
{
	static char names[COUNT(supported) * COUNT(row_checks)][64];
	struct CMUnitTest tests[4 + COUNT(names)] = {
		cmocka_unit_test(exactly_these_operators_have_rows),
		cmocka_unit_test(every_code_of_the_schema_has_a_name),
		cmocka_unit_test(every_other_code_has_a_reason),
		cmocka_unit_test(
			custom_operators_are_found_by_their_whole_code),
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		size_t row = i / COUNT(row_checks);
		size_t check = i % COUNT(row_checks);

		snprintf(names[i], sizeof(names[i]), "%s %s",
			 row_checks[check].name, supported[row].name);
		tests[4 + i] = (struct CMUnitTest) {
			.name = names[i],
			.test_func = row_checks[check].run,
			.initial_state = (void *)apui_operator_row_find(
				supported[row].code),
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
