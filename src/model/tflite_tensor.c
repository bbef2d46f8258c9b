/* SPDX-License-Identifier: MIT */
#include "core/error.h"
#include "model/schema.h"
#include "model/tflite.h"
#include <errno.h>
#include <math.h>
#include <string.h>

/*
 * Beyond it, offsets inside a tensor would not fit in an int32_t. A multiple of
 * 64, so that rounding a size up cannot leave the range.
 */
#define MAX_TENSOR_BYTES UINT64_C(0x7fffffc0)

/* What an element type may be quantised with. */
enum quantised_as {
	NOT_QUANTISED = 0, /* numbers of a quantisation are ignored */
	QUANTISED,
	QUANTISED_BIAS, /* per channel in dimension 0, whatever the file says */
};

struct tensor_type {
	const char *name; /* the schema's */
	enum apu_dtype dtype;
	enum quantised_as quantised;
	int64_t min, max;    /* of the zero point */
	uint8_t packed_bits; /* of an element, where a byte has several */
};

#define PLAIN(type)                                                            \
	[APUI_TENSOR_TYPE_##type] = { .name = #type, .dtype = APU_DTYPE_##type }
#define SCALED(type, as, low, high)                                            \
	[APUI_TENSOR_TYPE_##type] = { .name = #type,                           \
				      .dtype = APU_DTYPE_##type,               \
				      .quantised = (as),                       \
				      .min = (low),                            \
				      .max = (high) }
/* Constants only, which the reader makes int8 of. */
#define PACKED(type, bits, low, high)                                          \
	[APUI_TENSOR_TYPE_##type] = { .name = #type,                           \
				      .dtype = APU_DTYPE_INT8,                 \
				      .quantised = QUANTISED,                  \
				      .min = (low),                            \
				      .max = (high),                           \
				      .packed_bits = (bits) }
#define UNSUPPORTED(type) [APUI_TENSOR_TYPE_##type] = { .name = #type }

static const struct tensor_type types[] = {
	PLAIN(FLOAT32),
	PLAIN(FLOAT16),
	SCALED(INT32, QUANTISED_BIAS, INT32_MIN, INT32_MAX),
	SCALED(UINT8, QUANTISED, 0, UINT8_MAX),
	SCALED(INT64, QUANTISED_BIAS, INT64_MIN, INT64_MAX),
	UNSUPPORTED(STRING),
	PLAIN(BOOL),
	SCALED(INT16, QUANTISED, INT16_MIN, INT16_MAX),
	PLAIN(COMPLEX64),
	SCALED(INT8, QUANTISED, INT8_MIN, INT8_MAX),
	PLAIN(FLOAT64),
	PLAIN(COMPLEX128),
	PLAIN(UINT64),
	PLAIN(RESOURCE),
	UNSUPPORTED(VARIANT),
	PLAIN(UINT32),
	SCALED(UINT16, QUANTISED, 0, UINT16_MAX),
	PACKED(INT4, 4, -8, 7),
	UNSUPPORTED(BFLOAT16),
	PACKED(INT2, 2, -2, 1),
	UNSUPPORTED(UINT4),
	UNSUPPORTED(FLOAT8_E4M3FN),
	UNSUPPORTED(FLOAT8_E5M2),
};

static int
read_type(struct apui_tflite *file, const struct apui_fb_table *table,
	  struct apu_tensor *tensor, const struct tensor_type **out_type)
{
	int32_t number;
	int ret;

	ret = apui_fb_get_i8(&file->fb, table, APUI_TENSOR_TYPE,
			     APUI_TENSOR_TYPE_FLOAT32, &number);
	if (ret < 0)
		return ret;
	if (number < 0 || (size_t)number >= sizeof(types) / sizeof(types[0]))
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u has type %d, which is not known",
				 tensor->index, number);
	*out_type = &types[number];
	tensor->dtype = types[number].dtype;
	if (tensor->dtype == APU_DTYPE_NONE)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u has type %s, which is not "
				 "supported",
				 tensor->index, types[number].name);
	return 0;
}

static int
read_shape(struct apui_tflite *file, const struct apui_fb_table *table,
	   struct apu_tensor *tensor)
{
	struct apui_fb_vector shape;
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, APUI_TENSOR_SHAPE, 4,
				 &shape);
	if (ret < 0)
		return ret;
	if (shape.count > APU_TENSOR_MAX_RANK)
		return apui_fail(-E2BIG, NULL,
				 "tensor %u has %u dimensions, over the limit "
				 "of %d",
				 tensor->index, shape.count,
				 APU_TENSOR_MAX_RANK);

	tensor->rank = shape.count;
	for (unsigned int i = 0; i < APU_TENSOR_MAX_RANK; i++) {
		tensor->dims[i] = i < shape.count
					  ? apui_fb_i32_at(&file->fb, &shape, i)
					  : 1;
		if (tensor->dims[i] < 0)
			return apui_fail(-EINVAL, NULL,
					 "dimension %u of tensor %u is %d", i,
					 tensor->index, tensor->dims[i]);
	}
	return 0;
}

/*
 * Dimensions whose length the file leaves open, since it depends on inputs that
 * may be resized: what it gives for them is a guess, mostly 1.
 */
static int
read_open_dims(struct apui_tflite *file, const struct apui_fb_table *table,
	       struct apu_tensor *tensor)
{
	struct apui_fb_vector signature;
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, APUI_TENSOR_SHAPE_SIGNATURE,
				 4, &signature);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0;
	     signature.count == tensor->rank && i < tensor->rank; i++)
		if (apui_fb_i32_at(&file->fb, &signature, i) == -1)
			tensor->open_dims |= (uint8_t)(1u << i);
	return 0;
}

/*
 * An empty dimension counts as 1 against the limit: nobody shall have to step
 * through 2^62 times nothing.
 */
static int
compute_size(struct apu_tensor *tensor)
{
	uint64_t count = 1, size_bytes;
	bool is_empty = false, has_overflowed = false;

	for (unsigned int i = 0; i < tensor->rank; i++) {
		uint64_t dim = (uint64_t)tensor->dims[i];

		is_empty |= dim == 0;
		has_overflowed |= __builtin_mul_overflow(
			count, dim > 0 ? dim : 1, &count);
	}
	has_overflowed |= __builtin_mul_overflow(
		count, (uint64_t)apu_dtype_size_bytes(tensor->dtype),
		&size_bytes);
	if (has_overflowed || size_bytes > MAX_TENSOR_BYTES)
		return apui_fail(
			-EOVERFLOW, NULL, "tensor %u has more than %llu bytes",
			tensor->index, (unsigned long long)MAX_TENSOR_BYTES);
	tensor->element_count = is_empty ? 0 : count;
	tensor->size_bytes = is_empty ? 0 : size_bytes;
	return 0;
}

static int
read_name(struct apui_tflite *file, const struct apui_fb_table *table,
	  struct apu_tensor *tensor)
{
	struct apui_fb_vector name;
	char *copy;
	int ret;

	tensor->name = "";
	ret = apui_fb_get_string(&file->fb, table, APUI_TENSOR_NAME, &name);
	if (ret < 0 || name.count == 0)
		return ret;
	ret = apui_fb_charge_copy(&file->fb, name.count);
	if (ret < 0)
		return ret;

	copy = apui_pool_new(&file->graph->pool, (uint64_t)name.count + 1, 1);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, apui_fb_bytes(&file->fb, &name), name.count);
	tensor->name = copy;
	return 0;
}

/* Parts of the schema that change what a tensor's bytes mean. */
static int
read_extras(struct apui_tflite *file, const struct apui_fb_table *table,
	    struct apu_tensor *tensor)
{
	uint32_t is_variable, external;
	int ret;

	ret = apui_fb_get_u8(&file->fb, table, APUI_TENSOR_IS_VARIABLE, 0,
			     &is_variable);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_u32(&file->fb, table, APUI_TENSOR_EXTERNAL_BUFFER, 0,
			      &external);
	if (ret < 0)
		return ret;

	tensor->is_variable = is_variable != 0;
	if (external != 0)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u is in another file, which is not "
				 "supported",
				 tensor->index);
	return 0;
}

static int
check_zero_point(const struct apu_tensor *tensor,
		 const struct tensor_type *type, uint32_t channel)
{
	int64_t zero_point = tensor->zero_points[channel];

	if (zero_point >= type->min && zero_point <= type->max)
		return 0;
	return apui_fail(-EINVAL, NULL,
			 "zero point %u of tensor %u is %lld, which is no "
			 "%s",
			 channel, tensor->index, (long long)zero_point,
			 type->packed_bits != 0
				 ? type->name
				 : apu_dtype_name(tensor->dtype));
}

static int
copy_pairs(struct apui_tflite *file, const struct apui_fb_vector *scale,
	   const struct apui_fb_vector *zero_point, struct apu_tensor *tensor,
	   const struct tensor_type *type)
{
	struct apui_pool *pool = &file->graph->pool;
	float *scales = apui_pool_new(pool, scale->count, sizeof(*scales));
	int64_t *zero_points =
		apui_pool_new(pool, scale->count, sizeof(*zero_points));

	if (scales == NULL || zero_points == NULL)
		return -ENOMEM;
	tensor->quant_count = scale->count;
	tensor->scales = scales;
	tensor->zero_points = zero_points;

	for (uint32_t i = 0; i < scale->count; i++) {
		int ret;

		scales[i] = apui_fb_f32_at(&file->fb, scale, i);
		if (!isnormal(scales[i]) || scales[i] < 0)
			return apui_fail(-EINVAL, NULL,
					 "scale %u of tensor %u is %g", i,
					 tensor->index, (double)scales[i]);
		zero_points[i] = apui_fb_i64_at(&file->fb, zero_point, i);
		ret = check_zero_point(tensor, type, i);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Which dimension has the channels, and that it has as many as scales. */
static int
check_channels(struct apui_tflite *file, const struct apui_fb_table *table,
	       uint32_t count, struct apu_tensor *tensor,
	       const struct tensor_type *type)
{
	int32_t axis = 0;
	int ret;

	if (type->quantised != QUANTISED_BIAS) {
		ret = apui_fb_get_i32(&file->fb, table,
				      APUI_QUANTISATION_DIMENSION, 0, &axis);
		if (ret < 0)
			return ret;
	}
	if (axis < 0 || (uint32_t)axis >= (tensor->rank > 0 ? tensor->rank : 1))
		return apui_fail(-EINVAL, NULL,
				 "tensor %u is quantised along dimension %d, "
				 "but has %u",
				 tensor->index, axis, tensor->rank);
	if (count > 1 && count != (uint32_t)tensor->dims[axis])
		return apui_fail(-EINVAL, NULL,
				 "tensor %u has %u scales, but %d channels in "
				 "dimension %d",
				 tensor->index, count, tensor->dims[axis],
				 axis);
	tensor->quant_axis = count > 1 ? (unsigned int)axis : 0;
	return 0;
}

static int
read_pairs(struct apui_tflite *file, const struct apui_fb_table *table,
	   struct apu_tensor *tensor, const struct tensor_type *type)
{
	struct apui_fb_vector scale, zero_point;
	int ret;

	ret = apui_fb_get_vector(&file->fb, table, APUI_QUANTISATION_SCALE, 4,
				 &scale);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_vector(&file->fb, table, APUI_QUANTISATION_ZERO_POINT,
				 8, &zero_point);
	if (ret < 0)
		return ret;
	/* Converters leave ranges, and no scales, on tensors of any type. */
	if (scale.count == 0 || type->quantised == NOT_QUANTISED)
		return 0;

	if (scale.count != zero_point.count)
		return apui_fail(-EINVAL, NULL,
				 "tensor %u has %u scales, but %u zero points",
				 tensor->index, scale.count, zero_point.count);
	ret = check_channels(file, table, scale.count, tensor, type);
	if (ret < 0)
		return ret;
	ret = apui_fb_charge_copy(&file->fb,
				  (uint64_t)scale.count *
					  (sizeof(float) + sizeof(int64_t)));
	if (ret < 0)
		return ret;
	return copy_pairs(file, &scale, &zero_point, tensor, type);
}

static int
read_quantisation(struct apui_tflite *file, const struct apui_fb_table *table,
		  struct apu_tensor *tensor, const struct tensor_type *type)
{
	struct apui_fb_table quantisation;
	uint32_t details;
	int ret;

	ret = apui_fb_get_table(&file->fb, table, APUI_TENSOR_QUANTISATION,
				&quantisation);
	if (ret < 0 || quantisation.position == 0)
		return ret;
	ret = apui_fb_get_u8(&file->fb, &quantisation,
			     APUI_QUANTISATION_DETAILS_TYPE, 0, &details);
	if (ret < 0)
		return ret;
	if (details != 0)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "tensor %u is quantised in a way (details of "
				 "type %u) that is not supported",
				 tensor->index, details);
	return read_pairs(file, &quantisation, tensor, type);
}

static int
read_tensor(struct apui_tflite *file, struct apu_tensor *tensor)
{
	const struct tensor_type *type = NULL;
	struct apui_fb_table table;
	int ret;

	ret = apui_fb_table_at(&file->fb, &file->tensors, tensor->index,
			       &table);
	if (ret < 0)
		return ret;
	ret = read_type(file, &table, tensor, &type);
	if (ret < 0)
		return ret;
	ret = read_name(file, &table, tensor);
	if (ret < 0)
		return ret;
	ret = read_extras(file, &table, tensor);
	if (ret < 0)
		return ret;
	ret = read_shape(file, &table, tensor);
	if (ret == 0)
		ret = read_open_dims(file, &table, tensor);
	if (ret < 0)
		return ret;
	ret = compute_size(tensor);
	if (ret < 0)
		return ret;
	ret = read_quantisation(file, &table, tensor, type);
	if (ret < 0)
		return ret;
	return apui_tflite_read_data(file, &table, type->packed_bits, tensor);
}

int
apui_tflite_read_tensors(struct apui_tflite *file)
{
	struct apui_graph *graph = file->graph;

	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		struct apu_tensor *tensor = &graph->tensors[i];
		int ret;

		tensor->index = i;
		tensor->producer = -1;
		ret = read_tensor(file, tensor);
		if (ret < 0) {
			apui_fail_where(-1, (int32_t)i, -1);
			return ret;
		}
		if (tensor->is_constant)
			graph->weight_bytes += tensor->size_bytes;
	}
	return 0;
}
