/* SPDX-License-Identifier: MIT */

/* Devices that hang and go again and again, and what was in flight then. */

#include "faults.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

static void
waits_of_any_length_end_during_a_hang(void **state)
{
	static const int64_t timeouts_ns[] = { 0, 1000, 10000000 };
	struct apu_device *dev = begin_faults("job:hang");
	struct apu_fence *hung = submit_echo(dev, 0, 1);
	struct apu_fence *behind = submit_echo(dev, 0, 2);

	(void)state;
	for (size_t i = 0; i < COUNT(timeouts_ns); i++) {
		int64_t deadline_ns =
			apu_device_deadline_ns(dev, timeouts_ns[i]);
		int ret = apu_fence_wait(behind, deadline_ns);

		/* A thread that was away for long finds that all is over. */
		assert_true(ret == -ETIME || ret == 0);
		ret = apu_fence_wait(hung, deadline_ns);
		assert_true(ret == -ETIME || ret == -ETIMEDOUT);
	}
	assert_timed_out(dev, hung);
	assert_echo(dev, behind, 2, ECHO_BYTES);
	end_faults(dev);
}

static void
work_of_many_clients_goes_on_after_a_hang(void **state)
{
	enum { CLIENTS = 6 };
	struct apu_device *dev = begin_faults("job:hang");
	struct apu_fence *hung = submit_echo(dev, 0, 1);
	struct apu_device *clients[CLIENTS];
	struct apu_fence *fences[CLIENTS][4];

	(void)state;
	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i] = open_client();
		for (uint8_t k = 0; k < 4; k++)
			fences[i][k] = submit_echo(clients[i], 0,
						   (uint8_t)(10 * i + k));
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		for (uint8_t k = 0; k < 4; k++)
			assert_echo(clients[i], fences[i][k],
				    (uint8_t)(10 * i + k), ECHO_BYTES);
		apu_device_unref(clients[i]);
	}
	assert_timed_out(dev, hung);
	end_faults(dev);
}

static void
fd_of_a_hung_fence_is_readable_at_its_end(void **state)
{
	struct apu_device *dev = begin_faults("job:hang");
	struct apu_fence *hung = submit_echo(dev, 0, 1);
	struct pollfd item = { .events = POLLIN };

	(void)state;
	assert_int_equal(apu_fence_export_fd(hung, &item.fd), 0);
	assert_int_equal(poll(&item, 1, (int)(LONG_NS / 1000000)), 1);
	assert_true((item.revents & POLLIN) != 0);
	assert_int_equal(apu_fence_status(hung), -ETIMEDOUT);
	close(item.fd);
	apu_fence_unref(hung);
	end_faults(dev);
}

static void
core_is_reset_again_and_again(void **state)
{
	struct apu_device *dev =
		begin_faults("job:nth=1:hang+job:nth=3:hang+job:nth=5:hang");

	(void)state;
	for (uint8_t i = 0; i < 3; i++) {
		struct apu_fence *hung = submit_echo(dev, 0, i);
		struct apu_fence *good = submit_echo(dev, 0, i);

		assert_timed_out(dev, hung);
		assert_echo(dev, good, i, ECHO_BYTES);
	}
	end_faults(dev);
}

/* Each job of it is a fault of its own, and the next does not wait for it. */
static void
jobs_that_hang_in_a_row_time_out_in_turn(void **state)
{
	struct apu_device *dev =
		begin_faults("job:nth=1:hang+job:nth=2:hang+job:nth=3:hang");
	struct apu_fence *hung[3], *good;

	(void)state;
	for (uint8_t i = 0; i < COUNT(hung); i++)
		hung[i] = submit_echo(dev, 0, i);
	good = submit_echo(dev, 0, 9);
	for (uint8_t i = 0; i < COUNT(hung); i++)
		assert_timed_out(dev, hung[i]);
	assert_echo(dev, good, 9, ECHO_BYTES);
	end_faults(dev);
}

static const struct conformance_case cases[] = {
	{ "waits of any length end during a hang", CAN_FAULT,
	  waits_of_any_length_end_during_a_hang },
	{ "work of many clients goes on after a hang", CAN_FAULT,
	  work_of_many_clients_goes_on_after_a_hang },
	{ "fd of a hung fence is readable at its end", CAN_FAULT,
	  fd_of_a_hung_fence_is_readable_at_its_end },
	{ "a core is reset again and again", CAN_FAULT,
	  core_is_reset_again_and_again },
	{ "jobs that hang in a row time out in turn", CAN_FAULT,
	  jobs_that_hang_in_a_row_time_out_in_turn },
};

const struct conformance_group reset_group = { cases, COUNT(cases) };
