/* SPDX-License-Identifier: MIT */

/*
 * Several processes, and what a child gets from its parent. Children assert
 * nothing: they exit with an errno. The parent has no device open when it
 * forks one that opens its own, as ThreadSanitizer allows no threads after a
 * fork of a process that has some.
 */

#include "conformance.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE_BYTES 8192

/* Runs in a child; @argument is a socket or a number. */
typedef int (*child_fn)(int argument);

static pid_t
start_child(child_fn run, int argument)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(-run(argument));
	return child;
}

static void
end_child(pid_t child)
{
	int status = -1;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
send_own_answers(int number)
{
	struct apu_device *dev;
	int ret = apu_device_open(conformance_spec, &dev);

	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < scaled(200) && ret == 0; i++)
		ret = echo_command(dev, (uint32_t)number, i);
	apu_device_unref(dev);
	return ret;
}

static void
processes_get_their_own_answers(void **state)
{
	pid_t children[4];

	(void)state;
	for (size_t i = 0; i < COUNT(children); i++)
		children[i] = start_child(send_own_answers, (int)i + 1);
	for (size_t i = 0; i < COUNT(children); i++)
		end_child(children[i]);
}

/* Opens the device, gives it work, and says so. */
static int
leave_work_behind(int socket)
{
	struct apu_device *dev;
	struct apu_buffer *buf = NULL;
	struct apu_fence *fence;
	int ret = apu_device_open(conformance_spec, &dev);

	if (ret == 0)
		ret = apu_buffer_new(dev, LARGE_BYTES / 4, 0, &buf);
	for (int i = 0; i < 8 && ret == 0; i++)
		ret = submit_copy(dev, buf, &fence);
	if (socket >= 0 && ret == 0 && write(socket, "x", 1) != 1)
		ret = -errno;
	/* Until it is killed. */
	while (socket >= 0 && ret == 0)
		pause();
	return ret;
}

static void
processes_exit_with_work_in_flight(void **state)
{
	pid_t children[4];

	(void)state;
	for (unsigned int round = 0; round < scaled(10); round++) {
		for (size_t i = 0; i < COUNT(children); i++)
			children[i] = start_child(leave_work_behind, -1);
		for (size_t i = 0; i < COUNT(children); i++)
			end_child(children[i]);
	}
	assert_int_equal(-send_own_answers(1), 0);
}

static void
process_is_killed_with_work_in_flight(void **state)
{
	int sockets[2], status;
	char byte;

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets),
		0);
	for (unsigned int round = 0; round < scaled(10); round++) {
		pid_t child = start_child(leave_work_behind, sockets[1]);

		assert_int_equal(read(sockets[0], &byte, 1), 1);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	close(sockets[0]);
	close(sockets[1]);
	assert_int_equal(-send_own_answers(1), 0);
}

/* What a child has inherited, and must not touch. */
static struct {
	struct apu_device *dev;
	struct apu_buffer *buf;
	struct apu_job *job;
	struct apu_fence *fence;
} parents;

static int
use_what_the_parent_has(int unused)
{
	struct apu_buffer *buf = UNTOUCHED;
	struct apu_fence *fence = UNTOUCHED;
	uint64_t address;
	uint32_t version;
	void *map = UNTOUCHED;
	int fd = -1;

	(void)unused;
	if (apu_buffer_new(parents.dev, 64, 0, &buf) != -EPERM ||
	    apu_buffer_map(parents.buf, &map) != -EPERM ||
	    apu_buffer_cpu_begin(parents.buf, APU_BUFFER_READ, 0) != -EPERM ||
	    apu_job_submit(parents.job, &fence) != -EPERM ||
	    apu_job_run(parents.job, INT64_MAX) != -EPERM ||
	    apu_fence_wait(parents.fence, INT64_MAX) != -EPERM ||
	    apu_fence_status(parents.fence) != -EPERM ||
	    apu_device_firmware_version(parents.dev, 0, &version) != -EPERM)
		return -EBADE;
	/* What a device cannot do at all it says first. */
	if (apu_buffer_export_fd(parents.buf, &fd) == 0 ||
	    apu_buffer_import_fd(parents.dev, 0, &buf) == 0 ||
	    apu_buffer_device_address(parents.buf, &address) == 0)
		return -EBADE;
	if (*apu_error_cause(apu_error_last()) == '\0' || buf != UNTOUCHED ||
	    fence != UNTOUCHED || map != UNTOUCHED || fd != -1)
		return -EBADMSG;
	apu_fence_unref(parents.fence);
	apu_job_free(parents.job);
	apu_buffer_unref(parents.buf);
	apu_device_unref(parents.dev);
	return 0;
}

static void
child_is_refused_what_its_parent_opened(void **state)
{
	void *map;

	(void)state;
	parents.dev = open_device();
	parents.job = new_small_job(parents.dev);
	assert_int_equal(
		apu_buffer_new(parents.dev, 64,
			       APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			       &parents.buf),
		0);
	assert_int_equal(apu_job_submit(parents.job, &parents.fence), 0);
	end_child(start_child(use_what_the_parent_has, 0));

	/* The child has ended all of it, and the parent's is as it was. */
	assert_int_equal(apu_buffer_map(parents.buf, &map), 0);
	assert_int_not_equal(
		apu_fence_wait(parents.fence, long_deadline_ns(parents.dev)),
		-ETIME);
	assert_int_not_equal(
		apu_job_run(parents.job, long_deadline_ns(parents.dev)),
		-ETIMEDOUT);
	apu_fence_unref(parents.fence);
	apu_job_free(parents.job);
	apu_buffer_unref(parents.buf);
	apu_device_unref(parents.dev);
}

static void
child_opens_its_own(void **state)
{
	struct apu_device *dev = NULL;

	(void)state;
#ifndef __SANITIZE_THREAD__
	dev = open_device();
#endif
	end_child(start_child(send_own_answers, 3));
	if (dev != NULL)
		assert_int_equal(echo_command(dev, 4, 0), 0);
	apu_device_unref(dev);
}

static void
child_maps_an_exported_fd(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *map;
	int fd, status;
	pid_t child;

	(void)state;
	buf = new_buffer(dev, SIZE_BYTES,
			 APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			 (void **)&map);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	assert_int_equal(fill_command(dev, buf, 0x42), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		uint8_t *own = mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 0);

		if (own == MAP_FAILED || own[7] != 0x42)
			_exit(1);
		own[SIZE_BYTES - 1] = 0x43;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(map[SIZE_BYTES - 1], 0x43);
	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

union fd_message {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static void
send_fd(int socket, int fd)
{
	char byte = 0;
	struct iovec bytes = { &byte, 1 };
	union fd_message control = { .room = { 0 } };
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(socket, &message, 0), 1);
}

static int
receive_fd(int socket)
{
	char byte;
	struct iovec bytes = { &byte, 1 };
	union fd_message control = { .room = { 0 } };
	struct msghdr message = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	int fd = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1 &&
	    message.msg_controllen >= sizeof(control.header) &&
	    control.header.cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static int
fill_what_comes(int socket)
{
	struct apu_device *dev;
	struct apu_buffer *buf = NULL;
	int fd = receive_fd(socket);
	int ret = apu_device_open(conformance_spec, &dev);

	if (ret < 0)
		return ret;
	ret = apu_buffer_import_fd(dev, fd, &buf);
	close(fd);
	if (ret == 0)
		ret = fill_command(dev, buf, 0x45);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	return ret;
}

static void
buffer_is_filled_by_another_process(void **state)
{
	struct apu_device *dev;
	struct apu_buffer *buf;
	int sockets[2], fd;
	uint8_t *map;
	pid_t child;

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets),
		0);
	child = start_child(fill_what_comes, sockets[1]);
	dev = open_device();
	buf = new_buffer(dev, SIZE_BYTES,
			 APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			 (void **)&map);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	send_fd(sockets[0], fd);
	close(fd);
	end_child(child);
	assert_int_equal(map[7], 0x45);
	assert_int_equal(map[8], 0);
	close(sockets[0]);
	close(sockets[1]);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

/* As many as the limit that lacks_descriptors() sets. */
#define FD_LIMIT 512

static void
program_that_is_executed_inherits_nothing(void **state)
{
	bool was_open[FD_LIMIT];
	struct apu_device *dev;
	struct apu_buffer *buf;
	struct apu_fence *fence;
	struct apu_job *job;
	void *map;

	(void)state;
	for (int fd = 0; fd < FD_LIMIT; fd++)
		was_open[fd] = fcntl(fd, F_GETFD) >= 0;
	dev = open_device();
	buf = new_buffer(dev, 4096, APU_BUFFER_EXPORTABLE, &map);
	job = new_small_job(dev);
	assert_int_equal(apu_job_submit(job, &fence), 0);
	for (int fd = 0; fd < FD_LIMIT; fd++) {
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && !was_open[fd])
			assert_true((flags & FD_CLOEXEC) != 0);
	}
	apu_fence_unref(fence);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

/* In a child, whose limit it is. */
static int
export_without_descriptors(int unused)
{
	struct rlimit limit = { .rlim_cur = 0 };
	struct apu_device *dev;
	struct apu_buffer *buf = NULL;
	int untouched = -7, fd = untouched;
	int ret = apu_device_open(conformance_spec, &dev);

	(void)unused;
	if (ret < 0)
		return ret;
	ret = apu_buffer_new(dev, 4096, APU_BUFFER_EXPORTABLE, &buf);
	getrlimit(RLIMIT_NOFILE, &limit);
	setrlimit(RLIMIT_NOFILE,
		  &(struct rlimit) { .rlim_max = limit.rlim_max });
	if (ret == 0 &&
	    (apu_buffer_export_fd(buf, &fd) != -EMFILE || fd != untouched))
		ret = -EBADE;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (ret == 0)
		ret = apu_buffer_export_fd(buf, &fd);
	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
	return ret;
}

static void
lack_of_descriptors_is_an_error(void **state)
{
	(void)state;
	end_child(start_child(export_without_descriptors, 0));
}

#define NEEDS CAN_RUN_COMMANDS

static const struct conformance_case cases[] = {
	{ "processes get their own answers", NEEDS,
	  processes_get_their_own_answers },
	{ "processes exit with work in flight", NEEDS,
	  processes_exit_with_work_in_flight },
	{ "a process is killed with work in flight", NEEDS,
	  process_is_killed_with_work_in_flight },
	{ "a child is refused what its parent opened", CAN_ALWAYS,
	  child_is_refused_what_its_parent_opened },
	{ "a child opens its own", NEEDS, child_opens_its_own },
	{ "a child maps an exported fd", NEEDS | CAN_SHARE,
	  child_maps_an_exported_fd },
	{ "a buffer is filled by another process", NEEDS | CAN_SHARE,
	  buffer_is_filled_by_another_process },
	{ "a program that is executed inherits nothing", CAN_ALWAYS,
	  program_that_is_executed_inherits_nothing },
	{ "lack of descriptors is an error", CAN_SHARE,
	  lack_of_descriptors_is_an_error },
};

const struct conformance_group process_group = { cases, COUNT(cases) };
