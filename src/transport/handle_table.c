/* SPDX-License-Identifier: MIT */
#include "transport/handle_table.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOT_COUNT 16u

static int
grow_table(struct apui_handle_table *table)
{
	uint32_t old_count = table->slot_count;
	uint32_t count = old_count == 0 ? FIRST_SLOT_COUNT : 2 * old_count;
	void **slots;

	if (count > APUI_HANDLE_MAX)
		return -ENOMEM;
	slots = realloc(table->slots, count * sizeof(slots[0]));
	if (slots == NULL)
		return -ENOMEM;

	memset(slots + old_count, 0, (count - old_count) * sizeof(slots[0]));
	table->slots = slots;
	table->slot_count = count;
	return 0;
}

int
apui_handle_table_add(struct apui_handle_table *table, void *object,
		      uint32_t *out_handle)
{
	uint32_t slot = table->first_free;
	int ret;

	while (slot < table->slot_count && table->slots[slot] != NULL)
		slot++;
	table->first_free = slot;
	if (slot == table->slot_count) {
		ret = grow_table(table);
		if (ret < 0)
			return ret;
	}
	table->slots[slot] = object;
	table->first_free = slot + 1;
	*out_handle = slot + 1;
	return 0;
}

void *
apui_handle_table_get(const struct apui_handle_table *table, uint32_t handle)
{
	if (handle == 0 || handle > table->slot_count)
		return NULL;
	return table->slots[handle - 1];
}

void *
apui_handle_table_remove(struct apui_handle_table *table, uint32_t handle)
{
	void *object = apui_handle_table_get(table, handle);

	if (object == NULL)
		return NULL;
	table->slots[handle - 1] = NULL;
	if (handle - 1 < table->first_free)
		table->first_free = handle - 1;
	return object;
}

void
apui_handle_table_finish(struct apui_handle_table *table)
{
	free(table->slots);
	*table = (struct apui_handle_table) { 0 };
}
