/* SPDX-License-Identifier: MIT */
#include "graph_helper.h"
#include "test.h"
#include <errno.h>

/*
 * Shapes of convolutions and matrices beyond 8 bits and float32. Each row takes
 * a good operator, changes one thing, and says what must come of it.
 */
enum { X, FILTER, BIAS, Y };

/* Of a transposed convolution, and of BATCH_MATMUL. */
enum { SHAPE, T_FILTER, T_X, T_BIAS, T_Y };
enum { A, B, PRODUCT };

static void
base_conv(struct graph_builder *b, enum apu_dtype dtype, enum apu_dtype bias)
{
	builder_tensor(b, dtype, DIMS(1, 5, 5, 2));
	builder_weights(b, APU_DTYPE_INT8, DIMS(3, 3, 3, 2));
	builder_weights(b, bias, DIMS(3));
	builder_tensor(b, dtype, DIMS(1, 3, 3, 3));
	builder_window(builder_operator(b, APUI_BUILTIN_CONV_2D, 3,
					(int32_t[]) { X, FILTER, BIAS, Y }),
		       APUI_PADDING_VALID, 1, 0);
	builder_per_channel(b, FILTER, 0);
}

static void
base_words(struct graph_builder *b)
{
	base_conv(b, APU_DTYPE_INT16, APU_DTYPE_INT64);
}

static void
base_hybrid(struct graph_builder *b)
{
	base_conv(b, APU_DTYPE_FLOAT32, APU_DTYPE_FLOAT32);
}

static void
base_transposed(struct graph_builder *b)
{
	builder_numbers(b, DIMS(4), (int32_t[]) { 1, 6, 8, 3 });
	builder_weights(b, APU_DTYPE_INT8, DIMS(3, 2, 2, 2));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 3, 4, 2));
	builder_weights(b, APU_DTYPE_INT32, DIMS(3));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 6, 8, 3));
	builder_window(builder_operator(b, APUI_BUILTIN_TRANSPOSE_CONV, 4,
					(int32_t[]) { SHAPE, T_FILTER, T_X,
						      T_BIAS, T_Y }),
		       APUI_PADDING_SAME, 2, 0);
}

static void
base_volume(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(1, 4, 5, 6, 2));
	builder_weights(b, APU_DTYPE_FLOAT32, DIMS(2, 3, 3, 2, 4));
	builder_weights(b, APU_DTYPE_FLOAT32, DIMS(4));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(1, 3, 3, 4, 4));
	op = builder_operator(b, APUI_BUILTIN_CONV_3D, 3,
			      (int32_t[]) { X, FILTER, BIAS, Y });
	builder_window(op, APUI_PADDING_VALID, 1, 0);
	op->options.window.stride_d = 1;
	op->options.window.dilation_d = 1;
}

static void
base_matmul(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 1, 3, 5));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 5, 6));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 4, 3, 6));
	builder_operator(b, APUI_BUILTIN_BATCH_MATMUL, 2,
			 (int32_t[]) { A, B, PRODUCT });
}

static void
change_nothing(struct graph_builder *b)
{
	(void)b;
}

static void
give_x_a_zero_point(struct graph_builder *b)
{
	b->zero_points[X][0] = 1;
}

static void
give_the_filter_a_zero_point(struct graph_builder *b)
{
	b->zero_points[FILTER][1] = 1;
}

static void
shorten_the_bias(struct graph_builder *b)
{
	b->tensors[BIAS].dims[0] = 2;
	builder_resize(&b->tensors[BIAS]);
}

static void
make_the_bias_int64(struct graph_builder *b)
{
	b->tensors[BIAS].dtype = APU_DTYPE_INT64;
}

static void
make_the_filter_uint8(struct graph_builder *b)
{
	b->tensors[FILTER].dtype = APU_DTYPE_UINT8;
}

static void
make_the_output_int8(struct graph_builder *b)
{
	b->tensors[Y].dtype = APU_DTYPE_INT8;
}

static void
scale_along_another_dimension(struct graph_builder *b)
{
	b->tensors[FILTER].quant_axis = 3;
}

static void
want_no_rows(struct graph_builder *b)
{
	b->numbers[1] = 0;
}

static void
want_two_images(struct graph_builder *b)
{
	b->numbers[0] = 2;
}

static void
want_more_channels(struct graph_builder *b)
{
	b->numbers[3] = 4;
}

static void
want_three_dimensions(struct graph_builder *b)
{
	b->tensors[SHAPE].dims[0] = 3;
	builder_resize(&b->tensors[SHAPE]);
}

static void
empty_the_input(struct graph_builder *b)
{
	b->tensors[T_X].dims[1] = 0;
	builder_resize(&b->tensors[T_X]);
}

static void
lengthen_the_window(struct graph_builder *b)
{
	b->tensors[FILTER].dims[1] = 32768;
	builder_resize(&b->tensors[FILTER]);
}

static void
add_a_channel(struct graph_builder *b)
{
	b->tensors[X].dims[4] = 3;
	builder_resize(&b->tensors[X]);
}

static void
slide_beyond_the_input(struct graph_builder *b)
{
	b->operators[0].options.window.dilation_d = 4;
}

static void
multiply_other_batches(struct graph_builder *b)
{
	b->tensors[A].dims[1] = 3;
	builder_resize(&b->tensors[A]);
}

static void
transpose_b(struct graph_builder *b)
{
	b->operators[0].options.batch_matmul.adj_y = 1;
}

static void
transpose_both(struct graph_builder *b)
{
	transpose_b(b);
	b->operators[0].options.batch_matmul.adj_x = 1;
	b->tensors[A].dims[2] = 6;
	builder_resize(&b->tensors[A]);
}

static void
multiply_nothing(struct graph_builder *b)
{
	b->tensors[A].dims[3] = 0;
	b->tensors[B].dims[1] = 0;
	builder_resize(&b->tensors[A]);
	builder_resize(&b->tensors[B]);
}

static void
base_hybrid_matmul(struct graph_builder *b)
{
	base_matmul(b);
	b->tensors[B].dtype = APU_DTYPE_INT8;
	b->tensors[B].is_constant = true;
	b->tensors[A].dtype = APU_DTYPE_FLOAT32;
	b->tensors[PRODUCT].dtype = APU_DTYPE_FLOAT32;
}

static void
scale_the_columns(struct graph_builder *b)
{
	builder_per_channel(b, B, b->tensors[B].rank - 1);
}

static void
scale_the_rows(struct graph_builder *b)
{
	builder_per_channel(b, B, b->tensors[B].rank - 2);
}

static void
leave_the_scale_out(struct graph_builder *b)
{
	b->tensors[B].quant_count = 0;
}

static void
give_a_column_a_zero_point(struct graph_builder *b)
{
	scale_the_columns(b);
	b->zero_points[B][1] = 1;
}

static void
multiply_words_with_a_zero_point(struct graph_builder *b)
{
	b->tensors[A].dtype = APU_DTYPE_INT16;
	b->tensors[PRODUCT].dtype = APU_DTYPE_INT16;
	b->zero_points[B][0] = 3;
}

#define NONE                                                                   \
	{                                                                      \
		.rank = 0                                                      \
	}

static const struct row {
	const char *name;
	void (*base)(struct graph_builder *b);
	void (*change)(struct graph_builder *b);
	int result;
	struct apui_shape shape;
} rows[] = {
	{ "words", base_words, change_nothing, 0, { { 1, 3, 3, 3 }, 4 } },
	{ "words_with_a_zero_point", base_words, give_x_a_zero_point, -EINVAL,
	  NONE },
	{ "words_with_a_zero_point_of_the_filter", base_words,
	  give_the_filter_a_zero_point, -EINVAL, NONE },
	{ "words_with_a_short_bias", base_words, shorten_the_bias, -EINVAL,
	  NONE },
	{ "words_with_uint8_weights", base_words, make_the_filter_uint8,
	  -EOPNOTSUPP, NONE },
	{ "words_to_bytes", base_words, make_the_output_int8, -EOPNOTSUPP,
	  NONE },
	{ "words_with_scales_along_another_dimension", base_words,
	  scale_along_another_dimension, -EINVAL, NONE },
	{ "hybrid", base_hybrid, change_nothing, 0, { { 1, 3, 3, 3 }, 4 } },
	{ "hybrid_with_a_zero_point", base_hybrid, give_the_filter_a_zero_point,
	  -EINVAL, NONE },
	{ "hybrid_with_a_short_bias", base_hybrid, shorten_the_bias, -EINVAL,
	  NONE },
	{ "hybrid_with_an_integer_bias", base_hybrid, make_the_bias_int64,
	  -EOPNOTSUPP, NONE },
	{ "hybrid_with_uint8_weights", base_hybrid, make_the_filter_uint8,
	  -EOPNOTSUPP, NONE },
	{ "hybrid_to_bytes", base_hybrid, make_the_output_int8, -EOPNOTSUPP,
	  NONE },
	{ "transposed",
	  base_transposed,
	  change_nothing,
	  0,
	  { { 1, 6, 8, 3 }, 4 } },
	{ "transposed_to_nothing", base_transposed, want_no_rows, -EINVAL,
	  NONE },
	{ "transposed_to_more_images", base_transposed, want_two_images,
	  -EINVAL, NONE },
	{ "transposed_to_more_channels", base_transposed, want_more_channels,
	  -EINVAL, NONE },
	{ "transposed_to_another_rank", base_transposed, want_three_dimensions,
	  -EINVAL, NONE },
	{ "transposed_from_nothing", base_transposed, empty_the_input, -EINVAL,
	  NONE },
	{ "transposed_with_too_long_a_window", base_transposed,
	  lengthen_the_window, -EOPNOTSUPP, NONE },
	{ "volume", base_volume, change_nothing, 0, { { 1, 3, 3, 4, 4 }, 5 } },
	{ "volume_of_other_channels", base_volume, add_a_channel, -EINVAL,
	  NONE },
	{ "volume_that_the_window_leaves", base_volume, slide_beyond_the_input,
	  -EINVAL, NONE },
	{ "volume_with_a_short_bias", base_volume, shorten_the_bias, -EINVAL,
	  NONE },
	{ "matmul", base_matmul, change_nothing, 0, { { 2, 4, 3, 6 }, 4 } },
	{ "matmul_of_other_batches", base_matmul, multiply_other_batches,
	  -EINVAL, NONE },
	{ "matmul_of_other_depths", base_matmul, transpose_b, -EINVAL, NONE },
	{ "matmul_transposed",
	  base_matmul,
	  transpose_both,
	  0,
	  { { 2, 4, 5, 5 }, 4 } },
	{ "matmul_of_nothing", base_matmul, multiply_nothing, -EINVAL, NONE },
	{ "matmul_hybrid_of_columns",
	  base_hybrid_matmul,
	  scale_the_columns,
	  0,
	  { { 2, 4, 3, 6 }, 4 } },
	{ "matmul_hybrid_of_rows", base_hybrid_matmul, scale_the_rows,
	  -EOPNOTSUPP, NONE },
	{ "matmul_hybrid_without_a_scale", base_hybrid_matmul,
	  leave_the_scale_out, -EINVAL, NONE },
	{ "matmul_hybrid_with_a_zero_point", base_hybrid_matmul,
	  give_a_column_a_zero_point, -EINVAL, NONE },
	{ "matmul_of_words_with_a_zero_point", base_matmul,
	  multiply_words_with_a_zero_point, -EINVAL, NONE },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	static struct graph_builder b;
	struct apui_shape shape = { .rank = 0 };

	builder_init(&b);
	row->base(&b);
	row->change(&b);
	assert_int_equal(
		b.operators[0].row->infer(&b.graph, &b.operators[0], &shape),
		row->result);
	if (row->result < 0)
		return;
	assert_int_equal(shape.rank, row->shape.rank);
	for (unsigned int i = 0; i < shape.rank; i++)
		assert_int_equal(shape.dims[i], row->shape.dims[i]);
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
	return cmocka_run_group_tests_name("shape-matrix", tests, NULL, NULL);
}
