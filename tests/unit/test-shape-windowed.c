/* SPDX-License-Identifier: MIT */
/* Shapes of embeddings, suppressed boxes, buckets, gaps and windows, and what
 * is refused of them. */
#include "firmware/program.h"
#include "graph_helper.h"
#include <errno.h>
#include <math.h>

/* The tensors of every base: its inputs, then its outputs. */
enum { FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH };

static void
base_embedding(struct graph_builder *b)
{
	int32_t rows = builder_tensor(b, APU_DTYPE_INT32, DIMS(5));
	int32_t table = builder_weights(b, APU_DTYPE_INT8, DIMS(7, 2, 3));
	int32_t y = builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(5, 2, 3));

	builder_per_channel(b, table, 0);
	builder_operator(b, APUI_BUILTIN_EMBEDDING_LOOKUP, 2,
			 (const int32_t[]) { rows, table, y });
}

static void
base_sparse(struct graph_builder *b)
{
	static const int32_t shape[] = { 4, 2, 9 };

	builder_tensor(b, APU_DTYPE_INT32, DIMS(6));
	builder_tensor(b, APU_DTYPE_INT32, DIMS(6, 3));
	builder_numbers(b, DIMS(3), shape);
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(6));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(7, 5));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(4, 2, 5));
	builder_operator(b, APUI_BUILTIN_EMBEDDING_LOOKUP_SPARSE, 5,
			 (const int32_t[]) { 0, 1, 2, 3, 4, 5 });
}

static void
base_boxes(struct graph_builder *b)
{
	static const int32_t most = 6;

	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(8, 4));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(8));
	builder_numbers(b, NO_DIMS, &most);
	builder_tensor(b, APU_DTYPE_FLOAT32, NO_DIMS);
	builder_tensor(b, APU_DTYPE_FLOAT32, NO_DIMS);
	builder_tensor(b, APU_DTYPE_INT32, DIMS(6));
	builder_tensor(b, APU_DTYPE_INT32, NO_DIMS);
	builder_operator(b, APUI_BUILTIN_NON_MAX_SUPPRESSION_V4, 5,
			 (const int32_t[]) { 0, 1, 2, 3, 4, 5 });
	b->lists[0][6] = 6;
	b->operators[0].output_count = 2;
}

static float boundaries[3];

static void
base_buckets(struct graph_builder *b)
{
	int32_t x = builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 3));
	int32_t y = builder_tensor(b, APU_DTYPE_INT32, DIMS(2, 3));
	struct apu_operator *op = builder_operator(b, APUI_BUILTIN_BUCKETIZE, 1,
						   (const int32_t[]) { x, y });

	boundaries[0] = -1;
	boundaries[1] = 2;
	boundaries[2] = 2;
	op->options.bucketize.boundaries = boundaries;
	op->options.bucketize.count = COUNT(boundaries);
}

static void
base_gaps(struct graph_builder *b)
{
	static const int32_t factors[] = { 1, 3 };

	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 4));
	builder_numbers(b, DIMS(2), factors);
	builder_tensor(b, APU_DTYPE_FLOAT32, NO_DIMS);
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 10));
	builder_operator(b, APUI_BUILTIN_DILATE, 3,
			 (const int32_t[]) { 0, 1, 2, 3 });
}

/* A list of two int64. */
static void
add_longs(struct graph_builder *b, int32_t first, int32_t second)
{
	const int32_t words[] = { first, 0, second, 0 };
	int32_t list = builder_numbers(b, DIMS(4), words);

	b->tensors[list].dtype = APU_DTYPE_INT64;
	b->tensors[list].dims[0] = 2;
	builder_resize(&b->tensors[list]);
}

static void
base_window(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT32, DIMS(5, 9));
	builder_tensor(b, APU_DTYPE_INT32, NO_DIMS);
	add_longs(b, 3, 2);
	add_longs(b, 1, 2);
	add_longs(b, 1, 4);
	builder_tensor(b, APU_DTYPE_INT32, DIMS(3, 3));
	builder_operator(b, APUI_BUILTIN_REDUCE_WINDOW, 5,
			 (const int32_t[]) { 0, 1, 2, 3, 4, 5 });
	b->operators[0].options.reduce_window.function = APUI_WINDOW_ADD;
}

/* One change of a base: of a dimension, a type, a number. */
struct change {
	enum { NOTHING, DIM, TYPE, NUMBER, ZERO_POINT, AXIS, BOUNDARY } what;
	int32_t tensor;
	int32_t at;
	int32_t value;
};

static void
apply(struct graph_builder *b, const struct change *change)
{
	struct apu_tensor *tensor = &b->tensors[change->tensor];

	switch (change->what) {
	case DIM:
		tensor->dims[change->at] = change->value;
		break;
	case TYPE:
		tensor->dtype = (enum apu_dtype)change->value;
		break;
	case NUMBER:
		((int32_t *)(uintptr_t)tensor->data)[change->at] =
			change->value;
		break;
	case ZERO_POINT:
		b->zero_points[change->tensor][change->at] = change->value;
		break;
	case AXIS:
		builder_per_channel(b, change->tensor,
				    (unsigned int)change->value);
		break;
	case BOUNDARY:
		boundaries[change->at] =
			change->value == INT32_MAX ? NAN : (float)change->value;
		break;
	default:
		break;
	}
	builder_resize(tensor);
}

#define NO_CHANGE                                                              \
	{                                                                      \
		.what = NOTHING                                                \
	}

static const struct row {
	const char *name;
	void (*base)(struct graph_builder *b);
	struct change change;
	int result;
	struct apui_shape shape;
} rows[] = {
	{ "embedding", base_embedding, NO_CHANGE, 0, { { 5, 2, 3 }, 3 } },
	{ .name = "embedding_with_a_zero_point",
	  .base = base_embedding,
	  .change = { ZERO_POINT, SECOND, 3, 1 },
	  .result = -EINVAL },
	{ .name = "embedding_with_scales_along_its_columns",
	  .base = base_embedding,
	  .change = { AXIS, SECOND, 0, 2 },
	  .result = -EOPNOTSUPP },
	{ .name = "embedding_of_uint8_to_float32",
	  .base = base_embedding,
	  .change = { TYPE, SECOND, 0, APU_DTYPE_UINT8 },
	  .result = -EOPNOTSUPP },
	{ .name = "embedding_of_int16_to_float32",
	  .base = base_embedding,
	  .change = { TYPE, SECOND, 0, APU_DTYPE_INT16 },
	  .result = -EOPNOTSUPP },
	{ .name = "embedding_of_2_gib",
	  .base = base_embedding,
	  .change = { DIM, FIRST, 0, 100000000 },
	  .result = -EOVERFLOW },
	{ .name = "embedding_of_no_rows",
	  .base = base_embedding,
	  .change = { DIM, SECOND, 0, 0 },
	  .result = -EINVAL },
	{ "sparse", base_sparse, NO_CHANGE, 0, { { 4, 2, 5 }, 3 } },
	{ .name = "sparse_with_too_short_a_shape",
	  .base = base_sparse,
	  .change = { DIM, THIRD, 0, 2 },
	  .result = -EINVAL },
	{ .name = "sparse_into_nothing",
	  .base = base_sparse,
	  .change = { NUMBER, THIRD, 1, 0 },
	  .result = -EINVAL },
	{ .name = "sparse_into_less",
	  .base = base_sparse,
	  .change = { NUMBER, THIRD, 0, INT32_MIN },
	  .result = -EINVAL },
	{ .name = "sparse_with_too_few_indices",
	  .base = base_sparse,
	  .change = { DIM, SECOND, 0, 5 },
	  .result = -EINVAL },
	{ .name = "sparse_with_too_few_weights",
	  .base = base_sparse,
	  .change = { DIM, FOURTH, 0, 5 },
	  .result = -EINVAL },
	{ "boxes", base_boxes, NO_CHANGE, 0, { { 6 }, 1 } },
	{ .name = "boxes_of_five_numbers",
	  .base = base_boxes,
	  .change = { DIM, FIRST, 1, 5 },
	  .result = -EINVAL },
	{ .name = "boxes_without_scores",
	  .base = base_boxes,
	  .change = { DIM, SECOND, 0, 7 },
	  .result = -EINVAL },
	{ .name = "fewer_than_no_boxes",
	  .base = base_boxes,
	  .change = { NUMBER, THIRD, 0, -1 },
	  .result = -EINVAL },
	{ .name = "too_many_chosen_boxes",
	  .base = base_boxes,
	  .change = { NUMBER, THIRD, 0, 262145 },
	  .result = -EOPNOTSUPP },
	{ .name = "places_of_boxes_in_int64",
	  .base = base_boxes,
	  .change = { TYPE, SIXTH, 0, APU_DTYPE_INT64 },
	  .result = -EOPNOTSUPP },
	{ "buckets", base_buckets, NO_CHANGE, 0, { { 2, 3 }, 2 } },
	{ .name = "buckets_that_descend",
	  .base = base_buckets,
	  .change = { BOUNDARY, FIRST, 1, -2 },
	  .result = -EINVAL },
	{ .name = "buckets_with_no_number",
	  .base = base_buckets,
	  .change = { BOUNDARY, FIRST, 2, INT32_MAX },
	  .result = -EINVAL },
	{ .name = "buckets_that_begin_with_no_number",
	  .base = base_buckets,
	  .change = { BOUNDARY, FIRST, 0, INT32_MAX },
	  .result = -EINVAL },
	{ "gaps", base_gaps, NO_CHANGE, 0, { { 2, 10 }, 2 } },
	{ .name = "gaps_of_no_length",
	  .base = base_gaps,
	  .change = { NUMBER, SECOND, 1, 0 },
	  .result = -EINVAL },
	{ .name = "gaps_of_over_31_bits",
	  .base = base_gaps,
	  .change = { NUMBER, SECOND, 1, INT32_MAX },
	  .result = -EINVAL },
	{ .name = "gaps_in_nothing",
	  .base = base_gaps,
	  .change = { DIM, FIRST, 0, 0 },
	  .result = -EINVAL },
	{ .name = "gaps_of_another_type",
	  .base = base_gaps,
	  .change = { TYPE, THIRD, 0, APU_DTYPE_INT32 },
	  .result = -EOPNOTSUPP },
	{ "window", base_window, NO_CHANGE, 0, { { 3, 3 }, 2 } },
	{ .name = "window_longer_than_x",
	  .base = base_window,
	  .change = { NUMBER, THIRD, 0, 6 },
	  .result = -EINVAL },
	{ .name = "window_that_does_not_end_with_x",
	  .base = base_window,
	  .change = { NUMBER, FOURTH, 2, 3 },
	  .result = -EOPNOTSUPP },
	{ .name = "window_of_nothing",
	  .base = base_window,
	  .change = { NUMBER, THIRD, 2, 0 },
	  .result = -EINVAL },
	{ .name = "window_with_a_hole_of_64_bits",
	  .base = base_window,
	  .change = { NUMBER, FIFTH, 1, 1 },
	  .result = -EINVAL },
	{ .name = "window_from_another_type_on",
	  .base = base_window,
	  .change = { TYPE, SECOND, 0, APU_DTYPE_INT64 },
	  .result = -EOPNOTSUPP },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	static struct graph_builder b;
	struct apui_shape shapes[2] = { { .rank = 0 } };

	builder_init(&b);
	row->base(&b);
	apply(&b, &row->change);
	assert_int_equal(
		b.operators[0].row->infer(&b.graph, &b.operators[0], shapes),
		row->result);
	if (row->result < 0)
		return;
	assert_int_equal(shapes[0].rank, row->shape.rank);
	for (unsigned int i = 0; i < shapes[0].rank; i++)
		assert_int_equal(shapes[0].dims[i], row->shape.dims[i]);
	assert_int_equal(shapes[1].rank, 0);
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
	return cmocka_run_group_tests_name("shape-windowed", tests, NULL, NULL);
}
