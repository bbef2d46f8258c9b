/* SPDX-License-Identifier: MIT */

/* Diagonals and one-hot codes. */

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
/* All but float64. */
#define SCATTERED                                                              \
	(TYPES_FLOAT32 | TYPES_INT32 | TYPES_8_BIT | INT16 | INT64 | BOOL)
#define INDICES(low) TENSOR(TYPES_INT32 | INT64, low, MAX_RANK)

/* So many classes ONE_HOT may have. */
#define MAX_CLASSES (1 << 20)

static int
infer_matrix_diag(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_out_dims(op, out_shape, x, 0, x->rank);
	if (ret == 0)
		ret = apui_out_dim(op, out_shape, x->dims[x->rank - 1]);
	return ret;
}

/* Vectors, the last dimension of @x, onto the diagonals of y's matrices. */
static int
copy_diagonal(struct apui_lowering *lowering, const struct apu_operator *op,
	      const struct apu_tensor *x)
{
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_layout in = apui_layout_of(x->dims, x->rank);
	struct apui_layout out = apui_layout_of(y->dims, y->rank);
	struct apui_block block = { .rank = 0 };
	unsigned int last = x->rank - 1;

	for (unsigned int i = 0; i < last; i++)
		apui_block_add(&block, x->dims[i], in.strides[i],
			       out.strides[i]);
	apui_block_add(&block, x->dims[last], in.strides[last],
		       out.strides[y->rank - 1] + out.strides[y->rank - 2]);
	return apui_block_copy(lowering, op, &block, x, y);
}

static int
lower_matrix_diag(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const int64_t zero = 0;
	int ret = apui_fill_output(lowering, op, &zero);

	if (ret < 0)
		return ret;
	return copy_diagonal(lowering, op,
			     apui_graph_input(lowering->graph, op, 0));
}

static int
infer_matrix_set_diag(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *diagonal = apui_graph_input(graph, op, 1);
	int32_t rows = x->dims[x->rank - 2], columns = x->dims[x->rank - 1];
	int ret;

	ret = apui_check_same_type(op, x, apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = apui_check_same_type(op, x, diagonal);
	if (ret < 0)
		return ret;
	if (diagonal->rank != x->rank - 1 ||
	    memcmp(diagonal->dims, x->dims,
		   (x->rank - 2) * sizeof(x->dims[0])) != 0 ||
	    diagonal->dims[x->rank - 2] != (rows < columns ? rows : columns))
		return apui_blame(-EINVAL, op, diagonal,
				  "its shape is not that of the diagonals");
	return apui_out_dims(op, out_shape, x, 0, x->rank);
}

static int
lower_matrix_set_diag(struct apui_lowering *lowering,
		      const struct apu_operator *op)
{
	struct apui_lowered lowered;
	int ret;

	ret = apui_lowering_begin(lowering, op, APUI_OP_COPY, 1, &lowered);
	if (ret == 0)
		ret = apui_lowering_append(lowering, op, &lowered);
	if (ret < 0)
		return ret;
	return copy_diagonal(lowering, op,
			     apui_graph_input(lowering->graph, op, 1));
}

/* ONE_HOT: indices, how many classes, the value of one and of all others. */
static int
find_class_axis(const struct apui_graph *graph, const struct apu_operator *op,
		unsigned int *out_axis)
{
	return apui_movement_axis(op, op->options.axis.axis,
				  apui_graph_input(graph, op, 0)->rank + 1,
				  out_axis);
}

static int
infer_one_hot(const struct apui_graph *graph, struct apu_operator *op,
	      struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *classes = apui_graph_input(graph, op, 1);
	unsigned int axis;
	int64_t count;
	int ret;

	if (x->element_count == 0)
		return apui_blame(-EINVAL, op, x, "it has no indices");
	ret = find_class_axis(graph, op, &axis);
	if (ret == 0)
		ret = apui_check_count(op, classes, 1);
	for (unsigned int i = 2; ret == 0 && i < 4; i++) {
		const struct apu_tensor *value = apui_graph_input(graph, op, i);

		ret = apui_check_same_type(op, value,
					   apui_graph_output(graph, op, 0));
		if (ret == 0)
			ret = apui_check_count(op, value, 1);
	}
	if (ret < 0)
		return ret;
	count = apui_constant_integer(classes, 0);
	if (count > MAX_CLASSES)
		return apui_blame(-EOPNOTSUPP, op, classes,
				  "it has %lld classes, at most %d are "
				  "supported",
				  (long long)count, MAX_CLASSES);
	ret = apui_out_dims(op, out_shape, x, 0, axis);
	if (ret == 0)
		ret = apui_out_dim(op, out_shape, count);
	if (ret == 0)
		ret = apui_out_dims(op, out_shape, x, axis, x->rank);
	return ret;
}

/* The numbers of the classes, with a dimension for each of y's behind. */
static int
add_classes(struct apui_lowering *lowering, const struct apu_operator *op,
	    unsigned int axis, uint32_t *out_index)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	uint32_t bytes = (uint32_t)apu_dtype_size_bytes(x->dtype);
	uint32_t count = (uint32_t)y->dims[axis];
	struct apui_program_tensor record = {
		.type = (uint8_t)x->dtype,
		.rank = (uint8_t)(y->rank - axis),
		.size_bytes = count * bytes,
		.dims = { (int32_t)count },
	};
	uint8_t *data;

	for (unsigned int i = 1; i < record.rank; i++)
		record.dims[i] = 1;
	data = apui_pool_new(&lowering->writer.pool, count, bytes);
	if (data == NULL)
		return -ENOMEM;
	for (int64_t i = 0; i < (int64_t)count; i++)
		memcpy(data + i * bytes, &i, bytes);
	return apui_program_writer_add_constant(&lowering->writer, &record,
						data, out_index);
}

/* Another tensor of the bytes of @x, of shape @dims. */
static int
copy_reshaped(struct apui_lowering *lowering, const struct apu_operator *op,
	      const struct apu_tensor *x, const int32_t *dims,
	      unsigned int rank, uint32_t *out_index)
{
	struct apui_lowered copy = {
		.op = APUI_OP_COPY,
		.input_count = 1,
		.output_count = 1,
	};
	int ret;

	ret = apui_lowering_tensor(lowering, x, &copy.inputs[0]);
	if (ret == 0)
		ret = apui_block_scratch(lowering, op, x, dims, rank,
					 out_index);
	if (ret < 0)
		return ret;
	copy.outputs[0] = *out_index;
	return apui_lowering_append(lowering, op, &copy);
}

/* Whether each index is the class, as bool. */
static int
compare_classes(struct apui_lowering *lowering, const struct apu_operator *op,
		uint32_t *out_index)
{
	const struct apu_tensor *x = apui_graph_input(lowering->graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(lowering->graph, op, 0);
	struct apui_program_tensor record = {
		.type = APUI_TYPE_BOOL,
		.rank = (uint8_t)y->rank,
		.size_bytes = (uint32_t)y->element_count,
	};
	struct apui_lowered comparison = {
		.op = APUI_OP_COMPARE,
		.input_count = 2,
		.output_count = 1,
		.params.compare = { .function = APUI_COMPARE_EQUAL },
	};
	int32_t dims[APU_TENSOR_MAX_RANK];
	unsigned int axis = 0;
	int ret;

	ret = find_class_axis(lowering->graph, op, &axis);
	if (ret < 0)
		return ret;
	memcpy(record.dims, y->dims, y->rank * sizeof(y->dims[0]));
	memcpy(dims, y->dims, y->rank * sizeof(y->dims[0]));
	dims[axis] = 1;
	ret = copy_reshaped(lowering, op, x, dims, y->rank,
			    &comparison.inputs[0]);
	if (ret == 0)
		ret = add_classes(lowering, op, axis, &comparison.inputs[1]);
	if (ret == 0)
		ret = apui_lowering_add_scratch(lowering, &record, out_index);
	if (ret < 0)
		return ret;
	comparison.outputs[0] = *out_index;
	return apui_lowering_append(lowering, op, &comparison);
}

static int
lower_one_hot(struct apui_lowering *lowering, const struct apu_operator *op)
{
	const struct apui_graph *graph = lowering->graph;
	struct apui_lowered choice;
	uint32_t is_class;
	int ret;

	if (apui_graph_output(graph, op, 0)->element_count == 0)
		return apui_blame(-EOPNOTSUPP, op, NULL, "its output is empty");
	ret = compare_classes(lowering, op, &is_class);
	if (ret == 0)
		ret = apui_lowering_begin(lowering, op, APUI_OP_SELECT, 0,
					  &choice);
	choice.inputs[0] = is_class;
	for (unsigned int i = 2; ret == 0 && i < 4; i++)
		ret = apui_lowering_tensor(lowering,
					   apui_graph_input(graph, op, i),
					   &choice.inputs[i - 1]);
	if (ret < 0)
		return ret;
	choice.input_count = 3;
	return apui_lowering_append(lowering, op, &choice);
}

static const struct apui_option_field one_hot_fields[] = {
	FIELD(0, APUI_FIELD_I32, axis, axis, INT32_MIN, INT32_MAX, INT32_MAX,
	      0),
	{ .type = APUI_FIELD_END },
};

#define CHOSEN      (SCATTERED & ~INT16)
#define PLACED(low) TENSOR(TYPES_ANY, low, MAX_RANK)

#define PLACER_OF(version, code, option_type, field_list, count, how)          \
	.name = #code, .builtin_code = APUI_BUILTIN_##code,                    \
	.max_version = (version), .options_type = (option_type),               \
	.fields = (field_list), .min_inputs = (count), .max_inputs = (count),  \
	.min_outputs = 1, .max_outputs = 1, .infer = infer_##how,              \
	.lower = lower_##how
#define PLACER(...) PLACER_OF(1, __VA_ARGS__)
static const struct apui_operator_row rows[] = {
	{ PLACER(MATRIX_DIAG, APUI_OPTIONS_MATRIX_DIAG, apui_no_fields, 1,
		 matrix_diag),
	  .inputs = { PLACED(1) }, .output = PLACED(2) },
	{ PLACER(MATRIX_SET_DIAG, APUI_OPTIONS_MATRIX_SET_DIAG, apui_no_fields,
		 2, matrix_set_diag),
	  .inputs = { PLACED(2), PLACED(1) }, .output = PLACED(2) },
	{ PLACER(ONE_HOT, APUI_OPTIONS_ONE_HOT, one_hot_fields, 4, one_hot),
	  .inputs = { INDICES(0), PARAMETER(0, 1), TENSOR(CHOSEN, 0, 1),
		      TENSOR(CHOSEN, 0, 1) },
	  .output = TENSOR(CHOSEN, 1, MAX_RANK) },
};

const struct apui_operator_family apui_place_operators = {
	.rows = rows,
	.count = ROW_COUNT(rows),
};
