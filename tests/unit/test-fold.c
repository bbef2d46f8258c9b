/* SPDX-License-Identifier: MIT */

/* What the compiler works out itself: DEQUANTIZE of constants. */

#include "compile_helper.h"
#include "test.h"

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
	program = compile(&b, &v);
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
	program = compile(&b, &v);
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
	program = compile(&b, &v);
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
	program = compile(&b, &v);
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
	program = compile(&b, &v);
	assert_int_equal(v.header.operator_count, 2);
	assert_int_equal(v.operators[0].op, APUI_OP_DEQUANTIZE);
	assert_int_equal(v.list[v.operators[0].list_first + 1], APUI_NO_TENSOR);
	apui_program_free(program);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(int8_weights_become_float32),
	cmocka_unit_test(float16_weights_become_float32),
	cmocka_unit_test(an_output_is_written_at_run_time),
	cmocka_unit_test(repeated_constants_are_not_folded_without_end),
	cmocka_unit_test(computed_weights_are_dequantised_at_run_time),
};

int
main(void)
{
	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
