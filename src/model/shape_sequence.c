/* SPDX-License-Identifier: MIT */

/* Shapes of RNN and LSTM: what they have in common. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include <errno.h>

static int
check_type(const struct apu_operator *op, const struct apu_tensor *tensor,
	   unsigned int number, enum apu_dtype dtype)
{
	if (tensor->dtype == dtype)
		return 0;
	return apui_blame(-EOPNOTSUPP, op, tensor,
			  "input %u is %s, must be %s beside the others",
			  number, apu_dtype_name(tensor->dtype),
			  apu_dtype_name(dtype));
}

int
apui_check_weights(const struct apui_graph *graph,
		   const struct apu_operator *op, unsigned int number,
		   enum apu_dtype dtype, const int32_t *dims, unsigned int rank)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);
	int ret;

	if (tensor == NULL)
		return apui_blame(-EINVAL, op, NULL, "input %u is left out",
				  number);
	ret = check_type(op, tensor, number, dtype);
	if (ret < 0)
		return ret;
	if (tensor->rank != rank)
		return apui_blame(-EINVAL, op, tensor,
				  "input %u has %u dimensions, must have %u",
				  number, tensor->rank, rank);
	for (unsigned int i = 0; i < rank; i++)
		if (tensor->dims[i] != dims[i])
			return apui_blame(-EINVAL, op, tensor,
					  "dimension %u of input %u is %d, "
					  "must be %d",
					  i, number, tensor->dims[i], dims[i]);
	if (dtype != APU_DTYPE_INT8)
		return 0;
	ret = apui_check_per_tensor(op, tensor);
	return ret == 0 ? apui_check_symmetric(op, tensor) : ret;
}

int
apui_check_real_state(const struct apui_graph *graph,
		      const struct apu_operator *op, unsigned int number,
		      int32_t batches, int32_t length)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);
	uint64_t count = (uint64_t)batches * (uint64_t)length;
	int ret;

	if (tensor == NULL)
		return apui_blame(-EINVAL, op, NULL, "input %u is left out",
				  number);
	ret = check_type(op, tensor, number, APU_DTYPE_FLOAT32);
	if (ret < 0 || tensor->element_count == count)
		return ret;
	return apui_blame(-EINVAL, op, tensor,
			  "input %u has %llu elements, must have %llu", number,
			  (unsigned long long)tensor->element_count,
			  (unsigned long long)count);
}

int
apui_check_aux(const struct apui_graph *graph, const struct apu_operator *op,
	       const struct apui_direction *direction)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	unsigned int numbers[] = { direction->x, direction->aux };

	for (unsigned int i = 0; i < 2; i++) {
		const struct apu_tensor *other =
			apui_graph_input(graph, op, numbers[i]);

		if (other == NULL)
			return apui_blame(-EINVAL, op, NULL,
					  "it has auxiliary weights, but no "
					  "auxiliary input");
		if (other->dtype != APU_DTYPE_FLOAT32 ||
		    other->rank != x->rank || other->dims[0] != x->dims[0] ||
		    (x->rank == 3 && other->dims[1] != x->dims[1]))
			return apui_blame(-EINVAL, op, other,
					  "its auxiliary input is of another "
					  "type or length than input 0");
	}
	return 0;
}

int32_t
apui_sequence_batches(const struct apu_tensor *x, bool time_major)
{
	return x->dims[x->rank == 3 && time_major ? 1 : 0];
}

int32_t
apui_sequence_depth(const struct apu_tensor *x)
{
	return x->dims[x->rank - 1];
}

static void
set_shape(const struct apu_tensor *x, int32_t length, struct apui_shape *out)
{
	out->rank = x->rank;
	for (unsigned int i = 0; i + 1 < x->rank; i++)
		out->dims[i] = x->dims[i];
	out->dims[x->rank - 1] = length;
}

/* Auxiliary weights of one direction, or of some gates, would be ignored. */
static int
check_unused_aux(const struct apui_graph *graph, const struct apu_operator *op)
{
	/* The last inputs of all, behind the auxiliary input. */
	unsigned int first = op->row->max_inputs > 12 ? 40 : 10;

	if (!apui_is_bidirectional(op) ||
	    apui_direction_of(graph, op, 0).aux_weights != 0)
		return 0;
	for (unsigned int i = first; i < op->input_count; i++)
		if (apui_graph_input(graph, op, i) != NULL)
			return apui_blame(-EINVAL, op,
					  apui_graph_input(graph, op, i),
					  "it has only some of its auxiliary "
					  "weights: input %u is there",
					  i);
	return 0;
}

int
apui_finish_sequence(const struct apui_graph *graph, struct apu_operator *op,
		     const int32_t *lengths, uint64_t step_macs,
		     struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	bool is_merged = apui_is_bidirectional(op) &&
			 apui_sequence_options_of(op).merge_outputs;
	unsigned int count = apui_is_bidirectional(op) && !is_merged ? 2 : 1;
	uint64_t steps = (uint64_t)x->dims[0] *
			 (uint64_t)(x->rank == 3 ? x->dims[1] : 1);
	int64_t length = lengths[0];
	int ret = check_unused_aux(graph, op);

	if (ret < 0)
		return ret;
	if (op->output_count != count)
		return apui_blame(-EINVAL, op, NULL,
				  "it has %u outputs, must have %u",
				  op->output_count, count);
	if (__builtin_mul_overflow(step_macs, steps, &op->macs))
		return apui_blame(-EOVERFLOW, op, NULL,
				  "its work does not fit in 64 bits");
	if (is_merged)
		length += lengths[1];
	if (length > INT32_MAX)
		return apui_blame(-EOVERFLOW, op, NULL,
				  "its output has too many elements");
	set_shape(x, (int32_t)length, &out_shapes[0]);
	if (count == 2)
		set_shape(x, lengths[1], &out_shapes[1]);
	return 0;
}
