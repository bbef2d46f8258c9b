/* SPDX-License-Identifier: MIT */
#include "delegates/tflite/abi.h"
#include "delegates/tflite/survey.h"
#include <errno.h>
#include <stdlib.h>

#define REPORT_LIMIT 100 /* nodes named one by one */

/* Errors that say that the model, and not the device, is the trouble. */
static bool
is_refusal(int error)
{
	return error == -EOPNOTSUPP || error == -EINVAL || error == -E2BIG ||
	       error == -EOVERFLOW;
}

static struct tfl_ints *
list_candidates(const struct survey *survey)
{
	struct tfl_ints *list;

	list = malloc(sizeof(*list) +
		      ((size_t)survey->node_count + 1) * sizeof(list->data[0]));
	if (list == NULL)
		return NULL;
	list->size = 0;
	for (int32_t i = 0; i < survey->node_count; i++)
		if (!survey->nodes[i].refused)
			list->data[list->size++] = survey->nodes[i].index;
	return list;
}

static int32_t
find_place(const struct survey *survey, int32_t index)
{
	for (int32_t i = 0; i < survey->node_count; i++)
		if (survey->nodes[i].index == index)
			return i;
	return -1;
}

static struct graph_part
describe_part(const struct survey *survey,
	      const struct tfl_delegate_params *params)
{
	return (struct graph_part) {
		.context = survey->context,
		.nodes = params->nodes->data,
		.node_count = params->nodes->size,
		.inputs = params->inputs,
		.outputs = params->outputs,
	};
}

/* Ask the library for one node alone, without a device. */
static int
ask_node(struct survey *survey, int32_t place)
{
	struct survey_node *entry = &survey->nodes[place];
	struct apui_text why = { .bytes = NULL };
	struct tfl_registration *registration;
	struct compiled compiled;
	struct graph_part part;
	struct tfl_node *node;
	int ret;

	if (survey->context->get_node(survey->context, entry->index, &node,
				      &registration) != TFL_OK)
		return -EINVAL;
	part = (struct graph_part) {
		.context = survey->context,
		.nodes = &entry->index,
		.node_count = 1,
		.inputs = node->inputs,
		.outputs = node->outputs,
	};
	ret = apui_tfl_compile(survey->instance, NULL, &part, &compiled, &why);
	apui_tfl_compiled_free(&compiled);
	entry->asked = ret == 0;
	if (is_refusal(ret)) {
		apui_survey_refuse(survey, place, "%s", apui_text_get(&why));
		ret = 0;
	}
	apui_text_clear(&why);
	return ret;
}

/* The part does not compile: find out which of its nodes are to blame. */
static int
blame_part(struct survey *survey, const struct tfl_ints *nodes, const char *why)
{
	int32_t before = apui_survey_refused(survey);
	int ret = 0;

	for (int32_t i = 0; i < nodes->size && ret == 0; i++) {
		int32_t place = find_place(survey, nodes->data[i]);

		if (place >= 0 && !survey->nodes[place].asked)
			ret = ask_node(survey, place);
	}
	if (ret < 0 || apui_survey_refused(survey) > before)
		return ret;
	/* Each could be taken alone, but not together. */
	for (int32_t i = 0; i < nodes->size; i++)
		apui_survey_refuse(survey, find_place(survey, nodes->data[i]),
				   "%s", why);
	return 0;
}

static int
compile_part(struct survey *survey, const struct tfl_delegate_params *params)
{
	struct graph_part part = describe_part(survey, params);
	struct instance *instance = survey->instance;
	struct apui_text why = { .bytes = NULL };
	struct compiled compiled;
	int ret;

	ret = apui_tfl_compile(instance, instance->device, &part, &compiled,
			       &why);
	if (ret == 0) {
		ret = apui_instance_put(instance, &part, &compiled);
		if (ret < 0)
			apui_tfl_compiled_free(&compiled);
	} else if (is_refusal(ret)) {
		ret = blame_part(survey, params->nodes, apui_text_get(&why));
	}
	if (ret < 0)
		survey->context->report_error(survey->context,
					      "apu delegate: %s\n",
					      apui_text_get(&why));
	apui_text_clear(&why);
	return ret;
}

static void
refuse_part(struct survey *survey, const struct tfl_delegate_params *params)
{
	for (int32_t i = 0; i < params->nodes->size; i++)
		apui_survey_refuse(
			survey, find_place(survey, params->nodes->data[i]),
			"it is in none of the %u largest partitions, and "
			"option max_partitions allows no more",
			survey->instance->options.max_partitions);
}

/* Leave the smallest partition out. */
static void
drop_smallest(struct survey *survey, const struct tfl_delegate_params *parts,
	      int32_t count)
{
	int32_t smallest = 0;

	for (int32_t i = 1; i < count; i++)
		if (parts[i].nodes->size < parts[smallest].nodes->size)
			smallest = i;
	refuse_part(survey, &parts[smallest]);
}

/* One look at the partitions that there would be. */
static int
try_partitions(struct survey *survey, const struct tfl_ints *candidates)
{
	struct tfl_delegate_params *parts = NULL;
	struct tfl_context *context = survey->context;
	int32_t count = 0;
	int ret = 0;

	if (context->preview_partitions(context, candidates, &parts, &count) !=
	    TFL_OK)
		return -EINVAL;
	survey->partition_count = count;
	if ((uint32_t)count > survey->instance->options.max_partitions) {
		drop_smallest(survey, parts, count);
		return 0;
	}
	for (int32_t i = 0; i < count && ret == 0; i++)
		ret = compile_part(survey, &parts[i]);
	return ret;
}

/*
 * Each round that does not settle it refuses a node at least. On success
 * @out_nodes is what to take, owned by the caller.
 */
static int
settle(struct survey *survey, struct tfl_ints **out_nodes)
{
	struct tfl_ints *candidates = NULL;
	int32_t refused;
	int ret = 0;

	for (int32_t round = 0; round <= survey->node_count; round++) {
		free(candidates);
		candidates = list_candidates(survey);
		if (candidates == NULL)
			return -ENOMEM;
		survey->partition_count = 0;
		refused = apui_survey_refused(survey);
		apui_instance_forget(survey->instance, survey->context);
		if (candidates->size > 0)
			ret = try_partitions(survey, candidates);
		if (ret < 0 || apui_survey_refused(survey) == refused)
			break;
	}
	if (ret < 0)
		free(candidates);
	else
		*out_nodes = candidates;
	return ret;
}

static void
list_refused(const struct survey *survey, struct apui_text *text,
	     const char *separator)
{
	int32_t named = 0;

	for (int32_t i = 0; i < survey->node_count; i++) {
		const struct survey_node *node = &survey->nodes[i];

		if (!node->refused || ++named > REPORT_LIMIT)
			continue;
		apui_text_add(text, "%snode %d %s: %s", separator, node->index,
			      apui_survey_name(survey, i),
			      apui_text_get(&node->why));
	}
	if (named > REPORT_LIMIT)
		apui_text_add(text, "%sand %d more", separator,
			      named - REPORT_LIMIT);
}

static void
report(const struct survey *survey)
{
	struct instance *instance = survey->instance;
	struct apui_text text = { .bytes = NULL };
	int32_t refused = apui_survey_refused(survey);

	if (survey->subgraph > 0)
		apui_text_add(&text, "subgraph %d: ", survey->subgraph);
	apui_text_add(&text, "%d of %d nodes in %d partition(s) on %s",
		      survey->node_count - refused, survey->node_count,
		      survey->partition_count,
		      apu_device_name(instance->device));
	list_refused(survey, &text, "\n  ");
	apui_instance_log(instance, APU_LOG_INFO, "%s", apui_text_get(&text));
	pthread_mutex_lock(&instance->lock);
	if (survey->subgraph <= 0)
		apui_text_clear(&instance->report);
	apui_text_add(&instance->report, "%s%s",
		      instance->report.length > 0 ? "\n" : "",
		      apui_text_get(&text));
	pthread_mutex_unlock(&instance->lock);
	apui_text_clear(&text);
}

/* Subgraphs are the main graph's business: it is refused where they matter. */
static int32_t
check_strict(const struct survey *survey)
{
	struct apui_text text = { .bytes = NULL };
	int32_t refused = apui_survey_refused(survey);

	if (!survey->instance->options.strict || survey->subgraph > 0 ||
	    refused == 0)
		return TFL_OK;
	list_refused(survey, &text, "; ");
	survey->context->report_error(
		survey->context,
		"apu delegate: option strict is set, and %d of %d nodes cannot "
		"run on the device%s\n",
		refused, survey->node_count, apui_text_get(&text));
	apui_text_clear(&text);
	return TFL_DELEGATE_ERROR;
}

static int32_t
take_nodes(struct survey *survey, const struct tfl_ints *nodes)
{
	struct instance *instance = survey->instance;
	int32_t status = check_strict(survey);

	if (status != TFL_OK)
		return status;
	if (nodes->size > 0)
		return survey->context->replace_nodes(
			survey->context, apui_kernel_registration(), nodes,
			&instance->delegate);
	/* The interpreter keeps a pointer all the same, and no kernel a ref. */
	pthread_mutex_lock(&instance->lock);
	instance->is_outlived = true;
	pthread_mutex_unlock(&instance->lock);
	return TFL_OK;
}

static int32_t
fail_prepare(struct tfl_context *context, struct apui_text *why)
{
	context->report_error(context, "apu delegate: %s\n",
			      apui_text_get(why));
	apui_text_clear(why);
	return TFL_DELEGATE_ERROR;
}

int32_t
apui_delegate_prepare(struct tfl_context *context,
		      struct tfl_delegate *delegate)
{
	struct instance *instance = delegate->data;
	struct apui_text why = { .bytes = NULL };
	struct tfl_ints *nodes = NULL;
	struct survey survey;
	int32_t status = TFL_DELEGATE_ERROR;
	int ret;

	if (apui_abi_check(context, &why) < 0)
		return fail_prepare(context, &why);
	ret = apui_survey_init(&survey, instance, context);
	if (ret == 0)
		ret = apui_survey_rule_out(&survey);
	if (ret == 0)
		ret = settle(&survey, &nodes);
	if (ret == 0) {
		report(&survey);
		status = take_nodes(&survey, nodes);
	} else if (ret == -ENOMEM) {
		context->report_error(context, "apu delegate: out of memory\n");
	}
	apui_instance_forget(instance, context);
	free(nodes);
	apui_survey_free(&survey);
	return status;
}
