/* SPDX-License-Identifier: MIT */
#ifndef APUI_POOL_H
#define APUI_POOL_H

/*
 * Memory that is freed all at once: whatever a graph is made of.
 */

#include <stddef.h>
#include <stdint.h>

struct apui_pool {
	struct apui_pool_chunk *chunks;
};

void
apui_pool_init(struct apui_pool *pool);
void
apui_pool_finish(struct apui_pool *pool);

/*
 * Zeroed memory for @count elements, aligned for any type. NULL when out of
 * memory or when the product overflows. A count of 0 gives a valid pointer.
 */
void *
apui_pool_new(struct apui_pool *pool, uint64_t count, size_t element_bytes);

#endif
