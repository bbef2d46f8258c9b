/* SPDX-License-Identifier: MIT */
#ifndef APUI_SIM_IOVA_H
#define APUI_SIM_IOVA_H

/*
 * A client's device address space: the window that the published device tree
 * gives the accelerator, less what its firmware keeps for itself (uapi.md 2.3).
 * The caller locks.
 */

#include "sim/memory.h"
#include "sim/ranges.h"

#define APUI_SIM_IOVA_BASE  UINT64_C(0x60000000)
#define APUI_SIM_IOVA_END   UINT64_C(0x70000000)
#define APUI_SIM_IOVA_FIRST UINT64_C(0x60d11000)

/* All zero is an empty space. */
struct apui_sim_iova {
	struct apui_sim_ranges ranges;
};

/*
 * Map a memory, or count one more user if it is mapped; its device_address is
 * valid then. -ENOSPC, -ENOMEM.
 */
int
apui_sim_iova_map(struct apui_sim_iova *iova, struct apui_sim_memory *memory);

/* Undo one apui_sim_iova_map(). */
void
apui_sim_iova_unmap(struct apui_sim_iova *iova, struct apui_sim_memory *memory);

/*
 * The memory that holds all @size_bytes at @address, and where in it they
 * start; NULL if none does. Neighbours in the device's address space are not
 * neighbours in ours, so nothing reaches over the end of a memory.
 */
struct apui_sim_memory *
apui_sim_iova_find(const struct apui_sim_iova *iova, uint64_t address,
		   uint64_t size_bytes, uint64_t *out_offset);

void
apui_sim_iova_finish(struct apui_sim_iova *iova);

#endif
