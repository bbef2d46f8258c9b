/* SPDX-License-Identifier: MIT */

/* IF, WHILE, functions of the host, and outputs that data decide on. */

#include "core/error.h"
#include "model/blame.h"
#include "model/custom.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

static bool
has_same_shape(const struct apu_tensor *a, const struct apu_tensor *b)
{
	return a->rank == b->rank &&
	       memcmp(a->dims, b->dims, a->rank * sizeof(a->dims[0])) == 0;
}

/* @outer, of the operator, and @inner, of its subgraph, are one. */
static int
check_pair(const struct apu_operator *op, const struct apui_graph *graph,
	   const char *role, uint32_t number, const struct apu_tensor *outer,
	   const struct apu_tensor *inner)
{
	const char *what = NULL;

	if (outer->dtype != inner->dtype)
		return apui_blame(-EINVAL, op, outer,
				  "its %s %u is %s, that of subgraph %u is %s",
				  role, number, apu_dtype_name(outer->dtype),
				  graph->subgraph,
				  apu_dtype_name(inner->dtype));
	if (outer->dtype == APU_DTYPE_RESOURCE)
		what = "a handle of a variable";
	else if (!has_same_shape(outer, inner))
		what = "of another shape than the subgraph's";
	else if (apui_per_tensor_zero_point(outer) !=
		 apui_per_tensor_zero_point(inner))
		what = "quantised differently in the subgraph";
	else if (outer->rows_of != NULL || inner->rows_of != NULL)
		what = "of a length that data decide on";
	if (what == NULL)
		return 0;
	apui_blame(-EOPNOTSUPP, op, outer,
		   "its %s %u is %s (%u), which is not supported", role, number,
		   what, graph->subgraph);
	apui_fail_remedy("convert the model again with shapes and quantisation "
			 "that stay: write into a tensor of the final size "
			 "instead of one that grows");
	return -EOPNOTSUPP;
}

static int
check_count(const struct apu_operator *op, const struct apui_graph *graph,
	    const char *role, uint32_t outer, uint32_t inner)
{
	if (outer == inner)
		return 0;
	return apui_blame(-EINVAL, op, NULL,
			  "it has %u %s for subgraph %u, which has %u", outer,
			  role, graph->subgraph, inner);
}

/* The operator's inputs from @first on are those of @callee. */
static int
check_inputs(const struct apui_graph *graph, const struct apu_operator *op,
	     const struct apui_graph *callee, uint32_t first)
{
	int ret = check_count(op, callee, "inputs", op->input_count - first,
			      callee->input_count);

	for (uint32_t i = 0; ret == 0 && i < callee->input_count; i++)
		ret = check_pair(op, callee, "input", first + i,
				 apui_graph_input(graph, op, first + i),
				 &callee->tensors[callee->inputs[i]]);
	return ret;
}

static int
check_outputs(const struct apui_graph *graph, const struct apu_operator *op,
	      const struct apui_graph *callee)
{
	int ret = check_count(op, callee, "outputs", op->output_count,
			      callee->output_count);

	for (uint32_t i = 0; ret == 0 && i < callee->output_count; i++)
		ret = check_pair(op, callee, "output", i,
				 apui_graph_output(graph, op, i),
				 &callee->tensors[callee->outputs[i]]);
	return ret;
}

static int
check_condition(const struct apu_operator *op,
		const struct apu_tensor *condition)
{
	if (condition->dtype == APU_DTYPE_BOOL && condition->element_count == 1)
		return 0;
	return apui_blame(-EINVAL, op, condition,
			  "its condition is %llu elements of type %s, must be "
			  "one bool",
			  (unsigned long long)condition->element_count,
			  apu_dtype_name(condition->dtype));
}

/* check_outputs() has seen that they are what the operator's subgraph makes. */
static void
keep_shapes(const struct apui_graph *graph, const struct apu_operator *op,
	    struct apui_shape *out_shapes)
{
	for (uint32_t i = 0; i < op->output_count; i++) {
		const struct apu_tensor *y = apui_graph_output(graph, op, i);

		out_shapes[i].rank = y->rank;
		memcpy(out_shapes[i].dims, y->dims, sizeof(y->dims));
	}
}

int
apui_infer_if(const struct apui_graph *graph, struct apu_operator *op,
	      struct apui_shape *out_shape)
{
	const struct apui_graph *const *branches = op->options.control.graphs;
	int ret = check_condition(op, apui_graph_input(graph, op, 0));

	for (int k = 0; ret == 0 && k < 2; k++) {
		ret = check_inputs(graph, op, branches[k], 1);
		if (ret == 0)
			ret = check_outputs(graph, op, branches[k]);
	}
	if (ret < 0)
		return ret;
	keep_shapes(graph, op, out_shape);
	op->macs = branches[0]->macs > branches[1]->macs ? branches[0]->macs
							 : branches[1]->macs;
	return 0;
}

/* The work of one round: how many there will be, nobody knows. */
static int
count_round(struct apu_operator *op)
{
	if (!__builtin_add_overflow(op->options.control.graphs[0]->macs,
				    op->options.control.graphs[1]->macs,
				    &op->macs))
		return 0;
	return apui_blame(-EOVERFLOW, op, NULL,
			  "its work does not fit in 64 bits");
}

int
apui_infer_while(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	const struct apui_graph *condition = op->options.control.graphs[0];
	const struct apui_graph *body = op->options.control.graphs[1];
	int ret;

	if (condition == body)
		return apui_blame(-ELOOP, op, NULL,
				  "its condition and its body are one, "
				  "subgraph %u",
				  body->subgraph);
	ret = check_inputs(graph, op, condition, 0);
	if (ret == 0)
		ret = check_count(op, condition, "condition", 1,
				  condition->output_count);
	if (ret == 0)
		ret = check_condition(
			op, &condition->tensors[condition->outputs[0]]);
	if (ret == 0)
		ret = check_inputs(graph, op, body, 0);
	if (ret == 0)
		ret = check_outputs(graph, op, body);
	/* What goes in comes out. */
	if (ret == 0)
		ret = check_count(op, body, "inputs", op->output_count,
				  op->input_count);
	for (uint32_t i = 0; ret == 0 && i < op->output_count; i++)
		ret = check_pair(op, body, "output", i,
				 apui_graph_output(graph, op, i),
				 &body->tensors[body->inputs[i]]);
	if (ret == 0)
		ret = count_round(op);
	if (ret < 0)
		return ret;
	keep_shapes(graph, op, out_shape);
	return 0;
}

static void
describe_call(const struct apui_graph *graph, const struct apu_operator *op,
	      struct apui_shape *out_shapes, struct apu_custom_call *call)
{
	*call = (struct apu_custom_call) {
		.input_count = op->input_count,
		.output_count = op->output_count,
		.options = op->custom_options,
		.option_bytes = op->custom_option_bytes,
		.shapes = out_shapes,
	};
	for (unsigned int i = 0; i < op->input_count; i++) {
		const struct apu_tensor *x = apui_graph_input(graph, op, i);

		call->inputs[i] = x;
		call->input_data[i] =
			x != NULL && x->is_constant ? x->data : NULL;
	}
	for (unsigned int i = 0; i < op->output_count; i++)
		call->outputs[i] = apui_graph_output(graph, op, i);
}

int
apui_infer_host(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	struct apu_custom_call call;
	int ret;

	keep_shapes(graph, op, out_shape);
	if (op->function->prepare == NULL)
		return 0;
	describe_call(graph, op, out_shape, &call);
	ret = apui_custom_call(op->function->prepare, op->function, &call);
	if (ret == 0)
		return 0;
	return apui_blame(ret, op, NULL, "its function refused it%s%s",
			  call.cause[0] != '\0' ? ": " : "", call.cause);
}

int
apui_infer_where(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);

	if (x->element_count > INT32_MAX)
		return apui_blame(-E2BIG, op, x, "it has %llu elements",
				  (unsigned long long)x->element_count);
	out_shape->rank = 2;
	out_shape->dims[0] = (int32_t)x->element_count;
	out_shape->dims[1] = (int32_t)x->rank;
	return 0;
}
