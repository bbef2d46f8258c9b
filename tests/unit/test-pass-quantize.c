/* SPDX-License-Identifier: MIT */

/* QUANTIZE and DEQUANTIZE that undo each other, and those that do not. */

#include "pass_helper.h"

/* Tensors of the types given, and an operator from each to the next. */
static void
build_chain(struct graph_builder *b, const enum apu_dtype *types,
	    const int32_t *codes, unsigned int count)
{
	builder_init(b);
	for (unsigned int i = 0; i <= count; i++) {
		int32_t tensor = builder_tensor(b, types[i], DIMS(4, 100));

		b->scales[tensor][0] = 0.037f;
		b->zero_points[tensor][0] =
			types[i] == APU_DTYPE_UINT8 ? 128 : 0;
	}
	for (int32_t i = 0; i < (int32_t)count; i++)
		builder_operator(b, codes[i], 1, (int32_t[]) { i, i + 1 });
	builder_input(b, 0);
	builder_output(b, (int32_t)count);
}

#define CHAIN(...) ((const int32_t[]) { __VA_ARGS__ })
#define TYPES(...) ((const enum apu_dtype[]) { __VA_ARGS__ })
#define Q          APUI_BUILTIN_QUANTIZE
#define D          APUI_BUILTIN_DEQUANTIZE
#define NEG        APUI_BUILTIN_LEAKY_RELU
#define I8         APU_DTYPE_INT8
#define U8         APU_DTYPE_UINT8
#define I16        APU_DTYPE_INT16
#define F32        APU_DTYPE_FLOAT32

/* All but the last row go on behind the pair, so that it is not a copy. */
static void
build_real_and_back(struct graph_builder *b)
{
	build_chain(b, TYPES(I8, F32, I8, I8), CHAIN(D, Q, NEG), 3);
}

static void
build_int16(struct graph_builder *b)
{
	build_chain(b, TYPES(I16, F32, I16, F32), CHAIN(D, Q, D), 3);
}

static void
build_shifted(struct graph_builder *b)
{
	build_chain(b, TYPES(I8, U8, I8, I8), CHAIN(Q, Q, NEG), 3);
}

static void
build_alone(struct graph_builder *b)
{
	build_chain(b, TYPES(U8, U8, U8), CHAIN(Q, NEG), 2);
}

static void
build_twice(struct graph_builder *b)
{
	build_chain(b, TYPES(I8, F32, I8, F32, I8, I8), CHAIN(D, Q, D, Q, NEG),
		    5);
}

static void
build_other_scale(struct graph_builder *b)
{
	build_real_and_back(b);
	b->scales[2][0] = 0.038f;
}

static void
build_other_zero_point(struct graph_builder *b)
{
	build_real_and_back(b);
	b->zero_points[2][0] = 1;
}

/* Values are cut off on the way: 128 of them come back as others. */
static void
build_cut_off(struct graph_builder *b)
{
	build_shifted(b);
	b->zero_points[1][0] = 0;
}

static void
build_rounding(struct graph_builder *b)
{
	build_chain(b, TYPES(F32, I8, F32), CHAIN(Q, D), 2);
}

/* The real numbers are read as well: DEQUANTIZE stays, QUANTIZE goes. */
static void
build_second_reader(struct graph_builder *b)
{
	build_real_and_back(b);
	builder_output(b, 1);
}

static void
build_straight_to_output(struct graph_builder *b)
{
	build_chain(b, TYPES(I8, F32, I8), CHAIN(D, Q), 2);
}

static const struct pass_row rows[] = {
	{ "real_numbers_and_back_is_nothing", build_real_and_back,
	  APU_PASS_QUANTIZE, 3, 1, false },
	{ "int16_and_back_is_nothing", build_int16, APU_PASS_QUANTIZE, 3, 1,
	  false },
	{ "another_sign_and_back_is_nothing", build_shifted, APU_PASS_QUANTIZE,
	  3, 1, false },
	{ "to_its_own_scale_is_nothing", build_alone, APU_PASS_QUANTIZE, 2, 1,
	  false },
	{ "twice_nothing_is_nothing", build_twice, APU_PASS_QUANTIZE, 5, 1,
	  false },
	{ "numbers_that_others_read_stay", build_second_reader,
	  APU_PASS_QUANTIZE, 3, 2, false },
	{ "what_is_left_of_a_model_is_a_copy", build_straight_to_output,
	  APU_PASS_QUANTIZE, 2, 1, false },
	{ "to_another_scale_stays", build_other_scale, APU_PASS_QUANTIZE, 3, 3,
	  false },
	{ "to_another_zero_point_stays", build_other_zero_point,
	  APU_PASS_QUANTIZE, 3, 3, false },
	{ "what_cuts_values_off_stays", build_cut_off, APU_PASS_QUANTIZE, 3, 3,
	  false },
	{ "what_rounds_stays", build_rounding, APU_PASS_QUANTIZE, 2, 2, false },
	{ "without_the_pass_all_stay", build_real_and_back, 0, 3, 3, false },
};

int
main(void)
{
	PASS_TESTS(rows);

	return cmocka_run_group_tests_name("pass-quantize", tests, NULL, NULL);
}
