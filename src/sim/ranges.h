/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_RANGES_H
#define APUI_SIM_RANGES_H

/*
 * Ranges of addresses that do not overlap, each of one memory; sorted, so that
 * an address is found by halving. The caller locks.
 */

#include <stddef.h>
#include <stdint.h>

struct apui_sim_memory;

struct apui_sim_range {
	uint64_t start;
	uint64_t end; /* first address behind it */
	struct apui_sim_memory *memory;
};

/* All zero is empty. */
struct apui_sim_ranges {
	struct apui_sim_range *items;
	size_t count;
	size_t capacity;
};

/* The range with the highest start that is not over @address, or NULL. */
const struct apui_sim_range *
apui_sim_ranges_find(const struct apui_sim_ranges *ranges, uint64_t address);

/* Add a range that overlaps none. -ENOMEM. */
int
apui_sim_ranges_add(struct apui_sim_ranges *ranges, uint64_t start,
		    uint64_t end, struct apui_sim_memory *memory);

/* Remove the range that starts at @start, if there is one. */
void
apui_sim_ranges_remove(struct apui_sim_ranges *ranges, uint64_t start);

void
apui_sim_ranges_finish(struct apui_sim_ranges *ranges);

#endif
