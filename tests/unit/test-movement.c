/* SPDX-License-Identifier: MIT */

/* Operators that move elements: shapes, and what is refused. */

#include "graph_helper.h"
#include "test.h"
#include <errno.h>

/* Tensors of a base: the inputs in order, then the outputs. */
static struct apu_operator *
build(struct graph_builder *b, int32_t code, unsigned int inputs)
{
	static const int32_t order[] = { 0, 1, 2, 3, 4, 5, 6 };

	return builder_operator(b, code, inputs, order);
}

static void
base_concatenation(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 5, 4));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 8, 4));
	build(b, APUI_BUILTIN_CONCATENATION, 2)->options.axis.axis = -2;
}

static void
base_split(struct graph_builder *b)
{
	builder_numbers(b, NO_DIMS, (int32_t[]) { 1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	build(b, APUI_BUILTIN_SPLIT, 2)->options.axis.count = 1;
}

static void
base_split_v(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	builder_numbers(b, DIMS(1), (int32_t[]) { -1 });
	builder_numbers(b, DIMS(1), (int32_t[]) { -1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	build(b, APUI_BUILTIN_SPLIT_V, 3)->options.axis.count = 1;
}

static void
base_pack(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6, 2));
	op = build(b, APUI_BUILTIN_PACK, 2);
	op->options.axis.axis = -1;
	op->options.axis.count = 2;
}

static void
base_unpack(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 1, 6));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 6));
	build(b, APUI_BUILTIN_UNPACK, 1)->options.axis.axis = 1;
	b->operators[0].options.axis.count = 1;
}

static void
base_transpose(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_numbers(b, DIMS(3), (int32_t[]) { -1, 0, 1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 2, 3));
	build(b, APUI_BUILTIN_TRANSPOSE, 2);
}

/* x[1, ..., None, 4:0:-2] */
static void
base_strided_slice(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 7, 5));
	builder_numbers(b, DIMS(4), (int32_t[]) { 1, 9, 9, 4 });
	builder_numbers(b, DIMS(4), (int32_t[]) { 0, 9, 9, 0 });
	builder_numbers(b, DIMS(4), (int32_t[]) { 1, 9, 9, -2 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(3, 7, 1, 2));
	op = build(b, APUI_BUILTIN_STRIDED_SLICE, 4);
	op->options.strided_slice.shrink_axis_mask = 1;
	op->options.strided_slice.ellipsis_mask = 2;
	op->options.strided_slice.new_axis_mask = 4;
}

static void
base_slice(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 6));
	builder_numbers(b, DIMS(2), (int32_t[]) { 1, 2 });
	builder_numbers(b, DIMS(2), (int32_t[]) { 2, -1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 4));
	build(b, APUI_BUILTIN_SLICE, 3);
}

static void
base_expand_dims(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 6));
	builder_numbers(b, DIMS(1), (int32_t[]) { -1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 6, 1));
	build(b, APUI_BUILTIN_EXPAND_DIMS, 2);
}

static const int32_t squeezed[] = { -1, 0, 1 };

static void
base_squeeze(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 6, 1, 1));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(6, 1));
	op = build(b, APUI_BUILTIN_SQUEEZE, 1);
	op->options.squeeze.squeeze_dims = squeezed;
	op->options.squeeze.count = 2;
}

static void
base_mirror_pad(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 3));
	builder_numbers(b, DIMS(2, 2), (int32_t[]) { 3, 0, 2, 2 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(7, 7));
	build(b, APUI_BUILTIN_MIRROR_PAD, 2);
}

static void
base_padv2(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 3));
	builder_numbers(b, DIMS(2, 2), (int32_t[]) { 3, 0, 2, 2 });
	builder_tensor(b, APU_DTYPE_INT8, NO_DIMS);
	builder_tensor(b, APU_DTYPE_INT8, DIMS(7, 7));
	build(b, APUI_BUILTIN_PADV2, 3);
}

static void
base_tile(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 3));
	builder_numbers(b, DIMS(2), (int32_t[]) { 1, 5 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(4, 15));
	build(b, APUI_BUILTIN_TILE, 2);
}

static void
base_broadcast_to(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 3));
	builder_numbers(b, DIMS(3), (int32_t[]) { 5, 4, 3 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(5, 4, 3));
	build(b, APUI_BUILTIN_BROADCAST_TO, 2);
}

static void
base_space_to_depth(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 6, 9, 2));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 2, 3, 18));
	build(b, APUI_BUILTIN_SPACE_TO_DEPTH, 1)
		->options.space_depth.block_size = 3;
}

static void
base_depth_to_space(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 2, 3, 18));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 6, 9, 2));
	build(b, APUI_BUILTIN_DEPTH_TO_SPACE, 1)
		->options.space_depth.block_size = 3;
}

static void
base_space_to_batch(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 5, 4));
	builder_numbers(b, DIMS(2), (int32_t[]) { 2, 3 });
	builder_numbers(b, DIMS(2, 2), (int32_t[]) { 1, 0, 0, 1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(12, 2, 2, 4));
	build(b, APUI_BUILTIN_SPACE_TO_BATCH_ND, 3);
}

static void
base_batch_to_space(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(12, 2, 2, 4));
	builder_numbers(b, DIMS(2), (int32_t[]) { 2, 3 });
	builder_numbers(b, DIMS(2, 2), (int32_t[]) { 1, 0, 0, 1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 5, 4));
	build(b, APUI_BUILTIN_BATCH_TO_SPACE_ND, 3);
}

static void
base_reverse(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_numbers(b, DIMS(2), (int32_t[]) { -1, 0 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	build(b, APUI_BUILTIN_REVERSE_V2, 2);
}

static void
base_gather(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_tensor(b, APU_DTYPE_INT32, DIMS(2, 5));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 5));
	op = build(b, APUI_BUILTIN_GATHER, 2);
	op->options.axis.axis = -1;
	op->options.axis.batch_dims = -1;
}

static void
base_gather_nd(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_tensor(b, APU_DTYPE_INT32, DIMS(7, 6, 2));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(7, 6, 4));
	build(b, APUI_BUILTIN_GATHER_ND, 2);
}

static void
set_dim(struct graph_builder *b, uint32_t tensor, unsigned int i, int32_t dim)
{
	b->tensors[tensor].dims[i] = dim;
	builder_resize(&b->tensors[tensor]);
}

static void
no_change(struct graph_builder *b)
{
	(void)b;
}

#define OPTIONS(b) (&(b)->operators[0].options)
#define CHANGE(name, change)                                                   \
	static void name(struct graph_builder *b)                              \
	{                                                                      \
		change;                                                        \
	}

CHANGE(other_type, b->tensors[0].dtype = APU_DTYPE_UINT8)
CHANGE(other_scale, b->scales[0][0] = 0.25f)
CHANGE(other_zero_point, b->zero_points[1][0] = 1)
CHANGE(other_dimension, set_dim(b, 1, 2, 5))
CHANGE(other_shape, set_dim(b, 1, 0, 3))
CHANGE(other_rank, b->tensors[1].rank = 2)
CHANGE(axis_is_the_rank, OPTIONS(b)->axis.axis = 3)
CHANGE(axis_is_int_min, OPTIONS(b)->axis.axis = INT32_MIN)
CHANGE(length_overflows, b->tensors[0].dims[1] = INT32_MAX)
CHANGE(two_parts_of_one, OPTIONS(b)->axis.count = 2)
CHANGE(axis_number_is_2, b->numbers[0] = 2)
CHANGE(axes_are_two, set_dim(b, 2, 0, 2))
CHANGE(part_is_longer, b->numbers[0] = 7)
CHANGE(part_is_shorter, b->numbers[0] = 5)
CHANGE(part_is_negative, b->numbers[0] = -2)
CHANGE(lengths_are_two, set_dim(b, 1, 0, 2))
CHANGE(number_1_is_3, b->numbers[1] = 3)
CHANGE(number_1_is_minus_4, b->numbers[1] = -4)
CHANGE(numbers_are_two, set_dim(b, 1, 0, 2))
CHANGE(index_is_outside, b->numbers[0] = 2)
/* As the reference: what lies in front is the first element. */
CHANGE(index_is_below, b->numbers[0] = -3)
CHANGE(dropped_backwards, b->numbers[8] = -1)
CHANGE(stride_is_0, b->numbers[11] = 0)
CHANGE(two_ellipses, OPTIONS(b)->strided_slice.ellipsis_mask = 3)
CHANGE(ellipsis_of_nothing, set_dim(b, 0, 1, 3); b->tensors[0].rank = 2)
CHANGE(too_many_indices, b->tensors[0].rank = 1)
CHANGE(ends_are_three, set_dim(b, 2, 0, 3))
CHANGE(begin_is_negative, b->numbers[0] = -1)
CHANGE(begin_is_behind, b->numbers[0] = 5)
CHANGE(size_is_too_large, b->numbers[2] = 4)
CHANGE(size_is_minus_2, b->numbers[2] = -2)
CHANGE(axis_number_is_3, b->numbers[0] = 3)
CHANGE(eight_dimensions, b->tensors[0].rank = 8)
CHANGE(squeezes_six, OPTIONS(b)->squeeze.count = 3)
CHANGE(reflects_all, b->numbers[0] = 4)
CHANGE(value_is_a_vector, b->tensors[2].rank = 1; set_dim(b, 2, 0, 2))
CHANGE(value_has_another_scale, b->scales[2][0] = 1)
CHANGE(times_is_negative, b->numbers[0] = -1)
CHANGE(times_overflows, b->numbers[0] = INT32_MAX)
CHANGE(shape_is_smaller, b->numbers[2] = 2)
CHANGE(shape_is_shorter, set_dim(b, 1, 0, 1))
CHANGE(shape_is_negative, b->numbers[0] = -1)
CHANGE(block_is_no_divisor, OPTIONS(b)->space_depth.block_size = 2)
CHANGE(block_is_large, OPTIONS(b)->space_depth.block_size = 32767)
CHANGE(first_number_is_0, b->numbers[0] = 0)
CHANGE(first_number_is_5, b->numbers[0] = 5)
CHANGE(first_number_is_int_max, b->numbers[0] = INT32_MAX)
CHANGE(padding_is_negative, b->numbers[2] = -1)
CHANGE(crops_everything, b->numbers[2] = 5)
CHANGE(batch_dims_behind_axis, OPTIONS(b)->axis.axis = 0)
CHANGE(batches_differ, set_dim(b, 1, 0, 3))
CHANGE(four_numbers, set_dim(b, 1, 2, 4))
CHANGE(no_numbers, set_dim(b, 1, 2, 0))

struct movement_case {
	const char *name;
	void (*base)(struct graph_builder *b);
	void (*change)(struct graph_builder *b);
	int ret;
};

#define GOOD(op)                                                               \
	{                                                                      \
#op, base_##op, no_change, 0                                   \
	}
#define BAD(op, change, error)                                                 \
	{                                                                      \
#op "_" #change, base_##op, change, error                      \
	}

static const struct movement_case cases[] = {
	GOOD(concatenation),
	BAD(concatenation, other_type, -EOPNOTSUPP),
	BAD(concatenation, other_scale, -EINVAL),
	BAD(concatenation, other_zero_point, -EINVAL),
	BAD(concatenation, other_dimension, -EINVAL),
	BAD(concatenation, other_rank, -EINVAL),
	BAD(concatenation, axis_is_the_rank, -EINVAL),
	BAD(concatenation, axis_is_int_min, -EINVAL),
	BAD(concatenation, length_overflows, -EOVERFLOW),
	GOOD(split),
	BAD(split, two_parts_of_one, -EINVAL),
	BAD(split, axis_number_is_2, -EINVAL),
	GOOD(split_v),
	BAD(split_v, other_type, -EOPNOTSUPP),
	BAD(split_v, axes_are_two, -EINVAL),
	BAD(split_v, part_is_longer, -EINVAL),
	BAD(split_v, part_is_shorter, -EINVAL),
	BAD(split_v, part_is_negative, -EINVAL),
	BAD(split_v, lengths_are_two, -EINVAL),
	GOOD(pack),
	BAD(pack, other_type, -EOPNOTSUPP),
	BAD(pack, other_scale, -EINVAL),
	BAD(pack, axis_is_the_rank, -EINVAL),
	BAD(pack, other_shape, -EINVAL),
	GOOD(unpack),
	BAD(unpack, axis_is_the_rank, -EINVAL),
	BAD(unpack, two_parts_of_one, -EINVAL),
	GOOD(transpose),
	BAD(transpose, number_1_is_3, -EINVAL),
	BAD(transpose, number_1_is_minus_4, -EINVAL),
	BAD(transpose, numbers_are_two, -EINVAL),
	GOOD(strided_slice),
	BAD(strided_slice, index_is_outside, -EINVAL),
	BAD(strided_slice, index_is_below, 0),
	BAD(strided_slice, dropped_backwards, -EINVAL),
	BAD(strided_slice, stride_is_0, -EINVAL),
	BAD(strided_slice, two_ellipses, -EINVAL),
	BAD(strided_slice, ellipsis_of_nothing, -EOPNOTSUPP),
	BAD(strided_slice, too_many_indices, -EINVAL),
	BAD(strided_slice, ends_are_three, -EINVAL),
	GOOD(slice),
	BAD(slice, begin_is_negative, -EINVAL),
	BAD(slice, begin_is_behind, -EINVAL),
	BAD(slice, size_is_too_large, -EINVAL),
	BAD(slice, size_is_minus_2, -EINVAL),
	GOOD(expand_dims),
	BAD(expand_dims, axis_number_is_3, -EINVAL),
	BAD(expand_dims, eight_dimensions, -EOPNOTSUPP),
	GOOD(squeeze),
	BAD(squeeze, squeezes_six, -EINVAL),
	GOOD(mirror_pad),
	BAD(mirror_pad, reflects_all, -EINVAL),
	GOOD(padv2),
	BAD(padv2, value_is_a_vector, -EINVAL),
	BAD(padv2, value_has_another_scale, -EINVAL),
	GOOD(tile),
	BAD(tile, times_is_negative, -EINVAL),
	BAD(tile, times_overflows, -EOVERFLOW),
	GOOD(broadcast_to),
	BAD(broadcast_to, shape_is_smaller, -EINVAL),
	BAD(broadcast_to, shape_is_shorter, -EINVAL),
	BAD(broadcast_to, shape_is_negative, -EOVERFLOW),
	GOOD(space_to_depth),
	BAD(space_to_depth, block_is_no_divisor, -EINVAL),
	GOOD(depth_to_space),
	BAD(depth_to_space, block_is_no_divisor, -EINVAL),
	BAD(depth_to_space, block_is_large, -EINVAL),
	GOOD(space_to_batch),
	BAD(space_to_batch, first_number_is_0, -EINVAL),
	BAD(space_to_batch, first_number_is_5, -EINVAL),
	BAD(space_to_batch, first_number_is_int_max, -EINVAL),
	BAD(space_to_batch, padding_is_negative, -EINVAL),
	GOOD(batch_to_space),
	BAD(batch_to_space, first_number_is_0, -EINVAL),
	BAD(batch_to_space, first_number_is_5, -EINVAL),
	BAD(batch_to_space, crops_everything, -EINVAL),
	GOOD(reverse),
	BAD(reverse, number_1_is_3, -EINVAL),
	GOOD(gather),
	BAD(gather, batch_dims_behind_axis, -EINVAL),
	BAD(gather, batches_differ, -EINVAL),
	BAD(gather, axis_is_the_rank, -EINVAL),
	GOOD(gather_nd),
	BAD(gather_nd, four_numbers, -EINVAL),
	BAD(gather_nd, no_numbers, -EOPNOTSUPP),
};

/* A good base has the shape that is worked out. */
static void
check_case(void **state)
{
	const struct movement_case *c = *state;
	struct apui_shape shapes[APUI_ROW_MAX_OUTPUTS] = { { .rank = 0 } };
	struct graph_builder b;
	struct apu_operator *op = &b.operators[0];
	const struct apu_tensor *y;

	builder_init(&b);
	c->base(&b);
	c->change(&b);
	assert_int_equal(op->row->infer(&b.graph, op, shapes), c->ret);
	if (c->ret < 0)
		return;
	y = &b.tensors[op->outputs[0]];
	assert_int_equal(shapes[0].rank, y->rank);
	assert_memory_equal(shapes[0].dims, y->dims,
			    y->rank * sizeof(y->dims[0]));
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(cases)];

	for (size_t i = 0; i < COUNT(cases); i++)
		tests[i] = (struct CMUnitTest) {
			.name = cases[i].name,
			.test_func = check_case,
			.initial_state = (void *)&cases[i],
		};
	return cmocka_run_group_tests_name("movement", tests, NULL, NULL);
}
