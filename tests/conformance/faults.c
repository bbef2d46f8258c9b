/* SPDX-License-Identifier: MIT */

/*
 * What goes wrong in a device, on demand, and what becomes of the jobs: the
 * same plan for a simulated machine and for the process behind a driver.
 */

#include "faults.h"
#include "support/models.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
hung_job_times_out_and_the_next_completes(void **state)
{
	struct apu_device *dev = begin_faults("job:nth=2:hang");
	struct apu_fence *fences[4];

	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		fences[i] = submit_echo(dev, 0, i);
	assert_echo(dev, fences[0], 0, ECHO_BYTES);
	assert_timed_out(dev, fences[1]);
	assert_echo(dev, fences[2], 2, ECHO_BYTES);
	assert_echo(dev, fences[3], 3, ECHO_BYTES);
	end_faults(dev);
}

/* IGT's pan-reset. */
static void
another_clients_job_completes_after_a_hang(void **state)
{
	struct apu_device *dev = begin_faults("job:hang");
	struct apu_device *bystander = open_client();
	struct apu_fence *hung = submit_echo(dev, 0, 1);
	struct apu_fence *good = submit_echo(bystander, 0, 2);

	(void)state;
	assert_echo(bystander, good, 2, ECHO_BYTES);
	assert_timed_out(dev, hung);
	apu_device_unref(bystander);
	end_faults(dev);
}

static void
other_core_goes_on_during_a_hang(void **state)
{
	struct apu_device *dev = begin_faults("job:core=0:hang");
	int64_t end_ns =
		apu_device_now_ns(dev) + INT64_C(1000000) * atoi(TIMEOUT_MS);
	struct apu_fence *hung = submit_echo(dev, 0, 1);
	int ret;

	(void)state;
	assert_echo(dev, submit_echo(dev, 1, 2), 2, ECHO_BYTES);
	ret = apu_fence_wait(hung, 0);
	/* Unless this thread was away so long that the hang is over. */
	if (apu_device_now_ns(dev) < end_ns)
		assert_int_equal(ret, -ETIME);
	assert_timed_out(dev, hung);
	end_faults(dev);
}

static void
device_closes_with_a_hung_job(void **state)
{
	struct apu_device *dev = begin_faults("job:hang");
	struct apu_device *bystander = open_client();

	(void)state;
	apu_fence_unref(submit_echo(bystander, 0, 1));
	apu_device_unref(bystander);
	assert_echo(dev, submit_echo(dev, 0, 2), 2, ECHO_BYTES);
	end_faults(dev);
}

static void
slow_job_is_waited_for(void **state)
{
	struct apu_device *dev = begin_faults("job:slow=100");
	int64_t begin_ns = apu_device_now_ns(dev);

	(void)state;
	assert_echo(dev, submit_echo(dev, 0, 1), 1, ECHO_BYTES);
	assert_true(apu_device_now_ns(dev) - begin_ns >= 100000000);
	end_faults(dev);
}

static void
job_slower_than_the_timeout_is_given_up(void **state)
{
	struct apu_device *dev = begin_faults("job:slow=600000");
	struct apu_fence *slow = submit_echo(dev, 0, 1);

	(void)state;
	assert_echo(dev, submit_echo(dev, 0, 2), 2, ECHO_BYTES);
	assert_timed_out(dev, slow);
	end_faults(dev);
}

static void
late_reply_completes_no_other_job(void **state)
{
	struct apu_device *dev = begin_faults("job:late=30");
	struct apu_fence *late = submit_echo(dev, 0, 1);
	struct apu_fence *next = submit_echo(dev, 0, 2);

	(void)state;
	assert_timed_out(dev, late);
	assert_echo(dev, next, 2, ECHO_BYTES);
	assert_echo(dev, submit_echo(dev, 0, 3), 3, ECHO_BYTES);
	end_faults(dev);
}

struct size_row {
	const char *plan;
	size_t want_bytes;
};

static void
wrong_size_delivers_what_was_asked_for(void **state)
{
	static const struct size_row rows[] = {
		{ "job:size=65535", ECHO_BYTES },
		{ "job:size=497", ECHO_BYTES },
		{ "job:size=9", ECHO_BYTES },
		{ "job:size=8", ECHO_BYTES },
		{ "job:size=7", 7 },
		{ "job:size=0", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_device *dev = begin_faults(rows[i].plan);

		assert_echo(dev, submit_echo(dev, 0, 7), 7, rows[i].want_bytes);
		assert_echo(dev, submit_echo(dev, 0, 8), 8, ECHO_BYTES);
		end_faults(dev);
	}
}

/* As a program does that has lost its device: until it is there again. */
static struct apu_device *
recover(struct apu_device *lost)
{
	struct apu_device *dev = NULL;
	int ret = -ENODEV;

	for (unsigned int i = 0; i < 2000 && ret < 0; i++) {
		apu_device_unref(dev);
		dev = open_client();
		ret = echo_command(dev, 1, i);
		if (ret < 0)
			sleep_ms(10);
	}
	assert_int_equal(ret, 0);
	apu_device_unref(lost);
	return dev;
}

/* The first keeps the core busy until the others are queued. */
static void
crash_ends_all_jobs_once_and_the_device_comes_back(void **state)
{
	struct apu_device *dev =
		begin_faults("job:slow=200+job:nth=2:crash=500");
	struct apu_device *other = open_client();
	struct apu_fence *fences[8];
	void *map;
	struct apu_buffer *buf = new_buffer(dev, 4096, 0, &map);

	(void)state;
	memset(map, 0x45, 4096);
	for (uint8_t i = 0; i < 8; i++)
		fences[i] = submit_echo(i % 2 == 0 ? dev : other, 0, i);
	assert_echo(dev, fences[0], 0, ECHO_BYTES);
	for (uint8_t i = 1; i < 8; i++) {
		assert_int_equal(
			apu_fence_wait(fences[i], long_deadline_ns(dev)),
			-ENODEV);
		apu_fence_unref(fences[i]);
	}
	assert_int_equal(((uint8_t *)map)[4095], 0x45);
	apu_buffer_unref(buf);
	apu_device_unref(other);
	end_faults(recover(dev));
}

/* Of the job that the device dies of, and of one that waits behind it. */
static void
fds_are_readable_once_the_device_is_lost(void **state)
{
	struct apu_device *dev =
		begin_faults("job:slow=200+job:nth=2:crash=500");
	struct apu_fence *fences[3];
	struct pollfd items[3];

	(void)state;
	for (uint8_t i = 0; i < 3; i++) {
		fences[i] = submit_echo(dev, 0, i);
		items[i] = (struct pollfd) { .events = POLLIN };
		assert_int_equal(apu_fence_export_fd(fences[i], &items[i].fd),
				 0);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(poll(&items[i], 1, (int)(LONG_NS / 1000000)),
				 1);
		assert_true((items[i].revents & POLLIN) != 0);
		assert_int_equal(apu_fence_status(fences[i]),
				 i == 0 ? 0 : -ENODEV);
		close(items[i].fd);
		apu_fence_unref(fences[i]);
	}
	end_faults(recover(dev));
}

static void
jobs_are_refused_while_the_device_is_away(void **state)
{
	struct apu_device *dev = begin_faults("job:crash=500");
	struct apu_fence *fence = submit_echo(dev, 0, 1);
	struct apu_device *late;
	int ret;

	(void)state;
	assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)), -ENODEV);
	apu_fence_unref(fence);
	late = open_client();
	ret = echo_command(late, 1, 1);
	assert_int_equal(ret, -ENODEV);
	apu_device_unref(late);
	end_faults(recover(dev));
}

static void
rule_whose_turn_does_not_come_is_unspent(void **state)
{
	struct apu_device *dev =
		begin_faults("job:nth=2:hang+job:nth=1000:hang");

	(void)state;
	assert_echo(dev, submit_echo(dev, 0, 1), 1, ECHO_BYTES);
	assert_int_equal(count_unspent(), 2);
	assert_timed_out(dev, submit_echo(dev, 0, 2));
	assert_int_equal(count_unspent(), 1);
	assert_int_equal(set_faults("none"), 0);
	end_faults(dev);
}

static void
wrong_plan_is_refused_and_the_former_goes_on(void **state)
{
	struct apu_device *dev = begin_faults("job:nth=2:size=1");

	(void)state;
	assert_echo(dev, submit_echo(dev, 0, 1), 1, ECHO_BYTES);
	assert_int_equal(set_faults("job:nth=2:melt"), -EINVAL);
	assert_int_equal(set_faults("hang"), -EINVAL);
	assert_echo(dev, submit_echo(dev, 0, 2), 2, 1);
	end_faults(dev);
}

/* An inference of 8 requests of RUN; in and out are 8 bytes of one buffer. */
struct chain {
	struct apu_model *model;
	struct apu_job *job;
	struct apu_buffer *buf;
	int8_t *in, *out;
};

static void
make_chain(struct apu_device *dev, struct chain *out)
{
	/* As many operators as the file has: copies are not left out. */
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = APU_PASS_INPLACE,
	};
	struct tflite_file file = model_chain(8);
	void *map;

	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       &options, &out->model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(apu_job_new(out->model, &out->job), 0);
	assert_int_equal(apu_job_set_work_budget(out->job, 1), 0);
	out->buf = new_buffer(dev, 128, APU_BUFFER_ZEROED, &map);
	out->in = map;
	out->out = out->in + 64;
	assert_int_equal(apu_job_bind_input(out->job, 0, out->buf, 0), 0);
	assert_int_equal(apu_job_bind_output(out->job, 0, out->buf, 64), 0);
}

static void
drop_chain(struct chain *chain)
{
	apu_job_free(chain->job);
	apu_model_unref(chain->model);
	apu_buffer_unref(chain->buf);
}

struct inference_row {
	const char *plan;
	int status;
};

/* RUN is command 16641. What failed leaves nothing behind for the next. */
static void
inference_that_fails_half_way_is_run_again(void **state)
{
	static const struct inference_row rows[] = {
		{ "job:cmd=16641:nth=1:hang", -ETIMEDOUT },
		{ "job:cmd=16641:nth=5:hang", -ETIMEDOUT },
		{ "job:cmd=16641:nth=8:late=5", -ETIMEDOUT },
		{ "job:cmd=16641:nth=5:slow=20", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_device *dev = begin_faults(rows[i].plan);
		struct chain chain;

		make_chain(dev, &chain);
		memset(chain.in, 3, 8);
		assert_int_equal(apu_job_run(chain.job, long_deadline_ns(dev)),
				 rows[i].status);
		memset(chain.in, 4 + (int)i, 8);
		assert_int_equal(apu_job_run(chain.job, long_deadline_ns(dev)),
				 0);
		assert_memory_equal(chain.in, chain.out, 8);
		drop_chain(&chain);
		end_faults(dev);
	}
}

/* A sum of all that came: after a failure nobody knows what is in it. */
static void
state_is_lost_with_the_inference_that_failed(void **state)
{
	struct apu_device *dev = begin_faults("job:cmd=16641:nth=2:hang");
	struct tflite_file file = model_accumulator();
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;
	int8_t *sum;
	void *map;

	(void)state;
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	buf = new_buffer(dev, 128, APU_BUFFER_ZEROED, &map);
	memset(map, 5, 4);
	sum = (int8_t *)map + 64;
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 64), 0);
	assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
	assert_int_equal(sum[0], 6);
	assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), -ETIMEDOUT);
	assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), -ECANCELED);
	assert_int_equal(apu_job_reset_state(job), 0);
	assert_int_equal(apu_job_run(job, long_deadline_ns(dev)), 0);
	assert_int_equal(sum[0], 6);
	apu_job_free(job);
	apu_model_unref(model);
	apu_buffer_unref(buf);
	end_faults(dev);
}

static const struct conformance_case cases[] = {
	{ "hung job times out and the next completes", CAN_FAULT,
	  hung_job_times_out_and_the_next_completes },
	{ "another client's job completes after a hang", CAN_FAULT,
	  another_clients_job_completes_after_a_hang },
	{ "other core goes on during a hang", CAN_FAULT,
	  other_core_goes_on_during_a_hang },
	{ "device closes with a hung job", CAN_FAULT,
	  device_closes_with_a_hung_job },
	{ "slow job is waited for", CAN_FAULT, slow_job_is_waited_for },
	{ "job slower than the timeout is given up", CAN_FAULT,
	  job_slower_than_the_timeout_is_given_up },
	{ "late reply completes no other job", CAN_FAULT,
	  late_reply_completes_no_other_job },
	{ "wrong size delivers what was asked for", CAN_FAULT,
	  wrong_size_delivers_what_was_asked_for },
	{ "crash ends all jobs once and the device comes back", CAN_FAULT,
	  crash_ends_all_jobs_once_and_the_device_comes_back },
	{ "fds are readable once the device is lost", CAN_FAULT,
	  fds_are_readable_once_the_device_is_lost },
	{ "jobs are refused while the device is away", CAN_FAULT,
	  jobs_are_refused_while_the_device_is_away },
	{ "inference that fails half way is run again", CAN_FAULT,
	  inference_that_fails_half_way_is_run_again },
	{ "state is lost with the inference that failed", CAN_FAULT,
	  state_is_lost_with_the_inference_that_failed },
	{ "rule whose turn does not come is unspent", CAN_FAULT,
	  rule_whose_turn_does_not_come_is_unspent },
	{ "wrong plan is refused and the former goes on", CAN_FAULT,
	  wrong_plan_is_refused_and_the_former_goes_on },
};

const struct conformance_group fault_group = { cases, COUNT(cases) };
