/* SPDX-License-Identifier: MIT */
/*
 * DETECTION: boxes from their encodings and anchors, then those with the best
 * scores that do not overlap a better one (docs/operators.md,
 * TFLite_Detection_PostProcess). Nothing is sorted: the best of what is left
 * is looked for again each time, so no index is ever read from memory.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/libc.h"

/* Of boxes, of rows and of classes: what can be looked through without asking
 * the reset line. */
#define MAX_COUNT APUI_PACE

enum { BOXES, SCORES, ANCHORS };
enum { OUT_BOXES, OUT_CLASSES, OUT_SCORES, OUT_COUNT, DECODED, LEFT };

struct box {
	float y_min, x_min, y_max, x_max;
};

struct detection {
	const struct apui_fw_call *call;
	const struct apui_detection_params *params;
	struct box *decoded;
	float *left; /* the score of each box that is still in the race */
	uint32_t box_count;
	uint32_t score_step; /* scores of a box, background included */
	uint32_t background; /* 1: score 0 of a box is of no class */
	uint32_t found;
	uint64_t work;
};

/* float32 or 8 bits. */
static int
is_real(const struct apui_fw_tensor *tensor, float scale)
{
	return tensor->type == APUI_TYPE_FLOAT32 ||
	       (apui_q8_is_valid(tensor) && scale > 0);
}

static int
is_floats(const struct apui_fw_tensor *tensor, uint64_t count)
{
	return tensor->type == APUI_TYPE_FLOAT32 &&
	       tensor->size_bytes == count * sizeof(float);
}

static int
check_params(const struct apui_detection_params *params, int32_t scores)
{
	if (params->class_count < 1 || params->class_count > scores ||
	    scores - params->class_count > 1 || params->max_detections < 1 ||
	    params->classes_per_detection < 1 ||
	    params->detections_per_class < 1 || params->is_regular < 0 ||
	    params->is_regular > 1)
		return APUI_RESULT_EINVAL;
	if (!(params->overlap_threshold > 0 &&
	      params->overlap_threshold <= 1) ||
	    params->y_scale == 0 || params->x_scale == 0 ||
	    params->h_scale == 0 || params->w_scale == 0)
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static int
check_detection(const struct apui_fw_call *call)
{
	const struct apui_detection_params *params = &call->params.detection;
	const struct apui_fw_tensor *boxes = &call->inputs[BOXES];
	const struct apui_fw_tensor *scores = &call->inputs[SCORES];
	const struct apui_fw_tensor *anchors = &call->inputs[ANCHORS];
	const struct apui_fw_tensor *out = call->outputs;
	uint64_t rows;

	if (!is_real(boxes, params->box_scale) ||
	    !is_real(scores, params->score_scale) ||
	    !is_real(anchors, params->anchor_scale) || boxes->rank != 3 ||
	    scores->rank != 3 || anchors->rank != 2)
		return APUI_RESULT_EINVAL;
	if (boxes->dims[0] != 1 || boxes->dims[2] < 4 || scores->dims[0] != 1 ||
	    scores->dims[1] != boxes->dims[1] ||
	    anchors->dims[0] != boxes->dims[1] || anchors->dims[1] != 4 ||
	    check_params(params, scores->dims[2]) != APUI_RESULT_OK)
		return APUI_RESULT_EINVAL;

	/* Both factors are below 2^31. */
	rows = (uint64_t)params->max_detections *
	       (uint64_t)params->classes_per_detection;
	if (rows > MAX_COUNT || boxes->dims[1] > (int32_t)MAX_COUNT ||
	    scores->dims[2] > (int32_t)MAX_COUNT ||
	    !is_floats(&out[OUT_BOXES], rows * 4) ||
	    !is_floats(&out[OUT_CLASSES], rows) ||
	    !is_floats(&out[OUT_SCORES], rows) ||
	    !is_floats(&out[OUT_COUNT], 1) ||
	    !is_floats(&out[DECODED], (uint64_t)boxes->dims[1] * 4) ||
	    !is_floats(&out[LEFT], (uint64_t)boxes->dims[1]))
		return APUI_RESULT_EINVAL;
	return APUI_RESULT_OK;
}

static float
read_real(const struct apui_fw_tensor *tensor, float scale, size_t i)
{
	if (tensor->type == APUI_TYPE_FLOAT32)
		return ((const float *)tensor->data)[i];
	if (tensor->type == APUI_TYPE_INT8)
		return (float)(((const int8_t *)tensor->data)[i] -
			       tensor->zero_point) *
		       scale;
	return (float)(((const uint8_t *)tensor->data)[i] -
		       tensor->zero_point) *
	       scale;
}

/* 2^exponent, for -1022 to 1023. */
static double
power_of_two(int32_t exponent)
{
	uint64_t bits = (uint64_t)(exponent + 1023) << 52;
	double power;

	memcpy(&power, &bits, sizeof(power));
	return power;
}

/* exp(@x) to the last bits of a double; beyond +-700, that of +-700. */
static double
exponential(double x)
{
	/* ln 2 in two parts: the first times 1024 is exact. */
	const double ln2_high = 0x1.62e42fee00000p-1;
	const double ln2_low = 0x1.a39ef35793c76p-33;
	double rest, sum = 1;
	int32_t whole;

	if (x != x)
		return x;
	x = x > 700 ? 700 : x < -700 ? -700 : x;
	whole = apui_fx_round_double(x * 0x1.71547652b82fep+0);
	rest = x - whole * ln2_high - whole * ln2_low;
	/* Taylor's series; |rest| is below 0.35. */
	for (int i = 14; i > 0; i--)
		sum = 1 + sum * rest / i;
	return sum * power_of_two(whole);
}

/* The middle and half the length of a box along one direction. */
static void
decode(double at, double length, double anchor_at, double anchor_length,
       double at_scale, double length_scale, float *min, float *max)
{
	float middle = (float)(at / at_scale * anchor_length + anchor_at);
	float half = (float)(0.5 * exponential(length / length_scale) *
			     anchor_length);

	*min = middle - half;
	*max = middle + half;
}

static int
decode_boxes(struct detection *detection)
{
	const struct apui_detection_params *params = detection->params;
	const struct apui_fw_tensor *boxes = &detection->call->inputs[BOXES];
	const struct apui_fw_tensor *anchors =
		&detection->call->inputs[ANCHORS];

	for (uint32_t i = 0; i < detection->box_count; i++) {
		struct box *box = &detection->decoded[i];
		float from[4], anchor[4];

		if (apui_pace(detection->call, &detection->work, 32))
			return APUI_RESULT_ECANCELED;
		for (uint32_t j = 0; j < 4; j++) {
			size_t at = (size_t)i * (size_t)boxes->dims[2] + j;

			from[j] = read_real(boxes, params->box_scale, at);
			anchor[j] = read_real(anchors, params->anchor_scale,
					      (size_t)i * 4 + j);
		}
		decode((double)from[0], (double)from[2], (double)anchor[0],
		       (double)anchor[2], (double)params->y_scale,
		       (double)params->h_scale, &box->y_min, &box->y_max);
		decode((double)from[1], (double)from[3], (double)anchor[1],
		       (double)anchor[3], (double)params->x_scale,
		       (double)params->w_scale, &box->x_min, &box->x_max);
		if (box->y_min > box->y_max || box->x_min > box->x_max)
			return APUI_RESULT_ERANGE;
	}
	return APUI_RESULT_OK;
}

static float
find_area(const struct box *box)
{
	return (box->y_max - box->y_min) * (box->x_max - box->x_min);
}

/* The length that two boxes share along one direction. */
static float
find_shared(float a_min, float a_max, float b_min, float b_max)
{
	float min = a_min < b_min ? b_min : a_min;
	float max = b_max < a_max ? b_max : a_max;

	return max - min < 0 ? 0 : max - min;
}

/* Intersection over union. */
static float
find_overlap(const struct box *a, const struct box *b)
{
	float a_area = find_area(a), b_area = find_area(b);
	float shared;

	if (a_area <= 0 || b_area <= 0)
		return 0;
	shared = find_shared(a->y_min, a->y_max, b->y_min, b->y_max) *
		 find_shared(a->x_min, a->x_max, b->x_min, b->x_max);
	return shared / (a_area + b_area - shared);
}

static float
read_score(const struct detection *detection, uint32_t box, uint32_t class)
{
	return read_real(&detection->call->inputs[SCORES],
			 detection->params->score_scale,
			 (size_t)box * detection->score_step +
				 detection->background + class);
}

/* Write detection @row. */
static void
write_row(const struct detection *detection, size_t row, const struct box *box,
	  uint32_t class, float score)
{
	const struct apui_fw_tensor *out = detection->call->outputs;

	((struct box *)out[OUT_BOXES].data)[row] = *box;
	((float *)out[OUT_CLASSES].data)[row] = (float)class;
	((float *)out[OUT_SCORES].data)[row] = score;
}

static int
is_better(float a, uint32_t a_class, float b, uint32_t b_class)
{
	return a > b || (a == b && a_class < b_class);
}

/*
 * The classes of a box from the best score down, a row each; the first of
 * equals first.
 */
static int
write_classes(struct detection *detection, uint32_t box)
{
	uint32_t classes = (uint32_t)detection->params->class_count;
	uint32_t wanted = (uint32_t)detection->params->classes_per_detection;
	size_t row = (size_t)detection->found * wanted;
	uint32_t last = 0;
	float last_score = 0;

	for (uint32_t i = 0; i < wanted && i < classes; i++) {
		uint32_t best = classes;
		float best_score = 0;

		if (apui_pace(detection->call, &detection->work, classes))
			return APUI_RESULT_ECANCELED;
		for (uint32_t j = 0; j < classes; j++) {
			float score = read_score(detection, box, j);

			if (i > 0 && !is_better(last_score, last, score, j))
				continue;
			if (best < classes &&
			    !is_better(score, j, best_score, best))
				continue;
			best = j;
			best_score = score;
		}
		/* Numbers that are none are in no order. */
		if (best == classes)
			break;
		write_row(detection, row + i, &detection->decoded[box], best,
			  best_score);
		last = best;
		last_score = best_score;
	}
	return APUI_RESULT_OK;
}

/*
 * Into the list of detections, which goes from the best score down and behind
 * equal ones. False when it is full of better ones.
 */
static int
insert_row(struct detection *detection, const struct box *box, uint32_t class,
	   float score)
{
	const struct apui_fw_tensor *out = detection->call->outputs;
	uint32_t max = (uint32_t)detection->params->max_detections;
	struct box *boxes = out[OUT_BOXES].data;
	float *classes = out[OUT_CLASSES].data;
	float *scores = out[OUT_SCORES].data;
	uint32_t at = detection->found;

	if (at == max) {
		if (!(score > scores[--at]))
			return 0;
	} else {
		detection->found++;
	}
	for (; at > 0 && score > scores[at - 1]; at--) {
		boxes[at] = boxes[at - 1];
		classes[at] = classes[at - 1];
		scores[at] = scores[at - 1];
	}
	write_row(detection, at, box, class, score);
	return 1;
}

/* The best score that is left, the first of equals; box_count: none. */
static uint32_t
find_best(const struct detection *detection)
{
	float threshold = detection->params->score_threshold;
	uint32_t best = detection->box_count;

	for (uint32_t i = 0; i < detection->box_count; i++) {
		float score = detection->left[i];

		if (!(score >= threshold))
			continue;
		if (best == detection->box_count ||
		    score > detection->left[best])
			best = i;
	}
	return best;
}

/* Take a box and what overlaps it out of the race. */
static void
suppress(struct detection *detection, uint32_t chosen)
{
	const struct box *box = &detection->decoded[chosen];
	const float none = __builtin_nanf("");

	detection->left[chosen] = none;
	for (uint32_t i = 0; i < detection->box_count; i++) {
		if (!(detection->left[i] >= detection->params->score_threshold))
			continue;
		if (find_overlap(box, &detection->decoded[i]) >
		    detection->params->overlap_threshold)
			detection->left[i] = none;
	}
}

/* Each box with its best class, then suppression across all of them. */
static int
detect_fast(struct detection *detection)
{
	uint32_t classes = (uint32_t)detection->params->class_count;
	uint32_t max = (uint32_t)detection->params->max_detections;

	for (uint32_t i = 0; i < detection->box_count; i++) {
		float best = read_score(detection, i, 0);

		if (apui_pace(detection->call, &detection->work, classes))
			return APUI_RESULT_ECANCELED;
		for (uint32_t j = 1; j < classes; j++) {
			float score = read_score(detection, i, j);

			best = score > best ? score : best;
		}
		detection->left[i] = best;
	}
	for (; detection->found < max; detection->found++) {
		uint32_t best = find_best(detection);

		if (best == detection->box_count)
			break;
		if (apui_pace(detection->call, &detection->work,
			      detection->box_count) ||
		    write_classes(detection, best) != APUI_RESULT_OK)
			return APUI_RESULT_ECANCELED;
		suppress(detection, best);
	}
	return APUI_RESULT_OK;
}

static int
detect_class(struct detection *detection, uint32_t class)
{
	int32_t max = detection->params->detections_per_class;

	for (uint32_t i = 0; i < detection->box_count; i++)
		detection->left[i] = read_score(detection, i, class);
	for (int32_t i = 0; i < max; i++) {
		uint32_t best = find_best(detection);

		if (best == detection->box_count)
			break;
		/* A row may move all that were found. */
		if (apui_pace(detection->call, &detection->work,
			      (uint64_t)detection->box_count +
				      detection->found))
			return APUI_RESULT_ECANCELED;
		/* What is left has lower scores. */
		if (!insert_row(detection, &detection->decoded[best], class,
				detection->left[best]))
			break;
		suppress(detection, best);
	}
	return APUI_RESULT_OK;
}

/* Suppression for each class alone; then the best of all. */
static int
detect_regular(struct detection *detection)
{
	for (int32_t i = 0; i < detection->params->class_count; i++) {
		int ret = detect_class(detection, (uint32_t)i);

		if (ret != APUI_RESULT_OK)
			return ret;
		if (apui_pace(detection->call, &detection->work,
			      detection->box_count))
			return APUI_RESULT_ECANCELED;
	}
	return APUI_RESULT_OK;
}

int
apui_kernel_detection(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *out = call->outputs;
	struct detection detection = {
		.call = call,
		.params = &call->params.detection,
		.decoded = out[DECODED].data,
		.left = out[LEFT].data,
		.box_count = (uint32_t)call->inputs[BOXES].dims[1],
		.score_step = (uint32_t)call->inputs[SCORES].dims[2],
	};
	int ret;

	ret = check_detection(call);
	if (ret != APUI_RESULT_OK)
		return ret;

	detection.background =
		detection.score_step - (uint32_t)detection.params->class_count;
	for (unsigned int i = OUT_BOXES; i <= OUT_COUNT; i++)
		memset(out[i].data, 0, out[i].size_bytes);
	ret = decode_boxes(&detection);
	if (ret == APUI_RESULT_OK)
		ret = detection.params->is_regular ? detect_regular(&detection)
						   : detect_fast(&detection);
	if (ret != APUI_RESULT_OK)
		return ret;
	*(float *)out[OUT_COUNT].data = (float)detection.found;
	return APUI_RESULT_OK;
}
