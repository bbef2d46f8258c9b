/* SPDX-License-Identifier: MIT */
#include "sim/ranges.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16u

/* How many ranges start at @address or below. */
static size_t
count_up_to(const struct apui_sim_ranges *ranges, uint64_t address)
{
	size_t low = 0;
	size_t high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->items[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct apui_sim_range *
apui_sim_ranges_find(const struct apui_sim_ranges *ranges, uint64_t address)
{
	size_t count = count_up_to(ranges, address);

	return count > 0 ? &ranges->items[count - 1] : NULL;
}

static int
grow_ranges(struct apui_sim_ranges *ranges)
{
	size_t capacity =
		ranges->capacity == 0 ? FIRST_CAPACITY : 2 * ranges->capacity;
	struct apui_sim_range *items;

	items = realloc(ranges->items, capacity * sizeof(items[0]));
	if (items == NULL)
		return -ENOMEM;
	ranges->items = items;
	ranges->capacity = capacity;
	return 0;
}

int
apui_sim_ranges_add(struct apui_sim_ranges *ranges, uint64_t start,
		    uint64_t end, struct apui_sim_memory *memory)
{
	size_t index = count_up_to(ranges, start);
	struct apui_sim_range *slot;
	int ret;

	if (ranges->count == ranges->capacity) {
		ret = grow_ranges(ranges);
		if (ret < 0)
			return ret;
	}
	slot = &ranges->items[index];
	memmove(slot + 1, slot, (ranges->count - index) * sizeof(*slot));
	*slot = (struct apui_sim_range) { start, end, memory };
	ranges->count++;
	return 0;
}

void
apui_sim_ranges_remove(struct apui_sim_ranges *ranges, uint64_t start)
{
	size_t count = count_up_to(ranges, start);
	struct apui_sim_range *slot;

	if (count == 0 || ranges->items[count - 1].start != start)
		return;
	slot = &ranges->items[count - 1];
	memmove(slot, slot + 1, (ranges->count - count) * sizeof(*slot));
	ranges->count--;
}

void
apui_sim_ranges_finish(struct apui_sim_ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct apui_sim_ranges) { 0 };
}
