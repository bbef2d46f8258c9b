/* SPDX-License-Identifier: MIT */

/* Operators that a function of the host runs. */

#include "core/error.h"
#include "model/custom.h"
#include "model/lowering.h"
#include "model/shape_check.h"
#include <errno.h>
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
