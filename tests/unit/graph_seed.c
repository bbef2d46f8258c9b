/* SPDX-License-Identifier: MIT */
#include "graph_seed.h"
#include "core/error.h"
#include <stdlib.h>
#include <string.h>

static const float scales[] = { 0.5F, 0.25F, 0.125F };
static const int64_t zeros[3];
static const int64_t input_zero_point[] = { -3 };
const int8_t filter_data[3 * 3 * 3 * 2] = { 1, 2, 3 };
static const int32_t bias_data[3] = { 100, 200, 300 };
static const int32_t shape_data[2] = { 1, 48 };

static const int32_t conv_inputs[] = { INPUT, FILTER, BIAS };
static const int32_t conv_outputs[] = { MIDDLE };
static const int32_t reshape_inputs[] = { MIDDLE, SHAPE };
static const int32_t reshape_outputs[] = { OUTPUT };

static const struct tflite_field conv_options[] = {
	TFLITE_FIELD_I8(0, TFLITE_SAME), TFLITE_FIELD_I32(1, 1),
	TFLITE_FIELD_I32(2, 1),          TFLITE_FIELD_I8(3, TFLITE_ACT_RELU),
	TFLITE_FIELD_I32(4, 1),          TFLITE_FIELD_I32(5, 1),
};

struct tflite_tensor
make_tensor(const char *name, enum tflite_type type, const int32_t *dims,
	    uint32_t rank)
{
	return (struct tflite_tensor) {
		.name = name,
		.type = type,
		.dims = dims,
		.rank = rank,
	};
}

static void
quantise(struct tflite_tensor *tensor, const int64_t *zero_points,
	 uint32_t count, int32_t dimension)
{
	tensor->scales = scales;
	tensor->zero_points = zero_points;
	tensor->quant_count = count;
	tensor->quantised_dimension = dimension;
}

static void
make_tensors(struct seed *seed)
{
	static const int32_t input[] = { 1, 4, 4, 2 };
	static const int32_t filter[] = { 3, 3, 3, 2 };
	static const int32_t bias[] = { 3 };
	static const int32_t middle[] = { 1, 4, 4, 3 };
	static const int32_t shape[] = { 2 };
	static const int32_t output[] = { 1, 48 };
	static const int32_t unused[] = { 1, 2 };
	struct tflite_tensor *t = seed->tensors;

	t[INPUT] = make_tensor("input", TFLITE_INT8, input, 4);
	quantise(&t[INPUT], input_zero_point, 1, 0);
	t[FILTER] = make_tensor("filter", TFLITE_INT8, filter, 4);
	quantise(&t[FILTER], zeros, 3, 0);
	t[FILTER].data = filter_data;
	t[FILTER].size_bytes = sizeof(filter_data);
	t[BIAS] = make_tensor("bias", TFLITE_INT32, bias, 1);
	quantise(&t[BIAS], zeros, 3, 3);
	t[BIAS].data = bias_data;
	t[BIAS].size_bytes = sizeof(bias_data);
	t[MIDDLE] = make_tensor(NULL, TFLITE_INT8, middle, 4);
	quantise(&t[MIDDLE], zeros, 1, 0);
	t[SHAPE] = make_tensor("shape", TFLITE_INT32, shape, 1);
	t[SHAPE].data = shape_data;
	t[SHAPE].size_bytes = sizeof(shape_data);
	t[OUTPUT] = make_tensor("output", TFLITE_INT8, output, 2);
	quantise(&t[OUTPUT], zeros, 1, 0);
	t[UNUSED] = make_tensor("unused", TFLITE_FLOAT32, unused, 2);
}

struct seed *
make_seed(struct seed *seed)
{
	memset(seed, 0, sizeof(*seed));
	make_tensors(seed);
	seed->operators[CONV] = (struct tflite_operator) {
		.builtin_code = TFLITE_CONV_2D,
		.version = 3,
		.options_type = TFLITE_CONV_2D_OPTIONS,
		.options = conv_options,
		.option_count = COUNT(conv_options),
		.inputs = conv_inputs,
		.input_count = COUNT(conv_inputs),
		.outputs = conv_outputs,
		.output_count = COUNT(conv_outputs),
	};
	seed->operators[RESHAPE] = (struct tflite_operator) {
		.builtin_code = TFLITE_RESHAPE,
		.version = 1,
		.inputs = reshape_inputs,
		.input_count = COUNT(reshape_inputs),
		.outputs = reshape_outputs,
		.output_count = COUNT(reshape_outputs),
	};
	seed->inputs[0] = INPUT;
	seed->outputs[0] = OUTPUT;
	seed->model = (struct tflite_model) {
		.tensors = seed->tensors,
		.tensor_count = TENSORS,
		.operators = seed->operators,
		.operator_count = OPERATORS,
		.inputs = seed->inputs,
		.input_count = 1,
		.outputs = seed->outputs,
		.output_count = 1,
	};
	return seed;
}

const struct apui_limits wide_limits = {
	.max_file_bytes = UINT64_C(1) << 30,
	.max_arena_bytes = UINT64_C(1) << 30,
	.max_macs = UINT64_C(1) << 40,
	.max_tensors = 65536,
	.max_operators = 65536,
};

/* Read bytes at an odd address; *out_graph stays when it fails. */
int
read_bytes(const uint8_t *bytes, size_t size_bytes,
	   const struct apui_limits *limits)
{
	struct apui_graph *const untouched = (struct apui_graph *)&wide_limits;
	struct apui_graph *graph = untouched;
	uint8_t *copy = malloc(size_bytes + 1);
	int ret;

	assert_non_null(copy);
	memcpy(copy + 1, bytes, size_bytes);
	ret = apui_graph_read(copy + 1, size_bytes, limits, &graph);
	if (ret == 0)
		apui_graph_free(graph);
	else
		assert_ptr_equal(graph, untouched);
	free(copy);
	return ret;
}

int
read_seed(const struct seed *seed)
{
	struct tflite_file file = tflite_write(&seed->model);
	int ret = read_bytes(file.bytes, file.size_bytes, &wide_limits);

	tflite_file_free(&file);
	return ret;
}

void
assert_blamed(int code, int operator_index, int tensor_index, const char *cause)
{
	const struct apu_error *error = apu_error_last();

	if (strstr(apu_error_cause(error), cause) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", cause,
			 apu_error_cause(error));
	assert_int_equal(apu_error_code(error), code);
	assert_int_equal(apu_error_operator_index(error), operator_index);
	assert_int_equal(apu_error_tensor_index(error), tensor_index);
}
