/* SPDX-License-Identifier: MIT */

/* Boxes of which the best are chosen. */

#include "model/blame.h"
#include "model/movement.h"
#include "model/operator_table.h"
#include "model/out_shape.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include <errno.h>

enum { BOXES, SCORES, MOST, OVERLAP, LEAST_SCORE, SIGMA, MAX_INPUTS };

/* So many boxes there may be, and so many of them chosen. */
#define MAX_BOXES (1 << 18)

/* Version 4 has no scores among its outputs, version 5 has them second. */
static bool
has_scores(const struct apu_operator *op)
{
	return op->row->max_outputs == 3;
}

static int
check_inputs(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *boxes = apui_graph_input(graph, op, BOXES);
	const struct apu_tensor *scores = apui_graph_input(graph, op, SCORES);
	const struct apu_tensor *most = apui_graph_input(graph, op, MOST);
	int ret = 0;

	if (boxes->dims[1] != 4 || scores->dims[0] != boxes->dims[0])
		return apui_blame(-EINVAL, op, scores,
				  "it has %d scores for %d boxes of %d numbers",
				  scores->dims[0], boxes->dims[0],
				  boxes->dims[1]);
	for (unsigned int i = MOST; ret == 0 && i < op->input_count; i++)
		ret = apui_check_count(op, apui_graph_input(graph, op, i), 1);
	if (ret < 0)
		return ret;
	if (apui_constant_integer(most, 0) < 0)
		return apui_blame(-EINVAL, op, most,
				  "it is to choose %lld boxes",
				  (long long)apui_constant_integer(most, 0));
	if (boxes->dims[0] > MAX_BOXES ||
	    apui_constant_integer(most, 0) > MAX_BOXES)
		return apui_blame(-EOPNOTSUPP, op, boxes,
				  "it chooses %lld of %d boxes, at most %d are "
				  "supported",
				  (long long)apui_constant_integer(most, 0),
				  boxes->dims[0], MAX_BOXES);
	return 0;
}

static int
check_types(const struct apui_graph *graph, const struct apu_operator *op)
{
	for (unsigned int i = 0; i < op->output_count; i++) {
		const struct apu_tensor *y = apui_graph_output(graph, op, i);
		enum apu_dtype dtype = has_scores(op) && i == 1
					       ? APU_DTYPE_FLOAT32
					       : APU_DTYPE_INT32;

		if (y->dtype != dtype)
			return apui_blame(-EOPNOTSUPP, op, y,
					  "its output %u is %s, must be %s", i,
					  apu_dtype_name(y->dtype),
					  apu_dtype_name(dtype));
	}
	return 0;
}

static int
infer_suppression(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shapes)
{
	int32_t boxes = apui_graph_input(graph, op, BOXES)->dims[0];
	int64_t most;
	int ret = check_inputs(graph, op);

	if (ret == 0)
		ret = check_types(graph, op);
	if (ret < 0)
		return ret;
	most = apui_constant_integer(apui_graph_input(graph, op, MOST), 0);
	/* The last is their number. */
	for (unsigned int i = 0; ret == 0 && i + 1 < op->output_count; i++)
		ret = apui_out_dim(op, &out_shapes[i], most);
	/* Each box is compared with each that is chosen. */
	op->macs = (uint64_t)boxes * (uint64_t)(most < boxes ? most : boxes);
	return ret;
}

/* Places, scores, their number, and memory for the candidates. */
static int
add_outputs(struct apui_lowering *lowering, const struct apu_operator *op,
	    struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *places = apui_graph_output(graph, op, 0);
	int32_t boxes = apui_graph_input(graph, op, BOXES)->dims[0];
	struct apui_program_tensor heap = {
		.type = APUI_TYPE_INT32,
		.rank = 2,
		.dims = { boxes, 2 },
		.size_bytes = (uint32_t)boxes * 2 * sizeof(int32_t),
	};
	int ret = 0;

	lowered->output_count = 1;
	if (has_scores(op))
		ret = apui_lowering_tensor(
			lowering, apui_graph_output(graph, op, 1),
			&lowered->outputs[lowered->output_count++]);
	else
		ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_FLOAT32,
					      places->element_count, lowered);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering,
			apui_graph_output(graph, op, op->output_count - 1),
			&lowered->outputs[lowered->output_count++]);
	if (ret == 0)
		ret = apui_lowered_add_memory(lowering, op, APUI_TYPE_FLOAT32,
					      (uint64_t)boxes, lowered);
	if (ret == 0)
		ret = apui_lowering_add_scratch(
			lowering, &heap,
			&lowered->outputs[lowered->output_count++]);
	return ret;
}

static int
lower_suppression(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	if (apui_graph_input(lowering->graph, op, BOXES)->element_count == 0 ||
	    apui_graph_output(lowering->graph, op, 0)->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it chooses nothing, or from nothing");
	ret = apui_lowering_begin(lowering, op, APUI_OP_NON_MAX_SUPPRESSION,
				  (uint16_t)op->input_count, &lowered);
	if (ret < 0)
		return ret;
	/* How many is the shape of the outputs. */
	for (unsigned int i = MOST; i + 1 < MAX_INPUTS; i++)
		lowered.inputs[i] = i + 1 < op->input_count
					    ? lowered.inputs[i + 1]
					    : APUI_NO_TENSOR;
	lowered.input_count = MAX_INPUTS - 1;
	ret = add_outputs(lowering, op, &lowered);
	return ret < 0 ? ret : apui_lowering_append(lowering, op, &lowered);
}

#define NUMBER TENSOR(TYPES_FLOAT32, 0, 1)

#define SUPPRESSION(code, input_count, output_count)                           \
	.name = #code, .builtin_code = APUI_BUILTIN_##code, .max_version = 1,  \
	.options_type = APUI_OPTIONS_##code, .fields = apui_no_fields,         \
	.min_inputs = (input_count), .max_inputs = (input_count),              \
	.min_outputs = (output_count), .max_outputs = (output_count),          \
	.output = TENSOR(TYPES_INT32 | TYPES_FLOAT32, 0, 1),                   \
	.infer = infer_suppression, .lower = lower_suppression
#define CANDIDATES                                                             \
	TENSOR(TYPES_FLOAT32, 2, 2), TENSOR(TYPES_FLOAT32, 1, 1),              \
		PARAMETER(0, 1), NUMBER, NUMBER

static const struct apui_operator_row rows[] = {
	{ SUPPRESSION(NON_MAX_SUPPRESSION_V4, 5, 2), .inputs = { CANDIDATES } },
	{ SUPPRESSION(NON_MAX_SUPPRESSION_V5, 6, 3),
	  .inputs = { CANDIDATES, NUMBER } },
};

const struct apui_operator_family apui_box_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
