/* SPDX-License-Identifier: MIT */
/* RUN and the interpreter, over the program with one operator of each kind. */
#include "firmware/kernel.h"
#include "support/firmware.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define NONE APUI_RUN_NO_OPERATOR

enum { PROGRAM, ARENA, INPUT, OUTPUT };

struct fixture {
	struct fw_host host;
	struct fw_program *program; /* the bytes of its buffer */
	struct fw_run run;
	struct apui_run_report report;
};

static void
init_fixture(struct fixture *fixture)
{
	fixture->program = fw_host_init_chain(&fixture->host);
	fw_run_init(&fixture->run, &fixture->host);
	fixture->run.head.operator_count = FW_CHAIN_OPERATORS;
}

static uint16_t
send_run(struct fixture *fixture)
{
	return fw_run_send(&fixture->host, &fixture->run, &fixture->report);
}

/* Spoil one field of a good program or request. */
enum where { IN_PROGRAM, IN_RUN };

struct row {
	const char *name;
	enum where where;
	size_t offset, size_bytes;
	uint64_t value;
	int result;
	uint32_t failed_operator, failed_tensor;
};

#define FIELD(type, field)   offsetof(type, field), sizeof(((type *)0)->field)
#define PROGRAM_FIELD(field) IN_PROGRAM, FIELD(struct fw_program, field)
#define RUN_FIELD(field)     IN_RUN, FIELD(struct fw_run, field)
#define REFUSED(code)        APUI_RESULT_##code, NONE, NONE

static const struct row rows[] = {
	/* The request */
	{ "flags_are_refused", RUN_FIELD(head.flags), 1, REFUSED(EINVAL) },
	{ "submission_0_is_refused", RUN_FIELD(head.submission_id), 0,
	  REFUSED(EINVAL) },
	{ "submission_of_all_ones_is_refused", RUN_FIELD(head.submission_id),
	  UINT32_MAX, REFUSED(EINVAL) },
	{ "last_run_index_is_refused", RUN_FIELD(head.run_index), UINT32_MAX,
	  REFUSED(EINVAL) },
	{ "binding_count_must_fill_data_in", RUN_FIELD(head.binding_count), 4,
	  REFUSED(EINVAL) },
	{ "binding_count_beyond_data_in_is_refused",
	  RUN_FIELD(head.binding_count), 0xffff, REFUSED(EINVAL) },
	{ "operator_count_beyond_the_program_is_refused",
	  RUN_FIELD(head.operator_count), FW_CHAIN_OPERATORS + 1,
	  REFUSED(EINVAL) },
	{ "first_operator_beyond_the_program_is_refused",
	  RUN_FIELD(head.first_operator), 1, REFUSED(EINVAL) },
	{ "first_operator_that_overflows_is_refused",
	  RUN_FIELD(head.first_operator), UINT32_MAX, REFUSED(EINVAL) },
	{ "no_operators_at_all_succeed", RUN_FIELD(head.operator_count), 0,
	  APUI_RESULT_OK, NONE, NONE },
	{ "binding_of_buffer_4_of_4_is_refused", RUN_FIELD(bindings[3].buffer),
	  4, REFUSED(EINVAL) },
	{ "binding_beyond_its_buffer_is_refused",
	  RUN_FIELD(bindings[3].offset_bytes), 1, REFUSED(ERANGE) },
	{ "binding_that_overflows_is_refused",
	  RUN_FIELD(bindings[3].offset_bytes), UINT32_MAX, REFUSED(ERANGE) },
	{ "binding_longer_than_its_buffer_is_refused",
	  RUN_FIELD(bindings[3].size_bytes), FW_CHAIN_IN_BYTES + 1,
	  REFUSED(ERANGE) },
	{ "unbound_program_is_refused", RUN_FIELD(bindings[0].buffer),
	  APUI_RUN_UNBOUND, REFUSED(EINVAL) },
	{ "unbound_arena_is_refused", RUN_FIELD(bindings[1].buffer),
	  APUI_RUN_UNBOUND, REFUSED(EINVAL) },
	{ "arena_without_its_header_is_refused",
	  RUN_FIELD(bindings[1].size_bytes), 63, REFUSED(ERANGE) },
	{ "arena_smaller_than_the_program_asks_is_refused",
	  RUN_FIELD(bindings[1].size_bytes), FW_CHAIN_ARENA_BYTES - 1,
	  REFUSED(ERANGE) },
	{ "program_without_its_header_is_refused",
	  RUN_FIELD(bindings[0].size_bytes), 127, REFUSED(ERANGE) },
	{ "program_cut_short_is_refused", RUN_FIELD(bindings[0].size_bytes),
	  sizeof(struct fw_program) - 1, REFUSED(ERANGE) },
	{ "unbound_input_fails_its_operator", RUN_FIELD(bindings[3].buffer),
	  APUI_RUN_UNBOUND, APUI_RESULT_ERANGE, 0, 0 },
	{ "input_one_byte_short_fails_its_operator",
	  RUN_FIELD(bindings[3].size_bytes), FW_CHAIN_IN_BYTES - 1,
	  APUI_RESULT_ERANGE, 0, 0 },
	{ "output_one_byte_short_fails_its_operator",
	  RUN_FIELD(bindings[4].size_bytes), FW_CHAIN_OUT_BYTES - 1,
	  APUI_RESULT_ERANGE, 10, 18 },

	/* The program's header */
	{ "wrong_magic_is_refused", PROGRAM_FIELD(header.magic), 0,
	  REFUSED(EBADMSG) },
	{ "version_0_is_refused", PROGRAM_FIELD(header.version), 0,
	  REFUSED(ENOTSUP) },
	{ "newer_version_is_refused", PROGRAM_FIELD(header.version),
	  APUI_PROGRAM_VERSION + 1, REFUSED(ENOTSUP) },
	{ "other_target_is_refused", PROGRAM_FIELD(header.target), 2,
	  REFUSED(ENOTSUP) },
	{ "other_header_size_is_refused", PROGRAM_FIELD(header.header_bytes),
	  64, REFUSED(EBADMSG) },
	{ "tensors_in_the_header_are_refused",
	  PROGRAM_FIELD(header.tensor_offset), 64, REFUSED(EBADMSG) },
	{ "unaligned_tensors_are_refused", PROGRAM_FIELD(header.tensor_offset),
	  129, REFUSED(EBADMSG) },
	{ "tensors_beyond_the_program_are_refused",
	  PROGRAM_FIELD(header.tensor_count), sizeof(struct fw_program) / 64,
	  REFUSED(EBADMSG) },
	{ "tensor_count_that_overflows_is_refused",
	  PROGRAM_FIELD(header.tensor_count), 0x04000001, REFUSED(EBADMSG) },
	{ "operators_beyond_the_program_are_refused",
	  PROGRAM_FIELD(header.operator_count), 0x02000001, REFUSED(EBADMSG) },
	{ "operator_offset_beyond_the_program_is_refused",
	  PROGRAM_FIELD(header.operator_offset), 0xffffffc0, REFUSED(EBADMSG) },
	{ "list_beyond_the_program_is_refused",
	  PROGRAM_FIELD(header.list_count), 0x40000001, REFUSED(EBADMSG) },
	{ "data_beyond_the_program_is_refused",
	  PROGRAM_FIELD(header.data_bytes), UINT32_MAX, REFUSED(EBADMSG) },
	{ "program_larger_than_its_buffer_is_refused",
	  PROGRAM_FIELD(header.size_bytes), UINT32_MAX, REFUSED(ERANGE) },
	{ "unbound_state_that_is_needed_is_refused",
	  PROGRAM_FIELD(header.state_bytes), 1, REFUSED(ERANGE) },
	{ "one_input_more_is_refused", PROGRAM_FIELD(header.input_count), 2,
	  REFUSED(EINVAL) },
	{ "counts_that_overflow_are_refused",
	  PROGRAM_FIELD(header.output_count), UINT32_MAX, REFUSED(EINVAL) },

	/* An operator's record */
	{ "operator_0_is_unknown", PROGRAM_FIELD(operators[1].op), 0,
	  APUI_RESULT_ENOTSUP, 1, NONE },
	{ "operator_10_is_unknown", PROGRAM_FIELD(operators[1].op), 10,
	  APUI_RESULT_ENOTSUP, 1, NONE },
	{ "operator_65535_is_unknown", PROGRAM_FIELD(operators[1].op), 65535,
	  APUI_RESULT_ENOTSUP, 1, NONE },
	{ "operator_flags_are_refused", PROGRAM_FIELD(operators[2].flags), 1,
	  APUI_RESULT_EBADMSG, 2, NONE },
	{ "one_input_fewer_is_refused", PROGRAM_FIELD(operators[0].input_count),
	  4, APUI_RESULT_EBADMSG, 0, NONE },
	{ "two_outputs_are_refused", PROGRAM_FIELD(operators[0].output_count),
	  2, APUI_RESULT_EBADMSG, 0, NONE },
	{ "list_index_beyond_the_list_is_refused",
	  PROGRAM_FIELD(operators[0].list_first), FW_MAX_LIST,
	  APUI_RESULT_EBADMSG, 0, NONE },
	{ "list_index_that_overflows_is_refused",
	  PROGRAM_FIELD(operators[0].list_first), UINT32_MAX,
	  APUI_RESULT_EBADMSG, 0, NONE },
	{ "tensor_index_beyond_the_tensors_is_refused", PROGRAM_FIELD(list[1]),
	  19, APUI_RESULT_EBADMSG, 0, 19 },
	{ "tensor_index_of_all_ones_is_refused", PROGRAM_FIELD(list[1]), NONE,
	  APUI_RESULT_EBADMSG, 0, NONE },
	{ "optional_bias_may_be_left_out", PROGRAM_FIELD(list[2]), NONE,
	  APUI_RESULT_OK, NONE, NONE },
	{ "output_may_not_be_left_out", PROGRAM_FIELD(list[5]), NONE,
	  APUI_RESULT_EBADMSG, 0, NONE },
	{ "writing_a_constant_is_refused", PROGRAM_FIELD(list[5]), 4,
	  APUI_RESULT_EBADMSG, 0, 4 },
	{ "writing_an_input_is_refused", PROGRAM_FIELD(list[5]), 0,
	  APUI_RESULT_EBADMSG, 0, 0 },

	/* A tensor's record; number 6 is written by operator 0 */
	{ "type_0_is_refused", PROGRAM_FIELD(tensors[6].type), 0,
	  APUI_RESULT_EBADMSG, 0, 6 },
	{ "unknown_type_is_refused", PROGRAM_FIELD(tensors[6].type), 255,
	  APUI_RESULT_EBADMSG, 0, 6 },
	{ "rank_9_is_refused", PROGRAM_FIELD(tensors[6].rank), 9,
	  APUI_RESULT_EBADMSG, 0, 6 },
	{ "slot_5_of_5_is_refused", PROGRAM_FIELD(tensors[6].slot), 5,
	  APUI_RESULT_EBADMSG, 0, 6 },
	{ "slot_65535_is_refused", PROGRAM_FIELD(tensors[6].slot), 65535,
	  APUI_RESULT_EBADMSG, 0, 6 },
	{ "unbound_slot_is_refused", PROGRAM_FIELD(tensors[6].slot),
	  APUI_SLOT_STATE, APUI_RESULT_ERANGE, 0, 6 },
	{ "negative_length_is_refused", PROGRAM_FIELD(tensors[6].dims[1]),
	  0xfffffffc, APUI_RESULT_EBADMSG, 0, 6 },
	{ "shape_that_overflows_is_refused", PROGRAM_FIELD(tensors[6].dims[1]),
	  0x7fffffff, APUI_RESULT_EBADMSG, 0, 6 },
	{ "size_that_is_not_the_shape_s_is_refused",
	  PROGRAM_FIELD(tensors[6].size_bytes), 63, APUI_RESULT_EBADMSG, 0, 6 },
	{ "unaligned_offset_is_refused", PROGRAM_FIELD(tensors[6].offset_bytes),
	  65, APUI_RESULT_EBADMSG, 0, 6 },
	{ "tensor_over_the_arena_s_header_is_refused",
	  PROGRAM_FIELD(tensors[6].offset_bytes), 0, APUI_RESULT_EBADMSG, 0,
	  6 },
	{ "tensor_beyond_the_arena_is_refused",
	  PROGRAM_FIELD(tensors[6].offset_bytes), FW_CHAIN_ARENA_BYTES,
	  APUI_RESULT_ERANGE, 0, 6 },
	{ "tensor_offset_that_overflows_is_refused",
	  PROGRAM_FIELD(tensors[6].offset_bytes), 0xffffffc0,
	  APUI_RESULT_ERANGE, 0, 6 },
	{ "kernel_s_refusal_names_its_operator",
	  PROGRAM_FIELD(operators[3].params.window.stride_h), 0,
	  APUI_RESULT_EINVAL, 3, NONE },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct fixture fixture;
	uint8_t *base;

	init_fixture(&fixture);
	base = row->where == IN_PROGRAM ? (uint8_t *)fixture.program
					: (uint8_t *)&fixture.run;
	memcpy(base + row->offset, &row->value, row->size_bytes);
	assert_int_equal(send_run(&fixture), row->result);
	assert_int_equal(fixture.report.failed_operator, row->failed_operator);
	assert_int_equal(fixture.report.failed_tensor, row->failed_tensor);
	assert_int_equal(fixture.report.operators_done,
			 row->failed_operator == NONE ? 0
						      : row->failed_operator);
	fw_host_finish(&fixture.host);
}

/* The arena's protocol: what it holds, what the RUN says. */
struct arena_row {
	const char *name;
	uint32_t submission_id, runs_done; /* in the arena before */
	uint32_t run_index;                /* of submission 77 */
	int result;
	uint32_t runs_done_after;
};

static const struct arena_row arena_rows[] = {
	{ "first_run_sets_the_arena", 5, 6, 0, 0, 1 },
	{ "second_run_finds_one_done", 77, 1, 1, 0, 2 },
	{ "ninth_run_finds_eight_done", 77, 8, 8, 0, 9 },
	{ "run_of_another_submission_is_cancelled", 76, 1, 1,
	  APUI_RESULT_ECANCELED, 1 },
	{ "run_after_a_lost_one_is_cancelled", 77, 1, 2, APUI_RESULT_ECANCELED,
	  1 },
	{ "run_done_before_is_cancelled", 77, 2, 1, APUI_RESULT_ECANCELED, 2 },
	{ "first_run_of_what_was_given_up_is_cancelled",
	  APUI_SUBMISSION_CANCELLED, 0, 0, APUI_RESULT_ECANCELED, 0 },
	{ "later_run_of_what_was_given_up_is_cancelled",
	  APUI_SUBMISSION_CANCELLED, 1, 1, APUI_RESULT_ECANCELED, 1 },
	{ "run_in_a_fresh_arena_is_cancelled", 0, 0, 1, APUI_RESULT_ECANCELED,
	  0 },
};

static void
check_arena(void **state)
{
	const struct arena_row *row = *state;
	struct apui_arena_header header = {
		.submission_id = row->submission_id,
		.runs_done = row->runs_done,
	};
	struct fixture fixture;
	uint8_t *arena;

	init_fixture(&fixture);
	arena = fixture.host.buffers[ARENA].data;
	memcpy(arena, &header, sizeof(header));
	fixture.run.head.run_index = row->run_index;
	assert_int_equal(send_run(&fixture), row->result);
	memcpy(&header, arena, sizeof(header));
	assert_int_equal(header.runs_done, row->runs_done_after);
	if (row->result == 0)
		assert_int_equal(header.submission_id, 77);
	fw_host_finish(&fixture.host);
}

static void
failed_run_leaves_the_count(void **state)
{
	struct apui_arena_header header;
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.program->operators[4].params.add.left_shift = -1;
	assert_int_equal(send_run(&fixture), APUI_RESULT_EINVAL);
	assert_int_equal(fixture.report.operators_done, 4);
	memcpy(&header, fixture.host.buffers[ARENA].data, sizeof(header));
	assert_int_equal(header.submission_id, 77);
	assert_int_equal(header.runs_done, 0);

	fixture.run.head.run_index = 1;
	assert_int_equal(send_run(&fixture), APUI_RESULT_ECANCELED);
	fw_host_finish(&fixture.host);
}

static void
one_operator_a_run_gives_the_same_bytes(void **state)
{
	uint8_t expected[FW_CHAIN_OUT_BYTES];
	struct fixture fixture;
	uint8_t *out;

	(void)state;
	init_fixture(&fixture);
	out = fixture.host.buffers[OUTPUT].data;
	assert_int_equal(send_run(&fixture), APUI_RESULT_OK);
	memcpy(expected, out, sizeof(expected));
	/* A softmax: the three share 256 among them, and none has it all. */
	assert_in_range(expected[0] + expected[1] + expected[2], 255, 257);
	assert_in_range(expected[0], 1, 254);

	memset(out, 0, sizeof(expected));
	memset(fixture.host.buffers[ARENA].data, 0x33, FW_CHAIN_ARENA_BYTES);
	fixture.run.head.operator_count = 1;
	for (uint32_t i = 0; i < FW_CHAIN_OPERATORS; i++) {
		fixture.run.head.first_operator = i;
		fixture.run.head.run_index = i;
		assert_int_equal(send_run(&fixture), APUI_RESULT_OK);
	}
	assert_memory_equal(out, expected, sizeof(expected));
	fw_host_finish(&fixture.host);
}

static void
reset_stops_between_operators(void **state)
{
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.run.head.first_operator = 9; /* SOFTMAX, COPY */
	fixture.run.head.operator_count = 2;
	fixture.host.cancel_after = 1;
	assert_int_equal(send_run(&fixture), APUI_RESULT_ECANCELED);
	assert_int_equal(fixture.report.operators_done, 1);
	assert_int_equal(fixture.report.failed_operator, 10);
	fw_host_finish(&fixture.host);
}

static void
reset_stops_a_convolution_between_rows(void **state)
{
	struct fixture fixture;

	(void)state;
	init_fixture(&fixture);
	fixture.host.cancel_after = 3;
	assert_int_equal(send_run(&fixture), APUI_RESULT_ECANCELED);
	assert_int_equal(fixture.report.failed_operator, 0);
	fw_host_finish(&fixture.host);
}

static void
badly_aligned_elements_are_refused(void **state)
{
	struct fixture fixture;
	struct fw_program program;
	uint8_t *bytes;

	(void)state;
	init_fixture(&fixture);
	program = *fixture.program;
	bytes = fw_add_buffer(&fixture.host, sizeof(program) + 2);
	memcpy(bytes + 2, &program, sizeof(program));
	/* Buffer 0 of the request becomes the one with the shifted copy. */
	free(fixture.host.buffers[PROGRAM].data);
	fixture.host.buffers[PROGRAM].data = bytes;
	fixture.host.buffers[PROGRAM].size_bytes = sizeof(program) + 2;
	fixture.host.buffer_count--;
	fixture.run.bindings[0].offset_bytes = 2;

	assert_int_equal(send_run(&fixture), APUI_RESULT_EFAULT);
	assert_int_equal(fixture.report.failed_operator, 0);
	assert_int_equal(fixture.report.failed_tensor, 1); /* int32 bias */
	fw_host_finish(&fixture.host);
}

static void
check_sizes(uint16_t size_in, uint16_t size_out, int result)
{
	static const uint8_t buffers[] = { 0, 1, 2, 3 };
	struct fixture fixture;
	struct fw_reply reply;
	struct fw_request request = {
		.cmd = APUI_CMD_RUN,
		.data_in = &fixture.run,
		.size_in = size_in,
		.size_out = size_out,
		.buffers = buffers,
		.buffer_count = 4,
	};

	init_fixture(&fixture);
	assert_int_equal(fw_send(&fixture.host, &request, &reply), result);
	assert_int_equal(reply.size_out, size_out > 16 ? 16 : size_out);
	fw_host_finish(&fixture.host);
}

static void
data_out_smaller_than_the_report_is_refused(void **state)
{
	(void)state;
	check_sizes(sizeof(struct fw_run), 15, APUI_RESULT_EINVAL);
}

static void
data_out_larger_than_the_report_shrinks(void **state)
{
	(void)state;
	check_sizes(sizeof(struct fw_run), 17, APUI_RESULT_OK);
}

static void
data_in_smaller_than_the_head_is_refused(void **state)
{
	(void)state;
	check_sizes(sizeof(struct apui_run) - 1, 16, APUI_RESULT_EINVAL);
}

static void
data_in_with_a_byte_missing_is_refused(void **state)
{
	(void)state;
	check_sizes(sizeof(struct fw_run) - 1, 16, APUI_RESULT_EINVAL);
}

static void
sixty_five_bindings_are_too_many(void **state)
{
	struct {
		struct apui_run head;
		struct apui_run_binding bindings[65];
	} run = { .head = { .submission_id = 1, .binding_count = 65 } };
	struct fw_request request = {
		.cmd = APUI_CMD_RUN,
		.data_in = &run,
		.size_in = sizeof(run),
		.size_out = 16,
	};
	struct fw_reply reply;
	struct fw_host host;

	(void)state;
	fw_host_init(&host, 8);
	assert_int_equal(fw_send(&host, &request, &reply), APUI_RESULT_E2BIG);
}

static void
unmapped_binding_faults(void **state)
{
	struct fixture fixture;
	uint8_t bytes[256], answer[256];
	struct fw_request request = {
		.cmd = APUI_CMD_RUN,
		.data_in = &fixture.run,
		.size_in = sizeof(fixture.run),
		.size_out = sizeof(fixture.report),
		.buffers = (const uint8_t[]) { 0, 1, 2, 3 },
		.buffer_count = 4,
	};
	struct apui_wire_header header;
	size_t size_bytes;

	(void)state;
	init_fixture(&fixture);
	size_bytes = fw_write_request(&fixture.host, &request, bytes);
	fixture.host.buffers[INPUT].address -= 1;
	fw_send_bytes(&fixture.host, bytes, size_bytes, answer, sizeof(answer));
	memcpy(&header, answer, sizeof(header));
	assert_int_equal(header.result, APUI_RESULT_EFAULT);
	fw_host_finish(&fixture.host);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(failed_run_leaves_the_count),
	cmocka_unit_test(one_operator_a_run_gives_the_same_bytes),
	cmocka_unit_test(reset_stops_between_operators),
	cmocka_unit_test(reset_stops_a_convolution_between_rows),
	cmocka_unit_test(badly_aligned_elements_are_refused),
	cmocka_unit_test(data_out_smaller_than_the_report_is_refused),
	cmocka_unit_test(data_out_larger_than_the_report_shrinks),
	cmocka_unit_test(data_in_smaller_than_the_head_is_refused),
	cmocka_unit_test(data_in_with_a_byte_missing_is_refused),
	cmocka_unit_test(sixty_five_bindings_are_too_many),
	cmocka_unit_test(unmapped_binding_faults),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(rows) + COUNT(arena_rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)&rows[i],
		};
	for (size_t i = 0; i < COUNT(arena_rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = arena_rows[i].name,
			.test_func = check_arena,
			.initial_state = (void *)&arena_rows[i],
		};
	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	return cmocka_run_group_tests_name("run", all, NULL, NULL);
}
