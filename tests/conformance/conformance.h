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

extern const struct conformance_group device_group;
extern const struct conformance_group buffer_group;
extern const struct conformance_group command_group;
extern const struct conformance_group model_group;
extern const struct conformance_group async_group;
extern const struct conformance_group control_group;
extern const struct conformance_group compiled_group;

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

/* File descriptors that this process has open. */
unsigned int
count_open_fds(void);

/* A pointer that no function may write through after a failure. */
#define UNTOUCHED ((void *)(uintptr_t)0x5a5a)

#endif
