/* SPDX-License-Identifier: MIT */

/* What crosses a border: buffers between processes, memfds, sync_files. */

#include "guest-test.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FILL_VALUE = 0x45,
	FILL_BYTES = 100,
	MEMFD_BYTES = 8192,
	BUSY_JOBS = 8,
};

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

/* The device writes FILL_VALUE into the first bytes. */
static int
fill(struct apu_device *dev, struct apu_buffer *buf)
{
	const uint8_t value_and_size[] = { FILL_VALUE, FILL_BYTES, 0 };
	struct apu_job *job;
	int ret;

	ret = apu_job_new_command(dev, CMD_FILL_BUFFER, value_and_size,
				  sizeof(value_and_size), 0, &buf, 1, &job);
	if (ret == 0) {
		ret = apu_job_run(job, deadline_ns(dev));
		apu_job_free(job);
	}
	return ret;
}

static void
assert_filled(const uint8_t *bytes)
{
	for (int i = 0; i < FILL_BYTES; i++)
		assert_int_equal(bytes[i], FILL_VALUE);
	assert_int_equal(bytes[FILL_BYTES], 0);
}

/* In the other process. */
static int
fill_received(uint32_t socket)
{
	struct apu_device *dev;
	struct apu_buffer *buf;
	int fd = receive_fd((int)socket);
	int ret = apu_device_open(SPEC, &dev);

	if (ret < 0)
		return ret;
	ret = apu_buffer_import_fd(dev, fd, &buf);
	close(fd);
	if (ret == 0) {
		ret = fill(dev, buf);
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
	return ret;
}

static void
exported_buffer_is_filled_by_another_process(void **state)
{
	struct apu_device *dev;
	struct apu_buffer *buf;
	uint8_t *map;
	int sockets[2], fd;
	pid_t other;

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets),
		0);
	other = start_child(fill_received, (uint32_t)sockets[1]);
	dev = open_device();
	assert_int_equal(
		apu_buffer_new(dev, 4096,
			       APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE, &buf),
		0);
	assert_int_equal(apu_buffer_map(buf, (void **)&map), 0);
	assert_int_equal(apu_buffer_export_fd(buf, &fd), 0);
	send_fd(sockets[0], fd);
	close(fd);
	join_child(other);
	assert_filled(map);
	close(sockets[0]);
	close(sockets[1]);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
memfd_is_imported_where_the_kernel_can(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint8_t *bytes;
	int fd, ret;

	(void)state;
	fd = memfd_create("guest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, MEMFD_BYTES), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), 0);
	bytes = mmap(NULL, MEMFD_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(bytes, MAP_FAILED);

	ret = apu_buffer_import_fd(dev, fd, &buf);
	if (access("/dev/udmabuf", R_OK | W_OK) == 0) {
		assert_int_equal(ret, 0);
		assert_int_equal(fill(dev, buf), 0);
		assert_filled(bytes);
		apu_buffer_unref(buf);
		printf("# a memfd was imported\n");
	} else {
		assert_int_equal(ret, -EOPNOTSUPP);
		printf("# there is no /dev/udmabuf: -EOPNOTSUPP\n");
	}
	munmap(bytes, MEMFD_BYTES);
	close(fd);
	apu_device_unref(dev);
}

static int
poll_for(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, timeout_ms);
}

static void
sync_file_is_readable_when_its_job_has_ended(void **state)
{
	struct apu_fence *fences[BUSY_JOBS];
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	int fd;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, BUSY_BYTES, 0, &buf), 0);
	for (int i = 0; i < BUSY_JOBS; i++)
		fences[i] = submit_busy(dev, buf);
	assert_int_equal(apu_fence_export_fd(fences[BUSY_JOBS - 1], &fd), 0);
	assert_int_equal(poll_for(fd, 0), 0);
	assert_int_equal(poll_for(fd, 60000), 1);
	for (int i = 0; i < BUSY_JOBS; i++) {
		assert_int_equal(apu_fence_status(fences[i]), 0);
		apu_fence_unref(fences[i]);
	}
	close(fd);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(exported_buffer_is_filled_by_another_process),
	cmocka_unit_test(memfd_is_imported_where_the_kernel_can),
	cmocka_unit_test(sync_file_is_readable_when_its_job_has_ended),
};

const struct guest_group share_group = { "share", tests, COUNT(tests) };
