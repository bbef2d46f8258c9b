/* SPDX-License-Identifier: MIT */
#ifndef APUI_TRANSPORT_DRM_H
#define APUI_TRANSPORT_DRM_H

#include "transport/transport.h"

/* drm:[PATH][,]abi=2021|2023,timeout_ms=N: the kernel's apu driver. */
extern const struct apui_transport_ops apui_transport_drm;

#endif
