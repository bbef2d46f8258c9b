/* SPDX-License-Identifier: MIT */
#include "sim.h"
#include <fenv.h>

static uint8_t data[APUI_DEQUEUE_BYTES];

static int
setup(void **state)
{
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *client = NULL;
	int ret = apui_sim_client_open(&config, &client);

	memset(&test_fw, 0, sizeof(test_fw));
	*state = client;
	return ret;
}

static int
teardown(void **state)
{
	apui_sim_client_close(*state);
	return 0;
}

static void
data_goes_in_and_comes_back(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;
	uint8_t out[16];

	assert_int_equal(queue_data(client, syncobj, DO_ECHO, "hello", 5, 16),
			 0);
	result = finish_job(client, syncobj, out);
	assert_int_equal(result.result, 0);
	assert_int_equal(result.size_bytes, 5);
	assert_memory_equal(out, "hello", 5);
}

static void
firmware_writes_the_buffers_of_a_request(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	uint32_t handles[60];
	uint8_t *bytes[60];

	for (uint32_t i = 0; i < 60; i++) {
		handles[i] = new_buffer(client, 100 * i + 1);
		assert_int_equal(apui_sim_buffer_map(client, handles[i],
						     (void **)&bytes[i]),
				 0);
	}
	assert_int_equal(queue_buffers(client, syncobj, DO_FILL, handles, 60),
			 0);
	assert_int_equal(finish_job(client, syncobj, NULL).result, 0);
	for (uint32_t i = 0; i < 60; i++) {
		assert_int_equal(bytes[i][0], 0x45);
		assert_int_equal(bytes[i][100 * i], 0x45);
		/* It is told the size that was asked for, not the pages. */
		assert_int_equal(bytes[i][100 * i + 1], 0);
	}
	assert_int_equal(client->iova.ranges.count, 0);
}

static void
buffers_of_a_request_are_mapped_only_for_it(void **state)
{
	struct apui_sim_client *client = *state;
	const uint64_t range[2] = { 0x6ffff000, 1 };
	uint32_t syncobj = new_syncobj(client);
	uint32_t handle = new_buffer(client, 1);
	const struct apui_request req = {
		.cmd = DO_TRANSLATE,
		.size_in = sizeof(range),
		.data_in = range,
		.handles = &handle,
		.handle_count = 1,
		.out_syncobj = syncobj,
	};

	assert_int_equal(apui_sim_queue(client, &req), 0);
	assert_int_equal(finish_job(client, syncobj, NULL).result, 0);
	queue_data(client, syncobj, DO_TRANSLATE, range, sizeof(range), 0);
	assert_int_equal(finish_job(client, syncobj, NULL).result,
			 APUI_RESULT_EFAULT);
}

static void
jobs_run_one_at_a_time_in_order(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobjs[200];
	struct apui_event events[200];

	for (int i = 0; i < 200; i++) {
		uint8_t tag = (uint8_t)i;

		syncobjs[i] = new_syncobj(client);
		assert_int_equal(
			queue_data(client, syncobjs[i], DO_LOG, &tag, 1, 0), 0);
	}
	/* The fence of the last is the fence of all. */
	finish_job(client, syncobjs[199], NULL);
	assert_int_equal(atomic_load(&test_fw.most_running), 1);
	assert_int_equal(atomic_load(&test_fw.log_count), 200);
	assert_int_equal(apui_sim_read_events(client, events, 200), 200);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(atomic_load(&test_fw.log[i]), i);
		assert_int_equal(events[i].syncobj, syncobjs[i]);
		assert_int_equal(
			apui_sim_syncobj_wait(client, syncobjs[i], INT64_MIN),
			0);
	}
}

static void
job_completes_though_nobody_waits(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;
	int ret;

	assert_int_equal(queue_data(client, syncobj, DO_ECHO, "x", 1, 1), 0);
	do {
		sched_yield();
		ret = apui_sim_dequeue(client, syncobj, data, &result);
	} while (ret == -EBUSY);
	assert_int_equal(ret, 0);
	assert_int_equal(data[0], 'x');
}

static void
result_is_fetched_once_and_not_before_the_end(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result = { .result = 99, .size_bytes = 99 };

	queue_data(client, syncobj, DO_DEAF, NULL, 0, 0);
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result),
			 -EBUSY);
	assert_int_equal(
		apui_sim_syncobj_wait(client, syncobj,
				      apui_sim_clock_now_ns() + 1000000),
		-ETIME);
	assert_int_equal(apui_sim_syncobj_wait(client, syncobj, 0), -ETIME);
	assert_int_equal(result.result, 99);
	atomic_store(&test_fw.may_return, true);
	finish_job(client, syncobj, NULL);
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result),
			 -EBUSY);
	assert_int_equal(apui_sim_dequeue(client, 99, data, &result), -ENOENT);
}

static void
jobs_of_one_syncobj_come_back_in_order(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;

	queue_data(client, syncobj, DO_ECHO, "a", 1, 1);
	queue_data(client, syncobj, DO_ECHO, "b", 1, 1);
	finish_job(client, syncobj, data);
	assert_int_equal(data[0], 'a');
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result), 0);
	assert_int_equal(data[0], 'b');
}

static void
event_comes_with_the_result_before_the_fence(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;
	struct apui_event event;

	for (int i = 0; i < 200; i++) {
		queue_data(client, syncobj, DO_ECHO, NULL, 0, 0);
		/* Who sees the event finds the result and the fence ... */
		while (apui_sim_read_events(client, &event, 1) == 0)
			sched_yield();
		assert_int_equal(event.syncobj, syncobj);
		assert_int_equal(
			apui_sim_dequeue(client, syncobj, data, &result), 0);
		assert_int_equal(apui_sim_syncobj_wait(client, syncobj, 0), 0);

		/* ... and who sees the fence finds event and result. */
		queue_data(client, syncobj, DO_ECHO, NULL, 0, 0);
		finish_job(client, syncobj, NULL);
		assert_int_equal(apui_sim_read_events(client, &event, 1), 1);
	}
}

static void
event_342_is_over_the_budget(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_event events[400];

	for (int i = 0; i < 341; i++)
		assert_int_equal(
			queue_data(client, syncobj, DO_ECHO, NULL, 0, 0), 0);
	assert_int_equal(queue_data(client, syncobj, DO_ECHO, NULL, 0, 0),
			 -ENOMEM);
	finish_job(client, syncobj, NULL);
	assert_int_equal(
		apui_sim_syncobj_wait(client, syncobj,
				      apui_sim_clock_now_ns() + FAR_NS),
		0);
	/* Done is not read. */
	assert_int_equal(queue_data(client, syncobj, DO_ECHO, NULL, 0, 0),
			 -ENOMEM);
	assert_int_equal(apui_sim_read_events(client, events, 1), 1);
	assert_int_equal(queue_data(client, syncobj, DO_ECHO, NULL, 0, 0), 0);
	assert_int_equal(queue_data(client, syncobj, DO_ECHO, NULL, 0, 0),
			 -ENOMEM);
}

static void
queue_checks_in_the_order_of_the_kernel(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t handle = new_buffer(client, 1);
	uint32_t handles[4] = { handle, handle, 99, handle };
	struct apui_request req = {
		.core = 1,
		.cmd = DO_ECHO,
		.size_in = 400,
		.data_in = data,
		.size_out = 400,
		.handles = handles,
		.handle_count = 4,
		.out_syncobj = 77,
	};

	assert_int_equal(apui_sim_queue(client, &req), -ENODEV);
	req.core = 0;
	assert_int_equal(apui_sim_queue(client, &req), -ENODEV);
	req.out_syncobj = 0;
	assert_int_equal(apui_sim_queue(client, &req), -ENODEV);
	req.out_syncobj = new_syncobj(client);
	assert_int_equal(apui_sim_queue(client, &req), -ENOENT);
	req.handle_count = 2;
	assert_int_equal(apui_sim_queue(client, &req), -EINVAL);
	req.handle_count = 1;
	assert_int_equal(apui_sim_queue(client, &req), -EMSGSIZE);
	req.size_out = 496 - 12 - 400 - 8 + 1;
	assert_int_equal(apui_sim_queue(client, &req), -EMSGSIZE);
	assert_int_equal(client->iova.ranges.count, 0);
	req.size_out--;
	assert_int_equal(apui_sim_queue(client, &req), 0);
	assert_int_equal(finish_job(client, req.out_syncobj, NULL).size_bytes,
			 496 - 12 - 400 - 8);
}

static void
sixty_one_buffers_are_too_many(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	uint32_t handles[61];

	for (int i = 0; i < 61; i++)
		handles[i] = new_buffer(client, 1);
	assert_int_equal(queue_buffers(client, syncobj, DO_ECHO, handles, 61),
			 -EMSGSIZE);
	assert_int_equal(queue_buffers(client, syncobj, DO_ECHO, handles, 60),
			 0);
	finish_job(client, syncobj, NULL);
}

static void
fence_is_of_the_last_queued_job(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);

	assert_int_equal(apui_sim_syncobj_wait(client, syncobj, INT64_MAX),
			 -EINVAL);
	queue_data(client, syncobj, DO_ECHO, NULL, 0, 0);
	finish_job(client, syncobj, NULL);
	queue_data(client, syncobj, DO_DEAF, NULL, 0, 0);
	assert_int_equal(apui_sim_syncobj_wait(client, syncobj, 0), -ETIME);
	assert_int_equal(apui_sim_syncobj_reset(client, syncobj), 0);
	assert_int_equal(apui_sim_syncobj_wait(client, syncobj, INT64_MAX),
			 -EINVAL);
	atomic_store(&test_fw.may_return, true);
	wait_for_finished(2);
	assert_int_equal(apui_sim_syncobj_destroy(client, syncobj), 0);
	assert_int_equal(apui_sim_syncobj_wait(client, syncobj, INT64_MAX),
			 -ENOENT);
	assert_int_equal(apui_sim_syncobj_reset(client, syncobj), -ENOENT);
	assert_int_equal(apui_sim_syncobj_destroy(client, syncobj), -ENOENT);
}

static void
destroyed_syncobj_passes_no_result_to_the_next(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;

	queue_data(client, syncobj, DO_DEAF, NULL, 0, 0);
	assert_int_equal(apui_sim_syncobj_destroy(client, syncobj), 0);
	assert_int_equal(new_syncobj(client), syncobj);
	atomic_store(&test_fw.may_return, true);
	queue_data(client, new_syncobj(client), DO_ECHO, NULL, 0, 0);
	finish_job(client, syncobj + 1, NULL);
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result),
			 -EBUSY);
}

static void
closed_buffer_lives_until_its_job_is_done(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	uint32_t handle = new_buffer(client, 4096);

	queue_buffers(client, syncobj, DO_DEAF, &handle, 1);
	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	atomic_store(&test_fw.may_return, true);
	assert_int_equal(finish_job(client, syncobj, NULL).result, 0);
	assert_int_equal(client->machine->memory_bytes, 0);
}

static void
cores_run_side_by_side(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client;
	struct apui_request req = { .cmd = DO_DEAF };
	uint32_t flags = 0;

	(void)state;
	memcpy(config.name, "wide", 5);
	config.cores = 2;
	client = open_client(&config);
	req.out_syncobj = new_syncobj(client);
	assert_int_equal(apui_sim_queue(client, &req), 0);

	/* The other core goes on while the first is busy. */
	req.core = 1;
	req.cmd = DO_ECHO;
	req.out_syncobj = new_syncobj(client);
	assert_int_equal(apui_sim_queue(client, &req), 0);
	finish_job(client, req.out_syncobj, NULL);

	req.core = 2;
	assert_int_equal(apui_sim_queue(client, &req), -ENODEV);
	assert_int_equal(apui_sim_state(client, 2, &flags), -ENODEV);
	assert_int_equal(apui_sim_state(client, 1, &flags), 0);
	assert_int_equal(flags, APUI_STATE_ONLINE);
	atomic_store(&test_fw.may_return, true);
	apui_sim_client_close(client);
}

static void
bad_reply_gives_no_more_than_came(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	struct apui_result result;

	queue_data(client, syncobj, DO_BARE_HEADER, "abc", 3, 100);
	result = finish_job(client, syncobj, NULL);
	assert_int_equal(result.result, APUI_RESULT_ENOTSUP);
	assert_int_equal(result.size_bytes, 0);

	queue_data(client, syncobj, DO_HUGE_SIZE, "abc", 3, 100);
	result = finish_job(client, syncobj, NULL);
	assert_int_equal(result.result, 0);
	assert_int_equal(result.size_bytes, 100);
}

static void
ids_go_round_before_they_come_again(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client;
	uint16_t wanted[4] = { 65533, 65534, 0, 1 };
	uint32_t syncobj;
	uint16_t id;

	(void)state;
	memcpy(config.name, "ids", 4);
	config.first_id = 65533;
	client = open_client(&config);
	syncobj = new_syncobj(client);
	for (int i = 0; i < 4; i++) {
		queue_data(client, syncobj, DO_GET_ID, NULL, 0, 2);
		finish_job(client, syncobj, &id);
		assert_int_equal(id, wanted[i]);
	}
	apui_sim_client_close(client);
}

static void
cores_round_to_nearest_whatever_the_opener_does(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *client;
	uint8_t is_nearest = 0;
	uint32_t syncobj;

	(void)state;
	memcpy(config.name, "rounding", 9);
	fesetround(FE_UPWARD);
	client = open_client(&config);
	fesetround(FE_TONEAREST);
	syncobj = new_syncobj(client);
	queue_data(client, syncobj, DO_GET_ROUNDING, NULL, 0, 1);
	finish_job(client, syncobj, &is_nearest);
	assert_true(is_nearest);
	apui_sim_client_close(client);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(data_goes_in_and_comes_back),
		TEST(firmware_writes_the_buffers_of_a_request),
		TEST(buffers_of_a_request_are_mapped_only_for_it),
		TEST(jobs_run_one_at_a_time_in_order),
		TEST(job_completes_though_nobody_waits),
		TEST(result_is_fetched_once_and_not_before_the_end),
		TEST(jobs_of_one_syncobj_come_back_in_order),
		TEST(event_comes_with_the_result_before_the_fence),
		TEST(event_342_is_over_the_budget),
		TEST(queue_checks_in_the_order_of_the_kernel),
		TEST(sixty_one_buffers_are_too_many),
		TEST(fence_is_of_the_last_queued_job),
		TEST(destroyed_syncobj_passes_no_result_to_the_next),
		TEST(closed_buffer_lives_until_its_job_is_done),
		TEST(cores_run_side_by_side),
		TEST(bad_reply_gives_no_more_than_came),
		TEST(ids_go_round_before_they_come_again),
		TEST(cores_round_to_nearest_whatever_the_opener_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
