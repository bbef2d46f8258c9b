/* SPDX-License-Identifier: MIT */
/*
 * Any bytes to the reader's primitives: every field of every table is read as
 * each type there is. Reads stay inside the file, and nothing depends on where
 * in memory its first byte lies.
 */
#include "fuzz.h"
#include "model/flatbuffer.h"
#include <stdlib.h>
#include <string.h>

#define ALIGNMENTS     3
#define MAX_WALKED     48
#define MAX_FIELDS     16
#define MAX_ELEMENTS   16
#define ALIGNMENT_STEP 3 /* 0, 3, 6: odd and even */

struct walk {
	struct apui_flatbuffer fb;
	struct apui_fb_table tables[MAX_WALKED];
	unsigned int table_count;
	uint64_t digest; /* of all that was seen */
};

static void
note(struct walk *walk, uint64_t value)
{
	walk->digest = (walk->digest ^ value) * UINT64_C(0x100000001b3);
	walk->digest ^= walk->digest >> 29;
}

static void
note_code(struct walk *walk, int code)
{
	FUZZ_REQUIRE(code <= 0, "a reader returned %d", code);
	note(walk, (uint64_t)(int64_t)code);
}

static void
note_float(struct walk *walk, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	note(walk, bits);
}

static void
visit_later(struct walk *walk, const struct apui_fb_table *table)
{
	note(walk, table->position);
	note(walk, table->vtable);
	if (table->position != 0 && walk->table_count < MAX_WALKED)
		walk->tables[walk->table_count++] = *table;
}

static void
read_scalars(struct walk *walk, const struct apui_fb_table *table, uint16_t id)
{
	const struct apui_flatbuffer *fb = &walk->fb;
	int32_t i32 = 0;
	uint32_t u32 = 0;
	uint64_t u64 = 0;
	float f32 = 0;

	note_code(walk, apui_fb_get_i8(fb, table, id, 1, &i32));
	note(walk, (uint64_t)(int64_t)i32);
	note_code(walk, apui_fb_get_u8(fb, table, id, 2, &u32));
	note(walk, u32);
	note_code(walk, apui_fb_get_i32(fb, table, id, 3, &i32));
	note(walk, (uint64_t)(int64_t)i32);
	note_code(walk, apui_fb_get_u32(fb, table, id, 4, &u32));
	note(walk, u32);
	note_code(walk, apui_fb_get_u64(fb, table, id, 5, &u64));
	note(walk, u64);
	note_code(walk, apui_fb_get_f32(fb, table, id, 6, &f32));
	note_float(walk, f32);
}

static void
read_bytes(struct walk *walk, const struct apui_fb_vector *vector)
{
	const uint8_t *bytes = apui_fb_bytes(&walk->fb, vector);

	if (vector->count == 0)
		return;
	FUZZ_REQUIRE(bytes, "%u bytes are nowhere", vector->count);
	note(walk, bytes[0]);
	note(walk, bytes[vector->count - 1]);
}

static void
read_element(struct walk *walk, const struct apui_fb_vector *vector,
	     uint32_t element_bytes, uint32_t index)
{
	struct apui_fb_table table = { 0 };
	int code;

	if (element_bytes == 8) {
		note(walk, (uint64_t)apui_fb_i64_at(&walk->fb, vector, index));
		return;
	}
	note(walk, (uint64_t)apui_fb_i32_at(&walk->fb, vector, index));
	note_float(walk, apui_fb_f32_at(&walk->fb, vector, index));
	code = apui_fb_table_at(&walk->fb, vector, index, &table);
	note_code(walk, code);
	if (code == 0)
		visit_later(walk, &table);
}

static void
read_vector(struct walk *walk, const struct apui_fb_table *table, uint16_t id,
	    uint32_t element_bytes)
{
	struct apui_fb_vector vector = { 0 };
	int code = apui_fb_get_vector(&walk->fb, table, id, element_bytes,
				      &vector);

	note_code(walk, code);
	if (code < 0)
		return;
	note(walk, vector.count);
	if (element_bytes == 1) {
		read_bytes(walk, &vector);
		return;
	}
	for (uint32_t i = 0; i < vector.count && i < MAX_ELEMENTS; i++)
		read_element(walk, &vector, element_bytes, i);
	if (vector.count > 0)
		read_element(walk, &vector, element_bytes, vector.count - 1);
}

static void
read_field(struct walk *walk, const struct apui_fb_table *table, uint16_t id)
{
	struct apui_fb_vector text = { 0 };
	struct apui_fb_table child = { 0 };
	int code;

	read_scalars(walk, table, id);
	read_vector(walk, table, id, 1);
	read_vector(walk, table, id, 4);
	read_vector(walk, table, id, 8);

	code = apui_fb_get_string(&walk->fb, table, id, &text);
	note_code(walk, code);
	if (code == 0)
		read_bytes(walk, &text);
	note_code(walk, apui_fb_charge_copy(&walk->fb, text.count));

	code = apui_fb_get_table(&walk->fb, table, id, &child);
	note_code(walk, code);
	if (code == 0)
		visit_later(walk, &child);
}

/* The whole walk, as one number. */
static uint64_t
digest_file(const uint8_t *data, size_t size_bytes)
{
	static struct walk walk;
	struct apui_fb_table root = { 0 };
	char identifier[4] = "TFL3";
	int code;

	walk = (struct walk) { .digest = size_bytes };
	if (size_bytes >= 8)
		memcpy(identifier, data + 4, sizeof(identifier));
	code = apui_fb_open(&walk.fb, data, size_bytes, identifier, &root);
	note_code(&walk, code);
	if (code < 0)
		return walk.digest;

	visit_later(&walk, &root);
	for (unsigned int i = 0; i < walk.table_count; i++)
		for (uint16_t id = 0; id < MAX_FIELDS; id++)
			read_field(&walk, &walk.tables[i], id);
	return walk.digest;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	uint64_t digests[ALIGNMENTS];

	for (unsigned int i = 0; i < ALIGNMENTS; i++) {
		size_t gap = i * ALIGNMENT_STEP;
		uint8_t *block = malloc(gap + size_bytes + (size_bytes == 0));

		FUZZ_REQUIRE(block, "out of memory");
		if (size_bytes > 0)
			memcpy(block + gap, data, size_bytes);
		digests[i] = digest_file(block + gap, size_bytes);
		free(block);
		FUZZ_REQUIRE(digests[i] == digests[0],
			     "%zu bytes from an aligned address read otherwise",
			     gap);
	}
	return 0;
}

struct fuzz_bytes
fuzz_make_seed(const uint8_t *model, size_t size_bytes)
{
	return (struct fuzz_bytes) { fuzz_copy(model, size_bytes), size_bytes };
}
