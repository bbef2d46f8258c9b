/* SPDX-License-Identifier: MIT */
#include "core/batch.h"
#include "core/device.h"
#include <errno.h>
#include <stdlib.h>

static void
append(struct apui_syncobj_list *list, uint32_t syncobj)
{
	list->items[list->count++] = syncobj;
}

static int
grow_list(struct apui_syncobj_list *list, unsigned int room)
{
	uint32_t *items = realloc(list->items, room * sizeof(items[0]));

	if (items == NULL)
		return -ENOMEM;
	list->items = items;
	return 0;
}

/* Room for one more in either list, so that none is ever lost for want of it.
 */
static int
reserve(struct apui_syncobj_pool *pool)
{
	unsigned int room = pool->room * 2 + 8;

	if (pool->made < pool->room)
		return 0;
	if (grow_list(&pool->idle, room) < 0 ||
	    grow_list(&pool->spoilt, room) < 0)
		return -ENOMEM;
	pool->room = room;
	return 0;
}

static void
destroy_list(struct apui_transport *t, struct apui_syncobj_list *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		t->ops->syncobj_destroy(t, list->items[i]);
	free(list->items);
}

void
apui_syncobj_pool_finish(struct apu_device *dev)
{
	destroy_list(dev->transport, &dev->syncobjs.idle);
	destroy_list(dev->transport, &dev->syncobjs.spoilt);
	dev->syncobjs = (struct apui_syncobj_pool) { .made = 0 };
}

void
apui_syncobj_pool_forget(struct apu_device *dev)
{
	free(dev->syncobjs.idle.items);
	free(dev->syncobjs.spoilt.items);
}

static int
take_syncobj(struct apu_device *dev, uint32_t *out_syncobj)
{
	struct apui_transport *t = dev->transport;
	struct apui_syncobj_list *idle = &dev->syncobjs.idle;
	int ret;

	if (idle->count > 0) {
		*out_syncobj = idle->items[--idle->count];
		return 0;
	}
	ret = reserve(&dev->syncobjs);
	if (ret < 0)
		return ret;
	ret = apui_device_note(dev, t->ops->syncobj_create(t, out_syncobj));
	if (ret < 0)
		return ret;
	/* It would match any client's request without one (K10). */
	if (*out_syncobj == 0)
		return -EIO;
	dev->syncobjs.made++;
	return 0;
}

int
apui_batch_new(struct apu_device *dev, unsigned int count,
	       struct apui_batch **out_batch)
{
	struct apui_batch *batch =
		malloc(sizeof(*batch) + count * sizeof(uint32_t));

	if (batch == NULL)
		return -ENOMEM;
	*batch = (struct apui_batch) { .count = 0 };
	for (; batch->count < count; batch->count++) {
		int ret = take_syncobj(dev, &batch->syncobjs[batch->count]);

		if (ret < 0) {
			apui_batch_free(dev, batch);
			return ret;
		}
	}
	*out_batch = batch;
	return 0;
}

void
apui_batch_free(struct apu_device *dev, struct apui_batch *batch)
{
	if (batch == NULL)
		return;
	for (unsigned int i = 0; i < batch->count; i++) {
		uint32_t syncobj = batch->syncobjs[i];
		bool may_have_more = i >= batch->fetched && i < batch->queued;

		append(may_have_more ? &dev->syncobjs.spoilt
				     : &dev->syncobjs.idle,
		       syncobj);
	}
	free(batch);
}
