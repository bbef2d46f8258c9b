/* SPDX-License-Identifier: MIT */
#ifndef APUI_DRM_ABI_H
#define APUI_DRM_ABI_H

/*
 * Which of the two published interfaces a node speaks, and its ioctls' numbers.
 * It is never tried out: a number of one is another's in the other, and to call
 * the wrong one can end the kernel (uapi.md 0).
 */

#include <stdint.h>

struct apui_drm_abi {
	const char *name; /* what abi= says */
	uint32_t gem_new, queue, dequeue, iommu_map, iommu_unmap, state;
};

/* A driver's answer to VERSION. */
struct apui_drm_version {
	char name[32];
	int major, minor, patch;
};

/*
 * The interface of a driver: what its version tells, which 1.1 does in its
 * patch level, or @wanted (abi=, "" when it is not there), which 1.0 needs:
 * that was both. -EPROTO with the reason when nobody can tell, or when both say
 * different things; -EINVAL for a name that is none.
 */
int
apui_drm_abi_choose(const struct apui_drm_version *version, const char *wanted,
		    const struct apui_drm_abi **out_abi);

/* The interface that a version tells by itself, or NULL. */
const struct apui_drm_abi *
apui_drm_abi_of(const struct apui_drm_version *version);

/* True for the published driver, which has its faults (K1 to K22). */
int
apui_drm_is_published(const struct apui_drm_version *version);

#endif
