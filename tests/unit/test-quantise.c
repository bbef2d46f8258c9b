/* SPDX-License-Identifier: MIT */
#include "model/graph.h"
#include "model/quantise.h"
#include "model/window.h"
#include "test.h"
#include <errno.h>
#include <math.h>
#include <string.h>

struct multiplier_case {
	const char *name;
	double real;
	int ret;
	int32_t multiplier, shift;
};

static const struct multiplier_case multiplier_cases[] = {
	{ "q_of_zero_is_zero", 0, 0, 0, 0 },
	{ "q_of_one", 1, 0, 1 << 30, 1 },
	{ "q_of_half", 0.5, 0, 1 << 30, 0 },
	{ "q_of_three_quarters", 0.75, 0, 3 << 29, 0 },
	{ "q_rounds_half_away", (0x1p30 + 0.5) * 0x1p-31, 0, (1 << 30) + 1, 0 },
	{ "q_rounds_up_to_a_power_of_two", 1 - 0x1p-33, 0, 1 << 30, 1 },
	{ "q_keeps_shift_minus_31", 0x1p-32, 0, 1 << 30, -31 },
	{ "q_drops_what_is_smaller", 0x1p-33, 0, 0, 0 },
	{ "q_may_round_up_to_shift_minus_31", 0x1p-32 * (1 - 0x1p-40), 0,
	  1 << 30, -31 },
	{ "q_allows_shift_30", 0x1p29, 0, 1 << 30, 30 },
	{ "q_refuses_shift_31", 0x1p30, -ERANGE, 0, 0 },
	{ "q_refuses_what_rounds_up_to_shift_31", 0x1p30 * (1 - 0x1p-40),
	  -ERANGE, 0, 0 },
	{ "q_refuses_infinity", INFINITY, -ERANGE, 0, 0 },
	{ "q_refuses_nan", NAN, -ERANGE, 0, 0 },
	{ "q_refuses_negative", -0.5, -ERANGE, 0, 0 },
};

static void
check_multiplier(void **state)
{
	const struct multiplier_case *c = *state;
	struct apui_multiplier q = { 77, 77 };

	assert_int_equal(apui_quantise_multiplier(c->real, &q), c->ret);
	assert_int_equal(q.multiplier, c->ret == 0 ? c->multiplier : 77);
	assert_int_equal(q.shift, c->ret == 0 ? c->shift : 77);
}

/* Values here and below: of a third implementation, in Python and numpy. */
static void
conv_product_is_double_for_int8_and_float_for_uint8(void **state)
{
	const float x = 0.0235294122f, w = 0.00757170515f, y = 0.0393700786f;
	struct apui_multiplier wide, narrow;

	(void)state;
	assert_int_equal(
		apui_quantise_multiplier(
			apui_quantise_conv_scale(APU_DTYPE_INT8, x, w, y),
			&wide),
		0);
	assert_int_equal(
		apui_quantise_multiplier(
			apui_quantise_conv_scale(APU_DTYPE_UINT8, x, w, y),
			&narrow),
		0);
	assert_int_equal(wide.multiplier, 1243879544);
	assert_int_equal(wide.shift, -7);
	assert_int_equal(narrow.multiplier, 1243879559);
	assert_int_equal(narrow.shift, -7);
}

struct bias_case {
	const char *name;
	float x, w, bias, y;
	bool fits;
};

static const struct bias_case bias_cases[] = {
	{ "bias_scale_of_the_product_fits", 0.5f, 0.25f, 0.125f, 1, true },
	{ "bias_scale_off_by_a_hundredth_fits", 0.5f, 0.25f, 0.135f, 1, true },
	{ "bias_scale_off_by_three_hundredths_does_not", 0.5f, 0.25f, 0.155f, 1,
	  false },
	{ "bias_scale_is_measured_by_the_outputs", 0.5f, 0.25f, 0.135f, 0.1f,
	  false },
	{ "bias_without_scale_counts_as_zero", 0.5f, 0.25f, 0, 1, false },
};

static void
check_bias(void **state)
{
	const struct bias_case *c = *state;

	assert_int_equal(apui_quantise_bias_fits(c->x, c->w, c->bias, c->y),
			 c->fits);
}

struct activation_case {
	const char *name;
	int32_t activation;
	enum apu_dtype dtype;
	float scale;
	int32_t zero_point;
	int ret;
	int32_t min, max;
};

static const struct activation_case activation_cases[] = {
	{ "no_activation_is_the_range_of_int8", APUI_ACTIVATION_NONE,
	  APU_DTYPE_INT8, 1, 5, 0, -128, 127 },
	{ "no_activation_is_the_range_of_uint8", APUI_ACTIVATION_NONE,
	  APU_DTYPE_UINT8, 1, 5, 0, 0, 255 },
	{ "relu_begins_at_the_zero_point", APUI_ACTIVATION_RELU, APU_DTYPE_INT8,
	  0.5f, -7, 0, -7, 127 },
	{ "relu6_ends_at_six", APUI_ACTIVATION_RELU6, APU_DTYPE_UINT8, 0.5f, 10,
	  0, 10, 22 },
	{ "relu6_ends_with_the_type", APUI_ACTIVATION_RELU6, APU_DTYPE_UINT8,
	  0.01f, 10, 0, 10, 255 },
	{ "relu6_rounds_half_away", APUI_ACTIVATION_RELU6, APU_DTYPE_INT8, 4,
	  -128, 0, -128, -126 },
	{ "relu6_of_the_smallest_scale_saturates", APUI_ACTIVATION_RELU6,
	  APU_DTYPE_INT8, 1e-45f, 127, 0, 127, 127 },
	{ "relu_n1_to_1_has_two_ends", APUI_ACTIVATION_RELU_N1_TO_1,
	  APU_DTYPE_INT8, 0.1f, 3, 0, -7, 13 },
	{ "relu_n1_to_1_of_the_smallest_scale_saturates",
	  APUI_ACTIVATION_RELU_N1_TO_1, APU_DTYPE_INT8, 1e-45f, 3, 0, -128,
	  127 },
	{ "tanh_is_not_supported", APUI_ACTIVATION_TANH, APU_DTYPE_INT8, 1, 0,
	  -EOPNOTSUPP, 0, 0 },
	{ "sign_bit_is_not_supported", APUI_ACTIVATION_SIGN_BIT, APU_DTYPE_INT8,
	  1, 0, -EOPNOTSUPP, 0, 0 },
};

static void
check_activation(void **state)
{
	const struct activation_case *c = *state;
	int32_t min = 0, max = 0;

	assert_int_equal(apui_quantise_activation(c->activation, c->dtype,
						  c->scale, c->zero_point, &min,
						  &max),
			 c->ret);
	assert_int_equal(min, c->min);
	assert_int_equal(max, c->max);
}

struct add_case {
	const char *name;
	float a, b, y;
	int ret;
	struct apui_add_params want;
};

static const struct add_case add_cases[] = {
	{ "add_of_equal_scales",
	  0.5f,
	  0.5f,
	  0.5f,
	  0,
	  { 20, 1 << 30, 0, 1 << 30, 0, 1 << 30, -18, 0, 0 } },
	{ "add_of_scales_apart",
	  0.25f,
	  0.5f,
	  1,
	  0,
	  { 20, 1 << 30, -1, 1 << 30, 0, 1 << 30, -19, 0, 0 } },
	{ "add_of_odd_scales",
	  0.0235294122f,
	  0.0392156877f,
	  0.0517647043f,
	  0,
	  { 20, 1288490168, -1, 1 << 30, 0, 1626881659, -19, 0, 0 } },
	{ "add_of_scales_far_apart",
	  0.1f,
	  0.00123f,
	  0.11f,
	  0,
	  { 20, 1 << 30, 0, 1690499175, -7, 1952257901, -19, 0, 0 } },
	{ "add_up_to_the_limit",
	  0.5f,
	  0.25f,
	  0x1p-19f,
	  0,
	  { 20, 1 << 30, 0, 1 << 30, -1, 1 << 30, 0, 0, 0 } },
	{ "add_into_too_small_a_scale_is_refused",
	  0.5f,
	  0.25f,
	  0x1p-20f,
	  -ERANGE,
	  { 0 } },
	{ "add_into_the_smallest_scale_is_refused",
	  3e38f,
	  0.25f,
	  1e-45f,
	  -ERANGE,
	  { 0 } },
};

static void
check_add(void **state)
{
	const struct add_case *c = *state;
	struct apui_add_params got = { 0 };

	assert_int_equal(apui_quantise_add(c->a, c->b, c->y, &got), c->ret);
	assert_memory_equal(&got, &c->want, sizeof(got));
}

struct softmax_case {
	const char *name;
	float beta, x;
	int ret;
	struct apui_softmax_params want;
};

static const struct softmax_case softmax_cases[] = {
	{ "softmax_of_a_tenth", 1, 0.1f, 0, { 1717986944, 23, -248 } },
	{ "softmax_of_half_beta", 0.5f, 0.0625f, 0, { 1 << 30, 22, -496 } },
	{ "softmax_of_the_largest_shift", 1, 16, 0, { 1 << 30, 31, 0 } },
	{ "softmax_of_a_huge_scale_keeps_only_the_maximum",
	  1,
	  100,
	  0,
	  { INT32_MAX, 31, 0 } },
	{ "softmax_of_two_to_minus_26_is_refused",
	  1,
	  0x1p-26f,
	  -ERANGE,
	  { 0 } },
	{ "softmax_just_over_it_is_not",
	  1,
	  0x1.8p-26f,
	  0,
	  { 3 << 29, 1, -(31 << 25) } },
	{ "softmax_of_negative_beta_is_refused", -1, 0.1f, -ERANGE, { 0 } },
	{ "softmax_of_beta_nan_is_refused", NAN, 0.1f, -ERANGE, { 0 } },
};

static void
check_softmax(void **state)
{
	const struct softmax_case *c = *state;
	struct apui_softmax_params got = { 0 };

	assert_int_equal(apui_quantise_softmax(c->beta, c->x, &got), c->ret);
	assert_memory_equal(&got, &c->want, sizeof(got));
}

struct mean_case {
	const char *name;
	float x, y;
	uint64_t count;
	int ret;
	int32_t multiplier, shift;
};

static const struct mean_case mean_cases[] = {
	{ "mean_of_one_is_q", 0.5f, 0.5f, 1, 0, 1 << 30, 1 },
	{ "mean_of_four", 0.5f, 0.5f, 4, 0, 1 << 30, -1 },
	{ "mean_of_seven_by_seven", 0.0235294122f, 0.0117647061f, 49, 0,
	  701219150, -3 },
	{ "mean_truncates_the_multiplier", 0.0235294122f, 0.3f, 3, 0, 898293795,
	  -4 },
	{ "mean_keeps_the_shift_over_minus_31", 0x1p-30f, 1, 1000, 0, 4294967,
	  -31 },
	{ "mean_into_too_small_a_scale_is_refused", 1, 0x1p-31f, 4, -ERANGE, 0,
	  0 },
};

static void
check_mean(void **state)
{
	const struct mean_case *c = *state;
	struct apui_multiplier got = { 0, 0 };

	assert_int_equal(apui_quantise_mean(c->x, c->y, c->count, &got),
			 c->ret);
	assert_int_equal(got.multiplier, c->multiplier);
	assert_int_equal(got.shift, c->shift);
}

/* Positions from their definition: one for each place the window may stand. */
static void
check_window(const struct apui_window_1d *w)
{
	int32_t reach = (w->filter - 1) * w->dilation + 1;
	int32_t positions = 0, got = -1, total = 0;
	int64_t pad = -1;
	int ret = apui_window_place(w, &got, &pad);

	if (w->padding == APUI_PADDING_SAME) {
		for (int32_t p = 0; p < w->input; p += w->stride)
			positions++;
		total = (positions - 1) * w->stride + reach - w->input;
	} else {
		for (int32_t p = 0; p + reach <= w->input; p += w->stride)
			positions++;
		if (positions == 0) {
			assert_int_equal(ret, -EINVAL);
			return;
		}
	}
	assert_int_equal(ret, 0);
	assert_int_equal(got, positions);
	assert_int_equal(pad, total > 0 ? total / 2 : 0);
}

static void
window_positions_are_those_of_the_definition(void **state)
{
	(void)state;
	for (int32_t i = 0; i < 13 * 5 * 4 * 3 * 2; i++) {
		const struct apui_window_1d w = {
			.input = i % 13,
			.filter = 1 + i / 13 % 5,
			.stride = 1 + i / (13 * 5) % 4,
			.dilation = 1 + i / (13 * 5 * 4) % 3,
			.padding = i / (13 * 5 * 4 * 3),
		};

		check_window(&w);
	}
}

static void
window_of_the_largest_numbers_does_not_wrap(void **state)
{
	const struct apui_window_1d w = { INT32_MAX, INT32_MAX, 1, INT32_MAX,
					  APUI_PADDING_SAME };
	int32_t positions;
	int64_t pad;

	(void)state;
	assert_int_equal(apui_window_place(&w, &positions, &pad), 0);
	assert_int_equal(positions, INT32_MAX);
	assert_true(pad == ((int64_t)INT32_MAX - 1) * INT32_MAX / 2);
}

struct divisor_case {
	const char *name;
	struct apui_window_1d window;
};

static const struct divisor_case divisor_cases[] = {
	{ "m51_window_of_stride_zero_is_refused", { 8, 3, 0, 1, 0 } },
	{ "m51_window_of_negative_stride_is_refused", { 8, 3, -1, 1, 0 } },
	{ "m53_window_without_taps_is_refused", { 8, 0, 1, 1, 0 } },
	{ "m55_window_of_dilation_zero_is_refused", { 8, 3, 1, 0, 0 } },
};

static void
check_divisor(void **state)
{
	const struct divisor_case *c = *state;
	int32_t positions;
	int64_t pad;

	assert_int_equal(apui_window_place(&c->window, &positions, &pad),
			 -EINVAL);
}

#define MAX_TESTS 128

static struct CMUnitTest tests[MAX_TESTS];
static size_t test_count;

/* Every case begins with its name. */
static void
add_cases_of(const void *cases, size_t count, size_t size, CMUnitTestFunction f)
{
	for (size_t i = 0; i < count; i++) {
		const char *const *c =
			(const void *)((const char *)cases + i * size);

		assert_true(test_count < MAX_TESTS);
		tests[test_count].name = *c;
		tests[test_count].test_func = f;
		tests[test_count++].initial_state = (void *)(uintptr_t)c;
	}
}

#define ADD_CASES(cases, f)                                                    \
	add_cases_of(cases, COUNT(cases), sizeof((cases)[0]), f)

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(
			conv_product_is_double_for_int8_and_float_for_uint8),
		cmocka_unit_test(window_positions_are_those_of_the_definition),
		cmocka_unit_test(window_of_the_largest_numbers_does_not_wrap),
	};

	ADD_CASES(multiplier_cases, check_multiplier);
	ADD_CASES(bias_cases, check_bias);
	ADD_CASES(activation_cases, check_activation);
	ADD_CASES(add_cases, check_add);
	ADD_CASES(softmax_cases, check_softmax);
	ADD_CASES(mean_cases, check_mean);
	ADD_CASES(divisor_cases, check_divisor);
	memcpy(tests + test_count, single, sizeof(single));
	test_count += COUNT(single);
	return _cmocka_run_group_tests("quantise", tests, test_count, NULL,
				       NULL);
}
