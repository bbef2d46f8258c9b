/* SPDX-License-Identifier: MIT */
#include "support/random.h"

/* SplitMix64 (Steele, Lea, Flood, 2014): public constants. */
uint64_t
random_u64(struct random *random)
{
	uint64_t z;

	random->state += 0x9e3779b97f4a7c15u;
	z = random->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

int32_t
random_range(struct random *random, int32_t min, int32_t max)
{
	uint64_t span = (uint64_t)((int64_t)max - min) + 1;

	return (int32_t)(min + (int64_t)((random_u64(random) >> 32) % span));
}

float
random_float(struct random *random, float min, float max)
{
	/* 24 bits: exact as a float. */
	float unit = (float)(random_u64(random) >> 40) / 16777216.0f;

	return min + unit * (max - min);
}

void
random_bytes(struct random *random, void *bytes, size_t size_bytes)
{
	uint8_t *out = bytes;

	for (size_t i = 0; i < size_bytes; i++)
		out[i] = (uint8_t)(random_u64(random) >> 56);
}
