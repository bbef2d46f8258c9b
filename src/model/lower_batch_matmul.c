/* SPDX-License-Identifier: MIT */
#include "model/blame.h"
#include "model/lower_common.h"
#include "model/lower_convolve.h"
#include "model/operators.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <errno.h>

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

static int
add_hybrid(struct apui_lowering *lowering, const struct apu_operator *op,
	   const struct apu_tensor *a, const struct apu_tensor *b,
	   struct apui_lowered *lowered)
{
	uint64_t rows = a->element_count / (uint64_t)a->dims[a->rank - 1];
	uint32_t tensors[3];
	void *scale;
	int ret;

	if (op->options.batch_matmul.adj_x != 0)
		return apui_blame(-EOPNOTSUPP, op, a,
				  "it transposes a float32 matrix that it "
				  "multiplies with one of int8");
	lowered->input_count = B_SCALE;
	ret = apui_lowering_add_vector(lowering, lowered, APUI_TYPE_FLOAT32, 1,
				       &scale);
	if (ret < 0)
		return ret;
	*(float *)scale = apui_per_tensor_scale(b);
	ret = apui_lower_quantize_rows(
		lowering, op, a, (int32_t)rows,
		op->options.batch_matmul.asymmetric_quantize_inputs != 0,
		tensors);
	if (ret < 0)
		return ret;
	lowered->inputs[A] = tensors[0];
	lowered->inputs[A_SCALE] = tensors[1];
	lowered->inputs[A_ZERO] = tensors[2];
	return 0;
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
	ret = set_scale(op, a, b, y, &lowered.params.batch_matmul);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}
