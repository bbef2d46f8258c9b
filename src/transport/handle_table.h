/* SPDX-License-Identifier: MIT */
#ifndef APUI_HANDLE_TABLE_H
#define APUI_HANDLE_TABLE_H

/*
 * Numbers for objects, as a kernel hands them out: from 1, the lowest free one
 * first. For transports that have no kernel behind them. The caller locks.
 */

#include <stdint.h>

/* Numbers a client may have; what wants more has lost count. */
#define APUI_HANDLE_MAX (1u << 20)

/* All zero is an empty table. */
struct apui_handle_table {
	void **slots;
	uint32_t slot_count;
	uint32_t first_free; /* no slot below it is free */
};

/* Number an object. -ENOMEM. */
int
apui_handle_table_add(struct apui_handle_table *table, void *object,
		      uint32_t *out_handle);

/* The object of a number, or NULL. */
void *
apui_handle_table_get(const struct apui_handle_table *table, uint32_t handle);

/*
 * Forget a number. Returns what it was the number of, or NULL. To empty a
 * table, remove 1 to slot_count.
 */
void *
apui_handle_table_remove(struct apui_handle_table *table, uint32_t handle);

/* Free the table, which holds no object any more. */
void
apui_handle_table_finish(struct apui_handle_table *table);

#endif
