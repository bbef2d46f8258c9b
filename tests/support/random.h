/* SPDX-License-Identifier: MIT */
#ifndef APUI_TEST_RANDOM_H
#define APUI_TEST_RANDOM_H

/* The same numbers from the same seed on every machine, for ever. */

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state; /* the seed, any value */
};

/* Uniform over all 64-bit values. */
uint64_t
random_u64(struct random *random);

/* Uniform over min to max, both included; max - min < 2^32. */
int32_t
random_range(struct random *random, int32_t min, int32_t max);

/* Uniform over min to max. */
float
random_float(struct random *random, float min, float max);

/* Uniform bytes. */
void
random_bytes(struct random *random, void *bytes, size_t size_bytes);

#endif
