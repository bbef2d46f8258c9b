/* SPDX-License-Identifier: MIT */
#include "compat.h"
#include <errno.h>
#include <stdlib.h>

static void
free_bo(struct apu_bo *bo)
{
	apu_buffer_unref(bo->buffer);
	free(bo);
}

static struct apu_bo *
new_bo(struct apu_drm_device *dev, uint32_t size, uint32_t flags)
{
	struct apu_bo *bo = calloc(1, sizeof(*bo));
	int ret;

	if (bo == NULL)
		return apui_compat_null(-ENOMEM);
	ret = apu_buffer_new(dev->file->apu, size,
			     APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			     &bo->buffer);
	if (ret < 0) {
		free(bo);
		return apui_compat_null(ret);
	}
	bo->dev = apu_device_ref(dev);
	bo->flags = flags;
	atomic_init(&bo->references, 1);
	return bo;
}

struct apu_bo *
apu_bo_new(struct apu_drm_device *dev, uint32_t size, uint32_t flags)
{
	if (dev == NULL)
		return apui_compat_null(-EINVAL);
	return new_bo(dev, size, flags);
}

/* Without waiting. A buffer of a lost device is never idle. */
static bool
is_idle(struct apu_buffer *buffer)
{
	uint32_t access = APU_BUFFER_READ | APU_BUFFER_WRITE;

	return apu_buffer_cpu_begin(buffer, access, 0) == 0 &&
	       apu_buffer_cpu_end(buffer, access) == 0;
}

static struct apu_bo *
take_from_pool(struct apu_drm_device *dev, uint32_t size, uint32_t flags)
{
	struct apu_bo **link = &dev->pool;
	struct apu_bo *bo;

	pthread_mutex_lock(&dev->lock);
	while (*link != NULL &&
	       (apu_buffer_size((*link)->buffer) != size ||
		(*link)->flags != flags || !is_idle((*link)->buffer)))
		link = &(*link)->next;
	bo = *link;
	if (bo != NULL) {
		*link = bo->next;
		dev->pool_count--;
	}
	pthread_mutex_unlock(&dev->lock);
	return bo;
}

struct apu_bo *
apu_cached_bo_new(struct apu_drm_device *dev, uint32_t size, uint32_t flags)
{
	struct apu_bo *bo;

	if (dev == NULL)
		return apui_compat_null(-EINVAL);
	bo = take_from_pool(dev, size, flags);
	if (bo != NULL) {
		apu_device_ref(dev);
		atomic_store(&bo->references, 1);
		return bo;
	}
	bo = new_bo(dev, size, flags);
	if (bo != NULL)
		atomic_store(&bo->is_pooled, true);
	return bo;
}

/* The ioctl of the original's is in no kernel, and a copy would be no buffer
 * of that memory. */
struct apu_bo *
apu_bo_user_new(struct apu_drm_device *dev, void *hostptr, uint32_t size,
		uint32_t flags)
{
	(void)flags;
	if (dev == NULL || hostptr == NULL || size == 0)
		return apui_compat_null(-EINVAL);
	return apui_compat_null(-EOPNOTSUPP);
}

struct apu_bo *
apu_bo_ref(struct apu_bo *bo)
{
	if (bo != NULL)
		atomic_fetch_add(&bo->references, 1);
	return bo;
}

static bool
put_into_pool(struct apu_bo *bo)
{
	struct apu_drm_device *dev = bo->dev;
	bool has_room;

	pthread_mutex_lock(&dev->lock);
	has_room = dev->pool_count < APUI_COMPAT_POOL_MAX;
	if (has_room) {
		bo->next = dev->pool;
		dev->pool = bo;
		dev->pool_count++;
	}
	pthread_mutex_unlock(&dev->lock);
	return has_room;
}

/* The pool does not hold the device (no. 6): that goes first, or with it. */
void
apu_bo_del(struct apu_bo *bo)
{
	struct apu_drm_device *dev;

	if (bo == NULL || atomic_fetch_sub(&bo->references, 1) != 1)
		return;
	dev = bo->dev;
	if (!atomic_load(&bo->is_pooled) || !put_into_pool(bo))
		free_bo(bo);
	apu_device_del(dev);
}

void
apui_compat_empty_pool(struct apu_drm_device *dev)
{
	while (dev->pool != NULL) {
		struct apu_bo *bo = dev->pool;

		dev->pool = bo->next;
		free_bo(bo);
	}
}

uint32_t
apu_bo_handle(struct apu_bo *bo)
{
	return bo != NULL ? apu_buffer_handle(bo->buffer) : 0;
}

/* Others may keep the memory: nobody else gets it from the pool. */
int
apu_bo_dmabuf(struct apu_bo *bo)
{
	int fd = -1;
	int ret = -EINVAL;

	if (bo != NULL)
		ret = apu_buffer_export_fd(bo->buffer, &fd);
	if (ret < 0) {
		errno = -ret;
		return ret;
	}
	atomic_store(&bo->is_pooled, false);
	return fd;
}

void *
apu_bo_map(struct apu_bo *bo)
{
	void *ptr = NULL;
	int ret = -EINVAL;

	if (bo != NULL)
		ret = apu_buffer_map(bo->buffer, &ptr);
	return ret < 0 ? apui_compat_null(ret) : ptr;
}

int
apui_compat_check_bos(const struct apu_drm_device *dev, struct apu_bo **bos,
		      uint32_t count)
{
	if (dev == NULL || (bos == NULL && count > 0))
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++)
		if (bos[i] == NULL || bos[i]->dev->file != dev->file)
			return -EINVAL;
	return 0;
}

/* An address once given stays, so that it can be asked for twice. */
static int
map_all(struct apu_bo **bos, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t address = 0;
		int ret = apu_buffer_device_address(bos[i]->buffer, &address);

		if (ret < 0)
			return ret;
		if (address > UINT32_MAX)
			return -EOVERFLOW;
	}
	return 0;
}

int
apu_bo_iommu_map(struct apu_drm_device *dev, struct apu_bo **bos, uint64_t *da,
		 uint32_t count)
{
	int ret = apui_compat_check_bos(dev, bos, count);

	if (ret == 0 && da == NULL && count > 0)
		ret = -EINVAL;
	if (ret == 0)
		ret = map_all(bos, count);
	for (uint32_t i = 0; ret == 0 && i < count; i++)
		ret = apu_buffer_device_address(bos[i]->buffer, &da[i]);
	return ret;
}

int
apu_bo_iommu_unmap(struct apu_drm_device *dev, struct apu_bo **bos,
		   uint32_t count)
{
	return apui_compat_check_bos(dev, bos, count);
}
