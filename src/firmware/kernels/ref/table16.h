/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_TABLE16_H
#define APUI_REF_TABLE16_H

/* Functions of int16: 513 points, between which lines are drawn. */

#include "firmware/fixedpoint.h"
#include "firmware/kernel.h"

#define APUI_TABLE16_LENGTH 513

static inline int
apui_table16_is_valid(const struct apui_fw_tensor *table)
{
	return table->type == APUI_TYPE_INT16 &&
	       table->size_bytes == sizeof(int16_t) * APUI_TABLE16_LENGTH;
}

/* The table's value at @at of the whole range of int16. */
static inline int32_t
apui_table16_get(const int16_t *table, int64_t at)
{
	int32_t place = apui_fx_clamp(at, INT16_MIN, INT16_MAX);
	unsigned int i = (unsigned int)(256 + (place >> 7));
	int32_t base = table[i], next = table[i + 1];

	return (int16_t)(base + (((next - base) * (place & 0x7f) + 64) >> 7));
}

#endif
