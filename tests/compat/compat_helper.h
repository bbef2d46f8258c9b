/* SPDX-License-Identifier: MIT */
#ifndef APUI_COMPAT_HELPER_H
#define APUI_COMPAT_HELPER_H

/* What the tests of libdrm_apu share that any device is good for. */

#include "test.h"
#include <apu_drmif.h>

#define COPY_INLINE 2
#define FILL_BUFFER 5
#define UNKNOWN     4711
#define BYTES       4096

/* What programs pass; ignored with APU_DEVICE. -1, unless a node was named. */
extern int compat_node;

/*
 * The program's argument, or none: a device string for APU_DEVICE, or the path
 * of a node to open. A simulator of two cores, named @name, if there is none.
 */
void
choose_device(const char *argument, const char *name);

/* The device of core 0; its end fails if something still holds it. */
int
compat_setup(void **state);
int
compat_teardown(void **state);

/* A job that answers what @data has when it is queued. */
struct apu_drm_job *
new_copy(struct apu_drm_device *dev, void *data, size_t size);

#define TEST(test)                                                             \
	cmocka_unit_test_setup_teardown(test, compat_setup, compat_teardown)

#endif
