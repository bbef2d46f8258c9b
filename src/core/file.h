/* SPDX-License-Identifier: MIT */
#ifndef APUI_FILE_H
#define APUI_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Read a whole regular file or memfd into private memory, which the caller
 * frees: it may be truncated or rewritten meanwhile, and nothing may fault.
 * -E2BIG over @max_bytes; -EINVAL when @fd is no file; -EBADF, -EISDIR, -EIO,
 * -ENOMEM.
 */
int
apui_file_read_fd(int fd, uint64_t max_bytes, uint8_t **out_data,
		  size_t *out_size_bytes);

/* The same by name. Errors of open(), too. */
int
apui_file_read(const char *path, uint64_t max_bytes, uint8_t **out_data,
	       size_t *out_size_bytes);

#endif
