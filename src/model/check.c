/* SPDX-License-Identifier: MIT */
#include "model/check.h"
#include "core/error.h"
#include "model/blame.h"
#include "model/fold.h"
#include "model/operators.h"
#include "model/rows.h"
#include "model/shape_check.h"
#include <errno.h>
#include <stdio.h>

static int
find_graph_tensor(struct apui_graph *graph, const char *role, uint32_t number,
		  int32_t index, struct apu_tensor **out)
{
	if (index < 0 || (uint32_t)index >= graph->tensor_count)
		return apui_fail(-EINVAL, NULL,
				 "%s %u of the model is tensor %d, but there "
				 "are %u tensors",
				 role, number, index, graph->tensor_count);
	*out = &graph->tensors[index];
	return 0;
}

static int
fail_graph_tensor(int code, const char *role, uint32_t number,
		  const struct apu_tensor *tensor, const char *cause)
{
	apui_fail(code, NULL, "%s %u of the model, tensor %u, %s", role, number,
		  tensor->index, cause);
	apui_fail_where(-1, (int32_t)tensor->index, -1);
	return code;
}

static int
mark_inputs(struct apui_graph *graph)
{
	for (uint32_t i = 0; i < graph->input_count; i++) {
		struct apu_tensor *tensor = NULL;
		int ret;

		ret = find_graph_tensor(graph, "input", i, graph->inputs[i],
					&tensor);
		if (ret < 0)
			return ret;
		if (tensor->is_constant)
			return fail_graph_tensor(-EINVAL, "input", i, tensor,
						 "is a constant");
		if (tensor->is_input)
			return fail_graph_tensor(-EINVAL, "input", i, tensor,
						 "is listed twice");
		if (tensor->is_variable)
			return fail_graph_tensor(-EOPNOTSUPP, "input", i,
						 tensor, "is a variable");
		tensor->is_input = true;
	}
	return 0;
}

static int
mark_outputs(struct apui_graph *graph)
{
	for (uint32_t i = 0; i < graph->output_count; i++) {
		struct apu_tensor *tensor = NULL;
		int ret;

		ret = find_graph_tensor(graph, "output", i, graph->outputs[i],
					&tensor);
		if (ret < 0)
			return ret;
		/* IF and WHILE copy each of their subgraph's outputs. */
		if (tensor->is_output && graph->subgraph == 0)
			return fail_graph_tensor(-EINVAL, "output", i, tensor,
						 "is listed twice");
		if (tensor->is_variable)
			return fail_graph_tensor(-EOPNOTSUPP, "output", i,
						 tensor, "is a variable");
		tensor->is_output = true;
	}
	return 0;
}

static int
check_outputs_written(const struct apui_graph *graph)
{
	for (uint32_t i = 0; i < graph->output_count; i++) {
		const struct apu_tensor *tensor =
			&graph->tensors[graph->outputs[i]];

		if (tensor->producer >= 0 || tensor->is_input ||
		    tensor->is_constant)
			continue;
		return fail_graph_tensor(-EINVAL, "output", i, tensor,
					 "is written by no operator");
	}
	return 0;
}

/* "int8, uint8, float32": all that @types has. */
static void
list_types(uint32_t types, char *text, size_t size_bytes)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < 32 && used < size_bytes; i++)
		if ((types & APUI_TYPE_BIT(i)) != 0)
			used += (size_t)snprintf(
				text + used, size_bytes - used, "%s%s",
				used > 0 ? ", " : "",
				apu_dtype_name((enum apu_dtype)i));
}

static int
refuse_type(const struct apu_operator *op, const char *role,
	    unsigned int number, const struct apu_tensor *tensor,
	    uint32_t types)
{
	char text[160];

	list_types(types, text, sizeof(text));
	apui_blame(-EOPNOTSUPP, op, tensor,
		   "%s %u of type %s is not supported, only %s", role, number,
		   apu_dtype_name(tensor->dtype), text);
	apui_fail_remedy("convert the model so that this operator has one of "
			 "these types, or cast around it: docs/operators.md "
			 "has the table");
	return -EOPNOTSUPP;
}

static int
check_operand(const struct apu_operator *op, const char *role,
	      unsigned int number, const struct apu_tensor *tensor,
	      const struct apui_operand *operand)
{
	if (!(operand->types & APUI_TYPE_BIT(tensor->dtype)))
		return refuse_type(op, role, number, tensor, operand->types);
	if (tensor->rank < operand->min_rank ||
	    tensor->rank > operand->max_rank)
		return apui_blame(-EINVAL, op, tensor,
				  "%s %u has %u dimensions, must have %u to %u",
				  role, number, tensor->rank, operand->min_rank,
				  operand->max_rank);
	if (operand->variable && !tensor->is_variable)
		return apui_blame(-EINVAL, op, tensor,
				  "%s %u is not a variable", role, number);
	if (!operand->variable && tensor->is_variable)
		return apui_blame(-EOPNOTSUPP, op, tensor,
				  "%s %u is a variable, which is not supported",
				  role, number);
	return 0;
}

/*
 * That a tensor be written before it is read also means that no operator reads
 * and writes the same one.
 */
static int
check_is_written(const struct apu_operator *op, unsigned int number,
		 struct apu_tensor *tensor)
{
	if (tensor->is_constant || tensor->is_input || tensor->producer >= 0 ||
	    tensor->is_variable)
		return 0;
	/* A constant without elements has no bytes to be known by. */
	if (tensor->element_count == 0) {
		tensor->is_constant = true;
		return 0;
	}
	return apui_blame(-EINVAL, op, tensor,
			  "input %u, tensor %u, is read before an operator "
			  "writes it",
			  number, tensor->index);
}

static int
check_input(struct apui_graph *graph, const struct apu_operator *op,
	    unsigned int number)
{
	const struct apui_operand *operand =
		apui_operator_operand(op->row, number);
	int32_t index = op->inputs[number];
	int ret;

	if (index == -1 && operand->optional)
		return 0;
	if (index < 0 || (uint32_t)index >= graph->tensor_count)
		return apui_blame(-EINVAL, op, NULL,
				  "input %u is tensor %d, but there are %u "
				  "tensors",
				  number, index, graph->tensor_count);

	ret = check_is_written(op, number, &graph->tensors[index]);
	if (ret < 0)
		return ret;
	return check_operand(op, "input", number, &graph->tensors[index],
			     operand);
}

static int
check_output(struct apui_graph *graph, const struct apu_operator *op,
	     unsigned int number)
{
	int32_t index = op->outputs[number];
	struct apu_tensor *tensor;

	if (index < 0 || (uint32_t)index >= graph->tensor_count)
		return apui_blame(-EINVAL, op, NULL,
				  "output %u is tensor %d, but there are %u "
				  "tensors",
				  number, index, graph->tensor_count);
	tensor = &graph->tensors[index];
	if (tensor->is_variable)
		return apui_blame(-EOPNOTSUPP, op, tensor,
				  "output %u, tensor %d, is a variable", number,
				  index);
	if (tensor->is_constant || tensor->is_input)
		return apui_blame(-EINVAL, op, tensor,
				  "output %u, tensor %d, is %s", number, index,
				  tensor->is_input ? "an input of the model"
						   : "a constant");
	if (tensor->producer >= 0)
		return apui_blame(
			-EINVAL, op, tensor,
			"output %u, tensor %d, is written by operator "
			"%d as well",
			number, index, tensor->producer);

	tensor->producer = (int32_t)op->index;
	return check_operand(op, "output", number, tensor, &op->row->output);
}

/* They have no bytes, but operators look at their scales. */
static int
check_intermediates(const struct apui_graph *graph,
		    const struct apu_operator *op)
{
	for (unsigned int i = 0; i < op->intermediate_count; i++) {
		int32_t index = op->intermediates[i];

		if (index < -1 ||
		    (index >= 0 && (uint32_t)index >= graph->tensor_count))
			return apui_blame(-EINVAL, op, NULL,
					  "intermediate %u is tensor %d, but "
					  "there are %u tensors",
					  i, index, graph->tensor_count);
	}
	return 0;
}

static int
check_operator(struct apui_graph *graph, const struct apu_operator *op)
{
	int ret;

	for (unsigned int i = 0; i < op->input_count; i++) {
		ret = check_input(graph, op, i);
		if (ret < 0)
			return ret;
	}
	for (unsigned int i = 0; i < op->output_count; i++) {
		ret = check_output(graph, op, i);
		if (ret < 0)
			return ret;
	}
	return check_intermediates(graph, op);
}

int
apui_check_references(struct apui_graph *graph)
{
	int ret;

	ret = mark_inputs(graph);
	if (ret < 0)
		return ret;
	ret = mark_outputs(graph);
	if (ret < 0)
		return ret;
	for (uint32_t i = 0; i < graph->operator_count; i++) {
		ret = check_operator(graph, &graph->operators[i]);
		if (ret < 0)
			return ret;
	}
	return check_outputs_written(graph);
}

/*
 * Parameters must be known by now: constants, or what has been folded. That is
 * why it is not among the references' checks.
 */
static int
check_parameters(const struct apui_graph *graph, const struct apu_operator *op)
{
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *tensor =
			apui_graph_input(graph, op, i);

		if (tensor == NULL || tensor->is_constant ||
		    !apui_operator_operand(op->row, i)->constant)
			continue;
		return apui_blame(-EOPNOTSUPP, op, tensor,
				  "input %u is computed, only constants are "
				  "supported",
				  i);
	}
	return 0;
}

/* "[1, 2, 3]"; no number has more than 11 characters. */
struct shape_text {
	char text[2 + APU_TENSOR_MAX_RANK * 13 + 1];
};

static struct shape_text
format_shape(const int32_t *dims, unsigned int rank)
{
	struct shape_text shape = { .text = "[" };
	int used = 1;

	for (unsigned int i = 0; i < rank; i++)
		used += snprintf(shape.text + used,
				 sizeof(shape.text) - (size_t)used, "%s%d",
				 i > 0 ? ", " : "", dims[i]);
	snprintf(shape.text + used, sizeof(shape.text) - (size_t)used, "]");
	return shape;
}

/* But for the dimensions in @open_dims. */
static bool
has_shape(const struct apu_tensor *tensor, const struct apui_shape *shape,
	  uint8_t open_dims)
{
	if (tensor->rank != shape->rank)
		return false;
	for (unsigned int i = 0; i < shape->rank; i++)
		if (tensor->dims[i] != shape->dims[i] &&
		    (open_dims >> i & 1) == 0)
			return false;
	return true;
}

/* Give a tensor whose shape the file does not tell the one it has. */
static int
adopt_shape(struct apui_graph *graph, const struct apu_operator *op,
	    unsigned int number, const struct apui_shape *shape)
{
	struct apu_tensor *tensor = &graph->tensors[op->outputs[number]];
	uint64_t count = 0;
	int ret;

	ret = apui_check_product(op, shape->dims, shape->rank, &count);
	if (ret < 0)
		return ret;
	if (count > INT32_MAX / sizeof(uint64_t))
		return apui_blame(-E2BIG, op, tensor,
				  "output %u has %llu elements", number,
				  (unsigned long long)count);
	for (unsigned int i = 0; i < shape->rank; i++)
		tensor->dims[i] = shape->dims[i];
	tensor->rank = shape->rank;
	tensor->is_shaped = true;
	tensor->element_count = count;
	tensor->size_bytes = count * apu_dtype_size_bytes(tensor->dtype);
	return 0;
}

/*
 * Whether a file that calls outputs of @op scalars may not have known better:
 * writers leave the shapes open that follow from computed ones.
 */
static bool
may_shape_outputs(const struct apui_graph *graph, const struct apu_operator *op)
{
	if (op->row->shapes_outputs)
		return true;
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		if (x != NULL && (x->is_folded || x->is_shaped))
			return true;
	}
	return false;
}

/* What the file says, or may say: the shape that has been computed. */
static int
settle_shape(struct apui_graph *graph, const struct apu_operator *op,
	     unsigned int number, const struct apui_shape *shape,
	     bool may_shape)
{
	const struct apu_tensor *output = apui_graph_output(graph, op, number);

	if (has_shape(output, shape, 0) && output->rows_of == NULL)
		return 0;
	if ((may_shape && output->rank == 0) || output->rows_of != NULL ||
	    graph->is_resized || has_shape(output, shape, output->open_dims))
		return adopt_shape(graph, op, number, shape);
	return apui_blame(-EINVAL, op, output,
			  "the shape of tensor %u is %s, but the operator "
			  "computes %s",
			  output->index,
			  format_shape(output->dims, output->rank).text,
			  format_shape(shape->dims, shape->rank).text);
}

static int
check_shape(struct apui_graph *graph, struct apu_operator *op)
{
	struct apui_shape shapes[APUI_ROW_MAX_OUTPUTS] = { { .rank = 0 } };
	bool may_shape;
	int ret;

	ret = check_parameters(graph, op);
	if (ret < 0)
		return ret;
	may_shape = may_shape_outputs(graph, op);
	ret = op->row->infer(graph, op, shapes);
	if (ret < 0)
		return ret;
	ret = apui_check_rows(graph, op, shapes);
	for (unsigned int i = 0; ret == 0 && i < op->output_count; i++)
		ret = settle_shape(graph, op, i, &shapes[i], may_shape);
	return ret;
}

int
apui_check_shapes(struct apui_graph *graph, const struct apui_limits *limits)
{
	struct apui_fold fold;

	apui_fold_begin(&fold, graph);
	graph->macs = 0;
	for (uint32_t i = 0; i < graph->operator_count; i++) {
		struct apu_operator *op = &graph->operators[i];
		int ret;

		ret = check_shape(graph, op);
		if (ret < 0)
			return ret;
		ret = apui_fold_small(&fold, op);
		if (ret < 0)
			return ret;
		if (__builtin_add_overflow(graph->macs, op->macs, &graph->macs))
			return apui_blame(-EOVERFLOW, op, NULL,
					  "the multiply-accumulates so far do "
					  "not fit in 64 bits");
	}
	if (graph->macs > limits->max_macs) {
		apui_fail(-E2BIG, NULL,
			  "%llu multiply-accumulates are over the limit of "
			  "%llu",
			  (unsigned long long)graph->macs,
			  (unsigned long long)limits->max_macs);
		apui_fail_remedy("raise max_macs");
		return -E2BIG;
	}
	return 0;
}
