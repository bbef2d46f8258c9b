/* SPDX-License-Identifier: MIT */
/*
 * NON_MAX_SUPPRESSION: of boxes that overlap, those with the best scores. The
 * candidates are in a binary heap, whose order among equal scores is the
 * reference's: that of a heap which sinks a hole to the bottom, to the right
 * child of two equal ones, and lets the last element rise from there.
 */
#include "firmware/kernels/ref/quantised.h"
#include "firmware/maths.h"

enum { BOXES, SCORES, OVERLAP, LEAST_SCORE, SIGMA };
enum { PLACES, CHOSEN, COUNT, HEAP_SCORES, HEAP_PLACES };

struct candidate {
	float score;
	int32_t place;
	int32_t seen; /* so many of the chosen have been compared with it */
};

struct suppression {
	const struct apui_fw_call *call;
	int32_t box_count, max_count;
	float overlap, least_score, sigma;
	int32_t heap_count, count;
	uint64_t work;
};

static struct candidate
get(const struct suppression *s, int32_t i)
{
	const int32_t *places = s->call->outputs[HEAP_PLACES].data;

	return (struct candidate) {
		.score = ((const float *)s->call->outputs[HEAP_SCORES].data)[i],
		.place = apui_fw_read_i32(places, (uint32_t)i * 2),
		.seen = apui_fw_read_i32(places, (uint32_t)i * 2 + 1),
	};
}

static void
set(struct suppression *s, int32_t i, const struct candidate *candidate)
{
	int32_t *places = s->call->outputs[HEAP_PLACES].data;

	((float *)s->call->outputs[HEAP_SCORES].data)[i] = candidate->score;
	places[2 * i] = candidate->place;
	places[2 * i + 1] = candidate->seen;
}

static void
move(struct suppression *s, int32_t to, int32_t from)
{
	const struct candidate candidate = get(s, from);

	set(s, to, &candidate);
}

/* Into hole @i, or above it. */
static void
rise(struct suppression *s, int32_t i, const struct candidate *candidate)
{
	while (i > 0 && get(s, (i - 1) / 2).score < candidate->score) {
		move(s, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
	set(s, i, candidate);
}

/* There is room: a candidate that is pushed again has been popped. */
static void
push(struct suppression *s, const struct candidate *candidate)
{
	rise(s, s->heap_count++, candidate);
}

static struct candidate
pop(struct suppression *s)
{
	const struct candidate first = get(s, 0);
	const struct candidate last = get(s, --s->heap_count);
	int32_t hole = 0, child = 2;

	for (; child < s->heap_count; child = 2 * hole + 2) {
		if (get(s, child).score < get(s, child - 1).score)
			child--;
		move(s, hole, child);
		hole = child;
	}
	if (child == s->heap_count) {
		move(s, hole, child - 1);
		hole = child - 1;
	}
	rise(s, hole, &last);
	return first;
}

static float
least(float a, float b)
{
	return b < a ? b : a;
}

static float
most(float a, float b)
{
	return a < b ? b : a;
}

struct box {
	float top, left, bottom, right;
};

static struct box
read_box(const struct suppression *s, int32_t i)
{
	const float *corners =
		(const float *)s->call->inputs[BOXES].data + (size_t)i * 4;

	return (struct box) {
		.top = least(corners[0], corners[2]),
		.left = least(corners[1], corners[3]),
		.bottom = most(corners[0], corners[2]),
		.right = most(corners[1], corners[3]),
	};
}

static float
compute_area(const struct box *box)
{
	return (box->bottom - box->top) * (box->right - box->left);
}

/* What two boxes share, of what they cover together. */
static float
compute_overlap(const struct suppression *s, int32_t i, int32_t j)
{
	const struct box a = read_box(s, i), b = read_box(s, j);
	float area_a = compute_area(&a), area_b = compute_area(&b);
	float height, width, shared;

	if (area_a <= 0 || area_b <= 0)
		return 0;
	height = least(a.bottom, b.bottom) - most(a.top, b.top);
	width = least(a.right, b.right) - most(a.left, b.left);
	shared = most(height, 0) * most(width, 0);
	if (area_a + area_b - shared == 0)
		return 0;
	return shared / (area_a + area_b - shared);
}

/*
 * Compare @candidate with the chosen ones that it has not seen. *@is_out: it
 * overlaps one of them too much. ERANGE when a number has been tampered with.
 */
static int
compare(struct suppression *s, struct candidate *candidate, int *is_out)
{
	const int32_t *places = s->call->outputs[PLACES].data;
	float scale = s->sigma > 0 ? -0.5f / s->sigma : 0;

	*is_out = 0;
	if (candidate->place < 0 || candidate->place >= s->box_count ||
	    candidate->seen < 0)
		return APUI_RESULT_ERANGE;
	for (int32_t j = s->count - 1; j >= candidate->seen; j--) {
		int32_t other = apui_fw_read_i32(places, (uint32_t)j);
		float overlap;

		if (other < 0 || other >= s->box_count)
			return APUI_RESULT_ERANGE;
		if (apui_pace(s->call, &s->work, 8))
			return APUI_RESULT_ECANCELED;
		overlap = compute_overlap(s, candidate->place, other);
		if (overlap >= s->overlap) {
			*is_out = 1;
			break;
		}
		if (s->sigma > 0)
			candidate->score *= expf(scale * overlap * overlap);
		if (candidate->score <= s->least_score)
			break;
	}
	candidate->seen = s->count;
	return APUI_RESULT_OK;
}

/* The best candidate: chosen, or put back with a lower score, or out. */
static int
try_next(struct suppression *s)
{
	struct candidate next = pop(s);
	float score = next.score;
	int is_out;
	int ret = compare(s, &next, &is_out);

	if (ret != APUI_RESULT_OK || is_out)
		return ret;
	if (next.score == score) {
		((int32_t *)s->call->outputs[PLACES].data)[s->count] =
			next.place;
		((float *)s->call->outputs[CHOSEN].data)[s->count] = score;
		s->count++;
	}
	/* A chosen one, too, and is then compared with itself: one without an
	 * area is chosen again, as by the reference. */
	if (next.score > s->least_score)
		push(s, &next);
	return APUI_RESULT_OK;
}

static int
fill_heap(struct suppression *s)
{
	const float *scores = s->call->inputs[SCORES].data;

	for (int32_t i = 0; i < s->box_count; i++) {
		const struct candidate candidate = {
			.score = scores[i],
			.place = i,
		};

		if (apui_pace(s->call, &s->work, 4))
			return APUI_RESULT_ECANCELED;
		if (candidate.score > s->least_score)
			push(s, &candidate);
	}
	return APUI_RESULT_OK;
}

static int
is_number(const struct apui_fw_tensor *tensor)
{
	return tensor->type == APUI_TYPE_FLOAT32 &&
	       tensor->size_bytes == sizeof(float);
}

static int
is_matrix(const struct apui_fw_tensor *tensor, unsigned int type,
	  int32_t columns)
{
	return tensor->type == type && tensor->rank == 2 &&
	       tensor->dims[1] == columns;
}

static int
is_vector(const struct apui_fw_tensor *tensor, unsigned int type, int32_t count)
{
	return tensor->type == type && tensor->rank == 1 &&
	       tensor->dims[0] == count;
}

static int
is_valid(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *in = call->inputs, *out = call->outputs;
	int32_t boxes = in[BOXES].dims[0], count = out[PLACES].dims[0];

	return is_matrix(&in[BOXES], APUI_TYPE_FLOAT32, 4) &&
	       is_vector(&in[SCORES], APUI_TYPE_FLOAT32, boxes) &&
	       is_number(&in[OVERLAP]) && is_number(&in[LEAST_SCORE]) &&
	       (!in[SIGMA].data || is_number(&in[SIGMA])) &&
	       is_vector(&out[PLACES], APUI_TYPE_INT32, count) &&
	       is_vector(&out[CHOSEN], APUI_TYPE_FLOAT32, count) &&
	       out[COUNT].type == APUI_TYPE_INT32 &&
	       out[COUNT].size_bytes == sizeof(int32_t) &&
	       is_vector(&out[HEAP_SCORES], APUI_TYPE_FLOAT32, boxes) &&
	       is_matrix(&out[HEAP_PLACES], APUI_TYPE_INT32, 2) &&
	       out[HEAP_PLACES].dims[0] == boxes;
}

/* What is not chosen is 0. */
static int
finish(struct suppression *s)
{
	int32_t *places = s->call->outputs[PLACES].data;
	float *chosen = s->call->outputs[CHOSEN].data;

	for (int32_t i = s->count; i < s->max_count; i++) {
		if (apui_pace(s->call, &s->work, 0))
			return APUI_RESULT_ECANCELED;
		places[i] = 0;
		chosen[i] = 0;
	}
	*(int32_t *)s->call->outputs[COUNT].data = s->count;
	return APUI_RESULT_OK;
}

int
apui_kernel_non_max_suppression(const struct apui_fw_call *call)
{
	const struct apui_fw_tensor *in = call->inputs;
	struct suppression s = { .call = call };
	int32_t most_chosen;
	int ret;

	if (!is_valid(call))
		return APUI_RESULT_EINVAL;
	s.box_count = in[BOXES].dims[0];
	s.max_count = call->outputs[PLACES].dims[0];
	s.overlap = *(const float *)in[OVERLAP].data;
	s.least_score = *(const float *)in[LEAST_SCORE].data;
	s.sigma = in[SIGMA].data ? *(const float *)in[SIGMA].data : 0;

	ret = fill_heap(&s);
	most_chosen = s.heap_count < s.max_count ? s.heap_count : s.max_count;
	while (ret == APUI_RESULT_OK && s.heap_count > 0 &&
	       s.count < most_chosen) {
		if (apui_pace(call, &s.work, 16))
			return APUI_RESULT_ECANCELED;
		ret = try_next(&s);
	}
	return ret == APUI_RESULT_OK ? finish(&s) : ret;
}
