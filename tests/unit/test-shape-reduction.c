/* SPDX-License-Identifier: MIT */
#include "graph_helper.h"
#include "test.h"
#include <errno.h>

/*
 * Shapes of the operators that resize, reduce and detect. Each row takes a good
 * operator, changes one thing, and says what must come of it.
 */
enum { X, PARAMETER };

static void
base_resize(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 4, 6, 3));
	builder_numbers(b, DIMS(2), (int32_t[]) { 8, 9 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 8, 9, 3));
	builder_operator(b, APUI_BUILTIN_RESIZE_BILINEAR, 2,
			 (int32_t[]) { 0, 1, 2 });
}

static void
base_arg(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_UINT8, DIMS(2, 3, 4));
	builder_numbers(b, NO_DIMS, (int32_t[]) { -2 });
	builder_tensor(b, APU_DTYPE_INT64, DIMS(2, 4));
	builder_operator(b, APUI_BUILTIN_ARG_MAX, 2, (int32_t[]) { 0, 1, 2 })
		->options.arg.output_type = APUI_TENSOR_TYPE_INT64;
}

static void
base_max(struct graph_builder *b)
{
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_numbers(b, DIMS(2), (int32_t[]) { 0, -1 });
	builder_tensor(b, APU_DTYPE_INT8, DIMS(3));
	builder_operator(b, APUI_BUILTIN_REDUCE_MAX, 2,
			 (int32_t[]) { 0, 1, 2 });
}

static void
base_max_int16(struct graph_builder *b)
{
	base_max(b);
	b->tensors[X].dtype = APU_DTYPE_INT16;
	b->tensors[2].dtype = APU_DTYPE_INT16;
	builder_resize(&b->tensors[X]);
	builder_resize(&b->tensors[2]);
}

static void
set_8_pixels(struct graph_builder *b)
{
	b->numbers[0] = 0;
}

static void
set_negative_width(struct graph_builder *b)
{
	b->numbers[1] = -1;
}

static void
make_three_numbers(struct graph_builder *b)
{
	b->tensors[PARAMETER].dims[0] = 3;
	builder_resize(&b->tensors[PARAMETER]);
}

static void
empty_the_input(struct graph_builder *b)
{
	b->tensors[X].dims[1] = 0;
	builder_resize(&b->tensors[X]);
}

static void
change_the_scale(struct graph_builder *b)
{
	b->scales[2][0] = 0.75f;
}

static void
change_the_type(struct graph_builder *b)
{
	b->tensors[2].dtype = APU_DTYPE_UINT8;
}

static void
want_int32(struct graph_builder *b)
{
	b->operators[0].options.arg.output_type = APUI_TENSOR_TYPE_INT32;
}

static void
go_beyond_the_rank(struct graph_builder *b)
{
	b->numbers[0] = 3;
}

static void
keep_dimensions(struct graph_builder *b)
{
	b->operators[0].options.mean.keep_dims = 1;
}

static void
change_nothing(struct graph_builder *b)
{
	(void)b;
}

static const struct row {
	const char *name;
	void (*base)(struct graph_builder *b);
	void (*change)(struct graph_builder *b);
	int result;
	struct apui_shape shape;
} rows[] = {
	{ "resize", base_resize, change_nothing, 0, { { 1, 8, 9, 3 }, 4 } },
	{ "resize_to_nothing",
	  base_resize,
	  set_8_pixels,
	  -EINVAL,
	  { .rank = 0 } },
	{ "resize_to_less",
	  base_resize,
	  set_negative_width,
	  -EINVAL,
	  { .rank = 0 } },
	{ "resize_to_a_volume",
	  base_resize,
	  make_three_numbers,
	  -EINVAL,
	  { .rank = 0 } },
	{ "resize_of_nothing",
	  base_resize,
	  empty_the_input,
	  -EOPNOTSUPP,
	  { .rank = 0 } },
	{ "resize_to_another_scale",
	  base_resize,
	  change_the_scale,
	  -EINVAL,
	  { .rank = 0 } },
	{ "resize_to_another_type",
	  base_resize,
	  change_the_type,
	  -EOPNOTSUPP,
	  { .rank = 0 } },
	{ "arg", base_arg, change_nothing, 0, { { 2, 4 }, 2 } },
	{ "arg_of_another_output_type",
	  base_arg,
	  want_int32,
	  -EINVAL,
	  { .rank = 0 } },
	{ "arg_beyond_the_rank",
	  base_arg,
	  go_beyond_the_rank,
	  -EINVAL,
	  { .rank = 0 } },
	{ "arg_along_nothing",
	  base_arg,
	  empty_the_input,
	  -EINVAL,
	  { .rank = 0 } },
	{ "max", base_max, change_nothing, 0, { { 3 }, 1 } },
	{ "max_of_int16", base_max_int16, change_nothing, 0, { { 3 }, 1 } },
	{ "max_of_int16_that_rescales",
	  base_max_int16,
	  change_the_scale,
	  -EINVAL,
	  { .rank = 0 } },
	{ "max_that_keeps_dimensions",
	  base_max,
	  keep_dimensions,
	  0,
	  { { 1, 3, 1 }, 3 } },
	{ "max_to_another_scale",
	  base_max,
	  change_the_scale,
	  -EINVAL,
	  { .rank = 0 } },
	{ "max_beyond_the_rank",
	  base_max,
	  go_beyond_the_rank,
	  -EINVAL,
	  { .rank = 0 } },
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

/* TFLite_Detection_PostProcess of 5 boxes, its options parsed. */
static void
build_detection(struct graph_builder *b)
{
	static const char code[] = "TFLite_Detection_PostProcess";
	struct apu_operator *op;

	builder_init(b);
	builder_tensor(b, APU_DTYPE_UINT8, DIMS(1, 5, 4));
	builder_tensor(b, APU_DTYPE_UINT8, DIMS(1, 5, 3));
	builder_weights(b, APU_DTYPE_UINT8, DIMS(5, 4));
	builder_tensor(b, APU_DTYPE_FLOAT32, NO_DIMS);
	op = builder_operator(b, APUI_BUILTIN_ADD, 3,
			      (int32_t[]) { 0, 1, 2, 3 });
	op->row = apui_operator_row_find_custom(code, strlen(code));
	op->options.detection.class_count = 2;
	op->options.detection.max_detections = 10;
	op->options.detection.classes_per_detection = 2;
}

static void
detection_has_a_row_for_each_class(void **state)
{
	static struct graph_builder b;
	struct apui_shape shapes[4];

	(void)state;
	build_detection(&b);
	assert_int_equal(
		apui_infer_detection(&b.graph, &b.operators[0], shapes), 0);
	assert_int_equal(shapes[0].rank, 3);
	assert_int_equal(shapes[0].dims[1], 20);
	assert_int_equal(shapes[1].dims[1], 20);
	assert_int_equal(shapes[3].dims[0], 1);
}

static const struct spoilt {
	const char *name;
	unsigned int tensor, dim;
	int32_t length;
} spoilt[] = {
	{ "detection_in_two_images", 0, 0, 2 },
	{ "detection_with_boxes_of_3_numbers", 0, 2, 3 },
	{ "detection_with_fewer_scores", 1, 1, 4 },
	{ "detection_with_two_backgrounds", 1, 2, 4 },
	{ "detection_with_too_few_classes", 1, 2, 1 },
	{ "detection_with_fewer_anchors", 2, 0, 4 },
	{ "detection_with_anchors_of_3_numbers", 2, 1, 3 },
};

static void
check_spoilt(void **state)
{
	const struct spoilt *row = *state;
	static struct graph_builder b;
	struct apui_shape shapes[4];

	build_detection(&b);
	b.tensors[row->tensor].dims[row->dim] = row->length;
	assert_int_equal(
		apui_infer_detection(&b.graph, &b.operators[0], shapes),
		-EINVAL);
}

/* { max_detections: 3 }, and nothing else that is needed. */
static void
detection_needs_its_options(void **state)
{
	static const uint8_t options[] = {
		'm', 'a', 'x', '_', 'd', 'e',  't', 'e', 'c',
		't', 'i', 'o', 'n', 's', 0,    1,   15,  1,
		1,   1,   3,   4,   2,   0x24, 1,
	};
	static struct graph_builder b;
	struct apu_operator *op = &b.operators[0];

	(void)state;
	build_detection(&b);
	assert_int_equal(op->row->read_custom(op, options, sizeof(options)),
			 -EINVAL);
	assert_int_equal(op->row->read_custom(op, options, 2), -EBADMSG);
	assert_int_equal(op->row->read_custom(op, NULL, 0), -EBADMSG);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(detection_has_a_row_for_each_class),
	cmocka_unit_test(detection_needs_its_options),
};

#define ADD_ROWS(table, check)                                                 \
	for (size_t i = 0; i < COUNT(table); i++)                              \
		all[count++] = (struct CMUnitTest)                             \
		{                                                              \
			.name = (table)[i].name, .test_func = (check),         \
			.initial_state = (void *)&(table)[i],                  \
		}

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(rows) + COUNT(spoilt)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(rows, check_row);
	ADD_ROWS(spoilt, check_spoilt);
	return cmocka_run_group_tests_name("shape-reduction", all, NULL, NULL);
}
