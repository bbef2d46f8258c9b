/* SPDX-License-Identifier: MIT */

/* The custom operator TFLite_Detection_PostProcess, from options to program. */

#include "model/blame.h"
#include "model/flexbuffer.h"
#include "model/lowering.h"
#include "model/operator_table.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

/* Of boxes, of classes, and of rows of the result: what the firmware takes. */
#define MAX_COUNT 262144

/* What LiteRT takes when there is no detections_per_class. */
#define DEFAULT_DETECTIONS_PER_CLASS 100

enum { BOXES, SCORES, ANCHORS };
enum { OUT_BOXES, OUT_CLASSES, OUT_SCORES, OUT_COUNT };

struct option {
	const char *name;
	uint16_t offset; /* in union apui_operator_options */
	bool is_float;
	bool has_initial;
	double min, max;
	int32_t initial;
};

#define OFFSET(member) offsetof(union apui_operator_options, detection.member)
#define REAL(key, member, low, high)                                           \
	{                                                                      \
		.name = (key), .offset = OFFSET(member), .is_float = true,     \
		.min = (low), .max = (high)                                    \
	}
#define INTEGER(key, member)                                                   \
	{                                                                      \
		.name = (key), .offset = OFFSET(member), .min = 1,             \
		.max = MAX_COUNT                                               \
	}

static const struct option options[] = {
	REAL("y_scale", y_scale, 1e-30, 1e30),
	REAL("x_scale", x_scale, 1e-30, 1e30),
	REAL("h_scale", h_scale, 1e-30, 1e30),
	REAL("w_scale", w_scale, 1e-30, 1e30),
	REAL("nms_score_threshold", score_threshold, -1e30, 1e30),
	REAL("nms_iou_threshold", overlap_threshold, 1e-30, 1),
	INTEGER("num_classes", class_count),
	INTEGER("max_detections", max_detections),
	INTEGER("max_classes_per_detection", classes_per_detection),
	{ .name = "detections_per_class",
	  .offset = OFFSET(detections_per_class),
	  .has_initial = true,
	  .min = 1,
	  .max = MAX_COUNT,
	  .initial = DEFAULT_DETECTIONS_PER_CLASS },
	{ .name = "use_regular_nms",
	  .offset = OFFSET(is_regular),
	  .has_initial = true,
	  .min = 0,
	  .max = 1,
	  .initial = 0 },
};

static int
read_option(struct apu_operator *op, const struct apui_flexbuffer_map *map,
	    const struct option *option)
{
	uint8_t *to = (uint8_t *)&op->options + option->offset;
	double value = option->initial;
	int ret;

	ret = apui_flexbuffer_get_number(map, option->name, &value);
	if (ret == -ENOENT && !option->has_initial)
		return apui_blame(-EINVAL, op, NULL, "it has no option %s",
				  option->name);
	if (ret < 0 && ret != -ENOENT)
		return ret;
	/* False for NaN, too. */
	if (!(value >= option->min && value <= option->max))
		return apui_blame(
			-EINVAL, op, NULL, "option %s is %g, must be %g to %g",
			option->name, value, option->min, option->max);
	if (option->is_float)
		memcpy(to, &(float) { (float)value }, sizeof(float));
	else
		memcpy(to, &(int32_t) { (int32_t)value }, sizeof(int32_t));
	return 0;
}

static int
read_options(struct apu_operator *op, const uint8_t *data, uint32_t size_bytes)
{
	struct apui_flexbuffer_map map;
	int ret;

	ret = apui_flexbuffer_open_map(data, size_bytes, &map);
	for (size_t i = 0; ret == 0 && i < ROW_COUNT(options); i++)
		ret = read_option(op, &map, &options[i]);
	return ret;
}

static int
check_shapes(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *boxes = apui_graph_input(graph, op, BOXES);
	const struct apu_tensor *scores = apui_graph_input(graph, op, SCORES);
	const struct apu_tensor *anchors = apui_graph_input(graph, op, ANCHORS);
	int32_t classes = op->options.detection.class_count;

	if (boxes->dims[0] != 1 || boxes->dims[2] < 4)
		return apui_blame(-EINVAL, op, boxes,
				  "its boxes are not [1, boxes, 4 or more]");
	if (scores->dims[0] != 1 || scores->dims[1] != boxes->dims[1])
		return apui_blame(-EINVAL, op, scores,
				  "its scores are not those of %d boxes",
				  boxes->dims[1]);
	if (scores->dims[2] < classes || scores->dims[2] - classes > 1)
		return apui_blame(-EINVAL, op, scores,
				  "a box has %d scores, but there are %d "
				  "classes",
				  scores->dims[2], classes);
	if (anchors->dims[0] != boxes->dims[1] || anchors->dims[1] != 4)
		return apui_blame(-EINVAL, op, anchors,
				  "its anchors are not [%d, 4]",
				  boxes->dims[1]);
	if (boxes->dims[1] > MAX_COUNT || scores->dims[2] > MAX_COUNT)
		return apui_blame(-EOPNOTSUPP, op, boxes,
				  "it has more than %d boxes or scores",
				  MAX_COUNT);
	return 0;
}

int
apui_infer_detection(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shapes)
{
	int64_t rows = (int64_t)op->options.detection.max_detections *
		       op->options.detection.classes_per_detection;
	int ret;

	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		ret = apui_is_8_bit(x) ? apui_check_per_tensor(op, x) : 0;
		if (ret < 0)
			return ret;
	}
	ret = check_shapes(graph, op);
	if (ret < 0)
		return ret;
	if (rows > MAX_COUNT)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it gives %lld boxes, at most %d are "
				  "supported",
				  (long long)rows, MAX_COUNT);

	out_shapes[OUT_BOXES] = (struct apui_shape) {
		.rank = 3,
		.dims = { 1, (int32_t)rows, 4 },
	};
	out_shapes[OUT_CLASSES] = (struct apui_shape) {
		.rank = 2,
		.dims = { 1, (int32_t)rows },
	};
	out_shapes[OUT_SCORES] = out_shapes[OUT_CLASSES];
	out_shapes[OUT_COUNT] = (struct apui_shape) {
		.rank = 1,
		.dims = { 1 },
	};
	return 0;
}

/* Floats of the arena, as one more output. */
static int
add_scratch(struct apui_lowering *lowering, struct apui_lowered *lowered,
	    int32_t rows, int32_t columns)
{
	const struct apui_program_tensor record = {
		.type = APUI_TYPE_FLOAT32,
		.rank = 2,
		.dims = { rows, columns },
		.size_bytes =
			(uint32_t)rows * (uint32_t)columns * sizeof(float),
	};

	return apui_lowering_add_scratch(
		lowering, &record, &lowered->outputs[lowered->output_count++]);
}

static int
add_outputs(struct apui_lowering *lowering, const struct apu_operator *op,
	    struct apui_lowered *lowered)
{
	int32_t boxes = apui_graph_input(lowering->graph, op, BOXES)->dims[1];
	int ret = 0;

	for (unsigned int i = 1; ret == 0 && i < op->output_count; i++)
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(lowering->graph, op, i),
			&lowered->outputs[lowered->output_count++]);
	if (ret == 0)
		ret = add_scratch(lowering, lowered, boxes, 4);
	if (ret == 0)
		ret = add_scratch(lowering, lowered, boxes, 1);
	return ret;
}

int
apui_lower_detection(struct apui_lowering *lowering,
		     const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_DETECTION, 3, &lowered);
	if (ret == 0)
		ret = add_outputs(lowering, op, &lowered);
	if (ret < 0)
		return ret;
	lowered.params.detection = (struct apui_detection_params) {
		.box_scale = apui_per_tensor_scale(
			apui_graph_input(graph, op, BOXES)),
		.score_scale = apui_per_tensor_scale(
			apui_graph_input(graph, op, SCORES)),
		.anchor_scale = apui_per_tensor_scale(
			apui_graph_input(graph, op, ANCHORS)),
		.y_scale = op->options.detection.y_scale,
		.x_scale = op->options.detection.x_scale,
		.h_scale = op->options.detection.h_scale,
		.w_scale = op->options.detection.w_scale,
		.score_threshold = op->options.detection.score_threshold,
		.overlap_threshold = op->options.detection.overlap_threshold,
		.class_count = op->options.detection.class_count,
		.max_detections = op->options.detection.max_detections,
		.classes_per_detection =
			op->options.detection.classes_per_detection,
		.detections_per_class =
			op->options.detection.detections_per_class,
		.is_regular = op->options.detection.is_regular,
	};
	return apui_lowering_append(lowering, op, &lowered);
}

#define TYPES_INPUT (TYPES_8_BIT | TYPES_FLOAT32)

static const struct apui_operator_row rows[] = {
	{
		.name = "TFLite_Detection_PostProcess",
		.builtin_code = APUI_BUILTIN_CUSTOM,
		.max_version = 1,
		.options_type = APUI_OPTIONS_NONE,
		.fields = apui_no_fields,
		.read_custom = read_options,
		.shapes_outputs = true,
		.min_inputs = 3,
		.max_inputs = 3,
		.min_outputs = 4,
		.max_outputs = 4,
		.inputs = { TENSOR(TYPES_INPUT, 3, 3),
			    TENSOR(TYPES_INPUT, 3, 3),
			    TENSOR(TYPES_INPUT, 2, 2) },
		.output = TENSOR(TYPES_FLOAT32, 0, 3),
		.infer = apui_infer_detection,
		.lower = apui_lower_detection,
	},
};

const struct apui_operator_family apui_detection_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
