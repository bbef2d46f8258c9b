/* SPDX-License-Identifier: MIT */

/*
 * Models that load, and inputs whose values lead outside: the job fails with
 * -ERANGE, and the next one with good values succeeds. The numbers are those of
 * the list of malicious models.
 */

#include "hostile.h"
#include <apu/device.h>
#include <apu/error.h>
#include <apu/model.h>
#include <apu/tensor.h>
#include <errno.h>
#include <string.h>

#define MAX_ELEMENTS 16
#define TIMEOUT_NS   INT64_C(60000000000)

struct value_row {
	struct hostile_row model;
	/* What the inputs of the model hold, int32 each, bad and good. */
	int32_t bad[2][MAX_ELEMENTS];
	int32_t good[2][MAX_ELEMENTS];
};

#define INTEGERS(...)                                                          \
	{                                                                      \
		TFLITE_INT32, LIST(__VA_ARGS__), .number_count = 0             \
	}
#define BAD(...)  .bad = { __VA_ARGS__ }
#define GOOD(...) .good = { __VA_ARGS__ }

static const struct value_row rows[] = {
	{ { "row_64 M72 division_by_0", OPERATOR(DIV), 0, "",
	    INPUTS(2, INTEGERS(2), INTEGERS(2)), .output = INTEGERS(2) },
	  BAD({ 1, 2 }, { 1, 0 }),
	  GOOD({ 1, 2 }, { 1, 1 }) },
	{ { "row_64 M72 division_of_int_min_by_minus_1", OPERATOR(DIV), 0, "",
	    INPUTS(2, INTEGERS(2), INTEGERS(2)), .output = INTEGERS(2) },
	  BAD({ INT32_MIN, 2 }, { -1, 1 }),
	  GOOD({ INT32_MIN, 2 }, { 1, 1 }) },
	{ { "row_64 M72 floor_division_by_0", OPERATOR(FLOOR_DIV), 0, "",
	    INPUTS(2, INTEGERS(2), INTEGERS(2)), .output = INTEGERS(2) },
	  BAD({ 1, 2 }, { 1, 0 }),
	  GOOD({ 1, 2 }, { 1, 1 }) },
	{ { "row_64 M72 remainder_of_division_by_0", OPERATOR(FLOOR_MOD), 0, "",
	    INPUTS(2, INTEGERS(2), INTEGERS(2)), .output = INTEGERS(2) },
	  BAD({ 1, 2 }, { 1, 0 }),
	  GOOD({ 1, 2 }, { 1, 1 }) },
	{ { "row_64 M76 gather_of_minus_1", OPERATOR(GATHER), 0, "",
	    INPUTS(2, INTEGERS(4), INTEGERS(2)), .output = INTEGERS(2) },
	  BAD({ 1, 2, 3, 4 }, { 0, -1 }),
	  GOOD({ 1, 2, 3, 4 }, { 0, 3 }) },
	{ { "row_64 M76 gather_of_one_too_far", OPERATOR(GATHER), 0, "",
	    INPUTS(2, INTEGERS(4), INTEGERS(2)), .output = INTEGERS(2) },
	  BAD({ 1, 2, 3, 4 }, { 0, 4 }),
	  GOOD({ 1, 2, 3, 4 }, { 0, 3 }) },
	{ { "row_64 M76 gather_nd_of_int_min", OPERATOR(GATHER_ND), 0, "",
	    INPUTS(2, INTEGERS(2, 2), INTEGERS(1, 2)), .output = INTEGERS(1) },
	  BAD({ 1, 2, 3, 4 }, { 0, INT32_MIN }),
	  GOOD({ 1, 2, 3, 4 }, { 1, 1 }) },
	{ { "row_64 M76 gather_nd_of_one_too_far", OPERATOR(GATHER_ND), 0, "",
	    INPUTS(2, INTEGERS(2, 2), INTEGERS(1, 2)), .output = INTEGERS(1) },
	  BAD({ 1, 2, 3, 4 }, { 2, 0 }),
	  GOOD({ 1, 2, 3, 4 }, { 1, 1 }) },
	{ { "row_64 M77 scatter_nd_to_one_too_far", OPERATOR(SCATTER_ND), 0, "",
	    INPUTS(3, INTEGERS(2, 1), INTEGERS(2), VECTOR(1, 4)),
	    .output = INTEGERS(4) },
	  BAD({ 0, 4 }, { 1, 2 }),
	  GOOD({ 0, 3 }, { 1, 2 }) },
	{ { "row_64 M77 scatter_nd_to_int_min", OPERATOR(SCATTER_ND), 0, "",
	    INPUTS(3, INTEGERS(2, 1), INTEGERS(2), VECTOR(1, 4)),
	    .output = INTEGERS(4) },
	  BAD({ 0, INT32_MIN }, { 1, 2 }),
	  GOOD({ 0, 3 }, { 1, 2 }) },
	{ { "row_64 M68 embedding_lookup_of_one_too_far", "EMBEDDING_LOOKUP",
	    TFLITE_EMBEDDING_LOOKUP, 0, 0, "",
	    INPUTS(2, INTEGERS(2), INTEGERS(2, 2)), .output = INTEGERS(2, 2) },
	  BAD({ 0, 2 }, { 1, 2, 3, 4 }),
	  GOOD({ 0, 1 }, { 1, 2, 3, 4 }) },
	{ { "row_64 M81 reverse_sequence_of_one_too_many",
	    OPERATOR(REVERSE_SEQUENCE), 0, "",
	    FIELDS(TFLITE_FIELD_I32(0, 1), TFLITE_FIELD_I32(1, 0)),
	    INPUTS(2, INTEGERS(2, 3), INTEGERS(2)), .output = INTEGERS(2, 3) },
	  BAD({ 1, 2, 3, 4, 5, 6 }, { 3, 4 }),
	  GOOD({ 1, 2, 3, 4, 5, 6 }, { 3, 0 }) },
	{ { "row_64 M81 reverse_sequence_of_minus_1",
	    OPERATOR(REVERSE_SEQUENCE), 0, "",
	    FIELDS(TFLITE_FIELD_I32(0, 1), TFLITE_FIELD_I32(1, 0)),
	    INPUTS(2, INTEGERS(2, 3), INTEGERS(2)), .output = INTEGERS(2, 3) },
	  BAD({ 1, 2, 3, 4, 5, 6 }, { -1, 1 }),
	  GOOD({ 1, 2, 3, 4, 5, 6 }, { 1, 2 }) },
};

static int
run(struct apu_model *model, const int32_t values[2][MAX_ELEMENTS])
{
	int32_t copies[2][MAX_ELEMENTS], result[MAX_ELEMENTS];
	struct apu_array inputs[2];
	struct apu_array output = {
		.data = result,
		.size_bytes = apu_tensor_size_bytes(apu_model_output(model, 0)),
	};
	unsigned int count = apu_model_input_count(model);

	memcpy(copies, values, sizeof(copies));
	for (unsigned int i = 0; i < count; i++)
		inputs[i] = (struct apu_array) {
			.data = copies[i],
			.size_bytes = apu_tensor_size_bytes(
				apu_model_input(model, i)),
		};
	assert_true(output.size_bytes <= sizeof(result));
	return apu_model_run(model, inputs, count, &output, 1, TIMEOUT_NS);
}

static void
check_row(void **state)
{
	const struct value_row *row = *state;
	struct tflite_file file = hostile_write(&row->model);
	struct apu_device *dev = NULL;
	struct apu_model *model = NULL;

	assert_int_equal(apu_device_open("sim:timeout_ms=60000", &dev), 0);
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(run(model, row->bad), -ERANGE);
	assert_int_equal(run(model, row->good), 0);
	apu_model_unref(model);
	apu_device_unref(dev);
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].model.name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
