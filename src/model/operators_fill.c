/* SPDX-License-Identifier: MIT */

/* Operators that fill, and that tell numbers which follow from constants. */

#include "model/blame.h"
#include "model/block.h"
#include "model/movement.h"
#include "model/operator_table.h"
#include "model/out_shape.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>
#include <string.h>

#define INT64 APUI_TYPE_BIT(APU_DTYPE_INT64)
#define PLAIN (TYPES_FLOAT32 | TYPES_INT32 | INT64)
#define ANY   TENSOR(TYPES_ANY, 0, MAX_RANK)

/* So many numbers may follow from three. */
#define MAX_NUMBERS (1 << 20)

static void
copy_shape(const struct apu_tensor *x, struct apui_shape *out_shape)
{
	out_shape->rank = x->rank;
	memcpy(out_shape->dims, x->dims, x->rank * sizeof(x->dims[0]));
}

static int
infer_alike(const struct apui_graph *graph, struct apu_operator *op,
	    struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);

	copy_shape(x, out_shape);
	return apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
}

#define infer_zeros_like infer_alike

static int
lower_zeros_like(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const int64_t zero = 0;

	return apui_fill_output(lowering, op, &zero);
}

/* The elements of constant @dims are dimensions of the output. */
static int
read_dims(const struct apu_operator *op, const struct apu_tensor *dims,
	  struct apui_shape *out_shape)
{
	if (dims->element_count > MAX_RANK)
		return apui_blame(-EOPNOTSUPP, op, dims,
				  "its output has %llu dimensions, at most %d "
				  "are supported",
				  (unsigned long long)dims->element_count,
				  MAX_RANK);
	out_shape->rank = (unsigned int)dims->element_count;
	for (unsigned int i = 0; i < out_shape->rank; i++) {
		int64_t length = apui_constant_integer(dims, i);

		if (length < 0 || length > INT32_MAX)
			return apui_blame(-EINVAL, op, dims,
					  "dimension %u of its output is %lld",
					  i, (long long)length);
		out_shape->dims[i] = (int32_t)length;
	}
	return 0;
}

static int
infer_fill(const struct apui_graph *graph, struct apu_operator *op,
	   struct apui_shape *out_shape)
{
	const struct apu_tensor *value = apui_graph_input(graph, op, 1);
	int ret;

	ret = apui_check_same_type(op, value, apui_graph_output(graph, op, 0));
	if (ret == 0 && value->element_count != 1)
		ret = apui_blame(-EINVAL, op, value,
				 "its value has %llu elements",
				 (unsigned long long)value->element_count);
	if (ret < 0)
		return ret;
	return read_dims(op, apui_graph_input(graph, op, 0), out_shape);
}

/* Also of a value that is computed. */
static int
lower_fill(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_block block = { .rank = 0 };

	apui_block_add(&block, (int64_t)y->element_count, 0, 1);
	return apui_block_copy(lowering, op, &block,
			       apui_graph_input(lowering->graph, op, 1), y);
}

/* The dimensions that dimensions in @a and @b broadcast to. */
static int
broadcast_args(const struct apui_graph *graph, const struct apu_operator *op,
	       struct apui_shape *out)
{
	struct apui_shape a = { .rank = 0 }, b = { .rank = 0 };
	int ret;

	ret = read_dims(op, apui_graph_input(graph, op, 0), &a);
	if (ret == 0)
		ret = read_dims(op, apui_graph_input(graph, op, 1), &b);
	if (ret < 0)
		return ret;
	out->rank = a.rank > b.rank ? a.rank : b.rank;
	for (unsigned int i = 1; i <= out->rank; i++) {
		int32_t u = i <= a.rank ? a.dims[a.rank - i] : 1;
		int32_t v = i <= b.rank ? b.dims[b.rank - i] : 1;

		if (u != v && u != 1 && v != 1)
			return apui_blame(-EINVAL, op, NULL,
					  "lengths %d and %d do not broadcast",
					  u, v);
		out->dims[out->rank - i] = u == 1 ? v : u;
	}
	return 0;
}

static int
infer_broadcast_args(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape)
{
	struct apui_shape told;
	int ret;

	ret = apui_check_same_type(op, apui_graph_input(graph, op, 0),
				   apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = broadcast_args(graph, op, &told);
	if (ret < 0)
		return ret;
	out_shape->rank = 1;
	out_shape->dims[0] = (int32_t)told.rank;
	return 0;
}

/* A COPY of @count constants, which are the caller's to fill in. */
static int
begin_constants(struct apui_lowering *lowering, const struct apu_operator *op,
		struct apui_lowered *lowered, void **out_data)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_COPY, 0, lowered);
	if (ret < 0)
		return ret;
	return apui_lowering_add_vector(lowering, lowered, (uint8_t)y->dtype,
					(uint32_t)y->element_count, out_data);
}

static int
lower_broadcast_args(struct apui_lowering *lowering,
		     const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	size_t bytes = apu_dtype_size_bytes(y->dtype);
	struct apui_lowered lowered;
	struct apui_shape told;
	void *data;
	int ret;

	if (y->element_count == 0)
		return 0;
	ret = broadcast_args(lowering->graph, op, &told);
	if (ret == 0)
		ret = begin_constants(lowering, op, &lowered, &data);
	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < told.rank; i++) {
		int64_t value = told.dims[i];

		memcpy((uint8_t *)data + i * bytes, &value, bytes);
	}
	return apui_lowering_append(lowering, op, &lowered);
}

/* RANGE of float32; the reference adds up in float32, too. */
static float
constant_float(const struct apu_tensor *tensor)
{
	float value;

	memcpy(&value, tensor->data, sizeof(value));
	return value;
}

static bool
find_real_length(const float *numbers, double *out_length)
{
	*out_length = ceil(fabs((double)(numbers[1] - numbers[0])) /
			   fabs((double)numbers[2]));
	return (numbers[2] > 0 && numbers[0] <= numbers[1]) ||
	       (numbers[2] < 0 && numbers[0] >= numbers[1]);
}

static bool
find_integer_length(const int64_t *numbers, double *out_length)
{
	bool grows = numbers[2] > 0 && numbers[0] <= numbers[1];
	bool falls = numbers[2] < 0 && numbers[0] >= numbers[1];
	uint64_t way = grows ? (uint64_t)numbers[1] - (uint64_t)numbers[0]
			     : (uint64_t)numbers[0] - (uint64_t)numbers[1];
	uint64_t step = grows ? (uint64_t)numbers[2] : 0 - (uint64_t)numbers[2];

	if (!grows && !falls)
		return false;
	*out_length = (double)(way / step + (way % step != 0));
	return true;
}

static int
infer_range(const struct apui_graph *graph, struct apu_operator *op,
	    struct apui_shape *out_shape)
{
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	bool is_real = y->dtype == APU_DTYPE_FLOAT32, is_valid;
	float reals[3] = { 0 };
	int64_t integers[3] = { 0 };
	double length = 0;

	for (unsigned int i = 0; i < 3; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);
		int ret = apui_check_same_type(op, x, y);

		if (ret < 0)
			return ret;
		if (x->element_count != 1)
			return apui_blame(-EINVAL, op, x,
					  "input %u is not one number", i);
		if (is_real)
			reals[i] = constant_float(x);
		else
			integers[i] = apui_constant_integer(x, 0);
	}
	is_valid = is_real ? find_real_length(reals, &length)
			   : find_integer_length(integers, &length);
	if (!is_valid)
		return apui_blame(-EINVAL, op, NULL,
				  "its step does not lead from the first "
				  "number to the limit");
	if (!(length <= MAX_NUMBERS))
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it makes over %d numbers", MAX_NUMBERS);
	out_shape->rank = 1;
	out_shape->dims[0] = (int32_t)length;
	return 0;
}

static int
lower_range(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *first = apui_graph_input(graph, op, 0);
	const struct apu_tensor *step = apui_graph_input(graph, op, 2);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	size_t bytes = apu_dtype_size_bytes(y->dtype);
	struct apui_lowered lowered;
	void *data;
	int ret;

	if (y->element_count == 0)
		return 0;
	ret = begin_constants(lowering, op, &lowered, &data);
	if (ret < 0)
		return ret;
	if (y->dtype == APU_DTYPE_FLOAT32) {
		float value = constant_float(first);

		for (uint64_t i = 0; i < y->element_count; i++) {
			((float *)data)[i] = value;
			value += constant_float(step);
		}
		return apui_lowering_append(lowering, op, &lowered);
	}
	for (uint64_t i = 0; i < y->element_count; i++) {
		uint64_t value = (uint64_t)apui_constant_integer(first, 0) +
				 i * (uint64_t)apui_constant_integer(step, 0);

		memcpy((uint8_t *)data + i * bytes, &value, bytes);
	}
	return apui_lowering_append(lowering, op, &lowered);
}

#define DIMS                                                                   \
	{                                                                      \
		.types = TYPES_INT32 | INT64, .min_rank = 1, .max_rank = 1,    \
		.constant = true                                               \
	}
#define NUMBER                                                                 \
	{                                                                      \
		.types = PLAIN, .min_rank = 0, .max_rank = 1, .constant = true \
	}
#define SMALL_OF(version, code, options, field_list, least, most, how)         \
	.name = #code, .builtin_code = APUI_BUILTIN_##code,                    \
	.max_version = (version), .options_type = (options),                   \
	.fields = (field_list), .min_inputs = (least), .max_inputs = (most),   \
	.min_outputs = 1, .max_outputs = 1, .infer = infer_##how,              \
	.lower = lower_##how
#define SMALL(...) SMALL_OF(1, __VA_ARGS__)

static const struct apui_operator_row rows[] = {
	{ SMALL(ZEROS_LIKE, APUI_OPTIONS_ZEROS_LIKE, apui_no_fields, 1, 1,
		zeros_like),
	  .inputs = { TENSOR(PLAIN, 0, MAX_RANK) },
	  .output = TENSOR(PLAIN, 0, MAX_RANK) },
	{ SMALL_OF(5, FILL, APUI_OPTIONS_FILL, apui_no_fields, 2, 2, fill),
	  .inputs = { DIMS, ANY }, .output = ANY },
	{ SMALL(BROADCAST_ARGS, APUI_OPTIONS_NONE, apui_no_fields, 2, 2,
		broadcast_args),
	  .inputs = { DIMS, DIMS },
	  .output = TENSOR(TYPES_INT32 | INT64, 1, 1) },
	{ SMALL_OF(2, RANGE, APUI_OPTIONS_RANGE, apui_no_fields, 3, 3, range),
	  .inputs = { NUMBER, NUMBER, NUMBER }, .output = TENSOR(PLAIN, 1, 1) },
};

const struct apui_operator_family apui_fill_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
