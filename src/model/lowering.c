/* SPDX-License-Identifier: MIT */
#include "model/lowering.h"
#include "core/error.h"
#include "firmware/wire.h"
#include "model/plan.h"
#include "model/shape_check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The types that a program may hold. */
#define PROGRAM_TYPES                                                          \
	((1u << APUI_TYPE_FLOAT32) | (1u << APUI_TYPE_FLOAT64) |               \
	 (1u << APUI_TYPE_INT8) | (1u << APUI_TYPE_UINT8) |                    \
	 (1u << APUI_TYPE_INT16) | (1u << APUI_TYPE_INT32) |                   \
	 (1u << APUI_TYPE_INT64) | (1u << APUI_TYPE_BOOL))

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

	if (*known == APUI_NO_TENSOR) {
		ret = make_record(tensor, APUI_SLOT_ARENA, &record);
		if (ret < 0)
			return ret;
		if (tensor->is_constant)
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

	if (slots > UINT16_MAX)
		return apui_fail(-E2BIG, NULL,
				 "it has %u inputs and %u outputs",
				 graph->input_count, graph->output_count);
	lowering->graph = graph;
	lowering->program_tensors =
		malloc(((size_t)graph->tensor_count + 1) * sizeof(uint32_t));
	if (lowering->program_tensors == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < graph->tensor_count; i++)
		lowering->program_tensors[i] = APUI_NO_TENSOR;
	apui_program_writer_init(&lowering->writer);

	ret = add_io(lowering, graph->inputs, graph->input_count,
		     APUI_SLOT_FIRST_IO, false);
	if (ret == 0)
		ret = add_io(lowering, graph->outputs, graph->output_count,
			     APUI_SLOT_FIRST_IO + graph->input_count, true);
	if (ret < 0)
		apui_lowering_finish(lowering);
	return ret;
}

void
apui_lowering_finish(struct apui_lowering *lowering)
{
	apui_program_writer_finish(&lowering->writer);
	free(lowering->program_tensors);
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
	uint64_t element_bytes = type == APUI_TYPE_FLOAT64 ? 8 : 4;
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
		.source_operator =
			source != NULL ? source->index : APUI_NO_SOURCE,
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

/* When each tensor of the program is written first and read last. */
static void
find_lifetimes(const struct apui_program_writer *writer,
	       struct apui_plan_item *items)
{
	for (size_t t = 0; t < writer->tensor_count; t++) {
		items[t] = (struct apui_plan_item) { .first = UINT32_MAX };
		if (writer->tensors[t].slot == APUI_SLOT_ARENA)
			items[t].size_bytes = writer->tensors[t].size_bytes;
	}

	for (uint32_t i = 0; i < writer->operator_count; i++) {
		const struct apui_program_operator *op = &writer->operators[i];
		uint32_t count = (uint32_t)op->input_count + op->output_count;

		for (uint32_t j = 0; j < count; j++) {
			uint32_t t = writer->list[op->list_first + j];

			if (t == APUI_NO_TENSOR)
				continue;
			if (items[t].first > i)
				items[t].first = i;
			items[t].last = i;
		}
	}
}

/* Keep those of the arena only; @tensors gets whose they are. */
static uint32_t
keep_arena_items(const struct apui_program_writer *writer,
		 struct apui_plan_item *items, uint32_t *tensors)
{
	uint32_t count = 0;

	for (uint32_t t = 0; t < writer->tensor_count; t++) {
		if (writer->tensors[t].slot != APUI_SLOT_ARENA)
			continue;
		items[count] = items[t];
		tensors[count++] = t;
	}
	return count;
}

static int
check_arena(uint64_t bytes, uint64_t max_bytes)
{
	if (bytes <= max_bytes && bytes <= UINT32_MAX)
		return 0;
	apui_fail(-E2BIG, NULL,
		  "its intermediate tensors need %llu bytes, over the limit of "
		  "%llu",
		  (unsigned long long)bytes,
		  (unsigned long long)(max_bytes < UINT32_MAX ? max_bytes
							      : UINT32_MAX));
	apui_fail_remedy("raise max_arena_bytes, or use a smaller model");
	return -E2BIG;
}

int
apui_lowering_plan_arena(struct apui_lowering *lowering, uint64_t max_bytes,
			 uint32_t *out_bytes)
{
	struct apui_program_writer *writer = &lowering->writer;
	size_t count = writer->tensor_count + 1;
	struct apui_plan_item *items = calloc(count, sizeof(*items));
	uint32_t *tensors = calloc(count, sizeof(*tensors));
	uint32_t item_count;
	uint64_t bytes;
	int ret = -ENOMEM;

	if (items == NULL || tensors == NULL)
		goto out_free;
	find_lifetimes(writer, items);
	item_count = keep_arena_items(writer, items, tensors);
	ret = apui_plan_memory(items, item_count,
			       sizeof(struct apui_arena_header), &bytes);
	if (ret == 0)
		ret = check_arena(bytes, max_bytes);
	if (ret < 0)
		goto out_free;

	for (uint32_t i = 0; i < item_count; i++)
		writer->tensors[tensors[i]].offset_bytes =
			(uint32_t)items[i].offset_bytes;
	*out_bytes = (uint32_t)bytes;

out_free:
	free(items);
	free(tensors);
	return ret;
}
