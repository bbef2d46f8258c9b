/* SPDX-License-Identifier: MIT */

/* Shapes of the operators that compute element by element. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/shape_check.h"
#include <errno.h>
#include <string.h>

static void
copy_shape(const struct apu_tensor *x, struct apui_shape *out_shape)
{
	memcpy(out_shape->dims, x->dims, x->rank * sizeof(x->dims[0]));
	out_shape->rank = x->rank;
}

/* Stretch @shape to what it and @tensor broadcast to. */
static int
broadcast(const struct apu_operator *op, const struct apu_tensor *tensor,
	  struct apui_shape *shape)
{
	struct apui_shape old = *shape;

	if (tensor->rank > shape->rank)
		shape->rank = tensor->rank;
	for (unsigned int i = 1; i <= shape->rank; i++) {
		int32_t a = i <= old.rank ? old.dims[old.rank - i] : 1;
		int32_t b =
			i <= tensor->rank ? tensor->dims[tensor->rank - i] : 1;

		if (a != b && a != 1 && b != 1)
			return apui_blame(-EINVAL, op, tensor,
					  "dimension %u is %d in one input and "
					  "%d in the other",
					  shape->rank - i, a, b);
		/* 1 gives way, to 0 as well. */
		shape->dims[shape->rank - i] = a == 1 ? b : a;
	}
	return 0;
}

static int
broadcast_inputs(const struct apui_graph *graph, const struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	out_shape->rank = 0;
	for (unsigned int i = 0; i < op->input_count; i++) {
		int ret = broadcast(op, apui_graph_input(graph, op, i),
				    out_shape);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* Of 8 bits: quantised per tensor. */
static int
check_scale(const struct apu_operator *op, const struct apu_tensor *tensor)
{
	return apui_is_8_bit(tensor) ? apui_check_per_tensor(op, tensor) : 0;
}

/* All inputs from @first on and the output have one type. */
static int
check_types(const struct apui_graph *graph, const struct apu_operator *op,
	    unsigned int first)
{
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret = 0;

	for (unsigned int i = first; ret == 0 && i < op->input_count; i++)
		ret = apui_check_same_type(op, apui_graph_input(graph, op, i),
					   y);
	return ret;
}

int
apui_infer_unary(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret;

	ret = check_types(graph, op, 0);
	if (ret == 0)
		ret = check_scale(op, x);
	if (ret == 0)
		ret = check_scale(op, apui_graph_output(graph, op, 0));
	if (ret < 0)
		return ret;
	copy_shape(x, out_shape);
	return 0;
}

int
apui_infer_cast(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shape)
{
	copy_shape(apui_graph_input(graph, op, 0), out_shape);
	return 0;
}

int
apui_infer_binary(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape)
{
	int ret = check_types(graph, op, 0);

	if (ret < 0)
		return ret;
	return broadcast_inputs(graph, op, out_shape);
}

int
apui_infer_arithmetic(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shape)
{
	int ret = apui_infer_binary(graph, op, out_shape);

	for (unsigned int i = 0; ret == 0 && i < op->input_count; i++)
		ret = check_scale(op, apui_graph_input(graph, op, i));
	if (ret < 0)
		return ret;
	return check_scale(op, apui_graph_output(graph, op, 0));
}

int
apui_infer_compare(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *a = apui_graph_input(graph, op, 0);
	const struct apu_tensor *b = apui_graph_input(graph, op, 1);
	int ret;

	ret = apui_check_same_type(op, a, b);
	if (ret == 0)
		ret = check_scale(op, a);
	if (ret == 0)
		ret = check_scale(op, b);
	if (ret < 0)
		return ret;
	return broadcast_inputs(graph, op, out_shape);
}

/* The slopes stretch, the input does not. */
int
apui_infer_prelu(const struct apui_graph *graph, struct apu_operator *op,
		 struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	int ret = apui_infer_arithmetic(graph, op, out_shape);

	if (ret < 0)
		return ret;
	if (out_shape->rank != x->rank ||
	    memcmp(out_shape->dims, x->dims, x->rank * sizeof(x->dims[0])) != 0)
		return apui_blame(-EINVAL, op, apui_graph_input(graph, op, 1),
				  "its slopes have a larger shape than its "
				  "input");
	return 0;
}

static bool
have_same_shape(const struct apu_tensor *a, const struct apu_tensor *b)
{
	return a->rank == b->rank &&
	       memcmp(a->dims, b->dims, a->rank * sizeof(a->dims[0])) == 0;
}

/* Without broadcast, but the condition may be one for all, or one a row. */
int
apui_infer_select(const struct apui_graph *graph, struct apu_operator *op,
		  struct apui_shape *out_shape)
{
	const struct apu_tensor *condition = apui_graph_input(graph, op, 0);
	const struct apu_tensor *a = apui_graph_input(graph, op, 1);
	const struct apu_tensor *b = apui_graph_input(graph, op, 2);
	int ret;

	ret = check_types(graph, op, 1);
	if (ret < 0)
		return ret;
	if (!have_same_shape(a, b))
		return apui_blame(-EINVAL, op, b,
				  "the tensors it chooses from differ in "
				  "shape");
	if (condition->rank != 0 && !have_same_shape(condition, a) &&
	    (condition->rank != 1 || a->rank == 0 ||
	     condition->dims[0] != a->dims[0]))
		return apui_blame(-EINVAL, op, condition,
				  "its condition is neither one for all "
				  "elements, nor one for each row or element");
	copy_shape(a, out_shape);
	return 0;
}

int
apui_infer_select_v2(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shape)
{
	int ret = check_types(graph, op, 1);

	if (ret < 0)
		return ret;
	return broadcast_inputs(graph, op, out_shape);
}
