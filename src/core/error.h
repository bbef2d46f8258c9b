/* SPDX-License-Identifier: MIT */
#ifndef APUI_CORE_ERROR_H
#define APUI_CORE_ERROR_H

/*
 * Where a failure is written down, once, by whoever knows its cause. Every room
 * but the firmware may call this.
 */

#include <apu/error.h>
#include <stdint.h>

/*
 * Begin a new record for this thread: code, object, cause. Returns @code, so
 * that a function can end with it. @object may be NULL. The cause is a
 * sentence's middle: no capital, no full stop, no newline.
 */
int
apui_fail(int code, const char *object, const char *cause_format, ...)
	__attribute__((format(printf, 3, 4)));

/* Add to the record that apui_fail() began. NULL and -1 change nothing. */
void
apui_fail_remedy(const char *format, ...) __attribute__((format(printf, 1, 2)));
void
apui_fail_where(int32_t operator_index, int32_t tensor_index,
		int64_t byte_offset);

/*
 * Say what the public function was doing; the outermost word wins, and so does
 * its object if it is not NULL. Returns @code. A code without a record (the
 * callee had no more to say than its errno) gets one here, whose cause is the
 * errno's own text.
 */
int
apui_fail_during(int code, const char *operation, const char *object);

/* Forget the record: for a failure that was expected and dealt with. */
void
apui_error_clear(void);

#endif
