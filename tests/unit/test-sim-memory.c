/* SPDX-License-Identifier: MIT */
#include "sim.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static int
setup(void **state)
{
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *client = NULL;
	int ret = apui_sim_client_open(&config, &client);

	*state = client;
	return ret;
}

static int
teardown(void **state)
{
	apui_sim_client_close(*state);
	return 0;
}

static uint8_t *
map_buffer(struct apui_sim_client *client, uint32_t handle)
{
	void *ptr = NULL;

	assert_int_equal(apui_sim_buffer_map(client, handle, &ptr), 0);
	return ptr;
}

static void
new_memory_is_zero_to_the_end_of_its_pages(void **state)
{
	struct apui_sim_client *client = *state;

	for (uint32_t flags = 0; flags < 4; flags++) {
		uint32_t handle = 0;
		uint8_t *bytes;

		assert_int_equal(
			apui_sim_buffer_new(client, 5000, flags, &handle), 0);
		bytes = map_buffer(client, handle);
		assert_int_equal((uintptr_t)bytes % 4096, 0);
		for (int i = 0; i < 8192; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, 8192);
		apui_sim_buffer_unmap(client, bytes);
		assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	}
}

static void
mapping_outlives_its_handle(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t handle = new_buffer(client, 100);
	uint8_t *one = map_buffer(client, handle);
	uint8_t *two = map_buffer(client, handle);

	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	one[99] = 7;
	apui_sim_buffer_unmap(client, one);
	assert_int_equal(two[99], 7);
	apui_sim_buffer_unmap(client, two);
	/* A pointer that is not of a mapping changes nothing. */
	apui_sim_buffer_unmap(client, &handle);
}

static void
handles_of_one_client_mean_nothing_to_another(void **state)
{
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *client = *state;
	struct apui_sim_client *other = open_client(&config);
	uint32_t handle = new_buffer(client, 100);
	uint32_t syncobj = new_syncobj(other);
	uint64_t address;
	void *ptr;
	int fd;

	assert_ptr_equal(client->machine, other->machine);
	assert_int_equal(apui_sim_buffer_map(other, handle, &ptr), -ENOENT);
	assert_int_equal(apui_sim_buffer_close(other, handle), -ENOENT);
	assert_int_equal(apui_sim_buffer_export(other, handle, &fd), -ENOENT);
	assert_int_equal(apui_sim_buffer_iommu_map(other, handle, &address),
			 -ENOENT);
	assert_int_equal(queue_buffers(other, syncobj, DO_FILL, &handle, 1),
			 -ENOENT);
	assert_int_equal(new_buffer(other, 100), 1);
	apui_sim_client_close(other);
	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
}

static void
device_address_is_of_one_client(void **state)
{
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *client = *state;
	struct apui_sim_client *other = open_client(&config);
	uint64_t range[2] = { 0, 100 };
	uint32_t syncobj;

	assert_int_equal(apui_sim_buffer_iommu_map(
				 client, new_buffer(client, 100), &range[0]),
			 0);
	assert_int_equal(range[0], 0x6ffff000);

	syncobj = new_syncobj(client);
	queue_data(client, syncobj, DO_TRANSLATE, range, 16, 0);
	assert_int_equal(finish_job(client, syncobj, NULL).result, 0);
	syncobj = new_syncobj(other);
	queue_data(other, syncobj, DO_TRANSLATE, range, 16, 0);
	assert_int_equal(finish_job(other, syncobj, NULL).result,
			 APUI_RESULT_EFAULT);
	apui_sim_client_close(other);
}

static void
explicit_maps_are_counted(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t handle = new_buffer(client, 1);
	uint32_t next = new_buffer(client, 1);
	uint64_t address = 0;

	assert_int_equal(apui_sim_buffer_iommu_unmap(client, handle), -EINVAL);
	assert_int_equal(apui_sim_buffer_iommu_map(client, handle, &address),
			 0);
	assert_int_equal(apui_sim_buffer_iommu_map(client, handle, &address),
			 0);
	assert_int_equal(address, 0x6ffff000);
	assert_int_equal(apui_sim_buffer_iommu_unmap(client, handle), 0);
	assert_int_equal(apui_sim_buffer_iommu_map(client, next, &address), 0);
	assert_int_equal(address, 0x6fffe000);
	assert_int_equal(apui_sim_buffer_iommu_unmap(client, handle), 0);
	assert_int_equal(apui_sim_buffer_iommu_unmap(client, handle), -EINVAL);
	assert_int_equal(apui_sim_buffer_iommu_unmap(client, 99), -ENOENT);
	/* Closing a handle ends its maps. */
	assert_int_equal(apui_sim_buffer_close(client, next), 0);
	assert_int_equal(client->iova.ranges.count, 0);
}

static void
memory_is_limited_for_all_clients_together(void **state)
{
	struct apui_sim_config config = test_config();
	struct apui_sim_client *one, *two;
	uint32_t handle, other;

	(void)state;
	memcpy(config.name, "small", 6);
	config.max_mb = 1;
	one = open_client(&config);
	two = open_client(&config);
	assert_int_equal(apui_sim_buffer_new(one, (1 << 20) + 1, 0, &handle),
			 -ENOMEM);
	assert_int_equal(apui_sim_buffer_new(one, 0, 0, &handle), -ENOMEM);
	assert_int_equal(apui_sim_buffer_new(one, UINT64_MAX, 0, &handle),
			 -ENOMEM);
	handle = new_buffer(one, (1 << 20) - 4096);
	assert_int_equal(apui_sim_buffer_new(two, 4097, 0, &other), -ENOMEM);
	new_buffer(two, 4096);
	assert_int_equal(apui_sim_buffer_new(two, 1, 0, &other), -ENOMEM);
	apui_sim_buffer_close(one, handle);
	new_buffer(two, (1 << 20) - 4096);
	assert_int_equal(apui_sim_buffer_new(one, 1, 0, &other), -ENOMEM);
	apui_sim_client_close(two);
	new_buffer(one, 1 << 20);
	apui_sim_client_close(one);
}

static void
address_space_can_be_full(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t syncobj = new_syncobj(client);
	uint32_t handles[2];
	uint64_t size_bytes;

	/* Imported memory is not the machine's, so there can be more of it. */
	for (int i = 0; i < 2; i++) {
		int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

		assert_int_equal(ftruncate(fd, 128 << 20), 0);
		assert_int_equal(apui_sim_buffer_import(client, fd, &handles[i],
							&size_bytes),
				 0);
		close(fd);
	}
	assert_int_equal(
		queue_buffers(client, syncobj, DO_TRANSLATE, handles, 2),
		-ENOSPC);
	assert_int_equal(client->iova.ranges.count, 0);
	assert_int_equal(
		apui_sim_buffer_iommu_map(client, handles[1], &size_bytes), 0);
	assert_int_equal(
		apui_sim_buffer_iommu_map(client, handles[0], &size_bytes),
		-ENOSPC);
}

static void
exported_fd_is_the_same_memory_and_outlives_it(void **state)
{
	struct apui_sim_client *client = *state;
	uint64_t size_bytes = 0;
	uint32_t handle, import;
	uint8_t *one, *two;
	int fd = -1;

	assert_int_equal(apui_sim_buffer_new(client, 5000,
					     APUI_BUFFER_EXPORTABLE, &handle),
			 0);
	one = map_buffer(client, handle);
	one[4999] = 1;
	assert_int_equal(apui_sim_buffer_export(client, handle, &fd), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(lseek(fd, 0, SEEK_END), 5000);
	assert_int_equal(ftruncate(fd, 4999), -1);

	assert_int_equal(
		apui_sim_buffer_import(client, fd, &import, &size_bytes), 0);
	assert_int_equal(size_bytes, 5000);
	assert_int_equal(import, handle);
	two = map_buffer(client, import);
	assert_int_equal(two[4999], 1);
	two[4999] = 2;
	assert_int_equal(one[4999], 2);

	apui_sim_buffer_unmap(client, one);
	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	assert_int_equal(two[4999], 2);
	apui_sim_buffer_unmap(client, two);
	assert_int_equal(apui_sim_buffer_close(client, import), 0);
	assert_int_equal(pread(fd, &handle, 1, 4999), 1);
	assert_int_equal((uint8_t)handle, 2);
	close(fd);
}

/* As PRIME has it, and not when it is more memory than it was. */
static void
memfd_imported_twice_has_one_handle(void **state)
{
	struct apui_sim_client *client = *state;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint32_t handles[3];
	uint64_t size_bytes;

	assert_int_equal(ftruncate(fd, 4096), 0);
	for (int i = 0; i < 3; i++) {
		if (i == 2)
			assert_int_equal(ftruncate(fd, 8192), 0);
		assert_int_equal(apui_sim_buffer_import(client, fd, &handles[i],
							&size_bytes),
				 0);
	}
	close(fd);
	assert_int_equal(handles[0], handles[1]);
	assert_int_not_equal(handles[0], handles[2]);
	assert_int_equal(apui_sim_buffer_close(client, handles[0]), 0);
	assert_int_equal(apui_sim_buffer_close(client, handles[0]), 0);
	assert_int_equal(apui_sim_buffer_close(client, handles[0]), -ENOENT);
	assert_int_equal(apui_sim_buffer_close(client, handles[2]), 0);
}

static void
only_exportable_memory_is_exported(void **state)
{
	struct apui_sim_client *client = *state;
	uint32_t handle = new_buffer(client, 100);
	int fd = -5;

	assert_int_equal(apui_sim_buffer_export(client, handle, &fd), -EPERM);
	assert_int_equal(fd, -5);
}

static void
firmware_writes_what_was_imported(void **state)
{
	struct apui_sim_client *client = *state;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint32_t syncobj = new_syncobj(client);
	uint8_t bytes[2] = { 0 };
	uint64_t size_bytes;
	uint32_t handle;
	int copy = -1;

	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(
		apui_sim_buffer_import(client, fd, &handle, &size_bytes), 0);
	assert_int_equal(size_bytes, 100);
	assert_int_equal(queue_buffers(client, syncobj, DO_FILL, &handle, 1),
			 0);
	assert_int_equal(finish_job(client, syncobj, NULL).result, 0);
	assert_int_equal(pread(fd, bytes, 2, 98), 2);
	assert_int_equal(bytes[0], 0x45);
	assert_int_equal(bytes[1], 0x45);
	assert_int_equal(apui_sim_buffer_export(client, handle, &copy), 0);
	close(copy);
	/* It was never the machine's, so nothing is given back either. */
	assert_int_equal(client->machine->memory_bytes, 0);
	assert_int_equal(apui_sim_buffer_close(client, handle), 0);
	assert_int_equal(client->machine->memory_bytes, 0);
	close(fd);
}

static int
make_memfd(unsigned int flags, int seals, off_t size_bytes)
{
	int fd = memfd_create("test", MFD_CLOEXEC | flags);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size_bytes), 0);
	if (seals != 0)
		assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static int
open_sealable(void)
{
	return make_memfd(MFD_ALLOW_SEALING, 0, 4096);
}

static int
open_sealed(void)
{
	return make_memfd(MFD_ALLOW_SEALING, F_SEAL_SHRINK | F_SEAL_SEAL, 1);
}

static int
open_unsealable(void)
{
	return make_memfd(0, 0, 4096);
}

static int
open_write_sealed(void)
{
	return make_memfd(MFD_ALLOW_SEALING, F_SEAL_WRITE, 4096);
}

static int
open_future_write_sealed(void)
{
	return make_memfd(MFD_ALLOW_SEALING, F_SEAL_FUTURE_WRITE, 4096);
}

static int
open_empty(void)
{
	return make_memfd(MFD_ALLOW_SEALING, 0, 0);
}

static int
open_too_large(void)
{
	return make_memfd(MFD_ALLOW_SEALING, 0, (240 << 20) + 1);
}

static int
open_read_only(void)
{
	int fd = make_memfd(MFD_ALLOW_SEALING, 0, 4096);
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(again >= 0);
	close(fd);
	return again;
}

static int
open_pipe(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[1]);
	return fds[0];
}

static int
open_file(void)
{
	return open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
}

static int
open_nothing(void)
{
	return -1;
}

struct row {
	const char *name;
	int (*open)(void);
	int code;
};

static const struct row rows[] = {
	{ "import_of_sealable_memfd", open_sealable, 0 },
	{ "import_of_sealed_memfd", open_sealed, 0 },
	{ "import_of_unsealable_memfd", open_unsealable, -EPERM },
	{ "import_of_memfd_sealed_against_writing", open_write_sealed,
	  -EACCES },
	{ "import_of_memfd_sealed_against_writing_later",
	  open_future_write_sealed, -EACCES },
	{ "import_of_empty_memfd", open_empty, -EINVAL },
	{ "import_of_too_large_memfd", open_too_large, -E2BIG },
	{ "import_of_read_only_memfd", open_read_only, -EACCES },
	{ "import_of_pipe", open_pipe, -EINVAL },
	{ "import_of_file", open_file, -EINVAL },
	{ "import_of_nothing", open_nothing, -EBADF },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	const struct apui_sim_config config = test_config();
	struct apui_sim_client *client = open_client(&config);
	uint64_t size_bytes = 77;
	uint32_t handle = 77;
	int fd = row->open();
	int ret;

	ret = apui_sim_buffer_import(client, fd, &handle, &size_bytes);
	assert_int_equal(ret, row->code);
	if (ret < 0) {
		assert_int_equal(handle, 77);
		assert_int_equal(size_bytes, 77);
	} else {
		assert_int_not_equal(fcntl(fd, F_GET_SEALS) & F_SEAL_SHRINK, 0);
	}
	/* A refused one is left as it was. */
	if (ret == -E2BIG)
		assert_int_equal(fcntl(fd, F_GET_SEALS), 0);
	if (fd >= 0)
		close(fd);
	apui_sim_client_close(client);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest others[] = {
		TEST(new_memory_is_zero_to_the_end_of_its_pages),
		TEST(mapping_outlives_its_handle),
		TEST(handles_of_one_client_mean_nothing_to_another),
		TEST(device_address_is_of_one_client),
		TEST(explicit_maps_are_counted),
		cmocka_unit_test(memory_is_limited_for_all_clients_together),
		TEST(address_space_can_be_full),
		TEST(exported_fd_is_the_same_memory_and_outlives_it),
		TEST(memfd_imported_twice_has_one_handle),
		TEST(only_exportable_memory_is_exported),
		TEST(firmware_writes_what_was_imported),
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
