/* SPDX-License-Identifier: MIT */
#ifndef APUI_FLEXBUFFER_H
#define APUI_FLEXBUFFER_H

/*
 * Flexbuffers, as far as the options of custom operators need them: a map from
 * keys to numbers at the root. Every access is checked, and nothing is assumed
 * of the bytes or of where they lie.
 *
 * Format: "FlexBuffers" of the flatbuffers project. A value is 1, 2, 4 or 8
 * bytes wide, or an offset back to where it is; the last two bytes are the
 * root's type and width, and the root stands in front of them.
 */

#include <stddef.h>
#include <stdint.h>

/* Positions are bytes from the start. */
struct apui_flexbuffer_map {
	const uint8_t *data; /* borrowed */
	uint64_t size_bytes;
	uint64_t keys, values;
	unsigned int key_width, value_width; /* bytes */
	uint32_t count;
};

/* -EBADMSG with the reason unless the root is a map. */
int
apui_flexbuffer_open_map(const uint8_t *data, size_t size_bytes,
			 struct apui_flexbuffer_map *out_map);

/*
 * The number of a key, also of a boolean's. Returns 0, -ENOENT without a reason
 * when there is no such key or its value is null, -EBADMSG with the reason when
 * it is no number.
 */
int
apui_flexbuffer_get_number(const struct apui_flexbuffer_map *map,
			   const char *key, double *out);

#endif
