/* SPDX-License-Identifier: MIT */
#ifndef APUI_GUEST_FUZZ_H
#define APUI_GUEST_FUZZ_H

/* A thread that makes random ioctls, and one of these. */

#include <pthread.h>
#include <stdint.h>

enum {
	FUZZ_HANDLES = 32,
	FUZZ_SYNCOBJS = 32,
	FUZZ_FDS = 8,
	FUZZ_MAX_WAITED = 1024,
	FUZZ_ARENA_BYTES = 1 << 18,
};

/* What the threads of a process share; races on it are part of the test. */
struct client {
	char path[64];
	int fd;
	uint32_t handles[FUZZ_HANDLES], syncobjs[FUZZ_SYNCOBJS];
	int fds[FUZZ_FDS];
};

struct fuzzer {
	struct client *client;
	uint64_t random;
	uint8_t *arena;
	uint32_t lists[FUZZ_MAX_WAITED];
	unsigned int made; /* ioctls of the open file */
	unsigned long succeeded;
	long events_bytes;
	pthread_t thread;
};

uint32_t
fuzz_below(struct fuzzer *f, uint32_t bound);

/* One ioctl, or none. */
void
fuzz_call(struct fuzzer *f);

#endif
