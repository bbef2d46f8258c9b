/* SPDX-License-Identifier: MIT */

/* What each operator of a graph becomes in the program. */

#include "compile_helper.h"
#include "test.h"

static void
conv_has_a_multiplier_for_each_channel(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const struct apui_window_params *p;
	const int32_t shifts[] = { 1, 2, 2, 3 };
	const int32_t *multiplier, *shift;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	builder_per_channel(&b, 1, 0);
	b.scales[3][0] = 0.125f;
	b.zero_points[3][0] = -5;
	program = compile(&b, &v);
	assert_int_equal(v.operators[0].input_count, 5);
	multiplier = data_of(&v, tensor_of(&v, 0, 3));
	shift = data_of(&v, tensor_of(&v, 0, 4));
	/* 0.5 * 0.25 * (c + 1) / 0.125 = c + 1 */
	for (int c = 0; c < 4; c++) {
		assert_int_equal(multiplier[c], c == 2 ? 3 << 29 : 1 << 30);
		assert_int_equal(shift[c], shifts[c]);
	}
	assert_memory_equal(data_of(&v, tensor_of(&v, 0, 1)), b.bytes, 72);
	assert_memory_equal(data_of(&v, tensor_of(&v, 0, 2)), b.bytes, 16);

	p = &v.operators[0].params.window;
	assert_int_equal(p->stride_h, 2);
	assert_int_equal(p->dilation_w, 1);
	assert_int_equal(p->pad_top, 0);
	assert_int_equal(p->filter_h, 0);
	assert_int_equal(p->act_min, -5);
	assert_int_equal(p->act_max, 43);
	assert_int_equal(tensor_of(&v, 0, 5)->zero_point, -5);
	apui_program_free(program);
}

static void
uint8_scales_are_expanded_too(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const int32_t *multiplier;
	const double *scale;

	(void)state;
	build_network(&b, APU_DTYPE_UINT8);
	b.zero_points[1][0] = 131;
	b.zero_points[6][0] = 7;
	program = compile(&b, &v);
	assert_int_equal(tensor_of(&v, 0, 3)->size_bytes, 16);
	multiplier = data_of(&v, tensor_of(&v, 0, 3));
	for (int c = 0; c < 4; c++)
		assert_int_equal(multiplier[c], 1 << 30);
	assert_int_equal(tensor_of(&v, 0, 1)->zero_point, 131);

	assert_int_equal(v.list[v.operators[2].list_first + 2], APUI_NO_TENSOR);
	assert_int_equal(tensor_of(&v, 2, 3)->type, APUI_TYPE_FLOAT64);
	assert_int_equal(tensor_of(&v, 2, 3)->size_bytes, 80);
	scale = data_of(&v, tensor_of(&v, 2, 3));
	for (int c = 0; c < 10; c++)
		assert_true(scale[c] == 0.5);
	assert_int_equal(tensor_of(&v, 2, 1)->zero_point, 7);
	assert_int_equal(v.operators[2].params.fully_connected.act_max, 255);
	apui_program_free(program);
}

static void
per_channel_fully_connected_has_no_zero_point(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const double *scale;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	builder_per_channel(&b, 6, 0);
	program = compile(&b, &v);
	scale = data_of(&v, tensor_of(&v, 2, 3));
	for (int c = 0; c < 10; c++)
		assert_true(scale[c] == 0.25 * (c + 1));
	assert_int_equal(tensor_of(&v, 2, 1)->zero_point, 0);
	apui_program_free(program);
}

static void
pad_parameters(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const struct apui_strided_copy_params *p;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_UINT8, DIMS(2, 3)));
	builder_numbers(&b, DIMS(2, 2), (int32_t[]) { 1, 0, 2, 4 });
	builder_tensor(&b, APU_DTYPE_UINT8, DIMS(3, 9));
	b.zero_points[2][0] = 77;
	builder_operator(&b, APUI_BUILTIN_PAD, 2, (int32_t[]) { 0, 1, 2 });
	builder_output(&b, 2);
	program = compile(&b, &v);
	assert_int_equal(v.header.operator_count, 2);
	assert_int_equal(v.operators[0].op, APUI_OP_FILL);
	assert_int_equal(v.operators[0].params.fill.value[0], 77);
	assert_int_equal(v.operators[1].op, APUI_OP_STRIDED_COPY);
	p = &v.operators[1].params.strided_copy;
	assert_int_equal(p->rank, 2);
	assert_int_equal(p->in_offset, 0);
	assert_int_equal(p->out_offset, 11);
	assert_memory_equal(p->lengths, ((int32_t[]) { 2, 3 }), 8);
	assert_memory_equal(p->in_strides, ((int32_t[]) { 3, 1 }), 8);
	assert_memory_equal(p->out_strides, ((int32_t[]) { 9, 1 }), 8);
	assert_int_equal(v.header.data_bytes, 0);
	apui_program_free(program);
}

static void
mean_parameters(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(2, 7, 7, 5)));
	builder_numbers(&b, DIMS(3), (int32_t[]) { 1, -2, 1 });
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(2, 5));
	b.scales[0][0] = 0.0235294122f;
	b.scales[2][0] = 0.0117647061f;
	builder_operator(&b, APUI_BUILTIN_MEAN, 2, (int32_t[]) { 0, 1, 2 });
	builder_output(&b, 2);
	program = compile(&b, &v);
	assert_int_equal(v.operators[0].params.mean.axes, 6);
	assert_int_equal(v.operators[0].params.mean.multiplier, 701219150);
	assert_int_equal(v.operators[0].params.mean.shift, -3);
	apui_program_free(program);
}

static void
pool_parameters(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;
	const struct apui_window_params *p;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_INT8, DIMS(1, 5, 6, 2)));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(1, 5, 6, 2));
	builder_window(builder_operator(&b, APUI_BUILTIN_MAX_POOL_2D, 1,
					(int32_t[]) { 0, 1 }),
		       APUI_PADDING_SAME, 1, 4);
	builder_output(&b, 1);
	program = compile(&b, &v);
	p = &v.operators[0].params.window;
	assert_int_equal(v.operators[0].op, APUI_OP_MAX_POOL_2D);
	assert_int_equal(p->filter_h, 4);
	assert_int_equal(p->pad_top, 1);
	assert_int_equal(p->pad_left, 1);
	assert_int_equal(p->act_min, -128);
	assert_int_equal(p->act_max, 127);
	apui_program_free(program);
}

static void
quantize_parameters(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	builder_init(&b);
	builder_input(&b, builder_tensor(&b, APU_DTYPE_FLOAT32, DIMS(4)));
	builder_tensor(&b, APU_DTYPE_INT8, DIMS(4));
	builder_tensor(&b, APU_DTYPE_UINT8, DIMS(4));
	b.tensors[0].quant_count = 0;
	b.scales[1][0] = 0.125f;
	b.zero_points[2][0] = 128;
	builder_operator(&b, APUI_BUILTIN_QUANTIZE, 1, (int32_t[]) { 0, 1 });
	builder_operator(&b, APUI_BUILTIN_QUANTIZE, 1, (int32_t[]) { 1, 2 });
	builder_output(&b, 2);
	program = compile(&b, &v);
	assert_true(v.operators[0].params.quantize.scale == 0.125f);
	assert_int_equal(v.operators[1].params.quantize.multiplier, 1 << 30);
	assert_int_equal(v.operators[1].params.quantize.shift, -1);
	assert_int_equal(tensor_of(&v, 1, 1)->zero_point, 128);
	apui_program_free(program);
}

static void
unused_parameter_bytes_are_zero(void **state)
{
	struct graph_builder b;
	struct program_view v;
	struct apui_program *program;

	(void)state;
	build_network(&b, APU_DTYPE_INT8);
	program = compile(&b, &v);
	for (size_t i = sizeof(struct apui_softmax_params);
	     i < APUI_PROGRAM_PARAM_BYTES; i++)
		assert_int_equal(v.operators[3].params.bytes[i], 0);
	apui_program_free(program);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conv_has_a_multiplier_for_each_channel),
		cmocka_unit_test(uint8_scales_are_expanded_too),
		cmocka_unit_test(per_channel_fully_connected_has_no_zero_point),
		cmocka_unit_test(pad_parameters),
		cmocka_unit_test(mean_parameters),
		cmocka_unit_test(pool_parameters),
		cmocka_unit_test(quantize_parameters),
		cmocka_unit_test(unused_parameter_bytes_are_zero),
	};

	return _cmocka_run_group_tests("lowering", tests, COUNT(tests), NULL,
				       NULL);
}
