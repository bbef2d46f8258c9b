/* SPDX-License-Identifier: MIT */

/* Addresses on the device's side. */

#include "conformance.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Below what the window begins with, and so nobody's. */
#define BAD_ADDRESS 0x10000000u

static void
command_beyond_a_buffers_end_fails(void **state)
{
	enum { PAGE_BYTES = 4096 };
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint64_t address;
	uint8_t *map;

	(void)state;
	/* The highest address comes first: nothing is behind its page. */
	buf = new_buffer(dev, PAGE_BYTES, APU_BUFFER_ZEROED, (void **)&map);
	assert_int_equal(apu_buffer_device_address(buf, &address), 0);
	assert_int_equal(
		copy_by_address(dev, address, address + 16, PAGE_BYTES - 16),
		0);
	assert_int_equal(
		copy_by_address(dev, address, address + 16, PAGE_BYTES - 15),
		-EFAULT);
	assert_int_equal(copy_by_address(dev, address + 1, address, PAGE_BYTES),
			 -EFAULT);
	assert_int_equal(copy_by_address(dev, address, address, UINT32_MAX),
			 -EFAULT);
	apu_buffer_unref(buf);
	apu_device_unref(dev);
}

static void
bad_address_leaves_the_next_job_alone(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_device *other = open_device();

	(void)state;
	for (unsigned int i = 0; i < scaled(100); i++) {
		assert_int_equal(
			copy_by_address(dev, BAD_ADDRESS, BAD_ADDRESS, 16),
			-EFAULT);
		assert_int_equal(echo_command(dev, 1, i), 0);
		assert_int_equal(echo_command(other, 2, i), 0);
	}
	apu_device_unref(dev);
	apu_device_unref(other);
}

struct client {
	pthread_t thread;
	struct apu_device *dev;
	uint32_t number;
	int ret;
};

static void *
fail_and_succeed(void *data)
{
	struct client *c = data;

	for (uint32_t i = 0; i < scaled(50) && c->ret == 0; i++) {
		c->ret = copy_by_address(c->dev, BAD_ADDRESS, BAD_ADDRESS, 16);
		c->ret = c->ret == -EFAULT ? echo_command(c->dev, c->number, i)
					   : -EBADE;
	}
	return NULL;
}

static void
bad_addresses_of_several_clients_are_apart(void **state)
{
	struct client clients[4];

	(void)state;
	for (size_t i = 0; i < COUNT(clients); i++) {
		clients[i] = (struct client) {
			.dev = open_device(),
			.number = (uint32_t)i,
		};
		assert_int_equal(pthread_create(&clients[i].thread, NULL,
						fail_and_succeed, &clients[i]),
				 0);
	}
	for (size_t i = 0; i < COUNT(clients); i++) {
		pthread_join(clients[i].thread, NULL);
		assert_int_equal(clients[i].ret, 0);
		apu_device_unref(clients[i].dev);
	}
}

static void
address_of_a_freed_buffer_is_not_mapped(void **state)
{
	struct apu_device *dev = open_device();
	struct apu_buffer *buf;
	uint64_t address;

	(void)state;
	assert_int_equal(apu_buffer_new(dev, 4096, 0, &buf), 0);
	assert_int_equal(apu_buffer_device_address(buf, &address), 0);
	assert_int_equal(copy_by_address(dev, address, address, 16), 0);
	apu_buffer_unref(buf);
	assert_int_equal(copy_by_address(dev, address, address, 16), -EFAULT);
	apu_device_unref(dev);
}

/* More than twice as many as there are. */
static void
addresses_come_again(void **state)
{
	struct apu_device *dev = open_device();

	(void)state;
	for (unsigned int i = 0; i < 40; i++) {
		struct apu_buffer *buf;
		uint64_t address;

		assert_int_equal(apu_buffer_new(dev, 16 << 20, 0, &buf), 0);
		assert_int_equal(apu_buffer_device_address(buf, &address), 0);
		apu_buffer_unref(buf);
	}
	apu_device_unref(dev);
}

/* More than half of its alignment, so that a device may waste the rest. */
#define ODD_BYTES ((UINT64_C(4) << 20) + 4096)

static void
full_address_space_is_an_error_and_freeing_helps(void **state)
{
	struct apu_buffer *bufs[128] = { NULL };
	struct apu_device *dev = open_device();
	uint64_t address = 77;
	size_t count = 0;
	int ret = 0;

	(void)state;
	while (ret == 0 && count < COUNT(bufs)) {
		ret = apu_buffer_new(dev, ODD_BYTES, 0, &bufs[count]);
		if (ret == 0)
			ret = apu_buffer_device_address(bufs[count++],
							&address);
	}
	/* Whichever is at its end first, addresses or memory. */
	assert_true(ret == -ENOSPC || ret == -ENOMEM);
	assert_string_not_equal(apu_error_cause(apu_error_last()), "");
	assert_true(count > 8);

	/* Two: the last one may have got memory and no address. */
	apu_buffer_unref(bufs[--count]);
	apu_buffer_unref(bufs[--count]);
	assert_int_equal(apu_buffer_new(dev, ODD_BYTES, 0, &bufs[count]), 0);
	assert_int_equal(apu_buffer_device_address(bufs[count++], &address), 0);
	assert_int_equal(copy_by_address(dev, address, address + 4096, 4096),
			 0);
	while (count > 0)
		apu_buffer_unref(bufs[--count]);
	apu_device_unref(dev);
}

static void
memory_has_an_address_in_each_client(void **state)
{
	struct apu_device *devs[4];
	struct apu_buffer *bufs[COUNT(devs)];
	uint64_t addresses[COUNT(devs)];
	uint8_t *map;
	int fd;

	(void)state;
	devs[0] = open_device();
	bufs[0] = new_buffer(devs[0], 8192,
			     APU_BUFFER_ZEROED | APU_BUFFER_EXPORTABLE,
			     (void **)&map);
	assert_int_equal(apu_buffer_export_fd(bufs[0], &fd), 0);
	for (size_t i = 1; i < COUNT(devs); i++) {
		devs[i] = open_device();
		assert_int_equal(apu_buffer_import_fd(devs[i], fd, &bufs[i]),
				 0);
	}
	close(fd);
	for (size_t i = 0; i < COUNT(devs); i++)
		assert_int_equal(
			apu_buffer_device_address(bufs[i], &addresses[i]), 0);
	memset(map, 0x33, 16);
	for (size_t i = 0; i < COUNT(devs); i++) {
		uint64_t from = addresses[i] + 16 * i;

		assert_int_equal(copy_by_address(devs[i], from, from + 16, 16),
				 0);
		assert_int_equal(map[16 * (i + 1) + 15], 0x33);
	}
	for (size_t i = 0; i < COUNT(devs); i++) {
		apu_buffer_unref(bufs[i]);
		apu_device_unref(devs[i]);
	}
}

static const struct conformance_case cases[] = {
	{ "a command beyond a buffer's end fails",
	  CAN_RUN_COMMANDS | CAN_ADDRESS, command_beyond_a_buffers_end_fails },
	{ "a bad address leaves the next job alone",
	  CAN_RUN_COMMANDS | CAN_ADDRESS,
	  bad_address_leaves_the_next_job_alone },
	{ "bad addresses of several clients are apart",
	  CAN_RUN_COMMANDS | CAN_ADDRESS,
	  bad_addresses_of_several_clients_are_apart },
	{ "the address of a freed buffer is not mapped",
	  CAN_RUN_COMMANDS | CAN_ADDRESS,
	  address_of_a_freed_buffer_is_not_mapped },
	{ "addresses come again", CAN_ADDRESS, addresses_come_again },
	{ "a full address space is an error, and freeing helps",
	  CAN_RUN_COMMANDS | CAN_ADDRESS,
	  full_address_space_is_an_error_and_freeing_helps },
	{ "memory has an address in each client",
	  CAN_RUN_COMMANDS | CAN_ADDRESS | CAN_SHARE,
	  memory_has_an_address_in_each_client },
};

const struct conformance_group address_group = { cases, COUNT(cases) };
