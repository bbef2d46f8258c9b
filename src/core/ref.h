/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_H
#define APUI_REF_H

/*
 * Reference counts: up relaxed (who takes one holds one already), down acq_rel
 * (the last one sees what all others did).
 */

#include <stdatomic.h>
#include <stdbool.h>

struct apui_ref {
	atomic_uint count;
};

static inline void
apui_ref_init(struct apui_ref *ref)
{
	atomic_init(&ref->count, 1);
}

static inline void
apui_ref_get(struct apui_ref *ref)
{
	atomic_fetch_add_explicit(&ref->count, 1, memory_order_relaxed);
}

/* True when that was the last one. */
static inline bool
apui_ref_put(struct apui_ref *ref)
{
	return atomic_fetch_sub_explicit(&ref->count, 1,
					 memory_order_acq_rel) == 1;
}

#endif
