/* SPDX-License-Identifier: MIT */

/* Activations into the operator before them: where it may be, and where not. */

#include "pass_helper.h"

enum { X, W, Y, Z };

/* x -> CONV_2D -> y -> @guest -> z, of @dtype. */
static void
build_conv(struct graph_builder *b, enum apu_dtype dtype, int32_t guest)
{
	builder_init(b);
	builder_tensor(b, dtype, DIMS(1, 6, 6, 3));
	builder_weights(b, dtype, DIMS(4, 3, 3, 3));
	builder_tensor(b, dtype, DIMS(1, 6, 6, 4));
	builder_tensor(b, dtype, DIMS(1, 6, 6, 4));
	for (size_t i = 0; i < sizeof(b->bytes) / 4; i++) {
		float weight = (float)(i % 9) / 4 - 1;

		if (dtype == APU_DTYPE_FLOAT32)
			memcpy(b->bytes + 4 * i, &weight, 4);
	}
	builder_window(builder_operator(b, APUI_BUILTIN_CONV_2D, 2,
					(int32_t[]) { X, W, Y }),
		       APUI_PADDING_SAME, 1, 0);
	builder_operator(b, guest, 1, (int32_t[]) { Y, Z });
	builder_input(b, X);
	builder_output(b, Z);
	b->scales[W][0] = 0.01f;
	b->scales[Y][0] = b->scales[Z][0] = 0.05f;
	b->zero_points[Y][0] = b->zero_points[Z][0] =
		dtype == APU_DTYPE_UINT8 ? 100 : -20;
}

static void
build_int8_relu(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
}

static void
build_int8_relu6(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU6);
}

static void
build_uint8_relu_n1_to_1(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_UINT8, APUI_BUILTIN_RELU_N1_TO_1);
}

static void
build_float_relu6(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_FLOAT32, APUI_BUILTIN_RELU6);
}

static void
build_other_scale(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
	b->scales[Z][0] = 0.025f;
}

/* The table of RELU is the clamp, yet the convolution rounds otherwise. */
static void
build_hardly_other_scale(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
	b->scales[Z][0] = nextafterf(0.05f, 1);
}

static void
build_other_zero_point(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
	b->zero_points[Z][0] = -21;
}

static void
build_output(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
	builder_output(b, Y);
}

static void
build_second_reader(struct graph_builder *b)
{
	int32_t again;

	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
	again = builder_tensor(b, APU_DTYPE_INT8, DIMS(1, 6, 6, 4));
	b->scales[again][0] = 0.1f;
	builder_operator(b, APUI_BUILTIN_ADD, 2, (int32_t[]) { Y, Y, again });
	builder_output(b, again);
}

static void
build_clamped(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_INT8, APUI_BUILTIN_RELU);
	b->operators[0].options.window.activation = APUI_ACTIVATION_RELU6;
}

static void
build_tanh(struct graph_builder *b)
{
	build_conv(b, APU_DTYPE_FLOAT32, APUI_BUILTIN_TANH);
}

/* x + x -> y -> @guest -> z */
static void
build_sum(struct graph_builder *b, enum apu_dtype dtype, int32_t code)
{
	builder_init(b);
	builder_tensor(b, dtype, DIMS(2, 5));
	builder_tensor(b, dtype, DIMS(2, 5));
	builder_tensor(b, dtype, DIMS(2, 5));
	builder_tensor(b, dtype, DIMS(2, 5));
	b->scales[Y][0] = b->scales[Z][0] = 4;
	builder_operator(b, code, 2, (int32_t[]) { X, W, Y });
	builder_operator(b, APUI_BUILTIN_RELU, 1, (int32_t[]) { Y, Z });
	builder_input(b, X);
	builder_input(b, W);
	builder_output(b, Z);
}

static void
build_uint8_add(struct graph_builder *b)
{
	build_sum(b, APU_DTYPE_UINT8, APUI_BUILTIN_ADD);
}

static void
build_float_mul(struct graph_builder *b)
{
	build_sum(b, APU_DTYPE_FLOAT32, APUI_BUILTIN_MUL);
}

static void
build_float_maximum(struct graph_builder *b)
{
	build_sum(b, APU_DTYPE_FLOAT32, APUI_BUILTIN_MAXIMUM);
}

static const struct pass_row rows[] = {
	{ "relu_goes_into_an_int8_convolution", build_int8_relu, APU_PASS_FUSE,
	  2, 1, false },
	{ "relu6_goes_into_an_int8_convolution", build_int8_relu6,
	  APU_PASS_FUSE, 2, 1, false },
	{ "relu_n1_to_1_goes_into_a_uint8_convolution",
	  build_uint8_relu_n1_to_1, APU_PASS_FUSE, 2, 1, false },
	{ "relu6_goes_into_a_float_convolution", build_float_relu6,
	  APU_PASS_FUSE, 2, 1, false },
	{ "relu_goes_into_a_uint8_add", build_uint8_add, APU_PASS_FUSE, 2, 1,
	  false },
	{ "relu_goes_into_a_float_mul", build_float_mul, APU_PASS_FUSE, 2, 1,
	  false },
	{ "an_activation_to_another_scale_stays", build_other_scale,
	  APU_PASS_FUSE, 2, 2, false },
	{ "an_activation_to_hardly_another_scale_stays",
	  build_hardly_other_scale, APU_PASS_FUSE, 2, 2, false },
	{ "an_activation_to_another_zero_point_stays", build_other_zero_point,
	  APU_PASS_FUSE, 2, 2, false },
	{ "an_activation_on_an_output_stays", build_output, APU_PASS_FUSE, 2, 2,
	  false },
	{ "an_activation_on_what_others_read_stays", build_second_reader,
	  APU_PASS_FUSE, 3, 3, false },
	{ "an_activation_behind_another_stays", build_clamped, APU_PASS_FUSE, 2,
	  2, false },
	{ "an_activation_that_does_not_clamp_stays", build_tanh, APU_PASS_FUSE,
	  2, 2, false },
	{ "an_activation_behind_what_does_not_clamp_stays", build_float_maximum,
	  APU_PASS_FUSE, 2, 2, false },
	{ "without_the_pass_an_activation_stays", build_int8_relu, 0, 2, 2,
	  false },
};

int
main(void)
{
	PASS_TESTS(rows);

	return cmocka_run_group_tests_name("pass-fuse", tests, NULL, NULL);
}
