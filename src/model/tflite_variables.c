/* SPDX-License-Identifier: MIT */

/*
 * Variables: which there are, and what they begin with. What a subgraph of
 * CALL_ONCE does to them is worked out here, so that no program needs it.
 */

#include "core/error.h"
#include "model/blame.h"
#include "model/operators.h"
#include "model/schema.h"
#include "model/tflite.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A handle and its variable: those of one name share it. */
struct handle {
	const struct apu_operator *op;
	struct apu_tensor *tensor; /* its output */
	struct apui_variable *variable;
};

struct search {
	struct apui_tflite *file;
	struct apui_graph *graph; /* subgraph 0: it has all variables */
	struct handle *handles;   /* by name */
	size_t handle_count;
	bool *is_done; /* subgraphs that have been called */
	uint64_t tensors_left, operators_left;
};

static bool
is_operator(const struct apu_operator *op, int32_t builtin_code)
{
	return op->row->builtin_code == builtin_code;
}

static int
compare_texts(const char *a, uint32_t a_length, const char *b,
	      uint32_t b_length)
{
	uint32_t shorter = a_length < b_length ? a_length : b_length;
	int order = shorter > 0 ? memcmp(a, b, shorter) : 0;

	if (order != 0)
		return order;
	return a_length < b_length ? -1 : a_length > b_length;
}

static int
compare_names(const struct apu_operator *a, const struct apu_operator *b)
{
	int order = compare_texts(
		a->options.var_handle.name, a->options.var_handle.name_length,
		b->options.var_handle.name, b->options.var_handle.name_length);

	if (order != 0)
		return order;
	return compare_texts(a->options.var_handle.container,
			     a->options.var_handle.container_length,
			     b->options.var_handle.container,
			     b->options.var_handle.container_length);
}

static int
compare_handles(const void *a, const void *b)
{
	const struct handle *ha = a, *hb = b;
	int order = compare_names(ha->op, hb->op);

	if (order != 0)
		return order;
	return ha->op < hb->op ? -1 : ha->op > hb->op;
}

static int
compare_key(const void *key, const void *element)
{
	return compare_names(key, ((const struct handle *)element)->op);
}

static struct apui_variable *
add_variable(struct apui_graph *graph)
{
	struct apui_variable *variable =
		&graph->variables[graph->variable_count];

	variable->index = graph->variable_count++;
	return variable;
}

static void
take_shape(struct apui_variable *variable, const struct apu_tensor *tensor)
{
	variable->dtype = tensor->dtype;
	variable->rank = tensor->rank;
	memcpy(variable->dims, tensor->dims, sizeof(variable->dims));
	variable->size_bytes = tensor->size_bytes;
	if (tensor->quant_count == 1)
		variable->zero_point = (int32_t)tensor->zero_points[0];
}

static bool
has_shape_of(const struct apui_variable *variable,
	     const struct apu_tensor *tensor)
{
	return variable->dtype == tensor->dtype &&
	       variable->rank == tensor->rank &&
	       memcmp(variable->dims, tensor->dims, sizeof(variable->dims)) ==
		       0;
}

/* Tensors that are variables begin at zero: int8 at the number's, not 0. */
static void
add_variable_tensors(struct apui_graph *root, struct apui_graph *graph)
{
	for (uint32_t i = 0; i < graph->tensor_count; i++) {
		struct apu_tensor *tensor = &graph->tensors[i];
		struct apui_variable *variable;

		if (!tensor->is_variable)
			continue;
		variable = add_variable(root);
		take_shape(variable, tensor);
		if (tensor->dtype == APU_DTYPE_INT8)
			variable->fill = (uint8_t)variable->zero_point;
		tensor->variable = variable;
	}
}

static void
find_handles(struct search *search, struct apui_graph *graph)
{
	for (uint32_t i = 0; i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];

		if (!is_operator(op, APUI_BUILTIN_VAR_HANDLE))
			continue;
		search->handles[search->handle_count++] = (struct handle) {
			.op = op,
			.tensor = &graph->tensors[op->outputs[0]],
		};
	}
}

static void
add_named_variables(struct search *search)
{
	struct apui_graph *root = search->graph;

	for (uint32_t k = 0; k <= root->subgraph_count; k++)
		find_handles(search, apui_graph_at(root, k));
	qsort(search->handles, search->handle_count, sizeof(*search->handles),
	      compare_handles);

	for (size_t i = 0; i < search->handle_count; i++) {
		struct handle *handle = &search->handles[i];

		if (i > 0 && compare_names(handle[-1].op, handle->op) == 0)
			handle->variable = handle[-1].variable;
		else
			handle->variable = add_variable(root);
		handle->tensor->variable = handle->variable;
	}
}

static void
count_variables(const struct apui_graph *graph, uint32_t *tensors,
		uint32_t *handles)
{
	for (uint32_t i = 0; i < graph->tensor_count; i++)
		*tensors += graph->tensors[i].is_variable;
	for (uint32_t i = 0; i < graph->operator_count; i++)
		*handles += is_operator(&graph->operators[i],
					APUI_BUILTIN_VAR_HANDLE);
}

/* Room for as many variables as there can be. */
static int
allocate_search(struct search *search)
{
	struct apui_graph *graph = search->graph;
	uint32_t count = 0, handles = 0;

	for (uint32_t k = 0; k <= graph->subgraph_count; k++)
		count_variables(apui_graph_at(graph, k), &count, &handles);

	graph->variables = apui_pool_new(&graph->pool, count + handles,
					 sizeof(*graph->variables));
	search->handles = calloc(handles + 1, sizeof(*search->handles));
	search->is_done = calloc((size_t)search->file->subgraphs.count + 1,
				 sizeof(*search->is_done));
	if (graph->variables == NULL || search->handles == NULL ||
	    search->is_done == NULL)
		return -ENOMEM;
	return 0;
}

/* The VAR_HANDLE behind a handle. */
static int
find_handle(const struct apui_graph *graph, const struct apu_operator *op,
	    const struct apu_operator **out)
{
	const struct apu_tensor *tensor = apui_graph_input(graph, op, 0);

	if (tensor->producer < 0 ||
	    !is_operator(&graph->operators[tensor->producer],
			 APUI_BUILTIN_VAR_HANDLE))
		return apui_blame(-EOPNOTSUPP, op, tensor,
				  "its variable is not one that VAR_HANDLE "
				  "names");
	*out = &graph->operators[tensor->producer];
	return 0;
}

static int
initialise(struct search *search, const struct apui_graph *init,
	   const struct apu_operator *op, uint32_t subgraph)
{
	const struct apu_tensor *value = apui_graph_input(init, op, 1);
	const struct apu_operator *name = NULL;
	const struct handle *handle;
	int ret;

	ret = find_handle(init, op, &name);
	if (ret < 0)
		return ret;
	if (!value->is_constant)
		return apui_blame(-EOPNOTSUPP, op, value,
				  "in subgraph %u, the first value of a "
				  "variable is computed, only constants are "
				  "supported",
				  subgraph);
	handle = bsearch(name, search->handles, search->handle_count,
			 sizeof(*search->handles), compare_key);
	/* Subgraph 0 has no use for it. */
	if (handle == NULL)
		return 0;
	if (handle->variable->dtype == APU_DTYPE_NONE)
		take_shape(handle->variable, value);
	else if (!has_shape_of(handle->variable, value))
		return apui_blame(-EOPNOTSUPP, op, value,
				  "in subgraph %u, it gives a variable another "
				  "type or shape",
				  subgraph);
	handle->variable->data = value->data;
	return 0;
}

static int
check_callee(const struct search *search, const struct apu_operator *op,
	     uint32_t caller)
{
	int32_t callee = op->options.call_once.subgraph;

	if (callee < 0 || (uint32_t)callee >= search->file->subgraphs.count)
		return apui_blame(-EINVAL, op, NULL,
				  "it calls subgraph %d, but there are %u",
				  callee, search->file->subgraphs.count);
	if (callee == 0 || (uint32_t)callee == caller)
		return apui_blame(-ELOOP, op, NULL,
				  "in subgraph %u, it calls subgraph %d, which "
				  "calls it",
				  caller, callee);
	return 0;
}

static int
run_init_operator(struct search *search, const struct apui_graph *init,
		  const struct apu_operator *op, uint32_t subgraph)
{
	int ret = 0;

	if (is_operator(op, APUI_BUILTIN_VAR_HANDLE))
		return 0;
	if (is_operator(op, APUI_BUILTIN_ASSIGN_VARIABLE))
		return initialise(search, init, op, subgraph);
	if (is_operator(op, APUI_BUILTIN_CALL_ONCE))
		ret = check_callee(search, op, subgraph);
	if (ret < 0)
		return ret;
	return apui_blame(-EOPNOTSUPP, op, NULL,
			  "subgraph %u, which CALL_ONCE calls, has it: only "
			  "VAR_HANDLE and ASSIGN_VARIABLE of constants are "
			  "supported there",
			  subgraph);
}

/* However many subgraphs there are, together they are within the limits. */
static int
charge(struct search *search, const struct apui_graph *init)
{
	if (init->tensor_count > search->tensors_left ||
	    init->operator_count > search->operators_left)
		return apui_fail(-E2BIG, NULL,
				 "the subgraphs that CALL_ONCE calls have too "
				 "many tensors or operators");
	search->tensors_left -= init->tensor_count;
	search->operators_left -= init->operator_count;
	return 0;
}

static int
run_init(struct search *search, struct apui_graph *init, uint32_t subgraph)
{
	struct apui_tflite file = *search->file;
	int ret;

	file.graph = init;
	ret = apui_tflite_read_subgraph(&file, subgraph);
	/* What reading has used up stays used up. */
	search->file->fb = file.fb;
	if (ret == 0)
		ret = charge(search, init);
	for (uint32_t i = 0; ret == 0 && i < init->operator_count; i++)
		ret = run_init_operator(search, init, &init->operators[i],
					subgraph);
	return ret;
}

static int
call_once(struct search *search, const struct apu_operator *op)
{
	uint32_t subgraph = (uint32_t)op->options.call_once.subgraph;
	struct apui_graph *init;
	int ret;

	ret = check_callee(search, op, 0);
	if (ret < 0 || search->is_done[subgraph])
		return ret;
	search->is_done[subgraph] = true;

	init = calloc(1, sizeof(*init));
	if (init == NULL)
		return -ENOMEM;
	apui_pool_init(&init->pool);
	ret = run_init(search, init, subgraph);
	apui_graph_free(init);
	return ret;
}

static int
call_all(struct search *search)
{
	const struct apui_graph *graph = search->graph;
	const struct apu_operator *user = NULL;
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];

		if (is_operator(op, APUI_BUILTIN_READ_VARIABLE) ||
		    is_operator(op, APUI_BUILTIN_ASSIGN_VARIABLE) ||
		    apui_operator_is_control(op))
			user = op;
		if (!is_operator(op, APUI_BUILTIN_CALL_ONCE))
			continue;
		if (user != NULL)
			return apui_blame(-EOPNOTSUPP, op, NULL,
					  "it initialises variables after "
					  "operator %u has used one",
					  user->index);
		ret = call_once(search, op);
	}
	return ret;
}

/* A variable that is only assigned to has the shape of what it first gets. */
static int
check_use(struct apui_graph *root, struct apui_graph *graph,
	  const struct apu_operator *op)
{
	const struct apu_tensor *handle = apui_graph_input(graph, op, 0);
	const struct apu_operator *name = NULL;
	struct apui_variable *variable;
	int ret;

	ret = find_handle(graph, op, &name);
	if (ret < 0)
		return ret;
	variable = &root->variables[handle->variable->index];
	if (variable->dtype != APU_DTYPE_NONE)
		return 0;
	if (is_operator(op, APUI_BUILTIN_READ_VARIABLE))
		return apui_blame(-EINVAL, op, handle,
				  "nothing has assigned the variable that it "
				  "reads");
	take_shape(variable, apui_graph_input(graph, op, 1));
	return 0;
}

static int
check_uses(struct apui_graph *root, struct apui_graph *graph)
{
	int ret = 0;

	for (uint32_t i = 0; ret == 0 && i < graph->operator_count; i++) {
		const struct apu_operator *op = &graph->operators[i];

		if (is_operator(op, APUI_BUILTIN_READ_VARIABLE) ||
		    is_operator(op, APUI_BUILTIN_ASSIGN_VARIABLE))
			ret = check_use(root, graph, op);
		else if (graph != root &&
			 is_operator(op, APUI_BUILTIN_CALL_ONCE))
			ret = apui_blame(-EOPNOTSUPP, op, NULL,
					 "it is supported in subgraph 0 only");
	}
	return ret;
}

int
apui_tflite_read_variables(struct apui_tflite *file)
{
	struct search search = {
		.file = file,
		.graph = file->graph,
		.tensors_left = file->limits->max_tensors,
		.operators_left = file->limits->max_operators,
	};
	int ret;

	ret = allocate_search(&search);
	if (ret < 0)
		goto out_free;

	for (uint32_t k = 0; k <= file->graph->subgraph_count; k++)
		add_variable_tensors(file->graph,
				     apui_graph_at(file->graph, k));
	add_named_variables(&search);
	ret = call_all(&search);
	/* Callers before what they call: they may give a variable its shape. */
	for (uint32_t k = 0; ret == 0 && k <= file->graph->subgraph_count; k++)
		ret = check_uses(file->graph, apui_graph_at(file->graph, k));

out_free:
	free(search.handles);
	free(search.is_done);
	return ret;
}
