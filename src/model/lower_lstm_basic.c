/* SPDX-License-Identifier: MIT */

/*
 * LSTM of the kernel type BASIC is made of other operators: a concatenation, a
 * matrix, and functions of what belongs to each gate.
 */

#include "model/block.h"
#include "model/lowering.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/state.h"
#include <float.h>

enum { X, BEFORE, WEIGHTS, BIAS, STATE };
enum { Y, NEW_STATE, JOINED, SUMS };
/* In the order of the weights' rows. */
enum { GATE_INPUT, GATE_UPDATE, GATE_FORGET, GATE_OUTPUT };

static int
join(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, X);
	const struct apu_tensor *before = apui_graph_input(graph, op, BEFORE);
	const struct apu_tensor *y = apui_graph_output(graph, op, JOINED);
	struct apui_block block = apui_block_of(x->dims, y->dims, 2);
	int ret;

	ret = apui_block_copy(lowering, op, &block, x, y);
	if (ret < 0)
		return ret;
	block = apui_block_of(before->dims, y->dims, 2);
	block.out.offset = x->dims[1];
	return apui_block_copy(lowering, op, &block, before, y);
}

static int
append_matrix(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered = {
		.op = APUI_OP_FULLY_CONNECTED_FLOAT,
		.output_count = 1,
		.params.fully_connected_float = { -FLT_MAX, FLT_MAX },
	};
	int ret;

	ret = apui_lowered_add_input(
		lowering, apui_graph_output(graph, op, JOINED), &lowered);
	if (ret == 0)
		ret = apui_lowered_add_inputs(lowering, op, WEIGHTS, 2,
					      &lowered);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_output(graph, op, SUMS),
					   &lowered.outputs[0]);
	return ret == 0 ? apui_lowering_append(lowering, op, &lowered) : ret;
}

/* A new tensor of the shape of y. */
static int
add_scratch(struct apui_lowering *lowering, const struct apu_operator *op,
	    uint32_t *out_index)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, Y);

	return apui_block_scratch(lowering, op, y, y->dims, 2, out_index);
}

static int
append_unary(struct apui_lowering *lowering, const struct apu_operator *op,
	     enum apui_unary function, uint32_t input, uint32_t *out_index)
{
	struct apui_lowered lowered = {
		.op = APUI_OP_UNARY_FLOAT,
		.inputs = { input },
		.input_count = 1,
		.output_count = 1,
		.params.unary_float = { .function = function },
	};
	int ret;

	ret = add_scratch(lowering, op, out_index);
	lowered.outputs[0] = *out_index;
	return ret == 0 ? apui_lowering_append(lowering, op, &lowered) : ret;
}

static int
append_binary(struct apui_lowering *lowering, const struct apu_operator *op,
	      enum apui_binary function, uint32_t a, uint32_t b,
	      uint32_t output)
{
	const struct apui_lowered lowered = {
		.op = APUI_OP_BINARY_FLOAT,
		.inputs = { a, b },
		.input_count = 2,
		.outputs = { output },
		.output_count = 1,
		.params.binary_float = { .function = function,
					 .act_min = -FLT_MAX,
					 .act_max = FLT_MAX },
	};

	return apui_lowering_append(lowering, op, &lowered);
}

/* The sums of one gate, and their function. */
static int
append_gate(struct apui_lowering *lowering, const struct apu_operator *op,
	    unsigned int gate, uint32_t *out_index)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *sums = apui_graph_output(graph, op, SUMS);
	const struct apu_tensor *y = apui_graph_output(graph, op, Y);
	struct apui_block block = apui_block_of(y->dims, y->dims, 2);
	uint32_t input, part;
	int ret;

	block.in = apui_layout_of(sums->dims, 2);
	block.in.offset = (int64_t)gate * y->dims[1];
	ret = apui_lowering_tensor(lowering, sums, &input);
	if (ret == 0)
		ret = add_scratch(lowering, op, &part);
	if (ret == 0)
		ret = apui_block_append(lowering, op, &block, input, part);
	if (ret < 0)
		return ret;
	return append_unary(lowering, op,
			    gate == GATE_UPDATE ? APUI_UNARY_TANH
						: APUI_UNARY_LOGISTIC,
			    part, out_index);
}

/* input * update + forget * state */
static int
append_state(struct apui_lowering *lowering, const struct apu_operator *op,
	     const uint32_t *gates, uint32_t state)
{
	uint32_t added, kept, before;
	int ret;

	ret = apui_lowering_tensor(lowering,
				   apui_graph_input(lowering->graph, op, STATE),
				   &before);
	if (ret == 0)
		ret = add_scratch(lowering, op, &added);
	if (ret == 0)
		ret = add_scratch(lowering, op, &kept);
	if (ret == 0)
		ret = append_binary(lowering, op, APUI_BINARY_MUL,
				    gates[GATE_INPUT], gates[GATE_UPDATE],
				    added);
	if (ret == 0)
		ret = append_binary(lowering, op, APUI_BINARY_MUL,
				    gates[GATE_FORGET], before, kept);
	if (ret < 0)
		return ret;
	return append_binary(lowering, op, APUI_BINARY_ADD, added, kept, state);
}

int
apui_lower_basic_lstm(struct apui_lowering *lowering,
		      const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	uint32_t gates[APUI_GATES], state, tanh_state, output;
	int ret;

	ret = join(lowering, op);
	if (ret == 0)
		ret = append_matrix(lowering, op);
	for (unsigned int i = 0; ret == 0 && i < APUI_GATES; i++)
		ret = append_gate(lowering, op, i, &gates[i]);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(graph, op, NEW_STATE),
			&state);
	if (ret == 0)
		ret = append_state(lowering, op, gates, state);
	if (ret == 0)
		ret = append_unary(lowering, op, APUI_UNARY_TANH, state,
				   &tanh_state);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(graph, op, Y), &output);
	if (ret < 0)
		return ret;
	return append_binary(lowering, op, APUI_BINARY_MUL, gates[GATE_OUTPUT],
			     tanh_state, output);
}
