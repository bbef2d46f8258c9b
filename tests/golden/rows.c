/* SPDX-License-Identifier: MIT */
#include "rows.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TENSORS    (ROW_MAX_INPUTS + ROW_MAX_OUTPUTS + ROW_MAX_INSIDE)
#define MAX_NAME_BYTES 8

/* Of table Operator: the schema's number. */
#define INTERMEDIATES 8

/* A model under construction. */
struct row_build {
	struct random random;
	struct tflite_tensor tensors[MAX_TENSORS];
	char names[MAX_TENSORS][MAX_NAME_BYTES];
	float scales[MAX_TENSORS];
	int64_t zero_points[MAX_TENSORS];
	float channel_scales[ROW_MAX_SCALES]; /* of one tensor at most */
	int64_t channel_zero_points[ROW_MAX_SCALES];
	void *data[MAX_TENSORS]; /* of constants */
	uint32_t tensor_count;
	struct tflite_operator op;
	int32_t op_inputs[ROW_MAX_INPUTS];
	int32_t op_outputs[ROW_MAX_OUTPUTS];
	int32_t op_inside[ROW_MAX_INSIDE];
	uint32_t inside_count;
	int32_t graph_inputs[ROW_MAX_INPUTS];
	uint32_t graph_input_count;
};

/* What values a type has. */
struct type_facts {
	enum tflite_type type;
	size_t size_bytes;
	int32_t low, high;           /* of random values */
	int32_t zero_low, zero_high; /* both 0, or of random zero points */
	unsigned int packed_bits;    /* of a constant's element in the file */
};

static const struct type_facts type_facts[] = {
	{ TFLITE_FLOAT32, 4, -4, 4, 0, 0, 0 },
	{ TFLITE_FLOAT16, 2, 0, 0, 0, 0, 0 },
	{ TFLITE_FLOAT64, 8, -4, 4, 0, 0, 0 },
	{ TFLITE_INT32, 4, -100, 100, 0, 0, 0 },
	{ TFLITE_INT64, 8, -100, 100, 0, 0, 0 },
	{ TFLITE_BOOL, 1, 0, 1, 0, 0, 0 },
	{ TFLITE_INT16, 2, INT16_MIN, INT16_MAX, 0, 0, 0 },
	{ TFLITE_INT8, 1, INT8_MIN, INT8_MAX, -40, 40, 0 },
	{ TFLITE_UINT8, 1, 0, UINT8_MAX, 88, 168, 0 },
	{ TFLITE_INT4, 1, -8, 7, 0, 0, 4 },
	{ TFLITE_INT2, 1, -2, 1, 0, 0, 2 },
};

const struct row_family *const row_families[] = {
	&rows_elementwise, &rows_float,     &rows_lookup, &rows_sequence,
	&rows_movement,    &rows_reduction, &rows_state,  &rows_shape,
	&rows_control,     &rows_misc,      &rows_matrix, &rows_wide,
	&rows_more,        &rows_types,     &rows_moved,  &rows_kinds,
};

const size_t row_family_count = ROW_COUNT(row_families);

const struct row_family *
row_family_find(const char *name)
{
	for (size_t i = 0; i < row_family_count; i++)
		if (strcmp(row_families[i]->name, name) == 0)
			return row_families[i];
	return NULL;
}

unsigned int
row_seed_count(const struct row_family *family, const struct row *row)
{
	return row->seeds != 0 ? row->seeds : family->seeds;
}

static const struct type_facts *
find_type(enum tflite_type type)
{
	for (size_t i = 0; i < ROW_COUNT(type_facts); i++)
		if (type_facts[i].type == type)
			return &type_facts[i];
	abort();
}

static size_t
count_elements(const struct row_tensor *tensor)
{
	size_t count = 1;

	for (uint32_t i = 0; i < tensor->shape.rank; i++)
		count *= (size_t)tensor->shape.dims[i];
	return count;
}

static size_t
size_of(const struct row_tensor *tensor)
{
	return count_elements(tensor) * find_type(tensor->type)->size_bytes;
}

static void
store_value(uint8_t *bytes, enum tflite_type type, float real)
{
	double wide = real;
	int64_t integer;

	if (type == TFLITE_FLOAT32) {
		memcpy(bytes, &real, sizeof(real));
		return;
	}
	if (type == TFLITE_FLOAT64) {
		memcpy(bytes, &wide, sizeof(wide));
		return;
	}
	/* Little-endian, as the file is. */
	integer = (int64_t)real;
	memcpy(bytes, &integer, find_type(type)->size_bytes);
}

/* Floats are multiples of 1/1024, so that sums of them are nearly exact. */
static float
choose_value(struct random *random, const struct row_tensor *tensor)
{
	const struct type_facts *facts = find_type(tensor->type);
	float low = tensor->low, high = tensor->high;

	if (low == 0 && high == 0) {
		low = (float)facts->low;
		high = (float)facts->high;
	}
	if (tensor->type != TFLITE_FLOAT32 && tensor->type != TFLITE_FLOAT64)
		return (float)random_range(random, (int32_t)low, (int32_t)high);
	return (float)random_range(random, (int32_t)(low * 1024),
				   (int32_t)(high * 1024)) /
	       1024;
}

static uint8_t *
make_values(struct random *random, const struct row_tensor *tensor,
	    unsigned int steps)
{
	size_t step = find_type(tensor->type)->size_bytes;
	size_t count = count_elements(tensor) * steps;
	uint8_t *bytes = calloc(count, step);
	bool given = tensor->role == ROW_LITERAL || tensor->role == ROW_GIVEN;

	assert(bytes != NULL);
	for (size_t i = 0; i < count; i++)
		if (tensor->role == ROW_RAMP)
			bytes[i * step] = (uint8_t)i;
		else
			store_value(bytes + i * step, tensor->type,
				    given ? tensor->values[i % ROW_MAX_VALUES]
					  : choose_value(random, tensor));
	return bytes;
}

/* Of elements of a few bits the first is the lowest. Returns the bytes left. */
static size_t
pack_values(const struct row_tensor *tensor, uint8_t *bytes)
{
	unsigned int bits = find_type(tensor->type)->packed_bits;
	size_t count = count_elements(tensor);

	if (bits == 0)
		return size_of(tensor);
	for (size_t i = 0; i < count; i++) {
		uint8_t value = (uint8_t)(bytes[i] & ((1u << bits) - 1));
		size_t bit = i * bits;

		if (bit % 8 == 0)
			bytes[bit / 8] = 0;
		bytes[bit / 8] |= (uint8_t)(value << bit % 8);
	}
	return (count * bits + 7) / 8;
}

static void
choose_quantisation(struct row_build *build, const struct row_tensor *tensor,
		    uint32_t number)
{
	const struct type_facts *facts = find_type(tensor->type);
	float *scale = &build->scales[number];
	int64_t *zero = &build->zero_points[number];

	*scale = tensor->scale;
	*zero = tensor->zero_point;
	if (tensor->quantisation == ROW_LIKE_FIRST) {
		if (tensor->type != build->tensors[0].type)
			return;
		*scale = build->scales[0];
		*zero = build->zero_points[0];
	} else if (*scale == 0 && facts->zero_high != 0 &&
		   tensor->quantisation == ROW_RANDOM) {
		*scale = random_float(&build->random, 0.02f, 0.04f);
		*zero = random_range(&build->random, facts->zero_low,
				     facts->zero_high);
	}
}

/* Between half of `scale` and all of it, each channel its own. */
static void
choose_channel_scales(struct row_build *build, const struct row_tensor *tensor,
		      struct tflite_tensor *t)
{
	assert(tensor->scale_count <= ROW_MAX_SCALES);
	for (uint32_t i = 0; i < tensor->scale_count; i++)
		build->channel_scales[i] = random_float(
			&build->random, tensor->scale / 2, tensor->scale);
	t->scales = build->channel_scales;
	t->zero_points = build->channel_zero_points;
	t->quant_count = tensor->scale_count;
	t->quantised_dimension = (int32_t)tensor->axis;
}

/* Returns the tensor's number. */
static int32_t
add_tensor(struct row_build *build, const struct row_tensor *tensor)
{
	uint32_t number = build->tensor_count++;
	struct tflite_tensor *t = &build->tensors[number];

	choose_quantisation(build, tensor, number);
	snprintf(build->names[number], MAX_NAME_BYTES, "t%u", number);
	*t = (struct tflite_tensor) {
		.name = build->names[number],
		.type = tensor->type,
		.dims = tensor->shape.dims,
		.rank = tensor->shape.rank,
		.scales = &build->scales[number],
		.zero_points = &build->zero_points[number],
		.quant_count = build->scales[number] != 0 ? 1 : 0,
		.is_variable = tensor->role == ROW_STATE,
	};
	if (tensor->scale_count > 0)
		choose_channel_scales(build, tensor, t);
	if (tensor->role == ROW_LITERAL || tensor->role == ROW_WEIGHTS) {
		build->data[number] = make_values(&build->random, tensor, 1);
		t->data = build->data[number];
		t->size_bytes = pack_values(tensor, build->data[number]);
	}
	return (int32_t)number;
}

static void
add_input(struct row_build *build, const struct row_tensor *tensor,
	  struct ops_sample *sample)
{
	bool fed = tensor->role == ROW_INPUT || tensor->role == ROW_RAMP ||
		   tensor->role == ROW_GIVEN;
	uint32_t i = build->op.input_count++;

	if (tensor->role == ROW_ABSENT) {
		build->op_inputs[i] = -1;
		return;
	}
	build->op_inputs[i] = add_tensor(build, tensor);
	if (!fed)
		return;
	assert(sample->input_count < OPS_MAX_INPUTS);
	build->graph_inputs[build->graph_input_count++] = build->op_inputs[i];
	sample->inputs[sample->input_count] =
		make_values(&build->random, tensor, sample->steps);
	sample->input_sizes[sample->input_count++] = size_of(tensor);
}

static void
add_output(struct row_build *build, const struct row_tensor *tensor,
	   struct ops_sample *sample)
{
	build->op_outputs[build->op.output_count++] = add_tensor(build, tensor);
	sample->outputs[sample->output_count++] = (struct ops_output) {
		.size_bytes = size_of(tensor),
		.is_float = tensor->type == TFLITE_FLOAT32,
	};
}

static struct tflite_file
write_row(struct row_build *build, const struct row *row)
{
	const struct tflite_field inside = TFLITE_FIELD_I32_VECTOR(
		INTERMEDIATES, build->op_inside, build->inside_count);
	const struct tflite_model model = {
		.tensors = build->tensors,
		.tensor_count = build->tensor_count,
		.operators = &build->op,
		.operator_count = 1,
		.inputs = build->graph_inputs,
		.input_count = build->graph_input_count,
		.outputs = build->op_outputs,
		.output_count = build->op.output_count,
	};

	if (row->model != NULL)
		return row->model();
	build->op.builtin_code = row->op;
	build->op.version = row->version != 0 ? row->version : 1;
	build->op.options_type = row->options_type;
	build->op.has_options_2 = row->has_options_2;
	build->op.options = row->options;
	while (build->op.option_count < ROW_MAX_OPTIONS &&
	       row->options[build->op.option_count].kind != TFLITE_ABSENT)
		build->op.option_count++;
	build->op.inputs = build->op_inputs;
	build->op.outputs = build->op_outputs;
	build->op.raw = &inside;
	build->op.raw_count = build->inside_count > 0 ? 1 : 0;
	return tflite_write(&model);
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

void
row_sample_init(struct ops_sample *sample, const struct row *row,
		unsigned int seed)
{
	struct row_build build = { .tensor_count = 0 };

	memset(sample, 0, sizeof(*sample));
	snprintf(sample->name, sizeof(sample->name), "%s-s%u", row->name, seed);
	build.random.state = hash_name(sample->name);
	sample->steps = row->steps != 0 ? row->steps : 1;

	for (uint32_t i = 0;
	     i < ROW_MAX_INPUTS && row->inputs[i].role != ROW_NONE; i++)
		add_input(&build, &row->inputs[i], sample);
	for (uint32_t i = 0;
	     i < ROW_MAX_OUTPUTS && row->outputs[i].role != ROW_NONE; i++)
		add_output(&build, &row->outputs[i], sample);
	for (uint32_t i = 0;
	     i < ROW_MAX_INSIDE && row->inside[i].role != ROW_NONE; i++)
		build.op_inside[build.inside_count++] =
			add_tensor(&build, &row->inside[i]);
	sample->model = write_row(&build, row);
	for (uint32_t i = 0; i < build.tensor_count; i++)
		free(build.data[i]);
}
