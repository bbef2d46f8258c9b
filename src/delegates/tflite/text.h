/* SPDX-License-Identifier: MIT */
#ifndef APUI_TFLITE_TEXT_H
#define APUI_TFLITE_TEXT_H

#include <stddef.h>

/* A text that grows. All zero: empty. Where memory runs out it stops. */
struct apui_text {
	char *bytes;
	size_t length;
};

__attribute__((format(printf, 2, 3))) void
apui_text_add(struct apui_text *text, const char *format, ...);

/* Never NULL. */
const char *
apui_text_get(const struct apui_text *text);

void
apui_text_clear(struct apui_text *text);

#endif
