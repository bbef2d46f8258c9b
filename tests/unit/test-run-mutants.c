/* SPDX-License-Identifier: MIT */
/*
 * A good program and request with some bytes changed, before and while it runs.
 * Whatever comes out, the sanitizer must not speak.
 */
#include "support/firmware.h"
#include "support/random.h"
#include "test.h"
#include <string.h>

enum { PROGRAM, ARENA };

#define MUTATION_SEED  UINT64_C(20230517)
#define MUTATION_COUNT 20000

static struct random mutation;

static void
mutate(uint8_t *bytes, size_t size_bytes)
{
	static const uint8_t interesting[] = { 0, 1, 0x7f, 0x80, 0xff };
	size_t at = (size_t)random_range(&mutation, 0, (int32_t)size_bytes - 1);

	if (random_range(&mutation, 0, 1) == 0)
		bytes[at] = interesting[random_range(
			&mutation, 0, (int32_t)COUNT(interesting) - 1)];
	else
		bytes[at] ^= (uint8_t)(1 << random_range(&mutation, 0, 7));
}

/* One byte of what is in use, not of the gaps between. */
static void
mutate_program(struct fw_program *program)
{
	switch (random_range(&mutation, 0, 4)) {
	case 0:
		mutate((uint8_t *)&program->header, sizeof(program->header));
		break;
	case 1:
		mutate((uint8_t *)program->tensors, 19 * 64);
		break;
	case 2:
		mutate((uint8_t *)program->operators,
		       FW_CHAIN_OPERATORS * sizeof(program->operators[0]));
		break;
	case 3:
		mutate((uint8_t *)program->list, 40 * sizeof(uint32_t));
		break;
	default:
		mutate(program->data, 1024);
		break;
	}
}

/* The firmware looks here between rows: another write by the client. */
static int
mutate_and_go_on(void *context)
{
	struct fw_host *host = context;

	mutate_program((void *)host->buffers[PROGRAM].data);
	mutate(host->buffers[ARENA].data, FW_CHAIN_ARENA_BYTES);
	return 0;
}

static void
run_mutants(int under_way)
{
	uint8_t request[256], reply[256];
	struct fw_program *program;
	struct fw_host host;
	struct fw_run run;
	struct fw_request good = {
		.cmd = APUI_CMD_RUN,
		.data_in = &run,
		.size_in = sizeof(run),
		.size_out = sizeof(struct apui_run_report),
		.buffers = (const uint8_t[]) { 0, 1, 2, 3 },
		.buffer_count = 4,
	};
	unsigned int succeeded = 0;

	print_message("# seed %llu, %d mutants\n",
		      (unsigned long long)MUTATION_SEED, MUTATION_COUNT);
	mutation = (struct random) { MUTATION_SEED };
	program = fw_host_init_chain(&host);
	fw_run_init(&run, &host);
	run.head.operator_count = FW_CHAIN_OPERATORS;
	if (under_way)
		host.host.cancelled = mutate_and_go_on;
	for (int i = 0; i < MUTATION_COUNT; i++) {
		size_t size_bytes = fw_write_request(&host, &good, request);
		struct apui_wire_header header;
		size_t reply_bytes;

		fw_program_chain(program);
		for (int j = random_range(&mutation, 0, 3); j > 0; j--)
			mutate_program(program);
		if (random_range(&mutation, 0, 7) == 0)
			mutate(request, size_bytes);
		reply_bytes = fw_send_bytes(&host, request, size_bytes, reply,
					    size_bytes);
		if (reply_bytes < sizeof(header))
			continue;
		memcpy(&header, reply, sizeof(header));
		succeeded += header.result == 0;
	}
	/* Neither a test of one early refusal, nor of harmless changes. */
	assert_in_range(succeeded, MUTATION_COUNT / 100,
			MUTATION_COUNT * 99 / 100);
	fw_host_finish(&host);
}

static void
mutants_stay_in_their_buffers(void **state)
{
	(void)state;
	run_mutants(0);
}

static void
mutants_changed_under_way_stay_in_their_buffers(void **state)
{
	(void)state;
	run_mutants(1);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(mutants_stay_in_their_buffers),
	cmocka_unit_test(mutants_changed_under_way_stay_in_their_buffers),
};

int
main(void)
{
	return cmocka_run_group_tests_name("run_mutants", tests, NULL, NULL);
}
