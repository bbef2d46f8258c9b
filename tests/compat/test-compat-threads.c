/* SPDX-License-Identifier: MIT */

/*
 * libdrm_apu from several threads at once: devices that come and go, buffers
 * and their pool, jobs that some queue and others wait for. ThreadSanitizer
 * has its say when the build has it.
 */

#include "test.h"
#include <apu_drmif.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COPY_INLINE 2
#define THREADS     4
#define ROUNDS      100

static atomic_uint failures;

static void
expect(bool is_good)
{
	if (!is_good)
		atomic_fetch_add(&failures, 1);
}

static void
run_threads(void *(*const *functions)(void *), size_t count, void *argument)
{
	pthread_t threads[2 * THREADS];

	atomic_store(&failures, 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, functions[i],
						argument),
				 0);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&failures), 0);
}

/* Each opens and closes: some of the ends are the last ones. */
static void *
come_and_go(void *argument)
{
	(void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		struct apu_drm_device *dev = apu_device_new(-1, i % 2);
		struct apu_bo *bo = apu_cached_bo_new(dev, 4096, 0);

		expect(apu_device_online(dev) == APU_ONLINE);
		expect(apu_bo_map(bo) != NULL);
		apu_device_del(dev);
		apu_bo_del(bo);
	}
	return NULL;
}

static void
devices_come_and_go(void **state)
{
	void *(*const functions[])(void *) = { come_and_go, come_and_go,
					       come_and_go, come_and_go };

	(void)state;
	run_threads(functions, COUNT(functions), NULL);
}

static void *
run_own_jobs(void *argument)
{
	struct apu_drm_device *dev = argument;
	struct apu_drm_job *job = apu_new_job(dev, 0);

	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t answer = 0;
		size_t size = 0;

		expect(apu_job_init(job, COPY_INLINE, NULL, 0, &i, sizeof(i),
				    sizeof(i)) == 0);
		expect(apu_queue(job) == 0);
		expect(apu_job_wait(job) == 0);
		expect(apu_dequeue_result(job, NULL, &answer, &size) == 0);
		expect(answer == i && size == sizeof(i));
	}
	apu_free_job(job);
	return NULL;
}

static void
each_thread_gets_its_own_answers(void **state)
{
	void *(*const functions[])(void *) = { run_own_jobs, run_own_jobs,
					       run_own_jobs, run_own_jobs };

	run_threads(functions, COUNT(functions), *state);
}

static atomic_uint queued, returned;

static void *
queue_jobs(void *argument)
{
	static uint8_t data[1] = { 1 };

	for (int i = 0; i < ROUNDS; i++) {
		struct apu_drm_job *job = apu_new_job(argument, 0);
		int ret;

		expect(apu_job_init(job, COPY_INLINE, NULL, 0, data, 1, 1) ==
		       0);
		ret = apu_queue(job);
		while (ret == -EBUSY)
			ret = apu_queue(job);
		expect(ret == 0);
		atomic_fetch_add(&queued, 1);
	}
	return NULL;
}

/* Who gets a job has it alone: a second one would find it freed. */
static void *
take_jobs(void *argument)
{
	while (atomic_load(&returned) < 2 * ROUNDS) {
		struct apu_drm_job *job = apu_job_wait_any(argument);
		uint8_t answer = 0;

		if (job == NULL) {
			expect(errno == ENOENT || errno == ETIME);
			continue;
		}
		atomic_fetch_add(&returned, 1);
		expect(apu_dequeue_result(job, NULL, &answer, NULL) == 0);
		expect(answer == 1);
		apu_free_job(job);
	}
	return NULL;
}

static void
each_job_is_returned_to_one_thread(void **state)
{
	void *(*const functions[])(void *) = { take_jobs, take_jobs, queue_jobs,
					       queue_jobs };

	atomic_store(&queued, 0);
	atomic_store(&returned, 0);
	run_threads(functions, COUNT(functions), *state);
	assert_int_equal(atomic_load(&queued), 2 * ROUNDS);
	assert_int_equal(atomic_load(&returned), 2 * ROUNDS);
}

static void *
take_one(void *argument)
{
	struct apu_drm_job *job = apu_job_wait_any(argument);

	expect(job != NULL);
	apu_free_job(job);
	return NULL;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Who waits while nothing is queued hears of it: goal 10 ms, limit 100 ms. */
static void
queueing_wakes_who_waits(void **state)
{
	static uint8_t data[1] = { 1 };
	int64_t best_ms = INT64_MAX;

	atomic_store(&failures, 0);
	for (int i = 0; i < 5; i++) {
		struct apu_drm_job *job = apu_new_job(*state, 0);
		pthread_t thread;
		int64_t start_ms;

		assert_int_equal(
			apu_job_init(job, COPY_INLINE, NULL, 0, data, 1, 1), 0);
		assert_int_equal(
			pthread_create(&thread, NULL, take_one, *state), 0);
		usleep(10000);
		start_ms = now_ms();
		assert_int_equal(apu_queue(job), 0);
		pthread_join(thread, NULL);
		if (now_ms() - start_ms < best_ms)
			best_ms = now_ms() - start_ms;
	}
	printf("# best of 5: %lld ms\n", (long long)best_ms);
	assert_int_equal(atomic_load(&failures), 0);
	assert_in_range(best_ms, 0, 100);
}

static void *
use_buffers(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct apu_bo *bo = apu_cached_bo_new(argument, 4096, 0);
		uint64_t da = 0;

		expect(apu_bo_iommu_map(argument, &bo, &da, 1) == 0);
		expect(da != 0);
		memset(apu_bo_map(bo), i, 4096);
		expect(apu_bo_ref(bo) == bo);
		apu_bo_del(bo);
		expect(((uint8_t *)apu_bo_map(bo))[4095] == (uint8_t)i);
		apu_bo_del(bo);
	}
	return NULL;
}

static void
buffers_of_the_pool_have_one_user(void **state)
{
	void *(*const functions[])(void *) = { use_buffers, use_buffers,
					       use_buffers, use_buffers };

	run_threads(functions, COUNT(functions), *state);
}

static int
setup(void **state)
{
	*state = apu_device_new(-1, 0);
	return *state == NULL;
}

static int
teardown(void **state)
{
	return apu_device_del(*state) != 1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_come_and_go),
		TEST(each_thread_gets_its_own_answers),
		TEST(each_job_is_returned_to_one_thread),
		TEST(queueing_wakes_who_waits),
		TEST(buffers_of_the_pool_have_one_user),
	};

	setenv("APU_DEVICE",
	       argc > 1 ? argv[1] : "sim:name=threads,cores=2,timeout_ms=20000",
	       1);
	return cmocka_run_group_tests_name("compat-threads", tests, NULL, NULL);
}
