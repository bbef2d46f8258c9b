/* SPDX-License-Identifier: MIT */
#include "model/block.h"
#include "model/lower_common.h"
#include "model/lower_convolve.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

/* Of int16: the kernel's 64-bit arithmetic shifts by 15 - shift. */
#define MAX_WIDE_SHIFT 14

/* The inputs of BATCH_MATMUL. */
enum { A, B, B_SCALE, A_SCALE, A_ZERO, INPUTS };

/*
 * Steps through the batches of @tensor, outermost first, for an output of
 * @rank dimensions: 0 where it is stretched.
 */
static void
set_batch_steps(const struct apu_tensor *tensor, unsigned int rank,
		int32_t *steps)
{
	unsigned int missing = rank - tensor->rank;
	int64_t step = (int64_t)tensor->dims[tensor->rank - 1] *
		       tensor->dims[tensor->rank - 2];

	for (unsigned int i = tensor->rank - 2; i-- > 0;) {
		unsigned int place =
			APUI_MATMUL_MAX_BATCH_RANK - (rank - 2) + missing + i;

		steps[place] = tensor->dims[i] == 1 ? 0 : (int32_t)step;
		step *= tensor->dims[i];
	}
}

static void
set_steps(const struct apu_operator *op, const struct apu_tensor *a,
	  const struct apu_tensor *b, const struct apu_tensor *y,
	  struct apui_batch_matmul_params *params)
{
	bool adj_x = op->options.batch_matmul.adj_x != 0;
	bool adj_y = op->options.batch_matmul.adj_y != 0;
	int32_t a_width = a->dims[a->rank - 1], b_width = b->dims[b->rank - 1];

	params->rows = y->dims[y->rank - 2];
	params->columns = y->dims[y->rank - 1];
	params->depth = adj_x ? a->dims[a->rank - 2] : a_width;
	params->a_row_step = adj_x ? 1 : a_width;
	params->a_depth_step = adj_x ? a_width : 1;
	params->b_column_step = adj_y ? b_width : 1;
	params->b_depth_step = adj_y ? 1 : b_width;

	for (unsigned int i = 0; i < APUI_MATMUL_MAX_BATCH_RANK; i++)
		params->batch_lengths[i] = 1;
	for (unsigned int i = 0; i + 2 < y->rank; i++)
		params->batch_lengths[APUI_MATMUL_MAX_BATCH_RANK -
				      (y->rank - 2) + i] = y->dims[i];
	set_batch_steps(a, y->rank, params->a_batch_steps);
	set_batch_steps(b, y->rank, params->b_batch_steps);
}

static int
set_scale(const struct apu_operator *op, const struct apu_tensor *a,
	  const struct apu_tensor *b, const struct apu_tensor *y,
	  struct apui_batch_matmul_params *params)
{
	/* The product of scales is a float32, as of uint8 convolutions. */
	double real = apui_quantise_conv_scale(
		APU_DTYPE_UINT8, apui_per_tensor_scale(a),
		apui_per_tensor_scale(b), apui_per_tensor_scale(y));
	struct apui_multiplier q;

	if (y->dtype == APU_DTYPE_FLOAT32 || y->dtype == APU_DTYPE_INT32)
		return 0;
	if (apui_quantise_multiplier(real, &q) < 0 ||
	    (y->dtype == APU_DTYPE_INT16 && q.shift > MAX_WIDE_SHIFT))
		return apui_refuse_scales(op, b);
	params->multiplier = q.multiplier;
	params->shift = q.shift;
	return apui_lower_activation(op, APUI_ACTIVATION_NONE, y,
				     &params->act_min, &params->act_max);
}

/* @a with its last two dimensions swapped, as a tensor of the arena. */
static int
transpose(struct apui_lowering *lowering, const struct apu_operator *op,
	  const struct apu_tensor *a, uint32_t *out_index)
{
	unsigned int rank = a->rank;
	struct apui_layout in = apui_layout_of(a->dims, rank), out;
	struct apui_block block = { .rank = 0 };
	int32_t dims[APU_TENSOR_MAX_RANK];
	uint32_t input;
	int ret;

	memcpy(dims, a->dims, sizeof(dims));
	dims[rank - 1] = a->dims[rank - 2];
	dims[rank - 2] = a->dims[rank - 1];
	out = apui_layout_of(dims, rank);
	for (unsigned int i = 0; i + 2 < rank; i++)
		apui_block_add(&block, dims[i], in.strides[i], out.strides[i]);
	apui_block_add(&block, dims[rank - 2], in.strides[rank - 1],
		       out.strides[rank - 2]);
	apui_block_add(&block, dims[rank - 1], in.strides[rank - 2],
		       out.strides[rank - 1]);

	ret = apui_lowering_tensor(lowering, a, &input);
	if (ret == 0)
		ret = apui_block_scratch(lowering, op, a, dims, rank,
					 out_index);
	return ret < 0 ? ret
		       : apui_block_append(lowering, op, &block, input,
					   *out_index);
}

/* Rows are quantised, so they are made to lie side by side. */
static int
quantise_a(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apu_tensor *a, struct apui_lowered *lowered)
{
	bool adj_x = op->options.batch_matmul.adj_x != 0;
	uint64_t depth = (uint64_t)a->dims[a->rank - (adj_x ? 2u : 1u)];
	uint32_t input, tensors[3];
	int ret;

	if (adj_x)
		ret = transpose(lowering, op, a, &input);
	else
		ret = apui_lowering_tensor(lowering, a, &input);
	if (ret == 0)
		ret = apui_lower_quantize_rows_of(
			lowering, op, input, a->element_count,
			(int32_t)(a->element_count / depth),
			op->options.batch_matmul.asymmetric_quantize_inputs !=
				0,
			tensors);
	if (ret < 0)
		return ret;
	lowered->inputs[A] = tensors[0];
	lowered->inputs[A_SCALE] = tensors[1];
	lowered->inputs[A_ZERO] = tensors[2];
	return 0;
}

static int
add_hybrid(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apu_tensor *a, const struct apu_tensor *b,
	   struct apui_lowered *lowered)
{
	void *scales;
	int ret;

	lowered->input_count = B_SCALE;
	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_FLOAT32,
				       b->quant_count, &scales);
	if (ret < 0)
		return ret;
	memcpy(scales, b->scales, b->quant_count * sizeof(float));
	return quantise_a(lowering, op, a, lowered);
}

int
apui_lower_batch_matmul(struct apui_lowering *lowering,
			const struct apu_operator *op)
{
	const struct apu_tensor *a = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	int ret;

	if (y->element_count == 0)
		return 0;
	ret = apui_lowering_begin(lowering, op, APUI_OP_BATCH_MATMUL, 2,
				  &lowered);
	if (ret < 0)
		return ret;
	for (unsigned int i = B_SCALE; i < INPUTS; i++)
		lowered.inputs[i] = APUI_NO_TENSOR;
	if (apui_is_hybrid(a, b))
		ret = add_hybrid(lowering, op, a, b, &lowered);
	if (ret < 0)
		return ret;

	lowered.input_count = INPUTS;
	set_steps(op, a, b, y, &lowered.params.batch_matmul);
	if (apui_is_hybrid(a, b)) {
		lowered.params.batch_matmul.a_row_step =
			lowered.params.batch_matmul.depth;
		lowered.params.batch_matmul.a_depth_step = 1;
	}
	ret = set_scale(op, a, b, y, &lowered.params.batch_matmul);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
