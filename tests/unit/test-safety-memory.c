/* SPDX-License-Identifier: MIT */

/* As test-safety.c: device addresses, and memory under two names. */

#include "core/device_map.h"
#include "scripted.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdlib.h>

#define BUFFER_BYTES 5000 /* two pages */

struct bench {
	struct scripted s;
	struct apu_device *dev;
	struct apu_buffer *buf;
};

static struct apu_buffer *
new_buffer(struct bench *b)
{
	struct apu_buffer *buf = NULL;

	assert_int_equal(apu_buffer_new(b->dev, BUFFER_BYTES, 0, &buf), 0);
	return buf;
}

static int
set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->dev = scripted_open(&b->s, 4);
	b->buf = new_buffer(b);
	*state = b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	apu_buffer_unref(b->buf);
	assert_null(b->dev->device_maps);
	assert_null(b->dev->buffers);
	apu_device_unref(b->dev);
	assert_int_equal(b->s.open_buffers, 0);
	assert_int_equal(b->s.misuses, 0);
	free(b);
	return 0;
}

struct address_row {
	const char *name;
	uint64_t address;
	int ret;
};

/* The neighbour has 0x10000 .. 0x11fff. */
static const struct address_row address_rows[] = {
	{ "K4_address_behind_the_neighbour", 0x12000, 0 },
	{ "K4_address_before_the_neighbour", 0xe000, 0 },
	{ "K4_last_address", 0xffffe000, 0 },
	{ "K4_address_0_is_none", 0, -EIO },
	{ "K4_address_within_a_page", 0x20800, -EIO },
	{ "K4_address_beyond_32_bits", UINT64_C(0x100000000), -EIO },
	{ "K4_end_beyond_32_bits", 0xfffff000, -EIO },
	{ "K4_address_of_the_neighbour", 0x10000, -EIO },
	{ "K4_address_within_the_neighbour", 0x11000, -EIO },
	{ "K4_end_within_the_neighbour", 0xf000, -EIO },
	{ "K4_uninitialised_memory", UINT64_C(0xffff888001234000), -EIO },
};

static void
check_address(void **state)
{
	const struct address_row *row = *state;
	struct apu_buffer *neighbour;
	uint64_t address = 77;
	struct bench *b;
	void *bench;

	set_up(&bench);
	b = bench;
	neighbour = new_buffer(b);
	b->s.address = 0x10000;
	assert_int_equal(apu_buffer_device_address(neighbour, &address), 0);
	b->s.address = row->address;
	address = 77;
	assert_int_equal(apu_buffer_device_address(b->buf, &address), row->ret);
	assert_int_equal(address, row->ret == 0 ? row->address : 77);
	apu_buffer_unref(neighbour);
	tear_down(&bench);
}

static void
K4_place_of_a_buffer_that_is_gone_is_free_again(void **state)
{
	struct bench *b = *state;
	struct apu_buffer *other = new_buffer(b);
	uint64_t address = 0;

	b->s.address = 0x10000;
	assert_int_equal(apu_buffer_device_address(other, &address), 0);
	apu_buffer_unref(other);
	assert_int_equal(apu_buffer_device_address(b->buf, &address), 0);
	assert_int_equal(address, 0x10000);
}

static void
K5_buffer_is_mapped_once_in_its_life(void **state)
{
	struct bench *b = *state;
	uint64_t address = 0;

	b->s.address = 0x10000;
	for (int i = 0; i < 5; i++)
		assert_int_equal(apu_buffer_device_address(b->buf, &address),
				 0);
	assert_int_equal(b->s.map_calls, 1);
	assert_int_equal(b->s.unmap_calls, 0);
	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(b->s.unmap_calls, 1);
}

static void
K4_K5_mapping_that_went_wrong_is_not_tried_again(void **state)
{
	struct bench *b = *state;
	uint64_t address = 77;

	b->s.address = 0;
	for (int i = 0; i < 5; i++)
		assert_int_equal(apu_buffer_device_address(b->buf, &address),
				 -EIO);
	assert_int_equal(address, 77);
	assert_int_equal(b->s.map_calls, 1);
	/* Nor is it undone (K16). */
	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(b->s.unmap_calls, 0);
}

static struct apu_buffer *
import(struct bench *b)
{
	struct apu_buffer *buf = NULL;

	b->s.import_handle = apu_buffer_handle(b->buf);
	assert_int_equal(apu_buffer_import_fd(b->dev, 0, &buf), 0);
	return buf;
}

static void
K4_K5_imports_that_share_a_handle_share_its_mapping(void **state)
{
	struct bench *b = *state;
	struct apu_buffer *first = import(b), *second = import(b);
	uint64_t address = 0;

	b->s.address = 0x10000;
	assert_int_equal(apu_buffer_device_address(first, &address), 0);
	address = 0;
	b->s.address = 0x20000;
	assert_int_equal(apu_buffer_device_address(second, &address), 0);
	assert_int_equal(address, 0x10000);
	assert_int_equal(apu_buffer_device_address(b->buf, &address), 0);
	assert_int_equal(address, 0x10000);
	assert_int_equal(b->s.map_calls, 1);
	apu_buffer_unref(first);
	apu_buffer_unref(second);
}

static void
K16_mapping_ends_with_the_last_that_shares_it(void **state)
{
	struct bench *b = *state;
	struct apu_buffer *other = import(b);
	uint64_t address = 0;

	b->s.address = 0x10000;
	assert_int_equal(apu_buffer_device_address(other, &address), 0);
	apu_buffer_unref(other);
	assert_int_equal(b->s.unmap_calls, 0);
	assert_int_equal(apu_buffer_device_address(b->buf, &address), 0);
	assert_int_equal(b->s.map_calls, 1);
	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(b->s.unmap_calls, 1);
}

static void
K16_what_was_never_mapped_is_not_unmapped(void **state)
{
	struct bench *b = *state;

	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(b->s.unmap_calls, 0);
	assert_int_equal(b->s.map_calls, 0);
}

static void
K2_memory_under_two_names_goes_into_a_request_once(void **state)
{
	struct bench *b = *state;
	struct apu_buffer *other = import(b);
	struct apu_buffer *buffers[] = { b->buf, other };
	struct apu_job *job = NULL;

	assert_int_equal(
		apu_job_new_command(b->dev, 2, NULL, 0, 0, buffers, 2, &job),
		-EINVAL);
	assert_null(job);
	apu_buffer_unref(other);
}

static void
K2_buffer_of_a_job_lives_as_long_as_the_job(void **state)
{
	struct bench *b = *state;
	struct apu_job *job;

	assert_int_equal(
		apu_job_new_command(b->dev, 2, NULL, 0, 0, &b->buf, 1, &job),
		0);
	apu_buffer_unref(b->buf);
	b->buf = NULL;
	assert_int_equal(apu_job_run(job, 1000000), 0);
	assert_int_equal(b->s.open_buffers, 1);
	apu_job_free(job);
	assert_int_equal(b->s.open_buffers, 0);
}

struct size_row {
	const char *name;
	uint64_t size_bytes;
	uint32_t flags;
	int ret;
};

static const struct size_row size_rows[] = {
	{ "K19_size_0_never_reaches_the_driver", 0, 0, -EINVAL },
	{ "K19_size_over_the_limit_never_does", (UINT64_C(1) << 40) + 1, 0,
	  -E2BIG },
	{ "K19_size_that_wraps_never_does", UINT64_MAX, 0, -E2BIG },
	{ "K19_unknown_flags_never_do", 64, 4, -EINVAL },
};

static void
check_size(void **state)
{
	const struct size_row *row = *state;
	struct apu_buffer *buf = NULL;
	struct bench *b;
	void *bench;

	set_up(&bench);
	b = bench;
	assert_int_equal(
		apu_buffer_new(b->dev, row->size_bytes, row->flags, &buf),
		row->ret);
	assert_null(buf);
	assert_int_equal(b->s.open_buffers, 1);
	tear_down(&bench);
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define ROW(row, function)                                                     \
	(struct CMUnitTest)                                                    \
	{                                                                      \
		.name = (row).name, .test_func = (function),                   \
		.initial_state = (void *)&(row),                               \
	}

static const struct CMUnitTest single_tests[] = {
	BENCH(K2_memory_under_two_names_goes_into_a_request_once),
	BENCH(K2_buffer_of_a_job_lives_as_long_as_the_job),
	BENCH(K4_place_of_a_buffer_that_is_gone_is_free_again),
	BENCH(K5_buffer_is_mapped_once_in_its_life),
	BENCH(K4_K5_mapping_that_went_wrong_is_not_tried_again),
	BENCH(K4_K5_imports_that_share_a_handle_share_its_mapping),
	BENCH(K16_mapping_ends_with_the_last_that_shares_it),
	BENCH(K16_what_was_never_mapped_is_not_unmapped),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(single_tests) + COUNT(address_rows) +
			      COUNT(size_rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(single_tests); i++)
		all[count++] = single_tests[i];
	for (size_t i = 0; i < COUNT(address_rows); i++)
		all[count++] = ROW(address_rows[i], check_address);
	for (size_t i = 0; i < COUNT(size_rows); i++)
		all[count++] = ROW(size_rows[i], check_size);
	return cmocka_run_group_tests_name("safety of memory", all, NULL, NULL);
}
