/* SPDX-License-Identifier: MIT */

/*
 * What operators demand of tensors of 8 and 16 bits: each row is a good
 * operator, one thing about a tensor of it that is changed, and the refusal.
 */

#include "compile_helper.h"
#include <apu/error.h>
#include <errno.h>

/* Tensors of a row: unary x, y; binary a, b, y; a reduction x, axes, y. */
enum { X = 0, B = 1, UNARY_Y = 1, BINARY_Y = 2 };
enum arity { UNARY, BINARY, REDUCTION };
enum change { SCALE, ZERO_POINT, NO_SCALE, TYPE, LENGTH };

struct row {
	const char *name;
	int32_t builtin;
	enum apu_dtype dtype;
	enum arity arity;
	/* Of the output, where it must be so. */
	float y_scale;
	int32_t y_zero_point;
	unsigned int tensor;
	enum change change;
	double value;
	int code;
	const char *cause;
};

#define L2(text, kind, y_zero, ...)                                            \
	{                                                                      \
		text, APUI_BUILTIN_L2_NORMALIZATION, APU_DTYPE_##kind, UNARY,  \
			1 / 128.0f, y_zero, __VA_ARGS__                        \
	}
#define LOG_SOFTMAX(text, kind, y_zero, ...)                                   \
	{                                                                      \
		text, APUI_BUILTIN_LOG_SOFTMAX, APU_DTYPE_##kind, UNARY,       \
			1 / 16.0f, y_zero, __VA_ARGS__                         \
	}
#define OF_16(text, code, kind, scale, ...)                                    \
	{                                                                      \
		text, APUI_BUILTIN_##code, APU_DTYPE_INT16, kind, scale, 0,    \
			__VA_ARGS__                                            \
	}
#define OF_8(text, code, kind, ...)                                            \
	{                                                                      \
		text, APUI_BUILTIN_##code, APU_DTYPE_INT8, kind, 0.5f, 0,      \
			__VA_ARGS__                                            \
	}
#define UNIT (1 / 32768.0f)

static const struct row rows[] = {
	OF_8("sum_of_int8_without_a_scale", SUM, REDUCTION, X, NO_SCALE, 0,
	     -EINVAL, "has no scale"),
	OF_8("sum_to_int8_without_a_scale", SUM, REDUCTION, BINARY_Y, NO_SCALE,
	     0, -EINVAL, "has no scale"),
	OF_8("sum_of_int8_to_another_type", SUM, REDUCTION, BINARY_Y, TYPE,
	     APU_DTYPE_UINT8, -EOPNOTSUPP, "is uint8 beside"),
	OF_8("sum_of_int8_to_a_scale_too_small", SUM, REDUCTION, BINARY_Y,
	     SCALE, 1e-12, -EINVAL, ""),
	OF_16("sum_of_int16_with_a_zero_point", SUM, REDUCTION, 0.5f, X,
	      ZERO_POINT, 3, -EINVAL, "int16 with zero point 3"),
	OF_16("sum_to_int16_with_a_zero_point", SUM, REDUCTION, 0.5f, BINARY_Y,
	      ZERO_POINT, -1, -EINVAL, "int16 with zero point -1"),
	OF_16("sum_of_so_many_of_int16", SUM, REDUCTION, 0.5f, X, LENGTH, 65536,
	      -EOPNOTSUPP, "more than 65535 elements"),
	OF_16("mean_of_int16_without_a_scale", MEAN, REDUCTION, 0.5f, X,
	      NO_SCALE, 0, -EINVAL, "has no scale"),
	OF_16("mean_of_int16_with_a_zero_point", MEAN, REDUCTION, 0.5f, X,
	      ZERO_POINT, 3, -EINVAL, "int16 with zero point 3"),
	OF_16("mean_of_so_many_of_int16", MEAN, REDUCTION, 0.5f, X, LENGTH,
	      65536, -EOPNOTSUPP, "more than 65535 elements"),
	L2("l2_norm_to_another_scale", INT8, 0, UNARY_Y, SCALE, 1 / 127.0,
	   -EINVAL, "must have 1/128 and 0"),
	L2("l2_norm_to_another_zero_point", INT8, 0, UNARY_Y, ZERO_POINT, 1,
	   -EINVAL, "must have 1/128 and 0"),
	L2("l2_norm_of_uint8_to_zero_point_0", UINT8, 128, UNARY_Y, ZERO_POINT,
	   0, -EINVAL, "must have 1/128 and 128"),
	L2("l2_norm_without_a_scale", UINT8, 128, X, NO_SCALE, 0, -EINVAL,
	   "has no scale"),
	L2("l2_norm_to_float", INT8, 0, UNARY_Y, TYPE, APU_DTYPE_FLOAT32,
	   -EOPNOTSUPP, "is float32 beside"),
	L2("l2_norm_of_squares_beyond_32_bits", INT8, 0, X, LENGTH, 33026,
	   -EOPNOTSUPP, "33025 squares"),
	LOG_SOFTMAX("log_softmax_to_another_scale", INT8, 127, UNARY_Y, SCALE,
		    1 / 17.0, -EINVAL, "must have 1/16 and 127"),
	LOG_SOFTMAX("log_softmax_to_another_zero_point", INT8, 127, UNARY_Y,
		    ZERO_POINT, 0, -EINVAL, "must have 1/16 and 127"),
	LOG_SOFTMAX("log_softmax_of_uint8_to_zero_point_0", UINT8, 255, UNARY_Y,
		    ZERO_POINT, 0, -EINVAL, "must have 1/16 and 255"),
	LOG_SOFTMAX("log_softmax_without_a_scale", UINT8, 255, X, NO_SCALE, 0,
		    -EINVAL, "has no scale"),
	LOG_SOFTMAX("log_softmax_to_float", INT8, 127, UNARY_Y, TYPE,
		    APU_DTYPE_FLOAT32, -EOPNOTSUPP, "is float32 beside"),
	LOG_SOFTMAX("log_softmax_of_a_tiny_scale", INT8, 127, X, SCALE, 1e-9,
		    -EOPNOTSUPP, "no more than 2^-26"),
	OF_16("add_of_int16_without_a_scale", ADD, BINARY, 0.3f, B, NO_SCALE, 0,
	      -EINVAL, "has no scale"),
	OF_16("add_of_int16_with_a_zero_point", ADD, BINARY, 0.3f, B,
	      ZERO_POINT, 2, -EINVAL, "int16 with zero point 2"),
	OF_16("add_of_powers_to_a_larger_one", ADD, BINARY, 0.5f, BINARY_Y,
	      SCALE, 1, -EOPNOTSUPP, "powers of two"),
	OF_16("add_of_powers_to_a_smaller_one", ADD, BINARY, 0.5f, BINARY_Y,
	      SCALE, 0.25, -EOPNOTSUPP, "powers of two"),
	OF_16("sub_of_powers_too_far_apart", SUB, BINARY, 0.5f, B, SCALE,
	      1 / 131072.0, -EOPNOTSUPP, "powers of two"),
	OF_8("squared_difference_of_int8_without_a_scale", SQUARED_DIFFERENCE,
	     BINARY, B, NO_SCALE, 0, -EINVAL, "has no scale"),
	OF_8("squared_difference_to_int8_without_a_scale", SQUARED_DIFFERENCE,
	     BINARY, BINARY_Y, NO_SCALE, 0, -EINVAL, "has no scale"),
	OF_16("logistic_of_int16_to_another_scale", LOGISTIC, UNARY, UNIT,
	      UNARY_Y, SCALE, 1 / 16384.0, -EINVAL, "must have 1/32768"),
	OF_16("logistic_of_int16_with_a_zero_point", LOGISTIC, UNARY, UNIT, X,
	      ZERO_POINT, 1, -EINVAL, "zero point 1"),
	OF_16("tanh_of_int16_to_another_scale", TANH, UNARY, UNIT, UNARY_Y,
	      SCALE, 1 / 128.0, -EINVAL, "must have 1/32768"),
	OF_16("tanh_of_int16_of_a_scale_too_large", TANH, UNARY, UNIT, X, SCALE,
	      1e6, -EINVAL, ""),
	OF_16("tanh_of_int16_without_a_scale", TANH, UNARY, UNIT, X, NO_SCALE,
	      0, -EINVAL, "has no scale"),
	OF_16("softmax_of_int16_to_another_scale", SOFTMAX, UNARY, UNIT,
	      UNARY_Y, SCALE, 1 / 256.0, -EINVAL, "must have 1/32768"),
	OF_16("softmax_to_int16_with_a_zero_point", SOFTMAX, UNARY, UNIT,
	      UNARY_Y, ZERO_POINT, -32768, -EINVAL, "zero point -32768"),
	OF_16("relu_of_int16_without_a_scale", RELU, UNARY, 0.5f, X, NO_SCALE,
	      0, -EINVAL, "has no scale"),
	OF_16("relu6_of_int16_with_a_zero_point", RELU6, UNARY, 0.5f, UNARY_Y,
	      ZERO_POINT, 1, -EINVAL, "int16 with zero point 1"),
	OF_16("relu_of_int16_to_a_scale_too_small", RELU, UNARY, 0.5f, UNARY_Y,
	      SCALE, 1e-12, -EINVAL, ""),
	OF_16("leaky_relu_of_int16_to_a_scale_too_small", LEAKY_RELU, UNARY,
	      0.5f, UNARY_Y, SCALE, 1e-12, -EINVAL, ""),
	OF_16("exp_of_int16_without_a_scale", EXP, UNARY, 0.5f, UNARY_Y,
	      NO_SCALE, 0, -EINVAL, "has no scale"),
	OF_16("gelu_of_int16_with_a_zero_point", GELU, UNARY, 0.5f, X,
	      ZERO_POINT, 1, -EINVAL, "int16 with zero point 1"),
};

static void
build(struct graph_builder *b, const struct row *row)
{
	struct apu_operator *op;
	unsigned int y = row->arity == UNARY ? UNARY_Y : BINARY_Y;

	builder_init(b);
	builder_tensor(b, row->dtype, DIMS(2, 3));
	if (row->arity == BINARY)
		builder_tensor(b, row->dtype, DIMS(3));
	if (row->arity == REDUCTION)
		builder_numbers(b, DIMS(1), (int32_t[]) { 1 });
	if (row->arity == REDUCTION)
		builder_tensor(b, row->dtype, DIMS(2));
	else
		builder_tensor(b, row->dtype, DIMS(2, 3));
	b->scales[y][0] = row->y_scale;
	b->zero_points[y][0] = row->y_zero_point;
	op = builder_operator(b, row->builtin, y, (int32_t[]) { 0, 1, 2 });
	if (row->builtin == APUI_BUILTIN_ADD ||
	    row->builtin == APUI_BUILTIN_SUB)
		op->options.add.pot_scale_int16 = 1;
	if (row->builtin == APUI_BUILTIN_SOFTMAX)
		op->options.softmax.beta = 1;
	builder_input(b, 0);
	if (row->arity == BINARY)
		builder_input(b, 1);
	builder_output(b, (int32_t)y);
}

static void
set_length(struct graph_builder *b, const struct row *row)
{
	b->tensors[X].dims[1] = (int32_t)row->value;
	builder_resize(&b->tensors[X]);
	if (row->arity == UNARY) {
		b->tensors[UNARY_Y].dims[1] = (int32_t)row->value;
		builder_resize(&b->tensors[UNARY_Y]);
	}
}

static void
spoil(struct graph_builder *b, const struct row *row)
{
	struct apu_tensor *tensor = &b->tensors[row->tensor];

	switch (row->change) {
	case SCALE:
		b->scales[row->tensor][0] = (float)row->value;
		break;
	case ZERO_POINT:
		b->zero_points[row->tensor][0] = (int64_t)row->value;
		break;
	case NO_SCALE:
		tensor->quant_count = 0;
		break;
	case TYPE:
		tensor->dtype = (enum apu_dtype)row->value;
		builder_resize(tensor);
		break;
	case LENGTH:
		set_length(b, row);
		break;
	}
}

/* As the reader does, then the compiler. */
static int
try(struct graph_builder *b)
{
	struct apui_shape shapes[APUI_ROW_MAX_OUTPUTS] = { { .rank = 0 } };
	struct apui_program *program = NULL;
	struct apu_operator *op = &b->operators[0];
	int ret = op->row->infer(&b->graph, op, shapes);

	if (ret == 0)
		ret = apui_compile(&b->graph, &limits, &program);
	apui_program_free(program);
	return ret;
}

static void
check_row(void **state)
{
	static struct graph_builder b;
	const struct row *row = *state;

	build(&b, row);
	assert_int_equal(try(&b), 0);
	build(&b, row);
	spoil(&b, row);
	assert_int_equal(try(&b), row->code);
	if (strstr(apu_error_cause(apu_error_last()), row->cause) == NULL)
		fail_msg("the cause is: %s", apu_error_cause(apu_error_last()));
}

/* The option of the file decides between two ways to round. */
static void
powers_of_two_are_shifted_unless_the_model_says_no(void **state)
{
	static const struct row row =
		OF_16("", ADD, BINARY, 0.5f, B, SCALE, 0.25, 0, "");
	static struct graph_builder b;

	(void)state;
	for (int is_shifted = 0; is_shifted < 2; is_shifted++) {
		struct apui_program *program;
		struct program_view view;

		build(&b, &row);
		spoil(&b, &row);
		b.operators[0].options.add.pot_scale_int16 = is_shifted;
		program = compile(&b, &view);
		assert_int_equal(view.operators[0].op, APUI_OP_ADD);
		assert_int_equal(view.operators[0].params.add.left_shift,
				 is_shifted ? 1 : 15);
		apui_program_free(program);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(powers_of_two_are_shifted_unless_the_model_says_no),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(rows)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	for (size_t i = 0; i < COUNT(rows); i++)
		all[count++] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	return cmocka_run_group_tests_name("types", all, NULL, NULL);
}
