/* SPDX-License-Identifier: MIT */

/* Operators whose outputs nobody reads, and those that work all the same. */

#include "firmware/wire.h"
#include "pass_helper.h"

/* x -> ABS -> y, and beside it x -> EXP -> EXP -> nobody. */
static void
build_branch(struct graph_builder *b)
{
	builder_init(b);
	for (int32_t i = 0; i < 4; i++)
		builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(3, 5));
	builder_operator(b, APUI_BUILTIN_EXP, 1, (int32_t[]) { 0, 1 });
	builder_operator(b, APUI_BUILTIN_ABS, 1, (int32_t[]) { 0, 2 });
	builder_operator(b, APUI_BUILTIN_EXP, 1, (int32_t[]) { 1, 3 });
	builder_input(b, 0);
	builder_output(b, 2);
}

static void
build_all_read(struct graph_builder *b)
{
	build_branch(b);
	builder_output(b, 3);
}

/* Only one of two outputs is read. */
static void
build_half_read(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_init(b);
	builder_numbers(b, NO_DIMS, (int32_t[]) { 0 });
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(4, 5));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 5));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 5));
	op = builder_operator(b, APUI_BUILTIN_SPLIT, 2,
			      (int32_t[]) { 0, 1, 2 });
	b->lists[0][3] = 3;
	b->tensors[3].producer = 0;
	op->output_count = 2;
	op->options.axis.count = 2;
	builder_input(b, 1);
	builder_output(b, 3);
}

/* SVDF on a variable, whose output nobody reads: the variable changes. */
static void
a_variable_is_kept_up_to_date(void **state)
{
	static struct apui_variable variable = {
		.dtype = APU_DTYPE_FLOAT32,
		.rank = 2,
		.dims = { 1, 8, 1, 1, 1, 1, 1, 1 },
		.size_bytes = 32,
	};
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(1, 3));
	builder_weights(&b, APU_DTYPE_FLOAT32, DIMS(4, 3));
	builder_weights(&b, APU_DTYPE_FLOAT32, DIMS(4, 2));
	builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(1, 8));
	builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(1, 4));
	builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(1, 3));
	builder_weights(&b, APU_DTYPE_FLOAT32, DIMS(4));
	b.tensors[3].is_variable = true;
	b.tensors[3].variable = &variable;
	b.graph.variables = &variable;
	b.graph.variable_count = 1;
	builder_operator(&b, APUI_BUILTIN_SVDF, 5,
			 (int32_t[]) { 0, 1, 2, 6, 3, 4 })
		->options.svdf.rank = 1;
	builder_operator(&b, APUI_BUILTIN_ABS, 1, (int32_t[]) { 0, 5 });
	builder_input(&b, 0);
	builder_output(&b, 5);
	infer_all(&b);
	program = pass_compile(&b, 0, &v);
	assert_int_equal(v.header.operator_count, 2);
	assert_int_equal(v.operators[0].op, APUI_OP_SVDF);
	apui_program_free(program);
}

static void
blame_is_the_files(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_branch(&b);
	infer_all(&b);
	program = pass_compile(&b, 0, &v);
	assert_int_equal(v.header.operator_count, 1);
	assert_int_equal(v.operators[0].source_operator, 1);
	apui_program_free(program);
	/* The graph itself is as it was. */
	assert_false(b.operators[0].is_removed);
	assert_int_equal(b.tensors[3].producer, 2);
}

static const struct pass_row rows[] = {
	{ "a_chain_that_nobody_reads_goes", build_branch, APU_PASS_DEAD, 3, 1,
	  false },
	{ "what_is_an_output_stays", build_all_read, APU_PASS_DEAD, 3, 3,
	  false },
	{ "what_is_read_in_part_stays", build_half_read, APU_PASS_DEAD, 2, 2,
	  false },
	{ "without_the_pass_a_chain_stays", build_branch, 0, 3, 3, false },
};

static const struct CMUnitTest facts[] = {
	cmocka_unit_test(a_variable_is_kept_up_to_date),
	cmocka_unit_test(blame_is_the_files),
};

int
main(void)
{
	PASS_TESTS(rows);
	struct CMUnitTest all[COUNT(rows) + COUNT(facts)];

	memcpy(all, tests, sizeof(tests));
	memcpy(all + COUNT(rows), facts, sizeof(facts));
	return cmocka_run_group_tests_name("pass-dead", all, NULL, NULL);
}
