/* SPDX-License-Identifier: MIT */
#ifndef APUI_DEVICED_MISC_H
#define APUI_DEVICED_MISC_H

#include "deviced/faults.h"

/*
 * Serve the test driver's misc device (src/uapi/apu_dev.h) until it goes away
 * or @stop_fd becomes readable. Returns 0 then, or a negative errno.
 */
int
deviced_serve_misc(const char *path, struct deviced_faults *faults,
		   int stop_fd);

#endif
