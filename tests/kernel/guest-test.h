/* SPDX-License-Identifier: MIT */
#ifndef APUI_GUEST_TEST_H
#define APUI_GUEST_TEST_H

/*
 * What the groups of guest-test share: a device process that is started and
 * ended as a test likes, and jobs for it. guest-test.c has these and main().
 */

#include "../unit/test.h"
#include <apu/apu.h>
#include <stdbool.h>
#include <sys/types.h>

#define SPEC    "drm:timeout_ms=20000"
#define LONG_NS INT64_C(60000000000)

/* Published commands (uapi.md 3.2). */
enum {
	CMD_COPY_SHARED_BUFFER = 1,
	CMD_COPY_INLINE_BUFFER = 2,
	CMD_COPY_SHARED2INLINE = 4,
	CMD_FILL_BUFFER = 5,
	CMD_BUFFER_IOMMU_MMAP = 6,
};

struct guest_group {
	const char *name;
	const struct CMUnitTest *tests;
	size_t count;
};

extern const struct guest_group clients_group;
extern const struct guest_group loss_group;
extern const struct guest_group share_group;
extern const struct guest_group fuzz_group;
extern const struct guest_group bench_group;

/* The device process; 0 while there is none. */
extern pid_t device_pid;

/* Start it, and wait until it answers. */
void
start_device(void);

/* Send it @signal and wait for its end: its status. */
int
stop_device(int signal);

void
sleep_ms(long ms);

int64_t
deadline_ns(const struct apu_device *dev);

struct apu_device *
open_device(void);

/* The path of the node, for who wants the bare one. */
void
find_node(char *path, size_t room);

/*
 * Bytes that no other client and no other turn has, and back again. 0, what the
 * library says, or -EBADMSG.
 */
int
echo(struct apu_device *dev, uint32_t client, uint32_t turn);

/* A buffer whose copying keeps the device busy for a while, and its jobs. */
#define BUSY_BYTES (1 << 20)

struct apu_fence *
submit_busy(struct apu_device *dev, struct apu_buffer *buf);

/* What a goal for a time is multiplied with: a real clock is not reliable. */
int
goal_factor(void);

/* Of the driver: "buffers", "jobs" or "files". */
long
read_counter(const char *name);

/* Whether nobody has left anything behind, at the latest in some seconds. */
bool
counters_become_zero(void);

/* Run @function with @argument in a child. */
pid_t
start_child(int (*function)(uint32_t argument), uint32_t argument);

/* Wait for a child, which must have returned 0. */
void
join_child(pid_t pid);

#endif
