/* SPDX-License-Identifier: MIT */

/* IF and WHILE of whole files: what they compute, and which are refused. */

#include "support/control_models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LONG_NS INT64_C(60000000000)
#define PASSES  6
#define ALL_OFF ((1u << PASSES) - 1)

/* What a model is given and gives: numbers, four of them at most. */
struct value_row {
	const char *name;
	struct tflite_file (*model)(void);
	uint8_t has_flag, flag; /* input 0 is a bool */
	uint32_t input_count;
	struct {
		uint32_t count;
		int32_t values[4];
	} inputs[2];
	uint32_t output_count;
	struct {
		uint32_t count;
		int32_t values[4];
	} outputs[2];
};

static struct tflite_file
if_constant_true(void)
{
	return control_if_constant(true);
}

static struct tflite_file
if_constant_false(void)
{
	return control_if_constant(false);
}

#define ONE(a)                                                                 \
	{                                                                      \
		1,                                                             \
		{                                                              \
			a                                                      \
		}                                                              \
	}
/* clang-format off */
#define X     { 4, { 3, -5, 7, 100 } }
#define TWICE { 4, { 6, -10, 14, 200 } }
#define SQUARE { 4, { 9, 25, 49, 10000 } }

static const struct value_row value_rows[] = {
	{ "if_that_holds", control_if, 1, 1, 1, { X }, 1, { TWICE } },
	{ "if_that_does_not_hold", control_if, 1, 0, 1, { X }, 1, { SQUARE } },
	{ "if_of_a_true_constant", if_constant_true, 0, 0, 1, { X }, 1,
	  { TWICE } },
	{ "if_of_a_false_constant", if_constant_false, 0, 0, 1, { X }, 1,
	  { SQUARE } },
	{ "branch_without_operators", control_if_empty, 1, 1, 1, { X }, 1,
	  { X } },
	{ "branch_that_is_a_constant", control_if_empty, 1, 0, 1, { X }, 1,
	  { { 4, { 1, 2, 3, 4 } } } },
	{ "while_without_rounds", control_while, 0, 0, 2, { ONE(0), X }, 2,
	  { ONE(0), X } },
	{ "while_below_its_limit", control_while, 0, 0, 2, { ONE(-7), X }, 2,
	  { ONE(0), X } },
	{ "while_of_one_round", control_while, 0, 0, 2, { ONE(1), X }, 2,
	  { ONE(1), X } },
	{ "while_of_five_rounds", control_while, 0, 0, 2, { ONE(5), X }, 2,
	  { ONE(5), { 4, { 13, 5, 17, 110 } } } },
	{ "while_of_a_thousand_rounds", control_while, 0, 0, 2,
	  { ONE(1000), X }, 2,
	  { ONE(1000), { 4, { 499503, 499495, 499507, 499600 } } } },
	{ "variables_change_places", control_fibonacci, 0, 0, 1, { ONE(10) },
	  1, { ONE(55) } },
	{ "variables_do_not_change_places", control_fibonacci, 0, 0, 1,
	  { ONE(0) }, 1, { ONE(0) } },
	{ "variable_is_written_in_each_round", control_variable, 0, 0, 2,
	  { ONE(12), X }, 1, { { 4, { 15, 7, 19, 112 } } } },
	{ "variable_is_written_in_no_round", control_variable, 0, 0, 2,
	  { ONE(0), X }, 1, { X } },
};
/* clang-format on */

static struct apu_model *
load(struct apu_device *dev, struct tflite_file file,
     const struct apu_model_options *options)
{
	struct apu_model *model = NULL;
	int ret;

	ret = apu_model_load_memory(dev, file.bytes, file.size_bytes, options,
				    &model);
	if (ret < 0)
		print_message("%s\n", apu_error_message(apu_error_last()));
	assert_int_equal(ret, 0);
	tflite_file_free(&file);
	return model;
}

static void
check_outputs(const struct value_row *row, struct apu_model *model)
{
	uint8_t flag = row->flag;
	struct apu_array inputs[3] = { { &flag, 1 } };
	struct apu_array outputs[2];
	int32_t values[2][4];

	for (uint32_t i = 0; i < row->input_count; i++)
		inputs[row->has_flag + i] = (struct apu_array) {
			(void *)(uintptr_t)row->inputs[i].values,
			4 * row->inputs[i].count,
		};
	for (uint32_t i = 0; i < row->output_count; i++)
		outputs[i] = (struct apu_array) { values[i],
						  4 * row->outputs[i].count };
	assert_int_equal(apu_model_run(model, inputs,
				       row->has_flag + row->input_count,
				       outputs, row->output_count, LONG_NS),
			 0);
	for (uint32_t i = 0; i < row->output_count; i++)
		assert_memory_equal(values[i], row->outputs[i].values,
				    4 * row->outputs[i].count);
}

static void
check_values(void **state)
{
	const struct value_row *row = *state;
	struct apu_device *dev = NULL;
	struct apu_model *model;

	assert_int_equal(apu_device_open("sim:", &dev), 0);
	model = load(dev, row->model(), NULL);
	/* Nothing is left of one inference in the next. */
	check_outputs(row, model);
	check_outputs(row, model);
	apu_model_unref(model);
	apu_device_unref(dev);
}

/* Each pass alone off, and all of them. */
static void
check_without_passes(void **state)
{
	const struct value_row *row = *state;
	struct apu_device *dev = NULL;

	assert_int_equal(apu_device_open("sim:", &dev), 0);
	for (unsigned int pass = 0; pass <= PASSES; pass++) {
		const struct apu_model_options options = {
			.size = sizeof(options),
			.disabled_passes = pass < PASSES ? 1u << pass : ALL_OFF,
		};
		struct apu_model *model = load(dev, row->model(), &options);

		check_outputs(row, model);
		apu_model_unref(model);
	}
	apu_device_unref(dev);
}

static void
nested_loops_with_a_branch(void **state)
{
	struct apu_device *dev = NULL;
	struct apu_model *model;

	(void)state;
	assert_int_equal(apu_device_open("sim:", &dev), 0);
	model = load(dev, control_nested(), NULL);
	for (int32_t n = 0; n < 12; n++) {
		int32_t x = 5 - n, y = 0;
		struct apu_array in[2] = { { &n, 4 }, { &x, 4 } };
		struct apu_array out[1] = { { &y, 4 } };

		assert_int_equal(apu_model_run(model, in, 2, out, 1, LONG_NS),
				 0);
		assert_int_equal(y, control_nested_value(n, x));
	}
	apu_model_unref(model);
	apu_device_unref(dev);
}

struct bench {
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;
	int32_t *map; /* limit at 0, x at 16, i at 32, y at 48 */
};

static void
open_bench(struct bench *b, struct tflite_file file,
	   const struct apu_model_options *options)
{
	assert_int_equal(apu_device_open("sim:", &b->dev), 0);
	b->model = load(b->dev, file, options);
	assert_int_equal(
		apu_buffer_new(b->dev, 256, APU_BUFFER_ZEROED, &b->buf), 0);
	assert_int_equal(apu_buffer_map(b->buf, (void **)&b->map), 0);
	assert_int_equal(apu_job_new(b->model, &b->job), 0);
	assert_int_equal(apu_job_bind_input(b->job, 0, b->buf, 0), 0);
	assert_int_equal(apu_job_bind_input(b->job, 1, b->buf, 64), 0);
	assert_int_equal(apu_job_bind_output(b->job, 0, b->buf, 128), 0);
	assert_int_equal(apu_job_bind_output(b->job, 1, b->buf, 192), 0);
}

static void
close_bench(struct bench *b)
{
	apu_job_free(b->job);
	apu_buffer_unref(b->buf);
	apu_model_unref(b->model);
	apu_device_unref(b->dev);
}

static void
loop_is_given_up_at_its_limit_of_rounds(void **state)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.max_loop_iterations = 10,
	};
	struct bench b;

	(void)state;
	open_bench(&b, control_while(), &options);
	b.map[0] = 11;
	assert_int_equal(
		apu_job_run(b.job, apu_device_deadline_ns(b.dev, LONG_NS)),
		-ETIMEDOUT);
	assert_non_null(strstr(apu_error_cause(apu_error_last()),
			       "max_loop_iterations"));
	b.map[0] = 10;
	assert_int_equal(
		apu_job_run(b.job, apu_device_deadline_ns(b.dev, LONG_NS)), 0);
	assert_int_equal(b.map[32], 10);
	assert_int_equal(b.map[48], 45);
	close_bench(&b);
}

static void
M85_endless_loop_is_given_up(void **state)
{
	struct bench b;

	(void)state;
	open_bench(&b, control_endless(), NULL);
	/* At its deadline. */
	assert_int_equal(
		apu_job_run(b.job, apu_device_deadline_ns(b.dev, 30000000)),
		-ETIMEDOUT);
	assert_int_equal(
		apu_buffer_cpu_begin(b.buf, APU_BUFFER_READ,
				     apu_device_deadline_ns(b.dev, LONG_NS)),
		0);
	assert_int_equal(apu_buffer_cpu_end(b.buf, APU_BUFFER_READ), 0);
	close_bench(&b);
}

/* Read, never run. */
struct refusal_row {
	const char *name;
	int32_t condition, body;
	int code;
	const char *cause;
};

static const struct refusal_row refusal_rows[] = {
	{ "M82 condition_that_is_the_body", 2, 2, -ELOOP, "are one" },
	{ "M82 body_that_is_subgraph_0", 1, 0, -ELOOP, "runs subgraph 0" },
	{ "M82 condition_that_is_subgraph_0", 0, 2, -ELOOP, "runs subgraph 0" },
	{ "M84 condition_one_too_far", 3, 2, -EINVAL, "there are 3" },
	{ "M84 negative_body", 1, -1, -EINVAL, "subgraph -1" },
	{ "M84 smallest_body", 1, INT32_MIN, -EINVAL, "subgraph -2147483648" },
	{ "M84 condition_with_too_many_outputs", 2, 1, -EINVAL, "condition" },
};

static void
check_refusal(void **state)
{
	const struct refusal_row *row = *state;
	struct tflite_file file = control_while_of(row->condition, row->body);
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, NULL, &model),
			 row->code);
	assert_null(model);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), row->cause));
	tflite_file_free(&file);
}

static void
expect_refusal(struct tflite_file file, int code, const char *cause)
{
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, NULL, &model),
			 code);
	assert_non_null(strstr(apu_error_cause(apu_error_last()), cause));
	tflite_file_free(&file);
}

static void
M82_cycle_of_three_is_refused(void **state)
{
	(void)state;
	expect_refusal(control_cycle(1), -ELOOP, "runs itself");
	expect_refusal(control_cycle(2), -ELOOP, "runs itself");
	expect_refusal(control_cycle(3), -ELOOP, "runs subgraph 3");
	expect_refusal(control_cycle(0), -ELOOP, "runs subgraph 0");
}

static void
M84_condition_must_be_one_bool(void **state)
{
	struct tflite_file file = control_if();

	(void)state;
	tflite_put_u8(&file, tflite_field(&file, TFLITE_TABLE_TENSOR, 0, 1),
		      TFLITE_INT32);
	expect_refusal(file, -EINVAL, "must be one bool");
}

static void
M84_types_and_shapes_of_a_branch_are_the_operators(void **state)
{
	struct tflite_file file = control_if();

	(void)state;
	/* Tensors 3 and 4 are of subgraph 1, which doubles. */
	tflite_put_u8(&file, tflite_field(&file, TFLITE_TABLE_TENSOR, 3, 1),
		      TFLITE_FLOAT32);
	tflite_put_u8(&file, tflite_field(&file, TFLITE_TABLE_TENSOR, 4, 1),
		      TFLITE_FLOAT32);
	expect_refusal(file, -EINVAL, "float32");
}

static void
limits_of_subgraphs_hold(void **state)
{
	static const struct {
		struct apu_model_options options;
		const char *remedy;
	} rows[] = {
		{ { .max_subgraphs = 5 }, "max_subgraphs" },
		{ { .max_subgraph_depth = 1 }, "max_subgraph_depth" },
		{ { .max_operators = 9 }, "max_operators" },
	};
	struct tflite_file file = control_nested();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct apu_model_options options = rows[i].options;
		struct apu_model *model = NULL;

		options.size = sizeof(options);
		assert_int_equal(apu_model_load_memory(NULL, file.bytes,
						       file.size_bytes,
						       &options, &model),
				 -E2BIG);
		assert_non_null(strstr(apu_error_remedy(apu_error_last()),
				       rows[i].remedy));
	}
	tflite_file_free(&file);
}

static void
variable_that_grows_is_refused(void **state)
{
	(void)state;
	expect_refusal(control_growing(), -EOPNOTSUPP,
		       "of another shape than the subgraph's");
	assert_non_null(strstr(apu_error_remedy(apu_error_last()),
			       "a tensor of the final size"));
}

static void
where_tells_how_many_there_are(void **state)
{
	struct apu_device *dev = NULL;
	struct apu_shape shape;
	struct apu_buffer *buf;
	struct apu_model *model;
	struct apu_job *job;
	int32_t *in;
	int64_t *out;

	(void)state;
	assert_int_equal(apu_device_open("sim:", &dev), 0);
	model = load(dev, control_where(TFLITE_INT32), NULL);
	assert_int_equal(apu_tensor_rank(apu_model_output(model, 0)), 2);
	assert_int_equal(apu_tensor_dim(apu_model_output(model, 0), 0), 6);
	assert_int_equal(apu_buffer_new(dev, 256, APU_BUFFER_ZEROED, &buf), 0);
	assert_int_equal(apu_buffer_map(buf, (void **)&in), 0);
	out = (int64_t *)(in + 16);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 64), 0);
	assert_int_equal(apu_job_output_shape(job, 0, &shape), -EBUSY);
	assert_int_equal(apu_job_output_shape(job, 1, &shape), -ERANGE);

	in[1] = 7;
	in[5] = -1;
	assert_int_equal(apu_job_run(job, apu_device_deadline_ns(dev, LONG_NS)),
			 0);
	assert_int_equal(apu_job_output_shape(job, 0, &shape), 0);
	assert_int_equal(shape.rank, 2);
	assert_int_equal(shape.dims[0], 2);
	assert_int_equal(shape.dims[1], 2);
	assert_memory_equal(out, ((int64_t[]) { 0, 1, 1, 2 }), 32);

	memset(in, 0, 24);
	assert_int_equal(apu_job_run(job, apu_device_deadline_ns(dev, LONG_NS)),
			 0);
	assert_int_equal(apu_job_output_shape(job, 0, &shape), 0);
	assert_int_equal(shape.dims[0], 0);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(nested_loops_with_a_branch),
	cmocka_unit_test(loop_is_given_up_at_its_limit_of_rounds),
	cmocka_unit_test(M85_endless_loop_is_given_up),
	cmocka_unit_test(M82_cycle_of_three_is_refused),
	cmocka_unit_test(M84_condition_must_be_one_bool),
	cmocka_unit_test(M84_types_and_shapes_of_a_branch_are_the_operators),
	cmocka_unit_test(limits_of_subgraphs_hold),
	cmocka_unit_test(variable_that_grows_is_refused),
	cmocka_unit_test(where_tells_how_many_there_are),
};

int
main(void)
{
	static struct CMUnitTest tests[2 * COUNT(value_rows) +
				       COUNT(refusal_rows) + COUNT(others)];
	static char names[COUNT(value_rows)][80];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(value_rows); i++) {
		void *row = (void *)(uintptr_t)&value_rows[i];

		snprintf(names[i], sizeof(names[i]), "%s_without_passes",
			 value_rows[i].name);
		tests[count++] = (struct CMUnitTest) {
			.name = value_rows[i].name,
			.test_func = check_values,
			.initial_state = row,
		};
		tests[count++] = (struct CMUnitTest) {
			.name = names[i],
			.test_func = check_without_passes,
			.initial_state = row,
		};
	}
	for (size_t i = 0; i < COUNT(refusal_rows); i++)
		tests[count++] = (struct CMUnitTest) {
			.name = refusal_rows[i].name,
			.test_func = check_refusal,
			.initial_state = (void *)(uintptr_t)&refusal_rows[i],
		};
	for (size_t i = 0; i < COUNT(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
