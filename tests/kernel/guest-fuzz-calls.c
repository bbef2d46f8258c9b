/* SPDX-License-Identifier: MIT */

/*
 * The random ioctls: the driver's range, and of the core's those that clients
 * need. GET_UNIQUE and GET_MAGIC, which end the kernel on accel nodes (K23),
 * are not among them. Half of the arguments make sense, so that calls get deep.
 */

#include "guest-fuzz.h"
#include "guest-test.h"
#include "uapi/apu_drm.h"
#include <drm.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	MAX_WAIT_NS = 1000000,
	DEQUEUE_BYTES = 1 << 16,
};

/* xorshift64*: any state but 0. */
static uint32_t
any(struct fuzzer *f)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return (uint32_t)((f->random * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

uint32_t
fuzz_below(struct fuzzer *f, uint32_t bound)
{
	return any(f) % bound;
}

static bool
coin(struct fuzzer *f)
{
	return (any(f) & 1) != 0;
}

/* Numbers that somebody might have forgotten. */
static uint32_t
odd_number(struct fuzzer *f)
{
	static const uint32_t numbers[] = {
		0,      1,          2,          0x7f,       0xff,
		0xffff, 0x10000,    0x7fffffff, 0x80000000, 0xfffffff0,
		4096,   0x60000000, UINT32_MAX,
	};

	return coin(f) ? numbers[fuzz_below(f, COUNT(numbers))] : any(f);
}

static uint32_t
some_handle(struct fuzzer *f)
{
	return coin(f) ? f->client->handles[fuzz_below(f, FUZZ_HANDLES)]
		       : odd_number(f);
}

static uint32_t
some_syncobj(struct fuzzer *f)
{
	return fuzz_below(f, 8) > 0
		       ? f->client->syncobjs[fuzz_below(f, FUZZ_SYNCOBJS)]
		       : odd_number(f);
}

static int
some_fd(struct fuzzer *f)
{
	return coin(f) ? f->client->fds[fuzz_below(f, FUZZ_FDS)]
		       : (int)fuzz_below(f, 64) - 2;
}

/* Room for the most that a kernel writes, or an address that is none. */
static uint64_t
some_pointer(struct fuzzer *f)
{
	static const uint64_t bad[] = { 0, 1, 4096, UINT64_MAX,
					UINT64_C(0xffff888000000000) };

	if (fuzz_below(f, 8) > 0)
		return (uintptr_t)f->arena +
		       fuzz_below(f, FUZZ_ARENA_BYTES - DEQUEUE_BYTES);
	return bad[fuzz_below(f, COUNT(bad))];
}

/* A list of handles, which may be too short for @count. */
static uint64_t
some_list(struct fuzzer *f, uint32_t (*pick)(struct fuzzer *f), uint32_t count)
{
	if (fuzz_below(f, 16) == 0)
		return some_pointer(f);
	for (uint32_t i = 0; i < count && i < FUZZ_MAX_WAITED; i++)
		f->lists[i] = pick(f);
	return (uintptr_t)f->lists;
}

static int64_t
some_deadline(struct fuzzer *f)
{
	struct timespec now;

	if (fuzz_below(f, 4) == 0)
		return -(int64_t)fuzz_below(f, 3);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec +
	       fuzz_below(f, MAX_WAIT_NS);
}

static int
call(struct fuzzer *f, unsigned long request, void *args)
{
	int ret = ioctl(f->client->fd, request, args);

	f->made++;
	f->succeeded += ret == 0;
	return ret;
}

static void
keep_fd(struct fuzzer *f, int fd)
{
	int *slot = &f->client->fds[fuzz_below(f, FUZZ_FDS)];
	int old = __atomic_exchange_n(slot, fd, __ATOMIC_RELAXED);

	if (old >= 0)
		close(old);
}

/* Of the interface that the driver has been loaded with, or of the other. */
static uint32_t
driver_number(struct fuzzer *f, uint32_t of_2021, uint32_t of_2023)
{
	const char *abi = getenv("APU_GUEST_ABI");
	bool is_2021 = abi != NULL && strcmp(abi, "2021") == 0;

	if (fuzz_below(f, 16) == 0)
		is_2021 = !is_2021;
	return is_2021 ? of_2021 : of_2023;
}

#define DRIVER_CALL(f, what, args)                                             \
	call(f,                                                                \
	     APUI_DRM_IOWR(driver_number(f, APUI_DRM_2021_##what,              \
					 APUI_DRM_2023_##what),                \
			   args),                                              \
	     &(args))

static void
call_anything(struct fuzzer *f)
{
	uint32_t number = 0x40 + fuzz_below(f, coin(f) ? 8 : 0x60);
	uint32_t size = coin(f) ? 8 * fuzz_below(f, 8) : fuzz_below(f, 1 << 14);
	uint32_t direction = fuzz_below(f, 4);
	uint32_t args[64];

	for (size_t i = 0; i < COUNT(args); i++)
		args[i] = coin(f) ? some_handle(f) : odd_number(f);
	memcpy(f->arena, args, sizeof(args));
	/* A pointer among them may be written through: ours, or nobody's. */
	for (size_t i = 0; i < 32; i++) {
		uint64_t pointer = some_pointer(f);

		if ((args[2 * i + 1] & 0xffff0000) != 0 || coin(f))
			memcpy(f->arena + 8 * i, &pointer, sizeof(pointer));
	}
	call(f, direction << 30 | size << 16 | 'd' << 8 | number,
	     fuzz_below(f, 16) > 0 ? f->arena : NULL);
}

static void
call_gem_new(struct fuzzer *f)
{
	struct apui_drm_gem_new args = {
		.size = fuzz_below(f, 4) > 0 ? 1 + fuzz_below(f, 1 << 15)
					     : odd_number(f),
		.flags = fuzz_below(f, 8) > 0 ? 0 : odd_number(f),
	};

	if (DRIVER_CALL(f, GEM_NEW, args) == 0)
		f->client->handles[fuzz_below(f, FUZZ_HANDLES)] = args.handle;
}

static void
call_gem_close(struct fuzzer *f)
{
	struct drm_gem_close args = { .handle = some_handle(f) };

	/* Seldom, or there would be nothing to work with. */
	if (fuzz_below(f, 4) == 0)
		call(f, DRM_IOCTL_GEM_CLOSE, &args);
}

static void
call_queue(struct fuzzer *f)
{
	bool is_sane = coin(f);
	struct apui_drm_gem_queue args = {
		.device = is_sane ? fuzz_below(f, 2) : odd_number(f),
		.cmd = is_sane ? fuzz_below(f, 8) : odd_number(f),
		.out_sync = some_syncobj(f),
		.pad = is_sane ? 0 : fuzz_below(f, 2),
		.bo_handle_count =
			is_sane ? fuzz_below(f, 4) : fuzz_below(f, 80),
		.size_in =
			(uint16_t)(is_sane ? fuzz_below(f, 64) : odd_number(f)),
		.size_out =
			(uint16_t)(is_sane ? fuzz_below(f, 64) : odd_number(f)),
	};

	if (!is_sane && fuzz_below(f, 4) == 0)
		args.bo_handle_count = odd_number(f);
	args.bo_handles = some_list(f, some_handle, args.bo_handle_count);
	args.data = some_pointer(f);
	DRIVER_CALL(f, GEM_QUEUE, args);
}

/* One buffer, all is well: such a job runs. */
static void
call_queue_well(struct fuzzer *f)
{
	uint32_t handle = f->client->handles[fuzz_below(f, FUZZ_HANDLES)];
	const uint8_t fill[] = { 0x45, (uint8_t)any(f), 0 };
	struct apui_drm_gem_queue args = {
		.device = fuzz_below(f, 2),
		.cmd = coin(f) ? CMD_FILL_BUFFER : CMD_COPY_SHARED_BUFFER,
		.out_sync = f->client->syncobjs[fuzz_below(f, FUZZ_SYNCOBJS)],
		.bo_handles = (uintptr_t)&handle,
		.bo_handle_count = 1,
		.data = (uintptr_t)fill,
	};

	if (args.cmd == CMD_FILL_BUFFER)
		args.size_in = sizeof(fill);
	DRIVER_CALL(f, GEM_QUEUE, args);
}

static void
call_dequeue(struct fuzzer *f)
{
	struct apui_drm_gem_dequeue args = {
		.out_sync = some_syncobj(f),
		.data = some_pointer(f),
	};

	DRIVER_CALL(f, GEM_DEQUEUE, args);
}

static struct apui_drm_gem_iommu_map
some_map(struct fuzzer *f)
{
	struct apui_drm_gem_iommu_map args = {
		.bo_handle_count =
			fuzz_below(f, 8) > 0 ? fuzz_below(f, 4) : odd_number(f),
		.bo_device_addresses = some_pointer(f),
	};

	args.bo_handles = some_list(f, some_handle, args.bo_handle_count);
	return args;
}

static void
call_iommu_map(struct fuzzer *f)
{
	struct apui_drm_gem_iommu_map args = some_map(f);

	DRIVER_CALL(f, GEM_IOMMU_MAP, args);
}

static void
call_iommu_unmap(struct fuzzer *f)
{
	struct apui_drm_gem_iommu_map args = some_map(f);

	DRIVER_CALL(f, GEM_IOMMU_UNMAP, args);
}

static void
call_state(struct fuzzer *f)
{
	struct apui_drm_state args = { .device = odd_number(f) };

	DRIVER_CALL(f, STATE, args);
}

static void
call_version(struct fuzzer *f)
{
	struct drm_version args = {
		.name_len = fuzz_below(f, DEQUEUE_BYTES),
		.name = (char *)(uintptr_t)some_pointer(f),
		.date_len = fuzz_below(f, DEQUEUE_BYTES),
		.date = (char *)(uintptr_t)some_pointer(f),
		.desc_len = fuzz_below(f, DEQUEUE_BYTES),
		.desc = (char *)(uintptr_t)some_pointer(f),
	};

	call(f, DRM_IOCTL_VERSION, &args);
}

static void
call_get_cap(struct fuzzer *f)
{
	struct drm_get_cap args = {
		.capability = coin(f) ? fuzz_below(f, 32) : odd_number(f),
	};

	call(f, DRM_IOCTL_GET_CAP, &args);
}

static void
call_prime_export(struct fuzzer *f)
{
	struct drm_prime_handle args = {
		.handle = some_handle(f),
		.flags = coin(f) ? DRM_CLOEXEC | DRM_RDWR : odd_number(f),
		.fd = -1,
	};

	if (call(f, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args) == 0)
		keep_fd(f, args.fd);
}

static void
call_prime_import(struct fuzzer *f)
{
	struct drm_prime_handle args = { .fd = some_fd(f) };

	if (call(f, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args) == 0)
		f->client->handles[fuzz_below(f, FUZZ_HANDLES)] = args.handle;
}

static void
call_syncobj_create(struct fuzzer *f)
{
	struct drm_syncobj_create args = {
		.flags =
			fuzz_below(f, 4) > 0 ? fuzz_below(f, 2) : odd_number(f),
	};

	if (call(f, DRM_IOCTL_SYNCOBJ_CREATE, &args) == 0)
		f->client->syncobjs[fuzz_below(f, FUZZ_SYNCOBJS)] = args.handle;
}

static void
call_syncobj_destroy(struct fuzzer *f)
{
	struct drm_syncobj_destroy args = { .handle = some_syncobj(f) };

	if (fuzz_below(f, 4) == 0)
		call(f, DRM_IOCTL_SYNCOBJ_DESTROY, &args);
}

static void
call_syncobj_fd(struct fuzzer *f)
{
	bool is_export = coin(f);
	struct drm_syncobj_handle args = {
		.handle = some_syncobj(f),
		.flags =
			fuzz_below(f, 4) > 0 ? fuzz_below(f, 2) : odd_number(f),
		.fd = is_export ? -1 : some_fd(f),
	};

	if (call(f,
		 is_export ? DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD
			   : DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
		 &args) == 0 &&
	    is_export)
		keep_fd(f, args.fd);
}

static void
call_syncobj_array(struct fuzzer *f)
{
	struct drm_syncobj_array args = {
		.count_handles =
			coin(f) ? 1 : fuzz_below(f, FUZZ_MAX_WAITED + 1),
		.pad = fuzz_below(f, 8) == 0,
	};

	args.handles = some_list(f, some_syncobj, args.count_handles);
	call(f, coin(f) ? DRM_IOCTL_SYNCOBJ_RESET : DRM_IOCTL_SYNCOBJ_SIGNAL,
	     &args);
}

static void
call_syncobj_wait(struct fuzzer *f)
{
	struct drm_syncobj_wait args = {
		.timeout_nsec = some_deadline(f),
		.count_handles = fuzz_below(f, 4) > 0
					 ? fuzz_below(f, 4)
					 : fuzz_below(f, FUZZ_MAX_WAITED + 1),
		.flags =
			fuzz_below(f, 4) > 0 ? fuzz_below(f, 4) : odd_number(f),
	};

	args.handles = some_list(f, some_syncobj, args.count_handles);
	call(f, DRM_IOCTL_SYNCOBJ_WAIT, &args);
}

static void
call_syncobj_transfer(struct fuzzer *f)
{
	struct drm_syncobj_transfer args = {
		.src_handle = some_syncobj(f),
		.dst_handle = some_syncobj(f),
		.src_point = fuzz_below(f, 2),
		.dst_point = fuzz_below(f, 2),
	};

	call(f, DRM_IOCTL_SYNCOBJ_TRANSFER, &args);
}

static void
call_syncobj_query(struct fuzzer *f)
{
	struct drm_syncobj_timeline_array args = {
		.points = some_pointer(f),
		.count_handles = fuzz_below(f, FUZZ_MAX_WAITED + 1),
		.flags = fuzz_below(f, 4),
	};

	args.handles = some_list(f, some_syncobj, args.count_handles);
	call(f,
	     coin(f) ? DRM_IOCTL_SYNCOBJ_QUERY
		     : DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL,
	     &args);
}

static void
call_syncobj_timeline_wait(struct fuzzer *f)
{
	struct drm_syncobj_timeline_wait args = {
		.points = some_pointer(f),
		.timeout_nsec = some_deadline(f),
		.count_handles = fuzz_below(f, FUZZ_MAX_WAITED + 1),
		.flags = fuzz_below(f, 8),
	};

	args.handles = some_list(f, some_syncobj, args.count_handles);
	call(f, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
}

static void (*const calls[])(struct fuzzer *f) = {
	call_anything,        call_anything,      call_gem_new,
	call_gem_close,       call_queue,         call_queue,
	call_queue_well,      call_queue_well,    call_dequeue,
	call_dequeue,         call_iommu_map,     call_iommu_unmap,
	call_state,           call_version,       call_get_cap,
	call_prime_export,    call_prime_import,  call_syncobj_create,
	call_syncobj_destroy, call_syncobj_fd,    call_syncobj_array,
	call_syncobj_wait,    call_syncobj_wait,  call_syncobj_transfer,
	call_syncobj_query,   call_syncobj_query, call_syncobj_timeline_wait,
};

void
fuzz_call(struct fuzzer *f)
{
	calls[fuzz_below(f, COUNT(calls))](f);
}
