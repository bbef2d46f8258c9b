/* SPDX-License-Identifier: MIT */

/* Operators that put elements where indices say. */

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
#define BOOL  APUI_TYPE_BIT(APU_DTYPE_BOOL)
#define INT16 APUI_TYPE_BIT(APU_DTYPE_INT16)
/* What SCATTER combines. */
#define SCATTERED                                                              \
	(TYPES_FLOAT32 | TYPES_INT32 | TYPES_8_BIT | INT16 | INT64 | BOOL)

/* Elements from dimension @first on: tensors are under 2 GiB. */
static uint64_t
count_from(const int32_t *dims, unsigned int first, unsigned int rank)
{
	uint64_t count = 1;

	for (unsigned int i = first; i < rank; i++)
		count *= (uint64_t)dims[i];
	return count;
}

/* Fill y with @value, then let SCATTER combine it with the updates. */
static int
append_scatter(struct apui_lowering *lowering, const struct apu_operator *op,
	       unsigned int indices, unsigned int updates,
	       const struct apui_scatter_params *params)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered lowered;
	int ret;

	if (apui_graph_output(graph, op, 0)->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, NULL, "its output is empty");
	ret = apui_lowering_begin(lowering, op, APUI_OP_SCATTER, 0, &lowered);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_input(graph, op, indices),
					   &lowered.inputs[0]);
	if (ret == 0)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_input(graph, op, updates),
					   &lowered.inputs[1]);
	if (ret < 0)
		return ret;
	lowered.input_count = 2;
	lowered.params.scatter = *params;
	return apui_lowering_append(lowering, op, &lowered);
}

static struct apui_scatter_params
scatter_into(const struct apu_tensor *y, enum apui_scatter function,
	     uint32_t depth)
{
	struct apui_scatter_params params = {
		.function = function,
		.depth = depth,
	};

	memcpy(params.lengths, y->dims, depth * sizeof(params.lengths[0]));
	return params;
}

/* SCATTER_ND: indices, updates, shape. */
static int
infer_scatter_nd(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	const struct apu_tensor *indices = apui_graph_input(graph, op, 0);
	const struct apu_tensor *updates = apui_graph_input(graph, op, 1);
	int32_t depth = indices->dims[indices->rank - 1];
	int ret;

	ret = apui_check_same_type(op, updates,
				   apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_out_constants(op, out_shape,
					 apui_graph_input(graph, op, 2));
	if (ret < 0)
		return ret;
	if (depth < 1 || depth > (int32_t)out_shape->rank)
		return apui_blame(depth == 0 ? -EOPNOTSUPP : -EINVAL, op,
				  indices,
				  "its indices have %d numbers each, its "
				  "output %u dimensions",
				  depth, out_shape->rank);
	return apui_check_count(op, updates,
				indices->element_count / (uint64_t)depth *
					count_from(out_shape->dims,
						   (unsigned int)depth,
						   out_shape->rank));
}

static int
lower_scatter_nd(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *indices =
		apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	const struct apui_scatter_params params =
		scatter_into(y, APUI_SCATTER_ADD,
			     (uint32_t)indices->dims[indices->rank - 1]);
	const int64_t zero = 0;
	int ret;

	ret = apui_fill_output(lowering, op, &zero);
	if (ret < 0)
		return ret;
	return append_scatter(lowering, op, 0, 1, &params);
}

/* SPARSE_TO_DENSE: indices, shape, values, the value of all others. */
static int
infer_sparse_to_dense(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	const struct apu_tensor *indices = apui_graph_input(graph, op, 0);
	const struct apu_tensor *values = apui_graph_input(graph, op, 2);
	const struct apu_tensor *others = apui_graph_input(graph, op, 3);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int32_t depth = indices->rank == 2 ? indices->dims[1] : 1;
	int ret;

	ret = apui_check_same_type(op, values, y);
	if (ret == 0)
		ret = apui_check_same_type(op, others, y);
	if (ret == 0)
		ret = apui_check_count(op, others, 1);
	if (ret == 0)
		ret = apui_out_constants(op, out_shape,
					 apui_graph_input(graph, op, 1));
	if (ret < 0)
		return ret;
	if (depth < 1 || depth != (int32_t)out_shape->rank)
		return apui_blame(-EINVAL, op, indices,
				  "its indices have %d numbers each, its "
				  "output %u dimensions",
				  depth, out_shape->rank);
	if (values->rank == 0)
		return 0;
	return apui_check_count(op, values,
				indices->element_count / (uint64_t)depth);
}

static int
lower_sparse_to_dense(struct apui_lowering *lowering,
		      const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	struct apui_scatter_params params =
		scatter_into(y, APUI_SCATTER_SET, y->rank);
	struct apui_block all = { .rank = 0 };
	int ret;

	params.is_stretched = apui_graph_input(graph, op, 2)->rank == 0;
	apui_block_add(&all, (int64_t)y->element_count, 0, 1);
	ret = apui_block_copy(lowering, op, &all,
			      apui_graph_input(graph, op, 3), y);
	if (ret < 0)
		return ret;
	return append_scatter(lowering, op, 0, 2, &params);
}

/* SEGMENT_SUM: the segments follow one another, so the last one is known. */
static int
infer_segment_sum(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *segments = apui_graph_input(graph, op, 1);
	int64_t last = 0;
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_check_count(op, segments, (uint64_t)x->dims[0]);
	if (ret < 0)
		return ret;
	for (uint64_t i = 0; i < segments->element_count; i++) {
		int64_t segment = apui_constant_integer(segments, i);

		if (segment >= (int64_t)segments->element_count)
			return apui_blame(
				-E2BIG, op, segments,
				"segment %lld is beyond its %llu "
				"elements",
				(long long)segment,
				(unsigned long long)segments->element_count);
		if (segment < last || segment - last > 1 ||
		    (i == 0 && segment != 0))
			return apui_blame(-ERANGE, op, segments,
					  "segment %lld follows %lld",
					  (long long)segment, (long long)last);
		last = segment;
	}
	ret = apui_out_dim(op, out_shape,
			   segments->element_count ? last + 1 : 0);
	if (ret < 0)
		return ret;
	return apui_out_dims(op, out_shape, x, 1, x->rank);
}

static int
lower_segment_sum(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	const struct apui_scatter_params params =
		scatter_into(y, APUI_SCATTER_ADD, 1);
	const int64_t zero = 0;
	int ret = apui_fill_output(lowering, op, &zero);

	return ret < 0 ? ret : append_scatter(lowering, op, 1, 0, &params);
}

/* UNSORTED_SEGMENT_*: x, segments, how many. */
static int
infer_unsorted(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *segments = apui_graph_input(graph, op, 1);
	const struct apu_tensor *count = apui_graph_input(graph, op, 2);
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_check_count(op, count, 1);
	if (ret < 0)
		return ret;
	if (segments->rank > x->rank ||
	    memcmp(segments->dims, x->dims,
		   segments->rank * sizeof(x->dims[0])) != 0)
		return apui_blame(-EINVAL, op, segments,
				  "its shape is not what its input's begins "
				  "with");
	ret = apui_out_dim(op, out_shape, apui_constant_integer(count, 0));
	if (ret < 0)
		return ret;
	return apui_out_dims(op, out_shape, x, segments->rank, x->rank);
}

/* How segments are combined, and what an empty one is. */
struct combination {
	int32_t builtin;
	enum apui_scatter function;
	float real;
	int32_t integer;
};

static const struct combination combinations[] = {
	{ APUI_BUILTIN_UNSORTED_SEGMENT_SUM, APUI_SCATTER_ADD, 0, 0 },
	{ APUI_BUILTIN_UNSORTED_SEGMENT_PROD, APUI_SCATTER_MUL, 1, 1 },
	{ APUI_BUILTIN_UNSORTED_SEGMENT_MIN, APUI_SCATTER_MIN, 3.402823466e38f,
	  INT32_MAX },
	{ APUI_BUILTIN_UNSORTED_SEGMENT_MAX, APUI_SCATTER_MAX, -3.402823466e38f,
	  INT32_MIN },
};

static int
lower_unsorted(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	const struct combination *combination = combinations;
	struct apui_scatter_params params;
	int ret;

	while (combination->builtin != op->row->builtin_code)
		combination++;
	params = scatter_into(y, combination->function, 1);
	/* Negative numbers leave an element out. */
	params.skips_outside = 1;
	if (y->dtype == APU_DTYPE_FLOAT32)
		ret = apui_fill_output(lowering, op, &combination->real);
	else
		ret = apui_fill_output(lowering, op, &combination->integer);
	return ret < 0 ? ret : append_scatter(lowering, op, 1, 0, &params);
}

#define KNOWN(low, high)                                                       \
	{                                                                      \
		.types = TYPES_INT32 | INT64, .min_rank = (low),               \
		.max_rank = (high), .constant = true                           \
	}
#define SCATTERER_OF(version, code, option_type, field_list, count, how)       \
	.name = #code, .builtin_code = APUI_BUILTIN_##code,                    \
	.max_version = (version), .options_type = (option_type),               \
	.fields = (field_list), .min_inputs = (count), .max_inputs = (count),  \
	.min_outputs = 1, .max_outputs = 1, .infer = infer_##how,              \
	.lower = lower_##how
#define SCATTERER(...) SCATTERER_OF(1, __VA_ARGS__)
#define UNSORTED(code)                                                         \
	{                                                                      \
		SCATTERER(code, APUI_OPTIONS_##code, apui_no_fields, 3,        \
			  unsorted),                                           \
			.inputs = { TENSOR(TYPES_FLOAT32 | TYPES_INT32, 1,     \
					   MAX_RANK),                          \
				    TENSOR(TYPES_INT32, 1, MAX_RANK),          \
				    KNOWN(0, 1) },                             \
			.output = TENSOR(TYPES_FLOAT32 | TYPES_INT32, 1,       \
					 MAX_RANK)                             \
	}

static const struct apui_operator_row rows[] = {
	{ SCATTERER(SCATTER_ND, APUI_OPTIONS_SCATTER_ND, apui_no_fields, 3,
		    scatter_nd),
	  .inputs = { TENSOR(TYPES_INT32, 1, MAX_RANK),
		      TENSOR(SCATTERED, 0, MAX_RANK), KNOWN(1, 1) },
	  .output = TENSOR(SCATTERED, 1, MAX_RANK) },
	{ SCATTERER_OF(3, SPARSE_TO_DENSE, APUI_OPTIONS_SPARSE_TO_DENSE,
		       apui_no_fields, 4, sparse_to_dense),
	  .inputs = { TENSOR(TYPES_INT32 | INT64, 0, 2), KNOWN(1, 1),
		      TENSOR(SCATTERED, 0, 1), TENSOR(SCATTERED, 0, 1) },
	  .output = TENSOR(SCATTERED, 1, MAX_RANK) },
	{ SCATTERER(SEGMENT_SUM, APUI_OPTIONS_SEGMENT_SUM, apui_no_fields, 2,
		    segment_sum),
	  .inputs = { TENSOR(TYPES_FLOAT32 | TYPES_INT32, 1, MAX_RANK),
		      PARAMETER(1, 1) },
	  .output = TENSOR(TYPES_FLOAT32 | TYPES_INT32, 1, MAX_RANK) },
	UNSORTED(UNSORTED_SEGMENT_SUM),
	UNSORTED(UNSORTED_SEGMENT_PROD),
	UNSORTED(UNSORTED_SEGMENT_MIN),
	UNSORTED(UNSORTED_SEGMENT_MAX),
};

const struct apui_operator_family apui_scatter_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
