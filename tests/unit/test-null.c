/* SPDX-License-Identifier: MIT */
#include "test.h"
#include "transport/transport.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static uint8_t data[APUI_DEQUEUE_BYTES];

static int
setup(void **state)
{
	struct apui_transport *t = NULL;
	int ret = apui_transport_open("null:", &t);

	*state = t;
	return ret;
}

static int
teardown(void **state)
{
	struct apui_transport *t = *state;

	t->ops->close(t);
	return 0;
}

static uint32_t
new_syncobj(struct apui_transport *t)
{
	uint32_t syncobj = 0;

	assert_int_equal(t->ops->syncobj_create(t, &syncobj), 0);
	return syncobj;
}

static uint32_t
new_buffer(struct apui_transport *t, uint64_t size_bytes)
{
	uint32_t handle = 0;

	assert_int_equal(t->ops->buffer_new(t, size_bytes, 0, &handle), 0);
	return handle;
}

static void
memory_is_zero_and_outlives_its_handle(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handle = new_buffer(t, 5000);
	uint8_t *one = NULL;
	uint8_t *two = NULL;

	assert_int_equal(t->ops->buffer_map(t, handle, (void **)&one), 0);
	assert_int_equal(t->ops->buffer_map(t, handle, (void **)&two), 0);
	assert_int_equal(one[0] | one[4999] | one[8191], 0);
	one[4999] = 42;
	assert_int_equal(two[4999], 42);
	assert_int_equal(t->ops->buffer_close(t, handle), 0);
	assert_int_equal(t->ops->buffer_close(t, handle), -ENOENT);
	t->ops->buffer_unmap(t, one, 5000);
	assert_int_equal(two[4999], 42);
	t->ops->buffer_unmap(t, two, 5000);
}

static void
every_command_is_refused_at_once(void **state)
{
	struct apui_transport *t = *state;
	struct apui_result result = { 0 };
	struct apui_event event = { 0 };
	struct apui_request req = { .size_out = 16 };

	req.out_syncobj = new_syncobj(t);
	for (unsigned int cmd = 0; cmd < 8; cmd++) {
		req.cmd = (uint16_t)cmd;
		assert_int_equal(t->ops->queue(t, &req), 0);
		assert_int_equal(
			t->ops->syncobj_wait(t, req.out_syncobj, INT64_MIN), 0);
		assert_int_equal(t->ops->read_events(t, &event, 1), 1);
		assert_int_equal(event.syncobj, req.out_syncobj);
		assert_int_equal(
			t->ops->dequeue(t, req.out_syncobj, data, &result), 0);
		assert_int_equal(result.result, 134);
		assert_int_equal(result.size_bytes, 0);
		assert_int_equal(
			t->ops->dequeue(t, req.out_syncobj, data, &result),
			-EBUSY);
	}
}

static void
queue_checks_in_the_order_of_the_kernel(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handle = new_buffer(t, 1);
	uint32_t handles[4] = { handle, handle, 99, handle };
	struct apui_request req = {
		.core = 1,
		.size_in = 400,
		.data_in = data,
		.size_out = 400,
		.handles = handles,
		.handle_count = 4,
		.out_syncobj = 77,
	};

	assert_int_equal(t->ops->queue(t, &req), -ENODEV);
	req.core = 0;
	assert_int_equal(t->ops->queue(t, &req), -ENODEV);
	req.out_syncobj = new_syncobj(t);
	assert_int_equal(t->ops->queue(t, &req), -ENOENT);
	req.handle_count = 2;
	assert_int_equal(t->ops->queue(t, &req), -EINVAL);
	req.handle_count = 1;
	assert_int_equal(t->ops->queue(t, &req), -EMSGSIZE);
	req.size_out = 496 - 12 - 400 - 8;
	assert_int_equal(t->ops->queue(t, &req), 0);
	req.size_out++;
	assert_int_equal(t->ops->queue(t, &req), -EMSGSIZE);
}

static void
event_342_is_over_the_budget(void **state)
{
	struct apui_transport *t = *state;
	struct apui_request req = { .out_syncobj = new_syncobj(t) };
	struct apui_event events[400];

	for (int i = 0; i < 341; i++)
		assert_int_equal(t->ops->queue(t, &req), 0);
	assert_int_equal(t->ops->queue(t, &req), -ENOMEM);
	assert_int_equal(t->ops->read_events(t, events, 400), 341);
	assert_int_equal(t->ops->read_events(t, events, 400), 0);
	assert_int_equal(t->ops->queue(t, &req), 0);
}

static void
syncobj_without_fence_cannot_be_waited_for(void **state)
{
	struct apui_transport *t = *state;
	struct apui_request req = { .out_syncobj = new_syncobj(t) };
	uint32_t syncobj = req.out_syncobj;

	assert_int_equal(t->ops->syncobj_wait(t, syncobj, INT64_MAX), -EINVAL);
	assert_int_equal(t->ops->queue(t, &req), 0);
	assert_int_equal(t->ops->syncobj_wait(t, syncobj, INT64_MAX), 0);
	assert_int_equal(t->ops->syncobj_reset(t, syncobj), 0);
	assert_int_equal(t->ops->syncobj_wait(t, syncobj, INT64_MAX), -EINVAL);
	assert_int_equal(t->ops->syncobj_destroy(t, syncobj), 0);
	assert_int_equal(t->ops->syncobj_wait(t, syncobj, 0), -ENOENT);
	assert_int_equal(t->ops->syncobj_reset(t, syncobj), -ENOENT);
	assert_int_equal(t->ops->syncobj_destroy(t, syncobj), -ENOENT);
}

static void
fd_of_what_is_complete_is_readable(void **state)
{
	struct apui_transport *t = *state;
	struct apui_request req = { .out_syncobj = new_syncobj(t) };
	struct pollfd item = { .fd = 77, .events = POLLIN };

	assert_int_equal(t->ops->syncobj_export(t, req.out_syncobj, &item.fd),
			 -EINVAL);
	assert_int_equal(t->ops->syncobj_export(t, 99, &item.fd), -ENOENT);
	assert_int_equal(item.fd, 77);
	assert_int_equal(t->ops->queue(t, &req), 0);
	assert_int_equal(t->ops->syncobj_export(t, req.out_syncobj, &item.fd),
			 0);
	assert_int_equal(poll(&item, 1, 0), 1);
	assert_int_equal(item.revents, POLLIN);
	close(item.fd);
}

static void
only_core_0_is_online(void **state)
{
	struct apui_transport *t = *state;
	uint32_t flags = 0;

	assert_int_equal(t->ops->state(t, 0, &flags), 0);
	assert_int_equal(flags, APUI_STATE_ONLINE);
	flags = 99;
	assert_int_equal(t->ops->state(t, 1, &flags), -ENODEV);
	assert_int_equal(flags, 99);
}

static void
optional_verbs_are_not_there(void **state)
{
	struct apui_transport *t = *state;

	assert_null(t->ops->buffer_export);
	assert_null(t->ops->buffer_import);
	assert_null(t->ops->iommu_map);
	assert_null(t->ops->iommu_unmap);
}

static void
close_frees_what_was_left_open(void **state)
{
	struct apui_transport *t = *state;

	for (int i = 0; i < 100; i++) {
		new_buffer(t, 4096);
		new_syncobj(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			memory_is_zero_and_outlives_its_handle, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			every_command_is_refused_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			queue_checks_in_the_order_of_the_kernel, setup,
			teardown),
		cmocka_unit_test_setup_teardown(event_342_is_over_the_budget,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			syncobj_without_fence_cannot_be_waited_for, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			fd_of_what_is_complete_is_readable, setup, teardown),
		cmocka_unit_test_setup_teardown(only_core_0_is_online, setup,
						teardown),
		cmocka_unit_test_setup_teardown(optional_verbs_are_not_there,
						setup, teardown),
		cmocka_unit_test_setup_teardown(close_frees_what_was_left_open,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
