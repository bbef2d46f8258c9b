/* SPDX-License-Identifier: MIT */

/*
 * The drm: transport on the kernel of drm_kernel.h. K-numbers are those of what
 * the published driver is known to do wrong.
 */

#include "core/error.h"
#include "drm_kernel.h"
#include "firmware/wire.h"
#include "uapi/apu_drm.h"
#include <apu/error.h>
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct apui_drm_version year_2021 = { APUI_DRM_NAME, 1, 1, 2021 };
static const struct apui_drm_version year_2023 = { APUI_DRM_NAME, 1, 1, 2023 };
static const struct apui_drm_version published = { APUI_DRM_NAME, 1, 0, 0 };

static void
reset_kernel(const struct apui_drm_version *version, const char *abi)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.version = *version;
	if (apui_drm_abi_choose(version, abi, &kernel.abi) < 0)
		apui_drm_abi_choose(&year_2023, "", &kernel.abi);
	kernel.calls = 0;
}

static int
open_client(const char *path, const char *abi, struct apui_transport **out)
{
	return apui_drm_open(
		&(struct apui_drm_request) {
			.sys = &fake_system,
			.roots = &apui_drm_linux_roots,
			.path = path,
			.abi = abi,
			.timeout_ms = 500,
		},
		out);
}

static int
setup(void **state)
{
	struct apui_transport *t = NULL;

	reset_kernel(&year_2023, "");
	assert_int_equal(open_client("/dev/accel/accel0", "", &t), 0);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct apui_transport *t = *state;

	t->ops->close(t);
	return 0;
}

struct version_row {
	const char *name;
	const struct apui_drm_version *version;
	const char *abi;
	int code;
	const char *chosen; /* or what the remedy names */
};

static const struct apui_drm_version other_driver = { "i915", 1, 6, 0 };
static const struct apui_drm_version newer = { APUI_DRM_NAME, 1, 2, 2027 };

static const struct version_row version_rows[] = {
	{ "own_driver_of_2021", &year_2021, "", 0, "2021" },
	{ "own_driver_of_2023", &year_2023, "", 0, "2023" },
	{ "abi_that_the_driver_confirms", &year_2021, "2021", 0, "2021" },
	{ "abi_that_the_driver_denies", &year_2021, "2023", -EPROTO,
	  "leave abi= out" },
	{ "published_driver_cannot_be_told_apart", &published, "", -EPROTO,
	  "abi=2021" },
	{ "published_driver_of_2021", &published, "2021", 0, "2021" },
	{ "published_driver_of_2023", &published, "2023", 0, "2023" },
	{ "abi_of_another_year", &published, "2022", -EINVAL, "abi=2023" },
	{ "newer_driver", &newer, "", -EPROTO, "newer" },
	{ "another_driver", &other_driver, "", -ENODEV, "" },
};

static void
check_version(void **state)
{
	const struct version_row *row = *state;
	struct apui_transport *t = NULL;
	int ret;

	apui_error_clear();
	reset_kernel(row->version, row->abi);
	ret = open_client("/dev/dri/renderD128", row->abi, &t);
	assert_int_equal(ret, row->code);
	if (ret < 0) {
		assert_null(t);
		assert_non_null(strstr(apu_error_remedy(apu_error_last()),
				       row->chosen));
		/* Nothing but VERSION was asked: the numbers clash. */
		assert_int_equal(kernel.calls, 1);
		return;
	}
	assert_string_equal(apui_drm_client(t)->abi->name, row->chosen);
	assert_int_equal(t->info.core_count, CORES);
	t->ops->close(t);
}

static void
missing_node_is_named(void **state)
{
	struct apui_transport *t = NULL;

	(void)state;
	reset_kernel(&year_2023, "");
	assert_int_equal(open_client("/dev/missing", "", &t), -ENOENT);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), "missing"));
}

static void
mastership_of_a_card_is_given_up(void **state)
{
	struct apui_transport *t = NULL;

	(void)state;
	reset_kernel(&year_2023, "");
	assert_int_equal(open_client("/dev/dri/card3", "", &t), 0);
	assert_true(kernel.drops_master);
	t->ops->close(t);
	reset_kernel(&year_2023, "");
	assert_int_equal(open_client("/dev/accel/accel3", "", &t), 0);
	assert_false(kernel.drops_master);
	t->ops->close(t);
}

/* /dev/dri/by-path/, say, has links to nodes. */
static void
card_behind_a_link_is_a_card(void **state)
{
	char folder[] = "/tmp/apu-drm-XXXXXX", card[64], link[64];
	struct apui_transport *t = NULL;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(card, sizeof(card), "%s/card7", folder);
	snprintf(link, sizeof(link), "%s/platform-apu", folder);
	fd = open(card, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink(card, link), 0);
	reset_kernel(&year_2023, "");
	assert_int_equal(open_client(link, "", &t), 0);
	assert_true(kernel.drops_master);
	t->ops->close(t);
	unlink(link);
	unlink(card);
	rmdir(folder);
}

/* Its fences may never signal, and do not outlive it (K12). */
static void
K12_published_driver_s_fences_are_not_polled(void **state)
{
	struct apui_transport *t = NULL;
	int fd = 77;

	(void)state;
	reset_kernel(&published, "2023");
	assert_int_equal(open_client("/dev/accel/accel0", "2023", &t), 0);
	assert_int_equal(t->ops->syncobj_export(t, 9, &fd), -EOPNOTSUPP);
	assert_int_equal(fd, 77);
	assert_int_equal(kernel.exported, 0);
	assert_false(t->info.resets_on_timeout);
	t->ops->close(t);
}

/* As the driver's own descriptors, which tests cannot have. */
static void
maps_are_not_there_in_a_child(void **state)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	int status = 0;
	uint8_t *map;
	pid_t child;

	(void)state;
	assert_int_equal(ftruncate(fd, 4096), 0);
	map = apui_drm_linux.map(fd, 4096, 0);
	assert_non_null(map);
	map[0] = 1;
	child = fork();
	if (child == 0) {
		unsigned char vector;

		/* -ENOMEM: nothing is mapped there. */
		_exit(mincore(map, 4096, &vector) == -1 && errno == ENOMEM);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 1);
	apui_drm_linux.unmap(map, 4096);
	close(fd);
}

static void
kept_node_is_closed_on_exec(void **state)
{
	int fd = apui_drm_linux.open("/dev/null", O_RDWR | O_CLOEXEC);
	int copy = apui_drm_linux.dup(fd);

	(void)state;
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(copy, F_GETFD), FD_CLOEXEC);
	close(copy);
	close(fd);
}

static void
script(uint32_t request, int ret, int error, unsigned int times)
{
	kernel.request = request;
	kernel.ret = ret;
	kernel.error = error;
	kernel.times = times;
}

static void
sync_file_is_of_the_syncobj(void **state)
{
	struct apui_transport *t = *state;
	int fd = 77;

	assert_int_equal(t->ops->syncobj_export(t, 9, &fd), 0);
	assert_int_equal(fd, SYNC_FILE_FD);
	assert_int_equal(kernel.exported, 9);
	fd = 77;
	script(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, -1, EINVAL, 1);
	assert_int_equal(t->ops->syncobj_export(t, 9, &fd), -ENOENT);
	script(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, -1, EMFILE, 1);
	assert_int_equal(t->ops->syncobj_export(t, 9, &fd), -EMFILE);
	assert_int_equal(fd, 77);
}

static void
interrupted_calls_restart_with_pristine_arguments(void **state)
{
	struct apui_transport *t = *state;
	const struct apui_request req = { .cmd = 0x1234, .out_syncobj = 7 };

	script(kernel.abi->queue, -1, EINTR, 5);
	assert_int_equal(t->ops->queue(t, &req), 0);
	assert_int_equal(kernel.cmd, 0x1234);
	assert_int_equal(kernel.times, 0);
}

static void
busy_kernel_is_not_asked_again(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handle = 0x77, flags;
	unsigned int before;

	script(kernel.abi->gem_new, -1, EAGAIN, 100);
	assert_int_equal(t->ops->buffer_new(t, 1, 0, &handle), -EBUSY);
	assert_int_equal(kernel.times, 99);
	assert_int_equal(handle, 0x77);
	/* A signal a call, for ever, ends too. */
	script(kernel.abi->state, -1, EINTR, UINT32_MAX);
	before = kernel.calls;
	assert_int_equal(t->ops->state(t, 0, &flags), -EBUSY);
	assert_in_range(kernel.calls - before, 1000, 1000000);
}

static void
K6_positive_return_is_a_fault(void **state)
{
	struct apui_transport *t = *state;
	const struct apui_request req = { .out_syncobj = 7 };

	script(kernel.abi->queue, 12, 0, 1);
	assert_int_equal(t->ops->queue(t, &req), -EFAULT);
}

static void
K2_unknown_handle_never_reaches_the_kernel(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handles[2] = { 0, 0 };
	struct apui_request req = {
		.out_syncobj = 7,
		.handles = handles,
		.handle_count = 1,
	};
	unsigned int before;

	assert_int_equal(t->ops->buffer_new(t, 100, 0, &handles[0]), 0);
	assert_int_equal(t->ops->queue(t, &req), 0);
	assert_int_equal(t->ops->buffer_close(t, handles[0]), 0);
	before = kernel.calls;
	assert_int_equal(t->ops->queue(t, &req), -ENOENT);
	assert_int_equal(t->ops->buffer_close(t, handles[0]), -ENOENT);
	assert_int_equal(kernel.calls, before);
}

static void
buffer_twice_in_a_request_is_refused(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handles[2];
	struct apui_request req = {
		.out_syncobj = 7,
		.handles = handles,
		.handle_count = 2,
	};

	assert_int_equal(t->ops->buffer_new(t, 100, 0, &handles[0]), 0);
	handles[1] = handles[0];
	assert_int_equal(t->ops->queue(t, &req), -EINVAL);
	assert_int_not_equal(kernel.last_request, kernel.abi->queue);
}

static void
K3_core_that_is_not_there_never_reaches_the_kernel(void **state)
{
	struct apui_transport *t = *state;
	const struct apui_request req = { .core = CORES, .out_syncobj = 7 };
	const struct apui_request none = { .core = 0, .out_syncobj = 0 };

	assert_int_equal(t->ops->queue(t, &req), -ENODEV);
	assert_int_equal(t->ops->queue(t, &none), -ENODEV); /* K10 */
	assert_int_not_equal(kernel.last_request, kernel.abi->queue);
}

static void
K12_request_over_a_message_never_reaches_the_kernel(void **state)
{
	struct apui_transport *t = *state;
	const struct apui_request req = {
		.out_syncobj = 7,
		.size_out = APUI_WIRE_MAX_BYTES - APUI_WIRE_HEADER_BYTES + 1,
	};

	assert_int_equal(t->ops->queue(t, &req), -EMSGSIZE);
	assert_int_not_equal(kernel.last_request, kernel.abi->queue);
}

static void
put_event(uint32_t type, uint32_t length, uint32_t out_sync)
{
	const uint32_t words[] = { type, length, out_sync };

	memcpy(kernel.events + kernel.event_bytes, words, sizeof(words));
	kernel.event_bytes += length;
}

static void
events_are_read_whole_and_unknown_ones_skipped(void **state)
{
	struct apui_transport *t = *state;
	struct apui_event events[4];

	put_event(APUI_DRM_JOB_COMPLETED, 12, 3);
	put_event(0x80000001, 40, 99);
	put_event(APUI_DRM_JOB_COMPLETED, 12, 4);
	assert_int_equal(t->ops->read_events(t, events, 4), 2);
	assert_int_equal(events[0].syncobj, 3);
	assert_int_equal(events[1].syncobj, 4);
	assert_int_equal(t->ops->read_events(t, events, 4), 0);
}

static void
cut_and_lying_events_end_the_reading(void **state)
{
	struct apui_transport *t = *state;
	struct apui_event events[4];

	for (uint32_t length = 0; length < 8; length++) {
		put_event(APUI_DRM_JOB_COMPLETED, 12, 3);
		put_event(APUI_DRM_JOB_COMPLETED, length, 4);
		kernel.event_bytes = 24;
		assert_int_equal(t->ops->read_events(t, events, 4), 1);
	}
	put_event(APUI_DRM_JOB_COMPLETED, 100, 3);
	kernel.event_bytes = 12;
	assert_int_equal(t->ops->read_events(t, events, 4), 0);
	kernel.event_bytes = 5;
	assert_int_equal(t->ops->read_events(t, events, 4), 0);
}

static void
K8_K9_dequeue_tells_nothing_from_something(void **state)
{
	struct apui_transport *t = *state;
	struct apui_result result = { 1, 2 };
	uint8_t *data = malloc(APUI_DEQUEUE_BYTES);

	assert_non_null(data);
	assert_int_equal(t->ops->dequeue(t, 7, data, &result), -EBUSY);
	assert_int_equal(result.result, 1);
	kernel.has_result = true;
	kernel.result = 22;
	kernel.size = APUI_DEQUEUE_BYTES;
	assert_int_equal(t->ops->dequeue(t, 7, data, &result), 0);
	assert_int_equal(result.result, 22);
	assert_int_equal(result.size_bytes, APUI_DEQUEUE_BYTES);
	assert_int_equal(data[APUI_DEQUEUE_BYTES - 1], DATA_OUT);
	assert_int_equal(t->ops->dequeue(t, 0, data, &result), -ENOENT);
	free(data);
}

static void
K5_buffer_is_mapped_once(void **state)
{
	struct apui_transport *t = *state;
	uint64_t address = 0;
	uint32_t handle;
	unsigned int before;

	assert_int_equal(t->ops->buffer_new(t, 100, 0, &handle), 0);
	assert_int_equal(t->ops->iommu_map(t, handle, &address), 0);
	assert_int_equal(address, ADDRESS);
	before = kernel.calls;
	assert_int_equal(t->ops->iommu_map(t, handle, &address), 0);
	assert_int_equal(t->ops->iommu_unmap(t, handle), 0); /* K16 */
	assert_int_equal(t->ops->iommu_map(t, handle, &address), 0);
	assert_int_equal(kernel.calls, before);
	assert_int_equal(t->ops->iommu_map(t, handle + 1, &address), -ENOENT);
}

static void
driver_without_addresses_says_so(void **state)
{
	struct apui_transport *t = *state;
	uint64_t address = 5;
	uint32_t handle;

	assert_int_equal(t->ops->buffer_new(t, 100, 0, &handle), 0);
	script(kernel.abi->iommu_map, -1, ENODEV, 1);
	assert_int_equal(t->ops->iommu_map(t, handle, &address), -EOPNOTSUPP);
	assert_int_equal(address, 5);
}

static void
same_memory_imported_twice_is_one_handle(void **state)
{
	struct apui_transport *t = *state;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint32_t first, second;
	uint64_t size_bytes;

	assert_true(fd >= 0);
	assert_int_equal(t->ops->buffer_import(t, fd, &first, &size_bytes),
			 -EINVAL); /* it is empty */
	assert_int_equal(ftruncate(fd, 8192), 0);
	assert_int_equal(t->ops->buffer_import(t, fd, &first, &size_bytes), 0);
	assert_int_equal(size_bytes, 8192);
	/* The kernel would make another dma-buf of it, and another handle. */
	kernel.prime_handle = 0;
	assert_int_equal(t->ops->buffer_import(t, fd, &second, &size_bytes), 0);
	assert_int_equal(first, second);
	assert_int_equal(size_bytes, 8192);
	assert_int_equal(t->ops->buffer_close(t, first), 0);
	assert_int_equal(kernel.open_handles, 1);
	assert_int_equal(t->ops->buffer_close(t, first), 0);
	assert_int_equal(kernel.open_handles, 0);
	close(fd);
}

static void
K21_nothing_is_imported_into_the_published_driver(void **state)
{
	struct apui_transport *t = NULL;
	uint32_t handle;
	uint64_t size_bytes;

	(void)state;
	reset_kernel(&published, "2023");
	assert_int_equal(open_client("/dev/dri/card0", "2023", &t), 0);
	assert_int_equal(t->ops->buffer_import(t, 0, &handle, &size_bytes),
			 -EOPNOTSUPP);
	assert_int_not_equal(kernel.last_request, DRM_IOCTL_PRIME_FD_TO_HANDLE);
	t->ops->close(t);
}

static void
sizes_that_the_kernel_would_cut_are_refused(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handle;

	assert_int_equal(t->ops->buffer_new(t, 0, 0, &handle), -ENOMEM);
	assert_int_equal(
		t->ops->buffer_new(t, (UINT64_C(1) << 32) + 1, 0, &handle),
		-ENOMEM); /* K19 */
	assert_int_not_equal(kernel.last_request, kernel.abi->gem_new);
}

static void
lost_device_is_told_by_every_verb(void **state)
{
	struct apui_transport *t = *state;
	const struct apui_request req = { .out_syncobj = 7 };
	uint32_t handle;

	script(kernel.abi->queue, -1, ENODEV, 1);
	assert_int_equal(t->ops->queue(t, &req), -ENODEV);
	script(kernel.abi->gem_new, -1, ENODEV, 1);
	assert_int_equal(t->ops->buffer_new(t, 1, 0, &handle), -ENODEV);
	script(DRM_IOCTL_SYNCOBJ_WAIT, -1, ENODEV, 1);
	assert_int_equal(t->ops->syncobj_wait(t, 7, 1), -ENODEV);
}

/* Run in the child: what it gets, 0 when all is refused untouched. */
static int
try_in_child(struct apui_transport *t, uint32_t handle)
{
	const struct apui_request req = { .out_syncobj = 7 };
	struct apui_event event;
	unsigned int before = kernel.calls;
	uint32_t flags;
	void *ptr;

	if (t->ops->state(t, 0, &flags) != -EPERM ||
	    t->ops->buffer_new(t, 1, 0, &flags) != -EPERM ||
	    t->ops->buffer_map(t, handle, &ptr) != -EPERM ||
	    t->ops->queue(t, &req) != -EPERM ||
	    t->ops->syncobj_wait(t, 7, 1) != -EPERM ||
	    t->ops->read_events(t, &event, 1) != -EPERM)
		return 1;
	t->ops->close(t);
	return kernel.calls != before;
}

static void
child_is_refused_and_touches_nothing(void **state)
{
	struct apui_transport *t = *state;
	uint32_t handle;
	int status = -1;
	pid_t child;

	assert_int_equal(t->ops->buffer_new(t, 100, 0, &handle), 0);
	child = fork();
	if (child == 0)
		_exit(try_in_child(t, handle));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest fixed[] = {
		cmocka_unit_test(missing_node_is_named),
		cmocka_unit_test(mastership_of_a_card_is_given_up),
		cmocka_unit_test(card_behind_a_link_is_a_card),
		TEST(sync_file_is_of_the_syncobj),
		cmocka_unit_test(K12_published_driver_s_fences_are_not_polled),
		cmocka_unit_test(maps_are_not_there_in_a_child),
		cmocka_unit_test(kept_node_is_closed_on_exec),
		TEST(interrupted_calls_restart_with_pristine_arguments),
		TEST(busy_kernel_is_not_asked_again),
		TEST(K6_positive_return_is_a_fault),
		TEST(K2_unknown_handle_never_reaches_the_kernel),
		TEST(buffer_twice_in_a_request_is_refused),
		TEST(K3_core_that_is_not_there_never_reaches_the_kernel),
		TEST(K12_request_over_a_message_never_reaches_the_kernel),
		TEST(events_are_read_whole_and_unknown_ones_skipped),
		TEST(cut_and_lying_events_end_the_reading),
		TEST(K8_K9_dequeue_tells_nothing_from_something),
		TEST(K5_buffer_is_mapped_once),
		TEST(driver_without_addresses_says_so),
		TEST(same_memory_imported_twice_is_one_handle),
		cmocka_unit_test(
			K21_nothing_is_imported_into_the_published_driver),
		TEST(sizes_that_the_kernel_would_cut_are_refused),
		TEST(lost_device_is_told_by_every_verb),
		TEST(child_is_refused_and_touches_nothing),
	};
	struct CMUnitTest tests[COUNT(fixed) + COUNT(version_rows)];
	size_t count = COUNT(fixed);

	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < COUNT(version_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = version_rows[i].name,
			.test_func = check_version,
			.initial_state = (void *)&version_rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
