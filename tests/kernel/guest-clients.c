/* SPDX-License-Identifier: MIT */

/* Clients: many, interrupted ones, lazy ones, killed ones. */

#include "guest-test.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CLIENTS = 4,
	COMMANDS_EACH = 2500,
	IN_FLIGHT = 4,
	LAZY_COMMANDS = 1000,
	SIGNALLED_COMMANDS = 500,
	KILLED_JOBS = 32,
};

static volatile sig_atomic_t signal_count;

/* Several commands at once, each with bytes of its own. */
static int
echo_several(struct apu_device *dev, uint32_t client, uint32_t turn)
{
	struct apu_fence *fences[IN_FLIGHT] = { NULL };
	struct apu_job *job;
	int ret = 0;

	for (uint32_t i = 0; i < IN_FLIGHT && ret == 0; i++) {
		const uint32_t sent[] = { client, turn + i };

		ret = apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, sent,
					  sizeof(sent), sizeof(sent), NULL, 0,
					  &job);
		if (ret == 0)
			ret = apu_job_submit(job, &fences[i]);
		if (ret == 0)
			apu_job_free(job);
	}
	for (uint32_t i = 0; i < IN_FLIGHT && ret == 0; i++) {
		const uint32_t sent[] = { client, turn + i };
		uint32_t got[2] = { 0 };
		size_t size_bytes = 0;

		ret = apu_fence_wait(fences[i], deadline_ns(dev));
		if (ret == 0)
			ret = apu_fence_read_data(fences[i], got, sizeof(got),
						  &size_bytes);
		if (ret == 0 && (size_bytes != sizeof(sent) ||
				 memcmp(sent, got, sizeof(sent)) != 0))
			ret = -EBADMSG;
		apu_fence_unref(fences[i]);
	}
	return ret;
}

static int
run_client(uint32_t client)
{
	struct apu_device *dev;
	int ret = apu_device_open(SPEC, &dev);

	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < COMMANDS_EACH && ret == 0; i += IN_FLIGHT)
		ret = echo_several(dev, client, i);
	apu_device_unref(dev);
	return ret;
}

static void
four_processes_get_their_own_answers(void **state)
{
	pid_t clients[CLIENTS];

	(void)state;
	for (uint32_t i = 0; i < CLIENTS; i++)
		clients[i] = start_child(run_client, i + 1);
	for (uint32_t i = 0; i < CLIENTS; i++)
		join_child(clients[i]);
	printf("# %d processes ran %d commands in all\n", CLIENTS,
	       CLIENTS * COMMANDS_EACH);
}

static void
count_signal(int signal)
{
	(void)signal;
	signal_count++;
}

static void
signals_at_1_khz_change_nothing(void **state)
{
	const struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } };
	const struct itimerval never = { 0 };
	struct sigaction action = { .sa_handler = count_signal };
	struct apu_device *dev = open_device();
	int ret = 0;

	(void)state;
	sigemptyset(&action.sa_mask);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
	for (uint32_t i = 0; i < SIGNALLED_COMMANDS && ret == 0; i++)
		ret = echo(dev, 7, i);
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_DFL);
	printf("# %d commands under %d signals\n", SIGNALLED_COMMANDS,
	       (int)signal_count);
	assert_int_equal(ret, 0);
	assert_true(signal_count > SIGNALLED_COMMANDS / 10);
	apu_device_unref(dev);
}

/* The driver keeps 341 events for a file, and then refuses its jobs. */
static void
who_only_waits_is_never_refused(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_fence *fence;
	struct apu_job *job;

	(void)state;
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER, NULL,
					     0, 0, NULL, 0, &job),
			 0);
	for (int i = 0; i < LAZY_COMMANDS; i++) {
		assert_int_equal(apu_job_submit(job, &fence), 0);
		assert_int_equal(apu_fence_wait(fence, deadline_ns(dev)), 0);
		apu_fence_unref(fence);
	}
	apu_job_free(job);
	apu_device_unref(dev);
}

/* In a child, until it is killed. */
static int
submit_until_killed(uint32_t ready)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;

	if (apu_buffer_new(dev, BUSY_BYTES, 0, &buf) < 0)
		return -ENOMEM;
	for (int i = 0; i < KILLED_JOBS; i++)
		submit_busy(dev, buf);
	if (write((int)ready, "r", 1) != 1)
		return -EPIPE;
	for (;;)
		pause();
}

static void
killed_client_leaves_nothing(void **state)
{
	int pipes[2], status;
	long jobs;
	pid_t client;
	char byte;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	client = start_child(submit_until_killed, (uint32_t)pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	jobs = read_counter("jobs");
	kill(client, SIGKILL);
	assert_int_equal(waitpid(client, &status, 0), client);
	assert_true(WIFSIGNALED(status));
	printf("# killed with %ld jobs in flight\n", jobs);
	assert_true(jobs > 0);
	assert_true(counters_become_zero());
	close(pipes[0]);
	close(pipes[1]);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(four_processes_get_their_own_answers),
	cmocka_unit_test(signals_at_1_khz_change_nothing),
	cmocka_unit_test(who_only_waits_is_never_refused),
	cmocka_unit_test(killed_client_leaves_nothing),
};

const struct guest_group clients_group = { "clients", tests, COUNT(tests) };
