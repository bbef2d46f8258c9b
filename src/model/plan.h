/* SPDX-License-Identifier: MIT */
#ifndef APUI_PLAN_H
#define APUI_PLAN_H

/*
 * Where intermediate tensors live: two that are alive at once never overlap,
 * others share memory.
 */

#include <stdint.h>

#define APUI_PLAN_ALIGNMENT 64u

/* One piece of memory. Alive from @first to @last, both included. */
struct apui_plan_item {
	uint64_t size_bytes;
	uint64_t offset_bytes; /* the plan's answer */
	uint32_t first;        /* operator that writes it */
	uint32_t last;         /* last operator that reads it; >= first */
};

/*
 * Give every item an offset, a multiple of APUI_PLAN_ALIGNMENT, at or behind
 * @base_bytes (a multiple, too). @out_bytes gets the end of the highest one, or
 * @base_bytes. The work is bounded by @count * log(@count) and a constant; past
 * the constant the plan is correct but wastes memory.
 *
 * Returns 0, -EOVERFLOW when an offset does not fit in 63 bits, -ENOMEM. The
 * same items always get the same offsets.
 */
int
apui_plan_memory(struct apui_plan_item *items, uint32_t count,
		 uint64_t base_bytes, uint64_t *out_bytes);

/*
 * What no plan can be below: @base_bytes and the largest sum of (aligned) sizes
 * alive at one operator. Errors as apui_plan_memory().
 */
int
apui_plan_lower_bound(const struct apui_plan_item *items, uint32_t count,
		      uint64_t base_bytes, uint64_t *out_bytes);

#endif
