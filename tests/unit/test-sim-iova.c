/* SPDX-License-Identifier: MIT */
#include "sim/iova.h"
#include "test.h"
#include <errno.h>

#define PAGE UINT64_C(4096)
#define MIB  (UINT64_C(1) << 20)

static struct apui_sim_memory
memory_of(uint64_t bytes)
{
	return (struct apui_sim_memory) { .mapped_bytes = bytes };
}

struct row {
	const char *name;
	uint64_t bytes[3];
	uint64_t addresses[3];
};

static const struct row rows[] = {
	{ "first_page_is_the_top_one",
	  { PAGE, PAGE, PAGE },
	  { 0x6ffff000, 0x6fffe000, 0x6fffd000 } },
	{ "three_pages_take_four",
	  { 3 * PAGE, 3 * PAGE, PAGE },
	  { 0x6fffc000, 0x6fff8000, 0x6fff7000 } },
	{ "sizes_are_aligned_and_gaps_used",
	  { PAGE, 2 * PAGE, PAGE },
	  { 0x6ffff000, 0x6fffc000, 0x6fffe000 } },
	{ "large_size_is_aligned_but_not_rounded",
	  { 33 * PAGE, PAGE, PAGE },
	  { 0x6ffc0000, 0x6ffff000, 0x6fffe000 } },
	{ "no_alignment_when_it_leaves_no_room",
	  { 128 * MIB, 100 * MIB, PAGE },
	  { 0x68000000, 0x61c00000, 0x61bff000 } },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct apui_sim_iova iova = { 0 };
	struct apui_sim_memory memories[3];

	for (int i = 0; i < 3; i++) {
		memories[i] = memory_of(row->bytes[i]);
		assert_int_equal(apui_sim_iova_map(&iova, &memories[i]), 0);
		assert_int_equal(memories[i].device_address, row->addresses[i]);
	}
	for (int i = 0; i < 3; i++)
		apui_sim_iova_unmap(&iova, &memories[i]);
	assert_int_equal(iova.ranges.count, 0);
	apui_sim_iova_finish(&iova);
}

static void
carveouts_are_never_given_away(void **state)
{
	struct apui_sim_iova iova = { 0 };
	struct apui_sim_memory all =
		memory_of(APUI_SIM_IOVA_END - APUI_SIM_IOVA_FIRST);
	struct apui_sim_memory more = memory_of(all.mapped_bytes + PAGE);
	struct apui_sim_memory page = memory_of(PAGE);

	(void)state;
	assert_int_equal(apui_sim_iova_map(&iova, &more), -ENOSPC);
	assert_int_equal(apui_sim_iova_map(&iova, &all), 0);
	assert_int_equal(all.device_address, 0x60d11000);
	assert_int_equal(apui_sim_iova_map(&iova, &page), -ENOSPC);
	assert_int_equal(page.device_maps, 0);
	apui_sim_iova_unmap(&iova, &all);
	assert_int_equal(apui_sim_iova_map(&iova, &page), 0);
	assert_int_equal(page.device_address, 0x6ffff000);
	apui_sim_iova_finish(&iova);
}

static void
maps_are_counted(void **state)
{
	struct apui_sim_iova iova = { 0 };
	struct apui_sim_memory page = memory_of(PAGE);
	uint64_t offset;

	(void)state;
	assert_int_equal(apui_sim_iova_map(&iova, &page), 0);
	assert_int_equal(apui_sim_iova_map(&iova, &page), 0);
	apui_sim_iova_unmap(&iova, &page);
	assert_ptr_equal(apui_sim_iova_find(&iova, 0x6ffff000, 1, &offset),
			 &page);
	apui_sim_iova_unmap(&iova, &page);
	assert_null(apui_sim_iova_find(&iova, 0x6ffff000, 1, &offset));
	apui_sim_iova_finish(&iova);
}

struct find_row {
	const char *name;
	uint64_t address;
	uint64_t size_bytes;
	int index; /* -1: not mapped */
	uint64_t offset;
};

/* Two memories: 1 page at 0x6ffff000, 3 pages at 0x6fff8000 (4 reserved). */
static const struct find_row find_rows[] = {
	{ "first_byte", 0x6ffff000, 1, 0, 0 },
	{ "all_bytes", 0x6ffff000, PAGE, 0, 0 },
	{ "last_byte", 0x6fffffff, 1, 0, PAGE - 1 },
	{ "no_bytes_at_the_end", 0x70000000, 0, 0, PAGE },
	{ "one_byte_too_many", 0x6ffff000, PAGE + 1, -1, 0 },
	{ "one_byte_at_the_end", 0x70000000, 1, -1, 0 },
	{ "middle_of_the_second", 0x6fff9010, 16, 1, PAGE + 16 },
	{ "end_of_the_second", 0x6fffafff, 1, 1, 3 * PAGE - 1 },
	{ "into_the_padding", 0x6fffafff, 2, -1, 0 },
	{ "padding", 0x6fffb000, 1, -1, 0 },
	{ "below_everything", 0x6fff7fff, 1, -1, 0 },
	{ "across_from_below", 0x6fff7fff, 2, -1, 0 },
	{ "zero", 0, 1, -1, 0 },
	{ "beyond_32_bits", UINT64_C(0x16ffff000), 1, -1, 0 },
	{ "size_that_wraps", 0x6ffff001, UINT64_MAX, -1, 0 },
	{ "top_address", UINT64_MAX, UINT64_MAX, -1, 0 },
};

static void
check_find_row(void **state)
{
	const struct find_row *row = *state;
	struct apui_sim_memory memories[2] = { memory_of(PAGE),
					       memory_of(3 * PAGE) };
	struct apui_sim_iova iova = { 0 };
	struct apui_sim_memory *found;
	uint64_t offset = 0;

	assert_int_equal(apui_sim_iova_map(&iova, &memories[0]), 0);
	assert_int_equal(apui_sim_iova_map(&iova, &memories[1]), 0);
	assert_int_equal(memories[1].device_address, 0x6fff8000);
	found = apui_sim_iova_find(&iova, row->address, row->size_bytes,
				   &offset);
	assert_ptr_equal(found, row->index < 0 ? NULL : &memories[row->index]);
	assert_int_equal(offset, row->offset);
	apui_sim_iova_finish(&iova);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(carveouts_are_never_given_away),
		cmocka_unit_test(maps_are_counted),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(find_rows) + COUNT(others)];
	struct CMUnitTest *test = tests;

	for (size_t i = 0; i < COUNT(rows); i++)
		*test++ = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < COUNT(find_rows); i++)
		*test++ = (struct CMUnitTest) {
			.name = find_rows[i].name,
			.test_func = check_find_row,
			.initial_state = (void *)&find_rows[i],
		};
	for (size_t i = 0; i < COUNT(others); i++)
		*test++ = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
