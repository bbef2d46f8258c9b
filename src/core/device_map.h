/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICE_MAP_H
#define APUI_DEVICE_MAP_H

/*
 * What is in the device's address space because somebody asked for its address.
 * The published driver says that all is well whatever happened (torture.md,
 * K4), leaks a reference with every MAP and UNMAP (K5), and after an UNMAP too
 * many hands out an address that is no longer the buffer's (K16). So a handle
 * is mapped once in its life, whatever comes of it and however many imports
 * share it, and unmapped once, with its last buffer.
 *
 * All under dev->lock.
 */

#include <stdint.h>

struct apu_buffer;
struct apu_device;

struct apui_device_map {
	struct apui_device_map *next;
	uint32_t handle;
	uint64_t size_bytes;
	uint64_t address; /* 0: the driver's answer was not one */
};

/*
 * The address of a buffer. -EOPNOTSUPP, -ENODEV, -ENOMEM; -EIO when the driver
 * gave one that cannot be.
 */
int
apui_device_map_get(struct apu_buffer *buf, uint64_t *out_address);

/* The last buffer of that handle goes. */
void
apui_device_map_drop(struct apu_device *dev, uint32_t handle);

/* Forget all, in a child: they are the parent's. No lock. */
void
apui_device_map_forget_all(struct apu_device *dev);

#endif
