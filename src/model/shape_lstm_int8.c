/* SPDX-License-Identifier: MIT */

/* Shapes of LSTM and its sequence in int8. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/shape_check.h"
#include "model/state.h"
#include <errno.h>

struct lstm {
	int32_t depth, cells, outputs;
	unsigned int first_gate; /* 1 without an input gate */
	bool has_peephole, has_norm;
};

static bool
has(const struct apui_graph *graph, const struct apu_operator *op,
    unsigned int number)
{
	return apui_graph_input(graph, op, number) != NULL;
}

/* Input @number: there if @is_there, else left out. */
static int
check_input(const struct apui_graph *graph, const struct apu_operator *op,
	    unsigned int number, bool is_there, enum apu_dtype dtype,
	    const int32_t *dims, unsigned int rank)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, number);
	int ret;

	if (!is_there && tensor != NULL)
		return apui_blame(-EINVAL, op, tensor,
				  "input %u is there without others that "
				  "belong to it",
				  number);
	if (!is_there)
		return 0;
	ret = apui_check_weights(graph, op, number, dtype, dims, rank);
	/* Nobody looks at the scale of a bias. */
	if (ret < 0 || dtype != APU_DTYPE_INT16)
		return ret;
	return apui_state_check_symmetric(graph, op, number);
}

static int
check_gate(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct lstm *lstm, unsigned int gate)
{
	bool is_there = gate >= lstm->first_gate;
	int ret;

	ret = check_input(graph, op, APUI_LSTM_INPUT + gate, is_there,
			  APU_DTYPE_INT8,
			  (int32_t[]) { lstm->cells, lstm->depth }, 2);
	if (ret == 0)
		ret = check_input(graph, op, APUI_LSTM_RECURRENT + gate,
				  is_there, APU_DTYPE_INT8,
				  (int32_t[]) { lstm->cells, lstm->outputs },
				  2);
	if (ret == 0)
		ret = check_input(graph, op, APUI_LSTM_BIAS + gate, is_there,
				  APU_DTYPE_INT32, &lstm->cells, 1);
	if (ret == 0)
		ret = check_input(graph, op, APUI_LSTM_NORM + gate,
				  is_there && lstm->has_norm, APU_DTYPE_INT16,
				  &lstm->cells, 1);
	return ret;
}

static int
check_peephole(const struct apui_graph *graph, const struct apu_operator *op,
	       const struct lstm *lstm)
{
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < APUI_PEEPHOLES; i++)
		ret = check_input(graph, op, APUI_LSTM_PEEPHOLE + i,
				  lstm->has_peephole && i >= lstm->first_gate,
				  APU_DTYPE_INT16, &lstm->cells, 1);
	return ret;
}

static int
check_projection(const struct apui_graph *graph, const struct apu_operator *op,
		 const struct lstm *lstm)
{
	bool has_projection = has(graph, op, APUI_LSTM_PROJECTION);
	int ret;

	if (!has_projection && lstm->outputs != lstm->cells)
		return apui_blame(-EINVAL, op, NULL,
				  "it has %d cells, but puts out %d values "
				  "without a projection",
				  lstm->cells, lstm->outputs);
	ret = check_input(graph, op, APUI_LSTM_PROJECTION, has_projection,
			  APU_DTYPE_INT8,
			  (int32_t[]) { lstm->outputs, lstm->cells }, 2);
	if (ret < 0)
		return ret;
	return check_input(graph, op, APUI_LSTM_PROJECTION + 1,
			   has_projection &&
				   has(graph, op, APUI_LSTM_PROJECTION + 1),
			   APU_DTYPE_INT32, &lstm->outputs, 1);
}

/* The cell's scale is a power of two, and its tanh one that there is. */
static int
check_cell(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *cell =
		apui_graph_input(graph, op, APUI_LSTM_CELL);
	int ret = apui_state_check_symmetric(graph, op, APUI_LSTM_CELL);

	if (ret < 0)
		return ret;
	if (apui_lstm_cell_integer_bits(cell->scales[0]) >= 0)
		return 0;
	return apui_blame(-EOPNOTSUPP, op, cell,
			  "the scale of its cell state is %g, only powers of "
			  "two from 2^-15 to 2^-9 are supported",
			  (double)cell->scales[0]);
}

/* Intermediate @number says how something inside is quantised. */
static int
check_intermediate(const struct apui_graph *graph,
		   const struct apu_operator *op, unsigned int number,
		   const char *what, const struct apu_tensor **out)
{
	int32_t index = op->intermediate_count > number
				? op->intermediates[number]
				: -1;

	if (index < 0)
		return apui_blame(-EINVAL, op, NULL,
				  "it does not say how its %s is quantised",
				  what);
	*out = &graph->tensors[index];
	return apui_check_per_tensor(op, *out);
}

static int
check_hidden(const struct apui_graph *graph, const struct apu_operator *op)
{
	const struct apu_tensor *hidden = NULL;
	int ret = check_intermediate(graph, op, APUI_LSTM_HIDDEN,
				     "hidden state", &hidden);

	if (ret == 0 && hidden->dtype != APU_DTYPE_INT8)
		return apui_blame(-EOPNOTSUPP, op, hidden,
				  "its hidden state is quantised as %s",
				  apu_dtype_name(hidden->dtype));
	return ret;
}

static int
check_quantisation(const struct apui_graph *graph,
		   const struct apu_operator *op, const struct lstm *lstm)
{
	const struct apu_tensor *ignored;
	int ret;

	ret = apui_check_per_tensor(op, apui_graph_input(graph, op, 0));
	if (ret == 0)
		ret = apui_check_per_tensor(
			op, apui_graph_input(graph, op, APUI_LSTM_STATE));
	if (ret == 0)
		ret = apui_check_per_tensor(op,
					    apui_graph_output(graph, op, 0));
	if (ret == 0)
		ret = check_cell(graph, op);
	if (ret == 0)
		ret = check_hidden(graph, op);
	for (unsigned int i = lstm->first_gate;
	     ret == 0 && lstm->has_norm && i < APUI_LSTM_GATES; i++)
		ret = check_intermediate(graph, op, i, "gate", &ignored);
	return ret;
}

/* The states' types are not those of x alone. */
static int
check_states(const struct apui_graph *graph, const struct apu_operator *op,
	     const struct lstm *lstm)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *hidden =
		apui_graph_input(graph, op, APUI_LSTM_STATE);
	const struct apu_tensor *cell =
		apui_graph_input(graph, op, APUI_LSTM_CELL);
	uint64_t batches =
		(uint64_t)apui_sequence_batches(x, op->options.lstm.time_major);
	int ret;

	if (hidden == NULL || hidden->dtype != APU_DTYPE_INT8 || cell == NULL ||
	    cell->dtype != APU_DTYPE_INT16)
		return apui_blame(-EOPNOTSUPP, op, cell,
				  "its states are not int8 and int16");
	ret = apui_state_check_count(graph, op, APUI_LSTM_STATE,
				     batches * (uint64_t)lstm->outputs);
	if (ret < 0)
		return ret;
	return apui_state_check_count(graph, op, APUI_LSTM_CELL,
				      batches * (uint64_t)lstm->cells);
}

static int
find_lengths(const struct apui_graph *graph, const struct apu_operator *op,
	     struct lstm *lstm)
{
	const struct apu_tensor *input =
		apui_graph_input(graph, op, APUI_LSTM_INPUT + 1);
	const struct apu_tensor *recurrent =
		apui_graph_input(graph, op, APUI_LSTM_RECURRENT + 1);

	if (input == NULL || recurrent == NULL || recurrent->rank != 2)
		return apui_blame(-EINVAL, op, recurrent,
				  "its forget gate has no weights");
	lstm->depth = apui_sequence_depth(apui_graph_input(graph, op, 0));
	lstm->cells = input->dims[0];
	lstm->outputs = recurrent->dims[1];
	lstm->first_gate = has(graph, op, APUI_LSTM_INPUT) ? 0 : 1;
	lstm->has_peephole = has(graph, op, APUI_LSTM_PEEPHOLE + 2);
	lstm->has_norm = has(graph, op, APUI_LSTM_NORM + 1);
	if (op->options.lstm.activation != APUI_ACTIVATION_TANH)
		return apui_blame(-EOPNOTSUPP, op, NULL,
				  "its activation is number %d, only TANH is "
				  "supported in int8",
				  op->options.lstm.activation);
	return 0;
}

static int
count_macs(const struct apui_graph *graph, const struct apu_operator *op,
	   const struct lstm *lstm, uint64_t *out_macs)
{
	/* Lengths are below 2^31, so this is far below 2^64. */
	uint64_t row = (uint64_t)(APUI_GATES - lstm->first_gate) *
		       ((uint64_t)lstm->depth + (uint64_t)lstm->outputs);

	if (has(graph, op, APUI_LSTM_PROJECTION))
		row += (uint64_t)lstm->outputs;
	if (__builtin_mul_overflow(row, (uint64_t)lstm->cells, out_macs))
		return apui_blame(-EOVERFLOW, op, NULL,
				  "its work does not fit in 64 bits");
	return 0;
}

int
apui_infer_int8_lstm(const struct apui_graph *graph, struct apu_operator *op,
		     struct apui_shape *out_shapes)
{
	struct lstm lstm = { .depth = 0 };
	uint64_t macs = 0;
	int ret;

	ret = find_lengths(graph, op, &lstm);
	for (unsigned int i = 0; ret == 0 && i < APUI_LSTM_GATES; i++)
		ret = check_gate(graph, op, &lstm, i);
	if (ret == 0)
		ret = check_peephole(graph, op, &lstm);
	if (ret == 0)
		ret = check_projection(graph, op, &lstm);
	if (ret == 0)
		ret = check_states(graph, op, &lstm);
	if (ret == 0)
		ret = check_quantisation(graph, op, &lstm);
	if (ret == 0)
		ret = count_macs(graph, op, &lstm, &macs);
	if (ret < 0)
		return ret;
	return apui_finish_sequence(graph, op, &lstm.outputs, macs, out_shapes);
}
