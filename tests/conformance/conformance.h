/* SPDX-License-Identifier: MIT */
#ifndef APUI_CONFORMANCE_H
#define APUI_CONFORMANCE_H

/*
 * One suite for every transport. What a transport can do is stated in the table
 * of main.c, not probed: a case runs where it applies, and elsewhere the case
 * of the refusal runs.
 */

#include "../unit/test.h"
#include <apu/apu.h>
#include <stdbool.h>

enum capability {
	CAN_ALWAYS = 0,
	CAN_RUN_COMMANDS = 1 << 0, /* the published ones */
	CAN_RUN_MODELS = 1 << 1,
	CAN_ADDRESS = 1 << 2, /* device addresses */
	CAN_SHARE = 1 << 3,   /* import and export */
	CANNOT_RUN = 1 << 4,
	CANNOT_SHARE = 1 << 5,
	CAN_FAULT = 1 << 9, /* faults on demand: faults.c */
};

struct conformance_case {
	const char *name;
	unsigned int needs;
	void (*check)(void **state);
};

struct conformance_group {
	const struct conformance_case *cases;
	size_t count;
};

extern const struct conformance_group address_group;
extern const struct conformance_group fault_group;
extern const struct conformance_group device_group;
extern const struct conformance_group buffer_group;
extern const struct conformance_group lifetime_group;
extern const struct conformance_group share_group;
extern const struct conformance_group command_group;
extern const struct conformance_group reset_group;
extern const struct conformance_group signal_group;
extern const struct conformance_group submit_group;
extern const struct conformance_group wait_group;
extern const struct conformance_group fence_fd_group;
extern const struct conformance_group model_group;
extern const struct conformance_group async_group;
extern const struct conformance_group control_group;
extern const struct conformance_group compiled_group;
extern const struct conformance_group process_group;

/* The device string under test. */
extern const char *conformance_spec;

/* Open the device under test; the caller drops it. */
struct apu_device *
open_device(void);

/* Nanoseconds no case comes near, unless something hangs. */
#define LONG_NS INT64_C(60000000000)

int64_t
long_deadline_ns(const struct apu_device *dev);

/* A new buffer, mapped. */
struct apu_buffer *
new_buffer(struct apu_device *dev, uint64_t size_bytes, uint32_t flags,
	   void **out_map);

/* Submit a raw command and wait: the status; the result through @out_result. */
int
run_command(struct apu_device *dev, uint32_t command, const void *data_in,
	    size_t size_in_bytes, size_t size_out_bytes,
	    struct apu_buffer *const *buffers, unsigned int buffer_count,
	    uint16_t *out_result);

/* Commands by their published numbers (uapi.md 3.2). */
enum {
	CMD_XRP = 0,
	CMD_COPY_SHARED_BUFFER = 1,
	CMD_COPY_INLINE_BUFFER = 2,
	CMD_COPY_INLINE2SHARED = 3,
	CMD_COPY_SHARED2INLINE = 4,
	CMD_FILL_BUFFER = 5,
	CMD_BUFFER_IOMMU_MMAP = 6,
	CMD_UNKNOWN = 0x1234,
};

/*
 * What follows asserts nothing, so that threads and child processes can use it:
 * 0 or a negative errno.
 */

/* Bytes that no other @who and no other @turn has, and back again. */
int
echo_command(struct apu_device *dev, uint32_t who, uint32_t turn);

/* Have the device fill the first 8 bytes of a buffer. */
int
fill_command(struct apu_device *dev, struct apu_buffer *buf, uint8_t value);

/* Have the device copy between two of its addresses. */
int
copy_by_address(struct apu_device *dev, uint64_t from, uint64_t to,
		uint32_t size_bytes);

/*
 * Submit a copy of one half of a large buffer onto the other, so that a core
 * has something to do for a while.
 */
int
submit_copy(struct apu_device *dev, struct apu_buffer *buf,
	    struct apu_fence **out_fence);

/* Bytes of a buffer for submit_copy(): a copy takes about a millisecond. */
#define LARGE_BYTES ((uint64_t)scaled(16) << 20)

/* A job that any transport takes, and answers in its way; NULL: it failed. */
struct apu_job *
new_small_job(struct apu_device *dev);

/*
 * How often to do something: @count, or a tenth of it where the device is
 * emulated, and each call takes thirty times as long.
 */
unsigned int
scaled(unsigned int count);

void
sleep_ms(unsigned int ms);

/* File descriptors that this process has open. */
unsigned int
count_open_fds(void);

/* A pointer that no function may write through after a failure. */
#define UNTOUCHED ((void *)(uintptr_t)0x5a5a)

#endif
