/* SPDX-License-Identifier: MIT */
#include "transport/drm/node.h"
#include "uapi/apu_drm.h"
#include <dirent.h>
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_NUMBER 256

const struct apui_drm_roots apui_drm_linux_roots = {
	.sys = "/sys",
	.dev = "/dev",
};

/* Kinds of nodes, best first. */
static const struct kind {
	const char *class; /* folder below /sys/class and below /dev */
	const char *folder;
	const char *prefix;
	unsigned int first;
} kinds[] = {
	{ "accel", "accel", "accel", 0 },
	{ "drm", "dri", "renderD", 128 },
	{ "drm", "dri", "card", 0 },
};

enum { KIND_CARD = 2, KIND_COUNT = 3 };

struct search {
	const struct apui_drm_system *sys;
	const struct apui_drm_roots *roots;
	struct apui_drm_node *nodes;
	unsigned int count;
	/* What `device` links to, of the nodes that were listed. */
	struct {
		dev_t dev;
		ino_t ino;
	} devices[APUI_DRM_MAX_NODES];
};

int
apui_drm_read_version(const struct apui_drm_system *sys, int fd,
		      struct apui_drm_version *out_version)
{
	struct apui_drm_version version = { .name = "" };
	struct drm_version args = {
		.name = version.name,
		.name_len = sizeof(version.name) - 1,
	};
	int ret;

	ret = apui_drm_ioctl(sys, fd, DRM_IOCTL_VERSION, &args, sizeof(args));
	if (ret < 0)
		return ret == -EACCES || ret == -EPERM ? ret : -ENODEV;
	version.name[sizeof(version.name) - 1] = '\0';
	if (strcmp(version.name, APUI_DRM_NAME) != 0)
		return -ENODEV;
	version.major = args.version_major;
	version.minor = args.version_minor;
	version.patch = args.version_patchlevel;
	*out_version = version;
	return 0;
}

void
apui_drm_describe_node(const struct apui_drm_node *node,
		       struct apui_transport_entry *out_entry)
{
	const struct apui_drm_version *v = &node->version;
	char *text = out_entry->description;
	size_t room = sizeof(out_entry->description);
	const struct apui_drm_abi *abi = apui_drm_abi_of(v);

	snprintf(out_entry->spec, sizeof(out_entry->spec), "drm:%s",
		 node->path);
	if (node->error < 0)
		snprintf(text, room, "cannot be opened: %s",
			 strerror(-node->error));
	else if (apui_drm_is_published(v))
		snprintf(text, room,
			 "%s %d.%d.%d, needs abi=2021 or abi=2023: the version "
			 "was both",
			 v->name, v->major, v->minor, v->patch);
	else if (abi != NULL)
		snprintf(text, room, "%s %d.%d.%d, abi %s by its patch level",
			 v->name, v->major, v->minor, v->patch, abi->name);
	else
		snprintf(text, room, "%s %d.%d.%d, a version that is not known",
			 v->name, v->major, v->minor, v->patch);
}

static bool
find_device(const struct search *search, const struct kind *kind,
	    unsigned int number, struct stat *out_stat)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/class/%s/%s%u/device",
		 search->roots->sys, kind->class, kind->prefix, number);
	return stat(path, out_stat) == 0;
}

static bool
is_listed(const struct search *search, const struct stat *device)
{
	for (unsigned int i = 0; i < search->count; i++)
		if (search->devices[i].dev == device->st_dev &&
		    search->devices[i].ino == device->st_ino)
			return true;
	return false;
}

/* Connectors are folders beside the card's: card0-HDMI-A-1. */
static bool
has_display(const struct search *search, unsigned int number)
{
	char path[4096], prefix[32];
	struct dirent *entry;
	bool found = false;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/class/drm", search->roots->sys);
	snprintf(prefix, sizeof(prefix), "card%u-", number);
	folder = opendir(path);
	if (folder == NULL)
		return true;
	while (!found && (entry = readdir(folder)) != NULL)
		found = strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(folder);
	return found;
}

/* Whether the device of a card has a renderD node, whatever its driver. */
static bool
has_render_node(const struct search *search, const struct stat *device)
{
	const struct kind *render = &kinds[1];
	struct stat other;

	for (unsigned int i = 0; i < MAX_NUMBER; i++)
		if (find_device(search, render, render->first + i, &other) &&
		    other.st_dev == device->st_dev &&
		    other.st_ino == device->st_ino)
			return true;
	return false;
}

/*
 * The name of the driver that the device is bound to says whether a node that
 * may not be opened is worth a word.
 */
static bool
is_ours_by_name(const struct search *search, const struct kind *kind,
		unsigned int number)
{
	char path[4096], *target;
	bool is_ours;

	snprintf(path, sizeof(path), "%s/class/%s/%s%u/device/driver",
		 search->roots->sys, kind->class, kind->prefix, number);
	target = realpath(path, NULL);
	if (target == NULL)
		return false;
	is_ours = strstr(strrchr(target, '/'), "apu") != NULL;
	free(target);
	return is_ours;
}

static void
add_node(struct search *search, const struct apui_drm_node *node,
	 const struct stat *device)
{
	search->devices[search->count].dev = device->st_dev;
	search->devices[search->count].ino = device->st_ino;
	search->nodes[search->count++] = *node;
}

static void
look_at_node(struct search *search, const struct kind *kind,
	     unsigned int number, const struct stat *device)
{
	struct apui_drm_node node = { .error = 0 };
	int fd;

	snprintf(node.path, sizeof(node.path), "%s/%s/%s%u", search->roots->dev,
		 kind->folder, kind->prefix, number);
	fd = search->sys->open(node.path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		node.error = -errno;
		if (node.error == -EACCES &&
		    is_ours_by_name(search, kind, number))
			add_node(search, &node, device);
		return;
	}
	/* Who opens a card that nobody has becomes its master. */
	if (kind == &kinds[KIND_CARD])
		search->sys->ioctl(fd, DRM_IOCTL_DROP_MASTER, NULL);
	if (apui_drm_read_version(search->sys, fd, &node.version) == 0)
		add_node(search, &node, device);
	search->sys->close(fd);
}

static void
look_at_kind(struct search *search, const struct kind *kind)
{
	for (unsigned int i = 0; i < MAX_NUMBER; i++) {
		unsigned int number = kind->first + i;
		struct stat device;

		if (search->count == APUI_DRM_MAX_NODES)
			return;
		if (!find_device(search, kind, number, &device) ||
		    is_listed(search, &device))
			continue;
		if (kind == &kinds[KIND_CARD] &&
		    (has_render_node(search, &device) ||
		     has_display(search, number)))
			continue;
		look_at_node(search, kind, number, &device);
	}
}

unsigned int
apui_drm_find_nodes(const struct apui_drm_system *sys,
		    const struct apui_drm_roots *roots,
		    struct apui_drm_node *nodes)
{
	struct search search = { .sys = sys, .roots = roots, .nodes = nodes };

	for (unsigned int i = 0; i < KIND_COUNT; i++)
		look_at_kind(&search, &kinds[i]);
	return search.count;
}
