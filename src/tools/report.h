/* SPDX-License-Identifier: MIT */
#ifndef APUI_REPORT_H
#define APUI_REPORT_H

/*
 * What the tool says: one line on standard error when it fails, text or one
 * JSON object on standard output when it does not.
 *
 * Functions of the tool that can fail return a status, and have printed their
 * line when it is not APUI_DONE; so the caller only passes it on.
 */

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum apui_status {
	APUI_DONE = 0,
	APUI_FAILED = 1,
	APUI_WRONG_USAGE = 2,
};

/* Print "apu: WHAT: WHY: WHAT TO DO". Returns APUI_FAILED. */
int
apui_report_failure(const char *what, const char *what_to_do,
		    const char *why_format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for an errno of the system. */
int
apui_report_errno(int code, const char *what);

/* The same for the last failure of libapu. */
int
apui_report_library(void);

/* Print "apu: WHAT: WHY: try apu help". Returns APUI_WRONG_USAGE. */
int
apui_report_usage(const char *what, const char *why_format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print a name that came out of a file, so that it stays on its line. */
void
apui_report_name(FILE *out, const char *name);

/*
 * JSON values that are never NULL: without memory the program ends, with its
 * one line. Strings are made valid UTF-8; a number that is not finite is null.
 */
struct json_object *
apui_json_object(void);
struct json_object *
apui_json_array(void);
void
apui_json_add(struct json_object *object, const char *key,
	      struct json_object *value);
void
apui_json_append(struct json_object *array, struct json_object *value);
void
apui_json_add_text(struct json_object *object, const char *key,
		   const char *value);
void
apui_json_add_uint(struct json_object *object, const char *key, uint64_t value);
void
apui_json_add_int(struct json_object *object, const char *key, int64_t value);
void
apui_json_add_real(struct json_object *object, const char *key, double value);
struct json_object *
apui_json_int(int64_t value);
struct json_object *
apui_json_real(double value);
struct json_object *
apui_json_bool(bool value);

/* Print an object and release it. */
void
apui_json_print(FILE *out, struct json_object *object);

#endif
