/* SPDX-License-Identifier: MIT */
#ifndef APUI_LOG_H
#define APUI_LOG_H

#include <apu/device.h>

/* Who hears a device: nobody while fn is NULL. */
struct apui_log {
	enum apu_log_level level;
	apu_log_fn fn;
	void *data;
};

void
apui_log(const struct apu_device *dev, enum apu_log_level level,
	 const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
