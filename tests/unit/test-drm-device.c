/* SPDX-License-Identifier: MIT */

/*
 * A device on the drm: transport and the kernel of drm_kernel.h: what the
 * library as a whole asks of a kernel, ioctl by ioctl.
 */

#include "core/fence.h"
#include "drm_kernel.h"
#include "open_on.h"
#include "support/models.h"
#include "uapi/apu_drm.h"
#include <apu/apu.h>
#include <drm.h>
#include <errno.h>
#include <stdio.h>

#define LONG_NS INT64_C(60000000000)

static const struct interface_row {
	const char *name;
	struct apui_drm_version version;
	const char *abi;
} interface_rows[] = {
	{ "own_driver_of_2021", { APUI_DRM_NAME, 1, 1, 2021 }, "" },
	{ "own_driver_of_2023", { APUI_DRM_NAME, 1, 1, 2023 }, "" },
	{ "published_driver_of_2021", { APUI_DRM_NAME, 1, 0, 0 }, "2021" },
	{ "published_driver_of_2023", { APUI_DRM_NAME, 1, 0, 0 }, "2023" },
};

static struct apu_device *
open_device(const struct interface_row *row)
{
	struct apui_transport *t = NULL;

	kernel = (struct kernel) { .version = row->version, .answers = true };
	assert_int_equal(
		apui_drm_abi_choose(&row->version, row->abi, &kernel.abi), 0);
	assert_int_equal(apui_drm_open(
				 &(struct apui_drm_request) {
					 .sys = &fake_system,
					 .roots = &apui_drm_linux_roots,
					 .path = "/dev/accel/accel0",
					 .abi = row->abi,
					 .timeout_ms = 500,
				 },
				 &t),
			 0);
	return open_on(t, "drm:");
}

static unsigned long
count_ioctls(const struct apu_device *dev)
{
	return atomic_load(&apui_drm_client(dev->transport)->ioctl_count);
}

/* A job whose inference is one request. */
static struct apu_job *
new_inference(struct apu_device *dev)
{
	struct tflite_file file = model_chain(1);
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(apu_job_new(model, &job), 0);
	apu_model_unref(model);
	assert_int_equal(apu_buffer_new(dev, 256, 0, &buf), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 64), 0);
	apu_buffer_unref(buf);
	return job;
}

static struct apu_job *
new_command(struct apu_device *dev)
{
	struct apu_job *job = NULL;

	assert_int_equal(apu_job_new_command(dev, 2, NULL, 0, 0, NULL, 0, &job),
			 0);
	return job;
}

static struct apu_fence *
submit(struct apu_job *job)
{
	struct apu_fence *fence = NULL;

	assert_int_equal(apu_job_submit(job, &fence), 0);
	return fence;
}

static void
finish(struct apu_device *dev, struct apu_fence *fence, int status)
{
	assert_int_equal(
		apu_fence_wait(fence, apu_device_deadline_ns(dev, LONG_NS)),
		status);
	apu_fence_unref(fence);
}

/* The latest ioctls, oldest first. */
static void
expect_ioctls(const uint32_t *requests, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(
			kernel.log[(kernel.log_count - count + i) % LOG_LENGTH],
			requests[i]);
}

/* Nothing is made, reset or asked for besides. */
static void
check_three_ioctls(void **state)
{
	struct apu_device *dev = open_device(*state);
	const uint32_t wanted[] = { kernel.abi->queue, DRM_IOCTL_SYNCOBJ_WAIT,
				    kernel.abi->dequeue };
	struct apu_job *jobs[] = { new_inference(dev), new_command(dev) };

	for (size_t k = 0; k < COUNT(jobs); k++) {
		finish(dev, submit(jobs[k]), 0);
		for (int i = 0; i < 500; i++) {
			unsigned long before = count_ioctls(dev);

			finish(dev, submit(jobs[k]), 0);
			assert_int_equal(count_ioctls(dev) - before, 3);
			expect_ioctls(wanted, COUNT(wanted));
		}
		apu_job_free(jobs[k]);
	}
	apu_device_unref(dev);
}

/* The next is queued while the last is at work. */
static void
two_in_flight_take_three_ioctls_each_at_most(void **state)
{
	struct apu_device *dev = open_device(&interface_rows[1]);
	struct apu_job *jobs[] = { new_inference(dev), new_inference(dev) };
	struct apu_fence *fences[2] = { submit(jobs[0]), submit(jobs[1]) };
	unsigned long before = 0;

	(void)state;
	for (unsigned int i = 0; i < 1002; i++) {
		if (i == 2)
			before = count_ioctls(dev);
		finish(dev, fences[i % 2], 0);
		fences[i % 2] = submit(jobs[i % 2]);
	}
	/* Fewer, where an event has told that there is no need to wait. */
	assert_true(count_ioctls(dev) - before <= 3 * 1000);
	for (unsigned int i = 0; i < 2; i++) {
		finish(dev, fences[i], 0);
		apu_job_free(jobs[i]);
	}
	apu_device_unref(dev);
}

/* What the kernel has of a killed device: signalled fences, and no core. */
static void
K9_killed_device_is_told_by_dequeue_and_state(void **state)
{
	struct apu_device *dev = open_device(&interface_rows[1]);
	const uint32_t wanted[] = { kernel.abi->queue, DRM_IOCTL_SYNCOBJ_WAIT,
				    kernel.abi->dequeue, kernel.abi->state,
				    kernel.abi->state };
	struct apu_job *job = new_command(dev);
	unsigned long before;

	(void)state;
	finish(dev, submit(job), 0);
	kernel.is_offline = true;
	kernel.loses = true;
	before = count_ioctls(dev);
	finish(dev, submit(job), -ENODEV);
	expect_ioctls(wanted, COUNT(wanted));
	assert_int_equal(count_ioctls(dev) - before, COUNT(wanted));
	/* From now on nothing is asked. */
	before = count_ioctls(dev);
	assert_int_equal(apu_job_run(job, LONG_NS), -ENODEV);
	assert_int_equal(count_ioctls(dev), before);
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
K9_killed_device_is_told_to_who_only_polls(void **state)
{
	struct apu_device *dev = open_device(&interface_rows[0]);
	struct apu_job *job = new_command(dev);
	struct apu_fence *fence;

	(void)state;
	kernel.is_offline = true;
	kernel.loses = true;
	fence = submit(job);
	assert_int_equal(apu_fence_status(fence), -ENODEV);
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_device_unref(dev);
}

static void
K11_lost_job_of_a_device_that_is_there_is_an_io_error(void **state)
{
	struct apu_device *dev = open_device(&interface_rows[1]);
	struct apu_job *job = new_command(dev);

	(void)state;
	kernel.loses = true;
	finish(dev, submit(job), -EIO);
	kernel.loses = false;
	finish(dev, submit(job), 0);
	apu_job_free(job);
	apu_device_unref(dev);
}

/* All syncobjs that were made are destroyed, as a file may be shared. */
static void
nothing_is_left_at_the_end(void **state)
{
	struct apu_device *dev = open_device(&interface_rows[1]);
	struct apu_job *job = new_inference(dev);
	unsigned int before;

	(void)state;
	for (int i = 0; i < 10; i++)
		finish(dev, submit(job), 0);
	apu_job_free(job);
	before = kernel.calls;
	apu_device_unref(dev);
	assert_int_equal(kernel.calls - before, kernel.next_syncobj);
	assert_int_equal(kernel.open_handles, 0);
}

int
main(void)
{
	static const struct CMUnitTest fixed[] = {
		cmocka_unit_test(two_in_flight_take_three_ioctls_each_at_most),
		cmocka_unit_test(K9_killed_device_is_told_by_dequeue_and_state),
		cmocka_unit_test(K9_killed_device_is_told_to_who_only_polls),
		cmocka_unit_test(
			K11_lost_job_of_a_device_that_is_there_is_an_io_error),
		cmocka_unit_test(nothing_is_left_at_the_end),
	};
	struct CMUnitTest tests[COUNT(fixed) + COUNT(interface_rows)];
	static char names[COUNT(interface_rows)][80];
	size_t count = COUNT(fixed);

	memcpy(tests, fixed, sizeof(fixed));
	for (size_t i = 0; i < COUNT(interface_rows); i++) {
		snprintf(names[i], sizeof(names[i]),
			 "inference_takes_three_ioctls_of_the_%s",
			 interface_rows[i].name);
		tests[count++] = (struct CMUnitTest) {
			.name = names[i],
			.test_func = check_three_ioctls,
			.initial_state = (void *)&interface_rows[i],
		};
	}
	return cmocka_run_group_tests_name("drm device", tests, NULL, NULL);
}
