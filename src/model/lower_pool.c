/* SPDX-License-Identifier: MIT */

/* AVERAGE_POOL_2D and MAX_POOL_2D. */

#include "model/blame.h"
#include "model/lower_common.h"
#include "model/operators.h"
#include "model/window.h"
#include <errno.h>

/* So many bytes of 255, and half their number, still add up in 32 bits. */
#define MAX_AVERAGED_TAPS (1 << 23)

static int
lower_pool(struct apui_lowering *lowering, const struct apu_operator *op,
	   enum apui_op code)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lowered;
	struct apui_window_params *params = &lowered.params.window;
	struct apui_window_2d window;
	int ret;

	ret = apui_lowering_begin(lowering, op, code, 1, &lowered);
	if (ret < 0)
		return ret;
	ret = apui_window_place_2d(op, x, op->options.window.filter_h,
				   op->options.window.filter_w, &window);
	if (ret < 0)
		return ret;

	params->stride_h = op->options.window.stride_h;
	params->stride_w = op->options.window.stride_w;
	params->dilation_h = 1;
	params->dilation_w = 1;
	params->filter_h = op->options.window.filter_h;
	params->filter_w = op->options.window.filter_w;
	params->pad_top = window.pad_top;
	params->pad_left = window.pad_left;
	if (y->dtype == APU_DTYPE_FLOAT32)
		ret = apui_lower_real_activation(
			op, op->options.window.activation,
			&lowered.params.window_float.act_min,
			&lowered.params.window_float.act_max);
	else
		ret = apui_lower_activation(op, op->options.window.activation,
					    y, &params->act_min,
					    &params->act_max);
	if (ret < 0)
		return ret;
	return apui_lowering_append(lowering, op, &lowered);
}

/* The reference's sums have 32 bits. */
static int
lower_wide(struct apui_lowering *lowering, const struct apu_operator *op,
	   enum apui_op code)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);

	if (x->zero_points[0] != 0)
		return apui_blame(-EINVAL, op, x,
				  "its input of 16 bits has zero point %lld",
				  (long long)x->zero_points[0]);
	return lower_pool(lowering, op, code);
}

int
apui_lower_l2_pool_2d(struct apui_lowering *lowering,
		      const struct apu_operator *op)
{
	return lower_pool(lowering, op, APUI_OP_L2_POOL_2D_FLOAT);
}

static int64_t
count_taps_inside(int32_t filter, int32_t input)
{
	return filter < input ? filter : input;
}

int
apui_lower_average_pool_2d(struct apui_lowering *lowering,
			   const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	int64_t taps =
		count_taps_inside(op->options.window.filter_h, x->dims[1]) *
		count_taps_inside(op->options.window.filter_w, x->dims[2]);

	if (x->dtype == APU_DTYPE_FLOAT32)
		return lower_pool(lowering, op, APUI_OP_AVERAGE_POOL_2D_FLOAT);
	if (x->dtype == APU_DTYPE_INT16)
		return lower_wide(lowering, op, APUI_OP_AVERAGE_POOL_2D_INT16);
	if (taps > MAX_AVERAGED_TAPS)
		return apui_blame(-EOPNOTSUPP, op, x,
				  "it averages %lld elements, more than %d",
				  (long long)taps, MAX_AVERAGED_TAPS);
	return lower_pool(lowering, op, APUI_OP_AVERAGE_POOL_2D);
}

int
apui_lower_max_pool_2d(struct apui_lowering *lowering,
		       const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);

	if (x->dtype == APU_DTYPE_INT16)
		return lower_wide(lowering, op, APUI_OP_MAX_POOL_2D_INT16);
	return lower_pool(lowering, op,
			  x->dtype == APU_DTYPE_FLOAT32
				  ? APUI_OP_MAX_POOL_2D_FLOAT
				  : APUI_OP_MAX_POOL_2D);
}
