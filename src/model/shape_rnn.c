/* SPDX-License-Identifier: MIT */

/* Shapes of RNN and its sequences. */

#include "model/blame.h"
#include "model/operators.h"
#include "model/sequence.h"
#include <errno.h>

/* One direction's tensors; its multiplications of one step into @out_macs. */
static int
check_direction(const struct apui_graph *graph, const struct apu_operator *op,
		const struct apui_direction *d, uint64_t *out_macs)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, d->x);
	enum apu_dtype dtype =
		apui_graph_input(graph, op, d->input_weights)->dtype;
	int32_t units = apui_direction_cells(graph, op, d);
	int32_t depth = apui_sequence_depth(x), aux_depth = 0;
	int ret;

	ret = apui_check_weights(graph, op, d->input_weights, dtype,
				 (int32_t[]) { units, depth }, 2);
	if (ret == 0)
		ret = apui_check_weights(graph, op, d->recurrent_weights, dtype,
					 (int32_t[]) { units, units }, 2);
	if (ret == 0)
		ret = apui_check_weights(graph, op, d->bias, APU_DTYPE_FLOAT32,
					 &units, 1);
	if (ret == 0)
		ret = apui_check_real_state(
			graph, op, d->hidden,
			apui_sequence_batches(x, op->options.rnn.time_major),
			units);
	if (ret == 0 && d->aux_weights != 0) {
		aux_depth = apui_sequence_depth(
			apui_graph_input(graph, op, d->aux));
		ret = apui_check_weights(graph, op, d->aux_weights, dtype,
					 (int32_t[]) { units, aux_depth }, 2);
	}
	/* Sizes of tensors, each below 2^31. */
	*out_macs = (uint64_t)units *
		    ((uint64_t)depth + (uint64_t)units + (uint64_t)aux_depth);
	return ret;
}

int
apui_infer_rnn(const struct apui_graph *graph, struct apu_operator *op,
	       struct apui_shape *out_shapes)
{
	unsigned int count = apui_is_bidirectional(op) ? 2 : 1;
	int32_t lengths[2] = { 0, 0 };
	uint64_t macs = 0;
	int ret = 0;

	for (unsigned int i = 0; ret == 0 && i < count; i++) {
		struct apui_direction d = apui_direction_of(graph, op, i);
		uint64_t more = 0;

		if (d.x != 0 || d.aux != 0)
			ret = apui_check_aux(graph, op, &d);
		if (ret == 0)
			ret = check_direction(graph, op, &d, &more);
		lengths[i] = apui_direction_cells(graph, op, &d);
		macs += more;
	}
	if (ret < 0)
		return ret;
	return apui_finish_sequence(graph, op, lengths, macs, out_shapes);
}
