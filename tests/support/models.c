/* SPDX-License-Identifier: MIT */
#include "support/models.h"
#include <assert.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Array and length, as the members of a description want them. */
#define LIST(...)                                                              \
	(const int32_t[]) { __VA_ARGS__ },                                     \
		COUNT(((const int32_t[]) { __VA_ARGS__ }))

static const int64_t zero_points[8] = { 0 };
/* Conv2DOptions: padding, stride_w, stride_h, activation. */
static const struct tflite_field conv_options[] = {
	TFLITE_FIELD_I8(0, TFLITE_SAME),
	TFLITE_FIELD_I32(1, 1),
	TFLITE_FIELD_I32(2, 1),
	TFLITE_FIELD_I8(3, TFLITE_ACT_RELU),
};
/* Pool2DOptions: padding, strides, filter width and height. */
static const struct tflite_field pool_options[] = {
	TFLITE_FIELD_I8(0, TFLITE_VALID), TFLITE_FIELD_I32(1, 2),
	TFLITE_FIELD_I32(2, 2),           TFLITE_FIELD_I32(3, 2),
	TFLITE_FIELD_I32(4, 2),
};
/* AddOptions and FullyConnectedOptions: activation. */
static const struct tflite_field no_activation[] = {
	TFLITE_FIELD_I8(0, TFLITE_ACT_NONE),
};
/* SoftmaxOptions: beta. */
static const struct tflite_field softmax_options[] = {
	TFLITE_FIELD_F32(0, 1.0f),
};

/* Small weights of both signs, no two neighbours alike. */
static void
fill_weights(int8_t *weights, size_t count)
{
	for (size_t i = 0; i < count; i++)
		weights[i] = (int8_t)((int)(i * 37 % 255) - 127);
}

static void
fill_bias(int32_t *bias, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bias[i] = (int32_t)i * 100 - 150;
}

/* A quantised int8 tensor without constant bytes. */
static struct tflite_tensor
describe(const char *name, const int32_t *dims, uint32_t rank,
	 const float *scale, const int64_t *zero_point)
{
	return (struct tflite_tensor) {
		.name = name,
		.type = TFLITE_INT8,
		.dims = dims,
		.rank = rank,
		.scales = scale,
		.zero_points = zero_point,
		.quant_count = 1,
	};
}

/* As describe(), a constant of symmetric quantisation. */
static struct tflite_tensor
describe_constant(const char *name, enum tflite_type type, const int32_t *dims,
		  uint32_t rank, const float *scales, uint32_t scale_count,
		  const void *data, size_t size_bytes)
{
	return (struct tflite_tensor) {
		.name = name,
		.type = type,
		.dims = dims,
		.rank = rank,
		.scales = scales,
		.zero_points = zero_points,
		.quant_count = scale_count,
		.data = data,
		.size_bytes = size_bytes,
	};
}

/* A model of one operator; its first @input_count inputs are the graph's. */
static struct tflite_file
write_single(const struct tflite_tensor *tensors, uint32_t tensor_count,
	     const struct tflite_operator *op, uint32_t input_count)
{
	const struct tflite_model model = {
		.tensors = tensors,
		.tensor_count = tensor_count,
		.operators = op,
		.operator_count = 1,
		.inputs = op->inputs,
		.input_count = input_count,
		.outputs = op->outputs,
		.output_count = op->output_count,
	};

	return tflite_write(&model);
}

struct tflite_file
model_conv_2d(void)
{
	static const float in_scale = 0.05f, out_scale = 0.2f;
	static const int64_t in_zero = 3, out_zero = -128;
	static const float w_scales[3] = { 0.01f, 0.02f, 0.005f };
	static const float b_scales[3] = { 0.0005f, 0.001f, 0.00025f };
	int8_t weights[3 * 3 * 3 * 2];
	int32_t bias[3];
	const struct tflite_tensor tensors[] = {
		describe("input", LIST(1, 4, 4, 2), &in_scale, &in_zero),
		describe_constant("weights", TFLITE_INT8, LIST(3, 3, 3, 2),
				  w_scales, 3, weights, sizeof(weights)),
		describe_constant("bias", TFLITE_INT32, LIST(3), b_scales, 3,
				  bias, sizeof(bias)),
		describe("output", LIST(1, 4, 4, 3), &out_scale, &out_zero),
	};
	const struct tflite_operator op = {
		TFLITE_CONV_2D,
		.version = 3,
		.options_type = TFLITE_CONV_2D_OPTIONS,
		.options = conv_options,
		.option_count = COUNT(conv_options),
		.inputs = LIST(0, 1, 2),
		.outputs = LIST(3),
	};

	fill_weights(weights, sizeof(weights));
	fill_bias(bias, COUNT(bias));
	return write_single(tensors, COUNT(tensors), &op, 1);
}

struct tflite_file
model_fully_connected(void)
{
	static const float in_scale = 0.1f, w_scale = 0.02f, b_scale = 0.002f;
	static const float out_scale = 0.5f;
	static const int64_t in_zero = -5, out_zero = 7;
	int8_t weights[4 * 8];
	int32_t bias[4];
	const struct tflite_tensor tensors[] = {
		describe("input", LIST(1, 8), &in_scale, &in_zero),
		describe_constant("weights", TFLITE_INT8, LIST(4, 8), &w_scale,
				  1, weights, sizeof(weights)),
		describe_constant("bias", TFLITE_INT32, LIST(4), &b_scale, 1,
				  bias, sizeof(bias)),
		describe("output", LIST(1, 4), &out_scale, &out_zero),
	};
	const struct tflite_operator op = {
		TFLITE_FULLY_CONNECTED,
		.version = 4,
		.options_type = TFLITE_FULLY_CONNECTED_OPTIONS,
		.options = no_activation,
		.option_count = COUNT(no_activation),
		.inputs = LIST(0, 1, 2),
		.outputs = LIST(3),
	};

	fill_weights(weights, sizeof(weights));
	fill_bias(bias, COUNT(bias));
	return write_single(tensors, COUNT(tensors), &op, 1);
}

struct tflite_file
model_add(void)
{
	static const float scale = 0.5f;
	static const int64_t zero = 0;
	const struct tflite_tensor tensors[] = {
		describe("a", LIST(1, 2, 2, 3), &scale, &zero),
		describe("b", LIST(1, 2, 2, 3), &scale, &zero),
		describe("sum", LIST(1, 2, 2, 3), &scale, &zero),
	};
	const struct tflite_operator op = {
		TFLITE_ADD,
		.version = 2,
		.options_type = TFLITE_ADD_OPTIONS,
		.options = no_activation,
		.option_count = COUNT(no_activation),
		.inputs = LIST(0, 1),
		.outputs = LIST(2),
	};

	return write_single(tensors, COUNT(tensors), &op, 2);
}

struct tflite_file
model_chain(uint32_t operator_count)
{
	static const float scale = 0.5f;
	static const int64_t zero = 0;
	const int32_t shape[] = { 1, 8 };
	const struct tflite_field options[] = {
		TFLITE_FIELD_I32_VECTOR(0, shape, 2),
	};
	struct tflite_tensor tensors[MODEL_CHAIN_MAX + 1];
	struct tflite_operator operators[MODEL_CHAIN_MAX];
	int32_t numbers[MODEL_CHAIN_MAX + 1];
	const struct tflite_model model = {
		.tensors = tensors,
		.tensor_count = operator_count + 1,
		.operators = operators,
		.operator_count = operator_count,
		.inputs = numbers,
		.input_count = 1,
		.outputs = numbers + operator_count,
		.output_count = 1,
	};

	assert(operator_count >= 1 && operator_count <= MODEL_CHAIN_MAX);
	for (uint32_t i = 0; i <= operator_count; i++) {
		numbers[i] = (int32_t)i;
		tensors[i] = describe("link", shape, 2, &scale, &zero);
	}
	for (uint32_t i = 0; i < operator_count; i++)
		operators[i] = (struct tflite_operator) {
			TFLITE_RESHAPE,
			.version = 1,
			.options_type = TFLITE_RESHAPE_OPTIONS,
			.options = options,
			.option_count = COUNT(options),
			.inputs = &numbers[i],
			.input_count = 1,
			.outputs = &numbers[i + 1],
			.output_count = 1,
		};
	return tflite_write(&model);
}

/* The classifier's tensors in their order. */
enum {
	INPUT,
	CONV_WEIGHTS,
	CONV_BIAS,
	CONV_OUT,
	POOL_OUT,
	FC_WEIGHTS,
	FC_BIAS,
	FC_OUT,
	OUTPUT,
	CLASSIFIER_TENSORS,
};

static const struct tflite_operator classifier_operators[] = {
	{ TFLITE_CONV_2D, .version = 3, .options_type = TFLITE_CONV_2D_OPTIONS,
	  .options = conv_options, .option_count = COUNT(conv_options),
	  .inputs = LIST(INPUT, CONV_WEIGHTS, CONV_BIAS),
	  .outputs = LIST(CONV_OUT) },
	{ TFLITE_MAX_POOL_2D, .version = 2,
	  .options_type = TFLITE_POOL_2D_OPTIONS, .options = pool_options,
	  .option_count = COUNT(pool_options), .inputs = LIST(CONV_OUT),
	  .outputs = LIST(POOL_OUT) },
	{ TFLITE_FULLY_CONNECTED, .version = 4,
	  .options_type = TFLITE_FULLY_CONNECTED_OPTIONS,
	  .options = no_activation, .option_count = COUNT(no_activation),
	  .inputs = LIST(POOL_OUT, FC_WEIGHTS, FC_BIAS),
	  .outputs = LIST(FC_OUT) },
	{ TFLITE_SOFTMAX, .version = 2, .options_type = TFLITE_SOFTMAX_OPTIONS,
	  .options = softmax_options, .option_count = COUNT(softmax_options),
	  .inputs = LIST(FC_OUT), .outputs = LIST(OUTPUT) },
};

struct tflite_file
model_classifier(void)
{
	static const float in_scale = 1.0f / 255, conv_scale = 0.02f;
	static const float w_scales[4] = { 0.01f, 0.005f, 0.0075f, 0.02f };
	static const float b_scales[4] = { 0.01f / 255, 0.005f / 255,
					   0.0075f / 255, 0.02f / 255 };
	static const float w_scale = 0.01f, b_scale = 0.02f * 0.01f;
	static const float fc_scale = 0.25f, out_scale = 1.0f / 256;
	static const int64_t low = -128, zero = 0;
	int8_t weights[4 * 3 * 3], fc_weights[5 * 64];
	int32_t bias[4], fc_bias[5];
	const struct tflite_tensor tensors[CLASSIFIER_TENSORS] = {
		[INPUT] = describe("input", LIST(1, 8, 8, 1), &in_scale, &low),
		[CONV_WEIGHTS] = describe_constant("conv_weights", TFLITE_INT8,
						   LIST(4, 3, 3, 1), w_scales,
						   4, weights, sizeof(weights)),
		[CONV_BIAS] =
			describe_constant("conv_bias", TFLITE_INT32, LIST(4),
					  b_scales, 4, bias, sizeof(bias)),
		[CONV_OUT] =
			describe("conv", LIST(1, 8, 8, 4), &conv_scale, &low),
		[POOL_OUT] =
			describe("pool", LIST(1, 4, 4, 4), &conv_scale, &low),
		[FC_WEIGHTS] = describe_constant(
			"fc_weights", TFLITE_INT8, LIST(5, 64), &w_scale, 1,
			fc_weights, sizeof(fc_weights)),
		[FC_BIAS] = describe_constant("fc_bias", TFLITE_INT32, LIST(5),
					      &b_scale, 1, fc_bias,
					      sizeof(fc_bias)),
		[FC_OUT] = describe("logits", LIST(1, 5), &fc_scale, &zero),
		[OUTPUT] = describe("output", LIST(1, 5), &out_scale, &low),
	};
	const struct tflite_model model = {
		.tensors = tensors,
		.tensor_count = CLASSIFIER_TENSORS,
		.operators = classifier_operators,
		.operator_count = COUNT(classifier_operators),
		.inputs = LIST(INPUT),
		.outputs = LIST(OUTPUT),
	};

	fill_weights(weights, sizeof(weights));
	fill_weights(fc_weights, sizeof(fc_weights));
	fill_bias(bias, COUNT(bias));
	fill_bias(fc_bias, COUNT(fc_bias));
	return tflite_write(&model);
}

/* VarHandleOptions: the name that both subgraphs know the variable by. */
static const struct tflite_field handle_options[] = {
	{ .id = 1, .kind = TFLITE_TEXT, .data = "sum" },
};

static const struct tflite_tensor handle_tensor = {
	.name = "handle",
	.type = TFLITE_RESOURCE,
};

#define VAR_HANDLE(list)                                                       \
	{                                                                      \
		.builtin_code = TFLITE_VAR_HANDLE, .version = 1,               \
		.options_type = TFLITE_VAR_HANDLE_OPTIONS,                     \
		.options = handle_options,                                     \
		.option_count = COUNT(handle_options), .outputs = (list),      \
		.output_count = 1                                              \
	}
#define ASSIGN_VARIABLE(list)                                                  \
	{                                                                      \
		.builtin_code = TFLITE_ASSIGN_VARIABLE, .version = 1,          \
		.inputs = (list), .input_count = 2                             \
	}

struct tflite_file
model_accumulator_calling(int32_t subgraph)
{
	static const float scale = 0.5f;
	static const int64_t zero = 0;
	static const int8_t first[] = { 1, 2, 3, 4 };
	static const int32_t dims[] = { 1, 4 }, numbers[] = { 0, 1, 2, 3 };
	static const int32_t add[] = { 0, 2 }, assign[] = { 1, 3 };
	const struct tflite_field call[] = { TFLITE_FIELD_I32(0, subgraph) };
	const struct tflite_tensor tensors[] = {
		describe("input", dims, 2, &scale, &zero),
		handle_tensor,
		describe("before", dims, 2, &scale, &zero),
		describe("sum", dims, 2, &scale, &zero),
	};
	const struct tflite_operator operators[] = {
		{ .builtin_code = TFLITE_CALL_ONCE,
		  .version = 1,
		  .options_type = TFLITE_CALL_ONCE_OPTIONS,
		  .options = call,
		  .option_count = 1 },
		VAR_HANDLE(&numbers[1]),
		{ .builtin_code = TFLITE_READ_VARIABLE,
		  .version = 1,
		  .inputs = &numbers[1],
		  .input_count = 1,
		  .outputs = &numbers[2],
		  .output_count = 1 },
		{ .builtin_code = TFLITE_ADD,
		  .version = 2,
		  .options_type = TFLITE_ADD_OPTIONS,
		  .options = no_activation,
		  .option_count = COUNT(no_activation),
		  .inputs = add,
		  .input_count = 2,
		  .outputs = &numbers[3],
		  .output_count = 1 },
		ASSIGN_VARIABLE(assign),
	};
	struct tflite_tensor init_tensors[] = {
		handle_tensor,
		describe("first", dims, 2, &scale, &zero),
	};
	const struct tflite_operator init_operators[] = {
		VAR_HANDLE(&numbers[0]),
		ASSIGN_VARIABLE(numbers),
	};
	const struct tflite_model init = {
		.tensors = init_tensors,
		.tensor_count = COUNT(init_tensors),
		.operators = init_operators,
		.operator_count = COUNT(init_operators),
	};
	const struct tflite_model model = {
		.tensors = tensors,
		.tensor_count = COUNT(tensors),
		.operators = operators,
		.operator_count = COUNT(operators),
		.inputs = &numbers[0],
		.input_count = 1,
		.outputs = &numbers[3],
		.output_count = 1,
		.subgraphs = &init,
		.subgraph_count = 1,
	};

	init_tensors[1].data = first;
	init_tensors[1].size_bytes = sizeof(first);
	return tflite_write(&model);
}

struct tflite_file
model_accumulator(void)
{
	return model_accumulator_calling(1);
}
