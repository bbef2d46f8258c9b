/* SPDX-License-Identifier: MIT */
#include "model/pool.h"
#include "test.h"
#include <string.h>

static void
memory_is_zeroed_and_aligned(void **state)
{
	static const uint64_t counts[] = { 1, 3, 4096, 17, 100000, 5 };
	struct apui_pool pool;

	(void)state;
	apui_pool_init(&pool);
	for (size_t i = 0; i < COUNT(counts); i++) {
		uint8_t *memory = apui_pool_new(&pool, counts[i], 1);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (uint64_t k = 0; k < counts[i]; k++)
			assert_int_equal(memory[k], 0);
		memset(memory, 0xff, counts[i]);
	}
	apui_pool_finish(&pool);
}

static void
pieces_do_not_overlap(void **state)
{
	enum { PIECES = 300 };
	uint8_t *pieces[PIECES];
	struct apui_pool pool;

	(void)state;
	apui_pool_init(&pool);
	for (unsigned int i = 0; i < PIECES; i++) {
		pieces[i] = apui_pool_new(&pool, i, 7);
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)(i % 251), (size_t)i * 7);
	}
	for (unsigned int i = 0; i < PIECES; i++)
		for (unsigned int k = 0; k < i * 7; k++)
			assert_int_equal(pieces[i][k], i % 251);
	apui_pool_finish(&pool);
}

static void
no_elements_still_have_an_address(void **state)
{
	struct apui_pool pool;
	void *a, *b;

	(void)state;
	apui_pool_init(&pool);
	a = apui_pool_new(&pool, 0, 8);
	b = apui_pool_new(&pool, 0, 8);
	assert_non_null(a);
	assert_non_null(b);
	assert_ptr_not_equal(a, b);
	apui_pool_finish(&pool);
}

static void
overflowing_product_is_refused(void **state)
{
	struct apui_pool pool;

	(void)state;
	apui_pool_init(&pool);
	assert_null(apui_pool_new(&pool, UINT64_MAX, 2));
	assert_null(apui_pool_new(&pool, UINT64_MAX / 8 + 1, 8));
	assert_null(apui_pool_new(&pool, UINT64_MAX, 1));
	assert_non_null(apui_pool_new(&pool, 1, 1));
	apui_pool_finish(&pool);
}

static void
finished_pool_is_empty_and_usable(void **state)
{
	struct apui_pool pool;

	(void)state;
	apui_pool_init(&pool);
	apui_pool_finish(&pool);
	assert_non_null(apui_pool_new(&pool, 1, 1));
	apui_pool_finish(&pool);
	assert_null(pool.chunks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(no_elements_still_have_an_address),
		cmocka_unit_test(overflowing_product_is_refused),
		cmocka_unit_test(finished_pool_is_empty_and_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
