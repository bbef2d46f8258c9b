/* SPDX-License-Identifier: MIT */
#include "model/flexbuffer.h"
#include "test.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * { a: 7, b: -300, c: 2.5, d: true, e: 0.25 elsewhere, f: -5 elsewhere,
 *   n: null, t: "x" }, as the flatbuffers project writes it.
 */
static const uint8_t good[] = {
	0x61, 0x00, 0x62, 0x00, 0x63, 0x00, 0x64, 0x00, 0x65, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x80, 0x3e, 0x66, 0x00, 0xfb, 0x6e, 0x00, 0x74, 0x00, 0x01,
	0x78, 0x00, 0x08, 0x1b, 0x1a, 0x19, 0x18, 0x17, 0x10, 0x0e, 0x0d, 0x00,
	0x09, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00,
	0x07, 0x00, 0x00, 0x00, 0xd4, 0xfe, 0xff, 0xff, 0x00, 0x00, 0x20, 0x40,
	0x01, 0x00, 0x00, 0x00, 0x34, 0x00, 0x00, 0x00, 0x32, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x34, 0x00, 0x00, 0x00, 0x0a, 0x06, 0x0e, 0x6a,
	0x22, 0x18, 0x02, 0x14, 0x28, 0x26, 0x01,
};

static const char *const keys[] = { "a", "b", "c", "d", "e",
				    "f", "n", "t", "u", "" };

static const struct number {
	const char *name, *key;
	int result;
	double value;
} numbers[] = {
	{ "unsigned_number", "a", 0, 7 },
	{ "signed_number", "b", 0, -300 },
	{ "real_number", "c", 0, 2.5 },
	{ "boolean_is_a_number", "d", 0, 1 },
	{ "real_number_elsewhere", "e", 0, 0.25 },
	{ "signed_number_elsewhere", "f", 0, -5 },
	{ "null_is_like_no_key", "n", -ENOENT, 0 },
	{ "text_is_no_number", "t", -EBADMSG, 0 },
	{ "other_key_is_not_there", "u", -ENOENT, 0 },
	{ "key_that_begins_alike_is_another", "aa", -ENOENT, 0 },
};

static void
check_number(void **state)
{
	const struct number *row = *state;
	struct apui_flexbuffer_map map;
	double value = 0;

	assert_int_equal(apui_flexbuffer_open_map(good, sizeof(good), &map), 0);
	assert_int_equal(map.count, 8);
	assert_int_equal(apui_flexbuffer_get_number(&map, row->key, &value),
			 row->result);
	assert_true(value == row->value);
}

/* In an exact heap block: the sanitizer sees the first byte beyond it. */
static int
read_all(const uint8_t *bytes, size_t size_bytes)
{
	uint8_t *copy = malloc(size_bytes > 0 ? size_bytes : 1);
	struct apui_flexbuffer_map map;
	double value;
	int ret;

	assert_non_null(copy);
	memcpy(copy, bytes, size_bytes);
	ret = apui_flexbuffer_open_map(copy, size_bytes, &map);
	for (size_t i = 0; ret == 0 && i < COUNT(keys); i++)
		apui_flexbuffer_get_number(&map, keys[i], &value);
	free(copy);
	return ret;
}

static void
every_prefix_is_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good); i++)
		read_all(good, i);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(read_all(good, i), -EBADMSG);
}

static void
every_suffix_is_harmless(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good); i++)
		read_all(good + i, sizeof(good) - i);
}

static void
every_changed_byte_is_harmless(void **state)
{
	uint8_t bytes[sizeof(good)];

	(void)state;
	for (size_t i = 0; i < sizeof(good); i++) {
		for (unsigned int value = 0; value < 256; value++) {
			memcpy(bytes, good, sizeof(good));
			bytes[i] = (uint8_t)value;
			read_all(bytes, sizeof(bytes));
		}
	}
}

/* One byte of the good map, from the end. */
static const struct spoilt {
	const char *name;
	size_t from_end;
	uint8_t value;
} spoilt[] = {
	{ "root_of_width_3", 1, 3 },
	{ "root_of_width_0", 1, 0 },
	{ "root_that_is_a_vector", 2, 0x2a },
	{ "root_before_the_beginning", 3, 0xff },
	{ "root_without_room_for_its_count", 3, 0x55 },
	{ "count_over_the_end", 47, 200 },
	{ "count_over_the_limit", 46, 2 },
	{ "key_width_3", 51, 3 },
	{ "keys_before_the_beginning", 55, 0xff },
};

static void
check_spoilt(void **state)
{
	const struct spoilt *row = *state;
	uint8_t bytes[sizeof(good)];

	memcpy(bytes, good, sizeof(good));
	bytes[sizeof(good) - row->from_end] = row->value;
	assert_int_equal(read_all(bytes, sizeof(bytes)), -EBADMSG);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_prefix_is_harmless),
	cmocka_unit_test(every_suffix_is_harmless),
	cmocka_unit_test(every_changed_byte_is_harmless),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(numbers) + COUNT(spoilt)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	for (size_t i = 0; i < COUNT(numbers); i++)
		all[count++] = (struct CMUnitTest) {
			.name = numbers[i].name,
			.test_func = check_number,
			.initial_state = (void *)&numbers[i],
		};
	for (size_t i = 0; i < COUNT(spoilt); i++)
		all[count++] = (struct CMUnitTest) {
			.name = spoilt[i].name,
			.test_func = check_spoilt,
			.initial_state = (void *)&spoilt[i],
		};
	return cmocka_run_group_tests_name("flexbuffer", all, NULL, NULL);
}
