/* SPDX-License-Identifier: MIT */
#include "model/blame.h"
#include "core/error.h"
#include "model/operators.h"
#include <stdarg.h>
#include <stdio.h>

int
apui_blame(int code, const struct apu_operator *op,
	   const struct apu_tensor *tensor, const char *format, ...)
{
	char cause[256];
	va_list args;

	va_start(args, format);
	vsnprintf(cause, sizeof(cause), format, args);
	va_end(args);

	apui_fail(code, NULL, "operator %u (%s): %s", op->index, op->row->name,
		  cause);
	apui_fail_where((int32_t)op->index,
			tensor != NULL ? (int32_t)tensor->index : -1, -1);
	return code;
}
