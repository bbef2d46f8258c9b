/* SPDX-License-Identifier: MIT */
/*
 * test-ops [FAMILY]: values of operators as LiteRT's reference kernels give
 * them, through the public API: integers byte for byte, floats within the
 * tolerance below. The answers are in the file that APU_OPS_EXPECTED names
 * (README.md); the cases are ops_cases.c, or the family's rows_*.c.
 */
#include "rows.h"
#include "unit/test.h"
#include <apu/apu.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_NS (60 * INT64_C(1000000000))

/* Floats: of the value, or of the tensor's largest magnitude (at least 1). */
#define TOLERANCE_OF_VALUE   1e-3f
#define TOLERANCE_OF_LARGEST 1e-4f

/* One line of the file of answers; points into the file's text. */
struct answer {
	const char *name;
	const char *hex; /* of each output, with a comma between them */
};

/* One of the rows is set. */
struct instance {
	const struct ops_case *op_case;
	const struct row *row;
	unsigned int seed;
};

/* The tests, and how many lines the file of answers has for them. */
static struct {
	struct CMUnitTest *tests;
	size_t count;
	size_t answers;
} suite;

static struct answer *answers;
static size_t answer_count;

static char *
read_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t capacity = 0;
	ssize_t length;

	if (file == NULL)
		return NULL;
	/* The text holds no NUL: the whole file is one record. */
	length = getdelim(&text, &capacity, '\0', file);
	fclose(file);
	if (length < 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* Cut @text into answers, in place. */
static void
parse_answers(char *text)
{
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *space = strchr(line, ' ');
		size_t size = (answer_count + 1) * sizeof(*answers);

		if (space == NULL)
			continue;
		*space = '\0';
		answers = realloc(answers, size);
		if (answers == NULL)
			abort();
		answers[answer_count].name = line;
		answers[answer_count].hex = space + 1;
		answer_count++;
	}
}

static const char *
find_answer(const char *name)
{
	for (size_t i = 0; i < answer_count; i++)
		if (strcmp(answers[i].name, name) == 0)
			return answers[i].hex;
	return NULL;
}

static void
check(int ret)
{
	if (ret != 0)
		fail_msg("%d: %s", ret, apu_error_message(apu_error_last()));
}

/* All outputs of all steps, one after another. */
static size_t
total_size(const struct ops_sample *sample)
{
	size_t total = 0;

	for (unsigned int i = 0; i < sample->output_count; i++)
		total += sample->outputs[i].size_bytes;
	return total * sample->steps;
}

static const char *
parse_output(const char *hex, uint8_t *bytes, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++, hex += 2) {
		const char digits[3] = { hex[0], hex[1], '\0' };

		assert_int_equal(strspn(digits, "0123456789abcdef"), 2);
		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return hex;
}

static void
get_expected(const struct ops_sample *sample, uint8_t *expected)
{
	unsigned int count = sample->output_count * sample->steps;
	const char *hex = find_answer(sample->name);

	if (hex == NULL)
		fail_msg("no line for %s", sample->name);
	for (unsigned int i = 0; i < count; i++) {
		unsigned int output = i % sample->output_count;
		size_t size_bytes = sample->outputs[output].size_bytes;
		bool last = i + 1 == count;

		hex = parse_output(hex, expected, size_bytes);
		expected += size_bytes;
		assert_int_equal(*hex++, last ? '\0' : ',');
	}
}

static void
run_model(struct apu_model *model, const struct ops_sample *sample,
	  uint8_t *output)
{
	struct apu_array out[OPS_MAX_OUTPUTS];
	struct apu_array in[OPS_MAX_INPUTS];

	for (unsigned int i = 0; i < sample->input_count; i++) {
		in[i].data = sample->inputs[i];
		in[i].size_bytes = sample->input_sizes[i];
	}
	for (unsigned int i = 0; i < sample->output_count; i++) {
		out[i].data = output;
		out[i].size_bytes = sample->outputs[i].size_bytes;
		output += sample->outputs[i].size_bytes;
	}
	check(apu_model_run(model, in, sample->input_count, out,
			    sample->output_count, TIMEOUT_NS));
}

static struct apu_buffer *
make_buffer(struct apu_device *dev, size_t size_bytes)
{
	struct apu_buffer *buf;

	check(apu_buffer_new(dev, size_bytes, 0, &buf));
	return buf;
}

/* Copy to the buffer (WRITE) or from it (READ). */
static void
transfer(struct apu_device *dev, struct apu_buffer *buf, uint32_t access,
	 uint8_t *bytes)
{
	size_t size_bytes = apu_buffer_size(buf);
	void *memory;

	check(apu_buffer_map(buf, &memory));
	check(apu_buffer_cpu_begin(buf, access,
				   apu_device_deadline_ns(dev, TIMEOUT_NS)));
	if (access == APU_BUFFER_WRITE)
		memcpy(memory, bytes, size_bytes);
	else
		memcpy(bytes, memory, size_bytes);
	check(apu_buffer_cpu_end(buf, access));
}

/* What a job is bound to. */
struct bindings {
	struct apu_buffer *in[OPS_MAX_INPUTS], *out[OPS_MAX_OUTPUTS];
};

static struct apu_job *
bind_job(struct apu_device *dev, struct apu_model *model,
	 const struct ops_sample *sample, struct bindings *b)
{
	struct apu_job *job;

	check(apu_job_new(model, &job));
	for (unsigned int i = 0; i < sample->input_count; i++) {
		b->in[i] = make_buffer(dev, sample->input_sizes[i]);
		check(apu_job_bind_input(job, i, b->in[i], 0));
	}
	for (unsigned int i = 0; i < sample->output_count; i++) {
		b->out[i] = make_buffer(dev, sample->outputs[i].size_bytes);
		check(apu_job_bind_output(job, i, b->out[i], 0));
	}
	return job;
}

/* Inference number @step of the job; returns where the next output goes. */
static uint8_t *
run_step(struct apu_device *dev, struct apu_job *job,
	 const struct ops_sample *sample, const struct bindings *b,
	 unsigned int step, uint8_t *output)
{
	for (unsigned int i = 0; i < sample->input_count; i++)
		transfer(dev, b->in[i], APU_BUFFER_WRITE,
			 sample->inputs[i] + step * sample->input_sizes[i]);
	check(apu_job_run(job, apu_device_deadline_ns(dev, TIMEOUT_NS)));
	for (unsigned int i = 0; i < sample->output_count; i++) {
		transfer(dev, b->out[i], APU_BUFFER_READ, output);
		output += sample->outputs[i].size_bytes;
	}
	return output;
}

/* The first inference again, after a reset: the state is as it was. */
static void
check_reset(struct apu_device *dev, struct apu_job *job,
	    const struct ops_sample *sample, const struct bindings *b,
	    const uint8_t *first)
{
	size_t size_bytes = total_size(sample) / sample->steps;
	uint8_t *again = malloc(size_bytes);

	assert_non_null(again);
	check(apu_job_reset_state(job));
	run_step(dev, job, sample, b, 0, again);
	assert_memory_equal(again, first, size_bytes);
	free(again);
}

/* Several inferences of one job. */
static void
run_steps(struct apu_device *dev, struct apu_model *model,
	  const struct ops_sample *sample, uint8_t *output)
{
	const uint8_t *first = output;
	struct bindings b;
	struct apu_job *job = bind_job(dev, model, sample, &b);

	for (unsigned int i = 0; i < sample->steps; i++)
		output = run_step(dev, job, sample, &b, i, output);
	check_reset(dev, job, sample, &b, first);
	apu_job_free(job);
	for (unsigned int i = 0; i < sample->input_count; i++)
		apu_buffer_unref(b.in[i]);
	for (unsigned int i = 0; i < sample->output_count; i++)
		apu_buffer_unref(b.out[i]);
}

static float
get_float(const uint8_t *bytes, size_t i)
{
	float value;

	memcpy(&value, bytes + i * sizeof(value), sizeof(value));
	return value;
}

static float
find_largest(const uint8_t *bytes, size_t count)
{
	float largest = 1;

	for (size_t i = 0; i < count; i++)
		if (isfinite(get_float(bytes, i)))
			largest = fmaxf(largest, fabsf(get_float(bytes, i)));
	return largest;
}

static bool
is_near(float value, float expected, float largest)
{
	if (isnan(expected))
		return isnan(value);
	if (isinf(expected))
		return value == expected;
	return fabsf(value - expected) <=
	       fmaxf(TOLERANCE_OF_VALUE * fabsf(expected),
		     TOLERANCE_OF_LARGEST * largest);
}

static void
compare_floats(const uint8_t *output, const uint8_t *expected,
	       size_t size_bytes)
{
	size_t count = size_bytes / sizeof(float);
	float largest = find_largest(expected, count);

	for (size_t i = 0; i < count; i++)
		if (!is_near(get_float(output, i), get_float(expected, i),
			     largest))
			fail_msg("value %zu is %.9g, not %.9g", i,
				 (double)get_float(output, i),
				 (double)get_float(expected, i));
}

static void
compare_outputs(const struct ops_sample *sample, const uint8_t *output,
		const uint8_t *expected)
{
	for (unsigned int i = 0; i < sample->output_count * sample->steps;
	     i++) {
		unsigned int number = i % sample->output_count;
		size_t size_bytes = sample->outputs[number].size_bytes;

		if (sample->outputs[number].is_float)
			compare_floats(output, expected, size_bytes);
		else
			assert_memory_equal(output, expected, size_bytes);
		output += size_bytes;
		expected += size_bytes;
	}
}

static void
check_values(struct apu_device *dev, struct apu_model *model,
	     const struct ops_sample *sample, const struct ops_case *op_case)
{
	size_t size_bytes = total_size(sample);
	uint8_t *expected = malloc(size_bytes);
	uint8_t *output = malloc(size_bytes);

	assert_non_null(expected);
	assert_non_null(output);
	if (op_case != NULL && op_case->documented)
		memset(expected, op_case->documented_byte, size_bytes);
	else
		get_expected(sample, expected);
	if (sample->steps > 1)
		run_steps(dev, model, sample, output);
	else
		run_model(model, sample, output);
	compare_outputs(sample, output, expected);
	free(expected);
	free(output);
}

static void
check_instance(void **state)
{
	const struct instance *instance = *state;
	const struct ops_case *op_case = instance->op_case;
	struct apu_model *model = NULL;
	struct apu_device *dev = NULL;
	struct ops_sample sample;
	int ret;

	if (op_case != NULL)
		ops_sample_init(&sample, op_case, instance->seed);
	else
		row_sample_init(&sample, instance->row, instance->seed);
	assert_int_equal(apu_device_open("sim:", &dev), 0);
	ret = apu_model_load_memory(dev, sample.model.bytes,
				    sample.model.size_bytes, NULL, &model);
	if (ret != (op_case != NULL ? op_case->load_error : 0))
		fail_msg("%d: %s", ret, apu_error_message(apu_error_last()));
	if (ret == 0)
		check_values(dev, model, &sample, op_case);
	else
		assert_null(model);

	apu_model_unref(model);
	apu_device_unref(dev);
	ops_sample_finish(&sample);
}

/* Every line of the file must be a case of the table. */
static void
no_answer_is_left_over(void **state)
{
	(void)state;
	assert_int_equal(answer_count, suite.answers);
}

static void
add_test(const char *name, struct instance instance, bool has_answer)
{
	size_t size = (suite.count + 1) * sizeof(*suite.tests);
	struct instance *copy = malloc(sizeof(*copy));
	char *title;

	suite.tests = realloc(suite.tests, size);
	if (suite.tests == NULL || copy == NULL ||
	    asprintf(&title, "%s-s%u", name, instance.seed) < 0)
		abort();
	*copy = instance;
	suite.tests[suite.count++] = (struct CMUnitTest) {
		.name = title,
		.test_func = check_instance,
		.initial_state = copy,
	};
	suite.answers += has_answer;
}

static void
add_cases(void)
{
	for (size_t i = 0; i < ops_case_count; i++)
		for (unsigned int s = 0; s < ops_seed_count(&ops_cases[i]); s++)
			add_test(ops_cases[i].name,
				 (struct instance) {
					 .op_case = &ops_cases[i],
					 .seed = ops_cases[i].first_seed + s,
				 },
				 !ops_cases[i].documented);
}

static void
add_rows(const struct row_family *family)
{
	for (size_t i = 0; i < family->count; i++) {
		const struct row *row = &family->rows[i];

		for (unsigned int s = 0; s < row_seed_count(family, row); s++)
			add_test(row->name,
				 (struct instance) { .row = row, .seed = s },
				 true);
	}
}

static void
free_suite(void)
{
	for (size_t i = 0; i < suite.count; i++) {
		free((char *)suite.tests[i].name);
		free(suite.tests[i].initial_state);
	}
	free(suite.tests);
}

/* The cases of a table, then no_answer_is_left_over. */
static int
run_suite(const struct row_family *family)
{
	int failed;

	if (family != NULL)
		add_rows(family);
	else
		add_cases();
	add_test("no_answer_is_left_over", (struct instance) { .seed = 0 },
		 false);
	suite.tests[suite.count - 1].test_func = no_answer_is_left_over;
	failed = _cmocka_run_group_tests("ops", suite.tests, suite.count, NULL,
					 NULL);
	free_suite();
	return failed;
}

int
main(int argc, char **argv)
{
	const char *path = getenv("APU_OPS_EXPECTED");
	char *text = path != NULL ? read_text(path) : NULL;
	const struct row_family *family = NULL;
	int failed;

	if (argc > 1)
		family = row_family_find(argv[1]);
	if (text == NULL || (argc > 1 && family == NULL)) {
		fprintf(stderr, "no file of APU_OPS_EXPECTED, or no family\n");
		return 1;
	}
	parse_answers(text);
	failed = run_suite(family);
	free(answers);
	free(text);
	return failed;
}
