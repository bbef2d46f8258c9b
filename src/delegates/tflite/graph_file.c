/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/graph_file.h"
#include "delegates/tflite/op_options.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Builtin operators that this file must know. */
enum {
	BUILTIN_CUSTOM = 32,
	BUILTIN_CALL_ONCE = 129,
};

/* Fields of table Operator. */
enum {
	OPERATOR_CUSTOM_OPTIONS = 5,
	OPERATOR_INTERMEDIATES = 8,
};

#define OPERATOR_RAW_FIELDS 2
#define NOT_THERE           (-1)

/* One graph on its way into the file. */
struct copy {
	struct tfl_context *context;
	struct apui_text *why;
	int32_t *places;  /* tensor of the graph -> of the file, or NOT_THERE */
	int32_t *origins; /* and back */
	struct tflite_tensor *tensors;
	struct tflite_operator *operators;
	struct op_options *options;
	struct tflite_field *raw; /* OPERATOR_RAW_FIELDS an operator */
	int32_t *indices;         /* the lists of all operators */
	size_t index_count;
	int32_t *inputs, *outputs;
	struct tflite_model model;
};

const char *
apui_tfl_operator_name(const struct tfl_registration *registration)
{
	const char *name = NULL;

	if (registration->builtin_code == BUILTIN_CUSTOM)
		name = registration->custom_name;
	else
		name = apui_tfl_builtin_name(registration->builtin_code);
	return name != NULL ? name : "?";
}

const char *
apui_tfl_tensor_name(const struct tfl_context *context, int32_t tensor)
{
	const char *name = NULL;

	if (tensor >= 0 && (size_t)tensor < context->tensor_count)
		name = context->tensors[tensor].name;
	return name != NULL ? name : "";
}

static bool
is_constant(const struct tfl_tensor *tensor)
{
	return tensor->allocation_type == TFL_ALLOCATION_MMAP_RO;
}

bool
apui_tfl_is_input(const struct tfl_context *context, int32_t tensor)
{
	if (tensor < 0 || (size_t)tensor >= context->tensor_count)
		return false;
	return !is_constant(&context->tensors[tensor]) &&
	       !context->tensors[tensor].is_variable;
}

static int
get_node(struct tfl_context *context, int32_t index, struct tfl_node **out_node,
	 struct tfl_registration **out_registration)
{
	if (context->get_node(context, index, out_node, out_registration) !=
		    TFL_OK ||
	    *out_node == NULL || *out_registration == NULL)
		return -EINVAL;
	return 0;
}

/* Returns the tensor's number in the file, or a negative errno. */
static int32_t
place_tensor(struct copy *copy, int32_t index)
{
	uint32_t place = copy->model.tensor_count;
	int ret;

	if (index < 0 || (size_t)index >= copy->context->tensor_count) {
		apui_text_add(copy->why, "a node names tensor %d of %zu", index,
			      copy->context->tensor_count);
		return -EINVAL;
	}
	if (copy->places[index] != NOT_THERE)
		return copy->places[index];
	ret = apui_tfl_copy_tensor(copy->context, index, &copy->tensors[place],
				   copy->why);
	if (ret < 0)
		return ret;
	copy->places[index] = (int32_t)place;
	copy->origins[place] = index;
	copy->model.tensor_count++;
	return (int32_t)place;
}

static int
place_list(struct copy *copy, const struct tfl_ints *list, const int32_t **out,
	   uint32_t *out_count)
{
	int32_t *first = copy->indices + copy->index_count;
	int32_t count = list != NULL ? list->size : 0;

	for (int32_t i = 0; i < count; i++) {
		int32_t place = NOT_THERE;

		if (list->data[i] != TFL_NO_TENSOR)
			place = place_tensor(copy, list->data[i]);
		if (place < 0 && list->data[i] != TFL_NO_TENSOR)
			return place;
		first[i] = place;
	}
	copy->index_count += (size_t)count;
	*out = first;
	*out_count = (uint32_t)count;
	return 0;
}

static int
copy_custom(struct tflite_operator *op, struct tflite_field *raw,
	    const struct tfl_node *node,
	    const struct tfl_registration *registration)
{
	op->custom_code = registration->custom_name;
	if (node->custom_data == NULL || node->custom_size_bytes <= 0)
		return 0;
	raw[op->raw_count++] = (struct tflite_field) {
		.id = OPERATOR_CUSTOM_OPTIONS,
		.kind = TFLITE_BYTE_VECTOR,
		.data = node->custom_data,
		.count = (uint32_t)node->custom_size_bytes,
	};
	return 0;
}

static int
copy_intermediates(struct copy *copy, struct tflite_operator *op,
		   struct tflite_field *raw, const struct tfl_node *node)
{
	const int32_t *list;
	uint32_t count;
	int ret;

	if (node->intermediates == NULL || node->intermediates->size <= 0)
		return 0;
	ret = place_list(copy, node->intermediates, &list, &count);
	if (ret < 0)
		return ret;
	raw[op->raw_count++] = (struct tflite_field) {
		.id = OPERATOR_INTERMEDIATES,
		.kind = TFLITE_I32_VECTOR,
		.data = list,
		.count = count,
	};
	return 0;
}

static int
copy_options(struct copy *copy, struct tflite_operator *op,
	     struct op_options *options, const struct tfl_node *node)
{
	int ret;

	ret = apui_tfl_read_options(op->builtin_code, node->builtin_data,
				    options);
	if (ret < 0) {
		apui_text_add(copy->why, "its parameters are not the schema's");
		return ret;
	}
	op->options_type = options->type;
	op->has_options_2 = options->is_second;
	op->options = options->fields;
	op->option_count = options->field_count;
	return 0;
}

static int
copy_node(struct copy *copy, int32_t index)
{
	uint32_t place = copy->model.operator_count;
	struct tflite_operator *op = &copy->operators[place];
	struct tflite_field *raw = &copy->raw[place * OPERATOR_RAW_FIELDS];
	struct tfl_registration *registration;
	struct tfl_node *node;
	int ret;

	ret = get_node(copy->context, index, &node, &registration);
	if (ret < 0)
		return ret;
	*op = (struct tflite_operator) {
		.builtin_code = registration->builtin_code,
		.version = registration->version,
		.raw = raw,
	};
	ret = place_list(copy, node->inputs, &op->inputs, &op->input_count);
	if (ret == 0)
		ret = place_list(copy, node->outputs, &op->outputs,
				 &op->output_count);
	if (ret == 0)
		ret = copy_intermediates(copy, op, raw, node);
	if (ret == 0 && op->builtin_code == BUILTIN_CUSTOM)
		ret = copy_custom(op, raw, node, registration);
	if (ret == 0)
		ret = copy_options(copy, op, &copy->options[place], node);
	copy->model.operator_count++;
	return ret;
}

/* How many tensors the nodes name, each as often as it is named. */
static int
count_indices(struct tfl_context *context, const int32_t *nodes, int32_t count,
	      size_t *out)
{
	struct tfl_registration *registration;
	struct tfl_node *node;

	*out = 0;
	for (int32_t i = 0; i < count; i++) {
		const struct tfl_ints *lists[3];
		int ret = get_node(context, nodes[i], &node, &registration);

		if (ret < 0)
			return ret;
		lists[0] = node->inputs;
		lists[1] = node->outputs;
		lists[2] = node->intermediates;
		for (int k = 0; k < 3; k++)
			*out += lists[k] != NULL && lists[k]->size > 0
					? (size_t)lists[k]->size
					: 0;
	}
	return 0;
}

static int
copy_init(struct copy *copy, struct tfl_context *context, const int32_t *nodes,
	  int32_t node_count, struct apui_text *why)
{
	size_t count = (size_t)node_count + 1;
	size_t tensors = context->tensor_count + 1;
	size_t indices;
	int ret;

	*copy = (struct copy) { .context = context, .why = why };
	ret = count_indices(context, nodes, node_count, &indices);
	if (ret < 0)
		return ret;
	copy->places = malloc(tensors * sizeof(*copy->places));
	copy->origins = calloc(tensors, sizeof(*copy->origins));
	copy->tensors = calloc(tensors, sizeof(*copy->tensors));
	copy->operators = calloc(count, sizeof(*copy->operators));
	copy->options = calloc(count, sizeof(*copy->options));
	copy->raw = calloc(count * OPERATOR_RAW_FIELDS, sizeof(*copy->raw));
	copy->indices = calloc(indices + 1, sizeof(*copy->indices));
	copy->inputs = calloc(tensors, sizeof(*copy->inputs));
	copy->outputs = calloc(tensors, sizeof(*copy->outputs));
	if (copy->places == NULL || copy->origins == NULL ||
	    copy->tensors == NULL || copy->operators == NULL ||
	    copy->options == NULL || copy->raw == NULL ||
	    copy->indices == NULL || copy->inputs == NULL ||
	    copy->outputs == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < tensors; i++)
		copy->places[i] = NOT_THERE;
	copy->model.tensors = copy->tensors;
	copy->model.operators = copy->operators;
	copy->model.inputs = copy->inputs;
	copy->model.outputs = copy->outputs;
	return 0;
}

static void
copy_free(struct copy *copy)
{
	for (uint32_t i = 0; i < copy->model.tensor_count; i++)
		free((void *)copy->tensors[i].zero_points);
	free(copy->places);
	free(copy->origins);
	free(copy->tensors);
	free(copy->operators);
	free(copy->options);
	free(copy->raw);
	free(copy->indices);
	free(copy->inputs);
	free(copy->outputs);
}

static bool
has_place(const int32_t *list, uint32_t count, int32_t place)
{
	for (uint32_t i = 0; i < count; i++)
		if (list[i] == place)
			return true;
	return false;
}

/* The graph's inputs or outputs, those that the nodes really have, once. */
static uint32_t
copy_ends(const struct copy *copy, const struct tfl_ints *list, int32_t *out)
{
	uint32_t count = 0;

	for (int32_t i = 0; list != NULL && i < list->size; i++) {
		int32_t tensor = list->data[i];

		if (!apui_tfl_is_input(copy->context, tensor) ||
		    copy->places[tensor] == NOT_THERE ||
		    has_place(out, count, copy->places[tensor]))
			continue;
		out[count++] = copy->places[tensor];
	}
	return count;
}

static int
copy_graph(struct copy *copy, const struct graph_part *part,
	   struct apui_text *why)
{
	int ret;

	ret = copy_init(copy, part->context, part->nodes, part->node_count,
			why);
	for (int32_t i = 0; ret == 0 && i < part->node_count; i++)
		ret = copy_node(copy, part->nodes[i]);
	if (ret < 0)
		return ret;
	copy->model.input_count = copy_ends(copy, part->inputs, copy->inputs);
	copy->model.output_count =
		copy_ends(copy, part->outputs, copy->outputs);
	return 0;
}

/* The subgraph that a CALL_ONCE runs becomes number 1 of the file. */
static int
copy_subgraph(const struct copy *main, int32_t subgraph, struct copy *out_copy)
{
	struct tfl_context *context = main->context;
	struct graph_part part = { .context = NULL };
	struct tfl_ints *plan = NULL;
	int ret = -EOPNOTSUPP;

	if (context->acquire_subgraph(context, subgraph, &part.context) !=
		    TFL_OK ||
	    part.context == NULL) {
		apui_text_add(main->why,
			      "CALL_ONCE names subgraph %d, which "
			      "is not there",
			      subgraph);
		return -EINVAL;
	}
	if (part.context->get_execution_plan(part.context, &plan) == TFL_OK &&
	    plan != NULL) {
		part.nodes = plan->data;
		part.node_count = plan->size;
		ret = copy_graph(out_copy, &part, main->why);
	}
	context->release_subgraph(context, subgraph);
	return ret;
}

/* The operator that calls a subgraph, if there is one; -1: none, -2: several */
static int
find_call(const struct copy *copy)
{
	int found = -1;

	for (uint32_t i = 0; i < copy->model.operator_count; i++) {
		if (copy->operators[i].builtin_code != BUILTIN_CALL_ONCE)
			continue;
		found = found == -1 ? (int)i : -2;
	}
	return found;
}

static int
add_subgraph(struct copy *main, struct copy *subgraph)
{
	int call = find_call(main);
	int32_t number;
	int ret;

	if (call == -1)
		return 0;
	if (call == -2) {
		apui_text_add(main->why, "there is more than one CALL_ONCE");
		return -EOPNOTSUPP;
	}
	number = (int32_t)main->options[call].fields[0].integer;
	ret = copy_subgraph(main, number, subgraph);
	if (ret < 0)
		return ret;
	main->options[call].fields[0].integer = 1;
	main->model.subgraphs = &subgraph->model;
	main->model.subgraph_count = 1;
	return 0;
}

static int32_t *
take_origins(const struct copy *copy, const int32_t *places, uint32_t count)
{
	int32_t *list = calloc((size_t)count + 1, sizeof(*list));

	for (uint32_t i = 0; list != NULL && i < count; i++)
		list[i] = copy->origins[places[i]];
	return list;
}

static int
write_file(const struct copy *copy, struct graph_file *out)
{
	const struct tflite_model *model = &copy->model;

	out->file = tflite_write(model);
	out->input_count = model->input_count;
	out->output_count = model->output_count;
	out->inputs = take_origins(copy, model->inputs, model->input_count);
	out->outputs = take_origins(copy, model->outputs, model->output_count);
	if (!out->file.failed && out->inputs != NULL && out->outputs != NULL)
		return 0;
	apui_graph_file_free(out);
	return -ENOMEM;
}

int
apui_graph_file_new(const struct graph_part *part, struct graph_file *out,
		    struct apui_text *why)
{
	struct copy subgraph = { .context = NULL };
	struct copy copy = { .context = NULL };
	int ret;

	*out = (struct graph_file) { .inputs = NULL };
	ret = copy_graph(&copy, part, why);
	if (ret == 0)
		ret = add_subgraph(&copy, &subgraph);
	if (ret == 0)
		ret = write_file(&copy, out);
	if (ret == -ENOMEM)
		apui_text_add(why, "out of memory");
	copy_free(&copy);
	copy_free(&subgraph);
	return ret;
}

void
apui_graph_file_free(struct graph_file *file)
{
	tflite_file_free(&file->file);
	free(file->inputs);
	free(file->outputs);
	*file = (struct graph_file) { .inputs = NULL };
}
