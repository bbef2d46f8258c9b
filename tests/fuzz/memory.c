/* SPDX-License-Identifier: MIT */
#include "memory.h"
#include <malloc.h>
#include <stdlib.h>

/* The linker's names for the real and the replaced functions. */
void *
__real_malloc(size_t size_bytes);
void *
__real_calloc(size_t count, size_t size_bytes);
void *
__real_realloc(void *memory, size_t size_bytes);
void *
__real_aligned_alloc(size_t alignment, size_t size_bytes);
void
__real_free(void *memory);
void *
__wrap_malloc(size_t size_bytes);
void *
__wrap_calloc(size_t count, size_t size_bytes);
void *
__wrap_realloc(void *memory, size_t size_bytes);
void *
__wrap_aligned_alloc(size_t alignment, size_t size_bytes);
void
__wrap_free(void *memory);

/* Compilers take plain counters for unchanged across malloc(). */
static _Atomic long long held_bytes;
static _Atomic long long peak_bytes;

static void *
take(void *memory)
{
	if (memory)
		held_bytes += (long long)malloc_usable_size(memory);
	if (held_bytes > peak_bytes)
		peak_bytes = held_bytes;
	return memory;
}

static void
give(void *memory)
{
	if (memory)
		held_bytes -= (long long)malloc_usable_size(memory);
}

void *
__wrap_malloc(size_t size_bytes)
{
	return take(__real_malloc(size_bytes));
}

void *
__wrap_calloc(size_t count, size_t size_bytes)
{
	return take(__real_calloc(count, size_bytes));
}

void *
__wrap_realloc(void *memory, size_t size_bytes)
{
	give(memory);
	return take(__real_realloc(memory, size_bytes));
}

void *
__wrap_aligned_alloc(size_t alignment, size_t size_bytes)
{
	return take(__real_aligned_alloc(alignment, size_bytes));
}

void
__wrap_free(void *memory)
{
	give(memory);
	__real_free(memory);
}

void
fuzz_memory_begin(void)
{
	held_bytes = 0;
	peak_bytes = 0;
}

size_t
fuzz_memory_peak(void)
{
	return (size_t)peak_bytes;
}
