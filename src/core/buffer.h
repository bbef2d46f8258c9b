/* SPDX-License-Identifier: MIT */
#ifndef APUI_BUFFER_H
#define APUI_BUFFER_H

#include "core/device.h"
#include <apu/buffer.h>
#include <stdbool.h>

struct apu_buffer {
	struct apui_ref ref;
	struct apu_device *dev;
	uint32_t handle;
	uint32_t flags;
	uint64_t size_bytes;
	bool is_imported;
	bool is_lent; /* read-only for the device, not to be mapped */

	/* Of dev->lock. */
	void *map;
	struct apu_buffer *next; /* of the device's */
	struct apu_buffer **link;
	unsigned int accesses; /* begun by the program, not ended */
	unsigned int uses;     /* submissions in flight that name it */
	bool is_orphan;        /* no user holds it, the device still does */
};

/* apu_buffer_new() and apu_buffer_map() in one, for the library's own use. */
int
apui_buffer_new_mapped(struct apu_device *dev, uint64_t size_bytes,
		       uint32_t flags, struct apu_buffer **out_buf,
		       void **out_ptr);

/* apu_buffer_map() without its words. Takes dev->lock. */
int
apui_buffer_map(struct apu_buffer *buf, void **out_ptr);

/*
 * Make a buffer of memory that the device may read where it is, until it calls
 * @release: with the last reference gone, the last request ended, and maybe
 * with locks held. -EOPNOTSUPP, -E2BIG, -ENOMEM, -ENODEV: it is not called.
 */
int
apui_buffer_lend(struct apu_device *dev, const void *data, uint64_t size_bytes,
		 void (*release)(void *context), void *context,
		 struct apu_buffer **out_buf);

/* Whether two of a device are one memory, which may have been imported twice */
static inline bool
apui_buffer_is_same(const struct apu_buffer *a, const struct apu_buffer *b)
{
	return a->handle == b->handle;
}

/* A submission begins and ends to use the buffer. Under dev->lock. */
void
apui_buffer_use(struct apu_buffer *buf);
void
apui_buffer_unuse(struct apu_buffer *buf);

#endif
