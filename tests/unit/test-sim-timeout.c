/* SPDX-License-Identifier: MIT */
#include "sim.h"
#include <poll.h>
#include <unistd.h>

/* Nothing here asserts how long something takes, only what comes of it. */

static uint8_t data[APUI_DEQUEUE_BYTES];

static int
setup(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client = NULL;
	int ret;

	memset(&test_fw, 0, sizeof(test_fw));
	config.timeout_ms = 5;
	ret = apui_sim_client_open(&config, &client);
	*state = client;
	return ret;
}

static int
teardown(void **state)
{
	atomic_store(&test_fw.may_return, true);
	apui_sim_client_close(*state);
	return 0;
}

static void
assert_timed_out(struct apui_sim_client *client, uint32_t syncobj)
{
	struct apui_result result = finish_job(client, syncobj, NULL);

	assert_int_equal(result.result, APUI_RESULT_DRIVER_TIMEOUT);
	assert_int_equal(result.size_bytes, 0);
}

struct row {
	const char *name;
	uint16_t cmd;
};

static const struct row rows[] = {
	{ "hanging_firmware_times_out", DO_HANG },
	{ "deaf_firmware_times_out", DO_DEAF },
	{ "cut_header_times_out", DO_CUT_HEADER },
	{ "no_reply_times_out", DO_NO_REPLY },
	{ "reply_over_its_buffer_times_out", DO_LONG_REPLY },
	{ "reply_to_another_id_times_out", DO_WRONG_ID },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct apui_sim_client *client;
	void *fixture = NULL;
	uint32_t syncobj;
	uint32_t handle;

	assert_int_equal(setup(&fixture), 0);
	client = fixture;
	syncobj = new_syncobj(client);
	handle = new_buffer(client, 4096);
	queue_buffers(client, syncobj, row->cmd, &handle, 1);
	assert_timed_out(client, syncobj);
	teardown(&fixture);
}

static void
jobs_after_a_hang_run(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t hung = new_syncobj(client);
	uint32_t next = new_syncobj(client);

	for (int i = 0; i < 5; i++) {
		queue_data(client, hung, DO_HANG, NULL, 0, 8);
		queue_data(client, next, DO_ECHO, "next", 4, 4);
		finish_job(client, next, data);
		assert_memory_equal(data, "next", 4);
		/* In order: the first is done when the second is. */
		assert_int_equal(apui_sim_syncobj_wait(client, hung, 0), 0);
		assert_timed_out(client, hung);
	}
}

static void
jobs_after_a_lost_reply_run_though_nobody_waits(void **state)
{
	struct apui_sim_client *client = *state;

	queue_data(client, new_syncobj(client), DO_NO_REPLY, NULL, 0, 0);
	queue_data(client, new_syncobj(client), DO_ECHO, NULL, 0, 0);
	wait_for_finished(2);
}

/* Nobody waits for it, nor does the next one come to see to it. */
static void
fd_of_a_job_that_times_out_becomes_readable(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct pollfd item = { .fd = 77, .events = POLLIN };
	int second = -1;

	assert_int_equal(apui_sim_syncobj_export(client, syncobj, &item.fd),
			 -EINVAL);
	assert_int_equal(item.fd, 77);
	queue_data(client, syncobj, DO_NO_REPLY, NULL, 0, 0);
	assert_int_equal(apui_sim_syncobj_export(client, syncobj, &item.fd), 0);
	assert_int_equal(apui_sim_syncobj_export(client, syncobj, &second), 0);
	assert_int_equal(poll(&item, 1, 60000), 1);
	assert_int_equal(item.revents, POLLIN);
	close(item.fd);
	item.fd = second;
	assert_int_equal(poll(&item, 1, 0), 1);
	close(second);
	assert_timed_out(client, syncobj);
	assert_int_equal(apui_sim_syncobj_destroy(client, syncobj), 0);
	assert_int_equal(apui_sim_syncobj_export(client, syncobj, &second),
			 -ENOENT);
}

static void
fd_of_a_job_whose_client_goes_becomes_readable(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client = open_client(&config);
	uint32_t running = new_syncobj(client), queued = new_syncobj(client);
	struct pollfd items[2] = { { .events = POLLIN }, { .events = POLLIN } };

	(void)state;
	queue_data(client, running, DO_HANG, NULL, 0, 0);
	queue_data(client, queued, DO_ECHO, NULL, 0, 0);
	assert_int_equal(apui_sim_syncobj_export(client, running, &items[0].fd),
			 0);
	assert_int_equal(apui_sim_syncobj_export(client, queued, &items[1].fd),
			 0);
	assert_int_equal(poll(items, 2, 0), 0);
	apui_sim_client_close(client);
	assert_int_equal(poll(items, 2, 0), 2);
	close(items[0].fd);
	close(items[1].fd);
}

static void
next_job_waits_until_the_firmware_is_back(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t deaf = new_syncobj(client);
	uint32_t next = new_syncobj(client);

	queue_data(client, deaf, DO_DEAF, NULL, 0, 0);
	queue_data(client, next, DO_ECHO, "next", 4, 4);
	assert_timed_out(client, deaf);
	/* Given up, but nothing starts on a core that is still busy. */
	assert_int_equal(
		apui_sim_syncobj_wait(client, next,
				      apui_sim_clock_now_ns() + 20000000),
		-ETIME);
	assert_int_equal(atomic_load(&test_fw.most_running), 1);
	atomic_store(&test_fw.may_return, true);
	finish_job(client, next, data);
	assert_memory_equal(data, "next", 4);
	assert_int_equal(atomic_load(&test_fw.most_running), 1);
}

static void
late_reply_is_dropped_and_its_id_not_reused(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client;
	struct apui_request req = { .cmd = DO_DEAF };
	uint32_t late, next;
	struct apui_result result;
	uint16_t id = 99;

	(void)state;
	/* Ids 65534 and 0 are next, and 65534 is the late one. */
	memcpy(config.name, "late", 5);
	config.timeout_ms = 5;
	config.cores = 2;
	config.first_id = 65534;
	client = open_client(&config);
	late = new_syncobj(client);
	next = new_syncobj(client);
	req.out_syncobj = late;
	assert_int_equal(apui_sim_queue(client, &req), 0);
	assert_timed_out(client, late);

	/* Go once round all ids, but for the id that is taken. */
	apui_sim_machine_lock(client->machine);
	client->machine->next_id = 65534;
	apui_sim_machine_unlock(client->machine);
	req.core = 1;
	req.cmd = DO_GET_ID;
	req.size_out = 2;
	req.out_syncobj = next;
	assert_int_equal(apui_sim_queue(client, &req), 0);
	finish_job(client, next, &id);
	assert_int_equal(id, 0);

	atomic_store(&test_fw.may_return, true);
	wait_for_finished(2);
	assert_int_equal(apui_sim_dequeue(client, late, data, &result), -EBUSY);
	assert_int_equal(apui_sim_dequeue(client, next, data, &result), -EBUSY);
	apui_sim_client_close(client);
}

static void
memory_of_a_late_job_stays_until_it_is_back(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	uint32_t handle = new_buffer(client, 1 << 20);

	queue_buffers(client, syncobj, DO_DEAF, &handle, 1);
	assert_timed_out(client, syncobj);
	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	assert_int_equal(client->iova.ranges.count, 1);
	/* Now it writes all of the buffer; a sanitizer would see it gone. */
	atomic_store(&test_fw.may_return, true);
	queue_data(client, syncobj, DO_ECHO, NULL, 0, 0);
	finish_job(client, syncobj, NULL);
	assert_int_equal(client->iova.ranges.count, 0);
	assert_int_equal(client->machine->memory_bytes, 0);
}

static void
late_reply_is_late_though_nobody_looked(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;

	queue_data(client, syncobj, DO_OVERSTAY, NULL, 0, 0);
	queue_data(client, new_syncobj(client), DO_ECHO, NULL, 0, 0);
	wait_for_finished(2);
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result), 0);
	assert_int_equal(result.result, APUI_RESULT_DRIVER_TIMEOUT);
}

static void
event_of_a_timeout_comes_like_any_other(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;
	struct apui_event event;

	/* Reading events notices the expiry by itself. */
	queue_data(client, syncobj, DO_DEAF, NULL, 0, 0);
	while (apui_sim_read_events(client, &event, 1) == 0)
		sched_yield();
	assert_int_equal(event.syncobj, syncobj);
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result), 0);
	assert_int_equal(result.result, APUI_RESULT_DRIVER_TIMEOUT);
}

static void
dequeue_notices_a_timeout(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;

	queue_data(client, syncobj, DO_DEAF, NULL, 0, 0);
	while (apui_sim_dequeue(client, syncobj, data, &result) == -EBUSY)
		sched_yield();
	assert_int_equal(result.result, APUI_RESULT_DRIVER_TIMEOUT);
}

static void
other_clients_wait_through_a_hang(void **state)
{
	struct apui_sim_client *client = *state;
	struct apui_sim_config config = test_config();
	struct apui_sim_client *other;
	uint32_t syncobj;

	config.timeout_ms = 5;
	other = open_client(&config);
	syncobj = new_syncobj(other);
	queue_data(client, new_syncobj(client), DO_HANG, NULL, 0, 0);
	queue_data(other, syncobj, DO_ECHO, "b", 1, 1);
	finish_job(other, syncobj, data);
	assert_int_equal(data[0], 'b');
	apui_sim_client_close(other);
}

static void
close_drops_what_is_queued_and_cancels_what_runs(void **state)
{
	struct apui_sim_client *client = *state;
	struct apui_sim_config config = test_config();
	struct apui_sim_client *other;
	uint32_t handle;
	uint32_t syncobj, stays;

	(void)client;
	/* With a timeout that does not come: close() must not wait for it. */
	memcpy(config.name, "close", 6);
	client = open_client(&config);
	other = open_client(&config);
	stays = new_syncobj(client);
	syncobj = new_syncobj(other);
	handle = new_buffer(other, 4096);

	queue_data(client, stays, DO_ECHO, "1", 1, 1);
	queue_buffers(other, syncobj, DO_HANG, &handle, 1);
	for (int i = 0; i < 100; i++) {
		queue_buffers(other, syncobj, DO_FILL, &handle, 1);
		queue_data(client, stays, DO_ECHO, "2", 1, 1);
	}
	apui_sim_client_close(other);

	for (int i = 0; i < 101; i++) {
		assert_int_equal(
			apui_sim_syncobj_wait(client, stays,
					      apui_sim_clock_now_ns() + FAR_NS),
			0);
		assert_int_equal(finish_job(client, stays, data).result, 0);
		assert_int_equal(data[0], i == 0 ? '1' : '2');
	}
	assert_int_equal(client->machine->memory_bytes, 0);
	apui_sim_client_close(client);
}

static void
close_drops_a_job_whose_reply_was_lost(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client, *other;
	uint32_t syncobj;

	(void)state;
	memcpy(config.name, "lost", 5);
	client = open_client(&config);
	other = open_client(&config);
	queue_data(other, new_syncobj(other), DO_NO_REPLY, NULL, 0, 0);
	wait_for_finished(1);
	syncobj = new_syncobj(client);
	queue_data(client, syncobj, DO_ECHO, NULL, 0, 0);
	apui_sim_client_close(other);
	/* The core is free for the next, ten minutes before the timeout. */
	assert_int_equal(finish_job(client, syncobj, NULL).result, 0);
	apui_sim_client_close(client);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest others[] = {
		TEST(jobs_after_a_hang_run),
		TEST(jobs_after_a_lost_reply_run_though_nobody_waits),
		TEST(fd_of_a_job_that_times_out_becomes_readable),
		cmocka_unit_test(
			fd_of_a_job_whose_client_goes_becomes_readable),
		TEST(next_job_waits_until_the_firmware_is_back),
		TEST(late_reply_is_dropped_and_its_id_not_reused),
		TEST(memory_of_a_late_job_stays_until_it_is_back),
		TEST(late_reply_is_late_though_nobody_looked),
		TEST(event_of_a_timeout_comes_like_any_other),
		TEST(dequeue_notices_a_timeout),
		TEST(other_clients_wait_through_a_hang),
		TEST(close_drops_what_is_queued_and_cancels_what_runs),
		TEST(close_drops_a_job_whose_reply_was_lost),
	};
	struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	memcpy(tests + COUNT(rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
