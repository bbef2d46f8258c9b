/* SPDX-License-Identifier: MIT */
#ifndef APUI_FW_MEMORY_H
#define APUI_FW_MEMORY_H

/* Access to memory that the client shares, and may write at any moment. */

#include "firmware/firmware.h"
#include "firmware/libc.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "wire and program are little endian, and copied as they are");

static inline uint16_t
apui_fw_get_u16(const uint8_t *bytes)
{
	uint16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static inline uint32_t
apui_fw_get_u32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static inline uint64_t
apui_fw_get_u64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static inline void
apui_fw_put_u16(uint8_t *bytes, uint16_t value)
{
	memcpy(bytes, &value, sizeof(value));
}

static inline void
apui_fw_put_u32(uint8_t *bytes, uint32_t value)
{
	memcpy(bytes, &value, sizeof(value));
}

/*
 * Take a copy of shared bytes, to be checked and used instead of them. The
 * barrier keeps the compiler from reading the original a second time.
 */
static inline void
apui_fw_copy_in(void *copy, const void *shared, size_t size_bytes)
{
	memcpy(copy, shared, size_bytes);
	__asm__ volatile("" : : "r"(copy) : "memory");
}

/* Read one shared value once. */
static inline uint32_t
apui_fw_copy_in_u32(const void *shared)
{
	uint32_t value;

	apui_fw_copy_in(&value, shared, sizeof(value));
	return value;
}

/*
 * memmove() that can be cancelled. Returns APUI_RESULT_OK, or
 * APUI_RESULT_ECANCELED with the move half done.
 */
int
apui_fw_move(const struct apui_fw_host *host, uint8_t *to, const uint8_t *from,
	     size_t size_bytes);

#endif
