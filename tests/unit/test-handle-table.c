/* SPDX-License-Identifier: MIT */
#include "test.h"
#include "transport/handle_table.h"

static int objects[100];

static void
numbers_start_at_1_and_the_lowest_free_is_next(void **state)
{
	struct apui_handle_table table = { 0 };
	uint32_t handle = 0;

	(void)state;
	for (uint32_t i = 0; i < COUNT(objects); i++) {
		assert_int_equal(
			apui_handle_table_add(&table, &objects[i], &handle), 0);
		assert_int_equal(handle, i + 1);
	}
	assert_ptr_equal(apui_handle_table_remove(&table, 40), &objects[39]);
	assert_ptr_equal(apui_handle_table_remove(&table, 7), &objects[6]);
	apui_handle_table_add(&table, &objects[0], &handle);
	assert_int_equal(handle, 7);
	apui_handle_table_add(&table, &objects[0], &handle);
	assert_int_equal(handle, 40);
	apui_handle_table_add(&table, &objects[0], &handle);
	assert_int_equal(handle, 101);
	apui_handle_table_finish(&table);
}

static void
number_that_is_not_there_is_nobody(void **state)
{
	struct apui_handle_table table = { 0 };
	uint32_t handle;

	(void)state;
	assert_null(apui_handle_table_get(&table, 1));
	apui_handle_table_add(&table, &objects[0], &handle);
	assert_null(apui_handle_table_get(&table, 0));
	assert_null(apui_handle_table_get(&table, 2));
	assert_null(apui_handle_table_get(&table, UINT32_MAX));
	assert_ptr_equal(apui_handle_table_remove(&table, 1), &objects[0]);
	assert_null(apui_handle_table_remove(&table, 1));
	assert_null(apui_handle_table_get(&table, 1));
	apui_handle_table_finish(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			numbers_start_at_1_and_the_lowest_free_is_next),
		cmocka_unit_test(number_that_is_not_there_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
