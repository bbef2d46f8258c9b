/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/survey.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SUBGRAPHS 1024

/* Builtin operators that need a look. */
enum {
	BUILTIN_CALL = 31,
	BUILTIN_IF = 118,
	BUILTIN_WHILE = 119,
	BUILTIN_CALL_ONCE = 129,
	BUILTIN_STABLEHLO_WHILE = 200,
	BUILTIN_STABLEHLO_COMPOSITE = 206,
};

int32_t
apui_find_subgraph(struct tfl_context *context)
{
	for (int32_t i = 0; i < MAX_SUBGRAPHS; i++) {
		struct tfl_context *other = NULL;

		if (context->acquire_subgraph(context, i, &other) != TFL_OK)
			return -1;
		/* Releasing our own would take its functions from us. */
		if (other == context)
			return i;
		context->release_subgraph(context, i);
	}
	return -1;
}

static int
find_node(const struct survey *survey, int32_t place,
	  struct tfl_node **out_node,
	  struct tfl_registration **out_registration)
{
	struct tfl_context *context = survey->context;

	if (context->get_node(context, survey->nodes[place].index, out_node,
			      out_registration) != TFL_OK)
		return -EINVAL;
	return 0;
}

int
apui_survey_init(struct survey *survey, struct instance *instance,
		 struct tfl_context *context)
{
	struct tfl_ints *plan = NULL;

	*survey = (struct survey) { .instance = instance, .context = context };
	survey->subgraph = apui_find_subgraph(context);
	if (context->get_execution_plan(context, &plan) != TFL_OK ||
	    plan == NULL)
		return -EINVAL;
	survey->nodes = calloc((size_t)plan->size + 1, sizeof(*survey->nodes));
	if (survey->nodes == NULL)
		return -ENOMEM;
	survey->node_count = plan->size;
	for (int32_t i = 0; i < plan->size; i++)
		survey->nodes[i].index = plan->data[i];
	return 0;
}

void
apui_survey_free(struct survey *survey)
{
	for (int32_t i = 0; i < survey->node_count; i++)
		apui_text_clear(&survey->nodes[i].why);
	free(survey->nodes);
	*survey = (struct survey) { .nodes = NULL };
}

const char *
apui_survey_name(const struct survey *survey, int32_t place)
{
	struct tfl_registration *registration;
	struct tfl_node *node;

	if (find_node(survey, place, &node, &registration) < 0)
		return "?";
	return apui_tfl_operator_name(registration);
}

void
apui_survey_refuse(struct survey *survey, int32_t place, const char *format,
		   ...)
{
	struct survey_node *node = &survey->nodes[place];
	char reason[1024];
	va_list args;

	if (node->refused)
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	node->refused = true;
	apui_text_add(&node->why, "%s", reason);
}

int32_t
apui_survey_refused(const struct survey *survey)
{
	int32_t count = 0;

	for (int32_t i = 0; i < survey->node_count; i++)
		count += survey->nodes[i].refused;
	return count;
}

/*
 * Operators whose outputs have shapes that depend on values. @inputs: bits of
 * the inputs that must be constant for the shape to be known; 0: none helps.
 */
static const struct {
	int32_t builtin_code;
	uint32_t inputs;
} shape_makers[] = {
	{ 22, 1 << 1 },          /* RESHAPE */
	{ 23, 1 << 1 },          /* RESIZE_BILINEAR */
	{ 34, 1 << 1 },          /* PAD */
	{ 37, 1 << 1 | 1 << 2 }, /* BATCH_TO_SPACE_ND */
	{ 38, 1 << 1 | 1 << 2 }, /* SPACE_TO_BATCH_ND */
	{ 39, 1 << 1 },          /* TRANSPOSE */
	{ 40, 1 << 1 },          /* MEAN */
	{ 45, 7 << 1 },          /* STRIDED_SLICE */
	{ 48, 1 << 1 },          /* TOPK_V2 */
	{ 49, 1 << 0 },          /* SPLIT */
	{ 56, 1 << 1 },          /* ARG_MAX */
	{ 60, 1 << 1 },          /* PADV2 */
	{ 65, 3 << 1 },          /* SLICE */
	{ 67, 1 << 0 },          /* TRANSPOSE_CONV */
	{ 68, 1 << 1 },          /* SPARSE_TO_DENSE */
	{ 69, 1 << 1 },          /* TILE */
	{ 70, 1 << 1 },          /* EXPAND_DIMS */
	{ 74, 1 << 1 },          /* SUM */
	{ 79, 1 << 1 },          /* ARG_MIN */
	{ 81, 1 << 1 },          /* REDUCE_PROD */
	{ 82, 1 << 1 },          /* REDUCE_MAX */
	{ 85, 1 << 1 },          /* ONE_HOT */
	{ 89, 1 << 1 },          /* REDUCE_MIN */
	{ 91, 1 << 1 },          /* REDUCE_ANY */
	{ 94, 1 << 0 },          /* FILL */
	{ 96, 7 << 0 },          /* RANGE */
	{ 97, 1 << 1 },          /* RESIZE_NEAREST_NEIGHBOR */
	{ 100, 1 << 1 },         /* MIRROR_PAD */
	{ 102, 3 << 1 },         /* SPLIT_V */
	{ 103, 0 },              /* UNIQUE */
	{ 109, 0 },              /* WHERE */
	{ 122, 1 << 2 },         /* SCATTER_ND */
	{ 125, 0 },              /* SEGMENT_SUM */
	{ 130, 1 << 1 },         /* BROADCAST_TO */
	{ 140, 1 << 1 },         /* REDUCE_ALL */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_constant(const struct tfl_context *context, int32_t tensor)
{
	return tensor < 0 || (size_t)tensor >= context->tensor_count ||
	       context->tensors[tensor].allocation_type ==
		       TFL_ALLOCATION_MMAP_RO ||
	       context->tensors[tensor].allocation_type ==
		       TFL_ALLOCATION_PERSISTENT_RO;
}

static bool
makes_shapes(const struct tfl_context *context, const struct tfl_node *node,
	     int32_t builtin_code)
{
	for (size_t i = 0; i < COUNT(shape_makers); i++) {
		uint32_t inputs = shape_makers[i].inputs;

		if (shape_makers[i].builtin_code != builtin_code)
			continue;
		if (inputs == 0)
			return true;
		for (int32_t k = 0; k < node->inputs->size && k < 32; k++)
			if ((inputs >> k & 1) != 0 &&
			    !is_constant(context, node->inputs->data[k]))
				return true;
	}
	return false;
}

static bool
is_dynamic(const struct tfl_context *context, const bool *dynamic,
	   int32_t tensor)
{
	if (tensor < 0 || (size_t)tensor >= context->tensor_count)
		return false;
	/* A handle has no shape; its memory is always called dynamic. */
	if (context->tensors[tensor].type == TFL_RESOURCE)
		return false;
	return dynamic[tensor] || context->tensors[tensor].allocation_type ==
					  TFL_ALLOCATION_DYNAMIC;
}

/* Dynamic shapes are handed on: whoever reads one writes another. */
static void
rule_out_dynamic(struct survey *survey, int32_t place, bool *dynamic)
{
	const struct tfl_context *context = survey->context;
	struct tfl_registration *registration;
	struct tfl_node *node;
	int32_t reads = -1;

	if (find_node(survey, place, &node, &registration) < 0)
		return;
	for (int32_t i = 0; i < node->inputs->size && reads < 0; i++)
		if (is_dynamic(context, dynamic, node->inputs->data[i]))
			reads = node->inputs->data[i];
	if (reads >= 0)
		apui_survey_refuse(survey, place,
				   "the shape of its input, tensor %d (%s), is "
				   "not known before it runs",
				   reads, apui_tfl_tensor_name(context, reads));
	else if (makes_shapes(context, node, registration->builtin_code))
		apui_survey_refuse(survey, place,
				   "the shape of its output is not known "
				   "before it runs");
	else
		return;
	for (int32_t i = 0; i < node->outputs->size; i++) {
		int32_t tensor = node->outputs->data[i];

		if (tensor >= 0 && (size_t)tensor < context->tensor_count)
			dynamic[tensor] = true;
	}
}

static bool
runs_subgraphs(int32_t builtin_code)
{
	return builtin_code == BUILTIN_CALL || builtin_code == BUILTIN_IF ||
	       builtin_code == BUILTIN_WHILE ||
	       builtin_code == BUILTIN_STABLEHLO_WHILE ||
	       builtin_code == BUILTIN_STABLEHLO_COMPOSITE;
}

/* Whether the node is about variables that live outside the graph. */
static bool
uses_resources(const struct tfl_context *context, const struct tfl_node *node,
	       int32_t builtin_code)
{
	const struct tfl_ints *lists[] = { node->inputs, node->outputs };

	if (builtin_code == BUILTIN_CALL_ONCE)
		return true;
	for (size_t k = 0; k < COUNT(lists); k++) {
		for (int32_t i = 0; i < lists[k]->size; i++) {
			int32_t tensor = lists[k]->data[i];

			if (tensor >= 0 &&
			    (size_t)tensor < context->tensor_count &&
			    context->tensors[tensor].type == TFL_RESOURCE)
				return true;
		}
	}
	return false;
}

/*
 * Why variables outside the graph cannot be the device's; NULL when they can:
 * then all of the model that touches them is in this graph and its CALL_ONCE.
 */
static const char *
find_resource_trouble(const struct survey *survey)
{
	struct tfl_registration *registration;
	bool has_init = false;
	struct tfl_node *node;

	for (int32_t i = 0; i < survey->node_count; i++) {
		if (find_node(survey, i, &node, &registration) < 0)
			continue;
		if (runs_subgraphs(registration->builtin_code))
			return "it shares variables with subgraphs";
		has_init |= registration->builtin_code == BUILTIN_CALL_ONCE;
	}
	if (survey->subgraph != 0)
		return "its variable is the main graph's, which takes "
		       "care of it";
	return has_init ? NULL : "nothing of the graph initialises variables";
}

/* How many nodes name the variable. */
static int32_t
count_users(const struct survey *survey, int32_t tensor)
{
	struct tfl_registration *registration;
	struct tfl_node *node;
	int32_t count = 0;

	for (int32_t i = 0; i < survey->node_count; i++) {
		if (find_node(survey, i, &node, &registration) < 0)
			continue;
		for (int32_t k = 0; k < node->inputs->size; k++)
			if (node->inputs->data[k] == tensor) {
				count++;
				break;
			}
	}
	return count;
}

/* A variable of the interpreter's that two nodes use could be cut apart. */
static void
rule_out_shared_variables(struct survey *survey, int32_t place)
{
	const struct tfl_context *context = survey->context;
	struct tfl_registration *registration;
	struct tfl_node *node;

	if (find_node(survey, place, &node, &registration) < 0)
		return;
	for (int32_t i = 0; i < node->inputs->size; i++) {
		int32_t tensor = node->inputs->data[i];

		if (tensor >= 0 && (size_t)tensor < context->tensor_count &&
		    context->tensors[tensor].is_variable &&
		    count_users(survey, tensor) > 1)
			apui_survey_refuse(
				survey, place,
				"another operator uses its variable, "
				"tensor %d (%s)",
				tensor, apui_tfl_tensor_name(context, tensor));
	}
}

static void
rule_out_others(struct survey *survey, int32_t place, const char *trouble)
{
	struct tfl_registration *registration;
	struct tfl_node *node;

	if (find_node(survey, place, &node, &registration) < 0) {
		apui_survey_refuse(survey, place, "the graph has no such node");
		return;
	}
	if (node->delegate != NULL)
		apui_survey_refuse(survey, place,
				   "another delegate has taken it");
	else if (runs_subgraphs(registration->builtin_code))
		apui_survey_refuse(survey, place,
				   "it runs another subgraph, which the "
				   "delegate does not take along");
	else if (trouble != NULL && uses_resources(survey->context, node,
						   registration->builtin_code))
		apui_survey_refuse(survey, place, "%s", trouble);
}

/* One resource node left out, all are: the variable is here or there. */
static void
rule_out_shared_resources(struct survey *survey)
{
	struct tfl_registration *registration;
	struct tfl_node *node;
	bool refused = false;

	for (int round = 0; round < 2; round++) {
		for (int32_t i = 0; i < survey->node_count; i++) {
			if (find_node(survey, i, &node, &registration) < 0 ||
			    !uses_resources(survey->context, node,
					    registration->builtin_code))
				continue;
			refused |= survey->nodes[i].refused;
			if (round == 1 && refused)
				apui_survey_refuse(survey, i,
						   "another operator on the "
						   "same variables is left "
						   "to the interpreter");
		}
	}
}

int
apui_survey_rule_out(struct survey *survey)
{
	const char *trouble = find_resource_trouble(survey);
	bool *dynamic = calloc(survey->context->tensor_count + 1, 1);

	if (dynamic == NULL)
		return -ENOMEM;
	for (int32_t i = 0; i < survey->node_count; i++) {
		rule_out_others(survey, i, trouble);
		rule_out_shared_variables(survey, i);
		rule_out_dynamic(survey, i, dynamic);
	}
	rule_out_shared_resources(survey);
	free(dynamic);
	return 0;
}
