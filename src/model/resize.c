/* SPDX-License-Identifier: MIT */
#include "model/resize.h"
#include "core/error.h"
#include "model/check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(((struct apu_shape *)0)->dims) ==
		       APU_TENSOR_MAX_RANK * sizeof(int64_t),
	       "the header says 8");

static int
copy_graph(const struct apui_graph *base, struct apui_graph *graph)
{
	*graph = (struct apui_graph) {
		.tensor_count = base->tensor_count,
		.operator_count = base->operator_count,
		.inputs = base->inputs,
		.input_count = base->input_count,
		.outputs = base->outputs,
		.output_count = base->output_count,
		.variables = base->variables,
		.variable_count = base->variable_count,
		.weight_bytes = base->weight_bytes,
		.is_resized = true,
	};
	apui_pool_init(&graph->pool);
	graph->tensors = apui_pool_new(&graph->pool, base->tensor_count,
				       sizeof(*base->tensors));
	graph->operators = apui_pool_new(&graph->pool, base->operator_count,
					 sizeof(*base->operators));
	if (graph->tensors == NULL || graph->operators == NULL)
		return -ENOMEM;
	memcpy(graph->tensors, base->tensors,
	       base->tensor_count * sizeof(*base->tensors));
	memcpy(graph->operators, base->operators,
	       base->operator_count * sizeof(*base->operators));
	/* It names a tensor of the other graph; shapes tell it anew. */
	for (uint32_t i = 0; i < graph->tensor_count; i++)
		graph->tensors[i].rows_of = NULL;
	return 0;
}

static int
refuse_shape(int code, uint32_t number, const struct apu_tensor *tensor,
	     const char *why)
{
	apui_fail(code, NULL, "the new shape of input %u, tensor %u, %s",
		  number, tensor->index, why);
	apui_fail_where(-1, (int32_t)tensor->index, -1);
	return code;
}

static int
set_shape(struct apu_tensor *tensor, uint32_t number,
	  const struct apu_shape *shape)
{
	uint64_t count = 1, bytes;

	if (shape->rank != tensor->rank)
		return refuse_shape(-EINVAL, number, tensor,
				    "has another number of dimensions");
	for (unsigned int i = 0; i < shape->rank; i++) {
		if (shape->dims[i] < 0)
			return refuse_shape(-EINVAL, number, tensor,
					    "has a negative length");
		if (shape->dims[i] > INT32_MAX ||
		    __builtin_mul_overflow(count, (uint64_t)shape->dims[i],
					   &count))
			return refuse_shape(-EOVERFLOW, number, tensor,
					    "is too large");
		tensor->dims[i] = (int32_t)shape->dims[i];
	}
	if (__builtin_mul_overflow(count, apu_dtype_size_bytes(tensor->dtype),
				   &bytes) ||
	    bytes > INT32_MAX)
		return refuse_shape(-EOVERFLOW, number, tensor,
				    "makes 2 GiB or more");
	tensor->element_count = count;
	tensor->size_bytes = bytes;
	return 0;
}

static int
resize(struct apui_graph *graph, const struct apu_shape *shapes,
       const struct apui_limits *limits)
{
	for (uint32_t i = 0; i < graph->input_count; i++) {
		int ret = set_shape(&graph->tensors[graph->inputs[i]], i,
				    &shapes[i]);

		if (ret < 0)
			return ret;
	}
	return apui_check_shapes(graph, limits);
}

int
apui_graph_resize(const struct apui_graph *base, const struct apu_shape *shapes,
		  const uint8_t *blob, uint32_t blob_bytes,
		  const struct apui_limits *limits,
		  struct apui_graph **out_graph)
{
	struct apui_graph *graph = malloc(sizeof(*graph));
	int ret;

	if (graph == NULL)
		return -ENOMEM;
	ret = copy_graph(base, graph);
	graph->shared_blob = blob;
	graph->shared_bytes = blob_bytes;
	if (ret == 0)
		ret = resize(graph, shapes, limits);
	if (ret < 0) {
		apui_graph_free(graph);
		return ret;
	}
	*out_graph = graph;
	return 0;
}
