/* SPDX-License-Identifier: MIT */

/* Shapes of LSTM and its sequences, in float32. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>

/* Of one direction. */
struct lstm {
	struct apui_direction at;
	int32_t depth, aux_depth, cells, outputs;
	enum apu_dtype dtype;    /* of the matrices and the peephole */
	unsigned int first_gate; /* 1 without an input gate */
};

static bool
has(const struct apui_graph *graph, const struct apu_operator *op,
    unsigned int number)
{
	return number != 0 && apui_graph_input(graph, op, number) != NULL;
}

static int
check_options(const struct apu_operator *op)
{
	if (op->options.lstm.cell_clip < 0)
		return apui_blame(-EINVAL, op, NULL, "option cell_clip is %g",
				  (double)op->options.lstm.cell_clip);
	if (op->options.lstm.projection_clip < 0)
		return apui_blame(-EINVAL, op, NULL,
				  "option projection_clip is %g",
				  (double)op->options.lstm.projection_clip);
	if (op->options.lstm.activation > APUI_ACTIVATION_TANH)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "its activation is number %d",
				  op->options.lstm.activation);
	if (op->options.lstm.diagonal_recurrent)
		return apui_blame(
			-EOPNOTSUPP, op, NULL,
			"its recurrent weights are diagonal, which is "
			"not supported");
	return 0;
}

/* Weights that stand in a row: those of the gates there are, and no others. */
static int
check_row(const struct apui_graph *graph, const struct apu_operator *op,
	  const struct lstm *lstm, unsigned int first, const int32_t *dims,
	  unsigned int rank, enum apu_dtype dtype)
{
	int ret = 0;

	if (first == 0)
		return 0;
	if (lstm->first_gate != 0 && has(graph, op, first))
		return apui_blame(-EINVAL, op,
				  apui_graph_input(graph, op, first),
				  "its input gate has only some of its "
				  "weights: input %u is there",
				  first);
	for (unsigned int i = lstm->first_gate; ret == 0 && i < APUI_GATES; i++)
		ret = apui_check_weights(graph, op, first + i, dtype, dims,
					 rank);
	return ret;
}

/* None at all, or those of the gates input, forget and output. */
static int
check_peephole(const struct apui_graph *graph, const struct apu_operator *op,
	       const struct lstm *lstm)
{
	unsigned int first = lstm->at.peephole;
	bool is_used = false;
	int ret = 0;

	for (unsigned int i = 0; i < APUI_PEEPHOLES; i++)
		is_used = is_used || has(graph, op, first + i);
	if (!is_used)
		return 0;
	if (lstm->first_gate != 0 && has(graph, op, first))
		return apui_blame(-EINVAL, op,
				  apui_graph_input(graph, op, first),
				  "it has peephole weights of an input gate "
				  "that is not there");
	for (unsigned int i = lstm->first_gate; ret == 0 && i < APUI_PEEPHOLES;
	     i++)
		ret = apui_check_weights(graph, op, first + i, lstm->dtype,
					 &lstm->cells, 1);
	return ret;
}

static int
check_norm(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct lstm *lstm)
{
	bool is_used = false;

	for (unsigned int i = 0; i < APUI_GATES; i++)
		is_used = is_used || (lstm->at.norm != 0 &&
				      has(graph, op, lstm->at.norm + i));
	if (!is_used)
		return 0;
	return check_row(graph, op, lstm, lstm->at.norm, &lstm->cells, 1,
			 APU_DTYPE_FLOAT32);
}

static int
check_projection(const struct apui_graph *graph, const struct apu_operator *op,
		 const struct lstm *lstm)
{
	unsigned int number = lstm->at.projection;

	if (has(graph, op, number)) {
		int ret = apui_check_weights(
			graph, op, number, lstm->dtype,
			(int32_t[]) { lstm->outputs, lstm->cells }, 2);

		if (ret < 0 || !has(graph, op, number + 1))
			return ret;
		return apui_check_weights(graph, op, number + 1,
					  APU_DTYPE_FLOAT32, &lstm->outputs, 1);
	}
	if (has(graph, op, number + 1))
		return apui_blame(-EINVAL, op, NULL,
				  "it has a bias of a projection that is not "
				  "there");
	if (lstm->outputs != lstm->cells)
		return apui_blame(-EINVAL, op, NULL,
				  "it has %d cells, but puts out %d values "
				  "without a projection",
				  lstm->cells, lstm->outputs);
	return 0;
}

static int
check_weights(const struct apui_graph *graph, const struct apu_operator *op,
	      const struct lstm *lstm)
{
	const struct apui_direction *at = &lstm->at;
	int ret;

	ret = check_row(graph, op, lstm, at->input_weights,
			(int32_t[]) { lstm->cells, lstm->depth }, 2,
			lstm->dtype);
	if (ret == 0)
		ret = check_row(graph, op, lstm, at->aux_weights,
				(int32_t[]) { lstm->cells, lstm->aux_depth }, 2,
				lstm->dtype);
	if (ret == 0)
		ret = check_row(graph, op, lstm, at->recurrent_weights,
				(int32_t[]) { lstm->cells, lstm->outputs }, 2,
				lstm->dtype);
	if (ret == 0)
		ret = check_row(graph, op, lstm, at->bias, &lstm->cells, 1,
				APU_DTYPE_FLOAT32);
	if (ret == 0)
		ret = check_peephole(graph, op, lstm);
	if (ret == 0)
		ret = check_norm(graph, op, lstm);
	return ret == 0 ? check_projection(graph, op, lstm) : ret;
}

static int
check_states(const struct apui_graph *graph, const struct apu_operator *op,
	     const struct lstm *lstm)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, lstm->at.x);
	int32_t batches = apui_sequence_batches(x, op->options.lstm.time_major);
	int ret;

	ret = apui_check_real_state(graph, op, lstm->at.hidden, batches,
				    lstm->outputs);
	if (ret < 0)
		return ret;
	return apui_check_real_state(graph, op, lstm->at.cell, batches,
				     lstm->cells);
}

/* Of matrices, which tells the length of all other tensors. */
static int
find_lengths(const struct apui_graph *graph, const struct apu_operator *op,
	     struct lstm *lstm)
{
	unsigned int numbers[] = { lstm->at.input_weights + 1,
				   lstm->at.recurrent_weights + 1 };

	for (unsigned int i = 0; i < 2; i++) {
		const struct apu_tensor *tensor =
			apui_graph_input(graph, op, numbers[i]);

		if (tensor == NULL || tensor->rank != 2)
			return apui_blame(-EINVAL, op, tensor,
					  "input %u is no matrix", numbers[i]);
	}
	lstm->dtype = apui_graph_input(graph, op, numbers[0])->dtype;
	lstm->cells = apui_direction_cells(graph, op, &lstm->at);
	lstm->outputs = apui_direction_outputs(graph, op, &lstm->at);
	lstm->depth =
		apui_sequence_depth(apui_graph_input(graph, op, lstm->at.x));
	if (lstm->at.aux != 0)
		lstm->aux_depth = apui_sequence_depth(
			apui_graph_input(graph, op, lstm->at.aux));
	lstm->first_gate = has(graph, op, lstm->at.input_weights) ? 0 : 1;
	return 0;
}

/* Multiplications of one step. */
static int
count_macs(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct lstm *lstm, uint64_t *macs)
{
	/* Lengths are below 2^31, so this is far below 2^64. */
	uint64_t row = (uint64_t)(APUI_GATES - lstm->first_gate) *
		       ((uint64_t)lstm->depth + (uint64_t)lstm->aux_depth +
			(uint64_t)lstm->outputs);

	if (has(graph, op, lstm->at.projection))
		row += (uint64_t)lstm->outputs;
	if (__builtin_mul_overflow(row, (uint64_t)lstm->cells, &row) ||
	    __builtin_add_overflow(*macs, row, macs))
		return apui_blame(-EOVERFLOW, op, NULL,
				  "its work does not fit in 64 bits");
	return 0;
}

static int
check_direction(const struct apui_graph *graph, const struct apu_operator *op,
		unsigned int number, int32_t *out_length, uint64_t *macs)
{
	struct lstm lstm = { .at = apui_direction_of(graph, op, number) };
	int ret = 0;

	if (lstm.at.x != 0 || lstm.at.aux != 0)
		ret = apui_check_aux(graph, op, &lstm.at);
	if (ret == 0)
		ret = find_lengths(graph, op, &lstm);
	if (ret == 0)
		ret = check_weights(graph, op, &lstm);
	if (ret == 0)
		ret = check_states(graph, op, &lstm);
	*out_length = lstm.outputs;
	return ret == 0 ? count_macs(graph, op, &lstm, macs) : ret;
}

static int
infer_real(const struct apui_graph *graph, struct apu_operator *op,
	   struct apui_shape *out_shapes)
{
	unsigned int count = apui_is_bidirectional(op) ? 2 : 1;
	int32_t lengths[2] = { 0, 0 };
	uint64_t macs = 0;
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < count; i++)
		ret = check_direction(graph, op, i, &lengths[i], &macs);
	if (ret < 0)
		return ret;
	return apui_finish_sequence(graph, op, lengths, macs, out_shapes);
}

int
apui_infer_lstm(const struct apui_graph *graph, struct apu_operator *op,
		struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);
	int ret;

	ret = check_options(op);
	if (ret == 0)
		ret = apui_check_same_type(op, x, y);
	if (ret < 0)
		return ret;
	if (apui_is_basic_lstm(op))
		return apui_infer_basic_lstm(graph, op, out_shapes);
	if (x->dtype == APU_DTYPE_INT8)
		return apui_infer_int8_lstm(graph, op, out_shapes);
	return infer_real(graph, op, out_shapes);
}
