/* SPDX-License-Identifier: MIT */
/*
 * One kernel of the firmware with any shapes, types, parameters and data, in
 * exact heap blocks. It says the same twice, and where it says that it
 * succeeded its output does not depend on what was there before: all of it was
 * written. (Fast kernels, once there are any, are compared here.)
 */
#include "core/model.h"
#include "firmware/kernel.h"
#include "firmware/wire.h"
#include "fuzz.h"
#include <apu/model.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TENSORS 32
#define MAX_RANK    5
#define MAX_DIM     8
#define MAX_LOOKS   64

struct shape {
	uint8_t type;
	uint8_t rank;
	uint8_t dims[MAX_RANK];
	int8_t zero_point;
};

/* What an input begins with; the tensors' bytes follow, over and over. */
struct script {
	uint8_t op;
	uint8_t left_out; /* which optional input, 1 ..; 0: none */
	uint8_t reserved[2];
	struct shape shapes[MAX_TENSORS]; /* inputs, then outputs */
	union apui_params params;
};

/* Operators that write a part of their output, or read it first. */
static const uint8_t partial[] = {
	APUI_OP_STRIDED_COPY,
	APUI_OP_FILL,
	APUI_OP_SCATTER,
	APUI_OP_UPDATE_SLICE,
	APUI_OP_SVDF,
	APUI_OP_LSTM,
	APUI_OP_LSTM_FLOAT,
	APUI_OP_RNN_FLOAT,
	APUI_OP_DETECTION,
	APUI_OP_WHERE,
	APUI_OP_NON_MAX_SUPPRESSION,
};

struct scene {
	struct apui_fw_host host;
	unsigned int looks;
	struct apui_fw_tensor tensors[MAX_TENSORS];
	unsigned int input_count, output_count;
};

static bool
is_partial(uint8_t op)
{
	return memchr(partial, op, sizeof(partial)) != NULL;
}

static int
look_up(void *context)
{
	struct scene *scene = context;

	return ++scene->looks > MAX_LOOKS;
}

static void
make_tensor(struct apui_fw_tensor *tensor, const struct shape *shape)
{
	unsigned int bytes = apui_fw_type_bytes(shape->type);

	*tensor = (struct apui_fw_tensor) {
		.type = bytes > 0 ? shape->type : APUI_TYPE_INT8,
		.rank = shape->rank % (MAX_RANK + 1),
		.zero_point = shape->zero_point,
		.size_bytes = bytes > 0 ? bytes : 1,
	};
	for (unsigned int i = 0; i < APUI_PROGRAM_MAX_RANK; i++) {
		tensor->dims[i] =
			i < tensor->rank ? shape->dims[i] % (MAX_DIM + 1) : 1;
		tensor->size_bytes *= (uint32_t)tensor->dims[i];
	}
	tensor->data = malloc(tensor->size_bytes > 0 ? tensor->size_bytes : 1);
	FUZZ_REQUIRE(tensor->data, "out of memory");
}

static void
fill_tensor(const struct apui_fw_tensor *tensor, const uint8_t *data,
	    size_t size_bytes)
{
	uint8_t *to = tensor->data;

	for (uint32_t i = 0; i < tensor->size_bytes; i++)
		to[i] = size_bytes > 0 ? data[i % size_bytes] : (uint8_t)i;
}

static int
run(const struct script *script, const struct apui_fw_operator *row,
    const uint8_t *data, size_t size_bytes, uint8_t pattern,
    struct scene *scene)
{
	struct apui_fw_call call = {
		.host = &scene->host,
		.params = script->params,
		.inputs = scene->tensors,
		.outputs = scene->tensors + row->input_count,
		.input_count = row->input_count,
		.output_count = row->output_count,
	};
	unsigned int count = row->input_count + row->output_count;

	memset(scene, 0, sizeof(*scene));
	scene->host.cancelled = look_up;
	scene->host.context = scene;
	scene->host.address_bytes = 4;
	for (unsigned int i = 0; i < count; i++) {
		make_tensor(&scene->tensors[i], &script->shapes[i]);
		fill_tensor(&scene->tensors[i], data, size_bytes);
	}
	for (unsigned int i = row->input_count;
	     i < count && !is_partial(script->op); i++)
		memset(scene->tensors[i].data, pattern,
		       scene->tensors[i].size_bytes);
	for (unsigned int i = 0; i < row->input_count; i++)
		if (script->left_out == i + 1 &&
		    (row->optional_inputs >> i & 1) != 0) {
			free(scene->tensors[i].data);
			scene->tensors[i].data = NULL;
		}
	return row->run(&call);
}

static void
finish(struct scene *scene)
{
	for (unsigned int i = 0; i < MAX_TENSORS; i++)
		free(scene->tensors[i].data);
}

static void
compare(const struct apui_fw_operator *row, const struct scene *a,
	const struct scene *b)
{
	for (unsigned int i = 0; i < row->output_count; i++) {
		const struct apui_fw_tensor *x =
			&a->tensors[row->input_count + i];
		const struct apui_fw_tensor *y =
			&b->tensors[row->input_count + i];

		FUZZ_REQUIRE(memcmp(x->data, y->data, x->size_bytes) == 0,
			     "%s: output %u differs", row->name, i);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	const struct apui_fw_operator *row;
	struct script script;
	struct scene first, second;
	int ret;

	if (size_bytes < sizeof(script))
		return 0;
	memcpy(&script, data, sizeof(script));
	row = apui_fw_find_operator(script.op);
	if (row == NULL || row->input_count + row->output_count > MAX_TENSORS)
		return 0;
	data += sizeof(script);
	size_bytes -= sizeof(script);
	ret = run(&script, row, data, size_bytes, 0xcc, &first);
	FUZZ_REQUIRE(run(&script, row, data, size_bytes, 0x33, &second) == ret,
		     "%s: another result the second time", row->name);
	if (ret == APUI_RESULT_OK)
		compare(row, &first, &second);
	finish(&first);
	finish(&second);
	return 0;
}

static void
describe(const struct apui_program_tensor *tensor, struct shape *shape)
{
	shape->type = tensor->type;
	shape->rank = tensor->rank < MAX_RANK ? tensor->rank : MAX_RANK;
	shape->zero_point = (int8_t)tensor->zero_point;
	for (unsigned int i = 0; i < shape->rank; i++)
		shape->dims[i] =
			(uint8_t)(tensor->dims[i] < MAX_DIM ? tensor->dims[i]
							    : MAX_DIM);
}

/* An operator of the model's program, its shapes cut. */
static void
write_script(const uint8_t *blob, uint32_t number, struct script *script)
{
	const struct apui_program_header *header = (const void *)blob;
	const struct apui_program_tensor *tensors =
		(const void *)(blob + header->tensor_offset);
	const uint32_t *lists = (const void *)(blob + header->list_offset);
	const struct apui_program_operator *operators =
		(const void *)(blob + header->operator_offset);
	const struct apui_program_operator *op =
		&operators[number % header->operator_count];
	unsigned int count = op->input_count + op->output_count;

	script->op = (uint8_t)op->op;
	memcpy(&script->params, &op->params, sizeof(script->params));
	for (unsigned int i = 0; i < count && i < MAX_TENSORS; i++) {
		uint32_t index = lists[op->list_first + i];

		if (index != APUI_NO_TENSOR)
			describe(&tensors[index], &script->shapes[i]);
	}
}

struct fuzz_bytes
fuzz_make_seed(const uint8_t *model, size_t size_bytes)
{
	struct fuzz_bytes seed = { .size_bytes = sizeof(struct script) };
	struct apu_model *loaded = NULL;
	struct script script = { .op = APUI_OP_COPY };

	if (apu_model_load_memory(NULL, model, size_bytes, NULL, &loaded) ==
		    0 &&
	    loaded->program->blob != NULL)
		write_script(loaded->program->blob, (uint32_t)size_bytes,
			     &script);
	apu_model_unref(loaded);
	seed.data = fuzz_copy((const uint8_t *)&script, sizeof(script));
	return seed;
}
