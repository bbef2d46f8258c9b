/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "sim.h"
#include <apu/device.h>
#include <apu/sim.h>

/* What the suite for all devices cannot see: tests/conformance/faults.c. */

static uint8_t data[APUI_DEQUEUE_BYTES];

/* A machine of two cores, named "test"; @timeout_ms as it matters. */
static struct apui_sim_client *
open_with(const char *plan, uint32_t timeout_ms)
{
	struct apui_sim_config config = test_config();
	char why[APUI_FAULT_WHY_BYTES];

	memset(&test_fw, 0, sizeof(test_fw));
	config.cores = 2;
	config.timeout_ms = timeout_ms;
	assert_int_equal(
		apui_fault_plan_parse(plan, strlen(plan), &config.faults, why),
		0);
	return open_client(&config);
}

static int
queue_on(struct apui_sim_client *client, unsigned int core, uint32_t syncobj,
	 uint16_t cmd)
{
	const struct apui_request req = {
		.core = core,
		.cmd = cmd,
		.size_in = 1,
		.size_out = 1,
		.data_in = "x",
		.out_syncobj = syncobj,
	};

	return apui_sim_queue(client, &req);
}

static unsigned int
count_unspent(void)
{
	unsigned int count = 99;

	assert_int_equal(apu_sim_unspent_faults("test", &count), 0);
	return count;
}

static void
machine_begins_with_its_plan(void **state)
{
	struct apui_sim_client *client = open_with("job:nth=2:size=0", 600000);
	uint32_t syncobj = new_syncobj(client);

	(void)state;
	queue_data(client, syncobj, DO_ECHO, "ab", 2, 2);
	assert_int_equal(finish_job(client, syncobj, NULL).size_bytes, 2);
	assert_int_equal(count_unspent(), 1);
	queue_data(client, syncobj, DO_ECHO, "ab", 2, 2);
	assert_int_equal(finish_job(client, syncobj, NULL).size_bytes, 0);
	assert_int_equal(count_unspent(), 0);
	apui_sim_client_close(client);
}

static void
new_plan_replaces_the_former_and_counts_anew(void **state)
{
	struct apui_sim_client *client = open_with("job:nth=2:hang", 600000);
	uint32_t syncobj = new_syncobj(client);

	(void)state;
	queue_data(client, syncobj, DO_ECHO, "a", 1, 1);
	finish_job(client, syncobj, NULL);
	assert_int_equal(apu_sim_set_faults("test", "job:nth=2:size=0"), 0);
	queue_data(client, syncobj, DO_ECHO, "a", 1, 1);
	assert_int_equal(finish_job(client, syncobj, NULL).size_bytes, 1);
	queue_data(client, syncobj, DO_ECHO, "a", 1, 1);
	assert_int_equal(finish_job(client, syncobj, NULL).size_bytes, 0);
	apui_sim_client_close(client);
}

/* The whole of a plan is for all clients, whoever's request it is. */
static void
requests_of_all_clients_count(void **state)
{
	struct apui_sim_client *one = open_with("job:nth=2:size=0", 600000);
	struct apui_sim_client *two = open_with("job:nth=2:size=0", 600000);
	uint32_t syncobjs[] = { new_syncobj(one), new_syncobj(two) };

	(void)state;
	queue_data(one, syncobjs[0], DO_ECHO, "a", 1, 1);
	assert_int_equal(finish_job(one, syncobjs[0], NULL).size_bytes, 1);
	queue_data(two, syncobjs[1], DO_ECHO, "a", 1, 1);
	assert_int_equal(finish_job(two, syncobjs[1], NULL).size_bytes, 0);
	apui_sim_client_close(one);
	apui_sim_client_close(two);
}

static void
crash_takes_all_cores_and_gives_their_events_back(void **state)
{
	struct apui_sim_client *client =
		open_with("job:core=1:crash=600000", 600000);
	uint32_t hung = new_syncobj(client), queued = new_syncobj(client);
	uint32_t crashed = new_syncobj(client), refused = new_syncobj(client);
	const uint32_t lost[] = { hung, queued, crashed };
	struct apui_result result;
	struct apui_event event;
	uint32_t flags = 99;

	(void)state;
	assert_int_equal(queue_on(client, 0, hung, DO_HANG), 0);
	assert_int_equal(queue_on(client, 0, queued, DO_ECHO), 0);
	assert_int_equal(apui_sim_state(client, 0, &flags), 0);
	assert_int_equal(flags, APUI_STATE_ONLINE);
	assert_int_equal(queue_on(client, 1, crashed, DO_ECHO), 0);
	for (size_t i = 0; i < COUNT(lost); i++) {
		assert_int_equal(
			apui_sim_syncobj_wait(client, lost[i],
					      apui_sim_clock_now_ns() + FAR_NS),
			0);
		assert_int_equal(
			apui_sim_dequeue(client, lost[i], data, &result),
			-ENODEV);
	}
	assert_int_equal(apui_sim_state(client, 1, &flags), 0);
	assert_int_equal(flags, 0);
	assert_int_equal(queue_on(client, 0, refused, DO_ECHO), -ENODEV);
	assert_int_equal(apui_sim_read_events(client, &event, 1), 0);
	assert_int_equal(client->events.promised, 0);
	apui_sim_client_close(client);
}

static void
device_is_back_after_its_time(void **state)
{
	struct apui_sim_client *client = open_with("job:crash=20", 600000);
	uint32_t syncobj = new_syncobj(client), next = new_syncobj(client);
	struct apui_result result;
	int64_t begin_ns = apui_sim_clock_now_ns();

	(void)state;
	assert_int_equal(queue_on(client, 0, syncobj, DO_ECHO), 0);
	assert_int_equal(
		apui_sim_syncobj_wait(client, syncobj, begin_ns + FAR_NS), 0);
	while (queue_on(client, 0, next, DO_ECHO) == -ENODEV)
		sched_yield();
	assert_true(apui_sim_clock_now_ns() - begin_ns >= 20000000);
	assert_int_equal(finish_job(client, next, NULL).size_bytes, 1);
	/* Nothing came of the first, and now the device is there. */
	assert_int_equal(apui_sim_dequeue(client, syncobj, data, &result),
			 -EBUSY);
	apui_sim_client_close(client);
}

static uint64_t
count_memory_bytes(struct apui_sim_client *client)
{
	uint64_t bytes;

	apui_sim_machine_lock(client->machine);
	bytes = client->machine->memory_bytes;
	apui_sim_machine_unlock(client->machine);
	return bytes;
}

/* Until then a crash would take the job before the firmware has seen it. */
static void
wait_until_core_is_busy(struct apui_sim_client *client, unsigned int core)
{
	bool is_busy = false;

	while (!is_busy) {
		sched_yield();
		apui_sim_machine_lock(client->machine);
		is_busy = client->machine->cores[core].running != NULL;
		apui_sim_machine_unlock(client->machine);
	}
}

static void
memory_of_lost_jobs_is_freed(void **state)
{
	struct apui_sim_client *client =
		open_with("job:core=1:crash=600000", 600000);
	uint32_t hung = new_syncobj(client), crashed = new_syncobj(client);
	uint32_t handle = new_buffer(client, 1 << 20);

	(void)state;
	queue_buffers(client, hung, DO_HANG, &handle, 1);
	queue_buffers(client, hung, DO_FILL, &handle, 1);
	wait_until_core_is_busy(client, 0);
	assert_int_equal(queue_on(client, 1, crashed, DO_ECHO), 0);
	wait_for_finished(1);
	assert_int_equal(
		apui_sim_syncobj_wait(client, crashed,
				      apui_sim_clock_now_ns() + FAR_NS),
		0);
	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	/* Once the firmware is back. */
	while (count_memory_bytes(client) > 0)
		sched_yield();
	apui_sim_client_close(client);
}

struct close_row {
	const char *name;
	const char *plan;
	uint32_t timeout_ms;
	bool waits_for_timeout;
};

static const struct close_row close_rows[] = {
	{ "close_ends_a_hung_job", "job:hang", 600000, false },
	{ "close_ends_a_slow_job", "job:slow=600000", 600000, false },
	{ "close_ends_a_job_that_will_be_late", "job:late=600000", 600000,
	  false },
	{ "close_ends_a_job_that_is_late", "job:late=600000", 5, true },
};

/* It would take ten minutes. */
static void
check_close(void **state)
{
	const struct close_row *row = *state;
	struct apui_sim_client *client = open_with(row->plan, row->timeout_ms);
	uint32_t syncobj = new_syncobj(client);

	queue_data(client, syncobj, DO_ECHO, "a", 1, 1);
	while (count_unspent() > 0)
		sched_yield();
	if (row->waits_for_timeout)
		assert_int_equal(finish_job(client, syncobj, NULL).result,
				 APUI_RESULT_DRIVER_TIMEOUT);
	apui_sim_client_close(client);
}

static void
late_reply_is_given_after_the_timeout(void **state)
{
	struct apui_sim_client *client = open_with("job:late=1", 5);
	uint32_t late = new_syncobj(client), next = new_syncobj(client);
	struct apui_result result;

	(void)state;
	queue_data(client, late, DO_ECHO, "a", 1, 1);
	queue_data(client, next, DO_ECHO, "b", 1, 1);
	result = finish_job(client, late, NULL);
	assert_int_equal(result.result, APUI_RESULT_DRIVER_TIMEOUT);
	assert_int_equal(result.size_bytes, 0);
	finish_job(client, next, data);
	assert_int_equal(data[0], 'b');
	/* It ran, and what it said is nowhere. */
	assert_int_equal(atomic_load(&test_fw.finished), 2);
	assert_int_equal(apui_sim_dequeue(client, late, data, &result), -EBUSY);
	apui_sim_client_close(client);
}

static void
hung_job_never_reaches_the_firmware(void **state)
{
	struct apui_sim_client *client = open_with("job:hang", 5);
	uint32_t hung = new_syncobj(client), next = new_syncobj(client);

	(void)state;
	queue_data(client, hung, DO_ECHO, "a", 1, 1);
	queue_data(client, next, DO_ECHO, "b", 1, 1);
	assert_int_equal(finish_job(client, hung, NULL).result,
			 APUI_RESULT_DRIVER_TIMEOUT);
	finish_job(client, next, NULL);
	assert_int_equal(atomic_load(&test_fw.finished), 1);
	apui_sim_client_close(client);
}

static void
assert_failed(int ret, int code, const char *cause)
{
	assert_int_equal(ret, code);
	assert_int_equal(apu_error_code(apu_error_last()), code);
	assert_string_equal(apu_error_cause(apu_error_last()), cause);
	assert_string_not_equal(apu_error_remedy(apu_error_last()), "");
}

static void
wrong_calls_say_what_is_wrong(void **state)
{
	struct apu_device *dev = NULL;
	unsigned int count = 99;

	(void)state;
	assert_failed(apu_sim_set_faults("nowhere", "none"), -ENODEV,
		      "no simulated machine \"nowhere\" is open");
	assert_failed(apu_sim_set_faults(NULL, "none"), -ENODEV,
		      "no simulated machine \"default\" is open");
	assert_failed(apu_sim_unspent_faults("nowhere", &count), -ENODEV,
		      "no simulated machine \"nowhere\" is open");
	assert_int_equal(count, 99);
	assert_int_equal(apu_sim_unspent_faults("test", NULL), -EINVAL);
	assert_int_equal(apu_sim_set_faults("test", NULL), -EINVAL);
	assert_failed(apu_sim_set_faults("test", "job:nth=0:hang"), -EINVAL,
		      "the fault plan is wrong: \"nth=0\": nth wants a number "
		      "of 1 to 1000000");
	assert_failed(apu_device_open("sim:faults=job:melt", &dev), -EINVAL,
		      "the fault plan is wrong: \"melt\" is none of nth cmd "
		      "core, hang slow crash late size");
	assert_null(dev);
}

static void
key_of_the_device_string_sets_the_plan(void **state)
{
	struct apu_device *dev, *other = NULL;
	unsigned int count = 99;

	(void)state;
	assert_int_equal(apu_device_open("sim:faults=job:nth=3:hang+job:size=1,"
					 "cores=2",
					 &dev),
			 0);
	assert_int_equal(apu_sim_unspent_faults(NULL, &count), 0);
	assert_int_equal(count, 2);
	/* What is written differently may mean the same. */
	assert_int_equal(apu_device_open("sim:cores=2,faults=job:hang:nth=3+"
					 "job:nth=1:size=1",
					 &other),
			 0);
	apu_device_unref(other);
	other = NULL;
	assert_int_equal(apu_device_open("sim:cores=2", &other), -EBUSY);
	assert_null(other);
	assert_int_equal(apu_sim_set_faults(NULL, "none"), 0);
	assert_int_equal(apu_sim_unspent_faults(NULL, &count), 0);
	assert_int_equal(count, 0);
	apu_device_unref(dev);
}

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(machine_begins_with_its_plan),
		cmocka_unit_test(new_plan_replaces_the_former_and_counts_anew),
		cmocka_unit_test(requests_of_all_clients_count),
		cmocka_unit_test(
			crash_takes_all_cores_and_gives_their_events_back),
		cmocka_unit_test(device_is_back_after_its_time),
		cmocka_unit_test(memory_of_lost_jobs_is_freed),
		cmocka_unit_test(late_reply_is_given_after_the_timeout),
		cmocka_unit_test(hung_job_never_reaches_the_firmware),
		cmocka_unit_test(wrong_calls_say_what_is_wrong),
		cmocka_unit_test(key_of_the_device_string_sets_the_plan),
	};
	struct CMUnitTest tests[COUNT(close_rows) + COUNT(others)];

	for (size_t i = 0; i < COUNT(close_rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = close_rows[i].name,
			.test_func = check_close,
			.initial_state = (void *)&close_rows[i],
		};
	memcpy(tests + COUNT(close_rows), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
