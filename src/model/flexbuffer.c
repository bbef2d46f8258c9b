/* SPDX-License-Identifier: MIT */
#include "model/flexbuffer.h"
#include "core/error.h"
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* More options than any operator has; each is looked at for each key. */
#define MAX_COUNT 256

/* The types of values that are read here. */
enum {
	TYPE_NULL = 0,
	TYPE_INT = 1,
	TYPE_UINT = 2,
	TYPE_FLOAT = 3,
	TYPE_INDIRECT_INT = 6,
	TYPE_INDIRECT_UINT = 7,
	TYPE_INDIRECT_FLOAT = 8,
	TYPE_MAP = 9,
	TYPE_BOOL = 26,
};

static int
fail_broken(const char *what)
{
	return apui_fail(-EBADMSG, NULL, "its custom options are broken: %s",
			 what);
}

static unsigned int
width_of(uint8_t packed_type)
{
	return 1u << (packed_type & 3);
}

/* Are there @bytes at @position? */
static bool
holds(const struct apui_flexbuffer_map *map, uint64_t position, uint64_t bytes)
{
	return position <= map->size_bytes &&
	       bytes <= map->size_bytes - position;
}

/* @width bytes that are there, little endian. */
static uint64_t
load(const struct apui_flexbuffer_map *map, uint64_t position,
     unsigned int width)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < width; i++)
		value |= (uint64_t)map->data[position + i] << (8 * i);
	return value;
}

/* Go back by the offset that stands at @position. */
static bool
follow(const struct apui_flexbuffer_map *map, uint64_t position,
       unsigned int width, uint64_t *out_position)
{
	uint64_t distance;

	if (!holds(map, position, width))
		return false;
	distance = load(map, position, width);
	if (distance > position)
		return false;
	*out_position = position - distance;
	return true;
}

/*
 * In front of a map's values stand their count, the width of its keys and the
 * offset of their vector, each as wide as a value; behind them a byte of type
 * for each.
 */
static int
find_parts(struct apui_flexbuffer_map *map)
{
	uint64_t width = map->value_width, count, key_width;

	if (map->values < 3 * width || !holds(map, map->values, 0))
		return fail_broken("a map begins outside");
	count = load(map, map->values - width, map->value_width);
	if (count > MAX_COUNT)
		return fail_broken("a map is too long");
	if (!holds(map, map->values, count * (width + 1)))
		return fail_broken("a map ends outside");

	key_width = load(map, map->values - 2 * width, map->value_width);
	if (key_width != 1 && key_width != 2 && key_width != 4 &&
	    key_width != 8)
		return fail_broken("its keys have no width");
	map->key_width = (unsigned int)key_width;
	map->count = (uint32_t)count;
	if (!follow(map, map->values - 3 * width, map->value_width,
		    &map->keys) ||
	    !holds(map, map->keys, count * key_width))
		return fail_broken("its keys are outside");
	return 0;
}

int
apui_flexbuffer_open_map(const uint8_t *data, size_t size_bytes,
			 struct apui_flexbuffer_map *out_map)
{
	unsigned int root_width;
	uint8_t root_type;

	*out_map = (struct apui_flexbuffer_map) {
		.data = data,
		.size_bytes = size_bytes,
	};
	if (size_bytes < 3)
		return fail_broken("they are too short");
	root_width = data[size_bytes - 1];
	root_type = data[size_bytes - 2];
	if (root_width != 1 && root_width != 2 && root_width != 4 &&
	    root_width != 8)
		return fail_broken("the root has no width");
	if (root_type >> 2 != TYPE_MAP)
		return fail_broken("the root is no map");
	if (size_bytes - 2 < root_width ||
	    !follow(out_map, size_bytes - 2 - root_width, root_width,
		    &out_map->values))
		return fail_broken("the root is outside");
	out_map->value_width = width_of(root_type);
	return find_parts(out_map);
}

/* Is the key number @index the text @key, its 0 included? */
static bool
has_key(const struct apui_flexbuffer_map *map, uint32_t index, const char *key)
{
	size_t bytes = strlen(key) + 1;
	uint64_t position = map->keys + (uint64_t)index * map->key_width;

	return follow(map, position, map->key_width, &position) &&
	       holds(map, position, bytes) &&
	       memcmp(map->data + position, key, bytes) == 0;
}

/* The two's complement of @width bytes. */
static double
to_signed(uint64_t bits, unsigned int width)
{
	unsigned int unused = 64 - 8 * width;

	return (double)((int64_t)(bits << unused) >> unused);
}

static int
to_float(uint64_t bits, unsigned int width, double *out)
{
	uint32_t single_bits = (uint32_t)bits;
	float single;

	if (width == 8) {
		memcpy(out, &bits, sizeof(*out));
		return 0;
	}
	if (width != 4)
		return fail_broken("a number has a width that is not known");
	memcpy(&single, &single_bits, sizeof(single));
	*out = (double)single;
	return 0;
}

static int
read_number(const struct apui_flexbuffer_map *map, uint32_t index, double *out)
{
	uint64_t width = map->value_width;
	uint64_t position = map->values + index * width;
	uint8_t packed = map->data[map->values + map->count * width + index];
	unsigned int type = packed >> 2;
	unsigned int number_width = map->value_width;
	uint64_t bits;

	if (type >= TYPE_INDIRECT_INT && type <= TYPE_INDIRECT_FLOAT) {
		number_width = width_of(packed);
		if (!follow(map, position, map->value_width, &position) ||
		    !holds(map, position, number_width))
			return fail_broken("a number is outside");
		type = type - TYPE_INDIRECT_INT + TYPE_INT;
	}
	bits = load(map, position, number_width);
	switch (type) {
	case TYPE_NULL:
		return -ENOENT;
	case TYPE_INT:
		*out = to_signed(bits, number_width);
		return 0;
	case TYPE_UINT:
	case TYPE_BOOL:
		*out = (double)bits;
		return 0;
	case TYPE_FLOAT:
		return to_float(bits, number_width, out);
	default:
		return fail_broken("a value is no number");
	}
}

int
apui_flexbuffer_get_number(const struct apui_flexbuffer_map *map,
			   const char *key, double *out)
{
	for (uint32_t i = 0; i < map->count; i++)
		if (has_key(map, i, key))
			return read_number(map, i, out);
	return -ENOENT;
}
