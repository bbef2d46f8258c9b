/* SPDX-License-Identifier: MIT */
#include "walker.h"
#include <stdbool.h>
#include <string.h>

#define MAX_TABLES   2048
#define MAX_FIELDS   32
#define MAX_ELEMENTS 12
/* Weights: one value for this many that break the structure. */
#define STRUCTURE_RARITY 12
#define OFFSET_RARITY    6

enum table_kind {
	MODEL,
	CODE,
	SUBGRAPH,
	TENSOR,
	BUFFER,
	QUANTISATION,
	OPERATOR,
	OPTIONS,
};

enum field_kind {
	SCALAR = 0, /* as wide as there is room */
	BYTES,
	INTS,
	LONGS,
	TABLE,
	TABLES,
};

/* Fields that are offsets, by the numbers of TFLite's schema, version 3. */
struct field_row {
	enum table_kind table;
	uint16_t id;
	enum field_kind kind;
	enum table_kind child;
};

static const struct field_row rows[] = {
	{ MODEL, 1, TABLES, CODE },         { MODEL, 2, TABLES, SUBGRAPH },
	{ MODEL, 3, BYTES, MODEL },         { MODEL, 4, TABLES, BUFFER },
	{ CODE, 1, BYTES, MODEL },          { SUBGRAPH, 0, TABLES, TENSOR },
	{ SUBGRAPH, 1, INTS, MODEL },       { SUBGRAPH, 2, INTS, MODEL },
	{ SUBGRAPH, 3, TABLES, OPERATOR },  { SUBGRAPH, 4, BYTES, MODEL },
	{ TENSOR, 0, INTS, MODEL },         { TENSOR, 3, BYTES, MODEL },
	{ TENSOR, 4, TABLE, QUANTISATION }, { TENSOR, 7, INTS, MODEL },
	{ BUFFER, 0, BYTES, MODEL },        { QUANTISATION, 0, INTS, MODEL },
	{ QUANTISATION, 1, INTS, MODEL },   { QUANTISATION, 2, INTS, MODEL },
	{ QUANTISATION, 3, LONGS, MODEL },  { OPERATOR, 1, INTS, MODEL },
	{ OPERATOR, 2, INTS, MODEL },       { OPERATOR, 4, TABLE, OPTIONS },
	{ OPERATOR, 5, BYTES, MODEL },      { OPERATOR, 7, BYTES, MODEL },
	{ OPERATOR, 8, INTS, MODEL },
};

struct table {
	size_t position;
	enum table_kind kind;
};

struct walk {
	const uint8_t *data;
	size_t size_bytes;
	struct random *random;
	struct table tables[MAX_TABLES];
	unsigned int table_count;
	struct walker_spot pick;
	uint64_t seen;
};

static bool
is_inside(const struct walk *walk, size_t at, size_t bytes)
{
	return at <= walk->size_bytes && bytes <= walk->size_bytes - at;
}

/* 0 outside of the file. */
static uint32_t
get(const struct walk *walk, size_t at, unsigned int bytes)
{
	uint32_t value = 0;

	if (is_inside(walk, at, bytes))
		for (unsigned int i = 0; i < bytes; i++)
			value |= (uint32_t)walk->data[at + i] << (8 * i);
	return value;
}

/* Every place that comes by is as likely as any before it. */
static void
consider(struct walk *walk, size_t at, unsigned int width_bytes,
	 unsigned int rarity)
{
	if (!is_inside(walk, at, width_bytes))
		return;
	if (rarity > 1 && random_u64(walk->random) % rarity != 0)
		return;
	walk->seen++;
	if (random_u64(walk->random) % walk->seen == 0)
		walk->pick = (struct walker_spot) { at, width_bytes };
}

static void
visit_later(struct walk *walk, size_t at, enum table_kind kind)
{
	if (walk->table_count < MAX_TABLES && is_inside(walk, at, 4))
		walk->tables[walk->table_count++] = (struct table) { at, kind };
}

static void
visit_vector(struct walk *walk, size_t at, const struct field_row *row)
{
	static const unsigned int widths[] = { 0, 1, 4, 8, 0, 4 };
	unsigned int width_bytes = widths[row->kind];
	uint32_t count = get(walk, at, 4);
	unsigned int rarity = row->kind == TABLES ? OFFSET_RARITY : 1;

	consider(walk, at, 4, OFFSET_RARITY);
	for (uint32_t i = 0; i < count; i++) {
		size_t element = at + 4 + (size_t)i * width_bytes;

		if (!is_inside(walk, element, width_bytes))
			break;
		if (i < MAX_ELEMENTS || i == count - 1)
			consider(walk, element, width_bytes, rarity);
		else if (row->kind != TABLES)
			break;
		if (row->kind == TABLES)
			visit_later(walk, element + get(walk, element, 4),
				    row->child);
	}
}

static void
visit_offset(struct walk *walk, size_t at, const struct field_row *row)
{
	size_t target = at + get(walk, at, 4);

	consider(walk, at, 4, OFFSET_RARITY);
	if (row->kind == TABLE)
		visit_later(walk, target, row->child);
	else
		visit_vector(walk, target, row);
}

static const struct field_row *
find_row(enum table_kind table, uint16_t id)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].table == table && rows[i].id == id)
			return &rows[i];
	return NULL;
}

/* A scalar reaches to the next field, or to the end of its table. */
static unsigned int
guess_width(const uint32_t *offsets, unsigned int count, uint32_t offset,
	    uint32_t table_bytes)
{
	uint32_t end = table_bytes;

	for (unsigned int i = 0; i < count; i++)
		if (offsets[i] > offset && offsets[i] < end)
			end = offsets[i];
	for (unsigned int width = 8; width > 1; width /= 2)
		if (end - offset >= width && offset % width == 0)
			return width;
	return 1;
}

static void
visit_fields(struct walk *walk, const struct table *table,
	     const uint32_t *offsets, unsigned int count, uint32_t table_bytes)
{
	for (unsigned int id = 0; id < count; id++) {
		const struct field_row *row =
			find_row(table->kind, (uint16_t)id);
		size_t at = table->position + offsets[id];

		if (offsets[id] == 0 || offsets[id] >= table_bytes)
			continue;
		if (row)
			visit_offset(walk, at, row);
		else
			consider(walk, at,
				 guess_width(offsets, count, offsets[id],
					     table_bytes),
				 1);
	}
}

static void
visit_table(struct walk *walk, const struct table *table)
{
	size_t vtable = table->position -
			(size_t)(int32_t)get(walk, table->position, 4);
	uint32_t vtable_bytes = get(walk, vtable, 2);
	uint32_t offsets[MAX_FIELDS] = { 0 };
	unsigned int count = 0;

	consider(walk, table->position, 4, STRUCTURE_RARITY);
	consider(walk, vtable, 2, STRUCTURE_RARITY);
	consider(walk, vtable + 2, 2, STRUCTURE_RARITY);
	while (count < MAX_FIELDS && 6 + 2 * count <= vtable_bytes) {
		size_t at = vtable + 4 + 2 * count;

		consider(walk, at, 2, STRUCTURE_RARITY);
		offsets[count++] = get(walk, at, 2);
	}
	visit_fields(walk, table, offsets, count, get(walk, vtable + 2, 2));
}

struct walker_spot
walker_pick(const uint8_t *data, size_t size_bytes, struct random *random)
{
	static struct walk walk;

	memset(&walk, 0, sizeof(walk));
	walk.data = data;
	walk.size_bytes = size_bytes;
	walk.random = random;
	visit_later(&walk, get(&walk, 0, 4), MODEL);
	for (unsigned int i = 0; i < walk.table_count; i++)
		visit_table(&walk, &walk.tables[i]);
	return walk.pick;
}
