/* SPDX-License-Identifier: MIT */

/* A program with a timer: each signal ends the system call that it meets. */

#include "conformance.h"
#include <signal.h>
#include <sys/time.h>

#define COPIES 8
/* Until a wait has met several signals. */
#define MAX_TRIES 200

static volatile sig_atomic_t signal_count;

static void
count_signal(int signal)
{
	(void)signal;
	signal_count++;
}

/* Without SA_RESTART. */
static void
start_signals(void)
{
	const struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction action = { .sa_handler = count_signal };

	signal_count = 0;
	sigemptyset(&action.sa_mask);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
}

static void
stop_signals(void)
{
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	signal(SIGALRM, SIG_DFL);
}

static void
signals_change_no_answer(void **state)
{
	struct apu_device *dev = open_device();
	int ret = 0;

	(void)state;
	start_signals();
	for (uint32_t i = 0; i < 100000 && ret == 0; i++) {
		ret = echo_command(dev, 7, i);
		if (signal_count >= (sig_atomic_t)scaled(100))
			break;
	}
	stop_signals();
	assert_int_equal(ret, 0);
	assert_true(signal_count > 0);
	apu_device_unref(dev);
}

/* Asserts nothing: the timer is running. */
static int
wait_for_copies(struct apu_device *dev, struct apu_buffer *buf)
{
	struct apu_fence *fence = NULL;
	int ret = 0;

	for (int i = 0; i < COPIES && ret == 0; i++) {
		apu_fence_unref(fence);
		fence = NULL;
		ret = submit_copy(dev, buf, &fence);
	}
	if (ret == 0)
		ret = apu_fence_wait(fence, INT64_MAX);
	apu_fence_unref(fence);
	return ret;
}

static void
signals_do_not_end_a_wait(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	bool was_hit = false;
	int ret = 0;
	void *map;

	(void)state;
	buf = new_buffer(dev, LARGE_BYTES, 0, &map);
	start_signals();
	for (int i = 0; i < MAX_TRIES && ret == 0 && !was_hit; i++) {
		sig_atomic_t before = signal_count;

		ret = wait_for_copies(dev, buf);
		was_hit = signal_count > before + 2;
	}
	stop_signals();
	assert_int_equal(ret, 0);
	assert_true(was_hit);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static const struct conformance_case cases[] = {
	{ "signals change no answer", CAN_RUN_COMMANDS,
	  signals_change_no_answer },
	{ "signals do not end a wait", CAN_RUN_COMMANDS,
	  signals_do_not_end_a_wait },
};

const struct conformance_group signal_group = { cases, COUNT(cases) };
