/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_REDUCED_H
#define APUI_REF_REDUCED_H

/* Some dimensions of x are reduced, the others kept. */

#include "firmware/kernels/ref/quantised.h"

/* Neighbouring dimensions that are all reduced, or all kept, as one. */
struct apui_reduced_run {
	size_t length, step;
	int reduced;
};

struct apui_reduced {
	/* The innermost is the first. */
	struct apui_reduced_run runs[APUI_PROGRAM_MAX_RANK];
	unsigned int run_count;
	size_t kept;  /* elements of y */
	size_t count; /* elements of x for one of y */
};

static inline void
apui_reduced_find_runs(const struct apui_fw_tensor *x, uint32_t axes,
		       struct apui_reduced *reduced)
{
	struct apui_reduced_run *run = reduced->runs;
	size_t step = 1;

	*run = (struct apui_reduced_run) { .length = 1, .step = 1 };
	for (unsigned int i = x->rank; i-- > 0;) {
		size_t length = (size_t)x->dims[i];
		int is_reduced = axes >> i & 1;

		if (run->length != 1 && is_reduced != run->reduced)
			*++run = (struct apui_reduced_run) { .length = 1 };
		if (run->length == 1)
			*run = (struct apui_reduced_run) { 1, step,
							   is_reduced };
		run->length *= length;
		step *= length;
	}
	reduced->run_count = (unsigned int)(run - reduced->runs) + 1;
}

/* False unless @axes are dimensions of x, which is not empty. */
static inline int
apui_reduced_init(const struct apui_fw_tensor *x, uint32_t axes,
		  struct apui_reduced *reduced)
{
	if (x->size_bytes == 0 || axes >> x->rank != 0)
		return 0;
	reduced->kept = 1;
	for (unsigned int i = 0; i < x->rank; i++)
		if ((axes >> i & 1) == 0)
			reduced->kept *= (uint32_t)x->dims[i];
	reduced->count =
		x->size_bytes / apui_fw_type_bytes(x->type) / reduced->kept;
	apui_reduced_find_runs(x, axes, reduced);
	return 1;
}

/*
 * Element number @index of those that are kept, or reduced: where it is in x.
 */
static inline size_t
apui_reduced_find(const struct apui_reduced *reduced, size_t index,
		  int is_reduced)
{
	size_t at = 0;

	for (unsigned int i = 0; i < reduced->run_count; i++) {
		const struct apui_reduced_run *run = &reduced->runs[i];

		if (run->reduced != is_reduced)
			continue;
		at += index % run->length * run->step;
		index /= run->length;
	}
	return at;
}

#endif
