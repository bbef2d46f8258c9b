/* SPDX-License-Identifier: MIT */
#include "sim/iova.h"
#include <assert.h>
#include <errno.h>
#include <stdbool.h>

/* Below this, Linux rounds an IOVA's size up to a power of two (uapi.md 2.3) */
#define SMALL_BYTES (32 * UINT64_C(4096))

static uint64_t
round_to_power_of_two(uint64_t bytes)
{
	uint64_t power = APUI_SIM_PAGE_BYTES;

	while (power < bytes)
		power *= 2;
	return power;
}

/* The highest gap that takes @bytes at a multiple of @alignment. */
static bool
find_gap(const struct apui_sim_ranges *ranges, uint64_t bytes,
	 uint64_t alignment, uint64_t *out_start)
{
	uint64_t gap_end = APUI_SIM_IOVA_END;

	for (size_t i = ranges->count + 1; i > 0; i--) {
		uint64_t gap_start =
			i > 1 ? ranges->items[i - 2].end : APUI_SIM_IOVA_FIRST;

		if (gap_end - gap_start >= bytes) {
			uint64_t start = (gap_end - bytes) & ~(alignment - 1);

			if (start >= gap_start) {
				*out_start = start;
				return true;
			}
		}
		if (i > 1)
			gap_end = ranges->items[i - 2].start;
	}
	return false;
}

/*
 * Aligned to its size, as Linux does it. What finds no room so still gets some
 * if a gap is wide enough: the machine could not use half its memory else.
 */
static int
choose_address(const struct apui_sim_iova *iova, uint64_t mapped_bytes,
	       uint64_t *out_start, uint64_t *out_end)
{
	uint64_t alignment = round_to_power_of_two(mapped_bytes);
	uint64_t bytes = mapped_bytes < SMALL_BYTES ? alignment : mapped_bytes;

	if (!find_gap(&iova->ranges, bytes, alignment, out_start)) {
		bytes = mapped_bytes;
		if (!find_gap(&iova->ranges, bytes, APUI_SIM_PAGE_BYTES,
			      out_start))
			return -ENOSPC;
	}
	*out_end = *out_start + bytes;
	return 0;
}

int
apui_sim_iova_map(struct apui_sim_iova *iova, struct apui_sim_memory *memory)
{
	uint64_t start, end;
	int ret;

	if (memory->device_maps > 0) {
		memory->device_maps++;
		return 0;
	}
	ret = choose_address(iova, memory->mapped_bytes, &start, &end);
	if (ret < 0)
		return ret;
	ret = apui_sim_ranges_add(&iova->ranges, start, end, memory);
	if (ret < 0)
		return ret;
	memory->device_address = start;
	memory->device_maps = 1;
	return 0;
}

void
apui_sim_iova_unmap(struct apui_sim_iova *iova, struct apui_sim_memory *memory)
{
	assert(memory->device_maps > 0);
	memory->device_maps--;
	if (memory->device_maps == 0)
		apui_sim_ranges_remove(&iova->ranges, memory->device_address);
}

struct apui_sim_memory *
apui_sim_iova_find(const struct apui_sim_iova *iova, uint64_t address,
		   uint64_t size_bytes, uint64_t *out_offset)
{
	const struct apui_sim_range *range =
		apui_sim_ranges_find(&iova->ranges, address);
	uint64_t offset;

	if (range == NULL)
		return NULL;
	offset = address - range->start;
	if (offset > range->memory->mapped_bytes ||
	    size_bytes > range->memory->mapped_bytes - offset)
		return NULL;
	*out_offset = offset;
	return range->memory;
}

void
apui_sim_iova_finish(struct apui_sim_iova *iova)
{
	apui_sim_ranges_finish(&iova->ranges);
}
