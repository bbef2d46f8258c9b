/* SPDX-License-Identifier: MIT */

/*
 * Finding the nodes of the apu driver, in a tree that a test makes: sysfs with
 * its `device` links, and nodes that are empty files. The driver of a node is
 * what its file's name is given in a table.
 */

#include "test.h"
#include "transport/drm/node.h"
#include "uapi/apu_drm.h"
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NODES 6

/* A node, its device, and who drives it. */
struct node {
	const char *name; /* below /dev */
	const char *device;
	const char *driver;
	int error; /* of open() */
};

struct row {
	const char *name;
	struct node nodes[MAX_NODES];
	const char *connector; /* NULL: none */
	const char *expected;  /* names, in order */
	const char *opened;    /* of cards */
};

static const struct row rows[] = {
	{ "nothing_is_there", { { 0 } }, NULL, "", "" },
	{ "accel_node",
	  { { "accel/accel0", "a", "drm_apu", 0 } },
	  NULL,
	  "accel/accel0 ",
	  "" },
	{ "accel_comes_first",
	  { { "dri/renderD128", "a", "drm_apu", 0 },
	    { "accel/accel1", "b", "drm_apu", 0 },
	    { "accel/accel0", "c", "drm_apu", 0 } },
	  NULL,
	  "accel/accel0 accel/accel1 dri/renderD128 ",
	  "" },
	{ "a_device_is_listed_once",
	  { { "dri/card0", "a", "drm_apu", 0 },
	    { "dri/renderD128", "a", "drm_apu", 0 },
	    { "accel/accel0", "a", "drm_apu", 0 } },
	  NULL,
	  "accel/accel0 ",
	  "" },
	{ "other_drivers_are_left_out",
	  { { "dri/renderD128", "a", "i915", 0 },
	    { "accel/accel0", "b", "ivpu", 0 },
	    { "dri/renderD129", "c", "drm_apu", 0 } },
	  NULL,
	  "dri/renderD129 ",
	  "" },
	{ "card_alone_is_opened",
	  { { "dri/card1", "a", "drm_apu", 0 } },
	  NULL,
	  "dri/card1 ",
	  "dri/card1 " },
	{ "card_with_a_render_node_is_not_opened",
	  { { "dri/card0", "a", "i915", 0 },
	    { "dri/renderD128", "a", "i915", 0 } },
	  NULL,
	  "",
	  "" },
	{ "card_with_a_connector_is_not_opened",
	  { { "dri/card0", "a", "simpledrm", 0 } },
	  "card0-HDMI-A-1",
	  "",
	  "" },
	{ "connector_of_another_card_does_not_count",
	  { { "dri/card1", "a", "drm_apu", 0 } },
	  "card10-HDMI-A-1",
	  "dri/card1 ",
	  "dri/card1 " },
	{ "node_of_nobody_is_left_out",
	  { { "accel/accel0", "a", "drm_apu", ENODEV } },
	  NULL,
	  "",
	  "" },
	{ "forbidden_node_is_listed_with_its_error",
	  { { "accel/accel0", "apu.0", "drm_apu", EACCES } },
	  NULL,
	  "accel/accel0(-13) ",
	  "" },
	{ "forbidden_node_of_another_driver_is_left_out",
	  { { "accel/accel0", "a", "ivpu", EACCES } },
	  NULL,
	  "",
	  "" },
};

static const struct row *current;
static char root[] = "/tmp/apu-nodes-XXXXXX";
static char tree[64];
static const struct node *open_nodes[MAX_NODES + 1];
static char opened[256];

static const struct node *
find_node(const char *path)
{
	for (size_t i = 0; i < MAX_NODES; i++) {
		const struct node *node = &current->nodes[i];

		if (node->name != NULL &&
		    strstr(path, node->name) ==
			    path + strlen(path) - strlen(node->name))
			return node;
	}
	return NULL;
}

static int
sys_open(const char *path, int flags)
{
	const struct node *node = find_node(path);

	assert_int_equal(flags, O_RDWR | O_CLOEXEC);
	assert_non_null(node);
	if (strstr(path, "card") != NULL) {
		strcat(opened, node->name);
		strcat(opened, " ");
	}
	if (node->error != 0) {
		errno = node->error;
		return -1;
	}
	for (int i = 0; i <= MAX_NODES; i++) {
		if (open_nodes[i] != NULL)
			continue;
		open_nodes[i] = node;
		return i;
	}
	fail_msg("nodes stay open");
	return -1;
}

static int
sys_close(int fd)
{
	assert_non_null(open_nodes[fd]);
	open_nodes[fd] = NULL;
	return 0;
}

static int
sys_ioctl(int fd, unsigned long request, void *arg)
{
	struct drm_version *version = arg;

	assert_non_null(open_nodes[fd]);
	if (request == DRM_IOCTL_DROP_MASTER)
		return 0;
	assert_int_equal(request, DRM_IOCTL_VERSION);
	snprintf(version->name, version->name_len, "%s",
		 open_nodes[fd]->driver);
	version->version_major = 1;
	version->version_minor = 1;
	version->version_patchlevel = 2023;
	return 0;
}

static const struct apui_drm_system sys = {
	.open = sys_open,
	.close = sys_close,
	.ioctl = sys_ioctl,
};

static void
make_folder(const char *format, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), format, tree, name);
	assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
}

static void
make_link(const char *from, const char *to)
{
	assert_true(symlink(to, from) == 0 || errno == EEXIST);
}

/* sys/class/KIND/NAME/device -> sys/devices/DEVICE, and its driver. */
static void
make_node(const struct node *node)
{
	const char *name = strchr(node->name, '/') + 1;
	const char *class =
		strncmp(node->name, "accel", 5) == 0 ? "accel" : "drm";
	char folder[128], link[256], target[256];

	snprintf(folder, sizeof(folder), "%%s/class/%s/%%s", class);
	make_folder(folder, name);
	make_folder("%s/devices/%s", node->device);
	make_folder("%s/drivers/%s", node->driver);
	snprintf(link, sizeof(link), "%s/class/%s/%s/device", tree, class,
		 name);
	snprintf(target, sizeof(target), "%s/devices/%s", tree, node->device);
	make_link(link, target);
	snprintf(link, sizeof(link), "%s/devices/%s/driver", tree,
		 node->device);
	snprintf(target, sizeof(target), "%s/drivers/%s", tree, node->driver);
	make_link(link, target);
}

static void
make_tree(const struct row *row)
{
	static const char *const folders[] = {
		"", "class", "class/accel", "class/drm", "devices", "drivers"
	};

	snprintf(tree, sizeof(tree), "%s/sys", root);
	for (size_t i = 0; i < COUNT(folders); i++)
		make_folder("%s/%s", folders[i]);
	for (size_t i = 0; i < MAX_NODES; i++)
		if (row->nodes[i].name != NULL)
			make_node(&row->nodes[i]);
	if (row->connector != NULL)
		make_folder("%s/class/drm/%s", row->connector);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
check_row(void **state)
{
	struct apui_drm_node nodes[APUI_DRM_MAX_NODES];
	struct apui_drm_roots roots = { .sys = tree };
	char found[512] = "", dev[64];
	unsigned int count;

	current = *state;
	opened[0] = '\0';
	make_tree(current);
	snprintf(dev, sizeof(dev), "%s/dev", root);
	roots.dev = dev;
	count = apui_drm_find_nodes(&sys, &roots, nodes);
	for (unsigned int i = 0; i < count; i++) {
		char number[16] = "";

		if (nodes[i].error != 0)
			snprintf(number, sizeof(number), "(%d)",
				 nodes[i].error);
		strcat(found, nodes[i].path + strlen(dev) + 1);
		strcat(found, number);
		strcat(found, " ");
	}
	assert_int_equal(nftw(tree, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
	assert_string_equal(found, current->expected);
	assert_string_equal(opened, current->opened);
	for (size_t i = 0; i < COUNT(open_nodes); i++)
		assert_null(open_nodes[i]);
}

static const struct description_row {
	const char *name;
	struct apui_drm_node node;
	const char *description;
} description_rows[] = {
	{ "description_of_a_driver_of_2021",
	  { "/dev/accel/accel0", 0, { "drm_apu", 1, 1, 2021 } },
	  "drm_apu 1.1.2021, abi 2021 by its patch level" },
	{ "description_of_a_driver_of_2023",
	  { "/dev/accel/accel0", 0, { "drm_apu", 1, 1, 2023 } },
	  "drm_apu 1.1.2023, abi 2023 by its patch level" },
	{ "description_of_the_published_driver",
	  { "/dev/accel/accel0", 0, { "drm_apu", 1, 0, 0 } },
	  "drm_apu 1.0.0, needs abi=2021 or abi=2023: the version was both" },
	{ "description_of_a_newer_driver",
	  { "/dev/accel/accel0", 0, { "drm_apu", 1, 2, 2027 } },
	  "drm_apu 1.2.2027, a version that is not known" },
	{ "description_of_a_forbidden_node",
	  { "/dev/accel/accel0", -EACCES, { "", 0, 0, 0 } },
	  "cannot be opened: Permission denied" },
};

static void
check_description(void **state)
{
	const struct description_row *row = *state;
	struct apui_transport_entry entry;

	apui_drm_describe_node(&row->node, &entry);
	assert_string_equal(entry.spec, "drm:/dev/accel/accel0");
	assert_string_equal(entry.description, row->description);
}

static int
make_root(void **state)
{
	(void)state;
	return mkdtemp(root) == NULL;
}

static int
remove_root(void **state)
{
	(void)state;
	return rmdir(root);
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows) + COUNT(description_rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < COUNT(description_rows); i++)
		tests[COUNT(rows) + i] = (struct CMUnitTest) {
			.name = description_rows[i].name,
			.test_func = check_description,
			.initial_state = (void *)&description_rows[i],
		};
	return cmocka_run_group_tests(tests, make_root, remove_root);
}
