/* SPDX-License-Identifier: MIT */
#ifndef APUI_FILE_IO_H
#define APUI_FILE_IO_H

/* Whole files in, whole files out: no output is ever half there. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct apui_bytes {
	uint8_t *data; /* of malloc(); a NUL follows the last byte */
	size_t size_bytes;
};

/* Read a file, a pipe or a device to its end, at most 1 GiB. */
int
apui_bytes_read(const char *path, struct apui_bytes *out_bytes);

/* One file to write. */
struct apui_file {
	const char *path;
	const uint8_t *data; /* borrowed */
	size_t size_bytes;
};

/*
 * Write files. Each goes to a temporary file beside its target, and only when
 * all are safely there do they take the places of their targets. What is not a
 * regular file (a pipe, a device) is written in place.
 */
int
apui_files_write(const struct apui_file *files, size_t count);

/* Whether a path leads to where standard output goes. */
bool
apui_path_is_stdout(const char *path);

#endif
