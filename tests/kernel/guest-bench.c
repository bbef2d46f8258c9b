/* SPDX-License-Identifier: MIT */

/*
 * What the library adds to a job: the round trip of a command that does
 * nothing, against the same done with bare ioctls; and how many ioctls an
 * inference takes.
 */

#include "core/device.h"
#include "guest-test.h"
#include "transport/drm/client.h"
#include "uapi/apu_drm.h"
#include <drm.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	BLOCKS = 40,
	JOBS_A_BLOCK = 25,
	MAX_RUNS = 8,
	WARM_UP_JOBS = 100,
	INFERENCES = 20,
	MAX_IOCTLS = 3,
	GOAL_PERCENT = 5,
	STEADY_PERCENT = 2,
	/* As seldom as the library does. */
	JOBS_A_DRAIN = 32,
};

struct bench {
	/* The library's side. */
	struct apu_device *dev;
	struct apu_job *job;
	/* The bare side. */
	const struct apui_drm_abi *abi;
	int fd;
	uint32_t syncobj;
	uint8_t *data;
	unsigned int unread; /* events */
};

/* On a busy machine no two runs are alike. */
#define MAX_BENCH_NS INT64_C(15000000000)

enum side { LIBRARY, BARE, SIDES };

static int64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
run_library_job(struct bench *b)
{
	struct apu_fence *fence;

	assert_int_equal(apu_job_submit(b->job, &fence), 0);
	assert_int_equal(apu_fence_wait(fence, deadline_ns(b->dev)), 0);
	apu_fence_unref(fence);
}

static void
run_bare_job(struct bench *b)
{
	struct apui_drm_gem_queue queue = {
		.cmd = CMD_COPY_INLINE_BUFFER,
		.out_sync = b->syncobj,
	};
	struct drm_syncobj_wait wait = {
		.handles = (uintptr_t)&b->syncobj,
		.timeout_nsec = now_ns() + LONG_NS,
		.count_handles = 1,
	};
	struct apui_drm_gem_dequeue dequeue = {
		.out_sync = b->syncobj,
		.result = UINT16_MAX,
		.data = (uintptr_t)b->data,
	};
	uint8_t events[4096];

	assert_int_equal(ioctl(b->fd, b->abi->queue, &queue), 0);
	assert_int_equal(ioctl(b->fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait), 0);
	assert_int_equal(ioctl(b->fd, b->abi->dequeue, &dequeue), 0);
	assert_int_equal(dequeue.result, 0);
	if (++b->unread == JOBS_A_DRAIN) {
		assert_true(read(b->fd, events, sizeof(events)) > 0);
		b->unread = 0;
	}
}

static void (*const run_job[SIDES])(struct bench *b) = {
	[LIBRARY] = run_library_job,
	[BARE] = run_bare_job,
};

/* Emulated processors wake each other slowly, and never twice the same. */
static void
use_one_processor(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	assert_int_equal(sched_setaffinity(0, sizeof(first), &first), 0);
	stop_device(SIGTERM);
	start_device();
}

static void
open_bench(struct bench *b)
{
	struct drm_syncobj_create create = { .flags = 0 };
	char path[64];

	use_one_processor();
	b->dev = open_device();
	assert_int_equal(apu_job_new_command(b->dev, CMD_COPY_INLINE_BUFFER,
					     NULL, 0, 0, NULL, 0, &b->job),
			 0);
	b->abi = apui_drm_client(b->dev->transport)->abi;
	find_node(path, sizeof(path));
	b->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	assert_true(b->fd >= 0);
	assert_int_equal(ioctl(b->fd, DRM_IOCTL_SYNCOBJ_CREATE, &create), 0);
	b->syncobj = create.handle;
	b->data = malloc(APUI_DEQUEUE_BYTES);
	assert_non_null(b->data);
	for (int i = 0; i < WARM_UP_JOBS; i++)
		for (int side = 0; side < SIDES; side++)
			run_job[side](b);
}

static void
close_bench(struct bench *b)
{
	free(b->data);
	close(b->fd);
	apu_job_free(b->job);
	apu_device_unref(b->dev);
}

static int
compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Microseconds a job, the medians of blocks of both sides by turns. */
static void
measure(struct bench *b, double medians[SIDES])
{
	int64_t blocks[SIDES][BLOCKS];

	for (int i = 0; i < BLOCKS; i++)
		for (int k = 0; k < SIDES; k++) {
			int side = (i + k) % SIDES;
			int64_t begun_ns = now_ns();

			for (int n = 0; n < JOBS_A_BLOCK; n++)
				run_job[side](b);
			blocks[side][i] = now_ns() - begun_ns;
		}
	for (int side = 0; side < SIDES; side++) {
		qsort(blocks[side], BLOCKS, sizeof(blocks[side][0]), compare);
		medians[side] = (double)(blocks[side][BLOCKS / 2 - 1] +
					 blocks[side][BLOCKS / 2]) /
				(2e3 * JOBS_A_BLOCK);
	}
}

static bool
is_steady(const double before[SIDES], const double after[SIDES])
{
	for (int side = 0; side < SIDES; side++) {
		double change = after[side] / before[side] - 1;

		if (change * 100 > STEADY_PERCENT ||
		    change * 100 < -STEADY_PERCENT)
			return false;
	}
	return true;
}

static void
library_adds_little_to_a_job(void **state)
{
	struct bench bench = { .unread = 0 };
	double before[SIDES], after[SIDES];
	bool was_steady = false;
	double percent;
	int64_t end_ns;
	int runs = 1;

	(void)state;
	open_bench(&bench);
	end_ns = now_ns() + MAX_BENCH_NS;
	measure(&bench, after);
	while (!was_steady && runs < MAX_RUNS && now_ns() < end_ns) {
		for (int side = 0; side < SIDES; side++)
			before[side] = after[side];
		measure(&bench, after);
		was_steady = is_steady(before, after);
		runs++;
	}
	percent = 100 * (after[LIBRARY] / after[BARE] - 1);
	printf("# round trip: %.1f us with libapu, %.1f us with bare ioctls: "
	       "%+.1f %%, goal %d %% (%d blocks of %d jobs each, run %d%s)\n",
	       after[LIBRARY], after[BARE], percent, GOAL_PERCENT, BLOCKS,
	       JOBS_A_BLOCK, runs, was_steady ? "" : ", unsteady");
	assert_true(percent <= GOAL_PERCENT * goal_factor());
	close_bench(&bench);
}

/* One inference of a model that is one RUN, by its path in the environment. */
static struct apu_job *
new_inference(struct apu_device *dev, struct apu_buffer **out_buf)
{
	struct apu_model *model;
	struct apu_job *job;

	assert_int_equal(apu_model_load_file(dev, getenv("APU_GUEST_MODEL"),
					     NULL, &model),
			 0);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_buffer_new(dev, 8192, APU_BUFFER_ZEROED, out_buf),
			 0);
	assert_int_equal(apu_job_bind_input(job, 0, *out_buf, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, *out_buf, 4096), 0);
	apu_model_unref(model);
	return job;
}

static void
inference_takes_three_ioctls(void **state)
{
	struct apu_device *dev = open_device();
	struct apui_drm_client *client = apui_drm_client(dev->transport);
	struct apu_buffer *buf;
	struct apu_job *job = new_inference(dev, &buf);
	unsigned long before = 0;
	double each;

	(void)state;
	for (int i = -INFERENCES; i < INFERENCES; i++) {
		if (i == 0)
			before = atomic_load(&client->ioctl_count);
		assert_int_equal(apu_job_run(job, deadline_ns(dev)), 0);
	}
	each = (double)(atomic_load(&client->ioctl_count) - before) /
	       INFERENCES;
	printf("# ioctls an inference: %.2f, goal %d\n", each, MAX_IOCTLS);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	assert_true(each <= MAX_IOCTLS);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(library_adds_little_to_a_job),
	cmocka_unit_test(inference_takes_three_ioctls),
};

const struct guest_group bench_group = { "bench", tests, COUNT(tests) };
