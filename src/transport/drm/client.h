/* SPDX-License-Identifier: MIT */
#ifndef APUI_DRM_CLIENT_H
#define APUI_DRM_CLIENT_H

/*
 * One open node. drm.c opens and closes it; the other files have the verbs of
 * transport.h that their names say.
 */

#include "transport/drm/abi.h"
#include "transport/drm/ioctl.h"
#include "transport/drm/node.h"
#include "transport/transport.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* A GEM handle: importing the same memory again gives the same one. */
struct apui_drm_buffer {
	struct apui_drm_buffer *next;
	uint32_t handle;
	uint32_t references;
	uint64_t size_bytes;
	uint64_t offset; /* for mmap() of the node; own buffers */
	int dma_buf;     /* imported ones are mapped through it; else -1 */
	bool is_mapped;  /* in the device's address space: once (K5) */
	uint64_t address;
	/* Of a memfd that was imported: which one. */
	bool is_memfd;
	dev_t memfd_device;
	ino_t memfd_inode;
};

struct apui_drm_client {
	struct apui_transport base;
	const struct apui_drm_system *sys;
	const struct apui_drm_abi *abi;
	struct apui_drm_version version;
	int fd;
	bool is_shared; /* a copy of the program's: the file outlives it */
	pid_t pid;      /* a child shares the file, and must not use it */
	atomic_ulong ioctl_count; /* for who measures */

	/* Of the list, and held across the ioctls that make or end a handle:
	 * the same number may come back in between. */
	pthread_mutex_t lock;
	struct apui_drm_buffer *buffers;
};

static inline struct apui_drm_client *
apui_drm_client(struct apui_transport *t)
{
	return (struct apui_drm_client *)t;
}

/*
 * An ioctl of the client: as apui_drm_ioctl(), but -EPERM in a child of the
 * process that opened it.
 */
int
apui_drm_call(struct apui_drm_client *client, unsigned long request, void *arg,
	      size_t arg_bytes);

/*
 * Become a client through @sys. The rest is the verbs' open() and open_fd():
 * @path is NULL for the first node, @abi "" for what the driver says.
 */
struct apui_drm_request {
	const struct apui_drm_system *sys;
	const struct apui_drm_roots *roots;
	const char *path;
	bool has_fd; /* then @fd counts, and @path does not */
	int fd;
	const char *abi;
	uint32_t timeout_ms;
	uint32_t window; /* requests in flight at most; 0: as many as go */
};

int
apui_drm_open(const struct apui_drm_request *request,
	      struct apui_transport **out_transport);

/* The buffer of a handle, or NULL. Under the lock. */
struct apui_drm_buffer *
apui_drm_find_buffer(struct apui_drm_client *client, uint32_t handle);

/* Put a buffer on the list, with one reference. Under the lock. */
void
apui_drm_add_buffer(struct apui_drm_client *client,
		    struct apui_drm_buffer *buffer);

/* Under the lock. */
int
apui_drm_close_handle(struct apui_drm_client *client, uint32_t handle);

/* Forget all buffers, of a client that ends: the file takes them along. */
void
apui_drm_forget_buffers(struct apui_drm_client *client);

int
apui_drm_buffer_new(struct apui_transport *t, uint64_t size_bytes,
		    uint32_t flags, uint32_t *out_handle);
int
apui_drm_buffer_close(struct apui_transport *t, uint32_t handle);
int
apui_drm_buffer_map(struct apui_transport *t, uint32_t handle, void **out_ptr);
void
apui_drm_buffer_unmap(struct apui_transport *t, void *ptr, uint64_t size_bytes);
int
apui_drm_buffer_export(struct apui_transport *t, uint32_t handle, int *out_fd);
int
apui_drm_buffer_import(struct apui_transport *t, int fd, uint32_t *out_handle,
		       uint64_t *out_size_bytes);
int
apui_drm_iommu_map(struct apui_transport *t, uint32_t handle,
		   uint64_t *out_address);
int
apui_drm_iommu_unmap(struct apui_transport *t, uint32_t handle);

int
apui_drm_syncobj_create(struct apui_transport *t, uint32_t *out_syncobj);
int
apui_drm_syncobj_reset(struct apui_transport *t, uint32_t syncobj);
int
apui_drm_syncobj_wait(struct apui_transport *t, uint32_t syncobj,
		      int64_t deadline_ns);
int
apui_drm_syncobj_export(struct apui_transport *t, uint32_t syncobj,
			int *out_fd);
int
apui_drm_syncobj_destroy(struct apui_transport *t, uint32_t syncobj);

int
apui_drm_queue(struct apui_transport *t, const struct apui_request *req);
int
apui_drm_dequeue(struct apui_transport *t, uint32_t syncobj, void *data,
		 struct apui_result *out_result);
int
apui_drm_read_events(struct apui_transport *t, struct apui_event *events,
		     unsigned int max);
int
apui_drm_read_state(struct apui_transport *t, unsigned int core,
		    uint32_t *out_flags);

#endif
