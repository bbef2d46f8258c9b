/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Three boxes, the first two one above the other, and two classes behind a
 * background.
 */
enum { BOX_COUNT = 3, SCORE_COUNT = 3, MAX_ROWS = 4 };

static const float good_boxes[BOX_COUNT * 4] = { 0 };
/* y, x, height, width of each */
static const float good_anchors[BOX_COUNT * 4] = {
	0.5f, 0.5f, 1, 1, 0.5f, 0.55f, 1, 1, 2, 2, 1, 0.5f,
};
static const float good_scores[BOX_COUNT * SCORE_COUNT] = {
	1, 0.6f, 0.1f, 1, 0.8f, 0.2f, 1, 0.3f, 0.7f,
};

struct detection_case {
	struct fw_host host;
	struct apui_fw_tensor inputs[3];
	struct apui_fw_tensor outputs[6];
	union apui_params params;
};

static void
set_floats(struct apui_fw_tensor *tensor, uint8_t rank, const int32_t *dims,
	   const float *values)
{
	tensor->type = APUI_TYPE_FLOAT32;
	tensor->rank = rank;
	tensor->zero_point = 0;
	tensor->size_bytes = sizeof(float);
	for (unsigned int i = 0; i < APUI_PROGRAM_MAX_RANK; i++) {
		tensor->dims[i] = i < rank ? dims[i] : 1;
		tensor->size_bytes *= (uint32_t)tensor->dims[i];
	}
	tensor->data = malloc(tensor->size_bytes);
	assert_non_null(tensor->data);
	memset(tensor->data, 0xcc, tensor->size_bytes);
	if (values != NULL)
		memcpy(tensor->data, values, tensor->size_bytes);
}

static void
init_good(struct detection_case *c)
{
	memset(c, 0, sizeof(*c));
	fw_host_init(&c->host, 4);
	set_floats(&c->inputs[0], 3, DIMS(1, BOX_COUNT, 4), good_boxes);
	set_floats(&c->inputs[1], 3, DIMS(1, BOX_COUNT, SCORE_COUNT),
		   good_scores);
	set_floats(&c->inputs[2], 2, DIMS(BOX_COUNT, 4), good_anchors);
	set_floats(&c->outputs[0], 3, DIMS(1, MAX_ROWS, 4), NULL);
	set_floats(&c->outputs[1], 2, DIMS(1, MAX_ROWS), NULL);
	set_floats(&c->outputs[2], 2, DIMS(1, MAX_ROWS), NULL);
	set_floats(&c->outputs[3], 1, DIMS(1), NULL);
	set_floats(&c->outputs[4], 2, DIMS(BOX_COUNT, 4), NULL);
	set_floats(&c->outputs[5], 2, DIMS(BOX_COUNT, 1), NULL);
	c->params.detection = (struct apui_detection_params) {
		.y_scale = 10,
		.x_scale = 10,
		.h_scale = 5,
		.w_scale = 5,
		.score_threshold = 0.25f,
		.overlap_threshold = 0.5f,
		.class_count = 2,
		.max_detections = MAX_ROWS,
		.classes_per_detection = 1,
		.detections_per_class = 100,
	};
}

static int
run(struct detection_case *c)
{
	const struct apui_fw_call call = {
		.host = &c->host.host,
		.params = c->params,
		.inputs = c->inputs,
		.outputs = c->outputs,
		.input_count = 3,
		.output_count = 6,
	};

	return apui_kernel_detection(&call);
}

static void
finish(struct detection_case *c)
{
	for (size_t i = 0; i < COUNT(c->inputs); i++)
		free(c->inputs[i].data);
	for (size_t i = 0; i < COUNT(c->outputs); i++)
		free(c->outputs[i].data);
}

static void
check_floats(const struct apui_fw_tensor *tensor, size_t count,
	     const float *expected)
{
	const float *values = tensor->data;

	for (size_t i = 0; i < count; i++)
		assert_true(fabsf(values[i] - expected[i]) < 1e-6f);
}

static void
fast_suppresses_across_classes(void **state)
{
	static const float boxes[] = { 0,    0.05f, 1, 1.05f, 1.5f, 1.75f,
				       2.5f, 2.25f, 0, 0,     0,    0 };
	struct detection_case c;

	(void)state;
	init_good(&c);
	assert_int_equal(run(&c), APUI_RESULT_OK);
	check_floats(&c.outputs[0], COUNT(boxes), boxes);
	check_floats(&c.outputs[1], 4, (const float[]) { 0, 1, 0, 0 });
	check_floats(&c.outputs[2], 4, (const float[]) { 0.8f, 0.7f, 0, 0 });
	check_floats(&c.outputs[3], 1, (const float[]) { 2 });
	finish(&c);
}

static void
fast_gives_several_classes_of_a_box(void **state)
{
	struct detection_case c;

	(void)state;
	init_good(&c);
	c.params.detection.max_detections = 2;
	c.params.detection.classes_per_detection = 2;
	assert_int_equal(run(&c), APUI_RESULT_OK);
	check_floats(&c.outputs[1], 4, (const float[]) { 0, 1, 1, 0 });
	check_floats(&c.outputs[2], 4,
		     (const float[]) { 0.8f, 0.2f, 0.7f, 0.3f });
	finish(&c);
}

static void
regular_suppresses_within_a_class(void **state)
{
	struct detection_case c;

	(void)state;
	init_good(&c);
	c.params.detection.is_regular = 1;
	assert_int_equal(run(&c), APUI_RESULT_OK);
	check_floats(&c.outputs[1], 4, (const float[]) { 0, 1, 0, 0 });
	check_floats(&c.outputs[2], 4, (const float[]) { 0.8f, 0.7f, 0.3f, 0 });
	check_floats(&c.outputs[3], 1, (const float[]) { 3 });
	finish(&c);
}

static void
regular_keeps_the_best_when_full(void **state)
{
	struct detection_case c;

	(void)state;
	init_good(&c);
	c.params.detection.is_regular = 1;
	c.params.detection.max_detections = 1;
	c.params.detection.classes_per_detection = MAX_ROWS;
	((float *)c.inputs[1].data)[8] = 0.9f;
	assert_int_equal(run(&c), APUI_RESULT_OK);
	check_floats(&c.outputs[1], 1, (const float[]) { 1 });
	check_floats(&c.outputs[2], 1, (const float[]) { 0.9f });
	check_floats(&c.outputs[3], 1, (const float[]) { 1 });
	finish(&c);
}

static void
encodings_move_and_stretch_boxes(void **state)
{
	/* exp(1) of the height, the middle moved by a tenth. */
	const float half = 1.35914091f;
	struct detection_case c;

	(void)state;
	init_good(&c);
	((float *)c.inputs[0].data)[4] = 1;
	((float *)c.inputs[0].data)[6] = 5;
	assert_int_equal(run(&c), APUI_RESULT_OK);
	check_floats(
		&c.outputs[0], 4,
		(const float[]) { 0.6f - half, 0.05f, 0.6f + half, 1.05f });
	finish(&c);
}

static void
negative_anchor_is_refused(void **state)
{
	struct detection_case c;

	(void)state;
	init_good(&c);
	((float *)c.inputs[2].data)[2] = -1;
	assert_int_equal(run(&c), APUI_RESULT_ERANGE);
	finish(&c);
}

/* Nothing of what is written is used as an index. */
static void
numbers_that_are_none_do_no_harm(void **state)
{
	(void)state;
	for (int regular = 0; regular < 2; regular++) {
		struct detection_case c;

		init_good(&c);
		c.params.detection.is_regular = regular;
		c.params.detection.max_detections = 2;
		c.params.detection.classes_per_detection = 2;
		for (size_t i = 0; i < 9; i += 2)
			((float *)c.inputs[1].data)[i] = NAN;
		((float *)c.inputs[0].data)[0] = NAN;
		((float *)c.inputs[0].data)[6] = INFINITY;
		assert_int_equal(run(&c), APUI_RESULT_OK);
		finish(&c);
	}
}

/* Each class is better than those before, and moves all of their rows. */
static void
rows_that_move_count_as_work(void **state)
{
	enum { CLASSES = 2000 };
	static const float anchor[] = { 0.5f, 0.5f, 1, 1 };
	static float scores[CLASSES];
	struct detection_case c;

	(void)state;
	init_good(&c);
	finish(&c);
	for (size_t i = 0; i < CLASSES; i++)
		scores[i] = (float)(i + 1);
	set_floats(&c.inputs[0], 3, DIMS(1, 1, 4), good_boxes);
	set_floats(&c.inputs[1], 3, DIMS(1, 1, CLASSES), scores);
	set_floats(&c.inputs[2], 2, DIMS(1, 4), anchor);
	set_floats(&c.outputs[0], 3, DIMS(1, CLASSES, 4), NULL);
	set_floats(&c.outputs[1], 2, DIMS(1, CLASSES), NULL);
	set_floats(&c.outputs[2], 2, DIMS(1, CLASSES), NULL);
	set_floats(&c.outputs[3], 1, DIMS(1), NULL);
	set_floats(&c.outputs[4], 2, DIMS(1, 4), NULL);
	set_floats(&c.outputs[5], 2, DIMS(1, 1), NULL);
	c.params.detection.is_regular = 1;
	c.params.detection.class_count = CLASSES;
	c.params.detection.max_detections = CLASSES;
	c.host.cancel_after = 1;
	assert_int_equal(run(&c), APUI_RESULT_ECANCELED);
	finish(&c);
}

#define FIELD(member)                                                          \
	offsetof(struct detection_case, member),                               \
		sizeof(((struct detection_case *)0)->member)
#define PARAM(member) FIELD(params.detection.member)

static const struct refusal {
	const char *name;
	size_t offset, size_bytes;
	uint64_t value;
} refusals[] = {
	{ "boxes_of_int32", FIELD(inputs[0].type), APUI_TYPE_INT32 },
	{ "boxes_of_8_bits_without_scale", FIELD(inputs[0].type),
	  APUI_TYPE_UINT8 },
	{ "boxes_of_rank_2", FIELD(inputs[0].rank), 2 },
	{ "two_batches", FIELD(inputs[0].dims[0]), 2 },
	{ "boxes_of_3_numbers", FIELD(inputs[0].dims[2]), 3 },
	{ "fewer_boxes_than_anchors", FIELD(inputs[0].dims[1]), 2 },
	{ "fewer_boxes_than_scores", FIELD(inputs[1].dims[1]), 2 },
	{ "two_backgrounds", FIELD(inputs[1].dims[2]), 4 },
	{ "fewer_scores_than_classes", FIELD(inputs[1].dims[2]), 1 },
	{ "anchors_of_5_numbers", FIELD(inputs[2].dims[1]), 5 },
	{ "no_class", PARAM(class_count), 0 },
	{ "no_detection", PARAM(max_detections), 0 },
	{ "other_detections", PARAM(max_detections), 5 },
	{ "very_many_detections", PARAM(max_detections), 0x7fffffff },
	{ "no_class_per_detection", PARAM(classes_per_detection), 0 },
	{ "no_detection_per_class", PARAM(detections_per_class), 0 },
	{ "neither_fast_nor_regular", PARAM(is_regular), 2 },
	{ "scale_0", PARAM(y_scale), 0 },
	{ "overlap_0", PARAM(overlap_threshold), 0 },
	{ "overlap_2", PARAM(overlap_threshold), 0x40000000 },
	{ "overlap_that_is_no_number", PARAM(overlap_threshold), 0x7fc00000 },
	{ "boxes_out_short", FIELD(outputs[0].size_bytes), 60 },
	{ "classes_out_short", FIELD(outputs[1].size_bytes), 12 },
	{ "scores_out_of_int32", FIELD(outputs[2].type), APUI_TYPE_INT32 },
	{ "count_out_empty", FIELD(outputs[3].size_bytes), 0 },
	{ "decoded_short", FIELD(outputs[4].size_bytes), 44 },
	{ "left_short", FIELD(outputs[5].size_bytes), 8 },
};

static void
check_refusal(void **state)
{
	const struct refusal *row = *state;
	struct detection_case c;

	init_good(&c);
	memcpy((uint8_t *)&c + row->offset, &row->value, row->size_bytes);
	assert_int_equal(run(&c), APUI_RESULT_EINVAL);
	finish(&c);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(fast_suppresses_across_classes),
	cmocka_unit_test(fast_gives_several_classes_of_a_box),
	cmocka_unit_test(regular_suppresses_within_a_class),
	cmocka_unit_test(regular_keeps_the_best_when_full),
	cmocka_unit_test(encodings_move_and_stretch_boxes),
	cmocka_unit_test(negative_anchor_is_refused),
	cmocka_unit_test(numbers_that_are_none_do_no_harm),
	cmocka_unit_test(rows_that_move_count_as_work),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("detection", all, NULL, NULL);
}
