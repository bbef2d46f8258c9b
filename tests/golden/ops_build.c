/* SPDX-License-Identifier: MIT */
#include "ops_build.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SEEDS 2

size_t
ops_type_size(enum tflite_type type)
{
	switch (type) {
	case TFLITE_FLOAT32:
	case TFLITE_INT32:
		return 4;
	case TFLITE_INT64:
		return 8;
	default:
		return 1;
	}
}

uint32_t
ops_shape_count(const struct ops_shape *shape)
{
	uint32_t count = 1;

	for (uint32_t i = 0; i < shape->rank; i++)
		count *= (uint32_t)shape->dims[i];
	return count;
}

int32_t
ops_or_1(int32_t value)
{
	return value != 0 ? value : 1;
}

int32_t
ops_type_min(enum tflite_type type)
{
	return type == TFLITE_INT8 ? INT8_MIN : 0;
}

int32_t
ops_type_max(enum tflite_type type)
{
	return type == TFLITE_INT8 ? INT8_MAX : UINT8_MAX;
}

int64_t
ops_random_zero_point(struct ops_build *build, enum tflite_type type)
{
	return random_range(&build->random, ops_type_min(type),
			    ops_type_max(type));
}

int64_t
ops_middle_zero_point(struct ops_build *build, enum tflite_type type)
{
	return ops_type_min(type) + random_range(&build->random, 96, 160);
}

int32_t
ops_add_tensor(struct ops_build *build, enum tflite_type type,
	       const struct ops_shape *shape, float scale, int64_t zero_point)
{
	static const char *const names[OPS_MAX_TENSORS] = { "t0", "t1", "t2",
							    "t3" };
	uint32_t number = build->tensor_count++;
	struct ops_store *store = &build->stores[number];

	assert(number < OPS_MAX_TENSORS);
	store->shape = *shape;
	store->scales[0] = scale;
	store->zero_points[0] = zero_point;
	build->tensors[number] = (struct tflite_tensor) {
		.name = names[number],
		.type = type,
		.dims = store->shape.dims,
		.rank = shape->rank,
		.scales = store->scales,
		.zero_points = store->zero_points,
		.quant_count = scale != 0 ? 1 : 0,
	};
	return (int32_t)number;
}

int32_t
ops_add_constant(struct ops_build *build, enum tflite_type type,
		 const struct ops_shape *shape, void *data)
{
	int32_t number = ops_add_tensor(build, type, shape, 0, 0);
	struct tflite_tensor *tensor = &build->tensors[number];

	build->stores[number].data = data;
	tensor->data = data;
	tensor->size_bytes = ops_shape_count(shape) * ops_type_size(type);
	return number;
}

void
ops_add_operand(struct ops_build *build, int32_t tensor)
{
	assert(build->op.input_count < OPS_MAX_TENSORS);
	build->op_inputs[build->op.input_count++] = tensor;
}

int32_t
ops_add_input(struct ops_build *build, enum tflite_type type,
	      const struct ops_shape *shape, float scale, int64_t zero_point)
{
	int32_t number = ops_add_tensor(build, type, shape, scale, zero_point);

	assert(build->graph_input_count < OPS_MAX_INPUTS);
	build->graph_inputs[build->graph_input_count++] = number;
	ops_add_operand(build, number);
	return number;
}

void
ops_add_output(struct ops_build *build, enum tflite_type type,
	       const struct ops_shape *shape, float scale, int64_t zero_point)
{
	build->output = ops_add_tensor(build, type, shape, scale, zero_point);
}

void
ops_add_option(struct ops_build *build, struct tflite_field field)
{
	assert(build->op.option_count < OPS_MAX_OPTIONS);
	build->options[build->op.option_count++] = field;
}

void
ops_add_i8(struct ops_build *build, uint16_t id, int32_t value)
{
	ops_add_option(build, (struct tflite_field)TFLITE_FIELD_I8(id, value));
}

void
ops_add_i32(struct ops_build *build, uint16_t id, int32_t value)
{
	ops_add_option(build, (struct tflite_field)TFLITE_FIELD_I32(id, value));
}

unsigned int
ops_seed_count(const struct ops_case *row)
{
	return row->seeds != 0 ? row->seeds : DEFAULT_SEEDS;
}

/* FNV-1a: rows keep their numbers when the table is reordered. */
static uint64_t
hash_name(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
	return hash;
}

/*
 * Sixteenths of a step for QUANTIZE, so that ties occur; beyond the type's
 * range on both sides.
 */
static void
fill_floats(struct ops_build *build, uint8_t *bytes, uint32_t count)
{
	float step = build->stores[build->output].scales[0];

	for (uint32_t i = 0; i < count; i++) {
		int32_t n = random_range(&build->random, -320 * 16, 320 * 16);
		float value = (float)n / 16.0f * step;

		memcpy(bytes + 4 * (size_t)i, &value, 4);
	}
}

static uint8_t
choose_byte(struct ops_build *build, int32_t tensor, uint32_t i)
{
	enum tflite_type type = build->tensors[tensor].type;
	int64_t zero = build->stores[tensor].zero_points[0];
	int32_t min = ops_type_min(type), max = ops_type_max(type);
	int64_t value;

	switch (build->row->data) {
	case OPS_EXTREMES:
		return (uint8_t)(random_u64(&build->random) >> 63 ? max : min);
	case OPS_RAMP:
		return (uint8_t)i;
	case OPS_EQUAL:
		return 77;
	case OPS_NARROW:
		value = zero + random_range(&build->random, -8, 8);
		return (uint8_t)(value < min ? min : value > max ? max : value);
	default:
		return (uint8_t)(random_u64(&build->random) >> 56);
	}
}

static void
fill_input(struct ops_build *build, struct ops_sample *sample, uint32_t index)
{
	int32_t number = build->graph_inputs[index];
	enum tflite_type type = build->tensors[number].type;
	uint32_t count = ops_shape_count(&build->stores[number].shape);
	size_t size_bytes = count * ops_type_size(type);
	uint8_t *bytes = malloc(size_bytes);

	assert(bytes != NULL);
	if (type == TFLITE_FLOAT32)
		fill_floats(build, bytes, count);
	else
		for (uint32_t i = 0; i < count; i++)
			bytes[i] = choose_byte(build, number, i);
	sample->inputs[index] = bytes;
	sample->input_sizes[index] = size_bytes;
}

static struct tflite_file
write_build(struct ops_build *build)
{
	const struct tflite_model model = {
		.tensors = build->tensors,
		.tensor_count = build->tensor_count,
		.operators = &build->op,
		.operator_count = 1,
		.inputs = build->graph_inputs,
		.input_count = build->graph_input_count,
		.outputs = &build->output,
		.output_count = 1,
	};

	build->op.builtin_code = build->row->op;
	build->op.options = build->options;
	build->op.inputs = build->op_inputs;
	build->op.outputs = &build->output;
	build->op.output_count = 1;
	return tflite_write(&model);
}

void
ops_sample_init(struct ops_sample *sample, const struct ops_case *row,
		unsigned int seed)
{
	struct ops_build build = { .row = row };
	const struct ops_store *out;

	memset(sample, 0, sizeof(*sample));
	snprintf(sample->name, sizeof(sample->name), "%s-s%u", row->name, seed);
	build.random.state = hash_name(sample->name);

	ops_find_layer(row->op)(&build);
	sample->model = write_build(&build);
	sample->input_count = build.graph_input_count;
	for (uint32_t i = 0; i < build.graph_input_count; i++)
		fill_input(&build, sample, i);
	out = &build.stores[build.output];
	sample->steps = 1;
	sample->output_count = 1;
	sample->outputs[0].size_bytes =
		ops_shape_count(&out->shape) *
		ops_type_size(build.tensors[build.output].type);

	for (uint32_t i = 0; i < build.tensor_count; i++)
		free(build.stores[i].data);
}

void
ops_sample_finish(struct ops_sample *sample)
{
	for (unsigned int i = 0; i < sample->input_count; i++)
		free(sample->inputs[i]);
	tflite_file_free(&sample->model);
	memset(sample, 0, sizeof(*sample));
}
