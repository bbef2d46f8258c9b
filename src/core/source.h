/* SPDX-License-Identifier: MIT */
#ifndef APUI_SOURCE_H
#define APUI_SOURCE_H

/* The bytes of a model file, in memory or still in a file. */

#include <stdint.h>

struct apui_source {
	const uint8_t *data; /* NULL: they are in the file */
	int fd;
	uint64_t size_bytes;
};

/*
 * Copy @size_bytes from @offset_bytes, in the range that the caller has
 * checked. -EBADMSG when the file has become shorter; errors of pread().
 */
int
apui_source_read(const struct apui_source *source, uint64_t offset_bytes,
		 void *to, uint64_t size_bytes);

#endif
