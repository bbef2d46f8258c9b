/* SPDX-License-Identifier: MIT */
/* PAD and COPY, which move bytes. */
#include "support/kernel.h"
#include "test.h"
#include <string.h>

#define ROUNDS 500

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	uint8_t type = random_type(random);
	uint8_t rank = (uint8_t)random_range(random, 1, 6);
	struct apui_fw_tensor *x = &kernel->inputs[0];
	int32_t dims[6], y_dims[6];

	kernel_init(kernel);
	kernel->params.pad.value = random_zero_point(random, type);
	for (unsigned int i = 0; i < rank; i++) {
		int32_t before = random_range(random, 0, 2);

		kernel->params.pad.before[i] = before;
		/* Now and then an empty input: all of it is padding. */
		dims[i] = random_range(random, 0, 20) == 0
				  ? 0
				  : random_range(random, 1, 4);
		y_dims[i] = dims[i] + before + random_range(random, 0, 2);
	}
	kernel_input(kernel, type, 0, rank, dims, NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_output(kernel, type, 0, rank, y_dims);
}

static int32_t
slow_pad(const struct kernel_case *kernel, size_t at)
{
	const struct apui_pad_params *params = &kernel->params.pad;
	const struct apui_fw_tensor *x = &kernel->inputs[0];
	const struct apui_fw_tensor *y = &kernel->output;
	size_t from = 0, step = 1;

	for (unsigned int i = y->rank; i-- > 0;) {
		int32_t position =
			(int32_t)(at % (size_t)y->dims[i]) - params->before[i];

		if (position < 0 || position >= x->dims[i])
			return params->value;
		from += (size_t)position * step;
		step *= (size_t)x->dims[i];
		at /= (size_t)y->dims[i];
	}
	return kernel_value(x, from);
}

static void
pad_agrees_with_a_slow_formula(void **state)
{
	struct random random = { 19 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		init_random(&kernel, &random);
		assert_int_equal(kernel_run(&kernel, apui_kernel_pad),
				 APUI_RESULT_OK);
		for (size_t j = 0; j < kernel.output.size_bytes; j++)
			assert_int_equal(kernel_value(&kernel.output, j),
					 slow_pad(&kernel, j));
		kernel_finish(&kernel);
	}
}

static void
init_good(struct kernel_case *kernel)
{
	static const int8_t x[] = { 1, 2 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT8, 0, 2, DIMS(1, 2), x);
	kernel_output(kernel, APUI_TYPE_INT8, 0, 2, DIMS(2, 4));
	kernel->params.pad = (struct apui_pad_params) {
		.before = { 1, 1 },
		.value = -9,
	};
}

static void
pad_by_hand(void **state)
{
	static const int8_t expected[] = { -9, -9, -9, -9, -9, 1, 2, -9 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_pad), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

#define EINVAL_       APUI_RESULT_EINVAL
#define PARAMS(field) KERNEL_FIELD(params.pad.field)

static const struct kernel_refusal pad_refusals[] = {
	{ "pad_by_a_negative_number_is_refused", PARAMS(before[0]), UINT32_MAX,
	  EINVAL_ },
	{ "pad_beyond_the_output_is_refused", PARAMS(before[1]), 3, EINVAL_ },
	{ "pad_that_overflows_is_refused", PARAMS(before[1]), INT32_MAX,
	  EINVAL_ },
	{ "pad_to_a_smaller_output_is_refused", KERNEL_FIELD(output.dims[1]), 1,
	  EINVAL_ },
	{ "pad_to_another_rank_is_refused", KERNEL_FIELD(output.rank), 3,
	  EINVAL_ },
	{ "pad_to_another_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_UINT8, EINVAL_ },
	{ "pad_of_float_is_refused", KERNEL_FIELD(inputs[0].type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
	{ "pad_with_a_value_above_the_type_is_refused", PARAMS(value), 128,
	  EINVAL_ },
	{ "pad_with_a_value_below_the_type_is_refused", PARAMS(value),
	  0xffffff7f, EINVAL_ },
};

static void
check_pad_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_pad, row),
			 row->result);
	kernel_finish(&kernel);
}

static void
pad_of_a_scalar_is_refused(void **state)
{
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_INT8, 0, 0, NULL, NULL);
	kernel_output(&kernel, APUI_TYPE_INT8, 0, 0, NULL);
	assert_int_equal(kernel_run(&kernel, apui_kernel_pad),
			 APUI_RESULT_EINVAL);
	kernel_finish(&kernel);
}

static void
init_copy(struct kernel_case *kernel)
{
	static const int32_t x[] = { 1, -2, INT32_MAX, INT32_MIN };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT32, 0, 2, DIMS(2, 2), x);
	kernel_output(kernel, APUI_TYPE_INT32, 0, 3, DIMS(1, 4, 1));
}

static void
copy_keeps_the_bytes_of_another_shape(void **state)
{
	struct kernel_case kernel;

	(void)state;
	init_copy(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_copy), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, kernel.inputs[0].data, 16);
	kernel_finish(&kernel);
}

static const struct kernel_refusal copy_refusals[] = {
	{ "copy_to_another_size_is_refused", KERNEL_FIELD(output.size_bytes),
	  12, EINVAL_ },
	{ "copy_to_another_type_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_FLOAT32, EINVAL_ },
};

static void
check_copy_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_copy(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_copy, row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(pad_by_hand),
	cmocka_unit_test(pad_agrees_with_a_slow_formula),
	cmocka_unit_test(pad_of_a_scalar_is_refused),
	cmocka_unit_test(copy_keeps_the_bytes_of_another_shape),
};

int
main(void)
{
	struct CMUnitTest
		all[COUNT(tests) + COUNT(pad_refusals) + COUNT(copy_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(pad_refusals, check_pad_refusal);
	ADD_ROWS(copy_refusals, check_copy_refusal);
	return cmocka_run_group_tests_name("pad", all, NULL, NULL);
}
