/* SPDX-License-Identifier: MIT */
#include "ranking.h"
#include "report.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double
read_float32(const uint8_t *bytes)
{
	float value;

	memcpy(&value, bytes, sizeof(value));
	return (double)value;
}

static double
read_int8(const uint8_t *bytes)
{
	return (int8_t)bytes[0];
}

static double
read_uint8(const uint8_t *bytes)
{
	return bytes[0];
}

static double
read_int16(const uint8_t *bytes)
{
	int16_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static double
read_int32(const uint8_t *bytes)
{
	int32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static const struct {
	enum apu_dtype dtype;
	double (*read)(const uint8_t *bytes);
} readers[] = {
	{ APU_DTYPE_FLOAT32, read_float32 }, { APU_DTYPE_INT8, read_int8 },
	{ APU_DTYPE_UINT8, read_uint8 },     { APU_DTYPE_INT16, read_int16 },
	{ APU_DTYPE_INT32, read_int32 },
};

static double (*find_reader(enum apu_dtype dtype))(const uint8_t *bytes)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i].dtype == dtype)
			return readers[i].read;
	return NULL;
}

int
apui_ranking_count(const struct apu_tensor *tensor, size_t *out_count)
{
	enum apu_dtype dtype = apu_tensor_dtype(tensor);

	if (find_reader(dtype) == NULL)
		return apui_report_failure("--top", "use --raw-out",
					   "elements of type %s cannot be "
					   "ranked",
					   apu_dtype_name(dtype));
	*out_count =
		apu_tensor_size_bytes(tensor) / apu_dtype_size_bytes(dtype);
	return APUI_DONE;
}

static int
compare_classes(const void *left, const void *right)
{
	const struct apui_class *a = left, *b = right;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

int
apui_ranking_new(const struct apu_tensor *tensor, const uint8_t *data,
		 size_t count, struct apui_class **out_classes)
{
	double (*read)(const uint8_t *bytes) =
		find_reader(apu_tensor_dtype(tensor));
	size_t element_bytes = apu_dtype_size_bytes(apu_tensor_dtype(tensor));
	bool is_quantised = apu_tensor_quant_count(tensor) == 1;
	double scale = is_quantised ? (double)apu_tensor_scale(tensor, 0) : 1;
	double zero_point =
		is_quantised ? (double)apu_tensor_zero_point(tensor, 0) : 0;
	struct apui_class *classes = calloc(count + 1, sizeof(*classes));

	if (classes == NULL)
		return apui_report_errno(ENOMEM, "rank classes");
	for (size_t i = 0; i < count; i++) {
		double real =
			scale * (read(data + i * element_bytes) - zero_point);

		/* A sort needs an order, and NaN has none. */
		classes[i].index = i;
		classes[i].score = isnan(real) ? -INFINITY : real;
	}
	qsort(classes, count, sizeof(*classes), compare_classes);
	*out_classes = classes;
	return APUI_DONE;
}
