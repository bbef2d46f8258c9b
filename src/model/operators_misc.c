/* SPDX-License-Identifier: MIT */

/* Sums, sequences, bits, and slices that are replaced. */

#include "model/blame.h"
#include "model/block.h"
#include "model/movement.h"
#include "model/operator_table.h"
#include "model/shape_check.h"
#include <errno.h>
#include <math.h>
#include <string.h>

#define INT64  APUI_TYPE_BIT(APU_DTYPE_INT64)
#define PLAIN  (TYPES_FLOAT32 | TYPES_INT32 | INT64)
#define ANY    TENSOR(TYPES_ANY, 0, MAX_RANK)
#define SCALAR PARAMETER(0, 1)

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

/* All inputs have one shape and the output's type. */
static int
infer_add_n(const struct apui_graph *graph, struct apu_operator *op,
	    struct apui_shape *out_shape)
{
	const struct apu_tensor *first = apui_graph_input(graph, op, 0);
	int ret = infer_alike(graph, op, out_shape);

	for (unsigned int i = 1; ret == 0 && i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		ret = apui_check_same_type(op, first, x);
		if (ret == 0 && (x->rank != first->rank ||
				 memcmp(x->dims, first->dims,
					x->rank * sizeof(x->dims[0])) != 0))
			ret = apui_blame(-EINVAL, op, x,
					 "inputs 0 and %u differ in shape", i);
	}
	return ret;
}

static int
lower_bitcast(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_COPY, 1, &lowered);
	return ret < 0 ? ret : apui_lowering_append(lowering, op, &lowered);
}

static struct apui_lowered
begin_sum(const struct apu_tensor *y)
{
	struct apui_lowered sum = {
		.op = APUI_OP_BINARY_INTEGER,
		.input_count = 2,
		.output_count = 1,
	};

	if (y->dtype == APU_DTYPE_FLOAT32) {
		sum.op = APUI_OP_BINARY_FLOAT;
		sum.params.binary_float = (struct apui_binary_float_params) {
			.function = APUI_BINARY_ADD,
			.act_min = -INFINITY,
			.act_max = INFINITY,
		};
	} else {
		sum.params.binary_integer =
			(struct apui_binary_integer_params) {
				.function = APUI_BINARY_ADD,
				.act_min = INT64_MIN,
				.act_max = INT64_MAX,
			};
	}
	return sum;
}

/* The sum of the first ones and the next, each in a tensor of its own. */
static int
lower_add_n(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered sum = begin_sum(y);
	uint32_t partial;
	int ret;

	ret = apui_lowering_tensor(
		lowering, apui_graph_input(lowering->graph, op, 0), &partial);
	for (unsigned int i = 1; ret == 0 && i < op->input_count; i++) {
		sum.inputs[0] = partial;
		ret = apui_lowering_tensor(
			lowering, apui_graph_input(lowering->graph, op, i),
			&sum.inputs[1]);
		if (ret == 0 && i + 1 < op->input_count)
			ret = apui_block_scratch(lowering, op, y, y->dims,
						 y->rank, &partial);
		else if (ret == 0)
			ret = apui_lowering_tensor(lowering, y, &partial);
		sum.outputs[0] = partial;
		if (ret == 0)
			ret = apui_lowering_append(lowering, op, &sum);
	}
	return ret;
}

/* The axis of CUMSUM. */
static int
find_axis(const struct apui_graph *graph, const struct apu_operator *op,
	  unsigned int *out_axis)
{
	const struct apu_tensor *axis = apui_graph_input(graph, op, 1);

	if (axis->element_count != 1)
		return apui_blame(-EINVAL, op, axis, "its axis is no number");
	return apui_movement_axis(op, apui_constant_integer(axis, 0),
				  apui_graph_input(graph, op, 0)->rank,
				  out_axis);
}

static int
infer_cumsum(const struct apui_graph *graph, struct apu_operator *op,
	     struct apui_shape *out_shape)
{
	unsigned int axis;
	int ret = find_axis(graph, op, &axis);

	return ret < 0 ? ret : infer_alike(graph, op, out_shape);
}

static int
lower_cumsum(struct apui_lowering *lowering, const struct apu_operator *op)
{
	struct apui_lowered lowered;
	unsigned int axis = 0;
	int ret;

	ret = find_axis(lowering->graph, op, &axis);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_CUMSUM, 1,
					  &lowered);
	if (ret < 0)
		return ret;
	lowered.params.cumsum = (struct apui_cumsum_params) {
		.axis = axis,
		.is_exclusive = op->options.cumsum.is_exclusive,
		.is_reverse = op->options.cumsum.is_reverse,
	};
	return apui_lowering_append(lowering, op, &lowered);
}

static int
infer_reverse_sequence(const struct apui_graph *graph, struct apu_operator *op,
		       struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *lengths = apui_graph_input(graph, op, 1);
	int32_t axis = op->options.reverse_sequence.axis;
	int32_t batch_axis = op->options.reverse_sequence.batch_axis;

	if (axis >= (int32_t)x->rank || batch_axis >= (int32_t)x->rank ||
	    axis == batch_axis)
		return apui_blame(-EINVAL, op, x,
				  "dimension %d is reversed and %d the batch, "
				  "of %u",
				  axis, batch_axis, x->rank);
	if (lengths->dims[0] != x->dims[batch_axis])
		return apui_blame(-EINVAL, op, lengths,
				  "it has %d lengths for %d batches",
				  lengths->dims[0], x->dims[batch_axis]);
	return infer_alike(graph, op, out_shape);
}

static int
lower_reverse_sequence(struct apui_lowering *lowering,
		       const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_REVERSE_SEQUENCE, 2,
				  &lowered);
	if (ret < 0)
		return ret;
	lowered.params
		.reverse_sequence = (struct apui_reverse_sequence_params) {
		.axis = (uint32_t)op->options.reverse_sequence.axis,
		.batch_axis = (uint32_t)op->options.reverse_sequence.batch_axis,
	};
	return apui_lowering_append(lowering, op, &lowered);
}

/* From larger elements to smaller ones a dimension comes, or goes. */
static int
infer_bitcast(const struct apui_graph *graph, struct apu_operator *op,
	      struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	size_t from = apu_dtype_size_bytes(x->dtype);
	size_t to = apu_dtype_size_bytes(y->dtype);

	copy_shape(x, out_shape);
	if (from > to) {
		if (x->rank == MAX_RANK)
			return apui_blame(-EOPNOTSUPP, op, y,
					  "its output has %d dimensions",
					  MAX_RANK + 1);
		out_shape->dims[out_shape->rank++] = (int32_t)(from / to);
	} else if (from < to) {
		if (x->rank == 0 || (size_t)x->dims[x->rank - 1] * from != to)
			return apui_blame(-EINVAL, op, x,
					  "its last dimension is not %zu",
					  to / from);
		out_shape->rank--;
	}
	return 0;
}

static int
infer_update_slice(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *update = apui_graph_input(graph, op, 1);
	const struct apu_tensor *starts = apui_graph_input(graph, op, 2);
	int ret;

	ret = infer_alike(graph, op, out_shape);
	if (ret == 0)
		ret = apui_check_same_type(op, x, update);
	if (ret < 0)
		return ret;
	if (update->rank != x->rank || starts->element_count != x->rank)
		return apui_blame(-EINVAL, op, update,
				  "its input has %u dimensions, its update %u, "
				  "and %llu numbers say where it begins",
				  x->rank, update->rank,
				  (unsigned long long)starts->element_count);
	for (unsigned int i = 0; i < x->rank; i++)
		if (update->dims[i] > x->dims[i])
			return apui_blame(-EINVAL, op, update,
					  "dimension %u of its update is %d, "
					  "of its input %d",
					  i, update->dims[i], x->dims[i]);
	return 0;
}

static int
lower_update_slice(struct apui_lowering *lowering,
		   const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = lower_bitcast(lowering, op);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_UPDATE_SLICE, 3,
					  &lowered);
	if (ret < 0)
		return ret;
	lowered.inputs[0] = lowered.inputs[1];
	lowered.inputs[1] = lowered.inputs[2];
	lowered.input_count = 2;
	return apui_lowering_append(lowering, op, &lowered);
}

static const struct apui_option_field cumsum_fields[] = {
	FLAG(0, cumsum, is_exclusive),
	FLAG(1, cumsum, is_reverse),
	{ .type = APUI_FIELD_END },
};

static const struct apui_option_field reverse_sequence_fields[] = {
	FIELD(0, APUI_FIELD_I32, reverse_sequence, axis, 0, MAX_RANK - 1,
	      MAX_RANK - 1, 0),
	FIELD(1, APUI_FIELD_I32, reverse_sequence, batch_axis, 0, MAX_RANK - 1,
	      MAX_RANK - 1, 0),
	{ .type = APUI_FIELD_END },
};

#define VECTOR TENSOR(TYPES_INT32 | INT64, 1, 1)

#define SMALL_OF(version, code, options, field_list, least, most, how)         \
	.name = #code, .builtin_code = APUI_BUILTIN_##code,                    \
	.max_version = (version), .options_type = (options),                   \
	.fields = (field_list), .min_inputs = (least), .max_inputs = (most),   \
	.min_outputs = 1, .max_outputs = 1, .infer = infer_##how,              \
	.lower = lower_##how
#define SMALL(...) SMALL_OF(1, __VA_ARGS__)

static const struct apui_operator_row rows[] = {
	{ SMALL(ADD_N, APUI_OPTIONS_ADD_N, apui_no_fields, 2,
		APUI_ROW_MAX_INPUTS, add_n),
	  .inputs_are_alike = true,
	  .inputs = { TENSOR(TYPES_FLOAT32 | TYPES_INT32, 0, MAX_RANK) },
	  .output = TENSOR(TYPES_FLOAT32 | TYPES_INT32, 0, MAX_RANK) },
	{ SMALL(CUMSUM, APUI_OPTIONS_CUMSUM, cumsum_fields, 2, 2, cumsum),
	  .inputs = { TENSOR(PLAIN, 1, MAX_RANK), SCALAR },
	  .output = TENSOR(PLAIN, 1, MAX_RANK) },
	{ SMALL(REVERSE_SEQUENCE, APUI_OPTIONS_REVERSE_SEQUENCE,
		reverse_sequence_fields, 2, 2, reverse_sequence),
	  .inputs = { TENSOR(TYPES_ANY, 2, MAX_RANK), VECTOR },
	  .output = TENSOR(TYPES_ANY, 2, MAX_RANK) },
	{ SMALL(BITCAST, APUI_OPTIONS_BITCAST, apui_no_fields, 1, 1, bitcast),
	  .inputs = { ANY }, .output = ANY },
	{ SMALL_OF(6, DYNAMIC_UPDATE_SLICE, APUI_OPTIONS_DYNAMIC_UPDATE_SLICE,
		   apui_no_fields, 3, 3, update_slice),
	  .inputs = { ANY, ANY, VECTOR }, .output = ANY },
};

const struct apui_operator_family apui_misc_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
