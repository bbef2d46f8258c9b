/* SPDX-License-Identifier: MIT */
#include "sim.h"
#include <pthread.h>

/*
 * Made for ThreadSanitizer: everything at once, and every result checked.
 * cmocka's asserts end the wrong thread, so threads count their failures.
 */

#define THREAD_COUNT 8
#define ROUND_COUNT  150

struct worker {
	pthread_t thread;
	struct apui_sim_client *client; /* NULL: one of its own each round */
	unsigned int index;
	int failures;
};

static void
expect(struct worker *worker, bool is_true)
{
	if (!is_true)
		worker->failures++;
}

static struct apui_sim_config
wide_config(void)
{
	struct apui_sim_config config = test_config();

	memcpy(config.name, "stress", 7);
	config.cores = 2;
	return config;
}

static void
check_bytes(struct worker *worker, const uint8_t *bytes, size_t count,
	    uint8_t wanted)
{
	for (size_t i = 0; i < count; i++)
		expect(worker, bytes[i] == wanted);
}

/* Create, map, write, queue, read events, wait, dequeue, read, free. */
static void
run_round(struct worker *worker, struct apui_sim_client *client, int round)
{
	static _Thread_local uint8_t data[APUI_DEQUEUE_BYTES];
	uint64_t size_bytes = 1 + (uint64_t)(round * 97 % 9000);
	struct apui_sim_client *c = client;
	struct apui_result result = { .result = 1 };
	struct apui_event events[8];
	uint32_t handle = 0;
	uint64_t address = 0;
	uint8_t *bytes = NULL;
	struct apui_request req = {
		.core = (unsigned int)round % 2,
		.cmd = DO_FILL,
		.handles = &handle,
		.handle_count = 1,
	};

	expect(worker, apui_sim_syncobj_create(c, &req.out_syncobj) == 0);
	expect(worker, apui_sim_buffer_new(c, size_bytes, 0, &handle) == 0);
	expect(worker, apui_sim_buffer_map(c, handle, (void **)&bytes) == 0);
	memset(bytes, (int)worker->index, size_bytes);
	expect(worker, apui_sim_queue(c, &req) == 0);
	expect(worker, apui_sim_buffer_iommu_map(c, handle, &address) == 0);
	if (round % 3 == 0)
		expect(worker, apui_sim_buffer_close(c, handle) == 0);
	expect(worker, apui_sim_read_events(c, events, 8) >= 0);
	expect(worker,
	       apui_sim_syncobj_wait(c, req.out_syncobj, INT64_MAX) == 0);
	expect(worker,
	       apui_sim_dequeue(c, req.out_syncobj, data, &result) == 0);
	expect(worker, result.result == 0);
	check_bytes(worker, bytes, size_bytes, 0x45);
	expect(worker, apui_sim_read_events(c, events, 8) >= 0);
	expect(worker, apui_sim_syncobj_destroy(c, req.out_syncobj) == 0);
	if (round % 3 != 0)
		expect(worker, apui_sim_buffer_close(c, handle) == 0);
	apui_sim_buffer_unmap(c, bytes);
}

static void *
run_worker(void *data)
{
	const struct apui_sim_config config = wide_config();
	struct worker *worker = data;

	for (int round = 0; round < ROUND_COUNT; round++) {
		struct apui_sim_client *client = worker->client;

		if (client == NULL &&
		    apui_sim_client_open(&config, &client) < 0) {
			worker->failures++;
			continue;
		}
		run_round(worker, client, round);
		if (worker->client == NULL)
			apui_sim_client_close(client);
	}
	return NULL;
}

static void
run_workers(struct apui_sim_client *client)
{
	struct worker workers[THREAD_COUNT] = { 0 };

	for (unsigned int i = 0; i < THREAD_COUNT; i++) {
		workers[i].client = client;
		workers[i].index = i;
		assert_int_equal(pthread_create(&workers[i].thread, NULL,
						run_worker, &workers[i]),
				 0);
	}
	for (unsigned int i = 0; i < THREAD_COUNT; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].failures, 0);
	}
}

static void
eight_threads_share_a_client(void **state)
{
	const struct apui_sim_config config = wide_config();
	struct apui_sim_client *client = open_client(&config);

	(void)state;
	run_workers(client);
	assert_int_equal(client->machine->memory_bytes, 0);
	assert_int_equal(client->iova.ranges.count, 0);
	apui_sim_client_close(client);
}

static void
eight_threads_open_and_close_clients(void **state)
{
	(void)state;
	run_workers(NULL);
}

/* Unmap and close memory that the running firmware has translated. */
static void
translated_memory_stays_while_the_firmware_runs(void **state)
{
	const struct apui_sim_config config = wide_config();
	struct apui_sim_client *client = open_client(&config);
	uint64_t range[2] = { 0, 4096 };
	uint32_t syncobj = new_syncobj(client);

	(void)state;
	for (int i = 0; i < ROUND_COUNT; i++) {
		uint32_t handle = new_buffer(client, 4096);
		struct apui_result result;

		assert_int_equal(
			apui_sim_buffer_iommu_map(client, handle, &range[0]),
			0);
		queue_data(client, syncobj, DO_TRANSLATE, range, 16, 0);
		assert_int_equal(apui_sim_buffer_close(client, handle), 0);
		result = finish_job(client, syncobj, NULL);
		assert_true(result.result == 0 ||
			    result.result == APUI_RESULT_EFAULT);
		apui_sim_read_events(client, &(struct apui_event) { 0 }, 1);
	}
	assert_int_equal(client->machine->memory_bytes, 0);
	apui_sim_client_close(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_threads_share_a_client),
		cmocka_unit_test(eight_threads_open_and_close_clients),
		cmocka_unit_test(
			translated_memory_stays_while_the_firmware_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
