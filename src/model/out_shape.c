/* SPDX-License-Identifier: MIT */
#include "model/out_shape.h"
#include "model/blame.h"
#include "model/block.h"
#include "model/movement.h"
#include <errno.h>

#define MAX_RANK APU_TENSOR_MAX_RANK

int
apui_out_dim(const struct apu_operator *op, struct apui_shape *shape,
	     int64_t length)
{
	if (length < 0 || length > INT32_MAX)
		return apui_blame(-EINVAL, op, NULL,
				  "dimension %u of its output is %lld",
				  shape->rank, (long long)length);
	if (shape->rank == MAX_RANK)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "its output has over %d dimensions",
				  MAX_RANK);
	shape->dims[shape->rank++] = (int32_t)length;
	return 0;
}

int
apui_out_dims(const struct apu_operator *op, struct apui_shape *shape,
	      const struct apu_tensor *tensor, unsigned int first,
	      unsigned int end)
{
	int ret = 0;

	for (unsigned int i = first; ret == 0 && i < end; i++)
		ret = apui_out_dim(op, shape, tensor->dims[i]);
	return ret;
}

int
apui_out_constants(const struct apu_operator *op, struct apui_shape *shape,
		   const struct apu_tensor *dims)
{
	int ret = 0;

	for (uint64_t i = 0; ret == 0 && i < dims->element_count; i++)
		ret = apui_out_dim(op, shape, apui_constant_integer(dims, i));
	return ret;
}

int
apui_check_count(const struct apu_operator *op, const struct apu_tensor *tensor,
		 uint64_t count)
{
	if (tensor->element_count == count)
		return 0;
	return apui_blame(-EINVAL, op, tensor,
			  "it has %llu elements, must have %llu",
			  (unsigned long long)tensor->element_count,
			  (unsigned long long)count);
}

int
apui_fill_output(struct apui_lowering *lowering, const struct apu_operator *op,
		 const void *value)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	uint32_t output;
	int ret = apui_lowering_tensor(lowering, y, &output);

	if (ret < 0)
		return ret;
	return apui_block_fill(lowering, op, value,
			       apu_dtype_size_bytes(y->dtype), output);
}
