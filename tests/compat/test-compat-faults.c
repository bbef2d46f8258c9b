/* SPDX-License-Identifier: MIT */

/*
 * libdrm_apu on a libapu that does what a test wants: fences that do not end or
 * end without an answer, memory that is not there, addresses that are too wide.
 */

#include "test.h"
#include <apu/buffer.h>
#include <apu/fence.h>
#include <apu/job.h>
#include <apu_drmif.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COPY_INLINE 2
#define BYTES       4096
#define SECOND_NS   INT64_C(1000000000)

static struct {
	bool never_ends; /* fences, to who looks */
	int status;      /* < 0: fences end so, without an answer */
	int64_t deadline_ns;
	bool is_busy; /* buffers, for the device */
	uint64_t address;
	unsigned int allocations_left; /* 0: all succeed; 1: the next fails */
	unsigned int core;             /* that was chosen last */
} fault;

int
__real_apu_fence_wait(struct apu_fence *fence, int64_t deadline_ns);
int
__wrap_apu_fence_wait(struct apu_fence *fence, int64_t deadline_ns);
int
__real_apu_fence_status(struct apu_fence *fence);
int
__wrap_apu_fence_status(struct apu_fence *fence);
int
__real_apu_fence_firmware_result(struct apu_fence *fence, uint16_t *result);
int
__wrap_apu_fence_firmware_result(struct apu_fence *fence, uint16_t *result);
int
__real_apu_buffer_cpu_begin(struct apu_buffer *buf, uint32_t access,
			    int64_t deadline_ns);
int
__wrap_apu_buffer_cpu_begin(struct apu_buffer *buf, uint32_t access,
			    int64_t deadline_ns);
int
__real_apu_buffer_device_address(struct apu_buffer *buf, uint64_t *address);
int
__wrap_apu_buffer_device_address(struct apu_buffer *buf, uint64_t *address);
int
__real_apu_job_set_core(struct apu_job *job, unsigned int core);
int
__wrap_apu_job_set_core(struct apu_job *job, unsigned int core);
void *
__real_calloc(size_t count, size_t size);
void *
__wrap_calloc(size_t count, size_t size);

int
__wrap_apu_fence_wait(struct apu_fence *fence, int64_t deadline_ns)
{
	fault.deadline_ns = deadline_ns;
	if (fault.never_ends)
		return -ETIME;
	return fault.status < 0 ? fault.status
				: __real_apu_fence_wait(fence, deadline_ns);
}

int
__wrap_apu_fence_status(struct apu_fence *fence)
{
	if (fault.never_ends)
		return -EINPROGRESS;
	return fault.status < 0 ? fault.status : __real_apu_fence_status(fence);
}

int
__wrap_apu_fence_firmware_result(struct apu_fence *fence, uint16_t *result)
{
	return fault.status < 0
		       ? -ENODATA
		       : __real_apu_fence_firmware_result(fence, result);
}

int
__wrap_apu_buffer_cpu_begin(struct apu_buffer *buf, uint32_t access,
			    int64_t deadline_ns)
{
	fault.deadline_ns = deadline_ns;
	return fault.is_busy
		       ? -ETIME
		       : __real_apu_buffer_cpu_begin(buf, access, deadline_ns);
}

int
__wrap_apu_buffer_device_address(struct apu_buffer *buf, uint64_t *address)
{
	if (fault.address == 0)
		return __real_apu_buffer_device_address(buf, address);
	*address = fault.address;
	return 0;
}

int
__wrap_apu_job_set_core(struct apu_job *job, unsigned int core)
{
	fault.core = core;
	return __real_apu_job_set_core(job, core);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	if (fault.allocations_left > 0 && --fault.allocations_left == 0)
		return NULL;
	return __real_calloc(count, size);
}

static int
setup(void **state)
{
	memset(&fault, 0, sizeof(fault));
	*state = apu_device_new(-1, 0);
	return *state == NULL;
}

static int
teardown(void **state)
{
	memset(&fault, 0, sizeof(fault));
	return apu_device_del(*state) != 1;
}

static struct apu_drm_job *
queue_copy(struct apu_drm_device *dev)
{
	static uint8_t data[2] = { 1, 2 };
	struct apu_drm_job *job = apu_new_job(dev, 0);

	assert_non_null(job);
	assert_int_equal(apu_job_init(job, COPY_INLINE, NULL, 0, data, 2, 2),
			 0);
	assert_int_equal(apu_queue(job), 0);
	return job;
}

static void
no1_address_over_32_bits_is_refused(void **state)
{
	struct apu_bo *bo = apu_bo_new(*state, BYTES, 0);
	uint64_t da = 7;

	fault.address = UINT64_C(1) << 32;
	assert_int_equal(apu_bo_iommu_map(*state, &bo, &da, 1), -EOVERFLOW);
	assert_int_equal(da, 7);
	fault.address--;
	assert_int_equal(apu_bo_iommu_map(*state, &bo, &da, 1), 0);
	assert_int_equal(da, UINT32_MAX);
	apu_bo_del(bo);
}

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void
no3_wait_has_a_deadline(void **state)
{
	struct apu_drm_job *job = queue_copy(*state);

	fault.never_ends = true;
	assert_int_equal(apu_job_wait(job), -ETIME);
	/* 341 times 20 s, from now. */
	assert_in_range(fault.deadline_ns - now_ns(), 6800 * SECOND_NS,
			6820 * SECOND_NS);
	fault.never_ends = false;
	assert_int_equal(apu_job_wait(job), 0);
	apu_free_job(job);
}

static void
no3_wait_for_a_lost_device_fails(void **state)
{
	struct apu_drm_job *job = queue_copy(*state);

	fault.status = -ENODEV;
	assert_int_equal(apu_job_wait(job), -ENODEV);
	apu_free_job(job);
}

static void
no4_wait_any_says_that_something_is_in_flight(void **state)
{
	struct apu_drm_job *job = queue_copy(*state);

	fault.never_ends = true;
	errno = 0;
	assert_null(apu_job_wait_any(*state));
	assert_int_equal(errno, ETIME);
	fault.never_ends = false;
	assert_ptr_equal(apu_job_wait_any(*state), job);
	apu_free_job(job);
}

static void
no5_unfinished_job_is_no_success(void **state)
{
	struct apu_drm_job *job = queue_copy(*state);
	uint16_t result = 0x55;
	uint8_t answer[2] = { 0x66, 0x66 };
	size_t size = 0x77;

	fault.never_ends = true;
	assert_int_equal(apu_dequeue_result(job, &result, answer, &size),
			 -EINPROGRESS);
	assert_int_equal(result, 0x55);
	assert_int_equal(answer[0], 0x66);
	assert_int_equal(size, 0x77);
	fault.never_ends = false;
	/* It is still there. */
	assert_ptr_equal(apu_job_wait_any(*state), job);
	assert_int_equal(apu_dequeue_result(job, &result, answer, &size), 0);
	assert_int_equal(answer[1], 2);
	assert_int_equal(size, 2);
	apu_free_job(job);
}

static void
no5_job_without_an_answer_is_no_success(void **state)
{
	struct apu_drm_job *job = queue_copy(*state);
	uint16_t result = 0x55;

	fault.status = -EIO;
	assert_ptr_equal(apu_job_wait_any(*state), job);
	assert_int_equal(apu_dequeue_result(job, &result, NULL, NULL), -EIO);
	assert_int_equal(result, 0x55);
	assert_int_equal(apu_dequeue_result(job, &result, NULL, NULL), -ENOENT);
	apu_free_job(job);
}

static void
no6_buffer_in_use_stays_in_the_pool(void **state)
{
	struct apu_bo *bo = apu_cached_bo_new(*state, BYTES, 0);

	strcpy(apu_bo_map(bo), "in use");
	apu_bo_del(bo);
	fault.is_busy = true;
	bo = apu_cached_bo_new(*state, BYTES, 0);
	assert_string_equal(apu_bo_map(bo), "");
	/* Nobody waits for it. */
	assert_int_equal(fault.deadline_ns, 0);
	apu_bo_del(bo);
}

static void
job_runs_on_the_core_of_its_device(void **state)
{
	struct apu_drm_device *second = apu_device_new(-1, 1);

	(void)state;
	fault.core = 99;
	apu_free_job(queue_copy(second));
	assert_int_equal(fault.core, 1);
	assert_int_equal(apu_device_del(second), 1);
}

/* All that a program does; false as soon as something fails. */
static bool
use_all(void)
{
	struct apu_drm_device *dev = apu_device_new(-2, 0);
	struct apu_bo *bos[2] = { apu_bo_new(dev, BYTES, 0),
				  apu_cached_bo_new(dev, BYTES, 0) };
	struct apu_drm_job *job = apu_new_job(dev, 100);
	uint8_t data[1] = { 1 };
	uint64_t da[2];
	bool is_good;

	is_good = apu_bo_iommu_map(dev, bos, da, 2) == 0 &&
		  apu_job_init(job, COPY_INLINE, NULL, 0, data, 1, 1) == 0 &&
		  apu_queue(job) == 0 && apu_queue(job) == 0 &&
		  apu_job_init(job, 1, bos, 2, NULL, 0, 0) == 0 &&
		  apu_queue(job) == 0 && apu_job_wait(job) == 0 &&
		  apu_job_wait_any(dev) == job &&
		  apu_dequeue_result(job, NULL, NULL, NULL) == 0;
	apu_free_job(job);
	apu_bo_del(bos[0]);
	apu_bo_del(bos[1]);
	/* Nothing holds it, whatever has failed. */
	assert_true(dev == NULL || apu_device_del(dev) == 1);
	return is_good;
}

static void
no8_each_allocation_may_fail(void **state)
{
	unsigned int failed = 0;

	(void)state;
	do {
		fault.allocations_left = ++failed;
		errno = 0;
	} while (!use_all() && failed < 1000);
	/* The last one found nothing to fail. */
	assert_int_not_equal(fault.allocations_left, 0);
	assert_in_range(failed, 10, 999);
	fault.allocations_left = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(no1_address_over_32_bits_is_refused),
		TEST(no3_wait_has_a_deadline),
		TEST(no3_wait_for_a_lost_device_fails),
		TEST(no4_wait_any_says_that_something_is_in_flight),
		TEST(no5_unfinished_job_is_no_success),
		TEST(no5_job_without_an_answer_is_no_success),
		TEST(no6_buffer_in_use_stays_in_the_pool),
		TEST(no8_each_allocation_may_fail),
		TEST(job_runs_on_the_core_of_its_device),
	};

	setenv("APU_DEVICE", "sim:name=faults,cores=2,timeout_ms=20000", 1);
	return cmocka_run_group_tests_name("compat-faults", tests, NULL, NULL);
}
