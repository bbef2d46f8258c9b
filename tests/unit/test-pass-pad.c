/* SPDX-License-Identifier: MIT */

/* PAD into the convolution behind it: where it may be, and where not. */

#include "pass_helper.h"

enum { X, PADDINGS, PADDED, W, Y };

struct shape {
	enum apu_dtype dtype;
	int32_t paddings[8];
	int32_t filter, stride, padding;
	int32_t zero_point;
};

static int32_t
positions(const struct shape *s, unsigned int i)
{
	int32_t length = 7 + s->paddings[2 * i] + s->paddings[2 * i + 1];

	if (s->padding == APUI_PADDING_SAME)
		return (length + s->stride - 1) / s->stride;
	return (length - s->filter) / s->stride + 1;
}

/* x [1, 7, 7, 3] -> PAD -> padded -> CONV_2D -> y */
static void
build(struct graph_builder *b, const struct shape *s)
{
	const int32_t *p = s->paddings;
	int32_t batches = 1 + p[0] + p[1], channels = 3 + p[6] + p[7];

	builder_init(b);
	builder_tensor(b, s->dtype, DIMS(1, 7, 7, 3));
	builder_numbers(b, DIMS(4, 2), p);
	builder_tensor(
		b, s->dtype,
		DIMS(batches, 7 + p[2] + p[3], 7 + p[4] + p[5], channels));
	builder_weights(b, s->dtype, DIMS(4, s->filter, s->filter, channels));
	builder_tensor(b, s->dtype,
		       DIMS(batches, positions(s, 1), positions(s, 2), 4));
	for (size_t i = 0; i < sizeof(b->bytes) / 4; i++) {
		float weight = (float)(i % 9) / 8 - 0.5f;

		if (s->dtype == APU_DTYPE_FLOAT32)
			memcpy(b->bytes + 4 * i, &weight, 4);
	}
	builder_operator(b, APUI_BUILTIN_PAD, 2,
			 (int32_t[]) { X, PADDINGS, PADDED });
	builder_window(builder_operator(b, APUI_BUILTIN_CONV_2D, 2,
					(int32_t[]) { PADDED, W, Y }),
		       s->padding, s->stride, 0);
	builder_input(b, X);
	builder_output(b, Y);
	b->zero_points[X][0] = b->zero_points[PADDED][0] = s->zero_point;
	b->scales[W][0] = 0.01f;
	b->scales[Y][0] = 2;
}

static const struct shape common = {
	.dtype = APU_DTYPE_INT8,
	.paddings = { 0, 0, 0, 1, 0, 1, 0, 0 },
	.filter = 3,
	.stride = 2,
	.padding = APUI_PADDING_VALID,
	.zero_point = -5,
};

static void
build_int8(struct graph_builder *b)
{
	build(b, &common);
}

static void
build_uint8(struct graph_builder *b)
{
	struct shape s = common;

	s.dtype = APU_DTYPE_UINT8;
	s.zero_point = 131;
	build(b, &s);
	b->zero_points[W][0] = 77;
}

static void
build_float(struct graph_builder *b)
{
	struct shape s = common;

	s.dtype = APU_DTYPE_FLOAT32;
	build(b, &s);
}

/* Two paddings, one inside the other. */
static void
build_same(struct graph_builder *b)
{
	const struct shape s = {
		.dtype = APU_DTYPE_INT8,
		.paddings = { 0, 0, 1, 2, 2, 0, 0, 0 },
		.filter = 5,
		.stride = 1,
		.padding = APUI_PADDING_SAME,
	};

	build(b, &s);
}

static void
build_channels(struct graph_builder *b)
{
	struct shape s = common;

	s.paddings[7] = 1;
	build(b, &s);
}

static void
build_batches(struct graph_builder *b)
{
	struct shape s = common;

	s.paddings[0] = 1;
	build(b, &s);
}

/* Some windows see nothing but zeros: kernels refuse them. */
static void
build_wide(struct graph_builder *b)
{
	struct shape s = common;

	s.paddings[2] = 3;
	build(b, &s);
}

static void
build_output(struct graph_builder *b)
{
	build(b, &common);
	builder_output(b, PADDED);
}

static void
build_rescaled(struct graph_builder *b)
{
	build(b, &common);
	b->zero_points[PADDED][0] = 3;
}

/* PADV2 with @value. */
static void
build_value(struct graph_builder *b, int32_t value)
{
	int32_t index;

	build(b, &common);
	index = builder_weights(b, APU_DTYPE_INT8, NO_DIMS);
	b->bytes[4000] = (uint8_t)value;
	b->tensors[index].data = b->bytes + 4000;
	b->zero_points[index][0] = common.zero_point;
	b->graph.operator_count = 0;
	builder_operator(b, APUI_BUILTIN_PADV2, 3,
			 (int32_t[]) { X, PADDINGS, index, PADDED });
	builder_window(builder_operator(b, APUI_BUILTIN_CONV_2D, 2,
					(int32_t[]) { PADDED, W, Y }),
		       common.padding, common.stride, 0);
}

static void
build_zero_value(struct graph_builder *b)
{
	build_value(b, common.zero_point);
}

static void
build_other_value(struct graph_builder *b)
{
	build_value(b, 0);
}

/* The program of PAD is FILL and STRIDED_COPY. */
static const struct pass_row rows[] = {
	{ "int8_zeros_go_into_the_window", build_int8, APU_PASS_PAD, 3, 1,
	  false },
	{ "uint8_zeros_go_into_the_window", build_uint8, APU_PASS_PAD, 3, 1,
	  false },
	{ "float_zeros_go_into_the_window", build_float, APU_PASS_PAD, 3, 1,
	  true },
	{ "zeros_go_around_those_of_same_padding", build_same, APU_PASS_PAD, 3,
	  1, false },
	{ "padv2_with_the_zero_point_goes_into_the_window", build_zero_value,
	  APU_PASS_PAD, 3, 1, false },
	{ "padv2_with_another_value_stays", build_other_value, APU_PASS_PAD, 3,
	  3, false },
	{ "padded_channels_stay", build_channels, APU_PASS_PAD, 3, 3, false },
	{ "padded_batches_stay", build_batches, APU_PASS_PAD, 3, 3, false },
	{ "zeros_wider_than_the_window_stay", build_wide, APU_PASS_PAD, 3, 3,
	  false },
	{ "a_padded_output_stays", build_output, APU_PASS_PAD, 3, 3, false },
	{ "a_pad_to_another_zero_point_stays", build_rescaled, APU_PASS_PAD, 3,
	  3, false },
	{ "without_the_pass_a_pad_stays", build_int8, 0, 3, 3, false },
};

int
main(void)
{
	PASS_TESTS(rows);

	return cmocka_run_group_tests_name("pass-pad", tests, NULL, NULL);
}
