/* SPDX-License-Identifier: MIT */
#include "model/lowering.h"
#include "core/error.h"
#include "model/shape_check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The types that a program may hold. */
#define PROGRAM_TYPES                                                          \
	((1u << APUI_TYPE_FLOAT32) | (1u << APUI_TYPE_FLOAT16) |               \
	 (1u << APUI_TYPE_FLOAT64) | (1u << APUI_TYPE_INT8) |                  \
	 (1u << APUI_TYPE_UINT8) | (1u << APUI_TYPE_INT16) |                   \
	 (1u << APUI_TYPE_INT32) | (1u << APUI_TYPE_INT64) |                   \
	 (1u << APUI_TYPE_BOOL))

static int
refuse_tensor(int code, const struct apu_tensor *tensor, const char *why)
{
	apui_fail(code, NULL, "tensor %u (%s) %s", tensor->index, tensor->name,
		  why);
	apui_fail_where(-1, (int32_t)tensor->index, -1);
	return code;
}

static int
make_record(const struct apu_tensor *tensor, uint16_t slot,
	    struct apui_program_tensor *record)
{
	if ((unsigned int)tensor->dtype >= 32 ||
	    (PROGRAM_TYPES & (1u << tensor->dtype)) == 0)
		return refuse_tensor(-EOPNOTSUPP, tensor,
				     "has an element type that programs do not "
				     "hold");
	if (tensor->is_variable)
		return refuse_tensor(-EOPNOTSUPP, tensor, "is a variable");
	if (tensor->size_bytes > UINT32_MAX)
		return refuse_tensor(-E2BIG, tensor, "is over 4 GiB");

	*record = (struct apui_program_tensor) {
		.type = (uint8_t)tensor->dtype,
		.rank = (uint8_t)tensor->rank,
		.slot = slot,
		.size_bytes = (uint32_t)tensor->size_bytes,
		.zero_point = apui_per_tensor_zero_point(tensor),
	};
	memcpy(record->dims, tensor->dims, tensor->rank * sizeof(int32_t));
	return 0;
}

int
apui_lowering_tensor(struct apui_lowering *lowering,
		     const struct apu_tensor *tensor, uint32_t *out_index)
{
	uint32_t *known = &lowering->program_tensors[tensor->index];
	struct apui_program_tensor record;
	int ret;

	if (tensor->is_variable && tensor->variable != NULL)
		return apui_lowering_variable(lowering, tensor->variable,
					      out_index);
	if (*known == APUI_NO_TENSOR) {
		ret = make_record(tensor, APUI_SLOT_ARENA, &record);
		if (ret < 0)
			return ret;
		/* What passes have left alone is computed, known or not. */
		if (tensor->is_constant && !tensor->is_folded)
			ret = apui_program_writer_add_constant(
				&lowering->writer, &record, tensor->data,
				known);
		else
			ret = apui_program_writer_add_tensor(&lowering->writer,
							     &record, known);
		if (ret < 0)
			return ret;
	}
	*out_index = *known;
	return 0;
}

/* Where the next variable goes; the sum stays in what a tensor may have. */
static int
place_variable(const struct apui_variable *variable, uint32_t *state_bytes,
	       uint32_t *out_offset_bytes)
{
	const uint64_t mask = APUI_PROGRAM_ALIGNMENT - 1;
	uint64_t end = *state_bytes + ((variable->size_bytes + mask) & ~mask);

	if (end > INT32_MAX) {
		apui_fail(-E2BIG, NULL, "its variables need over 2 GiB");
		apui_fail_remedy("use a smaller model");
		return -E2BIG;
	}
	*out_offset_bytes = *state_bytes;
	*state_bytes = (uint32_t)end;
	return 0;
}

int
apui_lowering_variable(struct apui_lowering *lowering,
		       const struct apui_variable *variable,
		       uint32_t *out_index)
{
	*out_index = lowering->program_variables[variable->index];
	return 0;
}

static int
add_variable(struct apui_lowering *lowering,
	     const struct apui_variable *variable)
{
	struct apui_program_tensor record = {
		.type = (uint8_t)variable->dtype,
		.rank = (uint8_t)variable->rank,
		.slot = APUI_SLOT_STATE,
		.size_bytes = (uint32_t)variable->size_bytes,
		.zero_point = variable->zero_point,
	};
	int ret;

	/* A handle that nobody uses. */
	if (variable->dtype == APU_DTYPE_NONE)
		return 0;
	if ((unsigned int)variable->dtype >= 32 ||
	    (PROGRAM_TYPES & (1u << variable->dtype)) == 0)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "it has a variable of type %s, which programs "
				 "do not hold",
				 apu_dtype_name(variable->dtype));
	ret = place_variable(variable, &lowering->state_bytes,
			     &record.offset_bytes);
	if (ret < 0)
		return ret;
	memcpy(record.dims, variable->dims, variable->rank * sizeof(int32_t));
	return apui_program_writer_add_tensor(
		&lowering->writer, &record,
		&lowering->program_variables[variable->index]);
}

/* What the state begins with: the image of it in the program's data. */
static int
fill_state_image(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_program_writer *writer = &lowering->writer;
	uint8_t *image;

	image = apui_pool_new(&writer->pool, lowering->state_bytes, 1);
	if (image == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->variable_count; i++) {
		const struct apui_variable *v = &graph->variables[i];
		uint32_t tensor = lowering->program_variables[i];

		if (v->size_bytes == 0 || tensor == APUI_NO_TENSOR)
			continue;
		if (v->data != NULL)
			memcpy(image + writer->tensors[tensor].offset_bytes,
			       v->data, v->size_bytes);
		else
			memset(image + writer->tensors[tensor].offset_bytes,
			       v->fill, v->size_bytes);
	}
	return apui_program_writer_set_state(writer, image,
					     lowering->state_bytes);
}

static int
add_variables(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;

	for (uint32_t i = 0; i < graph->variable_count; i++) {
		int ret = add_variable(lowering, &graph->variables[i]);

		if (ret < 0)
			return ret;
	}
	return lowering->state_bytes > 0 ? fill_state_image(lowering) : 0;
}

static uint32_t *
new_indices(size_t count)
{
	uint32_t *indices = malloc((count + 1) * sizeof(*indices));

	for (size_t i = 0; indices != NULL && i < count; i++)
		indices[i] = APUI_NO_TENSOR;
	return indices;
}

/* One tensor a slot; the graph's tensor is what is in the first of them. */
static int
add_io(struct apui_lowering *lowering, const int32_t *tensors, uint32_t count,
       uint32_t first_slot, bool is_output)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct apu_tensor *tensor =
			&lowering->graph->tensors[tensors[i]];
		uint32_t *known = &lowering->program_tensors[tensor->index];
		struct apui_program_tensor record;
		uint32_t index;
		int ret;

		ret = make_record(tensor, (uint16_t)(first_slot + i), &record);
		if (ret < 0)
			return ret;
		ret = apui_program_writer_add_tensor(&lowering->writer, &record,
						     &index);
		if (ret < 0)
			return ret;
		if (*known == APUI_NO_TENSOR &&
		    (!is_output || tensor->producer >= 0))
			*known = index;
	}
	return 0;
}

int
apui_lowering_init(struct apui_lowering *lowering,
		   const struct apui_graph *graph)
{
	uint64_t slots = (uint64_t)APUI_SLOT_FIRST_IO + graph->input_count +
			 graph->output_count;
	int ret;

	if (slots >= UINT16_MAX)
		return apui_fail(-E2BIG, NULL,
				 "it has %u inputs and %u outputs",
				 graph->input_count, graph->output_count);
	*lowering = (struct apui_lowering) {
		.graph = graph,
		.program_tensors = new_indices(APUI_INDICES_OF_TENSOR *
					       (size_t)graph->tensor_count),
		.program_variables = new_indices(graph->variable_count),
	};
	apui_program_writer_init(&lowering->writer);
	lowering->writer.shared = graph->shared_blob;
	lowering->writer.shared_bytes = graph->shared_bytes;
	lowering->writer.shared_slot = (uint16_t)slots;
	if (lowering->program_tensors == NULL ||
	    lowering->program_variables == NULL) {
		apui_lowering_finish(lowering);
		return -ENOMEM;
	}

	ret = add_io(lowering, graph->inputs, graph->input_count,
		     APUI_SLOT_FIRST_IO, false);
	if (ret == 0)
		ret = add_io(lowering, graph->outputs, graph->output_count,
			     APUI_SLOT_FIRST_IO + graph->input_count, true);
	if (ret == 0)
		ret = add_variables(lowering);
	if (ret < 0)
		apui_lowering_finish(lowering);
	return ret;
}

void
apui_lowering_finish(struct apui_lowering *lowering)
{
	apui_lowering_finish_control(lowering);
	apui_program_writer_finish(&lowering->writer);
	free(lowering->program_tensors);
	free(lowering->program_variables);
	free(lowering->homes);
}

int
apui_lowering_begin(struct apui_lowering *lowering,
		    const struct apu_operator *source, enum apui_op op,
		    uint16_t input_count, struct apui_lowered *out_lowered)
{
	*out_lowered = (struct apui_lowered) {
		.op = op,
		.output_count = 1,
	};

	for (uint16_t i = 0; i < input_count; i++) {
		const struct apu_tensor *input =
			apui_graph_input(lowering->graph, source, i);
		uint32_t *index = &out_lowered->inputs[i];
		int ret;

		*index = APUI_NO_TENSOR;
		out_lowered->input_count++;
		if (input == NULL)
			continue;
		ret = apui_lowering_tensor(lowering, input, index);
		if (ret < 0)
			return ret;
	}
	return apui_lowering_tensor(
		lowering, apui_graph_output(lowering->graph, source, 0),
		&out_lowered->outputs[0]);
}

int
apui_lowering_add_scratch(struct apui_lowering *lowering,
			  const struct apui_program_tensor *record,
			  uint32_t *out_index)
{
	struct apui_program_tensor scratch = *record;

	scratch.slot = APUI_SLOT_ARENA;
	return apui_program_writer_add_tensor(&lowering->writer, &scratch,
					      out_index);
}

int
apui_lowering_add_vector(struct apui_lowering *lowering,
			 struct apui_lowered *lowered, uint8_t type,
			 uint32_t count, void **out_data)
{
	uint64_t element_bytes = apu_dtype_size_bytes((enum apu_dtype)type);
	struct apui_program_tensor record = {
		.type = type,
		.rank = 1,
		.size_bytes = (uint32_t)(count * element_bytes),
		.dims = { (int32_t)count },
	};
	void *data;
	int ret;

	if (count * element_bytes > UINT32_MAX)
		return apui_fail(-E2BIG, NULL, "it has %u output channels",
				 count);
	data = apui_pool_new(&lowering->writer.pool, count, element_bytes);
	if (data == NULL)
		return -ENOMEM;
	ret = apui_program_writer_add_constant(
		&lowering->writer, &record, data,
		&lowered->inputs[lowered->input_count]);
	if (ret < 0)
		return ret;

	lowered->input_count++;
	*out_data = data;
	return 0;
}

int
apui_lowering_append(struct apui_lowering *lowering,
		     const struct apu_operator *source,
		     const struct apui_lowered *lowered)
{
	const struct apui_program_operator record = {
		.op = (uint16_t)lowered->op,
		.source_operator = apui_lowering_source(lowering, source),
		.macs = source != NULL ? source->macs : 0,
		.params = lowered->params,
	};

	return apui_program_writer_add_operator(
		&lowering->writer, &record, lowered->inputs,
		lowered->input_count, lowered->outputs, lowered->output_count);
}

int
apui_lowering_append_copies(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;

	for (uint32_t i = 0; i < graph->output_count; i++) {
		struct apui_lowered copy = {
			.op = APUI_OP_COPY,
			.input_count = 1,
			.outputs = { graph->input_count + i },
			.output_count = 1,
		};
		int ret;

		ret = apui_lowering_tensor(lowering,
					   &graph->tensors[graph->outputs[i]],
					   &copy.inputs[0]);
		if (ret < 0)
			return ret;
		if (copy.inputs[0] == copy.outputs[0])
			continue;
		ret = apui_lowering_append(lowering, NULL, &copy);
		if (ret < 0)
			return ret;
	}
	return 0;
}
