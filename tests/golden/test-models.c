/* SPDX-License-Identifier: MIT */
/*
 * Real models, integers byte for byte and floats within a tolerance as the
 * answers beside them say, through the public API. The models are no part of
 * this project: $APU_SHARED is the folder that has them in models/, with an
 * index.json.
 */
#include "unit/test.h"
#include <apu/apu.h>
#include <json-c/json.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers make a request many times slower than the driver expects. */
#define DEVICE     "sim:timeout_ms=600000"
#define TIMEOUT_NS (600 * INT64_C(1000000000))
#define MAX_PORTS  8 /* inputs or outputs of one model */

/* Floats: of the value, or of the tensor's largest magnitude (at least 1). */
#define TOLERANCE_OF_VALUE   1e-3f
#define TOLERANCE_OF_LARGEST 1e-4f

/* The models that load. */
static const char *const model_names[] = {
	"coral__deeplabv3_mnv2_dm05_pascal_quant",
	"coral__mobilenet_quant_v1_224_head_layers",
	"coral__mobilenet_v1_0.25_128_quant",
	"coral__mobilenet_v1_1.0_224_quant_embedding_extractor",
	"coral__mobilenet_v2_1.0_224_quant",
	"coral__movenet_single_pose_lightning_ptq",
	"coral__split_concat",
	"coral__tf2_mobilenet_v2_1.0_224_ptq",
	"litert__blazeface_mlkit_v1",
	"mcunet__detection",
	"mcunet__vww",
	"mediapipe_face__face_detection_front",
	"mediapipe_npm__hand_landmark_lite",
	"microwakeword__v2_okay_nabu",
	"microwakeword__v2_vad",
	"misc__ssd_mobilenet_v1_coco_quant_detect",
	"mlperf_tiny__ad01_int8",
	"mlperf_tiny__kws_ref_model",
	"mlperf_tiny__pretrainedResnet",
	"mlperf_tiny__pretrainedResnet_quant",
	"mlperf_tiny__str_ww_ref_model",
	"mlperf_tiny__vww_96_float",
	"mlperf_tiny__vww_96_int8",
	"tflm__hello_world_float",
	"tflm__hello_world_int8",
	"tflm__keyword_scrambled",
	"tflm__micro_speech_quantized",
	"tflm__person_detect",
	"tflm__trained_lstm_int8",
};

struct golden_case {
	const char *model;
	char *name;      /* NULL: the index has none for the model */
	bool one_by_one; /* one operator a request */
};

struct bytes {
	uint8_t *data;
	size_t size;
};

/* A job with a buffer for each of its inputs and outputs. */
struct bench {
	struct apu_device *dev;
	struct apu_model *model;
	struct apu_job *job;
	struct apu_buffer *inputs[MAX_PORTS];
	struct apu_buffer *outputs[MAX_PORTS];
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
format_path(char path[4096], const char *model, const char *name,
	    const char *suffix)
{
	int length = snprintf(path, 4096, "%s/models/%s/%s%s", shared_dir,
			      model, name, suffix);

	assert_in_range(length, 1, 4095);
}

static struct bytes
read_case(const struct golden_case *c, const char *suffix)
{
	struct bytes bytes = { NULL, 0 };
	char path[4096];
	FILE *file;
	long size;

	format_path(path, c->model, c->name, suffix);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	assert_true(size > 0);
	rewind(file);
	bytes.size = (size_t)size;
	bytes.data = malloc(bytes.size);
	assert_non_null(bytes.data);
	assert_int_equal(fread(bytes.data, 1, bytes.size, file), bytes.size);
	fclose(file);
	return bytes;
}

static void
bind_inputs(struct bench *bench)
{
	unsigned int count = apu_model_input_count(bench->model);

	assert_in_range(count, 1, MAX_PORTS);
	for (unsigned int i = 0; i < count; i++) {
		const struct apu_tensor *t = apu_model_input(bench->model, i);

		check(apu_buffer_new(bench->dev, apu_tensor_size_bytes(t), 0,
				     &bench->inputs[i]));
		check(apu_job_bind_input(bench->job, i, bench->inputs[i], 0));
	}
}

static void
bind_outputs(struct bench *bench)
{
	unsigned int count = apu_model_output_count(bench->model);

	assert_in_range(count, 1, MAX_PORTS);
	for (unsigned int i = 0; i < count; i++) {
		const struct apu_tensor *t = apu_model_output(bench->model, i);

		check(apu_buffer_new(bench->dev, apu_tensor_size_bytes(t), 0,
				     &bench->outputs[i]));
		check(apu_job_bind_output(bench->job, i, bench->outputs[i], 0));
	}
}

static void
set_up(struct bench *bench, const struct golden_case *c)
{
	char path[4096];

	memset(bench, 0, sizeof(*bench));
	format_path(path, c->model, "model.tflite", "");
	check(apu_device_open(DEVICE, &bench->dev));
	check(apu_model_load_file(bench->dev, path, NULL, &bench->model));
	check(apu_job_new(bench->model, &bench->job));
	if (c->one_by_one)
		check(apu_job_set_work_budget(bench->job, 1));
	bind_inputs(bench);
	bind_outputs(bench);
}

static void
tear_down(struct bench *bench)
{
	apu_job_free(bench->job);
	for (unsigned int i = 0; i < MAX_PORTS; i++) {
		apu_buffer_unref(bench->inputs[i]);
		apu_buffer_unref(bench->outputs[i]);
	}
	apu_model_unref(bench->model);
	apu_device_unref(bench->dev);
}

static uint64_t
total_size(struct apu_buffer *const *buffers)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < MAX_PORTS && buffers[i] != NULL; i++)
		total += apu_buffer_size(buffers[i]);
	return total;
}

static void *
begin_access(struct bench *bench, struct apu_buffer *buf, uint32_t access)
{
	int64_t deadline_ns = apu_device_deadline_ns(bench->dev, TIMEOUT_NS);
	void *memory;

	check(apu_buffer_map(buf, &memory));
	check(apu_buffer_cpu_begin(buf, access, deadline_ns));
	return memory;
}

static void
write_inputs(struct bench *bench, const uint8_t *data)
{
	for (unsigned int i = 0; bench->inputs[i] != NULL; i++) {
		struct apu_buffer *buf = bench->inputs[i];
		uint64_t size = apu_buffer_size(buf);

		memcpy(begin_access(bench, buf, APU_BUFFER_WRITE), data, size);
		check(apu_buffer_cpu_end(buf, APU_BUFFER_WRITE));
		data += size;
	}
}

static float
get_float(const void *bytes, uint64_t i)
{
	float value;

	memcpy(&value, (const uint8_t *)bytes + i * sizeof(value),
	       sizeof(value));
	return value;
}

static void
compare_floats(const void *values, const uint8_t *expected, uint64_t count)
{
	float largest = 1;

	for (uint64_t i = 0; i < count; i++)
		largest = fmaxf(largest, fabsf(get_float(expected, i)));
	for (uint64_t i = 0; i < count; i++) {
		float want = get_float(expected, i), is = get_float(values, i);

		/* A NaN is never within it. */
		if (!(fabsf(is - want) <=
		      fmaxf(TOLERANCE_OF_VALUE * fabsf(want),
			    TOLERANCE_OF_LARGEST * largest)))
			fail_msg("value %llu is %.9g, not %.9g",
				 (unsigned long long)i, (double)is,
				 (double)want);
	}
}

static void
compare_output(const struct apu_tensor *tensor, const void *values,
	       const uint8_t *expected)
{
	uint64_t size = apu_tensor_size_bytes(tensor);

	if (apu_tensor_dtype(tensor) == APU_DTYPE_FLOAT32)
		compare_floats(values, expected, size / sizeof(float));
	else
		assert_memory_equal(values, expected, size);
}

static void
compare_outputs(struct bench *bench, const uint8_t *expected)
{
	for (unsigned int i = 0; bench->outputs[i] != NULL; i++) {
		struct apu_buffer *buf = bench->outputs[i];

		compare_output(apu_model_output(bench->model, i),
			       begin_access(bench, buf, APU_BUFFER_READ),
			       expected);
		check(apu_buffer_cpu_end(buf, APU_BUFFER_READ));
		expected += apu_buffer_size(buf);
	}
}

/* Input bytes of N times the input size are N inferences. */
static void
run_all(struct bench *bench, const struct bytes *in, const struct bytes *out)
{
	uint64_t in_size = total_size(bench->inputs);
	uint64_t out_size = total_size(bench->outputs);
	uint64_t count = in->size / in_size;

	assert_int_equal(in->size, count * in_size);
	assert_int_equal(out->size, count * out_size);
	for (uint64_t i = 0; i < count; i++) {
		write_inputs(bench, in->data + i * in_size);
		check(apu_job_run(bench->job, apu_device_deadline_ns(
						      bench->dev, TIMEOUT_NS)));
		compare_outputs(bench, out->data + i * out_size);
	}
}

static void
check_case(void **state)
{
	const struct golden_case *c = *state;
	struct bytes in, out;
	struct bench bench;

	if (c->name == NULL)
		fail_msg("index.json lists no case of %s", c->model);
	in = read_case(c, ".in.bin");
	out = read_case(c, ".out.bin");
	set_up(&bench, c);
	run_all(&bench, &in, &out);
	tear_down(&bench);
	free(in.data);
	free(out.data);
}

static void
add_test(const char *model, const char *name, bool one_by_one)
{
	struct golden_case *c = malloc(sizeof(*c));
	char *title;

	tests = realloc(tests, (test_count + 1) * sizeof(*tests));
	if (tests == NULL || c == NULL ||
	    asprintf(&title, "%s %s%s", model, name != NULL ? name : "?",
		     one_by_one ? ", one operator a request" : "") < 0)
		abort();
	c->model = model;
	c->name = name != NULL ? strdup(name) : NULL;
	c->one_by_one = one_by_one;
	tests[test_count++] = (struct CMUnitTest) {
		.name = title,
		.test_func = check_case,
		.initial_state = c,
	};
}

/* All cases as they are, and the first one operator by operator. */
static void
add_model(const char *model, const struct json_object *index)
{
	struct json_object *entry = NULL, *cases = NULL;
	size_t count = 0;

	if (json_object_object_get_ex(index, model, &entry) &&
	    json_object_object_get_ex(entry, "cases", &cases))
		count = json_object_array_length(cases);
	if (count == 0)
		add_test(model, NULL, false);
	for (size_t i = 0; i < count; i++)
		add_test(model,
			 json_object_get_string(
				 json_object_array_get_idx(cases, i)),
			 false);
	if (count > 0)
		add_test(model,
			 json_object_get_string(
				 json_object_array_get_idx(cases, 0)),
			 true);
}

static void
free_tests(void)
{
	for (size_t i = 0; i < test_count; i++) {
		struct golden_case *c = tests[i].initial_state;

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
main(void)
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

	for (size_t i = 0; i < COUNT(model_names); i++)
		add_model(model_names[i], index);
	json_object_put(index);
	failed = _cmocka_run_group_tests("models", tests, test_count, NULL,
					 NULL);
	free_tests();
	return failed;
}
