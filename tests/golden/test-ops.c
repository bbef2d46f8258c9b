/* SPDX-License-Identifier: MIT */
/*
 * Values of operators, byte for byte as LiteRT's reference kernels give them
 * (ops_expected.txt, README.md), through the public API.
 */
#include "ops_cases.h"
#include "unit/test.h"
#include <apu/apu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_NS (60 * INT64_C(1000000000))

/* One line of ops_expected.txt; points into the file's text. */
struct answer {
	const char *name;
	const char *hex;
};

struct instance {
	const struct ops_case *row;
	unsigned int seed;
};

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
get_expected(const struct ops_sample *sample, uint8_t *expected)
{
	const char *hex;

	if (sample->row->documented) {
		memset(expected, sample->row->documented_byte,
		       sample->output_size);
		return;
	}
	hex = find_answer(sample->name);
	if (hex == NULL)
		fail_msg("ops_expected.txt has no line for %s", sample->name);
	assert_int_equal(strlen(hex), 2 * sample->output_size);
	for (size_t i = 0; i < sample->output_size; i++) {
		const char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		expected[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

static void
run_model(struct apu_model *model, const struct ops_sample *sample,
	  uint8_t *output)
{
	const struct apu_array out = { output, sample->output_size };
	struct apu_array in[OPS_MAX_INPUTS];

	for (unsigned int i = 0; i < sample->input_count; i++) {
		in[i].data = sample->inputs[i];
		in[i].size_bytes = sample->input_sizes[i];
	}
	if (apu_model_run(model, in, sample->input_count, &out, 1,
			  TIMEOUT_NS) != 0)
		fail_msg("%s", apu_error_message(apu_error_last()));
}

static void
check_values(struct apu_model *model, const struct ops_sample *sample)
{
	uint8_t *expected = malloc(sample->output_size);
	uint8_t *output = malloc(sample->output_size);

	assert_non_null(expected);
	assert_non_null(output);
	get_expected(sample, expected);
	run_model(model, sample, output);
	assert_memory_equal(output, expected, sample->output_size);
	free(expected);
	free(output);
}

static void
check_instance(void **state)
{
	const struct instance *instance = *state;
	struct apu_model *model = NULL;
	struct apu_device *dev = NULL;
	struct ops_sample sample;
	int ret;

	ops_sample_init(&sample, instance->row, instance->seed);
	assert_int_equal(apu_device_open("sim:", &dev), 0);
	ret = apu_model_load_memory(dev, sample.model.bytes,
				    sample.model.size_bytes, NULL, &model);
	if (ret != instance->row->load_error)
		fail_msg("%d: %s", ret, apu_error_message(apu_error_last()));
	if (ret == 0)
		check_values(model, &sample);
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
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ops_case_count; i++)
		if (!ops_cases[i].documented)
			count += ops_seed_count(&ops_cases[i]);
	assert_int_equal(answer_count, count);
}

static struct CMUnitTest
make_test(const struct ops_case *row, unsigned int seed)
{
	struct instance *instance = malloc(sizeof(*instance));
	char *name;

	if (instance == NULL || asprintf(&name, "%s-s%u", row->name, seed) < 0)
		abort();
	instance->row = row;
	instance->seed = seed;
	return (struct CMUnitTest) {
		.name = name,
		.test_func = check_instance,
		.initial_state = instance,
	};
}

static void
free_tests(struct CMUnitTest *tests, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((char *)tests[i].name);
		free(tests[i].initial_state);
	}
	free(tests);
}

/* One test for each instance of each row, then no_answer_is_left_over. */
static struct CMUnitTest *
make_tests(size_t *out_count)
{
	struct CMUnitTest *tests;
	size_t count = 0, n = 0;

	for (size_t i = 0; i < ops_case_count; i++)
		count += ops_seed_count(&ops_cases[i]);
	tests = calloc(count + 1, sizeof(*tests));
	if (tests == NULL)
		abort();
	for (size_t i = 0; i < ops_case_count; i++)
		for (unsigned int s = 0; s < ops_seed_count(&ops_cases[i]); s++)
			tests[n++] = make_test(&ops_cases[i],
					       ops_cases[i].first_seed + s);
	tests[count] = (struct CMUnitTest) {
		.name = strdup("no_answer_is_left_over"),
		.test_func = no_answer_is_left_over,
	};
	*out_count = count + 1;
	return tests;
}

int
main(void)
{
	const char *path = getenv("APU_OPS_EXPECTED");
	char *text = path != NULL ? read_text(path) : NULL;
	struct CMUnitTest *tests;
	size_t count;
	int failed;

	if (text == NULL) {
		fprintf(stderr, "cannot read the file of APU_OPS_EXPECTED\n");
		return 1;
	}
	parse_answers(text);
	tests = make_tests(&count);
	failed = _cmocka_run_group_tests("ops", tests, count, NULL, NULL);

	free_tests(tests, count);
	free(answers);
	free(text);
	return failed;
}
