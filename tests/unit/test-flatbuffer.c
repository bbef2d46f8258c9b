/* SPDX-License-Identifier: MIT */

/*
 * Flatbuffers, from a file laid out by hand. The numbers M1 to M11 are those of
 * the list of malicious models: each row breaks one thing.
 */

#include "core/error.h"
#include "model/flatbuffer.h"
#include "test.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where the parts of the file are. */
enum {
	ROOT_OFFSET = 0,
	IDENTIFIER = 4,
	VTABLE = 8,
	TABLE = 28,
	INTEGER = 32,
	BYTE = 36,
	VECTOR_SLOT = 40,
	STRING_SLOT = 44,
	TABLE_SLOT = 48,
	REAL = 52,
	LONG = 56,
	TABLES_SLOT = 64,
	VECTOR = 68,
	STRING = 84,
	TABLES = 92,
	CHILD_VTABLE = 104,
	CHILD = 108,
	FILE_BYTES = 112,
};

/* Numbers of the fields. */
enum {
	FIELD_INTEGER,
	FIELD_BYTE,
	FIELD_VECTOR,
	FIELD_STRING,
	FIELD_TABLE,
	FIELD_REAL,
	FIELD_LONG,
	FIELD_TABLES,
	FIELD_COUNT,
};

static void
put(uint8_t *file, size_t offset, uint64_t value, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		file[offset + i] = (uint8_t)(value >> (8 * i));
}

static void
put_vtable(uint8_t *file)
{
	static const uint8_t slots[FIELD_COUNT] = {
		[FIELD_INTEGER] = INTEGER,    [FIELD_BYTE] = BYTE,
		[FIELD_VECTOR] = VECTOR_SLOT, [FIELD_STRING] = STRING_SLOT,
		[FIELD_TABLE] = TABLE_SLOT,   [FIELD_REAL] = REAL,
		[FIELD_LONG] = LONG,          [FIELD_TABLES] = TABLES_SLOT,
	};

	put(file, VTABLE, 4 + 2 * FIELD_COUNT, 2);
	put(file, VTABLE + 2, VECTOR - TABLE, 2);
	for (unsigned int i = 0; i < FIELD_COUNT; i++)
		put(file, VTABLE + 4 + 2 * i, slots[i] - (uint64_t)TABLE, 2);
}

static void
make_file(uint8_t file[FILE_BYTES])
{
	memset(file, 0, FILE_BYTES);
	put(file, ROOT_OFFSET, TABLE, 4);
	memcpy(file + IDENTIFIER, "TEST", 4);
	put_vtable(file);

	put(file, TABLE, TABLE - VTABLE, 4);
	put(file, INTEGER, (uint32_t)-5, 4);
	put(file, BYTE, 0xfd, 1);
	put(file, VECTOR_SLOT, VECTOR - VECTOR_SLOT, 4);
	put(file, STRING_SLOT, STRING - STRING_SLOT, 4);
	put(file, TABLE_SLOT, CHILD - TABLE_SLOT, 4);
	put(file, REAL, 0x3fc00000, 4); /* 1.5 */
	put(file, LONG, UINT64_C(0x1122334455667788), 8);
	put(file, TABLES_SLOT, TABLES - TABLES_SLOT, 4);

	put(file, VECTOR, 3, 4);
	put(file, VECTOR + 4, 10, 4);
	put(file, VECTOR + 8, (uint32_t)-20, 4);
	put(file, VECTOR + 12, 30, 4);
	put(file, STRING, 2, 4);
	memcpy(file + STRING + 4, "ab", 3);
	put(file, TABLES, 2, 4);
	put(file, TABLES + 4, CHILD - (TABLES + 4), 4);
	put(file, TABLES + 8, CHILD - (TABLES + 8), 4);

	put(file, CHILD_VTABLE, 4, 2);
	put(file, CHILD_VTABLE + 2, 4, 2);
	put(file, CHILD, CHILD - CHILD_VTABLE, 4);
}

/* Everything that a file holds. */
struct contents {
	int32_t integer, byte;
	float real;
	uint64_t long_integer;
	struct apui_fb_vector vector, string, tables;
	struct apui_fb_table root, child, children[2];
};

static int
visit_scalars(const struct apui_flatbuffer *fb, struct contents *c)
{
	int ret;

	ret = apui_fb_get_i32(fb, &c->root, FIELD_INTEGER, 0, &c->integer);
	if (ret == 0)
		ret = apui_fb_get_i8(fb, &c->root, FIELD_BYTE, 0, &c->byte);
	if (ret == 0)
		ret = apui_fb_get_f32(fb, &c->root, FIELD_REAL, 0, &c->real);
	if (ret == 0)
		ret = apui_fb_get_u64(fb, &c->root, FIELD_LONG, 0,
				      &c->long_integer);
	return ret;
}

static int
visit_offsets(struct apui_flatbuffer *fb, struct contents *c)
{
	int ret;

	ret = apui_fb_get_vector(fb, &c->root, FIELD_VECTOR, 4, &c->vector);
	if (ret == 0)
		ret = apui_fb_get_string(fb, &c->root, FIELD_STRING,
					 &c->string);
	if (ret == 0)
		ret = apui_fb_get_table(fb, &c->root, FIELD_TABLE, &c->child);
	if (ret == 0)
		ret = apui_fb_get_vector(fb, &c->root, FIELD_TABLES, 4,
					 &c->tables);
	for (uint32_t i = 0; i < 2 && i < c->tables.count && ret == 0; i++)
		ret = apui_fb_table_at(fb, &c->tables, i, &c->children[i]);
	return ret;
}

/* Touch all that came back, so that a sanitizer sees what is outside. */
static uint64_t
sum_up(const struct apui_flatbuffer *fb, const struct contents *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->vector.count; i++)
		sum += (uint32_t)apui_fb_i32_at(fb, &c->vector, i);
	for (uint32_t i = 0; i < c->string.count; i++)
		sum += apui_fb_bytes(fb, &c->string)[i];
	return sum;
}

static int
visit(struct apui_flatbuffer *fb, const uint8_t *data, size_t size_bytes,
      struct contents *c)
{
	int ret;

	memset(c, 0, sizeof(*c));
	ret = apui_fb_open(fb, data, size_bytes, "TEST", &c->root);
	if (ret == 0)
		ret = visit_scalars(fb, c);
	if (ret == 0)
		ret = visit_offsets(fb, c);
	if (ret == 0)
		sum_up(fb, c);
	return ret;
}

/* In memory of exactly its size, at any alignment, for the sanitizer. */
static int
visit_copy(const uint8_t *file, size_t size_bytes, size_t misalignment)
{
	struct apui_flatbuffer fb;
	struct contents contents;
	/* Something in front, for a size of 0. */
	size_t front = _Alignof(max_align_t) + misalignment;
	uint8_t *copy = malloc(front + size_bytes);
	int ret;

	assert_non_null(copy);
	memcpy(copy + front, file, size_bytes);
	ret = visit(&fb, copy + front, size_bytes, &contents);
	free(copy);
	return ret;
}

static void
all_parts_are_read(void **state)
{
	uint8_t file[FILE_BYTES];
	struct apui_flatbuffer fb;
	struct contents c;

	(void)state;
	make_file(file);
	assert_int_equal(visit(&fb, file, FILE_BYTES, &c), 0);
	assert_int_equal(c.integer, -5);
	assert_int_equal(c.byte, -3);
	assert_true(c.real == 1.5F);
	assert_true(c.long_integer == UINT64_C(0x1122334455667788));
	assert_int_equal(c.vector.count, 3);
	assert_int_equal(apui_fb_i32_at(&fb, &c.vector, 1), -20);
	assert_int_equal(c.string.count, 2);
	assert_memory_equal(apui_fb_bytes(&fb, &c.string), "ab", 3);
	assert_int_equal(c.child.position, CHILD);
	assert_int_equal(c.tables.count, 2);
	assert_int_equal(c.children[1].position, CHILD);
}

static void
absent_fields_have_their_default(void **state)
{
	uint8_t file[FILE_BYTES];
	struct apui_flatbuffer fb;
	struct apui_fb_vector vector;
	struct apui_fb_table table;
	struct contents c;
	int32_t i8, i32;
	uint32_t u8, u32;
	uint64_t u64;
	float f32;

	(void)state;
	make_file(file);
	put(file, VTABLE + 4 + 2 * FIELD_INTEGER, 0, 2);
	assert_int_equal(visit(&fb, file, FILE_BYTES, &c), 0);
	assert_int_equal(apui_fb_get_i32(&fb, &c.root, FIELD_INTEGER, -7, &i32),
			 0);
	assert_int_equal(i32, -7);
	assert_int_equal(apui_fb_get_i8(&fb, &c.child, 0, -2, &i8), 0);
	assert_int_equal(i8, -2);
	assert_int_equal(apui_fb_get_u8(&fb, &c.child, 0, 200, &u8), 0);
	assert_int_equal(u8, 200);
	assert_int_equal(apui_fb_get_u32(&fb, &c.child, 0, 5, &u32), 0);
	assert_int_equal(u32, 5);
	assert_int_equal(apui_fb_get_u64(&fb, &c.child, 0, 6, &u64), 0);
	assert_int_equal(u64, 6);
	assert_int_equal(apui_fb_get_f32(&fb, &c.child, 65535, 0.5F, &f32), 0);
	assert_true(f32 == 0.5F);
	assert_int_equal(apui_fb_get_vector(&fb, &c.child, 9, 4, &vector), 0);
	assert_int_equal(vector.position, 0);
	assert_null(apui_fb_bytes(&fb, &vector));
	assert_int_equal(apui_fb_get_table(&fb, &c.child, 9, &table), 0);
	assert_int_equal(table.position, 0);
}

struct corruption {
	const char *name;
	unsigned int offset;
	unsigned int bytes;
	uint32_t value;
	int code;
	int blamed; /* byte */
};

#define VTABLE_ENTRY(id) (VTABLE + 4 + 2 * (id))

static const struct corruption corruptions[] = {
	{ "M2 root_at_0", ROOT_OFFSET, 4, 0, -EBADMSG, 0 },
	{ "M2 root_misaligned", ROOT_OFFSET, 4, TABLE + 2, -EBADMSG,
	  TABLE + 2 },
	{ "M2 root_at_the_last_bytes", ROOT_OFFSET, 4, FILE_BYTES - 3, -EBADMSG,
	  FILE_BYTES - 3 },
	{ "M2 root_at_the_end", ROOT_OFFSET, 4, FILE_BYTES, -EBADMSG,
	  FILE_BYTES },
	{ "M2 root_far_outside", ROOT_OFFSET, 4, UINT32_MAX, -EBADMSG, -1 },
	{ "M3 vtable_before_the_file", TABLE, 4, TABLE + 2, -EBADMSG, TABLE },
	{ "M3 vtable_far_before_the_file", TABLE, 4, INT32_MAX, -EBADMSG,
	  TABLE },
	{ "M3 vtable_after_the_end", TABLE, 4, (uint32_t)(TABLE - FILE_BYTES),
	  -EBADMSG, TABLE },
	{ "M3 vtable_across_the_end", TABLE, 4,
	  (uint32_t)(TABLE - (FILE_BYTES - 2)), -EBADMSG, TABLE },
	{ "M3 vtable_far_after_the_end", TABLE, 4, 0x80000000, -EBADMSG,
	  TABLE },
	{ "M3 vtable_at_an_odd_byte", TABLE, 4, TABLE - VTABLE + 1, -EBADMSG,
	  TABLE },
	{ "M4 vtable_too_short", VTABLE, 2, 2, -EBADMSG, VTABLE },
	{ "M4 vtable_of_odd_length", VTABLE, 2, 19, -EBADMSG, VTABLE },
	{ "M4 vtable_longer_than_the_file", VTABLE, 2, 0xfffe, -EBADMSG,
	  VTABLE },
	{ "M4 table_too_short", VTABLE + 2, 2, 3, -EBADMSG, VTABLE + 2 },
	{ "M4 table_longer_than_the_file", VTABLE + 2, 2, FILE_BYTES, -EBADMSG,
	  VTABLE + 2 },
	{ "M4 field_behind_its_table", VTABLE_ENTRY(FIELD_INTEGER), 2,
	  VECTOR - TABLE, -EBADMSG, VTABLE_ENTRY(FIELD_INTEGER) },
	{ "M4 field_across_the_end_of_its_table", VTABLE_ENTRY(FIELD_LONG), 2,
	  VECTOR - TABLE - 4, -EBADMSG, VTABLE_ENTRY(FIELD_LONG) },
	{ "M4 field_in_the_table's_first_word", VTABLE_ENTRY(FIELD_BYTE), 2, 2,
	  -EBADMSG, VTABLE_ENTRY(FIELD_BYTE) },
	{ "M4 field_misaligned", VTABLE_ENTRY(FIELD_REAL), 2, 6, -EBADMSG,
	  VTABLE_ENTRY(FIELD_REAL) },
	{ "M5 vector_of_all_ones", VECTOR, 4, UINT32_MAX, -EBADMSG, VECTOR },
	{ "M5 vector_whose_bytes_wrap_32_bits", VECTOR, 4, 0x40000000, -EBADMSG,
	  VECTOR },
	{ "M5 vector_one_too_long", VECTOR, 4, (FILE_BYTES - VECTOR) / 4,
	  -EBADMSG, VECTOR },
	{ "M5 list_of_tables_too_long", TABLES, 4, 5, -EBADMSG, TABLES },
	{ "M6 vector_misaligned", VECTOR_SLOT, 4, VECTOR - VECTOR_SLOT + 2,
	  -EBADMSG, VECTOR_SLOT },
	{ "M6 vector_outside", VECTOR_SLOT, 4, UINT32_MAX - 3, -EBADMSG,
	  VECTOR_SLOT },
	{ "M6 vector_header_across_the_end", VECTOR_SLOT, 4,
	  FILE_BYTES - VECTOR_SLOT, -EBADMSG, VECTOR_SLOT },
	{ "M6 vector_at_its_own_offset", VECTOR_SLOT, 4, 0, -EBADMSG,
	  VECTOR_SLOT },
	{ "M7 string_without_an_end", STRING + 6, 1, 'c', -EBADMSG,
	  STRING + 6 },
	{ "M7 string_longer_than_the_file", STRING, 4, FILE_BYTES, -EBADMSG,
	  STRING },
	{ "M7 string_ends_with_the_file", STRING, 4, FILE_BYTES - STRING - 4,
	  -EBADMSG, FILE_BYTES },
	{ "M10 other_identifier", IDENTIFIER, 1, 't', -EBADMSG, IDENTIFIER },
	{ "M12 empty_slot_in_a_list_of_tables", TABLES + 8, 4, 0, -EINVAL,
	  TABLES + 8 },
	{ "child_table_at_its_own_offset", TABLE_SLOT, 4, 0, -EBADMSG,
	  TABLE_SLOT },
	{ "child_table_outside", TABLES + 4, 4, FILE_BYTES, -EBADMSG,
	  TABLES + 4 + FILE_BYTES },
};

static void
corruption_is_refused(void **state)
{
	const struct corruption *row = *state;
	const struct apu_error *error = apu_error_last();
	uint8_t file[FILE_BYTES];

	make_file(file);
	put(file, row->offset, row->value, row->bytes);
	assert_int_equal(visit_copy(file, FILE_BYTES, 0), row->code);
	assert_int_equal(apu_error_code(error), row->code);
	assert_true(strlen(apu_error_cause(error)) > 0);
	if (row->blamed >= 0)
		assert_int_equal(apu_error_byte_offset(error), row->blamed);
}

static void
M1_root_outside_a_file_of_8_bytes_is_refused(void **state)
{
	static const uint8_t file[] = { 0x18, 0, 0, 0, 'T', 'E', 'S', 'T' };

	(void)state;
	assert_int_equal(visit_copy(file, sizeof(file), 0), -EBADMSG);
	assert_int_equal(apu_error_byte_offset(apu_error_last()), 0x18);
}

static void
M9_same_table_a_million_times_is_refused(void **state)
{
	uint8_t file[FILE_BYTES];
	struct apui_flatbuffer fb;
	struct apui_fb_table child;
	struct contents c;
	uint32_t visits = 0;
	int ret;

	(void)state;
	make_file(file);
	assert_int_equal(visit(&fb, file, FILE_BYTES, &c), 0);
	do {
		ret = apui_fb_table_at(&fb, &c.tables, 0, &child);
		visits++;
	} while (ret == 0 && visits < 2000000);
	assert_int_equal(ret, -E2BIG);
	assert_in_range(visits, 900000, 1000000);
}

static void
copies_are_limited_by_the_file(void **state)
{
	uint8_t file[FILE_BYTES];
	struct apui_flatbuffer fb;
	struct contents c;

	(void)state;
	make_file(file);
	assert_int_equal(visit(&fb, file, FILE_BYTES, &c), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(apui_fb_charge_copy(&fb, FILE_BYTES), 0);
	assert_int_equal(apui_fb_charge_copy(&fb, 1), -E2BIG);
	assert_int_equal(apui_fb_charge_copy(&fb, UINT64_MAX), -E2BIG);
}

static void
M11_every_prefix_is_refused(void **state)
{
	uint8_t file[FILE_BYTES];

	(void)state;
	make_file(file);
	for (size_t size = 0; size < FILE_BYTES; size++)
		assert_int_equal(visit_copy(file, size, 0), -EBADMSG);
}

static void
M11_trailing_bytes_are_ignored(void **state)
{
	uint8_t file[FILE_BYTES + 5];

	(void)state;
	memset(file, 0xff, sizeof(file));
	make_file(file);
	assert_int_equal(visit_copy(file, sizeof(file), 0), 0);
}

static void
every_byte_may_have_any_value(void **state)
{
	uint8_t file[FILE_BYTES];

	(void)state;
	make_file(file);
	for (size_t i = 0; i < FILE_BYTES; i++) {
		uint8_t good = file[i];

		for (unsigned int value = 0; value < 256; value++) {
			int aligned, misaligned;

			file[i] = (uint8_t)value;
			aligned = visit_copy(file, FILE_BYTES, 0);
			misaligned = visit_copy(file, FILE_BYTES, 1 + i % 7);
			assert_true(aligned == 0 || aligned == -EBADMSG ||
				    aligned == -EINVAL);
			assert_int_equal(aligned, misaligned);
		}
		file[i] = good;
	}
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(all_parts_are_read),
		cmocka_unit_test(absent_fields_have_their_default),
		cmocka_unit_test(M1_root_outside_a_file_of_8_bytes_is_refused),
		cmocka_unit_test(M9_same_table_a_million_times_is_refused),
		cmocka_unit_test(copies_are_limited_by_the_file),
		cmocka_unit_test(M11_every_prefix_is_refused),
		cmocka_unit_test(M11_trailing_bytes_are_ignored),
		cmocka_unit_test(every_byte_may_have_any_value),
	};
	struct CMUnitTest tests[COUNT(single) + COUNT(corruptions)];

	memcpy(tests, single, sizeof(single));
	for (size_t i = 0; i < COUNT(corruptions); i++)
		tests[COUNT(single) + i] = (struct CMUnitTest) {
			.name = corruptions[i].name,
			.test_func = corruption_is_refused,
			.initial_state = (void *)&corruptions[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
