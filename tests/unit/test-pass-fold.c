/* SPDX-License-Identifier: MIT */

/*
 * What the compiler works out itself: operators on constants, and shapes that
 * models compute from shapes.
 */

#include "model/check.h"
#include "model/evaluate.h"
#include "model/shape.h"
#include "pass_helper.h"
#include "test.h"
#include <apu/error.h>
#include <errno.h>

enum { X, STORED, WEIGHTS, Y };

/* @x * dequantised weights, of scales 0.25, 0.5 and 0.75, -> y. */
static void
build_dequantised(struct graph_builder *b, enum apu_dtype stored)
{
	builder_init(b);
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(1, 2));
	builder_weights(b, stored, DIMS(3, 2));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(3, 2));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(1, 3));
	if (stored != APU_DTYPE_FLOAT16)
		builder_per_channel(b, STORED, 0);
	builder_operator(b, APUI_BUILTIN_DEQUANTIZE, 1,
			 (int32_t[]) { STORED, WEIGHTS });
	builder_operator(b, APUI_BUILTIN_FULLY_CONNECTED, 2,
			 (int32_t[]) { X, WEIGHTS, Y });
	builder_input(b, X);
	builder_output(b, Y);
	b->graph.weight_bytes = b->tensors[STORED].size_bytes;
}

static void
int8_weights_become_float32(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const float *weights;

	(void)state;
	build_dequantised(&b, APU_DTYPE_INT8);
	b.zero_points[STORED][2] = -3;
	infer_all(&b);
	program = pass_compile(&b, ~APU_PASS_FOLD, &v);
	assert_int_equal(v.header.operator_count, 1);
	assert_int_equal(v.operators[0].op, APUI_OP_FULLY_CONNECTED_FLOAT);
	assert_int_equal(v.operators[0].source_operator, 1);
	assert_int_equal(tensor_of(&v, 0, 1)->type, APUI_TYPE_FLOAT32);
	weights = data_of(&v, tensor_of(&v, 0, 1));
	for (int i = 0; i < 6; i++) {
		int stored = (int8_t)b.bytes[i] + (i / 2 == 2 ? 3 : 0);

		assert_true(weights[i] ==
			    0.25f * (float)(i / 2 + 1) * (float)stored);
	}
	/* The stored ones are not in the program. */
	assert_int_equal(v.header.data_bytes, 24);
	apui_program_free(program);
}

static void
float16_weights_become_float32(void **state)
{
	static const uint16_t halves[] = { 0x3c00, 0xc000, 0x3800,
					   0x0001, 0x7bff, 0x0000 };
	static const float expected[] = { 1, -2, 0.5f, 0x1p-24f, 65504, 0 };
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_dequantised(&b, APU_DTYPE_FLOAT16);
	/* Nothing is aligned in a file. */
	memcpy(b.bytes + 1, halves, sizeof(halves));
	b.tensors[STORED].data = b.bytes + 1;
	infer_all(&b);
	program = pass_compile(&b, ~APU_PASS_FOLD, &v);
	assert_int_equal(v.header.operator_count, 1);
	assert_memory_equal(data_of(&v, tensor_of(&v, 0, 1)), expected,
			    sizeof(expected));
	apui_program_free(program);
}

static void
an_output_is_written_at_run_time(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_dequantised(&b, APU_DTYPE_INT8);
	builder_output(&b, WEIGHTS);
	infer_all(&b);
	program = pass_compile(&b, ~APU_PASS_FOLD, &v);
	assert_int_equal(v.header.operator_count, 2);
	assert_int_equal(v.operators[0].op, APUI_OP_DEQUANTIZE);
	assert_int_equal(v.operators[0].params.dequantize.axis, 0);
	assert_int_equal(tensor_of(&v, 0, 1)->size_bytes, 12);
	assert_int_equal(tensor_of(&v, 0, 2)->size_bytes, 12);
	apui_program_free(program);
}

/* Else a small file could ask for as much memory as it has operators. */
static void
repeated_constants_are_not_folded_without_end(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	int32_t again;

	(void)state;
	build_dequantised(&b, APU_DTYPE_INT8);
	again = builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(3, 2));
	builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(1, 3));
	builder_operator(&b, APUI_BUILTIN_DEQUANTIZE, 1,
			 (int32_t[]) { STORED, again });
	builder_operator(&b, APUI_BUILTIN_FULLY_CONNECTED, 2,
			 (int32_t[]) { X, again, again + 1 });
	builder_output(&b, again + 1);
	infer_all(&b);
	program = pass_compile(&b, ~APU_PASS_FOLD, &v);
	assert_int_equal(v.header.operator_count, 3);
	assert_int_equal(v.operators[1].op, APUI_OP_DEQUANTIZE);
	apui_program_free(program);
}

static void
computed_weights_are_dequantised_at_run_time(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_dequantised(&b, APU_DTYPE_FLOAT16);
	b.tensors[STORED].is_constant = false;
	builder_input(&b, STORED);
	infer_all(&b);
	program = pass_compile(&b, ~APU_PASS_FOLD, &v);
	assert_int_equal(v.header.operator_count, 2);
	assert_int_equal(v.operators[0].op, APUI_OP_DEQUANTIZE);
	assert_int_equal(v.list[v.operators[0].list_first + 1], APUI_NO_TENSOR);
	apui_program_free(program);
}

/* Constants of int32 through every kind of operator: the sum is 2 * 1 + 3. */
static void
build_arithmetic(struct graph_builder *b)
{
	int32_t numbers, factor, product, sum;

	builder_init(b);
	builder_tensor(b, APU_DTYPE_INT32, DIMS(2));
	numbers = builder_numbers(b, DIMS(2), (int32_t[]) { 1, -7 });
	factor = builder_numbers(b, NO_DIMS, (int32_t[]) { 2 });
	product = builder_tensor(b, APU_DTYPE_INT32, DIMS(2));
	sum = builder_tensor(b, APU_DTYPE_INT32, DIMS(2));
	builder_operator(b, APUI_BUILTIN_MUL, 2,
			 (int32_t[]) { numbers, factor, product });
	builder_operator(b, APUI_BUILTIN_ADD, 2,
			 (int32_t[]) { 0, product, sum });
	builder_input(b, 0);
	builder_output(b, sum);
	b->graph.weight_bytes = 12;
}

/* A division by zero fails at run time, and is left to it. */
static void
build_division(struct graph_builder *b)
{
	build_arithmetic(b);
	b->operators[0].row = apui_operator_row_find(APUI_BUILTIN_FLOOR_DIV);
	b->numbers[2] = 0;
}

static void
build_without_constants(struct graph_builder *b)
{
	build_arithmetic(b);
	b->graph.weight_bytes = 0;
}

static const struct pass_row rows[] = {
	{ "arithmetic_on_constants_is_folded", build_arithmetic, APU_PASS_FOLD,
	  2, 1, false },
	{ "what_is_over_the_budget_stays", build_without_constants,
	  APU_PASS_FOLD, 2, 2, false },
	{ "without_the_pass_arithmetic_stays", build_arithmetic, 0, 2, 2,
	  false },
};

static void
what_fails_is_left_to_the_device(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_division(&b);
	infer_all(&b);
	program = pass_compile(&b, ~APU_PASS_FOLD, &v);
	assert_int_equal(v.header.operator_count, 2);
	apui_program_free(program);
}

enum { IMAGE, SHAPE, FIRST, LAST, STEP, BATCH, MINUS, NEW_SHAPE, FLAT };

/*
 * What converters make of a flattening: x -> SHAPE -> STRIDED_SLICE, the batch
 * -> PACK with -1 -> RESHAPE of x.
 */
static void
build_flattening(struct graph_builder *b)
{
	struct apu_operator *op;

	builder_init(b);
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 3, 4));
	builder_tensor(b, APU_DTYPE_INT32, DIMS(3));
	builder_numbers(b, DIMS(1), (int32_t[]) { 0 });
	builder_numbers(b, DIMS(1), (int32_t[]) { 1 });
	builder_numbers(b, DIMS(1), (int32_t[]) { 1 });
	builder_tensor(b, APU_DTYPE_INT32, NO_DIMS);
	builder_numbers(b, NO_DIMS, (int32_t[]) { -1 });
	builder_tensor(b, APU_DTYPE_INT32, DIMS(2));
	builder_tensor(b, APU_DTYPE_INT8, DIMS(2, 12));
	builder_operator(b, APUI_BUILTIN_SHAPE, 1,
			 (int32_t[]) { IMAGE, SHAPE });
	op = builder_operator(b, APUI_BUILTIN_STRIDED_SLICE, 4,
			      (int32_t[]) { SHAPE, FIRST, LAST, STEP, BATCH });
	op->options.strided_slice.shrink_axis_mask = 1;
	op = builder_operator(b, APUI_BUILTIN_PACK, 2,
			      (int32_t[]) { BATCH, MINUS, NEW_SHAPE });
	op->options.axis.count = 2;
	builder_operator(b, APUI_BUILTIN_RESHAPE, 2,
			 (int32_t[]) { IMAGE, NEW_SHAPE, FLAT });
	builder_input(b, IMAGE);
	builder_output(b, FLAT);
	for (int32_t i = SHAPE; i <= NEW_SHAPE; i++)
		b->tensors[i].quant_count = 0;
}

static void
computed_shapes_are_known(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_flattening(&b);
	assert_int_equal(apui_check_shapes(&b.graph, &limits), 0);
	assert_true(b.tensors[NEW_SHAPE].is_folded);
	assert_int_equal(apui_constant_i32(&b.tensors[NEW_SHAPE], 0), 2);
	assert_int_equal(apui_constant_i32(&b.tensors[NEW_SHAPE], 1), -1);
	/* To its user it is not a constant of the file. */
	assert_int_equal(apu_tensor_is_constant(&b.tensors[NEW_SHAPE]), 0);

	program = pass_compile(&b, 0, &v);
	assert_int_equal(v.header.operator_count, 1);
	assert_int_equal(v.header.data_bytes, 0);
	apui_program_free(program);
	/* Without the pass all is computed, for nobody. */
	program = pass_compile(&b, ~0u, &v);
	assert_int_equal(v.header.operator_count, 5);
	apui_program_free(program);
	apui_pool_finish(&b.graph.pool);
}

/* Writers leave the shape open that they could not tell. */
static void
an_open_shape_is_filled_in(void **state)
{
	struct graph_builder b;
	struct apu_tensor *flat = &b.tensors[FLAT];

	(void)state;
	build_flattening(&b);
	flat->rank = 0;
	builder_resize(flat);
	assert_int_equal(apui_check_shapes(&b.graph, &limits), 0);
	assert_int_equal(flat->rank, 2);
	assert_int_equal(flat->dims[0], 2);
	assert_int_equal(flat->dims[1], 12);
	assert_int_equal(flat->size_bytes, 24);
	apui_pool_finish(&b.graph.pool);
}

/* As when an input is resized: what was worked out is worked out again. */
static void
shapes_are_computed_anew(void **state)
{
	struct graph_builder b;

	(void)state;
	build_flattening(&b);
	assert_int_equal(apui_check_shapes(&b.graph, &limits), 0);
	b.tensors[IMAGE].dims[0] = 5;
	builder_resize(&b.tensors[IMAGE]);
	b.tensors[FLAT].dims[0] = 5;
	builder_resize(&b.tensors[FLAT]);
	assert_int_equal(apui_check_shapes(&b.graph, &limits), 0);
	assert_int_equal(apui_constant_i32(&b.tensors[NEW_SHAPE], 0), 5);
	apui_pool_finish(&b.graph.pool);
}

static void
a_shape_of_unknown_values_is_refused(void **state)
{
	struct graph_builder b;

	(void)state;
	build_flattening(&b);
	/* The batch comes from an input now. */
	b.lists[1][0] = builder_tensor(&b, APU_DTYPE_INT32, DIMS(3));
	builder_input(&b, b.lists[1][0]);
	assert_int_equal(apui_check_shapes(&b.graph, &limits), -EOPNOTSUPP);
	assert_int_equal(apu_error_operator_index(apu_error_last()), 3);
	assert_int_equal(apu_error_tensor_index(apu_error_last()), NEW_SHAPE);
	apui_pool_finish(&b.graph.pool);
}

/* RANK, and SHAPE in 64 bits; both are outputs, so they are written. */
static void
ranks_and_shapes_can_be_outputs(void **state)
{
	static const int64_t dims[] = { 2, 0, 4 };
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	struct pass_memory m;

	(void)state;
	builder_init(&b);
	builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(2, 0, 4));
	builder_tensor(&b, APU_DTYPE_INT32, NO_DIMS);
	builder_tensor(&b, APU_DTYPE_INT64, DIMS(3));
	builder_operator(&b, APUI_BUILTIN_RANK, 1, (int32_t[]) { 0, 1 });
	builder_operator(&b, APUI_BUILTIN_SHAPE, 1, (int32_t[]) { 0, 2 });
	builder_input(&b, 0);
	builder_output(&b, 1);
	builder_output(&b, 2);
	assert_int_equal(apui_check_shapes(&b.graph, &limits), 0);
	program = pass_compile(&b, 0, &v);
	pass_run(program, &v, 1, &m);
	assert_int_equal(*(int32_t *)m.slots[APUI_SLOT_FIRST_IO + 1], 3);
	assert_memory_equal(m.slots[APUI_SLOT_FIRST_IO + 2], dims,
			    sizeof(dims));
	pass_free(&m);
	apui_program_free(program);
	apui_pool_finish(&b.graph.pool);
}

/*
 * A program of its own has a copy of each constant: 256 KiB are worth a look at
 * the reset line. Or small slices of one large constant would cost hours.
 */
static void
copies_of_constants_are_paid_for(void **state)
{
	enum { ELEMENTS = 1 << 20, LOOKS = 4 * ELEMENTS / (256 << 10) };
	struct apui_effort effort = { .looks_left = LOOKS - 1 };
	uint8_t *data[APUI_ROW_MAX_OUTPUTS];
	struct graph_builder b;
	struct apui_pool pool;
	uint8_t *constant = calloc(ELEMENTS, sizeof(int32_t));

	(void)state;
	assert_non_null(constant);
	builder_init(&b);
	builder_tensor(&b, APU_DTYPE_INT32, DIMS(ELEMENTS));
	builder_numbers(&b, DIMS(1), (int32_t[]) { 7 });
	builder_numbers(&b, DIMS(1), (int32_t[]) { 1 });
	builder_tensor(&b, APU_DTYPE_INT32, DIMS(1));
	b.tensors[0].is_constant = true;
	builder_operator(&b, APUI_BUILTIN_SLICE, 3, (int32_t[]) { 0, 1, 2, 3 });
	b.tensors[0].data = constant;
	infer_all(&b);
	apui_pool_init(&pool);
	assert_int_equal(
		apui_evaluate(&b.graph, &b.operators[0], &pool, &effort, data),
		0);
	assert_int_equal(effort.looks_left, LOOKS - 1);
	effort.looks_left = LOOKS + 100;
	assert_int_equal(
		apui_evaluate(&b.graph, &b.operators[0], &pool, &effort, data),
		1);
	assert_in_range(effort.looks_left, 1, 100);
	apui_pool_finish(&pool);
	free(constant);
}

static const struct CMUnitTest facts[] = {
	cmocka_unit_test(copies_of_constants_are_paid_for),
	cmocka_unit_test(int8_weights_become_float32),
	cmocka_unit_test(float16_weights_become_float32),
	cmocka_unit_test(an_output_is_written_at_run_time),
	cmocka_unit_test(repeated_constants_are_not_folded_without_end),
	cmocka_unit_test(computed_weights_are_dequantised_at_run_time),
	cmocka_unit_test(what_fails_is_left_to_the_device),
	cmocka_unit_test(computed_shapes_are_known),
	cmocka_unit_test(an_open_shape_is_filled_in),
	cmocka_unit_test(shapes_are_computed_anew),
	cmocka_unit_test(a_shape_of_unknown_values_is_refused),
	cmocka_unit_test(ranks_and_shapes_can_be_outputs),
};

int
main(void)
{
	PASS_TESTS(rows);
	struct CMUnitTest all[COUNT(rows) + COUNT(facts)];

	memcpy(all, tests, sizeof(tests));
	memcpy(all + COUNT(rows), facts, sizeof(facts));
	return cmocka_run_group_tests_name("pass-fold", all, NULL, NULL);
}
