/* SPDX-License-Identifier: MIT */
#ifndef APUI_WORK_H
#define APUI_WORK_H

/* How much work an operator of a program is, in multiply-accumulates. */

#include <stdint.h>

/*
 * Operators that do not multiply take time as well: a byte of output counts as
 * this many multiply-accumulates of a convolution, about what SOFTMAX or a
 * resized image were measured to take.
 */
#define APUI_WORK_PER_OUTPUT_BYTE 8

/* Begin with the operator's macs. What does not fit is the most there can be.
 */
static inline uint64_t
apui_work_add_output(uint64_t work, uint32_t size_bytes)
{
	uint64_t more = (uint64_t)size_bytes * APUI_WORK_PER_OUTPUT_BYTE;

	return __builtin_add_overflow(work, more, &work) ? UINT64_MAX : work;
}

#endif
