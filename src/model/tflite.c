/* SPDX-License-Identifier: MIT */
#include "model/tflite.h"
#include "core/error.h"
#include "model/check.h"
#include "model/custom.h"
#include "model/operators.h"
#include "model/schema.h"
#include <errno.h>
#include <stdlib.h>

int
apui_tflite_copy_i32(struct apui_tflite *file,
		     const struct apui_fb_vector *vector, const int32_t **out)
{
	int32_t *values;
	int ret;

	ret = apui_fb_charge_copy(&file->fb,
				  (uint64_t)vector->count * sizeof(*values));
	if (ret < 0)
		return ret;
	values = apui_pool_new(&file->graph->pool, vector->count,
			       sizeof(*values));
	if (values == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < vector->count; i++)
		values[i] = apui_fb_i32_at(&file->fb, vector, i);
	*out = values;
	return 0;
}

static int
read_model(struct apui_tflite *file, const struct apui_fb_table *model)
{
	struct apui_flatbuffer *fb = &file->fb;
	uint32_t version;
	int ret;

	ret = apui_fb_get_u32(fb, model, APUI_MODEL_VERSION, 0, &version);
	if (ret < 0)
		return ret;
	if (version != APUI_SCHEMA_VERSION)
		return apui_fail(-EOPNOTSUPP, NULL,
				 "the file has version %u of the TFLite "
				 "schema, only %d is supported",
				 version, APUI_SCHEMA_VERSION);
	ret = apui_fb_get_vector(fb, model, APUI_MODEL_OPERATOR_CODES, 4,
				 &file->operator_codes);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_vector(fb, model, APUI_MODEL_BUFFERS, 4,
				 &file->buffers);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_vector(fb, model, APUI_MODEL_SUBGRAPHS, 4,
				 &file->subgraphs);
	if (ret < 0)
		return ret;
	if (file->subgraphs.count == 0)
		return apui_fail(-EINVAL, NULL, "the model has no subgraph");
	return apui_tflite_check_signatures(file, model);
}

static int
check_count(const struct apui_graph *graph, const char *what, uint32_t count,
	    uint32_t limit)
{
	/* A branch of IF may do nothing. */
	if (count == 0 && graph->subgraph == 0)
		return apui_fail(-EINVAL, NULL, "the model has no %s", what);
	if (count <= limit)
		return 0;
	apui_fail(-E2BIG, NULL, "the model has %u %s, over the limit of %u",
		  count, what, limit);
	apui_fail_remedy("raise max_%s", what);
	return -E2BIG;
}

static int
read_io_list(struct apui_tflite *file, const struct apui_fb_table *subgraph,
	     uint16_t field, const int32_t **out_list, uint32_t *out_count)
{
	struct apui_fb_vector vector;
	int ret;

	ret = apui_fb_get_vector(&file->fb, subgraph, field, 4, &vector);
	if (ret < 0)
		return ret;
	*out_count = vector.count;
	return apui_tflite_copy_i32(file, &vector, out_list);
}

static int
allocate_graph(struct apui_tflite *file)
{
	struct apui_graph *graph = file->graph;

	graph->tensor_count = file->tensors.count;
	graph->tensors = apui_pool_new(&graph->pool, graph->tensor_count,
				       sizeof(*graph->tensors));
	graph->operator_count = file->operators.count;
	graph->operators = apui_pool_new(&graph->pool, graph->operator_count,
					 sizeof(*graph->operators));
	if (graph->tensors == NULL || graph->operators == NULL)
		return -ENOMEM;
	return 0;
}

/* Find the tensors and the operators, and make room for them. */
static int
read_subgraph(struct apui_tflite *file, const struct apui_fb_table *subgraph)
{
	struct apui_graph *graph = file->graph;
	int ret;

	ret = apui_fb_get_vector(&file->fb, subgraph, APUI_SUBGRAPH_TENSORS, 4,
				 &file->tensors);
	if (ret < 0)
		return ret;
	ret = apui_fb_get_vector(&file->fb, subgraph, APUI_SUBGRAPH_OPERATORS,
				 4, &file->operators);
	if (ret < 0)
		return ret;
	ret = check_count(graph, "tensors", file->tensors.count,
			  file->limits->max_tensors);
	if (ret < 0)
		return ret;
	ret = check_count(graph, "operators", file->operators.count,
			  file->limits->max_operators);
	if (ret < 0)
		return ret;
	ret = read_io_list(file, subgraph, APUI_SUBGRAPH_INPUTS, &graph->inputs,
			   &graph->input_count);
	if (ret < 0)
		return ret;
	ret = read_io_list(file, subgraph, APUI_SUBGRAPH_OUTPUTS,
			   &graph->outputs, &graph->output_count);
	if (ret < 0)
		return ret;
	return allocate_graph(file);
}

/*
 * Operators come before tensors, so that a model with an operator that is not
 * supported is refused for it, not for the odd tensors that go with it.
 */
int
apui_tflite_read_subgraph(struct apui_tflite *file, uint32_t index)
{
	struct apui_fb_table subgraph;
	int ret;

	ret = apui_fb_table_at(&file->fb, &file->subgraphs, index, &subgraph);
	if (ret < 0)
		return ret;
	ret = read_subgraph(file, &subgraph);
	if (ret < 0)
		return ret;
	ret = apui_tflite_find_rows(file);
	if (ret < 0)
		return ret;
	ret = apui_tflite_read_tensors(file);
	if (ret < 0)
		return ret;
	ret = apui_tflite_read_operators(file);
	if (ret < 0)
		return ret;
	return apui_check_references(file->graph);
}

static int
read_file(struct apui_tflite *file, const uint8_t *data, size_t size_bytes)
{
	struct apui_fb_table root;
	int ret;

	if (size_bytes > file->limits->max_file_bytes) {
		apui_fail(-E2BIG, NULL,
			  "the file has %zu bytes, over the limit of %llu",
			  size_bytes,
			  (unsigned long long)file->limits->max_file_bytes);
		apui_fail_remedy("raise max_file_bytes");
		return -E2BIG;
	}
	ret = apui_fb_open(&file->fb, data, size_bytes, APUI_SCHEMA_IDENTIFIER,
			   &root);
	if (ret < 0)
		return ret;
	ret = read_model(file, &root);
	if (ret < 0)
		return ret;
	ret = apui_tflite_read_subgraph(file, 0);
	if (ret < 0)
		return ret;
	if (file->graph->output_count == 0)
		return apui_fail(-EINVAL, NULL, "the model has no output");
	ret = apui_tflite_read_control(file);
	if (ret < 0)
		return ret;
	ret = apui_tflite_read_variables(file);
	if (ret < 0)
		return ret;
	return apui_check_all_shapes(file->graph, file->limits);
}

int
apui_graph_read(const uint8_t *data, size_t size_bytes,
		const struct apui_limits *limits, struct apui_graph **out_graph)
{
	struct apui_tflite file = { .limits = limits };
	int ret;

	file.graph = calloc(1, sizeof(*file.graph));
	if (file.graph == NULL)
		return -ENOMEM;

	apui_pool_init(&file.graph->pool);
	file.graph->custom = apui_custom_use(limits->custom);
	ret = read_file(&file, data, size_bytes);
	if (ret < 0) {
		apui_graph_free(file.graph);
		return ret;
	}
	*out_graph = file.graph;
	return 0;
}
