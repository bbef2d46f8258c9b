/* SPDX-License-Identifier: MIT */
#ifndef APUI_FUZZ_MEMORY_H
#define APUI_FUZZ_MEMORY_H

/*
 * How much heap a piece of code holds at once. The program is linked with
 * MEMORY_WRAPS of meson.build; one thread at a time.
 */

#include <stddef.h>

void
fuzz_memory_begin(void);

/* Bytes at the worst moment since fuzz_memory_begin(). */
size_t
fuzz_memory_peak(void);

#endif
