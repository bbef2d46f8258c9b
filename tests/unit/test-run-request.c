/* SPDX-License-Identifier: MIT */
#include "core/run_request.h"
#include "test.h"
#include <errno.h>
#include <string.h>

static uint64_t work[] = { 10, 0, 90, 200, 0, 0, 50 };

static const struct apui_program program = {
	.operator_count = COUNT(work),
	.work = work,
};

struct cut {
	const char *name;
	uint64_t budget;
	uint32_t counts[COUNT(work) + 1]; /* ends with 0 */
};

static const struct cut cuts[] = {
	{ "budget of 1 sends one operator a request",
	  1,
	  { 1, 1, 1, 1, 1, 1, 1 } },
	{ "budget is filled, not passed", 100, { 3, 3, 1 } },
	{ "operator over the budget goes alone with what is free",
	  99,
	  { 2, 1, 3, 1 } },
	{ "large budget sends all at once", UINT64_MAX, { 7 } },
};

static void
check_cut(void **state)
{
	const struct cut *cut = *state;
	uint32_t first = 0, i;

	for (i = 0; cut->counts[i] != 0; i++) {
		uint32_t count =
			apui_run_next_count(&program, first, cut->budget);

		assert_int_equal(count, cut->counts[i]);
		first += count;
	}
	assert_int_equal(first, COUNT(work));
	assert_int_equal(apui_run_next_count(&program, first, 1), 0);
	assert_int_equal(apui_run_count(&program, cut->budget), i);
}

static void
encoded_bytes_are_the_wire_s(void **state)
{
	struct apu_buffer a = { .handle = 5 }, b = { .handle = 9 };
	const struct apui_binding bindings[] = {
		{ .buf = &a, .offset_bytes = 0, .size_bytes = 0x100 },
		{ .buf = &b, .offset_bytes = 0x40, .size_bytes = 0x80 },
		{ .buf = NULL },
		{ .buf = &a, .offset_bytes = 0x140, .size_bytes = 3 },
	};
	const uint32_t want[] = {
		2,          4,     0x11223344, 6, 4, /* count, flags */
		0,          0,     0x100,            /* a */
		1,          0x40,  0x80,             /* b */
		0xffffffff, 0,     0,                /* unbound */
		0,          0x140, 3,                /* a again */
	};
	struct apui_run_request r = {
		.run = { .first_operator = 2,
			 .operator_count = 4,
			 .submission_id = 0x11223344,
			 .run_index = 6 },
	};
	uint8_t data[APUI_WIRE_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT(bindings); i++)
		assert_int_equal(apui_run_request_bind(&r, &bindings[i]), 0);
	assert_int_equal(r.buffer_count, 2);
	assert_int_equal(r.handles[0], 5);
	assert_int_equal(r.handles[1], 9);
	assert_int_equal(apui_run_request_encode(&r, data), sizeof(want));
	assert_memory_equal(data, want, sizeof(want));
	assert_int_equal(apui_run_request_wire_bytes(&r),
			 12 + sizeof(want) + 16 + 2 * 8);
}

static void
more_than_a_request_holds_is_refused(void **state)
{
	struct apu_buffer buffers[64] = { { .handle = 0 } };
	struct apui_run_request r = { .binding_count = 0 };
	int ret = 0;
	size_t i;

	(void)state;
	for (i = 0; ret == 0 && i < COUNT(buffers); i++) {
		buffers[i].handle = (uint32_t)i + 1;
		ret = apui_run_request_bind(
			&r, &(struct apui_binding) { .buf = &buffers[i] });
	}
	assert_int_equal(ret, -E2BIG);
	/* 12 + 20 + 16 bytes, and 20 a tensor with a buffer of its own. */
	assert_int_equal(i - 1, (496 - 48) / 20);
	/* In one buffer, 12 a tensor: three slots and 32 are the most. */
	assert_int_equal(apui_run_request_check(32, false), 0);
	assert_int_equal(apui_run_request_check(33, false), -E2BIG);
	/* Shared constants take a binding and a buffer. */
	assert_int_equal(apui_run_request_check(30, true), 0);
	assert_int_equal(apui_run_request_check(31, true), -E2BIG);
}

int
main(void)
{
	struct CMUnitTest tests[COUNT(cuts) + 2];

	for (size_t i = 0; i < COUNT(cuts); i++)
		tests[i] = (struct CMUnitTest) {
			.name = cuts[i].name,
			.test_func = check_cut,
			.initial_state = (void *)&cuts[i],
		};
	tests[COUNT(cuts)] = (struct CMUnitTest)cmocka_unit_test(
		encoded_bytes_are_the_wire_s);
	tests[COUNT(cuts) + 1] = (struct CMUnitTest)cmocka_unit_test(
		more_than_a_request_holds_is_refused);

	return cmocka_run_group_tests(tests, NULL, NULL);
}
