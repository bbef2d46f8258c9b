/* SPDX-License-Identifier: MIT */
#include "model/blame.h"
#include "core/error.h"
#include "model/custom.h"
#include <stdarg.h>
#include <stdio.h>

int
apui_blame(int code, const struct apu_operator *op,
	   const struct apu_tensor *tensor, const char *format, ...)
{
	const char *name =
		op->function != NULL ? op->function->code : op->row->name;
	char cause[256], where[32] = "";
	va_list args;

	va_start(args, format);
	vsnprintf(cause, sizeof(cause), format, args);
	va_end(args);

	if (op->subgraph > 0)
		snprintf(where, sizeof(where), " of subgraph %u", op->subgraph);
	apui_fail(code, NULL, "operator %u%s (%s): %s", op->index, where, name,
		  cause);
	apui_fail_where((int32_t)op->index,
			tensor != NULL ? (int32_t)tensor->index : -1, -1);
	return code;
}
