/* SPDX-License-Identifier: MIT */

/*
 * How much work a kernel does between two looks at the reset line: at most
 * 262,144 elements, though all of its elements are one line. What has larger
 * units is in docs/program-format.md.
 */

#include "support/kernel.h"
#include "test.h"
#include <stdio.h>

#define PACE    262144
#define LENGTH  (8 * PACE)
#define F32     APUI_TYPE_FLOAT32
#define I8      APUI_TYPE_INT8
#define I16     APUI_TYPE_INT16
#define I32     APUI_TYPE_INT32
#define I64     APUI_TYPE_INT64
#define BOOLEAN APUI_TYPE_BOOL

/* Inputs and outputs are vectors; a length of 0 stands for LENGTH. */
struct vector {
	uint8_t type;
	int32_t length;
};

struct row {
	const char *name;
	apui_kernel_fn run;
	struct vector inputs[3], outputs[3];
	union apui_params params;
	uint8_t columns; /* the output is [LENGTH, 1] */
};

/* clang-format off */
static const struct row rows[] = {
	{ .name = "copy", .run = apui_kernel_copy,
	  .inputs = { { .type = I32 } }, .outputs = { { .type = I32 } } },
	{ .name = "cumsum_of_int32", .run = apui_kernel_cumsum,
	  .inputs = { { .type = I32 } }, .outputs = { { .type = I32 } } },
	{ .name = "cumsum_of_int64_from_the_end", .run = apui_kernel_cumsum,
	  .inputs = { { .type = I64 } }, .outputs = { { .type = I64 } },
	  .params.cumsum.is_reverse = 1 },
	{ .name = "cumsum_of_float32", .run = apui_kernel_cumsum,
	  .inputs = { { .type = F32 } }, .outputs = { { .type = F32 } } },
	{ .name = "where", .run = apui_kernel_where,
	  .inputs = { { .type = I8 } },
	  .outputs = { { .type = I64 }, { .type = I32, .length = 1 },
		       { .type = BOOLEAN } },
	  .columns = 1 },
	{ .name = "strided_copy", .run = apui_kernel_strided_copy,
	  .inputs = { { .type = I16 } }, .outputs = { { .type = I16 } },
	  .params.strided_copy = { .rank = 1, .lengths = { LENGTH / 2 },
				   .in_strides = { 2 },
				   .out_strides = { 2 } } },
	{ .name = "sum", .run = apui_kernel_reduce,
	  .inputs = { { .type = I32 } },
	  .outputs = { { .type = I32, .length = 1 } },
	  .params.reduce = { .function = APUI_REDUCTION_SUM, .axes = 1 } },
	{ .name = "greatest", .run = apui_kernel_arg_minmax,
	  .inputs = { { .type = F32 } },
	  .outputs = { { .type = I32, .length = 1 } } },
	{ .name = "softmax_of_float32", .run = apui_kernel_softmax_float,
	  .inputs = { { .type = F32 } }, .outputs = { { .type = F32 } },
	  .params.softmax_float.beta = 1 },
	{ .name = "log_softmax", .run = apui_kernel_log_softmax,
	  .inputs = { { .type = F32 } }, .outputs = { { .type = F32 } } },
	{ .name = "l2_normalization", .run = apui_kernel_l2_normalization,
	  .inputs = { { .type = F32 } }, .outputs = { { .type = F32 } } },
	{ .name = "cast", .run = apui_kernel_cast,
	  .inputs = { { .type = I8 } }, .outputs = { { .type = F32 } } },
	{ .name = "sum_of_two", .run = apui_kernel_binary_float,
	  .inputs = { { .type = F32 }, { .type = F32 } },
	  .outputs = { { .type = F32 } },
	  .params.binary_float = { .function = APUI_BINARY_ADD,
				   .act_min = -1, .act_max = 1 } },
	{ .name = "choice", .run = apui_kernel_select,
	  .inputs = { { .type = BOOLEAN }, { .type = I64 }, { .type = I64 } },
	  .outputs = { { .type = I64 } } },
};
/* clang-format on */

static void
init(struct kernel_case *kernel, const struct row *row)
{
	kernel_init(kernel);
	kernel->params = row->params;
	for (unsigned int i = 0; i < 3 && row->inputs[i].type != 0; i++)
		kernel_input(kernel, row->inputs[i].type, 0, 1, DIMS(LENGTH),
			     NULL);
	for (unsigned int i = 0; i < 3 && row->outputs[i].type != 0; i++) {
		const struct vector *y = &row->outputs[i];
		int32_t length = y->length > 0 ? y->length : LENGTH;

		kernel_output(kernel, y->type, 0,
			      row->columns != 0 && i == 0 ? 2 : 1,
			      DIMS(length, 1));
	}
}

static void
looks_once_in_262144_elements(void **state)
{
	const struct row *row = *state;
	struct kernel_case kernel;

	init(&kernel, row);
	assert_int_equal(kernel_run(&kernel, row->run), APUI_RESULT_OK);
	assert_true(kernel.host.looks >= LENGTH / PACE / 2);
	kernel_finish(&kernel);
}

static void
ends_at_the_second_look(void **state)
{
	const struct row *row = *state;
	struct kernel_case kernel;

	init(&kernel, row);
	kernel.host.cancel_after = 1;
	assert_int_equal(kernel_run(&kernel, row->run), APUI_RESULT_ECANCELED);
	assert_int_equal(kernel.host.looks, 2);
	kernel_finish(&kernel);
}

int
main(void)
{
	static struct CMUnitTest tests[2 * COUNT(rows)];
	static char names[COUNT(rows)][80];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		void *row = (void *)(uintptr_t)&rows[i];

		snprintf(names[i], sizeof(names[i]), "%s_ends_at_a_reset",
			 rows[i].name);
		tests[count++] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = looks_once_in_262144_elements,
			.initial_state = row,
		};
		tests[count++] = (struct CMUnitTest) {
			.name = names[i],
			.test_func = ends_at_the_second_look,
			.initial_state = row,
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
