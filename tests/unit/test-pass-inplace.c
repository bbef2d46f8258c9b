/* SPDX-License-Identifier: MIT */

/*
 * Sharing of memory: which copies go, and which operators work in the memory of
 * their input. Each row's program computes the same, and needs as many bytes as
 * the row says.
 */

#include "model/lowering.h"
#include "model/pass.h"
#include "pass_helper.h"

#define BYTES  1024u /* of each tensor below but the small ones */
#define HEADER 64u

/* Tensors of [16, 16] float32, the first an input and the last an output. */
static void
build_tensors(struct graph_builder *b, unsigned int count)
{
	builder_init(b);
	for (unsigned int i = 0; i < count; i++)
		builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(16, 16));
	builder_input(b, 0);
	builder_output(b, (int32_t)count - 1);
}

static void
unary(struct graph_builder *b, int32_t code, int32_t x, int32_t y)
{
	builder_operator(b, code, 1, (int32_t[]) { x, y });
}

static void
reshape(struct graph_builder *b, int32_t x, int32_t y)
{
	const struct apu_tensor *t = &b->tensors[y];
	int32_t shape = builder_numbers(b, DIMS((int32_t)t->rank), t->dims);

	builder_operator(b, APUI_BUILTIN_RESHAPE, 2,
			 (int32_t[]) { x, shape, y });
}

static void
build_chain(struct graph_builder *b)
{
	build_tensors(b, 4);
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	unary(b, APUI_BUILTIN_NEG, 1, 2);
	unary(b, APUI_BUILTIN_ABS, 2, 3);
}

/* SOFTMAX reads a row again and again: it may not write over it. */
static void
build_softmax(struct graph_builder *b)
{
	build_tensors(b, 4);
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	unary(b, APUI_BUILTIN_SOFTMAX, 1, 2);
	b->operators[1].options.softmax.beta = 1;
	unary(b, APUI_BUILTIN_ABS, 2, 3);
}

/* What is read again stays as it is. */
static void
build_residual(struct graph_builder *b)
{
	build_tensors(b, 5);
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	unary(b, APUI_BUILTIN_NEG, 1, 2);
	builder_operator(b, APUI_BUILTIN_ADD, 2, (int32_t[]) { 1, 2, 3 });
	unary(b, APUI_BUILTIN_NEG, 3, 4);
}

static void
build_square(struct graph_builder *b)
{
	build_tensors(b, 4);
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	builder_operator(b, APUI_BUILTIN_MUL, 2, (int32_t[]) { 1, 1, 2 });
	unary(b, APUI_BUILTIN_NEG, 2, 3);
}

/* The row of 16 is read 16 times; the other input may be written over. */
static void
build_broadcast(struct graph_builder *b)
{
	int32_t row;

	build_tensors(b, 4);
	row = builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(16));
	builder_input(b, row);
	b->tensors[0].rank = 1;
	builder_resize(&b->tensors[0]);
	b->tensors[1].rank = 1;
	builder_resize(&b->tensors[1]);
	builder_input(b, builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(16, 16)));
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	builder_operator(b, APUI_BUILTIN_SUB, 2, (int32_t[]) { 1, row + 1, 2 });
	unary(b, APUI_BUILTIN_NEG, 2, 3);
}

static void
build_reshape(struct graph_builder *b)
{
	build_tensors(b, 4);
	b->tensors[2].dims[0] = 4;
	b->tensors[2].dims[1] = 64;
	b->tensors[3].dims[0] = 4;
	b->tensors[3].dims[1] = 64;
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	reshape(b, 1, 2);
	unary(b, APUI_BUILTIN_NEG, 2, 3);
}

/* The input of the RESHAPE is read behind it, too: both are the same bytes. */
static void
build_reshape_of_the_living(struct graph_builder *b)
{
	build_tensors(b, 5);
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	reshape(b, 1, 2);
	builder_operator(b, APUI_BUILTIN_MUL, 2, (int32_t[]) { 1, 2, 3 });
	unary(b, APUI_BUILTIN_NEG, 3, 4);
}

/* NEG must not write over what the reshaped tensor still is. */
static void
build_reshape_of_the_dying(struct graph_builder *b)
{
	build_tensors(b, 6);
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	reshape(b, 1, 2);
	unary(b, APUI_BUILTIN_NEG, 1, 3);
	builder_operator(b, APUI_BUILTIN_MUL, 2, (int32_t[]) { 2, 3, 4 });
	unary(b, APUI_BUILTIN_NEG, 4, 5);
}

static void
build_reshape_of_input(struct graph_builder *b)
{
	build_tensors(b, 3);
	reshape(b, 0, 1);
	unary(b, APUI_BUILTIN_NEG, 1, 2);
}

static void
build_reshape_to_output(struct graph_builder *b)
{
	build_tensors(b, 3);
	unary(b, APUI_BUILTIN_NEG, 0, 1);
	reshape(b, 1, 2);
}

/* A TRANSPOSE that leaves all where it is, and one that does not. */
static void
build_transpose(struct graph_builder *b, int32_t first)
{
	int32_t order;

	build_tensors(b, 4);
	order = builder_numbers(b, DIMS(2), (int32_t[]) { first, 1 - first });
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	builder_operator(b, APUI_BUILTIN_TRANSPOSE, 2,
			 (int32_t[]) { 1, order, 2 });
	unary(b, APUI_BUILTIN_NEG, 2, 3);
}

static void
build_still_transpose(struct graph_builder *b)
{
	build_transpose(b, 0);
}

static void
build_real_transpose(struct graph_builder *b)
{
	build_transpose(b, 1);
}

/* Of 4 bytes each, but of other kinds. */
static void
build_cast(struct graph_builder *b)
{
	build_tensors(b, 4);
	b->tensors[2].dtype = APU_DTYPE_INT32;
	b->tensors[3].dtype = APU_DTYPE_INT32;
	unary(b, APUI_BUILTIN_ABS, 0, 1);
	unary(b, APUI_BUILTIN_CAST, 1, 2);
	unary(b, APUI_BUILTIN_NEG, 2, 3);
}

static const struct inplace_row {
	struct pass_row row;
	uint32_t arena_before, arena_after; /* bytes behind the header */
} rows[] = {
	{ { "a_chain_needs_one_tensor", build_chain, APU_PASS_INPLACE, 3, 3,
	    false },
	  2 * BYTES,
	  BYTES },
	{ { "an_operator_that_reads_twice_needs_two", build_softmax,
	    APU_PASS_INPLACE, 3, 3, false },
	  2 * BYTES,
	  2 * BYTES },
	{ { "what_is_read_again_is_not_written_over", build_residual,
	    APU_PASS_INPLACE, 4, 4, false },
	  3 * BYTES,
	  2 * BYTES },
	{ { "an_input_that_is_read_as_both_is_written_over", build_square,
	    APU_PASS_INPLACE, 3, 3, false },
	  2 * BYTES,
	  BYTES },
	{ { "an_input_that_stretches_is_not_written_over", build_broadcast,
	    APU_PASS_INPLACE, 3, 3, false },
	  BYTES + 64,
	  BYTES + 64 },
	{ { "a_reshape_is_no_copy", build_reshape, APU_PASS_INPLACE, 3, 2,
	    false },
	  2 * BYTES,
	  BYTES },
	{ { "a_reshape_of_what_lives_on_is_no_copy",
	    build_reshape_of_the_living, APU_PASS_INPLACE, 4, 3, false },
	  3 * BYTES,
	  BYTES },
	{ { "both_names_of_a_tensor_keep_it_alive", build_reshape_of_the_dying,
	    APU_PASS_INPLACE, 5, 4, false },
	  3 * BYTES,
	  2 * BYTES },
	{ { "a_reshape_of_an_input_is_a_copy", build_reshape_of_input,
	    APU_PASS_INPLACE, 2, 2, false },
	  BYTES,
	  BYTES },
	{ { "a_reshape_to_an_output_is_a_copy", build_reshape_to_output,
	    APU_PASS_INPLACE, 2, 2, false },
	  BYTES,
	  BYTES },
	{ { "a_transpose_that_moves_nothing_is_no_copy", build_still_transpose,
	    APU_PASS_INPLACE, 3, 2, false },
	  2 * BYTES,
	  BYTES },
	{ { "a_transpose_that_moves_is_a_copy", build_real_transpose,
	    APU_PASS_INPLACE, 3, 3, false },
	  2 * BYTES,
	  2 * BYTES },
	{ { "integers_are_not_written_over_floats", build_cast,
	    APU_PASS_INPLACE, 3, 3, false },
	  2 * BYTES,
	  2 * BYTES },
	{ { "without_the_pass_a_reshape_is_a_copy", build_reshape, 0, 3, 3,
	    false },
	  2 * BYTES,
	  2 * BYTES },
};

static void
check_arena(void **state)
{
	const struct inplace_row *row = *state;
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	row->row.build(&b);
	infer_all(&b);
	program = pass_compile(&b, UINT32_MAX, &v);
	assert_int_equal(program->arena_bytes, HEADER + row->arena_before);
	apui_program_free(program);
	program = pass_compile(&b, ~row->row.pass, &v);
	assert_int_equal(program->arena_bytes, HEADER + row->arena_after);
	assert_int_equal(program->arena_bound_bytes, program->arena_bytes);
	apui_program_free(program);
	check_pass(&(void *) { (void *)&row->row });
}

/* A program by hand: 64 bytes each, of which @writer gets @count. */
static void
add_tensors(struct apui_program_writer *writer, uint32_t count)
{
	const struct apui_program_tensor record = {
		.type = APUI_TYPE_FLOAT32,
		.rank = 1,
		.slot = APUI_SLOT_ARENA,
		.size_bytes = 64,
		.dims = { 16 },
	};

	for (uint32_t i = 0; i < count; i++) {
		uint32_t index;

		assert_int_equal(
			apui_program_writer_add_tensor(writer, &record, &index),
			0);
		assert_int_equal(index, i);
	}
}

static void
add(struct apui_program_writer *writer, enum apui_op op, uint32_t x, uint32_t y,
    uint32_t target)
{
	struct apui_program_operator record = { .op = (uint16_t)op };
	uint16_t inputs = x != APUI_NO_TENSOR, outputs = y != APUI_NO_TENSOR;

	record.params.jump.target = target;
	assert_int_equal(apui_program_writer_add_operator(writer, &record, &x,
							  inputs, &y, outputs),
			 0);
}

#define NONE APUI_NO_TENSOR

/* What is written again must not be what a copy of it is. */
static void
a_copy_of_what_changes_stays(void **state)
{
	struct apui_lowering lowering = { 0 };
	struct apui_program_writer *w = &lowering.writer;

	(void)state;
	apui_program_writer_init(w);
	add_tensors(w, 3);
	add(w, APUI_OP_FILL, NONE, 0, 0);
	add(w, APUI_OP_COPY, 0, 1, 0);
	add(w, APUI_OP_FILL, NONE, 0, 0);
	add(w, APUI_OP_SOFTMAX_FLOAT, 1, 2, 0);
	assert_int_equal(apui_pass_inplace(&lowering), 0);
	assert_int_equal(w->operator_count, 4);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(lowering.homes[i], i);
	apui_lowering_finish(&lowering);
}

/* 0 FILL, 1 COPY, then a loop: 2 COPY, 3 BRANCH to 6, 4 COPY, 5 JUMP to 2. */
static void
jumps_and_loops_are_renumbered(void **state)
{
	struct apui_lowering lowering = { .loop_count = 1 };
	struct apui_program_writer *w = &lowering.writer;

	(void)state;
	lowering.loops = calloc(1, sizeof(*lowering.loops));
	assert_non_null(lowering.loops);
	lowering.loops[0] = (struct apui_loop) { 2, 5, APUI_NO_LOOP };
	apui_program_writer_init(w);
	add_tensors(w, 5);
	add(w, APUI_OP_FILL, NONE, 0, 0);
	add(w, APUI_OP_COPY, 0, 1, 0);
	add(w, APUI_OP_COPY, 1, 2, 0);
	add(w, APUI_OP_BRANCH, 2, NONE, 6);
	add(w, APUI_OP_COPY, 2, 3, 0);
	add(w, APUI_OP_JUMP, NONE, NONE, 2);
	add(w, APUI_OP_SOFTMAX_FLOAT, 3, 4, 0);
	assert_int_equal(apui_pass_inplace(&lowering), 0);
	assert_int_equal(w->operator_count, 4);
	assert_int_equal(w->operators[1].op, APUI_OP_BRANCH);
	assert_int_equal(w->operators[1].params.jump.target, 3);
	assert_int_equal(w->operators[2].op, APUI_OP_JUMP);
	assert_int_equal(w->operators[2].params.jump.target, 1);
	assert_int_equal(lowering.loops[0].first, 1);
	assert_int_equal(lowering.loops[0].last, 2);
	assert_int_equal(lowering.homes[3], 0);
	assert_int_equal(lowering.homes[4], 4);
	apui_lowering_finish(&lowering);
}

/* What a loop reads in each round is not written over in the first. */
static void
what_a_loop_reads_again_is_kept(void **state)
{
	struct apui_lowering lowering = { .loop_count = 1 };
	struct apui_program_writer *w = &lowering.writer;

	(void)state;
	lowering.loops = calloc(1, sizeof(*lowering.loops));
	assert_non_null(lowering.loops);
	lowering.loops[0] = (struct apui_loop) { 1, 3, APUI_NO_LOOP };
	apui_program_writer_init(w);
	add_tensors(w, 3);
	add(w, APUI_OP_FILL, NONE, 0, 0);
	add(w, APUI_OP_UNARY_FLOAT, 0, 1, 0);
	add(w, APUI_OP_UNARY_FLOAT, 1, 2, 0);
	add(w, APUI_OP_JUMP, NONE, NONE, 1);
	assert_int_equal(apui_pass_inplace(&lowering), 0);
	assert_int_equal(lowering.homes[1], 1);
	assert_int_equal(lowering.homes[2], 1);
	apui_lowering_finish(&lowering);
}

static const struct CMUnitTest facts[] = {
	cmocka_unit_test(a_copy_of_what_changes_stays),
	cmocka_unit_test(jumps_and_loops_are_renumbered),
	cmocka_unit_test(what_a_loop_reads_again_is_kept),
};

int
main(void)
{
	struct CMUnitTest tests[COUNT(rows) + COUNT(facts)];

	for (size_t i = 0; i < COUNT(rows); i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].row.name,
			.test_func = check_arena,
			.initial_state = (void *)&rows[i],
		};
	memcpy(tests + COUNT(rows), facts, sizeof(facts));
	return cmocka_run_group_tests_name("pass-inplace", tests, NULL, NULL);
}
