/* SPDX-License-Identifier: MIT */

/*
 * guest-test APU_DEVICED: what disturbs a driver, in a guest that has it loaded
 * and whose device nobody is yet. Needs root, and leaves no device behind.
 */

#include "../unit/test.h"
#include <apu/apu.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SPEC    "drm:timeout_ms=20000"
#define LONG_NS INT64_C(60000000000)

/* Published commands (uapi.md 3.2). */
enum {
	CMD_COPY_SHARED_BUFFER = 1,
	CMD_COPY_INLINE_BUFFER = 2,
	CMD_FILL_BUFFER = 5,
};

enum {
	CLIENTS = 4,
	COMMANDS_EACH = 250,
	SIGNALLED_COMMANDS = 500,
	KILLS = 20,
	BUSY_JOBS = 8,
	BUSY_BYTES = 16 << 20,
	MAX_TRIES = 200,
};

static const char *device_path;
static pid_t device_pid;
static volatile sig_atomic_t signal_count;

static void
sleep_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static int64_t
deadline_ns(const struct apu_device *dev)
{
	return apu_device_deadline_ns(dev, LONG_NS);
}

/* Bytes that no other client and no other turn has, and back again. */
static int
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

static void
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
			sleep_ms(50);
	}
	assert_int_equal(ret, 0);
}

static int
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

static int
run_client(uint32_t client)
{
	struct apu_device *dev;
	int ret = apu_device_open(SPEC, &dev);

	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < COMMANDS_EACH && ret == 0; i++)
		ret = echo(dev, client, i);
	apu_device_unref(dev);
	return ret;
}

static void
four_processes_get_their_own_answers(void **state)
{
	pid_t clients[CLIENTS];

	(void)state;
	for (uint32_t i = 0; i < CLIENTS; i++) {
		clients[i] = fork();
		assert_true(clients[i] >= 0);
		if (clients[i] == 0)
			_exit(-run_client(i + 1));
	}
	for (uint32_t i = 0; i < CLIENTS; i++) {
		int status;

		assert_int_equal(waitpid(clients[i], &status, 0), clients[i]);
		assert_int_equal(status, 0);
	}
	printf("# %d processes ran %d commands each\n", CLIENTS, COMMANDS_EACH);
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
	struct apu_device *dev;
	int ret = 0;

	(void)state;
	assert_int_equal(apu_device_open(SPEC, &dev), 0);
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

static void
send_fd(int socket, int fd)
{
	char byte = 0;
	struct iovec bytes = { &byte, 1 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(socket, &message, 0), 1);
}

static int
receive_fd(int socket)
{
	char byte;
	struct iovec bytes = { &byte, 1 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	struct cmsghdr *header;
	int fd = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1) {
		header = CMSG_FIRSTHDR(&message);
		if (header != NULL && header->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	}
	return fd;
}

/* In the other process: the device writes into the buffer that came. */
static int
fill_received(int socket)
{
	const uint8_t value_and_size[] = { 0x45, 100, 0 };
	struct apu_device *dev;
	struct apu_buffer *buf;
	struct apu_job *job;
	int fd = receive_fd(socket);
	int ret = apu_device_open(SPEC, &dev);

	if (ret < 0)
		return ret;
	ret = apu_buffer_import_fd(dev, fd, &buf);
	close(fd);
	if (ret < 0)
		goto out_device;
	ret = apu_job_new_command(dev, CMD_FILL_BUFFER, value_and_size,
				  sizeof(value_and_size), 0, &buf, 1, &job);
	if (ret == 0) {
		ret = apu_job_run(job, deadline_ns(dev));
		apu_job_free(job);
	}
	apu_buffer_unref(buf);
out_device:
	apu_device_unref(dev);
	return ret;
}

static void
exported_buffer_is_filled_by_another_process(void **state)
{
	struct apu_device *dev;
	struct apu_buffer *buf;
	uint8_t *map;
	int sockets[2], fd, status;
	pid_t other;

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets),
		0);
	other = fork();
	assert_true(other >= 0);
	if (other == 0)
		_exit(-fill_received(sockets[1]));
	assert_int_equal(apu_device_open(SPEC, &dev), 0);
	assert_int_equal(
		apu_buffer_new(dev, 4096,
			       APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE, &buf),
		0);
	assert_int_equal(apu_buffer_map(buf, (void **)&map), 0);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	send_fd(sockets[0], fd);
	close(fd);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	assert_int_equal(map[0], 0x45);
	assert_int_equal(map[99], 0x45);
	assert_int_equal(map[100], 0);
	close(sockets[0]);
	close(sockets[1]);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static struct apu_fence *
submit_busy(struct apu_device *dev, struct apu_buffer *buf)
{
	struct apu_fence *fence;
	struct apu_job *job;

	assert_int_equal(apu_job_new_command(dev, CMD_COPY_SHARED_BUFFER, NULL,
					     0, 0, &buf, 1, &job),
			 0);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	apu_job_free(job);
	return fence;
}

/* Nanoseconds from the kill to the answer of the wait. */
static int64_t
kill_once(void)
{
	struct apu_fence *fences[BUSY_JOBS];
	struct apu_device *dev;
	struct apu_buffer *buf;
	int64_t killed_ns, ended_ns;
	int ret;

	assert_int_equal(apu_device_open(SPEC, &dev), 0);
	assert_int_equal(apu_buffer_new(dev, BUSY_BYTES, 0, &buf), 0);
	for (size_t i = 0; i < COUNT(fences); i++)
		fences[i] = submit_busy(dev, buf);
	sleep_ms(2);
	assert_int_equal(apu_fence_status(fences[BUSY_JOBS - 1]), -EINPROGRESS);
	killed_ns = apu_device_now_ns(dev);
	kill(device_pid, SIGKILL);
	ret = apu_fence_wait(fences[BUSY_JOBS - 1], deadline_ns(dev));
	ended_ns = apu_device_now_ns(dev);
	stop_device(SIGKILL);
	assert_int_equal(ret, -ENODEV);
	for (size_t i = 0; i < COUNT(fences); i++) {
		ret = apu_fence_wait(fences[i], deadline_ns(dev));
		assert_true(ret == 0 || ret == -ENODEV);
		apu_fence_unref(fences[i]);
	}
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	return ended_ns - killed_ns;
}

static void
killed_device_is_lost_and_comes_back(void **state)
{
	int64_t worst_ns = 0, sum_ns = 0;

	(void)state;
	for (int i = 0; i < KILLS; i++) {
		int64_t ns = kill_once();

		worst_ns = ns > worst_ns ? ns : worst_ns;
		sum_ns += ns;
		start_device();
	}
	printf("# killed %d times: -ENODEV after %.1f ms (mean %.1f)\n", KILLS,
	       (double)worst_ns / 1e6, (double)sum_ns / KILLS / 1e6);
}

static void
bind_driver(const char *how)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/platform/drivers/apu/%s", how);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "apu", 3), 3);
	close(fd);
}

/* The node that discovery finds. */
static void
find_node(char *spec, size_t room)
{
	struct apu_device_list *list;

	spec[0] = '\0';
	assert_int_equal(apu_device_list_new(&list), 0);
	for (unsigned int i = 0; i < apu_device_list_count(list); i++)
		if (strncmp(apu_device_list_spec(list, i), "drm:", 4) == 0)
			snprintf(spec, room, "%s",
				 apu_device_list_spec(list, i));
	apu_device_list_free(list);
}

static void
unbound_device_is_lost_and_another_is_found(void **state)
{
	struct apu_device *dev, *found;
	struct apu_buffer *buf;
	uint8_t *map;
	char before[64], after[64];
	int fd, status;

	(void)state;
	find_node(before, sizeof(before));
	assert_int_equal(apu_device_open(SPEC, &dev), 0);
	assert_int_equal(
		apu_buffer_new(dev, 8192,
			       APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE, &buf),
		0);
	assert_int_equal(apu_buffer_map(buf, (void **)&map), 0);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	assert_int_equal(echo(dev, 1, 1), 0);
	map[4096] = 0x5a;

	bind_driver("unbind");
	assert_int_equal(waitpid(device_pid, &status, 0), device_pid);
	device_pid = 0;
	assert_int_equal(status, 0);
	assert_int_equal(echo(dev, 1, 2), -ENODEV);
	assert_int_equal(apu_device_open(SPEC, &found), -ENODEV);
	assert_int_equal(map[4096], 0x5a);
	map[0] = 1;

	bind_driver("bind");
	start_device();
	assert_int_equal(apu_device_open(SPEC, &found), 0);
	find_node(after, sizeof(after));
	printf("# was %s, is %s\n", before, after);
	assert_string_not_equal(before, after);
	assert_int_equal(echo(dev, 1, 3), -ENODEV);
	assert_int_equal(echo(found, 1, 4), 0);

	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	assert_int_equal(echo(found, 1, 5), 0);
	apu_device_unref(found);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_processes_get_their_own_answers),
		cmocka_unit_test(signals_at_1_khz_change_nothing),
		cmocka_unit_test(exported_buffer_is_filled_by_another_process),
		cmocka_unit_test(killed_device_is_lost_and_comes_back),
		cmocka_unit_test(unbound_device_is_lost_and_another_is_found),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: guest-test APU_DEVICED\n");
		return 2;
	}
	device_path = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	return cmocka_run_group_tests(tests, begin, end);
}
