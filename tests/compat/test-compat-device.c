/* SPDX-License-Identifier: MIT */

/*
 * libdrm_apu: which device a program gets, and what becomes of it.
 *
 * usage: test-compat-device [DEVICE | NODE]
 */

#include "compat_helper.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

static void
device_of_a_descriptor_is_one(void **state)
{
	struct apu_drm_device *dev = *state;

	assert_ptr_equal(apu_device_new(compat_node, 0), dev);
	assert_ptr_equal(apu_device_ref(dev), dev);
	assert_int_equal(apu_device_del(dev), 0);
	assert_int_equal(apu_device_del(dev), 0);
}

static void
core_that_is_not_there_is_no_device(void **state)
{
	static const int cores[] = { 64, -1, 0x7fffffff };

	(void)state;
	for (size_t i = 0; i < COUNT(cores); i++) {
		errno = 0;
		assert_null(apu_device_new(compat_node, cores[i]));
		assert_int_equal(errno, ENODEV);
		assert_null(apu_device_new(compat_node + 1, cores[i]));
	}
}

/* A buffer of one core is good for another of the same descriptor. */
static void
cores_of_a_descriptor_share_buffers(void **state)
{
	struct apu_drm_device *second = apu_device_new(compat_node, 1);
	struct apu_bo *bo = apu_bo_new(*state, 100, 0);
	uint8_t data[3] = { 0x31, 100, 0 };
	struct apu_drm_job *job;

	assert_non_null(second);
	assert_ptr_not_equal(second, *state);
	assert_int_equal(apu_device_online(second), APU_ONLINE);
	job = apu_new_job(second, 0);
	assert_int_equal(
		apu_job_init(job, FILL_BUFFER, &bo, 1, data, sizeof(data), 0),
		0);
	assert_int_equal(apu_queue(job), 0);
	assert_ptr_equal(apu_job_wait_any(second), job);
	assert_int_equal(*(uint8_t *)apu_bo_map(bo), 0x31);
	apu_free_job(job);
	apu_bo_del(bo);
	assert_int_equal(apu_device_del(second), 1);
}

static void
data_of_a_job_is_the_programs(void **state)
{
	struct apu_drm_job *job = apu_new_job(*state, 33);
	char *data = apu_job_get_data(job);

	assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
	for (int i = 0; i < 33; i++)
		assert_int_equal(data[i], 0);
	memset(data, 'x', 33);
	assert_int_equal(apu_job_init(job, UNKNOWN, NULL, 0, NULL, 0, 0), 0);
	assert_ptr_equal(apu_job_get_data(job), data);
	for (int i = 0; i < 33; i++)
		assert_int_equal(data[i], 'x');
	apu_free_job(job);
	assert_null(apu_new_job(*state, SIZE_MAX));
	assert_int_equal(errno, ENOMEM);
}

static void
size_of_a_buffer_is_checked(void **state)
{
	assert_null(apu_bo_new(*state, 0, 0));
	assert_int_equal(errno, EINVAL);
	assert_null(apu_bo_new(*state, UINT32_MAX, 0));
	assert_int_equal(errno, E2BIG);
	assert_null(apu_cached_bo_new(*state, 0, 0));
	assert_int_equal(errno, EINVAL);
}

static void
null_is_no_object(void **state)
{
	uint64_t da;

	(void)state;
	assert_null(apu_device_ref(NULL));
	assert_int_equal(apu_device_del(NULL), 0);
	assert_null(apu_bo_new(NULL, 1, 0));
	assert_null(apu_cached_bo_new(NULL, 1, 0));
	assert_null(apu_bo_ref(NULL));
	apu_bo_del(NULL);
	assert_int_equal(apu_bo_handle(NULL), 0);
	assert_int_equal(apu_bo_dmabuf(NULL), -EINVAL);
	assert_null(apu_bo_map(NULL));
	assert_null(apu_new_job(NULL, 0));
	assert_int_equal(apu_job_init(NULL, 1, NULL, 0, NULL, 0, 0), -EINVAL);
	assert_null(apu_job_get_data(NULL));
	assert_int_equal(apu_queue(NULL), -EINVAL);
	assert_int_equal(apu_job_wait(NULL), -EINVAL);
	assert_null(apu_job_wait_any(NULL));
	assert_int_equal(apu_dequeue_result(NULL, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(apu_bo_iommu_map(NULL, NULL, &da, 0), -EINVAL);
	assert_int_equal(apu_bo_iommu_unmap(NULL, NULL, 0), -EINVAL);
}

static const struct open_row {
	const char *name;
	const char *device;  /* APU_DEVICE; NULL: unset */
	const char *options; /* APU_DRM_OPTIONS */
	const char *path;    /* NULL: a number that is not open */
	int flags;
	int error;
} open_rows[] = {
	{ "number_that_is_not_open_is_EBADF", NULL, NULL, NULL, 0, EBADF },
	{ "file_of_no_driver_is_ENODEV", NULL, NULL, "/dev/null", O_RDWR,
	  ENODEV },
	{ "file_that_cannot_be_written_is_EACCES", NULL, NULL, "/dev/null",
	  O_RDONLY, EACCES },
	{ "options_are_those_of_drm", NULL, "cores=2", "/dev/null", O_RDWR,
	  EINVAL },
	{ "options_reach_the_driver", NULL, "abi=2021", "/dev/null", O_RDWR,
	  ENODEV },
	{ "device_string_is_checked", "sim:cores=9", NULL, "/dev/null", O_RDWR,
	  EINVAL },
	{ "device_string_goes_before_the_descriptor", "sim:", NULL, NULL, 0,
	  0 },
};

static void
set_or_unset(const char *name, const char *value)
{
	if (value != NULL)
		assert_int_equal(setenv(name, value, 1), 0);
	else
		assert_int_equal(unsetenv(name), 0);
}

/* A file that was opened in vain would be found instead of the string. */
static void
what_fails_to_open_is_not_kept(void **state)
{
	const char *device = getenv("APU_DEVICE");
	char *saved = device != NULL ? strdup(device) : NULL;

	(void)state;
	assert_null(apu_device_new(compat_node + 1, 64));
	set_or_unset("APU_DEVICE", "sim:cores=9");
	assert_null(apu_device_new(compat_node + 1, 0));
	assert_int_equal(errno, EINVAL);
	set_or_unset("APU_DEVICE", saved);
	free(saved);
}

static void
check_open(void **state)
{
	const struct open_row *row = *state;
	const char *device = getenv("APU_DEVICE");
	struct apu_drm_device *dev;
	char *saved = device != NULL ? strdup(device) : NULL;
	int fd = row->path != NULL ? open(row->path, row->flags) : 1023;

	set_or_unset("APU_DEVICE", row->device);
	set_or_unset("APU_DRM_OPTIONS", row->options);
	errno = 0;
	dev = apu_device_new(fd, 0);
	assert_int_equal(dev == NULL ? errno : 0, row->error);
	apu_device_del(dev);
	set_or_unset("APU_DEVICE", saved);
	set_or_unset("APU_DRM_OPTIONS", NULL);
	free(saved);
	if (row->path != NULL)
		close(fd);
}

/* The file is the program's: what the library made there, it takes back. */
static void
closed_device_leaves_nothing_in_the_file(void **state)
{
	struct apu_drm_device *dev = apu_device_new(compat_node, 0);
	struct apu_bo *bo = apu_cached_bo_new(dev, BYTES, 0);
	uint8_t data[1] = { 1 };
	struct apu_drm_job *job = new_copy(dev, data, sizeof(data));

	(void)state;
	close(apu_bo_dmabuf(bo));
	for (int i = 0; i < 5; i++)
		assert_int_equal(apu_queue(job), 0);
	apu_bo_del(bo);
	apu_free_job(job);
	assert_int_equal(apu_device_del(dev), 1);
	for (uint32_t handle = 1; handle < 64; handle++) {
		struct drm_gem_close args = { .handle = handle };

		assert_int_not_equal(drmSyncobjDestroy(compat_node, handle), 0);
		assert_int_not_equal(
			drmIoctl(compat_node, DRM_IOCTL_GEM_CLOSE, &args), 0);
	}
}

static const struct CMUnitTest fixed[] = {
	TEST(device_of_a_descriptor_is_one),
	TEST(core_that_is_not_there_is_no_device),
	TEST(data_of_a_job_is_the_programs),
	TEST(size_of_a_buffer_is_checked),
	cmocka_unit_test(null_is_no_object),
	cmocka_unit_test(what_fails_to_open_is_not_kept),
};

/* Another machine may have one core. */
static const struct CMUnitTest of_two_cores[] = {
	TEST(cores_of_a_descriptor_share_buffers),
};

static const struct CMUnitTest of_a_node[] = {
	cmocka_unit_test(closed_device_leaves_nothing_in_the_file),
};

int
main(int argc, char **argv)
{
	struct CMUnitTest tests[COUNT(fixed) + COUNT(open_rows) +
				COUNT(of_two_cores) + COUNT(of_a_node)];
	size_t count = COUNT(fixed);

	choose_device(argc > 1 ? argv[1] : NULL, "compat-device");
	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < COUNT(open_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = open_rows[i].name,
			.test_func = check_open,
			.initial_state = (void *)&open_rows[i],
		};
	if (argc == 1)
		tests[count++] = of_two_cores[0];
	if (compat_node >= 0)
		tests[count++] = of_a_node[0];
	return _cmocka_run_group_tests("compat-device", tests, count, NULL,
				       NULL);
}
