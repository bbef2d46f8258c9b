/* SPDX-License-Identifier: MIT */

/*
 * Lengths that data decide on: how many of `mask` are not 0, in what is
 * gathered there from `table`, and in what other operators make of it.
 */

#include "support/control_models.h"
#include "test.h"
#include <apu/apu.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LONG_NS   INT64_C(60000000000)
#define MAX_LINES 5
#define LENGTH    6

/* Tensors of every model here; the operators of a row come behind the three
 * that make GATHERED. */
enum tensor {
	MASK,
	TABLE,
	PLACES,
	LIST,
	GATHERED,
	Y,
	T1,
	T2,
	TEN,     /* a scalar */
	ONE_64,  /* the same, int64 */
	COLUMN,  /* [-1, 1] */
	ROW,     /* [1, -1] */
	EXACT,   /* [6] */
	SHARED,  /* [2, 3] */
	FIRST,   /* [0]: an axis */
	NUMBERS, /* a vector of 6 */
	TENSORS,
};

struct line {
	enum tflite_builtin code;
	uint8_t options_type;
	int32_t in[3], in_count, out;
};

#define OF(name, ...)                                                          \
	{                                                                      \
		.code = TFLITE_##name,                                         \
		.options_type = TFLITE_##name##_OPTIONS, __VA_ARGS__           \
	}
#define REDUCE(name, from, to)                                                 \
	{                                                                      \
		.code = TFLITE_##name, .options_type = TFLITE_REDUCER_OPTIONS, \
		FROM(from, FIRST), .out = (to)                                 \
	}
#define FROM(...)                                                              \
	.in = { __VA_ARGS__ },                                                 \
	.in_count = sizeof((int32_t[]) { __VA_ARGS__ }) / sizeof(int32_t)

struct model {
	const char *name;
	struct line lines[MAX_LINES];
	enum tflite_type y, t1, t2; /* 0: int32 */
};

struct value_row {
	struct model model;
	unsigned int rank;
	int64_t dims[2]; /* with 3 of the mask set; N is 3 */
	int32_t values[3];
	int32_t value_count;
	int32_t of_none; /* of a reduction, with nothing set */
};

static const int32_t six[] = { LENGTH }, open[] = { 1, 1 }, two[] = { 2 };
static const int32_t one[] = { 1 };
static const int32_t ten = 10, column[] = { -1, 1 }, row_shape[] = { 1, -1 };
static const int32_t exact[] = { LENGTH }, shared[] = { 2, 3 }, first[] = { 0 };
static const int32_t numbers[LENGTH] = { 1, 2, 3, 4, 5, 6 };
static const int64_t one_64 = 1;

#define CONSTANT(kind, shape, length, bytes)                                   \
	{                                                                      \
		.type = TFLITE_##kind, .dims = (shape), .rank = (length),      \
		.data = (bytes), .size_bytes = sizeof(bytes)                   \
	}

static const struct tflite_tensor tensors[TENSORS] = {
	[MASK] = { .type = TFLITE_INT32, .dims = six, .rank = 1 },
	[TABLE] = { .type = TFLITE_INT32, .dims = six, .rank = 1 },
	[PLACES] = { .type = TFLITE_INT64, .dims = open, .rank = 2 },
	[LIST] = { .type = TFLITE_INT64, .dims = open, .rank = 1 },
	[GATHERED] = { .type = TFLITE_INT32, .dims = open, .rank = 1 },
	[TEN] = { .type = TFLITE_INT32, .data = &ten, .size_bytes = 4 },
	[ONE_64] = { .type = TFLITE_INT64, .data = &one_64, .size_bytes = 8 },
	[COLUMN] = CONSTANT(INT32, two, 1, column),
	[ROW] = CONSTANT(INT32, two, 1, row_shape),
	[EXACT] = CONSTANT(INT32, one, 1, exact),
	[SHARED] = CONSTANT(INT32, two, 1, shared),
	[FIRST] = CONSTANT(INT32, one, 1, first),
	[NUMBERS] = CONSTANT(INT32, six, 1, numbers),
};

static const struct line gather[] = {
	{ .code = TFLITE_WHERE, FROM(MASK), .out = PLACES },
	{ .code = TFLITE_SQUEEZE,
	  .options_type = TFLITE_SQUEEZE_OPTIONS,
	  FROM(PLACES),
	  .out = LIST },
	OF(GATHER, FROM(TABLE, LIST), .out = GATHERED),
};

/* SQUEEZE drops dimension 1, REDUCER keeps none. */
static const struct tflite_field squeeze_options[] = {
	{ .id = 0, .kind = TFLITE_I32_VECTOR, .data = one, .count = 1 },
};

static enum tflite_type
type_or_int32(enum tflite_type type)
{
	return type != 0 ? type : TFLITE_INT32;
}

static void
draft(const struct line *line, struct tflite_operator *op)
{
	*op = (struct tflite_operator) {
		.builtin_code = (int32_t)line->code,
		.version = 1,
		.options_type = line->options_type,
		.inputs = line->in,
		.input_count = (uint32_t)line->in_count,
		.outputs = &line->out,
		.output_count = 1,
	};
	if (line->code == TFLITE_SQUEEZE) {
		op->options = squeeze_options;
		op->option_count = COUNT(squeeze_options);
	}
}

static struct tflite_file
write_model(const struct model *model)
{
	static const int32_t inputs[] = { MASK, TABLE }, output[] = { Y };
	struct tflite_operator operators[COUNT(gather) + MAX_LINES];
	struct tflite_tensor all[TENSORS];
	uint32_t count = 0;

	memcpy(all, tensors, sizeof(all));
	all[Y].type = type_or_int32(model->y);
	all[T1].type = type_or_int32(model->t1);
	all[T2].type = type_or_int32(model->t2);
	for (size_t i = 0; i < COUNT(gather); i++)
		draft(&gather[i], &operators[count++]);
	for (size_t i = 0; i < MAX_LINES && model->lines[i].in_count > 0; i++)
		draft(&model->lines[i], &operators[count++]);
	return tflite_write(&(struct tflite_model) {
		.tensors = all,
		.tensor_count = TENSORS,
		.operators = operators,
		.operator_count = count,
		.inputs = inputs,
		.input_count = COUNT(inputs),
		.outputs = output,
		.output_count = 1,
	});
}

#define N 3
/* clang-format off */
static const struct value_row value_rows[] = {
	{ { .name = "gather", .lines = { OF(GATHER, FROM(TABLE, LIST), .out = Y) } },
	  1, { N }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "gather_by_places_that_were_computed",
	    .lines = { OF(SUB, FROM(LIST, ONE_64), .out = T1),
	      OF(GATHER, FROM(TABLE, T1), .out = Y) }, .t1 = TFLITE_INT64 },
	  1, { N }, { 1, 3, 5 }, 3, 0 },
	{ { .name = "add_of_a_scalar",
	    .lines = { OF(ADD, FROM(GATHERED, TEN), .out = Y) } },
	  1, { N }, { 8, 6, 4 }, 3, 0 },
	{ { .name = "scalar_less_it",
	    .lines = { OF(SUB, FROM(TEN, GATHERED), .out = Y) } },
	  1, { N }, { 12, 14, 16 }, 3, 0 },
	{ { .name = "product_with_itself",
	    .lines = { OF(MUL, FROM(GATHERED, GATHERED), .out = Y) } },
	  1, { N }, { 4, 16, 36 }, 3, 0 },
	{ { .name = "sum_of_two_of_one_length",
	    .lines = { OF(CAST, FROM(LIST), .out = T1),
	      OF(ADD, FROM(T1, GATHERED), .out = Y) } },
	  1, { N }, { -1, -1, -1 }, 3, 0 },
	{ { .name = "cast_and_back",
	    .lines = { OF(CAST, FROM(GATHERED), .out = T1),
	      OF(CAST, FROM(T1), .out = Y) }, .t1 = TFLITE_INT64 },
	  1, { N }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "choice_by_a_comparison",
	    .lines = { OF(GREATER, FROM(GATHERED, TEN), .out = T1),
	      OF(SELECT_V2, FROM(T1, TEN, GATHERED), .out = Y) },
	    .t1 = TFLITE_BOOL },
	  1, { N }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "expand_dims_in_front",
	    .lines = { OF(EXPAND_DIMS, FROM(GATHERED, FIRST), .out = Y) } },
	  2, { 1, N }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "reshape_to_a_column",
	    .lines = { OF(RESHAPE, FROM(GATHERED, COLUMN), .out = Y) } },
	  2, { N, 1 }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "reshape_to_a_row",
	    .lines = { OF(RESHAPE, FROM(GATHERED, ROW), .out = Y) } },
	  2, { 1, N }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "column_broadcasts_with_a_scalar",
	    .lines = { OF(RESHAPE, FROM(GATHERED, COLUMN), .out = T1),
	      OF(ADD, FROM(T1, TEN), .out = Y) } },
	  2, { N, 1 }, { 8, 6, 4 }, 3, 0 },
	{ { .name = "sum", .lines = { REDUCE(SUM, GATHERED, Y) } },
	  0, { 0 }, { -12 }, 1, 0 },
	{ { .name = "sum_of_a_row",
	    .lines = { OF(RESHAPE, FROM(GATHERED, COLUMN), .out = T1),
	      REDUCE(SUM, T1, Y) } },
	  1, { 1 }, { -12 }, 1, 0 },
	{ { .name = "sum_of_another_dimension",
	    .lines = { OF(RESHAPE, FROM(GATHERED, ROW), .out = T1),
	      REDUCE(SUM, T1, Y) } },
	  1, { N }, { -2, -4, -6 }, 3, 0 },
	{ { .name = "product", .lines = { REDUCE(REDUCE_PROD, GATHERED, Y) } },
	  0, { 0 }, { -48 }, 1, 1 },
	{ { .name = "greatest", .lines = { REDUCE(REDUCE_MAX, GATHERED, Y) } },
	  0, { 0 }, { -2 }, 1, INT32_MIN },
	{ { .name = "least", .lines = { REDUCE(REDUCE_MIN, GATHERED, Y) } },
	  0, { 0 }, { -6 }, 1, INT32_MAX },
	{ { .name = "distance_to_the_greatest",
	    .lines = { REDUCE(REDUCE_MAX, GATHERED, T1),
	      OF(SUB, FROM(T1, GATHERED), .out = Y) } },
	  1, { N }, { 0, 2, 4 }, 3, 0 },
};

static const struct {
	struct model model;
	const char *cause;
} refusal_rows[] = {
	{ { .name = "vector_of_a_known_length",
	    .lines = { OF(ADD, FROM(GATHERED, NUMBERS), .out = Y) } },
	  "another input has a length there" },
	{ { .name = "reshape_to_the_bound",
	    .lines = { OF(RESHAPE, FROM(GATHERED, EXACT), .out = Y) } },
	  "shared out anew" },
	{ { .name = "reshape_to_two_rows",
	    .lines = { OF(RESHAPE, FROM(GATHERED, SHARED), .out = Y) } },
	  "shared out anew" },
	{ { .name = "division_of_integers",
	    .lines = { OF(DIV, FROM(TEN, GATHERED), .out = Y) } },
	  "integers are divided" },
	{ { .name = "mean", .lines = { REDUCE(MEAN, GATHERED, Y) } }, "reduced so" },
	{ { .name = "shape", .lines = { OF(SHAPE, FROM(GATHERED), .out = Y) } },
	  "depends on data" },
	{ { .name = "second_where",
	    .lines = { { .code = TFLITE_WHERE, FROM(GATHERED), .out = Y } },
	    .y = TFLITE_INT64 }, "depends on data" },
	{ { .name = "gather_from_it",
	    .lines = { OF(GATHER, FROM(GATHERED, LIST), .out = Y) } },
	  "depends on data" },
	{ { .name = "lengths_of_two_masks",
	    .lines = { { .code = TFLITE_WHERE, FROM(TABLE), .out = T1 },
	      OF(ADD, FROM(PLACES, T1), .out = Y) },
	    .y = TFLITE_INT64, .t1 = TFLITE_INT64 }, "other data" },
};
/* clang-format on */

struct bench {
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_buffer *buf;
	struct apu_job *job;
	int32_t *mask, *table, *y;
};

static void
open_bench(struct bench *b, const struct model *model)
{
	struct tflite_file file = write_model(model);
	uint8_t *map;

	assert_int_equal(apu_device_open("sim:", &b->dev), 0);
	if (apu_model_load_memory(b->dev, file.bytes, file.size_bytes, NULL,
				  &b->model) < 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
	tflite_file_free(&file);
	assert_int_equal(
		apu_buffer_new(b->dev, 256, APU_BUFFER_ZEROED, &b->buf), 0);
	assert_int_equal(apu_buffer_map(b->buf, (void **)&map), 0);
	b->mask = (int32_t *)(void *)map;
	b->table = (int32_t *)(void *)(map + 64);
	b->y = (int32_t *)(void *)(map + 128);
	assert_int_equal(apu_job_new(b->model, &b->job), 0);
	assert_int_equal(apu_job_bind_input(b->job, 0, b->buf, 0), 0);
	assert_int_equal(apu_job_bind_input(b->job, 1, b->buf, 64), 0);
	assert_int_equal(apu_job_bind_output(b->job, 0, b->buf, 128), 0);
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
run(struct bench *b, const int32_t *mask, struct apu_shape *shape)
{
	static const int32_t table[LENGTH] = { 1, -2, 3, -4, 5, -6 };

	memcpy(b->mask, mask, sizeof(table));
	memcpy(b->table, table, sizeof(table));
	assert_int_equal(
		apu_job_run(b->job, apu_device_deadline_ns(b->dev, LONG_NS)),
		0);
	assert_int_equal(apu_job_output_shape(b->job, 0, shape), 0);
}

static void
check_values(void **state)
{
	static const int32_t odd[LENGTH] = { 0, 1, 0, -1, 0, 5 };
	static const int32_t none[LENGTH] = { 0 };
	const struct value_row *row = *state;
	struct apu_shape shape;
	struct bench b;

	open_bench(&b, &row->model);
	run(&b, odd, &shape);
	assert_int_equal(shape.rank, row->rank);
	for (unsigned int i = 0; i < row->rank; i++)
		assert_int_equal(shape.dims[i], row->dims[i]);
	assert_memory_equal(b.y, row->values,
			    sizeof(int32_t) * (size_t)row->value_count);

	run(&b, none, &shape);
	for (unsigned int i = 0; i < row->rank; i++)
		assert_int_equal(shape.dims[i],
				 row->dims[i] == N ? 0 : row->dims[i]);
	if (row->value_count == 1)
		assert_int_equal(b.y[0], row->of_none);
	close_bench(&b);
}

/* Passes that are switched off change nothing. */
static void
check_without_passes(void **state)
{
	static const int32_t odd[LENGTH] = { 0, 1, 0, -1, 0, 5 };
	const struct value_row *row = *state;
	struct tflite_file file = write_model(&row->model);

	for (uint32_t pass = 0; pass <= 6; pass++) {
		const struct apu_model_options options = {
			.size = sizeof(options),
			.disabled_passes = pass < 6 ? 1u << pass : 63,
		};
		static const int32_t table[LENGTH] = { 1, -2, 3, -4, 5, -6 };
		int32_t y[2 * LENGTH];
		struct apu_array in[] = {
			{ (void *)(uintptr_t)odd, sizeof(odd) },
			{ (void *)(uintptr_t)table, sizeof(table) },
		};
		struct apu_array out = { y, 0 };
		struct apu_device *dev;
		struct apu_model *model;

		assert_int_equal(apu_device_open("sim:", &dev), 0);
		assert_int_equal(apu_model_load_memory(dev, file.bytes,
						       file.size_bytes,
						       &options, &model),
				 0);
		out.size_bytes =
			apu_tensor_size_bytes(apu_model_output(model, 0));
		assert_int_equal(apu_model_run(model, in, 2, &out, 1, LONG_NS),
				 0);
		assert_memory_equal(y, row->values,
				    sizeof(int32_t) * (size_t)row->value_count);
		apu_model_unref(model);
		apu_device_unref(dev);
	}
	tflite_file_free(&file);
}

static void
check_refusal(void **state)
{
	size_t i = (size_t)(uintptr_t)*state;
	struct tflite_file file = write_model(&refusal_rows[i].model);
	struct apu_model *model = NULL;

	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, NULL, &model),
			 -EOPNOTSUPP);
	assert_null(model);
	assert_non_null(strstr(apu_error_cause(apu_error_last()),
			       refusal_rows[i].cause));
	assert_non_null(
		strstr(apu_error_remedy(apu_error_last()), "operators.md"));
	tflite_file_free(&file);
}

static void
rows_that_data_decide_on_are_passed_on(void **state)
{
	struct tflite_file file = control_where_gather();
	struct apu_device *dev = NULL;
	struct apu_shape shape;
	struct apu_buffer *buf;
	struct apu_model *model;
	struct apu_job *job;
	int32_t *map;

	(void)state;
	assert_int_equal(apu_device_open("sim:", &dev), 0);
	assert_int_equal(apu_model_load_memory(dev, file.bytes, file.size_bytes,
					       NULL, &model),
			 0);
	tflite_file_free(&file);
	assert_int_equal(apu_buffer_new(dev, 256, APU_BUFFER_ZEROED, &buf), 0);
	assert_int_equal(apu_buffer_map(buf, (void **)&map), 0);
	assert_int_equal(apu_job_new(model, &job), 0);
	assert_int_equal(apu_job_bind_input(job, 0, buf, 0), 0);
	assert_int_equal(apu_job_bind_input(job, 1, buf, 64), 0);
	assert_int_equal(apu_job_bind_output(job, 0, buf, 128), 0);
	memcpy(map, ((int32_t[]) { 0, 1, 0, -1, 0, 5 }), 24);
	memcpy(map + 16, ((int32_t[]) { 1, -2, 3, -4, 5, -6 }), 24);
	assert_int_equal(apu_job_run(job, apu_device_deadline_ns(dev, LONG_NS)),
			 0);
	assert_int_equal(apu_job_output_shape(job, 0, &shape), 0);
	assert_int_equal(shape.rank, 1);
	assert_int_equal(shape.dims[0], 3);
	assert_memory_equal(map + 32, ((int32_t[]) { 2, 4, 6 }), 12);
	apu_job_free(job);
	apu_buffer_unref(buf);
	apu_model_unref(model);
	apu_device_unref(dev);
}

static void
rows_that_data_decide_on_are_refused_elsewhere(void **state)
{
	struct tflite_file file = control_where_add_n();
	struct apu_model *model = NULL;

	(void)state;
	assert_int_equal(apu_model_load_memory(NULL, file.bytes,
					       file.size_bytes, NULL, &model),
			 -EOPNOTSUPP);
	assert_non_null(
		strstr(apu_error_cause(apu_error_last()), "depends on data"));
	tflite_file_free(&file);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(rows_that_data_decide_on_are_passed_on),
	cmocka_unit_test(rows_that_data_decide_on_are_refused_elsewhere),
};

int
main(void)
{
	static struct CMUnitTest tests[2 * COUNT(value_rows) +
				       COUNT(refusal_rows) + COUNT(others)];
	static char names[COUNT(value_rows)][80];
	size_t count = 0;

	for (size_t i = 0; i < COUNT(value_rows); i++) {
		const char *name = value_rows[i].model.name;
		void *row = (void *)(uintptr_t)&value_rows[i];

		snprintf(names[i], sizeof(names[i]), "%s_without_passes", name);
		tests[count++] = (struct CMUnitTest) {
			.name = name,
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
			.name = refusal_rows[i].model.name,
			.test_func = check_refusal,
			.initial_state = (void *)i,
		};
	for (size_t i = 0; i < COUNT(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
