/* SPDX-License-Identifier: MIT */
#include "faults.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool
is_sim(void)
{
	return strncmp(conformance_spec, "sim:", 4) == 0;
}

/* The driver's parameter, as the guest names it: read, or written. */
static void
exchange_timeout(char *text, size_t room, bool is_written)
{
	const char *path = getenv("APU_TEST_TIMEOUT");
	ssize_t bytes;
	int fd;

	if (is_sim() || path == NULL)
		return;
	fd = open(path, is_written ? O_WRONLY : O_RDONLY);
	assert_true(fd >= 0);
	bytes = is_written ? write(fd, text, strlen(text))
			   : read(fd, text, room - 1);
	assert_true(bytes > 0);
	if (!is_written)
		text[bytes] = '\0';
	close(fd);
}

/* One message to the device process and its answer. */
static void
ask_device(const char *text, char *answer, size_t room)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ssize_t bytes;

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		 getenv("APU_TEST_FAULTS"));
	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
	bytes = recv(fd, answer, room - 1, 0);
	assert_true(bytes > 0);
	answer[bytes] = '\0';
	close(fd);
}

/* The one hook. */
int
set_faults(const char *plan)
{
	char answer[256];

	if (is_sim())
		return apu_sim_set_faults("faults", plan);
	ask_device(plan, answer, sizeof(answer));
	if (strcmp(answer, "ok") == 0)
		return 0;
	assert_memory_equal(answer, "error: ", 7);
	return -EINVAL;
}

unsigned int
count_unspent(void)
{
	unsigned int count = 99;
	char answer[256];

	if (is_sim()) {
		assert_int_equal(apu_sim_unspent_faults("faults", &count), 0);
		return count;
	}
	ask_device("unspent", answer, sizeof(answer));
	assert_int_equal(sscanf(answer, "%u", &count), 1);
	return count;
}

struct apu_device *
open_client(void)
{
	struct apu_device *dev = NULL;

	assert_int_equal(apu_device_open(is_sim() ? "sim:name=faults,cores=2,"
						    "timeout_ms=" TIMEOUT_MS
						  : conformance_spec,
					 &dev),
			 0);
	return dev;
}

/* The driver's own timeout, for after the case. */
static char former_timeout[32];

struct apu_device *
begin_faults(const char *plan)
{
	char timeout[] = TIMEOUT_MS;
	struct apu_device *dev;

	if (former_timeout[0] == '\0')
		exchange_timeout(former_timeout, sizeof(former_timeout), false);
	exchange_timeout(timeout, sizeof(timeout), true);
	dev = open_client();
	assert_int_equal(set_faults(plan), 0);
	return dev;
}

/* What has not happened was not tested. */
void
end_faults(struct apu_device *dev)
{
	unsigned int unspent = count_unspent();

	assert_int_equal(set_faults("none"), 0);
	exchange_timeout(former_timeout, sizeof(former_timeout), true);
	apu_device_unref(dev);
	assert_int_equal(unspent, 0);
}

/* Submit bytes that come back; no two @seed give the same. */
struct apu_fence *
submit_echo(struct apu_device *dev, unsigned int core, uint8_t seed)
{
	uint8_t data_in[ECHO_BYTES];
	struct apu_fence *fence = NULL;
	struct apu_job *job;

	memset(data_in, seed, sizeof(data_in));
	assert_int_equal(apu_job_new_command(dev, CMD_COPY_INLINE_BUFFER,
					     data_in, sizeof(data_in),
					     ECHO_BYTES, NULL, 0, &job),
			 0);
	assert_int_equal(apu_job_set_core(job, core), 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	return fence;
}

/* Wait, and let go: the first @want_bytes of what was sent have come back. */
void
assert_echo(struct apu_device *dev, struct apu_fence *fence, uint8_t seed,
	    size_t want_bytes)
{
	uint8_t got[ECHO_BYTES + 8], want[sizeof(got)];
	size_t size_bytes = 0;

	memset(got, 0xee, sizeof(got));
	memset(want, 0xee, sizeof(want));
	memset(want, seed, want_bytes);
	assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)), 0);
	assert_int_equal(
		apu_fence_read_data(fence, got, sizeof(got), &size_bytes), 0);
	assert_int_equal(size_bytes, want_bytes);
	assert_memory_equal(got, want, sizeof(got));
	apu_fence_unref(fence);
}

void
assert_timed_out(struct apu_device *dev, struct apu_fence *fence)
{
	uint16_t result = 0;

	assert_int_equal(apu_fence_wait(fence, long_deadline_ns(dev)),
			 -ETIMEDOUT);
	assert_int_equal(apu_fence_firmware_result(fence, &result), 0);
	assert_int_equal(result, 110);
	apu_fence_unref(fence);
}
