/* SPDX-License-Identifier: MIT */
/* SCATTER, CUMSUM, UPDATE_SLICE and REVERSE_SEQUENCE: values and refusals. */
#include "support/kernel.h"
#include "test.h"
#include <string.h>

#define EINVAL_       APUI_RESULT_EINVAL
#define ERANGE_       APUI_RESULT_ERANGE
#define PARAMS(field) KERNEL_FIELD(params.field)

static const int32_t numbers[] = { 1, 2, 3, 4, 5, 6 };

/* Rows 2, 0 and 2 of y [3, 2]. */
static void
init_scatter(struct kernel_case *kernel)
{
	static const int32_t indices[] = { 2, 0, 2 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(3, 1), indices);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(3, 2), numbers);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 2, DIMS(3, 2));
	memset(kernel->output.data, 0, kernel->output.size_bytes);
	kernel->params.scatter = (struct apui_scatter_params) {
		.function = APUI_SCATTER_ADD,
		.depth = 1,
		.lengths = { 3 },
	};
}

static void
scatter_adds_up_what_has_one_index(void **state)
{
	static const int32_t expected[] = { 3, 4, 0, 0, 6, 8 };
	struct kernel_case kernel;

	(void)state;
	init_scatter(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_scatter),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static void
scatter_outside_is_skipped_or_refused(void **state)
{
	static const int32_t outside[] = { -1, 3, 1 };
	static const int32_t expected[] = { 0, 0, 5, 6, 0, 0 };
	struct kernel_case kernel;

	(void)state;
	init_scatter(&kernel);
	memcpy(kernel.inputs[0].data, outside, sizeof(outside));
	assert_int_equal(kernel_run(&kernel, apui_kernel_scatter), ERANGE_);
	kernel.params.scatter.skips_outside = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_scatter),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal scatter_refusals[] = {
	{ "scatter_of_no_function_is_refused", PARAMS(scatter.function), 0,
	  EINVAL_ },
	{ "scatter_of_an_unknown_function_is_refused", PARAMS(scatter.function),
	  6, EINVAL_ },
	{ "scatter_by_no_number_is_refused", PARAMS(scatter.depth), 0,
	  EINVAL_ },
	{ "scatter_by_nine_numbers_is_refused", PARAMS(scatter.depth), 9,
	  EINVAL_ },
	{ "scatter_into_nothing_is_refused", PARAMS(scatter.lengths[0]), 0,
	  EINVAL_ },
	{ "scatter_into_too_much_is_refused", PARAMS(scatter.lengths[0]),
	  INT32_MAX, EINVAL_ },
	{ "scatter_of_other_updates_is_refused", PARAMS(scatter.is_stretched),
	  1, EINVAL_ },
	{ "scatter_by_floats_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "scatter_of_another_type_is_refused", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
scatter_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_scatter(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_scatter, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
init_cumsum(struct kernel_case *kernel)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(2, 3), numbers);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 2, DIMS(2, 3));
	kernel->params.cumsum = (struct apui_cumsum_params) {
		.axis = 1,
		.is_reverse = 1,
	};
}

static void
cumsum_from_the_end(void **state)
{
	static const int32_t expected[] = { 6, 5, 3, 15, 11, 6 };
	struct kernel_case kernel;

	(void)state;
	init_cumsum(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_cumsum),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal cumsum_refusals[] = {
	{ "cumsum_along_no_dimension_is_refused", PARAMS(cumsum.axis), 2,
	  EINVAL_ },
	{ "cumsum_to_another_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "cumsum_to_another_shape_is_refused", KERNEL_FIELD(output.dims[1]), 2,
	  EINVAL_ },
};

static void
cumsum_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_cumsum(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_cumsum, row),
			 row->result);
	kernel_finish(&kernel);
}

/* A block of [1, 2] into y [3, 2], from far below on. */
static void
init_update(struct kernel_case *kernel)
{
	static const int32_t starts[] = { 1000, -7 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(1, 2), numbers);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), starts);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 2, DIMS(3, 2));
	memset(kernel->output.data, 0, kernel->output.size_bytes);
}

static void
update_is_moved_inside(void **state)
{
	static const int32_t expected[] = { 0, 0, 0, 0, 1, 2 };
	struct kernel_case kernel;

	(void)state;
	init_update(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_update_slice),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal update_refusals[] = {
	{ "update_larger_than_the_whole_is_refused",
	  KERNEL_FIELD(inputs[0].dims[0]), 4, EINVAL_ },
	{ "update_of_another_rank_is_refused", KERNEL_FIELD(output.rank), 1,
	  EINVAL_ },
	{ "update_of_another_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "update_from_floats_on_is_refused", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
update_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_update(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_update_slice, row),
		row->result);
	kernel_finish(&kernel);
}

static void
init_reverse(struct kernel_case *kernel)
{
	static const int32_t lengths[] = { 2, 3 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(2, 3), numbers);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(2), lengths);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 2, DIMS(2, 3));
	kernel->params.reverse_sequence =
		(struct apui_reverse_sequence_params) { .axis = 1 };
}

static void
reverse_as_far_as_the_lengths(void **state)
{
	static const int32_t expected[] = { 2, 1, 3, 6, 5, 4 };
	static const int32_t beyond[] = { 2, 4 };
	struct kernel_case kernel;

	(void)state;
	init_reverse(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_reverse_sequence),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	memcpy(kernel.inputs[1].data, beyond, sizeof(beyond));
	assert_int_equal(kernel_run(&kernel, apui_kernel_reverse_sequence),
			 ERANGE_);
	kernel_finish(&kernel);
}

static const struct kernel_refusal reverse_refusals[] = {
	{ "reverse_along_the_batch_is_refused",
	  PARAMS(reverse_sequence.batch_axis), 1, EINVAL_ },
	{ "reverse_along_no_dimension_is_refused",
	  PARAMS(reverse_sequence.axis), 2, EINVAL_ },
	{ "reverse_in_no_dimension_is_refused",
	  PARAMS(reverse_sequence.batch_axis), 9, EINVAL_ },
	{ "reverse_by_floats_is_refused", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "reverse_by_too_few_lengths_is_refused",
	  KERNEL_FIELD(inputs[1].size_bytes), 4, EINVAL_ },
};

static void
reverse_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_reverse(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_reverse_sequence, row),
		row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(scatter_adds_up_what_has_one_index),
	cmocka_unit_test(scatter_outside_is_skipped_or_refused),
	cmocka_unit_test(cumsum_from_the_end),
	cmocka_unit_test(update_is_moved_inside),
	cmocka_unit_test(reverse_as_far_as_the_lengths),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(scatter_refusals) +
			      COUNT(cumsum_refusals) + COUNT(update_refusals) +
			      COUNT(reverse_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(scatter_refusals, scatter_refuses);
	ADD_ROWS(cumsum_refusals, cumsum_refuses);
	ADD_ROWS(update_refusals, update_refuses);
	ADD_ROWS(reverse_refusals, reverse_refuses);
	return cmocka_run_group_tests(all, NULL, NULL);
}
