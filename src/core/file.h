/* SPDX-License-Identifier: MIT */
#ifndef APUI_FILE_H
#define APUI_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Open for apui_file_read(): the fd, the caller's, or the errors of open(). */
int
apui_file_open(const char *path);

/*
 * The size of a regular file or memfd. -E2BIG over @max_bytes; -EINVAL when
 * @fd is no file; -EBADF, -EISDIR.
 */
int
apui_file_size(int fd, uint64_t max_bytes, size_t *out_size_bytes);

/* As much as there is: less than asked for when the file has shrunk. */
int
apui_file_read_at(int fd, uint64_t offset_bytes, void *to, size_t size_bytes,
		  size_t *out_done_bytes);

/*
 * Read a whole regular file or memfd into private memory, which the caller
 * frees: it may be truncated or rewritten meanwhile, and nothing may fault.
 * -E2BIG over @max_bytes; -EINVAL when @fd is no file; -EBADF, -EISDIR, -EIO,
 * -ENOMEM.
 */
int
apui_file_read(int fd, uint64_t max_bytes, uint8_t **out_data,
	       size_t *out_size_bytes);

/* The pages of a memfd, readable. */
struct apui_file_map {
	uint8_t *data;
	size_t size_bytes;
};

/*
 * Map the first @size_bytes of a memfd that is sealed against shrinking and
 * writing: they stay as they are. -EOPNOTSUPP without a word for any other
 * file, -ENOMEM. Free it with apui_file_map_free(), which takes void * since
 * buffers call it.
 */
int
apui_file_map_sealed(int fd, size_t size_bytes, struct apui_file_map **out_map);
void
apui_file_map_free(void *context);

#endif
