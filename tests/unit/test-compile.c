/* SPDX-License-Identifier: MIT */
#include "compile_helper.h"
#include "test.h"
#include <apu/error.h>
#include <errno.h>
#include <stdlib.h>

static void
network_becomes_a_program(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const uint16_t ops[] = { APUI_OP_CONV_2D, APUI_OP_COPY,
				 APUI_OP_FULLY_CONNECTED, APUI_OP_SOFTMAX };

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	program = compile(&b, &v);
	assert_int_equal(program->operator_count, COUNT(ops));
	for (uint32_t i = 0; i < COUNT(ops); i++) {
		assert_int_equal(v.operators[i].op, ops[i]);
		assert_int_equal(v.operators[i].source_operator, i);
	}
	/* A byte of output counts as 8. */
	assert_int_equal(program->work[0], 16 * 4 * 18 + 8 * 16 * 4);
	assert_int_equal(program->work[2], 640 + 8 * 10);
	/* The RESHAPE needs both of its tensors; nothing needs more. */
	assert_int_equal(program->arena_bytes, 64 + 64 + 64);
	apui_program_free(program);
}

static void
same_graph_makes_the_same_bytes(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *one, *two;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	one = compile(&b, &v);
	free(malloc(12345));
	two = compile(&b, &v);
	assert_int_equal(one->size_bytes, two->size_bytes);
	assert_memory_equal(one->blob, two->blob, one->size_bytes);
	apui_program_free(one);
	apui_program_free(two);
}

static void
unused_constants_are_not_copied(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	builder_weights(&b, APU_DTYPE_INT8, DIMS(4096));
	program = compile(&b, &v);
	/* 72, 16, 16, 16, 640 and 80 bytes, each from a multiple of 64 on. */
	assert_int_equal(v.header.data_bytes, 128 + 3 * 64 + 640 + 80);
	apui_program_free(program);
}

static void
bytes_behind_two_tensors_are_copied_once(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(100)));
	builder_weights(&b, APU_DTYPE_INT8, DIMS(100));
	builder_weights(&b, APU_DTYPE_INT8, DIMS(1, 100));
	builder_weights(&b, APU_DTYPE_INT8, DIMS(1));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(100));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(1, 100));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(1, 100));
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 0, 1, 4 });
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 4, 2, 5 });
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 5, 3, 6 });
	builder_output(&b, 6);
	program = compile(&b, &v);
	assert_int_equal(tensor_of(&v, 0, 1)->offset_bytes,
			 tensor_of(&v, 1, 1)->offset_bytes);
	assert_int_equal(v.header.data_bytes, 128 + 1);
	apui_program_free(program);
}

/* Everything that a file's outputs can be. */
static void
output_that_nothing_writes_is_copied(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	uint32_t copies = 0;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	builder_output(&b, 0); /* an input */
	builder_output(&b, 1); /* a constant */
	builder_output(&b, 8); /* listed twice */
	builder_output(&b, 3); /* read by an operator: no copy */
	program = compile(&b, &v);
	assert_int_equal(program->operator_count, 4 + 3);
	for (uint32_t i = 4; i < 7; i++) {
		assert_int_equal(v.operators[i].op, APUI_OP_COPY);
		assert_int_equal(v.operators[i].source_operator,
				 APUI_NO_SOURCE);
		assert_int_equal(v.operators[i].macs, 0);
		assert_int_equal(v.list[v.operators[i].list_first + 1],
				 1 + 1 + copies++);
	}
	assert_ptr_equal(tensor_of(&v, 0, 5), &v.tensors[5]);
	apui_program_free(program);
}

static void
graph_without_operators_copies(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(3)));
	builder_output(&b, 0);
	program = compile(&b, &v);
	assert_int_equal(program->operator_count, 1);
	assert_int_equal(program->arena_bytes, 64);
	apui_program_free(program);
}

static void
empty_tensors_compile(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(0, 4)));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(0, 4));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(0, 4));
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 0, 0, 1 });
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 1, 0, 2 });
	builder_output(&b, 2);
	program = compile(&b, &v);
	assert_int_equal(program->arena_bytes, 64);
	apui_program_free(program);
}

static void
unread_output_has_memory(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(100)));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(100));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(100));
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 0, 0, 1 });
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 0, 0, 2 });
	builder_output(&b, 2);
	program = compile(&b, &v);
	assert_int_equal(program->arena_bytes, 64 + 128);
	apui_program_free(program);
}

static void
skip_connections_never_overlap(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(1000)));
	for (int32_t i = 1; i <= BUILDER_MAX_OPERATORS; i++) {
		builder_tensor(&b, APU_DTYPE_INT8, DIMS(1000));
		builder_operator(&b, APUI_BUILTIN_ADD, 2,
				 (int32_t[]) { i - 1, i > 4 ? i - 4 : 0, i });
	}
	builder_output(&b, BUILDER_MAX_OPERATORS);
	program = compile(&b, &v);
	assert_int_equal(program->arena_bytes, 64 + 5 * 1024);
	apui_program_free(program);
}

/* What is refused: one thing wrong with the network above. */

struct refused_case {
	const char *name;
	void (*change)(struct graph_builder *b);
	int ret;
	int32_t operator_index;
};

#define CHANGE(name, ...)                                                      \
	static void name(struct graph_builder *b)                              \
	{                                                                      \
		__VA_ARGS__;                                                   \
	}

CHANGE(fused_tanh_is_refused,
       b->operators[0].options.window.activation = APUI_ACTIVATION_TANH)
CHANGE(fused_sign_bit_is_refused,
       b->operators[2].options.fully_connected.activation =
	       APUI_ACTIVATION_SIGN_BIT)
CHANGE(m87_scales_out_of_proportion_are_refused, b->scales[1][0] = 1e38f)
CHANGE(m87_scale_of_the_smallest_number_is_refused, b->scales[3][0] = 1e-45f)
CHANGE(softmax_of_tiny_scale_is_refused, b->scales[7][0] = 1e-9f)
CHANGE(softmax_of_beta_zero_is_refused,
       b->operators[3].options.softmax.beta = 0)
CHANGE(softmax_of_other_output_scale_is_refused, b->scales[8][0] = 0.5f)
CHANGE(softmax_of_other_zero_point_is_refused, b->zero_points[8][0] = 0)
CHANGE(softmax_into_another_type_is_refused,
       b->tensors[8].dtype = APU_DTYPE_UINT8)
CHANGE(variable_is_refused, b->tensors[3].is_variable = true)
CHANGE(type_outside_programs_is_refused,
       b->tensors[5].dtype = b->tensors[3].dtype = APU_DTYPE_UINT32)
CHANGE(tensor_over_4_gib_is_refused, b->tensors[3].size_bytes = UINT64_C(1)
								<< 32)

static const struct refused_case refused_cases[] = {
	{ "fused_tanh_is_refused", fused_tanh_is_refused, -EOPNOTSUPP, 0 },
	{ "fused_sign_bit_is_refused", fused_sign_bit_is_refused, -EOPNOTSUPP,
	  2 },
	{ "m87_scales_out_of_proportion_are_refused",
	  m87_scales_out_of_proportion_are_refused, -EINVAL, 0 },
	{ "m87_scale_of_the_smallest_number_is_refused",
	  m87_scale_of_the_smallest_number_is_refused, -EINVAL, 0 },
	{ "softmax_of_tiny_scale_is_refused", softmax_of_tiny_scale_is_refused,
	  -EOPNOTSUPP, 3 },
	{ "softmax_of_beta_zero_is_refused", softmax_of_beta_zero_is_refused,
	  -EOPNOTSUPP, 3 },
	{ "softmax_of_other_output_scale_is_refused",
	  softmax_of_other_output_scale_is_refused, -EINVAL, 3 },
	{ "softmax_of_other_zero_point_is_refused",
	  softmax_of_other_zero_point_is_refused, -EINVAL, 3 },
	{ "softmax_into_another_type_is_refused",
	  softmax_into_another_type_is_refused, -EOPNOTSUPP, 3 },
	{ "variable_is_refused", variable_is_refused, -EOPNOTSUPP, 0 },
	{ "type_outside_programs_is_refused", type_outside_programs_is_refused,
	  -EOPNOTSUPP, 0 },
	{ "tensor_over_4_gib_is_refused", tensor_over_4_gib_is_refused, -E2BIG,
	  0 },
};

static void
check_refused(void **state)
{
	const struct refused_case *c = *state;
	struct graph_builder b;
	struct apui_program *program = (void *)&b;
	const struct apu_error *e = apu_error_last();

	build_network(&b, APU_DTYPE_INT8);
	infer_all(&b);
	c->change(&b);
	assert_int_equal(apui_compile(&b.graph, &limits, &program), c->ret);
	assert_ptr_equal(program, &b);
	assert_int_equal(apu_error_code(e), c->ret);
	assert_int_equal(apu_error_operator_index(e), c->operator_index);
	assert_true(strlen(apu_error_cause(e)) > 0);
}

static void
add_beyond_the_reference_is_refused(void **state)
{
	struct graph_builder b;
	struct apui_program *program = NULL;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(4)));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(4));
	b.scales[1][0] = 1e-7f;
	builder_operator(&b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 0, 0, 1 });
	builder_output(&b, 1);
	assert_int_equal(apui_compile(&b.graph, &limits, &program),
			 -EOPNOTSUPP);
	assert_true(strlen(apu_error_remedy(apu_error_last())) > 0);
}

static void
sums_that_overflow_are_refused(void **state)
{
	struct graph_builder b;
	struct apui_program *program = NULL;

	(void)state;
	builder_init(&b);
	builder_input(
		&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(1, 4096, 4096, 1)));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(1, 1, 1, 1));
	builder_window(builder_operator(&b, APUI_BUILTIN_AVERAGE_POOL_2D, 1,
					(int32_t[]) { 0, 1 }),
		       APUI_PADDING_VALID, 1, 4096);
	builder_output(&b, 1);
	infer_all(&b);
	assert_int_equal(apui_compile(&b.graph, &limits, &program),
			 -EOPNOTSUPP);

	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(4096, 4096)));
	builder_numbers(&b, DIMS(2), (int32_t[]) { 0, 1 });
	builder_tensor(&b, APU_DTYPE_INT8, NO_DIMS);
	builder_operator(&b, APUI_BUILTIN_MEAN, 2, (int32_t[]) { 0, 1, 2 });
	builder_output(&b, 2);
	infer_all(&b);
	assert_int_equal(apui_compile(&b.graph, &limits, &program),
			 -EOPNOTSUPP);
}

static void
mean_of_nothing_is_refused(void **state)
{
	struct graph_builder b;
	struct apui_program *program = NULL;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(0, 4)));
	builder_numbers(&b, DIMS(1), (int32_t[]) { 1 });
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(0));
	builder_operator(&b, APUI_BUILTIN_MEAN, 2, (int32_t[]) { 0, 1, 2 });
	builder_output(&b, 2);
	infer_all(&b);
	assert_int_equal(apui_compile(&b.graph, &limits, &program),
			 -EOPNOTSUPP);
}

static void
m63_arena_over_the_limit_is_refused(void **state)
{
	struct graph_builder b;
	struct apui_limits small = limits;
	struct apui_program *program = NULL;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	small.max_arena_bytes = 191;
	assert_int_equal(apui_compile(&b.graph, &small, &program), -E2BIG);
	assert_true(strlen(apu_error_remedy(apu_error_last())) > 0);
	small.max_arena_bytes = 192;
	assert_int_equal(apui_compile(&b.graph, &small, &program), 0);
	apui_program_free(program);
}

static void
arena_over_4_gib_is_refused_whatever_the_limit(void **state)
{
	struct graph_builder b;
	struct apui_limits large = limits;
	struct apui_program *program = NULL;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(1 << 30)));
	for (int32_t i = 1; i <= 5; i++)
		builder_tensor(&b, APU_DTYPE_INT8, DIMS(1 << 30));
	for (int32_t i = 1; i <= 5; i++)
		builder_operator(&b, APUI_BUILTIN_ADD, 2,
				 (int32_t[]) { 0, 0, i });
	for (int32_t i = 1; i <= 5; i++) {
		builder_tensor(&b, APU_DTYPE_INT8, DIMS(1 << 30));
		builder_operator(&b, APUI_BUILTIN_ADD, 2,
				 (int32_t[]) { i, i > 1 ? i + 4 : i, i + 5 });
	}
	builder_output(&b, 10);
	large.max_arena_bytes = UINT64_MAX;
	assert_int_equal(apui_compile(&b.graph, &large, &program), -E2BIG);
}

static void
weights_over_4_gib_are_refused_before_they_are_copied(void **state)
{
	struct graph_builder b;
	struct apui_program *program = NULL;

	(void)state;
	builder_init(&b);
	for (int32_t i = 0; i < 5; i++) {
		struct apu_tensor *t =
			&b.tensors[builder_tensor(&b, APU_DTYPE_INT8, DIMS(1))];

		/* Never read: 5 GiB are not there. */
		t->is_constant = true;
		t->data = b.bytes + i;
		t->element_count = t->size_bytes = 1 << 30;
		t->dims[0] = 1 << 30;
		builder_output(&b, i);
	}
	assert_int_equal(apui_compile(&b.graph, &limits, &program), -E2BIG);
}

static void
free_takes_null(void **state)
{
	(void)state;
	apui_program_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(network_becomes_a_program),
		cmocka_unit_test(same_graph_makes_the_same_bytes),
		cmocka_unit_test(unused_constants_are_not_copied),
		cmocka_unit_test(bytes_behind_two_tensors_are_copied_once),
		cmocka_unit_test(output_that_nothing_writes_is_copied),
		cmocka_unit_test(graph_without_operators_copies),
		cmocka_unit_test(empty_tensors_compile),
		cmocka_unit_test(unread_output_has_memory),
		cmocka_unit_test(skip_connections_never_overlap),
		cmocka_unit_test(add_beyond_the_reference_is_refused),
		cmocka_unit_test(sums_that_overflow_are_refused),
		cmocka_unit_test(mean_of_nothing_is_refused),
		cmocka_unit_test(m63_arena_over_the_limit_is_refused),
		cmocka_unit_test(
			arena_over_4_gib_is_refused_whatever_the_limit),
		cmocka_unit_test(
			weights_over_4_gib_are_refused_before_they_are_copied),
		cmocka_unit_test(free_takes_null),
	};
	struct CMUnitTest tests[COUNT(single) + COUNT(refused_cases)];

	memcpy(tests, single, sizeof(single));
	for (size_t i = 0; i < COUNT(refused_cases); i++)
		tests[COUNT(single) + i] = (struct CMUnitTest) {
			.name = refused_cases[i].name,
			.test_func = check_refused,
			.initial_state = (void *)(uintptr_t)&refused_cases[i],
		};
	return _cmocka_run_group_tests("compile", tests, COUNT(tests), NULL,
				       NULL);
}
