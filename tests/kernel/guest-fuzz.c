/* SPDX-License-Identifier: MIT */

/*
 * Random ioctls, 100,000 of them, from two processes with two threads each that
 * share a file, which is closed in the midst of work from time to time. The
 * variable APU_FUZZ_SEED repeats a run, as far as threads do.
 */

#include "guest-fuzz.h"
#include "guest-test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

enum {
	PROCESSES = 2,
	THREADS = 2,
	CALLS = 100000,
	CALLS_A_FILE = 2500, /* of a thread */
};

static uint64_t seed;

static void *
run_fuzzer(void *context)
{
	struct fuzzer *f = context;
	uint8_t events[1024];

	while (f->made < CALLS_A_FILE) {
		fuzz_call(f);
		/* Unread events would soon keep jobs out. */
		if (fuzz_below(f, 64) == 0)
			f->events_bytes += read(f->client->fd, events,
						fuzz_below(f, sizeof(events)));
	}
	return NULL;
}

/* One open file, from its opening to its closing in the midst of work. */
static unsigned long
run_file(struct fuzzer *fuzzers, struct client *client)
{
	unsigned long succeeded = 0;

	memset(client->handles, 0, sizeof(client->handles));
	memset(client->syncobjs, 0, sizeof(client->syncobjs));
	client->fd = open(client->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (client->fd < 0)
		return 0;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&fuzzers[i].thread, NULL, run_fuzzer,
			       &fuzzers[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(fuzzers[i].thread, NULL);
		succeeded += fuzzers[i].succeeded;
		fuzzers[i].succeeded = 0;
		fuzzers[i].made = 0;
	}
	close(client->fd);
	return succeeded;
}

/* In a child: its share of the calls. */
static int
fuzz(uint32_t process)
{
	struct fuzzer fuzzers[THREADS] = { 0 };
	struct client client = { .fd = -1 };
	unsigned long succeeded = 0;

	find_node(client.path, sizeof(client.path));
	memset(client.fds, -1, sizeof(client.fds));
	for (unsigned int i = 0; i < THREADS; i++) {
		fuzzers[i].client = &client;
		fuzzers[i].random = seed + THREADS * process + i;
		fuzzers[i].arena =
			mmap(NULL, FUZZ_ARENA_BYTES, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (fuzzers[i].arena == MAP_FAILED)
			return -ENOMEM;
	}
	for (int done = 0; done < CALLS / PROCESSES;
	     done += THREADS * CALLS_A_FILE)
		succeeded += run_file(fuzzers, &client);
	printf("# process %u: %lu of %d ioctls returned 0\n", process,
	       succeeded, CALLS / PROCESSES);
	fflush(stdout);
	return succeeded > CALLS / PROCESSES / 20 ? 0 : -ENODATA;
}

static void
read_seed(void)
{
	const char *text = getenv("APU_FUZZ_SEED");

	if (text != NULL)
		seed = strtoull(text, NULL, 0);
	else if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = 1;
	/* Small ones are easier to repeat, and none may become 0. */
	seed = (seed & 0xffffffff) + 1;
	printf("# %d ioctls, APU_FUZZ_SEED=%llu\n", CALLS,
	       (unsigned long long)seed - 1);
}

static void
random_ioctls_break_nothing(void **state)
{
	pid_t processes[PROCESSES];
	struct apu_device *dev;

	(void)state;
	read_seed();
	for (uint32_t i = 0; i < PROCESSES; i++)
		processes[i] = start_child(fuzz, i);
	for (int i = 0; i < PROCESSES; i++)
		join_child(processes[i]);
	assert_true(counters_become_zero());
	/* The device has seen all of it, and still works. */
	dev = open_device();
	assert_int_equal(echo(dev, 1, 1), 0);
	apu_device_unref(dev);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_ioctls_break_nothing),
};

const struct guest_group fuzz_group = { "fuzz", tests, COUNT(tests) };
