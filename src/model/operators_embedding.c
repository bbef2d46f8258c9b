/* SPDX-License-Identifier: MIT */

/* Rows that are looked up: of numbers, or of bytes with a scale. */

#include "model/blame.h"
#include "model/block.h"
#include "model/movement.h"
#include "model/operator_table.h"
#include "model/out_shape.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

/* Rows of int8 become float32. */
static bool
is_hybrid(const struct apu_tensor *x, const struct apu_tensor *y)
{
	return x->dtype == APU_DTYPE_INT8 && y->dtype == APU_DTYPE_FLOAT32;
}

/* One scale, or one a row, and no zero points. */
static int
check_scales(const struct apu_operator *op, const struct apu_tensor *x)
{
	if (x->quant_count == 0)
		return apui_check_per_tensor(op, x);
	if (x->quant_count > 1 && x->quant_axis != 0)
		return apui_blame(-EOPNOTSUPP, op, x,
				  "its scales are along dimension %u, and not "
				  "along its rows",
				  x->quant_axis);
	return apui_check_symmetric(op, x);
}

/* The output may be larger than both inputs together. */
static int
check_rows(const struct apu_operator *op, const struct apu_tensor *x,
	   const struct apu_tensor *y, const struct apu_tensor *rows)
{
	uint64_t count = (uint64_t)rows->dims[0], bytes;

	if (count == 0)
		return 0;
	if (x->dims[0] == 0)
		return apui_blame(-EINVAL, op, x, "it looks up one of 0 rows");
	/* A row is under 2^33 bytes, and there are under 2^31 of them. */
	bytes = x->element_count / (uint64_t)x->dims[0] *
		apu_dtype_size_bytes(y->dtype) * count;
	if (bytes > INT32_MAX)
		return apui_blame(-EOVERFLOW, op, x,
				  "%llu rows of it would be %llu bytes",
				  (unsigned long long)count,
				  (unsigned long long)bytes);
	return 0;
}

/* EMBEDDING_LOOKUP: which rows, of what. */
static int
infer_embedding(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	const struct apu_tensor *rows = apui_graph_input(graph, op, 0);
	const struct apu_tensor *x = apui_graph_input(graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	ret = check_rows(op, x, y, rows);
	if (ret < 0)
		return ret;
	ret = is_hybrid(x, y) ? check_scales(op, x)
			      : apui_check_same_type(op, x, y);
	if (ret == 0)
		ret = apui_out_dim(op, out_shape, rows->dims[0]);
	if (ret == 0)
		ret = apui_out_dims(op, out_shape, x, 1, x->rank);
	return ret;
}

/* Append GATHER: of the @length slices of tensor @x those that @rows names. */
static int
gather(struct apui_lowering *lowering, const struct apu_operator *op,
       uint32_t x, int32_t length, uint32_t rows, uint32_t output)
{
	struct apui_lowered lowered = {
		.op = APUI_OP_GATHER,
		.inputs = { x, rows },
		.input_count = 2,
		.outputs = { output },
		.output_count = 1,
		.params.gather = {
			.batches = 1,
			.blocks = 1,
			.depth = 1,
			.lengths = { length },
		},
	};

	return apui_lowering_append(lowering, op, &lowered);
}

/* The scales of the rows that are looked up, one for each of them. */
static int
gather_scales(struct apui_lowering *lowering, const struct apu_operator *op,
	      uint32_t rows, uint32_t *out_index)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered table = { .op = APUI_OP_GATHER };
	void *scales;
	int ret;

	ret = apui_lowering_add_vector(lowering, &table, APUI_TYPE_FLOAT32,
				       x->quant_count, &scales);
	if (ret < 0)
		return ret;
	memcpy(scales, x->scales, x->quant_count * sizeof(float));
	if (x->quant_count == 1) {
		*out_index = table.inputs[0];
		return 0;
	}
	ret = apui_block_scratch(lowering, op, y, y->dims, 1, out_index);
	return ret < 0 ? ret
		       : gather(lowering, op, table.inputs[0], x->dims[0], rows,
				*out_index);
}

/* Rows of bytes are gathered, and their scales, and multiplied. */
static int
lower_hybrid(struct apui_lowering *lowering, const struct apu_operator *op,
	     const struct apui_lowered *lookup)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	uint32_t count = x->quant_count == 1 ? 1 : (uint32_t)y->dims[0];
	struct apui_lowered scaling = {
		.op = APUI_OP_DEQUANTIZE,
		.input_count = 2,
		.outputs = { lookup->outputs[0] },
		.output_count = 1,
		.params.dequantize.axis =
			x->quant_count == 1 ? APUI_PROGRAM_MAX_RANK : 0,
	};
	void *zeros;
	int ret;

	ret = apui_block_scratch(lowering, op, x, y->dims, y->rank,
				 &scaling.inputs[0]);
	if (ret == 0)
		ret = gather(lowering, op, lookup->inputs[1], x->dims[0],
			     lookup->inputs[0], scaling.inputs[0]);
	if (ret == 0)
		ret = gather_scales(lowering, op, lookup->inputs[0],
				    &scaling.inputs[1]);
	if (ret == 0)
		ret = apui_lowering_add_vector(lowering, &scaling,
					       APUI_TYPE_INT32, count, &zeros);
	if (ret < 0)
		return ret;
	memset(zeros, 0, count * sizeof(int32_t));
	return apui_lowering_append(lowering, op, &scaling);
}

static int
lower_embedding(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 1);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_lowered lookup;
	int ret;

	if (x->element_count == 0 || y->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, x,
				  "it looks up an empty tensor, or nothing");
	ret = apui_lowering_begin(lowering, op, APUI_OP_GATHER, 2, &lookup);
	if (ret < 0)
		return ret;
	if (is_hybrid(x, y))
		return lower_hybrid(lowering, op, &lookup);
	return gather(lowering, op, lookup.inputs[1], x->dims[0],
		      lookup.inputs[0], lookup.outputs[0]);
}

/* EMBEDDING_LOOKUP_SPARSE: which rows, where to, shape, weights, of what. */
enum { ROWS, INDICES, SHAPE, WEIGHTS, TABLE };

static int
check_lists(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *rows = apui_graph_input(graph, op, ROWS);
	const struct apu_tensor *indices = apui_graph_input(graph, op, INDICES);
	const struct apu_tensor *shape = apui_graph_input(graph, op, SHAPE);
	const struct apu_tensor *weights = apui_graph_input(graph, op, WEIGHTS);

	if (indices->dims[1] < 1 || indices->dims[1] > MAX_RANK ||
	    shape->dims[0] != indices->dims[1])
		return apui_blame(-EINVAL, op, shape,
				  "its shape has %d dimensions, its indices "
				  "have %d",
				  shape->dims[0], indices->dims[1]);
	if (indices->dims[0] != rows->dims[0])
		return apui_blame(-EINVAL, op, indices,
				  "it has %d indices for %d rows",
				  indices->dims[0], rows->dims[0]);
	return apui_check_count(op, weights, rows->element_count);
}

static int
infer_embedding_sparse(const struct apui_graph *graph, struct apu_operator *op,
		       struct apui_shape *out_shape)
{
	const struct apu_tensor *shape = apui_graph_input(graph, op, SHAPE);
	const struct apu_tensor *table = apui_graph_input(graph, op, TABLE);
	int ret = check_lists(graph, op);

	/* The last dimension is what the rows are of. */
	for (int32_t i = 0; ret == 0 && i + 1 < shape->dims[0]; i++) {
		int64_t length = apui_constant_integer(shape, (uint64_t)i);

		if (length < 1)
			return apui_blame(-EINVAL, op, shape,
					  "dimension %d of its shape is %lld",
					  i, (long long)length);
		ret = apui_out_dim(op, out_shape, length);
	}
	if (ret == 0)
		ret = apui_out_dims(op, out_shape, table, 1, table->rank);
	return ret;
}

static int
lower_embedding_sparse(struct apui_lowering *lowering,
		       const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	const struct apu_tensor *shape = apui_graph_input(graph, op, SHAPE);
	struct apui_lowered lowered;
	struct apui_embedding_sparse_params *params =
		&lowered.params.embedding_sparse;
	int ret;

	if (apui_graph_input(graph, op, TABLE)->element_count == 0 ||
	    apui_graph_input(graph, op, ROWS)->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "it looks up an empty tensor, or nothing");
	ret = apui_lowering_begin(lowering, op, APUI_OP_EMBEDDING_SPARSE, 5,
				  &lowered);
	if (ret < 0)
		return ret;
	/* The shape is a parameter. */
	lowered.inputs[SHAPE] = lowered.inputs[WEIGHTS];
	lowered.inputs[WEIGHTS] = lowered.inputs[TABLE];
	lowered.input_count = 4;
	params->combiner = (uint32_t)op->options.embedding_sparse.combiner;
	params->depth = (uint32_t)shape->dims[0] - 1;
	for (uint32_t i = 0; i < params->depth; i++)
		params->lengths[i] = (int32_t)apui_constant_integer(shape, i);
	return apui_lowering_append(lowering, op, &lowered);
}

static const struct apui_option_field sparse_fields[] = {
	FIELD(0, APUI_FIELD_I8, embedding_sparse, combiner, APUI_COMBINE_SUM,
	      APUI_COMBINE_SQRTN, APUI_COMBINE_SQRTN, APUI_COMBINE_SUM),
	{ .type = APUI_FIELD_END },
};

#define ANY TENSOR(TYPES_ANY, 2, MAX_RANK)

static const struct apui_operator_row rows[] = {
	{
		.name = "EMBEDDING_LOOKUP",
		.builtin_code = APUI_BUILTIN_EMBEDDING_LOOKUP,
		.max_version = 5,
		.options_type = APUI_OPTIONS_NONE,
		.fields = apui_no_fields,
		.min_inputs = 2,
		.max_inputs = 2,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_INT32, 1, 1), ANY },
		.output = ANY,
		.infer = infer_embedding,
		.lower = lower_embedding,
	},
	{
		.name = "EMBEDDING_LOOKUP_SPARSE",
		.builtin_code = APUI_BUILTIN_EMBEDDING_LOOKUP_SPARSE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_EMBEDDING_LOOKUP_SPARSE,
		.fields = sparse_fields,
		.min_inputs = 5,
		.max_inputs = 5,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_INT32, 1, 1),
			    TENSOR(TYPES_INT32, 2, 2), PARAMETER(1, 1),
			    TENSOR(TYPES_FLOAT32, 1, 1),
			    TENSOR(TYPES_FLOAT32, 2, MAX_RANK) },
		.output = TENSOR(TYPES_FLOAT32, 1, MAX_RANK),
		.infer = infer_embedding_sparse,
		.lower = lower_embedding_sparse,
	},
};

const struct apui_operator_family apui_embedding_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
