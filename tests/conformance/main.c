/* SPDX-License-Identifier: MIT */
#include "conformance.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A case that takes longer is named. */
#define SLOW_S 2.0

#define CAN_ALL (CAN_RUN_COMMANDS | CAN_RUN_MODELS | CAN_ADDRESS | CAN_SHARE)

static const struct transport {
	const char *scheme;
	unsigned int capabilities;
	unsigned int count_divisor; /* of scaled() */
} transports[] = {
	{ "sim:", CAN_ALL | CAN_FAULT, 1 },
	{ "null:", CANNOT_RUN | CANNOT_SHARE, 1 },
	{ "drm:", CAN_ALL | CAN_FAULT, 10 },
};

/* What a device is without, when a case is skipped. */
static const struct {
	unsigned int capability;
	const char *name;
} capability_names[] = {
	{ CAN_RUN_COMMANDS, "commands" },    { CAN_RUN_MODELS, "models" },
	{ CAN_ADDRESS, "device addresses" }, { CAN_SHARE, "import and export" },
	{ CAN_FAULT, "faults on demand" },
};

static const struct conformance_group *const groups[] = {
	&device_group,  &buffer_group,   &lifetime_group, &address_group,
	&share_group,   &process_group,  &command_group,  &submit_group,
	&wait_group,    &signal_group,   &model_group,    &async_group,
	&control_group, &compiled_group, &fence_fd_group, &fault_group,
	&reset_group,
};

const char *conformance_spec;
static unsigned int count_divisor = 1;

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

unsigned int
scaled(unsigned int count)
{
	return count > count_divisor ? count / count_divisor : 1;
}

static const struct transport *
find_transport(const char *spec)
{
	for (size_t i = 0; i < COUNT(transports); i++)
		if (strncmp(spec, transports[i].scheme,
			    strlen(transports[i].scheme)) == 0)
			return &transports[i];
	fprintf(stderr, "conformance: no row for device string %s\n", spec);
	exit(2);
}

/* A driver's device has faults where somebody tells how to ask for them. */
static unsigned int
find_capabilities(const struct transport *transport)
{
	if (strcmp(transport->scheme, "drm:") == 0 &&
	    getenv("APU_TEST_FAULTS") == NULL)
		return transport->capabilities & ~(unsigned int)CAN_FAULT;
	return transport->capabilities;
}

/* A case of a refusal is not missed where nothing is refused. */
static bool
is_skipped(const struct conformance_case *c, unsigned int missing)
{
	if ((c->needs & (CANNOT_RUN | CANNOT_SHARE)) != 0)
		return false;
	for (size_t i = 0; i < COUNT(capability_names); i++)
		if ((missing & capability_names[i].capability) != 0)
			printf("# skipped: %s: the device is without %s\n",
			       c->name, capability_names[i].name);
	return true;
}

static struct timespec begun;

static int
begin_case(void **state)
{
	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &begun);
	return 0;
}

/* What takes long on a device should be done less often there. */
static int
end_case(void **state)
{
	const struct conformance_case *c = *state;
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - begun.tv_sec) +
		  (double)(now.tv_nsec - begun.tv_nsec) / 1e9;
	if (seconds > SLOW_S)
		printf("# %.1f s: %s\n", seconds, c->name);
	return 0;
}

static size_t
choose_cases(unsigned int capabilities, struct CMUnitTest *tests, size_t max,
	     size_t *out_skipped)
{
	size_t count = 0;

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g]->count; i++) {
			const struct conformance_case *c = &groups[g]->cases[i];
			unsigned int missing = c->needs & ~capabilities;

			if (missing != 0) {
				*out_skipped += is_skipped(c, missing);
				continue;
			}
			if (count == max)
				abort();
			tests[count++] = (struct CMUnitTest) {
				.name = c->name,
				.test_func = c->check,
				.setup_func = begin_case,
				.teardown_func = end_case,
				.initial_state = (void *)(uintptr_t)c,
			};
		}
	}
	return count;
}

int
main(int argc, char **argv)
{
	static struct CMUnitTest tests[512];
	const struct transport *transport;
	size_t count, skipped = 0;
	int failures;

	if (argc != 2) {
		fprintf(stderr, "usage: conformance DEVICE\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	conformance_spec = argv[1];
	transport = find_transport(argv[1]);
	count_divisor = transport->count_divisor;
	count = choose_cases(find_capabilities(transport), tests, COUNT(tests),
			     &skipped);
	failures = _cmocka_run_group_tests("conformance", tests, count, NULL,
					   NULL);
	printf("# conformance: %zu cases run, %zu skipped on %s\n", count,
	       skipped, conformance_spec);
	return failures;
}
