/* SPDX-License-Identifier: MIT */
#include "support/kernel.h"
#include "test.h"

#define ROUNDS 500

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	uint8_t type = random_type(random);
	uint8_t rank = (uint8_t)random_range(random, 0, 6);
	uint32_t axes = (uint32_t)random_range(random, 0, (1 << rank) - 1);
	int keep = random_range(random, 0, 1);
	struct apui_fw_tensor *x = &kernel->inputs[0];
	int32_t dims[6], y_dims[6];
	uint8_t y_rank = 0;

	for (unsigned int i = 0; i < rank; i++) {
		int reduced = axes >> i & 1;

		dims[i] = random_range(random, 1, 5);
		if (!reduced || keep)
			y_dims[y_rank++] = reduced ? 1 : dims[i];
	}
	kernel_init(kernel);
	kernel_input(kernel, type, random_zero_point(random, type), rank, dims,
		     NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_output(kernel, type, random_zero_point(random, type), y_rank,
		      y_dims);
	kernel->params.mean = (struct apui_mean_params) {
		.axes = axes,
		.multiplier = random_range(random, 1 << 29, INT32_MAX),
		.shift = random_range(random, -8, 1),
	};
}

/* The number, among the elements that are kept, of element @at of x. */
static size_t
find_kept(const struct apui_fw_tensor *x, uint32_t axes, size_t at)
{
	size_t kept = 0, step = 1;

	for (unsigned int i = x->rank; i-- > 0;) {
		size_t length = (size_t)x->dims[i];

		if ((axes >> i & 1) == 0) {
			kept += at % length * step;
			step *= length;
		}
		at /= length;
	}
	return kept;
}

static void
agrees_with_a_slow_formula(void **state)
{
	struct random random = { 17 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const struct apui_mean_params *params = &kernel.params.mean;
		const struct apui_fw_tensor *x = &kernel.inputs[0];
		const struct apui_fw_tensor *y = &kernel.output;
		int64_t sums[15625] = { 0 };

		init_random(&kernel, &random);
		for (size_t j = 0; j < x->size_bytes; j++)
			sums[find_kept(x, params->axes, j)] +=
				kernel_value(x, j) - x->zero_point;
		assert_int_equal(kernel_run(&kernel, apui_kernel_mean),
				 APUI_RESULT_OK);
		for (size_t j = 0; j < y->size_bytes; j++)
			assert_int_equal(
				kernel_value(y, j),
				slow_clamp((int64_t)slow_scale(
						   sums[j], params->multiplier,
						   params->shift) +
						   y->zero_point,
					   type_min(y->type),
					   type_max(y->type)));
		kernel_finish(&kernel);
	}
}

/* [2, 2] over its rows. */
static void
init_good(struct kernel_case *kernel)
{
	static const int8_t x[] = { 1, 2, 4, -8 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 2), x);
	kernel_output(kernel, APUI_TYPE_INT8, 10, 1, DIMS(2));
	kernel->params.mean = (struct apui_mean_params) {
		.axes = 1,
		.multiplier = 1 << 30,
		.shift = 0,
	};
}

static void
columns_by_hand(void **state)
{
	/* 2.5 goes up, and -3. */
	static const int8_t expected[] = { 13, 7 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_mean), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

#define EINVAL_ APUI_RESULT_EINVAL

static const struct kernel_refusal refusals[] = {
	{ "axis_beyond_the_rank_is_refused", KERNEL_FIELD(params.mean.axes), 4,
	  EINVAL_ },
	{ "axis_31_is_refused", KERNEL_FIELD(params.mean.axes), 0x80000001,
	  EINVAL_ },
	{ "shift_31_is_refused", KERNEL_FIELD(params.mean.shift), 31, EINVAL_ },
	{ "other_output_size_is_refused", KERNEL_FIELD(output.size_bytes), 3,
	  EINVAL_ },
	{ "empty_input_is_refused", KERNEL_FIELD(inputs[0].size_bytes), 0,
	  EINVAL_ },
	{ "other_type_is_refused", KERNEL_FIELD(output.type), APUI_TYPE_UINT8,
	  EINVAL_ },
	{ "zero_point_out_of_range_is_refused", KERNEL_FIELD(output.zero_point),
	  0xffffff7f, EINVAL_ },
};

static void
check_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_mean, row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(columns_by_hand),
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
	return cmocka_run_group_tests_name("mean", all, NULL, NULL);
}
