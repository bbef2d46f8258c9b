/* SPDX-License-Identifier: MIT */
#ifndef APUI_APU_DRM_H
#define APUI_APU_DRM_H

/*
 * The kernel interface of the apu DRM driver, as published on dri-devel: the
 * RFC of September 2021, which vendor kernels ship, and the series of May 2023.
 * The structures are the same in both; five of the six numbers differ.
 *
 * Padding that the published header leaves to the compiler is spelt out, so
 * that the layout is that of LP64, AAPCS32 and RISC-V everywhere. On 32-bit x86
 * and m68k the published structures are shorter, and no kernel translates:
 * such a client must not talk to the driver at all.
 *
 * A node is found by the driver's name. Source of all numbers: the published
 * patches.
 */

#if defined(__KERNEL__)
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>
#elif defined(__linux__)
#include <assert.h>
#include <linux/types.h>
#include <stddef.h>
#else
/* A compiler without a C library: its own names, and an array of -1 chars. */
#include <stddef.h>
#define __u16 __UINT16_TYPE__
#define __s32 __INT32_TYPE__
#define __u32 __UINT32_TYPE__
#define __u64 __UINT64_TYPE__
#define static_assert(condition, ...)                                          \
	extern char apui_assertion[(condition) ? 1 : -1]
#endif

#define APUI_DRM_NAME "drm_apu"

/* Whether a member of 64 bits lies where the published structures have it. */
struct apui_drm_alignment {
	char byte;
	__u64 aligned;
};

#define APUI_DRM_HAS_ABI (offsetof(struct apui_drm_alignment, aligned) == 8)

/* STATE's flags. 2023 has ONLINE only. */
#define APUI_DRM_ONLINE   0x1u
#define APUI_DRM_CRASHED  0x2u
#define APUI_DRM_TIMEDOUT 0x4u

struct apui_drm_state {
	__u32 device; /* in: index of a core */
	__u32 flags;  /* out */
};

struct apui_drm_gem_new {
	__u32 size;   /* in */
	__u32 flags;  /* in: ignored by the published driver; 0 */
	__u32 handle; /* out */
	__u32 pad;
	__u64 offset; /* out: for mmap() of the node */
};

struct apui_drm_gem_queue {
	__u32 device;
	__u32 cmd;      /* 16 bits are sent */
	__u32 out_sync; /* a syncobj, never 0 */
	__u32 pad;
	__u64 bo_handles; /* user pointer to __u32[] */
	__u32 bo_handle_count;
	__u16 size_in;
	__u16 size_out;
	__u64 data; /* user pointer to size_in bytes */
};

struct apui_drm_gem_dequeue {
	__u32 out_sync; /* in */
	__u16 result;   /* out, untouched when there is nothing */
	__u16 size;     /* out, no bound for what is written */
	__u64 data;     /* user pointer, written */
};

struct apui_drm_gem_iommu_map {
	__u64 bo_handles; /* user pointer to __u32[] */
	__u32 bo_handle_count;
	__u32 pad;
	__u64 bo_device_addresses; /* user pointer to __u64[]; MAP only */
};

/* What read() of the node returns; its type is APUI_DRM_JOB_COMPLETED. */
struct apui_drm_event {
	__u32 type;
	__u32 length;
	__u32 out_sync;
};

#define APUI_DRM_JOB_COMPLETED 0x80000000u

/* Numbers behind DRM_COMMAND_BASE. */
enum {
	APUI_DRM_2021_GEM_NEW = 0x00,
	APUI_DRM_2021_GEM_QUEUE = 0x01,
	APUI_DRM_2021_GEM_DEQUEUE = 0x02,
	APUI_DRM_2021_GEM_IOMMU_MAP = 0x03,
	APUI_DRM_2021_GEM_IOMMU_UNMAP = 0x04,
	APUI_DRM_2021_STATE = 0x05,

	APUI_DRM_2023_STATE = 0x00,
	APUI_DRM_2023_GEM_NEW = 0x01,
	APUI_DRM_2023_GEM_QUEUE = 0x02,
	APUI_DRM_2023_GEM_DEQUEUE = 0x03,
	APUI_DRM_2023_GEM_IOMMU_MAP = 0x04,
	APUI_DRM_2023_GEM_IOMMU_UNMAP = 0x05,
};

/* An ioctl's number, as <linux/ioctl.h> puts it together: read and write. */
#define APUI_DRM_IOWR(number, type)                                            \
	(0xc0000000u | (__u32)sizeof(type) << 16 | 'd' << 8 |                  \
	 (0x40u + (number)))

#define APUI_DRM_ASSERT_SIZE(type, bytes)                                      \
	static_assert(sizeof(struct type) == (bytes), #type)
#define APUI_DRM_ASSERT_AT(type, member, offset)                               \
	static_assert(offsetof(struct type, member) == (offset),               \
		      #type "." #member)

APUI_DRM_ASSERT_SIZE(apui_drm_state, 8);
APUI_DRM_ASSERT_AT(apui_drm_state, flags, 4);
APUI_DRM_ASSERT_SIZE(apui_drm_gem_new, 24);
APUI_DRM_ASSERT_AT(apui_drm_gem_new, flags, 4);
APUI_DRM_ASSERT_AT(apui_drm_gem_new, handle, 8);
APUI_DRM_ASSERT_AT(apui_drm_gem_new, offset, 16);
APUI_DRM_ASSERT_SIZE(apui_drm_gem_queue, 40);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, cmd, 4);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, out_sync, 8);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, bo_handles, 16);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, bo_handle_count, 24);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, size_in, 28);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, size_out, 30);
APUI_DRM_ASSERT_AT(apui_drm_gem_queue, data, 32);
APUI_DRM_ASSERT_SIZE(apui_drm_gem_dequeue, 16);
APUI_DRM_ASSERT_AT(apui_drm_gem_dequeue, result, 4);
APUI_DRM_ASSERT_AT(apui_drm_gem_dequeue, size, 6);
APUI_DRM_ASSERT_AT(apui_drm_gem_dequeue, data, 8);
APUI_DRM_ASSERT_SIZE(apui_drm_gem_iommu_map, 24);
APUI_DRM_ASSERT_AT(apui_drm_gem_iommu_map, bo_handle_count, 8);
APUI_DRM_ASSERT_AT(apui_drm_gem_iommu_map, bo_device_addresses, 16);
APUI_DRM_ASSERT_SIZE(apui_drm_event, 12);
APUI_DRM_ASSERT_AT(apui_drm_event, out_sync, 8);

/* The numbers that strace shows. */
static_assert(APUI_DRM_IOWR(APUI_DRM_2021_GEM_NEW, struct apui_drm_gem_new) ==
		      0xc0186440u,
	      "GEM_NEW of 2021");
static_assert(APUI_DRM_IOWR(APUI_DRM_2021_GEM_QUEUE,
			    struct apui_drm_gem_queue) == 0xc0286441u,
	      "GEM_QUEUE of 2021");
static_assert(APUI_DRM_IOWR(APUI_DRM_2021_GEM_DEQUEUE,
			    struct apui_drm_gem_dequeue) == 0xc0106442u,
	      "GEM_DEQUEUE of 2021");
static_assert(APUI_DRM_IOWR(APUI_DRM_2021_GEM_IOMMU_MAP,
			    struct apui_drm_gem_iommu_map) == 0xc0186443u,
	      "GEM_IOMMU_MAP of 2021");
static_assert(APUI_DRM_IOWR(APUI_DRM_2021_GEM_IOMMU_UNMAP,
			    struct apui_drm_gem_iommu_map) == 0xc0186444u,
	      "GEM_IOMMU_UNMAP of 2021");
static_assert(APUI_DRM_IOWR(APUI_DRM_2021_STATE, struct apui_drm_state) ==
		      0xc0086445u,
	      "STATE of 2021");
static_assert(APUI_DRM_IOWR(APUI_DRM_2023_STATE, struct apui_drm_state) ==
		      0xc0086440u,
	      "STATE of 2023");
static_assert(APUI_DRM_IOWR(APUI_DRM_2023_GEM_NEW, struct apui_drm_gem_new) ==
		      0xc0186441u,
	      "GEM_NEW of 2023");
static_assert(APUI_DRM_IOWR(APUI_DRM_2023_GEM_QUEUE,
			    struct apui_drm_gem_queue) == 0xc0286442u,
	      "GEM_QUEUE of 2023");
static_assert(APUI_DRM_IOWR(APUI_DRM_2023_GEM_DEQUEUE,
			    struct apui_drm_gem_dequeue) == 0xc0106443u,
	      "GEM_DEQUEUE of 2023");
static_assert(APUI_DRM_IOWR(APUI_DRM_2023_GEM_IOMMU_MAP,
			    struct apui_drm_gem_iommu_map) == 0xc0186444u,
	      "GEM_IOMMU_MAP of 2023");
static_assert(APUI_DRM_IOWR(APUI_DRM_2023_GEM_IOMMU_UNMAP,
			    struct apui_drm_gem_iommu_map) == 0xc0186445u,
	      "GEM_IOMMU_UNMAP of 2023");

#endif
