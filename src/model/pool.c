/* SPDX-License-Identifier: MIT */
#include "model/pool.h"
#include <stdlib.h>

#define CHUNK_BYTES 4096
#define ALIGNMENT   _Alignof(max_align_t)

struct apui_pool_chunk {
	struct apui_pool_chunk *next;
	size_t used_bytes;
	size_t size_bytes;
	_Alignas(max_align_t) unsigned char data[];
};

void
apui_pool_init(struct apui_pool *pool)
{
	pool->chunks = NULL;
}

void
apui_pool_finish(struct apui_pool *pool)
{
	while (pool->chunks != NULL) {
		struct apui_pool_chunk *chunk = pool->chunks;

		pool->chunks = chunk->next;
		free(chunk);
	}
}

static void *
take(struct apui_pool_chunk *chunk, size_t size_bytes)
{
	void *memory = chunk->data + chunk->used_bytes;

	chunk->used_bytes += size_bytes;
	return memory;
}

/* The new chunk serves the next small requests if it has more room left. */
static void
insert_chunk(struct apui_pool *pool, struct apui_pool_chunk *chunk,
	     size_t size_bytes)
{
	struct apui_pool_chunk *head = pool->chunks;
	size_t left_bytes = chunk->size_bytes - size_bytes;

	if (head != NULL && head->size_bytes - head->used_bytes > left_bytes) {
		chunk->next = head->next;
		head->next = chunk;
	} else {
		chunk->next = head;
		pool->chunks = chunk;
	}
}

static void *
take_from_new(struct apui_pool *pool, size_t size_bytes)
{
	size_t data_bytes = size_bytes > CHUNK_BYTES ? size_bytes : CHUNK_BYTES;
	struct apui_pool_chunk *chunk;

	chunk = calloc(1, sizeof(*chunk) + data_bytes);
	if (chunk == NULL)
		return NULL;

	chunk->size_bytes = data_bytes;
	insert_chunk(pool, chunk, size_bytes);
	return take(chunk, size_bytes);
}

void *
apui_pool_new(struct apui_pool *pool, uint64_t count, size_t element_bytes)
{
	struct apui_pool_chunk *head = pool->chunks;
	uint64_t size_bytes;

	if (__builtin_mul_overflow(count, (uint64_t)element_bytes,
				   &size_bytes) ||
	    size_bytes > SIZE_MAX / 2)
		return NULL;

	/* At least one byte: two requests never share an address. */
	if (size_bytes == 0)
		size_bytes = 1;
	size_bytes = (size_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (head != NULL && size_bytes <= head->size_bytes - head->used_bytes)
		return take(head, (size_t)size_bytes);
	return take_from_new(pool, (size_t)size_bytes);
}
