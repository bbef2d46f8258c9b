/* SPDX-License-Identifier: MIT */
#ifndef APUI_REF_ELEMENT_H
#define APUI_REF_ELEMENT_H

/* Elements of any integer type (bool is one), as int64. */

#include "firmware/kernel.h"
#include <stddef.h>

static inline int
apui_is_integer(unsigned int type)
{
	const unsigned int integers =
		1u << APUI_TYPE_INT8 | 1u << APUI_TYPE_UINT8 |
		1u << APUI_TYPE_INT16 | 1u << APUI_TYPE_INT32 |
		1u << APUI_TYPE_INT64 | 1u << APUI_TYPE_BOOL;

	return type < 32 && (integers >> type & 1);
}

static inline int64_t
apui_element_get(unsigned int type, const void *data, size_t i)
{
	switch (type) {
	case APUI_TYPE_INT8:
		return ((const int8_t *)data)[i];
	case APUI_TYPE_UINT8:
		return ((const uint8_t *)data)[i];
	case APUI_TYPE_BOOL:
		return ((const uint8_t *)data)[i] != 0;
	case APUI_TYPE_INT16:
		return ((const int16_t *)data)[i];
	case APUI_TYPE_INT32:
		return ((const int32_t *)data)[i];
	default:
		return ((const int64_t *)data)[i];
	}
}

/* @value modulo 2^bits of the type; bool: 0 or 1. */
static inline int64_t
apui_element_wrap(unsigned int type, int64_t value)
{
	switch (type) {
	case APUI_TYPE_INT8:
		return (int8_t)value;
	case APUI_TYPE_UINT8:
		return (uint8_t)value;
	case APUI_TYPE_BOOL:
		return value != 0;
	case APUI_TYPE_INT16:
		return (int16_t)value;
	case APUI_TYPE_INT32:
		return (int32_t)value;
	default:
		return value;
	}
}

static inline void
apui_element_set(unsigned int type, void *data, size_t i, int64_t value)
{
	switch (type) {
	case APUI_TYPE_INT8:
	case APUI_TYPE_UINT8:
		((uint8_t *)data)[i] = (uint8_t)value;
		break;
	case APUI_TYPE_BOOL:
		((uint8_t *)data)[i] = value != 0;
		break;
	case APUI_TYPE_INT16:
		((int16_t *)data)[i] = (int16_t)value;
		break;
	case APUI_TYPE_INT32:
		((int32_t *)data)[i] = (int32_t)value;
		break;
	default:
		((int64_t *)data)[i] = value;
		break;
	}
}

#endif
