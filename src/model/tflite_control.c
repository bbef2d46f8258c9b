/* SPDX-License-Identifier: MIT */

/*
 * The subgraphs that IF and WHILE run: all that can be reached from subgraph 0,
 * each read once, however often it is named. None may reach itself: programs
 * have no stack.
 */

#include "core/error.h"
#include "model/blame.h"
#include "model/check.h"
#include "model/operators.h"
#include "model/schema.h"
#include "model/tflite.h"
#include <errno.h>
#include <stdlib.h>

struct reach {
	struct apui_tflite *file;
	struct apui_graph *root;
	uint64_t tensors_left, operators_left;
};

bool
apui_operator_is_control(const struct apu_operator *op)
{
	return op->row->builtin_code == APUI_BUILTIN_IF ||
	       op->row->builtin_code == APUI_BUILTIN_WHILE;
}

struct apui_graph *
apui_graph_at(struct apui_graph *root, uint32_t index)
{
	return index == 0 ? root : root->subgraphs[index - 1];
}

static struct apui_graph *
find_subgraph(const struct apui_graph *root, uint32_t number)
{
	for (uint32_t i = 0; i < root->subgraph_count; i++)
		if (root->subgraphs[i]->subgraph == number)
			return root->subgraphs[i];
	return NULL;
}

/* Room for one more in the list, whose length nobody knows beforehand. */
static struct apui_graph *
add_subgraph(struct reach *reach, uint32_t number)
{
	struct apui_graph *root = reach->root;
	struct apui_graph *graph;

	if (root->subgraphs == NULL)
		root->subgraphs = apui_pool_new(
			&root->pool, reach->file->limits->max_subgraphs,
			sizeof(struct apui_graph *));
	graph = calloc(1, sizeof(*graph));
	if (root->subgraphs == NULL || graph == NULL) {
		free(graph);
		return NULL;
	}
	apui_pool_init(&graph->pool);
	graph->subgraph = number;
	graph->position = root->subgraph_count;
	root->subgraphs[root->subgraph_count++] = graph;
	return graph;
}

static int
check_limits(struct reach *reach, const struct apu_operator *op)
{
	uint32_t max = reach->file->limits->max_subgraphs;

	if (reach->root->subgraph_count < max)
		return 0;
	apui_blame(-E2BIG, op, NULL,
		   "more than %u subgraphs can be reached, the limit", max);
	apui_fail_remedy("raise max_subgraphs");
	return -E2BIG;
}

/* However many subgraphs there are, together they are within the limits. */
static int
charge(struct reach *reach, const struct apui_graph *graph)
{
	if (graph->tensor_count > reach->tensors_left ||
	    graph->operator_count > reach->operators_left) {
		apui_fail(-E2BIG, NULL,
			  "the subgraphs that IF and WHILE run have too many "
			  "tensors or operators");
		apui_fail_remedy("raise max_tensors and max_operators");
		return -E2BIG;
	}
	reach->tensors_left -= graph->tensor_count;
	reach->operators_left -= graph->operator_count;
	reach->root->weight_bytes += graph->weight_bytes;
	return 0;
}

static int
read_callee(struct reach *reach, const struct apu_operator *op, uint32_t number,
	    struct apui_graph **out_graph)
{
	struct apui_tflite file = *reach->file;
	struct apui_graph *graph;
	int ret;

	ret = check_limits(reach, op);
	if (ret < 0)
		return ret;
	graph = add_subgraph(reach, number);
	if (graph == NULL)
		return -ENOMEM;
	file.graph = graph;
	ret = apui_tflite_read_subgraph(&file, number);
	/* What reading has used up stays used up. */
	reach->file->fb = file.fb;
	reach->file->dense_bytes = file.dense_bytes;
	if (ret < 0)
		return ret;
	*out_graph = graph;
	return charge(reach, graph);
}

static int
find_callee(struct reach *reach, const struct apu_operator *op, int32_t number,
	    struct apui_graph **out_graph)
{
	uint32_t count = reach->file->subgraphs.count;

	if (number < 0 || (uint32_t)number >= count)
		return apui_blame(-EINVAL, op, NULL,
				  "it runs subgraph %d, but there are %u",
				  number, count);
	if (number == 0 || (uint32_t)number == op->subgraph)
		return apui_blame(-ELOOP, op, NULL,
				  "it runs subgraph %d, which runs it", number);
	*out_graph = find_subgraph(reach->root, (uint32_t)number);
	if (*out_graph != NULL)
		return 0;
	return read_callee(reach, op, (uint32_t)number, out_graph);
}

static int
read_callees(struct reach *reach, struct apui_graph *caller)
{
	for (uint32_t i = 0; i < caller->operator_count; i++) {
		struct apu_operator *op = &caller->operators[i];

		if (!apui_operator_is_control(op))
			continue;
		for (int k = 0; k < 2; k++) {
			struct apui_graph *callee = NULL;
			int ret = find_callee(reach, op,
					      op->options.control.subgraphs[k],
					      &callee);

			if (ret < 0)
				return ret;
			op->options.control.graphs[k] = callee;
		}
	}
	return 0;
}

/* Call @visit for each time that an operator of @caller names a subgraph. */
static void
for_each_callee(struct apui_graph *root, const struct apui_graph *caller,
		void (*visit)(struct apui_graph *callee,
			      const struct apui_graph *caller))
{
	for (uint32_t i = 0; i < caller->operator_count; i++) {
		const struct apu_operator *op = &caller->operators[i];

		for (int k = 0; k < 2 && apui_operator_is_control(op); k++)
			visit(root->subgraphs[op->options.control.graphs[k]
						      ->position],
			      caller);
	}
}

static void
count_run(struct apui_graph *callee, const struct apui_graph *caller)
{
	(void)caller;
	callee->run_count++;
}

/* A callee is below all its callers; with the last of them its depth is known.
 */
static void
push_down(struct apui_graph *callee, const struct apui_graph *caller)
{
	if (callee->depth <= caller->depth)
		callee->depth = caller->depth + 1;
	callee->run_count--;
}

static int
check_depth(const struct apui_graph *graph, const struct apui_limits *limits)
{
	if (graph->depth <= limits->max_subgraph_depth)
		return 0;
	apui_fail(-E2BIG, NULL,
		  "IF and WHILE are nested %u deep, over the limit of %u",
		  graph->depth, limits->max_subgraph_depth);
	apui_fail_remedy("raise max_subgraph_depth");
	return -E2BIG;
}

/* Those on a way round are never reached: each waits for another. */
static int
check_reached(const struct apui_graph *root)
{
	for (uint32_t i = 0; i < root->subgraph_count; i++)
		if (root->subgraphs[i]->run_count > 0)
			return apui_fail(-ELOOP, NULL,
					 "subgraph %u runs itself, by way of "
					 "others, or is run by one that does",
					 root->subgraphs[i]->subgraph);
	return 0;
}

/*
 * Add to @order, which has @count subgraphs whose callers have all been seen,
 * those that now are as well.
 */
static uint32_t
add_ready(const struct apui_graph *root, const struct apui_graph *caller,
	  struct apui_graph **order, uint32_t count)
{
	for (uint32_t i = 0; i < caller->operator_count; i++) {
		const struct apu_operator *op = &caller->operators[i];

		for (int k = 0; k < 2 && apui_operator_is_control(op); k++) {
			struct apui_graph *callee =
				root->subgraphs[op->options.control.graphs[k]
							->position];

			if (callee->run_count > 0 || callee->is_ordered)
				continue;
			callee->is_ordered = true;
			order[count++] = callee;
		}
	}
	return count;
}

/* Callers before what they run: three looks at each operator in all. */
static int
compute_depths(struct apui_graph *root, const struct apui_limits *limits)
{
	struct apui_graph **order;
	uint32_t count = 0;
	int ret = 0;

	if (root->subgraph_count == 0)
		return 0;
	order = calloc(root->subgraph_count, sizeof(struct apui_graph *));
	if (order == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i <= root->subgraph_count; i++)
		for_each_callee(root, apui_graph_at(root, i), count_run);
	for (uint32_t i = 0; ret == 0 && i <= count; i++) {
		struct apui_graph *caller = i == 0 ? root : order[i - 1];

		for_each_callee(root, caller, push_down);
		count = add_ready(root, caller, order, count);
		ret = check_depth(caller, limits);
	}
	free(order);
	return ret < 0 ? ret : check_reached(root);
}

static int
compare_depths(const void *a, const void *b)
{
	const struct apui_graph *ga = *(struct apui_graph *const *)a;
	const struct apui_graph *gb = *(struct apui_graph *const *)b;

	if (ga->depth != gb->depth)
		return ga->depth < gb->depth ? -1 : 1;
	return ga->subgraph < gb->subgraph ? -1 : ga->subgraph > gb->subgraph;
}

int
apui_tflite_read_control(struct apui_tflite *file)
{
	struct apui_graph *root = file->graph;
	struct reach reach = {
		.file = file,
		.root = root,
		.tensors_left = file->limits->max_tensors,
		.operators_left = file->limits->max_operators,
	};
	int ret = 0;

	/* The list grows meanwhile. */
	for (uint32_t i = 0; ret == 0 && i <= root->subgraph_count; i++)
		ret = read_callees(&reach, apui_graph_at(root, i));
	if (ret == 0)
		ret = compute_depths(root, file->limits);
	if (ret == 0 && root->subgraph_count > 1)
		qsort(root->subgraphs, root->subgraph_count,
		      sizeof(struct apui_graph *), compare_depths);
	for (uint32_t i = 0; i < root->subgraph_count; i++)
		root->subgraphs[i]->position = i;
	return ret;
}

int
apui_check_all_shapes(struct apui_graph *root, const struct apui_limits *limits)
{
	int ret = 0;

	/* What is run before what runs it. */
	for (uint32_t i = root->subgraph_count + 1; ret == 0 && i-- > 0;)
		ret = apui_check_shapes(apui_graph_at(root, i), limits);
	return ret;
}
