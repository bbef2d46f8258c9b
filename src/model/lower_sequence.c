/* SPDX-License-Identifier: MIT */

/* What RNN and LSTM become: one operator a direction, and copies. */

#include "model/blame.h"
#include "model/block.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include <errno.h>

int
apui_lowered_add_input(struct apui_lowering *lowering,
		       const struct apu_tensor *tensor,
		       struct apui_lowered *lowered)
{
	uint32_t *index = &lowered->inputs[lowered->input_count++];

	*index = APUI_NO_TENSOR;
	if (tensor == NULL)
		return 0;
	return apui_lowering_tensor(lowering, tensor, index);
}

int
apui_lowered_add_inputs(struct apui_lowering *lowering,
			const struct apu_operator *op, unsigned int first,
			unsigned int count, struct apui_lowered *lowered)
{
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < count; i++)
		ret = apui_lowered_add_input(
			lowering,
			first == 0 ? NULL
				   : apui_graph_input(lowering->graph, op,
						      first + i),
			lowered);
	return ret;
}

int
apui_lowered_add_memory(struct apui_lowering *lowering,
			const struct apu_operator *op, uint8_t type,
			uint64_t count, struct apui_lowered *lowered)
{
	uint64_t bytes = count * apu_dtype_size_bytes((enum apu_dtype)type);
	struct apui_program_tensor record = {
		.type = type,
		.rank = 1,
		.dims = { (int32_t)count },
		.size_bytes = (uint32_t)bytes,
	};

	if (bytes > INT32_MAX)
		return apui_blame(-E2BIG, op, NULL,
				  "it needs over 2 GiB of memory to work in");
	return apui_lowering_add_scratch(
		lowering, &record, &lowered->outputs[lowered->output_count++]);
}

float
apui_matrix_scale(const struct apui_graph *graph, const struct apu_operator *op,
		  unsigned int number)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);

	if (number == 0 || tensor == NULL || tensor->dtype != APU_DTYPE_INT8)
		return 0;
	return apui_per_tensor_scale(tensor);
}

uint64_t
apui_direction_longest(const struct apui_graph *graph,
		       const struct apu_operator *op,
		       const struct apui_direction *direction)
{
	const unsigned int inputs[] = { direction->x, direction->aux };
	int32_t lengths[] = {
		apui_direction_cells(graph, op, direction),
		apui_direction_outputs(graph, op, direction),
		apui_sequence_depth(apui_graph_input(graph, op, inputs[0])),
		apui_sequence_depth(apui_graph_input(graph, op, inputs[1])),
	};
	int32_t longest = 1;

	for (unsigned int i = 0; i < 4; i++)
		if (lengths[i] > longest)
			longest = lengths[i];
	return (uint64_t)longest;
}

typedef int
lower_fn(struct apui_lowering *lowering, const struct apu_operator *op,
	 const struct apui_direction *direction, uint32_t output);

/* A direction by itself, then its part of the rows of the output. */
static int
lower_part(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apui_direction *direction, int64_t position,
	   lower_fn *lower)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	int32_t dims[APU_TENSOR_MAX_RANK];
	struct apui_block block;
	uint32_t part, output;
	int ret;

	for (unsigned int i = 0; i < y->rank; i++)
		dims[i] = y->dims[i];
	dims[y->rank - 1] =
		apui_direction_outputs(lowering->graph, op, direction);
	ret = apui_block_scratch(lowering, op, y, dims, y->rank, &part);
	if (ret == 0)
		ret = lower(lowering, op, direction, part);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering, y, &output);
	if (ret < 0)
		return ret;
	block = apui_block_of(dims, y->dims, y->rank);
	block.out.offset = position;
	return apui_block_append(lowering, op, &block, part, output);
}

int
apui_lower_directions(struct apui_lowering *lowering,
		      const struct apu_operator *op, lower_fn *lower)
{
	unsigned int count = apui_is_bidirectional(op) ? 2 : 1;
	int64_t position = 0;
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		struct apui_direction direction =
			apui_direction_of(lowering->graph, op, i);
		uint32_t output;

		if (op->output_count < count) {
			ret = lower_part(lowering, op, &direction, position,
					 lower);
			position += apui_direction_outputs(lowering->graph, op,
							   &direction);
			continue;
		}
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(lowering->graph, op, i),
			&output);
		if (ret == 0)
			ret = lower(lowering, op, &direction, output);
	}
	return ret;
}
