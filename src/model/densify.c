/* SPDX-License-Identifier: MIT */

/*
 * DENSIFY: the reader has expanded every sparse constant already, so nothing is
 * left of it but a copy.
 */

#include "model/operators.h"
#include "model/shape_check.h"
#include <string.h>

int
apui_infer_densify(const struct apui_graph *graph, struct apu_operator *op,
		   struct apui_shape *out_shape)
{
	const struct apu_tensor *x = apui_graph_input(graph, op, 0);
	const struct apu_tensor *y = apui_graph_output(graph, op, 0);

	int ret;

	ret = apui_check_same_type(op, x, y);
	if (ret < 0)
		return ret;
	out_shape->rank = x->rank;
	memcpy(out_shape->dims, x->dims, sizeof(out_shape->dims));
	return 0;
}
