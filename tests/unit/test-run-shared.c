/* SPDX-License-Identifier: MIT */
/* Programs that share constants with another: the slot behind the outputs. */
#include "firmware/interp.h"
#include "support/firmware.h"
#include "test.h"
#include <string.h>

enum { PROGRAM, ARENA, INPUT, OUTPUT, SHARED, BUFFER_COUNT };

#define SHARED_SLOT 5 /* behind one input and one output */
#define CONSTANT    1 /* of the chain: the bias of its first operator */
#define LAST_OUTPUT 5 /* the list's entry with the first operator's output */

struct wide_run {
	struct apui_run head;
	struct apui_run_binding bindings[SHARED_SLOT + 1];
};

struct fixture {
	struct fw_host host;
	struct fw_program *program;
	struct fw_program *shared;
	struct wide_run run;
};

static void
init_fixture(struct fixture *fixture)
{
	struct fw_run narrow;

	fixture->program = fw_host_init_chain(&fixture->host);
	fw_run_init(&narrow, &fixture->host);
	fixture->shared = (void *)fw_add_buffer(&fixture->host,
						sizeof(struct fw_program));
	*fixture->shared = *fixture->program;
	fixture->run.head = narrow.head;
	fixture->run.head.operator_count = FW_CHAIN_OPERATORS;
	fixture->run.head.binding_count = SHARED_SLOT + 1;
	memcpy(fixture->run.bindings, narrow.bindings, sizeof(narrow.bindings));
	fixture->run.bindings[SHARED_SLOT] = (struct apui_run_binding) {
		.buffer = SHARED,
		.size_bytes = sizeof(struct fw_program),
	};
	fixture->program->header.shared_bytes = sizeof(struct fw_program);
	fixture->program->tensors[CONSTANT].slot = SHARED_SLOT;
}

static uint16_t
send_run(struct fixture *fixture)
{
	static const uint8_t buffers[] = { 0, 1, 2, 3, 4 };
	struct fw_request request = {
		.cmd = APUI_CMD_RUN,
		.data_in = &fixture->run,
		.size_in = (uint16_t)(sizeof(fixture->run.head) +
				      fixture->run.head.binding_count *
					      sizeof(struct apui_run_binding)),
		.size_out = sizeof(struct apui_run_report),
		.buffers = buffers,
		.buffer_count = BUFFER_COUNT,
	};
	struct fw_reply reply;

	return fw_send(&fixture->host, &request, &reply);
}

static void
shared_constants_are_read(void **state)
{
	uint8_t own[FW_CHAIN_OUT_BYTES];
	struct fixture fixture;
	uint32_t at;

	(void)state;
	init_fixture(&fixture);
	fixture.program->tensors[CONSTANT].slot = APUI_SLOT_PROGRAM;
	assert_int_equal(send_run(&fixture), APUI_RESULT_OK);
	memcpy(own, fixture.host.buffers[OUTPUT].data, sizeof(own));

	/* There and nowhere else. */
	fixture.program->tensors[CONSTANT].slot = SHARED_SLOT;
	at = fixture.program->tensors[CONSTANT].offset_bytes;
	memset((uint8_t *)fixture.program + at, 0x55,
	       fixture.program->tensors[CONSTANT].size_bytes);
	assert_int_equal(send_run(&fixture), APUI_RESULT_OK);
	assert_memory_equal(fixture.host.buffers[OUTPUT].data, own,
			    sizeof(own));
	fw_host_finish(&fixture.host);
}

static void
shared_slot_must_be_bound(void **state)
{
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.run.head.binding_count = SHARED_SLOT;
	assert_int_equal(send_run(&fixture), APUI_RESULT_EINVAL);
	fixture.run.head.binding_count = SHARED_SLOT + 1;
	fixture.run.bindings[SHARED_SLOT].buffer = APUI_RUN_UNBOUND;
	assert_int_equal(send_run(&fixture), APUI_RESULT_ERANGE);
	fw_host_finish(&fixture.host);
}

static void
slot_too_many_is_refused(void **state)
{
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.program->header.shared_bytes = 0;
	assert_int_equal(send_run(&fixture), APUI_RESULT_EINVAL);
	fw_host_finish(&fixture.host);
}

static void
shared_buffer_too_small_is_refused(void **state)
{
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.run.bindings[SHARED_SLOT].size_bytes--;
	assert_int_equal(send_run(&fixture), APUI_RESULT_ERANGE);
	/* What the header promises too little is found at the tensor. */
	fixture.run.bindings[SHARED_SLOT].size_bytes = 64;
	fixture.program->header.shared_bytes = 64;
	assert_int_equal(send_run(&fixture), APUI_RESULT_ERANGE);
	fw_host_finish(&fixture.host);
}

static void
writing_a_shared_constant_is_refused(void **state)
{
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.program->list[LAST_OUTPUT] = CONSTANT;
	assert_int_equal(send_run(&fixture), APUI_RESULT_EBADMSG);
	fw_host_finish(&fixture.host);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_constants_are_read),
		cmocka_unit_test(shared_slot_must_be_bound),
		cmocka_unit_test(slot_too_many_is_refused),
		cmocka_unit_test(shared_buffer_too_small_is_refused),
		cmocka_unit_test(writing_a_shared_constant_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
