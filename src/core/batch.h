/* SPDX-License-Identifier: MIT */
#ifndef APUI_BATCH_H
#define APUI_BATCH_H

/*
 * What is queued together: a syncobj a request, which is no other request's
 * while a result may come under it (torture.md, K10). Those whose results have
 * been fetched are used again: a request replaces the fence of its syncobj, so
 * nothing has to be made or reset for it. Those whose results never came are
 * kept until the device closes, as they may still come.
 *
 * All under dev->lock.
 */

#include <stdint.h>

struct apu_device;

struct apui_batch {
	unsigned int sleepers; /* threads that sleep on one of them */
	unsigned int queued;   /* requests */
	unsigned int fetched;  /* results */
	unsigned int count;
	uint32_t syncobjs[];
};

struct apui_syncobj_list {
	uint32_t *items; /* there is room for all that were made */
	unsigned int count;
};

/* All zero is an empty one. */
struct apui_syncobj_pool {
	unsigned int made;
	unsigned int room;
	struct apui_syncobj_list idle;
	struct apui_syncobj_list spoilt;
};

/* -ENOMEM, -ENODEV. */
int
apui_batch_new(struct apu_device *dev, unsigned int count,
	       struct apui_batch **out_batch);

/* NULL is none. */
void
apui_batch_free(struct apu_device *dev, struct apui_batch *batch);

/* Destroy the device's syncobjs: it closes. */
void
apui_syncobj_pool_finish(struct apu_device *dev);

/* The same in a child, whose parent has them. No lock. */
void
apui_syncobj_pool_forget(struct apu_device *dev);

#endif
