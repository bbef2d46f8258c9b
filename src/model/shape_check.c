/* SPDX-License-Identifier: MIT */
#include "model/shape_check.h"
#include "model/blame.h"
#include "model/quantise.h"
#include <errno.h>
#include <math.h>

bool
apui_is_8_bit(const struct apu_tensor *tensor)
{
	return tensor->dtype == APU_DTYPE_INT8 ||
	       tensor->dtype == APU_DTYPE_UINT8;
}

float
apui_per_tensor_scale(const struct apu_tensor *tensor)
{
	return tensor->quant_count == 1 ? tensor->scales[0] : 0;
}

int32_t
apui_per_tensor_zero_point(const struct apu_tensor *tensor)
{
	return tensor->quant_count == 1 ? (int32_t)tensor->zero_points[0] : 0;
}

int
apui_check_same_type(const struct apu_operator *op, const struct apu_tensor *a,
		     const struct apu_tensor *b)
{
	if (a->dtype == b->dtype)
		return 0;
	return apui_blame(-EOPNOTSUPP, op, b,
			  "tensor %u is %s beside tensor %u of %s", b->index,
			  apu_dtype_name(b->dtype), a->index,
			  apu_dtype_name(a->dtype));
}

int
apui_check_per_tensor(const struct apu_operator *op,
		      const struct apu_tensor *tensor)
{
	if (tensor->quant_count == 1)
		return 0;
	if (tensor->quant_count == 0)
		return apui_blame(-EINVAL, op, tensor,
				  "tensor %u is %s, but has no scale",
				  tensor->index, apu_dtype_name(tensor->dtype));
	return apui_blame(-EINVAL, op, tensor,
			  "tensor %u has %u scales, but is not a weight",
			  tensor->index, tensor->quant_count);
}

int
apui_check_wide_zero_point(const struct apu_operator *op,
			   const struct apu_tensor *tensor)
{
	int32_t zero_point = apui_per_tensor_zero_point(tensor);

	if (tensor->dtype != APU_DTYPE_INT16 || zero_point == 0)
		return 0;
	return apui_blame(-EINVAL, op, tensor,
			  "tensor %u is int16 with zero point %d, and must "
			  "have 0",
			  tensor->index, (int)zero_point);
}

int
apui_check_same_quantisation(const struct apu_operator *op,
			     const struct apu_tensor *x,
			     const struct apu_tensor *y)
{
	/* The reference's own tolerance. */
	const double tolerance = 1e-6;
	int ret;

	ret = apui_check_per_tensor(op, x);
	if (ret < 0)
		return ret;
	ret = apui_check_per_tensor(op, y);
	if (ret < 0)
		return ret;

	if (fabs((double)x->scales[0] - (double)y->scales[0]) <= tolerance &&
	    x->zero_points[0] == y->zero_points[0])
		return 0;
	return apui_blame(-EINVAL, op, y,
			  "it does not rescale, but its input has scale %g and "
			  "zero point %d, its output %g and %d",
			  (double)x->scales[0], (int)x->zero_points[0],
			  (double)y->scales[0], (int)y->zero_points[0]);
}

static int
check_per_channel(const struct apu_operator *op,
		  const struct apu_tensor *filter, unsigned int axis)
{
	if (filter->dtype != APU_DTYPE_INT8)
		return apui_blame(-EOPNOTSUPP, op, filter,
				  "%s weights are quantised per channel",
				  apu_dtype_name(filter->dtype));
	if (filter->quant_axis != axis ||
	    filter->quant_count != (unsigned int)filter->dims[axis])
		return apui_blame(-EINVAL, op, filter,
				  "its weights have %u scales along dimension "
				  "%u, but %d output channels in dimension %u",
				  filter->quant_count, filter->quant_axis,
				  filter->dims[axis], axis);
	return apui_check_symmetric(op, filter);
}

static int
check_filter_dims(const struct apu_operator *op,
		  const struct apu_tensor *filter)
{
	for (unsigned int i = 0; i < filter->rank; i++)
		if (filter->dims[i] < 1)
			return apui_blame(-EINVAL, op, filter,
					  "dimension %u of its weights is %d",
					  i, filter->dims[i]);
	return 0;
}

int
apui_check_filter(const struct apu_operator *op, const struct apu_tensor *x,
		  const struct apu_tensor *filter, unsigned int axis)
{
	int ret;

	ret = apui_check_same_type(op, x, filter);
	if (ret == 0)
		ret = check_filter_dims(op, filter);
	if (ret < 0)
		return ret;
	if (filter->quant_count > 1)
		return check_per_channel(op, filter, axis);
	return apui_check_per_tensor(op, filter);
}

int
apui_check_symmetric(const struct apu_operator *op,
		     const struct apu_tensor *filter)
{
	for (unsigned int i = 0; i < filter->quant_count; i++)
		if (filter->zero_points[i] != 0)
			return apui_blame(-EINVAL, op, filter,
					  "zero point %u of its weights is "
					  "%lld, and must be 0",
					  i, (long long)filter->zero_points[i]);
	return 0;
}

static int
check_bias_length(const struct apu_operator *op, const struct apu_tensor *bias,
		  int32_t channels)
{
	if (bias->element_count == (uint64_t)channels)
		return 0;
	return apui_blame(-EINVAL, op, bias,
			  "its bias has %llu elements, but there are %d output "
			  "channels",
			  (unsigned long long)bias->element_count, channels);
}

static int
check_bias_type(const struct apu_operator *op, const struct apu_tensor *bias,
		bool may_be_int64)
{
	if (bias->dtype == APU_DTYPE_INT32 ||
	    (may_be_int64 && bias->dtype == APU_DTYPE_INT64))
		return 0;
	return apui_blame(-EOPNOTSUPP, op, bias, "its bias is %s",
			  apu_dtype_name(bias->dtype));
}

static int
check_bias(const struct apu_operator *op, const struct apu_tensor *bias,
	   int32_t channels, bool may_be_int64)
{
	int ret;

	if (bias == NULL)
		return 0;
	ret = check_bias_type(op, bias, may_be_int64);
	if (ret == 0)
		ret = check_bias_length(op, bias, channels);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < bias->quant_count; i++)
		if (bias->zero_points[i] != 0)
			return apui_blame(-EINVAL, op, bias,
					  "its bias has zero point %lld",
					  (long long)bias->zero_points[i]);
	return 0;
}

int
apui_check_bias(const struct apu_operator *op, const struct apu_tensor *bias,
		int32_t channels)
{
	return check_bias(op, bias, channels, false);
}

/* Of int8 beside inputs of another type. */
static int
check_int8_filter(const struct apu_operator *op,
		  const struct apu_tensor *filter, unsigned int axis)
{
	int ret;

	if (filter->dtype != APU_DTYPE_INT8)
		return apui_blame(-EOPNOTSUPP, op, filter, "its weights are %s",
				  apu_dtype_name(filter->dtype));
	ret = check_filter_dims(op, filter);
	if (ret < 0)
		return ret;
	if (filter->quant_count > 1)
		return check_per_channel(op, filter, axis);
	ret = apui_check_per_tensor(op, filter);
	return ret < 0 ? ret : apui_check_symmetric(op, filter);
}

int
apui_check_wide_weights(const struct apu_operator *op,
			const struct apu_tensor *x,
			const struct apu_tensor *filter,
			const struct apu_tensor *bias,
			const struct apu_tensor *y, unsigned int axis)
{
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret == 0)
		ret = apui_check_per_tensor(op, x);
	if (ret == 0)
		ret = apui_check_per_tensor(op, y);
	if (ret == 0)
		ret = check_int8_filter(op, filter, axis);
	if (ret < 0)
		return ret;
	if (x->zero_points[0] != 0 || y->zero_points[0] != 0)
		return apui_blame(-EINVAL, op, x,
				  "its input or output of 16 bits has a zero "
				  "point");
	return check_bias(op, bias, filter->dims[axis], true);
}

int
apui_check_hybrid_weights(const struct apu_operator *op,
			  const struct apu_tensor *x,
			  const struct apu_tensor *filter,
			  const struct apu_tensor *bias,
			  const struct apu_tensor *y, unsigned int axis)
{
	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret == 0)
		ret = check_int8_filter(op, filter, axis);
	if (ret < 0 || bias == NULL)
		return ret;
	ret = apui_check_same_type(op, x, bias);
	return ret < 0 ? ret : check_bias_length(op, bias, filter->dims[axis]);
}

bool
apui_is_hybrid(const struct apu_tensor *x, const struct apu_tensor *filter)
{
	return x->dtype == APU_DTYPE_FLOAT32 && filter->dtype == APU_DTYPE_INT8;
}

int
apui_check_bias_scale(const struct apu_operator *op, const struct apu_tensor *x,
		      const struct apu_tensor *filter,
		      const struct apu_tensor *bias, const struct apu_tensor *y)
{
	if (bias == NULL ||
	    apui_quantise_bias_fits(
		    apui_per_tensor_scale(x), apui_per_tensor_scale(filter),
		    apui_per_tensor_scale(bias), apui_per_tensor_scale(y)))
		return 0;
	return apui_blame(-EINVAL, op, bias,
			  "the scale of its bias, %g, is not that of its "
			  "input, %g, times that of its weights, %g",
			  (double)apui_per_tensor_scale(bias),
			  (double)apui_per_tensor_scale(x),
			  (double)apui_per_tensor_scale(filter));
}

int
apui_check_real_weights(const struct apu_operator *op,
			const struct apu_tensor *x,
			const struct apu_tensor *filter,
			const struct apu_tensor *bias,
			const struct apu_tensor *y, int32_t channels)
{
	int ret;

	ret = apui_check_same_type(op, x, filter);
	if (ret == 0)
		ret = apui_check_same_type(op, x, y);
	if (ret == 0)
		ret = check_filter_dims(op, filter);
	if (ret < 0 || bias == NULL)
		return ret;

	ret = apui_check_same_type(op, x, bias);
	return ret < 0 ? ret : check_bias_length(op, bias, channels);
}

int
apui_check_product(const struct apu_operator *op, const int32_t *factors,
		   unsigned int count, uint64_t *out_product)
{
	uint64_t product = 1;

	for (unsigned int i = 0; i < count; i++)
		if (__builtin_mul_overflow(product, (uint64_t)factors[i],
					   &product))
			return apui_blame(-EOVERFLOW, op, NULL,
					  "its work does not fit in 64 bits");
	*out_product = product;
	return 0;
}
