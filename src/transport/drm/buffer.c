/* SPDX-License-Identifier: MIT */
#include "core/process.h"
#include "transport/drm/client.h"
#include "uapi/apu_drm.h"
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE_BYTES 4096u

static uint64_t
round_to_pages(uint64_t size_bytes)
{
	return (size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

struct apui_drm_buffer *
apui_drm_find_buffer(struct apui_drm_client *client, uint32_t handle)
{
	struct apui_drm_buffer *buffer = client->buffers;

	while (buffer != NULL && buffer->handle != handle)
		buffer = buffer->next;
	return buffer;
}

static void
free_buffer(struct apui_drm_buffer *buffer)
{
	if (buffer->dma_buf >= 0)
		close(buffer->dma_buf);
	free(buffer);
}

void
apui_drm_forget_buffers(struct apui_drm_client *client)
{
	struct apui_drm_buffer *buffer, *next;

	for (buffer = client->buffers; buffer != NULL; buffer = next) {
		next = buffer->next;
		free_buffer(buffer);
	}
	client->buffers = NULL;
}

void
apui_drm_add_buffer(struct apui_drm_client *client,
		    struct apui_drm_buffer *buffer)
{
	buffer->references = 1;
	buffer->next = client->buffers;
	client->buffers = buffer;
}

static void
remove_buffer(struct apui_drm_client *client, struct apui_drm_buffer *buffer)
{
	struct apui_drm_buffer **link = &client->buffers;

	while (*link != buffer)
		link = &(*link)->next;
	*link = buffer->next;
	free_buffer(buffer);
}

int
apui_drm_close_handle(struct apui_drm_client *client, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return apui_drm_call(client, DRM_IOCTL_GEM_CLOSE, &args, sizeof(args));
}

/*
 * Flags of the interface are ignored by all known drivers (K19). Their memory
 * is zeroed, so ZEROED is kept, and all of it can be exported.
 */
int
apui_drm_buffer_new(struct apui_transport *t, uint64_t size_bytes,
		    uint32_t flags, uint32_t *out_handle)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct apui_drm_gem_new args = { .size = (uint32_t)size_bytes };
	struct apui_drm_buffer *buffer;
	int ret;

	(void)flags;
	if (size_bytes == 0 || size_bytes > t->info.max_buffer_bytes)
		return -ENOMEM;
	buffer = calloc(1, sizeof(*buffer));
	if (buffer == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&client->lock);
	ret = apui_drm_call(client, client->abi->gem_new, &args, sizeof(args));
	if (ret == 0 && (args.handle == 0 ||
			 apui_drm_find_buffer(client, args.handle) != NULL))
		ret = -EIO;
	if (ret == 0) {
		buffer->handle = args.handle;
		buffer->size_bytes = size_bytes;
		buffer->offset = args.offset;
		buffer->dma_buf = -1;
		apui_drm_add_buffer(client, buffer);
		*out_handle = args.handle;
	}
	pthread_mutex_unlock(&client->lock);
	if (ret < 0)
		free(buffer);
	return ret;
}

int
apui_drm_buffer_close(struct apui_transport *t, uint32_t handle)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct apui_drm_buffer *buffer;
	int ret = -ENOENT;

	pthread_mutex_lock(&client->lock);
	buffer = apui_drm_find_buffer(client, handle);
	if (buffer != NULL) {
		ret = 0;
		if (--buffer->references == 0) {
			ret = apui_drm_close_handle(client, handle);
			remove_buffer(client, buffer);
		}
	}
	pthread_mutex_unlock(&client->lock);
	return ret;
}

int
apui_drm_buffer_map(struct apui_transport *t, uint32_t handle, void **out_ptr)
{
	struct apui_drm_client *client = apui_drm_client(t);
	const struct apui_drm_buffer *buffer;
	void *ptr = NULL;
	int ret = -ENOENT;

	if (apui_process_id() != client->pid)
		return -EPERM;
	pthread_mutex_lock(&client->lock);
	buffer = apui_drm_find_buffer(client, handle);
	if (buffer != NULL) {
		int fd = buffer->dma_buf >= 0 ? buffer->dma_buf : client->fd;

		ptr = client->sys->map(fd, round_to_pages(buffer->size_bytes),
				       (int64_t)buffer->offset);
		ret = ptr != NULL ? 0 : errno == ENODEV ? -ENODEV : -ENOMEM;
	}
	pthread_mutex_unlock(&client->lock);
	if (ret == 0)
		*out_ptr = ptr;
	return ret;
}

void
apui_drm_buffer_unmap(struct apui_transport *t, void *ptr, uint64_t size_bytes)
{
	apui_drm_client(t)->sys->unmap(ptr, round_to_pages(size_bytes));
}

int
apui_drm_buffer_export(struct apui_transport *t, uint32_t handle, int *out_fd)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct drm_prime_handle args = {
		.handle = handle,
		.flags = DRM_CLOEXEC | DRM_RDWR,
	};
	int ret = -ENOENT;

	pthread_mutex_lock(&client->lock);
	if (apui_drm_find_buffer(client, handle) != NULL)
		ret = apui_drm_call(client, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args,
				    sizeof(args));
	pthread_mutex_unlock(&client->lock);
	if (ret == 0)
		*out_fd = args.fd;
	return ret;
}

/*
 * One buffer a call, never none (K1), and once in a buffer's life (K5): the
 * driver says 0 whatever happened (K4), so the address is looked at.
 */
static int
map_to_device(struct apui_drm_client *client, struct apui_drm_buffer *buffer)
{
	uint32_t handle = buffer->handle;
	uint64_t address = 0;
	struct apui_drm_gem_iommu_map args = {
		.bo_handles = (uintptr_t)&handle,
		.bo_handle_count = 1,
		.bo_device_addresses = (uintptr_t)&address,
	};
	int ret = apui_drm_call(client, client->abi->iommu_map, &args,
				sizeof(args));

	if (ret < 0)
		return ret == -ENODEV ? -EOPNOTSUPP : ret;
	buffer->is_mapped = true;
	buffer->address = address;
	return 0;
}

int
apui_drm_iommu_map(struct apui_transport *t, uint32_t handle,
		   uint64_t *out_address)
{
	struct apui_drm_client *client = apui_drm_client(t);
	struct apui_drm_buffer *buffer;
	int ret = -ENOENT;

	pthread_mutex_lock(&client->lock);
	buffer = apui_drm_find_buffer(client, handle);
	if (buffer != NULL)
		ret = buffer->is_mapped ? 0 : map_to_device(client, buffer);
	if (ret == 0)
		*out_address = buffer->address;
	pthread_mutex_unlock(&client->lock);
	return ret;
}

/*
 * Mappings end with their buffer: an UNMAP leaks a reference (K5), and leaves
 * an address behind that a later MAP hands out again (K16).
 */
int
apui_drm_iommu_unmap(struct apui_transport *t, uint32_t handle)
{
	struct apui_drm_client *client = apui_drm_client(t);
	const struct apui_drm_buffer *buffer;

	pthread_mutex_lock(&client->lock);
	buffer = apui_drm_find_buffer(client, handle);
	pthread_mutex_unlock(&client->lock);
	return buffer != NULL && buffer->is_mapped ? 0 : -ENOENT;
}
