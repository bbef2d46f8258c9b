/* SPDX-License-Identifier: MIT */
/*
 * The compiler's passes on real models: with all of them off, with all on, and
 * with each alone off, every model gives the same integers bit for bit. Floats
 * are the same bits too, but where PAD goes into convolutions, which adds their
 * products in another order; then they are close. Prints what passes do for
 * each model, and checks the plan of its memory. $APU_SHARED as in
 * test-models.c.
 */
#include "core/model.h"
#include "firmware/program.h"
#include "unit/test.h"
#include <apu/apu.h>
#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEVICE     "sim:timeout_ms=600000"
#define TIMEOUT_NS (600 * INT64_C(1000000000))
#define MAX_PORTS  8
#define PASSES     6
#define ALL_OFF    ((1u << PASSES) - 1)

#define TOLERANCE_OF_VALUE   1e-3f
#define TOLERANCE_OF_LARGEST 1e-4f

/* Arena bytes for those alive at once. */
#define MAX_ARENA_RATIO 1.10

/* Those whose inferences are timed. */
static const char *const timed[] = {
	"mcunet__vww",
	"mediapipe_face__face_detection_front",
	"mediapipe_npm__hand_landmark_lite",
};
#define TIMED_RUNS 9

struct model_case {
	char *model;
	char *name; /* of its first case */
};

/* A model compiled in one way, and what it gave. */
struct variant {
	uint32_t disabled;
	struct apu_model *model;   /* described: its program is at hand */
	const struct variant *run; /* the one whose outputs are its own */
	uint8_t *outputs;
};

static const char *shared_dir;
static struct CMUnitTest *tests;
static size_t test_count;

static void
check(int ret)
{
	if (ret != 0)
		fail_msg("%d: %s", ret, apu_error_message(apu_error_last()));
}

static void
format_path(char path[4096], const struct model_case *c, const char *suffix)
{
	int length =
		snprintf(path, 4096, "%s/models/%s/%s%s", shared_dir, c->model,
			 suffix[0] == '.' ? c->name : "", suffix);

	assert_in_range(length, 1, 4095);
}

static uint8_t *
read_inputs(const struct model_case *c, size_t size)
{
	uint8_t *data = malloc(size);
	char path[4096];
	FILE *file;

	assert_non_null(data);
	format_path(path, c, ".in.bin");
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	assert_int_equal(fread(data, 1, size, file), size);
	fclose(file);
	return data;
}

static struct apu_model *
load(const struct model_case *c, struct apu_device *dev, uint32_t disabled)
{
	const struct apu_model_options options = {
		.size = sizeof(options),
		.disabled_passes = disabled,
	};
	struct apu_model *model;
	char path[4096];

	format_path(path, c, "model.tflite");
	check(apu_model_load_file(dev, path, &options, &model));
	return model;
}

typedef const struct apu_tensor *(*port_fn)(const struct apu_model *model,
					    unsigned int index);

/* Cut @data into one array a port; returns the bytes of all. */
static size_t
cut(const struct apu_model *model, port_fn get, unsigned int count,
    uint8_t *data, struct apu_array *arrays)
{
	size_t total = 0;

	assert_in_range(count, 1, MAX_PORTS);
	for (unsigned int i = 0; i < count; i++) {
		arrays[i].size_bytes = apu_tensor_size_bytes(get(model, i));
		arrays[i].data = data != NULL ? data + total : NULL;
		total += arrays[i].size_bytes;
	}
	return total;
}

static uint64_t
run(struct apu_model *model, uint8_t *in, uint8_t *out)
{
	unsigned int in_count = apu_model_input_count(model);
	unsigned int out_count = apu_model_output_count(model);
	struct apu_array inputs[MAX_PORTS], outputs[MAX_PORTS];
	struct timespec begin, end;

	cut(model, apu_model_input, in_count, in, inputs);
	cut(model, apu_model_output, out_count, out, outputs);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	check(apu_model_run(model, inputs, in_count, outputs, out_count,
			    TIMEOUT_NS));
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (uint64_t)((end.tv_sec - begin.tv_sec) * INT64_C(1000000000) +
			  end.tv_nsec - begin.tv_nsec);
}

static bool
has_same_program(const struct variant *a, const struct variant *b)
{
	return a->model->program->size_bytes == b->model->program->size_bytes &&
	       memcmp(a->model->program->blob, b->model->program->blob,
		      a->model->program->size_bytes) == 0;
}

/* What is the same program need not run again. */
static void
run_variants(const struct model_case *c, struct variant *variants, size_t count)
{
	struct apu_array ports[MAX_PORTS];
	struct apu_model *first = variants[0].model;
	size_t in_size = cut(first, apu_model_input,
			     apu_model_input_count(first), NULL, ports);
	size_t out_size = cut(first, apu_model_output,
			      apu_model_output_count(first), NULL, ports);
	uint8_t *in = read_inputs(c, in_size);
	struct apu_device *dev;

	check(apu_device_open(DEVICE, &dev));
	for (size_t i = 0; i < count; i++) {
		struct variant *v = &variants[i];
		struct apu_model *model;

		for (size_t j = 0; v->run == NULL && j < i; j++)
			if (has_same_program(v, &variants[j]))
				v->run = variants[j].run;
		if (v->run != NULL)
			continue;
		v->run = v;
		v->outputs = malloc(out_size);
		assert_non_null(v->outputs);
		model = load(c, dev, v->disabled);
		run(model, in, v->outputs);
		apu_model_unref(model);
	}
	apu_device_unref(dev);
	free(in);
}

static float
get_float(const uint8_t *bytes, uint64_t i)
{
	float value;

	memcpy(&value, bytes + i * sizeof(value), sizeof(value));
	return value;
}

static void
compare_floats(const uint8_t *values, const uint8_t *expected, uint64_t count)
{
	float largest = 1;

	for (uint64_t i = 0; i < count; i++)
		largest = fmaxf(largest, fabsf(get_float(expected, i)));
	for (uint64_t i = 0; i < count; i++) {
		float want = get_float(expected, i), is = get_float(values, i);

		if (!(fabsf(is - want) <=
		      fmaxf(TOLERANCE_OF_VALUE * fabsf(want),
			    TOLERANCE_OF_LARGEST * largest)))
			fail_msg("value %llu is %.9g, not %.9g",
				 (unsigned long long)i, (double)is,
				 (double)want);
	}
}

static void
compare(const struct variant *v, const struct variant *reference)
{
	bool is_exact =
		((v->disabled ^ reference->disabled) & APU_PASS_PAD) == 0;
	const uint8_t *values = v->run->outputs;
	const uint8_t *expected = reference->run->outputs;

	for (unsigned int i = 0; i < apu_model_output_count(v->model); i++) {
		const struct apu_tensor *t = apu_model_output(v->model, i);
		uint64_t size = apu_tensor_size_bytes(t);

		if (!is_exact && apu_tensor_dtype(t) == APU_DTYPE_FLOAT32)
			compare_floats(values, expected, size / sizeof(float));
		else
			assert_memory_equal(values, expected, size);
		values += size;
		expected += size;
	}
}

static void
check_plan(const struct apu_model *model)
{
	double bound = (double)apu_model_arena_bound_bytes(model);

	assert_true(bound >= 64);
	assert_true((double)apu_model_arena_bytes(model) <=
		    MAX_ARENA_RATIO * bound);
}

static void
print_figures(const struct model_case *c, const struct variant *off,
	      const struct variant *on)
{
	printf("# %s: program operators %u -> %u, arena %llu -> %llu bytes, "
	       "%.3f of the bound\n",
	       c->model, apu_model_program_operator_count(off->model),
	       apu_model_program_operator_count(on->model),
	       (unsigned long long)apu_model_arena_bytes(off->model),
	       (unsigned long long)apu_model_arena_bytes(on->model),
	       (double)apu_model_arena_bytes(on->model) /
		       (double)apu_model_arena_bound_bytes(on->model));
}

/* All off, all on, and each alone off. */
static void
check_model(void **state)
{
	const struct model_case *c = *state;
	struct variant variants[PASSES + 2] = {
		{ .disabled = ALL_OFF },
		{ .disabled = 0 },
	};

	for (uint32_t i = 0; i < PASSES; i++)
		variants[2 + i].disabled = 1u << i;
	for (size_t i = 0; i < COUNT(variants); i++)
		variants[i].model = load(c, NULL, variants[i].disabled);
	run_variants(c, variants, COUNT(variants));

	print_figures(c, &variants[0], &variants[1]);
	for (size_t i = 0; i < COUNT(variants); i++) {
		compare(&variants[i], &variants[0]);
		compare(&variants[i], &variants[1]);
		check_plan(variants[i].model);
	}
	for (size_t i = 0; i < COUNT(variants); i++) {
		free(variants[i].outputs);
		apu_model_unref(variants[i].model);
	}
}

/* The best of each, turn about. Prints; fails only if it cannot run. */
static void
time_model(void **state)
{
	const struct model_case *c = *state;
	struct apu_array ports[MAX_PORTS];
	uint64_t best[2] = { UINT64_MAX, UINT64_MAX };
	struct apu_model *models[2];
	struct apu_device *dev;
	uint8_t *in, *out;

	check(apu_device_open(DEVICE, &dev));
	models[0] = load(c, dev, ALL_OFF);
	models[1] = load(c, dev, 0);
	in = read_inputs(c, cut(models[0], apu_model_input,
				apu_model_input_count(models[0]), NULL, ports));
	out = malloc(cut(models[0], apu_model_output,
			 apu_model_output_count(models[0]), NULL, ports));
	assert_non_null(out);
	for (unsigned int i = 0; i < 2 * TIMED_RUNS; i++) {
		uint64_t time_ns = run(models[i % 2], in, out);

		if (time_ns < best[i % 2])
			best[i % 2] = time_ns;
	}
	printf("# %s: an inference takes %.1f ms without passes, %.1f ms with "
	       "them: %.3f\n",
	       c->model, (double)best[0] / 1e6, (double)best[1] / 1e6,
	       (double)best[1] / (double)best[0]);
	free(in);
	free(out);
	apu_model_unref(models[0]);
	apu_model_unref(models[1]);
	apu_device_unref(dev);
}

static bool
is_timed(const char *model)
{
	for (size_t i = 0; i < COUNT(timed); i++)
		if (strcmp(timed[i], model) == 0)
			return true;
	return false;
}

static void
add_test(const char *model, const char *name, CMUnitTestFunction function,
	 const char *what)
{
	struct model_case *c = malloc(sizeof(*c));
	char *title;

	tests = realloc(tests, (test_count + 1) * sizeof(*tests));
	if (tests == NULL || c == NULL ||
	    asprintf(&title, "%s %s", model, what) < 0)
		abort();
	c->model = strdup(model);
	c->name = strdup(name);
	tests[test_count++] = (struct CMUnitTest) {
		.name = title,
		.test_func = function,
		.initial_state = c,
	};
}

static void
add_model(const char *model, const struct json_object *entry)
{
	struct json_object *cases = NULL;
	const char *name;

	if (!json_object_object_get_ex(entry, "cases", &cases) ||
	    json_object_array_length(cases) == 0)
		return;
	name = json_object_get_string(json_object_array_get_idx(cases, 0));
	add_test(model, name, check_model, "gives the same");
	if (is_timed(model))
		add_test(model, name, time_model, "is timed");
}

static void
free_tests(void)
{
	for (size_t i = 0; i < test_count; i++) {
		struct model_case *c = tests[i].initial_state;

		free(c->model);
		free(c->name);
		free(c);
		free((char *)tests[i].name);
	}
	free(tests);
}

/* The project's own machines must have the models. */
static int
skip_without_models(void)
{
	if (getenv("CI") != NULL) {
		printf("Bail out! shared models not found at %s\n", shared_dir);
		return 1;
	}
	printf("1..0 # SKIP shared models not found at %s\n", shared_dir);
	return 0;
}

int
main(int argc, char **argv)
{
	struct json_object *index;
	char path[4096];
	int failed;

	shared_dir = getenv("APU_SHARED");
	if (shared_dir == NULL)
		shared_dir = "../shared";
	snprintf(path, sizeof(path), "%s/models/index.json", shared_dir);
	index = json_object_from_file(path);
	if (index == NULL)
		return skip_without_models();

	json_object_object_foreach(index, model, entry)
	{
		if (argc < 2 || strcmp(argv[1], model) == 0)
			add_model(model, entry);
	}
	json_object_put(index);
	failed = _cmocka_run_group_tests("passes", tests, test_count, NULL,
					 NULL);
	free_tests();
	return failed;
}
