/* SPDX-License-Identifier: MIT */
#include "sim/memory.h"
#include "core/error.h"
#include "transport/memfd.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t
apui_sim_memory_round(uint64_t size_bytes)
{
	return (size_bytes + APUI_SIM_PAGE_BYTES - 1) / APUI_SIM_PAGE_BYTES *
	       APUI_SIM_PAGE_BYTES;
}

static void
note_file(struct apui_sim_memory *memory)
{
	struct stat file;

	if (memory->fd < 0 || fstat(memory->fd, &file) < 0)
		return;
	memory->device = file.st_dev;
	memory->inode = file.st_ino;
}

/* Takes over @fd when it succeeds. */
static int
map_memory(uint64_t size_bytes, int fd, struct apui_sim_memory **out_memory)
{
	int kind = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	struct apui_sim_memory *memory = calloc(1, sizeof(*memory));
	void *base;

	if (memory == NULL)
		return -ENOMEM;
	memory->size_bytes = size_bytes;
	memory->mapped_bytes = apui_sim_memory_round(size_bytes);
	base = mmap(NULL, memory->mapped_bytes, PROT_READ | PROT_WRITE, kind,
		    fd, 0);
	if (base == MAP_FAILED) {
		int ret = errno == EPERM || errno == EACCES ? -EACCES : -ENOMEM;

		free(memory);
		return ret;
	}
	memory->base = base;
	memory->fd = fd;
	note_file(memory);
	memory->refs = 1;
	*out_memory = memory;
	return 0;
}

/* Sealed against shrinking, or whoever gets the fd could make us fault. */
static int
make_memfd(uint64_t size_bytes, int *out_fd)
{
	int fd = memfd_create("apu-buffer", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -EMFILE : -ENOMEM;
	if (ftruncate(fd, (off_t)size_bytes) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0) {
		close(fd);
		return -ENOMEM;
	}
	*out_fd = fd;
	return 0;
}

int
apui_sim_memory_new(uint64_t size_bytes, bool is_exportable,
		    struct apui_sim_memory **out_memory)
{
	int fd = -1;
	int ret;

	if (is_exportable) {
		ret = make_memfd(size_bytes, &fd);
		if (ret < 0)
			return ret;
	}
	ret = map_memory(size_bytes, fd, out_memory);
	if (ret < 0 && fd >= 0)
		close(fd);
	return ret;
}

static int
import_memfd(int fd, uint64_t max_bytes, struct apui_sim_memory **out_memory)
{
	uint64_t size_bytes;
	int ret;

	ret = apui_memfd_prepare(fd, max_bytes, &size_bytes);
	if (ret < 0)
		return ret;
	return map_memory(size_bytes, fd, out_memory);
}

int
apui_sim_memory_import(int fd, uint64_t max_bytes,
		       struct apui_sim_memory **out_memory)
{
	/* Our own first: the caller's may be closed or replaced under us. */
	int own_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	int ret;

	if (own_fd < 0 && errno == EBADF)
		return apui_fail(-EBADF, NULL, "fd %d is not open", fd);
	if (own_fd < 0)
		return -EMFILE;

	ret = import_memfd(own_fd, max_bytes, out_memory);
	if (ret < 0) {
		close(own_fd);
		return ret;
	}
	(*out_memory)->is_imported = true;
	return 0;
}

int
apui_sim_memory_lend(const void *data, uint64_t size_bytes, uint64_t max_bytes,
		     void (*release)(void *context), void *context,
		     struct apui_sim_memory **out_memory)
{
	struct apui_sim_memory *memory;

	if (size_bytes > max_bytes)
		return apui_fail(-E2BIG, NULL,
				 "the memory has %llu bytes, the device takes "
				 "up to %llu",
				 (unsigned long long)size_bytes,
				 (unsigned long long)max_bytes);
	memory = calloc(1, sizeof(*memory));
	if (memory == NULL)
		return -ENOMEM;
	memory->size_bytes = size_bytes;
	memory->mapped_bytes = apui_sim_memory_round(size_bytes);
	/* No request that the core sends writes there. */
	memory->base = (uint8_t *)(uintptr_t)data;
	memory->fd = -1;
	memory->is_imported = true;
	memory->release = release;
	memory->context = context;
	memory->refs = 1;
	*out_memory = memory;
	return 0;
}

bool
apui_sim_memory_is_same(const struct apui_sim_memory *a,
			const struct apui_sim_memory *b)
{
	return a->fd >= 0 && b->fd >= 0 && a->device == b->device &&
	       a->inode == b->inode && a->size_bytes == b->size_bytes;
}

void
apui_sim_memory_free(struct apui_sim_memory *memory)
{
	if (memory->release != NULL)
		memory->release(memory->context);
	else
		munmap(memory->base, memory->mapped_bytes);
	if (memory->fd >= 0)
		close(memory->fd);
	free(memory);
}
