/* SPDX-License-Identifier: MIT */
#include "model/lower_common.h"
#include "core/error.h"
#include "model/blame.h"
#include "model/quantise.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>

static int
refuse_activation(const struct apu_operator *op, int32_t activation)
{
	apui_blame(-EOPNOTSUPP, op, NULL,
		   "its fused activation, number %d, does not clamp",
		   activation);
	apui_fail_remedy("convert the model so that the activation is an "
			 "operator of its own");
	return -EOPNOTSUPP;
}

int
apui_lower_activation(const struct apu_operator *op, int32_t activation,
		      const struct apu_tensor *y, int32_t *out_min,
		      int32_t *out_max)
{
	int ret;

	ret = apui_quantise_activation(
		activation, y->dtype, apui_per_tensor_scale(y),
		apui_per_tensor_zero_point(y), out_min, out_max);
	return ret == 0 ? 0 : refuse_activation(op, activation);
}

int
apui_lower_real_activation(const struct apu_operator *op, int32_t activation,
			   float *out_min, float *out_max)
{
	static const struct {
		float min, max;
	} clamps[] = {
		[APUI_ACTIVATION_NONE] = { -INFINITY, INFINITY },
		[APUI_ACTIVATION_RELU] = { 0, INFINITY },
		[APUI_ACTIVATION_RELU_N1_TO_1] = { -1, 1 },
		[APUI_ACTIVATION_RELU6] = { 0, 6 },
	};

	if (activation < 0 || activation > APUI_ACTIVATION_RELU6)
		return refuse_activation(op, activation);
	*out_min = clamps[activation].min;
	*out_max = clamps[activation].max;
	return 0;
}

int
apui_refuse_scales(const struct apu_operator *op,
		   const struct apu_tensor *tensor)
{
	apui_blame(-EINVAL, op, tensor,
		   "the scales of its tensors are out of all proportion");
	apui_fail_remedy("quantise the model again");
	return -EINVAL;
}

int
apui_lower_constant(struct apui_lowering *lowering,
		    struct apui_lowered *lowered, enum apu_dtype type,
		    unsigned int rank, uint32_t count, void **out_data)
{
	uint32_t element_bytes = (uint32_t)apu_dtype_size_bytes(type);
	struct apui_program_tensor record = {
		.type = (uint8_t)type,
		.rank = (uint8_t)rank,
		.size_bytes = count * element_bytes,
		.dims = { rank > 0 ? (int32_t)count : 0 },
	};
	int ret;

	*out_data = apui_pool_new(&lowering->writer.pool, count, element_bytes);
	if (*out_data == NULL)
		return -ENOMEM;
	ret = apui_program_writer_add_constant(
		&lowering->writer, &record, *out_data,
		&lowered->inputs[lowered->input_count]);
	if (ret == 0)
		lowered->input_count++;
	return ret;
}
