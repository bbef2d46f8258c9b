/* SPDX-License-Identifier: MIT */
/* Boundary values in the fields of a model, instead of noise in its bytes. */
#include "fuzz.h"
#include "walker.h"
#include <string.h>

#define MAX_CHANGES   3
#define NOISE_RARITY  10
#define SMALL_NUMBERS 170 /* operators, types, indices */

static const int64_t boundaries[] = {
	0,
	-1,
	1,
	2,
	3,
	4,
	7,
	8,
	127,
	128,
	255,
	256,
	0x7fff,
	32768,
	0x10000,
	65537,
	INT32_MAX,
	INT32_MIN,
	1 << 30,
	/* float32: infinity, NaN, denormal, 1e38, smallest normal, 1 */
	0x7f800000,
	0x7fc00000,
	0x00000100,
	0x7e967699,
	0x00800000,
	0x3f800000,
};

static uint64_t
load_value(const uint8_t *at, unsigned int width_bytes)
{
	uint64_t value = 0;

	memcpy(&value, at, width_bytes);
	return value;
}

static uint64_t
choose_value(uint64_t old, struct random *random)
{
	uint64_t choice = random_u64(random);

	switch (choice % 8) {
	case 0:
		return old + 1;
	case 1:
		return old - 1;
	case 2:
		return old ^ UINT64_C(1) << choice / 8 % 32;
	case 3:
	case 4:
		return choice / 8 % SMALL_NUMBERS;
	default:
		return (uint64_t)
			boundaries[choice / 8 %
				   (sizeof(boundaries) / sizeof(int64_t))];
	}
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size_bytes, size_t capacity,
			unsigned int seed)
{
	struct random random = { seed };
	uint64_t changes = 1 + random_u64(&random) % MAX_CHANGES;

	if (random_u64(&random) % NOISE_RARITY == 0)
		return LLVMFuzzerMutate(data, size_bytes, capacity);

	for (uint64_t i = 0; i < changes; i++) {
		struct walker_spot spot =
			walker_pick(data, size_bytes, &random);
		uint8_t *at = data + spot.position;
		uint64_t value;

		if (spot.width_bytes == 0)
			return LLVMFuzzerMutate(data, size_bytes, capacity);
		value = choose_value(load_value(at, spot.width_bytes), &random);
		memcpy(at, &value, spot.width_bytes);
	}
	return size_bytes;
}
