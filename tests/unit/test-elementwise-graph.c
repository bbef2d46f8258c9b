/* SPDX-License-Identifier: MIT */

/* Shapes of element-wise operators, and what they are lowered to. */

#include "compile_helper.h"
#include <errno.h>

/* x and y of @dtype, both int8 of scale 0.5. */
static struct apu_operator *
build_unary(struct graph_builder *b, int32_t builtin, enum apu_dtype dtype)
{
	struct apu_operator *op;

	builder_init(b);
	builder_tensor(b, dtype, DIMS(2, 3));
	builder_tensor(b, dtype, DIMS(2, 3));
	op = builder_operator(b, builtin, 1, (int32_t[]) { 0, 1 });
	builder_input(b, 0);
	builder_output(b, 1);
	return op;
}

/* [2, 3] and [3]. */
static struct apu_operator *
build_binary(struct graph_builder *b, int32_t builtin, enum apu_dtype in,
	     enum apu_dtype out)
{
	struct apu_operator *op;

	builder_init(b);
	builder_tensor(b, in, DIMS(2, 3));
	builder_tensor(b, in, DIMS(3));
	builder_tensor(b, out, DIMS(2, 3));
	op = builder_operator(b, builtin, 2, (int32_t[]) { 0, 1, 2 });
	builder_input(b, 0);
	builder_input(b, 1);
	builder_output(b, 2);
	return op;
}

static struct apu_operator *
build_select(struct graph_builder *b, int32_t builtin)
{
	struct apu_operator *op;

	builder_init(b);
	builder_tensor(b, APU_DTYPE_BOOL, DIMS(2));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 3));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 3));
	builder_tensor(b, APU_DTYPE_FLOAT32, DIMS(2, 3));
	op = builder_operator(b, builtin, 3, (int32_t[]) { 0, 1, 2, 3 });
	for (int32_t i = 0; i < 3; i++)
		builder_input(b, i);
	builder_output(b, 3);
	return op;
}

static int
infer(struct graph_builder *b, struct apui_shape *shape)
{
	struct apu_operator *op = &b->operators[0];

	return op->row->infer(&b->graph, op, shape);
}

static void
shapes_that_do_not_broadcast_are_refused(void **state)
{
	static struct graph_builder b;
	struct apui_shape shape;

	(void)state;
	build_binary(&b, APUI_BUILTIN_MUL, APU_DTYPE_INT8, APU_DTYPE_INT8);
	assert_int_equal(infer(&b, &shape), 0);
	b.tensors[1].dims[0] = 2;
	assert_int_equal(infer(&b, &shape), -EINVAL);
}

static void
empty_dimension_wins_over_1(void **state)
{
	static struct graph_builder b;
	struct apui_shape shape;

	(void)state;
	build_binary(&b, APUI_BUILTIN_POW, APU_DTYPE_FLOAT32,
		     APU_DTYPE_FLOAT32);
	b.tensors[0].dims[1] = 0;
	b.tensors[1].dims[0] = 1;
	assert_int_equal(infer(&b, &shape), 0);
	assert_int_equal(shape.dims[0], 2);
	assert_int_equal(shape.dims[1], 0);
}

static void
types_that_differ_are_refused(void **state)
{
	static struct graph_builder b;
	struct apui_shape shape;

	(void)state;
	build_binary(&b, APUI_BUILTIN_ADD, APU_DTYPE_INT8, APU_DTYPE_INT8);
	b.tensors[1].dtype = APU_DTYPE_UINT8;
	assert_int_equal(infer(&b, &shape), -EOPNOTSUPP);
	build_unary(&b, APUI_BUILTIN_RELU, APU_DTYPE_INT8);
	b.tensors[1].dtype = APU_DTYPE_UINT8;
	assert_int_equal(infer(&b, &shape), -EOPNOTSUPP);
	build_select(&b, APUI_BUILTIN_SELECT_V2);
	b.tensors[2].dtype = APU_DTYPE_INT32;
	assert_int_equal(infer(&b, &shape), -EOPNOTSUPP);
}

static void
numbers_of_8_bits_need_a_scale(void **state)
{
	static const int32_t builtins[] = {
		APUI_BUILTIN_ADD, APUI_BUILTIN_SUB,  APUI_BUILTIN_MUL,
		APUI_BUILTIN_DIV, APUI_BUILTIN_LESS, APUI_BUILTIN_PRELU,
	};
	static struct graph_builder b;
	struct apui_shape shape;

	(void)state;
	for (size_t i = 0; i < COUNT(builtins); i++) {
		build_binary(&b, builtins[i], APU_DTYPE_INT8, APU_DTYPE_INT8);
		b.tensors[1].quant_count = 0;
		assert_int_equal(infer(&b, &shape), -EINVAL);
	}
	build_unary(&b, APUI_BUILTIN_TANH, APU_DTYPE_INT8);
	b.tensors[0].quant_count = 0;
	assert_int_equal(infer(&b, &shape), -EINVAL);
}

static void
slopes_do_not_stretch_the_input(void **state)
{
	static struct graph_builder b;
	struct apui_shape shape;

	(void)state;
	build_binary(&b, APUI_BUILTIN_PRELU, APU_DTYPE_FLOAT32,
		     APU_DTYPE_FLOAT32);
	assert_int_equal(infer(&b, &shape), 0);
	b.tensors[0].dims[1] = 1;
	assert_int_equal(infer(&b, &shape), -EINVAL);
}

static void
select_does_not_broadcast(void **state)
{
	static struct graph_builder b;
	struct apui_shape shape;

	(void)state;
	build_select(&b, APUI_BUILTIN_SELECT);
	assert_int_equal(infer(&b, &shape), 0);
	b.tensors[0].dims[0] = 3;
	assert_int_equal(infer(&b, &shape), -EINVAL);
	build_select(&b, APUI_BUILTIN_SELECT);
	b.tensors[2].dims[0] = 1;
	assert_int_equal(infer(&b, &shape), -EINVAL);
}

static const struct lowered {
	const char *name;
	int32_t builtin;
	enum apu_dtype dtype;
	unsigned int inputs;
	unsigned int count;
	uint16_t ops[2];
} lowered[] = {
	{ "tanh_of_int8_is_a_lookup",
	  APUI_BUILTIN_TANH,
	  APU_DTYPE_INT8,
	  1,
	  1,
	  { APUI_OP_LOOKUP } },
	{ "tanh_of_float_is_a_function",
	  APUI_BUILTIN_TANH,
	  APU_DTYPE_FLOAT32,
	  1,
	  1,
	  { APUI_OP_UNARY_FLOAT } },
	{ "not_is_a_lookup",
	  APUI_BUILTIN_LOGICAL_NOT,
	  APU_DTYPE_BOOL,
	  1,
	  1,
	  { APUI_OP_LOOKUP } },
	{ "neg_of_int64_is_a_subtraction",
	  APUI_BUILTIN_NEG,
	  APU_DTYPE_INT64,
	  1,
	  1,
	  { APUI_OP_BINARY_INTEGER } },
	{ "abs_of_int32_is_two_operators",
	  APUI_BUILTIN_ABS,
	  APU_DTYPE_INT32,
	  1,
	  2,
	  { APUI_OP_BINARY_INTEGER, APUI_OP_BINARY_INTEGER } },
	{ "sub_of_uint8_is_sub",
	  APUI_BUILTIN_SUB,
	  APU_DTYPE_UINT8,
	  2,
	  1,
	  { APUI_OP_SUB } },
	{ "sub_of_float",
	  APUI_BUILTIN_SUB,
	  APU_DTYPE_FLOAT32,
	  2,
	  1,
	  { APUI_OP_BINARY_FLOAT } },
	{ "maximum_of_int8_is_as_stored",
	  APUI_BUILTIN_MAXIMUM,
	  APU_DTYPE_INT8,
	  2,
	  1,
	  { APUI_OP_BINARY_INTEGER } },
	{ "select_by_rows_stands_the_vector_up",
	  APUI_BUILTIN_SELECT,
	  APU_DTYPE_FLOAT32,
	  3,
	  2,
	  { APUI_OP_COPY, APUI_OP_SELECT } },
};

static void
check_lowered(void **state)
{
	static struct graph_builder b;
	const struct lowered *row = *state;
	struct apui_program *program;
	struct program_view view;

	if (row->inputs == 1)
		build_unary(&b, row->builtin, row->dtype);
	else if (row->inputs == 2)
		build_binary(&b, row->builtin, row->dtype, row->dtype);
	else
		build_select(&b, row->builtin);
	program = compile(&b, &view);
	assert_int_equal(view.header.operator_count, row->count);
	for (unsigned int i = 0; i < row->count; i++)
		assert_int_equal(view.operators[i].op, row->ops[i]);
	apui_program_free(program);
}

static int
try_compile(struct graph_builder *b)
{
	struct apui_program *program = NULL;
	int ret = apui_compile(&b->graph, &limits, &program);

	apui_program_free(program);
	return ret;
}

static void
logistic_must_give_256ths(void **state)
{
	static struct graph_builder b;

	(void)state;
	build_unary(&b, APUI_BUILTIN_LOGISTIC, APU_DTYPE_INT8);
	assert_int_equal(try_compile(&b), -EINVAL);
	b.scales[1][0] = 1.0f / 256;
	assert_int_equal(try_compile(&b), 0);
}

/* The reference fails at numbers below 0, and a table cannot. */
static void
rsqrt_has_no_number_below_0(void **state)
{
	static struct graph_builder b;

	(void)state;
	build_unary(&b, APUI_BUILTIN_RSQRT, APU_DTYPE_INT8);
	b.zero_points[0][0] = -127;
	assert_int_equal(try_compile(&b), -EOPNOTSUPP);
	b.zero_points[0][0] = -128;
	assert_int_equal(try_compile(&b), 0);
}

static void
scales_out_of_proportion_are_refused(void **state)
{
	static struct graph_builder b;

	(void)state;
	build_binary(&b, APUI_BUILTIN_SUB, APU_DTYPE_INT8, APU_DTYPE_INT8);
	b.scales[2][0] = 1e-9f;
	assert_int_equal(try_compile(&b), -EOPNOTSUPP);
	build_binary(&b, APUI_BUILTIN_MUL, APU_DTYPE_INT8, APU_DTYPE_INT8);
	b.scales[2][0] = 1e-30f;
	assert_int_equal(try_compile(&b), -EINVAL);
	build_unary(&b, APUI_BUILTIN_HARD_SWISH, APU_DTYPE_INT8);
	b.scales[1][0] = 1e-6f;
	assert_int_equal(try_compile(&b), -EINVAL);
}

static void
fused_tanh_is_refused(void **state)
{
	static const enum apu_dtype types[] = { APU_DTYPE_INT8,
						APU_DTYPE_FLOAT32,
						APU_DTYPE_INT32 };
	static struct graph_builder b;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		build_binary(&b, APUI_BUILTIN_ADD, types[i], types[i])
			->options.add.activation = APUI_ACTIVATION_TANH;
		assert_int_equal(try_compile(&b), -EOPNOTSUPP);
	}
}

/* NaN and infinities have no byte: zero point, and the ends of the type. */
static void
exp_saturates(void **state)
{
	static struct graph_builder b;
	struct apui_program *program;
	struct program_view view;
	const int8_t *table;

	(void)state;
	build_unary(&b, APUI_BUILTIN_EXP, APU_DTYPE_INT8);
	b.scales[0][0] = 10;
	program = compile(&b, &view);
	table = (const int8_t *)view.blob + view.header.data_offset;
	assert_int_equal(table[0], 2);     /* exp(0) / 0.5 */
	assert_int_equal(table[127], 127); /* exp(1270) */
	assert_int_equal(table[128], 0);   /* exp(-1280) */
	apui_program_free(program);
}

int
main(void)
{
	struct CMUnitTest all[11 + COUNT(lowered)] = {
		cmocka_unit_test(shapes_that_do_not_broadcast_are_refused),
		cmocka_unit_test(empty_dimension_wins_over_1),
		cmocka_unit_test(types_that_differ_are_refused),
		cmocka_unit_test(numbers_of_8_bits_need_a_scale),
		cmocka_unit_test(slopes_do_not_stretch_the_input),
		cmocka_unit_test(select_does_not_broadcast),
		cmocka_unit_test(logistic_must_give_256ths),
		cmocka_unit_test(rsqrt_has_no_number_below_0),
		cmocka_unit_test(scales_out_of_proportion_are_refused),
		cmocka_unit_test(fused_tanh_is_refused),
		cmocka_unit_test(exp_saturates),
	};

	for (size_t i = 0; i < COUNT(lowered); i++)
		all[11 + i] = (struct CMUnitTest) {
			.name = lowered[i].name,
			.test_func = check_lowered,
			.initial_state = (void *)(uintptr_t)&lowered[i],
		};
	return cmocka_run_group_tests_name("elementwise graph", all, NULL,
					   NULL);
}
