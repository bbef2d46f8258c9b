/* SPDX-License-Identifier: MIT */
#ifndef APUI_REFUSED_H
#define APUI_REFUSED_H

/*
 * The other half of the operator table: the builtin operators without a row,
 * each with the reason.
 */

#include <stdint.h>

struct apui_refusal {
	const char *reason; /* "its results ...": what goes behind the name */
	const char *remedy;
};

/* NULL: the operator has a row, or the schema has no such code. */
const struct apui_refusal *
apui_operator_refusal(int32_t builtin_code);

#endif
