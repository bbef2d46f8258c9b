/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_OPTIONS_H
#define APUI_TFLITE_OPTIONS_H

#include "delegates/tflite/text.h"
#include <apu/device.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Options of the delegate; docs/delegate.md says what each does. */
struct apui_options {
	char *device;    /* NULL: as apu_device_open() chooses */
	char *cache_dir; /* NULL: no cache */
	uint32_t threads;
	uint32_t max_partitions;
	enum apu_log_level log; /* 0: nothing */
	bool strict;
	bool profile;
};

/*
 * Read @count options. A key that does not exist, a value that it cannot have:
 * -EINVAL, and @why says what could stand there.
 */
int
apui_options_read(struct apui_options *options, char **keys, char **values,
		  size_t count, struct apui_text *why);

void
apui_options_free(struct apui_options *options);

#endif
