/* SPDX-License-Identifier: MIT */

/*
 * What the original libdrm_apu does wrong, by the numbers of uapi.md 4.3, and
 * this one does not: through its own interface alone.
 *
 * usage: test-compat [DEVICE | NODE]	(a device string, or a node to open)
 */

#include "compat_helper.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void
no1_addresses_stay_within_the_array(void **state)
{
	uint64_t da[4] = { 0x11, 0x22, 0x33, 0x44 };
	struct apu_bo *bos[2];

	for (size_t i = 0; i < COUNT(bos); i++) {
		bos[i] = apu_bo_new(*state, BYTES, 0);
		assert_non_null(bos[i]);
	}
	assert_int_equal(apu_bo_iommu_map(*state, bos, &da[1], 2), 0);
	assert_int_equal(da[0], 0x11);
	assert_int_equal(da[3], 0x44);
	for (size_t i = 1; i <= 2; i++) {
		assert_int_equal(da[i] % BYTES, 0);
		assert_in_range(da[i], 1, UINT32_MAX);
	}
	assert_int_not_equal(da[1], da[2]);
	assert_int_equal(apu_bo_iommu_unmap(*state, bos, 2), 0);
	apu_bo_del(bos[0]);
	apu_bo_del(bos[1]);
}

static void
no1_failed_map_writes_nothing(void **state)
{
	struct apu_bo *bos[2] = { apu_bo_new(*state, BYTES, 0), NULL };
	uint64_t da[2] = { 1, 2 };

	assert_int_equal(apu_bo_iommu_map(*state, bos, da, 2), -EINVAL);
	assert_int_equal(apu_bo_iommu_map(*state, NULL, da, 2), -EINVAL);
	assert_int_equal(apu_bo_iommu_unmap(*state, bos, 2), -EINVAL);
	assert_int_equal(apu_bo_iommu_map(*state, NULL, NULL, 0), 0);
	assert_int_equal(da[0], 1);
	assert_int_equal(da[1], 2);
	bos[1] = apu_bo_ref(bos[0]);
	assert_int_equal(apu_bo_iommu_map(*state, bos, NULL, 2), -EINVAL);
	apu_bo_del(bos[1]);
	apu_bo_del(bos[0]);
}

static void
no2_job_without_init_is_freed(void **state)
{
	struct apu_drm_job *job = apu_new_job(*state, 10);

	assert_non_null(job);
	assert_int_equal(apu_queue(job), -EINVAL);
	apu_free_job(job);
	apu_free_job(NULL);
}

/* What the first one held would hold the device. */
static void
no2_second_init_lets_the_first_go(void **state)
{
	struct apu_bo *bos[2];
	struct apu_drm_job *job = apu_new_job(*state, 0);
	uint8_t data[3] = { 0x77, BYTES & 0xff, 0 };

	for (size_t i = 0; i < COUNT(bos); i++) {
		bos[i] = apu_bo_new(*state, 100, 0);
		assert_int_equal(apu_job_init(job, FILL_BUFFER, &bos[i], 1,
					      data, sizeof(data), 0),
				 0);
		apu_bo_del(bos[i]);
	}
	data[1] = 100;
	assert_int_equal(apu_queue(job), 0);
	assert_int_equal(apu_job_wait(job), 0);
	assert_int_equal(*(uint8_t *)apu_bo_map(bos[1]), 0x77);
	apu_free_job(job);
}

static void
no3_wait_for_what_was_never_queued_is_refused(void **state)
{
	uint8_t data[1] = { 0 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));

	assert_int_equal(apu_job_wait(job), -EINVAL);
	apu_free_job(job);
}

static void
no3_wait_ends_with_the_job_and_stays_so(void **state)
{
	uint8_t data[1] = { 0 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));

	assert_int_equal(apu_queue(job), 0);
	assert_int_equal(apu_job_wait(job), 0);
	assert_int_equal(apu_job_wait(job), 0);
	assert_int_equal(apu_dequeue_result(job, NULL, NULL, NULL), 0);
	assert_int_equal(apu_job_wait(job), 0);
	apu_free_job(job);
}

static void
no4_wait_any_says_that_nothing_is_queued(void **state)
{
	errno = 0;
	assert_null(apu_job_wait_any(*state));
	assert_int_equal(errno, ENOENT);
}

static void
no4_dequeued_job_is_not_returned_again(void **state)
{
	uint8_t data[1] = { 0 };
	struct apu_drm_job *first = new_copy(*state, data, sizeof(data));
	struct apu_drm_job *second = new_copy(*state, data, sizeof(data));

	assert_int_equal(apu_queue(first), 0);
	assert_int_equal(apu_job_wait(first), 0);
	assert_int_equal(apu_dequeue_result(first, NULL, NULL, NULL), 0);
	assert_int_equal(apu_queue(second), 0);
	assert_ptr_equal(apu_job_wait_any(*state), second);
	apu_free_job(first);
	apu_free_job(second);
}

static void
no4_job_that_failed_is_returned_with_its_result(void **state)
{
	struct apu_drm_job *job = apu_new_job(*state, 0);
	uint16_t result = 0;

	assert_int_equal(apu_job_init(job, UNKNOWN, NULL, 0, NULL, 0, 0), 0);
	assert_int_equal(apu_queue(job), 0);
	assert_ptr_equal(apu_job_wait_any(*state), job);
	assert_int_equal(apu_job_wait(job), 0);
	assert_int_equal(apu_dequeue_result(job, &result, NULL, NULL), 0);
	assert_int_not_equal(result, 0);
	apu_free_job(job);
}

static void
no4_freed_job_is_not_returned(void **state)
{
	uint8_t data[1] = { 0 };
	struct apu_drm_job *first = new_copy(*state, data, sizeof(data));
	struct apu_drm_job *second = new_copy(*state, data, sizeof(data));

	assert_int_equal(apu_queue(first), 0);
	assert_int_equal(apu_queue(second), 0);
	apu_free_job(first);
	assert_ptr_equal(apu_job_wait_any(*state), second);
	apu_free_job(second);
}

static void
no5_result_is_there_once(void **state)
{
	uint8_t data[4] = { 1, 2, 3, 4 }, answer[4] = { 0 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));
	uint16_t result = 0x55;
	size_t size = 0x66;
	int ret;

	assert_int_equal(apu_dequeue_result(job, &result, answer, &size),
			 -ENOENT);
	assert_int_equal(apu_queue(job), 0);
	do {
		assert_int_equal(result, 0x55);
		assert_int_equal(size, 0x66);
		ret = apu_dequeue_result(job, &result, answer, &size);
	} while (ret == -EINPROGRESS);
	assert_int_equal(ret, 0);
	assert_int_equal(result, 0);
	assert_int_equal(size, sizeof(data));
	assert_memory_equal(answer, data, sizeof(data));
	assert_int_equal(apu_dequeue_result(job, &result, answer, &size),
			 -ENOENT);
	apu_free_job(job);
}

/* teardown() sees whether it does. */
static void
no6_pool_does_not_keep_the_device(void **state)
{
	for (int i = 0; i < 40; i++)
		apu_bo_del(apu_cached_bo_new(*state, BYTES, 0));
}

static void
no6_pooled_buffer_comes_again(void **state)
{
	struct apu_bo *bo = apu_cached_bo_new(*state, BYTES, APU_BO_WC);
	uint32_t handle = apu_bo_handle(bo);

	strcpy(apu_bo_map(bo), "kept");
	assert_int_not_equal(handle, 0);
	assert_ptr_equal(apu_bo_ref(bo), bo);
	apu_bo_del(bo);
	assert_int_equal(apu_bo_handle(bo), handle);
	apu_bo_del(bo);
	bo = apu_cached_bo_new(*state, BYTES + 1, APU_BO_WC);
	assert_int_not_equal(apu_bo_handle(bo), handle);
	apu_bo_del(bo);
	bo = apu_cached_bo_new(*state, BYTES, APU_BO_CACHED);
	assert_int_not_equal(apu_bo_handle(bo), handle);
	apu_bo_del(bo);
	bo = apu_cached_bo_new(*state, BYTES, APU_BO_WC);
	assert_int_equal(apu_bo_handle(bo), handle);
	assert_string_equal(apu_bo_map(bo), "kept");
	apu_bo_del(bo);
}

/* The handle may be the next one's; the memory must not. */
static void
no6_exported_buffer_is_nobody_elses(void **state)
{
	struct apu_bo *bo = apu_cached_bo_new(*state, BYTES, 0);
	int fd = apu_bo_dmabuf(bo);

	assert_true(fd >= 0);
	strcpy(apu_bo_map(bo), "secret");
	apu_bo_del(bo);
	bo = apu_cached_bo_new(*state, BYTES, 0);
	assert_string_equal(apu_bo_map(bo), "");
	apu_bo_del(bo);
	close(fd);
}

static void
no6_memory_of_the_program_is_refused(void **state)
{
	char data[BYTES];

	errno = 0;
	assert_null(apu_bo_user_new(*state, data, sizeof(data), 0));
	assert_int_equal(errno, EOPNOTSUPP);
	assert_null(apu_bo_user_new(*state, NULL, BYTES, 0));
	assert_int_equal(errno, EINVAL);
}

static void
no7_job_queued_twice_has_two_results(void **state)
{
	uint8_t data[1] = { 10 }, answer[1] = { 0 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));

	for (uint8_t i = 0; i < 2; i++) {
		data[0] = (uint8_t)(10 + i);
		assert_int_equal(apu_queue(job), 0);
	}
	assert_int_equal(apu_job_wait(job), 0);
	for (uint8_t i = 0; i < 2; i++) {
		assert_int_equal(apu_dequeue_result(job, NULL, answer, NULL),
				 0);
		assert_int_equal(answer[0], 10 + i);
	}
	assert_int_equal(apu_dequeue_result(job, NULL, answer, NULL), -ENOENT);
	apu_free_job(job);
}

static void
no7_job_queued_twice_is_returned_twice(void **state)
{
	uint8_t data[1] = { 10 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));

	assert_int_equal(apu_queue(job), 0);
	assert_int_equal(apu_queue(job), 0);
	assert_ptr_equal(apu_job_wait_any(*state), job);
	assert_ptr_equal(apu_job_wait_any(*state), job);
	apu_free_job(job);
}

static void
no7_job_in_flight_is_freed(void **state)
{
	uint8_t data[2] = { 0 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));

	for (int i = 0; i < 50; i++)
		assert_int_equal(apu_queue(job), 0);
	apu_free_job(job);
}

static void
no8_descriptor_of_a_buffer_is_close_on_exec(void **state)
{
	struct apu_bo *bo = apu_bo_new(*state, BYTES, 0);
	int first = apu_bo_dmabuf(bo), second = apu_bo_dmabuf(bo);

	assert_true(first >= 0 && second >= 0);
	assert_int_not_equal(first, second);
	assert_int_equal(fcntl(first, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(second, F_GETFD), FD_CLOEXEC);
	close(first);
	close(second);
	apu_bo_del(bo);
}

static void
no8_core_that_cannot_be_asked_is_not_online(void **state)
{
	assert_int_equal(apu_device_online(*state), APU_ONLINE);
	assert_int_equal(errno, 0);
	assert_int_equal(apu_device_online(NULL), 0);
	assert_int_equal(errno, EINVAL);
}

static const struct size_row {
	const char *name;
	uint32_t cmd;
	size_t size_in, size_out;
	int ret;
} size_rows[] = {
	{ "no8_size_in_of_65536_is_refused", 2, 65536, 0, -EINVAL },
	{ "no8_size_in_that_would_be_cut_to_3_is_refused", 2, 65539, 0,
	  -EINVAL },
	{ "no8_size_out_of_65536_is_refused", 2, 0, 65536, -EINVAL },
	{ "no8_size_out_of_4_GiB_is_refused", 2, 0, (size_t)1 << 32, -EINVAL },
	{ "no8_command_that_would_be_cut_is_refused", 0x10002, 0, 0, -EINVAL },
	{ "no8_request_over_a_message_is_refused", 2, 0, 485, -EMSGSIZE },
	{ "no8_request_of_a_message_is_taken", 2, 0, 484, 0 },
};

/* What was refused leaves the job as it was. */
static void
check_size(void **state)
{
	const struct size_row *row = *state;
	struct apu_drm_device *dev = apu_device_new(compat_node, 0);
	static uint8_t data[65540];
	uint8_t small[1] = { 42 }, answer[484] = { 0 };
	struct apu_drm_job *job = new_copy(dev, small, sizeof(small));

	assert_int_equal(apu_job_init(job, row->cmd, NULL, 0, data,
				      row->size_in, row->size_out),
			 row->ret);
	assert_int_equal(apu_queue(job), 0);
	assert_int_equal(apu_job_wait(job), 0);
	assert_int_equal(apu_dequeue_result(job, NULL, answer, NULL), 0);
	assert_int_equal(answer[0], row->ret < 0 ? 42 : 0);
	apu_free_job(job);
	assert_int_equal(apu_device_del(dev), 1);
}

static void
no8_buffers_that_cannot_be_queued_are_refused(void **state)
{
	struct apu_drm_device *other = apu_device_new(compat_node + 1, 0);
	struct apu_drm_job *job = apu_new_job(*state, 0);
	struct apu_bo *bos[2] = { apu_bo_new(*state, BYTES, 0) };
	uint64_t da[2];

	bos[1] = bos[0];
	assert_int_equal(apu_job_init(job, 1, bos, 2, NULL, 0, 0), -EINVAL);
	bos[1] = NULL;
	assert_int_equal(apu_job_init(job, 1, bos, 2, NULL, 0, 0), -EINVAL);
	assert_int_equal(apu_job_init(job, 1, NULL, 1, NULL, 0, 0), -EINVAL);
	assert_int_equal(apu_job_init(job, 1, bos, 0x10000, NULL, 0, 0),
			 -EMSGSIZE);
	assert_int_equal(apu_job_init(job, 2, NULL, 0, NULL, 1, 1), -EINVAL);
	if (other != NULL) {
		bos[1] = apu_bo_new(other, BYTES, 0);
		assert_int_equal(apu_job_init(job, 1, bos, 2, NULL, 0, 0),
				 -EINVAL);
		assert_int_equal(apu_bo_iommu_map(*state, bos, da, 2), -EINVAL);
		apu_bo_del(bos[1]);
		assert_int_equal(apu_device_del(other), 1);
	}
	apu_bo_del(bos[0]);
	apu_free_job(job);
}

/* The original of 2020 kept the caller's pointer after the call. */
static void
no10_data_is_read_by_queue_and_not_after(void **state)
{
	uint8_t data[4] = { 1, 2, 3, 4 }, answer[4] = { 0 };
	struct apu_drm_job *job = new_copy(*state, data, sizeof(data));

	data[0] = 9;
	assert_int_equal(apu_queue(job), 0);
	memset(data, 0xff, sizeof(data));
	assert_int_equal(apu_job_wait(job), 0);
	assert_int_equal(apu_dequeue_result(job, NULL, answer, NULL), 0);
	assert_memory_equal(answer, "\x09\x02\x03\x04", 4);
	apu_free_job(job);
}

int
main(int argc, char **argv)
{
	static const struct CMUnitTest fixed[] = {
		TEST(no1_addresses_stay_within_the_array),
		TEST(no1_failed_map_writes_nothing),
		TEST(no2_job_without_init_is_freed),
		TEST(no2_second_init_lets_the_first_go),
		TEST(no3_wait_for_what_was_never_queued_is_refused),
		TEST(no3_wait_ends_with_the_job_and_stays_so),
		TEST(no4_wait_any_says_that_nothing_is_queued),
		TEST(no4_dequeued_job_is_not_returned_again),
		TEST(no4_job_that_failed_is_returned_with_its_result),
		TEST(no4_freed_job_is_not_returned),
		TEST(no5_result_is_there_once),
		TEST(no6_pool_does_not_keep_the_device),
		TEST(no6_pooled_buffer_comes_again),
		TEST(no6_exported_buffer_is_nobody_elses),
		TEST(no6_memory_of_the_program_is_refused),
		TEST(no7_job_queued_twice_has_two_results),
		TEST(no7_job_queued_twice_is_returned_twice),
		TEST(no7_job_in_flight_is_freed),
		TEST(no8_descriptor_of_a_buffer_is_close_on_exec),
		TEST(no8_core_that_cannot_be_asked_is_not_online),
		TEST(no8_buffers_that_cannot_be_queued_are_refused),
		TEST(no10_data_is_read_by_queue_and_not_after),
	};
	struct CMUnitTest tests[COUNT(fixed) + COUNT(size_rows)];

	choose_device(argc > 1 ? argv[1] : NULL, "compat");
	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < COUNT(size_rows); i++)
		tests[COUNT(fixed) + i] = (struct CMUnitTest) {
			.name = size_rows[i].name,
			.test_func = check_size,
			.initial_state = (void *)&size_rows[i],
		};
	return cmocka_run_group_tests_name("compat", tests, NULL, NULL);
}
