/* SPDX-License-Identifier: MIT */
#include "firmware/kernels/ref/recurrent.h"
#include "firmware/kernels/ref/float32.h"
#include "firmware/kernels/ref/sigmoid.h"

/* As the schema numbers them. */
enum { NONE, RELU, RELU_N1_TO_1, RELU6, TANH };

int
apui_sequence_init(const struct apui_fw_tensor *x,
		   const struct apui_fw_tensor *y, int32_t time_major,
		   int32_t is_reversed, struct apui_sequence *out)
{
	unsigned int batch = x->rank == 3 && time_major != 0 ? 1 : 0;

	if (x->rank < 2 || x->rank > 3 || x->rank != y->rank ||
	    x->dims[0] != y->dims[0] ||
	    (x->rank == 3 && x->dims[1] != y->dims[1]))
		return 0;
	out->batches = (size_t)x->dims[batch];
	out->times = x->rank == 3 ? (size_t)x->dims[1 - batch] : 1;
	out->batch_step = batch == 0 ? out->times : 1;
	out->time_step = batch == 0 ? 1 : out->batches;
	out->is_reversed = is_reversed != 0;
	return 1;
}

int
apui_is_matrix(const struct apui_fw_tensor *tensor, unsigned int type,
	       int32_t rows, int32_t columns)
{
	return tensor->data && tensor->type == type && tensor->rank == 2 &&
	       tensor->dims[0] == rows && tensor->dims[1] == columns;
}

int
apui_is_real(const struct apui_fw_tensor *tensor, uint64_t count)
{
	return tensor->data && tensor->type == APUI_TYPE_FLOAT32 &&
	       tensor->size_bytes / sizeof(float) == count;
}

/* To nearest, halves away from zero; NaN is 0. */
static int8_t
round_to(double value, int32_t min, int32_t max)
{
	if (value >= max)
		return (int8_t)max;
	if (value <= min)
		return (int8_t)min;
	if (!(value == value))
		return 0;
	return (int8_t)(int32_t)(value < 0 ? value - 0.5 : value + 0.5);
}

/* Least and greatest, 0 among them. */
static void
find_range(const float *real, size_t count, float *out_min, float *out_max)
{
	float min = 0, max = 0;

	for (size_t i = 0; i < count; i++) {
		if (real[i] < min)
			min = real[i];
		if (real[i] > max)
			max = real[i];
	}
	*out_min = min;
	*out_max = max;
}

static void
quantise_symmetric(struct apui_vector *vector, int8_t *bytes, float range)
{
	float inverse = 127 / range;

	vector->scale = range / 127;
	for (size_t i = 0; i < vector->count; i++)
		bytes[i] = round_to((double)(vector->real[i] * inverse), -127,
				    127);
}

/* The zero point from the end of the range that is nearer to 0. */
static int32_t
choose_zero_point(double min, double max, double scale)
{
	double from_min = -128 - min / scale, from_max = 127 - max / scale;

	return round_to(128 - min / scale < 127 + max / scale ? from_min
							      : from_max,
			INT8_MIN, INT8_MAX);
}

static void
quantise_asymmetric(struct apui_vector *vector, int8_t *bytes, float min,
		    float max)
{
	double scale = ((double)max - (double)min) / 255;
	float inverse;

	vector->scale = (float)scale;
	vector->zero_point = choose_zero_point((double)min, (double)max, scale);
	inverse = 1 / vector->scale;
	for (size_t i = 0; i < vector->count; i++)
		bytes[i] = round_to((double)((float)vector->zero_point +
					     vector->real[i] * inverse),
				    INT8_MIN, INT8_MAX);
}

struct apui_vector
apui_vector_of(const float *real, size_t count, unsigned int type,
	       int is_asymmetric, int8_t *bytes)
{
	struct apui_vector vector = { .real = real, .count = count };
	float min, max;

	if (type != APUI_TYPE_INT8)
		return vector;
	vector.bytes = bytes;
	find_range(real, count, &min, &max);
	if (min == max)
		for (size_t i = 0; i < count; i++)
			bytes[i] = 0;
	else if (is_asymmetric)
		quantise_asymmetric(&vector, bytes, min, max);
	else
		quantise_symmetric(&vector, bytes, -min > max ? -min : max);
	return vector;
}

static int
add_real_product(const struct apui_fw_call *call, uint64_t *work,
		 const struct apui_fw_tensor *matrix,
		 const struct apui_vector *vector, float *sums)
{
	size_t rows = (size_t)matrix->dims[0], count = vector->count;

	for (size_t r = 0; r < rows; r += APUI_SIDES) {
		struct apui_float32_sides sides = apui_float32_sides(
			(const float *)matrix->data + r * count, count,
			rows - r);
		struct apui_float32_sums products = { .rest = { 0 } };

		if (apui_pace(call, work, APUI_SIDES * (uint64_t)count))
			return APUI_RESULT_ECANCELED;
		apui_float32_multiply(&products, vector->real, &sides, 0,
				      count);
		for (size_t i = 0; i < sides.count; i++)
			sums[r + i] += apui_float32_total(&products, i);
	}
	return APUI_RESULT_OK;
}

/* Wraps. */
static int32_t
dot_bytes(const int8_t *weights, const struct apui_vector *vector)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < vector->count; i++)
		sum += (uint32_t)(weights[i] *
				  (vector->bytes[i] - vector->zero_point));
	return (int32_t)sum;
}

int
apui_add_product(const struct apui_fw_call *call, uint64_t *work,
		 const struct apui_fw_tensor *matrix, float scale,
		 const struct apui_vector *vector, float *sums)
{
	const int8_t *weights = matrix->data;
	float step = vector->scale * scale;

	if (!vector->bytes)
		return add_real_product(call, work, matrix, vector, sums);
	for (size_t r = 0; r < (size_t)matrix->dims[0]; r++) {
		if (apui_pace(call, work, vector->count))
			return APUI_RESULT_ECANCELED;
		sums[r] +=
			(float)dot_bytes(weights + r * vector->count, vector) *
			step;
	}
	return APUI_RESULT_OK;
}

float
apui_row_product(const struct apui_fw_tensor *matrix, float scale,
		 const struct apui_vector *vector, size_t row)
{
	const float *weights =
		(const float *)matrix->data + row * vector->count;
	const int8_t *bytes =
		(const int8_t *)matrix->data + row * vector->count;
	float sum = 0;

	if (vector->bytes)
		return (float)dot_bytes(bytes, vector) *
		       (vector->scale * scale);
	for (size_t i = 0; i < vector->count; i++)
		sum += weights[i] * vector->real[i];
	return sum;
}

int
apui_is_recurrent_activation(int32_t activation)
{
	return activation >= NONE && activation <= TANH;
}

float
apui_activate(int32_t activation, float x)
{
	switch (activation) {
	case RELU:
		return x < 0 ? 0 : x;
	case RELU_N1_TO_1:
		return apui_clamp_real(x, -1, 1);
	case RELU6:
		return apui_clamp_real(x, 0, 6);
	case TANH:
		return apui_tanh(x);
	default:
		return x;
	}
}

void
apui_begin_sums(const struct apui_fw_tensor *bias, size_t count, float *sums)
{
	for (size_t i = 0; i < count; i++)
		sums[i] = apui_float32_bias(bias, i);
}
