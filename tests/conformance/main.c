/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAN_ALL (CAN_RUN_COMMANDS | CAN_RUN_MODELS | CAN_ADDRESS | CAN_SHARE)

static const struct {
	const char *scheme;
	unsigned int capabilities;
} transports[] = {
	{ "sim:", CAN_ALL },
	{ "null:", CANNOT_RUN | CANNOT_SHARE },
	{ "drm:", CAN_ALL },
};

static const struct conformance_group *const groups[] = {
	&device_group, &buffer_group,  &command_group,  &model_group,
	&async_group,  &control_group, &compiled_group,
};

const char *conformance_spec;

struct apu_device *
open_device(void)
{
	struct apu_device *dev = NULL;

	assert_int_equal(apu_device_open(conformance_spec, &dev), 0);
	assert_non_null(dev);
	return dev;
}

int64_t
long_deadline_ns(const struct apu_device *dev)
{
	return apu_device_deadline_ns(dev, LONG_NS);
}

struct apu_buffer *
new_buffer(struct apu_device *dev, uint64_t size_bytes, uint32_t flags,
	   void **out_map)
{
	struct apu_buffer *buf = NULL;

	assert_int_equal(apu_buffer_new(dev, size_bytes, flags, &buf), 0);
	assert_int_equal(apu_buffer_map(buf, out_map), 0);
	return buf;
}

int
run_command(struct apu_device *dev, uint32_t command, const void *data_in,
	    size_t size_in_bytes, size_t size_out_bytes,
	    struct apu_buffer *const *buffers, unsigned int buffer_count,
	    uint16_t *out_result)
{
	struct apu_fence *fence;
	struct apu_job *job;
	int ret;

	assert_int_equal(apu_job_new_command(dev, command, data_in,
					     size_in_bytes, size_out_bytes,
					     buffers, buffer_count, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	ret = apu_fence_wait(fence, long_deadline_ns(dev));
	assert_int_equal(apu_fence_firmware_result(fence, out_result), 0);
	apu_fence_unref(fence);
	apu_job_free(job);
	return ret;
}

unsigned int
count_open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static unsigned int
find_capabilities(const char *spec)
{
	for (size_t i = 0; i < COUNT(transports); i++)
		if (strncmp(spec, transports[i].scheme,
			    strlen(transports[i].scheme)) == 0)
			return transports[i].capabilities;
	fprintf(stderr, "conformance: no row for device string %s\n", spec);
	exit(2);
}

static size_t
choose_cases(unsigned int capabilities, struct CMUnitTest *tests, size_t max)
{
	size_t count = 0;

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g]->count; i++) {
			const struct conformance_case *c = &groups[g]->cases[i];

			if ((c->needs & ~capabilities) != 0)
				continue;
			if (count == max)
				abort();
			tests[count++] = (struct CMUnitTest) {
				.name = c->name,
				.test_func = c->check,
			};
		}
	}
	return count;
}

int
main(int argc, char **argv)
{
	static struct CMUnitTest tests[256];
	size_t count;

	if (argc != 2) {
		fprintf(stderr, "usage: conformance DEVICE\n");
		return 2;
	}
	conformance_spec = argv[1];
	count = choose_cases(find_capabilities(argv[1]), tests, COUNT(tests));
	return _cmocka_run_group_tests("conformance", tests, count, NULL, NULL);
}
