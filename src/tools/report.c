/* SPDX-License-Identifier: MIT */
#include "report.h"
#include <apu/error.h>
#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 4096

/* Names of files and tensors are in it: it must stay one line. */
static void
print_line(const char *what, const char *why, const char *what_to_do)
{
	char line[LINE_BYTES];

	snprintf(line, sizeof(line), "apu: %s: %s: %s", what, why, what_to_do);
	apui_report_name(stderr, line);
	fputc('\n', stderr);
}

int
apui_report_failure(const char *what, const char *what_to_do,
		    const char *why_format, ...)
{
	char why[LINE_BYTES / 2];
	va_list args;

	va_start(args, why_format);
	vsnprintf(why, sizeof(why), why_format, args);
	va_end(args);

	print_line(what, why, what_to_do);
	return APUI_FAILED;
}

int
apui_report_usage(const char *what, const char *why_format, ...)
{
	char why[LINE_BYTES / 2];
	va_list args;

	va_start(args, why_format);
	vsnprintf(why, sizeof(why), why_format, args);
	va_end(args);

	print_line(what, why, "try apu help");
	return APUI_WRONG_USAGE;
}

static const struct {
	int code;
	const char *what_to_do;
} remedies[] = {
	{ ENOENT, "check the path" },
	{ ENOTDIR, "check the path" },
	{ EISDIR, "name a file" },
	{ EACCES, "check its owner and mode" },
	{ EPERM, "check its owner and mode" },
	{ EROFS, "choose another folder" },
	{ ENOSPC, "free some space, or choose another folder" },
	{ EDQUOT, "free some space, or choose another folder" },
	{ EFBIG, "raise the limit with ulimit -f" },
	{ ENOMEM, "close other programs, or use a smaller model or input" },
	{ EMFILE, "raise the limit with ulimit -n" },
};

static const char *
find_remedy(int code)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (remedies[i].code == code)
			return remedies[i].what_to_do;
	return "see docs/errors.md";
}

int
apui_report_errno(int code, const char *what)
{
	return apui_report_failure(what, find_remedy(code), "%s",
				   strerror(code));
}

int
apui_report_library(void)
{
	const struct apu_error *error = apu_error_last();
	const char *object = apu_error_object(error);
	const char *remedy = apu_error_remedy(error);
	char what[LINE_BYTES / 4];

	snprintf(what, sizeof(what), "%s%s%s", apu_error_operation(error),
		 object[0] != '\0' ? " " : "", object);
	if (remedy[0] == '\0')
		remedy = find_remedy(-apu_error_code(error));
	return apui_report_failure(what, remedy, "%s", apu_error_cause(error));
}

void
apui_report_name(FILE *out, const char *name)
{
	for (size_t i = 0; name[i] != '\0'; i++) {
		unsigned char c = (unsigned char)name[i];

		fputc(c < 0x20 || c == 0x7f ? '?' : c, out);
	}
}

/* Nothing sensible can be said in JSON without memory for it. */
static void *
require(void *pointer)
{
	if (pointer == NULL)
		exit(apui_report_errno(ENOMEM, "write JSON"));
	return pointer;
}

struct json_object *
apui_json_object(void)
{
	return require(json_object_new_object());
}

struct json_object *
apui_json_array(void)
{
	return require(json_object_new_array());
}

void
apui_json_add(struct json_object *object, const char *key,
	      struct json_object *value)
{
	if (json_object_object_add(object, key, value) < 0)
		require(NULL);
}

void
apui_json_append(struct json_object *array, struct json_object *value)
{
	if (json_object_array_add(array, value) < 0)
		require(NULL);
}

void
apui_json_add_text(struct json_object *object, const char *key,
		   const char *value)
{
	/* Names come from files in any encoding; JSON is UTF-8. */
	gchar *valid = g_utf8_make_valid(value, -1);

	apui_json_add(object, key, require(json_object_new_string(valid)));
	g_free(valid);
}

void
apui_json_add_uint(struct json_object *object, const char *key, uint64_t value)
{
	apui_json_add(object, key, require(json_object_new_uint64(value)));
}

void
apui_json_add_int(struct json_object *object, const char *key, int64_t value)
{
	apui_json_add(object, key, apui_json_int(value));
}

void
apui_json_add_real(struct json_object *object, const char *key, double value)
{
	apui_json_add(object, key, apui_json_real(value));
}

struct json_object *
apui_json_int(int64_t value)
{
	return require(json_object_new_int64(value));
}

struct json_object *
apui_json_real(double value)
{
	return isfinite(value) ? require(json_object_new_double(value)) : NULL;
}

struct json_object *
apui_json_bool(bool value)
{
	return require(json_object_new_boolean(value));
}

void
apui_json_print(FILE *out, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				JSON_C_TO_STRING_NOSLASHESCAPE);

	fputs(require((void *)(uintptr_t)text), out);
	fputc('\n', out);
	json_object_put(object);
}
