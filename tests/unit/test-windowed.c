/* SPDX-License-Identifier: MIT */
/* EMBEDDING_SPARSE, NON_MAX_SUPPRESSION, BUCKETIZE and REDUCE_WINDOW: values
 * and refusals. */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <string.h>

#define EINVAL_          APUI_RESULT_EINVAL
#define ERANGE_          APUI_RESULT_ERANGE
#define PARAMS(field)    KERNEL_FIELD(params.field)
#define INPUT(n, field)  KERNEL_FIELD(inputs[n].field)
#define OUTPUT(n, field) KERNEL_FIELD(outputs[n].field)

/* Rows 1 and 2 of x into slice 1 of y, row 0 into slice 2. */
static void
init_embedding(struct kernel_case *kernel)
{
	static const int32_t rows[] = { 1, 2, 0 };
	static const int32_t indices[] = { 1, 0, 1, 1, 2, 0 };
	static const float weights[] = { 1, 3, 2 };
	static const float x[] = { 1, 2, 3, 4, 5, 6 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 1, DIMS(3), rows);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(3, 2), indices);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(3), weights);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(3, 2), x);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(4, 2));
	kernel->params.embedding_sparse =
		(struct apui_embedding_sparse_params) {
			.combiner = APUI_COMBINE_MEAN,
			.depth = 1,
			.lengths = { 4 },
		};
}

static void
embeddings_are_averaged_by_their_weights(void **state)
{
	static const float expected[] = { 0, 0, 4.5f, 5.5f, 1, 2, 0, 0 };
	struct kernel_case kernel;

	(void)state;
	init_embedding(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_embedding_sparse),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* A row of x and an index that are outside: each on its own. */
static void
embeddings_from_outside_are_refused(void **state)
{
	static const struct {
		unsigned int input, at;
		int32_t value;
	} spoilt[] = { { 0, 1, 3 }, { 0, 2, -1 }, { 1, 2, 4 }, { 1, 4, -1 } };

	(void)state;
	for (size_t i = 0; i < COUNT(spoilt); i++) {
		struct kernel_case kernel;

		init_embedding(&kernel);
		((int32_t *)kernel.inputs[spoilt[i].input].data)[spoilt[i].at] =
			spoilt[i].value;
		assert_int_equal(
			kernel_run(&kernel, apui_kernel_embedding_sparse),
			ERANGE_);
		kernel_finish(&kernel);
	}
}

static const struct kernel_refusal embedding_refusals[] = {
	{ "embeddings_combined_in_no_way", PARAMS(embedding_sparse.combiner), 3,
	  EINVAL_ },
	{ "embeddings_of_other_indices", PARAMS(embedding_sparse.depth), 0,
	  EINVAL_ },
	{ "embeddings_of_eight_lengths", PARAMS(embedding_sparse.depth), 8,
	  EINVAL_ },
	{ "embeddings_into_nothing", PARAMS(embedding_sparse.lengths[0]), 0,
	  EINVAL_ },
	{ "embeddings_into_another_shape", PARAMS(embedding_sparse.lengths[0]),
	  5, EINVAL_ },
	{ "embeddings_of_no_rows", INPUT(3, dims[0]), 0, EINVAL_ },
	{ "embeddings_by_real_rows", INPUT(0, type), APUI_TYPE_FLOAT32,
	  EINVAL_ },
	{ "embeddings_by_real_indices", INPUT(1, type), APUI_TYPE_FLOAT32,
	  EINVAL_ },
	{ "embeddings_of_too_few_weights", INPUT(2, size_bytes), 8, EINVAL_ },
	{ "embeddings_of_integers", INPUT(3, type), APUI_TYPE_INT32, EINVAL_ },
	{ "embeddings_to_integers", KERNEL_FIELD(output.type), APUI_TYPE_INT32,
	  EINVAL_ },
};

static void
embedding_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_embedding(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_embedding_sparse, row),
		row->result);
	kernel_finish(&kernel);
}

/* Boxes 0 and 1 overlap, 2 stands alone, 3 is not good enough. */
static void
init_suppression(struct kernel_case *kernel)
{
	static const float boxes[] = { 0, 0, 4, 4, 0, 0, 4, 5,
				       9, 9, 7, 7, 0, 9, 1, 8 };
	static const float scores[] = { 0.5f, 0.75f, 0.25f, 0.125f };
	static const float overlap = 0.5f, least = 0.2f, sigma = 0;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 2, DIMS(4, 4), boxes);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(4), scores);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 0, NULL, &overlap);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 0, NULL, &least);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 0, NULL, &sigma);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 1, DIMS(3));
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(3));
	kernel_output(kernel, APUI_TYPE_INT32, 0, 0, NULL);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(4));
	kernel_output(kernel, APUI_TYPE_INT32, 0, 2, DIMS(4, 2));
}

static void
check_chosen(struct kernel_case *kernel, const int32_t *places,
	     const float *scores, int32_t count)
{
	assert_int_equal(kernel_run(kernel, apui_kernel_non_max_suppression),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel->outputs[0].data, places,
			    3 * sizeof(*places));
	for (int i = 0; i < 3; i++)
		assert_float_equal(((float *)kernel->outputs[1].data)[i],
				   scores[i], 1e-6);
	assert_int_equal(*(int32_t *)kernel->outputs[2].data, count);
	kernel_finish(kernel);
}

static void
the_worse_of_two_boxes_is_left_out(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_suppression(&kernel);
	check_chosen(&kernel, (const int32_t[]) { 1, 2, 0 },
		     (const float[]) { 0.75f, 0.25f, 0 }, 2);
}

/* They share 16 of 20: the score becomes a half of its exp(-0.32). */
static void
the_worse_of_two_boxes_loses_some_of_its_score(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_suppression(&kernel);
	*(float *)kernel.inputs[2].data = 1;
	*(float *)kernel.inputs[4].data = 1;
	check_chosen(&kernel, (const int32_t[]) { 1, 0, 2 },
		     (const float[]) { 0.75f, 0.5f * expf(-0.32f), 0.25f }, 3);
}

static void
scores_that_are_no_numbers_are_never_chosen(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_suppression(&kernel);
	((float *)kernel.inputs[1].data)[1] = NAN;
	check_chosen(&kernel, (const int32_t[]) { 0, 2, 0 },
		     (const float[]) { 0.5f, 0.25f, 0 }, 2);
}

static const struct kernel_refusal suppression_refusals[] = {
	{ "boxes_of_three_numbers", INPUT(0, dims[1]), 3, EINVAL_ },
	{ "boxes_of_integers", INPUT(0, type), APUI_TYPE_INT32, EINVAL_ },
	{ "boxes_without_scores", INPUT(1, dims[0]), 3, EINVAL_ },
	{ "a_vector_of_overlaps", INPUT(2, size_bytes), 8, EINVAL_ },
	{ "an_integer_as_least_score", INPUT(3, type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "an_integer_as_sigma", INPUT(4, type), APUI_TYPE_INT32, EINVAL_ },
	{ "places_in_float", OUTPUT(0, type), APUI_TYPE_FLOAT32, EINVAL_ },
	{ "more_places_than_scores", OUTPUT(1, dims[0]), 2, EINVAL_ },
	{ "a_count_of_eight_bytes", OUTPUT(2, size_bytes), 8, EINVAL_ },
	{ "too_small_a_heap_of_scores", OUTPUT(3, dims[0]), 3, EINVAL_ },
	{ "too_small_a_heap_of_places", OUTPUT(4, dims[0]), 3, EINVAL_ },
	{ "a_heap_of_three_columns", OUTPUT(4, dims[1]), 3, EINVAL_ },
};

static void
suppression_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_suppression(&kernel);
	assert_int_equal(kernel_run_spoilt(
				 &kernel, apui_kernel_non_max_suppression, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
init_bucketize(struct kernel_case *kernel)
{
	static const float x[] = { -1, 0, 0.5f, 2, 7, NAN };
	static const float boundaries[] = { 0, 2, 2 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(6), x);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(3), boundaries);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 1, DIMS(6));
}

static void
a_boundary_belongs_to_the_bucket_above(void **state)
{
	static const int32_t expected[] = { 0, 1, 1, 3, 3, 3 };
	struct kernel_case kernel;

	(void)state;
	init_bucketize(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_bucketize),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

/* No golden row has them: the reference's writer of tests has no such type. */
static void
doubles_fall_into_buckets(void **state)
{
	static const double x[] = { -1e300, 1.9999999999, 2 };
	static const int32_t expected[] = { 0, 1, 3 };
	static const float boundaries[] = { 0, 2, 2 };
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT64, 0, 1, DIMS(3), x);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(3), boundaries);
	kernel_output(&kernel, APUI_TYPE_INT32, 0, 1, DIMS(3));
	assert_int_equal(kernel_run(&kernel, apui_kernel_bucketize),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal bucketize_refusals[] = {
	{ "buckets_of_bytes", INPUT(0, type), APUI_TYPE_INT8, EINVAL_ },
	{ "buckets_between_integers", INPUT(1, type), APUI_TYPE_INT32,
	  EINVAL_ },
	{ "buckets_between_matrices", INPUT(1, rank), 2, EINVAL_ },
	{ "buckets_with_real_numbers", KERNEL_FIELD(output.type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "buckets_of_another_shape", KERNEL_FIELD(output.dims[0]), 5,
	  EINVAL_ },
};

static void
bucketize_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_bucketize(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_bucketize, row),
			 row->result);
	kernel_finish(&kernel);
}

/* Every second of three, two of them, over 3 rows of 6. */
static void
init_window(struct kernel_case *kernel)
{
	static const int8_t x[] = { 100, 2,  3,  4,  5,  6,  7,  8,  9,
				    10,  11, 12, 13, 14, 15, 16, 17, 18 };
	static const int8_t init = 50;

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(3, 6), x);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 0, NULL, &init);
	kernel_output(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 2));
	kernel->params.reduce_window = (struct apui_reduce_window_params) {
		.function = APUI_WINDOW_ADD,
		.rank = 2,
		.window = { 2, 2 },
		.stride = { 1, 3 },
		.dilation = { 1, 2 },
	};
}

static void
window_sums_wrap(void **state)
{
	/* 50 + 100 + 3 + 7 + 9 is 169. */
	static const int8_t expected[] = { 169 - 256, 82, 94, 106 };
	struct kernel_case kernel;

	(void)state;
	init_window(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_reduce_window),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static const struct kernel_refusal window_refusals[] = {
	{ "window_of_no_function", PARAMS(reduce_window.function), 0, EINVAL_ },
	{ "window_of_an_unknown_function", PARAMS(reduce_window.function), 7,
	  EINVAL_ },
	{ "window_of_no_rank", PARAMS(reduce_window.rank), 0, EINVAL_ },
	{ "window_of_rank_seven", PARAMS(reduce_window.rank), 7, EINVAL_ },
	{ "window_of_another_rank", PARAMS(reduce_window.rank), 1, EINVAL_ },
	{ "window_of_nothing", PARAMS(reduce_window.window[0]), 0, EINVAL_ },
	{ "window_that_leaves_x", PARAMS(reduce_window.window[0]), 3, EINVAL_ },
	{ "window_that_leaves_x_far", PARAMS(reduce_window.window[1]),
	  INT32_MAX, EINVAL_ },
	{ "window_that_stays", PARAMS(reduce_window.stride[0]), 0, EINVAL_ },
	{ "window_that_goes_too_far", PARAMS(reduce_window.stride[1]), 4,
	  EINVAL_ },
	{ "window_on_one_element", PARAMS(reduce_window.dilation[0]), 0,
	  EINVAL_ },
	{ "window_with_large_holes", PARAMS(reduce_window.dilation[1]),
	  INT32_MAX, EINVAL_ },
	{ "window_over_bool", INPUT(0, type), APUI_TYPE_BOOL, EINVAL_ },
	{ "window_from_another_type_on", INPUT(1, type), APUI_TYPE_UINT8,
	  EINVAL_ },
	{ "window_from_two_numbers_on", INPUT(1, size_bytes), 2, EINVAL_ },
	{ "window_to_another_type", KERNEL_FIELD(output.type), APUI_TYPE_UINT8,
	  EINVAL_ },
};

static void
window_refuses(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_window(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_reduce_window, row),
		row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(embeddings_are_averaged_by_their_weights),
	cmocka_unit_test(embeddings_from_outside_are_refused),
	cmocka_unit_test(the_worse_of_two_boxes_is_left_out),
	cmocka_unit_test(the_worse_of_two_boxes_loses_some_of_its_score),
	cmocka_unit_test(scores_that_are_no_numbers_are_never_chosen),
	cmocka_unit_test(a_boundary_belongs_to_the_bucket_above),
	cmocka_unit_test(doubles_fall_into_buckets),
	cmocka_unit_test(window_sums_wrap),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(embedding_refusals) +
			      COUNT(suppression_refusals) +
			      COUNT(bucketize_refusals) +
			      COUNT(window_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(embedding_refusals, embedding_refuses);
	ADD_ROWS(suppression_refusals, suppression_refuses);
	ADD_ROWS(bucketize_refusals, bucketize_refuses);
	ADD_ROWS(window_refusals, window_refuses);
	return cmocka_run_group_tests(all, NULL, NULL);
}
