/* SPDX-License-Identifier: MIT */

/* UNARY_FLOAT, BINARY_FLOAT, and the float halves of PRELU and COMPARE. */

#include "support/kernel.h"
#include "test.h"
#include <float.h>
#include <math.h>

#define EINVAL_ APUI_RESULT_EINVAL

struct value {
	const char *name;
	uint32_t function;
	float a, b, y;
};

static const struct value unaries[] = {
	{ "abs", APUI_UNARY_ABS, -2.5f, 0, 2.5f },
	{ "neg", APUI_UNARY_NEG, -2.5f, 0, 2.5f },
	{ "square", APUI_UNARY_SQUARE, -3, 0, 9 },
	{ "sqrt", APUI_UNARY_SQRT, 9, 0, 3 },
	{ "rsqrt", APUI_UNARY_RSQRT, 4, 0, 0.5f },
	{ "exp", APUI_UNARY_EXP, 1, 0, 2.718282f },
	{ "log", APUI_UNARY_LOG, 10, 0, 2.302585f },
	{ "sin", APUI_UNARY_SIN, 1, 0, 0.841471f },
	{ "cos", APUI_UNARY_COS, 1, 0, 0.540302f },
	{ "floor", APUI_UNARY_FLOOR, -1.25f, 0, -2 },
	{ "floor_of_a_large_number", APUI_UNARY_FLOOR, 1e20f, 0, 1e20f },
	{ "ceil", APUI_UNARY_CEIL, -1.25f, 0, -1 },
	{ "round", APUI_UNARY_ROUND, 1.75f, 0, 2 },
	{ "round_half_to_even_down", APUI_UNARY_ROUND, 2.5f, 0, 2 },
	{ "round_half_to_even_up", APUI_UNARY_ROUND, -1.5f, 0, -2 },
	{ "sign", APUI_UNARY_SIGN, -7, 0, -1 },
	{ "sign_of_0", APUI_UNARY_SIGN, 0, 0, 0 },
	{ "clamp_below", APUI_UNARY_CLAMP, -2, 0, -1 },
	{ "clamp_above", APUI_UNARY_CLAMP, 7, 0, 6 },
	{ "logistic", APUI_UNARY_LOGISTIC, 1, 0, 0.731059f },
	{ "logistic_far_out", APUI_UNARY_LOGISTIC, -200, 0, 0 },
	{ "tanh", APUI_UNARY_TANH, -1, 0, -0.761594f },
	{ "tanh_far_out", APUI_UNARY_TANH, 200, 0, 1 },
	{ "elu", APUI_UNARY_ELU, -1, 0, -0.632121f },
	{ "gelu", APUI_UNARY_GELU, 1, 0, 0.841345f },
	{ "gelu_tanh", APUI_UNARY_GELU_TANH, 1, 0, 0.841192f },
	{ "hard_swish", APUI_UNARY_HARD_SWISH, 1, 0, 0.666667f },
	/* min is the slope */
	{ "leaky_relu", APUI_UNARY_LEAKY_RELU, -3, 0, 3 },
	{ "fake_quant", APUI_UNARY_FAKE_QUANT, 1.3f, 0, 1.5f },
	{ "fake_quant_half", APUI_UNARY_FAKE_QUANT, 1.25f, 0, 1.5f },
	{ "fake_quant_above", APUI_UNARY_FAKE_QUANT, 9, 0, 6 },
	{ "fake_quant_of_nan", APUI_UNARY_FAKE_QUANT, NAN, 0, -1 },
};

static const struct value binaries[] = {
	{ "add", APUI_BINARY_ADD, 2.5f, 3, 5.5f },
	{ "sub", APUI_BINARY_SUB, 2.5f, 3, -0.5f },
	{ "mul", APUI_BINARY_MUL, 2.5f, 3, 7.5f },
	{ "div", APUI_BINARY_DIV, 7.5f, 3, 2.5f },
	{ "div_by_0_is_clamped", APUI_BINARY_DIV, 1, 0, 100 },
	{ "floor_div", APUI_BINARY_FLOOR_DIV, -7, 2, -4 },
	{ "floor_mod_has_the_divisors_sign", APUI_BINARY_FLOOR_MOD, -7, 3, 2 },
	{ "minimum", APUI_BINARY_MINIMUM, 2, -3, -3 },
	{ "maximum", APUI_BINARY_MAXIMUM, 2, -3, 2 },
	{ "squared_difference", APUI_BINARY_SQUARED_DIFFERENCE, 2, -1, 9 },
	{ "pow", APUI_BINARY_POW, 2, 5, 32 },
	{ "clamp", APUI_BINARY_ADD, -99, -99, -100 },
};

static void
init_unary(struct kernel_case *kernel, uint32_t function, float x)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), &x);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1));
	kernel->params.unary_float = (struct apui_unary_float_params) {
		.function = function,
		.min = -1,
		.max = 6,
		.step = 0.5f,
	};
}

static void
init_binary(struct kernel_case *kernel, uint32_t function, float a, float b)
{
	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), &a);
	kernel_input(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), &b);
	kernel_output(kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1));
	kernel->params.binary_float = (struct apui_binary_float_params) {
		.function = function,
		.act_min = -100,
		.act_max = 100,
	};
}

static void
check_value(struct kernel_case *kernel, apui_kernel_fn run, float expected)
{
	float got;

	assert_int_equal(kernel_run(kernel, run), APUI_RESULT_OK);
	got = ((const float *)kernel->output.data)[0];
	assert_true(fabsf(got - expected) <= 1e-5f * fmaxf(1, fabsf(expected)));
	kernel_finish(kernel);
}

static void
check_unary(void **state)
{
	const struct value *row = *state;
	struct kernel_case kernel;

	init_unary(&kernel, row->function, row->a);
	check_value(&kernel, apui_kernel_unary_float, row->y);
}

static void
check_binary(void **state)
{
	const struct value *row = *state;
	struct kernel_case kernel;

	init_binary(&kernel, row->function, row->a, row->b);
	check_value(&kernel, apui_kernel_binary_float, row->y);
}

static void
prelu_scales_what_is_negative(void **state)
{
	static const float x[] = { -2, 3 }, alpha[] = { 0.25f };
	struct kernel_case kernel;
	const float *y;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(2), x);
	kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), alpha);
	y = kernel_output(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(2));
	assert_int_equal(kernel_run(&kernel, apui_kernel_prelu),
			 APUI_RESULT_OK);
	assert_true(y[0] == -0.5f && y[1] == 3);
	kernel_finish(&kernel);
}

static void
nan_is_only_unequal(void **state)
{
	const float a[] = { NAN };

	(void)state;
	for (uint32_t f = APUI_COMPARE_EQUAL; f <= APUI_COMPARE_LESS_EQUAL;
	     f++) {
		struct kernel_case kernel;
		const uint8_t *y;

		kernel_init(&kernel);
		kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), a);
		kernel_input(&kernel, APUI_TYPE_FLOAT32, 0, 1, DIMS(1), a);
		y = kernel_output(&kernel, APUI_TYPE_BOOL, 0, 1, DIMS(1));
		kernel.params.compare.function = f;
		assert_int_equal(kernel_run(&kernel, apui_kernel_compare),
				 APUI_RESULT_OK);
		assert_int_equal(*y, f == APUI_COMPARE_NOT_EQUAL);
		kernel_finish(&kernel);
	}
}

static const struct kernel_refusal refused_unaries[] = {
	{ "unary_0_is_refused", KERNEL_FIELD(params.unary_float.function), 0,
	  EINVAL_ },
	{ "unary_23_is_refused", KERNEL_FIELD(params.unary_float.function), 23,
	  EINVAL_ },
	{ "unary_minimum_above_its_maximum_is_refused",
	  KERNEL_FIELD(params.unary_float.max), 0xc0000000, EINVAL_ },
	{ "unary_clamp_to_nan_is_refused", KERNEL_FIELD(params.unary_float.min),
	  0x7fc00000, EINVAL_ },
	{ "unary_of_other_shape_is_refused", KERNEL_FIELD(output.rank), 0,
	  EINVAL_ },
	{ "unary_of_int32_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "unary_to_int32_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_INT32, EINVAL_ },
};

static const struct kernel_refusal refused_binaries[] = {
	{ "binary_0_is_refused", KERNEL_FIELD(params.binary_float.function), 0,
	  EINVAL_ },
	{ "and_of_floats_is_refused",
	  KERNEL_FIELD(params.binary_float.function), APUI_BINARY_AND,
	  EINVAL_ },
	{ "binary_clamp_to_nan_is_refused",
	  KERNEL_FIELD(params.binary_float.act_max), 0x7fc00000, EINVAL_ },
	{ "binary_of_int32_is_refused", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "binary_to_int32_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_INT32, EINVAL_ },
	{ "lengths_that_differ_are_refused", KERNEL_FIELD(output.dims[0]), 2,
	  EINVAL_ },
};

static void
check_refused_unary(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_unary(&kernel, APUI_UNARY_CLAMP, 1);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_unary_float, row),
		row->result);
	kernel_finish(&kernel);
}

static void
check_refused_binary(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_binary(&kernel, APUI_BINARY_ADD, 1, 1);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_binary_float, row),
		row->result);
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest all[2 + COUNT(unaries) + COUNT(binaries) +
			      COUNT(refused_unaries) +
			      COUNT(refused_binaries)] = {
		cmocka_unit_test(prelu_scales_what_is_negative),
		cmocka_unit_test(nan_is_only_unequal),
	};
	size_t count = 2;

	ADD_ROWS(unaries, check_unary);
	ADD_ROWS(binaries, check_binary);
	ADD_ROWS(refused_unaries, check_refused_unary);
	ADD_ROWS(refused_binaries, check_refused_binary);
	return cmocka_run_group_tests_name("elementwise float", all, NULL,
					   NULL);
}
