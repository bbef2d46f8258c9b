/* SPDX-License-Identifier: MIT */
#include "core/file.h"
#include "core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int
apui_file_size(int fd, uint64_t max_bytes, size_t *out_size_bytes)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return apui_fail(-EISDIR, NULL, "it is a directory");
	if (!S_ISREG(st.st_mode))
		return apui_fail(-EINVAL, NULL, "it is not a regular file");
	if ((uint64_t)st.st_size > max_bytes) {
		apui_fail(-E2BIG, NULL, "%lld bytes are over the limit of %llu",
			  (long long)st.st_size, (unsigned long long)max_bytes);
		apui_fail_remedy("raise max_file_bytes");
		return -E2BIG;
	}
	*out_size_bytes = (size_t)st.st_size;
	return 0;
}

int
apui_file_read_at(int fd, uint64_t offset_bytes, void *to, size_t size_bytes,
		  size_t *out_done_bytes)
{
	uint8_t *data = to;
	size_t done = 0;

	while (done < size_bytes) {
		ssize_t n = pread(fd, data + done, size_bytes - done,
				  (off_t)(offset_bytes + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*out_done_bytes = done;
	return 0;
}

int
apui_file_read(int fd, uint64_t max_bytes, uint8_t **out_data,
	       size_t *out_size_bytes)
{
	size_t size_bytes = 0, done_bytes = 0;
	uint8_t *data;
	int ret;

	ret = apui_file_size(fd, max_bytes, &size_bytes);
	if (ret < 0)
		return ret;
	/* Not of 0 bytes, which may give NULL. */
	data = malloc(size_bytes + 1);
	if (data == NULL)
		return -ENOMEM;

	ret = apui_file_read_at(fd, 0, data, size_bytes, &done_bytes);
	if (ret < 0) {
		free(data);
		return ret;
	}
	*out_data = data;
	*out_size_bytes = done_bytes;
	return 0;
}

int
apui_file_open(const char *path)
{
	/* O_NONBLOCK: a FIFO without a writer must not hang the caller. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int ret = -errno;

	if (fd >= 0)
		return fd;
	if (ret == -ENOENT) {
		apui_fail(ret, path, "there is no such file");
		apui_fail_remedy("check the path");
	}
	return ret;
}

/* Nobody can write to it any more, nor ever again. */
static bool
is_sealed(int fd)
{
	const int wanted = F_SEAL_SHRINK | F_SEAL_WRITE;
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & wanted) == wanted;
}

int
apui_file_map_sealed(int fd, size_t size_bytes, struct apui_file_map **out_map)
{
	struct apui_file_map *map;
	void *data;

	if (size_bytes == 0 || !is_sealed(fd))
		return -EOPNOTSUPP;
	map = malloc(sizeof(*map));
	if (map == NULL)
		return -ENOMEM;
	/* Shared mappings of such a memfd are refused by Linux before 6.7. */
	data = mmap(NULL, size_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		free(map);
		return -EOPNOTSUPP;
	}
	map->data = data;
	map->size_bytes = size_bytes;
	*out_map = map;
	return 0;
}

void
apui_file_map_free(void *context)
{
	struct apui_file_map *map = context;

	munmap(map->data, map->size_bytes);
	free(map);
}
