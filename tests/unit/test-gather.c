/* SPDX-License-Identifier: MIT */
/* GATHER: slices that are chosen when the program runs. */
#include "support/kernel.h"
#include "test.h"
#include <string.h>

#define EINVAL_       APUI_RESULT_EINVAL
#define ERANGE_       APUI_RESULT_ERANGE
#define PARAMS(field) KERNEL_FIELD(params.gather.field)

static const int16_t x[] = { 0, 1, 10, 11, 20, 21, 30, 31, 40, 41, 50, 51 };

/* x [2, 3, 2] by two numbers each: as GATHER_ND. */
static void
init_good(struct kernel_case *kernel)
{
	static const int32_t indices[] = { 1, 2, 0, 1, 0, 0, 1, 0 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 3, DIMS(2, 3, 2), x);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(4, 2), indices);
	kernel_output(kernel, APUI_TYPE_INT16, 0, 2, DIMS(4, 2));
	kernel->params.gather = (struct apui_gather_params) {
		.batches = 1,
		.blocks = 1,
		.depth = 2,
		.lengths = { 2, 3 },
	};
}

static void
gather_by_two_numbers(void **state)
{
	static const int16_t expected[] = { 50, 51, 10, 11, 0, 1, 30, 31 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_gather),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* Along the last dimension of [2 batches, 3 blocks, 2]. */
static void
gather_in_batches_and_blocks(void **state)
{
	static const int64_t indices[] = { 1, 0 };
	static const int16_t expected[] = { 1, 11, 21, 30, 40, 50 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT16, 0, 3, DIMS(2, 3, 2), x);
	kernel_input(&kernel, APUI_TYPE_INT64, 0, 2, DIMS(2, 1), indices);
	kernel_output(&kernel, APUI_TYPE_INT16, 0, 3, DIMS(2, 3, 1));
	kernel.params.gather = (struct apui_gather_params) {
		.batches = 2,
		.blocks = 3,
		.depth = 1,
		.lengths = { 2 },
	};
	assert_int_equal(kernel_run(&kernel, apui_kernel_gather),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal refusals[] = {
	{ "gather_of_no_batch_is_refused", PARAMS(batches), 0, EINVAL_ },
	{ "gather_of_two_batches_of_one_is_refused", PARAMS(batches), 2,
	  EINVAL_ },
	{ "gather_of_no_block_is_refused", PARAMS(blocks), 0, EINVAL_ },
	{ "gather_of_too_many_blocks_is_refused", PARAMS(blocks), UINT32_MAX,
	  EINVAL_ },
	{ "gather_by_no_number_is_refused", PARAMS(depth), 0, EINVAL_ },
	{ "gather_by_nine_numbers_is_refused", PARAMS(depth), 9, EINVAL_ },
	{ "gather_by_other_numbers_is_refused", PARAMS(depth), 3, EINVAL_ },
	{ "gather_along_nothing_is_refused", PARAMS(lengths[0]), 0, EINVAL_ },
	{ "gather_along_a_negative_length_is_refused", PARAMS(lengths[0]),
	  UINT32_MAX, EINVAL_ },
	{ "gather_along_too_long_a_dimension_is_refused", PARAMS(lengths[1]), 5,
	  EINVAL_ },
	{ "gather_along_the_longest_dimension_is_refused", PARAMS(lengths[1]),
	  INT32_MAX, EINVAL_ },
	{ "gather_to_another_size_is_refused", KERNEL_FIELD(output.size_bytes),
	  12, EINVAL_ },
	{ "gather_to_another_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_INT8, EINVAL_ },
	{ "gather_by_floats_is_refused", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_gather, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
index_outside_is_a_range_error(void **state)
{
	static const int32_t bad[][2] = {
		{ 2, 0 },  { -1, 0 },        { 0, 3 },
		{ 0, -1 }, { INT32_MIN, 0 }, { 0, INT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct kernel_case kernel;

		init_good(&kernel);
		memcpy((uint8_t *)kernel.inputs[1].data + 24, bad[i], 8);
		assert_int_equal(kernel_run(&kernel, apui_kernel_gather),
				 ERANGE_);
		kernel_finish(&kernel);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(gather_by_two_numbers),
	cmocka_unit_test(gather_in_batches_and_blocks),
	cmocka_unit_test(index_outside_is_a_range_error),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("gather", all, NULL, NULL);
}
