/* SPDX-License-Identifier: MIT */
#ifndef APUI_FILE_H
#define APUI_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Open for apui_file_read(): the fd, the caller's, or the errors of open(). */
int
apui_file_open(const char *path);

/*
 * Read a whole regular file or memfd into private memory, which the caller
 * frees: it may be truncated or rewritten meanwhile, and nothing may fault.
 * -E2BIG over @max_bytes; -EINVAL when @fd is no file; -EBADF, -EISDIR, -EIO,
 * -ENOMEM.
 */
int
apui_file_read(int fd, uint64_t max_bytes, uint8_t **out_data,
	       size_t *out_size_bytes);

#endif
