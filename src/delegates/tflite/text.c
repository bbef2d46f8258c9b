/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
apui_text_add(struct apui_text *text, const char *format, ...)
{
	va_list args;
	char *bytes;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return;
	bytes = realloc(text->bytes, text->length + (size_t)length + 1);
	if (bytes == NULL)
		return;
	va_start(args, format);
	vsnprintf(bytes + text->length, (size_t)length + 1, format, args);
	va_end(args);
	text->bytes = bytes;
	text->length += (size_t)length;
}

const char *
apui_text_get(const struct apui_text *text)
{
	return text->bytes != NULL ? text->bytes : "";
}

void
apui_text_clear(struct apui_text *text)
{
	free(text->bytes);
	*text = (struct apui_text) { .bytes = NULL };
}
