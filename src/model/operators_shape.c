/* SPDX-License-Identifier: MIT */

/*
 * Operators that tell the shape of their input: shapes are known, so their
 * outputs are constants, and models that compute with them can be compiled.
 */

#include "model/lowering.h"
#include "model/operator_table.h"
#include <string.h>

#define TYPES_TOLD (TYPES_INT32 | APUI_TYPE_BIT(APU_DTYPE_INT64))

/* SHAPE's option says what its output's type says as well. */
static int
infer_shape(const struct apui_graph *graph, struct apu_operator *op,
	    struct apui_shape *out_shape)
{
	out_shape->dims[0] = (int32_t)apui_graph_input(graph, op, 0)->rank;
	out_shape->rank = 1;
	return 0;
}

static int
infer_rank(const struct apui_graph *graph, struct apu_operator *op,
	   struct apui_shape *out_shape)
{
	(void)graph;
	(void)op;
	out_shape->rank = 0;
	return 0;
}

/* @values, as elements of @op's output, copied to it when the program runs. */
static int
tell(struct apui_lowering *lowering, const struct apu_operator *op,
     const int32_t *values, uint32_t count)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	size_t element_bytes = apu_dtype_size_bytes(y->dtype);
	struct apui_lowered lowered;
	void *data;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_COPY, 0, &lowered);
	if (ret == 0)
		ret = apui_lowering_add_vector(lowering, &lowered,
					       (uint8_t)y->dtype, count, &data);
	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < count; i++) {
		int64_t value = values[i];

		memcpy((uint8_t *)data + i * element_bytes, &value,
		       element_bytes);
	}
	return apui_lowering_append(lowering, op, &lowered);
}

static int
lower_shape(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);

	return tell(lowering, op, x->dims, x->rank);
}

static int
lower_rank(struct apui_lowering *lowering, const struct apu_operator *op)
{
	int32_t rank = (int32_t)apui_graph_input(lowering->graph, op, 0)->rank;

	return tell(lowering, op, &rank, 1);
}

static const struct apui_operator_row rows[] = {
	{
		.name = "SHAPE",
		.builtin_code = APUI_BUILTIN_SHAPE,
		.max_version = 1,
		.options_type = APUI_OPTIONS_SHAPE,
		.fields = apui_no_fields,
		.reads_shapes_only = true,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_ANY, 0, MAX_RANK) },
		.output = TENSOR(TYPES_TOLD, 0, 1),
		.infer = infer_shape,
		.lower = lower_shape,
	},
	{
		.name = "RANK",
		.builtin_code = APUI_BUILTIN_RANK,
		.max_version = 1,
		.options_type = APUI_OPTIONS_RANK,
		.fields = apui_no_fields,
		.reads_shapes_only = true,
		.min_inputs = 1,
		.max_inputs = 1,
		.min_outputs = 1,
		.max_outputs = 1,
		.inputs = { TENSOR(TYPES_ANY, 0, MAX_RANK) },
		.output = TENSOR(TYPES_INT32, 0, 0),
		.infer = infer_rank,
		.lower = lower_rank,
	},
};

const struct apui_operator_family apui_shape_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
