/* SPDX-License-Identifier: MIT */
#include "firmware/program.h"
#include "model/graph.h"

/* Programs carry the numbers of the public enum. */
_Static_assert((int)APU_DTYPE_FLOAT32 == (int)APUI_TYPE_FLOAT32, "");
_Static_assert((int)APU_DTYPE_FLOAT64 == (int)APUI_TYPE_FLOAT64, "");
_Static_assert((int)APU_DTYPE_INT8 == (int)APUI_TYPE_INT8, "");
_Static_assert((int)APU_DTYPE_UINT8 == (int)APUI_TYPE_UINT8, "");
_Static_assert((int)APU_DTYPE_INT16 == (int)APUI_TYPE_INT16, "");
_Static_assert((int)APU_DTYPE_INT32 == (int)APUI_TYPE_INT32, "");
_Static_assert((int)APU_DTYPE_INT64 == (int)APUI_TYPE_INT64, "");
_Static_assert((int)APU_DTYPE_BOOL == (int)APUI_TYPE_BOOL, "");
_Static_assert(APU_TENSOR_MAX_RANK == APUI_PROGRAM_MAX_RANK, "");

static const struct {
	const char *name;
	size_t size_bytes;
} dtypes[] = {
	[APU_DTYPE_NONE] = { "none", 0 },
	[APU_DTYPE_FLOAT32] = { "float32", 4 },
	[APU_DTYPE_FLOAT16] = { "float16", 2 },
	[APU_DTYPE_FLOAT64] = { "float64", 8 },
	[APU_DTYPE_INT4] = { "int4", 0 },
	[APU_DTYPE_INT8] = { "int8", 1 },
	[APU_DTYPE_UINT8] = { "uint8", 1 },
	[APU_DTYPE_INT16] = { "int16", 2 },
	[APU_DTYPE_UINT16] = { "uint16", 2 },
	[APU_DTYPE_INT32] = { "int32", 4 },
	[APU_DTYPE_UINT32] = { "uint32", 4 },
	[APU_DTYPE_INT64] = { "int64", 8 },
	[APU_DTYPE_UINT64] = { "uint64", 8 },
	[APU_DTYPE_BOOL] = { "bool", 1 },
	[APU_DTYPE_COMPLEX64] = { "complex64", 8 },
	[APU_DTYPE_COMPLEX128] = { "complex128", 16 },
	[APU_DTYPE_STRING] = { "string", 0 },
	[APU_DTYPE_RESOURCE] = { "resource", 0 },
};

static bool
is_listed(enum apu_dtype dtype)
{
	return (size_t)dtype < sizeof(dtypes) / sizeof(dtypes[0]);
}

const char *
apu_dtype_name(enum apu_dtype dtype)
{
	return is_listed(dtype) ? dtypes[dtype].name : "unknown";
}

size_t
apu_dtype_size_bytes(enum apu_dtype dtype)
{
	return is_listed(dtype) ? dtypes[dtype].size_bytes : 0;
}

const char *
apu_tensor_name(const struct apu_tensor *tensor)
{
	return tensor->name;
}

enum apu_dtype
apu_tensor_dtype(const struct apu_tensor *tensor)
{
	return tensor->dtype;
}

unsigned int
apu_tensor_rank(const struct apu_tensor *tensor)
{
	return tensor->rank;
}

int64_t
apu_tensor_dim(const struct apu_tensor *tensor, unsigned int axis)
{
	return axis < tensor->rank ? tensor->dims[axis] : -1;
}

uint64_t
apu_tensor_size_bytes(const struct apu_tensor *tensor)
{
	return tensor->size_bytes;
}

int
apu_tensor_is_constant(const struct apu_tensor *tensor)
{
	return tensor->is_constant && !tensor->is_folded;
}

unsigned int
apu_tensor_quant_count(const struct apu_tensor *tensor)
{
	return tensor->quant_count;
}

unsigned int
apu_tensor_quant_axis(const struct apu_tensor *tensor)
{
	return tensor->quant_count > 1 ? tensor->quant_axis : 0;
}

float
apu_tensor_scale(const struct apu_tensor *tensor, unsigned int channel)
{
	return channel < tensor->quant_count ? tensor->scales[channel] : 0;
}

int64_t
apu_tensor_zero_point(const struct apu_tensor *tensor, unsigned int channel)
{
	return channel < tensor->quant_count ? tensor->zero_points[channel] : 0;
}
