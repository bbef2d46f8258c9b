/* SPDX-License-Identifier: MIT */
#include "core/device_map.h"
#include "core/buffer.h"
#include "core/error.h"
#include <errno.h>
#include <stdlib.h>

#define PAGE_BYTES UINT64_C(4096)

/* Addresses of the device have 32 bits. */
#define END_OF_ADDRESSES (UINT64_C(1) << 32)

static struct apui_device_map **
find_link(struct apu_device *dev, uint32_t handle)
{
	struct apui_device_map **link = &dev->device_maps;

	while (*link != NULL && (*link)->handle != handle)
		link = &(*link)->next;
	return link;
}

static uint64_t
round_up(uint64_t size_bytes)
{
	return (size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

static bool
is_apart(const struct apui_device_map *a, uint64_t address, uint64_t size_bytes)
{
	return a->address == 0 ||
	       address + round_up(size_bytes) <= a->address ||
	       a->address + round_up(a->size_bytes) <= address;
}

/* Whether the driver's answer can be true (K4). */
static bool
is_credible(const struct apu_device *dev, uint64_t address, uint64_t size_bytes)
{
	if (address == 0 || address % PAGE_BYTES != 0 ||
	    address >= END_OF_ADDRESSES ||
	    round_up(size_bytes) > END_OF_ADDRESSES - address)
		return false;
	for (const struct apui_device_map *map = dev->device_maps; map != NULL;
	     map = map->next)
		if (!is_apart(map, address, size_bytes))
			return false;
	return true;
}

static int
refuse_address(uint64_t address)
{
	apui_fail(-EIO, NULL,
		  "the driver gave the address 0x%llx, which cannot be",
		  (unsigned long long)address);
	apui_fail_remedy("use another buffer");
	return -EIO;
}

/* A refusal is remembered as well: asking again would leak again (K5). */
static int
map_handle(struct apu_buffer *buf, struct apui_device_map **link)
{
	struct apu_device *dev = buf->dev;
	struct apui_transport *t = dev->transport;
	struct apui_device_map *map;
	uint64_t address = 0;
	int ret;

	map = calloc(1, sizeof(*map));
	if (map == NULL)
		return -ENOMEM;
	ret = t->ops->iommu_map(t, buf->handle, &address);
	ret = apui_device_note(dev, ret);
	if (ret < 0) {
		free(map);
		return ret;
	}
	map->handle = buf->handle;
	map->size_bytes = buf->size_bytes;
	if (is_credible(dev, address, buf->size_bytes))
		map->address = address;
	*link = map;
	return map->address != 0 ? 0 : refuse_address(address);
}

int
apui_device_map_get(struct apu_buffer *buf, uint64_t *out_address)
{
	struct apu_device *dev = buf->dev;
	struct apui_device_map **link = find_link(dev, buf->handle);
	int ret = apui_device_check(dev);

	if (dev->transport->ops->iommu_map == NULL)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "this device has no address translation");
	if (*link == NULL) {
		if (ret == 0)
			ret = map_handle(buf, link);
		if (ret < 0)
			return ret;
	}
	if ((*link)->address == 0)
		return refuse_address(0);
	*out_address = (*link)->address;
	return 0;
}

void
apui_device_map_drop(struct apu_device *dev, uint32_t handle)
{
	struct apui_device_map **link = find_link(dev, handle);
	struct apui_device_map *map = *link;
	struct apui_transport *t = dev->transport;

	if (map == NULL)
		return;
	*link = map->next;
	/* What was never there is not taken away (K16). */
	if (map->address != 0)
		t->ops->iommu_unmap(t, handle);
	free(map);
}

void
apui_device_map_forget_all(struct apu_device *dev)
{
	while (dev->device_maps != NULL) {
		struct apui_device_map *map = dev->device_maps;

		dev->device_maps = map->next;
		free(map);
	}
}
