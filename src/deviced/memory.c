/* SPDX-License-Identifier: MIT */
#include "deviced/memory.h"
#include <sys/mman.h>

/* In the map @index, if all of it is. */
static void *
look_in_map(const struct deviced_memory *memory, unsigned int index,
	    uint64_t address, uint64_t size_bytes)
{
	uint64_t base = memory->maps[index].base;
	uint64_t bytes = memory->maps[index].bytes;

	if (address < base || address - base > bytes ||
	    size_bytes > bytes - (address - base))
		return NULL;
	return memory->maps[index].ptr + (address - base);
}

void *
deviced_memory_translate(struct deviced_memory *memory, uint64_t address,
			 uint64_t size_bytes)
{
	unsigned int index;
	void *ptr;

	for (index = 0; index < memory->map_count; index++) {
		ptr = look_in_map(memory, index, address, size_bytes);
		if (ptr != NULL)
			return ptr;
	}
	if (index == DEVICED_MAX_MAPS)
		return NULL;
	memory->maps[index].ptr = memory->source->map(
		memory->source->context, memory->request, address,
		&memory->maps[index].base, &memory->maps[index].bytes);
	if (memory->maps[index].ptr == NULL)
		return NULL;
	memory->map_count++;
	return look_in_map(memory, index, address, size_bytes);
}

void
deviced_memory_release(struct deviced_memory *memory)
{
	for (unsigned int i = 0; i < memory->map_count; i++)
		munmap(memory->maps[i].ptr, memory->maps[i].bytes);
	memory->map_count = 0;
}
