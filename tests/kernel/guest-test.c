/* SPDX-License-Identifier: MIT */

/*
 * guest-test APU_DEVICED GROUP...: what disturbs a driver, in a guest that has
 * it loaded and whose device nobody is yet. Needs root, and leaves no device
 * behind.
 */

#include "guest-test.h"
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TRIES = 400 };

static const struct guest_group *const groups[] = {
	&clients_group, &share_group, &loss_group, &fuzz_group, &bench_group,
};

static const char *device_path;
pid_t device_pid;

void
sleep_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

int64_t
deadline_ns(const struct apu_device *dev)
{
	return apu_device_deadline_ns(dev, LONG_NS);
}

struct apu_device *
open_device(void)
{
	struct apu_device *dev = NULL;

	assert_int_equal(apu_device_open(SPEC, &dev), 0);
	return dev;
}

void
find_node(char *path, size_t room)
{
	struct apu_device_list *list;

	path[0] = '\0';
	assert_int_equal(apu_device_list_new(&list), 0);
	for (unsigned int i = 0; i < apu_device_list_count(list); i++) {
		const char *spec = apu_device_list_spec(list, i);

		if (strncmp(spec, "drm:", 4) == 0)
			snprintf(path, room, "%s", spec + 4);
	}
	apu_device_list_free(list);
}

int
echo(struct apu_device *dev, uint32_t client, uint32_t turn)
{
	const uint32_t sent[] = { client, turn, ~turn };
	uint32_t got[4] = { 0 };
	struct apu_fence *fence = NULL;
	struct apu_job *job;
	size_t size_bytes = 0;
	int ret;

	ret = apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, sent,
				  sizeof(sent), sizeof(sent), NULL, 0, &job);
	if (ret < 0)
		return ret;
	ret = apu_job_submit(job, &fence);
	apu_job_free(job);
	if (ret < 0)
		return ret;
	ret = apu_fence_wait(fence, deadline_ns(dev));
	if (ret == 0)
		ret = apu_fence_read_data(fence, got, sizeof(got), &size_bytes);
	apu_fence_unref(fence);
	if (ret < 0)
		return ret;
	return size_bytes == sizeof(sent) &&
			       memcmp(sent, got, sizeof(sent)) == 0
		       ? 0
		       : -EBADMSG;
}

struct apu_fence *
submit_busy(struct apu_device *dev, struct apu_buffer *buf)
{
	struct apu_fence *fence = NULL;
	struct apu_job *job;

	assert_int_equal(apu_job_new_command(dev, CMD_COPY_SHARED_BUFFER, NULL,
					     0, 0, &buf, 1, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	return fence;
}

int
goal_factor(void)
{
	const char *clock = getenv("APU_GUEST_CLOCK");

	return clock != NULL && strcmp(clock, "counted") == 0 ? 1 : 10;
}

long
read_counter(const char *name)
{
	char path[64], line[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/debug/apu/%s", name);
	file = fopen(path, "r");
	if (file == NULL)
		return -1;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '-';
	fclose(file);
	return strtol(line, NULL, 10);
}

bool
counters_become_zero(void)
{
	static const char *const names[] = { "buffers", "jobs", "files" };
	long sum = -1;

	for (int i = 0; i < MAX_TRIES && sum != 0; i++) {
		if (i > 0)
			sleep_ms(10);
		sum = 0;
		for (size_t k = 0; k < COUNT(names); k++)
			sum += labs(read_counter(names[k]));
	}
	return sum == 0;
}

pid_t
start_child(int (*function)(uint32_t argument), uint32_t argument)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(-function(argument));
	return pid;
}

void
join_child(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

void
start_device(void)
{
	char *const argv[] = { (char *)device_path, NULL };
	char *const envp[] = { NULL };
	int ret = -ENODEV;

	assert_int_equal(
		posix_spawn(&device_pid, device_path, NULL, NULL, argv, envp),
		0);
	for (int i = 0; i < MAX_TRIES && ret < 0; i++) {
		struct apu_device *dev;

		ret = apu_device_open(SPEC, &dev);
		if (ret == 0) {
			ret = echo(dev, 0, 0);
			apu_device_unref(dev);
		}
		if (ret < 0)
			sleep_ms(10);
	}
	assert_int_equal(ret, 0);
}

int
stop_device(int signal)
{
	int status = -1;

	if (device_pid > 0) {
		kill(device_pid, signal);
		waitpid(device_pid, &status, 0);
		device_pid = 0;
	}
	return status;
}

static int
begin(void **state)
{
	(void)state;
	start_device();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	stop_device(SIGTERM);
	return 0;
}

/* Failures, or 1 for a group that is not there. */
static int
run_group(const char *name)
{
	for (size_t i = 0; i < COUNT(groups); i++) {
		const struct guest_group *group = groups[i];

		if (strcmp(group->name, name) == 0)
			return _cmocka_run_group_tests(
				name, group->tests, group->count, begin, end);
	}
	fprintf(stderr, "guest-test: there is no group %s\n", name);
	return 1;
}

int
main(int argc, char **argv)
{
	int failures = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: guest-test APU_DEVICED GROUP...\n");
		return 2;
	}
	device_path = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 2; i < argc; i++)
		failures += run_group(argv[i]) != 0;
	return failures > 0;
}
