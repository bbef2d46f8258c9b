/* SPDX-License-Identifier: MIT */

/* Memory of others: dma-bufs, and memfds by way of udmabuf. */

#include "core/error.h"
#include "transport/drm/client.h"
#include "transport/memfd.h"
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/udmabuf.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES 4096u

/* A dma-buf says how large it is to whoever seeks its end. */
static int
measure(int fd, uint64_t max_bytes, uint64_t *out_size_bytes)
{
	off_t end = lseek(fd, 0, SEEK_END);

	if (end < 0)
		return errno == EBADF ? -EBADF : -EINVAL;
	if (end == 0)
		return -EINVAL;
	if ((uint64_t)end > max_bytes)
		return -E2BIG;
	*out_size_bytes = (uint64_t)end;
	return 0;
}

/* A handle that came from an import: known already, or a new buffer. */
static int
take_handle(struct apui_drm_client *client, int fd, uint32_t handle,
	    uint64_t size_bytes)
{
	struct apui_drm_buffer *buffer = apui_drm_find_buffer(client, handle);

	if (buffer != NULL) {
		buffer->references++;
		return 0;
	}
	buffer = calloc(1, sizeof(*buffer));
	if (buffer == NULL)
		return -ENOMEM;
	buffer->dma_buf = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (buffer->dma_buf < 0) {
		free(buffer);
		return -EMFILE;
	}
	buffer->handle = handle;
	buffer->size_bytes = size_bytes;
	apui_drm_add_buffer(client, buffer);
	return 0;
}

static int
import_dma_buf(struct apui_drm_client *client, int fd, uint32_t *out_handle,
	       uint64_t *out_size_bytes)
{
	struct drm_prime_handle args = { .fd = fd };
	uint64_t size_bytes = 0;
	int ret;

	ret = measure(fd, client->base.info.max_buffer_bytes, &size_bytes);
	if (ret < 0)
		return ret;
	pthread_mutex_lock(&client->lock);
	ret = apui_drm_call(client, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args,
			    sizeof(args));
	if (ret == 0) {
		ret = take_handle(client, fd, args.handle, size_bytes);
		if (ret < 0)
			apui_drm_close_handle(client, args.handle);
	}
	pthread_mutex_unlock(&client->lock);
	if (ret < 0)
		return ret == -ENOTTY ? -EINVAL : ret;
	*out_handle = args.handle;
	*out_size_bytes = size_bytes;
	return 0;
}

static uint64_t
round_to_pages(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

/* A dma-buf of a memfd's pages, if the kernel makes such. */
static int
wrap_memfd(struct apui_drm_client *client, int fd, uint64_t size_bytes)
{
	struct udmabuf_create args = {
		.memfd = (uint32_t)fd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.size = round_to_pages(size_bytes),
	};
	int device = client->sys->open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int ret;

	if (device < 0) {
		apui_fail(-EOPNOTSUPP, NULL,
			  "this kernel has no udmabuf, so a memfd cannot be "
			  "given to the device");
		apui_fail_remedy("copy into a buffer of the device's own");
		return -EOPNOTSUPP;
	}
	ret = client->sys->ioctl(device, UDMABUF_CREATE, &args);
	if (ret < 0)
		ret = errno == EINVAL ? -EINVAL : -ENOMEM;
	client->sys->close(device);
	return ret;
}

/*
 * Each dma-buf of a memfd is another one, and would get a handle of its own:
 * what was imported before is taken once more, as with any other memory.
 */
static bool
take_again(struct apui_drm_client *client, const struct stat *file,
	   uint64_t size_bytes, uint32_t *out_handle)
{
	struct apui_drm_buffer *buffer;

	pthread_mutex_lock(&client->lock);
	for (buffer = client->buffers; buffer != NULL; buffer = buffer->next)
		if (buffer->is_memfd && buffer->memfd_device == file->st_dev &&
		    buffer->memfd_inode == file->st_ino &&
		    round_to_pages(buffer->size_bytes) ==
			    round_to_pages(size_bytes))
			break;
	if (buffer != NULL) {
		buffer->references++;
		*out_handle = buffer->handle;
	}
	pthread_mutex_unlock(&client->lock);
	return buffer != NULL;
}

static void
note_memfd(struct apui_drm_client *client, uint32_t handle,
	   const struct stat *file)
{
	struct apui_drm_buffer *buffer;

	pthread_mutex_lock(&client->lock);
	buffer = apui_drm_find_buffer(client, handle);
	if (buffer != NULL) {
		buffer->is_memfd = true;
		buffer->memfd_device = file->st_dev;
		buffer->memfd_inode = file->st_ino;
	}
	pthread_mutex_unlock(&client->lock);
}

static int
import_new_memfd(struct apui_drm_client *client, int fd, uint64_t size_bytes,
		 uint32_t *out_handle)
{
	uint64_t dma_buf_bytes;
	int dma_buf = wrap_memfd(client, fd, size_bytes);
	int ret;

	if (dma_buf < 0)
		return dma_buf;
	ret = import_dma_buf(client, dma_buf, out_handle, &dma_buf_bytes);
	client->sys->close(dma_buf);
	return ret;
}

static int
import_memfd(struct apui_drm_client *client, int fd, uint32_t *out_handle,
	     uint64_t *out_size_bytes)
{
	struct stat file;
	uint64_t size_bytes;
	int ret;

	ret = apui_memfd_prepare(fd, client->base.info.max_buffer_bytes,
				 &size_bytes);
	if (ret < 0)
		return ret;
	if (fstat(fd, &file) < 0)
		return -EBADF;
	if (!take_again(client, &file, size_bytes, out_handle)) {
		ret = import_new_memfd(client, fd, size_bytes, out_handle);
		if (ret < 0)
			return ret;
		note_memfd(client, *out_handle, &file);
	}
	*out_size_bytes = size_bytes;
	return 0;
}

int
apui_drm_buffer_import(struct apui_transport *t, int fd, uint32_t *out_handle,
		       uint64_t *out_size_bytes)
{
	struct apui_drm_client *client = apui_drm_client(t);

	if (apui_drm_is_published(&client->version)) {
		apui_fail(-EOPNOTSUPP, NULL,
			  "version 1.0 of the driver corrupts memory when a "
			  "buffer is imported (K21)");
		apui_fail_remedy("copy into a buffer of the device's own");
		return -EOPNOTSUPP;
	}
	if (fcntl(fd, F_GETFD) < 0)
		return apui_fail(-EBADF, NULL, "fd %d is not open", fd);
	/* Only memfds have seals. */
	if (fcntl(fd, F_GET_SEALS) >= 0)
		return import_memfd(client, fd, out_handle, out_size_bytes);
	return import_dma_buf(client, fd, out_handle, out_size_bytes);
}
