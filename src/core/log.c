/* SPDX-License-Identifier: MIT */
#include "core/device.h"
#include <stdarg.h>
#include <stdio.h>

void
apui_log(const struct apu_device *dev, enum apu_log_level level,
	 const char *format, ...)
{
	char message[512];
	va_list args;

	if (dev->log.fn == NULL || level > dev->log.level)
		return;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	dev->log.fn(level, message, dev->log.data);
}

void
apu_device_set_log(struct apu_device *dev, enum apu_log_level level,
		   apu_log_fn fn, void *data)
{
	dev->log = (struct apui_log) {
		.level = level,
		.fn = fn,
		.data = data,
	};
}
