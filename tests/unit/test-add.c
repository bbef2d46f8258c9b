/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"

#define ROUNDS 600

/* Shapes that broadcast to a random one, of rank 0 to 6. */
struct shapes {
	uint8_t a_rank, b_rank, rank;
	int32_t a[APUI_PROGRAM_MAX_RANK], b[APUI_PROGRAM_MAX_RANK],
		y[APUI_PROGRAM_MAX_RANK];
};

static struct shapes
random_shapes(struct random *random)
{
	struct shapes s = { .rank = (uint8_t)random_range(random, 0, 6) };
	uint8_t shorter = (uint8_t)random_range(random, 0, s.rank);
	int a_is_shorter = random_range(random, 0, 1);

	s.a_rank = a_is_shorter ? shorter : s.rank;
	s.b_rank = a_is_shorter ? s.rank : shorter;
	for (int i = 0; i < s.rank; i++) {
		int a_at = i - (s.rank - s.a_rank);
		int b_at = i - (s.rank - s.b_rank);
		int one = random_range(random, 0, 4);

		s.y[i] = random_range(random, 1, 4);
		if (a_at >= 0)
			s.a[a_at] = one == 0 && b_at >= 0 ? 1 : s.y[i];
		if (b_at >= 0)
			s.b[b_at] = one == 1 && a_at >= 0 ? 1 : s.y[i];
	}
	return s;
}

static void
init_random(struct kernel_case *kernel, struct random *random,
	    const struct shapes *s)
{
	uint8_t type = random_type(random);
	struct apui_fw_tensor *inputs = kernel->inputs;

	kernel_init(kernel);
	kernel_input(kernel, type, random_zero_point(random, type), s->a_rank,
		     s->a, NULL);
	kernel_input(kernel, type, random_zero_point(random, type), s->b_rank,
		     s->b, NULL);
	random_bytes(random, inputs[0].data, inputs[0].size_bytes);
	random_bytes(random, inputs[1].data, inputs[1].size_bytes);
	kernel_output(kernel, type, random_zero_point(random, type), s->rank,
		      s->y);
	kernel->params.add = (struct apui_add_params) {
		.left_shift = 20,
		.a_multiplier = random_range(random, 1 << 30, INT32_MAX),
		.a_shift = random_range(random, -4, 0),
		.b_multiplier = random_range(random, 1 << 30, INT32_MAX),
		.b_shift = random_range(random, -4, 0),
		.out_multiplier = random_range(random, 1 << 30, INT32_MAX),
		.out_shift = random_range(random, -20, -17),
		.act_min = type_min(type) + random_range(random, 0, 40),
		.act_max = type_max(type) - random_range(random, 0, 40),
	};
}

/* Where element @at of an output of @rank and @dims comes from in @tensor. */
static size_t
broadcast(const struct apui_fw_tensor *tensor, size_t at,
	  const struct apui_fw_tensor *y)
{
	size_t from = 0, step = 1;

	for (int i = y->rank - 1; i >= 0; i--) {
		int j = i - (y->rank - tensor->rank);
		size_t position = at % (size_t)y->dims[i];

		at /= (size_t)y->dims[i];
		if (j < 0)
			break;
		if (tensor->dims[j] != 1)
			from += position * step;
		step *= (size_t)tensor->dims[j];
	}
	return from;
}

static int32_t
slow_add(const struct kernel_case *kernel, size_t at)
{
	const struct apui_add_params *params = &kernel->params.add;
	const struct apui_fw_tensor *a = &kernel->inputs[0];
	const struct apui_fw_tensor *b = &kernel->inputs[1];
	const struct apui_fw_tensor *y = &kernel->output;
	int64_t a_value = kernel_value(a, broadcast(a, at, y)) - a->zero_point;
	int64_t b_value = kernel_value(b, broadcast(b, at, y)) - b->zero_point;
	int64_t sum =
		(int64_t)slow_scale(a_value * (1 << 20), params->a_multiplier,
				    params->a_shift) +
		slow_scale(b_value * (1 << 20), params->b_multiplier,
			   params->b_shift);

	return slow_clamp((int64_t)slow_scale(sum, params->out_multiplier,
					      params->out_shift) +
				  y->zero_point,
			  params->act_min, params->act_max);
}

static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 16 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct shapes shapes = random_shapes(&random);

		init_random(&kernel, &random, &shapes);
		assert_int_equal(kernel_run(&kernel, apui_kernel_add),
				 APUI_RESULT_OK);
		for (size_t j = 0; j < kernel.output.size_bytes; j++)
			assert_int_equal(kernel_value(&kernel.output, j),
					 slow_add(&kernel, j));
		kernel_finish(&kernel);
	}
}

/* A column of two and a row of three; all scales 1. */
static void
init_good(struct kernel_case *kernel)
{
	static const int8_t a[] = { 10, 110 }, b[] = { 1, 20, 30 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 1), a);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 1, DIMS(3), b);
	kernel_output(kernel, APUI_TYPE_INT8, -1, 2, DIMS(2, 3));
	kernel->params.add = (struct apui_add_params) {
		.left_shift = 20,
		.a_multiplier = 1 << 30,
		.b_multiplier = 1 << 30,
		.out_multiplier = 1 << 30,
		.out_shift = -18,
		.act_min = -128,
		.act_max = 127,
	};
}

static void
row_and_column_by_hand(void **state)
{
	static const int8_t expected[] = { 10, 29, 39, 110, 127, 127 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_add), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static void
squared_difference_of_16_bits_is_refused(void **state)
{
	static const struct kernel_refusal of_16_bits = {
		"", KERNEL_FIELD(output.type), APUI_TYPE_INT16,
		APUI_RESULT_EINVAL
	};
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	kernel.inputs[0].type = kernel.inputs[1].type = APUI_TYPE_INT16;
	assert_int_equal(kernel_run_spoilt(&kernel,
					   apui_kernel_squared_difference,
					   &of_16_bits),
			 of_16_bits.result);
	kernel_finish(&kernel);
}

#define EINVAL_       APUI_RESULT_EINVAL
#define PARAMS(field) KERNEL_FIELD(params.add.field)

static const struct kernel_refusal refusals[] = {
	{ "output_of_lower_rank_is_refused", KERNEL_FIELD(output.rank), 1,
	  EINVAL_ },
	{ "output_of_higher_rank_is_refused", KERNEL_FIELD(output.rank), 3,
	  EINVAL_ },
	{ "lengths_that_differ_are_refused", KERNEL_FIELD(inputs[1].dims[0]), 2,
	  EINVAL_ },
	{ "output_longer_than_both_is_refused", KERNEL_FIELD(output.dims[0]), 3,
	  EINVAL_ },
	{ "output_of_length_1_is_refused", KERNEL_FIELD(output.dims[1]), 1,
	  EINVAL_ },
	{ "empty_output_is_refused", KERNEL_FIELD(output.dims[1]), 0, EINVAL_ },
	{ "second_input_of_other_type_is_refused", KERNEL_FIELD(inputs[1].type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "output_of_other_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "zero_point_out_of_range_is_refused",
	  KERNEL_FIELD(inputs[0].zero_point), 128, EINVAL_ },
	{ "negative_left_shift_is_refused", PARAMS(left_shift), UINT32_MAX,
	  EINVAL_ },
	{ "left_shift_31_is_refused", PARAMS(left_shift), 31, EINVAL_ },
	{ "a_shift_31_is_refused", PARAMS(a_shift), 31, EINVAL_ },
	{ "b_shift_minus_32_is_refused", PARAMS(b_shift), 0xffffffe0, EINVAL_ },
	{ "out_shift_31_is_refused", PARAMS(out_shift), 31, EINVAL_ },
	{ "act_max_above_the_type_is_refused", PARAMS(act_max), 128, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_add, row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(row_and_column_by_hand),
	cmocka_unit_test(squared_difference_of_16_bits_is_refused),
	cmocka_unit_test(agrees_with_a_slow_formula),
};

int
main(void)
{
	struct CMUnitTest all[COUNT(tests) + COUNT(refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(refusals, check_refusal);
	return cmocka_run_group_tests_name("add", all, NULL, NULL);
}
