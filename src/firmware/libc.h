/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_LIBC_H
#define APUI_FW_LIBC_H

/*
 * All that the firmware asks of a C library. Declared here because a bare-metal
 * compiler comes without <string.h>; gcc and clang may emit calls to these four
 * in any case.
 */

#include <stddef.h>

void *
memcpy(void *restrict to, const void *restrict from, size_t size_bytes);
void *
memmove(void *to, const void *from, size_t size_bytes);
void *
memset(void *to, int value, size_t size_bytes);
int
memcmp(const void *a, const void *b, size_t size_bytes);

#endif
