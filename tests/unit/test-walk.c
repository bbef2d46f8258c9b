/* SPDX-License-Identifier: MIT */
#include "firmware/kernels/ref/walk.h"
#include "support/kernel.h"
#include "test.h"

#define ROUNDS 2000

static void
init_call(struct kernel_case *kernel, struct apui_fw_call *call)
{
	*call = (struct apui_fw_call) {
		.host = &kernel->host.host,
		.inputs = kernel->inputs,
		.outputs = &kernel->output,
		.input_count = kernel->input_count,
		.output_count = 1,
	};
}

/* An output of rank 0 to 5, and inputs that leave out what they may. */
static void
init_random(struct kernel_case *kernel, struct random *random)
{
	int32_t dims[5], rank = random_range(random, 0, 5);
	unsigned int inputs = (unsigned int)random_range(random, 1, 3);

	for (int i = 0; i < rank; i++)
		dims[i] = random_range(random, 0, 15) == 0
				  ? 0
				  : random_range(random, 1, 4);
	kernel_init(kernel);
	for (unsigned int k = 0; k < inputs; k++) {
		/* The first has the whole shape, so that it is reached. */
		int32_t missing = k == 0 ? 0 : random_range(random, 0, rank);
		int32_t own[5] = { 0 };

		for (int i = missing; i < rank; i++)
			own[i - missing] =
				k > 0 && random_range(random, 0, 2) == 0
					? 1
					: dims[i];
		kernel_input(kernel, APUI_TYPE_UINT8, 0,
			     (uint8_t)(rank - missing), own, NULL);
	}
	kernel_output(kernel, APUI_TYPE_UINT8, 0, (uint8_t)rank, dims);
}

/* Where element @at of the output comes from. */
static size_t
slow_place(const struct apui_fw_tensor *x, const struct apui_fw_tensor *y,
	   size_t at)
{
	size_t place = 0, step = 1;

	for (int i = y->rank - 1, j = x->rank - 1; j >= 0; i--, j--) {
		if (x->dims[j] != 1)
			place += at % (size_t)y->dims[i] * step;
		at /= (size_t)y->dims[i];
		step *= (size_t)x->dims[j];
	}
	return place;
}

static void
every_element_is_at_its_place(void **state)
{
	struct random random = { 5 };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct kernel_case kernel;
		struct apui_fw_call call;
		struct apui_walk walk;
		size_t done = 0;

		init_random(&kernel, &random);
		init_call(&kernel, &call);
		assert_int_equal(
			apui_walk_begin(&walk, &call, kernel.input_count),
			APUI_RESULT_OK);
		for (; apui_walk_next(&walk); done += walk.length) {
			assert_int_equal(walk.y_at, done);
			for (size_t j = 0; j < walk.length; j++)
				for (unsigned int k = 0; k < call.input_count;
				     k++)
					assert_int_equal(
						walk.at[k] + j * walk.step[k],
						slow_place(&kernel.inputs[k],
							   &kernel.output,
							   done + j));
		}
		assert_int_equal(walk.result, APUI_RESULT_OK);
		assert_int_equal(done, kernel.output.size_bytes);
		kernel_finish(&kernel);
	}
}

static void
reset_ends_it(void **state)
{
	struct kernel_case kernel;
	struct apui_fw_call call;
	struct apui_walk walk;
	size_t done = 0;

	(void)state;
	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_UINT8, 0, 1, DIMS(1 << 20), NULL);
	kernel_output(&kernel, APUI_TYPE_UINT8, 0, 1, DIMS(1 << 20));
	kernel.host.cancel_after = 1;
	init_call(&kernel, &call);
	assert_int_equal(apui_walk_begin(&walk, &call, 1), APUI_RESULT_OK);
	for (; apui_walk_next(&walk); done += walk.length)
		;
	assert_int_equal(walk.result, APUI_RESULT_ECANCELED);
	assert_in_range(done, 1, (1 << 20) - 1);
	kernel_finish(&kernel);
}

static const struct {
	const char *name;
	int32_t a[2], b[2], y[2];
	uint8_t y_rank;
} refused[] = {
	{ "lengths_differ", { 2, 3 }, { 2, 4 }, { 2, 4 }, 2 },
	{ "output_is_longer", { 1, 3 }, { 1, 3 }, { 2, 3 }, 2 },
	{ "output_is_shorter", { 2, 3 }, { 2, 3 }, { 2, 1 }, 2 },
	{ "output_is_empty", { 2, 3 }, { 2, 3 }, { 2, 0 }, 2 },
	{ "rank_is_lower", { 1, 3 }, { 1, 3 }, { 3 }, 1 },
};

static void
check_refused(void **state)
{
	size_t row = (size_t)(uintptr_t)*state;
	struct kernel_case kernel;
	struct apui_fw_call call;
	struct apui_walk walk;

	kernel_init(&kernel);
	kernel_input(&kernel, APUI_TYPE_UINT8, 0, 2, refused[row].a, NULL);
	kernel_input(&kernel, APUI_TYPE_UINT8, 0, 2, refused[row].b, NULL);
	kernel_output(&kernel, APUI_TYPE_UINT8, 0, refused[row].y_rank,
		      refused[row].y);
	init_call(&kernel, &call);
	assert_int_equal(apui_walk_begin(&walk, &call, 2), APUI_RESULT_EINVAL);
	kernel_finish(&kernel);
}

int
main(void)
{
	struct CMUnitTest tests[2 + COUNT(refused)] = {
		cmocka_unit_test(every_element_is_at_its_place),
		cmocka_unit_test(reset_ends_it),
	};

	for (size_t i = 0; i < COUNT(refused); i++)
		tests[2 + i] = (struct CMUnitTest) {
			.name = refused[i].name,
			.test_func = check_refused,
			.initial_state = (void *)(uintptr_t)i,
		};
	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
