/* SPDX-License-Identifier: MIT */
#include "core/buffer.h"
#include "core/device_map.h"
#include "core/error.h"
#include "core/fence.h"
#include <errno.h>
#include <stdlib.h>

_Static_assert(APU_BUFFER_ZEROED == APUI_BUFFER_ZEROED, "");
_Static_assert(APU_BUFFER_EXPORTABLE == APUI_BUFFER_EXPORTABLE, "");

#define KNOWN_FLAGS  (APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE)
#define KNOWN_ACCESS (APU_BUFFER_READ | APU_BUFFER_WRITE)

static void
list_buffer(struct apu_buffer *buf)
{
	struct apu_buffer **head = &buf->dev->buffers;

	buf->next = *head;
	buf->link = head;
	if (*head != NULL)
		(*head)->link = &buf->next;
	*head = buf;
}

static void
unlist_buffer(struct apu_buffer *buf)
{
	if (buf->link == NULL)
		return;
	*buf->link = buf->next;
	if (buf->next != NULL)
		buf->next->link = buf->link;
}

/* Importing memory of the device's own, or twice, gives a handle again. */
static bool
shares_handle(const struct apu_buffer *buf)
{
	for (const struct apu_buffer *other = buf->dev->buffers; other != NULL;
	     other = other->next)
		if (other != buf && apui_buffer_is_same(other, buf))
			return true;
	return false;
}

/* Under the lock, or with nobody else left. */
static void
destroy_buffer(struct apu_buffer *buf)
{
	struct apui_transport *t = buf->dev->transport;

	unlist_buffer(buf);
	if (buf->map != NULL)
		t->ops->buffer_unmap(t, buf->map, buf->size_bytes);
	if (buf->dev->device_maps != NULL && !shares_handle(buf))
		apui_device_map_drop(buf->dev, buf->handle);
	t->ops->buffer_close(t, buf->handle);
	free(buf);
}

void
apui_buffer_use(struct apu_buffer *buf)
{
	buf->uses++;
}

void
apui_buffer_unuse(struct apu_buffer *buf)
{
	buf->uses--;
	if (buf->uses == 0 && buf->is_orphan)
		destroy_buffer(buf);
}

static int
check_size(const struct apu_device *dev, uint64_t size_bytes)
{
	uint64_t max_bytes = dev->transport->info.max_buffer_bytes;

	if (size_bytes == 0)
		return apui_fail(-EINVAL, NULL, "the size is 0");
	if (size_bytes > max_bytes) {
		apui_fail(-E2BIG, NULL,
			  "%llu bytes are over the device's limit of %llu",
			  (unsigned long long)size_bytes,
			  (unsigned long long)max_bytes);
		apui_fail_remedy("use several smaller buffers");
		return -E2BIG;
	}
	return 0;
}

static int
check_new(const struct apu_device *dev, uint64_t size_bytes, uint32_t flags)
{
	if ((flags & ~KNOWN_FLAGS) != 0)
		return apui_fail(-EINVAL, NULL, "flags 0x%x are unknown",
				 flags & ~KNOWN_FLAGS);
	return check_size(dev, size_bytes);
}

/* Under the lock. */
static struct apu_buffer *
wrap_handle(struct apu_device *dev, uint32_t handle, uint64_t size_bytes,
	    uint32_t flags)
{
	struct apu_buffer *buf = calloc(1, sizeof(*buf));

	if (buf == NULL) {
		dev->transport->ops->buffer_close(dev->transport, handle);
		return NULL;
	}
	apui_ref_init(&buf->ref);
	buf->dev = apu_device_ref(dev);
	buf->handle = handle;
	buf->size_bytes = size_bytes;
	buf->flags = flags;
	list_buffer(buf);
	return buf;
}

static int
new_buffer(struct apu_device *dev, uint64_t size_bytes, uint32_t flags,
	   struct apu_buffer **out_buf)
{
	struct apui_transport *t = dev->transport;
	struct apu_buffer *buf;
	uint32_t handle;
	int ret;

	ret = check_new(dev, size_bytes, flags);
	if (ret < 0)
		return ret;
	ret = apui_device_check(dev);
	if (ret < 0)
		return ret;
	ret = t->ops->buffer_new(t, size_bytes, flags, &handle);
	ret = apui_device_note(dev, ret);
	if (ret < 0)
		return ret;

	pthread_mutex_lock(&dev->lock);
	buf = wrap_handle(dev, handle, size_bytes, flags);
	pthread_mutex_unlock(&dev->lock);
	if (buf == NULL)
		return -ENOMEM;
	*out_buf = buf;
	return 0;
}

int
apu_buffer_new(struct apu_device *dev, uint64_t size_bytes, uint32_t flags,
	       struct apu_buffer **out_buf)
{
	int ret;

	if (dev == NULL || out_buf == NULL)
		ret = apui_fail(-EINVAL, NULL, "dev or out_buf is NULL");
	else
		ret = new_buffer(dev, size_bytes, flags, out_buf);
	if (ret < 0)
		return apui_fail_during(ret, "allocate buffer", NULL);
	return 0;
}

/* Under the lock: the handle may be one that somebody else drops. */
static int
import_fd(struct apu_device *dev, int fd, struct apu_buffer **out_buf)
{
	struct apui_transport *t = dev->transport;
	struct apu_buffer *buf;
	uint64_t size_bytes;
	uint32_t handle;
	int ret;

	if (t->ops->buffer_import == NULL)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "this device cannot import memory");
	ret = t->ops->buffer_import(t, fd, &handle, &size_bytes);
	ret = apui_device_note(dev, ret);
	if (ret < 0)
		return ret;

	buf = wrap_handle(dev, handle, size_bytes, APU_BUFFER_EXPORTABLE);
	if (buf == NULL)
		return -ENOMEM;
	buf->is_imported = true;
	*out_buf = buf;
	return 0;
}

static int
import_locked(struct apu_device *dev, int fd, struct apu_buffer **out_buf)
{
	int ret = apui_device_check(dev);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&dev->lock);
	ret = import_fd(dev, fd, out_buf);
	pthread_mutex_unlock(&dev->lock);
	return ret;
}

int
apu_buffer_import_fd(struct apu_device *dev, int fd,
		     struct apu_buffer **out_buf)
{
	int ret;

	if (dev == NULL || out_buf == NULL)
		ret = apui_fail(-EINVAL, NULL, "dev or out_buf is NULL");
	else
		ret = import_locked(dev, fd, out_buf);
	if (ret < 0)
		return apui_fail_during(ret, "import buffer", NULL);
	return 0;
}

int
apui_buffer_lend(struct apu_device *dev, const void *data, uint64_t size_bytes,
		 void (*release)(void *context), void *context,
		 struct apu_buffer **out_buf)
{
	struct apui_transport *t = dev->transport;
	struct apu_buffer *buf;
	int ret;

	if (t->ops->buffer_lend == NULL)
		return -EOPNOTSUPP;
	ret = check_size(dev, size_bytes);
	if (ret == 0)
		ret = apui_device_check(dev);
	if (ret < 0)
		return ret;
	buf = calloc(1, sizeof(*buf));
	if (buf == NULL)
		return -ENOMEM;
	/* Last, since it cannot be undone in silence. */
	ret = t->ops->buffer_lend(t, data, size_bytes, release, context,
				  &buf->handle);
	if (ret < 0) {
		free(buf);
		return apui_device_note(dev, ret);
	}
	apui_ref_init(&buf->ref);
	buf->dev = apu_device_ref(dev);
	buf->size_bytes = size_bytes;
	buf->is_lent = true;
	*out_buf = buf;
	return 0;
}

struct apu_buffer *
apu_buffer_ref(struct apu_buffer *buf)
{
	apui_ref_get(&buf->ref);
	return buf;
}

static void
release_buffer(struct apu_buffer *buf)
{
	struct apu_device *dev = buf->dev;

	pthread_mutex_lock(&dev->lock);
	apui_fence_reap_news(dev);
	if (buf->uses > 0)
		buf->is_orphan = true;
	else
		destroy_buffer(buf);
	pthread_mutex_unlock(&dev->lock);
}

struct apu_buffer *
apu_buffer_unref(struct apu_buffer *buf)
{
	struct apu_device *dev;

	if (buf == NULL || !apui_ref_put(&buf->ref))
		return NULL;

	dev = buf->dev;
	if (apui_device_check_process(dev) == 0)
		release_buffer(buf);
	else
		free(buf);
	apu_device_unref(dev);
	return NULL;
}

uint64_t
apu_buffer_size(const struct apu_buffer *buf)
{
	return buf->size_bytes;
}

uint32_t
apu_buffer_handle(const struct apu_buffer *buf)
{
	return buf->handle;
}

static int
map_buffer(struct apu_buffer *buf)
{
	struct apui_transport *t = buf->dev->transport;
	int ret;

	if (buf->map != NULL)
		return 0;
	ret = apui_device_check(buf->dev);
	if (ret < 0)
		return ret;
	ret = t->ops->buffer_map(t, buf->handle, &buf->map);
	return apui_device_note(buf->dev, ret);
}

int
apui_buffer_new_mapped(struct apu_device *dev, uint64_t size_bytes,
		       uint32_t flags, struct apu_buffer **out_buf,
		       void **out_ptr)
{
	struct apu_buffer *buf = NULL;
	int ret;

	ret = new_buffer(dev, size_bytes, flags, &buf);
	if (ret < 0)
		return ret;
	ret = map_buffer(buf);
	if (ret < 0) {
		apu_buffer_unref(buf);
		return ret;
	}
	*out_buf = buf;
	*out_ptr = buf->map;
	return 0;
}

int
apui_buffer_map(struct apu_buffer *buf, void **out_ptr)
{
	int ret = apui_device_check_process(buf->dev);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&buf->dev->lock);
	ret = map_buffer(buf);
	if (ret == 0)
		*out_ptr = buf->map;
	pthread_mutex_unlock(&buf->dev->lock);
	return ret;
}

int
apu_buffer_map(struct apu_buffer *buf, void **out_ptr)
{
	int ret;

	if (buf == NULL || out_ptr == NULL) {
		ret = apui_fail(-EINVAL, NULL, "buf or out_ptr is NULL");
		return apui_fail_during(ret, "map buffer", NULL);
	}
	ret = apui_buffer_map(buf, out_ptr);
	if (ret < 0)
		return apui_fail_during(ret, "map buffer", NULL);
	return 0;
}

static int
check_access(const struct apu_buffer *buf, uint32_t access)
{
	if (buf == NULL)
		return apui_fail(-EINVAL, NULL, "buf is NULL");
	if (access == 0 || (access & ~KNOWN_ACCESS) != 0)
		return apui_fail(-EINVAL, NULL, "access 0x%x is unknown",
				 access);
	return 0;
}

int
apu_buffer_cpu_begin(struct apu_buffer *buf, uint32_t access,
		     int64_t deadline_ns)
{
	int ret;

	ret = check_access(buf, access);
	if (ret == 0)
		ret = apui_device_check_process(buf->dev);
	if (ret == 0)
		ret = apui_fence_wait_for_buffer(buf, deadline_ns);
	if (ret < 0)
		return apui_fail_during(ret, "access buffer", NULL);

	pthread_mutex_lock(&buf->dev->lock);
	buf->accesses++;
	pthread_mutex_unlock(&buf->dev->lock);
	return 0;
}

int
apu_buffer_cpu_end(struct apu_buffer *buf, uint32_t access)
{
	int ret;

	ret = check_access(buf, access);
	if (ret == 0) {
		pthread_mutex_lock(&buf->dev->lock);
		if (buf->accesses == 0)
			ret = apui_fail(-EINVAL, NULL, "no access is open");
		else
			buf->accesses--;
		pthread_mutex_unlock(&buf->dev->lock);
	}
	if (ret < 0)
		return apui_fail_during(ret, "end access to buffer", NULL);
	return 0;
}

int
apu_buffer_device_address(struct apu_buffer *buf, uint64_t *out_address)
{
	int ret;

	if (buf == NULL || out_address == NULL) {
		ret = apui_fail(-EINVAL, NULL, "buf or out_address is NULL");
		return apui_fail_during(ret, "get device address", NULL);
	}
	pthread_mutex_lock(&buf->dev->lock);
	ret = apui_device_map_get(buf, out_address);
	pthread_mutex_unlock(&buf->dev->lock);
	if (ret < 0)
		return apui_fail_during(ret, "get device address", NULL);
	return 0;
}

static int
export_fd(struct apu_buffer *buf, int *out_fd)
{
	struct apui_transport *t = buf->dev->transport;
	int ret;

	if (t->ops->buffer_export == NULL)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "this device cannot export memory");
	if ((buf->flags & APU_BUFFER_EXPORTABLE) == 0) {
		apui_fail(-EPERM, NULL, "the buffer was not made for export");
		apui_fail_remedy("allocate it with APU_BUFFER_EXPORTABLE");
		return -EPERM;
	}
	ret = apui_device_check(buf->dev);
	if (ret < 0)
		return ret;
	ret = t->ops->buffer_export(t, buf->handle, out_fd);
	return apui_device_note(buf->dev, ret);
}

int
apu_buffer_export_fd(struct apu_buffer *buf, int *out_fd)
{
	int ret;

	if (buf == NULL || out_fd == NULL)
		ret = apui_fail(-EINVAL, NULL, "buf or out_fd is NULL");
	else
		ret = export_fd(buf, out_fd);
	if (ret < 0)
		return apui_fail_during(ret, "export buffer", NULL);
	return 0;
}
