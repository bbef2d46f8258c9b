/* SPDX-License-Identifier: MIT */
#ifndef APUI_BLAME_H
#define APUI_BLAME_H

/*
 * Failures that are about one operator of a graph: shape inference, lowering.
 */

#include "model/graph.h"

/*
 * Record a failure about @op. The cause begins with the operator's number and
 * name; @tensor, or NULL, goes into the record as well. Returns @code.
 */
int
apui_blame(int code, const struct apu_operator *op,
	   const struct apu_tensor *tensor, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
