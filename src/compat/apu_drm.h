/* SPDX-License-Identifier: MIT */
#ifndef APU_DRM_H
#define APU_DRM_H

/**
 * @file
 * Flags of libdrm_apu's interface.
 *
 * The original file of this name also had the driver's ioctls, as they were in
 * 2021. They are not here: a program that makes them itself goes round the
 * library, and on a driver of 2023 does other things than it means
 * (docs/compat.md).
 */

#include <drm.h>

/** Cache modes that apu_bo_new() takes. No known driver heeds them. */
#define APU_BO_CACHED   0x00000000
#define APU_BO_WC       0x00000002
#define APU_BO_UNCACHED 0x00000004

/** What apu_device_online() returns of a core that takes jobs. */
#define APU_ONLINE 0x00000001

#endif
