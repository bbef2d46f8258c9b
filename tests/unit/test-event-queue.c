/* SPDX-License-Identifier: MIT */
#include "test.h"
#include "transport/event_queue.h"

static void
budget_is_341_promised_or_unread(void **state)
{
	struct apui_event_queue queue = { 0 };
	struct apui_event event;

	(void)state;
	for (int i = 0; i < 341; i++)
		assert_true(apui_event_queue_reserve(&queue));
	assert_false(apui_event_queue_reserve(&queue));
	apui_event_queue_send(&queue, 9);
	assert_false(apui_event_queue_reserve(&queue));
	assert_int_equal(apui_event_queue_read(&queue, &event, 1), 1);
	assert_int_equal(event.syncobj, 9);
	assert_true(apui_event_queue_reserve(&queue));
	assert_false(apui_event_queue_reserve(&queue));
}

static void
cancelled_event_gives_its_room_back(void **state)
{
	struct apui_event_queue queue = { 0 };
	struct apui_event event;

	(void)state;
	for (int i = 0; i < 341; i++)
		assert_true(apui_event_queue_reserve(&queue));
	apui_event_queue_cancel(&queue);
	assert_int_equal(apui_event_queue_read(&queue, &event, 1), 0);
	assert_true(apui_event_queue_reserve(&queue));
	assert_false(apui_event_queue_reserve(&queue));
}

static void
events_are_read_in_order_round_the_end(void **state)
{
	struct apui_event_queue queue = { 0 };
	struct apui_event events[8];
	uint32_t sent = 0;
	uint32_t seen = 0;

	(void)state;
	while (seen < 1000) {
		unsigned int count;

		for (int i = 0; i < 5; i++) {
			assert_true(apui_event_queue_reserve(&queue));
			apui_event_queue_send(&queue, ++sent);
		}
		count = apui_event_queue_read(&queue, events, 8);
		assert_int_equal(count, 5);
		for (unsigned int i = 0; i < count; i++)
			assert_int_equal(events[i].syncobj, ++seen);
	}
	assert_int_equal(apui_event_queue_read(&queue, events, 8), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(budget_is_341_promised_or_unread),
		cmocka_unit_test(cancelled_event_gives_its_room_back),
		cmocka_unit_test(events_are_read_in_order_round_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
