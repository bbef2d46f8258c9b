/* SPDX-License-Identifier: MIT */

/* Variables, and the operators that keep them up to date. */

#include "core/error.h"
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>
#include <float.h>
#include <math.h>

int
apui_lower_nothing(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	(void)lowering;
	(void)op;
	return 0;
}

/* READ_VARIABLE and ASSIGN_VARIABLE stay in the file's order: so it is right.
 */
int
apui_lower_read_variable(struct apui_lowering *lowering,
			 const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered = {
		.op = APUI_OP_COPY,
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	ret = apui_lowering_variable(lowering,
				     apui_graph_input(graph, op, 0)->variable,
				     &lowered.inputs[0]);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_output(graph, op, 0),
					   &lowered.outputs[0]);
	return ret == 0 ? apui_lowering_append(lowering, op, &lowered) : ret;
}

int
apui_lower_assign_variable(struct apui_lowering *lowering,
			   const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered = {
		.op = APUI_OP_COPY,
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	ret = apui_lowering_variable(lowering,
				     apui_graph_input(graph, op, 0)->variable,
				     &lowered.outputs[0]);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_input(graph, op, 1),
					   &lowered.inputs[0]);
	return ret == 0 ? apui_lowering_append(lowering, op, &lowered) : ret;
}

/* Q(@real) into a pair of parameters. */
int
apui_state_set_multiplier(const struct apu_operator *op, double real,
			  int32_t *out_multiplier, int32_t *out_shift)
{
	struct apui_multiplier q;

	if (apui_quantise_multiplier(real, &q) < 0)
		return apui_refuse_scales(op, NULL);
	*out_multiplier = q.multiplier;
	*out_shift = q.shift;
	return 0;
}

float
apui_state_scale(const struct apui_graph *graph, const struct apu_operator *op,
		 unsigned int input)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, input);

	return tensor != NULL ? apui_per_tensor_scale(tensor) : 0;
}

static int
set_svdf_scales(const struct apui_graph *graph, const struct apu_operator *op,
		struct apui_svdf_params *params)
{
	float x = apui_state_scale(graph, op, 0);
	float feature = apui_state_scale(graph, op, APUI_SVDF_FEATURE);
	float time = apui_state_scale(graph, op, APUI_SVDF_TIME);
	float state = apui_state_scale(graph, op, APUI_SVDF_STATE);
	float y = apui_per_tensor_scale(apui_graph_output(graph, op, 0));
	/* Every step in float32, as the reference has it. */
	float to_state = x * feature / state;
	float to_y = state * time / y;
	int ret;

	ret = apui_state_set_multiplier(op, (double)to_state,
					&params->feature_multiplier,
					&params->feature_shift);
	if (ret < 0)
		return ret;
	return apui_state_set_multiplier(op, (double)to_y,
					 &params->time_multiplier,
					 &params->time_shift);
}

static void
set_svdf_clamp(int32_t activation, struct apui_svdf_params *params)
{
	params->act_min = activation == APUI_ACTIVATION_NONE ? -FLT_MAX
			  : activation == APUI_ACTIVATION_RELU_N1_TO_1 ? -1
								       : 0;
	params->act_max = activation == APUI_ACTIVATION_RELU6 ? 6
			  : activation == APUI_ACTIVATION_RELU_N1_TO_1
				  ? 1
				  : FLT_MAX;
}

/* Weights over time of int8 become float32: they multiply no input. */
static int
dequantise_time(struct apui_lowering *lowering, const struct apu_tensor *time,
		uint32_t *out_index)
{
	const struct apui_program_tensor record = {
		.type = APUI_TYPE_FLOAT32,
		.rank = 2,
		.size_bytes = (uint32_t)(time->element_count * sizeof(float)),
		.dims = { time->dims[0], time->dims[1] },
	};
	float scale = apui_per_tensor_scale(time);
	float *data;

	if (time->element_count * sizeof(float) > INT32_MAX)
		return apui_fail(-E2BIG, NULL, "its weights are too many");
	data = apui_pool_new(&lowering->writer.pool, time->element_count,
			     sizeof(float));
	if (data == NULL)
		return -ENOMEM;
	for (uint64_t i = 0; i < time->element_count; i++)
		data[i] = scale * (float)(int8_t)time->data[i];
	return apui_program_writer_add_constant(&lowering->writer, &record,
						data, out_index);
}

static int
begin_svdf(struct apui_lowering *lowering, const struct apu_operator *op,
	   struct apui_lowered *lowered)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *time =
		apui_graph_input(graph, op, APUI_SVDF_TIME);
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_SVDF, APUI_SVDF_STATE,
				  lowered);
	if (ret == 0 && time->dtype == APU_DTYPE_INT8)
		ret = dequantise_time(lowering, time,
				      &lowered->inputs[APUI_SVDF_TIME]);
	if (ret == 0)
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(graph, op, APUI_SVDF_STATE),
			&lowered->outputs[lowered->output_count++]);
	if (ret < 0)
		return ret;
	return apui_lowered_add_memory(
		lowering, op, APUI_TYPE_INT8,
		x->dims[1] > 0 ? (uint64_t)x->dims[1] : 1, lowered);
}

int
apui_lower_svdf(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered;
	int ret;

	ret = begin_svdf(lowering, op, &lowered);
	if (ret < 0)
		return ret;

	lowered.params.svdf.rank = op->options.svdf.rank;
	lowered.params.svdf.is_asymmetric =
		op->options.svdf.asymmetric_quantize_inputs;
	if (apui_graph_input(graph, op, 0)->dtype == APU_DTYPE_INT8) {
		ret = set_svdf_scales(graph, op, &lowered.params.svdf);
	} else {
		set_svdf_clamp(op->options.svdf.activation,
			       &lowered.params.svdf);
		lowered.params.svdf.feature_scale =
			apui_matrix_scale(graph, op, APUI_SVDF_FEATURE);
	}
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
