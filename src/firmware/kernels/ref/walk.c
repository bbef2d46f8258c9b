/* SPDX-License-Identifier: MIT */
#include "firmware/kernels/ref/walk.h"

/* Short enough to look at the reset line between two. */
#define MAX_SEGMENT 65536

static int32_t
length_from_end(const struct apui_fw_tensor *tensor, unsigned int i)
{
	return i < tensor->rank ? tensor->dims[tensor->rank - 1 - i] : 1;
}

/* Broadcasting as numpy defines it: 1 stretches to the others' length. */
static int
find_steps(const struct apui_walk *walk, unsigned int i, size_t *sizes,
	   size_t *steps)
{
	const struct apui_fw_call *call = walk->call;
	int32_t y_length = length_from_end(&call->outputs[0], i);
	int is_reached = 0;

	for (unsigned int k = 0; k < walk->input_count; k++) {
		int32_t length = length_from_end(&call->inputs[k], i);

		if (length != y_length && length != 1)
			return APUI_RESULT_EINVAL;
		is_reached |= length == y_length;
		steps[k] = length == 1 ? 0 : sizes[k];
		sizes[k] *= (size_t)length;
	}
	return is_reached ? APUI_RESULT_OK : APUI_RESULT_EINVAL;
}

static int
goes_on(const struct apui_walk *walk, const struct apui_walk_run *run,
	const size_t *steps)
{
	for (unsigned int k = 0; k < walk->input_count; k++)
		if (!run->steps[k] != !steps[k])
			return 0;
	return 1;
}

static void
add_dimension(struct apui_walk *walk, size_t length, const size_t *steps)
{
	struct apui_walk_run *run = &walk->runs[walk->run_count - 1];

	if (length == 1)
		return;
	if (run->length != 1 && !goes_on(walk, run, steps)) {
		run++;
		walk->run_count++;
		run->length = 1;
	}
	if (run->length == 1)
		for (unsigned int k = 0; k < walk->input_count; k++)
			run->steps[k] = steps[k];
	run->length *= length;
}

int
apui_walk_begin(struct apui_walk *walk, const struct apui_fw_call *call,
		unsigned int input_count)
{
	const struct apui_fw_tensor *y = &call->outputs[0];
	size_t sizes[APUI_WALK_MAX_INPUTS] = { 1, 1, 1 };
	unsigned int rank = 0;

	walk->call = call;
	walk->input_count = input_count;
	walk->run_count = 1;
	walk->runs[0] = (struct apui_walk_run) { .length = 1 };
	walk->element_count = y->size_bytes / apui_fw_type_bytes(y->type);
	walk->work = 0;
	walk->y_at = 0;
	walk->length = 0;
	walk->result = APUI_RESULT_OK;
	for (unsigned int k = 0; k < input_count; k++)
		if (call->inputs[k].rank > rank)
			rank = call->inputs[k].rank;
	if (y->rank != rank)
		return APUI_RESULT_EINVAL;

	for (unsigned int i = 0; i < rank; i++) {
		size_t steps[APUI_WALK_MAX_INPUTS] = { 0 };

		if (find_steps(walk, i, sizes, steps) != APUI_RESULT_OK)
			return APUI_RESULT_EINVAL;
		add_dimension(walk, (size_t)length_from_end(y, i), steps);
	}
	return APUI_RESULT_OK;
}

static void
place_segment(struct apui_walk *walk)
{
	size_t left = walk->y_at;

	for (unsigned int k = 0; k < walk->input_count; k++) {
		walk->at[k] = 0;
		walk->step[k] = walk->runs[0].steps[k];
	}
	walk->length = walk->runs[0].length - left % walk->runs[0].length;
	if (walk->length > MAX_SEGMENT)
		walk->length = MAX_SEGMENT;
	for (unsigned int j = 0; j < walk->run_count; j++) {
		const struct apui_walk_run *run = &walk->runs[j];

		for (unsigned int k = 0; k < walk->input_count; k++)
			walk->at[k] += left % run->length * run->steps[k];
		left /= run->length;
	}
}

int
apui_walk_next(struct apui_walk *walk)
{
	walk->y_at += walk->length;
	if (walk->y_at >= walk->element_count)
		return 0;
	if (apui_pace(walk->call, &walk->work, walk->length)) {
		walk->result = APUI_RESULT_ECANCELED;
		return 0;
	}
	place_segment(walk);
	return 1;
}
