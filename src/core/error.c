/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * Fixed sizes, so that running out of memory can be reported, too; what is
 * longer is cut.
 */
struct apu_error {
	int code;
	bool is_worded; /* somebody below has given the cause */
	int32_t operator_index;
	int32_t tensor_index;
	int64_t byte_offset;
	char operation[64];
	char object[256];
	char cause[384];
	char remedy[256];
	char message[1024];
};

/* A record a thread, so that no caller can see another's failure. */
static _Thread_local struct apu_error record = {
	.operator_index = -1,
	.tensor_index = -1,
	.byte_offset = -1,
};

/* Text of files and of users ends up in records: it must stay one line. */
static void
copy_text(char *out, size_t out_bytes, const char *text)
{
	size_t i;

	for (i = 0; text != NULL && text[i] != '\0' && i + 1 < out_bytes; i++) {
		unsigned char c = (unsigned char)text[i];

		out[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	out[i] = '\0';
}

int
apui_fail(int code, const char *object, const char *cause_format, ...)
{
	char cause[sizeof(record.cause)];
	va_list args;

	va_start(args, cause_format);
	vsnprintf(cause, sizeof(cause), cause_format, args);
	va_end(args);

	apui_error_clear();
	record.code = code;
	record.is_worded = true;
	copy_text(record.object, sizeof(record.object), object);
	copy_text(record.cause, sizeof(record.cause), cause);
	return code;
}

void
apui_fail_remedy(const char *format, ...)
{
	char remedy[sizeof(record.remedy)];
	va_list args;

	va_start(args, format);
	vsnprintf(remedy, sizeof(remedy), format, args);
	va_end(args);

	copy_text(record.remedy, sizeof(record.remedy), remedy);
}

void
apui_fail_where(int32_t operator_index, int32_t tensor_index,
		int64_t byte_offset)
{
	if (operator_index >= 0)
		record.operator_index = operator_index;
	if (tensor_index >= 0)
		record.tensor_index = tensor_index;
	if (byte_offset >= 0)
		record.byte_offset = byte_offset;
}

/* Words for errnos that come up from below without any. */
static const struct {
	int code;
	const char *cause;
	const char *remedy;
} bare_errors[] = {
	{ -ENOMEM, "out of memory", "free buffers, or give the device more" },
	{ -ENOSPC, "the device's address space is full",
	  "release buffers of this device" },
	{ -EMFILE, "this process has no file descriptor left",
	  "close some, or raise the limit with ulimit -n" },
	{ -ENODEV, "the device is gone", "open it again" },
	{ -EACCES, "permission denied",
	  "check the owner and the mode of the file" },
};

static void
word_bare_error(int code)
{
	for (size_t i = 0; i < sizeof(bare_errors) / sizeof(bare_errors[0]);
	     i++) {
		if (bare_errors[i].code != code)
			continue;
		apui_fail(code, NULL, "%s", bare_errors[i].cause);
		apui_fail_remedy("%s", bare_errors[i].remedy);
		return;
	}
	apui_fail(code, NULL, "%s", strerrordesc_np(-code));
}

int
apui_fail_during(int code, const char *operation, const char *object)
{
	if (!record.is_worded || record.code != code)
		word_bare_error(code);
	copy_text(record.operation, sizeof(record.operation), operation);
	if (object != NULL)
		copy_text(record.object, sizeof(record.object), object);
	/* The next failure begins anew even if nobody below words it. */
	record.is_worded = false;
	return code;
}

void
apui_error_clear(void)
{
	record.code = 0;
	record.is_worded = false;
	record.operator_index = -1;
	record.tensor_index = -1;
	record.byte_offset = -1;
	record.operation[0] = '\0';
	record.object[0] = '\0';
	record.cause[0] = '\0';
	record.remedy[0] = '\0';
}

const struct apu_error *
apu_error_last(void)
{
	return &record;
}

int
apu_error_code(const struct apu_error *error)
{
	return error != NULL ? error->code : 0;
}

const char *
apu_error_operation(const struct apu_error *error)
{
	return error != NULL ? error->operation : "";
}

const char *
apu_error_object(const struct apu_error *error)
{
	return error != NULL ? error->object : "";
}

const char *
apu_error_cause(const struct apu_error *error)
{
	return error != NULL ? error->cause : "";
}

const char *
apu_error_remedy(const struct apu_error *error)
{
	return error != NULL ? error->remedy : "";
}

const char *
apu_error_message(const struct apu_error *error)
{
	if (error == NULL || error->code == 0)
		return "";

	/* Made on demand, in the record of the thread that asks. */
	snprintf(record.message, sizeof(record.message), "%s%s%s: %s%s%s",
		 error->operation, error->object[0] != '\0' ? " " : "",
		 error->object, error->cause,
		 error->remedy[0] != '\0' ? ": " : "", error->remedy);
	return record.message;
}

int32_t
apu_error_operator_index(const struct apu_error *error)
{
	return error != NULL ? error->operator_index : -1;
}

int32_t
apu_error_tensor_index(const struct apu_error *error)
{
	return error != NULL ? error->tensor_index : -1;
}

int64_t
apu_error_byte_offset(const struct apu_error *error)
{
	return error != NULL ? error->byte_offset : -1;
}
