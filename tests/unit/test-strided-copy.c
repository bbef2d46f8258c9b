/* SPDX-License-Identifier: MIT */
/* STRIDED_COPY, FILL and COPY, which move bytes. */
#include "support/kernel.h"
#include "test.h"
#include <stdbool.h>
#include <string.h>

#define ROUNDS 500

#define EINVAL_       APUI_RESULT_EINVAL
#define PARAMS(field) KERNEL_FIELD(params.strided_copy.field)

static const uint8_t types[] = { APUI_TYPE_INT8,    APUI_TYPE_INT16,
				 APUI_TYPE_FLOAT32, APUI_TYPE_INT64,
				 APUI_TYPE_BOOL,    APUI_TYPE_FLOAT64 };

/* Strides such that the block is inside a tensor of *count elements. */
static void
init_side(struct random *random, const struct apui_strided_copy_params *params,
	  int32_t *strides, uint32_t *offset, int32_t *count, bool is_output)
{
	int64_t first = 0, last = 0, next = 1;

	for (unsigned int i = params->rank; i-- > 0;) {
		int32_t stride = (int32_t)next + random_range(random, 0, 2);

		/* No element of the output twice: the order would count. */
		next = (int64_t)stride * params->lengths[i];
		if (!is_output && random_range(random, 0, 3) == 0)
			stride = 0;
		if (random_range(random, 0, 2) == 0)
			stride = -stride;
		strides[i] = stride;
		if (stride < 0)
			first += (int64_t)stride * (params->lengths[i] - 1);
		else
			last += (int64_t)stride * (params->lengths[i] - 1);
	}
	*offset = (uint32_t)-first + (uint32_t)random_range(random, 0, 2);
	*count = (int32_t)(*offset + last + 1) + random_range(random, 0, 2);
}

static void
init_random(struct kernel_case *kernel, struct random *random)
{
	struct apui_strided_copy_params *params = &kernel->params.strided_copy;
	uint8_t type = types[random_range(random, 0, COUNT(types) - 1)];
	int32_t in_count, out_count;
	struct apui_fw_tensor *x = &kernel->inputs[0];

	kernel_init(kernel);
	params->rank = (uint32_t)random_range(random, 0, 5);
	for (unsigned int i = 0; i < params->rank; i++)
		params->lengths[i] = random_range(random, 1, 4);
	init_side(random, params, params->in_strides, &params->in_offset,
		  &in_count, false);
	init_side(random, params, params->out_strides, &params->out_offset,
		  &out_count, true);
	kernel_input(kernel, type, 0, 1, &in_count, NULL);
	random_bytes(random, x->data, x->size_bytes);
	kernel_output(kernel, type, 0, 1, &out_count);
}

/* The block into @expected, by the number of each of its elements. */
static void
slow_copy(const struct kernel_case *kernel, uint8_t *expected)
{
	const struct apui_strided_copy_params *p = &kernel->params.strided_copy;
	const uint8_t *x = kernel->inputs[0].data;
	size_t bytes = apui_fw_type_bytes(kernel->output.type);
	int64_t count = 1;

	for (unsigned int i = 0; i < p->rank; i++)
		count *= p->lengths[i];
	for (int64_t n = 0; n < count; n++) {
		int64_t from = p->in_offset, to = p->out_offset, left = n;

		for (unsigned int i = p->rank; i-- > 0;) {
			int64_t position = left % p->lengths[i];

			left /= p->lengths[i];
			from += position * p->in_strides[i];
			to += position * p->out_strides[i];
		}
		memcpy(expected + to * (int64_t)bytes,
		       x + from * (int64_t)bytes, bytes);
	}
}

static void
copy_agrees_with_a_slow_formula(void **state)
{
	struct random random = { 23 };
	struct kernel_case kernel;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t *expected;

		init_random(&kernel, &random);
		expected = test_malloc(kernel.output.size_bytes);
		memcpy(expected, kernel.output.data, kernel.output.size_bytes);
		slow_copy(&kernel, expected);
		assert_int_equal(kernel_run(&kernel, apui_kernel_strided_copy),
				 APUI_RESULT_OK);
		assert_memory_equal(kernel.output.data, expected,
				    kernel.output.size_bytes);
		test_free(expected);
		kernel_finish(&kernel);
	}
}

/* Rows of 3 out of rows of 4, in reverse order. */
static void
init_good(struct kernel_case *kernel)
{
	static const int16_t x[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	kernel_init(kernel);
	kernel_input(kernel, APUI_TYPE_INT16, 0, 2, DIMS(2, 4), x);
	kernel_output(kernel, APUI_TYPE_INT16, 0, 2, DIMS(2, 3));
	kernel->params.strided_copy = (struct apui_strided_copy_params) {
		.rank = 2,
		.in_offset = 5,
		.lengths = { 2, 3 },
		.in_strides = { -4, 1 },
		.out_strides = { 3, 1 },
	};
}

static void
copy_by_hand(void **state)
{
	static const int16_t expected[] = { 6, 7, 8, 2, 3, 4 };
	struct kernel_case kernel;

	(void)state;
	init_good(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_strided_copy),
			 APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, expected, sizeof(expected));
	kernel_finish(&kernel);
}

static void
copy_of_nothing_touches_nothing(void **state)
{
	struct kernel_case kernel;
	const uint8_t *out;

	(void)state;
	init_good(&kernel);
	out = kernel.output.data;
	kernel.params.strided_copy.lengths[0] = 0;
	/* Nowhere near the tensor. */
	kernel.params.strided_copy.in_offset = UINT32_MAX;
	assert_int_equal(kernel_run(&kernel, apui_kernel_strided_copy),
			 APUI_RESULT_OK);
	for (size_t i = 0; i < kernel.output.size_bytes; i++)
		assert_int_equal(out[i], 0xcc);
	kernel_finish(&kernel);
}

static const struct kernel_refusal copy_refusals[] = {
	{ "copy_of_nine_dimensions_is_refused", PARAMS(rank), 9, EINVAL_ },
	{ "copy_of_a_negative_length_is_refused", PARAMS(lengths[0]),
	  UINT32_MAX, EINVAL_ },
	{ "copy_from_behind_the_input_is_refused", PARAMS(in_offset), 6,
	  EINVAL_ },
	{ "copy_from_before_the_input_is_refused", PARAMS(in_offset), 3,
	  EINVAL_ },
	{ "copy_from_far_behind_the_input_is_refused", PARAMS(in_offset),
	  UINT32_MAX, EINVAL_ },
	{ "copy_from_too_long_a_row_is_refused", PARAMS(lengths[1]), 4,
	  EINVAL_ },
	{ "copy_from_too_many_rows_is_refused", PARAMS(lengths[0]), 3,
	  EINVAL_ },
	{ "copy_with_the_largest_length_is_refused", PARAMS(lengths[0]),
	  INT32_MAX, EINVAL_ },
	{ "copy_with_the_smallest_stride_is_refused", PARAMS(in_strides[0]),
	  0x80000000, EINVAL_ },
	{ "copy_to_behind_the_output_is_refused", PARAMS(out_offset), 1,
	  EINVAL_ },
	{ "copy_to_before_the_output_is_refused", PARAMS(out_strides[0]),
	  0xfffffffd, EINVAL_ },
	{ "copy_with_the_largest_stride_is_refused", PARAMS(out_strides[0]),
	  INT32_MAX, EINVAL_ },
	{ "copy_of_one_type_to_another_is_refused", KERNEL_FIELD(output.type),
	  APUI_TYPE_INT8, EINVAL_ },
};

static void
check_copy_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_good(&kernel);
	assert_int_equal(
		kernel_run_spoilt(&kernel, apui_kernel_strided_copy, row),
		row->result);
	kernel_finish(&kernel);
}

/* Eight reaches of 2^62 each: their sum would not fit in 64 bits. */
static void
copy_whose_reach_overflows_is_refused(void **state)
{
	static const int32_t strides[] = { -INT32_MAX, INT32_MAX };
	struct kernel_case kernel;
	struct apui_strided_copy_params *params = &kernel.params.strided_copy;

	(void)state;
	for (size_t k = 0; k < COUNT(strides); k++) {
		init_good(&kernel);
		params->rank = 8;
		for (unsigned int i = 0; i < 8; i++) {
			params->lengths[i] = INT32_MAX;
			params->in_strides[i] = strides[k];
		}
		assert_int_equal(kernel_run(&kernel, apui_kernel_strided_copy),
				 APUI_RESULT_EINVAL);
		kernel_finish(&kernel);
	}
}

static void
fill_repeats_an_element_of_any_type(void **state)
{
	static const uint8_t value[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	for (size_t t = 0; t < COUNT(types); t++) {
		size_t bytes = apui_fw_type_bytes(types[t]);
		struct kernel_case kernel;
		const uint8_t *out;

		kernel_init(&kernel);
		/* More than a block of the kernel, and no multiple of it. */
		out = kernel_output(&kernel, types[t], 0, 2, DIMS(7, 61));
		memcpy(kernel.params.fill.value, value, bytes);
		assert_int_equal(kernel_run(&kernel, apui_kernel_fill),
				 APUI_RESULT_OK);
		for (size_t i = 0; i < kernel.output.size_bytes; i++)
			assert_int_equal(out[i], value[i % bytes]);
		kernel_finish(&kernel);
	}
}

static void
fill_with_more_than_an_element_is_refused(void **state)
{
	struct kernel_case kernel;

	(void)state;
	kernel_init(&kernel);
	kernel_output(&kernel, APUI_TYPE_INT16, 0, 1, DIMS(3));
	kernel.params.fill.value[2] = 1;
	assert_int_equal(kernel_run(&kernel, apui_kernel_fill),
			 APUI_RESULT_EINVAL);
	kernel_finish(&kernel);
}

static void
init_bytes(struct kernel_case *kernel)
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
	init_bytes(&kernel);
	assert_int_equal(kernel_run(&kernel, apui_kernel_copy), APUI_RESULT_OK);
	assert_memory_equal(kernel.output.data, kernel.inputs[0].data, 16);
	kernel_finish(&kernel);
}

static const struct kernel_refusal byte_refusals[] = {
	{ "copy_to_another_size_is_refused", KERNEL_FIELD(output.size_bytes),
	  12, EINVAL_ },
	/* BITCAST is a copy, too. */
	{ "copy_to_another_type_is_accepted", KERNEL_FIELD(output.type),
	  APUI_TYPE_FLOAT32, 0 },
};

static void
check_byte_refusal(void **state)
{
	const struct kernel_refusal *row = *state;
	struct kernel_case kernel;

	init_bytes(&kernel);
	assert_int_equal(kernel_run_spoilt(&kernel, apui_kernel_copy, row),
			 row->result);
	kernel_finish(&kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(copy_by_hand),
	cmocka_unit_test(copy_agrees_with_a_slow_formula),
	cmocka_unit_test(copy_of_nothing_touches_nothing),
	cmocka_unit_test(copy_whose_reach_overflows_is_refused),
	cmocka_unit_test(fill_repeats_an_element_of_any_type),
	cmocka_unit_test(fill_with_more_than_an_element_is_refused),
	cmocka_unit_test(copy_keeps_the_bytes_of_another_shape),
};

int
main(void)
{
	struct CMUnitTest
		all[COUNT(tests) + COUNT(copy_refusals) + COUNT(byte_refusals)];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tests); i++)
		all[count++] = tests[i];
	ADD_ROWS(copy_refusals, check_copy_refusal);
	ADD_ROWS(byte_refusals, check_byte_refusal);
	return cmocka_run_group_tests_name("strided-copy", all, NULL, NULL);
}
