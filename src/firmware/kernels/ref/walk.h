/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_WALK_H
#define APUI_REF_WALK_H

/*
 * The walk through output 0 of a call and the inputs that broadcast to it, in
 * segments along which each input either moves one element at a time or stays.
 * It asks the reset line between segments, so the loops over one need not.
 */

#include "firmware/kernels/ref/quantised.h"

#define APUI_WALK_MAX_INPUTS 3

/*
 * Neighbouring dimensions along which each input either moves or stays, as one.
 * The steps count elements; 0 where the input stays.
 */
struct apui_walk_run {
	size_t length, steps[APUI_WALK_MAX_INPUTS];
};

struct apui_walk {
	const struct apui_fw_call *call;
	unsigned int input_count;
	struct apui_walk_run runs[APUI_PROGRAM_MAX_RANK]; /* innermost first */
	unsigned int run_count;
	size_t element_count; /* of the output */
	uint64_t work;
	/* The segment: where it begins, in elements, and how it goes on. */
	size_t y_at, length;
	size_t at[APUI_WALK_MAX_INPUTS], step[APUI_WALK_MAX_INPUTS];
	int result;
};

/*
 * EINVAL unless the first @input_count inputs broadcast to output 0, whose rank
 * is the highest of theirs. Types are the caller's to check.
 */
int
apui_walk_begin(struct apui_walk *walk, const struct apui_fw_call *call,
		unsigned int input_count);

/* False behind the last segment, or at a reset: then @result says which. */
int
apui_walk_next(struct apui_walk *walk);

#endif
