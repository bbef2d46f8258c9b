/* SPDX-License-Identifier: MIT */
#ifndef APUI_FUZZ_WALKER_H
#define APUI_FUZZ_WALKER_H

/*
 * Finds the numbers of a .tflite file that have a meaning: scalars, offsets,
 * lengths, elements of vectors. Knows as much of the schema as is needed to
 * walk it; nothing of the library's reader is used.
 */

#include "support/random.h"
#include <stddef.h>

struct walker_spot {
	size_t position;
	unsigned int width_bytes; /* 1, 2, 4 or 8; 0: none was found */
};

/* Pick one of all such places; places that break the structure seldom. */
struct walker_spot
walker_pick(const uint8_t *data, size_t size_bytes, struct random *random);

#endif
