/* SPDX-License-Identifier: MIT */
#include "fuzz.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *
fuzz_copy(const uint8_t *data, size_t size_bytes)
{
	uint8_t *copy = malloc(size_bytes > 0 ? size_bytes : 1);

	FUZZ_REQUIRE(copy, "out of memory");
	if (size_bytes > 0)
		memcpy(copy, data, size_bytes);
	return copy;
}

void
fuzz_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("finding: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}
