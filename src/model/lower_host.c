/* SPDX-License-Identifier: MIT */

/* Operators that a function of the host runs, and counts that the host reads.
 */

#include "core/error.h"
#include "model/custom.h"
#include "model/lowering.h"
#include "model/shape_check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What stands before the operator's own inputs. */
#define EXTRA_INPUTS 3

static int
add_bytes(struct apui_lowering *lowering, uint8_t type, const void *data,
	  uint32_t count, uint32_t *out_index)
{
	uint32_t element_bytes =
		(uint32_t)apu_dtype_size_bytes((enum apu_dtype)type);
	struct apui_program_tensor record = {
		.type = type,
		.rank = 1,
		.size_bytes = count * element_bytes,
		.dims = { (int32_t)count },
	};
	void *copy =
		apui_pool_new(&lowering->writer.pool, record.size_bytes, 1);

	if (copy == NULL)
		return -ENOMEM;
	if (count > 0)
		memcpy(copy, data, record.size_bytes);
	return apui_program_writer_add_constant(&lowering->writer, &record,
						copy, out_index);
}

static float
find_scale(const struct apu_tensor *tensor)
{
	return tensor != NULL ? apui_per_tensor_scale(tensor) : 0;
}

static int
add_descriptions(struct apui_lowering *lowering, const struct apu_operator *op,
		 uint32_t *inputs)
{
	float scales[2 * APU_CUSTOM_MAX_TENSORS];
	const char *code = op->function->code;
	uint32_t count = 0;
	int ret;

	for (unsigned int i = 0; i < op->input_count; i++)
		scales[count++] =
			find_scale(apui_graph_input(lowering->graph, op, i));
	for (unsigned int i = 0; i < op->output_count; i++)
		scales[count++] =
			find_scale(apui_graph_output(lowering->graph, op, i));

	ret = add_bytes(lowering, APUI_TYPE_UINT8, code, (uint32_t)strlen(code),
			&inputs[0]);
	if (ret == 0)
		ret = add_bytes(lowering, APUI_TYPE_UINT8, op->custom_options,
				op->custom_option_bytes, &inputs[1]);
	if (ret == 0)
		ret = add_bytes(lowering, APUI_TYPE_FLOAT32, scales, count,
				&inputs[2]);
	return ret;
}

int
apui_lower_host(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_program_operator record = {
		.op = APUI_OP_CUSTOM,
		.source_operator = apui_lowering_source(lowering, op),
	};
	uint32_t inputs[EXTRA_INPUTS + APU_CUSTOM_MAX_TENSORS];
	uint32_t outputs[APU_CUSTOM_MAX_TENSORS];
	int ret = add_descriptions(lowering, op, inputs);

	for (unsigned int i = 0; ret == 0 && i < op->input_count; i++) {
		const struct apu_tensor *x =
			apui_graph_input(lowering->graph, op, i);

		inputs[EXTRA_INPUTS + i] = APUI_NO_TENSOR;
		if (x != NULL)
			ret = apui_lowering_tensor(lowering, x,
						   &inputs[EXTRA_INPUTS + i]);
	}
	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++)
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(lowering->graph, op, i),
			&outputs[i]);
	if (ret < 0)
		return ret;
	return apui_program_writer_add_operator(
		&lowering->writer, &record, inputs,
		(uint16_t)(EXTRA_INPUTS + op->input_count), outputs,
		(uint16_t)op->output_count);
}

int
apui_lowering_set_row_count(struct apui_lowering *lowering,
			    const struct apu_tensor *tensor, uint32_t count)
{
	struct apui_row_count *counts;

	/* No subgraph hands such a tensor out. */
	if (lowering->frame_count > 1)
		return 0;
	counts = reallocarray(lowering->row_counts,
			      lowering->row_count_count + 1, sizeof(*counts));
	if (counts == NULL)
		return -ENOMEM;
	lowering->row_counts = counts;
	counts[lowering->row_count_count++] = (struct apui_row_count) {
		.tensor = tensor->index,
		.count_tensor = count,
	};
	return 0;
}

static int
append_row_count(struct apui_lowering *lowering, uint32_t output,
		 uint32_t count_tensor)
{
	const struct apui_lowered lowered = {
		.op = APUI_OP_OUTPUT_DIM,
		.inputs = { count_tensor },
		.input_count = 1,
		.params.output_dim = { .output = output, .dim = 0 },
	};

	return apui_lowering_append(lowering, NULL, &lowered);
}

int
apui_lowering_append_row_counts(struct apui_lowering *lowering)
{
	const struct apui_graph *graph = lowering->graph;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->output_count; i++) {
		const struct apu_tensor *rows_of =
			graph->tensors[graph->outputs[i]].rows_of;

		for (size_t k = 0; ret == 0 && rows_of != NULL &&
				   k < lowering->row_count_count;
		     k++)
			if (lowering->row_counts[k].tensor == rows_of->index)
				ret = append_row_count(
					lowering, i,
					lowering->row_counts[k].count_tensor);
	}
	return ret;
}

int
apui_lower_where(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_program_tensor record = {
		.type = APUI_TYPE_INT32,
		.rank = 1,
		.size_bytes = sizeof(int32_t),
		.dims = { 1 },
	};
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_WHERE, 1, &lowered);
	if (ret == 0)
		ret = apui_lowering_add_scratch(lowering, &record,
						&lowered.outputs[1]);
	if (ret < 0)
		return ret;
	lowered.output_count = 2;
	ret = apui_lowering_set_row_count(
		lowering, apui_graph_output(lowering->graph, op, 0),
		lowered.outputs[1]);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
