/* SPDX-License-Identifier: MIT */

/* WHERE, and what depends on how many rows it finds. */

#include "model/lowering.h"
#include "model/operators.h"

void
apui_lowering_set_rows(struct apui_lowering *lowering,
		       const struct apu_tensor *tensor, uint32_t count,
		       uint32_t mask)
{
	size_t tensor_count = lowering->graph->tensor_count;

	lowering->program_tensors[tensor_count + tensor->index] = count;
	lowering->program_tensors[2 * tensor_count + tensor->index] = mask;
}

uint32_t
apui_lowering_row_count(const struct apui_lowering *lowering,
			const struct apu_tensor *tensor)
{
	size_t tensor_count = lowering->graph->tensor_count;

	return lowering->program_tensors[tensor_count + tensor->index];
}

uint32_t
apui_lowering_row_mask(const struct apui_lowering *lowering,
		       const struct apu_tensor *tensor)
{
	size_t tensor_count = lowering->graph->tensor_count;

	return lowering->program_tensors[2 * tensor_count + tensor->index];
}

static int
append_row_count(struct apui_lowering *lowering, uint32_t output)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *y = &graph->tensors[graph->outputs[output]];
	const struct apui_lowered lowered = {
		.op = APUI_OP_OUTPUT_DIM,
		.inputs = { apui_lowering_row_count(lowering, y->rows_of) },
		.input_count = 1,
		.params.output_dim = { .output = output, .dim = y->rows_dim },
	};

	return apui_lowering_append(lowering, NULL, &lowered);
}

int
apui_lowering_append_row_counts(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->output_count; i++)
		if (graph->tensors[graph->outputs[i]].rows_of != NULL)
			ret = append_row_count(lowering, i);
	return ret;
}

/* A vector beside the places. */
static int
add_vector(struct apui_lowering *lowering, struct apui_lowered *lowered,
	   uint8_t type, int32_t length)
{
	const struct apui_program_tensor record = {
		.type = type,
		.rank = 1,
		.size_bytes = (uint32_t)length * (uint32_t)apu_dtype_size_bytes(
							 (enum apu_dtype)type),
		.dims = { length },
	};

	return apui_lowering_add_scratch(
		lowering, &record, &lowered->outputs[lowered->output_count++]);
}

int
apui_lower_where(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *places =
		apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_WHERE, 1, &lowered);
	if (ret == 0)
		ret = add_vector(lowering, &lowered, APUI_TYPE_INT32, 1);
	if (ret == 0)
		ret = add_vector(lowering, &lowered, APUI_TYPE_BOOL,
				 places->dims[0]);
	if (ret < 0)
		return ret;
	apui_lowering_set_rows(lowering, places, lowered.outputs[1],
			       lowered.outputs[2]);
	return apui_lowering_append(lowering, op, &lowered);
}
