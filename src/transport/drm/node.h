/* SPDX-License-Identifier: MIT */
#ifndef APUI_DRM_NODE_H
#define APUI_DRM_NODE_H

/*
 * Device nodes of the apu driver. A device may have several (accel, renderD,
 * card); one of each is listed, the one that asks least of its user.
 */

#include "transport/drm/abi.h"
#include "transport/drm/ioctl.h"
#include "transport/transport.h"
#include <stdbool.h>

#define APUI_DRM_PATH_BYTES 64
#define APUI_DRM_MAX_NODES  16

struct apui_drm_node {
	char path[APUI_DRM_PATH_BYTES];
	/* 0, or why a node that may be one could not be asked: -EACCES. */
	int error;
	struct apui_drm_version version;
};

/* Where nodes and sysfs are; tests have trees of their own. */
struct apui_drm_roots {
	const char *sys; /* "/sys" */
	const char *dev; /* "/dev" */
};

extern const struct apui_drm_roots apui_drm_linux_roots;

/*
 * List the nodes: accel first, then renderD, then card, each in the order of
 * its number, and no device twice. A card node is only opened when its device
 * has neither of the others nor a connector: opening one may take the display
 * from whoever owns it. Returns how many, at most APUI_DRM_MAX_NODES.
 */
unsigned int
apui_drm_find_nodes(const struct apui_drm_system *sys,
		    const struct apui_drm_roots *roots,
		    struct apui_drm_node *nodes);

/* What a user is told of a node: which interface it has, and why that. */
void
apui_drm_describe_node(const struct apui_drm_node *node,
		       struct apui_transport_entry *out_entry);

/*
 * Ask an open node for its driver. -ENODEV for what is no DRM node, or no apu
 * driver's.
 */
int
apui_drm_read_version(const struct apui_drm_system *sys, int fd,
		      struct apui_drm_version *out_version);

#endif
