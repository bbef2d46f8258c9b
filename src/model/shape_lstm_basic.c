/* SPDX-License-Identifier: MIT */

/* Shapes of LSTM of the kernel type BASIC: one step, its state outside. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/sequence.h"
#include "model/state.h"
#include <errno.h>

enum { X, BEFORE, WEIGHTS, BIAS, STATE, INPUTS };
enum { Y, NEW_STATE, JOINED, SUMS, OUTPUTS };

static void
set_rows(struct apui_shape *shape, int32_t rows, int32_t length)
{
	*shape = (struct apui_shape) { .dims = { rows, length }, .rank = 2 };
}

static int
check_inputs(const struct apui_graph *graph, const struct apu_operator *op,
	     int32_t batches, int32_t cells, int32_t joined)
{
	int32_t gates = cells * APUI_GATES;
	int ret;

	ret = apui_check_weights(graph, op, BEFORE, APU_DTYPE_FLOAT32,
				 (int32_t[]) { batches, cells }, 2);
	if (ret == 0)
		ret = apui_check_weights(graph, op, WEIGHTS, APU_DTYPE_FLOAT32,
					 (int32_t[]) { gates, joined }, 2);
	if (ret == 0)
		ret = apui_check_weights(graph, op, BIAS, APU_DTYPE_FLOAT32,
					 &gates, 1);
	if (ret < 0)
		return ret;
	return apui_check_weights(graph, op, STATE, APU_DTYPE_FLOAT32,
				  (int32_t[]) { batches, cells }, 2);
}

int
apui_infer_basic_lstm(const struct apui_graph *graph, struct apu_operator *op,
		      struct apui_shape *out_shapes)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, X);
	const struct apu_tensor *before = apui_graph_input(graph, op, BEFORE);
	int32_t batches = x->dims[0];
	int64_t joined, gates;
	int32_t cells;
	int ret;

	if (op->input_count != INPUTS || op->output_count != OUTPUTS ||
	    before == NULL)
		return apui_blame(-EINVAL, op, NULL,
				  "it has %u inputs and %u outputs, a kernel "
				  "of type BASIC has 5 and 4",
				  op->input_count, op->output_count);
	if (x->dtype != APU_DTYPE_FLOAT32)
		return apui_blame(-EOPNOTSUPP, op, x,
				  "its kernel is BASIC, only float32 is "
				  "supported");
	cells = before->dims[1];
	joined = (int64_t)x->dims[1] + cells;
	gates = (int64_t)cells * APUI_GATES;
	if (joined > INT32_MAX || gates > INT32_MAX)
		return apui_blame(-EOVERFLOW, op, NULL, "it has %d cells",
				  cells);
	ret = check_inputs(graph, op, batches, cells, (int32_t)joined);
	if (ret < 0)
		return ret;

	if (__builtin_mul_overflow((uint64_t)gates * (uint64_t)joined,
				   (uint64_t)batches, &op->macs))
		return apui_blame(-EOVERFLOW, op, NULL,
				  "its work does not fit in 64 bits");
	set_rows(&out_shapes[Y], batches, cells);
	set_rows(&out_shapes[NEW_STATE], batches, cells);
	set_rows(&out_shapes[JOINED], batches, (int32_t)joined);
	set_rows(&out_shapes[SUMS], batches, (int32_t)gates);
	return 0;
}
